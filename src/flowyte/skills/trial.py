"""Try: a skill carried out once, for real, outside any conversation, by a person who wants to see what it does.

What was sent is shown as it was sent, without credentials: known harmless headers are shown and all others are masked,
and where an answer repeats a credential, it is masked there too.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowyte.egress.client import Answer, Asks, Limits
from flowyte.kit.clock import Clock
from flowyte.kit.errors import Conflict, FieldError, Invalid
from flowyte.kit.ids import new_id
from flowyte.kit.secret import SecretText
from flowyte.skills.arguments import required_of, wrong
from flowyte.skills.kinds.db_query import statement_of
from flowyte.skills.kinds.email import addresses, letter
from flowyte.skills.kinds.template import filled
from flowyte.skills.kinds.webhook import Secrets
from flowyte.skills.registry import ALWAYS_WRITES, PLAYBOOK, TRANSFER, action_of, available, schema_of
from flowyte.skills.runner import Order, Outside, SkillFailed
from flowyte.skills.spec import Skill
from flowyte.skills.store import StoredSkill
from flowyte.tenancy.principal import Principal

MOST_SECONDS = 25.0  # more than the slowest kind may take
MOST_SHOWN = 4_000  # characters of a request or an answer
MASK = "***"
SHOWN_HEADERS = frozenset(
    ("accept", "content-type", "idempotency-key", "mcp-protocol-version", "webhook-id", "webhook-timestamp")
)


class NothingToTry(Conflict):
    """This kind has no request of its own: talk to the agent to try it."""

    code = "nothing_to_try"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """`requests` as they were sent; exactly one of `result` and `failure` is set."""

    ok: bool
    ms: int
    requests: Sequence[Mapping[str, Any]]
    result: Mapping[str, Any] | None = None
    failure: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Seen:
    """What goes out and comes back while one skill is tried."""

    asks: Asks
    secrets: Secrets
    clock: Clock
    requests: list[dict[str, Any]] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)

    async def kept(self, order: Order) -> Mapping[str, SecretText]:
        found = await self.secrets(order)
        for value in found.values():
            text = value.reveal()
            self.hidden |= {part for part in (text, text.rpartition(" ")[2]) if len(part) >= 4}
        return found

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"", limits: Limits
    ) -> Answer:
        shown = {name: value if name in SHOWN_HEADERS else MASK for name, value in (headers or {}).items()}
        noted: dict[str, Any] = {"method": method, "url": url, "headers": shown, "body": text_of(body)}
        self.requests.append(noted)
        begun = self.clock.monotonic_ms()
        try:
            answer = await self.asks.request(method, url, headers=headers, body=body, limits=limits)
        finally:
            noted["ms"] = self.clock.monotonic_ms() - begun
        noted |= {"status": answer.status, "answer": text_of(answer.body)}
        return answer

    def masked(self, value: Any) -> Any:
        """Without a credential in it, wherever the other side repeated one."""
        if isinstance(value, dict):
            return {self.masked(name): self.masked(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.masked(inner) for inner in value]
        if isinstance(value, str):
            for secret in sorted(self.hidden, key=len, reverse=True):
                value = value.replace(secret, MASK).replace(json.dumps(secret)[1:-1], MASK)
        return value


class Trials:
    """One a process. `kinds` makes what carries skills out, given how it asks and where credentials come from."""

    def __init__(
        self, kinds: Callable[[Asks, Secrets], Mapping[str, Outside]], asks: Asks, secrets: Secrets, clock: Clock
    ) -> None:
        self._kinds = kinds
        self._asks = asks
        self._secrets = secrets
        self._clock = clock

    async def run(
        self, who: Principal, agent: Mapping[str, Any], stored: StoredSkill, arguments: Mapping[str, Any], *,
        confirm: bool = False,
    ) -> Trial:  # fmt: skip
        """Invalid for arguments that do not fit, and for a change that is not confirmed."""
        check(stored.skill, arguments, confirm=confirm)
        seen = Seen(self._asks, self._secrets, self._clock)
        kind = self._kinds(seen, seen.kept).get(action_of(stored.skill))
        if kind is None:
            raise NothingToTry
        order = Order(
            principal=who, agent=agent, conversation_id=new_id("try"), skill=stored.skill, skill_id=stored.id,
            arguments=arguments,
        )  # fmt: skip
        begun = self._clock.monotonic_ms()
        failure, result = None, None
        try:
            async with asyncio.timeout(MOST_SECONDS):
                result = await kind(order, new_id("run"))
        except TimeoutError:
            failure = {"kind": "slow", "message": "It did not answer in time.", "happened": "unknown"}
        except SkillFailed as error:
            failure = {"kind": error.kind, "message": error.message, "happened": error.happened}
        return Trial(
            ok=failure is None, ms=self._clock.monotonic_ms() - begun,
            requests=seen.masked(seen.requests or described(order)),
            result=None if result is None else seen.masked(dict(result)), failure=seen.masked(failure),
        )  # fmt: skip


def check(skill: Skill, arguments: Mapping[str, Any], *, confirm: bool) -> None:
    if not available(skill) or skill.skill_type in ("builtin", PLAYBOOK, TRANSFER):
        raise NothingToTry
    schema = schema_of(skill)
    fault = wrong(schema, arguments, required_of(schema, skill.required_params))
    if fault:
        raise Invalid(fields=[FieldError(field="arguments", message=fault)])
    if (skill.is_write or skill.skill_type in ALWAYS_WRITES) and not confirm:
        message = "this skill changes something, and will: send true to do it"
        raise Invalid(fields=[FieldError(field="confirm", message=message)])


def described(order: Order) -> list[dict[str, Any]]:
    """What a kind that asks nothing over HTTP does with its arguments."""
    try:
        if order.skill.skill_type == "email":
            to = addresses(filled(str(order.skill.execution_config["to"]), order.arguments))
            written = letter(order, to)
            return [{"to": written.to, "subject": written.subject, "text": written.text}]
        if order.skill.skill_type == "db_query":
            sql, values = statement_of(order)
            return [{"sql": sql, "values": list(values)}]
    except SkillFailed:
        pass
    return [{"arguments": dict(order.arguments)}]


def text_of(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
