"""What is judged, and what is known when it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The caller has said this, and an answer is about to be thought of."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """The agent is about to say `text`; `so_far` is what it has said of this answer already."""

    text: str
    so_far: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A skill is about to be carried out with these arguments."""

    skill: str
    skill_type: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    declared: frozenset[str] = frozenset()
    """The parameters that the skill says it needs."""
    is_write: bool = False
    needs_verified: bool = False
    needs_confirmation: bool = False


Act = Heard | Say | Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Of the conversation, at this moment. `open_now` is None for a business without a schedule."""

    now: datetime
    open_now: bool | None = None
    verified: bool = False
    confirmed: bool = False
    """The caller has agreed to the very effect that is judged."""
    effects_last_minute: int = 0
    effects_so_far: int = 0
