"""Checkpoints go where an organization wants them: as events to its endpoints, by mail, and into a bucket of its own.

Who holds an earlier checkpoint finds every later change behind it. So the place is best one that whoever runs this
installation cannot reach. Sent is the newest one, when the log has grown and the last is old enough; a place that was
away gets the newest one then, which vouches for all that lies between.
"""

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from flowyte.egress.client import Asks, Denied, Limits, checked
from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Conflict, FieldError, FlowyteError, Invalid, NotFound, VendorFailed
from flowyte.kit.secret import SecretText
from flowyte.providers.smtp import Letter, Outbox
from flowyte.receipts import keys, proofs
from flowyte.receipts.leaf import origin_of
from flowyte.receipts.note import SignedHead
from flowyte.tenancy.organizations import all_organizations, system_principal
from flowyte.tenancy.people import normal_email
from flowyte.tenancy.principal import Principal
from flowyte.vault.aws import Credentials, signed_headers
from flowyte.vault.seal import Sealer
from flowyte.webhooks.emit import emit

logger = log.get(__name__)
Kind = Literal["webhook", "email", "bucket"]
EVENT = "checkpoint.signed"
MOST = 5  # addresses of an organization, and buckets: whoever needs more has a list at their own mail server
LOOK_S = 60.0
# How old the last one is when the next goes out. Who gets events could miss a change of an
# hour; a letter a day is as many as anybody files.
EVERY: dict[Kind, timedelta] = {
    "webhook": timedelta(hours=1),
    "bucket": timedelta(hours=1),
    "email": timedelta(days=1),
}
AGAIN = timedelta(minutes=10)  # after a letter or an object that was not taken
LIMITS = Limits(seconds=10.0, bytes=20_000)  # a checkpoint is a few lines, and so is the answer
ANY_PORT = Limits(ports=frozenset(range(1, 1 << 16)))  # which ports may be asked is the worker's setting
MOST_URL = 1_000
REGION = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
PRINTABLE = re.compile(r"[\x21-\x7e]{1,256}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`seen` is the size of the checkpoint that went there last; `problem` says why the newest one did not."""

    kind: Kind
    target: str
    seen: int
    sent_at: datetime | None
    problem: str
    region: str = ""

    def is_due(self, head: SignedHead, now: datetime) -> bool:
        wait = AGAIN if self.problem else EVERY[self.kind]
        return head.size > self.seen and (self.sent_at is None or now - self.sent_at >= wait)


async def places(tx: TenantTx) -> list[Place]:
    rows = await tx.fetch(
        "SELECT kind, target, seen, sent_at, problem, region FROM checkpoint_places WHERE org_id = $1 "
        "ORDER BY kind, target",
        tx.org,
    )
    return [Place(**dict(row)) for row in rows]


async def add_address(tx: TenantTx, address: str) -> Place:
    """A mailbox that gets the newest checkpoint once a day. Invalid, or Conflict beyond MOST."""
    wanted = normal_email(address)
    there = [place for place in await places(tx) if place.kind == "email"]
    if len(there) >= MOST and wanted not in {place.target for place in there}:
        raise Conflict(f"An organization has at most {MOST} addresses for checkpoints.")
    await tx.execute(
        "INSERT INTO checkpoint_places (org_id, kind, target) VALUES ($1, 'email', $2) ON CONFLICT DO NOTHING",
        tx.org, wanted,
    )  # fmt: skip
    return next(place for place in await places(tx) if (place.kind, place.target) == ("email", wanted))


async def add_bucket(tx: TenantTx, sealer: Sealer, *, url: str, region: str, access_key: str, secret_key: str) -> Place:
    """`url` is that of a bucket of S3, or of a folder in it; the key pair need be allowed to put objects, and no more.
    Invalid, or Conflict beyond MOST. Put again, it has the new key pair."""
    target = url.strip().rstrip("/")
    faults = []
    try:
        checked(f"{target}/", ANY_PORT)
    except (Invalid, Denied) as refusal:
        faults.append(FieldError(field="bucketUrl", message=refusal.message))
    if len(target) > MOST_URL or "?" in target or "#" in target:
        faults.append(FieldError(field="bucketUrl", message=f"has at most {MOST_URL} characters, and no ? or #"))
    if not REGION.fullmatch(region):
        faults.append(FieldError(field="region", message="is the bucket's region, such as eu-west-1"))
    faults += [
        FieldError(field=name, message="is needed, in printable ASCII, of at most 256 characters")
        for name, value in (("accessKey", access_key), ("secretKey", secret_key))
        if not PRINTABLE.fullmatch(value)
    ]
    if faults:
        raise Invalid(fields=faults)
    there = {place.target for place in await places(tx) if place.kind == "bucket"}
    if len(there) >= MOST and target not in there:
        raise Conflict(f"An organization has at most {MOST} buckets for checkpoints.")
    pair = msgspec.json.encode([access_key, secret_key])
    sealed = await sealer.seal(tx, "checkpoint_places", "sealed", target, pair)
    await tx.execute(
        "INSERT INTO checkpoint_places (org_id, kind, target, region, sealed) VALUES ($1, 'bucket', $2, $3, $4) "
        "ON CONFLICT (org_id, kind, target) DO UPDATE SET region = $3, sealed = $4, sent_at = NULL, problem = ''",
        tx.org, target, region, sealed,
    )  # fmt: skip
    return next(place for place in await places(tx) if (place.kind, place.target) == ("bucket", target))


async def remove_bucket(tx: TenantTx, url: str) -> None:
    """What was put there stays there."""
    gone = await tx.fetchval(
        "DELETE FROM checkpoint_places WHERE org_id = $1 AND kind = 'bucket' AND target = $2 RETURNING 1",
        tx.org, url.strip().rstrip("/"),
    )  # fmt: skip
    if gone is None:
        raise NotFound


async def remove_address(tx: TenantTx, address: str) -> None:
    gone = await tx.fetchval(
        "DELETE FROM checkpoint_places WHERE org_id = $1 AND kind = 'email' AND target = $2 RETURNING 1",
        tx.org, address.strip().lower(),
    )  # fmt: skip
    if gone is None:
        raise NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What sending needs. Without `outbox` no letter goes out."""

    database: Database
    sealer: Sealer
    clock: Clock
    egress: Asks
    outbox: Outbox | None = None
    ports: frozenset[int] = frozenset({80, 443})


async def send_due(post: Post, owner: Principal) -> int:
    """What is due of one organization; how many went out."""
    database, now, sent = post.database, post.clock.now(), 0
    async with database.tenant(owner) as tx:
        head = await proofs.newest_head(tx)
        if head is None:
            return 0
        waiting = [place for place in await _with_webhook(tx) if place.is_due(head, now)]
        for place in waiting:
            if place.kind == "webhook":  # in this transaction: once, also when the process dies here
                shown = {"log": origin_of(tx.org), "size": head.size, "signedAt": keys.time_text(head.signed_at),
                         "checkpoint": head.note}  # fmt: skip
                await emit(tx, EVENT, shown, now)
                await _sent(tx, place, head.size, now)
                sent += 1
    for place in waiting:
        if place.kind != "webhook":
            sent += await _deliver(post, owner, place, head)
    return sent


async def _with_webhook(tx: TenantTx) -> list[Place]:
    await tx.execute(
        "INSERT INTO checkpoint_places (org_id, kind, target) VALUES ($1, 'webhook', '') ON CONFLICT DO NOTHING", tx.org
    )
    return await places(tx)


async def _deliver(post: Post, owner: Principal, place: Place, head: SignedHead) -> bool:
    """What went twice does no harm, so it is noted after it went."""
    now, problem = post.clock.now(), ""
    try:
        if place.kind == "email":
            await _mail(post, owner, place, head)
        else:
            await _put(post, owner, place, head)
    except FlowyteError as error:
        problem = error.message[:300]
        logger.warning("checkpoint.not_sent", kind=place.kind, error=type(error).__name__)
    async with post.database.tenant(owner) as tx:
        await _sent(tx, place, place.seen if problem else head.size, now, problem)
    return not problem


async def _mail(post: Post, owner: Principal, place: Place, head: SignedHead) -> None:
    if post.outbox is None:
        raise Conflict("No mail server is connected to this installation.")
    text = letter(place.target, origin_of(owner.org), head)
    await post.outbox.send(text, id=f"checkpoint-{owner.org}-{head.size}")


async def _put(post: Post, owner: Principal, place: Place, head: SignedHead) -> None:
    """One object a checkpoint, its name in the order of sizes; the same again is the same object."""
    async with post.database.tenant(owner) as tx:
        sealed = await tx.fetchval(
            "SELECT sealed FROM checkpoint_places WHERE org_id = $1 AND kind = 'bucket' AND target = $2",
            tx.org, place.target,
        )  # fmt: skip
        if sealed is None:
            raise NotFound
        opened = await post.sealer.open(tx, "checkpoint_places", "sealed", place.target, sealed)
    access_key, secret = msgspec.json.decode(opened, type=tuple[str, str])
    body, log_name = head.note.encode(), origin_of(owner.org).replace("/", "-")
    url = urlsplit(f"{place.target}/{log_name}-{head.size:016}.txt")
    headers = signed_headers(
        method="PUT", host=url.netloc, path=url.path, region=place.region, service="s3", body=body,
        headers={"content-type": "text/plain; charset=utf-8", "x-amz-content-sha256": sha256(body).hexdigest()},
        credentials=Credentials(access_key=access_key, secret=SecretText(secret)), now=post.clock.now(),
    )  # fmt: skip
    del headers["host"]  # the client's own, which is the same
    answer = await post.egress.request(
        "PUT", url.geturl(), headers=headers, body=body, limits=replace(LIMITS, ports=post.ports)
    )
    if answer.status not in (200, 201, 204):
        raise VendorFailed(f"The bucket answered {answer.status} to the checkpoint.")


async def _sent(tx: TenantTx, place: Place, seen: int, now: datetime, problem: str = "") -> None:
    await tx.execute(
        "UPDATE checkpoint_places SET seen = $4, sent_at = $5, problem = $6 "
        "WHERE org_id = $1 AND kind = $2 AND target = $3",
        tx.org, place.kind, place.target, seen, now, problem,
    )  # fmt: skip


def letter(to: str, log_name: str, head: SignedHead) -> Letter:
    return Letter(
        to=to,
        subject=f"Checkpoint {head.size} of {log_name}",
        text="Keep this letter. A receipt of this log can be verified against it, and whatever is changed later of "
        "what lies before it is found:\n\n    flowyte verify receipt.json --checkpoint this.txt\n\n"
        "where this.txt holds what stands between the lines.\n\n"
        f"--------\n{head.note}--------\n\n"
        f"Signed at {keys.time_text(head.signed_at)}. You get one a day when the log has grown, until your address is "
        "taken off the list.\n",
    )


async def keep_sending(post: Post) -> None:
    """For the life of the worker."""
    while True:
        try:
            async with post.database.platform() as platform:
                orgs = await all_organizations(platform)
            for org in orgs:
                await send_due(post, system_principal(org))
        except FlowyteError as error:
            logger.warning("checkpoint.not_sent", error=type(error).__name__)
        await asyncio.sleep(LOOK_S)
