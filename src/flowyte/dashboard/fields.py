"""The fields of an agent as a form shows them: which there are, and their text both ways. Pure.

A field's `path` is the API's own. What a person typed that cannot be read is refused here by that path; what can be
read but not taken is refused by the agent's own rules, so the two sorts of error look the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flowyte.kit.errors import FieldError, Invalid

Kind = Literal["line", "prose", "lines", "whole", "switch", "choice", "ranges", "holidays", "colour", "number"]
RANGE = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|–|—|to)\s*(\d{1,2}):(\d{2})")
HOLIDAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s*(?:\.\.|to)\s*(\d{4}-\d{2}-\d{2}))?\s+(.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    path: str
    label: str
    kind: Kind = "line"
    help: str = ""
    options: tuple[tuple[str, str], ...] = ()

    def of(self, draft: Mapping[str, Any]) -> Any:
        value: Any = draft
        for part in self.path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def text(self, draft: Mapping[str, Any]) -> str:
        """The value as its control holds it."""
        value = self.of(draft)
        match self.kind:
            case "lines":
                return "\n".join(value or ())
            case "ranges":
                return ", ".join(f"{span['start']}-{span['end']}" for span in value or ())
            case "holidays":
                return "\n".join(_holiday_text(day) for day in value or ())
            case "switch":
                return "on" if value else ""
            case _:
                return "" if value is None else str(value)

    def value(self, text: str) -> Any:
        """What the API takes for a control's text; Invalid when it cannot be read."""
        text = text.replace("\r\n", "\n").strip()
        match self.kind:
            case "lines":
                return [line.strip() for line in text.split("\n") if line.strip()]
            case "ranges":
                return _ranges(self.path, text)
            case "holidays":
                return [_holiday(self.path, line.strip()) for line in text.split("\n") if line.strip()]
            case "switch":
                return text == "on"
            case "whole":
                return _whole(self.path, text)
            case "number":  # or none
                return _whole(self.path, text) if text else None
            case _:
                return text if text or self.path not in EMPTY_IS_NONE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    title: str
    fields: tuple[Field, ...]
    beside: bool = False  # short fields that stand next to each other


EMPTY_IS_NONE = frozenset({"businessHours.timezone", "recording.disclosure", "llmModel"})


def changes(groups: tuple[Group, ...], form: Mapping[str, str]) -> dict[str, Any]:
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


def errors_by_field(groups: tuple[Group, ...], error: Invalid) -> dict[str, str]:
    """Each error at the field that holds it; what belongs to none of them stands under the empty path."""
    found: dict[str, str] = {}
    paths = [field.path for group in groups for field in group.fields]
    for fault in error.fields:
        name = re.sub(r"\[.*", "", fault.field)
        path = next((path for path in paths if name == path or name.startswith(f"{path}.")), "")
        found[path] = fault.message[:1].upper() + fault.message[1:] if path else f"{fault.field}: {fault.message}"
    return found


def _whole(path: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text):
        raise Invalid(fields=[FieldError(field=path, message="is not a whole number")])
    return int(text)


def _ranges(path: str, text: str) -> list[dict[str, str]]:
    if not text or text.casefold() == "closed":
        return []
    spans = []
    for part in re.split(r"\s*[,;]\s*", text):
        match = RANGE.fullmatch(part)
        if match is None:
            raise Invalid(fields=[FieldError(field=path, message=f"“{part}” is not like 09:00-17:30")])
        begin, begin_m, end, end_m = match.groups()
        spans.append({"start": f"{begin:0>2}:{begin_m}", "end": f"{end:0>2}:{end_m}"})
    return spans


def _holiday(path: str, line: str) -> dict[str, Any]:
    name, _, hours = line.partition(":: ")
    match = HOLIDAY.fullmatch(name.strip())
    if match is None:
        raise Invalid(fields=[FieldError(field=path, message=f"“{line}” is not like 2026-12-25 Christmas")])
    first, last, title = match.groups()
    spans = _ranges(path, hours.strip())
    return {"date": first, "endDate": last, "name": title.strip(), "closed": not spans, "ranges": spans}


def _holiday_text(day: Mapping[str, Any]) -> str:
    until = f"..{day['endDate']}" if day.get("endDate") else ""
    spans = ", ".join(f"{span['start']}-{span['end']}" for span in day.get("ranges") or ())
    return f"{day['date']}{until} {day['name']}" + (f" :: {spans}" if spans and not day.get("closed") else "")
