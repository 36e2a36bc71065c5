"""Header fields that every answer of the API has, whatever its status: how many requests are left, and for whom; and
that a browser which opens one neither guesses its type, nor runs or frames it, nor keeps it."""

from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from flowyte.tenancy.rate import Taken

FOR_PAGES = ("/api/v1/chat/widget/", "/api/v1/widget/")
UNLESS_SAID = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
SAME_FOR_ALL = frozenset({401, 403, 429})
"""Refusals that hold nothing of anybody's. A page may read them: the owner of a site that was forgotten in the key's
allowedOrigins is told so in words, and whoever asks without a browser reads them anyway."""


class Close(ASGIMiddleware):
    """What UNLESS_SAID has, on every answer."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = [*message["headers"]]
                said = {name.lower() for name, _ in told}
                message["headers"] = told + [each for each in UNLESS_SAID if each[0] not in said]
            await send(message)

        await next_app(scope, receive, tell)


class TellLimits(ASGIMiddleware):
    """RateLimit and RateLimit-Policy, and for a page of a publishable key's own site, that it may read the answer."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                taken: Taken | None = scope.get("rate")  # type: ignore[assignment]
                origin: str | None = scope.get("allowed_origin")  # type: ignore[assignment]
                told = [*message["headers"]]
                if taken is not None:
                    told.append((b"ratelimit-policy", f'"burst";q={taken.most};w={taken.window_s}'.encode()))
                    told.append((b"ratelimit", f'"burst";r={taken.left};t={taken.full_in_s}'.encode()))
                if origin is None and message["status"] in SAME_FOR_ALL and scope["path"].startswith(FOR_PAGES):
                    origin = _asked_from(scope)
                if origin is not None:
                    told.append((b"access-control-allow-origin", origin.encode("latin-1")))
                    told.append((b"access-control-expose-headers", b"RateLimit, RateLimit-Policy, Retry-After"))
                    told.append((b"vary", b"Origin"))
                if scope.get("method") == "OPTIONS" and scope["path"].startswith(FOR_PAGES):
                    told += _preflight(scope)
                message["headers"] = told
            await send(message)

        await next_app(scope, receive, tell)


def _asked_from(scope: Scope) -> str | None:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"), None)


def _preflight(scope: Scope) -> list[tuple[bytes, bytes]]:
    """A browser asks without the key whether it may send it. Any site may; the key decides which reads the answer."""
    origin = _asked_from(scope)
    return [] if origin is None else [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-methods", b"GET, POST"),
        (b"access-control-allow-headers", b"Authorization, Content-Type, Idempotency-Key"),
        (b"access-control-max-age", b"600"),
        (b"vary", b"Origin"),
    ]  # fmt: skip
