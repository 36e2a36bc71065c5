"""The API over HTTP semantics, without a socket: two organizations, each with a key that holds every scope."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol
from uuid import UUID

import httpx
import numpy as np
import pytest
from litestar import Litestar

from flowyte.api.app import api_routes
from flowyte.api.phone import phone_routes
from flowyte.api.problem import HANDLERS
from flowyte.api.services import ApiServices, RequestLimits, Talk
from flowyte.channels.chat.desk import Desk
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.ids import new_id
from flowyte.knowledge import store as knowledge
from flowyte.minds.grounded import PolicyMind
from flowyte.minds.judged import JudgedMind
from flowyte.objects.objects import Objects
from flowyte.observe import store as observe
from flowyte.observe.evidence import Keeper
from flowyte.skills.kinds.messages import filing
from flowyte.skills.registry import TAKE_MESSAGE
from flowyte.skills.runner import Runner
from flowyte.tenancy.keys import create_key
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.storage import Storage
from flowyte.trust.board import Board
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner
from flowyte.wiring.parts import parts_of

OWN = "http://flowyte.example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An application with everything under it, and who may ask it."""

    app: Litestar
    services: ApiServices
    principal: Principal
    other: Principal


class Caller(Protocol):
    def __call__(
        self, principal: Principal, scopes: frozenset[str] | None = None
    ) -> AbstractAsyncContextManager[httpx.AsyncClient]: ...


def make_talk(
    org: UUID,
    agent_id: str,
    draft: bool,
    line: Literal["browser", "phone"],
    parties: Mapping[str, str] | None = None,
    by: bytes = b"",
) -> Talk:
    return Talk(url="wss://voice.example.com/voice/browser", token=new_id("tok"), conversation_id=new_id("cnv"))


async def embed(_text: str) -> Sequence[float]:
    return [1.0] + [0.0] * 383


class FixedEmbedder:
    """Every text lies in the same place: what is found is decided by its words alone."""

    async def embed_off_loop(self, texts: list[str]) -> np.ndarray:
        return np.tile(np.array([1.0] + [0.0] * 383, np.float32), (len(texts), 1))


class Loop:
    """Tasks of whatever loop runs: a fixture that is no coroutine has no group to give."""

    def create_task(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        return asyncio.get_running_loop().create_task(work)


def desk_of(database: Database, sealer: Sealer, clock: SystemClock, data_dir: Path) -> Desk:
    """Chats answered by the policy mind, which can take messages."""
    runner = Runner(database, sealer, clock, inside={TAKE_MESSAGE: filing(sealer)}, outside={})
    runner._group = Loop()  # type: ignore[assignment]
    mind = JudgedMind(PolicyMind(database, FixedEmbedder(), clock), clock, runner)
    keeper = Keeper(database=database, sealer=sealer, clock=clock, data_dir=data_dir)
    return Desk(database=database, mind=mind, keeper=keeper, clock=clock)


@pytest.fixture
def house(
    database: Database, organization: Principal, other_organization: Principal, keys: FileKeys, board: Board,
    tmp_path: Path,
) -> House:  # fmt: skip
    clock = SystemClock()
    sealer = Sealer(keys)
    services = ApiServices(
        database=database, peppers=Peppers(keys), clock=clock, sealer=sealer, signer=UrlSigner(keys, clock),
        data_dir=tmp_path,
        objects=Objects.local(tmp_path),
        desk=desk_of(database, sealer, clock, tmp_path), make_talk=make_talk, embed=embed,
        address=OWN, limits=RequestLimits(of_credential=60_000, of_organization=600_000),
        storage=Storage((knowledge.bytes_kept, observe.bytes_kept), clock, most_mb=1),
        parts_of=parts_of, board=board,
    )  # fmt: skip
    app = Litestar([api_routes(), phone_routes()], exception_handlers=HANDLERS)
    app.state.services = services
    return House(app=app, services=services, principal=organization, other=other_organization)


def anonymous(app: Litestar) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://flowyte.example.com/api/v1")


@pytest.fixture
def calling(house: House) -> Caller:
    """A client of one organization, with a key of the given scopes (all of them when none are given)."""

    @asynccontextmanager
    async def call(principal: Principal, scopes: frozenset[str] | None = None) -> AsyncIterator[httpx.AsyncClient]:
        granted = principal.scopes if scopes is None else scopes
        async with house.services.database.tenant(principal) as tx:
            _, key = await create_key(tx, house.services.peppers, name="Test", scopes=granted, created_by=principal)
        async with anonymous(house.app) as client:
            client.headers["Authorization"] = f"Bearer {key}"
            yield client

    return call


@pytest.fixture
async def mine(house: House, calling: Caller) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(house.principal) as client:
        yield client


@pytest.fixture
async def theirs(house: House, calling: Caller) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(house.other) as client:
        yield client
