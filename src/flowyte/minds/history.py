"""What was said, as it was heard, in the wire's shape and no longer than a model needs. Pure."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from flowyte.conversation.reply import UserTurn
from flowyte.conversation.turns import Turn

# A call of ten minutes has about 40 turns a side; the oldest matter least, and each is read again in every turn.
MOST_MESSAGES = 60
MOST_CHARACTERS = 12_000  # about 3,000 tokens, in what the smallest usual context leaves


@dataclass(slots=True)
class History:
    _said: deque[tuple[str, str]] = field(default_factory=deque)
    _turn: int = -1

    @classmethod
    def of(cls, turns: Iterable[Turn]) -> "History":
        history = cls()
        for turn in turns:
            history._add("user" if turn.role == "user" else "assistant", turn.text)
        return history

    def user(self, turn: UserTurn) -> None:
        """A turn that replaces an earlier one takes its place; of the answer to that one nothing was heard."""
        if turn.turn_index == self._turn and self._said and self._said[-1][0] == "user":
            self._said.pop()
        self._turn = turn.turn_index
        self._add("user", turn.text)

    def agent(self, spoken: str) -> None:
        if spoken.strip():
            self._add("assistant", spoken)

    def before_this_turn(self) -> list[dict[str, object]]:
        """Everything but the caller's present turn."""
        said = list(self._said)
        if said and said[-1][0] == "user":
            said.pop()
        return [{"role": role, "content": text} for role, text in said]

    def given(self) -> str:
        return "\n".join(text for role, text in self._said if role == "user")

    def _add(self, role: str, text: str) -> None:
        self._said.append((role, text[:MOST_CHARACTERS]))
        while len(self._said) > MOST_MESSAGES or sum(len(text) for _, text in self._said) > MOST_CHARACTERS:
            self._said.popleft()
