"""A website as a source: what a reading changes, what it leaves, and when it is read again; on a real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_network

import httpx
import pytest
from tests.postgres.knowledge.test_knowledge import AGENT, WordVectors, ask
from tests.unit.egress.house import NOBODY, Names
from tests.unit.knowledge.site import Site, html, served

from flowyte.egress.client import Egress, Limits
from flowyte.jobs.queue import JobRef, work
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Conflict
from flowyte.kit.postgres import Cluster
from flowyte.knowledge import sources as verbs
from flowyte.knowledge.crawl import Crawl, Manners, Missed, Page
from flowyte.knowledge.ingest import (
    INDEX_SOURCE,
    READ_WEBSITE,
    REFRESH_SOURCE,
    begin_indexing,
    index_again,
    index_later,
)
from flowyte.knowledge.model import EDITION, Source, Website
from flowyte.knowledge.refresh import Reader, gone_of, read_website, refresh_source
from flowyte.knowledge.website import Home
from flowyte.tenancy.principal import Principal

WEEK_S = 7 * 86_400


@asynccontextmanager
async def reader_of(database: Database, *sites: Site) -> AsyncIterator[Reader]:
    egress = Egress(allowed=[ip_network("127.0.0.0/8")], resolve=Names(), trust=NOBODY)
    limits = Limits(seconds=20, bytes=1 << 20, ports=frozenset(site.port for site in sites))
    try:
        yield Reader(
            database=database, asks=egress, embedder=WordVectors(), manners=Manners(pause_s=0.0, limits=limits)
        )
    finally:
        await egress.close()


async def made(database: Database, owner: Principal, url: str, pages: int = 20) -> str:
    async with database.tenant(owner) as tx:
        website = Website(url=url, most_pages=pages, refresh_s=WEEK_S)
        source = await verbs.create_source(tx, agent_id=AGENT, kind="url", name="Site", website=website)
        await index_later(tx, source)
    return source.id


async def begun(database: Database, owner: Principal, source_id: str) -> Source:
    async with database.tenant(owner) as tx:
        source = await begin_indexing(tx, source_id)
    assert source is not None
    return source


async def read(reader: Reader, owner: Principal, source_id: str) -> Source:
    await read_website(reader, owner, await begun(reader.database, owner, source_id))
    async with reader.database.tenant(owner) as tx:
        return await verbs.get_source(tx, AGENT, source_id)


async def waiting(tx: TenantTx, task: str, source_id: str) -> list[datetime]:
    rows = await tx.fetch(
        "SELECT execute_after FROM pgqueuer WHERE entrypoint = $1 AND position($2 IN convert_from(payload, 'UTF8')) > 0"
        " ORDER BY execute_after", task, source_id,
    )  # fmt: skip
    return [row["execute_after"] for row in rows]


SITE = {
    "/": html("Clinic", "We are by the harbour.", links=("/prices", "/care")),
    "/prices": html("Prices", "A crown costs 900 dollars."),
    "/care": html("Care", "Brush twice a day."),
}


async def test_a_website_is_found_with_its_pages_and_what_changed_is_told(
    database: Database, organization: Principal
) -> None:
    """Pages that are the same keep their passages, down to the ids that conversations named."""
    async with served(SITE) as site, reader_of(database, site) as reader:
        source_id = await made(database, organization, site.base)
        first = await read(reader, organization, source_id)
        async with database.tenant(organization) as tx:
            before = (await ask(tx, "crown costs dollars"))[0]
        site.pages |= {
            "/": html("Clinic", "We are by the harbour.", links=("/prices", "/new")),
            "/new": html("New", "We open on Sundays."),
            "/prices": html("Prices", "A crown costs 950 dollars."),
        }
        second = await read(reader, organization, source_id)
        site.pages["/prices"] = {"status": 410, "text": "Gone."}
        third = await read(reader, organization, source_id)
        async with database.tenant(organization) as tx:
            found = [passage.text for passage in await ask(tx, "crown costs dollars")]
            pages = await verbs.list_pages(tx, AGENT, source_id)
            harbour = (await ask(tx, "where harbour"))[0]
            again = await waiting(tx, REFRESH_SOURCE, source_id)
    assert (first.status, first.error_message, first.chunk_count) == ("indexed", None, 3)
    assert dict(first.last_change) == {"added": 3, "changed": 0, "removed": 0, "unchanged": 0}
    assert (before.text, before.title, before.url) == ("A crown costs 900 dollars.", "Prices", f"{site.base}/prices")
    assert dict(second.last_change) == {"added": 1, "changed": 1, "removed": 1, "unchanged": 1}
    assert dict(third.last_change) == {"added": 0, "changed": 0, "removed": 1, "unchanged": 2}
    assert found == ["We are by the harbour.", "We open on Sundays."]
    assert [page.url.removeprefix(site.base) for page in pages] == ["/", "/new"]
    assert harbour.url == f"{site.base}/"
    assert third.refresh_at is not None
    assert third.read_at is not None
    assert third.refresh_at - third.read_at == timedelta(seconds=WEEK_S)
    assert again[-1] == third.refresh_at


async def test_a_page_that_is_the_same_keeps_its_passages(database: Database, organization: Principal) -> None:
    """Nothing is embedded again that did not change."""
    async with served(SITE) as site, reader_of(database, site) as reader:
        source_id = await made(database, organization, site.base)
        await read(reader, organization, source_id)
        async with database.tenant(organization) as tx:
            before = {passage.chunk_id for passage in await ask(tx, "harbour")}
        await read(reader, organization, source_id)
        async with database.tenant(organization) as tx:
            assert {passage.chunk_id for passage in await ask(tx, "harbour")} == before


async def test_an_upgrade_cuts_every_page_anew_at_the_next_reading(database: Database, organization: Principal) -> None:
    """Of pages that are as they were, too; they are told as unchanged, and the worker does not ask the site for it."""
    async with served(SITE) as site, reader_of(database, site) as reader:
        source_id = await made(database, organization, site.base)
        assert (await read(reader, organization, source_id)).edition == EDITION
        async with database.tenant(organization) as tx:
            await tx.execute("UPDATE knowledge_sources SET edition = 0 WHERE id = $1", source_id)
            before = {passage.chunk_id for passage in await ask(tx, "harbour")}
            await index_again(tx)
            assert await waiting(tx, INDEX_SOURCE, source_id) == []
        done = await read(reader, organization, source_id)
        assert (done.edition, done.last_change["unchanged"]) == (EDITION, 3)
        async with database.tenant(organization) as tx:
            assert not {passage.chunk_id for passage in await ask(tx, "harbour")} & before


async def test_a_reading_that_fails_leaves_what_was_there_and_says_why(
    database: Database, organization: Principal
) -> None:
    """The whole site, or one page of it; both are asked again at their time."""
    async with served(SITE) as site, reader_of(database, site) as reader:
        source_id = await made(database, organization, site.base)
        await read(reader, organization, source_id)
        site.pages |= {"/prices": {"status": 503, "text": "Later."}}
        part = await read(reader, organization, source_id)
        site.robots = 500
        whole = await read(reader, organization, source_id)
        async with database.tenant(organization) as tx:
            passage = (await ask(tx, "crown costs dollars"))[0]
            reasons = {page.url: page.missed for page in await verbs.list_pages(tx, AGENT, source_id)}
            assert len(await waiting(tx, REFRESH_SOURCE, source_id)) == 3
        site.robots = "User-agent: *\nDisallow: /prices\n"
        await read(reader, organization, source_id)
        async with database.tenant(organization) as tx:
            forbidden = await ask(tx, "crown costs dollars")
    assert (part.status, part.error_message) == (
        "indexed",
        "1 of its pages was not read; each is listed with its reason.",
    )
    assert reasons[f"{site.base}/prices"] == "The site answers 503."
    assert whole.status == "failed"
    assert "robots.txt answers 500" in str(whole.error_message)
    assert passage.text == "A crown costs 900 dollars."
    assert "A crown costs 900 dollars." not in [each.text for each in forbidden]


async def test_another_address_leaves_nothing_of_the_first(database: Database, organization: Principal) -> None:
    """Even where the reading of the new one ends at its bound."""
    elsewhere = {"/": html("New", "We have moved.", links=("/a", "/b")), "/a": html("A", "One."), "/b": html("B", "x")}
    async with served(SITE) as old, served(elsewhere) as new, reader_of(database, old, new) as reader:
        source_id = await made(database, organization, old.base)
        await read(reader, organization, source_id)
        async with database.tenant(organization) as tx:
            site = Website(url=new.base, most_pages=2, refresh_s=None)
            changed = await verbs.patch_source(tx, AGENT, source_id, website=site)
            assert (changed.status, changed.refresh_at) == ("pending", None)
        done = await read(reader, organization, source_id)
        async with database.tenant(organization) as tx:
            pages = [page.url for page in await verbs.list_pages(tx, AGENT, source_id)]
    assert pages == [f"{new.base}/", f"{new.base}/a"]
    assert done.error_message == "There is more than what is read: at most 2 pages."
    assert done.refresh_at is None


async def test_only_the_newest_of_two_readings_writes(database: Database, organization: Principal) -> None:
    """The older one stops at its next page, and so does one whose source is deleted or changed meanwhile."""
    async with served(SITE) as site, reader_of(database, site) as reader:
        source_id = await made(database, organization, site.base)
        older, newer = [await begun(database, organization, source_id) for _ in range(2)]
        await asyncio.gather(read_website(reader, organization, older), read_website(reader, organization, newer))
        async with database.tenant(organization) as tx:
            done = await verbs.get_source(tx, AGENT, source_id)
            assert len(await ask(tx, "harbour crown brush")) == 3
        assert (done.status, done.reading, dict(done.last_change)["added"]) == ("indexed", newer.reading, 3)
        asked = len(site.asked)
        await read_website(reader, organization, older)
        assert len(site.asked) == asked + 2  # robots.txt and one page
        once_more = await begun(database, organization, source_id)
        async with database.tenant(organization) as tx:
            waits = await verbs.read_again(tx, AGENT, source_id)
        await read_website(reader, organization, once_more)
        async with database.tenant(organization) as tx:
            assert (await verbs.get_source(tx, AGENT, source_id)).status == waits.status == "pending"
        last = await begun(database, organization, source_id)
        async with database.tenant(organization) as tx:
            await verbs.delete_source(tx, AGENT, source_id)
        await read_website(reader, organization, last)
        async with database.tenant(organization) as tx:
            assert await verbs.list_sources(tx, AGENT) == ()
            assert await begin_indexing(tx, source_id) is None


async def test_progress_is_shown_while_it_is_read(database: Database, organization: Principal) -> None:
    """Pages read, of those that are known."""
    async with served({**SITE, "/care": {"text": "x"}}) as site, reader_of(database, site) as reader:
        site.slow.add("/care")
        source_id = await made(database, organization, site.base)
        source = await begun(database, organization, source_id)
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(read_website(reader, organization, source))
            while True:
                async with database.tenant(organization) as tx:
                    seen = await verbs.get_source(tx, AGENT, source_id)
                if seen.progress_current == 2:
                    break
                await asyncio.sleep(0.05)
            reading.cancel()
    assert (seen.status, seen.progress_current, seen.progress_total) == ("indexing", 2, 3)


async def test_a_full_organization_reads_no_more(database: Database, organization: Principal) -> None:
    """A website grows without anybody looking."""

    async def room(_tx: TenantTx) -> None:
        raise Conflict("This organization keeps 20480 MB, which is its limit.")

    async with served(SITE) as site, reader_of(database, site) as reader:
        source_id = await made(database, organization, site.base)
        done = await read(replace(reader, room=room), organization, source_id)
        assert site.asked == []
    assert (done.status, done.error_message) == ("failed", "This organization keeps 20480 MB, which is its limit.")


class At:
    """A clock that stands."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def monotonic_ms(self) -> int:
        return 0


