"""All spans of a text that are of the wanted entities. Pure, and without a memory: `conversation` has that."""

import re
from collections.abc import Iterator, Set

from flowyte.redact.births import births_in
from flowyte.redact.mail import mails_in
from flowyte.redact.model import NUMBERS, Label, Span, apart
from flowyte.redact.names import names_in
from flowyte.redact.numbers import numbers_in
from flowyte.redact.runs import runs_of
from flowyte.redact.streets import begins_one, streets_in
from flowyte.redact.words import LONGEST, Word, vocabulary, words_of

_ANSWER = re.compile(
    r"^\W*(?:(?:yes|yeah|sure|ok|okay|alright|of course|uh|um|er|well|so|hi|hello|it is|it's|that's|that is|"
    r"that one is|"
    r"that'd be|that would be|this is|i'm at|i live (?:at|on|in)|we're at|we are at|send it to|please|my|the|address|"
    r"email|e-mail|is|at|on|in|you can (?:send|use)|use|hold on|one second|i am|i'm|born)\b\W*)*",
    re.IGNORECASE,
)
_TALK = vocabulary("what why who when how don't can't cannot rather need want not none nothing never")
_MAIL = frozenset(["dot", "period", "underscore", "com", "org", "net"])
OVERLAP = 400  # characters that two parts of a long text share


def find(text: str, wanted: Set[Label], *, asked: Set[Label] = frozenset(), elsewhere: bool = False) -> list[Span]:
    """`asked`: what the speaker was asked for; `elsewhere`: for something else. Spans in order, without overlap."""
    found: list[Span] = []
    for offset in range(0, max(len(text), 1), LONGEST - OVERLAP):
        part = text[offset : offset + LONGEST]
        found += [
            Span(entity=each.entity, start=each.start + offset, end=each.end + offset, confidence=each.confidence)
            for each in _in(part, wanted, asked, elsewhere)
        ]
    return apart(found)


def _in(text: str, wanted: Set[Label], asked: Set[Label], elsewhere: bool) -> Iterator[Span]:
    words = words_of(text)
    if "email" in wanted:
        yield from (mails := mails_in(text, words, asked="email" in asked))
        letters = sum(len(w.text) == 1 and w.text.isalnum() and w.text not in "ai" for w in words)
        if "email" in asked and not mails and (letters > 1 or any(w.text in _MAIL for w in words)):
            yield from _whole(text, words, "email")
    if wanted & NUMBERS:
        yield from numbers_in(text, words, wanted, asked, elsewhere=elsewhere)
    if "date_of_birth" in wanted:
        yield from births_in(text, asked="date_of_birth" in asked)
        if "date_of_birth" in asked and not asked & NUMBERS:
            yield from (_as(span, "date_of_birth") for span in numbers_in(text, words, {"number"}, {"number"}))
    if "address" in wanted:
        yield from (streets := streets_in(text, words, asked="address" in asked))
        numbered = [words[run.first].start for run in runs_of(words) if begins_one(words, run.first, run.last)]
        if "address" in asked and (numbered or any(word.glued for word in words)):
            begins = min([*numbered, *(span.start for span in streets)]) if streets else 0
            yield from _whole(text, words, "address", begin=begins)
    if "name" in wanted:
        yield from names_in(text, words, asked="name" in asked)


def _as(span: Span, label: Label) -> Span:
    return Span(entity=label, start=span.start, end=span.end, confidence=span.confidence)


def _whole(text: str, words: list[Word], label: Label, *, begin: int = 0) -> Iterator[Span]:
    """An answer of which nothing is known but what it answers: all of it, after its first small words and what stands
    before the `begin` of what was found of it."""
    start = max(begin, match.end() if (match := _ANSWER.match(text)) else 0)
    inside = [word for word in words if word.start >= start and not word.is_mark]
    if inside and not any(word.text in _TALK for word in words):
        yield Span(entity=label, start=inside[0].start, end=inside[-1].end, confidence=0.6)
