"""A playbook in a conversation: its stepper with the agent's flow, and what it wants of the rest as replies.

`Playing` decides nothing: skills go through the hands like a mind's, questions in between go to the mind, and what the
playbook says is judged like any words. Values that it read out of the caller's words count as the caller's.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from flowyte.agents.playbooks import flow_of, views
from flowyte.conversation.reply import Expect, ExpectKind
from flowyte.kit.errors import FieldError, Invalid
from flowyte.minds.hands import COLLECT
from flowyte.playbooks.check import checked, read_graph
from flowyte.playbooks.model import Collect, Flow, SkillCall
from flowyte.playbooks.step import Begin, Input, Listen, Output, SkillDone, SkillFailed, State, begin, step
from flowyte.skills.arguments import required_of
from flowyte.skills.registry import schema_of
from flowyte.skills.runner import Outcome
from flowyte.skills.spec import thawed

_EXPECTS: Mapping[str, ExpectKind] = {"yes_no": "yes_no", "name": "name", "digits": "digits", "phone": "digits"}
GIVEN_UP = "I did not get that, I am afraid. Shall I take a message for the team?"
OVER = "Is there anything else I can do for you?"
LEFT = "All right, we leave that. What else can I do for you?"
BROKEN = "I cannot go on with that, I am afraid. Shall I take a message for the team?"


@dataclass(frozen=True, slots=True)
class Standing:
    """A flow and where it is; replaced, never changed, so that a turn that replaces another starts where it did."""

    flow: Flow
    state: State
    tells: bool = False
    """What came of the skill is said by the platform: nobody has drawn what to say."""

    @property
    def awaits_skill(self) -> bool:
        return self.state.get("waits") == "run"

    @property
    def awaits_secret(self) -> bool:
        """Whether what the caller gives now is kept in no form."""
        node = self.flow.nodes.get(str(self.state.get("node")))
        return self.state.get("waits") == "value" and isinstance(node, Collect) and node.sensitive


def secrets_of(standing: Standing) -> list[Any]:
    """Values that were collected as sensitive."""
    nodes = standing.flow.nodes.values()
    slots = {node.slot for node in nodes if isinstance(node, Collect) and node.sensitive}
    return [kept["value"] for slot, kept in standing.state["slots"].items() if slot in slots]


def started(agent: Mapping[str, Any], playbook: str) -> Standing | None:
    """None for one that the agent does not have, or that no longer fits its skills."""
    try:
        if playbook.startswith(COLLECT):
            flow = collecting(agent, playbook.removeprefix(COLLECT))
            return Standing(flow, begin(flow), tells=True)
        flow = flow_of(agent, playbook)
    except Invalid:
        return None
    return Standing(flow, begin(flow))


def collecting(agent: Mapping[str, Any], name: str) -> Flow:
    """A flow that nobody drew: what the skill needs, in the order of its parameters, then the skill. Invalid when the
    agent has no such skill. `x-slot` and `x-ask` of a parameter say how it is read and asked for."""
    skill = next((thawed(each) for each in agent.get("skills") or () if each.get("name") == name), None)
    if skill is None:
        raise Invalid(fields=[FieldError(field="skill", message="names no skill of this agent")])
    schema = schema_of(skill)
    needed = sorted(required_of(schema, skill.required_params), key=_order(skill.required_params))
    nodes: list[dict[str, Any]] = [{"id": "start", "type": "start"}]
    ways: list[dict[str, str]] = []
    for each in needed:
        nodes.append({"id": f"ask-{each}", "type": "collect", "data": _asked(each, schema["properties"][each])})
        ways.append({"source": f"ask-{each}", "sourceHandle": "fallback", "target": "given-up"})
    arguments = {each: f"{{{each}}}" for each in needed}
    nodes += [
        {"id": "do", "type": "skill", "data": {"skill": name, "arguments": arguments}},
        {"id": "end", "type": "end", "data": {"say": ""}},
    ]
    if needed:
        nodes.append({"id": "given-up", "type": "end", "data": {"say": GIVEN_UP}})
    order = [node["id"] for node in nodes if node["id"] not in ("end", "given-up")]
    ways += [{"source": one, "target": other} for one, other in pairwise([*order, "end"])]
    ways.append({"source": "do", "sourceHandle": "failed", "target": "end"})
    return checked(read_graph({"nodes": nodes, "connections": ways}), views(agent.get("skills") or ()))


def _order(wanted: Sequence[str]) -> Callable[[str], int]:
    """As `requiredParams` has them: the database keeps no order of a schema's properties."""
    return lambda name: wanted.index(name) if name in wanted else len(wanted)


def _asked(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    choices = [str(each) for each in schema.get("enum") or ()]
    by_type = {"boolean": "yes_no", "integer": "number", "number": "number"}
    kind = schema.get("x-slot") or ("choice" if choices else by_type.get(str(schema.get("type")), "text"))
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]", " ", name).lower()
    ask = schema.get("x-ask") or (
        f"{plain.capitalize()}: {', '.join(choices)}?" if choices else f"What is the {plain}?"
    )
    return {"slot": name, "kind": "number" if kind == "money" else kind, "ask": ask, "options": choices}


def moved(standing: Standing, heard: Input, today: date) -> tuple[Standing, list[Output]]:
    state, outputs = step(standing.flow, standing.state, heard, today=today)
    return replace(standing, state=state), outputs


def result_of(outcome: Outcome | None, released: Mapping[str, Any]) -> Input:
    """For the stepper: only what the caller's level lets be known; in doubt is not done."""
    return SkillDone(released) if outcome is not None and outcome.ok else SkillFailed()


def callers(standing: Standing) -> list[Any]:
    """The values that were collected; not those that a skill has brought."""
    nodes = standing.flow.nodes.values()
    brought = {slot for node in nodes if isinstance(node, SkillCall) for slot in node.saves}
    collected = {node.slot for node in nodes if isinstance(node, Collect)} - brought
    return [kept["value"] for slot, kept in standing.state["slots"].items() if slot in collected]


def expects(listen: Listen, standing: Standing | None) -> Expect:
    """What the playbook asks for; the options of a choice are those of the place where it stands."""
    node = standing.flow.nodes.get(str(standing.state["node"])) if standing is not None else None
    offered = isinstance(node, Collect) and node.slot == listen.slot and listen.kind == "choice"
    return Expect(
        kind=_EXPECTS.get(listen.kind, "anything"),
        choices=tuple(node.options) if offered and isinstance(node, Collect) else (),
    )


__all__ = [
    "BROKEN",
    "LEFT",
    "OVER",
    "Begin",
    "Standing",
    "callers",
    "expects",
    "moved",
    "result_of",
    "secrets_of",
    "started",
]