async def test_it_is_read_again_when_its_time_has_come(database: Database, organization: Principal) -> None:
    """Not before, not after the time was set anew, and not when somebody asked for it meanwhile."""
    async with served(SITE) as site, reader_of(database, site) as reader:
        source_id = await made(database, organization, site.base)
        done = await read(reader, organization, source_id)
    assert done.refresh_at is not None
    early, late = At(done.refresh_at - timedelta(seconds=1)), At(done.refresh_at)
    async with database.tenant(organization) as tx:
        before = len(await waiting(tx, READ_WEBSITE, source_id))
        await refresh_source(tx, early, source_id)
        assert (await verbs.get_source(tx, AGENT, source_id)).status == "indexed"
        monthly = Website(url=done.url, most_pages=done.most_pages, refresh_s=30 * 86_400)
        changed = await verbs.patch_source(tx, AGENT, source_id, name="Our site", website=monthly)
        await index_later(tx, changed)
        assert changed.status == "indexed"  # neither a name nor a time is a reason to ask the site
        assert changed.refresh_at == done.refresh_at + timedelta(days=23)
        assert (await waiting(tx, REFRESH_SOURCE, source_id))[-1] == changed.refresh_at
        await refresh_source(tx, late, source_id)
        assert len(await waiting(tx, READ_WEBSITE, source_id)) == before
        await refresh_source(tx, At(changed.refresh_at), source_id)
    async with database.tenant(organization) as tx:
        assert (await verbs.get_source(tx, AGENT, source_id)).status == "pending"
        assert len(await waiting(tx, READ_WEBSITE, source_id)) == before + 1


