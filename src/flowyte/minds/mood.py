"""How often a caller was dissatisfied, and when that is often enough to offer them a person. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flowyte.guardrails.engine import negative_turns_of
from flowyte.guardrails.sentiment import is_negative

NEVER = 1_000_000  # turns; no conversation has as many


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """`offered`: a person was offered in the turn before, and this one may be the answer."""

    unhappy: int = 0
    offered: bool = False

    def heard(self, text: str) -> "Mood":
        return replace(self, unhappy=self.unhappy + is_negative(text), offered=False)


def patience_of(agent: Mapping[str, Any]) -> int:
    """Dissatisfied turns until a person is offered: the agent's `escalationThreshold` or its content policy's number,
    whichever is less."""
    own = (agent.get("handoffConfig") or {}).get("escalationThreshold")
    return min(own or NEVER, negative_turns_of(agent) or NEVER)
