"""What a skill is given, checked against its own schema: declared, of the right type, within its limits. Pure.

The part of JSON Schema that is understood is the part that a form can show: types, enum, const, lengths, ranges,
items, properties and required. Patterns and references are refused where a skill is saved, so none is met here.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

MOST_TEXT = 5_000  # characters of one value; what a caller dictates as a message
MOST_ITEMS = 100
_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,), "boolean": (bool,), "integer": (int,), "number": (int, float), "array": (list, tuple),
    "object": (dict,), "null": (type(None),),
}  # fmt: skip


def wrong(schema: Mapping[str, Any], arguments: Mapping[str, object], required: Sequence[str]) -> str | None:
    """What is the matter with the arguments, by the name of the first that is, or None."""
    properties: Mapping[str, Any] = schema.get("properties") or {}
    undeclared = sorted(set(arguments) - set(properties))
    if undeclared:
        return f"{undeclared[0]}: not a parameter of this skill"
    missing = [name for name in required if arguments.get(name) in (None, "")]
    if missing:
        return f"{missing[0]}: missing"
    for name, value in arguments.items():
        fault = _fault(properties[name], value)
        if fault:
            return f"{name}: {fault}"
    return None


def required_of(schema: Mapping[str, Any], required: Sequence[str]) -> tuple[str, ...]:
    """Both ways of saying that a parameter is needed, in the order of the properties."""
    wanted = {*required, *(schema.get("required") or ())}
    return tuple(name for name in schema.get("properties") or {} if name in wanted)


def _fault(schema: Any, value: object) -> str | None:
    if not isinstance(schema, Mapping):
        return None
    types = schema.get("type", "string" if "enum" not in schema and "const" not in schema else [])
    fault = _type_fault(types if isinstance(types, list) else [types], value)
    if fault:
        return fault
    if "enum" in schema and value not in schema["enum"]:
        return "not one of the choices"
    if "const" in schema and value != schema["const"]:
        return "not the value that is set"
    if isinstance(value, str):
        return _text_fault(schema, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number_fault(schema, value)
    if isinstance(value, list | tuple):
        return _items_fault(schema, value)
    if isinstance(value, dict):
        return wrong(schema, value, schema.get("required") or ()) if "properties" in schema else None
    return None


def _type_fault(types: Sequence[str], value: object) -> str | None:
    if not types:
        return None
    for kind in types:
        is_boolean = isinstance(value, bool)
        if isinstance(value, _KINDS.get(kind, ())) and (not is_boolean or kind == "boolean"):
            return None
    return f"not of the type {' or '.join(types)}"


def _text_fault(schema: Mapping[str, Any], value: str) -> str | None:
    most = min(_number(schema.get("maxLength"), MOST_TEXT), MOST_TEXT)
    if len(value) > most:
        return f"longer than {most:g} characters"
    if len(value) < _number(schema.get("minLength"), 0):
        return "too short"
    return None


def _number_fault(schema: Mapping[str, Any], value: float) -> str | None:
    low, high = _number(schema.get("minimum"), None), _number(schema.get("maximum"), None)
    if not math.isfinite(value):
        return "not a number"
    if low is not None and value < low:
        return f"less than {low:g}"
    if high is not None and value > high:
        return f"more than {high:g}"
    return None


def _items_fault(schema: Mapping[str, Any], value: Sequence[object]) -> str | None:
    if len(value) > min(_number(schema.get("maxItems"), MOST_ITEMS), MOST_ITEMS):
        return "too many items"
    faults = (_fault(schema.get("items", {"type": []}), item) for item in value)
    return next((fault for fault in faults if fault), None)


def _number(value: object, otherwise: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else otherwise
