"""A graph as the API has it, and what each type of node says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from flowyte.slots.model import Kind

Type = Literal["start", "collect", "message", "branch", "skill", "transfer", "end"]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Slot = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
Text = Annotated[str, Meta(max_length=1_000)]  # a minute of speech; nobody listens longer
MOST_NODES = 200  # a drawing of more cannot be checked by eye
MOST_CONNECTIONS = 600  # three a node
MOST_BYTES = 256_000  # of the whole graph


class Part(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True, frozen=True):
    """Anything of a graph."""


class Node(Part, frozen=True, kw_only=True):
    id: Name
    type: Type
    position: dict[Literal["x", "y"], float] = {}
    data: dict[str, Any] = {}


class Connection(Part, frozen=True, kw_only=True):
    """`sourceHandle` says which way out of the source; None is the usual one."""

    id: Annotated[str, Meta(max_length=100)] = ""
    source: Name
    target: Name
    source_handle: Annotated[str, Meta(max_length=64)] | None = None
    target_handle: Annotated[str, Meta(max_length=64)] | None = None


class Graph(Part, frozen=True, kw_only=True):
    flow_id: Annotated[str, Meta(max_length=100)] = ""
    nodes: Annotated[list[Node], Meta(max_length=MOST_NODES)] = []
    connections: Annotated[list[Connection], Meta(max_length=MOST_CONNECTIONS)] = []


class Start(Part, frozen=True, kw_only=True):
    pass


class Message(Part, frozen=True, kw_only=True):
    """`{slot}` in a text stands for what was collected."""

    text: Annotated[str, Meta(min_length=1, max_length=1_000)]


class Collect(Part, frozen=True, kw_only=True):
    """Ways out: `done`, and `fallback` after `tries` answers that were none."""

    slot: Slot
    kind: Kind
    ask: Annotated[str, Meta(min_length=1, max_length=1_000)]
    ask_again: Text = ""
    options: Annotated[list[Annotated[str, Meta(min_length=1, max_length=100)]], Meta(max_length=20)] = []
    pattern: Text = ""
    keypad: bool = True
    confirm: Literal["always", "unsure", "never"] = "unsure"
    tries: Annotated[int, Meta(ge=1, le=10)] = 3
    sensitive: bool = False
    """A card's number, say: it goes to one skill and is otherwise kept, told and said nowhere, nor recorded."""


class Case(Part, frozen=True, kw_only=True):
    """The way out `handle` is taken when it holds; the first that holds counts."""

    handle: Name
    slot: Slot
    op: Literal["equals", "not_equals", "contains", "matches", "greater", "less", "filled"] = "equals"
    value: Annotated[str, Meta(max_length=200)] | bool | int | float = ""


class Branch(Part, frozen=True, kw_only=True):
    """Ways out: one for each case, and `default`."""

    cases: Annotated[list[Case], Meta(min_length=1, max_length=20)]


class SkillCall(Part, frozen=True, kw_only=True):
    """Ways out: `done`, and `failed` when it did not work or the caller said no. `saves` keeps fields of its result."""

    skill: Annotated[str, Meta(min_length=1, max_length=100)]
    arguments: dict[str, Annotated[str, Meta(max_length=1_000)] | bool | int | float] = {}
    saves: dict[Slot, Annotated[str, Meta(min_length=1, max_length=200)]] = {}
    tries: Annotated[int, Meta(ge=1, le=10)] = 3


class Transfer(Part, frozen=True, kw_only=True):
    """To the agent's own handoff destination, unless one of them is named."""

    destination: Annotated[str, Meta(max_length=200)] = ""
    say: Text = ""


class End(Part, frozen=True, kw_only=True):
    say: Text = ""


Data = Start | Message | Collect | Branch | SkillCall | Transfer | End
DATA: Mapping[str, type[Data]] = {
    "start": Start, "message": Message, "collect": Collect, "branch": Branch, "skill": SkillCall,
    "transfer": Transfer, "end": End,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillView:
    """What a graph has to know of a skill."""

    name: str
    parameters: frozenset[str]
    required: frozenset[str]
    has_effects: bool
    enabled: bool = True


Skills = Mapping[str, SkillView]
"""By name and by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A graph that passed the check, ready to be walked. `ways` are by node and handle, the usual one under "done"."""

    start: str
    nodes: Mapping[str, Data]
    ways: Mapping[tuple[str, str], str]
    skills: Skills


def handles_of(data: Data) -> tuple[str, ...]:
    """The ways out that a node has, all of which lead somewhere."""
    match data:
        case Start() | Message():
            return ("done",)
        case Collect():
            return ("done", "fallback")
        case Branch(cases=cases):
            return (*(case.handle for case in cases), "default")
        case SkillCall():
            return ("done", "failed")
        case _:
            return ()


def handle_of(connection: Connection, data: Data) -> str:
    """None is the usual way out."""
    return connection.source_handle or ("default" if isinstance(data, Branch) else "done")
