"""A small website on loopback, which notes what it is asked."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Site:
    """`pages` by path: HTML, or a whole answer."""

    pages: dict[str, str | Mapping[str, object]]
    robots: str | int = 404
    asked: list[str] = field(default_factory=list[str])
    slow: set[str] = field(default_factory=set[str])
    """Paths that are not answered before the site closes."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    base: str = ""
    port: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        if request.path == "/robots.txt":
            told = self.robots
            return web.Response(status=told) if isinstance(told, int) else web.Response(text=told)
        if request.path_qs in self.slow:
            await self.closing.wait()
        page = self.pages.get(request.path_qs)
        if page is None:
            return web.Response(status=404, text="Nothing here.")
        if isinstance(page, str):
            return web.Response(text=page, content_type="text/html")
        return web.Response(**page)  # type: ignore[arg-type]


@asynccontextmanager
async def served(pages: Mapping[str, str | Mapping[str, object]], robots: str | int = 404) -> AsyncIterator[Site]:
    site = Site(pages=dict(pages), robots=robots)
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    site.port = int(runner.addresses[0][1])
    site.base = f"http://127.0.0.1:{site.port}"
    try:
        yield site
    finally:
        site.closing.set()
        await runner.cleanup()


def html(title: str, *paragraphs: str, links: tuple[str, ...] = ()) -> str:
    said = "".join(f"<p>{words}</p>" for words in paragraphs)
    led = "".join(f'<a href="{link}">on</a>' for link in links)
    body = f"<body><nav>{led}</nav><main>{said}</main></body>"
    return f"<!doctype html><html><head><title>{title}</title></head>{body}</html>"
