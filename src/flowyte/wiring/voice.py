"""The voice role: live calls. Models once a process, one pacer, one keeper of evidence, a session a call."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from flowyte.agents.publish import Pinned, pinned, pinned_as
from flowyte.channels.line import Arrival, Opened
from flowyte.channels.server import VoiceServer
from flowyte.compliance.consent import erases, keeping, ruling_for
from flowyte.compliance.holds import held_of
from flowyte.conversation.commands import Cause
from flowyte.conversation.reply import MindContext
from flowyte.conversation.turns import Turn
from flowyte.kit import log
from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Conflict, Forbidden, Unavailable
from flowyte.kit.settings import Settings
from flowyte.live.admission import Admission, Busy
from flowyte.live.pacer import Pacer
from flowyte.live.ports import Leg, Mind, Mouth
from flowyte.live.session import Services, Session
from flowyte.live.watch import LiveCalls
from flowyte.objects.move import Mover
from flowyte.observe.evidence import Keeper, Opening
from flowyte.observe.hold import CHANNEL, read_order
from flowyte.observe.orphans import sweep
from flowyte.observe.store import events, get_conversation
from flowyte.observe.transcript import history
from flowyte.providers.builtin.ears import BuiltinEars
from flowyte.providers.builtin.endpoint import Endpointing
from flowyte.providers.builtin.mouth import BuiltinMouth
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.revocation import ended
from flowyte.vault.sign import InvalidToken
from flowyte.wiring.foundation import Foundation, foundation
from flowyte.wiring.minds import open_mind
from flowyte.wiring.serving import say_ready, stop_on_signal
from flowyte.wiring.skills import open_outbox
from flowyte.wiring.talk import read_talk_token

logger = log.get(__name__)
DRAIN_S = 20.0
SWEEP_S = 5.0
LEFT_ALONE = timedelta(minutes=1)
WATCH_S = 1.0  # with the end of the call itself, a revoked key's calls are over within two seconds


class TokenUsed(Forbidden):
    """This token has begun its conversation already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A call, counted among the live ones while it runs."""

    session: Session
    calls: LiveCalls
    running: dict[Session, Principal]
    principal: Principal

    def hear(self, pcm: bytes) -> None:
        self.session.hear(pcm)

    def key(self, digit: str) -> None:
        self.session.key(digit)

    def lost(self, cause: Cause) -> None:
        self.session.lost(cause)

    async def run(self) -> object:
        self.running[self.session] = self.principal
        try:
            with self.calls.holding(self.session):
                return await self.session.run()
        finally:
            del self.running[self.session]


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The conversation that this one goes on from."""

    version: Pinned
    history: tuple[Turn, ...]


