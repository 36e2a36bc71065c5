"""The nouns of a report, as the API shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flowyte.skills.traced import Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What an agent's owner cannot see in the agent: what this installation has."""

    model_host: str = ""
    """Where the language model is asked; empty without one."""
    sends_mail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Publishing is refused for it."""

    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """`code` for programs, `field` for who wants to go there."""

    code: str
    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the report in sentences."""

    id: str
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A source of knowledge, as far as it has been read."""

    id: str
    name: str
    kind: str
    status: str
    chunks: int
    fault: str = ""
    banned: tuple[str, ...] = ()
    """Words in it that the agent may not say, so that passages with them are not quoted. Of pages none are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """Who may hear what a skill brings back. `others` is for fields that no list names."""

    skill: str
    anyone: tuple[str, ...]
    verified: tuple[str, ...]
    others: Literal["anyone", "verified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Of a draft as it would be published now."""

    agent_id: str
    version: int
    next_number: int
    refusals: tuple[Refusal, ...]
    warnings: tuple[Warned, ...]
    sections: tuple[Section, ...]
    egress: tuple[Flow, ...]
    sources: tuple[Covered, ...]
    disclosures: tuple[Disclosed, ...]

    @property
    def ready(self) -> bool:
        return not self.refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """All that a report is about: the agent with its parts, and what was found out about them."""

    agent: dict[str, Any]
    skills: Sequence[Any]
    sources: tuple[Covered, ...]
    flows: tuple[Flow, ...]
    disclosures: tuple[Disclosed, ...]
    installation: Installation
