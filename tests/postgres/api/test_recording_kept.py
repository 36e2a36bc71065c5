"""What becomes of a call's sound: erased, paused, in other formats, listened to, broken, and none at all."""

import asyncio
import io
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import httpx
import numpy as np
import pytest
import soundfile
from tests.postgres.api.conftest import Caller, House, anonymous

from flowyte.conversation.reply import MindContext
from flowyte.kit.ids import new_id
from flowyte.observe.evidence import ConversationEvidence, Keeper, Opening
from flowyte.observe.hold import CHANNEL, read_order
from flowyte.observe.recording import recording_path
from flowyte.testing.clock import VirtualClock
from flowyte.testing.fakes import FakeMind
from flowyte.testing.screenplay import TICK_MS, Call, in_progress

SECONDS = 3
CANARY = os.urandom(32)  # in the caller's every frame: what the disk, temporary files and memory are looked through for


def keeper_of(house: House) -> Keeper:
    services = house.services
    return Keeper(database=services.database, sealer=services.sealer, clock=services.clock,
                  data_dir=services.data_dir)  # fmt: skip


async def begun(house: House) -> tuple[str, ConversationEvidence]:
    opening = Opening(
        id=new_id("cnv"), agent_id="agt_1", agent_name="a", version_id=None, version_number=None, channel="voice",
        line="twilio", draft=True,
    )  # fmt: skip
    return opening.id, await keeper_of(house).begin(house.principal, opening)


def sound(evidence: ConversationEvidence, seconds: float = SECONDS) -> None:
    tone = (np.sin(np.arange(160) * 2 * np.pi * 20 / 160) * 8_000).astype(np.int16).tobytes()
    for _ in range(int(seconds * 50)):
        evidence.audio(tone, bytes(320))


@pytest.fixture
async def call(house: House) -> str:
    conversation, evidence = await begun(house)
    evidence.event("consent", 0, {"outcome": "granted", "recording": True, "stayed": True, "mode": "notice"})
    evidence.start_recording(8000)
    sound(evidence)
    await evidence.finish("caller_hung_up")
    return conversation


async def actions(client: httpx.AsyncClient, conversation: str) -> list[tuple[str, list[str]]]:
    """What the audit log has of a recording, oldest first; of a listening without its number."""
    found = (await client.get("/audit-events", params={"object": conversation})).json()["data"]
    return [(event["action"], event["changed"][:1]) for event in reversed(found)]


@pytest.mark.parametrize(("wanted", "media", "codec"), [("opus", "audio/ogg", "OPUS"), ("mp3", "audio/mpeg", "MP3")])
async def test_a_recording_is_saved_in_the_formats_that_people_pass_on(
    house: House, calling: Caller, call: str, wanted: str, media: str, codec: str
) -> None:
    """The same sound, the same bytes for every range, sealed beside the recording, and gone with it."""
    async with calling(house.principal) as client, anonymous(house.app) as player:
        answer = await client.get(f"/conversations/{call}/recording", params={"format": wanted, "download": True})
        address = str(answer.headers["location"]).removeprefix("/api/v1")
        whole = await player.get(address)
        parts = [
            await player.get(address, headers={"Range": f"bytes={begin}-{begin + 999}"})
            for begin in range(0, len(whole.content), 1_000)
        ]
        assert whole.headers["content-type"] == media
        assert whole.headers["content-disposition"].startswith("attachment")
        assert b"".join(part.content for part in parts) == whole.content
        overflowing = await player.get(address, headers={"Range": f"bytes={len(whole.content)}-"})
        assert overflowing.status_code == 416
        data, rate = soundfile.read(io.BytesIO(whole.content))
        assert abs(len(data) / rate - SECONDS) < 0.1
        assert np.abs(data[:, 0]).max() > 0.1 > np.abs(data[:, 1]).max()
        folder = recording_path(house.services.data_dir, house.principal.org, call).parent
        kept = list(folder.iterdir())
        assert len(kept) == 2
        assert all(whole.content[:64] not in path.read_bytes() for path in kept)
        assert await actions(client, call) == [("recordings.opened", [wanted]), ("recordings.played", [wanted])]
        await client.delete(f"/conversations/{call}")
        assert not folder.exists()
        assert (await player.get(address)).status_code == 401


