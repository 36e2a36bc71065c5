"""The roles as child processes: started in order, restarted when they die, ended together.

A role says `ready ADDRESS` on its standard output when it serves. Its log goes to standard error, which is ours.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from flowyte.kit import log
from flowyte.kit.errors import SetupError

logger = log.get(__name__)
READY_TIMEOUT_S = 90.0  # loading the speech models takes 2 s; a slow disk may need far longer
RESTART_PAUSE_S = 0.5
STOP_TIMEOUT_S = 30.0


class Role:
    """One role's process. `run` keeps it alive until `stop`."""

    def __init__(self, name: str, environ: dict[str, str], *, on_ready: Callable[[str], None]) -> None:
        self.name = name
        self._environ = environ
        self._on_ready = on_ready
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self.ready = asyncio.Event()

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def run(self) -> None:
        """Until stopped. SetupError when it dies before it ever served."""
        while not self._stopping:
            try:
                code = await self._once()
            except asyncio.CancelledError:
                self._end_left()
                raise
            if self._stopping:
                return
            if not self.ready.is_set():
                raise SetupError(
                    f"The {self.name} process ended with code {code} before it served; see its lines above."
                )
            logger.error("role.died", role=self.name, code=code)
            await asyncio.sleep(RESTART_PAUSE_S)

    async def _once(self) -> int:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "flowyte", self.name,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **self._environ},
            start_new_session=True,  # Ctrl-C reaches us alone, and we end them in order
        )  # fmt: skip
        assert self._process.stdout is not None
        async for raw in self._process.stdout:
            line = raw.decode(errors="replace").strip()
            if line.startswith("ready "):
                self._on_ready(line.removeprefix("ready "))
                self.ready.set()
        return await self._process.wait()

    def _end_left(self) -> None:
        """Whatever ends us ends it."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.terminate()

    async def stop(self) -> None:
        """Ask it to drain, and insist after a while."""
        self._stopping = True
        if self._process is None or self._process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()

    def kill(self) -> None:
        self._stopping = True
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
