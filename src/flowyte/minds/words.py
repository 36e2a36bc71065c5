"""What the platform itself says about a skill: read back before it is done, and what came of it. Pure.

The operator's own words come first (`say`, `sayFailed` in a skill's executionConfig); values are spoken as they are
stored, never as a model remembers them.
"""

import re
from collections.abc import Mapping
from typing import Any

from flowyte.minds.hands import Held
from flowyte.skills.kinds.template import filled, names, text_of
from flowyte.skills.runner import Outcome
from flowyte.slots.spoken import parse_phone, say_phone

MOST_READ_BACK = 8  # values: more than that nobody can check by ear
IN_DOUBT = "I could not find out whether that worked. The team will look into it, so please do not try it again."
FAILED = "That did not work, I am afraid. Shall I take a message for the team?"
DONE = "That is done. Is there anything else?"
FOUND_NOTHING = "I found nothing about that. Is there anything else?"
LEFT = "All right, I have left it as it is. What else can I do for you?"


def read_back(held: Held, arguments: Mapping[str, Any], whom: str = "") -> str:
    """What is about to be done, from the stored values, as a question. `whom` it puts the caller through to."""
    if whom:
        return f"I am about to put you through to {whom}. Shall I do that?"
    values = [f"{_plain(name)} {_value(value)}" for name, value in list(arguments.items())[:MOST_READ_BACK]]
    more = len(arguments) - len(values)
    said = ", ".join([*values, *([f"and {more} more"] if more > 0 else [])])
    what = _plain(held.skill.name)
    return f"I am about to {what}: {said}. Shall I do that?" if said else f"I am about to {what}. Shall I do that?"


def came_of_it(held: Held, outcome: Outcome, released: Mapping[str, Any]) -> str:
    config = held.skill.execution_config
    if outcome.state == "in_doubt":
        return IN_DOUBT
    if not outcome.ok:
        return str(config.get("sayFailed") or FAILED)
    say = str(config.get("say") or "")
    if say and all(name in released for name in names(say)):
        return filled(say, {name: _value(value) for name, value in released.items()})
    if held.is_write:
        return DONE
    scalars = {name: value for name, value in released.items() if not isinstance(value, dict | list)}
    told = ". ".join(
        f"{_plain(name).capitalize()}: {_value(value)}" for name, value in list(scalars.items())[:MOST_READ_BACK]
    )
    return f"{told}." if told else FOUND_NOTHING


def _plain(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name).lower().strip()


def _value(value: object) -> str:
    if isinstance(value, str) and value.startswith("+") and parse_phone(value) == value:
        return say_phone(value)
    if isinstance(value, list):
        return ", ".join(_value(each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{_plain(name)} {_value(inner)}" for name, inner in value.items())
    return text_of(value)
