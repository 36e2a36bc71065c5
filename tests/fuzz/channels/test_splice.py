"""The splice's one parser, the request line. Invariant: whatever bytes come, in whatever pieces, only a target under
/voice/ is ever connected to the voice process, everything else is answered once and closed, and nothing is raised."""

import asyncio
from collections.abc import Coroutine
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from flowyte.channels.splice import make_splice


class Wire:
    """A transport that remembers."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed = 0

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def close(self) -> None:
        self.closed += 1


class Loop:
    """Notes what would have been connected."""

    def __init__(self) -> None:
        self.connects = 0

    def create_task(self, work: Coroutine[Any, Any, None]) -> Any:
        self.connects += 1
        work.close()

        class Task:
            def add_done_callback(self, _then: object) -> None:
                """Never done."""

        return Task()


class State:
    def __init__(self) -> None:
        self.connections: set[object] = set()
        self.tasks: set[Any] = set()


PATHS = st.sampled_from(
    [b"/voice/browser?token=x", b"/voice/", b"/voice", b"/voicex/", b"//voice/", b"/api/v1/agents", b""]
)
LINES = st.one_of(
    st.binary(max_size=200),
    st.builds(lambda verb, path, rest: verb + b" " + path + rest, st.sampled_from([b"GET", b"POST", b"", b"GET\t"]),
              PATHS, st.binary(max_size=80)),
)  # fmt: skip


@given(st.lists(LINES, min_size=1, max_size=4))
def test_only_voice_is_ever_connected(pieces: list[bytes]) -> None:
    """By the first piece, as the server in front hands the whole request over at once."""
    loop, wire, state = Loop(), Wire(), State()
    kind = make_splice(lambda: ("127.0.0.1", 1))
    splice = kind(None, state, None, cast(asyncio.AbstractEventLoop, loop))
    splice.connection_made(cast(asyncio.Transport, wire))
    for piece in pieces:
        splice.data_received(piece)
    target = pieces[0].split(b" ", 2)[1:2]
    voice = bool(target) and target[0].startswith(b"/voice/")
    assert loop.connects == (1 if voice else 0)
    if not voice:
        assert wire.closed >= 1
        assert wire.sent[0].startswith(b"HTTP/1.1 4")
    splice.connection_lost(None)
    assert state.connections == set()


@given(st.integers(1, 80))
def test_what_comes_early_is_bounded(kilobytes: int) -> None:
    """A peer that sends a lot before the voice process has answered is turned away, not kept in memory."""
    loop, wire, state = Loop(), Wire(), State()
    splice = make_splice(lambda: ("127.0.0.1", 1))(None, state, None, cast(asyncio.AbstractEventLoop, loop))
    splice.connection_made(cast(asyncio.Transport, wire))
    splice.data_received(b"GET /voice/browser HTTP/1.1\r\n\r\n")
    for _ in range(kilobytes):
        splice.data_received(bytes(1024))
    assert (wire.closed > 0) is (kilobytes >= 64)
