"""What there is to read, and what was read."""

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "name", "phone", "email", "date", "date_of_birth", "time", "postcode", "number", "digits", "yes_no", "choice",
    "address", "text",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
MOST_CHARACTERS = 2_000  # of one answer; a minute of speech has half of that


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`value` is plain JSON: dates as YYYY-MM-DD, times as HH:MM, telephone numbers as E.164.

    `spoken` is the value to be said back, which reads as the same value. Not `certain`: another reading was possible,
    so it should be said back before it is used.
    """

    value: str | int | float | bool
    spoken: str
    certain: bool = True
