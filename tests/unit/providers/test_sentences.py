"""Text of a model becomes sentences for a mouth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.providers.openai_chat.sentences import Sentences


def cut(*deltas: str) -> list[str]:
    sentences = Sentences()
    found = [sentence for delta in deltas for sentence in sentences.add(delta)]
    return found + sentences.end()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We are open. Come in!", ["We are open.", "Come in!"]),
        ("Dr. Lee is in. Shall I book?", ["Dr. Lee is in.", "Shall I book?"]),
        ("We open at 9 a.m. on Monday. Bye.", ["We open at 9 a.m. on Monday.", "Bye."]),
        ("We open at 9 a.m. We close at 5 p.m. sharp.", ["We open at 9 a.m.", "We close at 5 p.m. sharp."]),
        ("It costs 12.50 dollars. Fine?", ["It costs 12.50 dollars.", "Fine?"]),
        ("No. We are closed.", ["No.", "We are closed."]),
        ("Take bus No. 7 there. Go.", ["Take bus No. 7 there.", "Go."]),
        ("J. Smith called. Yes.", ["J. Smith called.", "Yes."]),
        ("one\ntwo", ["one", "two"]),
        ("   ", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    """Abbreviations, clock times, decimals and initials do not end a sentence."""
    assert cut(text) == expected
    assert cut(*text) == expected


def test_a_sentence_comes_as_soon_as_the_next_begins() -> None:
    """The mouth can start before the model has finished."""
    sentences = Sentences()
    assert sentences.add("We are open.") == []
    assert sentences.add(" Come") == ["We are open."]


@given(st.lists(st.text(max_size=60), max_size=12))
def test_nothing_is_lost_but_white_space(deltas: list[str]) -> None:
    """Whatever is said is spoken, in order."""
    assert "".join("".join(cut(*deltas)).split()) == "".join("".join(deltas).split())


def test_endless_text_is_cut_between_words() -> None:
    """A model that never ends a sentence is still heard."""
    found = cut("word " * 300)
    assert all(len(sentence) <= 400 for sentence in found)
    assert " ".join(found).split() == ["word"] * 300
