"""What is wrong with a graph, by node, and a flow of one with which nothing is. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from flowyte.kit.errors import FieldError, Invalid
from flowyte.playbooks import patterns
from flowyte.playbooks.model import (
    DATA,
    MOST_BYTES,
    Branch,
    Collect,
    Data,
    End,
    Flow,
    Graph,
    Message,
    SkillCall,
    Skills,
    Start,
    Transfer,
    handle_of,
    handles_of,
)  # fmt: skip

SLOT = re.compile(r"\{([A-Za-z][A-Za-z0-9_]*)\}")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
Ways = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`node` is empty for what belongs to none."""

    node: str
    message: str

    @property
    def field(self) -> str:
        return f"nodes.{self.node}" if self.node else "graph"


def read_graph(value: Any) -> Graph:
    """The shape alone. Invalid says where it is another."""
    try:
        graph = msgspec.convert(value, Graph)
    except (msgspec.ValidationError, RecursionError) as error:
        message, _, path = str(error).partition(" - at `$")
        raise Invalid(fields=[FieldError(field=path.rstrip("`").lstrip(".") or "graph", message=message)]) from error
    try:
        written = msgspec.json.encode(graph)
    except (OverflowError, UnicodeEncodeError) as error:
        raise Invalid(fields=[FieldError(field="graph", message="holds a number or a character of no use")]) from error
    if _NUL.search(written):
        raise Invalid(fields=[FieldError(field="graph", message="holds a NUL character, which nobody can say")])
    if len(written) > MOST_BYTES:
        raise Invalid(fields=[FieldError(field="graph", message=f"is larger than {MOST_BYTES} bytes")])
    return graph


def checked(graph: Graph, skills: Skills) -> Flow:
    """Invalid with every fault, `nodes.<id>` each."""
    flow, faults = compiled(graph, skills)
    if faults or flow is None:
        raise Invalid(fields=[FieldError(field=fault.field, message=fault.message) for fault in faults])
    return flow


def compiled(graph: Graph, skills: Skills) -> tuple[Flow | None, list[Fault]]:
    """A flow, or all that stands against it."""
    faults: list[Fault] = []
    nodes: dict[str, Data] = {}
    seen: set[str] = set()
    for node in graph.nodes:
        if node.id in seen:
            faults.append(Fault(node=node.id, message="has the id of another node"))
        seen.add(node.id)
        try:
            nodes[node.id] = msgspec.convert(node.data, DATA[node.type])
        except (msgspec.ValidationError, RecursionError) as error:
            faults.append(Fault(node=node.id, message=str(error).replace(" - at `$.", " - at `")))
    starts = [node.id for node in graph.nodes if node.type == "start"]
    if len(starts) != 1:
        faults.append(Fault(node=starts[1] if starts else "", message="there must be one start, and no more"))
    ways = {}
    if not faults:
        ways = dict(_ways(graph, nodes, faults))
        slots = {slot for data in nodes.values() for slot in _sets(data)}
        faults += _of_secrets(nodes)
        for node_id, data in nodes.items():
            faults += [Fault(node=node_id, message=text) for text in _of_node(data, slots, skills)]
            faults += [
                Fault(node=node_id, message=f"its way out “{handle}” leads nowhere")
                for handle in handles_of(data)
                if (node_id, handle) not in ways
            ]
    if faults:
        return None, faults
    faults = list(_of_paths(starts[0], nodes, ways))
    flow = Flow(start=starts[0], nodes=nodes, ways=ways, skills=skills)
    return (None if faults else flow), faults


def _ways(graph: Graph, nodes: Mapping[str, Data], faults: list[Fault]) -> Iterator[tuple[tuple[str, str], str]]:
    taken: set[tuple[str, str]] = set()
    for connection in graph.connections:
        missing = [end for end in (connection.source, connection.target) if end not in nodes]
        if missing:
            other = connection.target if missing[0] == connection.source else connection.source
            at = other if other in nodes else ""
            faults.append(Fault(node=at, message=f"is connected with {missing[0]}, which is not there"))
            continue
        data = nodes[connection.source]
        handle = handle_of(connection, data)
        if handle not in handles_of(data):
            faults.append(Fault(node=connection.source, message=f"has no way out “{handle}”"))
        elif (connection.source, handle) in taken:
            faults.append(Fault(node=connection.source, message=f"its way out “{handle}” leads to two nodes"))
        elif isinstance(nodes[connection.target], Start):
            faults.append(Fault(node=connection.source, message="leads back to the start"))
        else:
            yield (connection.source, handle), connection.target
        taken.add((connection.source, handle))


def _of_secrets(nodes: Mapping[str, Data]) -> Iterator[Fault]:
    """A sensitive value goes to one skill, whole, and nowhere else."""
    secret = {data.slot for data in nodes.values() if isinstance(data, Collect) and data.sensitive}
    for slot in sorted(secret):
        takes: set[str] = set()
        for node_id, data in nodes.items():
            message = _told(slot, data)
            if message:
                yield Fault(node=node_id, message=message)
            if isinstance(data, SkillCall) and slot in SLOT.findall(" ".join(_texts(data))):
                takes.add(data.skill)
                if len(takes) > 1:
                    yield Fault(node=node_id, message=f"{{{slot}}} is sensitive, and goes to another skill already")


