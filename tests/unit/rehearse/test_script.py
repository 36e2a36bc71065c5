"""Reading screenplays: each direction, faults with their line, and what the marks in an agent's line stand for."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.rehearse import script
from flowyte.rehearse.script import BadScreenplayError, Says, fits, read_screenplay

WHOLE = """# A caller who asks twice.
[by voice and chat]
[at 9:05 on a Sunday]
[order_status answers after 1.5 s 404 {"error": "no"}]

Agent: Hello.
  How can I help?
Caller: Where is it?
Agent: I … know.
[order_status was called once with order_id=55; day=Monday]
[a message was taken: name=Jo; message=…]
"""


def test_it_is_read_line_by_line() -> None:
    play = read_screenplay("x.txt", WHOLE)
    assert play.channels == ("voice", "chat")
    assert play.at == script.At(clock=time(9, 5), day="Sunday")
    assert [line.number for line in play.lines] == [4, 6, 8, 9, 10, 11]
    steps = [line.step for line in play.lines]
    assert steps[0] == script.Answers(skill="order_status", status=404, body={"error": "no"}, after_s=1.5)
    assert steps[1] == Says("Agent", "Hello. How can I help?")
    assert steps[4] == script.Expects(
        what="called", name="order_status", times=1, values={"order_id": "55", "day": "Monday"}
    )
    assert read_screenplay("x", "[at 21:30 on 2026-12-25]\nCaller: Hi").at.day == date(2026, 12, 25)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "x.txt: nobody says anything"),
        ("Caller: Hi\nAgent:", "x.txt:2: the agent says nothing"),
        ("Caller: Hi\n\nCuller: Hi", "x.txt:3: a line begins with"),
        ("  Agent: Hi", "x.txt:1: goes on with a line that is not there"),
        ("Caller: Hi\n[the caller dances]", "x.txt:2: `[the caller dances]` is no direction"),
        ("Caller: Hi\n[by chat]", "x.txt:2: stands at the beginning"),
        ("[by voice and chat]\nCaller: Hi\n[the caller presses 1]", "x.txt:3: there is no such thing in a chat"),
        ("Caller: Hi\nCaller: Hello", "x.txt:2: before it"),
        ("[at 25:00 on a Monday]\nCaller: Hi", "x.txt:1: at 25:00"),
        ("[at 9:00 on 2026-02-31]\nCaller: Hi", "x.txt:1: at 9:00"),
        ("[a answers {not json]\nCaller: Hi", "x.txt:1: a answers"),
        ("Caller: Hi\n[a message was taken: Jo]", "x.txt:2: a message was taken: Jo: `Jo` is no name=value"),
        ("Caller: Hi\n" * 2_000, "x.txt: longer than"),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(BadScreenplayError) as error:
        read_screenplay("x.txt", text)
    assert error.value.message.startswith(told)


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No other error, whatever somebody has written."""
    try:
        play = read_screenplay("x.txt", text)
    except BadScreenplayError:
        return
    assert play.lines


@given(st.lists(st.text("ab .…", max_size=6), min_size=1, max_size=5), st.lists(st.text("ab ", max_size=5)))
def test_a_text_fits_itself_with_anything_left_out(parts: list[str], filling: list[str]) -> None:
    """Cut anywhere and filled with anything, it still fits; a word more at its end does not."""
    plain = [" ".join(part.replace("…", "").replace(".", "").split()) for part in parts]
    filled = plain[0] + "".join(f" {(filling[n : n + 1] or [''])[0]} {part}" for n, part in enumerate(plain[1:]))
    assert fits("…".join(f" {part} " for part in plain), filled)
    assert not fits("…".join([*plain, "the end"]), f"{filled} and more")


def test_a_line_without_marks_fits_only_itself() -> None:
    assert fits("We are  open.", "We are open.")
    assert not fits("We are open.", "We are open. Until nine.")
    assert not fits("… nine", "Until nine, mostly")
    assert not fits("one … one", "one")
