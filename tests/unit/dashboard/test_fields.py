"""The draft's form: every field's text gives its value back, and what cannot be read is refused at its field."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.agents.definition import FIELDS, as_dict, read
from flowyte.dashboard.agent_form import TABS
from flowyte.dashboard.fields import Field, Kind, changes, errors_by_field
from flowyte.kit.errors import FieldError, Invalid

clock = st.tuples(st.integers(0, 22), st.integers(0, 59)).map(lambda at: f"{at[0]:02}:{at[1]:02}")
span = clock.map(lambda start: {"start": start, "end": f"{int(start[:2]) + 1:02}:{start[3:]}"})
words = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=20).filter(
    lambda text: "::" not in text
)
day = st.dates().map(lambda date: date.isoformat())
holiday = st.one_of(
    st.builds(lambda d, n: {"date": d, "endDate": None, "name": n, "closed": True, "ranges": []}, day, words),
    st.builds(
        lambda d, e, n, r: {"date": d, "endDate": e, "name": n, "closed": False, "ranges": r},
        day, day, words, st.lists(span, min_size=1, max_size=3),
    ),
)  # fmt: skip


def test_every_tab_gives_back_what_it_shows() -> None:
    """A form sent as it stands changes nothing of a draft."""
    draft = as_dict(
        read(
            {
                "name": "clinic",
                "goals": ["Answer", "Take messages"],
                "businessHours": {
                    "timezone": "Europe/Berlin",
                    "weekly": {"mon": [{"start": "08:00", "end": "12:00"}, {"start": "13:00", "end": "17:00"}]},
                    "holidays": [{"date": "2026-12-25", "name": "Christmas"}],
                },
            }
        )
    )
    for groups in TABS.values():
        form = {field.path: field.text(draft) for group in groups for field in group.fields}
        back = changes(groups, form)
        for field in (field for group in groups for field in group.fields):
            assert field.of(back) == field.of(draft) or not (field.of(back) or field.of(draft)), field.path


def test_every_field_is_one_that_an_agent_has() -> None:
    """No control writes into the void."""
    names = {field.path.split(".")[0] for groups in TABS.values() for group in groups for field in group.fields}
    assert names <= set(FIELDS)


@given(st.lists(span, max_size=4))
def test_hours_of_a_day_read_back(spans: list[dict[str, str]]) -> None:
    """Any list of spans."""
    field = Field(path="x", label="", kind="ranges")
    assert field.value(field.text({"x": spans})) == spans


@given(st.lists(holiday, max_size=4))
def test_holidays_read_back(days: list[dict[str, Any]]) -> None:
    """Closed days, and days with hours of their own, over one or more dates."""
    field = Field(path="x", label="", kind="holidays")
    assert field.value(field.text({"x": days})) == days


@given(st.text(max_size=60), st.sampled_from(get_args(Kind)))
def test_any_text_is_read_or_refused(text: str, kind: Any) -> None:
    """Nothing that a form can send is more than refused."""
    field = Field(path="some.field", label="", kind=kind)
    refused: list[FieldError] = []
    try:
        field.value(text)
    except Invalid as error:
        refused = error.fields
    assert [fault.field for fault in refused] in ([], ["some.field"])


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("9:00 to 17:30", [("09:00", "17:30")]),
        ("09:00–12:00; 13:00—17:00", [("09:00", "12:00"), ("13:00", "17:00")]),
        ("Closed", []),
        ("", []),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, spans: list[tuple[str, str]]) -> None:
    """Dashes of every length, `to`, one digit for the hour."""
    value = Field(path="x", label="", kind="ranges").value(text)
    assert [(entry["start"], entry["end"]) for entry in value] == spans


def test_an_error_inside_a_value_stands_at_its_field() -> None:
    """The agent's own rules name places within a field; people see the field."""
    faults = [
        FieldError(field="businessHours.weekly.mon[0]", message="ends before it begins"),
        FieldError(field="enabledChannels", message="names no channel"),
    ]
    found = errors_by_field(TABS["hours"], Invalid(fields=faults))
    assert found == {
        "businessHours.weekly.mon": "Ends before it begins",
        "": "enabledChannels: names no channel",
    }
