"""What the probes read of organizations: ids and states, never what anybody said."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flowyte.kit.db import Database, TenantTx, Tx
from flowyte.tenancy.idempotency import place_of_answer
from flowyte.tenancy.organizations import all_organizations, system_principal
from flowyte.vault.seal import Sealer

MOST_ORGANIZATIONS = 20  # looked at by one probe; each costs a transaction, and there is a look every minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How much there is of what callers left, and since when."""

    conversations: int
    recordings: int
    messages: int
    skill_runs: int
    oldest: datetime | None


async def kept(tx: TenantTx) -> Kept:
    row = await tx.fetchrow(
        "SELECT count(*) AS conversations, min(started_at) AS oldest, "
        "count(*) FILTER (WHERE recording_state IN ('ready', 'partial')) AS recordings, "
        "(SELECT count(*) FROM messages WHERE org_id = $1) AS messages, "
        "(SELECT count(*) FROM skill_runs WHERE org_id = $1) AS skill_runs FROM conversations WHERE org_id = $1",
        tx.org,
    )
    assert row is not None
    return Kept(**dict(row))


async def some_organizations(database: Database) -> list[uuid.UUID]:
    async with database.platform() as tx:
        return (await all_organizations(tx))[:MOST_ORGANIZATIONS]


async def organizations_with_keys(database: Database) -> list[uuid.UUID]:
    """Those that have sealed something already, so that a probe does not make their first key."""
    found = []
    for org in await some_organizations(database):
        async with database.tenant(system_principal(org)) as tx:
            if await tx.fetchval("SELECT EXISTS (SELECT FROM org_keys WHERE org_id = $1)", tx.org):
                found.append(org)
    return found


async def tables_with_rows(tx: Tx, tables: list[str]) -> list[str]:
    """Which of `tables` show any row in this transaction."""
    asked = " UNION ALL ".join(f"(SELECT '{name}' AS name FROM \"{name}\" LIMIT 1)" for name in tables)
    return [row["name"] for row in await tx.fetch(asked)] if tables else []


async def newest_ids(tx: TenantTx) -> list[str]:
    """The organization's newest agent and conversation."""
    rows = await tx.fetch(
        "(SELECT id FROM agents WHERE org_id = $1 ORDER BY created_at DESC LIMIT 1) UNION ALL "
        "(SELECT id FROM conversations WHERE org_id = $1 ORDER BY started_at DESC LIMIT 1)", tx.org,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def reached(tx: TenantTx, ids: list[str]) -> int:
    """How many of these ids can be read here, asked for without any organization."""
    rows = await tx.fetch(
        "SELECT id FROM agents WHERE id = ANY($1) UNION ALL SELECT id FROM conversations WHERE id = ANY($1)", ids
    )
    return len(rows)


async def newest_calls(tx: TenantTx, *, recorded: bool, limit: int) -> list[tuple[str, str]]:
    """Ids and recording states of ended calls."""
    rows = await tx.fetch(
        "SELECT id, recording_state FROM conversations WHERE org_id = $1 AND ended_at IS NOT NULL "
        "AND channel = 'voice' AND (recording_state IN ('none', 'erased')) = $2 AND recording_state <> 'expired' "
        "ORDER BY started_at DESC LIMIT $3",
        tx.org, not recorded, limit,
    )  # fmt: skip
    return [(row["id"], row["recording_state"]) for row in rows]


async def newest_ended(tx: TenantTx, *, limit: int) -> list[tuple[str, datetime]]:
    """Ids and ends of the newest conversations that ended, whatever their channel."""
    rows = await tx.fetch(
        "SELECT id, ended_at FROM conversations WHERE org_id = $1 AND ended_at IS NOT NULL "
        "ORDER BY started_at DESC LIMIT $2", tx.org, limit,
    )  # fmt: skip
    return [(row["id"], row["ended_at"]) for row in rows]


async def consents_of_recorded(tx: TenantTx, *, limit: int) -> list[str]:
    """Of calls that came to their end with their recording whole."""
    rows = await tx.fetch(
        "SELECT consent FROM conversations WHERE org_id = $1 AND ended_at IS NOT NULL AND channel = 'voice' "
        "AND recording_state = 'ready' ORDER BY started_at DESC LIMIT $2", tx.org, limit,
    )  # fmt: skip
    return [row["consent"] for row in rows]


async def live_snapshots(tx: TenantTx) -> list[dict[str, Any]]:
    """What is published of each agent that answers."""
    rows = await tx.fetch(
        "SELECT v.snapshot FROM agents a JOIN agent_versions v ON v.org_id = a.org_id AND v.id = a.published_version "
        "WHERE a.org_id = $1 AND a.is_active LIMIT 100", tx.org,
    )  # fmt: skip
    return [row["snapshot"] for row in rows]


async def lines_of_keys(tx: TenantTx) -> list[str]:
    """Rows of API keys, as text."""
    rows = await tx.fetch("SELECT t::text AS line FROM api_keys t WHERE org_id = $1 LIMIT 200", tx.org)
    return [row["line"] for row in rows]


async def remembered_answers(tx: TenantTx, sealer: Sealer) -> list[str]:
    """The newest answers to retries, opened."""
    rows = await tx.fetch(
        "SELECT principal, key, body FROM idempotency WHERE org_id = $1 AND body IS NOT NULL "
        "ORDER BY created_at DESC LIMIT 50", tx.org,
    )  # fmt: skip
    return [
        (
            await sealer.open(tx, "idempotency", "body", place_of_answer(row["principal"], row["key"]), row["body"])
        ).decode()
        for row in rows
    ]


async def accepted_texts(tx: TenantTx) -> tuple[int, list[tuple[str, str]]]:
    """How many acceptances there are, and the texts that they name, with their digests."""
    accepted: int = await tx.fetchval("SELECT count(*) FROM nda_acceptances WHERE org_id = $1", tx.org)
    rows = await tx.fetch("SELECT digest, text FROM nda_texts WHERE org_id = $1", tx.org)
    return accepted, [(row["digest"], row["text"]) for row in rows]


async def letters_before(tx: TenantTx, before: datetime) -> int:
    """Letters about a change from before a time that nobody has tried to send. One that a mailbox refuses is no fault
    here, and the owner is told of it."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM subprocessor_letters WHERE org_id = $1 AND state = 'waiting' AND attempts = 0 "
        "AND made_at < $2", tx.org, before,
    )  # fmt: skip
    return count
