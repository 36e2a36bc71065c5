"""Voice to voice, measured on the recorded sound: from the end of the caller's speech to the first sound of the reply.

The engine's own marks say where the time went; how long the caller waited is read off both tracks, so endpointing and
everything else that the marks may forget is in it.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from flowyte.observe.model import Event

FRAME_MS = 20
# -46 dB below full scale: under it is the noise of a line, above it somebody speaks.
QUIET = 160
# The engine's mark of the end of speech lies within this of the true one.
SEARCH_MS = 1_000


def measured(
    events: Sequence[Event], tracks: npt.NDArray[np.int16], *, rate: int, from_ms: int
) -> list[dict[str, object]]:
    """One entry a spoken turn: the engine's waterfall with `voiceToVoiceMs` from the sound (null if it cannot be seen).

    `tracks` is (samples, 2), `from_ms` the time of the call at which the recording begins.
    """
    caller, agent = loud(tracks[:, 0], rate), loud(tracks[:, 1], rate)
    turns = []
    for event in events:
        if event.type != "latency" or "voiceToVoiceMs" not in event.data:
            continue
        first_sound = event.at_ms - from_ms
        marked = first_sound - _whole(event.data["voiceToVoiceMs"])
        heard = _measure(caller, agent, speech_end=marked, first_sound=first_sound)
        turns.append({**event.data, "engineVoiceToVoiceMs": event.data["voiceToVoiceMs"], "voiceToVoiceMs": heard})
    return turns


def loud(track: npt.NDArray[np.int16], rate: int) -> npt.NDArray[np.bool_]:
    """Whether each 20 ms of a track holds sound."""
    size = rate * FRAME_MS // 1000
    frames = track[: len(track) // size * size].reshape(-1, size).astype(np.float32)
    loudness: npt.NDArray[np.bool_] = np.sqrt((frames**2).mean(axis=1)) > QUIET
    return loudness


def _measure(
    caller: npt.NDArray[np.bool_], agent: npt.NDArray[np.bool_], *, speech_end: int, first_sound: int
) -> int | None:
    low = max(0, (speech_end - SEARCH_MS) // FRAME_MS)
    high = min(len(caller), first_sound // FRAME_MS + 1)
    spoken = np.flatnonzero(caller[low:high])
    if not len(spoken):
        return None
    end = low + int(spoken[-1]) + 1
    answered = np.flatnonzero(agent[max(end, first_sound // FRAME_MS - 2) :])
    if not len(answered):
        return None
    return (max(end, first_sound // FRAME_MS - 2) + int(answered[0]) - end) * FRAME_MS


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
