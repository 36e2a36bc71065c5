"""http_webhook: the operator's own service, asked with a signed request that carries the declared fields and no others.

Signed as Standard Webhooks 1.0 has it (`webhook-id`, `webhook-timestamp`, `webhook-signature`), with the run's id as
the message's, which is also the `Idempotency-Key`: a receiver that keeps ids never does a thing twice.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal
from urllib.parse import quote, urlencode

import msgspec

from flowyte.egress.client import Answer, Asks, Denied, Limits, TooMuch
from flowyte.kit.clock import Clock
from flowyte.kit.errors import FlowyteError, Invalid, VendorFailed
from flowyte.kit.secret import SecretText
from flowyte.skills.kinds.template import filled, names, text_of
from flowyte.skills.runner import Order, Outside, SkillFailed
from flowyte.skills.secrets import SIGNING
from flowyte.webhooks.sign import headers_of

USUAL_MS = 5_000
MOST_MS = 20_000  # a caller waits on the line
MOST_BYTES = 64 * 1024  # small JSON: what comes back is spoken
MOST_VALUE = 2_000  # characters of one text in the answer
MOST_VALUES = 200
MOST_DEPTH = 6
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
BUSY = (429, 503)  # said before anything was done

Secrets = Callable[[Order], Awaitable[Mapping[str, SecretText]]]


def calling(egress: Asks, clock: Clock, secrets: Secrets, ports: frozenset[int]) -> Outside:
    async def http_webhook(order: Order, run_id: str) -> Mapping[str, Any]:
        config = order.skill.execution_config
        kept = await opened(secrets, order)
        method, url, body = request_of(order)
        headers = {"accept": "application/json", **own_headers(config, kept), "idempotency-key": run_id}
        if body:
            headers["content-type"] = "application/json"
        if SIGNING in kept:
            headers |= headers_of(run_id, int(clock.now().timestamp()), body, [kept[SIGNING]])
        limits = Limits(seconds=timeout_ms(config) / 1000, bytes=MOST_BYTES, ports=ports)
        return result_of(await sent(egress, method, url, headers, body, limits))

    return http_webhook


async def opened(secrets: Secrets, order: Order) -> Mapping[str, SecretText]:
    """A skill's credentials; without them nothing is sent."""
    try:
        return await secrets(order)
    except FlowyteError as error:
        raise SkillFailed(error.message, kind=error.code, happened="no") from error


def own_headers(config: Mapping[str, Any], kept: Mapping[str, SecretText]) -> dict[str, str]:
    """Those that the operator has set, by their names in small letters."""
    found = {}
    for name in config.get("headers") or {}:
        if f"header:{name}" not in kept:
            raise SkillFailed(f"The header {name} has no value any more.", kind="secret_missing", happened="no")
        found[str(name).lower()] = kept[f"header:{name}"].reveal()
    return found


def request_of(order: Order) -> tuple[str, str, bytes]:
    """Method, address and body; a parameter that the address names is not sent a second time in the body."""
    config = order.skill.execution_config
    method = str(config.get("method") or "POST").upper()
    template = str(config["url"])
    url = filled(template, order.arguments, lambda text: quote(text, safe=""))
    _refuse_another_path(template, url, order.arguments)
    left = {name: value for name, value in order.arguments.items() if name not in names(template)}
    if method in ("GET", "DELETE"):
        asked = urlencode({name: text_of(value) for name, value in left.items()})
        return method, f"{url}{'&' if '?' in url else '?'}{asked}" if asked else url, b""
    told = {"skill": order.skill.name, "conversationId": order.conversation_id, "arguments": left}
    return method, url, msgspec.json.encode(told)


def _refuse_another_path(template: str, url: str, arguments: Mapping[str, Any]) -> None:
    """A value that is empty or "..", where a part of the path stands, would lead to another resource."""
    path = template.partition("?")[0]
    empty = [name for name in names(path) if not text_of(arguments.get(name))]
    climbing = {".", ".."} & (set(url.partition("?")[0].split("/")) - set(path.split("/")))
    if empty or climbing:
        raise SkillFailed("A value cannot stand in the address.", kind="invalid_arguments", happened="no")


def timeout_ms(config: Mapping[str, Any]) -> int:
    given = config.get("timeout_ms")
    return min(max(int(given), 100), MOST_MS) if isinstance(given, int) else USUAL_MS


def result_of(answer: Answer) -> Mapping[str, Any]:
    """What the other side says, cut to what can be spoken. SkillFailed for a refusal and for what is no JSON object."""
    if answer.status in BUSY:
        raise SkillFailed(f"The service is busy ({answer.status}).", kind="busy", happened="no")
    if answer.status >= 500:
        raise SkillFailed(f"The service failed ({answer.status}).", kind="service_failed", happened="unknown")
    if not 200 <= answer.status < 300:
        raise SkillFailed(f"The service refused ({answer.status}).", kind=f"refused_{answer.status}")
    if not answer.body.strip():
        return {}
    try:
        found = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, RecursionError) as error:
        # It said 2xx, so it was done; what it said about it is lost.
        raise SkillFailed("The service answered with what is no JSON.", kind="not_json", happened="unknown") from error
    return small(found if isinstance(found, dict) else {"result": found})


def small(found: Mapping[str, Any]) -> dict[str, Any]:
    """At most MOST_VALUES values, MOST_DEPTH deep, texts cut to MOST_VALUE characters."""
    left = [MOST_VALUES]

    def cut(value: Any, depth: int) -> Any:
        left[0] -= 1
        if left[0] < 0 or depth > MOST_DEPTH:
            return None
        if isinstance(value, dict):
            return {str(key)[:100]: cut(inner, depth + 1) for key, inner in list(value.items())[:MOST_VALUES]}
        if isinstance(value, list):
            return [cut(inner, depth + 1) for inner in value[:MOST_VALUES]]
        return value[:MOST_VALUE] if isinstance(value, str) else value

    built: dict[str, Any] = cut(dict(found), 0)
    return built


async def sent(egress: Asks, method: str, url: str, headers: Mapping[str, str], body: bytes, limits: Limits) -> Answer:
    try:
        return await egress.request(method, url, headers=headers, body=body, limits=limits)
    except (Denied, Invalid) as error:
        raise SkillFailed(error.message, kind=error.code, happened="no") from error
    except TooMuch as error:
        raise SkillFailed(error.message, kind="too_large", happened="unknown") from error
    except VendorFailed as error:
        happened: Literal["no", "unknown"] = "no" if error.kind == "unreached" else "unknown"
        raise SkillFailed(error.message, kind=error.kind, happened=happened) from error
