"""What is judged, and what is known when it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flowyte.guardrails.provenance import Origin, Provenance
from flowyte.guardrails.unsaid import Unsaid


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The caller has said this, and an answer is about to be thought of."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """The agent is about to say `text`; `so_far` is what it has said of this answer already."""

    text: str
    so_far: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A skill is about to be carried out with these arguments."""

    skill: str
    skill_type: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    declared: frozenset[str] = frozenset()
    """The parameters that the skill says it needs."""
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """Of each argument; one that is not here was made by the model."""
    wants: Mapping[str, frozenset[Origin]] = field(default_factory=dict)
    """Where a parameter's value may come from; one that is not here is free in a read, and trusted in a write."""
    is_write: bool = False
    needs_level: int = 0
    """0 anybody, 1 a verified caller, 2 one who has given a second proof."""
    needs_confirmation: bool = False


Act = Heard | Say | Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Of the conversation, at this moment. `open_now` is None for a business without a schedule."""

    now: datetime
    open_now: bool | None = None
    level: int = 0
    confirmed: bool = False
    """The caller has agreed to the very effect that is judged."""
    effects_last_minute: int = 0
    effects_so_far: int = 0
    done: tuple[str, ...] = ()
    """What the skills that were carried out in this conversation say of themselves."""
    known: Provenance | None = None
    unsaid: Unsaid | None = None

    @property
    def verified(self) -> bool:
        return self.level > 0
