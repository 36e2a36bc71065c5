"""A playbook's graph as boxes and lines of an SVG. Pure.

Rows by how far a node is from the start, whatever positions an editor gave; what nothing leads to stands at the bottom,
where it is seen.
"""

from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 168, 44
ACROSS, DOWN = 24, 44
LONGEST = 22  # characters that fit into a box


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    id: str
    type: str
    x: int
    y: int
    label: str
    words: str
    """What it is and says, for who does not see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    path: str
    label: str
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def picture(graph: Any) -> Picture:
    """Of whatever can be drawn; a graph with faults has a picture too."""
    graph = graph if isinstance(graph, dict) else {}
    nodes = {str(node.get("id")): node for node in _dicts(graph.get("nodes")) if node.get("id")}
    ways = [
        (str(way.get("source")), str(way.get("target")), str(way.get("sourceHandle") or ""))
        for way in _dicts(graph.get("connections"))
        if str(way.get("source")) in nodes and str(way.get("target")) in nodes
    ]
    boxes: dict[str, Box] = {}
    rows = _rows(nodes, ways)
    for row, ids in enumerate(rows):
        for place, node_id in enumerate(ids):
            node = nodes[node_id]
            boxes[node_id] = Box(
                id=node_id, type=str(node.get("type", "")), x=8 + place * (WIDTH + ACROSS),
                y=8 + row * (HEIGHT + DOWN), label=_short(node_id), words=_short(_words(node), 60),
            )  # fmt: skip
    most = max((len(ids) for ids in rows), default=1)
    return Picture(
        width=16 + most * (WIDTH + ACROSS) + 24,
        height=16 + len(rows) * (HEIGHT + DOWN),
        boxes=tuple(boxes.values()),
        lines=tuple(_line(boxes[source], boxes[target], handle) for source, target, handle in ways),
    )


def _rows(nodes: dict[str, Any], ways: list[tuple[str, str, str]]) -> list[list[str]]:
    found: list[list[str]] = []
    row = [node_id for node_id, node in nodes.items() if node.get("type") == "start"][:1] or list(nodes)[:1]
    seen: set[str] = set()
    while row:
        found.append(row)
        seen.update(row)
        row = list(dict.fromkeys(target for source, target, _ in ways if source in row and target not in seen))
    lost = [node_id for node_id in nodes if node_id not in seen]
    return [*found, lost] if lost else found


def _line(source: Box, target: Box, handle: str) -> Line:
    """Downwards from edge to edge; sideways or back up in a bow beside the boxes."""
    label = "" if handle == "done" else _short(handle, 12)
    if target.y > source.y:
        x1, y1, x2, y2 = source.x + WIDTH // 2, source.y + HEIGHT, target.x + WIDTH // 2, target.y - 4
        path = f"M{x1},{y1} C{x1},{y1 + DOWN // 2} {x2},{y2 - DOWN // 2} {x2},{y2}"
        return Line(path=path, label=label, x=(x1 + x2) // 2 + 4, y=(y1 + y2) // 2 + 4)
    x1, y1, x2, y2 = source.x + WIDTH, source.y + HEIGHT // 2, target.x + WIDTH + 4, target.y + HEIGHT // 2
    bow = max(x1, x2) + ACROSS
    return Line(path=f"M{x1},{y1} C{bow},{y1} {bow},{y2} {x2},{y2}", label=label, x=x1 + 4, y=y1 - 4)


def _words(node: dict[str, Any]) -> str:
    data = node.get("data")
    data = data if isinstance(data, dict) else {}
    said = next((str(data[name]) for name in ("ask", "text", "say", "skill", "destination") if data.get(name)), "")
    return said or ", ".join(str(case.get("handle", "")) for case in _dicts(data.get("cases")))


def _short(text: str, most: int = LONGEST) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
