"""The tools that a language model is offered, and how its calls are read. Pure.

A model sends anything: what is no text becomes none, and an unknown tool is answered in words that let it mend that.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flowyte.conversation.reply import Passage
from flowyte.providers.openai_chat.model import Tool, ToolCall
from flowyte.skills.registry import END_CALL, TAKE_MESSAGE

LOOK_UP = "look_up"
MOST_ARGUMENT = 5_000  # characters: what a message may have

_DESCRIPTIONS = {
    TAKE_MESSAGE: "The caller wants to leave a message, be called back, or speak to a person.",
    END_CALL: "The caller is done and you have said goodbye.",
}


def offered(agent: Mapping[str, Any]) -> tuple[Tool, ...]:
    """A skill of the agent that takes messages or ends calls says in its own words when it is used."""
    described = _DESCRIPTIONS | _own_words(agent)
    return (
        _tool(
            LOOK_UP, "Search what the business has written, when <found> does not hold the answer.", ["query"], "query"
        ),
        _tool(TAKE_MESSAGE, described[TAKE_MESSAGE], [], "name", "phone", "message"),
        _tool(END_CALL, described[END_CALL], [], "reason"),
    )


def text_of(call: ToolCall, name: str) -> str:
    value = call.arguments.get(name)
    return str(value)[:MOST_ARGUMENT] if isinstance(value, str | int) else ""


def passages_as_result(passages: Sequence[Passage]) -> str:
    return "\n".join(passage.text for passage in passages) or "Nothing was found. Say that you do not know."


def _own_words(agent: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for skill in agent.get("skills") or ():
        action = (skill.get("executionConfig") or {}).get("action")
        if skill.get("skillType") == "builtin" and action in _DESCRIPTIONS and skill.get("isEnabled", True):
            found[action] = str(skill["description"])
    return found


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
