"""No place that could hold a person's data comes into being without being declared."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from flowyte.compliance.folders import CACHES, FOLDERS, OBJECTS, WRITES, Kept
from flowyte.compliance.stores import STORES
from flowyte.objects.model import KINDS, key_of

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "flowyte"
TREES = {str(path.relative_to(SOURCE)): ast.parse(path.read_text()) for path in sorted(SOURCE.rglob("*.py"))}
MAKES = frozenset(
    {"write_bytes", "write_text", "mkdir", "makedirs", "NamedTemporaryFile", "TemporaryDirectory", "TemporaryFile",
     "SpooledTemporaryFile", "mkdtemp", "mkstemp", "copyfile", "copytree", "copyfileobj", "touch"}
)  # fmt: skip


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", "")), node


def writes(tree: ast.AST) -> bool:
    """Whether anything in it makes a file or folder."""
    for name, call in calls(tree):
        if name in MAKES:
            return True
        if name == "open":
            named = isinstance(call.func, ast.Name)  # then the first argument is the file's name
            given = [*call.args[named:], *(each.value for each in call.keywords)]
            modes = [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if any(re.fullmatch(r"[rbt+]*[wxa][rbt+]*", mode) for mode in modes) or "O_CREAT" in ast.unparse(call):
                return True
    return False


def remembers(tree: ast.AST) -> bool:
    """Whether a function in it keeps its answers for the life of the process."""
    return any(
        re.match(r"(functools\.)?(lru_)?cache\b", ast.unparse(decorator))
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for decorator in node.decorator_list
    )


def below_the_data_folder(tree: ast.AST) -> Iterator[str]:
    """Names that are joined to a data folder."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and isinstance(node.right, ast.Constant):
            left = node.left.attr if isinstance(node.left, ast.Attribute) else getattr(node.left, "id", "")
            if left == "data_dir":
                yield str(node.right.value)


def test_whoever_writes_a_file_says_where() -> None:
    """A new spool, export or cache on disk would be a place that no deletion reaches."""
    assert {path for path, tree in TREES.items() if writes(tree)} == set(WRITES)


def test_whoever_remembers_for_long_says_what() -> None:
    """A cache in memory that holds what callers said would outlive their deletion."""
    assert {path for path, tree in TREES.items() if remembers(tree)} == set(CACHES)


def test_every_folder_of_the_data_folder_is_declared() -> None:
    """As the code names them."""
    assert {name for tree in TREES.values() for name in below_the_data_folder(tree)} == set(FOLDERS)


def test_every_kind_of_object_is_declared_and_no_other_has_a_key() -> None:
    """A bucket prefix that nobody declared cannot be written: its key cannot be made."""
    assert set(KINDS) == set(OBJECTS)
    with pytest.raises(KeyError):
        key_of("org", "cnv_1", "thumbnails")
    allowed = "\n".join((ROOT / "migrations").joinpath(name).read_text() for name in ("0065_objects.sql",))
    assert re.findall(r"kind IN \(([^)]*)\)", allowed) == [", ".join(f"'{kind}'" for kind in KINDS)]


def test_only_the_room_of_objects_speaks_to_a_bucket() -> None:
    """Everything that gets there has a key that says whose it is."""
    clients = ("obstore", "boto3")
    users = {path for path, tree in TREES.items() if any(name.startswith(clients) for name in imported(tree))}
    assert users == {"objects/bucket.py"}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("kept", [*OBJECTS.values(), *FOLDERS.values()], ids=lambda kept: kept.why[:20])
def test_what_holds_callers_data_has_its_export_and_its_erasure(kept: Kept) -> None:
    """By name, and both are there."""
    assert (bool(kept.export), bool(kept.erase)) == (kept.of == "caller",) * 2
    for name in filter(None, (kept.export, kept.erase)):
        module, _, verb = name.partition(":")
        assert callable(getattr(import_module(module), verb))


def test_a_table_is_in_the_list_once_and_says_why() -> None:
    """`tests/postgres/compliance/test_retention.py` holds the list against the database."""
    assert len({store.table for store in STORES}) == len(STORES)
    assert all(store.why for store in STORES)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("Path('x').write_bytes(b'')", True), ("open('x', 'wb')", True), ("path.open('a')", True),
        ("os.open(path, os.O_CREAT | os.O_WRONLY)", True), ("tempfile.mkdtemp()", True), ("open('x')", False),
        ("path.open('rb')", False),
    ],
)  # fmt: skip
def test_the_rule_sees_what_writes(code: str, found: bool) -> None:
    """A rule that sees nothing would pass everything."""
    assert writes(ast.parse(code)) is found
    assert remembers(ast.parse("@lru_cache(maxsize=9)\ndef f(): ...")) is True
    assert list(below_the_data_folder(ast.parse("settings.data_dir / 'spool'"))) == ["spool"]
