"""A JSON Schema (2020-12) for each kind of file of an agent's folder, generated from the types that read the files.

What a type cannot say in itself is put where it belongs: the settings of a skill by its kind, the config of a policy by
its type, the data of a node by what it is. A file that is read passes; one that passes may still be refused for what no
schema can say, such as a time zone that there is none of.
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from flowyte.agents.definition import Channel, Day, Definition
from flowyte.agents.described import AGENT, PARTS, words_of
from flowyte.guardrails.engine import CONFIGS
from flowyte.playbooks.model import DATA, Graph
from flowyte.skills.config import SHAPES
from flowyte.skills.described import CONFIG, SKILL
from flowyte.skills.spec import Skill

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Kind = Literal["agent", "skill", "knowledge", "playbook"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Schema = dict[str, Any]
_REF = "#/$defs/{name}"


class Question(Struct, forbid_unknown_fields=True, kw_only=True):
    """A question that callers ask, other ways of asking it, and the answer."""

    question: Annotated[str, Meta(min_length=1)]
    answer: Annotated[str, Meta(min_length=1)]
    alternatives: list[str] = []


class Text(Struct, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="text"):
    """A text that is cut into passages and quoted."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    content: Annotated[str, Meta(min_length=1)]


class Questions(Struct, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="faq"):
    """Questions with their answers, which are given word by word."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    faq: list[Question]


class Site(Struct, forbid_unknown_fields=True, kw_only=True, rename="camel", tag_field="kind", tag="url"):
    """A website that is read, a page after another, and read again from time to time."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    url: Annotated[str, Meta(min_length=1, max_length=2_000)]
    max_pages: Annotated[int, Meta(ge=1, le=200)] = 50
    refresh_seconds: Annotated[int, Meta(ge=86_400, le=31_536_000)] | None = 604_800


class Playbook(Struct, forbid_unknown_fields=True, kw_only=True, rename="camel"):
    """A conversation that goes step by step."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    description: Annotated[str, Meta(max_length=2_000)] = ""
    is_enabled: bool = True
    graph: Graph


_TYPES: Mapping[Kind, Any] = {
    "agent": Definition,
    "skill": Skill,
    "knowledge": Text | Questions | Site,
    "playbook": Playbook,
}


@cache
def schema_of(kind: Kind) -> Schema:
    """The whole schema of one kind of file."""
    (root,), found = msgspec.json.schema_components([_TYPES[kind]], ref_template=_REF)
    defs: dict[str, Schema] = dict(found)
    {"agent": _agent, "skill": _skill, "knowledge": _nothing, "playbook": _playbook}[kind](defs)
    for part, schema in defs.items():
        for name, field in schema.get("properties", {}).items():
            field["description"] = PARTS.get(f"{part}.{name}") or field.get("description", "")
    title = f"Flowyte: {kind} of an agent's folder"
    return {"$schema": DIALECT, "title": title, **root, "$defs": defs}


def _agent(defs: dict[str, Schema]) -> None:
    """Fields of an agent in words; keys that are a closed set one by one."""
    hours, overrides = defs["BusinessHours"]["properties"], defs["Definition"]["properties"]
    hours["weekly"] = _closed(hours["weekly"], get_args(Day))
    overrides["channelOverrides"] = _closed(overrides["channelOverrides"], get_args(Channel))
    _describe(defs, "Definition", "")
    for name, field in defs["ChannelOverride"]["properties"].items():
        field["description"] = AGENT[name][1]
    _by(defs, "PolicySpec", "policyType", "config", CONFIGS)


def _skill(defs: dict[str, Schema]) -> None:
    for name, field in defs["Skill"]["properties"].items():
        field["description"] = SKILL.get(name, "")
    _by(defs, "Skill", "skillType", "executionConfig", SHAPES)
    for shape in {shape.__name__ for shape in SHAPES.values()}:
        for name, field in defs[shape]["properties"].items():
            field["description"] = CONFIG.get(name, "")


def _playbook(defs: dict[str, Schema]) -> None:
    _by(defs, "Node", "type", "data", DATA)


def _nothing(defs: dict[str, Schema]) -> None:
    """A source says everything in its types."""


def _by(defs: dict[str, Schema], holder: str, key: str, field: str, shapes: Mapping[Any, type[Struct]]) -> None:
    """`field` of `holder` has the shape that `key` names."""
    _, found = msgspec.json.schema_components(list(dict.fromkeys(shapes.values())), ref_template=_REF)
    defs.update({name: schema for name, schema in found.items() if name not in defs})
    defs[holder]["allOf"] = [
        {
            "if": {"properties": {key: {"const": value}}, "required": [key]},
            "then": {"properties": {field: {"$ref": _REF.format(name=shape.__name__)}}},
        }
        for value, shape in shapes.items()
    ]


def _closed(field: Schema, keys: tuple[str, ...]) -> Schema:
    inner = field["additionalProperties"]
    return {"type": "object", "properties": {key: dict(inner) for key in keys}, "additionalProperties": False}


def _describe(defs: dict[str, Schema], holder: str, path: str) -> None:
    for name, field in defs[holder].get("properties", {}).items():
        place = f"{path}.{name}".lstrip(".")
        field["description"] = words_of(place)[1]
        for key, inner in field.get("properties", {}).items():
            inner["description"] = words_of(f"{place}.{key}")[1]
        for below in _refs(field):
            if below not in ("ChannelOverride", "PolicySpec", "Spec"):
                _describe(defs, below, place)


def _refs(field: Schema) -> list[str]:
    """The parts that a field holds, one by one or as a list."""
    found = [field.get("$ref"), (field.get("items") or {}).get("$ref")]
    found += [(inner.get("items") or {}).get("$ref") for inner in field.get("properties", {}).values()]
    return [ref.rpartition("/")[2] for ref in found if ref]
