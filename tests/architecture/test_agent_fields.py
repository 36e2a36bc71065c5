"""docs/reference/agent-fields.md is what the types say; `python -m tests.architecture.test_agent_fields` writes it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from flowyte.agents.definition import Definition, as_dict
from flowyte.agents.described import AGENT, OVERRIDES
from flowyte.agents.folder_schema import Schema, schema_of

PAGE = Path(__file__).parents[2] / "docs/reference/agent-fields.md"
HEAD = """# The fields of an agent

As the API has them, and `agent.yaml` in a folder of files. Nested fields are written with a dot. What a field is by
default need not be sent. `guardrails` and `callerVerification` have guides of their own:
[guardrails](../howto/guardrails.md), [caller verification](../howto/verify-callers.md).

This page is written from the types that read an agent, and a test compares the two.

| field | what it is | takes | by default |
|---|---|---|---|
"""


def rows() -> Iterator[str]:
    schema = schema_of("agent")
    yield from _rows(schema["$defs"], schema["$defs"]["Definition"], "", as_dict(Definition(name="-")))
    overrides = f"CHANNEL is voice, chat or sms; FIELD one of {_code(OVERRIDES)}."
    yield f"| `channelOverrides.CHANNEL.FIELD` | {overrides} | as the field | |"


def _rows(defs: dict[str, Schema], part: Schema, path: str, default: Any) -> Iterator[str]:
    for name, field in part["properties"].items():
        place = f"{path}.{name}".lstrip(".")
        if place.startswith("channelOverrides."):
            continue
        value = default.get(name) if isinstance(default, dict) else None
        shown = "" if value in (None, "", [], {}) or isinstance(value, dict) or place == "name" else _value(value)
        takes, below = _takes(defs, field)
        yield f"| `{place}` | {AGENT[place][1]} | {takes} | {shown} |"
        if (
            below is not None
            and not place.startswith("businessHours.weekly.")
            and place not in ("guardrails", "callerVerification")
        ):
            yield from _rows(defs, below, place, value)


def _takes(defs: dict[str, Schema], field: Schema) -> tuple[str, Schema | None]:
    """In a few words, and the part that it holds."""
    if "$ref" in field:
        return "fields", defs[field["$ref"].rpartition("/")[2]]
    if "anyOf" in field:
        inner = next(each for each in field["anyOf"] if each.get("type") != "null")
        takes, below = _takes(defs, inner)
        return f"{takes}, or nothing", below
    if "enum" in field:
        return " or ".join(f"`{each}`" for each in field["enum"]), None
    if "properties" in field:
        return "fields", field
    if field.get("type") == "array":
        takes, below = _takes(defs, field["items"])
        most = f", at most {field['maxItems']}" if "maxItems" in field else ""
        return (f"a list of {'entries' if below else takes}{most}", below)
    if field.get("type") == "object":
        return "names and values", None
    return _plain(field), None


def _plain(field: Schema) -> str:
    bounds = [f"{words} {field[key]}" for key, words in (("minimum", "from"), ("maximum", "to")) if key in field]
    if "maxLength" in field:
        bounds.append(f"at most {field['maxLength']} characters")
    kind = {"string": "a text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
    kind = "a date" if field.get("format") == "date" else kind[field["type"]]
    return f"{kind}{', ' if bounds else ''}{' '.join(bounds)}"


def _value(value: Any) -> str:
    return f"`{value if isinstance(value, str) else msgspec.json.encode(value).decode()}`"


def _code(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def document() -> str:
    return HEAD + "\n".join(rows()) + "\n"


def test_the_page_says_what_the_types_say() -> None:
    """Write it again with `python -m tests.architecture.test_agent_fields`."""
    assert PAGE.read_text() == document()


if __name__ == "__main__":
    PAGE.write_text(document())