async def test_each_listening_is_noted_once(house: House, calling: Caller, call: str) -> None:
    """However many pieces a player asks for; a second address is a second listening."""
    async with calling(house.principal) as client, anonymous(house.app) as player:
        for _ in range(2):
            address = str((await client.get(f"/conversations/{call}/recording")).headers["location"])
            for begin in (0, 0, 5_000, 9_000):
                await player.get(address.removeprefix("/api/v1"), headers={"Range": f"bytes={begin}-"})
        assert await actions(client, call) == [("recordings.opened", ["wav"]), ("recordings.played", ["wav"])] * 2


async def test_a_revoked_address_opens_nothing(house: House, calling: Caller, call: str) -> None:
    """Though its five minutes are not over; a new one does."""
    async with calling(house.principal) as client, anonymous(house.app) as player:
        address = str((await client.get(f"/conversations/{call}/recording")).headers["location"])
        assert (await client.post(f"/conversations/{call}/recording/revoke")).status_code == 200
        assert (await player.get(address.removeprefix("/api/v1"))).status_code == 401
        again = str((await client.get(f"/conversations/{call}/recording")).headers["location"])
        assert (await player.get(again.removeprefix("/api/v1"))).status_code == 200


async def test_a_recording_that_is_not_what_was_sealed_is_refused(house: House, calling: Caller, call: str) -> None:
    """Clearly, in the audit log, and without being touched: somebody may still find out what happened to it."""
    path = recording_path(house.services.data_dir, house.principal.org, call)
    broken = path.read_bytes()[:-1]
    path.write_bytes(broken)
    async with calling(house.principal) as client, anonymous(house.app) as player:
        address = str((await client.get(f"/conversations/{call}/recording")).headers["location"])
        answer = await player.get(address.removeprefix("/api/v1"))
        assert (answer.status_code, answer.json()["code"]) == (500, "recording_broken")
        assert ("recordings.refused", []) in await actions(client, call)
    assert path.read_bytes() == broken


async def test_what_the_caller_took_back_is_erased(house: House, calling: Caller) -> None:
    """The file is gone at once, the conversation stays and says so."""
    conversation, evidence = await begun(house)
    evidence.event("consent", 0, {"outcome": "granted", "recording": True, "stayed": True})
    evidence.start_recording(8000)
    sound(evidence)
    path = recording_path(house.services.data_dir, house.principal.org, conversation)
    assert path.exists()
    evidence.event("consent", 3_000, {"outcome": "withdrawn", "recording": False, "said": "stop recording"})
    evidence.event("recording", 3_000, {"phase": "erased", "by": "caller"})
    evidence.erase_recording()
    assert not path.exists()
    await evidence.flush()
    async with calling(house.principal) as client:
        assert (await client.get(f"/conversations/{conversation}")).json()["data"]["recordingState"] == "erased"
        await evidence.finish("caller_hung_up")
        shown = (await client.get(f"/conversations/{conversation}")).json()["data"]
        assert (shown["recordingState"], shown["consent"], shown["recordingMs"]) == ("erased", "withdrawn", None)
        assert (await client.get(f"/conversations/{conversation}/recording")).status_code == 404
        record = (await client.get(f"/conversations/{conversation}/consent")).json()["data"]
        assert [(word["outcome"], word["said"]) for word in record["words"]] == [
            ("granted", None), ("withdrawn", "stop recording"),
        ]  # fmt: skip


@asynccontextmanager
async def answering(house: House, conversation: str, evidence: ConversationEvidence) -> AsyncIterator[None]:
    """A voice process that carries out orders for one call."""
    wake = asyncio.Event()

    def heard(said: str) -> None:
        order = read_order(said)
        if order is not None and (order.org, order.conversation) == (house.principal.org, conversation):
            phase = "paused" if order.to == "pause" else "resumed"
            evidence.event("recording", 1_000, {"phase": phase, "by": "operator"})
            wake.set()

    async def flushing() -> None:
        while True:
            await wake.wait()
            wake.clear()
            await evidence.flush()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(house.services.database.listen(CHANNEL, heard)), group.create_task(flushing())]
        await listens(house)
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def listens(house: House) -> None:
    for _ in range(500):
        async with house.services.database.platform() as tx:
            if await tx.fetchval("SELECT 1 FROM pg_stat_activity WHERE application_name = $1", f"flowyte {CHANNEL}"):
                return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody listens")


