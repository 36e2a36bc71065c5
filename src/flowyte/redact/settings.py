"""What an agent's owner wants taken out, read from a version as it was frozen. One place decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowyte.redact.model import ENTITIES, Entity

OPERATORS = ("name", "persona", "greeting", "goals", "neverDo", "tone", "businessHours", "handoffConfig", "recording")
"""Fields whose words are the operator's own, and no secret when the agent says them."""


@dataclass(frozen=True, slots=True)
class Settings:
    entities: frozenset[Entity] = frozenset()
    audio: bool = True

    @property
    def silences(self) -> bool:
        return self.audio and bool(self.entities)


def settings_of(agent: Mapping[str, Any]) -> Settings:
    """A version that was frozen before there was such a field has none."""
    given = agent.get("redaction")
    if not isinstance(given, Mapping):
        return Settings()
    wanted = given.get("entities") or ()
    return Settings(frozenset(each for each in ENTITIES if each in wanted), bool(given.get("audio", True)))
