"""The draft's form: every field's text gives its value back, and what cannot be read is refused at its field."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.agents.definition import FIELDS, as_dict, read
from flowyte.agents.described import AGENT
from flowyte.agents.publish import merged
from flowyte.dashboard.agent_form import TABS
from flowyte.dashboard.fields import Field, Kind, changes, errors_by_field, fields_of
from flowyte.dashboard.rows import HOLIDAYS, PRONUNCIATIONS
from flowyte.kit.errors import FieldError, Invalid

clock = st.tuples(st.integers(0, 22), st.integers(0, 59)).map(lambda at: f"{at[0]:02}:{at[1]:02}")
span = clock.map(lambda start: {"start": start, "end": f"{int(start[:2]) + 1:02}:{start[3:]}"})
words = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=20)
day = st.dates().map(lambda date: date.isoformat())
holiday = st.one_of(
    st.builds(lambda d, n: {"date": d, "endDate": None, "name": n, "closed": True, "ranges": []}, day, words),
    st.builds(
        lambda d, e, n, r: {"date": d, "endDate": e, "name": n, "closed": False, "ranges": r},
        day, day, words, st.lists(span, min_size=1, max_size=3),
    ),
)  # fmt: skip
FULL: dict[str, Any] = {
    "name": "clinic",
    "greeting": "Harbour Dental, good day.",
    "persona": "The front desk.",
    "tone": "warm",
    "goals": ["Answer", "Take messages"],
    "neverDo": ["Diagnose"],
    "lexicon": {"preferred": ["practice"], "banned": ["cheap"], "pronunciations": {"Nguyen": "win", "SQL": "sequel"}},
    "voiceMap": {"en-GB": "pico"},
    "languages": ["en-US", "en-GB"],
    "voiceSettings": {"speed": 1.25},
    "handoffConfig": {
        "transferDestination": "+12025550143",
        "escalationThreshold": 2,
        "transferRules": [{"label": "Pain", "when": "It hurts", "destination": "+12025550144"}],
    },
    "recording": {"retentionDays": 30},
    "channelOverrides": {"chat": {"greeting": "Hi", "goals": ["Be short"]}, "voice": {"tone": "calm"}},
    "businessHours": {
        "timezone": "Europe/Berlin",
        "weekly": {"mon": [{"start": "08:00", "end": "12:00"}, {"start": "13:00", "end": "17:00"}]},
        "holidays": [
            {"date": "2026-12-25", "name": "Christmas"},
            {"date": "2026-12-24", "endDate": "2026-12-31", "name": "Winter", "closed": False,
             "ranges": [{"start": "09:00", "end": "10:00"}]},
        ],
        "afterHours": {"mode": "message", "message": "We are closed.", "number": "+12025550145"},
    },
}  # fmt: skip


def sent(tab: str, draft: dict[str, Any]) -> dict[str, str]:
    """What a browser sends of a tab as it stands."""
    return {name: text for field in fields_of(TABS[tab]) for name, text in field.controls(draft).items()}


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("agent", [FULL, {"name": "bare"}])
def test_every_tab_gives_back_what_it_shows(tab: str, agent: dict[str, Any]) -> None:
    """A form sent as it stands changes nothing of a draft."""
    draft = as_dict(read(agent))
    wanted = changes(TABS[tab], sent(tab, draft), draft)
    assert as_dict(read(merged(draft, wanted))) == draft


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_fills_and_empties_a_draft(tab: str) -> None:
    """From nothing to everything that the tab has, and back, over the merge patch that the form makes."""
    bare, full = as_dict(read({"name": "clinic"})), as_dict(read(FULL))
    for before, after in ((bare, full), (full, bare)):
        wanted = changes(TABS[tab], sent(tab, after), before)
        made = as_dict(read(merged(before, wanted)))
        for field in fields_of(TABS[tab]):
            assert field.of(made) == field.of(after) or not (field.of(made) or field.of(after)), field.path


def test_the_forms_have_every_field_that_does_something() -> None:
    """What no form has is what nothing here uses, and the lists that have pages of their own."""
    shown = {field.path for groups in TABS.values() for field in fields_of(groups)}
    none = {path for path in AGENT if not any(each == path or each.startswith(f"{path}.") for each in shown)}
    none -= {path for path in none if any(path.startswith(f"{each}.") for each in shown)}
    unused = {"ttsModel", "sttModel", "channelOverrides.sms"}
    unused |= {f"voiceSettings.{name}" for name in ("stability", "similarityBoost", "style", "useSpeakerBoost")}
    starts = {f"businessHours.weekly.{end}" for end in ("start", "end")}
    assert none == unused | starts | {"guardrails", "callerVerification"}


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
    assert HOLIDAYS.read("x", HOLIDAYS.controls("x", days)) == days


@given(st.dictionaries(words, words, max_size=4))
def test_pronunciations_read_back(said: dict[str, str]) -> None:
    """Each word once; the empty row at the end is none."""
    form = PRONUNCIATIONS.controls("x", said) | {"x.9.word": "", "x.9.sound": " "}
    assert PRONUNCIATIONS.read("x", form) == said


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"x.0.word": "Nguyen", "x.0.sound": ""}, "stands alone"),
        ({"x.0.word": "a", "x.0.sound": "b", "x.1.word": "a", "x.1.sound": "c"}, "twice"),
    ],
)
def test_half_a_row_is_refused(form: dict[str, str], words: str) -> None:
    """At its field, rather than lost."""
    with pytest.raises(Invalid, match=words) as refused:
        PRONUNCIATIONS.read("x", form)
    assert [fault.field for fault in refused.value.fields] == ["x"]


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


def test_a_bound_is_told_in_words() -> None:
    """As it is passed by a person who has not read the API."""
    faults = [
        FieldError(field="callControl.maxCallSeconds", message="Expected `int` >= 30"),
        FieldError(field="endpointing.maxSilenceMs", message="Expected `int` <= 8000"),
        FieldError(field="callControl.maxDurationMessage", message="Expected `str` of length <= 4000"),
    ]
    assert list(errors_by_field(TABS["calls"], Invalid(fields=faults)).values()) == [
        "Must be at least 30", "Must be at most 8000", "Is longer than 4000 characters",
    ]  # fmt: skip