async def test_the_organization_pauses_a_live_recording_and_lets_it_go_on(house: House, calling: Caller) -> None:
    """Answered once it is so; what the caller stopped is not resumed this way, nor is a call that is over."""
    conversation, evidence = await begun(house)
    evidence.start_recording(8000)
    await evidence.flush()
    here = f"/conversations/{conversation}"
    async with calling(house.principal) as client, answering(house, conversation, evidence):
        paused = await client.post(f"{here}/recording/pause")
        assert (paused.status_code, paused.json()["data"]["recordingState"]) == (200, "paused")
        assert paused.json()["data"]["recordingPausedBy"] == "operator"
        assert (await client.post(f"{here}/recording/pause")).status_code == 200
        resumed = await client.post(f"{here}/recording/resume")
        assert resumed.json()["data"]["recordingState"] == "recording"
        evidence.event("recording", 2_000, {"phase": "stopped", "by": "caller"})
        await evidence.flush()
        refused = await client.post(f"{here}/recording/resume")
        assert (refused.status_code, refused.json()["code"]) == (409, "stopped_by_caller")
        await evidence.finish("caller_hung_up")
        over = await client.post(f"{here}/recording/pause")
        assert (over.status_code, over.json()["code"]) == (409, "not_recorded")
        noted = [action for action, _ in await actions(client, conversation)]
    assert noted == ["recordings.paused", "recordings.resumed"]


async def test_a_call_that_nobody_holds_is_not_said_to_be_paused(house: House, calling: Caller) -> None:
    """Its process is gone: the answer says that nothing has changed."""
    conversation, evidence = await begun(house)
    evidence.start_recording(8000)
    await evidence.flush()
    async with calling(house.principal) as client:
        answer = await client.post(f"/conversations/{conversation}/recording/pause")
        assert answer.status_code == 503
    await evidence.finish("caller_hung_up")


@pytest.mark.parametrize("recording", [{"enabled": False}, {"consentMode": "none"}])
async def test_where_nothing_is_recorded_no_byte_of_sound_is_anywhere(
    house: House, recording: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in the data folder, not in temporary files, not in files that are open and deleted, not swapped out."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    conversation, evidence = await begun(house)
    clock = VirtualClock()
    agent = {"recording": recording}
    context = MindContext(org=UUID(int=1), conversation_id=conversation, agent=agent, channel="voice", language="en-US")
    call = Call(context, FakeMind(clock, lambda turn: ["All right."]), clock, keeping=evidence)
    call.frame = CANARY * 10
    async with in_progress(call):
        await call.notice()
        await call.caller_says("Hello there")
        await call.wait(2_000 // TICK_MS * TICK_MS)
    assert call.ears.listening is not None
    assert call.ears.listening.fed > 100, "the caller was heard"
    folder = recording_path(house.services.data_dir, house.principal.org, conversation).parent
    assert not folder.exists()
    kept = [path for root in (house.services.data_dir, tmp_path) for path in root.rglob("*") if path.is_file()]
    assert [path for path in kept if CANARY in path.read_bytes()] == []
    assert list(tmp_path.iterdir()) == []
    assert [name for name, content in deleted_and_open() if CANARY in content] == []
    rollup = Path("/proc/self/smaps_rollup")
    lines = rollup.read_text().splitlines() if rollup.exists() else []
    if any(line.startswith("Swap:") and line.split()[1] != "0" for line in lines):
        pytest.skip("a part of this process is swapped out here, and what it holds cannot be seen")


def deleted_and_open() -> Iterator[tuple[str, bytes]]:
    """Files of this process that have no name any more, which nobody would find."""
    for entry in Path("/proc/self/fd").iterdir():
        try:
            name = os.readlink(entry)
            if name.endswith("(deleted)") and "/memfd:" not in name:
                yield name, entry.read_bytes()
        except OSError:
            continue
