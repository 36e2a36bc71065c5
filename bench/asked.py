"""The questions of the retrieval benchmark: each as written and as heard, with what answers it, in two halves."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.documents import pages_of
from flowyte.minds.demo import load_clinic

SETS = Path(__file__).parent / "retrieval_set"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`answer` holds pieces of text of which one must stand in the right passage or its title; empty when nothing
    answers. `question` is as it was written, `form` as it is asked."""

    question: str
    form: str
    answer: tuple[str, ...]

    @property
    def held_out(self) -> bool:
        """Weights and threshold are not fitted on it. By the question, so that both its forms are on one side."""
        return bool(digest(self.question)[0] % 2)

    def answered_by(self, title: str, text: str) -> bool:
        said = f"{title} {text}"
        return any(piece in said for piece in self.answer)


def digest(question: str) -> bytes:
    return hashlib.sha256(question.lower().encode()).digest()


def sets() -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(SETS.glob("*.json"))]


def asked_of(document: dict[str, Any]) -> Iterator[Asked]:
    for entry in document["answerable"]:
        answer = entry["answer"]
        for question in entry["questions"]:
            for form in forms(question):
                yield Asked(question=question, form=form, answer=(answer,) if isinstance(answer, str) else (*answer,))
    for question in document["unanswerable"]:
        for form in forms(question):
            yield Asked(question=question, form=form, answer=())


def forms(question: str) -> list[str]:
    """As written, and as a recognizer gives it: small letters, no marks."""
    return list(dict.fromkeys((question, re.sub(r"[^\w\s']", "", question.lower()))))


def sources_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Empty when the document's package is not installed."""
    if document["name"] == "clinic":
        return load_clinic().sources
    if "package" in document:
        return [{"kind": "text", "name": name, "content": text} for name, text in pages_of(document)]
    return [
        {"kind": "faq", "name": "Questions", "faq": document["faq"]},
        {"kind": "text", "name": "About us", "content": document["text"]},
    ]
