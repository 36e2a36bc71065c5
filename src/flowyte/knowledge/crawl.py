"""Reads a website as a polite guest: a page at a time, with pauses, what robots.txt allows, never beyond its bounds."""

import asyncio
import hashlib
import zlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

import httpx
from protego import Protego

from flowyte.egress.client import Answer, Asks, Denied, Limits, checked
from flowyte.kit.errors import FlowyteError, Invalid, VendorFailed
from flowyte.knowledge.files import read_page
from flowyte.knowledge.sources import MOST_CHARACTERS
from flowyte.knowledge.website import Home, joined

AGENT = "flowyte"  # how robots.txt calls us; the header says the same
PAUSE_S = 0.5  # between two pages, for any host: what a quick reader asks for
LONGEST_PAUSE_S = 10.0  # of what robots.txt may ask for; 200 pages are then half an hour
PAGE_S = 15.0  # for one page: nobody waits on the line, and small sites are slow
PAGE_BYTES = 5 << 20
LONGEST_S = 2_400.0  # of a whole reading
MOST_DEPTH = 6  # links away from the first page: a calendar leads from month to month for ever
MOST_HOPS = 5  # from the address that was named to the first page; RFC 9309 2.3.1.2 names five for robots.txt as well
MOST_WAITING = 2_000  # addresses: ten times as many as are ever read
MOST_BYTES = 200 << 20  # received in one reading: a megabyte a page, which is a heavy one
MOST_TEXT = 4 * MOST_CHARACTERS  # of all pages together: a thousand printed ones
SPARE = 10  # requests beyond twice the pages: what is no page, is there twice, or does not answer, costs the site too
_FOLLOWED = (301, 302, 303, 307, 308)
_KINDS = {
    "text/html": "page.html", "application/xhtml+xml": "page.html", "text/plain": "page.txt",
    "text/markdown": "page.md", "application/pdf": "page.pdf",
}  # fmt: skip

