"""The questions of the retrieval benchmark: each as written and as heard, with what answers it, in two parts."""

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
    answers. `question` is as it was written, `form` as it is asked. Nothing is fitted on what is `held_out`."""

    question: str
    form: str
    answer: tuple[str, ...]
    held_out: bool

    def answered_by(self, title: str, text: str) -> bool:
        said = f"{title} {text}"
        return any(piece in said for piece in self.answer)


def sets(*, held_out: bool) -> list[dict[str, Any]]:
    """The documents with their questions: those that everything was fitted on, or the others."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(SETS.glob("*.json"))]
    return [document for document in found if bool(document.get("held_out")) == held_out]


def asked_of(document: dict[str, Any]) -> Iterator[Asked]:
    held_out = bool(document.get("held_out"))
    for entry in document["answerable"]:
        answer = (entry["answer"],) if isinstance(entry["answer"], str) else (*entry["answer"],)
        for question in entry["questions"]:
            for form in forms(question):
                yield Asked(question=question, form=form, answer=answer, held_out=held_out)
    for question in document["unanswerable"]:
        for form in forms(question):
            yield Asked(question=question, form=form, answer=(), held_out=held_out)


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
