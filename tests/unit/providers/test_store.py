"""The model store: only whole files with the right hash come into the cache."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from flowyte.kit.errors import NotFound
from flowyte.providers.store import fetch
from flowyte.providers.store.catalog import MODELS, model
from flowyte.providers.store.fetch import ModelMissing, WrongHash, fetch_package, list_models, resolve
from flowyte.providers.store.model import Model, ModelFile


def small(content: bytes) -> Model:
    file = ModelFile(name="a.bin", sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), member="x/a.bin")
    return replace(model("silero-vad"), files=(file,))


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    """The message names the command."""
    with pytest.raises(ModelMissing, match="flowyte models --fetch"):
        resolve("silero-vad", tmp_path)


def test_an_unknown_model_says_which_there_are() -> None:
    """A typing error is answered with the names."""
    with pytest.raises(NotFound, match="moonshine-tiny-en"):
        model("moonshine")


def test_an_operators_file_is_taken_when_its_hash_is_right(tmp_path: Path) -> None:
    """It needs no network."""
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "a.bin").write_bytes(b"weights")
    wanted = small(b"weights")
    fetch_package([wanted], tmp_path / "cache", lambda _: None, source=tmp_path / "given")
    assert (fetch.folder(tmp_path / "cache", wanted) / "a.bin").read_bytes() == b"weights"


def test_a_file_with_a_wrong_hash_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    """The error names the file, both hashes and what to do."""
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "a.bin").write_bytes(b"other!!")
    wanted = small(b"weights")
    with pytest.raises(WrongHash, match=r"a\.bin of silero-vad"):
        fetch_package([wanted], tmp_path / "cache", lambda _: None, source=tmp_path / "given")
    assert not list(fetch.folder(tmp_path / "cache", wanted).iterdir())


def test_an_empty_cache_lists_every_model_as_absent(tmp_path: Path) -> None:
    """With the licence and size that a person wants to know first."""
    found = list_models(tmp_path)
    assert [status.model for status in found] == list(MODELS)
    assert not any(status.present for status in found)
    assert all(status.model.licence and status.model.bytes > 0 for status in found)
