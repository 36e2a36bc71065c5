"""Words that the mouth is given otherwise: what is heard changes, what is kept does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.conversation.respelled import respelled
from flowyte.conversation.speech import heard_text, spread

SAID = {"Nguyen": "win", "SQL": "sequel", "St. Mary": "saint mary"}
TEXTS = st.text(alphabet="abc ABC.,'é", max_size=60)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Dr. Nguyen is in.", "Dr. win is in."),
        ("NGUYEN, nguyen!", "win, win!"),
        ("Nguyens and MySQL", "Nguyens and MySQL"),
        ("At St. Mary we use SQL", "At saint mary we use sequel"),
        ("", ""),
    ],
)
def test_whole_words_are_said_otherwise(written: str, spoken: str) -> None:
    """In any case and beside any mark, but never inside another word."""
    assert respelled(written, SAID).text == spoken


def test_what_was_heard_is_told_in_the_words_that_were_written() -> None:
    """A sentence that is cut off after "win" ends with "Nguyen" in the transcript."""
    written = "Ask Nguyen about it."
    found = respelled(written, SAID)
    words = spread(found.text, 400)
    upto = [found.written(word.upto) for word in words]
    assert [written[:end] for end in upto] == ["Ask", "Ask Nguyen", "Ask Nguyen about", written]
    assert heard_text(found.text, words, 399) == "Ask win about"


@given(TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=3))
def test_the_way_back_never_goes_back(written: str, known: dict[str, str]) -> None:
    """The more of it has been heard, the more of the text has been; all of it at the end, nothing at the beginning."""
    found = respelled(written, known)
    ends = [found.written(upto) for upto in range(len(found.text) + 1)]
    assert ends == sorted(ends)
    assert found.written(len(found.text)) == len(written)
    assert ends[0] == 0
    assert respelled(written, {}).text == written
