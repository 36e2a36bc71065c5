"""No regular expression of ours explodes, whatever a caller, a page or a model says.

The attack: one sentence that keeps a pattern busy for ever stops every call of the process, for they share a thread.
Every pattern that stands in a module is tried in a process of its own with what makes bad ones explode, repeated to
the length of the longest message. One that takes cubic time or worse never comes back in time.
"""

import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import flowyte

LENGTH = 4_000  # characters: the longest message of a chat
PATIENCE_S = 300  # a hang guard: all patterns together take a few seconds
PIECES = (
    "a", "a ", "1", "1 ", "-", "_", ".", " ", "\n", "#", "*", "(", "[", "[x](", "<", "</a>", '"', "'", "@", "a@",
    "a.", "http://", "www.", "no, ", "it ", "is ", "has been ", "i have ", "just ", "message ", "sent ", "not ",
    "never mind ", "not record ", "stop recording ", "one ", "double ", "hundred ", "of ", "may ", "speak to a ",
    "are you really ", "\u00e9", "{a}",
    "%", ";", ",", "...", "?!", "<think>", "\r\n", "Dr. ", ":", "\u0660",
)  # fmt: skip
TRY = """
import re
for source, flags in {patterns!r}:
    pattern = re.compile(source, flags)
    for piece in {pieces!r}:
        text = (piece * {length})[:{length}] + "!"
        pattern.search(text)
        pattern.fullmatch(text)
"""


def patterns() -> list[tuple[str, int]]:
    found = set()
    for module in pkgutil.walk_packages([str(Path(flowyte.__file__).parent)], "flowyte."):
        if module.name.endswith("__main__"):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            each = value if isinstance(value, tuple | list) else [value]
            found |= {(p.pattern, p.flags) for p in each if isinstance(p, re.Pattern) and isinstance(p.pattern, str)}
    return sorted(found)


def tried(found: list[tuple[str, int]], seconds: float) -> None:
    program = TRY.format(pieces=PIECES, length=LENGTH, patterns=found)
    subprocess.run([sys.executable, "-c", program], check=True, timeout=seconds)


def test_none_of_ours_explodes() -> None:
    found = patterns()
    assert len(found) > 60, "they are looked for where they stand"
    tried(found, PATIENCE_S)


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(\w+\s?)*;", r"a*a*a*a*b"])
def test_one_that_explodes_is_noticed(pattern: str) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        tried([(pattern, 0)], 2)
