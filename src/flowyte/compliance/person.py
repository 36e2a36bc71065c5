"""A person by what they gave: a telephone number, an e-mail address, a chat; and whether a text speaks of them. Pure.

Numbers are compared by their digits, also where they were spoken or written in groups; addresses also where they were
spoken ("jane at example dot com"). Found is what the conversation contains, not who was on the line: a number that
somebody else read out is found too, and goes with a deletion.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import phonenumbers

from flowyte.kit.errors import FieldError, Invalid
from flowyte.slots.spoken import digits

LEAST_DIGITS = 7  # of a national number; fewer would find half the world
_SPOKEN = tuple(
    (re.compile(pattern), sign)
    for pattern, sign in (
        (r"\s+at\s+", "@"), (r"\s*\bdot\b\s*", "."), (r"\s*\bunderscore\b\s*", "_"),
        (r"\s*\b(?:dash|hyphen)\b\s*", "-"),
    )
)  # fmt: skip
_VISITOR = re.compile(r"cnv_[0-9A-Za-z]{16,40}")
_EMAIL = re.compile(r"[^\s@*?%]{1,64}@[^\s@*?%.]+(\.[^\s@*?%.]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`phone` is E.164 or empty, `email` in small letters or empty, `visitor` the id of a chat or empty; one at least
    is there. A visitor of a site is known here by the chat that their browser holds, and by nothing else."""

    phone: str = ""
    email: str = ""
    visitor: str = ""

    @property
    def national(self) -> str:
        """The number's digits without its country."""
        return str(phonenumbers.parse(self.phone).national_number) if self.phone else ""


def read_person(phone: str, email: str, visitor: str = "") -> Person:
    """Invalid for nobody, for a pattern, and for what is no number or address."""
    faults = []
    phone, email, visitor = phone.strip(), email.strip().lower(), visitor.strip()
    e164 = ""
    if phone:
        try:
            parsed = phonenumbers.parse(phone, "US")
            if not phonenumbers.is_possible_number(parsed) or re.search(r"[^\d\s()+./-]", phone):
                raise ValueError
            e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        except (phonenumbers.NumberParseException, ValueError):
            faults.append(FieldError(field="phone", message="is one whole telephone number"))
    if email and not (_EMAIL.fullmatch(email) and len(email) <= 254):
        faults.append(FieldError(field="email", message="is one whole e-mail address"))
    if visitor and not _VISITOR.fullmatch(visitor):
        faults.append(FieldError(field="visitorId", message="is the id of one chat, as the visitor's browser has it"))
    if not phone and not email and not visitor:
        faults.append(FieldError(field="phone", message="or email or visitorId says whom this is about"))
    if faults:
        raise Invalid(fields=faults)
    return Person(phone=e164, email=email, visitor=visitor)


def speaks_of(person: Person, data: object) -> bool:
    """Whether any text in these values has the person's number or address."""
    return any(_in_text(person, text) for text in texts_of(data))


def texts_of(data: object) -> Iterator[str]:
    """Every text in nested values, names of fields aside."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, int) and not isinstance(data, bool):
        yield str(data)
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from texts_of(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from texts_of(value)


def _in_text(person: Person, text: str) -> bool:
    if person.national and len(person.national) >= LEAST_DIGITS:
        if person.national in re.sub(r"\D", "", text):
            return True
        said = digits(text)
        if said and person.national in said:
            return True
    if not person.email:
        return False
    lowered = text.lower()
    for pattern, sign in _SPOKEN:
        lowered = pattern.sub(sign, lowered)
    return person.email in lowered
