"""The worker role: jobs, each in the transaction of its own organization, and what is swept from time to time."""

import asyncio
from contextlib import suppress

from flowyte.egress.addresses import networks
from flowyte.egress.client import Egress, Limits
from flowyte.jobs.queue import JobRef, work
from flowyte.kit.errors import Unavailable
from flowyte.kit.settings import Settings
from flowyte.knowledge.crawl import PAGE_BYTES, PAGE_S, Manners
from flowyte.knowledge.ingest import (
    INDEX_SOURCE,
    REFRESH_SOURCE,
    begin_indexing,
    index_source,
    read_website,
    refresh_source,
)  # fmt: skip
from flowyte.receipts import advance, witness
from flowyte.tenancy import attempts, idempotency
from flowyte.tenancy.organizations import system_principal
from flowyte.wiring.embed import Embedder
from flowyte.wiring.foundation import Foundation, foundation
from flowyte.wiring.serving import say_ready, stop_on_signal
from flowyte.wiring.skills import ports_of

SWEEP_S = 3600


async def serve(settings: Settings) -> None:
    """Until a signal; the jobs in hand are finished."""
    stop = stop_on_signal()
    async with foundation(settings) as base:
        embedder = Embedder(settings.models_dir)
        egress = Egress(allowed=networks(settings.egress_allow))
        manners = Manners(limits=Limits(seconds=PAGE_S, bytes=PAGE_BYTES, ports=ports_of(settings)))

        async def index(job: JobRef) -> None:
            owner = system_principal(job.org)
            async with base.database.tenant(owner) as tx:
                source = await begin_indexing(tx, job.id)
            if source and source.kind == "url":
                await read_website(base.database, owner, egress, embedder, source, manners)
                return
            async with base.database.tenant(owner) as tx:
                await index_source(tx, embedder, job.id)

        async def refresh(job: JobRef) -> None:
            async with base.database.tenant(system_principal(job.org)) as tx:
                await refresh_source(tx, base.clock, job.id)

        say_ready("worker")
        try:
            async with asyncio.TaskGroup() as group:
                beside = [
                    group.create_task(work)
                    for work in (
                        _sweeping(base),
                        advance.keep_up(base.database, base.sealer, base.clock),
                        witness.keep_asking(base.database, egress, ports_of(settings)),
                    )
                ]
                await work(settings.database_url, {INDEX_SOURCE: index, REFRESH_SOURCE: refresh}, stop=stop)
                for task in beside:
                    task.cancel()
        finally:
            embedder.close()
            await egress.close()


async def _sweeping(base: Foundation) -> None:
    while True:
        with suppress(Unavailable):
            await idempotency.sweep(base.database, base.clock)
            await attempts.sweep(base.database, base.clock)
        await asyncio.sleep(SWEEP_S)
