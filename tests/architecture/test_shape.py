"""How the code is cut: sizes, floors, one door to the database. Each rule says what it keeps away."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "flowyte"
FILES = sorted(SOURCE.rglob("*.py"))
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
LONG_FILES: dict[str, str] = {  # path: the reason why one file beats several
    "receipts/verify_receipt.py": "an outsider takes it away, reads it and runs it: one file, needing nothing of ours",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    """No file over the ceiling, no function over its own, and every file says what it is."""
    text = path.read_text()
    name = str(path.relative_to(SOURCE))
    assert text.count("\n") <= MAX_FILE_LINES or name in LONG_FILES
    tree = ast.parse(text)
    assert ast.get_docstring(tree) or not text.strip(), "a module says what it is"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < MAX_FUNCTION_LINES, node.name


def test_only_the_door_reaches_the_pool() -> None:
    """A second way to a connection would be a way round the tenant transaction.

    Besides the door: migrations run as the owner, jobs are taken before it is known whose they are, and the proof and
    the doctor read the catalogue, never a row. A skill's own database is not ours: egress opens it.
    """
    allowed = {"kit/db.py", "kit/migrate.py", "wiring/doctor.py", "egress/postgres.py"}
    users = {str(path.relative_to(SOURCE)) for path in FILES if "import asyncpg" in path.read_text()}
    users = {user for user in users if not user.startswith("proof/")}
    assert users <= allowed | {"jobs/queue.py"}


def test_modules_are_named_for_what_they_hold() -> None:
    """`service`, `manager`, `helpers` and `utils` attract everything and name nothing."""
    banned = {"service.py", "manager.py", "helpers.py", "utils.py"}
    assert [path for path in FILES if path.name in banned] == []
