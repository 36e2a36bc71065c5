"""Making, changing, testing and removing the places where events go."""

from collections.abc import Sequence
from datetime import timedelta

from flowyte.egress.wire import Denied, Limits, checked
from flowyte.kit.clock import Clock
from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Conflict, FieldError, Invalid, NotFound
from flowyte.kit.ids import new_id
from flowyte.kit.secret import SecretText
from flowyte.tenancy.principal import Principal
from flowyte.vault.seal import Sealer
from flowyte.webhooks import store
from flowyte.webhooks.emit import emit_to
from flowyte.webhooks.model import TYPES, Algorithm, Endpoint
from flowyte.webhooks.sign import new_secret

MOST_ENDPOINTS = 20  # each is one request for each event
LONGEST_OVERLAP = timedelta(days=7)
TABLE = "webhook_endpoints"
_ANY_PORT = Limits(ports=frozenset(range(1, 65_536)))  # which may be used is the installation's to say, when it sends


class EndpointNotFound(NotFound):
    """There is no such webhook endpoint."""


async def create_endpoint(
    tx: TenantTx, sealer: Sealer, by: Principal, *, url: str, description: str = "", events: Sequence[str] = (),
    algorithm: str = "v1",
) -> tuple[Endpoint, SecretText]:  # fmt: skip
    """The endpoint and its secret, which is shown this once. Invalid names the field."""
    kind: Algorithm = "v1a" if algorithm == "v1a" else "v1"
    if algorithm not in ("v1", "v1a"):
        raise Invalid(fields=[FieldError(field="algorithm", message="is v1 (HMAC-SHA256) or v1a (Ed25519)")])
    values = {"url": _url(url), "description": _description(description), "events": _events(events)}
    if len(await store.list_endpoints(tx)) >= MOST_ENDPOINTS:
        raise Conflict(f"There are {MOST_ENDPOINTS} endpoints already; remove one first.")
    endpoint_id = new_id("whe")
    secret, public = new_secret(kind)
    sealed = await sealer.seal(tx, TABLE, "secret", endpoint_id, secret.reveal().encode())
    more = {"id": endpoint_id, "algorithm": kind, "secret": sealed, "public_key": public,
            "last_four": secret.reveal()[-4:], "created_by": by.id}  # fmt: skip
    await store.insert_endpoint(tx, {**values, **more})
    return await get_endpoint(tx, endpoint_id), secret


async def get_endpoint(tx: TenantTx, endpoint_id: str) -> Endpoint:
    found = await store.read_endpoint(tx, endpoint_id)
    if found is None:
        raise EndpointNotFound
    return found


async def change_endpoint(
    tx: TenantTx, endpoint_id: str, *, url: str | None = None, description: str | None = None,
    events: Sequence[str] | None = None, is_enabled: bool | None = None,
) -> Endpoint:  # fmt: skip
    """What is given. Switching it on again forgets why it was off; what was cancelled meanwhile can be sent again."""
    if await store.read_endpoint(tx, endpoint_id, lock=True) is None:
        raise EndpointNotFound
    values: dict[str, object] = {}
    if url is not None:
        values["url"] = _url(url)
    if description is not None:
        values["description"] = _description(description)
    if events is not None:
        values["events"] = _events(events)
    if is_enabled is not None:
        values |= {"is_enabled": is_enabled, "disabled_because": None if is_enabled else "Switched off by a person."}
        values["failing_since"] = None
    if values:
        await store.update_endpoint(tx, endpoint_id, values)
    return await get_endpoint(tx, endpoint_id)


async def rotate_secret(
    tx: TenantTx, sealer: Sealer, clock: Clock, endpoint_id: str, *, overlap: timedelta
) -> tuple[Endpoint, SecretText]:
    """A new secret, shown this once. The old one signs beside it for `overlap`, so that no receiver is cut off."""
    found = await store.read_endpoint(tx, endpoint_id, lock=True)
    if found is None:
        raise EndpointNotFound
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise Invalid(fields=[FieldError(field="overlapHours", message="is from 0 to 168")])
    old = await sealer.open(tx, TABLE, "secret", endpoint_id, await store.secret_of(tx, endpoint_id))
    secret, public = new_secret(found.algorithm)
    await store.update_endpoint(
        tx, endpoint_id, {
            "secret": await sealer.seal(tx, TABLE, "secret", endpoint_id, secret.reveal().encode()),
            "old_secret": await sealer.seal(tx, TABLE, "old_secret", endpoint_id, old),
            "old_until": clock.now() + overlap, "public_key": public, "last_four": secret.reveal()[-4:],
            "rotated_at": clock.now(),
        },
    )  # fmt: skip
    return await get_endpoint(tx, endpoint_id), secret


async def delete_endpoint(tx: TenantTx, endpoint_id: str) -> None:
    """With what still waited for it."""
    if not await store.delete_endpoint(tx, endpoint_id):
        raise EndpointNotFound


async def send_test(tx: TenantTx, clock: Clock, endpoint_id: str) -> str:
    """An event of the type webhook.test to this endpoint alone: its delivery's id."""
    found = await get_endpoint(tx, endpoint_id)
    if not found.is_enabled:
        raise Conflict("This endpoint is switched off; switch it on first.")
    return (await emit_to(tx, "webhook.test", {"endpointId": endpoint_id}, clock.now(), only=endpoint_id))[0]


def _url(url: str) -> str:
    try:
        target = checked(url.strip(), _ANY_PORT)
    except Denied as error:
        raise Invalid(fields=[FieldError(field="url", message=error.message)]) from error
    if len(str(target)) > 2_000:
        raise Invalid(fields=[FieldError(field="url", message="has up to 2,000 characters")])
    return str(target)


def _description(text: str) -> str:
    if len(text) > 200 or "\0" in text:
        raise Invalid(fields=[FieldError(field="description", message="has up to 200 characters")])
    return text.strip()


def _events(events: Sequence[str]) -> list[str]:
    unknown = sorted(set(events) - TYPES.keys())
    if unknown:
        raise Invalid(fields=[FieldError(field="events", message=f"{unknown[0][:60]} is no type of event")])
    return sorted(set(events))
