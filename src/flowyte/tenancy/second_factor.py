"""Codes of an authenticator (RFC 6238) besides the password, and recovery codes for the day that it is lost.

The authenticator's secret is stored nowhere: it is derived from random bytes in the account's row by a key that is not
in the database, so a stolen table yields no codes. A code is taken once, a recovery code too.
"""

import base64
import hmac
import secrets

import pyotp

from flowyte.kit.errors import FieldError, Invalid, Unauthenticated
from flowyte.tenancy import attempts, people
from flowyte.tenancy.people import Door
from flowyte.tenancy.principal import Principal

SEED_BYTES = 20
STEP_S = 30
RECOVERY_CODES = 10
RECOVERY_CHARS = 10  # of 32: 50 random bits, and ten guesses in a quarter of an hour


def new_seed() -> str:
    """What an authenticator's secret is derived from, in hexadecimal."""
    return secrets.token_bytes(SEED_BYTES).hex()


def secret_of(door: Door, who: Principal, seed: str) -> str:
    """As it is typed into an authenticator. Invalid for a seed that is none of ours."""
    return _derive(door, people.person_of(who), _bytes(seed))


def uri_of(secret: str, email: str) -> str:
    """As an authenticator reads it from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Flowyte")


async def turn_on(door: Door, who: Principal, *, seed: str, code: str, password: str) -> list[str]:
    """The recovery codes, which are shown once. Nothing changes unless the authenticator shows the right code."""
    person = people.person_of(who)
    await people.confirm(door, who, password)
    raw = _bytes(seed)
    step = _step_of(door, person, raw, code)
    if step is None:
        raise Invalid(fields=[FieldError(field="code", message="is not what this authenticator should show now")])
    async with door.database.platform() as tx:
        await tx.execute("UPDATE people SET totp = $2, totp_step = $3 WHERE id = $1", person, raw, step)
    async with door.database.tenant(who) as tx:
        await tx.execute("UPDATE sessions SET strong = true WHERE org_id = $1 AND id = $2", tx.org, who.id)
    await people.note_everywhere(door, who, "account.second_factor_added")
    return await _new_codes(door, person)


async def turn_off(door: Door, who: Principal, *, password: str) -> None:
    person = people.person_of(who)
    await people.confirm(door, who, password)
    async with door.database.platform() as tx:
        await tx.execute("UPDATE people SET totp = NULL WHERE id = $1", person)
        await tx.execute("DELETE FROM recovery_codes WHERE person = $1", person)
    await people.weaken(door, who)
    await people.note_everywhere(door, who, "account.second_factor_removed")


async def renew_codes(door: Door, who: Principal, *, password: str) -> list[str]:
    """New recovery codes; the old ones open nothing."""
    await people.confirm(door, who, password)
    async with door.database.platform() as tx:
        if not await tx.fetchval("SELECT totp IS NOT NULL FROM people WHERE id = $1", who.person):
            raise Invalid("There is no authenticator to recover from.")
    await people.note_everywhere(door, who, "account.recovery_codes_renewed")
    return await _new_codes(door, people.person_of(who))


async def status(door: Door, who: Principal) -> tuple[bool, int]:
    """Whether an authenticator is set up, and how many recovery codes are left."""
    async with door.database.platform() as tx:
        row = await tx.fetchrow(
            "SELECT p.totp IS NOT NULL AS on, (SELECT count(*) FROM recovery_codes r WHERE r.person = p.id) AS codes "
            "FROM people p WHERE p.id = $1",
            who.person,
        )
    return (row["on"], row["codes"]) if row else (False, 0)


async def finish_sign_in(door: Door, *, half: str, code: str, address: str) -> str:
    """A strong session for who has the password's half and a code. Unauthenticated for anything else."""
    claims = door.signer.verify("half-signed-in", half)
    person = str(claims["p"])
    await attempts.count_codes(door.database, door.peppers, door.clock, person)
    async with door.database.platform() as tx:
        row = await tx.fetchrow("SELECT password, totp FROM people WHERE id = $1", person)
    if row is None or row["totp"] is None or people.stamp(door, row["password"]) != claims["s"]:
        raise Unauthenticated
    if not await _take_code(door, person, row["totp"], code) and not await _take_recovery(door, person, code):
        raise Unauthenticated
    org = await people.first_organization(door, person)
    return await people.session_in(door, org, person, address, strong=True)


async def _take_code(door: Door, person: str, raw: bytes, code: str) -> bool:
    step = _step_of(door, person, raw, code)
    if step is None:
        return False
    async with door.database.platform() as tx:  # one statement: of two who send the same code only one is first
        taken = await tx.fetchval(
            "UPDATE people SET totp_step = $2 WHERE id = $1 AND totp_step < $2 RETURNING true", person, step
        )
    return bool(taken)


async def _take_recovery(door: Door, person: str, code: str) -> bool:
    async with door.database.platform() as tx:
        taken = await tx.fetchval(
            "DELETE FROM recovery_codes WHERE person = $1 AND digest = $2 RETURNING true",
            person, _recovery_digest(door, person, code),
        )  # fmt: skip
    return bool(taken)


async def _new_codes(door: Door, person: str) -> list[str]:
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    plain = ["".join(secrets.choice(alphabet) for _ in range(RECOVERY_CHARS)) for _ in range(RECOVERY_CODES)]
    async with door.database.platform() as tx:
        await tx.execute("DELETE FROM recovery_codes WHERE person = $1", person)
        await tx.executemany(
            "INSERT INTO recovery_codes (person, digest) VALUES ($1, $2)",
            [(person, _recovery_digest(door, person, code)) for code in plain],
        )
    return [f"{code[:5]}-{code[5:]}" for code in plain]


def _recovery_digest(door: Door, person: str, code: str) -> bytes:
    bare = "".join(code.split()).replace("-", "").lower()[:64]
    return door.peppers.digest("recovery", f"{person}\0{bare.encode('utf-8', 'replace').hex()}")


def _step_of(door: Door, person: str, raw: bytes, code: str) -> int | None:
    """Which half minute's code this is: the present one's or a neighbour's, for clocks differ."""
    bare = "".join(code.split())
    totp = pyotp.TOTP(_derive(door, person, raw))
    now = int(door.clock.now().timestamp()) // STEP_S
    found = None
    for step in (now - 1, now, now + 1):  # all three are looked at, whichever it is
        if hmac.compare_digest(totp.generate_otp(step).encode(), bare.encode("utf-8", "replace")):
            found = step
    return found


def _derive(door: Door, person: str, raw: bytes) -> str:
    return base64.b32encode(door.peppers.digest("totp", f"{person}\0{raw.hex()}")[:SEED_BYTES]).decode()


def _bytes(seed: str) -> bytes:
    try:
        raw = bytes.fromhex(seed)
    except ValueError as error:
        raise Invalid("This page is not the one that began it; begin anew.") from error
    if len(raw) != SEED_BYTES:
        raise Invalid("This page is not the one that began it; begin anew.")
    return raw
