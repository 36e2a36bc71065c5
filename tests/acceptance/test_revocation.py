"""What ends with a credential: requests at once, in every process; a live call and its open socket soon after.

How long it takes is printed for `-s`, and judged only by the order of events: nothing here depends on a fast machine.
"""

import asyncio
import time
from typing import Any

import httpx
from tests.acceptance.conftest import Product

from flowyte.channels.phone_client import PhoneCall, place_call

SILENCE = bytes(16_000 * 20)
TALK_S = 30.0
"""Long enough that a call which nobody ends is still on."""


async def test_a_revoked_key_ends_its_call_and_leaves_others_alone(product: Product) -> None:
    """Two calls by two keys: one key is revoked, its call ends with the operator's cause, the other's goes on."""
    async with httpx.AsyncClient(base_url=f"{product.url}/api/v1", timeout=30) as client:
        local = {"Authorization": f"Bearer {product.key}"}
        agents = (await client.get("/agents", headers=local)).json()["data"]
        agent = next(one["id"] for one in agents if one["name"] == "clinic")

        async def made(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
            body = {"name": name, "scopes": ["agents:read", "agents:write"]}
            key = (await client.post("/api-keys", json=body, headers=local)).json()["data"]
            talk = await client.post(
                f"/agents/{agent}/talk-token",
                json={"channel": "phone"},
                headers={"Authorization": f"Bearer {key['key']}"},
            )
            return key, talk.json()["data"]

        doomed, first = await made("doomed")
        kept, second = await made("kept")
        unused_key, unused = await made("unused")

        async def talking(talk: dict[str, Any]) -> PhoneCall:
            return await place_call(talk["realtimeUrl"], talk["token"], [SILENCE], max_seconds=TALK_S)

        async with asyncio.TaskGroup() as group:
            ends = group.create_task(talking(first))
            goes_on = group.create_task(talking(second))
            await asyncio.sleep(2)
            assert not ends.done()
            revoked_at = time.perf_counter()
            await client.delete(f"/api-keys/{doomed['id']}", headers=local)
            await client.delete(f"/api-keys/{unused_key['id']}", headers=local)
            refused = await client.get("/agents", headers={"Authorization": f"Bearer {doomed['key']}"})
            request_s = time.perf_counter() - revoked_at
            assert refused.status_code == 401
            await ends
            call_s = time.perf_counter() - revoked_at
            assert not goes_on.done(), "the other key's call goes on"
            late = await place_call(unused["realtimeUrl"], unused["token"], [], max_seconds=5)
            assert not late.reply_pcm.strip(b"\0"), "a token of a revoked key begins no call"
            print(f"refused after {request_s:.3f} s, call over after {call_s:.3f} s")
            await client.delete(f"/api-keys/{kept['id']}", headers=local)
            await goes_on
        for talk, cause in ((first, "operator_ended"), (second, "operator_ended")):
            async with asyncio.timeout(20):
                while True:
                    told = (await client.get(f"/conversations/{talk['room']}", headers=local)).json()["data"]
                    if told["endedAt"]:
                        break
                    await asyncio.sleep(0.1)
            assert told["cause"] == cause
