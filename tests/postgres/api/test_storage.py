"""An organization that keeps as much as it may begins nothing more, and everybody else does not notice."""

import httpx
from tests.postgres.api.conftest import House

from flowyte.tenancy.storage import REMEMBERED_MS


async def test_over_the_limit_nothing_is_begun(
    house: House, mine: httpx.AsyncClient, theirs: httpx.AsyncClient
) -> None:
    """At one megabyte here: the source that goes over it is taken, the next thing is refused; deleting makes room."""
    agents = []
    for client in (mine, theirs):
        made = (await client.post("/agents", json={"name": "a", "enabledChannels": ["chat", "voice"]})).json()["data"]
        agents.append(made["id"])
        assert (await client.post(f"/agents/{made['id']}/publish", json={"note": ""})).status_code == 201
    path = f"/agents/{agents[0]}/knowledge/sources"
    body = {"kind": "text", "name": "Long", "content": "x" * 400_000}
    for _ in range(3):
        house.services.storage._known.clear()  # as after a minute
        assert (await mine.post(path, json=body)).status_code == 201
    house.services.storage._known.clear()
    for method_path, sent in (
        (path, body),
        ("/chat/sessions", {"agentId": agents[0]}),
        (f"/agents/{agents[0]}/talk-token", {}),
        ("/chat/completions", {"model": agents[0], "messages": [{"role": "user", "content": "Hello"}]}),
    ):
        refused = await mine.post(method_path, json=sent)
        assert (refused.status_code, refused.json()["code"]) == (409, "storage_full"), method_path
    assert (await theirs.post("/chat/sessions", json={"agentId": agents[1]})).status_code == 201
    source = (await mine.get(path)).json()["data"][0]["id"]
    assert (await mine.delete(f"{path}/{source}")).status_code in (200, 204)
    house.services.storage._known.clear()
    assert (await mine.post("/chat/sessions", json={"agentId": agents[0]})).status_code == 201
    assert REMEMBERED_MS == 60_000
