"""What a shape cannot say about an executionConfig: templates, addresses, headers, places, the statement. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flowyte.egress.wire import HEADER, OURS, Denied, Limits, checked
from flowyte.kit.errors import FieldError, Invalid
from flowyte.skills import address, config
from flowyte.skills.geography import place_of
from flowyte.skills.kinds.template import names, unknown

MOST_NAME = 80  # characters of a header's name; the longest that is registered has 47
# Written with each request, so that a receiver can trust them.
RESERVED = OURS | {"content-type", "idempotency-key", "webhook-id", "webhook-timestamp", "webhook-signature"}
_ANY_PORT = Limits(ports=frozenset(range(1, 65_536)))  # which may be used is the installation's to say, at run time


def problems(read: config.Config, declared: Mapping[str, Any]) -> list[FieldError]:
    """By path under executionConfig; `declared` are the skill's own parameters."""
    match read:
        case config.Webhook():
            found = [*_url(read.url, declared), *_headers(read.headers)]
        case config.Mcp():
            found = [*_server(read.server), *_headers(read.headers)]
        case config.Email():
            texts = {"to": read.to, "subject": read.subject, "intro": read.intro, "reply_to": read.reply_to}
            found = [*_templates(texts, declared), *_recipients(read.to), *_reply_to(read.reply_to)]
        case config.Sms():
            found = list(_templates({"to": read.to, "body": read.body}, declared))
        case config.Transfer():
            found = [] if address.destination(read.destination) else [("destination", "no phone number or SIP address")]
        case config.Geo():
            found = list(_geo(read))
        case config.Query():
            found = [*_statement(read.sql_template, declared), *_kept("connection", read.connection)]
        case config.Calendar():
            found = list(_zone(read.timezone))
        case _:
            found = []
    return [FieldError(field=f"executionConfig.{path}", message=message) for path, message in found]


Found = Iterator[tuple[str, str]]


def _templates(texts: Mapping[str, str], declared: Mapping[str, Any]) -> Found:
    for path, text in texts.items():
        name = unknown(text, declared)
        if name is not None:
            yield path, f"{{{name}}} is not a parameter of this skill"


def _url(url: str, declared: Mapping[str, Any]) -> Found:
    yield from _templates({"url": url}, declared)
    begin = url.partition("{")[0]
    parts = urlsplit(begin)
    if "{" in url and not (parts.netloc and (parts.path or parts.query)):
        yield "url", "a {parameter} may stand in the path and in the query, not in the scheme or the host"
        return
    if "#" in url:
        yield "url", "what stands behind # is never sent; leave it out"
        return
    yield from _asked("url", url.translate(str.maketrans("{}", "__")))


def _server(url: str) -> Found:
    if "{" in url or "#" in url:
        yield "server", "one address, the same for every caller"
        return
    yield from _asked("server", url)


def _asked(path: str, url: str) -> Found:
    try:
        checked(url, _ANY_PORT)
    except (Denied, Invalid) as error:
        yield path, error.message


def _headers(headers: Mapping[str, config.Sealed]) -> Found:
    seen = set()
    for name, value in headers.items():
        path = f"headers.{name}"
        if not HEADER.fullmatch(name) or len(name) > MOST_NAME:
            yield "headers", f"{name[:MOST_NAME]!r} cannot be the name of a header"
        elif name.lower() in RESERVED:
            yield path, "is written with each request and cannot be set"
        elif name.lower() in seen:
            yield path, "is there twice: capital letters make no difference"
        else:
            yield from _kept(path, value)
        seen.add(name.lower())


def _kept(path: str, value: config.Sealed | None) -> Found:
    if value is not None and not value.sealed:
        yield path, 'a value, {"sealed": true} for the one that is set, or null'


def _recipients(to: str) -> Found:
    for piece in filter(None, (part.strip() for part in to.split(","))):
        if not names(piece) and address.one_address(piece) is None:
            yield "to", f"{piece!r} is no e-mail address"


def _reply_to(text: str) -> Found:
    if text and not names(text) and address.one_address(text) is None:
        yield "reply_to", "is no e-mail address"


def _geo(read: config.Geo) -> Found:
    if read.action == "check_service_area" and place_of(read.origin_address) is None:
        yield "origin_address", "an address with a US ZIP code that there is, or latitude and longitude: 42.36, -71.10"
    if read.action == "find_nearest_location" and not read.locations:
        yield "locations", "at least one"
    for number, place in enumerate(read.locations):
        if (place.lat is None) != (place.lng is None):
            yield f"locations[{number}].lng", "latitude and longitude go together"
        elif place.lat is None and place_of(place.postcode) is None:
            yield f"locations[{number}].postcode", "a US ZIP code that there is, or lat and lng"


def _statement(template: str, declared: Mapping[str, Any]) -> Found:
    from flowyte.skills.statement import Refused, read_statement  # the parser takes a quarter of a second to load

    try:
        statement = read_statement(template)
    except Refused as error:
        yield "sql_template", error.message
        return
    for name in statement.parameters:
        if name not in declared:
            yield "sql_template", f"{{{name}}} is not a parameter of this skill"


def _zone(name: str) -> Found:
    try:
        if name:
            ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield "timezone", "a time zone such as America/New_York"
