"""An agent as a folder of YAML, for people and their version control. All is checked before it is sent.

    agent.yaml            what the agent is, without what is at its default
    skills/NAME.yaml      one skill each; credentials are never in them
    knowledge/NAME.yaml   one text, FAQ or website each
    playbooks/NAME.yaml   one playbook each

The YAML is that of version 1.2's core: `10:30` and `2026-12-25` are texts, `yes` is a text, anchors are refused.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import yaml

from flowyte.agents.definition import Definition, as_dict, field_of
from flowyte.agents.definition import read as read_definition
from flowyte.agents.folder_schema import KINDS, Playbook, Questions, Site, Text, schema_of
from flowyte.kit.errors import FieldError, FlowyteError, Invalid
from flowyte.knowledge.model import Website
from flowyte.knowledge.sources import USUAL_PAGES, USUAL_REFRESH_S, read_faq, read_site
from flowyte.playbooks.check import read_graph
from flowyte.playbooks.model import DATA, Graph
from flowyte.skills.spec import Skill, read_skill
from flowyte.wiring.agent_lines import line_of

MOST_BYTES = 2 << 20  # of one file: a text source of 500,000 characters fits
MOST_FILES = 500
_READ_FIRST = ("type", "url", "method", "slot", "kind", "ask", "handle", "op", "value", "text", "skill", "playbookId")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROOMS = ("skills", "knowledge", "playbooks")
SCHEMAS = ".flowyte"
_HINT = "# yaml-language-server: $schema={path}\n"
_UP = ("", "../")
_FIRST = ("name", "kind", "skillType", "description")
_DEFAULTS = as_dict(Definition(name="-"))
_SKILL = msgspec.to_builtins(Skill(name="", description="", skill_type="builtin"))
_OPTIONAL: Mapping[str, Mapping[str, Any]] = {
    "skills": {name: default for name, default in _SKILL.items() if name not in _FIRST},
    "knowledge": {"maxPages": USUAL_PAGES, "refreshSeconds": USUAL_REFRESH_S},
    "playbooks": {"description": "", "isEnabled": True},
}


class BadFolderError(FlowyteError):
    """A file of the folder cannot be taken."""

    code = "bad_folder"


@dataclass(slots=True, kw_only=True)
class Folder:
    """`agent` is whole, defaults included; the others are by name."""

    agent: dict[str, Any]
    skills: dict[str, dict[str, Any]] = field(default_factory=dict)
    knowledge: dict[str, dict[str, Any]] = field(default_factory=dict)
    playbooks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def files(self) -> dict[str, str]:
        """Path and text of each file; the same agent gives the same bytes."""
        found = {"agent.yaml": dumped(_pruned(self.agent, _DEFAULTS) | {"name": self.agent["name"]}, first=("name",))}
        for room in ROOMS:
            taken: set[str] = set()
            for name, entry in sorted(getattr(self, room).items()):
                path = f"{room}/{_slug(name, taken)}.yaml"
                found[path] = dumped(_pruned(entry, _OPTIONAL[room]), first=_FIRST)
        return found


def read_folder(where: Path) -> Folder:
    """BadFolderError names the file, and line and column where it is the YAML that is wrong."""
    agent = where / "agent.yaml"
    if not agent.is_file():
        raise BadFolderError(f"{agent} is missing. `flowyte agents pull` writes one.")
    folder = Folder(agent=_checked(agent, whole_agent))
    count = 0
    for room in ROOMS:
        entries = getattr(folder, room)
        for path in sorted((where / room).glob("*.y*ml")):
            count += 1
            if count > MOST_FILES:
                raise BadFolderError(f"{where}: more than {MOST_FILES} files")
            entry = _checked(path, _READERS[room])
            if entry["name"] in entries:
                raise BadFolderError(f"{path}: there is another with the name {entry['name']}")
            entries[entry["name"]] = entry
    return folder


def schemas() -> dict[str, str]:
    """Path and text of the schemas that editors check the files by."""
    return {f"{SCHEMAS}/{kind}.json": json.dumps(schema_of(kind), indent=2) + "\n" for kind in KINDS}


def with_schemas(files: Mapping[str, str]) -> dict[str, str]:
    """The files with the line by which editors find their schema, and the schemas themselves."""
    named = {path: _HINT.format(path=f"{_UP[path.count('/')]}{SCHEMAS}/{_kind(path)}.json") for path in files}
    return {path: named[path] + text for path, text in files.items()} | schemas()


def _kind(path: str) -> str:
    return {"skills": "skill", "knowledge": "knowledge", "playbooks": "playbook"}.get(path.partition("/")[0], "agent")


def write_folder(where: Path, folder: Folder, *, hints: bool = False) -> list[str]:
    """Writes what differs and removes files of this format that are no longer meant; the paths that changed.

    `hints`: with the schemas for editors.
    """
    files = with_schemas(folder.files()) if hints else folder.files()
    changed = []
    for room in ROOMS:
        for path in (where / room).glob("*.yaml"):
            if f"{room}/{path.name}" not in files:
                path.unlink()
                changed.append(f"{room}/{path.name}")
    for name, text in files.items():
        path = where / name
        if not path.is_file() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            changed.append(name)
    return sorted(changed)


def dumped(values: Mapping[str, Any], *, first: tuple[str, ...] = ()) -> str:
    ordered = {name: values[name] for name in first if name in values} | dict(values)
    return yaml.dump(ordered, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, default_flow_style=False)


def _skill(values: dict[str, Any]) -> dict[str, Any]:
    read_skill(values)
    return whole_skill(values)


def whole_skill(values: Mapping[str, Any]) -> dict[str, Any]:
    """A skill's fields in their usual order, defaults included."""
    return {name: _ordered(values.get(name, default)) for name, default in _SKILL.items()}


