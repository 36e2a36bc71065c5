"""What a screenplay is played on: the agent of a folder, published with all its parts in an organization of its own.

Its webhooks lead to a stand-in on this machine.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from flowyte.agents.publish import Pinned, create, pinned, publish
from flowyte.conversation.reply import MindContext, Reply, UserTurn
from flowyte.egress.addresses import networks
from flowyte.egress.client import Egress
from flowyte.kit.db import Database
from flowyte.kit.secret import SecretText
from flowyte.kit.settings import Settings
from flowyte.knowledge.ingest import index_source
from flowyte.knowledge.sources import create_source
from flowyte.live.ports import Mind, Thinking
from flowyte.minds.fallback import ModelMind
from flowyte.minds.grounded import PolicyMind
from flowyte.minds.hands import Running
from flowyte.minds.judged import JudgedMind, JudgedThinking
from flowyte.objects.objects import Objects
from flowyte.playbooks.check import read_graph
from flowyte.playbooks.store import create_playbook
from flowyte.providers.openai_chat.chat import Chat
from flowyte.providers.openai_chat.model import ChatModel
from flowyte.rehearse.hours import FIRST_MONDAY, Hours, Work
from flowyte.rehearse.script import DAYS, At, Model, Screenplay
from flowyte.rehearse.standin import StandIn, standing_in
from flowyte.skills.kinds import messages
from flowyte.skills.registry import TAKE_MESSAGE
from flowyte.skills.runner import Order, Outcome, Outside, Runner, SkillFailed
from flowyte.skills.store import create_skill
from flowyte.tenancy.organizations import create_organization, system_principal
from flowyte.tenancy.principal import Principal
from flowyte.testing.model_server import Answer, ModelServer, model_server
from flowyte.vault.digest import Peppers
from flowyte.vault.providers import Keyring
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner
from flowyte.wiring.accounts import VerifiedAccounts
from flowyte.wiring.agent_folder import Folder
from flowyte.wiring.embed import Embedder
from flowyte.wiring.foundation import Foundation
from flowyte.wiring.parts import parts_of
from flowyte.wiring.skills import kinds_of

NOT_HERE = ("mcp", "db_query", "email", "sms")  # of other people's systems, only webhooks have a stand-in


class Remembering(Embedder):
    """Each text is embedded once, however many plays there are."""

    def __init__(self, models_dir: Path) -> None:
        super().__init__(models_dir)
        self._known: dict[str, npt.NDArray[np.float32]] = {}

    def embed(self, texts: list[str]) -> npt.NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, super().embed(new), strict=True))
        return np.stack([self._known[text] for text in texts])


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all plays share: the database, the keys and the embedding model."""

    database: Database
    keys: Keyring
    embedder: Remembering
    data_dir: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One play's. `done` are the skills that were carried out, in order."""

    base: Foundation
    principal: Principal
    version: Pinned
    mind: Mind
    clock: Hours
    work: Work
    service: StandIn
    model: ModelServer | None
    done: list[Order] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.base.database


@asynccontextmanager
async def staged(house: House, folder: Folder, play: Screenplay) -> AsyncIterator[Stage]:
    """The agent's webhooks lead to a stand-in; a language model is there when the play has one."""
    clock, work, done = Hours(_begins(play.at, folder)), Work(), list[Order]()
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(standing_in(clock, work))
        settings = Settings(data_dir=house.data_dir, egress_allow="127.0.0.0/8", egress_ports=str(service.port))
        base = Foundation(
            settings=settings, clock=clock, database=house.database, keys=house.keys,
            objects=Objects.local(house.data_dir),
            peppers=Peppers(house.keys),
            sealer=Sealer(house.keys, clock), signer=UrlSigner(house.keys, clock),
        )  # fmt: skip
        principal, version = await _published(base, house.embedder, folder, service.port)
        egress = Egress(allowed=networks(settings.egress_allow))
        stack.push_async_callback(egress.close)
        runner = Runner(
            base.database, base.sealer, clock, inside={TAKE_MESSAGE: messages.filing(base.sealer)},
            outside=_outside(base, egress, house.embedder, done),
        )  # fmt: skip
        await stack.enter_async_context(runner.running())
        model = None
        if any(isinstance(line.step, Model) for line in play.lines):
            model = await stack.enter_async_context(model_server(held_up=work.held_up))
        mind = Watched(_mind(base, house.embedder, _Counted(runner, work), model, stack), work)
        yield Stage(
            base=base, principal=principal, version=version, mind=mind, clock=clock, work=work, service=service,
            model=model, done=done,
        )  # fmt: skip


def asked_of_model(direction: Model) -> Answer:
    """What the stand-in for a language model sends."""
    match direction.how:
        case "says":
            return Answer(text=direction.text)
        case "calls":
            return Answer(calls=(("call_1", direction.tool, direction.arguments),))
        case "is silent":
            return Answer(fault="silent_before")
        case "breaks off":
            return Answer(text="One moment, I will look at that for you and then", fault="cut")
        case "answers nonsense":
            return Answer(text="One two three", fault="broken_json")
        case _:
            return Answer(status=direction.status)


