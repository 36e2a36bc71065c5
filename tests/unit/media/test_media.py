"""Sound as data."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.media import g711, wav
from flowyte.media.frames import Framer, frame_bytes, silence
from flowyte.media.level import dbfs, interleave, meter, mix, rms
from flowyte.media.resample import Resampler, resample

PCM = st.binary(max_size=4000).map(lambda raw: raw[: len(raw) // 2 * 2])
CUTS = st.lists(st.integers(0, 2000), max_size=6)
RATES = st.sampled_from([(8000, 16_000), (16_000, 8000), (22_050, 8000), (22_050, 16_000), (48_000, 16_000)])


def pieces(data: bytes, cuts: list[int], unit: int) -> list[bytes]:
    places = sorted({0, len(data), *(min(cut * unit, len(data)) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(places)]


@pytest.mark.parametrize(
    ("decode", "encode", "second_zero"),
    [(g711.ulaw_to_pcm, g711.pcm_to_ulaw, {0x7F: 0xFF}), (g711.alaw_to_pcm, g711.pcm_to_alaw, {})],
)
def test_every_code_survives_a_round_trip(decode, encode, second_zero) -> None:
    """Decoding and encoding a G.711 code gives the same code, save µ-law's second zero."""
    again = encode(decode(bytes(range(256))))
    assert list(again) == [second_zero.get(code, code) for code in range(256)]


def test_known_values_of_the_recommendation() -> None:
    """The corners of both laws are those of G.711."""
    assert np.frombuffer(g711.ulaw_to_pcm(b"\x00\x80\xff"), np.int16).tolist() == [-32_124, 32_124, 0]
    assert np.frombuffer(g711.alaw_to_pcm(b"\x2a\xaa\xd5\x55"), np.int16).tolist() == [-32_256, 32_256, 8, -8]
    assert g711.pcm_to_ulaw(bytes(2)) == g711.ULAW_SILENCE
    assert g711.pcm_to_alaw(bytes(2)) == g711.ALAW_SILENCE


@given(st.integers(-32_768, 32_767))
def test_the_error_of_a_sample_stays_within_its_segment(sample: int) -> None:
    """A coded sample is within 1/16 of its size, or within the smallest step of silence."""
    raw = int(sample).to_bytes(2, "little", signed=True)
    for law in (g711.ulaw_to_pcm(g711.pcm_to_ulaw(raw)), g711.alaw_to_pcm(g711.pcm_to_alaw(raw))):
        assert abs(int.from_bytes(law, "little", signed=True) - sample) <= max(16, abs(sample) / 16)


@given(PCM, CUTS)
def test_coding_does_not_depend_on_chunking(pcm: bytes, cuts: list[int]) -> None:
    """Coding in pieces gives the same as coding at once."""
    parts = pieces(pcm, cuts, 2)
    assert b"".join(map(g711.pcm_to_ulaw, parts)) == g711.pcm_to_ulaw(pcm)
    assert b"".join(map(g711.pcm_to_alaw, parts)) == g711.pcm_to_alaw(pcm)


@given(PCM, CUTS, RATES)
def test_resampling_does_not_depend_on_chunking(pcm: bytes, cuts: list[int], rates: tuple[int, int]) -> None:
    """Sound that comes in pieces is resampled to the same samples, and its length is the input's in time."""
    streamed = Resampler(*rates)
    made = b"".join(map(streamed.push, pieces(pcm, cuts, 2))) + streamed.flush()
    assert made == resample(pcm, *rates)
    assert len(made) // 2 == -(-len(pcm) // 2 * rates[1] // rates[0])


@pytest.mark.parametrize("rates", [(8000, 16_000), (16_000, 8000), (22_050, 8000), (22_050, 16_000), (48_000, 16_000)])
def test_a_tone_stays_the_tone(rates: tuple[int, int]) -> None:
    """A 1 kHz tone comes out as the same tone, aligned, within 1 % of its peak."""
    source, target = (10_000 * np.sin(2 * np.pi * 1000 * np.arange(rate) / rate) for rate in rates)
    made = np.frombuffer(resample(source.astype(np.int16).tobytes(), *rates), np.int16)
    middle = slice(200, -200)
    assert np.abs(made[middle] - target[: len(made)][middle]).max() < 100


def test_what_the_slower_rate_cannot_carry_is_gone() -> None:
    """A 6 kHz tone does not fold back into an 8 kHz line: what is left is 50 dB below it."""
    tone = (10_000 * np.sin(2 * np.pi * 6000 * np.arange(16_000) / 16_000)).astype(np.int16)
    assert rms(resample(tone.tobytes(), 16_000, 8000)[400:-400]) < rms(tone.tobytes()) / 316


@given(PCM, CUTS)
def test_frames_do_not_depend_on_chunking(pcm: bytes, cuts: list[int]) -> None:
    """Cut frames are whole, in order, and together with the rest they are what was pushed."""
    framer = Framer(320)
    frames = [frame for part in pieces(pcm, cuts, 1) for frame in framer.push(part)]
    assert all(len(frame) == 320 for frame in frames)
    assert (b"".join(frames) + framer.rest())[: len(pcm)] == pcm


def test_levels_and_mixing() -> None:
    """Silence is the quietest, full scale is nought, and a mix is clipped instead of turning over."""
    loud = np.full(100, 30_000, np.int16).tobytes()
    assert dbfs(silence(8000, 20)) == -96.0
    assert -1 < dbfs(loud) <= 0
    assert (meter(bytes(320)), meter(b"")) == (0, 0)
    assert meter(loud) > 95
    assert np.frombuffer(mix(loud, loud[:10]), np.int16).tolist() == [32_767] * 5 + [30_000] * 95
    assert interleave(b"\1\0\2\0", b"\3\0\4\0") == b"\1\0\3\0\2\0\4\0"
    assert frame_bytes(8000) == 320


@given(PCM, st.sampled_from([8000, 16_000, 48_000]))
def test_a_written_file_is_read_back(pcm: bytes, rate: int) -> None:
    """A WAV file that was written here is read back as it was."""
    assert wav.read_wav(wav.write_wav(pcm, rate=rate)) == wav.Wav(rate=rate, channels=1, pcm=pcm)


@given(st.binary(max_size=200), st.integers(0, 60))
def test_no_bytes_break_the_reader(junk: bytes, at: int) -> None:
    """Whatever bytes come, reading a WAV gives a sound no longer than the input, or WavError."""
    whole = wav.write_wav(bytes(40), rate=8000)
    for data in (junk, whole[:at] + junk, whole[:at] + junk + whole[at + len(junk) :]):
        try:
            assert len(wav.read_wav(data).pcm) <= len(data)
        except wav.WavError:
            continue
