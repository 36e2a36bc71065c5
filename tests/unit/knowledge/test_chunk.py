"""Cutting sources: nothing is lost, nothing is too long to listen to, titles say where a passage stands."""

from hypothesis import given
from hypothesis import strategies as st

from flowyte.knowledge.chunk import MOST_CHARACTERS, chunk_faq, chunk_text, sentences
from flowyte.knowledge.model import Faq


def test_a_question_is_one_chunk_with_its_answer() -> None:
    """Its other wordings find it too."""
    (chunk,) = chunk_faq([Faq(question="Do you park?", answer="Behind\nthe house.", alternatives=("Parking?",))])
    assert (chunk.title, chunk.text) == ("Do you park?", "Behind the house.")
    assert chunk.probes == ("Do you park?", "Parking?", "Do you park? Behind the house.")


def test_a_text_is_cut_at_its_headings() -> None:
    """A title carries the headings above it, but not the document's own."""
    text = "# Practice\n\n## Prices\n\nWith tax.\n\n### Crowns\n\n- Gold 900 dollars\n- Porcelain 800 dollars\n"
    chunks = chunk_text(text, name="About")
    assert [chunk.title for chunk in chunks] == ["Prices", "Prices: Crowns"]
    assert chunks[1].text == "Gold 900 dollars. Porcelain 800 dollars."


def test_what_stands_before_the_first_heading_has_the_name_of_the_source() -> None:
    """Also where there is no heading at all."""
    (chunk,) = chunk_text("We are kind.\nAnd quick.", name="About us")
    assert (chunk.title, chunk.text) == ("About us", "We are kind. And quick.")


def test_abbreviations_do_not_end_a_sentence() -> None:
    """Nor do initials."""
    assert sentences("Dr. Rivera works from 9 a.m. On Fridays J. Chen does. Call us.") == [
        "Dr. Rivera works from 9 a.m. On Fridays J. Chen does.",
        "Call us.",
    ]


@given(st.text(max_size=2_000))
def test_any_text_is_cut_without_losing_a_word(text: str) -> None:
    """Words of the body come back in order; only headings, bullets and white space are taken out."""
    plain = "".join(c if c.isalnum() else " " for c in text)
    said = " ".join(chunk.text for chunk in chunk_text(plain))
    assert said.split() == plain.split()


@given(st.lists(st.text("abc ", min_size=1, max_size=80), max_size=40))
def test_a_chunk_is_short_enough_to_listen_to(parts: list[str]) -> None:
    """A chunk is within the limit unless one sentence alone is longer."""
    text = " ".join(f"A{part.strip()}." for part in parts)
    assert all(len(chunk.text) <= MOST_CHARACTERS for chunk in chunk_text(text))
