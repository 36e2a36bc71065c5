"""A transfer on the carrier's side: how the end of a stream and of a dial are answered, and what is kept of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from tests.postgres.api.conftest import OWN, Caller, House, make_talk
from tests.postgres.api.test_numbers import CALL, agent_of, line_of, ring

from flowyte.api.services import Talk
from flowyte.kit.clock import SystemClock
from flowyte.kit.ids import new_id
from flowyte.observe.evidence import Keeper, Opening
from flowyte.skills.kinds.transfer import FRESH, ordered, transfer
from flowyte.skills.registry import TRANSFER
from flowyte.skills.runner import Order, Runner
from flowyte.skills.spec import Skill
from flowyte.tenancy.principal import Principal

DESK = {"label": "the front desk", "destination": "+12025550142"}
SKILL = Skill(name="put_through", description="d", skill_type="transfer", is_write=True)


async def handed_over(house: House, agent: str, who: Principal, given: Mapping[str, Any] = DESK) -> str:
    """A conversation that has ordered a transfer, by the runner that calls have, and is closed."""
    services, conversation = house.services, new_id("cnv")
    keeper = Keeper(
        database=services.database, sealer=services.sealer, clock=services.clock, data_dir=Path(services.data_dir)
    )
    opening = Opening(
        id=conversation, agent_id=agent, agent_name="clinic", version_id=None, version_number=None, channel="voice",
        line="twilio", draft=False,
    )  # fmt: skip
    evidence = await keeper.begin(who, opening)
    evidence.event("call_started", 0, {"recording": False})
    evidence.event("user_utterance", 10, {"text": "A person, please"})
    order = Order(
        principal=who, agent={"id": agent}, conversation_id=conversation, skill=SKILL, skill_id="", arguments=given,
        intent="put_through",
    )  # fmt: skip
    runner = Runner(services.database, services.sealer, services.clock, inside={TRANSFER: transfer}, outside={})
    async with runner.running():
        first, second = await runner.run(order, TRANSFER), await runner.run(order, TRANSFER)
    assert (first.state, second.again) == (("done", True) if "destination" in given else ("failed", False))
    evidence.event("handoff", 20, {"reason": "asked", "outcome": "transferred", "label": "the front desk"})
    await evidence.finish("handed_off")
    return conversation


def step(line: dict[str, Any], name: str, conversation: str, tries: int = 0) -> str:
    return f"{line['webhookUrl']}/{name}?conversation={conversation}&tries={tries}"


async def test_a_closed_stream_is_dialled_on_to_what_the_ledger_holds(house: House, calling: Caller) -> None:
    """And to nothing else, however often the carrier asks; without an order it is the end."""
    async with calling(house.principal) as client:
        agent = await agent_of(client)
        line = await line_of(client, agent)
    conversation = await handed_over(house, agent, house.principal)
    answers = {(await ring(house, step(line, "next", conversation))).content for _ in range(3)}
    assert len(answers) == 1
    (dial,) = ElementTree.fromstring(answers.pop())
    assert [(each.tag, each.text) for each in dial] == [("Number", "+12025550142")]
    assert dial.get("action") == f"{OWN}/phone/twilio/{line['id']}/dialed?conversation={conversation}&tries=1"
    for unknown in ("cnv_0000000000000000000000", new_id("cnv")):
        answer = await ring(house, step(line, "next", unknown))
        assert [each.tag for each in ElementTree.fromstring(answer.content)] == ["Hangup"]
    gone = await ring(house, step(line, "next", conversation), form={**CALL, "CallStatus": "completed"})
    assert b"<Hangup/>" in gone.content


async def test_neither_a_stranger_nor_another_house_gets_anywhere(house: House, calling: Caller) -> None:
    """A wrong signature learns nothing; a line of another organization does not reach this one's conversation."""
    async with calling(house.principal) as client:
        agent = await agent_of(client)
        line = await line_of(client, agent)
    async with calling(house.other) as client:
        theirs = await line_of(client, await agent_of(client))
    conversation = await handed_over(house, agent, house.principal)
    for name in ("next", "dialed"):
        assert (await ring(house, step(line, name, conversation), token="f" * 32)).status_code == 403
        answer = await ring(house, step(theirs, name, conversation), form={**CALL, "DialCallStatus": "busy"})
        assert (answer.status_code, b"<Hangup/>" in answer.content) == (200, True)
    unsigned_for_other = await ring(house, f"{OWN}/phone/twilio/num_0000000000000000000000/next?conversation=x")
    assert unsigned_for_other.status_code == 403


