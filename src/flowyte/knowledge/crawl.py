"""Reads a website as a polite guest: a page at a time, with pauses, what robots.txt allows, never beyond its bounds.

What is read is the page that was named and those below it on the same site: from https://example.com/help every page
under /help, and nothing of the shop beside it.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qsl, urlencode

import httpx
from protego import Protego

from flowyte.egress.client import Answer, Denied, Limits, checked
from flowyte.kit.errors import FlowyteError, Invalid, VendorFailed
from flowyte.knowledge.files import read_page
from flowyte.knowledge.sources import MOST_CHARACTERS

AGENT = "flowyte"  # how robots.txt calls us; the header says the same
PAUSE_S = 0.5  # between two pages, for any host: what a quick reader asks for
LONGEST_PAUSE_S = 10.0  # of what robots.txt may ask for; 200 pages are then half an hour
PAGE_S = 15.0  # for one page: nobody waits on the line, and small sites are slow
PAGE_BYTES = 5 << 20
LONGEST_S = 2_400.0  # of a whole reading
MOST_DEPTH = 6  # links away from the first page
MOST_ADDRESS = 2_000  # characters
MOST_WAITING = 2_000  # addresses: ten times as many as are ever read
MOST_TEXT = 4 * MOST_CHARACTERS  # of all pages together: a thousand printed ones
_FOLLOWED = (301, 302, 303, 307, 308)
_KINDS = {
    "text/html": "page.html", "application/xhtml+xml": "page.html", "text/plain": "page.txt",
    "text/markdown": "page.md", "application/pdf": "page.pdf",
}  # fmt: skip
_NO_PAGES = (
    ".jpg", ".jpeg", ".png", ".gif", ".svg", ".webp", ".ico", ".css", ".js", ".zip", ".gz", ".mp3", ".mp4", ".avi",
    ".mov", ".exe", ".dmg", ".xml", ".json", ".woff", ".woff2", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx",
)  # fmt: skip
_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid", "sessionid", "phpsessid", "jsessionid")

Told = Callable[[int, int], Awaitable[None]]


class Asks(Protocol):
    """`egress.Egress`: every address that a page names goes through its checks."""

    async def request(self, method: str, url: str, *, limits: Limits) -> Answer: ...


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
    """A page that could not be read; `gone` when the site says that it is there no more."""

    url: str
    reason: str
    gone: bool = False


@dataclass(slots=True, kw_only=True)
class Crawl:
    """What one reading found. `cut` says that there was more than may be read."""

    pages: list[Page] = field(default_factory=list[Page])
    missed: list[Missed] = field(default_factory=list[Missed])
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How it is asked; tests on loopback wait less and use other ports."""

    pause_s: float = PAUSE_S
    limits: Limits = field(default_factory=lambda: Limits(seconds=PAGE_S, bytes=PAGE_BYTES))


async def crawl(asks: Asks, start: str, most_pages: int, told: Told, manners: Manners | None = None) -> Crawl:
    """`told(pages read, pages known)` after each page. Invalid when the first page cannot be read: nothing was."""
    reading = _Reading(asks, most_pages, told, manners or Manners())
    try:
        async with asyncio.timeout(LONGEST_S):
            await reading.whole(start)
    except TimeoutError:
        reading.found.cut = True
    first = reading.found.missed[:1]
    if not reading.found.pages and first:
        raise Invalid(f"{first[0].url}: {first[0].reason}")
    return reading.found


