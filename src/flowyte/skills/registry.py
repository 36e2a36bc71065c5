"""Which kinds of skill this version can carry out, and how a skill is offered to a language model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowyte.kit.errors import FlowyteError
from flowyte.skills.arguments import required_of
from flowyte.skills.spec import Skill

TAKE_MESSAGE = "take_message"
END_CALL = "end_call"
REPEAT = "repeat"
KNOWLEDGE_QUERY = "knowledge_query"
PLAYBOOK = "playbook"
TRANSFER = "transfer"

# Kinds that change something whatever their skill says.
ALWAYS_WRITES = frozenset(("email", "sms", "transfer", "calendar"))

# Kinds that a runner may know; which of them this process carries out is the runner's to say. `sms` is not among them:
# its kind says why (skills/kinds/sms.py), so that nobody is promised a text.
CARRIED_OUT = frozenset((KNOWLEDGE_QUERY, "http_webhook", "email", "geo", "db_query", "mcp", TRANSFER))

# Parameters of the kinds that bring their own, whatever the skill says.
_OWN_PARAMETERS: Mapping[str, Mapping[str, str]] = {
    TAKE_MESSAGE: {
        "name": "The caller's name, as they said it.",
        "phone": "The number to call back, all digits, as the caller said it.",
        "message": "What the caller wants to be passed on, in their own words.",
    },
    END_CALL: {"reason": "Why the conversation is over."},
    REPEAT: {},
    KNOWLEDGE_QUERY: {"query": "What to look up, as one question."},
}
_OPTIONAL = frozenset(("reason", "phone"))


class NotAvailableYet(FlowyteError):
    """This kind of skill cannot be carried out yet."""

    code = "not_available_yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A skill as a model is told about it: `parameters` is a JSON Schema; `action` is what carries it out."""

    name: str
    description: str
    action: str
    parameters: Mapping[str, Any]


def action_of(skill: Skill) -> str:
    """The name of what carries the skill out, a playbook by the conversation itself. NotAvailableYet
    for a kind that is only stored so far."""
    if skill.skill_type == "builtin":
        return str(skill.execution_config.get("action", ""))
    if skill.skill_type in CARRIED_OUT or skill.skill_type == PLAYBOOK:
        return skill.skill_type
    raise NotAvailableYet(f"Skills of the kind {skill.skill_type} are not available yet.")


def parameters_of(action: str) -> frozenset[str]:
    """The names that this action takes; none for an action that is not known."""
    return frozenset(_OWN_PARAMETERS.get(action, ()))


def schema_of(skill: Skill) -> Mapping[str, Any]:
    """The JSON Schema of what it takes: the kind's own where it brings one, else what the operator declared."""
    action = action_of(skill)
    return _parameters(action) if action in _OWN_PARAMETERS else skill.parameters_schema


def available(skill: Skill) -> bool:
    return skill.skill_type in ("builtin", PLAYBOOK) or skill.skill_type in CARRIED_OUT


def offers(skills: Iterable[Skill], *, channel: str) -> tuple[Offer, ...]:
    """The enabled skills of this channel that can be carried out, in the order given."""
    return tuple(
        Offer(
            name=skill.name,
            description=skill.description,
            action=action_of(skill),
            parameters=told(schema_of(skill), skill.required_params),
        )
        for skill in skills
        if skill.is_enabled and channel in skill.channels and available(skill)
    )


def told(schema: Mapping[str, Any], required: Sequence[str]) -> dict[str, Any]:
    """As a model reads it: closed, what is needed in one list, and without the words that are only ours."""
    properties = {
        name: {key: value for key, value in described.items() if not key.startswith("x-")}
        for name, described in (schema.get("properties") or {}).items()
    }
    return {
        "type": "object",
        "properties": properties,
        "required": list(required_of(schema, required)),
        "additionalProperties": False,
    }


def _parameters(action: str) -> dict[str, Any]:
    own = _OWN_PARAMETERS[action]
    return {
        "type": "object",
        "properties": {name: {"type": "string", "description": text} for name, text in own.items()},
        "required": [name for name in own if name not in _OPTIONAL],
        "additionalProperties": False,
    }