Told = Callable[[int, int], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    url: str
    title: str
    text: str

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(f"{self.title}\0{self.text}".encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A page that was not read: `gone`, the site has it no more; `barred`, it may not or cannot be read, today as
    tomorrow; `failed`, it may well be there tomorrow."""

    url: str
    reason: str
    kind: Literal["gone", "barred", "failed"]


@dataclass(slots=True, kw_only=True)
class Crawl:
    """What one reading found. `cut` says by which bound it ended before the site did; empty when it saw all of it."""

    pages: list[Page] = field(default_factory=list[Page])
    missed: list[Missed] = field(default_factory=list[Missed])
    cut: Literal["", "size", "time"] = ""
    home: Home | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How it is asked; tests on loopback wait less and use other ports."""

    pause_s: float = PAUSE_S
    longest_s: float = LONGEST_S
    limits: Limits = field(default_factory=lambda: Limits(seconds=PAGE_S, bytes=PAGE_BYTES))


async def crawl(asks: Asks, start: str, most_pages: int, told: Told, manners: Manners | None = None) -> Crawl:
    """`told(pages read, pages known)` after each page. Invalid, with the reason, when nothing could be read."""
    manners = manners or Manners()
    reading = _Reading(asks, most_pages, told, manners)
    try:
        async with asyncio.timeout(manners.longest_s):
            await reading.whole(start)
    except TimeoutError:
        reading.found.cut = "time"
    found = reading.found
    if not found.pages:
        first = f"{found.missed[0].url}: {found.missed[0].reason}" if found.missed else ""
        late = f"The site gave nothing to read within {manners.longest_s:g} s." if found.cut == "time" else ""
        raise Invalid(first or late or "There is no text on these pages.")
    return found


class _Reading:
    """One website, once."""

    def __init__(self, asks: Asks, most_pages: int, told: Told, manners: Manners) -> None:
        self._asks, self._most, self._told, self._manners = asks, most_pages, told, manners
        self.found = Crawl()
        self._waiting: deque[tuple[httpx.URL, int]] = deque()
        self._seen: set[str] = set()
        self._texts: set[bytes] = set()
        self._rules: Protego = Protego.parse("")
        self._pause = manners.pause_s
        self._asked = self._bytes = self._characters = 0
        self._hops: int | None = 0  # None once the first page has answered

    async def whole(self, start: str) -> None:
        try:
            self._note(checked(start, self._manners.limits), 0)
        except Denied as error:
            raise Invalid(f"{start}: {error.message}") from error
        while self._waiting:
            if self._enough():
                self.found.cut = "size"
                return
            url, depth = self._waiting.popleft()
            try:
                await self._one(url, depth)
            except VendorFailed as error:
                self.found.missed.append(Missed(url=str(url), reason=_words(error), kind="failed"))
            except (Invalid, Denied) as error:
                self.found.missed.append(Missed(url=str(url), reason=_words(error), kind="barred"))
            await self._told(len(self.found.pages), min(self._most, len(self.found.pages) + len(self._waiting)))

    def _enough(self) -> bool:
        return (
            len(self.found.pages) >= self._most
            or self._asked >= 2 * self._most + SPARE
            or self._characters >= MOST_TEXT
            or self._bytes >= MOST_BYTES
        )

    async def _one(self, url: httpx.URL, depth: int) -> None:
        if self.found.home is None or not self.found.home.same_site(url):
            await self._enter(url)
        if not self._rules.can_fetch(str(url), AGENT):
            raise Invalid("The site's robots.txt asks that this page is not read.")
        if self._asked:
            await asyncio.sleep(self._pause)
        self._asked += 1
        answer = await self._asks.request("GET", str(url), limits=self._manners.limits)
        self._bytes += len(answer.body)
        location = answer.headers.get("location")
        if answer.status in _FOLLOWED and location:
            self._led_on(url, location, depth)
            return
        self._hops = None
        if answer.status in (404, 410):
            self.found.missed.append(Missed(url=str(url), reason=f"The site answers {answer.status}.", kind="gone"))
        elif answer.status != 200:
            raise VendorFailed(f"The site answers {answer.status}.")
        else:
            await self._keep(url, depth, answer)

    async def _enter(self, url: httpx.URL) -> None:
        """The first page of a site: what robots.txt says (RFC 9309), and what belongs to the reading from now on."""
        rules = await self._asks.request("GET", str(url.join("/robots.txt")), limits=_for_robots(self._manners.limits))
        if rules.status >= 500 or rules.status == 429:
            raise VendorFailed(f"The site's robots.txt answers {rules.status}, so nothing may be read now.")
        self._rules = Protego.parse(rules.body.decode("utf-8", "replace") if rules.status == 200 else "")
        asked = self._rules.crawl_delay(AGENT) or 0.0
        self._pause = max(self._manners.pause_s, min(float(asked), LONGEST_PAUSE_S))
        self.found.home = Home(url)

    def _led_on(self, url: httpx.URL, location: str, depth: int) -> None:
        """A redirect is a link; the first page's may lead to another site (from example.com to www.example.com)."""
        target = joined(url, location)
        first = self._hops is not None
        if target is None:
            raise VendorFailed("The site redirects to what is no page.")
        if url.scheme == "https" and target.scheme == "http":
            raise VendorFailed("The site redirects from https to http.")
        if str(target) in self._seen:
            if first:
                raise VendorFailed("The site redirects in a circle.")
            return
        if self._hops is not None:
            self._hops += 1
            if self._hops > MOST_HOPS:
                raise VendorFailed(f"The site redirects more than {MOST_HOPS} times.")
            self.found.home = None
        elif not (self.found.home and self.found.home.holds(target)):
            return
        self._note(checked(str(target), self._manners.limits), depth if first else depth + 1)

    async def _keep(self, url: httpx.URL, depth: int, answer: Answer) -> None:
        kind, _, rest = answer.headers.get("content-type", "text/html").partition(";")
        name = _KINDS.get(kind.strip().lower())
        if name is None:
            raise Invalid(f"This is {kind.strip()[:60]}, which holds no text.")
        read = await read_page(name, _unpacked(answer), charset=_charset(rest))
        base = joined(url, read.base) if read.base else url
        for link in read.links if depth < MOST_DEPTH else ():
            target = joined(base or url, link)
            if target is not None and self.found.home and self.found.home.holds(target):
                self._note(target, depth + 1)
        page = Page(url=str(url), title=read.title[:300], text=read.text)
        if read.text.strip() and page.digest not in self._texts:  # one page under two addresses is one page
            self._texts.add(page.digest)
            self._characters += len(page.text)
            self.found.pages.append(page)

    def _note(self, url: httpx.URL, depth: int) -> None:
        if url.raw_path.partition(b"?")[0] == b"/":  # https://example.com is https://example.com/
            url = url.copy_with(path="/")
        if str(url) not in self._seen and len(self._seen) < MOST_WAITING:
            self._seen.add(str(url))
            self._waiting.append((url, depth))


def _unpacked(answer: Answer) -> bytes:
    """It was asked not to be packed; some servers pack all the same. Bounded: a packed page can be of any size."""
    packing = answer.headers.get("content-encoding", "").strip().lower()
    if packing in ("", "identity"):
        return answer.body
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise VendorFailed(f"The site sends the page packed ({packing[:20]}), though it was asked not to.")
    try:
        stream = zlib.decompressobj(wbits=47)  # gzip or zlib, by its head
        text = stream.decompress(answer.body, PAGE_BYTES)
    except zlib.error as error:
        raise VendorFailed("The site sends the page packed, and it cannot be unpacked.") from error
    if not stream.eof:
        raise Invalid(f"Unpacked, this page is cut off or larger than {PAGE_BYTES >> 20} MB.")
    return text


def _charset(parameters: str) -> str:
    """What the header names; the reader finds out where it names none or the wrong one."""
    pairs = (part.partition("=") for part in parameters.split(";"))
    return next((value.strip().strip("\"'")[:40] for name, _, value in pairs if name.strip().lower() == "charset"), "")


def _for_robots(limits: Limits) -> Limits:
    """RFC 9309 2.5: at least 500 KiB are read. Redirects are followed within the checks of each hop."""
    return Limits(seconds=limits.seconds, bytes=512 << 10, redirects=MOST_HOPS, ports=limits.ports)


def _words(error: FlowyteError) -> str:
    fields = getattr(error, "fields", None)
    return str(fields[0].message if fields else error.message)[:300]
