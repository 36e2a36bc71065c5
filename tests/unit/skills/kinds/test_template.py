"""`{name}` and nothing else."""

from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from flowyte.skills.kinds.template import filled, names, text_of, unknown


def test_names_are_filled_and_what_is_missing_is_empty() -> None:
    assert filled("Dear {name}, {when}.", {"name": "A. Caller"}) == "Dear A. Caller, ."
    assert names("{a} {b} {a}") == ("a", "b")
    assert unknown("{a} {b}", ["a"]) == "b"
    assert unknown("{a}", ["a", "b"]) is None


@given(value=st.text())
def test_what_is_filled_in_is_not_looked_at_again(value: str) -> None:
    """A caller who says "{secret}" has said just that."""
    assert filled("<{a}>", {"a": value, "secret": "S"}) == f"<{value}>"


@given(value=st.text(st.characters(exclude_categories=["Cs"])))
def test_a_quoted_value_cannot_leave_its_place_in_an_address(value: str) -> None:
    """No slash, question mark, hash or at sign of a caller's becomes a part of the address."""
    built = filled("https://example.com/a/{a}/b", {"a": value}, lambda text: quote(text, safe=""))
    assert built.count("/") == 5
    assert not set("?#@\\ ") & set(built)


def test_what_is_no_name_stays_as_it_is() -> None:
    text = "{} {1} { a } {{b}} {a.b} {a[0]} {a!r} {a:>9}"
    assert filled(text, {"a": "A", "b": "B"}) == "{} {1} { a } {B} {a.b} {a[0]} {a!r} {a:>9}"


def test_values_as_people_write_them() -> None:
    assert [text_of(value) for value in (None, True, False, 3, 2.5, "x")] == ["", "yes", "no", "3", "2.5", "x"]
