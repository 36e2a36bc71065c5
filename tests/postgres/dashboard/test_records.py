"""Conversations, messages and keys as the pages show them."""

import re

import httpx
from tests.postgres.dashboard.conftest import SECONDS, House, call, furnish

from flowyte.kit.errors import Unauthenticated
from flowyte.receipts.advance import advance
from flowyte.tenancy.keys import authenticate_key


async def test_a_conversation_tells_what_was_said_and_done(house: House, owner: httpx.AsyncClient) -> None:
    """Transcript as it was heard, with what was cut off marked; the message; the receipt; the version."""
    ids = await furnish(house, house.principal)
    page = (await owner.get(f"/conversations/{ids['conversation_id']}")).text
    for words in (
        "Where &lt;i&gt;are&lt;/i&gt; you?", "By the harbour.", "interrupted", "Message taken", "+1 202-555-0142",
        "Consent granted", "Version 1", "call_ended", "The caller hung up",
    ):  # fmt: skip
        assert words in page, words
    only = (await owner.get(f"/conversations/{ids['conversation_id']}?only=consent")).text
    assert len(re.findall(r"<details><summary>", only)) == 1


async def test_a_conversation_says_what_can_be_proved_of_it(house: House, owner: httpx.AsyncClient) -> None:
    """Not in the log yet; in it at its places, under a signed checkpoint; from before the log, without a proof."""
    ids = await furnish(house, house.principal)
    page = f"/conversations/{ids['conversation_id']}"
    assert "Not in the log yet" in (await owner.get(page)).text
    async with house.pages.database.tenant(house.principal) as tx:
        head = await advance(tx, house.pages.sealer, house.pages.clock)
    assert head is not None
    shown = (await owner.get(page)).text
    assert re.search(r"In the log</span>\s+at 0 to 5\. Checkpoint of <time[^>]+>\d\d:\d\d UTC</time>, signed\.", shown)
    assert f'href="/api/v1/conversations/{ids["conversation_id"]}/receipt/file"' in shown
    other = (await call(house, house.principal)).id
    async with house.pages.database.tenant(house.principal) as tx:  # as the migration found what was there before
        await tx.execute("UPDATE conversations SET in_log = true WHERE id = $1", other)
    assert "It is from before the log." in (await owner.get(f"/conversations/{other}")).text


async def test_the_waveform_covers_the_recording(house: House, owner: httpx.AsyncClient) -> None:
    """Both tracks, ten columns a second."""
    ids = await furnish(house, house.principal)
    peaks = (await owner.get(f"/conversations/{ids['conversation_id']}/peaks")).json()
    assert peaks["seconds"] == SECONDS
    assert len(peaks["caller"]) == len(peaks["agent"]) == SECONDS * 10
    assert min(peaks["agent"]) > min(peaks["caller"]) > 0


async def test_conversations_are_found_by_words_and_filters(house: House, owner: httpx.AsyncClient) -> None:
    """Words that were said by either side; filters that nothing meets say so."""
    ids = await furnish(house, house.principal)
    for query, found in (("q=HARBOUR", True), ("q=nowhere", False), ("channel=voice", True), ("channel=chat", False),
                         (f"agent={ids['agent_id']}", True), ("outcome=error", False)):  # fmt: skip
        page = (await owner.get(f"/conversations?{query}")).text
        assert (ids["conversation_id"] in page) is found, query


async def test_a_deleted_conversation_is_gone_with_its_sound(house: House, owner: httpx.AsyncClient) -> None:
    """Page, waveform and file; not while a legal hold stands."""
    ids = await furnish(house, house.principal)
    assert any(house.pages.data_dir.rglob("recording"))
    assert (await owner.post(f"/conversations/{ids['conversation_id']}/delete")).status_code == 409
    assert any(house.pages.data_dir.rglob("recording"))
    await owner.post(f"/privacy/holds/{ids['hold_id']}/lift")
    assert (await owner.post(f"/conversations/{ids['conversation_id']}/delete")).status_code == 303
    for path in ("", "/peaks"):
        assert (await owner.get(f"/conversations/{ids['conversation_id']}{path}")).status_code == 404
    assert not any(house.pages.data_dir.rglob("recording"))


async def test_a_message_is_ticked_off_and_back(house: House, owner: httpx.AsyncClient) -> None:
    """The count in the rail follows."""
    ids = await furnish(house, house.principal)
    assert 'title="1 new"' in (await owner.get("/messages")).text
    await owner.post(f"/messages/{ids['message_id']}", data={"status": "read"})
    assert 'title="1 new"' not in (await owner.get("/messages")).text
    await owner.post(f"/messages/{ids['message_id']}", data={"status": "new"})
    assert 'title="1 new"' in (await owner.get("/messages")).text


async def test_a_key_is_shown_once_and_can_be_revoked(house: House, owner: httpx.AsyncClient) -> None:
    """The page that made it holds it; no later one does; after revoking it opens nothing."""
    made = await owner.post("/api-keys", data={"name": "website", "which": "some", "scope": ["agents:read"]})
    found = re.search(r"flowyte_sk_live_\w+", made.text)
    assert found is not None
    key = found[0]
    principal = await authenticate_key(house.pages.database, house.pages.peppers, key)
    assert principal.scopes == {"agents:read"}
    listed = (await owner.get("/api-keys")).text
    assert key not in listed
    assert key[-4:] in listed
    await owner.post(f"/api-keys/{principal.id}/revoke")
    try:
        await authenticate_key(house.pages.database, house.pages.peppers, key)
    except Unauthenticated:
        return
    raise AssertionError("a revoked key still opens")


async def test_a_key_without_a_scope_or_a_name_is_not_made(owner: httpx.AsyncClient) -> None:
    """The form says what is missing."""
    nothing = await owner.post("/api-keys", data={"name": "website", "which": "some"})
    assert (nothing.status_code, "Choose at least one scope" in nothing.text) == (400, True)
    unnamed = await owner.post("/api-keys", data={"name": " ", "which": "all"})
    assert unnamed.status_code == 400
    assert "flowyte_sk_live" not in unnamed.text


async def test_home_says_what_needs_a_person(house: House, owner: httpx.AsyncClient) -> None:
    """A new organization is shown the first step; one at work its open messages and its week."""
    assert "Make the first agent" in (await owner.get("/")).text
    await furnish(house, house.principal)
    page = (await owner.get("/")).text
    assert "1 new message from callers" in page
    assert "Last seven days" in page
