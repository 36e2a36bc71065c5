"""A mail server on loopback for the house's letters, and what tests read in them."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import Message
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.smtp import SMTP

from flowyte.providers.smtp import Outbox, Server

if TYPE_CHECKING:
    from tests.postgres.dashboard.conftest import House

OWN = "http://flowyte.example.com"


@dataclass
class Mailbox:
    """Takes what it is sent; the first `refusals` times it is too busy."""

    letters: list[Message]
    refusals: int = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.refusals:
            self.refusals -= 1
            return "451 Try again later"
        self.letters.append(message_from_bytes(envelope.content))
        return "250 OK"

    async def next(self) -> Message:
        async with asyncio.timeout(20):
            while not self.letters:
                await asyncio.sleep(0.02)
        return self.letters.pop(0)


@pytest.fixture
async def mailbox(house: "House") -> AsyncIterator[Mailbox]:
    """The house's mail goes there."""
    box = Mailbox(letters=[])
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    outbox = Outbox(Server.parse(f"smtp://127.0.0.1:{port}"), "house@example.com")
    house.app.state.pages = replace(house.pages, mail=outbox)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(outbox.run())
        try:
            yield box
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            server.close()


def link_in(letter: Message) -> str:
    found = re.search(rf"{OWN}(/\S+)", letter.get_payload(decode=True).decode())
    assert found is not None
    return found[1]


def fields_of(link: str) -> dict[str, str]:
    name, _, value = link.partition("?")[2].partition("=")
    return {name: value}


def anybody() -> str:
    return f"a{secrets.token_hex(4)}@example.com"
