"""Websites and knowledge gaps over the API: made, changed, read again, answered; bad input names the field."""

from datetime import UTC, datetime

import httpx
import pytest
from tests.postgres.api.conftest import Caller, House
from tests.postgres.knowledge.test_knowledge import WordVectors
from tests.unit.knowledge.test_questions import DOES_NOT_KNOW

from flowyte.agents.publish import publish
from flowyte.kit.ids import new_id
from flowyte.knowledge import gaps
from flowyte.knowledge.ingest import index_source
from flowyte.knowledge.questions import questions
from flowyte.observe import store as observe
from flowyte.observe.evidence import Keeper, Opening

SITE = {"kind": "url", "name": "Help", "url": "Example.com/help"}


async def agent_of(client: httpx.AsyncClient) -> str:
    return f"/agents/{(await client.post('/agents', json={'name': 'harbour'})).json()['data']['id']}"


async def waiting(house: House, source_id: str) -> dict[str, int]:
    """Jobs of a source by their task."""
    async with house.services.database.tenant(house.principal) as tx:
        rows = await tx.fetch(
            "SELECT entrypoint, count(*) AS n FROM pgqueuer WHERE position($1 IN convert_from(payload, 'UTF8')) > 0 "
            "GROUP BY entrypoint", source_id,
        )  # fmt: skip
    return {row["entrypoint"]: row["n"] for row in rows}


async def test_a_preview_says_how_sure_it_is_and_what_speaks_against_it(house: House, mine: httpx.AsyncClient) -> None:
    """The passage as it would be said, what stands around it, and a reason."""
    agent = await agent_of(mine)
    text = "# Harbour\n\n## Berths\n\n" + "A berth is kept for one boat. " * 20 + "A berth costs 40 dollars a night."
    source = {"kind": "text", "name": "Berths", "content": text}
    made = (await mine.post(f"{agent}/knowledge/sources", json=source)).json()["data"]
    async with house.services.database.tenant(house.principal) as tx:
        await index_source(tx, WordVectors(), made["id"])
    asked = await mine.post(f"{agent}/knowledge/preview", json={"query": "Do you sell lawnmowers?"})
    found = asked.json()["data"]
    assert not found["answered"]
    assert found["doubt"]
    best = found["chunks"][0]
    assert found["topScore"] == best["sureness"] < 0.5
    assert best["answer"] in best["context"] != best["answer"]
    assert 0 <= best["similarity"] <= 1


async def test_a_website_is_a_source(house: House, mine: httpx.AsyncClient) -> None:
    """Weekly by default; its address is written in full."""
    base = f"{await agent_of(mine)}/knowledge/sources"
    made = await mine.post(base, json=SITE)
    assert made.status_code == 201
    source = made.json()["data"]
    assert (source["url"], source["maxPages"], source["refreshSeconds"]) == ("https://example.com/help", 50, 604_800)
    assert (source["status"], source["readAt"], source["coverageScore"]) == ("pending", None, None)
    assert await waiting(house, source["id"]) == {"read_website": 1}
    path = f"{base}/{source['id']}"
    never = (await mine.patch(path, json={"refreshSeconds": None, "name": "Site"})).json()["data"]
    assert (never["refreshSeconds"], never["maxPages"], never["name"]) == (None, 50, "Site")
    again = await mine.post(f"{path}/refresh")
    assert (again.status_code, again.json()["data"]["status"]) == (200, "pending")
    assert (await mine.get(f"{path}/pages")).json()["data"] == []
    assert (await mine.get(base)).json()["data"][0]["url"] == "https://example.com/help"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "ftp://example.com"}, "url"),
        ({"url": "https://user:word@example.com/"}, "url"),
        ({"url": "http://0x7f.1/"}, "url"),
        ({"url": None}, "url"),
        ({"maxPages": 201}, "maxPages"),
        ({"maxPages": 0}, "maxPages"),
        ({"refreshSeconds": 86_399}, "refreshSeconds"),
        ({"refreshSeconds": "soon"}, "refreshSeconds"),
    ],
)
async def test_a_website_that_cannot_be_read_names_the_field(
    mine: httpx.AsyncClient, change: dict[str, object], field: str
) -> None:
    """When it is made and when it is changed."""
    base = f"{await agent_of(mine)}/knowledge/sources"
    refused = await mine.post(base, json={**SITE, **change})
    assert (refused.status_code, [error["field"] for error in refused.json()["errors"]]) == (400, [field])
    path = f"{base}/{(await mine.post(base, json=SITE)).json()['data']['id']}"
    if change != {"url": None}:  # which, in a change, says nothing
        refused = await mine.patch(path, json=change)
        assert (refused.status_code, [error["field"] for error in refused.json()["errors"]]) == (400, [field])


