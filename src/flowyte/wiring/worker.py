"""The worker role: jobs, each in the transaction of its own organization, and what is swept from time to time."""

import asyncio
from contextlib import suppress

from flowyte.agents.store import get_version
from flowyte.compliance import checkpoints, retention
from flowyte.compliance.erase import REMOVE
from flowyte.compliance.requests import RUN, Office, run_request
from flowyte.egress.addresses import networks
from flowyte.egress.client import Asks, Egress, Limits
from flowyte.jobs.queue import JobRef, Task, defer, work
from flowyte.kit.db import TenantTx
from flowyte.kit.errors import NotFound, Unavailable
from flowyte.kit.settings import Settings
from flowyte.knowledge import gaps
from flowyte.knowledge import store as knowledge
from flowyte.knowledge.crawl import PAGE_BYTES, PAGE_S, Manners
from flowyte.knowledge.ingest import (
    INDEX_SOURCE,
    READ_WEBSITE,
    REFRESH_SOURCE,
    begin_indexing,
    index_again,
    index_source,
)
from flowyte.knowledge.model import Embedder as Model
from flowyte.knowledge.questions import questions
from flowyte.knowledge.refresh import Reader, fail, read_website, refresh_source
from flowyte.objects import store as places
from flowyte.objects.move import Mover
from flowyte.objects.remove import AGAIN, carry_out
from flowyte.observe import store as observe
from flowyte.observe.store import CONVERSATION_ENDED
from flowyte.receipts import advance, witness
from flowyte.tenancy import attempts, idempotency
from flowyte.tenancy.organizations import all_organizations, system_principal
from flowyte.tenancy.storage import Storage
from flowyte.trust.papers.changes import TELL, Listing, listing_of, tell_of_changes
from flowyte.trust.papers.subscribers import Desk, tell
from flowyte.trust.processors import connected
from flowyte.webhooks.deliver import KEPT, Post, deliver
from flowyte.webhooks.emit import DELIVER
from flowyte.webhooks.store import sweep as sweep_webhooks
from flowyte.wiring.embed import Embedder
from flowyte.wiring.foundation import Foundation, foundation
from flowyte.wiring.serving import say_ready, stop_on_signal
from flowyte.wiring.skills import open_outbox, ports_of
from flowyte.wiring.tls import address
from flowyte.wiring.trust import papers_of

# In all workers together. Websites and webhooks mostly wait for somebody else's server; indexing keeps a processor
# busy. Eight places are always left beside them.
MOST_AT_ONCE = {READ_WEBSITE: 16, DELIVER: 36, INDEX_SOURCE: 8, TELL: 4}
BROKEN = "Something broke on our side while this was read. Read it again; if it stays, the log says what it was."


async def serve(settings: Settings) -> None:
    """Until a signal; the jobs in hand are finished."""
    stop = stop_on_signal()
    async with foundation(settings) as base:
        embedder = Embedder(settings.models_dir)
        egress = Egress(allowed=networks(settings.egress_allow))
        listing = listing_of(connected(settings), papers_of(settings).names)
        tasks = {**tasks_of(base, embedder, egress), **tasks_out(base, egress)}
        say_ready("worker")
        try:
            async with asyncio.TaskGroup() as group:
                beside = [
                    group.create_task(work)
                    for work in (
                        _sweeping(base, listing),
                        advance.keep_up(base.database, base.sealer, base.clock),
                        witness.keep_asking(base.database, egress, ports_of(settings)),
                        Mover(base.database, base.clock, base.objects).keep_moving(),
                        checkpoints.keep_sending(base.database, base.clock, open_outbox(settings)),
                    )
                ]
                await work(settings.database_url, tasks, stop=stop, limits=MOST_AT_ONCE)
                for task in beside:
                    task.cancel()
        finally:
            embedder.close()
            await egress.close()


