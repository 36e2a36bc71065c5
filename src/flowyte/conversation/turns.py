"""The history of a conversation as it was heard, which is the only history the agent may rely on."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One stretch of one side's speech.

    `text` is what reached the other side: for the caller what was understood, for the agent what was played before
    it ended or was cut. `intended` is the agent's whole sentence when it was cut, else None.
    """

    role: Literal["user", "agent"]
    text: str
    ts_ms: int
    intended: str | None = None

    @property
    def cut(self) -> bool:
        return self.intended is not None