async def asked(house: House, agent: str, *texts: str) -> str:
    """A conversation with the live version in which none of this is answered, folded; its id."""
    services, agent_id = house.services, agent.removeprefix("/agents/")
    async with services.database.tenant(house.principal) as tx:
        version = await publish(tx, house.principal, agent_id, note="", more={"sourceIds": []})
    keeper = Keeper(
        database=services.database, sealer=services.sealer, clock=services.clock, data_dir=services.data_dir
    )
    opening = Opening(
        id=new_id("cnv"), agent_id=agent_id, agent_name="harbour", version_id=version.id,
        version_number=version.number, channel="voice", line="twilio", draft=False,
    )  # fmt: skip
    evidence = await keeper.begin(house.principal, opening)
    for text in texts:
        evidence.event("user_utterance", 0, {"text": text})
        evidence.event("kb_retrieval", 1, {"query": text, "passages": [], "topScore": 0.1})
        evidence.event("agent_message", 2, {"text": DOES_NOT_KNOW, "kind": "answer"})
    await evidence.finish("caller_hung_up")
    async with services.database.tenant(house.principal) as tx:
        found = questions(await observe.events(tx, services.sealer, opening.id))
        ended = gaps.Ended(id=opening.id, agent_id=agent_id, searched=[])
        await gaps.fold(tx, services.sealer, WordVectors(), ended, found, datetime.now(UTC))
    return opening.id


async def test_gaps_are_listed_changed_and_answered(house: House, mine: httpx.AsyncClient) -> None:
    """An answer goes into a FAQ; what a gap says of itself is what was asked."""
    agent = await agent_of(mine)
    conversation = await asked(house, agent, "Do you sell boats?", "Where can I park?")
    first, second = (await mine.get(f"{agent}/knowledge-gaps")).json()["data"]
    assert {first["queryText"], second["queryText"]} == {"Do you sell boats?", "Where can I park?"}
    assert (first["count"], first["distinctCalls"], first["status"]) == (1, 1, "open")
    assert first["classification"] == "TRUE_GAP"
    path = f"{agent}/knowledge-gaps/{first['id']}"
    answered = (await mine.post(f"{path}/answer", json={"answer": "No."})).json()["data"]
    assert (answered["gap"]["status"], answered["gap"]["sourceId"]) == ("in_progress", answered["source"]["id"])
    faq = (await mine.get(f"{agent}/knowledge/sources/{answered['source']['id']}")).json()["data"]
    assert [(entry["question"], entry["answer"]) for entry in faq["faq"]] == [(first["queryText"], "No.")]
    assert faq["coverageScore"] == 0.0
    dismissed = await mine.patch(f"{agent}/knowledge-gaps/{second['id']}", json={"status": "dismissed"})
    assert dismissed.json()["data"]["status"] == "dismissed"
    listed = (await mine.get(f"{agent}/knowledge-gaps?status=dismissed&limit=200")).json()["data"]
    assert [gap["id"] for gap in listed] == [second["id"]]
    assert (await mine.delete(f"/conversations/{conversation}")).status_code == 200
    assert (await mine.get(f"{agent}/knowledge-gaps")).json()["data"] == []


async def test_a_gap_that_cannot_be_changed_says_why(house: House, mine: httpx.AsyncClient) -> None:
    """By the field; and another agent's gap is none of this one's."""
    agent = await agent_of(mine)
    await asked(house, agent, "Do you sell boats?")
    path = f"{agent}/knowledge-gaps/{(await mine.get(f'{agent}/knowledge-gaps')).json()['data'][0]['id']}"
    for method, where, body, field in (
        ("PATCH", path, {"status": "gone"}, "status"),
        ("POST", f"{path}/answer", {"answer": " "}, "answer"),
        ("POST", f"{path}/answer", {"answer": "No.", "question": "x" * 501}, "question"),
    ):
        refused = await mine.request(method, where, json=body)
        assert (refused.status_code, [error["field"] for error in refused.json()["errors"]]) == (400, [field])
    for query in ("limit=201", "limit=0", "status=gone"):
        assert (await mine.get(f"{agent}/knowledge-gaps?{query}")).status_code == 400
    other = await agent_of(mine)
    assert (await mine.patch(path.replace(agent, other), json={"status": "open"})).status_code == 404


async def test_gaps_need_the_scope_of_knowledge(house: House, calling: Caller, mine: httpx.AsyncClient) -> None:
    """They hold what callers said, so a key for analytics alone does not read them here."""
    agent = await agent_of(mine)
    async with calling(house.principal, frozenset({"analytics:read", "agents:read"})) as client:
        assert (await client.get(f"{agent}/knowledge-gaps")).status_code == 403
