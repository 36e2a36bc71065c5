"""What a person may ask for: a copy of what is kept about them, or its deletion; verified, then run, in time.

Nothing happens before somebody says how the person was verified. A deletion that meets a live conversation or a legal
hold deletes the rest, says so, and goes on when it can.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from flowyte.compliance.certificate import certify
from flowyte.compliance.deadlines import REMIND_BEFORE, Regime, answer_by, confirm_by
from flowyte.compliance.erase import erased, remove_sound
from flowyte.compliance.find_person import find_conversations
from flowyte.compliance.holds import held_of
from flowyte.compliance.person import Person, read_person
from flowyte.compliance.stores import RECORDINGS, STORES, count_of
from flowyte.jobs.queue import defer
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Conflict, FieldError, Invalid, NotFound
from flowyte.kit.ids import new_id
from flowyte.objects import store as places
from flowyte.objects.model import RECORDING, key_of
from flowyte.objects.objects import Objects
from flowyte.objects.remove import carry_out
from flowyte.tenancy.principal import Principal
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import KeyProvider
from flowyte.vault.seal import Sealer
from flowyte.webhooks.emit import emit

RUN = "run_privacy_request"  # the task's name in the queue
AGAIN = timedelta(minutes=1)  # after meeting a live conversation
_COLUMNS = (
    "id, kind, regime, state, received_at, confirm_by, due_at, verified_by, verified_how, refused_because, report, "
    "certificate, finished_at"
)
State = Literal["received", "verified", "running", "done", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyRequest:
    """`report` is the manifest: how many conversations, and for each store what was there and what is left."""

    id: str
    kind: Literal["access", "deletion"]
    regime: Regime
    state: State
    received_at: datetime
    confirm_by: datetime | None
    due_at: datetime
    verified_by: str | None
    verified_how: str | None
    refused_because: str | None
    report: dict[str, Any] | None
    certificate: str | None
    finished_at: datetime | None
    person: Person = Person()
    """Empty once a deletion is done: then nobody here knows any more who it was."""


class _Met(msgspec.Struct, kw_only=True):
    """Of a deletion that is under way: the conversations that it met, and what each store held of them."""

    conversations: list[str] = []
    before: dict[str, int] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What running a request needs."""

    database: Database
    sealer: Sealer
    clock: Clock
    keys: KeyProvider
    objects: Objects


async def take_request(
    tx: TenantTx, sealer: Sealer, peppers: Peppers, clock: Clock, *, kind: str, regime: str, phone: str, email: str,
    visitor: str = "",
) -> PrivacyRequest:  # fmt: skip
    """Its clock runs from now. Conflict while the same person's request of that kind is open."""
    faults = []
    if kind not in ("access", "deletion"):
        faults.append(FieldError(field="kind", message="is access or deletion"))
    if regime not in ("gdpr", "ccpa"):
        faults.append(FieldError(field="regime", message="is gdpr or ccpa"))
    if faults:
        raise Invalid(fields=faults)
    person = read_person(phone, email, visitor)
    request_id, now = new_id("prv"), clock.now()
    sealed = await sealer.seal(tx, "privacy_requests", "person", request_id, msgspec.json.encode(person))
    rule: Regime = "ccpa" if regime == "ccpa" else "gdpr"
    of_visitor = f"\0{person.visitor}" if person.visitor else ""
    digest = peppers.digest("privacy", f"{tx.org}\0{person.phone}\0{person.email}{of_visitor}")
    taken = await tx.fetchval(
        "INSERT INTO privacy_requests (org_id, id, kind, regime, person, digest, state, received_at, confirm_by, "
        "due_at) VALUES ($1, $2, $3, $4, $5, $6, 'received', $7, $8, $9) ON CONFLICT DO NOTHING RETURNING 1",
        tx.org, request_id, kind, rule, sealed, digest, now, confirm_by(rule, now), answer_by(rule, now),
    )  # fmt: skip
    if taken is None:
        raise Conflict("A request of this kind for the same person is open already.")
    await emit(tx, "privacy.request", {"requestId": request_id, "kind": kind, "state": "received"}, now)
    return await get_request(tx, sealer, request_id)


async def verify_request(tx: TenantTx, sealer: Sealer, by: Principal, request_id: str, *, how: str) -> PrivacyRequest:
    """Somebody answers for it that the person is who they say: what was asked or seen, not what was answered."""
    if not 3 <= len(how.strip()) <= 500:
        raise Invalid(
            fields=[FieldError(field="how", message="says in 3 to 500 characters how the person was verified")]
        )
    await _move(tx, request_id, ("received",), "verified", verified_by=by.signature, verified_how=how.strip())
    return await get_request(tx, sealer, request_id)


