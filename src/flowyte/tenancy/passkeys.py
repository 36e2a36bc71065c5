"""Passkeys (WebAuthn): signing in by a key that a device keeps and never shows, and that no other site can ask for.

The device checks who holds it (user verification), so a passkey alone is as strong as a password with a code. A
challenge is a signed token that is taken once; the registering and checking itself is the `webauthn` library's.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from flowyte.kit.errors import Conflict, FieldError, Invalid, NotFound, Unauthenticated
from flowyte.kit.ids import new_id
from flowyte.tenancy import attempts, people
from flowyte.tenancy.people import Door
from flowyte.tenancy.principal import Principal

CHALLENGE_LIFE = timedelta(minutes=5)
MOST_PASSKEYS = 20  # of one person: more are forgotten devices
MAX_CREDENTIAL_CHARS = 20_000  # an answer with an attestation is two thousand


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What passkeys are bound to: a host name (an IP address cannot be one) and the origins that may ask."""

    id: str
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    id: str
    name: str
    created_at: datetime
    last_used: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`options` as the browser takes them; `token` comes back with its answer."""

    options: dict[str, Any]
    token: str


async def list_passkeys(door: Door, who: Principal) -> list[Passkey]:
    async with door.database.platform() as tx:
        rows = await tx.fetch(
            "SELECT id, name, created_at, last_used FROM passkeys WHERE person = $1 ORDER BY created_at", who.person
        )
    return [Passkey(**row) for row in rows]


async def ask_to_add(door: Door, who: Principal, site: Site, *, password: str) -> Asked:
    """What a browser is asked before it makes a key. Unauthenticated when the password is not the account's."""
    person = people.person_of(who)
    await people.confirm(door, who, password)
    async with door.database.tenant(who) as tx:
        email = await tx.fetchval("SELECT email FROM members WHERE org_id = $1 AND id = $2", tx.org, person)
        rows = await tx.fetch("SELECT credential FROM passkeys WHERE person = $1", person)
    if len(rows) >= MOST_PASSKEYS:
        raise Conflict(f"{MOST_PASSKEYS} passkeys are the most; remove one first.")
    options = webauthn.generate_registration_options(
        rp_id=site.id,
        rp_name="Flowyte",
        user_id=person.encode(),
        user_name=email,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=row["credential"]) for row in rows],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return Asked(options=_plain(options), token=_token(door, options.challenge, person))


async def add(door: Door, who: Principal, site: Site, *, token: str, credential: str, name: str) -> Passkey:
    """Keep the key that the browser made. Invalid when its answer is not to our question."""
    person = people.person_of(who)
    challenge = await _taken(door, token, person)
    if not 1 <= len(name.strip()) <= 60:
        raise Invalid(fields=[FieldError(field="name", message="between 1 and 60 characters")])
    try:
        checked = webauthn.verify_registration_response(
            credential=_answer(credential),
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=list(site.origins),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Invalid("The browser's answer does not fit what it was asked; try again.") from error
    passkey = Passkey(id=new_id("psk"), name=name.strip(), created_at=door.clock.now(), last_used=None)
    async with door.database.platform() as tx:
        made = await tx.fetchval(
            "INSERT INTO passkeys (credential, person, id, name, public_key, uses, created_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING true",
            checked.credential_id, person, passkey.id, passkey.name, checked.credential_public_key,
            checked.sign_count, passkey.created_at,
        )  # fmt: skip
    if not made:
        raise Conflict("This passkey is known already.")
    async with door.database.tenant(who) as tx:
        await tx.execute("UPDATE sessions SET strong = true WHERE org_id = $1 AND id = $2", tx.org, who.id)
    await people.note_everywhere(door, who, "account.passkey_added")
    return passkey


async def remove(door: Door, who: Principal, passkey_id: str) -> None:
    async with door.database.platform() as tx:
        gone = await tx.fetchval(
            "DELETE FROM passkeys WHERE id = $1 AND person = $2 RETURNING true", passkey_id, people.person_of(who)
        )
    if not gone:
        raise NotFound
    await people.note_everywhere(door, who, "account.passkey_removed")


def ask_to_sign_in(door: Door, site: Site) -> Asked:
    """The same question for everybody: nothing is looked up, so nothing can be learned."""
    options = webauthn.generate_authentication_options(
        rp_id=site.id, user_verification=UserVerificationRequirement.REQUIRED
    )
    return Asked(options=_plain(options), token=_token(door, options.challenge, ""))


async def sign_in(door: Door, site: Site, *, token: str, credential: str, address: str) -> str:
    """A strong session for who holds the key. Unauthenticated for every other answer."""
    await attempts.count(door.database, door.peppers, door.clock, address, "passkey")
    challenge = await _taken(door, token, "")
    try:
        answer = _answer(credential)
        known = base64url_to_bytes(str(answer["rawId"]))
        async with door.database.platform() as tx:
            row = await tx.fetchrow("SELECT person, public_key, uses FROM passkeys WHERE credential = $1", known)
        if row is None:
            raise Unauthenticated
        checked = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=list(site.origins),
            credential_public_key=row["public_key"],
            credential_current_sign_count=row["uses"],
            require_user_verification=True,
        )
    except (WebAuthnException, Invalid, ValueError, KeyError, TypeError) as error:
        raise Unauthenticated from error
    async with door.database.platform() as tx:
        await tx.execute(
            "UPDATE passkeys SET uses = $2, last_used = current_date WHERE credential = $1",
            known, checked.new_sign_count,
        )  # fmt: skip
    await attempts.forgive(door.database, door.peppers, address, "passkey")
    org = await people.first_organization(door, row["person"])
    return await people.session_in(door, org, row["person"], address, strong=True)


def _token(door: Door, challenge: bytes, person: str) -> str:
    claims = {"c": bytes_to_base64url(challenge), "p": person}
    return door.signer.sign("passkey", claims, ttl_s=int(CHALLENGE_LIFE.total_seconds()))


async def _taken(door: Door, token: str, person: str) -> bytes:
    claims = door.signer.verify("passkey", token)
    if claims["p"] != person:
        raise Unauthenticated
    await attempts.spend(door.database, door.peppers, door.clock, token, life=CHALLENGE_LIFE)
    return base64url_to_bytes(str(claims["c"]))


def _answer(text: str) -> dict[str, Any]:
    if len(text) > MAX_CREDENTIAL_CHARS:
        raise Invalid("The browser's answer is too long.")
    answer = json.loads(text)
    if not isinstance(answer, dict):
        raise Invalid("The browser's answer is no object.")
    return answer


def _plain(options: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return plain
