"""Results of the build's tests: of this very code, signed where they are of a release."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from flowyte.trust import results
from flowyte.trust.results import Results, Written, find_results, sign_results, source_digest, write_results

NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A checkout with a line of code and a migration."""
    made = tmp_path / "src" / "flowyte"
    (made / "trust").mkdir(parents=True)
    (made / "a.py").write_text("A = 1\n")
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001.sql").write_text("SELECT 1;\n")
    return made


def written(package: Path) -> Written:
    return Written(
        version="1", source=source_digest(package), at=NOW, machine="2 cores",
        tests={"tests/a.py": (3, 0, 0), "tests/b.py": (3, 1, 0), "tests/c.py": (0, 0, 2)},
    )  # fmt: skip


def local(package: Path) -> Path:
    return package.parents[1] / "build" / results.FILE


def test_a_checkouts_own_run_counts_while_the_code_is_the_same(package: Path) -> None:
    """And not after a line of it, or of a migration, has changed."""
    write_results(local(package), written(package))
    found = find_results(package)
    assert found is not None
    assert found.signed_by == ""
    (package.parents[1] / "migrations" / "0001.sql").write_text("SELECT 2;\n")
    assert find_results(package) is None


def test_what_failed_or_was_skipped_shows_nothing_good(package: Path) -> None:
    """One failure in a file is a failure of the file."""
    found = Results(at=NOW, machine="", signed_by="", tests=written(package).tests)
    assert [found.of(f"tests/{name}.py").verdict for name in "abcd"] == ["good", "bad", "none", "none"]


def signed(package: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    monkeypatch.setattr(results, "RELEASE_KEYS", {"release-1": base64.b64encode(public).decode()})
    path = package / "trust" / results.FILE
    write_results(path, written(package))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    sign_results(path, "release-1", pem)
    return path


def _failed_hidden(written: Written) -> None:
    written.tests["tests/b.py"] = (4, 0, 0)


def _other_time(written: Written) -> None:
    written.at = datetime(2027, 1, 1, tzinfo=UTC)


def _other_key(written: Written) -> None:
    written.key = "release-2"


def _unsigned(written: Written) -> None:
    written.signature = ""


def test_a_releases_results_are_taken_when_signed(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a key that the code names."""
    signed(package, monkeypatch)
    found = find_results(package)
    assert found is not None
    assert found.signed_by == "release-1"


@pytest.mark.parametrize("forge", [_failed_hidden, _other_time, _other_key, _unsigned])
def test_a_releases_results_are_not_taken_when_altered(
    package: Path, monkeypatch: pytest.MonkeyPatch, forge: Callable[[Written], None]
) -> None:
    """A failure hidden, a date changed, another signer, none."""
    path = signed(package, monkeypatch)
    forged = msgspec.json.decode(path.read_bytes(), type=Written)
    forge(forged)
    write_results(path, forged)
    assert find_results(package) is None


def test_a_file_that_is_no_results_is_none(package: Path) -> None:
    """Nothing is claimed from it, and nothing fails."""
    local(package).parent.mkdir()
    for content in (b"", b"[]", b"{", b'{"tests": {"x": [1, 2]}}', b"\xff" * 50):
        local(package).write_bytes(content)
        assert find_results(package) is None
