"""What verifying a caller needs of the world: counts in the database, letters, and values read out of speech."""

import re
from datetime import date

from flowyte.guardrails.provenance import words
from flowyte.guardrails.verification import Read
from flowyte.kit import log
from flowyte.providers.smtp import Letter, Outbox
from flowyte.skills import attempts
from flowyte.skills.spoken import digits, parse_phone
from flowyte.tenancy.principal import Principal
from flowyte.wiring.foundation import Foundation

logger = log.get(__name__)
_EMAIL = re.compile(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


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
    if kind == "digits":
        return digits(text) or None
    if kind == "phone":
        return parse_phone(text)
    if kind == "email":
        return _email(text)
    if kind == "date_of_birth":
        born = _date(text)
        return born.isoformat() if born is not None and born < today else None
    return " ".join(words(text)) or None


def _email(text: str) -> str | None:
    """As written, or spoken: "jane dot doe at example dot com"."""
    said = f" {text.lower()} ".replace(" at ", "@").replace(" dot ", ".").replace(" underscore ", "_")
    found = _EMAIL.search(said.replace(" dash ", "-"))
    return found[0] if found else None


def _date(text: str) -> date | None:
    """Year, month and day in figures (a month first where it can be), or with the month's name."""
    said = text.lower()
    if found := _ISO.search(said):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    month = next((n for n, name in enumerate(_MONTHS, 1) if re.search(rf"\b{name[:3]}[a-z]*\b", said)), None)
    numbers = [int(each) for each in re.findall(r"\d+", said)]
    if month is not None and len(numbers) >= 2:
        first, second = numbers[0], numbers[-1]
        return _day(second, month, first) if second > 31 else _day(first, month, second)
    if len(numbers) == 3:
        month, day, year = numbers
        return _day(year, month, day) or _day(year, day, month)
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year + 1900 if year < 100 else year, month, day)
    except ValueError:
        return None
