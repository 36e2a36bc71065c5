# SPDX-License-Identifier: GPL-3.0-or-later
"""Speaks for another program: requests on standard input, sound on standard output.

In:  a JSON object a line, {"id": 1, "text": "...", "speed": 1.0}, or {"cancel": 1}.
Out: a JSON object a line, {"id": 1, "rate": 22050, "bytes": n}, followed by n bytes of 16-bit little-endian mono PCM;
     {"id": 1, "end": true} when all of it has been sent, or {"id": 1, "error": "..."}.
Requests are answered in order. The program ends when its input does.
"""

import json
import queue
import sys
import threading

from piper import PiperVoice, SynthesisConfig


def read_requests(requests: "queue.Queue[dict | None]", cancelled: set) -> None:
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if "cancel" in request:
            cancelled.add(request["cancel"])
        else:
            requests.put(request)
    requests.put(None)


def answer(header: dict, payload: bytes = b"") -> None:
    out = sys.stdout.buffer
    out.write(json.dumps(header).encode() + b"\n" + payload)
    out.flush()


def speak(voice: PiperVoice, request: dict, cancelled: set) -> None:
    number = request["id"]
    config = SynthesisConfig(length_scale=1.0 / float(request.get("speed") or 1.0))
    for chunk in voice.synthesize(request["text"], syn_config=config):
        if number in cancelled:
            break
        pcm = chunk.audio_int16_bytes
        answer({"id": number, "rate": chunk.sample_rate, "bytes": len(pcm)}, pcm)
    cancelled.discard(number)
    answer({"id": number, "end": True})


def main() -> None:
    voice = PiperVoice.load(sys.argv[1])
    list(voice.synthesize("Hello."))  # the first run is several times slower than the next
    requests: "queue.Queue[dict | None]" = queue.Queue()
    cancelled: set = set()
    threading.Thread(target=read_requests, args=(requests, cancelled), daemon=True).start()
    answer({"ready": True})
    while (request := requests.get()) is not None:
        try:
            if request["id"] in cancelled:
                cancelled.discard(request["id"])
                answer({"id": request["id"], "end": True})
            else:
                speak(voice, request, cancelled)
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            answer({"id": request.get("id"), "error": type(error).__name__})


if __name__ == "__main__":
    main()
