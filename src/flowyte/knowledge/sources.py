"""Making, changing and removing sources. What is written here is found only after `ingest.index_source`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast, get_args

from flowyte.egress.wire import Denied, Limits, checked
from flowyte.kit.db import TenantTx
from flowyte.kit.errors import FieldError, Invalid, NotFound
from flowyte.kit.ids import new_id
from flowyte.knowledge import store
from flowyte.knowledge.model import Faq, KeptPage, Kind, Source, Website

MOST_CHARACTERS = 500_000  # about 250 pages; more is indexed for minutes and belongs into several sources
MOST_ENTRIES = 1_000
MOST_QUESTION = 500
MOST_ANSWER = 4_000
MOST_ALTERNATIVES = 20
MOST_PAGES = 200  # of a website: at a page a second, three minutes of somebody else's server
USUAL_PAGES = 50
SHORTEST_REFRESH_S = 86_400
USUAL_REFRESH_S = 7 * 86_400
LONGEST_REFRESH_S = 365 * 86_400
_ANY_PORT = Limits(ports=frozenset(range(1, 65_536)))  # which may be used is the installation's to say, when it is read


class SourceNotFound(NotFound):
    """There is no such knowledge source."""


async def create_source(
    tx: TenantTx, *, agent_id: str, kind: str, name: str, content: str | None = None,
    faq: Sequence[Mapping[str, object]] | None = None, website: Website | None = None,
) -> Source:  # fmt: skip
    """A new source in `pending`; defer `index_source` for it in the same transaction. Invalid names the field."""
    checked = _kind(kind)
    if checked == "file":
        raise _invalid("kind", "a file is sent to knowledge/files")
    return await store.insert_source(
        tx, id=new_id("src"), agent_id=agent_id, kind=checked, name=_name(name),
        content=_content(content) if checked == "text" else "", faq=_faq(faq) if checked == "faq" else (),
        website=_website(website) if checked == "url" else None,
    )  # fmt: skip


async def create_file_source(tx: TenantTx, *, agent_id: str, name: str, origin: str, content: str) -> Source:
    """A new source in `pending` with what was read out of a file; defer `index_source` for it."""
    return await store.insert_source(
        tx, id=new_id("src"), agent_id=agent_id, kind="file", name=_name(name), content=_content(content),
        origin=_without_nul(origin)[-200:],
    )  # fmt: skip


async def list_sources(tx: TenantTx, agent_id: str) -> tuple[Source, ...]:
    """All sources of an agent, oldest first."""
    return await store.read_sources(tx, agent_id)


async def get_source(tx: TenantTx, agent_id: str, source_id: str) -> Source:
    source = await store.read_source(tx, source_id)
    if source is None or source.agent_id != agent_id:
        raise SourceNotFound
    return source


async def patch_source(
    tx: TenantTx, agent_id: str, source_id: str, *, name: str | None = None, content: str | None = None,
    faq: Sequence[Mapping[str, object]] | None = None, website: Website | None = None,
) -> Source:  # fmt: skip
    """Change what is given. A changed text makes it `pending`; until it is indexed the old one is found."""
    source = await store.read_source(tx, source_id, lock=True)
    if source is None or source.agent_id != agent_id:
        raise SourceNotFound
    changed = source
    if name is not None:
        changed = replace(changed, name=_name(name))
    if content is not None:
        _only(source, "text", "content")
        changed = replace(changed, content=_content(content))
    if faq is not None:
        _only(source, "faq", "faq")
        changed = replace(changed, faq=_faq(faq))
    if website is not None:
        _only(source, "url", "url")
        changed = _at_another_time(changed, _website(website))
    if _what_is_read(changed) != _what_is_read(source):
        changed = replace(changed, status="pending", error_message=None, refresh_at=None)
    return await store.update_source(tx, changed)


async def read_again(tx: TenantTx, agent_id: str, source_id: str) -> Source:
    """`pending` again, as somebody asked; what was found until now is found until the reading is done.

    A reading that is under way begins anew.
    """
    source = await store.read_source(tx, source_id, lock=True)
    if source is None or source.agent_id != agent_id:
        raise SourceNotFound
    return await store.update_source(tx, replace(source, status="pending", error_message=None, refresh_at=None))


async def list_pages(tx: TenantTx, agent_id: str, source_id: str) -> tuple[KeptPage, ...]:
    """The pages of a website as of its last reading, by address."""
    await get_source(tx, agent_id, source_id)
    return await store.read_pages(tx, source_id)


async def delete_source(tx: TenantTx, agent_id: str, source_id: str) -> None:
    """The source and all that was found through it, at once, also for live conversations and published versions."""
    await get_source(tx, agent_id, source_id)
    await store.delete_source(tx, source_id)


def read_site(site: Website) -> Website:
    """The website as it is kept, its address written in full; Invalid names the field."""
    return _website(site)


def read_faq(entries: Sequence[Mapping[str, object]] | None) -> tuple[Faq, ...]:
    """Parsed entries `{question, answer, alternatives?}`; Invalid names the entry."""
    return _faq(entries)


def _kind(kind: str) -> Kind:
    for known in get_args(Kind):
        if kind == known:
            return cast(Kind, known)
    raise _invalid("kind", "one of text, faq, url; a file is sent to knowledge/files")


def _name(name: str) -> str:
    if not name.strip() or len(name) > 200:
        raise _invalid("name", "between 1 and 200 characters")
    return name.strip()


def _content(content: str | None) -> str:
    if content is None or not content.strip():
        raise _invalid("content", "a text source needs its text")
    if len(content) > MOST_CHARACTERS:
        raise _invalid("content", f"at most {MOST_CHARACTERS} characters; split it into several sources")
    return _without_nul(content)


def _website(site: Website | None) -> Website:
    if site is None or not site.url.strip():
        raise _invalid("url", "the address where reading begins, such as https://example.com/help")
    written = site.url.strip()
    try:
        url = str(checked(written if "://" in written else f"https://{written}", _ANY_PORT))
    except Denied as error:
        raise _invalid("url", error.message) from error
    if len(url) > 2_000:
        raise _invalid("url", "at most 2000 characters")
    if not 1 <= site.most_pages <= MOST_PAGES:
        raise _invalid("maxPages", f"between 1 and {MOST_PAGES}")
    if site.refresh_s is not None and not SHORTEST_REFRESH_S <= site.refresh_s <= LONGEST_REFRESH_S:
        raise _invalid("refreshSeconds", f"null for never, or between {SHORTEST_REFRESH_S} and {LONGEST_REFRESH_S}")
    return replace(site, url=url)


def _at_another_time(source: Source, site: Website) -> Source:
    """The website as it shall be; its next reading counts from the last one."""
    if site.refresh_s != source.refresh_s:
        again = timedelta(seconds=site.refresh_s) if site.refresh_s else None
        source = replace(source, refresh_at=source.read_at + again if source.read_at and again else None)
    return replace(source, url=site.url, most_pages=site.most_pages, refresh_s=site.refresh_s)


def _what_is_read(source: Source) -> tuple[object, ...]:
    """A website's name is its owner's, and no reason to ask the site again."""
    name = "" if source.kind == "url" else source.name
    return source.content, source.faq, name, source.url, source.most_pages


def _faq(entries: Sequence[Mapping[str, object]] | None) -> tuple[Faq, ...]:
    if not entries:
        raise _invalid("faq", "a FAQ source needs at least one question with its answer")
    if len(entries) > MOST_ENTRIES:
        raise _invalid("faq", f"at most {MOST_ENTRIES} entries")
    return tuple(_entry(f"faq[{number}]", entry) for number, entry in enumerate(entries))


def _entry(place: str, entry: Mapping[str, object]) -> Faq:
    alternatives = entry.get("alternatives") or ()
    if isinstance(alternatives, str) or not isinstance(alternatives, Sequence) or len(alternatives) > MOST_ALTERNATIVES:
        raise _invalid(f"{place}.alternatives", f"a list of at most {MOST_ALTERNATIVES} questions")
    return Faq(
        question=_text(entry.get("question"), f"{place}.question", MOST_QUESTION),
        answer=_text(entry.get("answer"), f"{place}.answer", MOST_ANSWER),
        alternatives=tuple(_text(other, f"{place}.alternatives", MOST_QUESTION) for other in alternatives),
    )


def _text(value: object, field: str, most: int) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        raise _invalid(field, f"text of 1 to {most} characters")
    return _without_nul(value.strip())


def _without_nul(text: str) -> str:
    return text.replace("\x00", "")  # PostgreSQL's text cannot hold it, and nobody can say it


def _only(source: Source, kind: Kind, field: str) -> None:
    if source.kind != kind:
        raise _invalid(field, f"this source is of the kind {source.kind}")


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(fields=[FieldError(field=field, message=message)])
