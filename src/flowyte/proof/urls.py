"""Signed addresses of recordings, changed in every way and tried; and recordings that were tampered with on the disk.

Nothing of a changed address may be played, and a recording that is not what was sealed is refused, with a line in the
audit log and without being touched. What was not changed has to play: a door that is always shut proves nothing.
"""

import base64
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from flowyte.kit import postgres
from flowyte.kit.clock import Clock, SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import FlowyteError
from flowyte.kit.ids import new_id
from flowyte.kit.migrate import migrate
from flowyte.objects.objects import Objects
from flowyte.observe import access
from flowyte.observe.evidence import Keeper, Opening
from flowyte.observe.recording import CHUNK_BYTES, recording_path
from flowyte.tenancy.organizations import create_organization, system_principal
from flowyte.tenancy.principal import Principal
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner
from flowyte.vault.stream import HEADER, TAG_BYTES

MUTATIONS = 2_000
SECONDS = 4
SEALED = CHUNK_BYTES + TAG_BYTES
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(slots=True, kw_only=True)
class Urls:
    """`accepted` of the `mutations` opened something, `played` of the `broken` recordings; both have to be 0."""

    mutations: int = 0
    accepted: int = 0
    broken: int = 0
    played: int = 0
    findings: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, int]:
        return {
            "urlMutations": self.mutations, "urlAccepted": self.accepted,
            "brokenRecordings": self.broken, "brokenPlayed": self.played,
        }  # fmt: skip


def mutations(token: str, other: str, chance: random.Random, count: int = MUTATIONS) -> Iterator[tuple[str, str]]:
    """`count` changed tokens, each with what was done. `other` is a true one for another recording."""
    body, mac = token.split(".")
    other_body, other_mac = other.split(".")
    made = [
        ("its halves changed places", f"{mac}.{body}"), ("another's claims", f"{other_body}.{mac}"),
        ("another's signature", f"{body}.{other_mac}"), ("no signature", f"{body}."), ("no claims", f".{mac}"),
        ("twice", token + token), ("padding", f"{body}=.{mac}="), ("a space", f"{token} "), ("a zero", f"{token}\0"),
        ("empty", ""), ("a third part", f"{token}.{mac}"), ("very long", token * 20),
        ("no ASCII", f"{body}.{mac[:-1]}é"),
    ]  # fmt: skip
    made += [(f"claims: {name}", f"{changed}.{mac}") for name, changed in _claims(body)]
    made += [("cut off", token[:at]) for at in range(len(token))]
    made += [
        ("one letter", token[:at] + chance.choice(LETTERS.replace(token[at], "")) + token[at + 1 :])
        for at in range(len(token))
    ]
    while len(made) < count:
        letters = list(token)
        for _ in range(chance.randint(1, 4)):
            letters[chance.randrange(len(letters))] = chance.choice(LETTERS)
        made.append(("some letters", "".join(letters)))
    yield from ((name, changed) for name, changed in made if changed != token)


def _claims(body: str) -> Iterator[tuple[str, str]]:
    """Every claim changed to what an attacker would like, with the signature as it was."""
    signed: dict[str, Any] = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    wishes: dict[str, Any] = {
        "o": "00000000-0000-0000-0000-000000000000", "c": "cnv_other", "g": signed["c"]["g"] + 1,
        "i": not signed["c"]["i"], "f": "mp3", "n": "0" * 16, "w": "person:somebody",
    }  # fmt: skip
    for name, wish in wishes.items():
        yield name, _text({**signed, "c": {**signed["c"], name: wish}})
    yield "e", _text({**signed, "e": signed["e"] + 86_400})


def _text(value: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(value, order="deterministic")).rstrip(b"=").decode()


def breakings(whole: bytes, strange: bytes) -> Iterator[tuple[str, bytes]]:
    """What may have happened to a recording's file. `strange` is another call's."""
    head, body = whole[: HEADER.size], whole[HEADER.size :]
    chunks = [body[at : at + SEALED] for at in range(0, len(body), SEALED)]
    for at in range(len(chunks)):
        yield f"chunk {at} is missing", head + b"".join(chunks[:at] + chunks[at + 1 :])
        yield f"chunk {at} stands twice", head + b"".join([*chunks[:at], chunks[at], *chunks[at:]])
        flipped = bytes([chunks[at][0] ^ 1]) + chunks[at][1:]
        yield f"a bit of chunk {at} is other", head + b"".join([*chunks[:at], flipped, *chunks[at + 1 :]])
    for at in range(len(chunks) - 1):
        swapped = [*chunks[:at], chunks[at + 1], chunks[at], *chunks[at + 2 :]]
        yield f"chunks {at} and {at + 1} changed places", head + b"".join(swapped)
        taken = strange[HEADER.size + at * SEALED :][:SEALED]
        yield f"chunk {at} is another call's", head + b"".join([*chunks[:at], taken, *chunks[at + 1 :]])
    yield "it is another call's", strange
    yield "its head is another call's", strange[: HEADER.size] + body
    yield "it is empty", b""
    yield "something stands behind it", whole + b"\0"