class Switchboard:
    """Opens calls: the token decides who, admission decides whether, the version decides how."""

    def __init__(self, base: Foundation, *, ears: BuiltinEars, mouth: Mouth, mind: Mind, keeper: Keeper) -> None:
        self._base = base
        self._ears = ears
        self._mouth = mouth
        self._mind = mind
        self._keeper = keeper
        self.pacer = Pacer(base.clock)
        self.running: dict[Session, Principal] = {}
        self.calls = LiveCalls(self.pacer, Admission(max_calls=base.settings.max_calls))

    async def open_call(self, arrival: Arrival, leg: Leg) -> Opened:
        principal, claims = read_talk_token(self._base.signer, arrival.token)
        verdict = self.calls.verdict()
        if isinstance(verdict, Busy):
            raise Unavailable(f"No more calls are taken at the moment ({verdict.reason}).")
        most = self._base.settings.max_organization_calls
        if sum(1 for other in self.running.values() if other.org == principal.org) >= most:
            raise Unavailable(f"This organization has {most} calls at once, which is its limit.")
        if principal.credential and await ended(self._base.database, [principal.credential]):
            raise InvalidToken
        parties: dict[str, str] = claims.get("parties", {})
        async with self._base.database.tenant(principal) as tx:
            before = await self._before(tx, parties)
            version = before.version if before else await pinned(tx, claims["agent"], draft=claims["draft"])
        opening = Opening(
            id=claims["conversation"],
            agent_id=version.agent_id,
            agent_name=version.name,
            version_id=version.version_id,
            version_number=version.number,
            channel="voice",
            line=arrival.channel,
            draft=claims["draft"],
            definition=version.digest,
            parties=parties,
        )
        try:
            evidence = await self._keeper.begin(principal, opening)
        except Conflict:
            raise TokenUsed from None
        agent = version.on("voice")
        if erases(agent):
            async with self._base.database.tenant(principal) as tx:
                agent = keeping(agent) if await held_of(tx, [opening.id]) else agent
        context = MindContext(
            org=principal.org,
            conversation_id=opening.id,
            agent=agent,
            channel="voice",
            language=str(agent["primaryLanguage"]),
            history=before.history if before else (),
            transfers="numberId" in parties,
            unanswered=parties.get("unanswered", ""),
        )
        services = Services(
            ears=self._ears.tuned(Endpointing.from_agent(version.snapshot), partials=arrival.channel == "browser"),
            mind=self._mind,
            mouth=self._mouth,
            clock=self._base.clock,
            pacer=self.pacer,
        )
        ruling = ruling_for(agent, parties)
        session = Session(leg, services=services, context=context, evidence=evidence, ruling=ruling)
        held = Held(session=session, calls=self.calls, running=self.running, principal=principal)
        return Opened(call=held, conversation_id=opening.id)

    async def _before(self, tx: TenantTx, parties: Mapping[str, str]) -> "Before | None":
        """Of a caller who comes back to the agent, since nobody answered where they were put through."""
        continues = parties.get("continues")
        if not continues:
            return None
        conversation = await get_conversation(tx, continues)
        version = await pinned_as(tx, conversation.agent_id, conversation.version_id, name=conversation.agent_name)
        return Before(version=version, history=history(await events(tx, self._base.sealer, continues)))

    def ordered(self, said: str) -> None:
        """Somebody of an organization pauses the recording of a call, or lets it go on; it may be another process's."""
        order = read_order(said)
        for session, principal in list(self.running.items()):
            if order is not None and (principal.org, principal.id) == (order.org, order.conversation):
                session.order_recording(order.to)

    async def watch_credentials(self) -> None:
        """End the calls of keys and sessions that have ended; each second, one query for all of them."""
        while True:
            await asyncio.sleep(WATCH_S)
            with suppress(Unavailable):
                asked = {principal.credential for principal in self.running.values() if principal.credential}
                over = await ended(self._base.database, asked)
                for session, principal in list(self.running.items()):
                    if principal.credential in over:
                        logger.info("call.credential_ended")
                        session.end("operator_ended")


async def serve(settings: Settings) -> None:
    """Until a signal; then live calls may finish for a while."""
    stop = stop_on_signal()
    outbox = open_outbox(settings)
    async with foundation(settings) as base, _parts(settings) as (ears, mouth), open_mind(base, outbox) as mind:
        keeper = Keeper(database=base.database, sealer=base.sealer, clock=base.clock, data_dir=settings.data_dir)
        board = Switchboard(base, ears=ears, mouth=mouth, mind=mind, keeper=keeper)
        server = VoiceServer(board.open_call, clock=base.clock)
        async with asyncio.TaskGroup() as group:
            running = [
                group.create_task(work)
                for work in (
                    board.pacer.run(),
                    keeper.run(),
                    _sweeping(base),
                    _moving(base),
                    board.watch_credentials(),
                    base.database.listen(CHANNEL, board.ordered),
                )
            ]
            async with server.serving("127.0.0.1", settings.voice_port) as (host, port):
                say_ready(f"{host}:{port}")
                await stop.wait()
                server.stop_accepting()
                logger.info("voice.draining", calls=len(board.calls))
                await board.calls.drain(grace_s=DRAIN_S)
            for task in running:
                task.cancel()


@asynccontextmanager
async def _parts(settings: Settings) -> AsyncIterator[tuple[BuiltinEars, BuiltinMouth]]:
    ears = await asyncio.to_thread(BuiltinEars.load, settings.models_dir, calls=settings.max_calls)
    mouth = BuiltinMouth.open(models_dir=settings.models_dir, parts_dir=settings.parts_dir)
    await mouth.start()
    try:
        yield ears, mouth
    finally:
        await mouth.close()
        ears.close()


async def _moving(base: Foundation) -> None:
    """A worker on this data folder moves sound within seconds; where there is none, this process does, later."""
    await Mover(base.database, base.clock, base.objects).keep_moving(patience=LEFT_ALONE)


async def _sweeping(base: Foundation) -> None:
    """Calls that a killed process left open are closed by the next one."""
    while True:
        with suppress(Unavailable):
            await sweep(base.database, base.sealer, base.clock, base.settings.data_dir)
        await asyncio.sleep(SWEEP_S)