def _told(slot: str, data: Data) -> str:
    """What is wrong with how a node uses a sensitive slot; empty when nothing is."""
    if isinstance(data, Collect) and data.slot == slot and not data.sensitive:
        return f"collects {slot}, which is sensitive elsewhere"
    if isinstance(data, Branch):
        asks = any(case.slot == slot and case.op != "filled" for case in data.cases)
        return f"{slot} is sensitive, and may only be asked whether it is filled" if asks else ""
    used = [text for text in _texts(data) if slot in SLOT.findall(text)]
    if isinstance(data, SkillCall):
        whole = all(SLOT.fullmatch(text) for text in used)
        return "" if whole else f"{{{slot}}} is sensitive, and may only be an argument by itself"
    return f"{{{slot}}} is sensitive, and may not be said" if used else ""


def _sets(data: Data) -> Iterable[str]:
    match data:
        case Collect(slot=slot):
            return (slot,)
        case SkillCall(saves=saves):
            return saves
        case _:
            return ()


def _of_node(data: Data, slots: set[str], skills: Skills) -> Iterator[str]:
    for slot in dict.fromkeys(slot for text in _texts(data) for slot in SLOT.findall(text)):
        if slot not in slots:
            yield f"names {{{slot}}}, which nothing collects"
    match data:
        case Collect():
            if data.kind == "choice" and len(data.options) < 2:
                yield "a choice needs two options or more"
            if data.pattern:
                yield from _pattern(data.pattern)
        case Branch():
            yield from _cases(data, slots)
        case SkillCall():
            yield from _skill(data, skills)
        case _:
            pass


def _texts(data: Data) -> Iterator[str]:
    match data:
        case Message(text=text):
            yield text
        case Collect():
            yield from (data.ask, data.ask_again)
        case SkillCall():
            yield from (value for value in data.arguments.values() if isinstance(value, str))
        case Transfer(say=say) | End(say=say):
            yield say
        case _:
            return


def _pattern(pattern: str) -> Iterator[str]:
    try:
        patterns.check(pattern)
    except patterns.BadPattern as error:
        yield f"the pattern {error}"


def _cases(data: Branch, slots: set[str]) -> Iterator[str]:
    handles = [case.handle for case in data.cases]
    if len({*handles, "default"}) != len(handles) + 1:
        yield "two of its ways out have one name"
    for case in data.cases:
        if case.slot not in slots:
            yield f"asks about {case.slot}, which nothing collects"
        if case.op == "matches":
            yield from _pattern(str(case.value))
        if case.op in ("greater", "less") and _number(case.value) is None:
            yield f"compares {case.slot} with “{case.value}”, which is no number"


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _skill(data: SkillCall, skills: Skills) -> Iterator[str]:
    view = skills.get(data.skill)
    if view is None:
        yield f"this agent has no skill {data.skill}"
        return
    if not view.enabled:
        yield f"the skill {view.name} is switched off"
    for name in sorted(set(data.arguments) - view.parameters):
        yield f"the skill {view.name} takes no {name}"
    for name in sorted(view.required - set(data.arguments)):
        yield f"the skill {view.name} needs {name}"


def _of_paths(start: str, nodes: Mapping[str, Data], ways: Ways) -> Iterator[Fault]:
    onward: dict[str, list[str]] = {node: [] for node in nodes}
    backward: dict[str, list[str]] = {node: [] for node in nodes}
    for (source, _), target in ways.items():
        onward[source].append(target)
        backward[target].append(source)
    reached = _reached([start], onward)
    ends = [node for node, data in nodes.items() if isinstance(data, End | Transfer)]
    ending = _reached(ends, backward)
    for node in nodes:
        if node not in reached:
            yield Fault(node=node, message="no way leads here")
        elif node not in ending:
            yield Fault(node=node, message="no way from here ends")
    for node in _circling(nodes, onward):
        yield Fault(node=node, message="goes round in a circle in which nobody is listened to")


def _reached(begin: Iterable[str], ways: Mapping[str, list[str]]) -> set[str]:
    found, open_ends = set(begin), list(begin)
    while open_ends:
        for target in ways[open_ends.pop()]:
            if target not in found:
                found.add(target)
                open_ends.append(target)
    return found


def _circling(nodes: Mapping[str, Data], onward: Mapping[str, list[str]]) -> list[str]:
    """Nodes from which their own place is reached again without a collect between."""
    silent = {node for node, data in nodes.items() if not isinstance(data, Collect)}
    among = {node: [target for target in onward[node] if target in silent] for node in nodes}
    return [node for node in nodes if node in silent and node in _reached(among[node], among)]
