"""The small parts of the chain that need no model."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.providers.builtin.minilm import read_safetensors
from flowyte.providers.builtin.moonshine import read_vocabulary, spell
from flowyte.providers.builtin.mouth import sentences
from flowyte.providers.builtin.resample import resample, to_float, to_pcm
from flowyte.providers.builtin.smart_turn import log_mel
from flowyte.providers.builtin.wordpiece import pieces, words


@pytest.mark.parametrize(("source", "target"), [(8000, 16_000), (16_000, 8000), (22_050, 8000), (22_050, 16_000)])
def test_a_tone_keeps_its_pitch_and_loudness_at_another_rate(source: int, target: int) -> None:
    """Within one percent, away from the edges."""
    tone = np.sin(2 * np.pi * 700 * np.arange(source) / source).astype(np.float32)
    expected = np.sin(2 * np.pi * 700 * np.arange(target) / target)
    assert np.abs(resample(tone, source, target) - expected)[200:-200].max() < 0.01


def test_what_the_lower_rate_cannot_carry_is_removed() -> None:
    """A tone of 6 kHz does not fold back into a telephone's band."""
    tone = np.sin(2 * np.pi * 6000 * np.arange(16_000) / 16_000).astype(np.float32)
    assert np.abs(resample(tone, 16_000, 8000))[200:-200].max() < 0.005


@given(st.binary(max_size=400).map(lambda data: data[: len(data) // 2 * 2]))
def test_pcm_survives_the_way_to_floats_and_back(pcm: bytes) -> None:
    """To within one step."""
    before, after = np.frombuffer(pcm, "<i2").astype(int), np.frombuffer(to_pcm(to_float(pcm)), "<i2").astype(int)
    assert np.abs(before - after).max(initial=0) <= 1


@pytest.mark.parametrize("length", [0, 1, 16_000, 200_000])
def test_the_judges_picture_has_one_size(length: int) -> None:
    """Whatever the length of the speech."""
    picture = log_mel(np.full(length, 0.1, np.float32))
    assert picture.shape == (80, 800)
    assert np.isfinite(picture).all()


def test_the_vocabulary_of_speech_to_text_is_read_with_short_and_long_lengths() -> None:
    """Below 128 a length takes one byte, above two."""
    long = b"x" * 200
    data = b"\x05<unk>" + b"\x03ab " + bytes([200 % 128 + 128, 200 // 128]) + long
    assert read_vocabulary(data) == [b"<unk>", b"ab ", long]


def test_tokens_are_spelt_with_spaces_and_without_marks() -> None:
    """Single bytes of one letter come together."""
    table = [b"<s>", "\u2581caf".encode(), b"\xc3", b"\xa9", "\u2581<".encode()]
    assert spell([0, 1, 2, 3, 99], table) == "café"


def test_words_are_cut_into_the_longest_known_pieces() -> None:
    """And what cannot be made of pieces is unknown."""
    vocabulary = {"[UNK]": 0, "book": 1, "##ing": 2, "a": 3, "?": 4}
    assert pieces("Booking a xyz?", vocabulary) == [1, 2, 3, 0, 4]


@given(st.text(max_size=200))
def test_any_text_can_be_cut_into_words(text: str) -> None:
    """No text of a caller or a page stops the embedding."""
    assert all(word and not word.isspace() for word in words(text))


def test_tensors_are_read_from_a_mapped_file(tmp_path: Path) -> None:
    """By name, shape and place."""
    values = np.arange(6, dtype="<f4")
    header = json.dumps({"w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {}}).encode()
    path = tmp_path / "m.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + values.tobytes())
    assert np.array_equal(read_safetensors(path)["w"], values.reshape(2, 3))


def test_a_reply_is_spoken_sentence_by_sentence() -> None:
    """Each with its place in the text, and marks alone are not spoken."""
    text = "We open at 9.30 a.m. daily. Shall I book?  …"
    assert list(sentences(text)) == [(0, "We open at 9.30 a.m. daily."), (28, "Shall I book?  …")]
