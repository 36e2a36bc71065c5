"""What goes with an agent, with a conversation, and with time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.postgres.api.conftest import Caller, House

from flowyte.kit.ids import new_id
from flowyte.observe.evidence import Keeper, Opening
from flowyte.skills.messages import file_message
from flowyte.tenancy import idempotency
from flowyte.tenancy.idempotency import KEPT


async def test_an_agent_takes_its_knowledge_and_skills_along(house: House, calling: Caller) -> None:
    """Nothing of it is left to be found or counted; another agent's things stay."""
    async with calling(house.principal) as client:
        agents = [(await client.post("/agents", json={"name": n})).json()["data"]["id"] for n in ("a", "b")]
        for agent in agents:
            text = {"kind": "text", "name": "About", "content": "We are here."}
            assert (await client.post(f"/agents/{agent}/knowledge/sources", json=text)).status_code == 201
            skill = {"name": "take_message", "description": "A message", "skillType": "builtin",
                     "executionConfig": {"action": "take_message"}}  # fmt: skip
            assert (await client.post(f"/agents/{agent}/skills", json=skill)).status_code == 201
        assert (await client.delete(f"/agents/{agents[0]}")).status_code == 200
    async with house.services.database.tenant(house.principal) as tx:
        for table in ("knowledge_sources", "skills"):
            assert [row["agent_id"] for row in await tx.fetch(f"SELECT agent_id FROM {table}")] == [agents[1]]


async def test_a_conversation_takes_its_messages_along(house: House, calling: Caller) -> None:
    """What the caller left is deleted with the call."""
    services = house.services
    keeper = Keeper(
        database=services.database, sealer=services.sealer, clock=services.clock, data_dir=services.data_dir
    )
    opening = Opening(
        id=new_id("cnv"), agent_id="agt_1", agent_name="a", version_id=None, version_number=None, channel="voice",
        line="twilio", draft=True,
    )  # fmt: skip
    await (await keeper.begin(house.principal, opening)).finish("caller_hung_up")
    async with services.database.tenant(house.principal) as tx:
        await file_message(
            tx, services.sealer, agent_id="agt_1", conversation_id=opening.id, intent_key="1", name="A caller",
            phone="", body="Call me",
        )  # fmt: skip
    async with calling(house.principal) as client:
        assert len((await client.get("/messages")).json()["data"]) == 1
        assert (await client.delete(f"/conversations/{opening.id}")).status_code == 200
        assert (await client.get("/messages")).json()["data"] == []


@dataclass(frozen=True)
class Later:
    """A clock that is ahead by so much."""

    by: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by

    def monotonic_ms(self) -> int:
        return 0


async def test_answers_to_retries_are_kept_a_day(house: House, calling: Caller) -> None:
    """Until then a retry is answered from them; after it they are swept."""
    async with calling(house.principal) as client:
        first = await client.post("/agents", json={"name": "a"}, headers={"Idempotency-Key": "k1"})
        await idempotency.sweep(house.services.database, Later(KEPT - timedelta(minutes=1)))
        again = await client.post("/agents", json={"name": "a"}, headers={"Idempotency-Key": "k1"})
        assert again.json() == first.json()
        assert await idempotency.sweep(house.services.database, Later(KEPT + timedelta(minutes=1))) >= 1
        new = await client.post("/agents", json={"name": "a"}, headers={"Idempotency-Key": "k1"})
        assert new.json()["data"]["id"] != first.json()["data"]["id"]
