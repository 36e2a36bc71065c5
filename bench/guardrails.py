"""Measures what the guardrails cost: `python -m bench.guardrails [--json]`.

One judgement: an agent with six policies, a hundred banned topics and some forty values above the caller's level, late
in a conversation of forty turns, so that there is much to look things up in. One turn: the same conversation with the
engine around a mind (hearing, judging, origins, values that may not be said) less the same mind without it. Times are
of the thread's own processor, so that neighbours on the machine are left out. The last line is one JSON object.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np

from flowyte.conversation.reply import MindContext, Passage, Reply, Sentence, UserTurn
from flowyte.guardrails.acts import Act, Effect, Heard, Say
from flowyte.guardrails.engine import judge, policies_of
from flowyte.kit.clock import SystemClock
from flowyte.minds.hands import Hands, Use
from flowyte.minds.judged import JudgedMind
from flowyte.skills.runner import Order, Outcome
from flowyte.tenancy.principal import Principal

TURNS, CONVERSATIONS, JUDGEMENTS = 40, 30, 5_000
SENTENCES = (
    "Your appointment is on Tuesday the fourteenth of April at half past nine in the morning.",
    "A professional cleaning is 95 dollars, and it takes about forty-five minutes.",
    "Would you like me to note anything else for the team at the front desk?",
)
CALLER = (
    "Well, I was wondering whether you could tell me something about the prices, and when I could come in.",
    "My order number is five five zero one, and I would be glad to hear where it is by this evening.",
)
RECORD = {
    f"field{number}": f"{value} {number}7{number}" for number, value in enumerate(["Elm Street", "Park", "A-90"] * 13)
}
AGENT: Mapping[str, Any] = {
    "id": "agt_1", "name": "Clinic", "persona": "The front desk of a practice. Calm, friendly, brief. " * 8,
    "guardrails": [
        {"policyType": "content_policy", "config": {"bannedTopics": [f"banned topic {n}" for n in range(100)]}},
        {"policyType": "rate_limit", "config": {"perConversation": 100, "perMinute": 1_000}},
        {"policyType": "verify_before_disclose", "config": {"fields": {"state": "anyone"}}},
    ],
    "skills": [{
        "id": "skl_1", "name": "order_status", "description": "Where an order is.", "skillType": "http_webhook",
        "parametersSchema": {"type": "object", "properties": {"order_id": {"type": "string", "x-source": ["caller"]}}},
        "executionConfig": {"url": "https://example.com/x"},
    }],
}  # fmt: skip


class Mind:
    """Three sentences a turn, a passage of knowledge, and a skill in every fourth."""

    def __init__(self, hands: Hands | None = None) -> None:
        self.hands = hands

    def open(self, context: MindContext, hands: Hands) -> "Mind":
        return Mind(hands)

    def heard(self, spoken: str) -> None:
        """It remembers nothing."""

    async def respond(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        if self.hands is not None:
            self.hands.found((Passage(source_id="s", chunk_id="c", text=SENTENCES[1] * 2, score=0.8, title="Prices"),))
            if turn.turn_index % 4 == 0:
                async with aclosing(self.hands.use(Use(), "order_status", {"order_id": "5501"})) as replies:
                    async for reply in replies:
                        yield reply
        for text in SENTENCES:
            yield Sentence(text=text)


class Brings:
    """Fulfils `minds.hands.Running` without doing anything."""

    def actions(self) -> frozenset[str]:
        return frozenset(("http_webhook",))

    async def done(self, principal: Principal, conversation_id: str) -> tuple[str, ...]:
        return ()

    async def run(self, order: Order, action: str) -> Outcome:
        return Outcome(run_id="run", state="done", result={"state": "on its way", **RECORD})

    def start(self, order: Order, action: str) -> "asyncio.Task[Outcome]":
        return asyncio.get_running_loop().create_task(self.run(order, action))


def spent(work: Callable[[], object]) -> float:
    """Milliseconds of this thread's processor."""
    began = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - began) / 1e6


async def conversation(turns: int = TURNS) -> tuple[list[float], Hands]:
    """What the engine added to each turn, and its hands at the end."""
    context = MindContext(org=UUID(int=1), conversation_id="cnv_1", agent=AGENT, channel="chat", language="en-US")
    judged, bare = JudgedMind(Mind(), SystemClock(), Brings()).open(context), Mind()
    added = []
    for index in range(1, turns + 1):
        turn = UserTurn(text=CALLER[index % 2], ts_ms=0, turn_index=index)
        times = []
        for thinking in (judged, bare):
            began = time.thread_time_ns()
            async with aclosing(thinking.respond(turn)) as parts:
                said = " ".join([part.text async for part in parts if isinstance(part, Sentence)])
            times.append((time.thread_time_ns() - began) / 1e6)
            thinking.heard(said)
        added.append(times[0] - times[1])
    return added, judged._hands


def judgements(hands: Hands) -> dict[str, Any]:
    policies, situation = policies_of(AGENT), hands._situation()
    acts: Mapping[str, Sequence[Act]] = {
        "heard": [Heard(text=text) for text in CALLER],
        "say": [Say(text=text) for text in SENTENCES],
        "effect": [
            Effect(
                skill="order_status", skill_type="http_webhook", arguments={"order_id": "5501"},
                declared=frozenset({"order_id"}), origins={"order_id": "caller"},
            )
        ],
    }  # fmt: skip
    found: dict[str, Any] = {"withheldValues": len(hands.unsaid._values), "policies": len(policies)}
    for kind, each in acts.items():
        times = [spent(partial(judge, policies, each[n % len(each)], situation)) for n in range(JUDGEMENTS)]
        found[kind] = {
            "medianUs": round(statistics.median(times) * 1000, 1),
            "p95Us": round(float(np.percentile(times, 95)) * 1000, 1),
        }
    return found


async def measure() -> dict[str, Any]:
    added: list[float] = []
    for _ in range(CONVERSATIONS):
        more, hands = await conversation()
        added += more
    return {
        "judgement": judgements(hands),
        "turn": {
            "turns": len(added), "sentencesATurn": len(SENTENCES),
            "p50Ms": round(float(np.percentile(added, 50)), 3), "p95Ms": round(float(np.percentile(added, 95)), 3),
            "p99Ms": round(float(np.percentile(added, 99)), 3),
        },
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="only the last line")
    only_json = parser.parse_args().json
    found = asyncio.run(measure())
    if not only_json:
        print(json.dumps(found, indent=2))
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(json.dumps({**found, "machine": machine, "loadAverage": round(os.getloadavg()[0], 1)}))


if __name__ == "__main__":
    main()
