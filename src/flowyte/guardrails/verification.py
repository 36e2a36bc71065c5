"""Finding out who the caller is, outside the model: what is asked, and whether it matches. Pure.

The caller names an account and proves that it is theirs; what the account is known by is fetched by code, compared by
code, and shown to nobody. Wrong, unknown and locked are answered in the same words. While this goes on no mind hears
what the caller says.
"""

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from flowyte.guardrails.provenance import words

Method = Literal["dob_postcode", "account_pin", "otp_email", "otp_sms", "knowledge_based"]
Kind = Literal["date_of_birth", "postcode", "digits", "phone", "email", "text"]
Read = Callable[[str, str], str | None]
"""A value of a kind out of what was said, in writing; None when it is none."""

CODE_DIGITS = 6
CODE_LIFE_S = 600  # a letter takes a minute, finding it another few
MOST_UNREAD = 3  # answers in a row that were no such value
MOST_TRIES = 3  # in one conversation; who has all three wrong is somebody else, or needs a person

Short = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]


class Spec(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """As the API has it. The verifier is a skill that takes the first of the fields and brings the account's record."""

    method: Method
    verifier_skill_id: Annotated[str, Meta(min_length=1, max_length=100)]
    required_fields: Annotated[list[Short], Meta(max_length=6)] = []
    token_ttl_seconds: Annotated[int, Meta(ge=60, le=86_400)] = 900
    max_attempts: Annotated[int, Meta(ge=1, le=10)] = 5
    step_up_for: Annotated[list[Short], Meta(max_length=50)] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Something that the caller is asked for. `names` are those that it may have in a record."""

    name: str
    kind: Kind
    ask: str
    names: tuple[str, ...] = ()


_KNOWN: Mapping[str, Field] = {
    "phone": Field(name="phone", kind="phone", ask="What phone number do we have on file for you?",
                   names=("phoneNumber", "phone_number", "mobile")),
    "email": Field(name="email", kind="email", ask="What e-mail address do we have on file for you?",
                   names=("emailAddress", "email_address")),
    "accountNumber": Field(name="accountNumber", kind="digits", ask="What is your account number?",
                           names=("account_number", "account", "customerNumber", "customer_number")),
    "dateOfBirth": Field(name="dateOfBirth", kind="date_of_birth", ask="What is your date of birth?",
                         names=("date_of_birth", "dob", "birthDate", "birth_date", "born")),
    "postcode": Field(name="postcode", kind="postcode", ask="And what is your postcode?",
                      names=("postalCode", "postal_code", "zip", "zipCode", "zip_code")),
    "pin": Field(name="pin", kind="digits", ask="What is your PIN? You can also key it in.",
                 names=("PIN", "accountPin", "account_pin", "passcode")),
}  # fmt: skip
_USUAL: Mapping[Method, tuple[str, ...]] = {
    "dob_postcode": ("phone", "dateOfBirth", "postcode"),
    "account_pin": ("accountNumber", "pin"),
    "otp_email": ("email",),
    "otp_sms": ("phone",),
    "knowledge_based": (),
}
_PROOFS: Mapping[Method, tuple[str, ...]] = {"dob_postcode": ("dateOfBirth", "postcode"), "account_pin": ("pin",)}
CODE = Field(
    name="code", kind="digits", ask="If we know this account, I have just sent a code to it. What is the code?"
)


class BadVerification(ValueError):
    """A verification that cannot be one; `place` in the API's own spelling."""

    def __init__(self, place: str, message: str) -> None:
        self.place, self.message = place, message
        super().__init__(f"{place}: {message}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked, in order. The first field names the account and is all that the verifier is given."""

    spec: Spec
    account: Field
    proofs: tuple[Field, ...]

    @property
    def by_code(self) -> bool:
        return self.spec.method in ("otp_email", "otp_sms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Where it stands. `given` are the caller's answers in writing: neither shown to a mind nor kept."""

    plan: Plan
    at: int = 0
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    unread: int = 0
    tries: int = 0

    @property
    def field(self) -> Field:
        return (self.plan.account, *self.plan.proofs)[self.at]


@dataclass(frozen=True, slots=True)
class Compare:
    """Everything was given: fetch the account's record, and say whether it matches."""


@dataclass(frozen=True, slots=True)
class SendCode:
    """The account was named: send a code to what its record says, if there is such an account."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The caller does not want to, or cannot."""

    reason: str


Next = str | Compare | SendCode | GiveUp
"""A question to ask, or what is to be done."""


def read_spec(value: Any) -> Spec | None:
    """None for an agent that verifies nobody. BadVerification says where and why not."""
    if value is None:
        return None
    try:
        spec = msgspec.convert(value, Spec)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise BadVerification(f"callerVerification{path.rstrip('`')}", message) from error
    if spec.method == "otp_sms":
        raise BadVerification("callerVerification.method", "codes by text wait for a number registered for messaging")
    if spec.method == "knowledge_based" and len(spec.required_fields) < 3:
        raise BadVerification(
            "callerVerification.requiredFields", "the field that names the account, and two to compare"
        )
    names = _names(spec)
    if len(set(names)) != len(names):
        raise BadVerification("callerVerification.requiredFields", "names a field twice")
    proofs = _PROOFS.get(spec.method, ())
    if any(name in proofs for name in names[:1]) or not set(proofs) <= set(names):
        raise BadVerification(
            "callerVerification.requiredFields", f"first the field that names the account, then {', '.join(proofs)}"
        )
    return spec


def plan_of(spec: Spec) -> Plan:
    account, *proofs = (_KNOWN.get(name) or _unknown(name) for name in _names(spec))
    return Plan(spec=spec, account=account, proofs=(CODE,) if spec.method == "otp_email" else tuple(proofs))


def begin(plan: Plan, tries: int = 0) -> tuple[Asking, str]:
    asking = Asking(plan=plan, tries=tries)
    return asking, asking.field.ask


def answer(asking: Asking, text: str, read: Read) -> tuple[Asking, Next]:
    """One answer of the caller."""
    value = read(asking.field.kind, text)
    if value is None:
        if asking.unread + 1 >= MOST_UNREAD:
            return asking, GiveUp("no_answer")
        again = f"I did not get that. {asking.field.ask.removeprefix('And ').capitalize()}"
        return replace(asking, unread=asking.unread + 1), again
    asking = replace(asking, given={**asking.given, asking.field.name: value}, unread=0)
    if asking.at == 0 and asking.plan.by_code:
        return replace(asking, at=1), SendCode()
    if asking.at < len(asking.plan.proofs):
        asking = replace(asking, at=asking.at + 1)
        return asking, asking.field.ask
    return asking, Compare()


def matches(asking: Asking, record: Mapping[str, Any], read: Read) -> bool:
    """Whether every proof is as the record has it. Compares all of them, in time that does not tell which is wrong.

    A record that lacks a field matches nothing; neither does one of another account.
    """
    same = True
    for each in (asking.plan.account, *asking.plan.proofs):
        kept = _of_record(record, each)
        if each is asking.plan.account and kept is None:
            continue  # a verifier need not repeat what it was asked by
        written = read(each.kind, kept) if kept is not None else None
        given = asking.given.get(each.name, "")
        equal = hmac.compare_digest(_plain(given).encode(), _plain(written or kept or "").encode())
        same &= equal and kept is not None and bool(_plain(given))
    return same


def of_record(record: Mapping[str, Any], name: str) -> str | None:
    """A field of a record by any name that it usually has."""
    return _of_record(record, _KNOWN.get(name) or _unknown(name))


def _of_record(record: Mapping[str, Any], wanted: Field) -> str | None:
    for name in (wanted.name, *wanted.names):
        value = record.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return None


def _names(spec: Spec) -> tuple[str, ...]:
    return tuple(spec.required_fields) or _USUAL[spec.method]


def _unknown(name: str) -> Field:
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name).lower()
    return Field(name=name, kind="text", ask=f"What is your {plain}?")


def _plain(value: str) -> str:
    return "".join(words(value))
