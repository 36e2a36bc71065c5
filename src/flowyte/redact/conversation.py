"""One conversation's memory: what was asked for, what is half given, and which values have been said.

    redactor = Redactor(frozenset({"card", "phone"}))
    redactor.agent("What is your card number?", at_ms=1_000)
    redactor.caller("four one one one", at_ms=4_000)            # "[card]"
    redactor.agent("Go on.", at_ms=5_000)
    redactor.caller("1111, 1111, 1111", at_ms=9_000)            # "[card]"

What the caller has given is found again wherever it stands: read back by the agent, in a skill's arguments, in its
result. Words of the operator (`public`) are no secret when the agent says them. Pure: time is passed in.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flowyte.redact.asked import asked_by, refuses
from flowyte.redact.find import find
from flowyte.redact.model import ENTITIES, NUMBERS, Entity, Label, Redacted, Span, apart, placeholder, without
from flowyte.redact.names import parts_of
from flowyte.redact.numbers import by_form, luhn
from flowyte.redact.runs import runs_of
from flowyte.redact.words import Word, pieces_of, vocabulary, words_of

SLOT_OPEN_MS = 120_000  # who was asked for a number two minutes ago has been asked for something else, or has left
FEWEST_AGAIN = 4  # digits of a value by which it is known again; fewer stand in many other numbers
FEWEST_HALF = 3  # digits of an answer that is nothing else
_WHOLE: dict[Label, int] = {"card": 15, "ssn": 9, "phone": 10, "account": 8, "number": 9}
MOST_VALUES = 200  # of a conversation; the oldest are forgotten
_SMALL = vocabulary(
    "yes yeah sure okay ok uh um er it is it's that's the and then so well my number just a moment sorry rest "
    "please first alright here you go that would be now"
)
# A parameter of a skill by whose name its value is known; "account" names the value of "accountNumber".
_BY_NAME: tuple[tuple[str, Label], ...] = (
    ("card", "card"), ("ssn", "ssn"), ("social", "ssn"), ("iban", "account"), ("account", "account"),
    ("phone", "phone"), ("mobile", "phone"), ("mail", "email"), ("address", "address"), ("street", "address"),
    ("birth", "date_of_birth"), ("dob", "date_of_birth"), ("callback", "phone"),
)  # fmt: skip
_NAME_KEYS = frozenset(
    {"name", "caller", "callername", "fullname", "firstname", "lastname", "customername", "patient", "patientname"}
)
MOST_DEPTH = 12  # of a skill's result; what lies deeper is left out


class Redactor:
    """Of one conversation. Without entities it finds nothing and costs nothing."""

    def __init__(self, entities: Iterable[Entity] = ()) -> None:
        self.entities: frozenset[Label] = frozenset(each for each in ENTITIES if each in frozenset(entities))
        self._asked: frozenset[Label] = frozenset()
        self._asked_ms = 0
        self._elsewhere = False
        """The agent's last words asked for something else."""
        self._other = False
        """And that was a number which is nobody's business."""
        self._half = ""
        self._refused: frozenset[Label] = frozenset()
        """What the caller would not say; an agent who goes on about it may get it yet."""
        self._given = False
        """Something was said since it was asked for."""
        self._values: list[tuple[Label, str]] = []
        self._public: set[str] = set()

    @property
    def open(self) -> bool:
        """Whether something is being given that is not to be kept."""
        return bool(self._asked & (self.entities | {"number"}))

    def public(self, text: str) -> None:
        """Words of the operator's own: a number in them is theirs."""
        if self.entities:
            self._public |= {run.digits for run in runs_of(words_of(text), dictated=True) if len(run.digits) > 2}
            self._public |= {text[span.start : span.end].lower() for span in find(text, self.entities - NUMBERS)}

    def agent(self, text: str, *, at_ms: int) -> Redacted:
        """What the agent said; what it asks for decides what the caller's next words are."""
        if not self.entities:
            return Redacted(text=text)
        self._hear_agent(text, at_ms)
        return self.said(text)

    def said(self, text: str) -> Redacted:
        """The agent's words, without taking note of them."""
        found = [span for span in find(text, self.entities) if not self._is_public(text, span)]
        return without(text, apart([*found, *self._known(text)]))

    def expects(self, kind: str, *, at_ms: int) -> None:
        """The agent waits for `digits` or a `name`, whatever words it asked with."""
        label: Label | None = {"digits": "number", "name": "name"}.get(kind)  # type: ignore[assignment]
        if label is not None and not self._elsewhere and not self._asked:
            self._asked, self._asked_ms = frozenset({label}), at_ms

    def caller(self, text: str, *, at_ms: int) -> Redacted:
        """What the caller said, with what it leaves open for their next words."""
        if not self.entities:
            return Redacted(text=text)
        spans = self._callers(text, at_ms)
        self._keep(text, spans, at_ms)
        if refuses(text, _digits(text)):
            self._refused, self._asked, self._half = self._asked, frozenset(), ""
        return without(text, spans)

    def heard(self, text: str, *, at_ms: int) -> Redacted:
        """What the caller said, without taking note of it."""
        return without(text, self._callers(text, at_ms)) if self.entities else Redacted(text=text)

    def peek(self, text: str, *, at_ms: int) -> Redacted:
        """Of words that are still being said: the number at their end may yet become one, and is held back."""
        if not self.entities:
            return Redacted(text=text)
        spans = self._callers(text, at_ms)
        words = words_of(text)
        runs = runs_of(words, dictated=True) if self.entities & NUMBERS else []
        held = [_number(words, run.first, run.last) for run in runs if len(run.digits) >= FEWEST_HALF]
        return without(text, apart([*spans, *held]))

    def data(self, value: Any, *, key: str = "", depth: int = 0) -> Any:
        """JSON without what is not to be kept: by the name it stands under, by its form, by what the caller said."""
        if not self.entities or value is None or isinstance(value, bool):
            return value
        if depth > MOST_DEPTH:
            return None
        if isinstance(value, Mapping):
            return {name: self.data(each, key=str(name), depth=depth + 1) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.data(each, key=key, depth=depth + 1) for each in value]
        if not isinstance(value, str | int) or key.lower().endswith("id"):
            return value
        text = str(value)
        if (label := self._by_name(key)) is not None and text:
            return placeholder(label)
        known = self.said(text)
        return known.text if known.spans else value

    # ---- how

    def _hear_agent(self, text: str, at_ms: int) -> None:
        heard, wanted, elsewhere = asked_by(text)
        if self._refused and heard in ("goes_on", "states"):
            self._asked, self._asked_ms, self._given = self._refused, at_ms, False
        self._refused = frozenset()
        if heard == "asks":
            self._asked, self._asked_ms, self._half, self._given = wanted, at_ms, "", False
        elif (heard == "closes" or (heard == "states" and self._given)) and (elsewhere or not self._unfinished):
            self._asked, self._half = frozenset(), ""
        self._other = elsewhere or (self._other and heard == "goes_on")
        self._elsewhere = heard == "closes" and (elsewhere or "?" in text)

    @property
    def _unfinished(self) -> bool:
        """Whether what was given so far is too short for what it is: whatever the agent says now, the rest may come."""
        wanted = [label for label in self._asked if label in _WHOLE]
        return bool(self._half) and any(len(self._half) < _WHOLE[label] for label in wanted)

    def _callers(self, text: str, at_ms: int) -> list[Span]:
        asked = self._asked if at_ms - self._asked_ms <= SLOT_OPEN_MS else frozenset()
        if refuses(text, _digits(text)):
            asked = frozenset()
        found = find(text, self.entities, asked=asked & (self.entities | {"number"}), elsewhere=self._other)
        return apart([*found, *self._known(text), *self._halves(text, asked)])

    def _halves(self, text: str, asked: frozenset[Label]) -> list[Span]:
        """An answer that is a number and nothing else, to no question or after a first half."""
        if not self.entities & NUMBERS or asked & NUMBERS or self._other:
            return []
        words = words_of(text)
        runs = runs_of(words, dictated=True)
        if len(runs) != 1:
            return []
        run = runs[0]
        outside = [word for word in (*words[: run.first], *words[run.last :]) if not word.is_mark]
        bare = all(word.text in _SMALL for word in outside)
        fewest = 2 * FEWEST_HALF if self._elsewhere else FEWEST_HALF
        if self._half and len(run.digits) > 1:
            return [self._whole(words, run.first, run.last, self._half + run.digits)]
        whole = bare and len(run.digits) >= fewest and not (self._elsewhere and by_form(words, run)[0] is None)
        return [_number(words, run.first, run.last)] if whole else []

    def _whole(self, words: list[Word], first: int, last: int, digits: str) -> Span:
        """The second half, by what both are together."""
        label: Label = "card" if len(digits) >= 13 and luhn(digits) and "card" in self.entities else "number"
        return Span(entity=label, start=words[first].start, end=words[last - 1].end, confidence=0.6)

    def _keep(self, text: str, spans: Sequence[Span], at_ms: int) -> None:
        words = words_of(text)
        self._given = self._given or (bool(spans) and not text.rstrip().endswith("?"))
        for span in spans:
            said = text[span.start : span.end]
            if span.entity in NUMBERS or span.entity == "date_of_birth":
                digits = _digits(said)
                if len(digits) >= FEWEST_AGAIN:
                    self._values.append((span.entity, digits))
            else:
                self._values.append((span.entity, said.lower()))
        self._values = list(dict.fromkeys(self._values))[-MOST_VALUES:]
        last = next((span for span in reversed(spans) if span.entity in NUMBERS), None)
        after = [word for word in words if last and word.start >= last.end and not word.is_mark]
        if last is not None and len(after) <= MOST_AFTER_HALF:
            self._half += _digits(text[last.start : last.end])
            if not self._asked & NUMBERS:  # they began by themselves, and may go on after the agent's "go on"
                self._asked, self._asked_ms = self._asked | {last.entity}, at_ms

    def _known(self, text: str) -> list[Span]:
        """Values that the caller has given, wherever they stand."""
        if not self._values:
            return []
        words = words_of(text)
        found = []
        numbers = [(label, value) for label, value in self._values if value.isdigit()]
        for run in runs_of(words, patient=True) if numbers else ():
            for label, value in numbers:
                if len(run.digits) >= FEWEST_AGAIN and (run.digits in value or value in run.digits):
                    found.append(Span(entity=label, start=words[run.first].start, end=words[run.last - 1].end,
                                      confidence=0.95))  # fmt: skip
                    break
        for label, value in self._values:
            if label == "name":
                for part in parts_of(value):
                    found += [
                        _at(label, match) for match in re.finditer(rf"\b{re.escape(part)}\b", text, re.IGNORECASE)
                    ]
            elif not value.isdigit() and len(value) > FEWEST_AGAIN:
                found += [_at(label, match) for match in re.finditer(re.escape(value), text, re.IGNORECASE)]
        return found

    def _by_name(self, key: str) -> Label | None:
        plain = re.sub(r"[^a-z]", "", key.lower())
        label = next((label for part, label in _BY_NAME if part in plain), None)
        if label is None and plain in _NAME_KEYS:
            label = "name"
        return label if label in self.entities else None

    def _is_public(self, text: str, span: Span) -> bool:
        said = text[span.start : span.end]
        return said.lower() in self._public or (bool(digits := _digits(said)) and digits in self._public)


MOST_AFTER_HALF = 8  # words after a number that leave it open: "just a moment" does, "and I want to book" does not


def _digits(text: str) -> str:
    return "".join(piece.digits for piece in pieces_of(words_of(text), dictated=True))


def _number(words: list[Word], first: int, last: int) -> Span:
    return Span(entity="number", start=words[first].start, end=words[last - 1].end, confidence=0.5)


def _at(label: Label, match: re.Match[str]) -> Span:
    return Span(entity=label, start=match.start(), end=match.end(), confidence=0.9)
