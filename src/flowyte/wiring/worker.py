"""The worker role: jobs, each in the transaction of its own organization, and what is swept from time to time."""

import asyncio
from contextlib import suppress

from flowyte.jobs.queue import JobRef, work
from flowyte.kit.errors import Unavailable
from flowyte.kit.settings import Settings
from flowyte.knowledge.ingest import INDEX_SOURCE, begin_indexing, index_source
from flowyte.tenancy import attempts, idempotency
from flowyte.tenancy.organizations import system_principal
from flowyte.wiring.embed import Embedder
from flowyte.wiring.foundation import Foundation, foundation
from flowyte.wiring.serving import say_ready, stop_on_signal

SWEEP_S = 3600


async def serve(settings: Settings) -> None:
    """Until a signal; the jobs in hand are finished."""
    stop = stop_on_signal()
    async with foundation(settings) as base:
        embedder = Embedder(settings.models_dir)

        async def index(job: JobRef) -> None:
            owner = system_principal(job.org)
            async with base.database.tenant(owner) as tx:
                await begin_indexing(tx, job.id)
            async with base.database.tenant(owner) as tx:
                await index_source(tx, embedder, job.id)

        say_ready("worker")
        try:
            async with asyncio.TaskGroup() as group:
                sweeping = group.create_task(_sweeping(base))
                await work(settings.database_url, {INDEX_SOURCE: index}, stop=stop)
                sweeping.cancel()
        finally:
            embedder.close()


async def _sweeping(base: Foundation) -> None:
    while True:
        with suppress(Unavailable):
            await idempotency.sweep(base.database, base.clock)
            await attempts.sweep(base.database, base.clock)
        await asyncio.sleep(SWEEP_S)
