"""What carries skills out in a process: the effect ledger's runner with every kind that this installation has."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from flowyte.conversation.reply import Passage
from flowyte.egress.addresses import networks
from flowyte.egress.client import Asks, Egress
from flowyte.kit.errors import SetupError
from flowyte.kit.secret import SecretText
from flowyte.kit.settings import Settings
from flowyte.knowledge.search import REJECT_BELOW, search
from flowyte.providers.smtp import Outbox
from flowyte.providers.smtp import Server as MailServer
from flowyte.skills import secrets
from flowyte.skills.kinds import db_query, email, geo, knowledge, mcp, messages, sms, transfer, webhook
from flowyte.skills.kinds.webhook import Secrets
from flowyte.skills.registry import TAKE_MESSAGE, TRANSFER
from flowyte.skills.runner import Order, Outside, Runner
from flowyte.skills.trial import Trials
from flowyte.wiring.embed import Embedder
from flowyte.wiring.foundation import Foundation

USUAL_PORTS = frozenset((80, 443))


@asynccontextmanager
async def open_runner(base: Foundation, outbox: Outbox | None, embedder: Embedder) -> AsyncIterator[Runner]:
    """For as long as the process serves; effects that are under way are waited for at its end."""
    egress = Egress(allowed=networks(base.settings.egress_allow))
    kinds = kinds_of(base, egress, outbox, embedder)
    runner = Runner(
        base.database,
        base.sealer,
        base.clock,
        inside={TAKE_MESSAGE: messages.filing(base.sealer), TRANSFER: transfer.transfer},
        outside=kinds(egress, secrets_of(base)),
    )
    try:
        async with runner.running():
            yield runner
    finally:
        await egress.close()


@asynccontextmanager
async def open_trials(base: Foundation, outbox: Outbox | None, embedder: Embedder) -> AsyncIterator[Trials]:
    """The same kinds, for who tries a skill from outside a conversation."""
    egress = Egress(allowed=networks(base.settings.egress_allow))
    try:
        yield Trials(kinds_of(base, egress, outbox, embedder), egress, secrets_of(base), base.clock)
    finally:
        await egress.close()


def kinds_of(
    base: Foundation, egress: Egress, outbox: Outbox | None, embedder: Embedder
) -> Callable[[Asks, Secrets], Mapping[str, Outside]]:
    ports = ports_of(base.settings)

    async def find(order: Order, query: str, source_ids: Sequence[str] | None) -> Sequence[Passage]:
        embedding = (await embedder.embed_off_loop([query]))[0].tolist()
        async with base.database.tenant(order.principal) as tx:
            found = await search(
                tx, agent_id=str(order.agent["id"]), source_ids=source_ids, query=query, embedding=embedding, limit=3
            )
        return [passage for passage in found if passage.score >= REJECT_BELOW]

    def kinds(asks: Asks, kept: Secrets) -> Mapping[str, Outside]:
        return {
            "http_webhook": webhook.calling(asks, base.clock, kept, ports),
            "mcp": mcp.tooling(asks, kept, ports),
            "db_query": db_query.querying(egress.guard, kept),
            "email": email.sending(outbox),
            "geo": geo.geo,
            "knowledge_query": knowledge.searching(find),
            "sms": sms.sms,
        }

    return kinds


def secrets_of(base: Foundation) -> Secrets:
    async def kept(order: Order) -> Mapping[str, SecretText]:
        async with base.database.tenant(order.principal) as tx:
            return await secrets.opened(tx, base.sealer, order.skill_id)

    return kept


def open_outbox(settings: Settings) -> Outbox | None:
    """None without a mail server; then links are shown to whoever may hand them on."""
    url = settings.smtp_url.reveal()
    return Outbox(MailServer.parse(url), settings.mail_from) if url else None


def ports_of(settings: Settings) -> frozenset[int]:
    """Those that requests of agents may use; SetupError for what is no port."""
    named = [part.strip() for part in settings.egress_ports.split(",") if part.strip()]
    if not all(part.isdecimal() and 0 < int(part) < 65_536 for part in named):
        raise SetupError("The setting egress_ports must be port numbers separated by commas, such as 8443,9000.")
    return USUAL_PORTS | {int(part) for part in named}
