"""Changing a draft, freezing it, comparing versions and going back to one."""

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from flowyte.agents import store
from flowyte.agents.checks import refusals
from flowyte.agents.definition import as_dict, read
from flowyte.agents.overrides import on_channel
from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Conflict, Invalid
from flowyte.kit.ids import new_id
from flowyte.tenancy.principal import Principal
from flowyte.webhooks.emit import emit


class NoPublishedVersion(Conflict):
    """This agent has no published version; publish it first."""

    code = "no_published_version"


EMPTY: tuple[Any, ...] = ([], {}, "", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field, by its dotted path."""

    field: str
    before: Any
    after: Any
    kind: Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """What a conversation keeps to its end. `version_id` is None for a draft."""

    agent_id: str
    name: str
    version_id: str | None
    number: int | None
    snapshot: dict[str, Any]

    def on(self, channel: str) -> dict[str, Any]:
        """The agent as a conversation on this channel meets it."""
        return {**on_channel(self.snapshot, channel), "id": self.agent_id}

    @property
    def digest(self) -> str:
        """SHA-256 in hex of the definition as JSON with sorted keys and no spaces."""
        return hashlib.sha256(msgspec.json.encode(self.snapshot, order="sorted")).hexdigest()


async def create(tx: TenantTx, principal: Principal, values: dict[str, Any]) -> store.Agent:
    agent_id = new_id("agt")
    await store.insert_agent(tx, agent_id, as_dict(read(values)), principal.id)
    return await store.get_agent(tx, agent_id)


async def patch(tx: TenantTx, agent_id: str, changes: dict[str, Any], *, if_match: int | None) -> store.Agent:
    """Merge `changes` into the draft, nested objects field by field. Conflict when `if_match` is not its version."""
    agent = await store.get_agent(tx, agent_id, lock=True)
    if if_match is not None and if_match != agent.version:
        raise Conflict(
            f"The draft is at version {agent.version}; somebody changed it meanwhile.",
            code="version_conflict",
            extra={"version": agent.version, "current": agent.draft},
        )
    await store.save_draft(tx, agent_id, as_dict(read(merged(agent.draft, changes))))
    return await store.get_agent(tx, agent_id)


async def publish(
    tx: TenantTx, principal: Principal, agent_id: str, *, note: str, more: dict[str, Any]
) -> store.Version:
    """Freeze the draft, with what other rooms add (`more`: skills, sources), and serve it from the next call on."""
    agent = await store.get_agent(tx, agent_id, lock=True)
    if faults := refusals(agent.draft, more):
        raise Invalid(fields=faults)
    version = store.Version(
        id=new_id("ver"),
        agent_id=agent_id,
        number=await store.last_number(tx, agent_id) + 1,
        snapshot={**agent.draft, **more},
        note=note,
        created_by=principal.id,
        created_at=agent.updated_at,
    )
    await store.insert_version(tx, version)
    await store.point_at(tx, agent_id, version.id)
    await emit(tx, "agent.published", {"agentId": agent_id, "versionId": version.id, "number": version.number})
    return await store.get_version(tx, agent_id, version.id)


async def rollback(tx: TenantTx, agent_id: str, version_id: str) -> store.Version:
    """Serve an older version again, as it was."""
    await store.get_agent(tx, agent_id, lock=True)
    version = await store.get_version(tx, agent_id, version_id)
    await store.point_at(tx, agent_id, version.id)
    return version


async def pinned(tx: TenantTx, agent_id: str, *, draft: bool, more: dict[str, Any] | None = None) -> Pinned:
    """What a conversation that begins now is held by. NoPublishedVersion when there is none to serve."""
    agent = await store.get_agent(tx, agent_id)
    if draft:
        snapshot = {**agent.draft, **(more or {})}
        return Pinned(agent_id=agent.id, name=agent.name, version_id=None, number=None, snapshot=snapshot)
    if agent.published_version is None or not agent.is_active:
        raise NoPublishedVersion
    version = await store.get_version(tx, agent_id, agent.published_version)
    return Pinned(
        agent_id=agent.id, name=agent.name, version_id=version.id, number=version.number, snapshot=version.snapshot
    )


async def live_sources(tx: TenantTx, agent_id: str) -> tuple[str, ...]:
    """The knowledge sources of the version that callers meet; none without one. NotFound for no agent of ours."""
    agent = await store.get_agent(tx, agent_id)
    if agent.published_version is None:
        return ()
    version = await store.get_version(tx, agent_id, agent.published_version)
    return tuple(version.snapshot.get("sourceIds") or ())


async def pinned_as(tx: TenantTx, agent_id: str, version_id: str | None, *, name: str) -> Pinned:
    """What a conversation began with, for one that goes on; a draft is gone by then, so it goes on with today's."""
    if version_id is None:
        return await pinned(tx, agent_id, draft=True)
    await store.get_agent(tx, agent_id)
    version = await store.get_version(tx, agent_id, version_id)
    return Pinned(agent_id=agent_id, name=name, version_id=version.id, number=version.number, snapshot=version.snapshot)


async def changes_of(tx: TenantTx, agent_id: str, version_id: str) -> list[Difference]:
    """What a version changed against the one before it; the first against nothing."""
    version = await store.get_version(tx, agent_id, version_id)
    before = [v for v in await store.list_versions(tx, agent_id) if v.number < version.number]
    return difference(before[0].snapshot if before else {}, version.snapshot)


def difference(before: dict[str, Any], after: dict[str, Any], path: str = "") -> list[Difference]:
    """Field by field; lists are compared whole, for their order means something."""
    found = []
    for name in sorted(before.keys() | after.keys()):
        field = f"{path}{name}"
        if before.get(name) in EMPTY and after.get(name) in EMPTY and (name in before) != (name in after):
            continue  # a field that one of the two is too old to have, and that says nothing in the other
        if name not in before:
            found.append(Difference(field=field, before=None, after=after[name], kind="added"))
        elif name not in after:
            found.append(Difference(field=field, before=before[name], after=None, kind="removed"))
        elif isinstance(before[name], dict) and isinstance(after[name], dict):
            found += difference(before[name], after[name], f"{field}.")
        elif not _same(before[name], after[name]):
            found.append(Difference(field=field, before=before[name], after=after[name], kind="changed"))
    return found


def _same(before: Any, after: Any) -> bool:
    """Entries of a list that has ids on one side only are the same without: a version of before had none."""
    if before == after or not (isinstance(before, list) and isinstance(after, list)):
        return bool(before == after)
    if _have_ids(before) == _have_ids(after):
        return False
    return _without_ids(before) == _without_ids(after)


def _have_ids(entries: list[Any]) -> bool:
    return any(isinstance(entry, dict) and "id" in entry for entry in entries)


def _without_ids(entries: list[Any]) -> list[Any]:
    return [
        {name: part for name, part in entry.items() if name != "id"} if isinstance(entry, dict) else entry
        for entry in entries
    ]


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`changes` over `base`, as a JSON merge patch (RFC 7396): an object is merged, null takes away, anything else
    replaces."""
    result = dict(base)
    for name, value in changes.items():
        old = result.get(name)
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            result[name] = merged(old if isinstance(old, dict) else {}, value)
        else:
            result[name] = value
    return result
