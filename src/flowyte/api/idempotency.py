"""Idempotency-Key: a retry of a POST gets the first answer again instead of a second effect.

A key is claimed in a transaction of its own before the operation runs. The first success is kept and replayed, without
its secrets; after a failure the key is free again, for nothing happened. While the first request runs, or when the
process died in it, a retry is told so rather than guessed at. Sweeping old rows is the worker's.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from flowyte.api.services import ApiServices
from flowyte.kit.errors import Conflict, FieldError, Invalid
from flowyte.tenancy.idempotency import place_of_answer
from flowyte.tenancy.principal import Principal

HEADER = "Idempotency-Key"
MAX_KEY = 255
_SCOPE = "flowyte_idempotency"
REPLAYED = b'event: done\ndata: {"replayed":true}\n\n'
"""What is left of a stream whose events are not kept beside the sealed timeline: that it came to its end."""


class KeyReused(Conflict):
    """This Idempotency-Key was used for another request."""

    code = "idempotency_conflict"


class StillRunning(Conflict):
    """The first request with this Idempotency-Key has not finished; look whether it took effect before sending anew."""

    code = "idempotency_conflict"


class AnswerRemoved(Conflict):
    """The first request with this Idempotency-Key was carried out; what it was answered has been deleted since."""

    code = "idempotency_conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    principal: Principal
    key: str
    secrets: tuple[str, ...]


async def before_request(request: Request[Any, Any, Any]) -> Response[bytes] | None:
    """Claim the key, or answer with what its first request was answered."""
    key = request.headers.get(HEADER)
    principal: Principal | None = request.scope.get("principal")  # type: ignore[assignment]
    if key is None or principal is None or request.method != "POST":
        return None
    if not 1 <= len(key) <= MAX_KEY:
        raise Invalid(fields=[FieldError(field=HEADER, message=f"between 1 and {MAX_KEY} characters")])
    services: ApiServices = request.app.state.services
    asked = hashlib.sha256(f"{request.scope['path']}\0{request.url.query}\0".encode() + await request.body()).digest()
    async with services.database.tenant(principal) as tx:
        claimed = await tx.fetchval(
            "INSERT INTO idempotency (org_id, principal, key, request, quotes) VALUES ($1, $2, $3, $4, $5) "
            "ON CONFLICT DO NOTHING RETURNING 1",
            tx.org, principal.id, key, asked, bool(request.route_handler.opt.get("quotes")),
        )  # fmt: skip
        first = None if claimed else await tx.fetchrow(
            "SELECT request, status, body FROM idempotency WHERE org_id = $1 AND principal = $2 AND key = $3",
            tx.org, principal.id, key,
        )  # fmt: skip
        body = b""
        if first is not None and first["body"] is not None:
            body = await services.sealer.open(
                tx, "idempotency", "body", place_of_answer(principal.id, key), first["body"]
            )
    if claimed:
        secrets = tuple(request.route_handler.opt.get("secrets", ()))
        request.scope[_SCOPE] = Claim(principal=principal, key=key, secrets=secrets)  # type: ignore[literal-required]
        return None
    if first is None or first["status"] is None:
        raise StillRunning
    if first["request"] != asked:
        raise KeyReused
    if first["body"] is None:
        raise AnswerRemoved
    return Response(
        body, status_code=first["status"], media_type="application/json",
        headers={"Idempotent-Replayed": "true"},
    )  # fmt: skip


class KeepFirstAnswer(ASGIMiddleware):
    """Keeps a success under the key that was claimed for it, and frees the key otherwise."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        status = 0
        pieces: list[bytes] = []

        async def keep(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body" and _SCOPE in scope:
                pieces.append(message["body"])
                if not message.get("more_body"):
                    await self._settle(scope, status, b"".join(pieces))
            await send(message)

        await next_app(scope, receive, keep)

    async def _settle(self, scope: Scope, status: int, body: bytes) -> None:
        """Before the client has the answer: a retry after a lost answer finds it."""
        claim: Claim = scope.pop(_SCOPE)  # type: ignore[misc]
        services: ApiServices = scope["litestar_app"].state.services
        async with services.database.tenant(claim.principal) as tx:
            if 200 <= status < 300:
                row = place_of_answer(claim.principal.id, claim.key)
                kept = await services.sealer.seal(tx, "idempotency", "body", row, without(body, claim.secrets))
                await tx.execute(
                    "UPDATE idempotency SET status = $4, body = $5 WHERE org_id = $1 AND principal = $2 AND key = $3",
                    tx.org, claim.principal.id, claim.key, status, kept,
                )  # fmt: skip
            else:
                await tx.execute(
                    "DELETE FROM idempotency WHERE org_id = $1 AND principal = $2 AND key = $3",
                    tx.org, claim.principal.id, claim.key,
                )  # fmt: skip


def without(body: bytes, secrets: tuple[str, ...]) -> bytes:
    """The envelope with the named fields of its data emptied: what is shown once is not kept."""
    if not secrets:
        return body
    if body.startswith(b"event: "):
        return REPLAYED
    envelope = msgspec.json.decode(body)
    envelope["data"].update(dict.fromkeys(secrets))
    return msgspec.json.encode(envelope)
