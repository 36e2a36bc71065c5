"""What leaves with a skill, found out by carrying it out with marked values and nobody at the other end.

The code that runs is the kind's own, down to the request that it hands to the network; what stands there in place of
the network writes it down and answers nothing of use. A mark that is found in the request has left, wherever it stands:
so the map of what goes where cannot say anything else than the code does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

import msgspec

from flowyte.conversation.reply import Passage
from flowyte.egress.client import Answer, Limits
from flowyte.egress.guard import Guard, resolve
from flowyte.egress.postgres import Target
from flowyte.kit.clock import Clock
from flowyte.kit.secret import SecretText
from flowyte.providers.smtp import Letter
from flowyte.skills.kinds import db_query, email, geo, knowledge, mcp, sms, webhook
from flowyte.skills.kinds.template import names
from flowyte.skills.registry import TAKE_MESSAGE, action_of, available, schema_of
from flowyte.skills.runner import Order, Outside, SkillFailed
from flowyte.skills.secrets import SIGNING
from flowyte.skills.spec import Skill
from flowyte.tenancy.principal import Principal

Places = dict[str, list[str]]
OURS = {"skillName": "zqskillzq", "conversationId": "zqconversationzq", "runId": "zqrunzq", "agentId": "zqagentzq"}
PORTS = frozenset(range(1, 65_536))  # which of them may be used is another question
_SIGNING = SecretText("whsec_enFzaWduaW5nenE=")  # made up for the trace; what it signs is not looked into
HERE: Mapping[str, str] = {
    TAKE_MESSAGE: "the messages of this installation",
    "knowledge_query": "this agent's own knowledge",
    "geo": "a table of places in this installation",
    "end_call": "", "repeat": "", "playbook": "", "sms": "", "transfer": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One value that leaves, and where in the request it stands."""

    field: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What leaves with one skill. `destination` is empty for one that sends nothing anywhere; `stays` says where what
    it is given is used then."""

    skill: str
    skill_type: str
    destination: str = ""
    stays: str = ""
    method: str = ""
    fields: tuple[Carried, ...] = ()
    """Of the parameters that the skill declares."""
    also: tuple[Carried, ...] = ()
    """What the platform adds."""
    credentials: tuple[str, ...] = ()
    """Names of sealed headers; `signature` where the request is signed."""
    fault: str = ""
    """Why no request could be made."""


@dataclass(slots=True)
class _Wire:
    """Stands where the network would: writes down and answers."""

    clock: Clock
    secrets: Mapping[str, SecretText]
    destination: str = ""
    method: str = ""
    seen: list[tuple[str, str]] = field(default_factory=list)
    """Place and text."""
    credentials: dict[str, None] = field(default_factory=dict)

    async def kept(self, order: Order) -> Mapping[str, SecretText]:
        return self.secrets

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"", limits: Limits
    ) -> Answer:
        parts = urlsplit(url)
        self.destination, self.method = f"{parts.scheme}://{parts.netloc}", self.method or method
        self.seen += [("path", unquote(step)) for step in parts.path.split("/")]
        self.seen += [("query", value) for _, value in parse_qsl(parts.query, keep_blank_values=True)]
        for name, value in (headers or {}).items():
            if f"header:{name}" in {kept.lower() for kept in self.secrets}:
                self.credentials[name] = None
            elif name == "webhook-signature":
                self.credentials["signature"] = None
            else:
                self.seen.append((f"header {name}", value))
        self.seen += [("body", text) for text in _leaves(body)]
        return Answer(status=200, headers={}, body=_echo(body))

    async def send(self, letter: Letter, *, id: str) -> None:
        self.destination, self.method = f"mailto:{letter.to}", "SMTP"
        self.seen += [
            ("recipient", letter.to), ("subject", letter.subject), ("text", letter.text), ("header message-id", id),
            ("sender", letter.sender_name), ("reply-to", letter.reply_to),
        ]  # fmt: skip

    async def read(
        self, guard: Guard, target: Target, sql: str, values: Sequence[object], *, seconds: float
    ) -> Sequence[Mapping[str, Any]]:
        host = f"[{target.host}]" if ":" in target.host else target.host
        self.destination, self.method = f"postgresql://{host}:{target.port}/{target.database}", "SELECT"
        self.credentials["connection"] = None
        self.seen += [("statement", sql), *(("value", str(value)) for value in values)]
        return ()

    async def find(self, order: Order, query: str, source_ids: Sequence[str] | None) -> Sequence[Passage]:
        return ()

    def kinds(self) -> Mapping[str, Outside]:
        return {
            "http_webhook": webhook.calling(self, self.clock, self.kept, PORTS),
            "mcp": mcp.tooling(self, self.kept, PORTS),
            "db_query": db_query.querying(Guard((), resolve), self.kept, self.read),
            "email": email.sending(self),
            "geo": geo.geo,
            "knowledge_query": knowledge.searching(self.find),
            "sms": sms.sms,
        }

    def found(self, marks: Mapping[str, str]) -> tuple[Carried, ...]:
        where = {name: dict.fromkeys(p for p, text in self.seen if mark in text) for name, mark in marks.items()}
        return tuple(Carried(field=name, places=tuple(places)) for name, places in where.items() if places)


async def traced(skill: Skill, clock: Clock, *, connection: SecretText | None = None) -> Flow:
    """What would leave with it. `connection` is the database's address, of which only the host is told."""
    if not available(skill):
        return Flow(skill=skill.name, skill_type=skill.skill_type, fault="This kind is not carried out.")
    if skill.skill_type == "transfer":  # no request: the call itself goes there
        to = str(skill.execution_config.get("destination") or "")
        return Flow(skill=skill.name, skill_type=skill.skill_type, destination=to, method="call")
    action = action_of(skill)
    marks = {name: f"zqp{number}zq" for number, name in enumerate(schema_of(skill).get("properties") or {})}
    wire = _Wire(clock, _secrets_of(skill, connection))
    kind = wire.kinds().get(action)
    fault = ""
    if kind is not None:
        try:
            await kind(_order(skill, marks), OURS["runId"])
        except SkillFailed as error:
            fault = "" if wire.destination or action in HERE else error.message
    return Flow(
        skill=skill.name, skill_type=skill.skill_type, destination=_unmarked(wire.destination, skill),
        stays=HERE.get(action, ""), method=wire.method, fields=wire.found(marks), also=wire.found(OURS),
        credentials=tuple(wire.credentials), fault=fault,
    )  # fmt: skip


