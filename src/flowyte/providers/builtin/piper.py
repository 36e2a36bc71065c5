"""Talks to the Piper host: a process of its own behind a pipe, started when needed and again when it dies.

Answers are read by callbacks, so no task has to be owned. The protocol is at the top of `parts/piper/host.py`.
"""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flowyte.kit import log
from flowyte.kit.errors import VendorFailed

logger = log.get(__name__)
_START_S = 30
_ANSWER_S = 15


class MouthFailed(VendorFailed):
    """The voice could not speak."""

    code = "mouth_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    rate: int
    pcm: bytes


Answer = Sound | MouthFailed | None  # None: the end


class Pipe(asyncio.SubprocessProtocol):
    """One running host: takes its output apart and gives each request its answers."""

    def __init__(self) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.answers: dict[int, asyncio.Queue[Answer]] = {}
        self.dead = False
        self.gone = asyncio.Event()
        self._buffer = bytearray()
        self._header: dict[str, int] | None = None

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd != 1:
            return
        self._buffer += data
        while self._take():
            pass

    def process_exited(self) -> None:
        self.dead = True
        self.gone.set()
        if not self.ready.done():
            self.ready.set_exception(MouthFailed("The Piper host ended while it was starting.", kind="start"))
        for answers in self.answers.values():
            answers.put_nowait(MouthFailed("The Piper host died.", kind="died"))

    def _take(self) -> bool:
        """One header, or the sound that belongs to it; False when more must come first."""
        if self._header is not None:
            length = self._header["bytes"]
            if len(self._buffer) < length:
                return False
            self._give(self._header["id"], Sound(rate=self._header["rate"], pcm=bytes(self._buffer[:length])))
            del self._buffer[:length]
            self._header = None
            return True
        line, mark, _ = self._buffer.partition(b"\n")
        if not mark:
            return False
        del self._buffer[: len(line) + 1]
        header = json.loads(line)
        if header.get("ready"):
            if not self.ready.done():
                self.ready.set_result(None)
        elif "bytes" in header:
            self._header = header
        elif "error" in header:
            self._give(header["id"], MouthFailed(f"Piper could not speak: {header['error']}.", kind="refused"))
        else:
            self._give(header["id"], None)
        return True

    def _give(self, number: int, answer: Answer) -> None:
        if number in self.answers:
            self.answers[number].put_nowait(answer)


class PiperHost:
    """The host and its restarts. One for a process; any number of requests at a time, answered in order."""

    def __init__(self, *, home: Path, voice: Path) -> None:
        self._home = home
        self._voice = voice
        self._pipe: Pipe | None = None
        self._transport: asyncio.SubprocessTransport | None = None
        self._starting = asyncio.Lock()
        self._count = 0

    async def start(self) -> None:
        """Warm when it returns. Called by the first request, if nobody did before."""
        async with self._starting:
            if self._pipe is not None and not self._pipe.dead:
                return
            await self.close()
            environ = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(self._home / "lib")}
            self._transport, self._pipe = await asyncio.get_running_loop().subprocess_exec(
                Pipe, sys.executable, str(self._home / "host.py"), str(self._voice), env=environ, stderr=None
            )
            try:
                async with asyncio.timeout(_START_S):
                    await self._pipe.ready
            except TimeoutError as error:
                await self.close()
                raise MouthFailed("The Piper host did not start in time.", kind="start") from error

    async def sound(self, text: str, speed: float) -> Sound:
        """All of a short text's sound. A host that dies is started again, once a request."""
        try:
            return await self._ask(text, speed)
        except MouthFailed as failed:
            if failed.kind != "died":
                raise
            logger.warning("piper.restarted")
            return await self._ask(text, speed)

    async def _ask(self, text: str, speed: float) -> Sound:
        await self.start()
        pipe = self._pipe
        if pipe is None:
            raise MouthFailed("The Piper host was closed.", kind="closed")
        self._count += 1
        number, answers = self._count, asyncio.Queue[Answer]()
        pipe.answers[number] = answers
        self._write({"id": number, "text": text, "speed": speed})
        ended = False
        try:
            async with asyncio.timeout(_ANSWER_S):
                sound = await _whole(answers)
            ended = True
            return sound
        except TimeoutError as error:
            raise MouthFailed("Piper did not answer in time.", kind="silent") from error
        finally:
            del pipe.answers[number]
            if not ended and not pipe.dead:
                self._write({"cancel": number})

    @property
    def process_id(self) -> int | None:
        return self._transport.get_pid() if self._transport is not None else None

    def _write(self, request: dict[str, object]) -> None:
        stdin = self._transport.get_pipe_transport(0) if self._transport is not None else None
        if stdin is not None:  # uvloop's transports are not asyncio's classes, so the type says nothing here
            cast(asyncio.WriteTransport, stdin).write(json.dumps(request).encode() + b"\n")

    async def close(self) -> None:
        """The process is gone when it returns."""
        transport, pipe = self._transport, self._pipe
        self._transport = self._pipe = None
        if transport is not None and pipe is not None:
            transport.close()
            await pipe.gone.wait()


async def _whole(answers: "asyncio.Queue[Answer]") -> Sound:
    rate, pcm = 0, bytearray()
    while (answer := await answers.get()) is not None:
        if isinstance(answer, MouthFailed):
            raise answer
        rate = answer.rate
        pcm += answer.pcm
    if not rate:
        raise MouthFailed("Piper made no sound.", kind="empty")
    return Sound(rate=rate, pcm=bytes(pcm))