async def test_an_order_is_for_the_end_of_its_own_call(house: House, calling: Caller) -> None:
    """One that is older than the carrier takes to ask is no order any more; one without a destination is none."""
    async with calling(house.principal) as client:
        agent = await agent_of(client)
    services = house.services
    conversation = await handed_over(house, agent, house.principal)
    async with services.database.tenant(house.principal) as tx:
        now = SystemClock().now()
        assert await ordered(tx, services.sealer, conversation, now=now) is not None
        late = now + FRESH + timedelta(seconds=5)
        assert await ordered(tx, services.sealer, conversation, now=late) is None
    empty = await handed_over(house, agent, house.principal, {"label": "x"})
    async with services.database.tenant(house.principal) as tx:
        assert await ordered(tx, services.sealer, empty, now=now) is None


@pytest.fixture
def talks(house: House) -> list[Mapping[str, str]]:
    """What tokens were made with."""
    kept: list[Mapping[str, str]] = []

    def making(
        org: UUID, agent: str, draft: bool, line: Any, parties: Mapping[str, str] | None = None, by: bytes = b""
    ) -> Talk:
        kept.append(dict(parties or {}))
        return make_talk(org, agent, draft, line, parties, by)

    house.app.state.services = replace(house.services, make_talk=making)
    return kept


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
async def test_nobody_answers_and_the_caller_is_back_with_the_agent(
    house: House, calling: Caller, talks: list[Mapping[str, str]], status: str
) -> None:
    """A new stream that goes on from this conversation; what became of it is kept once, and the outcome says so."""
    async with calling(house.principal) as client:
        agent = await agent_of(client)
        line = await line_of(client, agent)
        conversation = await handed_over(house, agent, house.principal)
        before = (await client.get(f"/conversations/{conversation}")).json()["data"]
        assert before["outcome"] == "transferred"
        form = {**CALL, "CallStatus": "in-progress", "DialCallStatus": status}
        for _ in range(2):
            answer = await ring(house, step(line, "dialed", conversation, 1), form=form)
        ((connect,),) = [ElementTree.fromstring(answer.content)]
        assert connect.tag == "Connect"
        assert str(connect.get("action")).endswith("&tries=1")
        assert talks[-1] == {
            "from": CALL["From"], "to": CALL["To"], "numberId": line["id"], "continues": conversation,
            "unanswered": "the front desk",
        }  # fmt: skip
        after = (await client.get(f"/conversations/{conversation}")).json()["data"]
        assert after["outcome"] == "completed"
        receipt = (await client.get(f"/conversations/{conversation}/receipt")).json()["data"]["events"]
        told = [event["data"] for event in receipt if event["type"] == "handoff"]
        assert [(each["outcome"], each.get("cause")) for each in told] == [
            ("transferred", None),
            ("unanswered", status),
        ]
        assert "2025550142" not in str(receipt)
        await ring(house, step(line, "dialed", conversation, 3), form=form)
        assert "numberId" not in talks[-1], "three times in vain is enough"


async def test_somebody_answered_and_the_call_is_over(
    house: House, calling: Caller, talks: list[Mapping[str, str]]
) -> None:
    """For how long they spoke is kept; a caller who hung up while it rang is not called back to the agent."""
    async with calling(house.principal) as client:
        agent = await agent_of(client)
        line = await line_of(client, agent)
        conversation = await handed_over(house, agent, house.principal)
        form = {**CALL, "DialCallStatus": "completed", "DialCallDuration": "42", "CallStatus": "in-progress"}
        answer = await ring(house, step(line, "dialed", conversation, 1), form=form)
        assert b"<Hangup/>" in answer.content
        receipt = (await client.get(f"/conversations/{conversation}/receipt")).json()["data"]["events"]
        assert (receipt[-1]["data"]["outcome"], receipt[-1]["data"]["seconds"]) == ("answered", 42)
        assert (await client.get(f"/conversations/{conversation}")).json()["data"]["outcome"] == "transferred"
        other = await handed_over(house, agent, house.principal)
        left = {**CALL, "DialCallStatus": "canceled", "CallStatus": "completed"}
        assert b"<Hangup/>" in (await ring(house, step(line, "dialed", other, 1), form=left)).content
        assert talks == []
