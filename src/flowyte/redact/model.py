"""The nouns: entities, spans, and a text with its spans taken out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Entity = Literal["card", "ssn", "account", "phone", "email", "address", "date_of_birth", "name"]
ENTITIES: tuple[Entity, ...] = get_args(Entity)
Label = Literal["card", "ssn", "account", "phone", "email", "address", "date_of_birth", "name", "number"]
"""`number` is a number of which it is not known yet what it is: the first half of a card, say."""
NUMBERS: frozenset[Label] = frozenset({"card", "ssn", "account", "phone", "number"})
WORDS: dict[Label, str] = {"date_of_birth": "date of birth"}
PLURAL: dict[Entity, str] = {
    "card": "payment cards", "ssn": "social security numbers", "account": "account numbers",
    "phone": "telephone numbers", "email": "e-mail addresses", "address": "street addresses",
    "date_of_birth": "dates of birth", "name": "names",
}  # fmt: skip
"""As forms and reports call them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Characters `start` to `end` of a text."""

    entity: Label
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """`text` has a placeholder for each of `spans`, which are of the text as it was."""

    text: str
    spans: tuple[Span, ...] = ()


MARK = re.compile(rf"\[({'|'.join(WORDS.get(each, each) for each in get_args(Label))})(?: \d+)?\]")
"""A placeholder in a text; its group is what it stands for."""


def placeholder(entity: Label) -> str:
    return f"[{WORDS.get(entity, entity)}]"


def without(text: str, spans: Sequence[Span]) -> Redacted:
    """One placeholder for spans of one kind that nothing but marks and spaces stands between."""
    kept, at, last = [], 0, ""
    for span in spans:
        between = text[at : span.start]
        if span.entity != last or any(character.isalnum() for character in between):
            kept += [between, placeholder(span.entity)]
        at, last = span.end, span.entity
    return Redacted(text="".join([*kept, text[at:]]), spans=tuple(spans))


def apart(spans: Iterable[Span]) -> list[Span]:
    """In order and without overlap; the surer one gives the name, and nothing that any of them covers is lost."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.start, -each.end)):
        if found and span.start < found[-1].end:
            before = found.pop()
            surer = span if span.confidence > before.confidence else before
            end = max(before.end, span.end)
            found.append(Span(entity=surer.entity, start=before.start, end=end, confidence=surer.confidence))
        else:
            found.append(span)
    return found
