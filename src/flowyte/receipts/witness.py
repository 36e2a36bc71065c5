"""A second party co-signs an organization's heads: c2sp.org/tlog-witness, as a client.

The witness remembers the largest head that it has seen and signs only one that continues it, with the time. Then the
operator of this installation cannot show two customers two histories without the witness, nor date a head back.
"""

import asyncio
import re
import uuid
from dataclasses import dataclass, replace

from flowyte.egress.client import Answer, Denied, Egress, Limits, checked
from flowyte.kit import log
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Conflict, FieldError, FlowyteError, Invalid, NotFound
from flowyte.receipts import proofs
from flowyte.receipts.note import COSIGNER, SignedHead, text_of, vkey
from flowyte.receipts.verify_receipt import SIZE, Refused, read_checkpoint, read_vkey
from flowyte.tenancy.organizations import all_organizations, system_principal

logger = log.get(__name__)
EVERY_S = 15.0
LIMITS = Limits(seconds=5.0, bytes=20_000)  # an answer is a few lines
ANY_PORT = Limits(ports=frozenset(range(1, 1 << 16)))  # which ports may be asked is the worker's setting
MOST = 3  # witnesses of an organization: each is asked about each head
LINE = re.compile(r"— [\x21-\x7e]{1,200} [A-Za-z0-9+/=]{1,200}\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """`seen` is the size of the head that it signed last; `problem` says why it did not sign the newest."""

    name: str
    public: bytes
    url: str
    seen: int
    problem: str

    @property
    def key(self) -> str:
        return vkey(self.name, COSIGNER, self.public)


async def witnesses(tx: TenantTx) -> list[Witness]:
    rows = await tx.fetch(
        "SELECT name, public, url, seen, problem FROM witnesses WHERE org_id = $1 ORDER BY name", tx.org
    )
    return [Witness(**dict(row)) for row in rows]


async def add(tx: TenantTx, *, url: str, key: str) -> Witness:
    """`key` is its verifier key, `url` what `/add-checkpoint` is put behind. Invalid, or Conflict beyond MOST."""
    try:
        name, public = read_vkey(key)
    except Refused as refusal:
        raise Invalid(fields=[FieldError(field="key", message="is no cosigner's key (name+id+base64)")]) from refusal
    try:
        checked(url.rstrip("/") + "/add-checkpoint", ANY_PORT)
    except (Invalid, Denied) as refusal:
        raise Invalid(fields=[FieldError(field="url", message=refusal.message)]) from refusal
    there = {witness.name for witness in await witnesses(tx)}
    if name not in there and len(there) >= MOST:
        raise Conflict(f"An organization has at most {MOST} witnesses.")
    await tx.execute(
        "INSERT INTO witnesses (org_id, name, public, url) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (org_id, name) DO UPDATE SET public = $3, url = $4, seen = 0, problem = ''",
        tx.org, name, public, url.rstrip("/"),
    )  # fmt: skip
    return Witness(name=name, public=public, url=url.rstrip("/"), seen=0, problem="")


async def remove(tx: TenantTx, name: str) -> None:
    """What it has signed stays."""
    gone = await tx.fetchval("DELETE FROM witnesses WHERE org_id = $1 AND name = $2 RETURNING 1", tx.org, name)
    if gone is None:
        raise NotFound


async def ask(database: Database, egress: Egress, org: uuid.UUID, limits: Limits = LIMITS) -> None:
    """Show each witness of an organization the newest head; what it signs goes with the checkpoint from then on."""
    principal = system_principal(org)
    async with database.tenant(principal) as tx:
        head = await proofs.newest_head(tx)
        waiting = [one for one in await witnesses(tx) if head is not None and one.seen != head.size]
    for witness in waiting:
        assert head is not None
        try:
            line = await _signed(database, egress, witness, head, org, limits)
            seen, problem = head.size, ""
        except FlowyteError as error:
            line, seen, problem = None, witness.seen, error.message[:300]
            logger.warning("witness.did_not_sign", witness=witness.name, error=type(error).__name__)
        async with database.tenant(principal) as tx:
            await _keep(tx, witness.name, head.size, line, seen, problem)


async def _signed(
    database: Database, egress: Egress, witness: Witness, head: SignedHead, org: uuid.UUID, limits: Limits
) -> str:
    """The line with which it signed. Conflict says what stands against it."""
    old = min(witness.seen, head.size)
    for _ in range(2):
        async with database.tenant(system_principal(org)) as tx:
            path = await proofs.consistency_between(tx, old, head.size) if old else []
        lines = [f"old {old}", *(text_of(step) for step in path), "", head.note]
        answer = await egress.request(
            "POST", f"{witness.url}/add-checkpoint", body="\n".join(lines).encode(), limits=limits
        )
        if answer.status == 200:
            return _line_of(witness, head, answer)
        said = answer.body.decode("utf-8", "replace").strip()
        if answer.status != 409 or not SIZE.fullmatch(said) or int(said) == old:
            raise Conflict(f"The witness answered {answer.status} to the checkpoint of size {head.size}.")
        old = int(said)  # it knows another head than we remember
        if old > head.size:
            raise Conflict(f"The witness has seen a log of {old} entries, which is longer than this one.")
    raise Conflict("The witness changes its mind about what it has seen.")


def _line_of(witness: Witness, head: SignedHead, answer: Answer) -> str:
    for line in LINE.findall(answer.body.decode("utf-8", "replace")):
        try:
            signed = read_checkpoint(head.note + str(line)).witnessed_at(witness.name, witness.public)
        except (Refused, ValueError):
            continue
        if signed is not None:
            return str(line)
    raise Conflict("The witness answered without a signature by its key.")


async def _keep(tx: TenantTx, name: str, size: int, line: str | None, seen: int, problem: str) -> None:
    if line is not None:
        await tx.execute(
            "INSERT INTO cosignatures (org_id, size, witness, line) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            tx.org, size, name, line,
        )  # fmt: skip
    await tx.execute(
        "UPDATE witnesses SET seen = $3, problem = $4 WHERE org_id = $1 AND name = $2", tx.org, name, seen, problem
    )


async def keep_asking(database: Database, egress: Egress, ports: frozenset[int]) -> None:
    """For the life of the worker."""
    while True:
        try:
            async with database.platform() as platform:
                orgs = await all_organizations(platform)
            for org in orgs:
                await ask(database, egress, org, replace(LIMITS, ports=ports))
        except FlowyteError as error:
            logger.warning("witness.not_asked", error=type(error).__name__)
        await asyncio.sleep(EVERY_S)
