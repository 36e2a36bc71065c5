"""/webhooks/endpoints: where events go, what was delivered, and sending again."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get, patch, post

from flowyte.api.agents import Input, Limit
from flowyte.api.services import Asker, Services
from flowyte.api.shape import camel, decode_cursor, one, page
from flowyte.webhooks import endpoints, store
from flowyte.webhooks.deliver import resend
from flowyte.webhooks.model import TYPES, Delivery, Endpoint

BASE = "/webhooks/endpoints"
ONE = f"{BASE}/{{endpoint_id:str}}"
READ = {"scope": "webhooks:read"}
WRITE = {"scope": "webhooks:write"}
SECRET = {**WRITE, "secrets": ("secret",)}


class NewEndpoint(Input):
    """`events` are types; none means all of them. `algorithm` is v1 (HMAC-SHA256) or v1a (Ed25519)."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
    description: str = ""
    events: list[str] = msgspec.field(default_factory=list)
    algorithm: str = "v1"


class EndpointChange(Input):
    url: str | None = None
    description: str | None = None
    events: list[str] | None = None
    is_enabled: bool | None = None


class Overlap(Input):
    """How long the old secret signs beside the new one."""

    overlap_hours: Annotated[int, msgspec.Meta(ge=0, le=168)] = 24


def shown(endpoint: Endpoint) -> dict[str, Any]:
    return {**camel(endpoint), "events": list(endpoint.events)}


def delivery_shown(delivery: Delivery) -> dict[str, Any]:
    values = camel(delivery)
    return {**values, "body": msgspec.Raw(delivery.body.encode()), "attempts": [camel(a) for a in delivery.attempts]}


@get("/webhooks/event-types", opt=READ, operation_id="listWebhookEventTypes")
async def list_types() -> dict[str, Any]:
    return one([{"type": type, "description": words} for type, words in TYPES.items()])


@get(BASE, opt=READ, operation_id="listWebhookEndpoints")
async def list_endpoints(services: Services, principal: Asker) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        found = await store.list_endpoints(tx)
    most = endpoints.MOST_ENDPOINTS
    pagination = {"limit": most, "nextCursor": None, "total": len(found)}
    return {"success": True, "data": [shown(each) for each in found], "pagination": pagination}


@post(BASE, opt=SECRET, operation_id="createWebhookEndpoint")
async def create_endpoint(services: Services, principal: Asker, data: NewEndpoint) -> dict[str, Any]:
    """Its secret is in this answer and in no other."""
    async with services.database.tenant(principal) as tx:
        made, secret = await endpoints.create_endpoint(
            tx, services.sealer, principal, url=data.url, description=data.description, events=data.events,
            algorithm=data.algorithm,
        )  # fmt: skip
    return one({**shown(made), "secret": secret.reveal()})


@get(ONE, opt=READ, operation_id="getWebhookEndpoint")
async def get_endpoint(services: Services, principal: Asker, endpoint_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(shown(await endpoints.get_endpoint(tx, endpoint_id)))


@patch(ONE, opt=WRITE, operation_id="updateWebhookEndpoint")
async def update_endpoint(
    services: Services, principal: Asker, endpoint_id: str, data: EndpointChange
) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        changed = await endpoints.change_endpoint(
            tx, endpoint_id, url=data.url, description=data.description, events=data.events, is_enabled=data.is_enabled
        )
    return one(shown(changed))


@delete(ONE, opt=WRITE, operation_id="deleteWebhookEndpoint", status_code=200)
async def delete_endpoint(services: Services, principal: Asker, endpoint_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        await endpoints.delete_endpoint(tx, endpoint_id)
    return one({"id": endpoint_id, "deleted": True})


@post(f"{ONE}/rotate", opt=SECRET, operation_id="rotateWebhookSecret", status_code=200)
async def rotate_secret(
    services: Services, principal: Asker, endpoint_id: str, data: Overlap | None = None
) -> dict[str, Any]:
    """A new secret; the old one signs too for `overlapHours`, a day when nothing is said."""
    overlap = timedelta(hours=(data or Overlap()).overlap_hours)
    async with services.database.tenant(principal) as tx:
        found, secret = await endpoints.rotate_secret(
            tx, services.sealer, services.clock, endpoint_id, overlap=overlap
        )  # fmt: skip
    return one({**shown(found), "secret": secret.reveal()})


@post(f"{ONE}/test", opt=WRITE, operation_id="testWebhookEndpoint", status_code=202)
async def send_test(services: Services, principal: Asker, endpoint_id: str) -> dict[str, Any]:
    """Queues an event of the type `webhook.test`; its delivery tells what became of it."""
    async with services.database.tenant(principal) as tx:
        delivery = await endpoints.send_test(tx, services.clock, endpoint_id)
    return one({"deliveryId": delivery})


@get(f"{ONE}/deliveries", opt=READ, operation_id="listWebhookDeliveries")
async def list_deliveries(
    services: Services, principal: Asker, endpoint_id: str, limit: Limit = 20, cursor: str | None = None
) -> dict[str, Any]:
    """Newest first, each with its attempts and the bytes that were sent; kept for 30 days."""
    async with services.database.tenant(principal) as tx:
        await endpoints.get_endpoint(tx, endpoint_id)
        found = await store.list_deliveries(tx, endpoint_id, before=decode_cursor(cursor), limit=limit + 1)
    return page(found, limit, delivery_shown)


@post(f"{ONE}/deliveries/{{delivery_id:str}}/resend", opt=WRITE, operation_id="resendWebhook", status_code=202)
async def send_again(services: Services, principal: Asker, endpoint_id: str, delivery_id: str) -> dict[str, Any]:
    """The same event under its own id; a receiver that keeps ids takes it once."""
    async with services.database.tenant(principal) as tx:
        made = await resend(tx, services.clock, endpoint_id, delivery_id)
    return one({"deliveryId": made})


ROUTES = Router(
    "/",
    route_handlers=[
        list_types, list_endpoints, create_endpoint, get_endpoint, update_endpoint, delete_endpoint, rotate_secret,
        send_test, list_deliveries, send_again,
    ],
)  # fmt: skip
