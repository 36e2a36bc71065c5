"""The fields of an agent as a form shows them: which there are, and their text both ways. Pure.

A field's `path` is the API's own. What a person typed that cannot be read is refused here by that path; what can be
read but not taken is refused by the agent's own rules, so the two sorts of error look the same.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flowyte.agents.described import words_of
from flowyte.dashboard.rows import Rows
from flowyte.dashboard.spans import spans_of, text_of
from flowyte.kit.errors import FieldError, Invalid

Kind = Literal[
    "line", "prose", "lines", "whole", "decimal", "switch", "choice", "checks", "ranges", "rows", "colour", "number"
]
BOUND = re.compile(r"Expected `\w+`( of length)? (?:(>)|<)= (\d+(?:\.\d+)?)")
EMPTY_IS_NONE = frozenset(
    ("businessHours.timezone", "recording.disclosure", "recording.retentionDays", "llmModel", "avgTicketCents")
    + ("handoffConfig.transferDestination", "handoffConfig.escalationThreshold", "handoffConfig.contextSummaryUrl")
    + ("businessHours.afterHours.number", "businessHours.afterHours.emergencyNumber")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`label` and `help` are by default those that the field has everywhere."""

    path: str
    label: str = ""
    kind: Kind = "line"
    help: str = ""
    options: tuple[tuple[str, str], ...] = ()
    rows: Rows | None = None
    optional: bool = False
    """Left empty, it is not there: an override, which then says what is said everywhere."""

    @property
    def title(self) -> str:
        return self.label or words_of(self.path)[0]

    @property
    def hint(self) -> str:
        return self.help or words_of(self.path)[1]

    def of(self, draft: Mapping[str, Any]) -> Any:
        value: Any = draft
        for part in self.path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def controls(self, draft: Mapping[str, Any]) -> dict[str, str]:
        """Each control of it by its name, with its text."""
        if self.rows is not None:
            return self.rows.controls(self.path, self.of(draft))
        return {self.path: self.text(draft)}

    def read(self, form: Mapping[str, str]) -> Any:
        """What the API takes for the form's texts; Invalid when they cannot be read."""
        return self.rows.read(self.path, form) if self.rows is not None else self.value(form.get(self.path, ""))

    def text(self, draft: Mapping[str, Any]) -> str:
        """The value as its one control holds it."""
        value = self.of(draft)
        match self.kind:
            case "lines":
                return "\n".join(value or ())
            case "checks":
                return ",".join(value or ())
            case "ranges":
                return text_of(value)
            case "switch":
                return "on" if value else ""
            case _:
                return "" if value is None else str(value)

    def value(self, text: str) -> Any:
        """What the API takes for a control's text; Invalid when it cannot be read."""
        text = text.replace("\r\n", "\n").strip()
        if not text and (self.optional or self.path in EMPTY_IS_NONE):
            return None
        match self.kind:
            case "lines":
                return [line.strip() for line in text.split("\n") if line.strip()]
            case "checks":
                return [part for part in text.split(",") if part]
            case "ranges":
                return spans_of(self.path, text)
            case "switch":
                return text == "on"
            case "whole":
                return _whole(self.path, text)
            case "number":  # or none
                return _whole(self.path, text) if text else None
            case "decimal":
                return _decimal(self.path, text)
            case _:
                return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    title: str
    fields: tuple[Field, ...]
    help: str = ""
    beside: bool = False  # short fields that stand next to each other


# A browser says nothing of a box that is not ticked, nor of rows that there are none of; of all others it does.
MAY_BE_SILENT = frozenset(("switch", "checks", "rows"))
NOTHING: tuple[Any, ...] = (None, "", [], {})


def fields_of(groups: tuple[Group, ...]) -> Iterator[Field]:
    return (field for group in groups for field in group.fields)


def stated(groups: tuple[Group, ...], form: Mapping[str, str]) -> dict[str, Any]:
    """A partial draft of exactly these groups' fields. Invalid lists every field that cannot be read."""
    result: dict[str, Any] = {}
    faults: list[FieldError] = []
    for field in (field for group in groups for field in group.fields):
        try:
            value = field.value(form.get(field.path, ""))
        except Invalid as error:
            faults += error.fields
            continue
        *parents, last = field.path.split(".")
        target = result
        for parent in parents:
            target = target.setdefault(parent, {})
        target[last] = value
    if faults:
        raise Invalid(fields=faults)
    return result


def changes(groups: tuple[Group, ...], form: Mapping[str, str], draft: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON merge patch that makes exactly these fields of the draft what the form says; what stays is not in it.

    Invalid lists every field that cannot be read.
    """
    result: dict[str, Any] = {}
    faults: list[FieldError] = []
    for field in fields_of(groups):
        if field.path not in form and field.kind not in MAY_BE_SILENT:
            continue
        try:
            value = field.read(form)
        except Invalid as error:
            faults += error.fields
            continue
        before = field.of(draft)
        if value == before or (value in NOTHING and before in NOTHING):
            continue
        if field.kind == "ranges":
            value = value or None  # a day without hours is closed, and a schedule without days is none
        if isinstance(before, Mapping) and isinstance(value, dict):  # an entry that is gone has to be taken away
            value = dict.fromkeys((name for name in before if name not in value), None) | value
        *parents, last = field.path.split(".")
        target = result
        for parent in parents:
            target = target.setdefault(parent, {})
        target[last] = value
    if faults:
        raise Invalid(fields=faults)
    return result


def errors_by_field(groups: tuple[Group, ...], error: Invalid) -> dict[str, str]:
    """Each error at the field that holds it; what belongs to none of them stands under the empty path."""
    found: dict[str, str] = {}
    paths = [field.path for field in fields_of(groups)]
    for fault in error.fields:
        name = re.sub(r"\[.*", "", fault.field)
        path = next((path for path in paths if name == path or name.startswith(f"{path}.")), "")
        message = _plain(fault.message)
        found[path] = message[:1].upper() + message[1:] if path else f"{fault.field}: {message}"
    return found


def _plain(message: str) -> str:
    """A bound in words; what is no bound stays as it is."""
    found = BOUND.fullmatch(message)
    if found is None:
        return message
    size, more, number = found.groups()
    if size:
        return f"is {'shorter' if more else 'longer'} than {number} characters"
    return f"must be {'at least' if more else 'at most'} {number}"


def _whole(path: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise Invalid(fields=[FieldError(field=path, message="is not a whole number")])
    return int(text)


def _decimal(path: str, text: str) -> float:
    if not re.fullmatch(r"\d{1,4}([.,]\d{1,4})?", text, re.ASCII):
        raise Invalid(fields=[FieldError(field=path, message="is not a number")])
    return float(text.replace(",", "."))