def _begins(at: At, folder: Folder) -> datetime:
    zone = ZoneInfo(folder.agent["businessHours"].get("timezone") or "UTC")
    day = at.day if not isinstance(at.day, str) else FIRST_MONDAY + timedelta(days=DAYS.index(at.day))
    return datetime.combine(day, at.clock, tzinfo=zone).astimezone(ZoneInfo("UTC"))


async def _published(base: Foundation, embedder: Embedder, folder: Folder, port: int) -> tuple[Principal, Pinned]:
    owner = system_principal((await create_organization(base.database, folder.agent["name"])).org)
    async with base.database.tenant(owner) as tx:
        agent = await create(tx, owner, folder.agent)
        for source in folder.knowledge.values():
            made = await create_source(tx, agent_id=agent.id, **source)
            await index_source(tx, embedder, made.id)
        for skill in folder.skills.values():
            await create_skill(tx, agent_id=agent.id, fields=skill)
        for each in folder.playbooks.values():
            await create_playbook(
                tx, agent_id=agent.id, name=each["name"], description=each["description"],
                is_enabled=each["isEnabled"], graph=read_graph(each["graph"]),
            )  # fmt: skip
        await publish(tx, owner, agent.id, note="Rehearsal", more=await parts_of(tx, agent.id))
        version = await pinned(tx, agent.id, draft=False)
    for skill in version.snapshot["skills"]:
        if skill["skillType"] == "http_webhook":
            skill["executionConfig"]["url"] = _led_here(skill["name"], skill["executionConfig"]["url"], port)
    return owner, version


def _led_here(skill: str, url: str, port: int) -> str:
    parts = urlsplit(url)
    path = url.removeprefix(f"{parts.scheme}://{parts.netloc}") or "/"
    return f"http://127.0.0.1:{port}/{skill}{path}"


def _outside(base: Foundation, egress: Egress, embedder: Embedder, done: list[Order]) -> Mapping[str, Outside]:
    async def made_up(order: Order) -> Mapping[str, SecretText]:
        return {f"header:{name}": SecretText("rehearsal") for name in order.skill.execution_config.get("headers") or {}}

    async def not_here(order: Order, run_id: str) -> Mapping[str, Any]:
        raise SkillFailed("Other people's systems are not reached in a rehearsal.", kind="rehearsal", happened="no")

    kinds = dict(kinds_of(base, egress, None, embedder)(egress, made_up)) | dict.fromkeys(NOT_HERE, not_here)
    return {name: _noted(kind, done) for name, kind in kinds.items()}


def _noted(kind: Outside, done: list[Order]) -> Outside:
    async def carried_out(order: Order, run_id: str) -> Mapping[str, Any]:
        done.append(order)
        return await kind(order, run_id)

    return carried_out


def _mind(
    base: Foundation, embedder: Embedder, runner: Running, model: ModelServer | None, stack: AsyncExitStack
) -> JudgedMind:
    policy = PolicyMind(base.database, embedder, base.clock)
    accounts = VerifiedAccounts(base, None)
    if model is None:
        return JudgedMind(policy, base.clock, runner, accounts)
    chat = Chat(ChatModel(base_url=model.base_url, name="stand-in", key=SecretText("none"), retries=0))
    stack.push_async_callback(chat.close)
    patience_s = base.settings.model_patience_ms / 1000
    return JudgedMind(ModelMind(chat=chat, policy=policy, patience_s=patience_s), base.clock, runner, accounts)


class _Counted:
    """The runner, with its effects counted as work also when nobody waits for them any more."""

    def __init__(self, runner: Runner, work: Work) -> None:
        self._runner = runner
        self._work = work
        self.actions = runner.actions
        self.done = runner.done

    def start(self, order: Order, action: str) -> "asyncio.Task[Outcome]":
        task = self._runner.start(order, action)
        self._work.under_way += 1
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Outcome]") -> None:
        self._work.under_way -= 1

    async def run(self, order: Order, action: str) -> Outcome:
        return await asyncio.shield(self.start(order, action))


class Watched:
    """A mind whose thinking is work."""

    def __init__(self, mind: JudgedMind, work: Work) -> None:
        self._mind = mind
        self._work = work

    def open(self, context: MindContext) -> Thinking:
        return _Thinking(self._mind.open(context), self._work)


class _Thinking:
    def __init__(self, thinking: JudgedThinking, work: Work) -> None:
        self._thinking = thinking
        self._work = work

    @property
    def private(self) -> bool:
        return self._thinking.private

    @property
    def private_before(self) -> bool:
        return self._thinking.private_before

    def heard(self, spoken: str) -> None:
        self._thinking.heard(spoken)

    async def respond(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        async with aclosing(self._thinking.respond(turn)) as parts:
            while True:
                with self._work.going_on():
                    part = await anext(parts, None)
                if part is None:
                    return
                yield part


def webhook_skills(folder: Folder) -> Sequence[str]:
    return [name for name, skill in folder.skills.items() if skill["skillType"] == "http_webhook"]
