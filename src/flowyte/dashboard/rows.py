"""Fields that a form shows as rows: pronunciations, voices by language, holidays, rules of a hand-off. Pure.

A row is a control for each column, named `path.number.column`; one that is left empty is no row. There is always an
empty one at the end, so rows are added without script: fill it in and save.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flowyte.dashboard.spans import spans_of, text_of
from flowyte.kit.errors import FieldError, Invalid

Row = Mapping[str, str]
MOST_ROWS = 500  # as many pronunciations as an agent may have


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    name: str
    label: str
    kind: Literal["line", "date", "choice"] = "line"
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """`texts` makes rows of a value, `value` a value of rows; Invalid names the path."""

    columns: tuple[Column, ...]
    texts: Callable[[Any], list[dict[str, str]]]
    value: Callable[[str, Sequence[Row]], Any]
    noun: str

    def controls(self, path: str, value: Any) -> dict[str, str]:
        found = enumerate(self.texts(value))
        return {f"{path}.{number}.{name}": text for number, row in found for name, text in row.items()}

    def read(self, path: str, form: Mapping[str, str]) -> Any:
        return self.value(path, [row for row in self.rows(path, form) if any(row.values())])

    def rows(self, path: str, form: Mapping[str, str]) -> list[dict[str, str]]:
        """All that the form has, empty ones as well."""
        names = re.compile(rf"{re.escape(path)}\.(\d{{1,3}})\.(\w+)")
        found: dict[int, dict[str, str]] = {}
        for name, text in form.items():
            if match := names.fullmatch(name):
                found.setdefault(int(match[1]), {})[match[2]] = text.strip()
        blank = {column.name: "" for column in self.columns}
        return [blank | found[number] for number in sorted(found)[:MOST_ROWS]]


def pairs(first: Column, second: Column, noun: str) -> Rows:
    """Of a map. The same key twice is refused: one of them would be lost."""

    def texts(value: Any) -> list[dict[str, str]]:
        return [{first.name: str(key), second.name: str(inner)} for key, inner in (value or {}).items()]

    def read(path: str, rows: Sequence[Row]) -> dict[str, str]:
        found: dict[str, str] = {}
        for row in rows:
            key, inner = row[first.name], row[second.name]
            if not key or not inner:
                raise _wrong(path, f"“{key or inner}” stands alone: fill in both")
            if key in found:
                raise _wrong(path, f"“{key}” stands there twice")
            found[key] = inner
        return found

    return Rows(columns=(first, second), texts=texts, value=read, noun=noun)


def entries(columns: tuple[Column, ...], noun: str) -> Rows:
    """Of a list of objects with these fields and no others, all of which are needed."""

    def read(path: str, rows: Sequence[Row]) -> list[dict[str, str]]:
        for number, row in enumerate(rows, 1):
            if missing := [column.label for column in columns if not row[column.name]]:
                raise _wrong(path, f"in row {number}, {missing[0].lower()} is missing")
        return [{column.name: row[column.name] for column in columns} for row in rows]

    def texts(value: Any) -> list[dict[str, str]]:
        return [{column.name: str(entry.get(column.name) or "") for column in columns} for entry in value or ()]

    return Rows(columns=columns, texts=texts, value=read, noun=noun)


def _holidays(path: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    found = []
    for row in rows:
        if not row["date"] or not row["name"]:
            raise _wrong(path, f"“{row['name'] or row['date'] or row['hours']}” needs a day and a name")
        spans = spans_of(path, row["hours"])
        found.append(
            {"date": row["date"], "endDate": row["endDate"] or None, "name": row["name"], "closed": not spans,
             "ranges": spans}
        )  # fmt: skip
    return found


def _holiday_texts(value: Any) -> list[dict[str, str]]:
    return [
        {
            "date": day["date"], "endDate": day.get("endDate") or "", "name": day["name"],
            "hours": "" if day.get("closed", True) else text_of(day.get("ranges")),
        }
        for day in value or ()
    ]  # fmt: skip


def _wrong(path: str, message: str) -> Invalid:
    return Invalid(fields=[FieldError(field=path, message=message)])


PRONUNCIATIONS = pairs(
    Column(name="word", label="Spelled", hint="Nguyen"), Column(name="sound", label="Sounds like", hint="win"), "word"
)
VOICES = pairs(
    Column(name="language", label="Language", hint="en-GB"), Column(name="voice", label="Voice", kind="choice"), "voice"
)
HOLIDAYS = Rows(
    columns=(
        Column(name="date", label="Day", kind="date"),
        Column(name="endDate", label="Last day, of several", kind="date"),
        Column(name="name", label="Name", hint="Christmas"),
        Column(name="hours", label="Hours", hint="Closed"),
    ),
    texts=_holiday_texts,
    value=_holidays,
    noun="holiday",
)
RULES = entries(
    (
        Column(name="label", label="Rule", hint="Emergencies"),
        Column(name="when", label="When", hint="The caller has no heat or a burst pipe"),
        Column(name="destination", label="To", hint="202 555 0143"),
    ),
    "rule",
)