async def refuse_request(
    tx: TenantTx, sealer: Sealer, clock: Clock, request_id: str, *, because: str
) -> PrivacyRequest:
    """Not verified, or not theirs to ask; with the reason that the person is given."""
    if not 3 <= len(because.strip()) <= 500:
        raise Invalid(fields=[FieldError(field="because", message="has 3 to 500 characters")])
    await _move(
        tx, request_id, ("received", "verified"), "refused", refused_because=because.strip(), finished_at=clock.now()
    )
    return await get_request(tx, sealer, request_id)


async def begin_request(tx: TenantTx, sealer: Sealer, request_id: str) -> PrivacyRequest:
    """Queue it. Conflict before it was verified."""
    await _move(tx, request_id, ("verified",), "running")
    await defer(tx, RUN, request_id)
    return await get_request(tx, sealer, request_id)


async def run_request(office: Office, owner: Principal, request_id: str) -> None:
    """The job. Running it twice finds nothing more."""
    async with office.database.tenant(owner) as tx:
        request = await get_request(tx, office.sealer, request_id)
    if request.state != "running" or request.person == Person():
        return
    found = await find_conversations(office.database, office.sealer, owner, request.person)
    if request.kind == "access":
        await _finish_access(office, owner, request, found)
    else:
        await _delete(office, owner, request, found)


async def _finish_access(office: Office, owner: Principal, request: PrivacyRequest, found: list[str]) -> None:
    async with office.database.tenant(owner) as tx:
        counts = await count_of(tx, found)
        sealed = await office.sealer.seal(tx, "privacy_requests", "found", request.id, msgspec.json.encode(found))
        report = {"conversations": len(found), "stores": [{"store": name, "found": n} for name, n in counts.items()]}
        await _move(tx, request.id, ("running",), "done", found=sealed, report=report, finished_at=office.clock.now())
        await _tell(tx, request, "done", office.clock.now())


async def _delete(office: Office, owner: Principal, request: PrivacyRequest, found: list[str]) -> None:
    before = await _counted(office, owner, request, found)
    async with office.database.tenant(owner) as tx:
        live = await tx.fetch("SELECT id FROM conversations WHERE org_id = $1 AND id = ANY ($2) AND ended_at IS NULL "
                              "AND channel = 'voice'", tx.org, found)  # fmt: skip
    waiting = {row["id"] for row in live}
    gone = [each for each in found if each not in waiting and await erased(office.database, owner, each)]
    remove_sound(office.objects, owner, gone)
    await carry_out(office.database, office.clock, office.objects, owner)
    async with office.database.tenant(owner) as tx:
        held, now = await held_of(tx, found), office.clock.now()
        after = {**await count_of(tx, found), RECORDINGS: await _sounds(tx, office, found)}
        unproven = await places.left_of(tx, [each for each in found if each not in held | waiting])
        report = {**_manifest(request, before, after, held, waiting), "notYetRemoved": len(unproven)}
        if waiting or unproven:
            await tx.execute(
                "UPDATE privacy_requests SET report = $3 WHERE org_id = $1 AND id = $2", tx.org, request.id, report
            )
            await defer(tx, RUN, request.id, of=now.isoformat(), at=now + AGAIN)
            return
        report["finishedAt"] = now.isoformat()
        kept = {"report": report, "certificate": certify(office.keys, report), "finished_at": now, "found": None}
        if not held:  # who it was is not needed any more
            kept["person"] = await office.sealer.seal(
                tx, "privacy_requests", "person", request.id, msgspec.json.encode(Person())
            )
        await _move(tx, request.id, ("running",), "done", **kept)
        await _tell(tx, request, "done", now)


async def _counted(office: Office, owner: Principal, request: PrivacyRequest, found: list[str]) -> dict[str, int]:
    """What there was in each store of every conversation that this request has met. Kept before anything is deleted, so
    that a second run, after a live call or a killed process, adds to it instead of counting anew."""
    async with office.database.tenant(owner) as tx:
        sealed = await tx.fetchval(
            "SELECT found FROM privacy_requests WHERE org_id = $1 AND id = $2", tx.org, request.id
        )
        met = _Met()
        if sealed is not None:
            opened = await office.sealer.open(tx, "privacy_requests", "found", request.id, sealed)
            met = msgspec.json.decode(opened, type=_Met)
        new = sorted(set(found) - set(met.conversations))
        counts = {**await count_of(tx, new), RECORDINGS: await _sounds(tx, office, new)}
        met = _Met(
            conversations=[*met.conversations, *new],
            before={store: met.before.get(store, 0) + count for store, count in counts.items()},
        )
        kept = await office.sealer.seal(tx, "privacy_requests", "found", request.id, msgspec.json.encode(met))
        await tx.execute(
            "UPDATE privacy_requests SET found = $3 WHERE org_id = $1 AND id = $2", tx.org, request.id, kept
        )
    return met.before


