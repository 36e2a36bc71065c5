"""What the tests of this very build said: a file made by the run, checked against the code that serves.

A release carries the file, signed by a key that is named in RELEASE_KEYS. In a checkout `make test` leaves it, and it
counts as long as the code has not changed since; it is nobody's word but this machine's, and says so.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from flowyte.trust.model import Seen, bad, good, nothing

RELEASE_KEYS: Mapping[str, str] = {}  # name: base64 of the Ed25519 public key. No release has been made yet
FILE = "test-results.json"
MOST_BYTES = 4 << 20
READ = (".py", ".sql", ".html", ".js", ".css", ".typ")


class Written(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The file. `tests` has one entry a file of tests: how many passed, failed and were skipped."""

    version: str
    source: str
    at: datetime
    machine: str
    tests: dict[str, tuple[int, int, int]]
    key: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    at: datetime
    machine: str
    signed_by: str
    """Empty for a run on this machine."""
    tests: Mapping[str, tuple[int, int, int]]

    def of(self, path: str) -> Seen:
        """A file whose tests were skipped, or that did not run, shows nothing."""
        passed, failed, skipped = self.tests.get(path, (0, 0, 0))
        if failed:
            return bad(f"{failed} of the tests in {path} failed.")
        if not passed:
            return nothing(
                "Skipped where this build was tested." if skipped else "Not run where this build was tested."
            )
        return good(f"{passed} tests passed.")


def source_digest(package: Path) -> str:
    """SHA-256 over the code, pages and migrations: what the tests were run on is what serves."""
    digest = hashlib.sha256()
    migrations = package.parents[1] / "migrations"
    for root in (package, migrations if migrations.is_dir() else package / "_migrations"):
        for path in sorted(root.rglob("*")):
            if path.suffix in READ and path.is_file() and (root == migrations or "_migrations" not in path.parts):
                digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def find_results(package: Path) -> Results | None:
    """Of a release, else of this checkout; None when there are none, or they are of other code or forged."""
    shipped, local = package / "trust" / FILE, package.parents[1] / "build" / FILE
    for path, release in ((shipped, True), (local, False)):
        written = read_results(path)
        if written is None or written.source != source_digest(package):
            continue
        if release and not _signed(written):
            continue
        signer = written.key if release else ""
        return Results(at=written.at, machine=written.machine, signed_by=signer, tests=written.tests)
    return None


def write_results(path: Path, written: Written) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(written), indent=1))


def sign_results(path: Path, name: str, key: bytes) -> None:
    """For who makes a release: sign the file with a PEM key whose public half stands in RELEASE_KEYS."""
    written = read_results(path)
    private = load_pem_private_key(key, None)
    if written is None or not isinstance(private, Ed25519PrivateKey):
        raise ValueError("This needs a file of results and an Ed25519 key.")
    written.key = name
    written.signature = base64.b64encode(private.sign(_signed_bytes(written))).decode()
    write_results(path, written)


def read_results(path: Path) -> Written | None:
    """None for a file that is not there, or no results of tests."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        return msgspec.json.decode(path.read_bytes(), type=Written)
    except (OSError, msgspec.MsgspecError):
        return None


def _signed(written: Written) -> bool:
    known = RELEASE_KEYS.get(written.key)
    if known is None:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(known))
        key.verify(base64.b64decode(written.signature), _signed_bytes(written))
    except (InvalidSignature, ValueError):
        return False
    return True


def _signed_bytes(written: Written) -> bytes:
    bare = msgspec.structs.replace(written, signature="")
    return b"flowyte test results 1\n" + msgspec.json.encode(bare, order="deterministic")
