"""The tools that a language model is offered, and how its calls are read. Pure.

A model sends anything: what is no text becomes none, and an unknown tool is answered in words that let it mend that.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from flowyte.agents.handoff import people_of
from flowyte.conversation.reply import Passage
from flowyte.minds.hands import Done, Held, Use
from flowyte.providers.openai_chat.model import Tool, ToolCall
from flowyte.skills.arguments import required_of
from flowyte.skills.registry import END_CALL, TAKE_MESSAGE

LOOK_UP = "look_up"
MOST_ARGUMENT = 5_000  # characters: what a message may have
MOST_RESULT = 8_000  # characters of a skill's answer: two thousand tokens, which a small model reads in a second

_DESCRIPTIONS = {
    TAKE_MESSAGE: "The caller wants to leave a message, be called back, or speak to a person.",
    END_CALL: "The caller is done and you have said goodbye.",
}
# Where there are people to be put through to, wanting one is a tool of its own.
_MESSAGE_ONLY = "The caller wants to leave a message or be called back."


def offered(agent: Mapping[str, Any]) -> tuple[Tool, ...]:
    """A skill of the agent that takes messages or ends calls says in its own words when it is used."""
    people = {TAKE_MESSAGE: _MESSAGE_ONLY} if people_of(agent) else {}
    described = _DESCRIPTIONS | people | _own_words(agent)
    return (
        _tool(
            LOOK_UP, "Search what the business has written, when <found> does not hold the answer.", ["query"], "query"
        ),
        _tool(TAKE_MESSAGE, described[TAKE_MESSAGE], [], "name", "phone", "message"),
        _tool(END_CALL, described[END_CALL], [], "reason"),
    )


def skills(held: Sequence[Held]) -> tuple[Tool, ...]:
    """The agent's own skills; taking a message has a tool already, and is the policy's from there on."""
    return tuple(
        Tool(name=each.skill.name, description=each.skill.description, parameters=_told(each))
        for each in held
        if each.action not in (TAKE_MESSAGE, END_CALL)
    )


def outcome(use: Use) -> str:
    """What a model is told of a skill that was carried out; only what the caller's level lets it know."""
    came = use.outcome
    if use.fault:
        return f"Not done: {use.fault}. Ask the caller for what is missing."
    if came is None:
        return "Nothing was done."
    if came.ok:
        return f"Done. {_plain_json(use.released)}"
    if came.state == "in_doubt":
        return "It is not known whether this was done. Say so, and that the team will look into it. Do not try again."
    return f"It was not done ({came.error}). Say that it did not work and offer to take a message."


def done_before(done: Sequence[Done]) -> str:
    """What was carried out for this very turn already, so that it is not asked for a second time."""
    lines = [
        f"{each.name} with {_plain_json(each.arguments)}: {'' if each.ok else 'not '}done. {_plain_json(each.result)}"
        for each in done
    ]
    return "Already carried out for this, do not repeat it:\n" + "\n".join(lines)


def text_of(call: ToolCall, name: str) -> str:
    value = call.arguments.get(name)
    return str(value)[:MOST_ARGUMENT] if isinstance(value, str | int) else ""


def passages_as_result(passages: Sequence[Passage]) -> str:
    return "\n".join(passage.whole for passage in passages) or "Nothing was found. Say that you do not know."


def _own_words(agent: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for skill in agent.get("skills") or ():
        action = (skill.get("executionConfig") or {}).get("action")
        if skill.get("skillType") == "builtin" and action in _DESCRIPTIONS and skill.get("isEnabled", True):
            found[action] = str(skill["description"])
    return found


def _told(held: Held) -> dict[str, Any]:
    """The schema without what is for the platform only."""
    properties = held.schema.get("properties") or {}
    plain = {
        name: {key: value for key, value in spec.items() if not key.startswith("x-")}
        if isinstance(spec, Mapping)
        else {}
        for name, spec in properties.items()
    }
    required = list(required_of(held.schema, held.skill.required_params))
    return {"type": "object", "properties": plain, "required": required, "additionalProperties": False}


def _plain_json(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode()[:MOST_RESULT] if value else ""


_PARAMETERS = {
    "query": "What to look up, as one question.",
    "name": "The caller's name as they said it; leave out when not said.",
    "phone": "The number to call back as the caller said it; leave out when not said.",
    "message": "What is to be passed on, in the caller's words; leave out when not said.",
    "reason": "Why the conversation is over.",
}


def _tool(name: str, description: str, required: list[str], *parameters: str) -> Tool:
    properties = {each: {"type": "string", "description": _PARAMETERS[each]} for each in parameters}
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return Tool(name=name, description=description, parameters=schema)
