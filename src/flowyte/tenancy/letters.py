"""Links that a mailbox proves: to set a new password, and to sign up. They are signed tokens; nothing is stored.

A link to a new password carries the stamp of the present one, so it ends when it was used or the password was changed
otherwise. A link to sign up carries the address that it was sent to.
"""

import secrets
from datetime import timedelta

from flowyte.kit.errors import Conflict, FieldError, Invalid, Unauthenticated
from flowyte.tenancy import attempts, members, people
from flowyte.tenancy.organizations import create_organization
from flowyte.tenancy.passwords import check_password
from flowyte.tenancy.people import Door
from flowyte.tenancy.principal import Principal

LETTER_LIFE = timedelta(hours=1)


async def reset_token(door: Door, email: str) -> str | None:
    """None for an address without an account; whoever asked must not learn which it was."""
    async with door.database.platform() as tx:
        row = await tx.fetchrow(
            "SELECT id, password FROM people WHERE email = $1", door.peppers.digest("email", people.normal_email(email))
        )
    if row is None:
        return None
    claims = {"p": row["id"], "s": people.stamp(door, row["password"])}
    return door.signer.sign("reset", claims, ttl_s=int(LETTER_LIFE.total_seconds()))


async def reset(door: Door, token: str, *, password: str, address: str) -> None:
    """Set the password and end every session. A second factor is still asked for: this link proves a mailbox alone."""
    claims = door.signer.verify("reset", token)
    person = str(claims["p"])
    async with door.database.platform() as tx:
        stored = await tx.fetchval("SELECT password FROM people WHERE id = $1", person)
    if stored is None or people.stamp(door, stored) != claims["s"]:
        raise Unauthenticated
    check_password(password, "")
    await people.replace_password(door, person, stored, password)
    org = await people.first_organization(door, person)
    who = Principal(org=org, kind="session", id="reset", scopes=frozenset(), person=person, address=address)
    await people.note_everywhere(door, who, "account.password_reset")
    await people.end_everywhere(door, who)


def sign_up_token(door: Door, email: str) -> str:
    """For the letter to that very address."""
    claims = {"e": people.normal_email(email), "n": secrets.token_hex(8)}  # two of one second are two
    return door.signer.sign("sign-up", claims, ttl_s=int(LETTER_LIFE.total_seconds()))


async def sign_up(door: Door, token: str, *, organization: str, password: str, address: str) -> str:
    """A new organization with its first owner, signed in. An address that has an account gives its password; where a
    code is asked for besides, that happens at signing in, so Conflict says to."""
    email = str(door.signer.verify("sign-up", token)["e"])
    name = organization.strip()
    if not 1 <= len(name) <= 100:
        raise Invalid(fields=[FieldError(field="organization", message="between 1 and 100 characters")])
    account = await people.account_for(door, email=email, password=password, address=address)
    await attempts.spend(door.database, door.peppers, door.clock, token, life=LETTER_LIFE)
    made = await create_organization(door.database, name)
    guest = Principal(org=made.org, kind="system", id="sign-up", scopes=frozenset(), address=address)
    async with door.database.tenant(guest) as tx:
        await members.join(tx, account, email, "owner")
    if not account.new and await people.has_second(door, account.id):
        raise Conflict(f"{name} is yours. Sign in to your account to go there.")
    return await people.session_in(door, made.org, account.id, address)
