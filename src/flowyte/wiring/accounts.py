"""What verifying a caller needs of the world: counts in the database, letters, and values read out of speech."""

from datetime import date

from flowyte.guardrails.provenance import words
from flowyte.guardrails.verification import Read
from flowyte.kit import log
from flowyte.providers.smtp import Letter, Outbox
from flowyte.skills import attempts
from flowyte.slots import read as slots
from flowyte.tenancy.principal import Principal
from flowyte.wiring.foundation import Foundation

logger = log.get(__name__)


class VerifiedAccounts:
    """Fulfils `minds.verifying.Accounts`. One a process."""

    def __init__(self, base: Foundation, outbox: Outbox | None) -> None:
        self._base = base
        self._outbox = outbox

    async def take_try(self, principal: Principal, account: str, *, most: int) -> bool:
        digest = attempts.of_account(self._base.peppers, principal.org, account)
        async with self._base.database.tenant(principal) as tx:
            return await attempts.take(tx, digest, most=most, now=self._base.clock.now())

    async def forgive(self, principal: Principal, account: str) -> None:
        digest = attempts.of_account(self._base.peppers, principal.org, account)
        async with self._base.database.tenant(principal) as tx:
            await attempts.forgive(tx, digest)

    async def take_code(self, principal: Principal, account: str) -> bool:
        digest = attempts.of_codes(self._base.peppers, principal.org, account)
        async with self._base.database.tenant(principal) as tx:
            return await attempts.take(
                tx, digest, most=attempts.MOST_CODES, now=self._base.clock.now(), window=attempts.CODES_WINDOW
            )

    def send_code(self, to: str, code: str, agent_name: str) -> bool:
        if self._outbox is None:
            logger.warning("verification.no_mail_server")
            return False
        letter = Letter(
            to=to,
            subject=f"{code} is your code",
            text=f"Your code for {agent_name or 'our service'} is {code}. It is good for ten minutes.\n\n"
            "If you did not ask for it, somebody else named your account. They do not have this code.\n",
        )

        async def write() -> Letter:
            return letter

        self._outbox.put(write)
        return True

    def reading(self, today: date) -> Read:
        return lambda kind, text: read(kind, text, today)


def read(kind: str, text: str, today: date) -> str | None:
    """A value out of what was said or kept, in writing."""
    if kind != "text" and (found := slots.read(kind, text, today=today)):
        return str(found.value)
    return (" ".join(words(text)) or None) if kind in ("text", "postcode") else None
