"""The schemas of an agent's files, by a validator that is not ours, against the reader whose types they are made of."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from flowyte.agents.definition import Definition, as_dict
from flowyte.agents.described import AGENT, OVERRIDES
from flowyte.agents.folder_schema import KINDS, Kind, schema_of
from flowyte.skills.described import CONFIG, SKILL
from flowyte.wiring.agent_folder import (
    _READERS,
    BadFolderError,
    _Loader,
    read_folder,
    schemas,
    whole_agent,
    with_schemas,
    write_folder,
)
from flowyte.wiring.agent_lines import line_of

ROOT = Path(__file__).parents[3]
FILES = sorted(path for path in (ROOT / "examples").rglob("*.yaml"))
VALIDATORS = {kind: Draft202012Validator(schema_of(kind)) for kind in KINDS}
READERS = {"agent": whole_agent, "skill": _READERS["skills"], "knowledge": _READERS["knowledge"],
           "playbook": _READERS["playbooks"]}  # fmt: skip


def kind_of(path: Path) -> Kind:
    rooms: dict[str, Kind] = {"skills": "skill", "knowledge": "knowledge", "playbooks": "playbook"}
    return rooms.get(path.parent.name, "agent")


def loaded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(path.read_text(), Loader=_Loader)
    return found


EXAMPLES = [(kind_of(path), loaded(path)) for path in FILES]


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one(kind: Kind) -> None:
    """By the dialect that it names, and each of its fields says what it is."""
    schema = schema_of(kind)
    Draft202012Validator.check_schema(schema)
    silent = [
        f"{part}.{name}"
        for part, found in schema["$defs"].items()
        for name, field in found.get("properties", {}).items()
        if not field.get("description")
    ]
    assert silent == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT / "examples")))
def test_the_examples_are_valid(path: Path) -> None:
    """Every file of them."""
    assert [fault.message for fault in VALIDATORS[kind_of(path)].iter_errors(loaded(path))] == []


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every field and entry in it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for name, each in inner for found in [(*path, name), *places(each, (*path, name))]]


@given(st.data())
def test_what_is_read_is_valid(data: st.DataObject) -> None:
    """However an example is changed: the schema refuses nothing that the product takes."""
    kind, original = data.draw(st.sampled_from(EXAMPLES))
    changed = copy.deepcopy(original)
    *above, last = data.draw(st.sampled_from(places(changed)))
    holder = changed
    for step in above:
        holder = holder[step]
    holder[last] = data.draw(st.sampled_from([None, 0, -1, 1.5, True, "", "x", "2026-12-25", [], {}, ["x"], {"x": 1}]))
    try:
        READERS[kind](copy.deepcopy(changed))
    except Exception:  # noqa: BLE001 - whatever the reader says, it does not take it
        return
    assert [fault.message for fault in VALIDATORS[kind].iter_errors(changed)] == []


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("agent", {"name": "a", "greting": "x"}),
        ("agent", {"name": "a", "businessHours": {"weekly": {"funday": []}}}),
        ("agent", {"name": "a", "callControl": {"maxCallSeconds": 1}}),
        ("agent", {"name": "a", "channelOverrides": {"fax": {"tone": "x"}}}),
        ("agent", {"name": "a", "channelOverrides": {"chat": {"guardrails": []}}}),
        ("agent", {"name": "a", "guardrails": [{"policyType": "content_policy", "config": {"fields": ["x"]}}]}),
        ("skill", {"name": "a", "description": "b", "skillType": "email", "executionConfig": {"url": "x"}}),
        ("skill", {"name": "a", "description": "b", "skillType": "nothing"}),
        ("knowledge", {"name": "a", "kind": "text"}),
        ("knowledge", {"name": "a", "kind": "faq", "faq": [{"question": "x"}]}),
        ("playbook", {"name": "a", "graph": {"nodes": [{"id": "s", "type": "message", "data": {"txt": "x"}}]}}),
    ],
)
def test_a_slip_of_the_pen_is_refused_by_both(kind: Kind, file: dict[str, Any]) -> None:
    """In the editor, and by the product."""
    assert not VALIDATORS[kind].is_valid(file)
    with pytest.raises(Exception, match=r".+"):
        READERS[kind](copy.deepcopy(file))


def test_every_field_has_its_words() -> None:
    """A field that is new has to be said in words before it can be offered to anybody."""

    def paths(value: Any, above: str = "") -> set[str]:
        inner = value.items() if isinstance(value, dict) else ()
        return {found for name, each in inner for found in {f"{above}{name}", *paths(each, f"{above}{name}.")}}

    assert paths(as_dict(Definition(name="a"))) <= set(AGENT)
    assert set(OVERRIDES) == set(schema_of("agent")["$defs"]["ChannelOverride"]["properties"])
    assert set(schema_of("skill")["$defs"]["Skill"]["properties"]) == set(SKILL)
    assert all(SKILL.values())
    assert all(CONFIG.values())


TEXT = """name: shop
# a comment
greeting: Hello
businessHours:
  timezone: Europe/London
  weekly:
    mon:
      - start: 09:00
        end: 08:00
channelOverrides:
  chat:
    tone: calm
    skills: none
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("greeting", 3), ("businessHours.timezone", 5), ("businessHours.weekly.mon[0]", 8),
        ("businessHours.weekly.mon[0].end", 9), ("channelOverrides[...].skills", 13), ("businessHours.holidays", 4),
        ("nothing", 1), ("", 1),
    ],
)  # fmt: skip
def test_a_field_is_found_at_its_line(path: str, line: int) -> None:
    """One that is missing, at the line of what it is missing in."""
    assert line_of(yaml.compose(TEXT, Loader=_Loader), path) == line


def test_every_fault_of_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    """Also in a playbook, whose nodes are named by their ids."""
    (tmp_path / "agent.yaml").write_text(TEXT.replace("    skills: none\n", ""))
    with pytest.raises(BadFolderError, match=r"agent\.yaml:8: businessHours\.weekly\.mon\[0\]: ends before it begins"):
        read_folder(tmp_path)
    (tmp_path / "agent.yaml").write_text("name: shop\n")
    (tmp_path / "playbooks").mkdir()
    graph = "name: p\ngraph:\n  nodes:\n    - id: hello\n      type: message\n      data:\n        txt: Hi\n"
    (tmp_path / "playbooks" / "p.yaml").write_text(graph)
    with pytest.raises(BadFolderError, match=r"p\.yaml:7: graph\.nodes\.hello\.data\.txt: is not a field"):
        read_folder(tmp_path)


def test_a_pulled_folder_tells_editors_where_the_schemas_are(tmp_path: Path) -> None:
    """By a path inside it, so that the same agent gives the same bytes wherever it was pulled from."""
    folder = read_folder(ROOT / "examples/plumber")
    written = write_folder(tmp_path, folder, hints=True)
    assert set(schemas()) <= set(written)
    assert write_folder(tmp_path, folder, hints=True) == []
    for name in with_schemas(folder.files()):
        if name.endswith(".yaml"):
            hint, _, text = (tmp_path / name).read_text().partition("\n")
            named = (tmp_path / name).parent / hint.removeprefix("# yaml-language-server: $schema=")
            assert named.resolve().is_file()
            assert text == folder.files()[name]
    assert read_folder(tmp_path) == folder