SOURCE_FIELDS = {"text": ("content",), "faq": ("faq",), "url": ("url", "maxPages", "refreshSeconds")}


def _source(values: dict[str, Any]) -> dict[str, Any]:
    kind = str(values.get("kind"))
    if kind == "url":
        values = {**values, **{name: values.get(name, usual) for name, usual in _OPTIONAL["knowledge"].items()}}
    try:
        msgspec.convert(values, Text | Questions | Site)
    except msgspec.ValidationError as error:
        raise Invalid(fields=[field_of(error)]) from error
    wanted = SOURCE_FIELDS[kind]
    if kind == "faq":
        read_faq(values["faq"])
    if kind == "url":
        site = msgspec.convert([values[name] for name in wanted], tuple[str, int, int | None])
        values["url"] = read_site(Website(url=site[0], most_pages=site[1], refresh_s=site[2])).url
    return {name: values[name] for name in ("name", "kind", *wanted)}


def _playbook(values: dict[str, Any]) -> dict[str, Any]:
    graph = _graph(values.get("graph"))
    try:
        msgspec.convert(values, Playbook)
    except msgspec.ValidationError as error:
        raise Invalid(fields=[field_of(error)]) from error
    return dict(_OPTIONAL["playbooks"]) | values | {"graph": plain_graph(msgspec.to_builtins(graph))}


def _graph(value: Any) -> Graph:
    """A graph's faults are named from the file's beginning; the data of each node is read as well."""
    try:
        graph = read_graph(value)
    except Invalid as error:
        faults = [replace(each, field=f"graph.{each.field}".removesuffix(".graph")) for each in error.fields]
        raise Invalid(fields=faults) from error
    faults = []
    for node in graph.nodes:
        try:
            msgspec.convert(node.data, DATA[node.type])
        except msgspec.ValidationError as error:
            fault = field_of(error)
            field = f"graph.nodes.{node.id}.data.{fault.field}".removesuffix(".body")
            faults.append(FieldError(field=field, message=fault.message))
    if faults:
        raise Invalid(fields=faults)
    return graph


_READERS = {"skills": _skill, "knowledge": _source, "playbooks": _playbook}


def plain_graph(graph: Mapping[str, Any]) -> dict[str, Any]:
    """Without what an editor of boxes keeps and what is empty, in the order in which people read it."""
    first = ("id", "type", "data")
    nodes = [{name: _ordered(node[name]) for name in first if node.get(name)} for node in graph["nodes"]]
    names = ("source", "sourceHandle", "target")
    ways = [{name: way[name] for name in names if way.get(name)} for way in graph["connections"]]
    return {"nodes": nodes, "connections": ways}


def _ordered(value: Any) -> Any:
    """The database keeps no order of fields: what people read first comes first, then the alphabet."""
    if isinstance(value, Mapping):
        names = sorted(value, key=lambda name: (_READ_FIRST.index(name) if name in _READ_FIRST else 99, name))
        return {name: _ordered(value[name]) for name in names}
    return [_ordered(each) for each in value] if isinstance(value, list) else value


def whole_agent(values: Mapping[str, Any]) -> dict[str, Any]:
    """An agent's fields in their usual order, defaults included."""
    agent = as_dict(read_definition(dict(values)))
    weekly = agent["businessHours"]["weekly"]
    agent["businessHours"]["weekly"] = {day: weekly[day] for day in _DAYS if day in weekly}
    return agent


def _checked(path: Path, read: Any) -> dict[str, Any]:
    try:
        found: dict[str, Any] = read(_loaded(path))
    except Invalid as error:
        raise BadFolderError(_placed(path, error)) from error
    except BadFolderError as error:
        raise BadFolderError(error.message if str(path) in error.message else f"{path}: {error.message}") from error
    except (KeyError, TypeError, AttributeError, msgspec.ValidationError) as error:
        raise BadFolderError(f"{path}: {error} is missing or of another shape") from error
    return found


def _placed(path: Path, error: Invalid) -> str:
    """Each fault with its file and line."""
    if not error.fields:
        return f"{path}: {error.message}"
    root = yaml.compose(path.read_text(), Loader=_Loader)
    faults = [(line_of(root, fault.field), fault) for fault in error.fields]
    return "; ".join(f"{path}:{line}: {fault.field}: {fault.message}" for line, fault in faults)


def _loaded(path: Path) -> dict[str, Any]:
    if path.stat().st_size > MOST_BYTES:
        raise BadFolderError(f"{path}: larger than {MOST_BYTES >> 20} MB")
    try:
        found = yaml.load(path.read_text(), Loader=_Loader)  # noqa: S506 - a SafeLoader that knows less
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise BadFolderError(f"{path}{at}: {error.problem}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise BadFolderError(f"{path}: {error}") from error
    if not isinstance(found, dict):
        raise BadFolderError(f"{path}: begins with a field, such as `name: …`")
    return found


def _pruned(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """What differs from the default; an object is looked into."""
    found = {}
    for name, value in values.items():
        default = defaults.get(name)
        if name in defaults and value == default:
            continue
        found[name] = _pruned(value, default) if isinstance(value, dict) and isinstance(default, dict) else value
    return found


def _slug(name: str, taken: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "unnamed"
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    taken.add(slug)
    return slug


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as such, lists indented, no anchors."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases are not used here", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} stands here twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
for _class in (_Dumper, _Loader):
    _class.yaml_implicit_resolvers = {}
    for _tag, _pattern, _first in (
        ("bool", r"^(?:true|false)$", "tf"),
        ("null", r"^(?:null|~|)$", ["n", "~", ""]),
        ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
        ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+(?:e[-+]?[0-9]+)?$", "-0123456789"),
    ):
        _class.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))
