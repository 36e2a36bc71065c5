"""The worker role: jobs, each in the transaction of its own organization, and what is swept from time to time."""

import asyncio
from contextlib import suppress

from flowyte.egress.addresses import networks
from flowyte.egress.client import Egress, Limits
from flowyte.jobs.queue import JobRef, work
from flowyte.kit.errors import Unavailable
from flowyte.kit.settings import Settings
from flowyte.knowledge import store as knowledge
from flowyte.knowledge.crawl import PAGE_BYTES, PAGE_S, Manners
from flowyte.knowledge.ingest import INDEX_SOURCE, READ_WEBSITE, REFRESH_SOURCE, begin_indexing, index_source
from flowyte.knowledge.refresh import Reader, fail, read_website, refresh_source
from flowyte.observe import store as observe
from flowyte.tenancy import attempts, idempotency
from flowyte.tenancy.organizations import system_principal
from flowyte.tenancy.storage import Storage
from flowyte.wiring.embed import Embedder
from flowyte.wiring.foundation import Foundation, foundation
from flowyte.wiring.serving import say_ready, stop_on_signal
from flowyte.wiring.skills import ports_of

SWEEP_S = 3600
MOST_READINGS = 16  # of websites at once: each mostly waits for somebody else's server
BROKEN = "Something broke on our side while this was read. Read it again; if it stays, the log says what it was."


async def serve(settings: Settings) -> None:
    """Until a signal; the jobs in hand are finished."""
    stop = stop_on_signal()
    async with foundation(settings) as base:
        embedder = Embedder(settings.models_dir)
        egress = Egress(allowed=networks(settings.egress_allow))
        manners = Manners(limits=Limits(seconds=PAGE_S, bytes=PAGE_BYTES, ports=ports_of(settings)))

        reader = Reader(
            database=base.database, asks=egress, embedder=embedder, manners=manners, room=_storage(base).check
        )

        async def index(job: JobRef) -> None:
            owner = system_principal(job.org)
            async with base.database.tenant(owner) as tx:
                source = await begin_indexing(tx, job.id)
            if source is None:
                return
            try:
                if source.kind == "url":
                    await read_website(reader, owner, source)
                else:
                    async with base.database.tenant(owner) as tx:
                        await index_source(tx, embedder, job.id)
            except Exception:  # the edge of a job: the queue logs it, and the operator is told
                async with base.database.tenant(owner) as tx:
                    await fail(tx, source, BROKEN)
                raise

        async def refresh(job: JobRef) -> None:
            async with base.database.tenant(system_principal(job.org)) as tx:
                await refresh_source(tx, base.clock, job.id)

        tasks = {INDEX_SOURCE: index, READ_WEBSITE: index, REFRESH_SOURCE: refresh}
        say_ready("worker")
        try:
            async with asyncio.TaskGroup() as group:
                sweeping = group.create_task(_sweeping(base))
                await work(settings.database_url, tasks, stop=stop, limits={READ_WEBSITE: MOST_READINGS})
                sweeping.cancel()
        finally:
            embedder.close()
            await egress.close()


def _storage(base: Foundation) -> Storage:
    measures = (knowledge.bytes_kept, observe.bytes_kept)
    return Storage(measures, base.clock, most_mb=base.settings.organization_storage_mb)


async def _sweeping(base: Foundation) -> None:
    while True:
        with suppress(Unavailable):
            await idempotency.sweep(base.database, base.clock)
            await attempts.sweep(base.database, base.clock)
        await asyncio.sleep(SWEEP_S)
