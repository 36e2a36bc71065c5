"""What a skill is given is what it declared, of the right type and within its limits; the first fault is named."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.skills.arguments import MOST_ITEMS, MOST_TEXT, required_of, wrong


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    ("schema", "value", "fault"),
    [
        ({"type": "string"}, 5, "not of the type string"),
        ({}, 5, "not of the type string"),
        ({"type": "integer"}, 5.5, "not of the type integer"),
        ({"type": "integer"}, True, "not of the type integer"),
        ({"type": "number"}, "5", "not of the type number"),
        ({"type": ["number", "null"]}, "5", "not of the type number or null"),
        ({"type": "boolean"}, 1, "not of the type boolean"),
        ({"enum": ["a", 1]}, "b", "not one of the choices"),
        ({"const": "a"}, "b", "not the value that is set"),
        ({"type": "string", "maxLength": 2}, "abc", "longer than 2 characters"),
        ({"type": "string", "maxLength": 10**9}, "x" * (MOST_TEXT + 1), f"longer than {MOST_TEXT} characters"),
        ({"type": "string", "minLength": 2}, "a", "too short"),
        ({"type": "number", "minimum": 1}, 0, "less than 1"),
        ({"type": "number", "maximum": 1}, 1.5, "more than 1"),
        ({"type": "number"}, math.nan, "not a number"),
        ({"type": "number"}, math.inf, "not a number"),
        ({"type": "array"}, [0] * (MOST_ITEMS + 1), "too many items"),
        ({"type": "array", "maxItems": 1}, [0, 0], "too many items"),
        ({"type": "array", "items": {"type": "integer"}}, [1, "b"], "not of the type integer"),
        ({"type": "object", "properties": {"b": {"type": "string"}}}, {"c": "x"}, "c: not a parameter of this skill"),
        ({"type": "object", "properties": {"b": {}}, "required": ["b"]}, {}, "b: missing"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_wrong(schema: dict[str, Any], value: Any, fault: str) -> None:
    assert wrong(of(a=schema), {"a": value}, ()) == f"a: {fault}"


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, ""),
        ({"type": ["integer", "null"]}, None),
        ({"type": "number"}, 3),
        ({"enum": ["a", 1]}, 1),
        ({"type": "array", "items": {"type": "string"}}, ["x"]),
        ({"type": "object"}, {"anything": 1}),
        ({"type": "object", "properties": {"b": {"type": "boolean"}}, "required": ["b"]}, {"b": False}),
    ],
)
def test_a_right_value_is_taken(schema: dict[str, Any], value: Any) -> None:
    assert wrong(of(a=schema), {"a": value}, ()) is None


def test_what_is_not_declared_is_not_passed_on() -> None:
    """Also beside what is right: a skill gets its own parameters and no others."""
    assert wrong(of(a={"type": "string"}), {"a": "x", "phone": "+12025550142"}, ()) == (
        "phone: not a parameter of this skill"
    )


@pytest.mark.parametrize("given_", [{}, {"a": None}, {"a": ""}])
def test_what_is_needed_must_be_there(given_: dict[str, Any]) -> None:
    """None and an empty text are nothing."""
    assert wrong(of(a={"type": "string"}), given_, ("a",)) == "a: missing"


def test_both_ways_of_requiring_are_one_list_in_the_order_of_the_properties() -> None:
    schema = {**of(c={}, a={}, b={}), "required": ["b"]}
    assert required_of(schema, ("c",)) == ("c", "b")


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(arguments=st.dictionaries(st.sampled_from("abc"), json), schema=json)
def test_whatever_comes_there_is_an_answer(arguments: dict[str, Any], schema: Any) -> None:
    """A model sends anything: never an exception, and never an undeclared name through."""
    fault = wrong({"properties": {"a": schema}}, arguments, ())
    if set(arguments) - {"a"}:
        assert fault is not None
    assert fault is None or isinstance(fault, str)
