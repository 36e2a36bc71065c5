"""The policy mind does things: the nearest example decides, what a skill needs is asked for, playbooks are begun."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from tests.unit.minds.test_playing import graph
from tests.unit.minds.workshop import skill, spoken

from flowyte.conversation.reply import EndCall, HandOff, MindContext, UserTurn
from flowyte.kit.db import Database
from flowyte.minds.grounded import PolicyMind
from flowyte.minds.judged import JudgedMind, JudgedThinking
from flowyte.skills.kinds.transfer import ordered, transfer
from flowyte.skills.registry import TRANSFER
from flowyte.skills.runner import Order, Runner
from flowyte.tenancy.principal import Principal
from flowyte.testing.clock import VirtualClock
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer


class Words:
    """Texts are near when they share words."""

    async def embed_off_loop(self, texts: list[str]) -> npt.NDArray[np.float32]:
        rows = np.zeros((len(texts), 384), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[sum(map(ord, word)) * 7919 % 384] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


class Shop:
    """What the webhooks were asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    async def carry_out(self, order: Order, run_id: str) -> Mapping[str, Any]:
        self.asked.append((order.skill.name, dict(order.arguments)))
        return {"state": "on its way"}


STATUS = skill(
    "order_status",
    "order_id",
    requiredParams=["order_id"],
    schema={"order_id": {"type": "string", "x-slot": "digits", "x-ask": "What is your order number?"}},
    config={"examples": ["Where is my order", "Track my parcel"], "say": "Your order is {state}."},
)
CANCEL = skill(
    "cancel_order", "reason", isWrite=True, requiredParams=["reason"], config={"examples": ["Cancel an order"]}
)
BEGINS = {
    **skill("booking", kind="playbook"),
    "executionConfig": {"playbookId": "Booking", "examples": ["I want to book a table"]},
}
BOOK = skill("book", "day", "phone", isWrite=True)


PEOPLE = {
    "transferDestination": "+12025550142",
    "transferRules": [
        {
            "label": "repairs",
            "when": "My washing machine is broken\nA machine does not start",
            "destination": "+12025550143",
        },
        {"label": "the shop", "when": "", "destination": "+12025550142"},
    ],
}
BUILT_IN = [
    {
        **skill("finish", kind="builtin"),
        "executionConfig": {"action": "end_call", "examples": ["I have got all I need"]},
    },
    {**skill("again", kind="builtin"), "executionConfig": {"action": "repeat", "examples": ["One more time for me"]}},
]


@asynccontextmanager
async def talking(
    database: Database, who: Principal, keys: FileKeys, shop: Shop, **more: Any
) -> AsyncIterator[JudgedThinking]:
    sealer, clock = Sealer(keys), VirtualClock()
    agent = {
        "id": "agt_1", "name": "shop", "sourceIds": [], "skills": [STATUS, CANCEL, BEGINS, BOOK],
        "playbooks": [{"id": "pb_1", "name": "Booking", "isEnabled": True, "graph": graph()}],
        **more,
    }  # fmt: skip
    runner = Runner(database, sealer, clock, inside={TRANSFER: transfer}, outside={"http_webhook": shop.carry_out})
    async with runner.running():
        mind = JudgedMind(PolicyMind(database, Words(), clock), clock, runner)
        yield mind.open(
            MindContext(
                org=who.org, conversation_id="cnv_1", agent=agent, channel="voice", language="en-US", transfers=True
            )
        )


async def say(thinking: JudgedThinking, text: str, turn: int) -> str:
    said = spoken([part async for part in thinking.respond(UserTurn(text=text, ts_ms=0, turn_index=turn))])
    thinking.heard(said)
    return said


async def test_what_a_skill_needs_is_asked_for_and_its_result_told(
    database: Database, organization: Principal, keys: FileKeys
) -> None:
    """By the question the operator wrote, read as digits, told in the operator's words."""
    shop = Shop()
    async with talking(database, organization, keys, shop) as thinking:
        assert await say(thinking, "Where is my order, please?", 1) == "What is your order number?"
        assert await say(thinking, "it is five five oh one", 2) == "Your order is on its way."
        assert await say(thinking, "Where is the moon?", 3) != ""
    assert shop.asked == [("order_status", {"order_id": "5501"})]


async def test_a_write_is_read_back_first(database: Database, organization: Principal, keys: FileKeys) -> None:
    """No is nothing done; yes is done once."""
    shop = Shop()
    async with talking(database, organization, keys, shop) as thinking:
        assert await say(thinking, "Cancel an order", 1) == "What is the reason?"
        assert "too late" in await say(thinking, "It came too late", 2)
        await say(thinking, "no", 3)
        assert shop.asked == []
        await say(thinking, "Cancel an order", 4)
        await say(thinking, "It came too late", 5)
        assert "done" in await say(thinking, "yes", 6)
    assert shop.asked == [("cancel_order", {"reason": "It came too late"})]


async def test_a_playbook_is_begun_by_its_examples(database: Database, organization: Principal, keys: FileKeys) -> None:
    """And walked to its end, with its skill."""
    shop = Shop()
    async with talking(database, organization, keys, shop) as thinking:
        assert await say(thinking, "I want to book a table", 1) == "Which day?"
        await say(thinking, "the third of May 2027", 2)
        await say(thinking, "202 555 0142", 3)
        assert (await say(thinking, "yes", 4)).startswith("You are down for")
    assert shop.asked == [("book", {"day": "2027-05-03", "phone": "+12025550142"})]


async def parts_of(thinking: JudgedThinking, text: str, turn: int) -> list[Any]:
    return [part async for part in thinking.respond(UserTurn(text=text, ts_ms=0, turn_index=turn))]


async def test_a_rules_own_words_find_its_person(database: Database, organization: Principal, keys: FileKeys) -> None:
    """By the matter alone, by that of a caller who wants somebody, else the usual one. One order, in the ledger."""
    asked = {
        "My washing machine is broken": "repairs",
        "Can I talk to someone about a machine that is broken?": "repairs",
        "I want to talk to a person": "the shop",
        "Put me through to repairs": "repairs",
    }
    for number, (text, label) in enumerate(asked.items(), 1):
        async with talking(database, organization, keys, Shop(), handoffConfig=PEOPLE) as thinking:
            found = [part for part in await parts_of(thinking, text, number) if isinstance(part, HandOff)]
            assert [(part.outcome, part.label) for part in found] == [("put_through", label)], text
    async with talking(database, organization, keys, Shop(), handoffConfig=PEOPLE) as thinking:
        (hand_off,) = [p for p in await parts_of(thinking, "Put me through to repairs", 1) if isinstance(p, HandOff)]
        assert [(await thinking.put_through(hand_off))[0] for _ in range(2)] == [True, True]
    async with database.tenant(organization) as tx:
        order = await ordered(tx, Sealer(keys), "cnv_1", now=None)
    assert order is not None
    assert (order.label, order.destination) == ("repairs", "+12025550143")


async def test_what_is_built_in_is_done_by_its_examples(
    database: Database, organization: Principal, keys: FileKeys
) -> None:
    """The last words once more, and the end of the conversation."""
    async with talking(database, organization, keys, Shop(), skills=[STATUS, *BUILT_IN]) as thinking:
        assert await say(thinking, "Hello", 1) == "Hello. What can I do for you?"
        assert await say(thinking, "One more time for me", 2) == "Hello. What can I do for you?"
        parts = await parts_of(thinking, "I have got all I need", 3)
        assert any(isinstance(part, EndCall) for part in parts)
        assert spoken(parts).endswith("Goodbye.")
