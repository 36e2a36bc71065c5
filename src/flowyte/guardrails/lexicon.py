"""Words that a business does not want to hear from its agent: they are not said, whoever would have said them. Pure.

A word is found whole, in any case and without its accents; "cheap" does not find "cheaper". What is said instead is a
sentence of ours that has none of the words in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowyte.guardrails.acts import Act, Say, Situation
from flowyte.guardrails.policies import plain
from flowyte.guardrails.verdict import Finding

INSTEAD = (
    "I would rather not put it that way. What else can I do for you?",
    "Let us leave that. What else would you like to know?",
    "Please ask me something else.",
    "Hm.",
)


@dataclass(frozen=True, slots=True)
class BannedWords:
    """Of `lexicon.banned`. Judges what is about to be said."""

    words: tuple[str, ...]
    name: str = "banned_words"

    def judge(self, act: Act, situation: Situation) -> Finding | None:
        if not isinstance(act, Say) or not self.found(act.text):
            return None
        return Finding(policy=self.name, outcome="deny", reason="banned_word", words=self.instead)

    def found(self, text: str) -> list[str]:
        """Those of the words that are in it, as they were written."""
        said = f" {plain(text)} "
        return [word for word in self.words if (bare := plain(word)) and f" {bare} " in said]

    def cleared(self, text: str) -> str:
        """The text, or what is said instead."""
        return self.instead if self.found(text) else text

    @property
    def instead(self) -> str:
        return next((words for words in INSTEAD if not self.found(words)), INSTEAD[-1])


def banned_words(agent: Mapping[str, Any]) -> BannedWords:
    lexicon = agent.get("lexicon")
    listed: Sequence[Any] = lexicon.get("banned") or () if isinstance(lexicon, Mapping) else ()
    return BannedWords(tuple(str(word) for word in listed))
