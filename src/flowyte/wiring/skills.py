"""What carries skills out in a process: the effect ledger's runner with every kind that this installation has."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from flowyte.egress.addresses import networks
from flowyte.egress.client import Egress
from flowyte.kit.errors import SetupError
from flowyte.kit.secret import SecretText
from flowyte.kit.settings import Settings
from flowyte.providers.smtp import Outbox
from flowyte.providers.smtp import Server as MailServer
from flowyte.skills import secrets
from flowyte.skills.kinds import email, messages, webhook
from flowyte.skills.registry import TAKE_MESSAGE
from flowyte.skills.runner import Order, Runner
from flowyte.wiring.foundation import Foundation

USUAL_PORTS = frozenset((80, 443))


@asynccontextmanager
async def open_runner(base: Foundation, outbox: Outbox | None) -> AsyncIterator[Runner]:
    """For as long as the process serves; effects that are under way are waited for at its end."""
    ports = ports_of(base.settings)
    egress = Egress(allowed=networks(base.settings.egress_allow))

    async def kept(order: Order) -> Mapping[str, SecretText]:
        async with base.database.tenant(order.principal) as tx:
            return await secrets.opened(tx, base.sealer, order.skill_id)

    runner = Runner(
        base.database,
        base.sealer,
        base.clock,
        inside={TAKE_MESSAGE: messages.filing(base.sealer)},
        outside={
            "http_webhook": webhook.calling(egress, base.clock, kept, ports),
            "email": email.sending(outbox),
        },
    )
    try:
        async with runner.running():
            yield runner
    finally:
        await egress.close()


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