def tasks_of(base: Foundation, embedder: Model, asks: Asks) -> dict[str, Task]:
    """By their names in the queue."""
    limits = Limits(seconds=PAGE_S, bytes=PAGE_BYTES, ports=ports_of(base.settings))
    reader = Reader(
        database=base.database, asks=asks, embedder=embedder, manners=Manners(limits=limits), room=_storage(base).check
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
        async with base.database.tenant(owner) as tx:
            await gaps.cover(tx, base.sealer, source.agent_id, base.clock.now())

    async def refresh(job: JobRef) -> None:
        async with base.database.tenant(system_principal(job.org)) as tx:
            await refresh_source(tx, base.clock, job.id)

    async def fold(job: JobRef) -> None:
        async with base.database.tenant(system_principal(job.org)) as tx:
            await note_questions(tx, base, embedder, job.id)

    return {INDEX_SOURCE: index, READ_WEBSITE: index, REFRESH_SOURCE: refresh, CONVERSATION_ENDED: fold}


def tasks_out(base: Foundation, egress: Egress) -> dict[str, Task]:
    """Events out, and what persons asked for."""
    post = Post(database=base.database, sealer=base.sealer, clock=base.clock, egress=egress,
                ports=ports_of(base.settings))  # fmt: skip
    office = Office(database=base.database, sealer=base.sealer, clock=base.clock, keys=base.keys,
                    objects=base.objects)  # fmt: skip

    async def deliver_webhook(job: JobRef) -> None:
        await deliver(post, system_principal(job.org), job.id)

    async def answer_person(job: JobRef) -> None:
        await run_request(office, system_principal(job.org), job.id)

    outbox = open_outbox(base.settings)
    desk = Desk(database=base.database, sealer=base.sealer, signer=base.signer, now=base.clock.now,
                address=address(base.settings), send=outbox.send if outbox else None)  # fmt: skip

    async def tell_subscriber(job: JobRef) -> None:
        await tell(desk, job)

    async def remove(job: JobRef) -> None:
        owner, now = system_principal(job.org), base.clock.now()
        await carry_out(base.database, base.clock, base.objects, owner)
        async with base.database.tenant(owner) as tx:
            if await places.left_of(tx, [job.id]):  # asked again until the bucket shows nothing of it
                await defer(tx, REMOVE, job.id, of=now.isoformat(), at=now + AGAIN)

    return {DELIVER: deliver_webhook, RUN: answer_person, TELL: tell_subscriber, REMOVE: remove}


async def note_questions(tx: TenantTx, base: Foundation, embedder: Model, conversation_id: str) -> None:
    """What callers of a published version asked; nothing of drafts, and nothing when it was deleted meanwhile."""
    try:
        conversation = await observe.get_conversation(tx, conversation_id)
        if conversation.draft or conversation.version_id is None:
            return
        version = await get_version(tx, conversation.agent_id, conversation.version_id)
        events = await observe.events(tx, base.sealer, conversation_id)
    except NotFound:
        return
    searched = version.snapshot.get("sourceIds")
    ended = gaps.Ended(id=conversation.id, agent_id=conversation.agent_id, searched=searched)
    await gaps.fold(tx, base.sealer, embedder, ended, questions(events), base.clock.now())


def _storage(base: Foundation) -> Storage:
    measures = (knowledge.bytes_kept, observe.bytes_kept)
    return Storage(measures, base.clock, most_mb=base.settings.organization_storage_mb)


async def _sweep_organizations(base: Foundation) -> None:
    """What each organization keeps for a time only, and what an upgrade has made old."""
    async with base.database.platform() as tx:
        orgs = await all_organizations(tx)
    for org in orgs:
        async with base.database.tenant(system_principal(org)) as tenant:
            await sweep_webhooks(tenant, base.clock.now() - KEPT)
            await index_again(tenant)


async def _sweeping(base: Foundation, listing: Listing) -> None:
    while True:
        with suppress(Unavailable):
            await idempotency.sweep(base.database, base.clock)
            await attempts.sweep(base.database, base.clock)
            await _sweep_organizations(base)
            await tell_of_changes(base.database, base.clock, listing, address(base.settings))
            await retention.sweep(base.database, base.clock, base.objects)
        await asyncio.sleep(retention.EVERY_S)
