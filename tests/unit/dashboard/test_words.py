"""What values become for a reader: times, waterfalls, stories, lines, questions and answers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.dashboard import words
from flowyte.dashboard.faq_text import faq_of, faq_text
from flowyte.dashboard.sparkline import HEIGHT, WIDTH, sparkline
from flowyte.dashboard.story import lines_of
from flowyte.dashboard.waterfall import bars_of
from flowyte.kit.errors import Invalid
from flowyte.knowledge.model import Faq
from flowyte.observe.model import Event

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "just now"), (59, "just now"), (60, "1 min ago"), (3599, "59 min ago"), (7200, "2 h ago"),
     (3 * 86_400, "3 d ago"), (30 * 86_400, "24 Oct 2026"), (-5, "just now")],
)  # fmt: skip
def test_times_are_said_roughly(seconds: int, said: str) -> None:
    """Relative for two weeks, then the date."""
    assert words.ago(NOW - timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize(("milliseconds", "said"), [(None, "–"), (0, "0:00"), (64_900, "1:04"), (3_729_000, "1:02:09")])
def test_lengths_are_on_the_face_of_a_clock(milliseconds: int | None, said: str) -> None:
    """Minutes and seconds; hours only where there are some."""
    assert words.span(milliseconds) == said


def test_a_number_is_grouped_and_anything_else_left_alone() -> None:
    """A number that cannot be read is shown as it is kept."""
    assert words.phone("+12025550142") == "+1 202-555-0142"
    assert words.phone("front door") == "front door"


def test_bars_share_one_scale_and_add_up_to_what_was_measured() -> None:
    """The measured wait is never less than the bar; what the engine did not see comes first."""
    first = {"turn": 1, "voiceToVoiceMs": 540, "endpointingMs": 256, "firstAudioMs": 202, "playoutMs": 28}
    unmeasured = {"turn": 2, "voiceToVoiceMs": None, "endpointingMs": 1000, "firstAudioMs": 80}
    one, two = bars_of([first, unmeasured])
    assert sum(part.ms for part in one.parts) == one.total_ms == 540
    assert one.parts[0].kind == "unseen"
    assert two.total_ms is None
    assert sum(part.width for part in two.parts) == pytest.approx(100)
    assert two.parts[1].at == pytest.approx(two.parts[0].width)


@given(st.lists(st.dictionaries(st.sampled_from(["turn", "voiceToVoiceMs", "endpointingMs", "sttMs", "playoutMs"]),
                                st.one_of(st.none(), st.integers(0, 10_000)))))  # fmt: skip
def test_no_bar_is_wider_than_its_place(latency: list[dict[str, object]]) -> None:
    """Whatever marks are missing."""
    for bar in bars_of(latency):
        assert all(0 <= part.at <= 100 and part.at + part.width <= 100.001 for part in bar.parts)


def event(at_ms: int, type_: str, **data: object) -> Event:
    return Event(seq=at_ms, at_ms=at_ms, at=NOW, type=type_, data=data)


def test_a_story_is_in_the_order_of_time_with_its_decisions_between() -> None:
    """A line ends where the next one that was spoken begins, in the time of the recording."""
    found = lines_of(
        [
            event(0, "call_started"),
            event(100, "agent_message", text="Hello", cut=False),
            event(900, "consent", outcome="granted", recording=True),
            event(2000, "agent_message", text="We open at", cut=True),
            event(1500, "user_utterance", text="When do you open?"),
            event(2100, "error", cause="model_fallback", detail="timeout"),
        ],
        recording_from=1000,
    )
    assert [line.who for line in found] == ["agent", "note", "user", "agent", "note"]
    user = found[2]
    assert (user.at_ms, user.seek_ms, user.until_ms) == (1500, 500, 1000)
    assert found[3].cut
    assert found[4].tone == "danger"


def test_a_search_is_told_by_what_it_found_or_by_what_spoke_against_it() -> None:
    """So an owner sees which word is missing in what they wrote; a search that has neither is no note."""
    searches = (
        {"passages": [{"title": "Prices"}], "topScore": 0.9},
        {"passages": [], "topScore": 0.2, "doubt": "“boat” is nowhere in what it knows."},
        {"passages": [], "topScore": 0.0},
    )
    found = lines_of([event(n, "kb_retrieval", **each) for n, each in enumerate(searches)], 0)
    assert [line.text for line in found] == [
        "Found: Prices", "Not answered: “boat” is nowhere in what it knows.",
    ]  # fmt: skip


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e6)), max_size=12))
def test_a_line_stays_in_its_box(values: list[float | None]) -> None:
    """Gaps are left out, zeros lie on the ground, fewer than two days are no line."""
    line = sparkline(values)
    points = [tuple(map(float, point.split(","))) for point in line.points.split()]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert len(points) != 1


line_of_text = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=30).filter(
    lambda text: not text.lower().startswith(("q:", "a:"))
)


@given(st.lists(st.builds(lambda q, o, a: Faq(question=q, answer="\n".join(a), alternatives=tuple(o)),
                          line_of_text, st.lists(line_of_text, max_size=2),
                          st.lists(line_of_text, min_size=1, max_size=3)), max_size=4))  # fmt: skip
def test_questions_and_answers_read_back(entries: list[Faq]) -> None:
    """As many wordings and lines of answer as there are."""
    back = [Faq(question=e["question"], answer=e["answer"], alternatives=tuple(e["alternatives"]))
            for e in faq_of(faq_text(entries))]  # fmt: skip
    assert back == entries


@given(st.text(max_size=200))
def test_any_text_is_entries_or_refused(text: str) -> None:
    """Nothing that a form can send is more than refused."""
    try:
        entries = faq_of(text)
    except Invalid:
        return
    assert all(entry["question"] for entry in entries)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"outcome": "transferred", "label": "the desk"}, "Put through to the desk"),
        ({"outcome": "answered", "label": "the desk", "seconds": 42}, "Answered: the desk and spoke for 42 s"),
        ({"outcome": "unanswered", "label": "the desk", "cause": "no-answer"}, "Nobody answered: the desk (no answer)"),
        ({"outcome": "message"}, "A message instead of a person, who could not be reached from here"),
        ({"outcome": "not_available"}, "A person was asked for, and none can be reached from here"),
    ],
)
def test_a_hand_over_is_told_with_what_became_of_it(data: dict[str, object], said: str) -> None:
    """Honestly: to be put through is not yet to be answered."""
    event = Event(seq=1, at_ms=5, at=NOW, type="handoff", data=data)
    assert [line.text for line in lines_of([event], 0)] == [said]