async def test_what_was_to_be_read_is_read_by_the_next_worker(
    cluster: Cluster, database: Database, organization: Principal
) -> None:
    """The queue is in the database: a worker that was killed in the middle of it leaves its job to another."""
    async with served(SITE) as site, reader_of(database, site) as reader:
        source_id = await made(database, organization, site.base)
        left = await begun(database, organization, source_id)  # by the one that died
        async with database.tenant(organization) as tx:
            await tx.execute(
                "UPDATE pgqueuer SET status = 'picked', queue_manager_id = gen_random_uuid(), "
                "heartbeat = now() - interval '2 minutes', updated = now() - interval '2 minutes' "
                "WHERE position($1 IN convert_from(payload, 'UTF8')) > 0", source_id,
            )  # fmt: skip
        stop = asyncio.Event()

        async def task(job: JobRef) -> None:
            if job.id == source_id:
                await read(reader, organization, source_id)
                stop.set()

        async with asyncio.timeout(120):
            await work(cluster.app_dsn, {READ_WEBSITE: task}, stop=stop, limits={READ_WEBSITE: 2})
        async with database.tenant(organization) as tx:
            done = await verbs.get_source(tx, AGENT, source_id)
    assert (done.status, done.chunk_count) == ("indexed", 3)
    assert done.reading != left.reading


@pytest.mark.parametrize(
    ("kind", "cut", "most", "stay"),
    [("gone", "", 9, []), ("barred", "", 9, []), ("failed", "", 9, ["/a", "/b"]), ("failed", "", 2, ["/a"]),
     ("gone", "time", 9, ["/b"]), ("gone", "size", 9, [])],
)  # fmt: skip
def test_what_was_not_met_is_gone_unless_it_may_still_be_there(kind: str, cut: str, most: int, stay: list[str]) -> None:
    """`/` was read, `/a` was missed, `/b` was not met; never more stays than may be read."""

    base = "https://example.com"
    found = Crawl(
        pages=[Page(url=f"{base}/", title="", text="x")],
        missed=[Missed(url=f"{base}/a", reason="", kind=kind)],  # type: ignore[arg-type]
        cut=cut,  # type: ignore[arg-type]
        home=Home(httpx.URL(base)),
    )
    kept = {f"{base}{path}": b"x" for path in ("/", "/a", "/b")} | {"https://example.org/": b"x"}
    left = set(kept) - set(gone_of(kept, found, most))
    assert left == {f"{base}/", *(base + path for path in stay)}
