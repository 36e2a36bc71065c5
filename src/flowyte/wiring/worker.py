"""The worker role: jobs, each in the transaction of its own organization."""

from flowyte.jobs.queue import JobRef, work
from flowyte.kit.settings import Settings
from flowyte.knowledge.ingest import INDEX_SOURCE, begin_indexing, index_source
from flowyte.tenancy.organizations import system_principal
from flowyte.wiring.embed import Embedder
from flowyte.wiring.foundation import foundation
from flowyte.wiring.serving import say_ready, stop_on_signal


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
            await work(settings.database_url, {INDEX_SOURCE: index}, stop=stop)
        finally:
            embedder.close()
