"""Websites and knowledge gaps as pages: what an operator does there, and what they are told."""

import re

import httpx
from tests.postgres.dashboard.conftest import House, furnish

from flowyte.knowledge import sources as verbs

SITE = {"kind": "url", "name": "Help", "url": "example.com/help", "pages": "20", "days": "30"}


async def test_a_website_is_added_changed_and_read_again(house: House, owner: httpx.AsyncClient) -> None:
    """What is wrong with it is said beside what was written."""
    agent = f"/agents/{(await furnish(house, house.principal))['agent_id']}"
    new = (await owner.get(f"{agent}/knowledge/new?kind=url")).text
    assert 'value="50"' in new
    assert 'value="7"' in new
    for change, words in (
        ({"url": "ftp://example.com"}, "Only http and https"),
        ({"pages": "many"}, "a number between 1 and 200"),
        ({"days": "-1"}, "a number of days"),
        ({"days": "400"}, "null for never"),
    ):
        refused = await owner.post(f"{agent}/knowledge/new", data={**SITE, **change})
        assert refused.status_code == 400
        assert words in refused.text
        assert all(f'value="{value}"' in refused.text for value in change.values())
    assert (await owner.post(f"{agent}/knowledge/new", data=SITE)).status_code == 303
    async with house.pages.database.tenant(house.principal) as tx:
        source = (await verbs.list_sources(tx, agent.removeprefix("/agents/")))[-1]
    assert (source.url, source.most_pages, source.refresh_s) == ("https://example.com/help", 20, 30 * 86_400)
    page = f"{agent}/knowledge/{source.id}"
    assert "Waiting to be read" in (await owner.get(page)).text
    assert (await owner.post(page, data={**SITE, "days": "", "name": "Ours"})).status_code == 303
    refused = await owner.post(page, data={**SITE, "url": "nowhere at all"})
    assert (refused.status_code, "neither a plain host name nor an address" in refused.text) == (400, True)
    led = await owner.post(f"{page}/refresh")
    assert led.headers["location"].endswith("done=again")
    assert "It is being read again" in (await owner.get(led.headers["location"])).text
    async with house.pages.database.tenant(house.principal) as tx:
        changed = await verbs.get_source(tx, source.agent_id, source.id)
    assert (changed.name, changed.refresh_s, changed.status) == ("Ours", None, "pending")


async def test_a_gap_is_answered_where_it_is_listed(house: House, owner: httpx.AsyncClient) -> None:
    """Home says that there is one, the rail how many; an answer that is none says why and keeps what was written."""
    ids = await furnish(house, house.principal)
    gaps = f"/agents/{ids['agent_id']}/knowledge/gaps"
    home = (await owner.get("/")).text
    assert "could not answer 1 question of its callers" in home
    assert f'href="{gaps}"' in home
    assert 'title="1 open"' in home
    everywhere = (await owner.get("/knowledge-gaps")).text
    assert "Do you &lt;i&gt;are&lt;/i&gt; boats?" in everywhere
    assert f'href="{gaps}"' in everywhere
    listed = (await owner.get(gaps)).text
    assert "Nothing is written about it" in listed
    assert f'href="/conversations/{ids["conversation_id"]}"' in listed
    refused = await owner.post(f"{gaps}/{ids['gap_id']}/answer", data={"question": "Boats & oars?", "answer": " "})
    assert refused.status_code == 400
    assert 'value="Boats &amp; oars?"' in refused.text
    led = await owner.post(f"{gaps}/{ids['gap_id']}/answer", data={"question": "Boats?", "answer": "None."})
    assert led.status_code == 303
    told = (await owner.get(led.headers["location"])).text
    assert "callers hear it after you publish" in told
    assert "Answer written, being checked" in told
    assert re.search(r"could not answer", (await owner.get("/")).text) is None


async def test_a_gap_is_dismissed_and_opened_again(house: House, owner: httpx.AsyncClient) -> None:
    """Nothing is lost by a wrong click."""
    ids = await furnish(house, house.principal)
    gaps = f"/agents/{ids['agent_id']}/knowledge/gaps"
    change = f"{gaps}/{ids['gap_id']}/status"
    assert (await owner.post(change, data={"status": "dismissed"})).status_code == 303
    assert "No open gaps" in (await owner.get(gaps)).text
    assert "No open gaps" in (await owner.get("/knowledge-gaps")).text
    assert "boats" in (await owner.get(f"{gaps}?show=dismissed")).text
    assert (await owner.post(change, data={"status": "open"})).status_code == 303
    assert "boats" in (await owner.get(gaps)).text
    assert (await owner.post(change, data={"status": "nonsense"})).status_code == 400
