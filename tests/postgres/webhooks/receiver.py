"""A receiver on loopback, which verifies as Standard Webhooks has it and answers as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Receiver:
    """`answers` are taken in turn, the last one again and again: a status, a redirect, or a hang in seconds."""

    answers: list[int | str | float]
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list[tuple[dict[str, str], bytes]])
    url: str = ""
    on_request: Callable[[], None] = lambda: None

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.got.append(({name.lower(): value for name, value in request.headers.items()}, body))
        self.on_request()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return web.Response(status=200)
        if isinstance(answer, str):
            return web.Response(status=302, headers={"Location": answer})
        return web.Response(status=answer, text="x" * 50)

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


@asynccontextmanager
async def receiving(*answers: int | str | float) -> AsyncIterator[Receiver]:
    receiver = Receiver(answers=list(answers or (204,)))
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


def ports_of(*receivers: Receiver) -> frozenset[int]:
    return frozenset(int(each.url.rsplit(":", 1)[1].split("/")[0]) for each in receivers) | {80, 443}


Answers = Sequence[int | str | float]