class Later(SystemClock):
    def now(self) -> datetime:
        return super().now() + timedelta(seconds=access.TTL_S + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    database: Database
    keys: FileKeys
    data_dir: Path

    @property
    def sealer(self) -> Sealer:
        return Sealer(self.keys)

    async def call(self, who: Principal) -> str:
        """A recorded call of some seconds; its id."""
        keeper = Keeper(database=self.database, sealer=self.sealer, clock=SystemClock(), data_dir=self.data_dir)
        opening = Opening(
            id=new_id("cnv"), agent_id="agt_1", agent_name="desk", version_id=None, version_number=None,
            channel="voice", line="twilio", draft=False,
        )  # fmt: skip
        evidence = await keeper.begin(who, opening)
        evidence.start_recording(8000)
        for number in range(SECONDS * 50):
            evidence.audio(bytes([number % 200, 1]) * 160, bytes([number % 200, 2]) * 160)
        await evidence.finish("caller_hung_up")
        return opening.id

    async def token(self, who: Principal, call: str) -> str:
        async with self.database.tenant(who) as tx:
            return await access.sign_recording(tx, UrlSigner(self.keys, SystemClock()), call)

    async def plays(self, token: str, clock: Clock | None = None) -> bool:
        """Whether one byte of sound is given out."""
        signer = UrlSigner(self.keys, clock or SystemClock())
        try:
            signed = await access.open_signed(self.database, self.sealer, signer, Objects.local(self.data_dir), token)
            return bool(await access.read(self.database, signed, 0, signed.sound.length))
        except FlowyteError:
            return False

    async def refusals(self, who: Principal, call: str) -> int:
        async with self.database.tenant(who) as tx:
            return int(await tx.fetchval(
                "SELECT count(*) FROM audit_events WHERE org_id = $1 AND action = 'recordings.refused' AND object = $2",
                tx.org, call,
            ))  # fmt: skip


async def prove(folder: Path, say: Callable[[str], None], *, seed: int = 1, count: int = MUTATIONS) -> Urls:
    """In `folder`, which is empty, on a database made for it."""
    cluster = await postgres.start(folder / "postgres")
    try:
        await migrate(cluster.owner_dsn)
        database = await Database.open(cluster.app_dsn, size=2)
        try:
            desk = Desk(database=database, keys=FileKeys.create(folder / "keys"), data_dir=folder)
            return await proved_on(desk, say, seed=seed, count=count)
        finally:
            await database.close()
    finally:
        cluster.stop()


async def proved_on(desk: Desk, say: Callable[[str], None], *, seed: int = 1, count: int = MUTATIONS) -> Urls:
    """On a database that is there already; two organizations are made in it."""
    say("Changing signed addresses of recordings, and recordings on the disk")
    who = system_principal((await create_organization(desk.database, "First")).org)
    other = system_principal((await create_organization(desk.database, "Second")).org)
    call, strange, own = await desk.call(who), await desk.call(other), await desk.call(who)
    found = Urls()
    await _addresses(desk, found, who, call, await desk.token(other, strange), random.Random(seed), count)  # noqa: S311 - cases
    await _recordings(desk, found, who, call, own)
    return found


async def _addresses(
    desk: Desk, found: Urls, who: Principal, call: str, other: str, chance: random.Random, count: int
) -> None:
    token = await desk.token(who, call)
    for name, changed in mutations(token, other, chance, count):
        found.mutations += 1
        if await desk.plays(changed):
            found.accepted += 1
            found.findings.append(f"An address was taken: {name}")
    if not await desk.plays(token):
        found.findings.append("An address that nobody changed does not play")
    found.mutations += 1
    if await desk.plays(token, Later()):
        found.accepted += 1
        found.findings.append("An address was taken after its time")
    async with desk.database.tenant(who) as tx:
        await access.revoke(tx, call)
    found.mutations += 1
    if await desk.plays(token):
        found.accepted += 1
        found.findings.append("An address was taken after it was revoked")


async def _recordings(desk: Desk, found: Urls, who: Principal, call: str, strange: str) -> None:
    path = recording_path(desk.data_dir, who.org, call)
    whole, other = path.read_bytes(), recording_path(desk.data_dir, who.org, strange).read_bytes()
    for name, broken in [*breakings(whole, other), ("it is gone", None)]:
        found.broken += 1
        if broken is None:
            path.unlink()
        else:
            path.write_bytes(broken)
        before = await desk.refusals(who, call)
        if await desk.plays(await desk.token(who, call)):
            found.played += 1
            found.findings.append(f"A broken recording was played: {name}")
        elif await desk.refusals(who, call) != before + 1:
            found.findings.append(f"A refusal is not in the audit log: {name}")
        if (path.read_bytes() if path.exists() else None) != broken:
            found.findings.append(f"A refusal changed the file: {name}")
    path.write_bytes(whole)
    if not await desk.plays(await desk.token(who, call)):
        found.findings.append("A recording that is whole again does not play")
