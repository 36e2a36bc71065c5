"""Jobs: queued with their cause, taken by a worker."""

import asyncio

from flowyte.jobs.queue import JobRef, defer, work
from flowyte.kit.db import Database
from flowyte.kit.postgres import Cluster
from flowyte.tenancy.principal import Principal


async def test_a_job_runs_if_and_only_if_its_cause_committed(
    cluster: Cluster, database: Database, organization: Principal
) -> None:
    """A rolled-back transaction leaves no job; a committed one is taken once, with its organization."""
    done: list[JobRef] = []
    stop = asyncio.Event()

    async def task(job: JobRef) -> None:
        done.append(job)
        if job.id == "last":
            stop.set()

    try:
        async with database.tenant(organization) as tx:
            await defer(tx, "remember", "never")
            raise LookupError
    except LookupError:
        pass
    async with database.tenant(organization) as tx:
        await defer(tx, "remember", "first")
        await defer(tx, "remember", "first")
    async with database.tenant(organization) as tx:
        await defer(tx, "remember", "last")
    async with asyncio.timeout(20):
        await work(cluster.app_dsn, {"remember": task}, stop=stop)
    assert sorted(job.id for job in done) == ["first", "last"]
    assert {job.org for job in done} == {organization.org}
