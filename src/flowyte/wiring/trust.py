"""Fills what the trust page's probes look at: the database's catalogue, the routes that are served, the settings."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from litestar import Litestar

import flowyte
from flowyte.kit.errors import SetupError
from flowyte.kit.settings import Settings
from flowyte.proof import catalogue
from flowyte.trust.board import Board
from flowyte.trust.claims import CLAIMS
from flowyte.trust.house import House, Reach, Route
from flowyte.trust.model import Judged
from flowyte.trust.papers.model import Operator, Papers
from flowyte.trust.papers.read import read_papers
from flowyte.trust.probes import PROBES
from flowyte.trust.processors import connected, undeclared
from flowyte.trust.results import find_results
from flowyte.trust.shown import claims_shown
from flowyte.wiring.client import Client
from flowyte.wiring.doctor import dsn_of
from flowyte.wiring.foundation import Foundation, foundation
from flowyte.wiring.tls import address, loopback


def house_of(base: Foundation, routes: Callable[[], Sequence[Route]], *, mail: bool) -> House:
    settings = base.settings

    return House(
        database=base.database,
        clock=base.clock,
        sealer=base.sealer,
        signer=base.signer,
        data_dir=settings.data_dir,
        objects=base.objects,
        reach=Reach(
            address=address(settings),
            loopback=loopback(settings.host) and not settings.trusted_proxy,
            own_tls=bool(settings.tls_cert),
            proxy=settings.trusted_proxy,
        ),
        violations=partial(catalogue.ask, settings.database_url, catalogue.violations),
        tables=partial(catalogue.ask, settings.database_url, catalogue.tenant_tables),
        routes=routes,
        key_files=settings.keys == "file",
        mail=mail,
        parties=partial(connected, settings),
        papers=papers_of(settings),
        undeclared=partial(undeclared, settings),
    )


def papers_of(settings: Settings) -> Papers:
    """SetupError for a file of the operator's that cannot be read."""
    operator = Operator(
        name=settings.operator_name, address=settings.operator_address, contact=settings.operator_contact,
        law=settings.operator_law, location=settings.data_location,
    )  # fmt: skip
    return read_papers(Path(settings.papers_dir or settings.data_dir / "papers").expanduser(), operator)


def routes_of(app: Litestar) -> list[Route]:
    """Everything that is served, but for what the framework itself answers (the OpenAPI document, OPTIONS)."""
    return [
        Route(path=route.path, scope=handler.opt.get("scope"), public=handler.opt.get("public"))
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if not handler.fn.__module__.startswith("litestar.")
    ]


def board_of(house: House) -> Board:
    return Board(house, CLAIMS, PROBES, find_results(Path(flowyte.__file__).parent))


async def told(settings: Settings) -> dict[str, Any]:
    """The claims for the command line: as the page of the running product has them. Where no page is served, as they
    are seen from here, without what only a serving process can show."""
    try:
        shown: dict[str, Any] = await Client.local(settings.data_dir).data("GET", "/trust/claims")
    except SetupError:
        return claims_shown(await look(settings))
    return shown


async def look(settings: Settings) -> tuple[Judged, ...]:
    settings = replace(settings, database_url=dsn_of(settings))
    async with foundation(settings) as base:
        return await board_of(house_of(base, list, mail=bool(settings.smtp_url.reveal()))).look()
