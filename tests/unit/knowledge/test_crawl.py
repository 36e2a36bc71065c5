"""A website is read politely and within bounds, whatever it does: against a real server on loopback."""

import asyncio
import gzip
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from itertools import pairwise

import pytest
from tests.unit.egress.house import NOBODY, Names
from tests.unit.knowledge.site import Site, html, served
from tests.unit.knowledge.test_reading import pdf

from flowyte.egress.client import Egress, Limits
from flowyte.kit.errors import Invalid
from flowyte.knowledge import crawl as crawling
from flowyte.knowledge.crawl import Crawl, Manners, crawl

Pages = Mapping[str, str | Mapping[str, object]]
ON_LOOPBACK = [ip_network("127.0.0.0/8")]


async def read(
    site: Site, start: str = "/", most: int = 20, *, allowed: Sequence[object] = ON_LOOPBACK, seconds: float = 20.0,
    limit: int = 1 << 20, ports: frozenset[int] = frozenset(), **manners: float,
) -> Crawl:  # fmt: skip
    """With the real client, which asks no resolver."""
    egress = Egress(allowed=[ip_network(str(one)) for one in allowed], resolve=Names(), trust=NOBODY)
    limits = Limits(seconds=seconds, bytes=limit, ports=ports or frozenset({site.port}))

    async def told(_current: int, _total: int) -> None:
        """Nobody looks."""

    try:
        return await crawl(egress, site.base + start, most, told, Manners(**{"pause_s": 0.0, **manners}, limits=limits))
    finally:
        await egress.close()


async def pages_of(
    pages: Pages, start: str = "/", most: int = 20, robots: str | int = 404, **manners: float
) -> tuple[Crawl, Site]:
    async with served(pages, robots) as site:
        return await read(site, start, most, **manners), site


def paths(found: Crawl, site: Site) -> list[str]:
    return [page.url.removeprefix(site.base) for page in found.pages]


def missed(found: Crawl, site: Site) -> dict[str, tuple[str, str]]:
    return {each.url.removeprefix(site.base): (each.kind, each.reason) for each in found.missed}


async def refused(pages: Pages, words: str, **options: object) -> Site:
    async with served(pages, options.pop("robots", 404)) as site:  # type: ignore[arg-type]
        with pytest.raises(Invalid, match=words):
            await read(site, **options)  # type: ignore[arg-type]
        return site


async def test_a_page_and_those_below_it_are_read_and_nothing_beside_it() -> None:
    """Of the same site; without pictures, other sites and other ways to send mail."""
    links = ("/help/prices", "care.html#top", "/shop/x", "https://example.com/help/y", "/help/a.png", "mailto:a@b.c")
    found, site = await pages_of(
        {
            "/help": html("Help", "We help.", links=("/help/prices", *links)),
            "/help/prices": html("Prices", "A crown is 900 dollars."),
            "/care.html": html("Care", "Not below."),
        },
        "/help",
    )
    assert [(page.title, page.text) for page in found.pages] == [
        ("Help", "We help."),
        ("Prices", "A crown is 900 dollars."),
    ]
    assert site.asked == ["/robots.txt", "/help", "/help/prices"]
    assert (found.cut, found.missed) == ("", [])


async def test_a_file_that_is_named_stands_for_its_folder() -> None:
    """And where a page says what its links count from, they do."""
    start = html("Start", "One.", links=("b.html", "c/d.html", "#here", "?utm_source=x")).replace(
        "<head>", '<head><base href="/a/v1.2/">'
    )
    found, site = await pages_of(
        {"/a/index.html": start, "/a/v1.2/b.html": html("B", "Two."), "/a/v1.2/c/d.html": html("D", "Three.")},
        "/a/index.html",
    )
    assert paths(found, site) == ["/a/index.html", "/a/v1.2/b.html", "/a/v1.2/c/d.html"]


async def test_robots_txt_is_obeyed() -> None:
    """Our name before everybody's; what it forbids is not even asked for, and the owner sees why."""
    rules = "User-agent: *\nDisallow: /\n\nUser-agent: Flowyte\nDisallow: /private\nAllow: /private/open\n"
    found, site = await pages_of(
        {
            "/": html("Home", "Hello.", links=("/private/x", "/private/open")),
            "/private/open": html("Open", "Anybody."),
            "/private/x": html("X", "Nobody."),
        },
        robots=rules,
    )
    assert paths(found, site) == ["/", "/private/open"]
    assert missed(found, site) == {"/private/x": ("barred", "The site's robots.txt asks that this page is not read.")}
    assert "/private/x" not in site.asked


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_robots_txt_that_fails_forbids_everything(status: int) -> None:
    """RFC 9309 2.3.1.4: what the site wants is not known, so nothing is asked for."""
    site = await refused({"/": html("Home", "Hello.")}, f"robots.txt answers {status}", robots=status)
    assert site.asked == ["/robots.txt"]


