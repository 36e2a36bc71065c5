"""What every role's process does around its work: one line when it serves, and an orderly end on a signal."""

import asyncio
import signal
import sys


def stop_on_signal() -> asyncio.Event:
    """Set by SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


def say_ready(address: str) -> None:
    """The line that the supervisor, and anybody's script, waits for."""
    sys.stdout.write(f"ready {address}\n")
    sys.stdout.flush()
