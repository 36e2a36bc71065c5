"""What may be chosen of the chat on a site, and that whatever may be chosen can be read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.agents.colours import CONTROL, TEXT, contrast, palette, unreadable
from flowyte.agents.disclosures import LANGUAGES, direction, spoken, written
from flowyte.agents.widget import Widget, bootstrap, read
from flowyte.kit.errors import Invalid

COLOUR = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")
SNAPSHOT = {"greeting": "Good day.", "enabledChannels": ["chat", "voice"], "recording": {"enabled": True}}


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_as_wcag_counts_it(one: str, other: str, ratio: float) -> None:
    """Values that contrast checkers of others give."""
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(one, other) == contrast(other, one)


@given(accent=COLOUR, on_accent=COLOUR, background=COLOUR, text=COLOUR)
def test_what_is_not_refused_can_be_read(accent: str, on_accent: str, background: str, text: str) -> None:
    """Any four colours: they are refused, or each text on each of its grounds has 4.5:1 and each edge 3:1."""
    if unreadable(accent=accent, on_accent=on_accent, background=background, text=text):
        return
    drawn = palette(accent=accent, on_accent=on_accent, background=background, text=text)
    assert contrast(drawn.on_accent, drawn.accent) >= TEXT
    for ground in (drawn.background, drawn.sunk):
        assert contrast(drawn.text, ground) >= TEXT
        assert contrast(drawn.faint, ground) >= TEXT
    assert contrast(drawn.edge, drawn.background) >= CONTROL


@given(accent=COLOUR)
def test_black_or_white_is_readable_on_every_accent(accent: str) -> None:
    """Nobody has to give up the colour of their brand."""
    faults = [
        unreadable(accent=accent, on_accent=on, background="#ffffff", text="#000000") for on in ("#000000", "#ffffff")
    ]
    assert () in faults


def test_the_first_settings_are_good() -> None:
    """As they are before anybody has changed one."""
    assert read({}) == Widget()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"theme": {"light": {"accent": "#ffd400"}}}, "theme.light.onAccent"),
        ({"theme": {"dark": {"text": "#333333"}}}, "theme.dark.text"),
        ({"theme": {"light": {"accent": "red"}}}, "theme.light.accent"),
        ({"theme": {"light": {"accent": "#44f;}*{display:none"}}}, "theme.light.accent"),
        ({"theme": {"corner": "middle"}}, "theme.corner"),
        ({"theme": {"radius": 99}}, "theme.radius"),
        ({"theme": {"font": "Comic Sans"}}, "theme.font"),
        ({"copy": {"starterQuestions": ["a"] * 7}}, "copy.starterQuestions"),
        ({"copy": {"starterQuestions": ["a", " "]}}, "copy.starterQuestions[1]"),
        ({"copy": {"starterQuestions": ["a", "a"]}}, "copy.starterQuestions[1]"),
        ({"copy": {"launcherLabel": "  "}}, "copy.launcherLabel"),
        ({"copy": {"privacyUrl": "javascript:alert(1)"}}, "copy.privacyUrl"),
        ({"copy": {"privacyUrl": "http://example.com"}}, "copy.privacyUrl"),
        ({"copy": {"language": "english"}}, "copy.language"),
        ({"copy": {"labels": {"send": ""}}}, "copy.labels.send"),
        ({"copy": {"labels": {"disclosure": "I am a person"}}}, "copy.labels.disclosure"),
        ({"copy": {"disclosure": "I am a person"}}, "copy.disclosure"),
        ({"behavior": {"openAfterSeconds": 0}}, "behavior.openAfterSeconds"),
        ({"behavior": {"cookie": True}}, "behavior.cookie"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(values)
    assert [error.field for error in refused.value.fields] == [field]


def test_every_language_is_told_that_it_is_an_ai() -> None:
    """Each in its own words; one that is not known in English, a region of one as the language."""
    assert len({written(language) for language in LANGUAGES}) == len(LANGUAGES)
    assert len({spoken(language, recorded=recorded) for language in LANGUAGES for recorded in (True, False)}) == 26
    assert written("de-AT") == written("de")
    assert written("fi") == written("en") == "You are writing with an automated assistant, an AI."
    assert [direction(language) for language in ("ar-EG", "he", "en")] == ["rtl", "rtl", "ltr"]


def test_a_visitor_is_told_what_is_shown_and_no_more() -> None:
    """Empty texts are the agent's own; what belongs to talking comes only where one may talk."""
    plain = bootstrap(Widget(), name="Harbour", snapshot=SNAPSHOT)
    assert (plain["copy"]["title"], plain["copy"]["greeting"]) == ("Harbour", "Good day.")
    assert "voiceDisclosure" not in plain
    assert "mute" not in plain["copy"]["labels"]
    asked = read({"behavior": {"voice": True}, "copy": {"title": "Us", "greeting": "Moin.", "language": "de"}})
    talking = bootstrap(asked, name="Harbour", snapshot=SNAPSHOT)
    assert (talking["copy"]["title"], talking["copy"]["greeting"]) == ("Us", "Moin.")
    assert talking["voiceDisclosure"].endswith("Das Gespräch wird aufgezeichnet, beide Seiten.")
    for mode, told in (("ask", ""), ("by_place", ""), ("none", "nicht aufgezeichnet")):
        other = bootstrap(
            asked, name="Harbour", snapshot={**SNAPSHOT, "recording": {"enabled": True, "consentMode": mode}}
        )
        assert ("aufgezeichnet" in other["voiceDisclosure"]) == bool(told)
        assert told in other["voiceDisclosure"]
    assert talking["copy"]["labels"]["mute"] == "Mute"
    silent = {**SNAPSHOT, "enabledChannels": ["chat"]}
    assert bootstrap(asked, name="Harbour", snapshot=silent)["behavior"]["voice"] is False
