"""Where in a YAML file a field stands, so that a fault can be gone to: `businessHours.weekly.mon[0].end` is line 14."""

import re

import yaml

_STEP = re.compile(r"\[(\d+|\.\.\.)\]|([^.\[\]]+)")


def line_of(root: yaml.Node | None, path: str) -> int:
    """Counted from one; of the nearest that is there when the field itself is missing."""
    steps = [index or name for index, name in _STEP.findall(path)]
    found = _deepest(root, steps, 0)
    return found[1] + 1


def _deepest(node: yaml.Node | None, steps: list[str], line: int) -> tuple[int, int]:
    """How many of the steps lead somewhere, and the line at which the last of them stands."""
    if node is None or not steps:
        return 0, line
    best = (0, line)
    for value, at in _children(node, steps[0]):
        depth, below = _deepest(value, steps[1:], at)
        best = max(best, (depth + 1, below), key=lambda each: each[0])
    return best


def _children(node: yaml.Node, step: str) -> list[tuple[yaml.Node, int]]:
    """`...` stands for any key or entry."""
    if isinstance(node, yaml.MappingNode):
        return [(value, key.start_mark.line) for key, value in node.value if step in ("...", key.value)]
    if isinstance(node, yaml.SequenceNode):
        by_id = [each for each in node.value if _id_of(each) == step]
        chosen = node.value if step == "..." else node.value[int(step) :][:1] if step.isdigit() else by_id
        return [(each, each.start_mark.line) for each in chosen]
    return []


def _id_of(node: yaml.Node) -> str:
    """A playbook's faults name their nodes by id, not by number."""
    if not isinstance(node, yaml.MappingNode):
        return ""
    return next((str(value.value) for key, value in node.value if key.value == "id"), "")
