"""The sealed recording: what a kill leaves, what an attacker cannot do."""

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowyte.observe.recording import CHUNK_BYTES, FRAME_BYTES, Recorder, Recording
from flowyte.vault.keyring import SealBroken
from flowyte.vault.stream import HEADER, TAG_BYTES

KEY = bytes(range(32))
RATE = 8000
SEALED = CHUNK_BYTES + TAG_BYTES


def record(path: Path, frames: int) -> bytes:
    """`frames` of 20 ms of noise; the interleaved PCM."""
    noise = np.random.default_rng(1).integers(-3000, 3000, (frames * 160, 2), dtype=np.int16)
    recorder = Recorder(path, KEY)
    for number in range(frames):
        part = noise[number * 160 : (number + 1) * 160]
        recorder.write(part[:, 0].tobytes(), part[:, 1].tobytes())
    recorder.close()
    return noise.tobytes()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    path = tmp_path_factory.mktemp("recording") / "recording"
    return path, record(path, 110)


def test_a_kill_at_any_byte_leaves_a_playable_prefix(made: tuple[Path, bytes], tmp_path: Path) -> None:
    """At 600 bytes taken at random, and at every border of a chunk: the file opens, holds the true beginning, and lost
    under a second of sound, what was waiting in memory included."""
    whole = made[0].read_bytes()
    chance = random.Random(7)
    borders = [border + by for border in range(HEADER.size, len(whole), SEALED) for by in (-1, 0, 1)]
    path = tmp_path / "cut"
    for cut in [*(chance.randrange(HEADER.size, len(whole)) for _ in range(600)), *borders]:
        if not HEADER.size <= cut < len(whole):
            continue
        path.write_bytes(whole[:cut])
        recording = Recording(path, KEY, rate=RATE)
        pcm = recording.read(44, recording.length)
        assert made[1].startswith(pcm)
        assert not recording.complete
        # A chunk goes to the file once it is full and one byte more has come; what was written of it counts as lost.
        most_written = min(len(made[1]), (cut - HEADER.size) // SEALED * CHUNK_BYTES + 2 * CHUNK_BYTES)
        assert most_written - len(pcm) < RATE * FRAME_BYTES + SEALED
        assert most_written - len(pcm) <= 2 * CHUNK_BYTES


WRITER = """
import sys
from pathlib import Path
from flowyte.observe.recording import Recorder
recorder = Recorder(Path(sys.argv[1]), bytes(range(32)))
number = 0
while True:
    recorder.write(number.to_bytes(2, "little") * 160, b"\\1\\0" * 160)
    number += 1
    print(number, flush=True)
"""


@pytest.mark.parametrize("frames", [1, 49, 50, 51, 333, 1_000])
def test_a_killed_process_loses_less_than_a_second(tmp_path: Path, frames: int) -> None:
    """`kill -9` of who writes: each frame that can be read is in its place, and under fifty are missing."""
    path = tmp_path / "recording"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for _ in range(frames):
        last = int(writer.stdout.readline())
    writer.kill()
    written = last + len(writer.stdout.read().splitlines())
    writer.wait()
    writer.stdout.close()
    caller = Recording(path, KEY, rate=RATE).tracks()[:, 0]
    whole = len(caller) // 160
    assert (caller[: whole * 160].reshape(-1, 160) == np.arange(whole, dtype=np.int16)[:, None]).all()
    assert written - len(caller) / 160 < 50


@settings(max_examples=100, deadline=None)
@given(offset=st.integers(0, 80_000), size=st.integers(0, 60_000))
def test_it_is_read_from_anywhere(made: tuple[Path, bytes], offset: int, size: int) -> None:
    """Any range of the WAV file is the same range of its bytes."""
    recording = Recording(made[0], KEY, rate=RATE)
    whole = recording.read(0, recording.length)
    assert recording.read(offset, size) == whole[offset : offset + size]
    assert whole[44:] == made[1]
    assert recording.complete
    assert recording.duration_ms == 2200


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(position=st.integers(0, 70_000), bit=st.integers(0, 7))
def test_no_altered_byte_goes_unnoticed(made: tuple[Path, bytes], tmp_path: Path, position: int, bit: int) -> None:
    """A flipped bit is refused, or at the very end makes the file count as cut off."""
    raw = bytearray(made[0].read_bytes())
    position %= len(raw)
    raw[position] ^= 1 << bit
    path = tmp_path / "altered"
    path.write_bytes(raw)
    with pytest.raises(SealBroken):
        read_whole(path)


def test_chunks_cannot_change_places(made: tuple[Path, bytes], tmp_path: Path) -> None:
    """Two whole chunks swapped are two broken ones."""
    raw = made[0].read_bytes()
    first, second = raw[HEADER.size :][:SEALED], raw[HEADER.size + SEALED :][:SEALED]
    path = tmp_path / "swapped"
    path.write_bytes(raw[: HEADER.size] + second + first + raw[HEADER.size + 2 * SEALED :])
    recording = Recording(path, KEY, rate=RATE)
    with pytest.raises(SealBroken):
        recording.read(0, recording.length)


def read_whole(path: Path) -> bytes:
    """Everything, or SealBroken; a file that was cut off does not count as whole."""
    recording = Recording(path, KEY, rate=RATE)
    pcm = recording.read(0, recording.length)
    if not recording.complete:
        raise SealBroken
    return pcm
