"""A playbook in a conversation: its stepper with the agent's flow, and what it wants of the rest as replies.

`Playing` decides nothing: skills go through the hands like a mind's, questions in between go to the mind, and what the
playbook says is judged like any words. Values that it read out of the caller's words count as the caller's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flowyte.agents.playbooks import flow_of
from flowyte.conversation.reply import ExpectKind
from flowyte.kit.errors import Invalid
from flowyte.playbooks.model import Collect, Flow, SkillCall
from flowyte.playbooks.step import Begin, Input, Listen, Output, SkillDone, SkillFailed, State, begin, step
from flowyte.skills.runner import Outcome

_EXPECTS: Mapping[str, ExpectKind] = {"yes_no": "yes_no", "name": "name", "digits": "digits", "phone": "digits"}
OVER = "Is there anything else I can do for you?"
LEFT = "All right, we leave that. What else can I do for you?"
BROKEN = "I cannot go on with that, I am afraid. Shall I take a message for the team?"


@dataclass(frozen=True, slots=True)
class Standing:
    """A flow and where it is; replaced, never changed, so that a turn that replaces another starts where it did."""

    flow: Flow
    state: State

    @property
    def awaits_skill(self) -> bool:
        return self.state.get("waits") == "run"


def started(agent: Mapping[str, Any], playbook: str) -> Standing | None:
    """None for one that the agent does not have, or that no longer fits its skills."""
    try:
        flow = flow_of(agent, playbook)
    except Invalid:
        return None
    return Standing(flow, begin(flow))


def moved(standing: Standing, heard: Input, today: date) -> tuple[Standing, list[Output]]:
    state, outputs = step(standing.flow, standing.state, heard, today=today)
    return Standing(standing.flow, state), outputs


def result_of(outcome: Outcome | None, released: Mapping[str, Any]) -> Input:
    """For the stepper: only what the caller's level lets be known; in doubt is not done."""
    return SkillDone(released) if outcome is not None and outcome.ok else SkillFailed()


def callers(standing: Standing) -> list[Any]:
    """The values that were collected; not those that a skill has brought."""
    nodes = standing.flow.nodes.values()
    brought = {slot for node in nodes if isinstance(node, SkillCall) for slot in node.saves}
    collected = {node.slot for node in nodes if isinstance(node, Collect)} - brought
    return [kept["value"] for slot, kept in standing.state["slots"].items() if slot in collected]


def expects(listen: Listen) -> ExpectKind:
    return _EXPECTS.get(listen.kind, "anything")


__all__ = ["BROKEN", "LEFT", "OVER", "Begin", "Standing", "callers", "expects", "moved", "result_of", "started"]
