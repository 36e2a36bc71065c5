"""Playbooks as pages: made, drawn, changed, refused with the fault beside its node, and frozen with a version."""

import json
from typing import Any

import httpx
import pytest
from tests.postgres.dashboard.conftest import House, furnish

from flowyte.agents.playbooks import flow_of
from flowyte.agents.publish import pinned, publish
from flowyte.kit.errors import Invalid
from flowyte.skills.store import delete_skill
from flowyte.wiring.parts import parts_of

GRAPH: dict[str, Any] = {
    "nodes": [
        {"id": "start", "type": "start"},
        {"id": "order", "type": "collect", "data": {"slot": "order", "kind": "digits", "ask": "Your order number?"}},
        {"id": "look", "type": "skill", "data": {"skill": "order_status", "arguments": {"order_id": "{order}"}}},
        {"id": "end", "type": "end", "data": {"say": "Goodbye."}},
    ],
    "connections": [
        {"source": "start", "target": "order"}, {"source": "order", "target": "look"},
        {"source": "order", "sourceHandle": "fallback", "target": "end"}, {"source": "look", "target": "end"},
        {"source": "look", "sourceHandle": "failed", "target": "end"},
    ],
}  # fmt: skip


async def test_a_playbook_is_changed_drawn_and_refused_at_its_node(house: House, owner: httpx.AsyncClient) -> None:
    """What was typed stays in the form when it is refused."""
    ids = await furnish(house, house.principal)
    page = f"/agents/{ids['agent_id']}/playbooks/{ids['playbook_id']}"
    form = {"name": "Orders", "enabled": "on", "graph": json.dumps(GRAPH)}
    assert (await owner.post(page, data=form)).status_code == 303
    shown = (await owner.get(page)).text
    assert shown.count('<g class="node"') == 4
    assert "Your order number?" in shown
    wrong = json.dumps(GRAPH).replace("order_status", "gone")
    refused = await owner.post(page, data={**form, "graph": wrong})
    assert refused.status_code == 400
    assert refused.text.count('<g class="node wrong"') == 1
    assert "this agent has no skill gone" in refused.text
    assert "&#34;gone&#34;" in refused.text
    for text in ("{", "[]", '{"nodes": [{}]}', "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")):
        assert (await owner.post(page, data={**form, "graph": text})).status_code == 400
    assert (await owner.post(f"/agents/{ids['agent_id']}/playbooks", data={"name": "Orders"})).status_code == 400


async def test_it_is_frozen_with_the_version_and_checked_at_publishing(house: House, owner: httpx.AsyncClient) -> None:
    """A skill that goes after the playbook was saved is found before callers meet it."""
    ids = await furnish(house, house.principal)
    agent, page = ids["agent_id"], f"/agents/{ids['agent_id']}/playbooks/{ids['playbook_id']}"
    await owner.post(page, data={"name": "Orders", "enabled": "on", "graph": json.dumps(GRAPH)})
    async with house.pages.database.tenant(house.principal) as tx:
        await publish(tx, house.principal, agent, note="", more=await parts_of(tx, agent))
        await delete_skill(tx, agent, ids["skill_id"])
        live = await pinned(tx, agent, draft=False)
        assert flow_of(live.snapshot, ids["playbook_id"]).start == "start"
        assert flow_of(live.snapshot, "Orders").skills["order_status"].parameters == {"order_id"}
        with pytest.raises(Invalid, match=r"playbooks\.Orders\.nodes\.look: this agent has no skill order_status"):
            await publish(tx, house.principal, agent, note="", more=await parts_of(tx, agent))
    assert "1 fault" in (await owner.get(f"/agents/{agent}/playbooks")).text
    assert (await owner.post(f"{page}/delete")).status_code == 303
    async with house.pages.database.tenant(house.principal) as tx:
        await publish(tx, house.principal, agent, note="", more=await parts_of(tx, agent))
