"""The search for what is left of a person finds it however it was left."""

import base64
import random
from pathlib import Path

import pytest

from flowyte.proof import scan
from flowyte.proof.scan import sound_of, written_as

PHONE, NAME = "2025550142", "Zephyrine Quillfeather"
LEFT = {
    "a log line": f'event="said" text="my name is {NAME}."'.encode(),
    "capitals": NAME.upper().encode(),
    "JSON in UTF-16": f'{{"name": "{NAME}"}}'.encode("utf-16"),
    "a query": b"GET /conversations?q=zephyrine%20quillfeather",
    "a form": b"q=Zephyrine+Quillfeather&x=1",
    "base64": base64.b64encode(f'{{"name":"{NAME}"}}'.encode()),
    "base64, one on": base64.b64encode(f'{{"a_name":"{NAME}"}}'.encode()),
    "base64, two on": base64.b64encode(f'{{"a name":"{NAME}"}}'.encode()),
    "hex": f"\\x{NAME.encode().hex()}".encode(),
    "a number": b"+12025550142",
    "a number in groups": b"(202) 555-0142",
    "a number that was said": b"Two zero two five five five zero one four two.",
    "a number with oh": b"two oh two five five five oh one four two",
    "a number that is read back": b"2, 0, 2, 5, 5, 5, 0, 1, 4, 2",
}


@pytest.mark.parametrize("how", LEFT)
def test_it_is_found(tmp_path: Path, how: str) -> None:
    """In a file among others, in the middle of bytes."""
    chance = random.Random(how)
    (tmp_path / "deep").mkdir()
    (tmp_path / "other").write_bytes(chance.randbytes(5000))
    (tmp_path / "deep" / "1249").write_bytes(chance.randbytes(700) + LEFT[how] + chance.randbytes(700))
    hits = scan.scan([tmp_path], {**written_as(PHONE), **{f"name {k}": v for k, v in written_as(NAME).items()}})
    assert {hit.file for hit in hits} == {"deep/1249"}


def test_it_is_found_where_two_reads_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And its place in the file is told."""
    monkeypatch.setattr(scan, "WINDOW", 64)
    for begin in range(40, 70):
        (tmp_path / "a").write_bytes(b"." * begin + PHONE.encode() + b"." * 40)
        assert [hit.offset for hit in scan.scan([tmp_path], {"text": PHONE.encode()})] == [begin]


def test_it_is_found_in_the_name_of_a_file(tmp_path: Path) -> None:
    """An export that was named after the person."""
    (tmp_path / "2025550142.zip").write_bytes(b"")
    assert scan.scan([tmp_path], written_as(PHONE))


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    """A megabyte of chance has no hit: the patterns are long enough."""
    (tmp_path / "a").write_bytes(random.Random(1).randbytes(1 << 20))
    assert scan.scan([tmp_path], {**written_as(PHONE), **written_as(NAME)}) == []


def test_sound_is_found_and_silence_is_no_sign(tmp_path: Path) -> None:
    """Raw, wherever it lies."""
    pcm = bytes(4000) + random.Random(2).randbytes(40_000)
    parts = sound_of(pcm)
    assert len(parts) >= 20
    (tmp_path / "swap").write_bytes(b"x" * 13 + pcm[8000:30_000])
    assert scan.scan([tmp_path], {}, exact=parts)
    (tmp_path / "swap").write_bytes(bytes(100_000))
    assert scan.scan([tmp_path], {}, exact=parts) == []
