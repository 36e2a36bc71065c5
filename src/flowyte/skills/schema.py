"""A skill's parametersSchema: the part of JSON Schema that is understood here, and what it may say besides. Pure.

What is not understood when a value is checked is refused when the skill is saved: a rule that is only written down
would be taken for one that holds. Three words of our own are known, beside a top-level property: `x-source` (where its
value may come from), `x-slot` (which reading of speech finds it) and `x-ask` (the question that asks a caller for it).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from flowyte.kit.errors import FieldError

MOST_PROPERTIES = 50
MOST_DEPTH = 6
MOST_CHOICES = 100  # a model reads each; a longer list is a look-up, not a choice
MOST_QUESTION = 300  # characters: what is asked in one breath
TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")
SOURCES = ("caller", "operator", "verified", "skill", "page", "model")
SLOTS = (
    "text", "name", "number", "money", "date", "date_of_birth", "time", "phone", "email", "postcode", "digits",
    "address", "yes_no", "choice",
)  # fmt: skip
REFUSED: Mapping[str, str] = {
    "$ref": "references are not followed; write the schema out",
    "$dynamicRef": "references are not followed; write the schema out",
    "$recursiveRef": "a schema cannot hold itself",
    "$defs": "references are not followed; write the schema out",
    "definitions": "references are not followed; write the schema out",
    "pattern": "patterns are not checked: a caller's words could keep one busy for ever; use enum or x-slot",
    "patternProperties": "patterns are not checked; name the properties",
    "allOf": "one schema a value; write them into one",
    "anyOf": "one schema a value; a list of types is taken",
    "oneOf": "one schema a value; a list of types is taken",
    "not": "say what a value is, not what it is not",
    "if": "a schema has no conditions here; make two skills",
}
_WHOLE = ("minLength", "maxLength", "minItems", "maxItems")
_NUMBERS = ("minimum", "maximum")
_NOT_CHECKED = ("exclusiveMinimum", "exclusiveMaximum", "multipleOf", "uniqueItems", "contains", "dependentRequired")
_OURS = ("x-source", "x-slot", "x-ask")


def problems(schema: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with it, by path."""
    properties = schema.get("properties")
    if schema.get("type", "object") != "object" or not isinstance(properties, dict):
        return [_error("parametersSchema", "a JSON Schema object with top-level properties")]
    found = [_error("parametersSchema", f"{key}: {why}") for key, why in REFUSED.items() if key in schema]
    if len(properties) > MOST_PROPERTIES:
        found.append(_error("parametersSchema.properties", f"at most {MOST_PROPERTIES}"))
    for name, described in properties.items():
        path = f"parametersSchema.properties.{name}"
        found += [_error(path, wrong) for wrong in [next(_wrong(described, 1), None)] if wrong]
    return found


def _wrong(schema: object, depth: int) -> Iterator[str]:
    """What is wrong with a property and with what it holds."""
    if not isinstance(schema, dict):
        yield "a JSON Schema object"
        return
    if depth > MOST_DEPTH:
        yield f"nested deeper than {MOST_DEPTH}"
        return
    yield from (f"{key}: {why}" for key, why in REFUSED.items() if key in schema)
    yield from (f"{key} is not checked here; leave it out" for key in _NOT_CHECKED if key in schema)
    yield from _wrong_type(schema)
    yield from _wrong_limits(schema)
    yield from _wrong_words(schema, top=depth == 1)
    inner = schema.get("properties", {})
    if not isinstance(inner, dict):
        yield "properties is an object"
        return
    for part in (*inner.values(), *([schema["items"]] if "items" in schema else [])):
        yield from _wrong(part, depth + 1)


def _wrong_type(schema: Mapping[str, Any]) -> Iterator[str]:
    types = schema.get("type", "string")
    if any(not isinstance(t, str) or t not in TYPES for t in (types if isinstance(types, list) else [types])):
        yield f"type is one of {', '.join(sorted(TYPES))}"
    choices = schema.get("enum")
    if choices is not None and not (isinstance(choices, list) and 0 < len(choices) <= MOST_CHOICES):
        yield f"enum is a list of 1 to {MOST_CHOICES} choices"
    elif choices is not None and any(isinstance(choice, dict | list) for choice in choices):
        yield "enum holds texts and numbers"


def _wrong_limits(schema: Mapping[str, Any]) -> Iterator[str]:
    for key in (*_WHOLE, *_NUMBERS):
        value = schema.get(key, 0)
        whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        if key in _WHOLE and not whole:
            yield f"{key} is a whole number"
        if key in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
            yield f"{key} is a number"
    required = schema.get("required", [])
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        yield "required is a list of names"


def _wrong_words(schema: Mapping[str, Any], *, top: bool) -> Iterator[str]:
    for key in schema:
        if str(key).startswith("x-") and key not in _OURS:
            yield f"{key} is not known; {', '.join(_OURS)} are"
        elif key in _OURS and not top:
            yield f"{key} stands beside a parameter, not inside of one"
    sources = schema.get("x-source")
    if sources is not None and not (
        isinstance(sources, list) and sources and all(isinstance(s, str) and s in SOURCES for s in sources)
    ):
        yield f"x-source is a list out of {', '.join(SOURCES)}"
    if "x-slot" in schema and schema["x-slot"] not in SLOTS:
        yield f"x-slot is one of {', '.join(SLOTS)}"
    if schema.get("x-slot") == "choice" and not schema.get("enum"):
        yield "x-slot choice needs its choices in enum"
    question = schema.get("x-ask", "?")
    if not isinstance(question, str) or not 0 < len(question.strip()) <= MOST_QUESTION:
        yield f"x-ask is a question of 1 to {MOST_QUESTION} characters"


def _error(field: str, message: str) -> FieldError:
    return FieldError(field=field, message=message)
