"""Deferring a job inside a tenant transaction, and the worker that takes them."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
import msgspec
from pgqueuer import AsyncpgDriver, PgQueuer
from pgqueuer.models import Job

from flowyte.kit import log
from flowyte.kit.db import TenantTx
from flowyte.kit.errors import SetupError, Unavailable

logger = log.get(__name__)
BATCH = 4  # jobs taken at once; each is mostly one model run
MOST_IN_HAND = 72  # of a worker: most of them wait for somebody else's server
POLL = timedelta(seconds=5)  # a notification wakes the worker at once; this is the net below


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRef:
    """What a task is told: whose object, and which."""

    org: uuid.UUID
    id: str


Task = Callable[[JobRef], Awaitable[None]]


async def defer(tx: TenantTx, task: str, object_id: str, *, of: str = "", at: datetime | None = None) -> None:
    """Queue `task` for one object of this organization, now or `at` a time; it exists if and only if `tx` commits.

    The same task for the same state (`of`) of the same object waits or runs once: a second request changes nothing.
    """
    payload = msgspec.json.encode({"org": str(tx.org), "id": object_id})
    await tx.execute(
        "INSERT INTO pgqueuer (priority, status, entrypoint, payload, dedupe_key, execute_after) "
        "VALUES (0, 'queued', $1, $2, $3, coalesce($4::timestamptz, now())) "
        "ON CONFLICT (dedupe_key) WHERE status = ANY (ARRAY['queued'::pgqueuer_status, 'picked'::pgqueuer_status]) "
        "AND dedupe_key IS NOT NULL DO NOTHING",
        task, payload, f"{task}/{tx.org}/{object_id}/{of}", at,
    )  # fmt: skip


async def work(
    dsn: str, tasks: Mapping[str, Task], *, stop: asyncio.Event, limits: Mapping[str, int] | None = None
) -> None:
    """Take jobs until `stop` is set. A task that fails is logged and counted by the queue, not repeated for ever; one
    whose worker died is taken by another within a minute. `limits` is how many of a task run at once, in all workers.
    """
    try:
        connection = await asyncpg.connect(dsn, server_settings={"application_name": "flowyte worker"})
    except (OSError, asyncpg.PostgresError) as error:
        raise SetupError(
            f"PostgreSQL does not answer ({error}). Check DATABASE_URL and that the server runs."
        ) from error
    queue = PgQueuer(AsyncpgDriver(connection))
    for name, task in tasks.items():
        queue.entrypoint(name, concurrency_limit=(limits or {}).get(name, 0))(_entry(name, task))
    try:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(
                queue.run(dequeue_timeout=POLL, batch_size=BATCH, max_concurrent_tasks=MOST_IN_HAND)
            )
            await stop.wait()
            queue.shutdown.set()
            await running
    except* (asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresConnectionError, OSError):
        raise Unavailable("The worker lost its connection to PostgreSQL.") from None
    finally:
        await connection.close()


def _entry(name: str, task: Task) -> Callable[[Job], Awaitable[None]]:
    async def run(job: Job) -> None:
        fields = msgspec.json.decode(job.payload or b"{}", type=dict[str, str])
        logger.info("job.begins", task=name, job=job.id)
        await task(JobRef(org=uuid.UUID(fields["org"]), id=fields["id"]))

    return run
