"""Recordings over HTTP: a stable address that is authorised each time, a signed one for five minutes, in ranges."""

import io
import wave
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from tests.postgres.api.conftest import Caller, House, anonymous

from flowyte.kit.clock import SystemClock
from flowyte.kit.ids import new_id
from flowyte.observe.access import TTL_S
from flowyte.observe.evidence import Keeper, Opening
from flowyte.vault.keyring import FileKeys
from flowyte.vault.sign import UrlSigner

SECONDS = 2
HEADER = 44
LENGTH = HEADER + SECONDS * 8000 * 4


@pytest.fixture
async def call(house: House) -> str:
    """Two seconds with both sides recorded."""
    services = house.services
    keeper = Keeper(
        database=services.database, sealer=services.sealer, clock=services.clock, data_dir=services.data_dir
    )
    opening = Opening(
        id=new_id("cnv"), agent_id="agt_1", agent_name="a", version_id=None, version_number=None, channel="voice",
        line="twilio", draft=True,
    )  # fmt: skip
    evidence = await keeper.begin(house.principal, opening)
    evidence.start_recording(8000)
    for number in range(SECONDS * 50):
        evidence.audio(bytes([number, 1]) * 160, bytes([number, 2]) * 160)
    await evidence.finish("caller_hung_up")
    return opening.id


async def signed(client: httpx.AsyncClient, call: str) -> str:
    answer = await client.get(f"/conversations/{call}/recording")
    assert answer.status_code == 302
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.headers["location"]).removeprefix("/api/v1")


async def test_the_signed_address_plays_without_a_key(house: House, calling: Caller, call: str) -> None:
    """As a WAV of two tracks that no cache keeps and no other page frames."""
    async with calling(house.principal) as client, anonymous(house.app) as player:
        answer = await player.get(await signed(client, call))
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (2, 8000, SECONDS * 8000)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("asked", "status", "begin", "end"),
    [
        ("bytes=0-", 206, 0, LENGTH),
        ("bytes=0-0", 206, 0, 1),
        ("bytes=43-45", 206, 43, 46),
        ("bytes=20000-40000", 206, 20_000, 40_001),
        ("bytes=-100", 206, LENGTH - 100, LENGTH),
        (f"bytes={LENGTH - 1}-{LENGTH + 999}", 206, LENGTH - 1, LENGTH),
        (f"bytes={LENGTH}-", 416, 0, 0),
        ("bytes=9-3", 200, 0, LENGTH),
        ("seconds=1-2", 200, 0, LENGTH),
    ],
)
async def test_a_player_may_ask_for_a_part(
    house: House, calling: Caller, call: str, asked: str, status: int, begin: int, end: int
) -> None:
    """Across the borders of sealed chunks too; what is no range is answered whole."""
    async with calling(house.principal) as client, anonymous(house.app) as player:
        address = await signed(client, call)
        whole = (await player.get(address)).content
        part = await player.get(address, headers={"Range": asked})
    assert (part.status_code, len(whole)) == (status, LENGTH)
    assert part.content == whole[begin:end]
    if status == 206:
        assert part.headers["content-range"] == f"bytes {begin}-{end - 1}/{LENGTH}"


class Later(SystemClock):
    def now(self) -> datetime:
        return super().now() + timedelta(seconds=TTL_S + 1)


async def test_an_old_or_altered_signature_opens_nothing(
    house: House, calling: Caller, call: str, keys: FileKeys
) -> None:
    """One answer for all of them."""
    services = house.services
    async with calling(house.principal) as client, anonymous(house.app) as player:
        address = await signed(client, call)
        head, token = address.rsplit("/", 1)
        middle = len(token) // 2
        swapped = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
        answers = [await player.get(f"{head}/{altered}") for altered in (swapped, token[:-2], token + "x", "x")]
        house.app.state.services = replace(services, signer=UrlSigner(keys, Later()))
        answers.append(await player.get(address))
    assert {answer.status_code for answer in answers} == {answers[0].status_code}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].status_code in (401, 403, 404)


async def test_a_deleted_recording_is_gone_for_signed_addresses_too(house: House, calling: Caller, call: str) -> None:
    """Though they would have lived for minutes."""
    async with calling(house.principal) as client, anonymous(house.app) as player:
        address = await signed(client, call)
        assert (await player.get(address)).status_code == 200
        await client.delete(f"/conversations/{call}")
        assert (await player.get(address)).status_code != 200
        assert (await client.get(f"/conversations/{call}/recording")).status_code == 404