async def _sounds(tx: TenantTx, office: Office, conversations: list[str]) -> int:
    """Those of which there is sound on this machine or in a bucket, or may still be."""
    here = {each for each in conversations if office.objects.spool.path(key_of(tx.org, each, RECORDING)).exists()}
    return len(here | await places.left_of(tx, conversations))


def _manifest(
    request: PrivacyRequest, before: dict[str, int], after: dict[str, int], held: set[str], waiting: set[str]
) -> dict[str, Any]:
    stores = [{"store": name, "before": before[name], "after": after[name]} for name in before]
    others = [
        {"store": each.table, "result": f"nothing of callers: {each.why}"} for each in STORES if each.of != "caller"
    ]
    return {
        "request": request.id,
        "receivedAt": request.received_at.isoformat(),
        "conversations": before["conversations"],
        "stores": [*stores, *others],
        "heldBack": len(held),
        "stillLive": len(waiting),
    }


async def get_request(tx: TenantTx, sealer: Sealer, request_id: str) -> PrivacyRequest:
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS}, person FROM privacy_requests WHERE org_id = $1 AND id = $2", tx.org, request_id
    )
    if row is None:
        raise NotFound
    return await _opened(tx, sealer, row)


async def list_requests(
    tx: TenantTx, sealer: Sealer, *, before: str | None = None, limit: int = 20
) -> list[PrivacyRequest]:
    """Newest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS}, person FROM privacy_requests WHERE org_id = $1 AND ($2::text IS NULL OR "
        "(received_at, id) < (SELECT received_at, id FROM privacy_requests WHERE org_id = $1 AND id = $2)) "
        "ORDER BY received_at DESC, id DESC LIMIT $3",
        tx.org, before, limit,
    )  # fmt: skip
    return [await _opened(tx, sealer, row) for row in rows]


async def due_soon(tx: TenantTx, now: datetime) -> int:
    """Open requests whose answer is due within a week, or whose receipt is to be confirmed by then."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM privacy_requests WHERE org_id = $1 AND state IN ('received', 'verified', 'running') "
        "AND (due_at < $2 OR confirm_by < $2 AND state = 'received')", tx.org, now + REMIND_BEFORE,
    )  # fmt: skip
    return count


async def overdue(tx: TenantTx, now: datetime) -> int:
    """Requests that are open past the date of their answer."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM privacy_requests WHERE org_id = $1 AND state IN ('received', 'verified', 'running') "
        "AND due_at < $2", tx.org, now,
    )  # fmt: skip
    return count


async def conversations_of(tx: TenantTx, sealer: Sealer, request_id: str) -> list[str]:
    """What an access request found. Conflict before it is done."""
    request = await get_request(tx, sealer, request_id)
    sealed = await tx.fetchval("SELECT found FROM privacy_requests WHERE org_id = $1 AND id = $2", tx.org, request_id)
    if request.kind != "access" or request.state != "done" or sealed is None:
        raise Conflict("There is an archive once a request for access is done.")
    ids: list[str] = msgspec.json.decode(await sealer.open(tx, "privacy_requests", "found", request_id, sealed))
    return ids


async def _tell(tx: TenantTx, request: PrivacyRequest, state: str, now: datetime) -> None:
    await emit(tx, "privacy.request", {"requestId": request.id, "kind": request.kind, "state": state}, now)


async def _move(tx: TenantTx, request_id: str, since: tuple[str, ...], to: State, **values: object) -> None:
    sets = "".join(f", {name} = ${at}" for at, name in enumerate(values, start=5))
    done = await tx.execute(
        f"UPDATE privacy_requests SET state = $3{sets} WHERE org_id = $1 AND id = $2 AND state = ANY ($4)",
        tx.org, request_id, to, list(since), *values.values(),
    )  # fmt: skip
    if done == "UPDATE 0":
        state = await tx.fetchval(
            "SELECT state FROM privacy_requests WHERE org_id = $1 AND id = $2", tx.org, request_id
        )
        if state is None:
            raise NotFound
        raise Conflict(f"This request is {state}; for this it has to be {' or '.join(since)}.")


async def _opened(tx: TenantTx, sealer: Sealer, row: Any) -> PrivacyRequest:
    values = dict(row)
    sealed = values.pop("person")
    person = msgspec.json.decode(await sealer.open(tx, "privacy_requests", "person", row["id"], sealed), type=Person)
    return replace(PrivacyRequest(**values), person=person)