def _order(skill: Skill, marks: Mapping[str, str]) -> Order:
    """Marks are shaped as addresses, since a recipient has to be one; everything around the skill is marked too."""
    return Order(
        principal=Principal(org=UUID(int=0), kind="call", id=OURS["conversationId"], scopes=frozenset()),
        agent={"id": OURS["agentId"]},
        conversation_id=OURS["conversationId"],
        skill=msgspec.structs.replace(skill, name=OURS["skillName"]),
        skill_id="zqskillidzq",
        arguments={name: f"{mark}@example.org" for name, mark in marks.items()},
    )


def _secrets_of(skill: Skill, connection: SecretText | None) -> dict[str, SecretText]:
    found = {f"header:{name}": SecretText("zqcredentialzq") for name in skill.execution_config.get("headers") or {}}
    if skill.skill_type == "http_webhook":
        found[SIGNING] = _SIGNING
    if connection is not None:
        found["connection"] = connection
    return found


def _unmarked(destination: str, skill: Skill) -> str:
    """A recipient that comes from the conversation is named by its parameter."""
    if not destination.startswith("mailto:"):
        return destination
    to = str(skill.execution_config.get("to") or "")
    return "mailto:" + ", ".join(part.strip() for part in to.split(",") if part.strip()) if names(to) else destination


def _leaves(body: bytes) -> Iterator[str]:
    """The texts of a JSON body, whole bodies of any other kind."""
    if not body:
        return
    try:
        yield from _texts(msgspec.json.decode(body))
    except msgspec.DecodeError:
        yield body.decode("utf-8", "replace")


def _texts(value: object) -> Iterator[str]:
    match value:
        case Mapping():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
        case _:
            yield str(value)


def _echo(body: bytes) -> bytes:
    """An empty result, for who asks by JSON-RPC as well."""
    try:
        asked = msgspec.json.decode(body) if body else None
    except msgspec.DecodeError:
        asked = None
    number = asked.get("id") if isinstance(asked, dict) else None
    return b"{}" if number is None else msgspec.json.encode({"jsonrpc": "2.0", "id": number, "result": {}})
