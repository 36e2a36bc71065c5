"""What no module may call: a way to run text as code or as a command, to guess at random, to encrypt badly."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "flowyte"
NEVER = frozenset({
    "eval", "exec", "compile", "os.popen", "pickle.loads", "pickle.load", "marshal.loads", "shelve.open",
    "yaml.unsafe_load", "yaml.full_load", "hashlib.md5", "hashlib.sha1", "modes.ECB", "padding.PKCS1v15",
    "os.system", "asyncio.create_subprocess_shell", "subprocess.getoutput", "subprocess.getstatusoutput", "ctypes.CDLL",
})  # fmt: skip
PREDICTABLE = frozenset({"random", "uuid.uuid1"})
MAY_REPEAT = ("proof/", "testing/", "rehearse/")
"""Proofs and rehearsals draw at random from a seed, so that a run can be repeated. Nothing of theirs is a secret."""


def called(tree: ast.AST) -> Iterator[str]:
    """Dotted names of everything that is called; `subprocess.run(…, shell=True)` is given as `shell=True`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)
            yield from (
                f"{each.arg}={ast.unparse(each.value)}" for each in node.keywords if each.arg in ("shell", "Loader")
            )


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def wrong(text: str, *, may_repeat: bool = False) -> set[str]:
    tree = ast.parse(text)
    names = {name.removeprefix("hazmat.") for name in called(tree)}
    brought = set(imported(tree))
    bad = (names & NEVER) | (brought & NEVER) | {name for name in names if name.startswith("shell=") and "True" in name}
    return bad if may_repeat else bad | ((names | brought) & PREDICTABLE)


def test_no_module_does_any_of_it() -> None:
    """Text of people is never code, a command or a class; nothing that must not be guessed comes from a seed."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        name = path.relative_to(SOURCE).as_posix()
        if bad := wrong(path.read_text(), may_repeat=name.startswith(MAY_REPEAT)):
            found[name] = bad
    assert found == {}


@pytest.mark.parametrize("line", [
    "eval(text)", "import os\nos.system(text)", "from os import system",
    "import subprocess\nsubprocess.run(x, shell=True)",
    "from pickle import loads", "import pickle\npickle.loads(x)", "import random", "from random import choice",
    "import hashlib\nhashlib.md5(x)", "modes.ECB()", "def f():\n    exec(text)", "import uuid\nuuid.uuid1()",
])  # fmt: skip
def test_the_walk_sees_each(line: str) -> None:
    """In any spelling that a module of ours would use."""
    assert wrong(line)


@pytest.mark.parametrize(
    "line", ["import re\nre.compile(x)", "import secrets\nsecrets.randbits(128)", "template.eval_of(x)"]
)
def test_the_walk_takes_nothing_else_for_it(line: str) -> None:
    """A pattern is compiled by a method, and what is secret comes from the system."""
    assert not wrong(line)
