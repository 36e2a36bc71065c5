"""The web role: the API and the dashboard on the public port; voice WebSockets are handed on to the voice process."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import uvicorn
from litestar import Litestar, Request, get
from litestar.exceptions import HTTPException

from flowyte.api import openapi
from flowyte.api.app import api_routes, health
from flowyte.api.phone import phone_routes
from flowyte.api.problem import HANDLERS
from flowyte.api.problem import of_framework as problem_for
from flowyte.api.services import ApiServices, RequestLimits, Talk
from flowyte.channels.chat.desk import Desk
from flowyte.channels.splice import make_splice
from flowyte.dashboard.app import page_routes
from flowyte.dashboard.problem import of_framework as page_for
from flowyte.dashboard.services import PageServices
from flowyte.kit.settings import Settings
from flowyte.knowledge import store as knowledge
from flowyte.observe import store as observe
from flowyte.observe.evidence import Keeper
from flowyte.providers.smtp import Outbox
from flowyte.report.model import Installation
from flowyte.skills.trial import Trials
from flowyte.tenancy.storage import Storage
from flowyte.trust.board import Board
from flowyte.wiring.embed import Embedder
from flowyte.wiring.foundation import Foundation, foundation
from flowyte.wiring.minds import chat_model, open_mind
from flowyte.wiring.parts import parts_of
from flowyte.wiring.serving import say_ready, stop_on_signal
from flowyte.wiring.skills import open_outbox, open_trials
from flowyte.wiring.talk import make_talk_token, stream_url
from flowyte.wiring.tls import address, check_exposure, https, https_only, listener
from flowyte.wiring.trust import board_of, house_of, papers_of, routes_of

GRACE_S = 5


def api_services(
    base: Foundation, embedder: Embedder, desk: Desk, board: Board, outbox: Outbox | None = None,
    trials: Trials | None = None,
) -> ApiServices:  # fmt: skip
    def make_talk(
        org: UUID, agent_id: str, draft: bool, line: Any, parties: Mapping[str, str] | None = None, by: bytes = b""
    ) -> Talk:
        token, conversation_id = make_talk_token(base.signer, org, agent_id, draft=draft, parties=parties, by=by)
        return Talk(url=stream_url(address(base.settings), line), token=token, conversation_id=conversation_id)

    async def embed(text: str) -> list[float]:
        vector: list[float] = (await embedder.embed_off_loop([text]))[0].tolist()
        return vector

    return ApiServices(
        database=base.database,
        peppers=base.peppers,
        clock=base.clock,
        sealer=base.sealer,
        signer=base.signer,
        data_dir=base.settings.data_dir,
        objects=base.objects,
        desk=desk,
        address=address(base.settings),
        make_talk=make_talk,
        embed=embed,
        parts_of=parts_of,
        storage=Storage(
            (knowledge.bytes_kept, observe.bytes_kept), base.clock, most_mb=base.settings.organization_storage_mb
        ),
        board=board,
        mail=outbox,
        trials=trials,
        installation=installation_of(base.settings, outbox),
        limits=RequestLimits(of_credential=base.settings.key_rpm, of_organization=base.settings.organization_rpm),
    )


def page_services(base: Foundation, api: ApiServices) -> PageServices:
    return PageServices(
        database=base.database,
        peppers=base.peppers,
        clock=base.clock,
        sealer=base.sealer,
        data_dir=base.settings.data_dir,
        objects=base.objects,
        secure=https(base.settings),
        embed=api.embed,
        parts_of=parts_of,
        signer=base.signer,
        address=address(base.settings),
        storage=api.storage,
        board=api.board,
        mail=api.mail,
        trials=api.trials,
        rehearse=api.desk.rehearse,
        open_sign_up=base.settings.open_sign_up,
        passwords=api.passwords,
        installation=api.installation,
        papers=papers_of(base.settings),
    )


def installation_of(settings: Settings, outbox: Outbox | None) -> Installation:
    """What leaves with every conversation, for the report of an agent."""
    model = chat_model(settings)
    return Installation(model_host=urlsplit(model.base_url).netloc if model else "", sends_mail=outbox is not None)


@get("/healthz", opt=health.opt, include_in_schema=False)
async def healthz() -> dict[str, bool]:
    """For load balancers, which look at the root."""
    return {"ok": True}


def nowhere(request: Request[Any, Any, Any], error: HTTPException) -> Any:
    """An address that nothing serves: a problem for programs, a page for people."""
    shown = page_for if not request.url.path.startswith("/api/") else problem_for
    return shown(request, error)


def application(
    base: Foundation, embedder: Embedder, desk: Desk, outbox: Outbox | None = None, trials: Trials | None = None
) -> Litestar:
    app = Litestar(
        [api_routes(), phone_routes(), page_routes(), healthz],
        exception_handlers={**HANDLERS, HTTPException: nowhere},
        openapi_config=openapi.config(),
        debug=False,
    )
    house = house_of(base, lambda: routes_of(app), mail=outbox is not None)
    app.state.services = api_services(base, embedder, desk, board_of(house), outbox, trials)
    app.state.pages = page_services(base, app.state.services)
    return app


class Server(uvicorn.Server):
    """Says when it serves."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        say_ready(self._address)


async def serve(settings: Settings) -> None:
    """Until a signal."""
    check_exposure(settings)
    stop = stop_on_signal()
    outbox = open_outbox(settings)
    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(foundation(settings))
        mind = await stack.enter_async_context(open_mind(base, outbox))
        embedder = Embedder(settings.models_dir)
        trials = await stack.enter_async_context(open_trials(base, outbox, embedder))
        keeper = Keeper(database=base.database, sealer=base.sealer, clock=base.clock, data_dir=settings.data_dir)
        desk = Desk(database=base.database, mind=mind, keeper=keeper, clock=base.clock)
        app = application(base, embedder, desk, outbox, trials)
        board: Board = app.state.services.board
        served: Any = https_only(app) if settings.trusted_proxy else app
        config = uvicorn.Config(
            served,
            host=settings.host,
            port=settings.port,
            http="httptools",
            ws=make_splice(lambda: ("127.0.0.1", settings.voice_port)),
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
            **listener(settings),
        )
        sending = (outbox.run(),) if outbox is not None else ()
        server = Server(config, address(settings))
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server._serve())
            running = [group.create_task(work) for work in (keeper.run(), desk.run(), board.keep_fresh(), *sending)]
            await stop.wait()
            server.should_exit = True
            await serving
            for task in running:
                task.cancel()
        await desk.close()
