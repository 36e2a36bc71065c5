"""Receipts over HTTP: files that a verifier takes as they come, checkpoints, keys, proofs and witnesses."""

import json
from typing import Any

import httpx
import pytest
from tests.postgres.api.conftest import House

from flowyte.kit.ids import new_id
from flowyte.observe.evidence import Keeper, Opening
from flowyte.receipts.note import COSIGNER, vkey
from flowyte.receipts.verify_receipt import read_checkpoint, verify


async def call(house: House) -> str:
    services = house.services
    keeper = Keeper(
        database=services.database, sealer=services.sealer, clock=services.clock, data_dir=services.data_dir
    )
    opening = Opening(
        id=new_id("cnv"), agent_id="agt_1", agent_name="a", version_id=None, version_number=None, channel="voice",
        line="twilio", draft=True,
    )  # fmt: skip
    evidence = await keeper.begin(house.principal, opening)
    evidence.event("call_started", 0, {"recording": False})
    evidence.event("user_utterance", 500, {"text": "Hello"})
    evidence.event("call_ended", 900, {"cause": "caller_hung_up", "turns": 1})
    await evidence.finish("caller_hung_up")
    return opening.id


async def test_what_is_downloaded_is_what_the_verifier_takes(house: House, mine: httpx.AsyncClient) -> None:
    """Receipt, checkpoint, keys and consistency proof, byte by byte as they came; each is a file with a name."""
    first = await call(house)
    old = await mine.get(f"/conversations/{first}/receipt/file")
    held = await mine.get("/receipts/checkpoint")
    keys = await mine.get("/receipts/keys")
    newer = await mine.get(f"/conversations/{await call(house)}/receipt/file", params={"since": 4})
    assert [answer.headers["content-disposition"].split("filename=")[1] for answer in (old, held, keys)] == [
        f'"{first}.receipt.json"', '"checkpoint-4.txt"', '"keys.json"',
    ]  # fmt: skip
    assert verify(old.content, held=held.content).anchored
    assert verify(newer.content, held=held.content).anchored
    assert verify(newer.content, keys=keys.content).anchored
    newest = await mine.get("/receipts/checkpoint")
    proof = await mine.get("/receipts/consistency", params={"from": 4, "to": read_checkpoint(newest.text).size})
    assert verify(old.content, held=newest.content, proof=proof.content).anchored
    assert verify(old.content, held=newest.content).state == "fails"


async def test_a_size_that_was_never_signed_is_told(house: House, mine: httpx.AsyncClient) -> None:
    """Larger than the log: it is not the log that signed that. Between two checkpoints: there was none."""
    one = await call(house)
    assert (await mine.get(f"/conversations/{one}/receipt/file")).status_code == 200
    answer = await mine.get(f"/conversations/{one}/receipt/file", params={"since": 900})
    assert (answer.status_code, answer.json()["code"]) == (409, "log_is_shorter")
    for since in (3, 1):
        assert (await mine.get(f"/conversations/{one}/receipt/file", params={"since": since})).status_code == 404
    assert (await mine.get("/receipts/checkpoint", params={"size": 3})).status_code == 404
    assert (await mine.get("/receipts/consistency", params={"from": 4, "to": 3})).status_code == 400
    assert (await mine.get("/receipts/consistency", params={"from": 3, "to": 4})).status_code == 404


async def test_checkpoints_are_listed_newest_first(house: House, mine: httpx.AsyncClient) -> None:
    """In pages, with the name of the log and how long an event may wait for its place."""
    for _ in range(3):
        await mine.get(f"/conversations/{await call(house)}/receipt/file")
    page = (await mine.get("/receipts/checkpoints", params={"limit": 2})).json()
    assert [head["size"] for head in page["data"]] == [12, 8]
    assert page["mergeDelaySeconds"] == 60
    assert all(read_checkpoint(head["checkpoint"]).origin == page["log"] for head in page["data"])
    rest = await mine.get("/receipts/checkpoints", params={"cursor": page["pagination"]["nextCursor"]})
    assert [head["size"] for head in rest.json()["data"]] == [4]
    assert (await mine.get("/receipts/checkpoints", params={"cursor": "bm8"})).status_code == 400


async def test_a_deleted_conversation_leaves_a_bare_proof(house: House, mine: httpx.AsyncClient) -> None:
    """Leaves and places; of the content nothing, not even the time."""
    one = await call(house)
    file = (await mine.get(f"/conversations/{one}/receipt/file")).json()
    await mine.delete(f"/conversations/{one}")
    assert (await mine.get(f"/conversations/{one}/receipt/file")).status_code == 404
    bare: dict[str, Any] = (await mine.get(f"/receipts/conversations/{one}/proof")).json()["data"]
    assert [leaf["index"] for leaf in bare["leaves"]] == [event["index"] for event in file["events"]]
    assert set(bare["leaves"][0]) == {"seq", "leaf", "index", "path"}
    assert "Hello" not in json.dumps(bare)


async def test_a_new_key_is_published_with_the_old_ones_word(house: House, mine: httpx.AsyncClient) -> None:
    """And what it signs is followed from the checkpoint that was kept; the audit log names who asked for it."""
    await mine.get(f"/conversations/{await call(house)}/receipt/file")
    held = await mine.get("/receipts/checkpoint")
    made = (await mine.post("/receipts/keys")).json()["data"]
    assert made["number"] == 2
    file = await mine.get(f"/conversations/{await call(house)}/receipt/file", params={"since": 4})
    assert verify(file.content, held=held.content).anchored
    keys = (await mine.get("/receipts/keys")).json()["keys"]
    assert [key["public"] for key in keys][1] == made["public"]
    events = (await mine.get("/audit-events")).json()["data"]
    assert "log_keys.created" in {event["action"] for event in events}


async def test_a_witness_is_named_and_taken_away(mine: httpx.AsyncClient, theirs: httpx.AsyncClient) -> None:
    """By its key as such keys are written; what is no key, no address or one too many is refused by its field."""
    keys = [vkey(f"witness.example.com/{n}", COSIGNER, bytes([n]) * 32) for n in range(4)]
    for key in keys[:3]:
        answer = await mine.put("/receipts/witnesses", json={"url": "https://witness.example.com/log/", "key": key})
        assert answer.status_code == 200, answer.text
    one_more = {"url": "https://example.com", "key": keys[3]}
    assert (await mine.put("/receipts/witnesses", json=one_more)).status_code == 409
    for bad in ({"url": "https://example.com", "key": "x"}, {"url": "ftp://example.com", "key": keys[0]},
                {"key": keys[0]}, {"url": "", "key": keys[0]}):  # fmt: skip
        assert (await mine.put("/receipts/witnesses", json=bad)).status_code == 400, bad
    listed = (await mine.get("/receipts/witnesses")).json()["data"]
    assert [one["key"] for one in listed] == keys[:3]
    assert listed[0]["url"] == "https://witness.example.com/log"
    name = listed[0]["name"]
    assert (await theirs.delete("/receipts/witnesses", params={"name": name})).status_code == 404
    assert (await mine.delete("/receipts/witnesses", params={"name": name})).status_code == 200
    assert (await mine.delete("/receipts/witnesses", params={"name": name})).status_code == 404


@pytest.mark.parametrize("path", ["/receipts/checkpoint", "/conversations/cnv_x/receipt/file"])
async def test_where_nothing_is_logged_there_is_nothing(mine: httpx.AsyncClient, path: str) -> None:
    assert (await mine.get(path)).status_code == 404
    assert (await mine.get("/receipts/checkpoints")).json()["data"] == []
    assert (await mine.get("/receipts/keys")).json()["keys"] == []
