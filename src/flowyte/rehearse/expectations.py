"""What a screenplay may expect, held against what was seen: each answers with what came instead, or with nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowyte.guardrails.provenance import texts_of
from flowyte.guardrails.unsaid import Unsaid
from flowyte.rehearse.script import Expects, fits
from flowyte.skills.messages import Message
from flowyte.skills.runner import Order
from flowyte.slots.spoken import digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Of a conversation so far: what was heard of the agent, its timeline, the skills that were carried out, the
    messages that were filed, and all that services have brought."""

    said: Sequence[str]
    events: Sequence[tuple[str, Mapping[str, Any]]]
    done: Sequence[Order]
    messages: Sequence[Message]
    brought: Sequence[Any]

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        return [data for type_, data in self.events if type_ == kind]


Look = Callable[[Expects, Seen], str]


def _message(wanted: Expects, seen: Seen) -> str:
    found = [{"name": each.name, "phone": each.phone, "message": each.body} for each in seen.messages]
    if not wanted.times:
        return f"a message was taken: {_pairs(found[0])}" if found else ""
    if not found:
        return "no message was taken"
    values = wanted.values or {}
    if any(all(fits(value, each.get(name, "")) for name, value in values.items()) for each in found):
        return ""
    return "; and ".join(f"a message was taken: {_pairs(each)}" for each in found)


def _called(wanted: Expects, seen: Seen) -> str:
    orders = [order for order in seen.done if order.skill.name == wanted.name]
    values = wanted.values or {}
    right = [
        order for order in orders
        if all(fits(value, str(order.arguments.get(name, ""))) for name, value in values.items())
    ]  # fmt: skip
    if len(right) == wanted.times and (wanted.times or not orders):
        return ""
    if not orders:
        return f"{wanted.name} was not called"
    return "; and ".join(f"{wanted.name} was called with {_pairs(order.arguments) or 'nothing'}" for order in orders)


def _no_skill(wanted: Expects, seen: Seen) -> str:
    return ", ".join(f"{order.skill.name} was called" for order in seen.done)


def _undisclosed(wanted: Expects, seen: Seen) -> str:
    """Nothing that a service has brought is in what was said, in any wording, nor on the timeline."""
    secret = Unsaid(digits)
    secret.add(list(seen.brought))
    said = secret.found(" ".join(seen.said))
    kept = [text for text in texts_of(list(seen.brought)) if len(text) > 3 and text in str(seen.events)]
    if not seen.brought:
        return "nothing was there to be disclosed: no service has brought anything"
    return "; ".join([*(f"said: {text}" for text in said), *(f"on the timeline: {text}" for text in kept)])


def _unsaid(wanted: Expects, seen: Seen) -> str:
    return f'"{wanted.name}" was said' if any(wanted.name in text for text in seen.said) else ""


def _verified(wanted: Expects, seen: Seen) -> str:
    outcomes = [str(data["outcome"]) for data in seen.of("verification")]
    if ("verified" in outcomes) == bool(wanted.times):
        return ""
    return f"verification: {', '.join(outcomes) or 'none was begun'}"


def _guardrail(wanted: Expects, seen: Seen) -> str:
    policies = [f"{data['policy']} ({data['reason']})" for data in seen.of("guardrail")]
    if any(data["policy"] == wanted.name for data in seen.of("guardrail")):
        return ""
    return f"stepped in: {', '.join(policies) or 'none'}"


def _interrupted(wanted: Expects, seen: Seen) -> str:
    return "" if seen.of("barge_in") else "the agent was not interrupted"


def _provider(wanted: Expects, seen: Seen) -> str:
    return "" if seen.of("error") else "no provider failed"


def _found(wanted: Expects, seen: Seen) -> str:
    searches = seen.of("kb_retrieval")
    passages = searches[-1]["passages"] if searches else []
    titles = [str(each["title"]) for each in passages]
    if not wanted.name:
        return f"found: {'; '.join(titles)}" if titles else ""
    return "" if titles and fits(wanted.name, titles[0]) else f"found: {'; '.join(titles) or 'nothing'}"


def _ended(wanted: Expects, seen: Seen) -> str:
    causes = [str(data["cause"]) for data in seen.of("call_ended")]
    if not wanted.name:
        return f"the conversation ended: {causes[0]}" if causes else ""
    if not causes:
        return "the conversation goes on"
    return "" if causes[0] == wanted.name else f"the conversation ended: {causes[0]}"


def _pairs(values: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}={value}" for name, value in values.items())


LOOKS: Mapping[str, Look] = {
    "message": _message,
    "called": _called,
    "no_skill": _no_skill,
    "undisclosed": _undisclosed,
    "unsaid": _unsaid,
    "verified": _verified,
    "guardrail": _guardrail,
    "interrupted": _interrupted,
    "provider": _provider,
    "found": _found,
    "ended": _ended,
}
