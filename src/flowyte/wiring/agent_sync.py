"""An agent of a running product and a folder of files, made the same over the public API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flowyte.agents.definition import FIELDS
from flowyte.agents.publish import Difference, difference
from flowyte.kit.errors import FlowyteError
from flowyte.wiring.agent_folder import ROOMS, SOURCE_FIELDS, Folder, plain_graph, whole_agent, whole_skill
from flowyte.wiring.client import Client

_PATHS = {"skills": "skills", "knowledge": "knowledge/sources", "playbooks": "playbooks"}
Say = Callable[[str], None]


class WouldDeleteError(FlowyteError):
    """Something of the agent is not in the folder."""

    code = "would_delete"


@dataclass(slots=True, kw_only=True)
class Remote:
    """The agent as it is, and the ids of its parts by room and name."""

    id: str
    folder: Folder
    ids: dict[tuple[str, str], str] = field(default_factory=dict)
    unheld: list[str] = field(default_factory=list)
    """Sources that no folder can hold (files): they are left alone."""


async def fetch(client: Client, agent_id: str) -> Remote:
    base = f"/agents/{agent_id}"
    agent = await client.data("GET", base)
    remote = Remote(
        id=agent_id, folder=Folder(agent=whole_agent({name: agent[name] for name in FIELDS if name in agent}))
    )
    for skill in await client.data("GET", f"{base}/skills"):
        remote.ids["skills", skill["name"]] = skill["id"]
        remote.folder.skills[skill["name"]] = whole_skill(skill)
    for listed in await client.data("GET", f"{base}/knowledge/sources"):
        if listed["kind"] not in SOURCE_FIELDS:
            remote.unheld.append(listed["name"])
            continue
        source = await client.data("GET", f"{base}/knowledge/sources/{listed['id']}")
        remote.ids["knowledge", source["name"]] = source["id"]
        kept = {name: source[name] for name in ("name", "kind", *SOURCE_FIELDS[source["kind"]])}
        if source["kind"] == "faq":  # a question without others to ask it says nothing of them
            kept["faq"] = [{name: part for name, part in entry.items() if part} for entry in kept["faq"]]
        remote.folder.knowledge[source["name"]] = kept
    for playbook in await client.data("GET", f"{base}/playbooks"):
        remote.ids["playbooks", playbook["name"]] = playbook["id"]
        kept = {name: playbook[name] for name in ("name", "description", "isEnabled")}
        remote.folder.playbooks[playbook["name"]] = kept | {"graph": plain_graph(playbook["graph"])}
    return remote


def differences(before: Folder, after: Folder) -> list[Difference]:
    """Field by field, as the review of a draft shows them; parts by their names."""
    return difference(_flat(before), _flat(after))


async def push(client: Client, folder: Folder, remote: Remote, say: Say, *, prune: bool) -> int:
    """Makes the draft what the folder says; how many requests changed something. The live version stays as it is."""
    held = [(room, name) for room in ROOMS for name in getattr(remote.folder, room)]
    gone = [(room, name) for room, name in held if name not in getattr(folder, room)]
    if gone and not prune:
        names = ", ".join(f"{room}/{name}" for room, name in gone)
        raise WouldDeleteError(f"Not in the folder: {names}. Pull them, or say --prune to delete them.")
    base, count = f"/agents/{remote.id}", 0

    async def send(method: str, path: str, body: object = None) -> Any:
        nonlocal count
        count += 1
        say(f"{method:6} {path or 'agent'}")
        return await client.data(method, base + (f"/{path}" if path else ""), body)

    plain = {name: part for name, part in folder.agent.items() if name != "callerVerification"}
    if changes := _patch(remote.folder.agent, plain):
        await send("PATCH", "", changes)
    for room in ROOMS:
        for name, entry in getattr(folder, room).items():
            was = getattr(remote.folder, room).get(name)
            if was == entry:
                continue
            path = _PATHS[room] + (f"/{remote.ids[room, name]}" if was is not None else "")
            await _send_part(send, room, path, entry, was)
    wanted = folder.agent.get("callerVerification")
    if remote.folder.agent.get("callerVerification") != wanted:
        await send("PUT", "caller-verification", wanted or {})
    for room, name in gone:
        await send("DELETE", f"{_PATHS[room]}/{remote.ids[room, name]}")
    return count


async def _send_part(send: Any, room: str, path: str, entry: Mapping[str, Any], was: Mapping[str, Any] | None) -> None:
    if was is None:
        await send("POST", path, entry)
        return
    changed = {name: part for name, part in entry.items() if was.get(name) != part}
    graph = changed.pop("graph", None)
    if room == "knowledge" and was["kind"] != entry["kind"]:
        await send("DELETE", path)
        await send("POST", _PATHS[room], entry)
    elif changed:
        await send("PATCH", path, changed)
    if graph is not None:
        await send("PUT", f"{path}/graph", graph)


def _patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON merge patch: null takes an entry of a map away."""
    found: dict[str, Any] = {name: None for name in before if name not in after and name != "callerVerification"}
    for name, value in after.items():
        old = before.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            if inner := _patch(old, value):
                found[name] = inner
        elif old != value:
            found[name] = value
    return found


def _flat(folder: Folder) -> dict[str, Any]:
    return {"agent": folder.agent} | {room: getattr(folder, room) for room in ROOMS}
