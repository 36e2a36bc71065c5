"""The jobs of a website: read it, replace what has changed, and read it again when its time has come.

A reading that fails leaves what was there. One that is overtaken, by a newer one or by the source's deletion, stops at
the next page and writes nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

import httpx

from flowyte.egress.client import Asks, Denied
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Conflict, FlowyteError, Invalid, VendorFailed
from flowyte.kit.ids import new_id
from flowyte.knowledge import store
from flowyte.knowledge.chunk import chunk_text
from flowyte.knowledge.crawl import Crawl, Manners, Page, crawl
from flowyte.knowledge.ingest import embedded, index_later
from flowyte.knowledge.model import EDITION, EMBEDDING_MODEL, Embedder, Source
from flowyte.tenancy.principal import Principal


class Overtaken(FlowyteError):
    """A newer reading of this website has begun, or it was deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What a reading is done with. `room` raises when the organization keeps as much as it may."""

    database: Database
    asks: Asks
    embedder: Embedder
    manners: Manners = Manners()
    room: Callable[[TenantTx], Awaitable[None]] | None = None


async def read_website(reader: Reader, owner: Principal, source: Source) -> None:
    """Crawl, then replace what changed; `source` as `begin_indexing` gave it. Pages that are the same keep their
    chunks, and so do those that could not be read this time."""

    async def told(current: int, total: int) -> None:
        async with reader.database.tenant(owner) as tx:
            if not await store.note_progress(tx, source, current=current, total=total):
                raise Overtaken

    try:
        if reader.room is not None:
            async with reader.database.tenant(owner) as tx:
                await reader.room(tx)
        found = await crawl(reader.asks, source.url, source.most_pages, told, reader.manners)
        await _keep(reader, owner, source, found)
    except (Invalid, Denied, VendorFailed, Conflict) as error:
        async with reader.database.tenant(owner) as tx:
            await fail(tx, source, error.message)
    except Overtaken:
        return


async def fail(tx: TenantTx, source: Source, reason: str) -> None:
    """What was read before is found on. It is asked again at its time, if it has one."""
    failed = await store.fail_reading(tx, source, reason[:500])
    if failed is not None:
        await index_later(tx, failed)


async def refresh_source(tx: TenantTx, clock: Clock, source_id: str) -> None:
    """The time that was set has come: read it again, unless it was set anew meanwhile."""
    source = await store.read_source(tx, source_id, lock=True)
    if source and source.refresh_at and source.refresh_at <= clock.now():
        waiting = await store.update_source(tx, replace(source, status="pending", refresh_at=None))
        await index_later(tx, waiting)


async def _keep(reader: Reader, owner: Principal, source: Source, found: Crawl) -> None:
    async with reader.database.tenant(owner) as tx:
        kept = {page.url: page.digest for page in await store.read_pages(tx, source.id)}
    fresh = [page for page in found.pages if kept.get(page.url) != page.digest]
    new = fresh if source.edition == EDITION else found.pages  # an older edition cut the others differently
    chunks = [(new_id("chk"), replace(chunk, url=page.url)) for page in new
              for chunk in chunk_text(page.text, name=page.title or source.name)]  # fmt: skip
    vectors = await embedded(reader.embedder, [probe for _, chunk in chunks for probe in chunk.probes])
    async with reader.database.tenant(owner) as tx:
        now = await store.read_source(tx, source.id, lock=True)
        if now is None or now.reading != source.reading:
            raise Overtaken
        gone = gone_of(kept, found, source.most_pages)
        await store.drop_chunks_of(tx, source.id, [*gone, *(page.url for page in new)])
        await store.drop_pages(tx, source.id, gone)
        for page in found.pages:
            await store.keep_page(
                tx, source.id, page.url, title=page.title, digest=page.digest, characters=len(page.text)
            )
        for missed in found.missed:
            if missed.kind != "gone":
                await store.miss_page(tx, source.id, missed.url, missed.reason)
        await store.add_chunks(tx, source.id, chunks, vectors)
        changes = _changes(kept, found, fresh, gone)
        told = _told_of(found, source)
        finished = await store.finish_reading(
            tx, source.id, changes, model=EMBEDDING_MODEL, edition=EDITION, error=told
        )  # fmt: skip
        await index_later(tx, finished)


def gone_of(kept: Mapping[str, bytes | None], found: Crawl, most_pages: int) -> list[str]:
    """Pages that were there and are not any more.

    What a reading did not meet is gone, unless it ended for lack of time or a page failed that may have led there;
    even then never more is kept than may be read.
    """
    met = {page.url for page in found.pages}
    failed = {missed.url for missed in found.missed if missed.kind == "failed"}
    told = {missed.url for missed in found.missed if missed.kind != "failed"}
    unmet = [url for url in sorted(set(kept) - met) if url not in told and url not in failed and _within(found, url)]
    room = max(0, most_pages - len(met) - len(failed & set(kept))) if found.cut == "time" or failed else 0
    staying = {*met, *failed, *unmet[:room]}
    return sorted(set(kept) - staying)


def _within(found: Crawl, url: str) -> bool:
    """Whether it belongs to the website as it is read now: an operator may have named another address."""
    return found.home is not None and found.home.holds(httpx.URL(url))


def _changes(kept: Mapping[str, bytes | None], found: Crawl, fresh: list[Page], gone: list[str]) -> dict[str, int]:
    return {
        "added": sum(kept.get(page.url) is None for page in fresh),
        "changed": sum(kept.get(page.url) is not None for page in fresh),
        "removed": sum(kept[url] is not None for url in gone),
        "unchanged": len(found.pages) - len(fresh),
    }


def _told_of(found: Crawl, source: Source) -> str | None:
    """What the owner should know though it went well."""
    unread = sum(missed.kind != "gone" for missed in found.missed)
    were = "1 of its pages was" if unread == 1 else f"{unread} of its pages were"
    words = [f"{were} not read; each is listed with its reason."] if unread else []
    if found.cut == "size":
        words.append(f"There is more than what is read: at most {source.most_pages} pages.")
    if found.cut == "time":
        words.append("There was no time to read all of it.")
    return " ".join(words) or None
