"""Whether a passage answers a question: a verdict from several signs, with its reason. Pure.

One number cannot tell "Do you repair motorcycles?" from "Do you repair bikes?": a near neighbour is as close in meaning
as a paraphrase. So a passage is judged by thirteen signs (`evidence`), each a number about 0 to 1, weighed by a
logistic regression whose table `weights.py` is made by `bench/retrieval_weights.py` on one half of the benchmark's
questions. What comes out is how sure it is that the passage answers; below `REJECT_BELOW` nothing is quoted, and the
group of signs that spoke most against it is named.
"""

import math
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from flowyte.conversation.reply import Passage
from flowyte.knowledge.weights import BIAS, REJECT_BELOW, WEIGHTS

__all__ = ["REJECT_BELOW", "Candidate", "Question", "evidence", "judged"]

MOST_AROUND = 1_200  # characters of a passage with what stands around it: what a page shows at a glance
_RIVALS = 10  # the next best passages that a lead is measured against
_RIVAL = 0.45  # how close these usually are; where an agent has fewer, a lead over nothing would be no lead
_WORDS = 8  # a passage of fewer words is a heading or a fragment


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`terms` are its words as the search has them (stemmed, without "the" and "is"): in how many of the agent's
    `chunks` each stands, and its weight by that."""

    text: str
    terms: Mapping[str, tuple[int, float]]
    chunks: int


@dataclass(frozen=True, slots=True)
class Part:
    """A chunk of the same section, as it stands in the text."""

    chunk_id: str
    position: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A chunk that was looked at closely; `faq` if it was written as an answer. `share` is what it has
    of the question's words, by weight, and `nearby` what its `parts` have: itself and what stands beside it, in order.
    `lacking` are the words that it does not have, `probe_terms` those of the wording that was closest."""

    source_id: str
    chunk_id: str
    position: int
    title: str
    text: str
    faq: bool
    url: str
    meaning: float
    share: float
    nearby: float
    likeness: float
    lacking: frozenset[str]
    probe_terms: frozenset[str]
    parts: tuple[Part, ...]


def judged(question: Question, candidates: Sequence[Candidate]) -> tuple[Passage, ...]:
    """Surest first, each with what stands around it; what stands around a surer one is no passage of its own."""
    passages, told = [], set[str]()
    for one, score, signs in ranked(question, candidates):
        if one.chunk_id in told:
            continue
        around = _around(one, told)
        told |= {part.chunk_id for part in around}
        passages.append(
            Passage(
                source_id=one.source_id, chunk_id=one.chunk_id, text=one.text, title=one.title, url=one.url,
                score=score, likeness=one.likeness, around=" ".join(part.text for part in around),
                doubt="" if score >= REJECT_BELOW else _doubt(question, one, signs),
            )
        )  # fmt: skip
    return tuple(passages)


def ranked(question: Question, candidates: Sequence[Candidate]) -> list[tuple[Candidate, float, dict[str, float]]]:
    """Each with how sure it is and its signs, surest first."""
    signed = [(one, evidence(question, one, candidates)) for one in candidates]
    judgements = [(one, _sure(signs), signs) for one, signs in signed]
    return sorted(judgements, key=lambda each: (-each[1], each[0].chunk_id))


def _around(one: Candidate, told: Set[str]) -> list[Part]:
    """The chunk, and in turn what follows and what precedes it, while there is room and nothing is told twice."""
    by_position = {part.position: part for part in one.parts if part.chunk_id not in told}
    found = {one.position: Part(one.chunk_id, one.position, one.text)}
    for step in (1, -1, 2, -2):
        at = one.position + step
        part = by_position.get(at)
        long = sum(len(each.text) for each in found.values())
        if part and (at - 1 in found or at + 1 in found) and long + len(part.text) <= MOST_AROUND:
            found[at] = part
    return [found[at] for at in sorted(found)]


def evidence(question: Question, one: Candidate, candidates: Sequence[Candidate]) -> dict[str, float]:
    """The signs by name. A sign is about this passage, or about how it stands among the others that were found."""
    weights = {term: weight for term, (_, weight) in question.terms.items()}
    total = sum(weights.values()) or 1.0
    unknown = sum(weight for term, weight in weights.items() if not question.terms[term][0])
    worded = sum(weight for term, weight in weights.items() if term in one.probe_terms)
    section = [other for other in candidates if (other.source_id, other.title) == (one.source_id, one.title)]
    rivals = sorted((other.meaning for other in candidates if other is not one), reverse=True)
    rivals = [*rivals[:_RIVALS], *[_RIVAL] * (_RIVALS - len(rivals))]
    top = math.log(1 + 2 * max(1, question.chunks))
    return {
        "closeness": one.meaning,
        "lead": one.meaning - sum(rivals) / _RIVALS,
        "outdone": max(other.meaning for other in section) - one.meaning,  # by its own section
        "begins": float(one.faq or all(part.position != one.position - 1 for part in one.parts)),  # its section
        "words": one.share,
        "nearby": one.nearby,
        "missing": max((weights[term] for term in one.lacking if term in weights), default=0.0) / top,
        "complete": float(not one.lacking),
        "wording": worded / total,
        "unknown": unknown / total,  # words that stand nowhere in the agent's knowledge
        "beside": len(one.probe_terms & weights.keys()) / max(1, len(one.probe_terms)),  # of it, what was asked for
        "asked": min(len(weights), 10) / 10,
        "bare": 0.0 if one.faq else max(0, _WORDS - len(one.text.split())) / _WORDS,
    }


def _sure(signs: Mapping[str, float]) -> float:
    return 1 / (1 + math.exp(-BIAS - sum(weight * signs[name] for name, (weight, _) in WEIGHTS.items())))


_MEANING = ("closeness", "lead", "outdone", "begins", "beside", "asked", "bare")
_WORDING = ("words", "nearby", "missing", "complete", "wording", "unknown")


def _doubt(question: Question, one: Candidate, signs: Mapping[str, float]) -> str:
    """In words: whichever is further below what a right answer usually has, its meaning or its wording."""

    def against(names: Sequence[str]) -> float:
        return sum(WEIGHTS[name][0] * (signs[name] - WEIGHTS[name][1]) for name in names)

    if not one.lacking or against(_MEANING) < against(_WORDING):
        return "Nothing that was found is close enough in meaning, or stands out enough from the rest."
    heaviest = max(one.lacking, key=lambda term: (question.terms.get(term, (0, 0.0))[1], term))
    word = _spoken(question, heaviest)
    nowhere = not question.terms.get(heaviest, (0, 0.0))[0]
    return f"“{word}” is nowhere in what it knows." if nowhere else f"The nearest passage does not say “{word}”."


def _spoken(question: Question, term: str) -> str:
    """As the caller said it: "motorcycles" for "motorcycl"."""
    begins = term[: max(3, len(term) - 1)]
    return next((word for word in re.findall(r"[\w'-]+", question.text) if word.lower().startswith(begins)), term)