async def test_a_robots_txt_that_is_not_there_forbids_nothing() -> None:
    """RFC 9309 2.3.1.3; and one that is no text at all does not either."""
    for robots in (404, 403, 401, "\x00\x01 Disallow / nothing : :\n"):
        found, site = await pages_of({"/": html("Home", "Hello.")}, robots=robots)
        assert paths(found, site) == ["/"]


@pytest.mark.parametrize(
    ("delay", "paused"), [("3", 3.0), ("86400", 10.0), ("-1", 0.25), ("nan", 0.25), ("soon", 0.25), ("1e999", 0.25)]
)
async def test_the_pause_that_a_site_asks_for_is_kept_within_bounds(
    monkeypatch: pytest.MonkeyPatch, delay: str, paused: float
) -> None:
    """Between two pages; not before the first, and never for a day."""
    slept: list[float] = []

    async def noted(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(crawling.asyncio, "sleep", noted)
    pages = {"/": html("Home", links=("/b",)), "/b": html("B", "Two.")}  # the first has no text, and was asked for
    _, site = await pages_of(pages, robots=f"User-agent: *\nCrawl-delay: {delay}\n", pause_s=0.25)
    assert [seconds for seconds in slept if seconds] == [paused]
    assert site.asked == ["/robots.txt", "/", "/b"]


async def test_a_calendar_without_end_is_left_after_a_few_links() -> None:
    """Depth ends it where every page leads to one more."""
    pages = {f"/{n}": html(f"Month {n}", f"Nothing on {n}.", links=(f"/{n + 1}",)) for n in range(30)}
    found, _ = await pages_of(pages, "/0", most=100)
    assert len(found.pages) == 1  # /1 is not below /0
    pages = {f"/?m={n}": html(f"Month {n}", f"Nothing on {n}.", links=(f"/?m={n + 1}",)) for n in range(30)}
    found, _ = await pages_of(pages, "/?m=0", most=100)
    assert len(found.pages) == 1 + crawling.MOST_DEPTH


async def test_no_more_pages_are_read_than_were_allowed() -> None:
    """And it is said that there are more."""
    pages = {f"/{n}": html(f"Page {n}", f"It is {n}.") for n in range(9)}
    pages["/"] = html("Home", "Hello.", links=tuple(pages))
    found, site = await pages_of(pages, most=3)
    assert (len(found.pages), found.cut) == (3, "size")
    assert len(site.asked) == 1 + 3


async def test_a_site_of_dead_links_is_not_asked_for_ever() -> None:
    """What is no page costs the site a request as well."""
    found, site = await pages_of({"/": html("Home", "Hello.", links=tuple(f"/{n}" for n in range(99)))}, most=2)
    assert (len(found.pages), found.cut) == (1, "size")
    assert len(site.asked) == 1 + 2 * 2 + crawling.SPARE


async def test_the_bytes_and_characters_of_all_pages_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Together, not only of each."""
    pages = {f"/{n}": html(f"Page {n}", f"It is {n}.") for n in range(5)}
    pages["/"] = html("Home", "Hello.", links=tuple(pages))
    with monkeypatch.context() as less:
        less.setattr(crawling, "MOST_TEXT", 12)
        found, _ = await pages_of(pages)
        assert (len(found.pages), found.cut) == (2, "size")
    monkeypatch.setattr(crawling, "MOST_BYTES", 400)
    found, _ = await pages_of(pages)
    assert found.cut == "size"
    assert len(found.pages) < 6


LONG_S = 54_321.0


async def test_a_reading_ends_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read until then is kept. The time is over when the second page was asked for, however slow this is."""
    bounds: list[asyncio.Timeout] = []

    def bounded(seconds: float | None) -> asyncio.Timeout:
        if seconds != LONG_S:
            return of_the_library(seconds)
        bounds.append(of_the_library(None))
        return bounds[0]

    of_the_library = asyncio.timeout
    monkeypatch.setattr(crawling.asyncio, "timeout", bounded)
    pages = {"/": html("Home", "Hello.", links=("/slow",)), "/slow": {"text": "x"}}
    async with served(pages) as site, asyncio.TaskGroup() as group:
        site.slow.add("/slow")
        reading = group.create_task(read(site, longest_s=LONG_S))
        while "/slow" not in site.asked:
            await asyncio.sleep(0.02)
        bounds[0].reschedule(asyncio.get_running_loop().time())
        found = await reading
    assert (paths(found, site), found.cut) == (["/"], "time")


async def test_a_site_that_never_answers_is_told_as_that() -> None:
    """By the bound of the whole reading, or by that of a page."""
    async with served({"/slow": {"text": "x"}}) as site:
        site.slow.add("/slow")
        with pytest.raises(Invalid, match=r"nothing to read within 0\.3 s"):
            await read(site, "/slow", longest_s=0.3)
        with pytest.raises(Invalid, match=r"did not answer within 0\.3 s"):
            await read(site, "/slow", seconds=0.3)


async def test_a_page_that_is_too_large_is_given_up_and_the_others_are_read() -> None:
    """The owner sees which."""
    pages = {"/": html("Home", "Hello.", links=("/big", "/b")), "/big": html("Big", "x" * 30_000),
             "/b": html("B", "Two.")}  # fmt: skip
    async with served(pages) as site:
        found = await read(site, limit=20_000)
        assert paths(found, site) == ["/", "/b"]
        assert missed(found, site) == {"/big": ("failed", "127.0.0.1 sent more than 20000 bytes.")}


def leading(*hops: str) -> dict[str, Mapping[str, object]]:
    """Each path redirects to the next."""
    return {path: {"status": 302, "headers": {"location": on}} for path, on in pairwise(hops)}


async def test_the_first_page_may_lead_to_another_site() -> None:
    """From example.com to www.example.com: that is the site from then on, with its own robots.txt."""
    async with served({"/www": html("Home", "Hello.", links=("/www/b", "/c")), "/www/b": html("B", "Two.")}) as www:
        async with served(leading("/", f"{www.base}/www")) as site:
            found = await read(site, ports=frozenset({site.port, www.port}))
        assert paths(found, www) == ["/www", "/www/b"]
        assert (www.asked, site.asked) == (["/robots.txt", "/www", "/www/b"], ["/robots.txt", "/"])


async def test_a_later_page_may_not() -> None:
    """What it led to is somebody else's."""
    async with served({"/": html("Elsewhere", "No.")}) as other:
        pages = {"/": html("Home", "Hello.", links=("/b", "/c")), **leading("/b", other.base), **leading("/c", "/d"),
                 "/d": html("D", "Three.")}  # fmt: skip
        async with served(pages) as site:
            found = await read(site, ports=frozenset({site.port, other.port}))
            assert paths(found, site) == ["/", "/d"]
        assert other.asked == []


async def test_redirects_that_lead_nowhere_are_told() -> None:
    """In a circle, on and on, or to what is no page."""
    await refused(leading("/", "/a", "/b", "/"), "in a circle")
    await refused(leading("/", "/"), "in a circle")
    await refused(leading(*(f"/{n or ''}" for n in range(9))), "more than 5 times")
    await refused(leading("/", "ftp://example.com/"), "to what is no page")
    circling = {"/": html("Home", "Hello.", links=("/a",)), **leading("/a", "/b", "/a")}
    found, site = await pages_of(circling)
    assert paths(found, site) == ["/"]


@pytest.mark.parametrize("inward", ["http://10.0.0.1/", "http://169.254.169.254/latest", "http://[::1]/"])
async def test_a_redirect_inward_is_refused_by_the_way_out(inward: str) -> None:
    """Whoever owns the site decides where it leads, so each address is checked like the first."""
    async with served(leading("/", inward)) as site:
        with pytest.raises(Invalid, match="may not reach"):
            await read(site, ports=frozenset({site.port, 80}))


async def test_a_private_network_is_read_only_where_the_operator_allowed_it() -> None:
    """The site itself is on loopback, which nobody has allowed here."""
    site = await refused({"/": html("Home", "Hello.")}, "may not reach", allowed=["10.0.0.0/8"])
    assert site.asked == []


BODY = {"content_type": "text/html"}
LIES: dict[str, tuple[Mapping[str, object], str]] = {
    "/picture": ({"body": b"\x89PNG\r\n\x1a\n\x00\x00\x00", **BODY}, "says that this is text, and it is none"),
    "/sound": ({"body": b"ID3", "content_type": "audio/mpeg"}, "audio/mpeg, which holds no text"),
    "/pdf": ({"body": b"<p>Hello</p>", "content_type": "application/pdf"}, "called .pdf but is none"),
    "/bomb": ({"body": gzip.compress(b"<p>" + b"a" * (6 << 20)), "headers": {"content-encoding": "gzip"}, **BODY},
              "larger than 5 MB"),
    "/brotli": ({"body": b"\x0b\x02\x80", "headers": {"content-encoding": "br"}, **BODY}, r"packed \(br\)"),
    "/cut": ({"body": gzip.compress(b"<p>Hello</p>")[:-9], "headers": {"content-encoding": "gzip"}, **BODY}, "cut off"),
    "/garbled": ({"body": b"no gzip", "headers": {"content-encoding": "gzip"}, **BODY}, "cannot be unpacked"),
    "/login": ({"status": 401, "text": "Who?"}, "answers 401"),
    "/broken": ({"status": 500, "text": "Oh."}, "answers 500"),
}  # fmt: skip


async def test_pages_that_are_not_what_they_say_are_told_and_the_others_read() -> None:
    """Type, packing, size: each with its reason, and none ends the reading."""
    pages: Pages = {
        "/": html("Home", "Hello.", links=(*LIES, "/none", "/empty", "/true")),
        "/empty": "",
        "/true": {"body": pdf(), "content_type": "text/html"},
        **{path: answer for path, (answer, _) in LIES.items()},
    }
    found, site = await pages_of(pages, most=30)
    assert paths(found, site) == ["/", "/true"]
    assert found.pages[1].text.startswith("We fit crowns")
    told = missed(found, site)
    assert told.pop("/none") == ("gone", "The site answers 404.")
    assert set(told) == set(LIES)
    for path, (_, words) in LIES.items():
        with pytest.raises(Invalid, match=words):
            raise Invalid(told[path][1])


async def test_pages_are_read_by_their_charset_packed_or_not() -> None:
    """Named by the header, by the page, by nobody, or wrongly."""
    text = "Größere Eingriffe dauern länger, schöne Grüße aus dem Café über der Praxis."
    page = html("Über", text)
    russian = html("Цены", "Коронка стоит девятьсот долларов, чистка сто двадцать долларов.")
    pages: Pages = {
        "/": html("Home", "Hello.", links=("/a", "/b", "/c", "/d", "/e")),
        "/a": {"body": page.encode("cp1252"), "headers": {"content-type": 'text/html; charset="windows-1252"'}},
        "/b": {"body": html("B", text).encode("cp1252"), **BODY},
        "/c": {"body": russian.replace("<head>", '<head><meta charset="windows-1251">').encode("cp1251"), **BODY},
        "/d": {"body": html("D", text).encode(), "headers": {"content-type": "text/html; charset=no-such-thing"}},
        "/e": {"body": gzip.compress(html("E", text).encode()), "headers": {"content-encoding": "gzip"}, **BODY},
    }
    found, _ = await pages_of(pages)
    assert [page.title for page in found.pages] == ["Home", "Über", "B", "Цены", "D", "E"]
    assert {page.text for page in found.pages[1:] if page.title != "Цены"} == {text}
    assert "девятьсот" in found.pages[3].text


async def test_one_page_under_two_addresses_is_one_page() -> None:
    """Also with what only counts visitors; what search engines are asked not to follow is not followed."""
    links = ("/", "/b", "/b/", "/b?utm_source=x", "/b#two", "/b?x=1")
    home = html("Home", "Hello.", links=links).replace("</nav>", '<a rel="nofollow" href="/n">n</a></nav>')
    same = html("B", "Two.")
    found, site = await pages_of(
        start="", pages={"/": home, "/b": same, "/b/": same, "/b?x=1": same, "/n": html("N", "No.")}
    )
    assert paths(found, site) == ["/", "/b"]
    assert site.asked == ["/robots.txt", "/", "/b", "/b/", "/b?x=1"]


async def test_a_site_without_words_says_so() -> None:
    """Nothing was read, so nothing is replaced."""
    await refused({"/": "<html><body><img src=x></body></html>"}, "no text on these pages")
    await refused({}, "answers 404")
    await refused({"/": html("Home", "Hello.")}, "no user name", start="@example.com/")
