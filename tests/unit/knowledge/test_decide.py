"""When a passage is quoted: the verdict on what was found, and the reason that is told."""

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flowyte.knowledge.decide import MOST_AROUND, REJECT_BELOW, Candidate, Part, Question, evidence, judged
from flowyte.knowledge.weights import WEIGHTS

CHUNKS = 40


def asked(text: str, **found_in: int) -> Question:
    """A question of these stems, each standing in so many of the agent's chunks."""
    terms = {term: (n, math.log(1 + CHUNKS / (0.5 + n))) for term, n in found_in.items()}
    return Question(text=text, terms=terms, chunks=CHUNKS)


def found(name: str, meaning: float, **fields: Any) -> Candidate:
    usual: dict[str, Any] = {
        "source_id": "src_1", "chunk_id": name, "position": 0, "title": name, "faq": False, "url": "", "share": 0.0,
        "text": "We mend bicycles of every make, wherever they were bought.", "likeness": meaning,
        "lacking": frozenset(), "probe_terms": frozenset(), "nearby": 0.0, "parts": (),
    }  # fmt: skip
    return Candidate(**{**usual, "meaning": meaning, **fields})


OTHERS = [found(f"other {n}", 0.3 + n / 100, lacking=frozenset(("bike", "fix", "pay"))) for n in range(15)]


def test_the_wording_that_was_asked_is_quoted() -> None:
    """All words of the question stand in the passage, and nothing else is nearly as close."""
    question = asked("Do you repair bikes?", repair=3, bike=12)
    words = frozenset(("repair", "bike", "bought"))
    best, *rest = judged(question, [found("repairs", 0.85, share=1.0, probe_terms=words), *OTHERS])
    assert (best.chunk_id, best.doubt) == ("repairs", "")
    assert best.score >= REJECT_BELOW > max(passage.score for passage in rest)


def test_what_is_nowhere_in_the_knowledge_is_named() -> None:
    """Close in meaning but about something else: it is not quoted, and the caller's own word is the reason."""
    question = asked("Can you fix my lawnmower today?", fix=4, lawnmow=0, today=2)
    said = frozenset(("fix", "bicycl", "make", "bought"))
    near = found("repairs", 0.55, share=0.2, lacking=frozenset(("lawnmow", "today")), probe_terms=said)
    best = judged(question, [near, *OTHERS])[0]
    assert best.chunk_id == "repairs"
    assert best.score < REJECT_BELOW
    assert "lawnmower" in best.doubt


def test_a_passage_as_close_as_any_other_is_not_quoted() -> None:
    """The same passage that is quoted when it stands out is not when ten others are as close."""
    question = asked("Do you repair bikes?", repair=3, bike=12)
    words = frozenset(("repair", "bike", "bought"))
    one = found("repairs", 0.7, share=1.0, probe_terms=words)
    crowd = [found(f"crowd {n}", 0.69) for n in range(12)]
    alone, crowded = (
        next(passage.score for passage in judged(question, [one, *others]) if passage.chunk_id == "repairs")
        for others in (OTHERS, crowd)
    )
    assert alone > REJECT_BELOW > crowded


def test_a_section_is_quoted_from_its_beginning() -> None:
    """Of two passages of one section that are equally close, the first comes first."""
    question = asked("How do I pay?", pay=3)
    assert judged(question, [*paying(1, 0), *OTHERS])[0].chunk_id == "part 0"


def test_what_stands_around_a_passage_is_told_with_it_and_no_passage_of_its_own() -> None:
    """Two before and two after, in order, and no more than can be read at a glance."""
    question = asked("How do I pay?", pay=3)
    best, *rest = judged(question, [*paying(0, 1, 2, 3), *OTHERS])
    assert (best.chunk_id, best.around) == ("part 0", "0. 1. 2.")
    assert [passage.chunk_id for passage in rest if passage.title == "Paying"] == ["part 3"]
    long = judged(question, paying(0, 1, 2, text="x" * (MOST_AROUND // 2)))
    assert [len(passage.around) for passage in long] == [MOST_AROUND // 2 * 2 + 1, MOST_AROUND // 2]


def paying(*numbers: int, text: str = "") -> list[Candidate]:
    """Chunks of one section, equally close."""
    parts = tuple(Part(f"part {n}", n, text or f"{n}.") for n in sorted(numbers))
    return [
        found(
            part.chunk_id, 0.7, title="Paying", position=part.position, share=1.0, text=part.text,
            parts=tuple(other for other in parts if abs(other.position - part.position) <= 2),
        )
        for part in parts
    ]  # fmt: skip


def test_an_agent_of_one_passage_has_nothing_to_stand_out_from() -> None:
    """A far passage is not quoted for being the only one."""
    question = asked("Is there a car park?", car=0, park=0)
    only = found("hours", 0.4, lacking=frozenset(("car", "park")))
    assert judged(question, [only])[0].score < REJECT_BELOW
    assert judged(question, []) == ()


@given(st.floats(-1, 1), st.floats(0, 1), st.sets(st.sampled_from("abcd")), st.text(max_size=30))
def test_every_verdict_is_a_share_with_a_reason_or_none(
    meaning: float, share: float, lacking: set[str], text: str
) -> None:
    """A score between 0 and 1; a reason exactly where nothing may be quoted; the signs are those of the table."""
    question = asked(text, a=0, b=1, c=20)
    one = found("one", meaning, share=share, lacking=frozenset(lacking), text=text)
    assert evidence(question, one, [one]).keys() == WEIGHTS.keys()
    for passage in judged(question, [one, *OTHERS]):
        assert 0 <= passage.score <= 1
        assert bool(passage.doubt) == (passage.score < REJECT_BELOW)
