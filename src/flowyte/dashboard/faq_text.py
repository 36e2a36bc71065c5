"""Questions and answers as plain text, to be written in one box. Pure.

A block is parted from the next by an empty line. Its lines that begin with `Q:` are one question and its other
wordings; what follows is the answer.
"""

import re
from collections.abc import Sequence
from typing import Any

from flowyte.kit.errors import FieldError, Invalid
from flowyte.knowledge.model import Faq

QUESTION = re.compile(r"Q:\s*(.+)", re.IGNORECASE)
ANSWER = re.compile(r"A:\s*", re.IGNORECASE)


def faq_text(entries: Sequence[Faq]) -> str:
    return "\n\n".join(
        "\n".join([*(f"Q: {question}" for question in (entry.question, *entry.alternatives)), f"A: {entry.answer}"])
        for entry in entries
    )


def faq_of(text: str) -> list[dict[str, Any]]:
    """The API's entries. Invalid names the first line that is neither."""
    entries: list[dict[str, Any]] = []
    for line in text.split("\n"):
        question = QUESTION.match(line.strip())
        if question is not None:
            _add_question(entries, question.group(1).strip())
        elif line.strip() and not entries:
            raise Invalid(fields=[FieldError(field="faq", message=f"“{line.strip()[:60]}” comes before any Q:")])
        elif entries and (line.strip() or entries[-1]["answer"]):
            words = line.strip() if entries[-1]["answer"] else ANSWER.sub("", line.strip(), count=1)
            entries[-1]["answer"] = f"{entries[-1]['answer']}\n{words}".strip()
    return entries


def _add_question(entries: list[dict[str, Any]], question: str) -> None:
    if entries and not entries[-1]["answer"]:
        entries[-1]["alternatives"].append(question)
    else:
        entries.append({"question": question, "alternatives": [], "answer": ""})
