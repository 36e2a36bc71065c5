"""The product's own API as the command line uses it: the same operations that anybody's program would call."""

import asyncio
from pathlib import Path
from typing import Any

import httpx

from flowyte.kit.errors import FlowyteError, NotFound, SetupError
from flowyte.wiring.lock import read_local

TIMEOUT_S = 30.0
SETTLE_S = 10.0  # how long a finished call may take until its recording and latency are written


class Refused(FlowyteError):
    """The product refused a request."""


class Client:
    def __init__(self, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"}

    @classmethod
    def local(cls, data_dir: Path) -> "Client":
        """For the product that runs on this data folder."""
        local = read_local(data_dir)
        return cls(local.url, local.key)

    async def request(self, method: str, path: str, body: object = None, *, follow: bool = False) -> httpx.Response:
        """SetupError when nothing answers, Refused with the problem's words otherwise."""
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=follow) as http:
                response = await http.request(method, f"{self.url}/api/v1{path}", json=body, headers=self._headers)
        except httpx.HTTPError as error:
            raise SetupError(f"{self.url} does not answer ({type(error).__name__}). Is it running?") from error
        if response.status_code >= 400:
            problem = response.json() if "json" in response.headers.get("content-type", "") else {}
            raise Refused(f"{method} {path}: {problem.get('detail') or response.status_code}")
        return response

    async def data(self, method: str, path: str, body: object = None) -> Any:
        return (await self.request(method, path, body)).json()["data"]

    async def create_key(self, name: str, scopes: list[str] | None) -> Any:
        body: dict[str, object] = {"name": name}
        if scopes:
            body["scopes"] = scopes
        return await self.data("POST", "/api-keys", body)

    async def find_agent(self, wanted: str) -> dict[str, Any]:
        """By id or by name, letters' case aside."""
        cursor = ""
        while True:
            page = (await self.request("GET", f"/agents?limit=100{cursor}")).json()
            for agent in page["data"]:
                if wanted == agent["id"] or wanted.casefold() == agent["name"].casefold():
                    found: dict[str, Any] = agent
                    return found
            if not page["pagination"]["nextCursor"]:
                raise NotFound(f"There is no agent called {wanted}.")
            cursor = f"&cursor={page['pagination']['nextCursor']}"

    async def ended(self, conversation_id: str) -> dict[str, Any]:
        """The conversation once it is closed."""
        for _ in range(int(SETTLE_S / 0.2)):
            conversation: dict[str, Any] = await self.data("GET", f"/conversations/{conversation_id}")
            if conversation.get("endedAt"):
                return conversation
            await asyncio.sleep(0.2)
        raise FlowyteError(f"The conversation {conversation_id} did not close within {SETTLE_S:.0f} s.")
