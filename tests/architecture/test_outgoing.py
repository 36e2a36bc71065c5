"""A module that can open a connection says whom it reaches: else data could go to somebody whom no list names."""

import ast
from pathlib import Path

import pytest

from flowyte.trust.processors import OPENERS, PARTIES

SOURCE = Path(__file__).parents[2] / "src" / "flowyte"
CLIENTS = frozenset({
    "httpx", "httpx2", "httpcore", "aiohttp", "requests", "urllib3", "http.client", "urllib.request", "aiosmtplib",
    "smtplib", "ftplib", "imaplib", "poplib", "asyncpg", "psycopg", "botocore", "aiobotocore", "boto3", "websockets",
    "socket", "grpc", "redis", "paramiko", "asyncssh", "openai", "anthropic", "twilio", "obstore",
})  # fmt: skip
CALLS = frozenset({"create_connection", "open_connection", "open_unix_connection", "create_datagram_endpoint"})


def opens(text: str) -> bool:
    """Whether the module imports a client, anywhere in it, or calls what opens a connection."""
    for node in ast.walk(ast.parse(text)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        if any(name in CLIENTS or name.split(".")[0] in CLIENTS for name in names):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS:
            return True
    return False


def test_every_module_that_can_connect_is_declared() -> None:
    """And none is declared that cannot: a stale line would hide a new reason."""
    found = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if opens(path.read_text())}
    assert found == set(OPENERS)


def test_each_is_declared_for_a_party_or_with_a_reason() -> None:
    """A party of the registry, or `inside:` and why nothing of an organization leaves."""
    known = {party.id for party in PARTIES}
    assert [path for path, whom in OPENERS.items() if whom not in known and not whom.startswith("inside: ")] == []


@pytest.mark.parametrize("line", [
    "import httpx", "import urllib.request as r", "from http import client", "from botocore.session import Session",
    "def f():\n    import socket", "async def f(loop):\n    await loop.create_connection(f, 'h', 1)",
])  # fmt: skip
def test_the_walk_sees_every_way(line: str) -> None:
    """Also an import in a function."""
    assert opens(line)


@pytest.mark.parametrize("line", ["from urllib.parse import urlsplit", "import ssl", "from . import socket"])
def test_the_walk_takes_nothing_else_for_one(line: str) -> None:
    """Parsing an address opens nothing."""
    assert not opens(line)
