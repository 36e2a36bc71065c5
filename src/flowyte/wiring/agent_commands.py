"""`flowyte agents …`: agents as files, over the API of a product that runs."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from rich.console import Console

from flowyte.agents.publish import Difference
from flowyte.kit.errors import NotFound
from flowyte.kit.settings import load
from flowyte.wiring.agent_folder import SCHEMAS, Folder, read_folder, schemas, write_folder
from flowyte.wiring.agent_sync import Remote, differences, fetch, push
from flowyte.wiring.client import Client

agents_app = typer.Typer(no_args_is_help=True, help="Agents as folders of files.")
people = Console(stderr=True, highlight=False)

Where = Annotated[Path, typer.Argument(help="The agent's folder.")]
Data = Annotated[Path | None, typer.Option("--data", help="Data folder of a product that runs here.")]
Url = Annotated[str | None, typer.Option(help="Address of a running product.")]
Key = Annotated[str | None, typer.Option(help="API key for --url.", envvar="FLOWYTE_KEY")]
Agent = Annotated[str | None, typer.Option(help="Name or id; by default the name in agent.yaml.")]


@agents_app.command("list")
def list_agents(data: Data = None, url: Url = None, key: Key = None) -> None:
    """The agents of an organization. Example: flowyte agents list --data data"""
    client = _client(data, url, key)
    for agent in uvloop.run(client.data("GET", "/agents?limit=100")):
        sys.stdout.write(f"{agent['id']}  {agent['status']:9}  {agent['name']}\n")


@agents_app.command("pull")
def pull(folder: Where, agent: Agent = None, data: Data = None, url: Url = None, key: Key = None) -> None:
    """Write an agent's draft into a folder. Example: flowyte agents pull clinic --agent clinic --data data"""
    client = _client(data, url, key)
    wanted = agent or (read_folder(folder).agent["name"] if (folder / "agent.yaml").is_file() else folder.name)

    async def work() -> Remote:
        return await fetch(client, (await client.find_agent(wanted))["id"])

    remote = uvloop.run(work())
    changed = write_folder(folder, remote.folder, hints=True)
    for name in changed:
        _say(f"wrote  {folder / name}")
    for name in remote.unheld:
        _say(f"left   {name}: read from a file, which a folder does not hold")
    _say(f"{len(changed)} files changed." if changed else "Nothing has changed.")


@agents_app.command("schema")
def schema(
    kind: Annotated[str, typer.Argument(help="agent, skill, knowledge or playbook.")] = "agent",
    into: Annotated[Path | None, typer.Option(help="Write all four into this folder, for editors.")] = None,
) -> None:
    """The JSON Schema of a file. Example: flowyte agents schema skill > skill.json"""
    if into is not None:
        for name, text in schemas().items():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            (into / name).write_text(text)
            _say(f"wrote  {into / name}")
        return
    named = f"{SCHEMAS}/{kind}.json"
    if named not in schemas():
        raise typer.BadParameter("is agent, skill, knowledge or playbook")
    sys.stdout.write(schemas()[named])


@agents_app.command("diff")
def diff(folder: Where, agent: Agent = None, data: Data = None, url: Url = None, key: Key = None) -> None:
    """What a push would change; exit 1 when anything. Example: flowyte agents diff clinic --data data"""
    found = _differences(_client(data, url, key), read_folder(folder), agent)
    for each in found:
        sys.stdout.write(_line(each))
    if not found:
        _say("Nothing to change.")
    raise SystemExit(1 if found else 0)


@agents_app.command("push")
def push_folder(
    folder: Where, agent: Agent = None, data: Data = None, url: Url = None, key: Key = None,
    prune: Annotated[bool, typer.Option(help="Delete what is not in the folder.")] = False,
) -> None:  # fmt: skip
    """Make the draft what the folder says; callers meet it once published. Example: flowyte agents push clinic"""
    client, wanted = _client(data, url, key), read_folder(folder)

    async def work() -> int:
        try:
            found = await client.find_agent(agent or wanted.agent["name"])
        except NotFound:
            if agent is not None:
                raise
            _say(f"POST   agent {wanted.agent['name']}")
            found = await client.data("POST", "/agents", {"name": wanted.agent["name"]})
        return await push(client, wanted, await fetch(client, found["id"]), _say, prune=prune)

    count = uvloop.run(work())
    done = f"{count} changes made to the draft. `flowyte agents publish` puts it live."
    _say(done if count else "Nothing to change.")


@agents_app.command("publish")
def publish(
    folder: Where, agent: Agent = None, data: Data = None, url: Url = None, key: Key = None,
    note: Annotated[str, typer.Option(help="What this version is about.")] = "",
) -> None:  # fmt: skip
    """Put the draft live, if it is what the folder says. Example: flowyte agents publish clinic --note "New prices" """
    client, wanted = _client(data, url, key), read_folder(folder)
    if _differences(client, wanted, agent):
        _say("The draft is not what the folder says: push first, or look with `flowyte agents diff`.")
        raise SystemExit(1)

    async def work() -> Any:
        found = await client.find_agent(agent or wanted.agent["name"])
        return await client.data("POST", f"/agents/{found['id']}/publish", {"note": note})

    version = uvloop.run(work())
    _say(f"Version {version['number']} is live.")


def _differences(client: Client, wanted: Folder, agent: str | None) -> list[Difference]:
    async def work() -> Folder:
        try:
            return (await fetch(client, (await client.find_agent(agent or wanted.agent["name"]))["id"])).folder
        except NotFound:
            return Folder(agent={})

    return differences(uvloop.run(work()), wanted)


def _line(each: Difference) -> str:
    sign = {"added": "+", "removed": "-", "changed": "~"}[each.kind]
    before = "" if each.kind == "added" else f"  - {_short(each.before)}\n"
    after = "" if each.kind == "removed" else f"  + {_short(each.after)}\n"
    return f"{sign} {each.field}\n{before}{after}"


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 200 else f"{text[:200]}… ({len(text)} characters)"


def _say(words: str) -> None:
    people.print(words, markup=False, soft_wrap=True)


def _client(data: Path | None, url: str | None, key: str | None) -> Client:
    if url and not key:
        raise typer.BadParameter("--url needs --key")
    settings, _ = load({"data_dir": data})
    return Client(url, key) if url and key else Client.local(settings.data_dir)
