"""The audit log over HTTP: searched, exported, and its own readers noted."""

import csv
import io

import msgspec
from tests.postgres.api.conftest import Caller, House


async def test_what_a_key_did_is_found(house: House, calling: Caller) -> None:
    """With the key as the actor; the key's own making is there as well."""
    async with calling(house.principal) as client:
        agent = (await client.post("/agents", json={"name": "clinic"})).json()["data"]["id"]
        answer = await client.get("/audit-events", params={"object": agent})
        (event,) = answer.json()["data"]
        assert event["action"] == "agents.created"
        assert event["actor"].startswith("key:key_")
        kinds = {entry["action"] for entry in (await client.get("/audit-events")).json()["data"]}
    assert {"api_keys.created", "audit.read"} <= kinds


async def test_exports_are_complete_and_plain(house: House, calling: Caller) -> None:
    """JSON lines and CSV hold the same events, and neither is run by a spreadsheet."""
    async with calling(house.principal) as client:
        await client.post("/agents", json={"name": "=cmd()"})
        lines = (await client.get("/audit-events/export")).content.splitlines()
        table = (await client.get("/audit-events/export", params={"format": "csv"})).text
        refused = await client.get("/audit-events/export", params={"format": "xml"})
    rows = list(csv.DictReader(io.StringIO(table)))
    ids = {msgspec.json.decode(line)["id"] for line in lines}
    assert ids < {row["id"] for row in rows}
    assert rows[0]["action"] == "audit.exported"
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row.values() if cell)
    assert refused.status_code == 400


async def test_it_needs_its_scope(house: House, calling: Caller) -> None:
    """A key for agents does not read what people did."""
    async with calling(house.principal, frozenset({"agents:read"})) as client:
        assert (await client.get("/audit-events")).status_code == 403
