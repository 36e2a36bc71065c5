"""Signed tokens: only the one who signed, only for that purpose, only for a while."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.kit.errors import SetupError
from flowyte.vault.keyring import FileKeys
from flowyte.vault.sign import InvalidToken, UrlSigner


class At:
    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic_ms(self) -> int:
        return 0


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> FileKeys:
    return FileKeys.create(tmp_path_factory.mktemp("keys"))


def test_a_token_holds_for_its_purpose_until_it_expires(keys: FileKeys) -> None:
    """Another purpose is refused at once, and the right one after the time is over."""
    clock = At()
    signer = UrlSigner(keys, clock)
    token = signer.sign("recording", {"id": "cnv_1"}, ttl_s=300)
    assert signer.verify("recording", token) == {"id": "cnv_1"}
    with pytest.raises(InvalidToken):
        signer.verify("talk", token)
    clock.time += timedelta(seconds=301)
    with pytest.raises(InvalidToken):
        signer.verify("recording", token)


def test_every_changed_character_is_refused(keys: FileKeys) -> None:
    """No single character of a token can be replaced by another."""
    signer = UrlSigner(keys, At())
    token = signer.sign("recording", {"id": "cnv_1"}, ttl_s=300)
    for position in range(len(token)):
        for character in "Aa0-_.=":
            changed = token[:position] + character + token[position + 1 :]
            if changed != token:
                with pytest.raises(InvalidToken):
                    signer.verify("recording", changed)


@given(st.text(max_size=300))
def test_any_text_may_be_tried(keys: FileKeys, text: str) -> None:
    """Whatever stands in a URL is refused as an invalid token and as nothing else."""
    with pytest.raises(InvalidToken):
        UrlSigner(keys, At()).verify("recording", text)


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """The error says which command mends it."""
    FileKeys.create(tmp_path)
    (tmp_path / "kek-1").chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        FileKeys(tmp_path)
