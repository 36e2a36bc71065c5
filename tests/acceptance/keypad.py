"""The tones of a telephone's keypad (ITU-T Q.23), made and found again."""

import numpy as np
import numpy.typing as npt

RATE = 8000
ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
KEYPAD = ("123", "456", "789", "*0#")
LOUD = 100_000  # of both tones in 20 ms: a sixth of what a key has here
PURE = 0.7  # of a frame's energy that the two tones have; speech has it elsewhere too


def tone(key: str) -> npt.NDArray[np.int16]:
    row = next(n for n, keys in enumerate(KEYPAD) if key in keys)
    at = np.arange(160) / RATE  # each frame is whole periods near enough for a decoder of 20 ms
    wave = np.sin(2 * np.pi * ROWS[row] * at) + np.sin(2 * np.pi * COLUMNS[KEYPAD[row].index(key)] * at)
    return (wave * 6_000).astype(np.int16)


def decoded(track: npt.NDArray[np.int16]) -> str:
    """Goertzel by frame: the strongest row and column, where they are nearly all that sounds."""
    found, last = "", ""
    for at in range(0, len(track) - 159, 160):
        frame = track[at : at + 160].astype(np.float64)
        power = {tone: abs(np.sum(frame * np.exp(-2j * np.pi * tone * np.arange(160) / RATE))) for tone in
                 (*ROWS, *COLUMNS)}  # fmt: skip
        row, column = max(ROWS, key=power.__getitem__), max(COLUMNS, key=power.__getitem__)
        pure = 2 * (power[row] ** 2 + power[column] ** 2) / (160 * max(1.0, np.sum(frame**2)))
        is_key = min(power[row], power[column]) > LOUD and pure > PURE
        key = KEYPAD[ROWS.index(row)][COLUMNS.index(column)] if is_key else ""
        found += key if key != last else ""
        last = key
    return found
