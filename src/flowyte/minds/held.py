"""The skills of an agent as its version froze them: which of them a conversation has, and what each needs. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from flowyte.kit import log
from flowyte.skills.registry import ALWAYS_WRITES, TAKE_MESSAGE, action_of, available, schema_of
from flowyte.skills.spec import Skill

logger = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A skill of the agent as its version froze it."""

    id: str
    skill: Skill
    action: str
    schema: Mapping[str, Any]
    level: int = 0

    @property
    def is_write(self) -> bool:
        return self.skill.is_write or self.skill.skill_type in ALWAYS_WRITES or self.action == TAKE_MESSAGE


def held_skills(agent: Mapping[str, Any], *, channel: str) -> dict[str, Held]:
    """By name. Taking a message is always there, described by the agent or not."""
    verification = agent.get("callerVerification") or {}
    step_up, verifier = frozenset(verification.get("stepUpFor") or ()), verification.get("verifierSkillId")
    found: dict[str, Held] = {}
    for values in agent.get("skills") or ():
        if verifier and verifier in (values.get("id"), values.get("name")):
            continue  # what it brings is for comparing, and goes to no mind
        fields = {name: value for name, value in values.items() if name not in ("id",)}
        try:
            skill = msgspec.convert(fields, Skill)
        except msgspec.ValidationError:
            logger.warning("skill.unreadable", skill=str(values.get("name")))
            continue
        if not skill.is_enabled or channel not in skill.channels or not available(skill):
            continue
        action = action_of(skill)
        level = 2 if skill.name in step_up else 1 if skill.requires_verified_identity else 0
        held = Held(id=str(values.get("id") or ""), skill=skill, action=action, schema=schema_of(skill), level=level)
        found[action if action == TAKE_MESSAGE else skill.name] = held
    if TAKE_MESSAGE not in found:
        own = Skill(
            name=TAKE_MESSAGE, description="Takes a message for the team.", skill_type="builtin",
            execution_config={"action": TAKE_MESSAGE}, is_write=True,
        )  # fmt: skip
        found[TAKE_MESSAGE] = Held(id="", skill=own, action=TAKE_MESSAGE, schema=schema_of(own))
    return found


def verifier_of(agent: Mapping[str, Any]) -> Held | None:
    """The skill that brings an account's record. It is no mind's to use."""
    wanted = (agent.get("callerVerification") or {}).get("verifierSkillId")
    for values in agent.get("skills") or ():
        if wanted and wanted in (values.get("id"), values.get("name")):
            skill = msgspec.convert({name: value for name, value in values.items() if name != "id"}, Skill)
            if skill.is_enabled and available(skill):
                return Held(
                    id=str(values.get("id") or ""), skill=skill, action=action_of(skill), schema=schema_of(skill)
                )
    return None
