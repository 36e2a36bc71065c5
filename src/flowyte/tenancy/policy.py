"""What an organization asks of the people who sign in to it."""

import re
from dataclasses import dataclass

from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Conflict, FieldError, Forbidden, Invalid
from flowyte.tenancy.principal import Principal

LONGEST_HOURS = 168  # a week: nobody works longer without coming in anew
MOST_DOMAINS = 20
DOMAIN = re.compile(r"(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    second_factor: bool = False
    """People without a passkey or a code reach nothing but their own account."""
    session_hours: int = LONGEST_HOURS
    email_domains: tuple[str, ...] = ()
    """Of whom is invited from now on; none allows any."""

    def allows(self, email: str) -> bool:
        return not self.email_domains or email.rpartition("@")[2] in self.email_domains


async def get_policy(tx: TenantTx) -> Policy:
    row = await tx.fetchrow(
        "SELECT second_factor, session_hours, email_domains FROM sign_in_policies WHERE org_id = $1", tx.org
    )
    return Policy(**{**row, "email_domains": tuple(row["email_domains"])}) if row else Policy()


async def set_policy(tx: TenantTx, by: Principal, policy: Policy) -> None:
    """Holds at everybody's next request. Whoever asks for a second factor must have come in by one."""
    faults = []
    if not 1 <= policy.session_hours <= LONGEST_HOURS:
        faults.append(FieldError(field="sessionHours", message=f"between 1 and {LONGEST_HOURS}"))
    wrong = next((domain for domain in policy.email_domains if not DOMAIN.fullmatch(domain)), None)
    if wrong is not None:
        faults.append(FieldError(field="emailDomains", message=f"{wrong!r} is no domain such as example.com"))
    if len(policy.email_domains) > MOST_DOMAINS:
        faults.append(FieldError(field="emailDomains", message=f"at most {MOST_DOMAINS}"))
    if faults:
        raise Invalid(fields=faults)
    if policy.second_factor and not await _came_in_by_one(tx, by):
        raise Conflict("Set up your own second factor first, and sign in with it.", code="second_factor_needed")
    await tx.execute(
        "INSERT INTO sign_in_policies (org_id, second_factor, session_hours, email_domains) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (org_id) DO UPDATE SET second_factor = $2, session_hours = $3, email_domains = $4",
        tx.org, policy.second_factor, policy.session_hours, list(policy.email_domains),
    )  # fmt: skip


async def refuse_other_domains(tx: TenantTx, email: str) -> None:
    """Forbidden for an address that the organization does not take."""
    policy = await get_policy(tx)
    if not policy.allows(email):
        raise Forbidden(f"This organization takes addresses of {', '.join(policy.email_domains)} only.")


async def _came_in_by_one(tx: TenantTx, by: Principal) -> bool:
    if by.kind != "session" or by.person is None:
        return True  # a key and the operator's link are not people, and cannot lock themselves out
    return bool(await tx.fetchval("SELECT strong FROM sessions WHERE org_id = $1 AND id = $2", tx.org, by.id))
