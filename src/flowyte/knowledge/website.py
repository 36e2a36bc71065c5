"""Which addresses belong to a website that is read, and which are pages at all. Pure.

Read is the page that was named and those below it on the same site: from https://example.com/help every page under
/help, and nothing of the shop beside it.
"""

import re
from urllib.parse import parse_qsl, urlencode

import httpx

MOST_ADDRESS = 2_000  # characters
_NO_PAGES = (
    ".jpg", ".jpeg", ".png", ".gif", ".svg", ".webp", ".ico", ".css", ".js", ".zip", ".gz", ".mp3", ".mp4", ".avi",
    ".mov", ".exe", ".dmg", ".xml", ".json", ".woff", ".woff2", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx",
)  # fmt: skip
_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid", "sessionid", "phpsessid", "jsessionid")
_FILE = re.compile(r"[^/]+\.[A-Za-z]{2,5}$")  # index.html, but not v1.2


class Home:
    """The site and the part of it that is read, by the page where reading begins."""

    def __init__(self, start: httpx.URL) -> None:
        self._site = (start.scheme, start.raw_host, start.port)
        file = _FILE.search(start.path)
        self._below = start.path[: file.start()] if file else start.path.rstrip("/") + "/"

    def same_site(self, url: httpx.URL) -> bool:
        return (url.scheme, url.raw_host, url.port) == self._site

    def holds(self, url: httpx.URL) -> bool:
        return self.same_site(url) and f"{url.path}/".startswith(self._below)


def joined(base: httpx.URL, link: str) -> httpx.URL | None:
    """A link as one address, without what only counts visitors; None for what is no page."""
    try:
        url = base.join(link.strip())
        if url.scheme not in ("http", "https") or url.path.lower().endswith(_NO_PAGES):
            return None
        query = url.query.decode("ascii", "replace")
        kept = [
            (name, value)
            for name, value in parse_qsl(query, keep_blank_values=True)
            if not name.lower().startswith(_TRACKING)
        ]
        url = url.copy_with(query=urlencode(kept).encode() if kept else None, fragment=None)
    except (httpx.InvalidURL, ValueError):
        return None
    return url if len(str(url)) <= MOST_ADDRESS else None