class _Reading:
    """One website, once."""

    def __init__(self, asks: Asks, most_pages: int, told: Told, manners: Manners) -> None:
        self._asks, self._most, self._told, self._manners = asks, most_pages, told, manners
        self.found = Crawl()
        self._waiting: deque[tuple[httpx.URL, int]] = deque()
        self._seen: set[str] = set()
        self._texts: set[bytes] = set()
        self._home: _Home | None = None
        self._rules: Protego = Protego.parse("")
        self._pause = manners.pause_s
        self._characters = 0

    async def whole(self, start: str) -> None:
        self._note(checked(start, self._manners.limits), 0)
        while self._waiting:
            if len(self.found.pages) >= self._most or self._characters > MOST_TEXT:
                self.found.cut = True
                return
            url, depth = self._waiting.popleft()
            try:
                await self._one(url, depth)
            except (Invalid, Denied, VendorFailed) as error:
                self.found.missed.append(Missed(url=str(url), reason=_words(error)))
            await self._told(len(self.found.pages), min(self._most, len(self.found.pages) + len(self._waiting)))

    async def _one(self, url: httpx.URL, depth: int) -> None:
        if self._home is None or not self._home.same_site(url):
            await self._enter(url)
        elif self.found.pages or self.found.missed:
            await asyncio.sleep(self._pause)
        if not self._rules.can_fetch(str(url), AGENT):
            raise Invalid("The site's robots.txt asks that this page is not read.")
        answer = await self._asks.request("GET", str(url), limits=self._manners.limits)
        location = answer.headers.get("location")
        if answer.status in _FOLLOWED and location:
            self._led_on(url, location, depth)
        elif answer.status in (404, 410):
            self.found.missed.append(Missed(url=str(url), reason=f"The site answers {answer.status}.", gone=True))
        elif answer.status != 200:
            raise VendorFailed(f"The site answers {answer.status}.")
        else:
            await self._keep(url, depth, answer)

    async def _enter(self, url: httpx.URL) -> None:
        """The first page of a site: what robots.txt says (RFC 9309), and what belongs to the reading from now on."""
        rules = await self._asks.request("GET", str(url.join("/robots.txt")), limits=_for_robots(self._manners.limits))
        if rules.status >= 500:
            raise VendorFailed(f"The site's robots.txt answers {rules.status}, so nothing may be read now.")
        self._rules = Protego.parse(rules.body.decode("utf-8", "replace") if rules.status == 200 else "")
        asked = self._rules.crawl_delay(AGENT) or 0.0
        self._pause = max(self._manners.pause_s, min(float(asked), LONGEST_PAUSE_S))
        self._home = _Home(url)

    def _led_on(self, url: httpx.URL, location: str, depth: int) -> None:
        """A redirect is a link; the first page's may lead to another site (from example.com to www.example.com)."""
        target = _joined(url, location)
        if target is None:
            raise VendorFailed("The site redirects to no address.")
        first = not self.found.pages and len(self._seen) <= 3
        if not first and not (self._home and self._home.holds(target)):
            return
        if str(target) in self._seen:
            if first:
                raise VendorFailed("The site redirects in a circle.")
            return
        if first:
            self._home = None
        self._note(checked(str(target), self._manners.limits), depth)

    async def _keep(self, url: httpx.URL, depth: int, answer: Answer) -> None:
        kind, _, rest = answer.headers.get("content-type", "text/html").partition(";")
        name = _KINDS.get(kind.strip().lower())
        if name is None:
            raise Invalid(f"This is {kind.strip()[:60]}, which holds no text.")
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise VendorFailed("The site sends the page packed, though it was asked not to.")
        read = await read_page(name, _as_utf8(answer.body, rest) if name != "page.pdf" else answer.body)
        for link in read.links if depth < MOST_DEPTH else ():
            target = _joined(url, link)
            if target is not None and self._home and self._home.holds(target):
                self._note(target, depth + 1)
        page = Page(url=str(url), title=read.title[:300], text=read.text)
        if read.text.strip() and page.digest not in self._texts:  # one page under two addresses is one page
            self._texts.add(page.digest)
            self._characters += len(page.text)
            self.found.pages.append(page)

    def _note(self, url: httpx.URL, depth: int) -> None:
        if str(url) not in self._seen and len(self._seen) < MOST_WAITING:
            self._seen.add(str(url))
            self._waiting.append((url, depth))


class _Home:
    """The site and the part of it that is read."""

    def __init__(self, start: httpx.URL) -> None:
        self._site = (start.scheme, start.raw_host, start.port)
        path = start.path
        ending = path.rsplit("/", 1)[-1]
        self._below = path[: -len(ending)] if "." in ending else path.rstrip("/") + "/"

    def same_site(self, url: httpx.URL) -> bool:
        return (url.scheme, url.raw_host, url.port) == self._site

    def holds(self, url: httpx.URL) -> bool:
        return self.same_site(url) and f"{url.path}/".startswith(self._below)


def _joined(base: httpx.URL, link: str) -> httpx.URL | None:
    """A link as one address, without what only counts visitors; None for what is no page."""
    try:
        url = base.join(link.strip())
    except (httpx.InvalidURL, ValueError):
        return None
    if url.scheme not in ("http", "https") or url.path.lower().endswith(_NO_PAGES):
        return None
    kept = [(name, value) for name, value in parse_qsl(url.query.decode("ascii", "replace"), keep_blank_values=True)
            if not name.lower().startswith(_TRACKING)]  # fmt: skip
    url = url.copy_with(query=urlencode(kept).encode() if kept else None, fragment=None)
    return url if len(str(url)) <= MOST_ADDRESS else None


def _as_utf8(body: bytes, parameters: str) -> bytes:
    """By the charset that the header names; without one the reader finds out."""
    charset = next((v.strip().strip('"') for k, _, v in (p.partition("=") for p in parameters.split(";"))
                    if k.strip().lower() == "charset"), "")  # fmt: skip
    try:
        return body.decode(charset).encode("utf-8", "replace") if charset else body
    except (LookupError, UnicodeDecodeError):
        return body


def _for_robots(limits: Limits) -> Limits:
    """RFC 9309 2.5: at least 500 KiB are read. Redirects are followed within the checks of each hop."""
    return Limits(seconds=limits.seconds, bytes=512 << 10, redirects=3, ports=limits.ports)


def _words(error: FlowyteError) -> str:
    fields = getattr(error, "fields", None)
    return str(fields[0].message if fields else error.message)[:300]
