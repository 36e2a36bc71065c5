"""The table of states, and the page that draws it."""

from pathlib import Path

from flowyte.conversation.table import FLOOR, TABLE, diagram

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "turn-machine.md"


def test_the_page_shows_the_table_as_it_is() -> None:
    """The diagram of the documentation is the one drawn from the table."""
    assert f"```mermaid\n{diagram()}```" in PAGE.read_text()


def test_every_state_reaches_the_end_and_nothing_leaves_it() -> None:
    """No state is a trap, and an ended conversation stays ended."""
    assert TABLE["ended"] == {}
    for start in TABLE:
        seen, todo = set(), [start]
        while todo:
            state = todo.pop()
            if state not in seen:
                seen.add(state)
                todo += TABLE[state].values()
        assert "ended" in seen
    assert set(FLOOR) == set(TABLE)


def test_every_state_before_the_closing_one_can_be_finished() -> None:
    """A hang-up, a drain or the longest time may come at any moment."""
    for state, moves in TABLE.items():
        if state not in ("closing", "ended"):
            assert moves["finish"] == "closing"
