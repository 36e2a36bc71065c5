"""One WebSocket connection: it counts, limits and forwards, and turns every way of dying into a cause.

It belongs to the server; the channel above it reads and writes messages. The call, once opened, is fed from here.
A connection is closed once, and afterwards sends nothing and forwards nothing.
"""

from collections.abc import Callable
from typing import Protocol

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from flowyte.channels.limits import Limits
from flowyte.channels.line import Arrival, Call, Channel, Line, Opened, WireError
from flowyte.conversation.commands import Cause
from flowyte.live.ports import Note

_TEXT, _BINARY, _CLOSE, _PONG = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CLOSE, WSMsgType.PONG
_CLOSE_CODES = {
    "leg_invalid": WSCloseCode.PROTOCOL_ERROR,
    "leg_flooded": WSCloseCode.POLICY_VIOLATION,
    "leg_stalled": WSCloseCode.POLICY_VIOLATION,
    "busy": WSCloseCode.TRY_AGAIN_LATER,
    "drained": WSCloseCode.SERVICE_RESTART,
    "service_failed": WSCloseCode.INTERNAL_ERROR,
}
_FAULTS = (WSCloseCode.PROTOCOL_ERROR, WSCloseCode.INVALID_TEXT, WSCloseCode.MESSAGE_TOO_BIG)


class Keeper(Protocol):
    """The server, as a connection sees it."""

    def begin(self, connection: "Connection", arrival: Arrival) -> None: ...
    def gone(self, connection: "Connection") -> None: ...


class Connection(WSListener):
    """Fulfils `Line` for its channel."""

    def __init__(self, keeper: Keeper, limits: Limits, channel: Callable[[Line], Channel]) -> None:
        self._keeper = keeper
        self._limits = limits
        self.channel = channel(self)
        self._transport: WSTransport | None = None
        self._call: Call | None = None
        self.conversation_id = ""
        self.cause: Cause | None = None
        self._begun = self._paused = self._closed = False
        self._count = 0
        self._quiet_ms = self._unread_ms = 0

    # ---- what the channel calls

    def send_text(self, message: bytes) -> None:
        if not (self._closed or self._paused) and self._transport is not None:
            self._transport.send(_TEXT, message)

    def send_binary(self, message: bytes) -> None:
        if not (self._closed or self._paused) and self._transport is not None:
            self._transport.send(_BINARY, message)

    def begin(self, arrival: Arrival) -> None:
        if self._begun:
            raise WireError("A call begins once.")
        self._begun = True
        self._keeper.begin(self, arrival)

    def hear(self, pcm: bytes) -> None:
        if self._call is not None:
            self._call.hear(pcm)

    def key(self, digit: str) -> None:
        if self._call is not None:
            self._call.key(digit)

    def lost(self, cause: Cause) -> None:
        """The first cause counts. Without a call there is nobody to tell, and the connection is closed."""
        if self.cause is not None:
            return
        self.cause = cause
        call, self._call = self._call, None
        if call is not None:
            call.lost(cause)
        self.hang_up(cause)

    def hang_up(self, cause: str) -> None:
        if self._closed or self._transport is None:
            self._closed = True
            return
        self._closed, self._call = True, None
        self._transport.send_close(_CLOSE_CODES.get(cause, WSCloseCode.OK), cause)
        self._transport.disconnect()

    # ---- what the server calls

    def attach(self, opened: Opened) -> None:
        """The call is open. When the line is gone already the server tells it so."""
        self.conversation_id = opened.conversation_id
        if self.cause is None:
            self._call = opened.call

    def refuse(self, cause: Cause, *, forbidden: bool = False) -> None:
        if self.cause is None:
            self.cause = cause
            self.channel.show(Note(kind="ended", text=cause))
            self.hang_up("leg_stalled" if forbidden else cause)

    def sweep(self, ms: int) -> None:
        """`ms` have passed since the last sweep, about a second: a new count begins, and what stands still ends."""
        self._count = 0
        self._quiet_ms += ms
        self._unread_ms = self._unread_ms + ms if self._paused else 0
        quiet = self.channel.max_quiet_ms if self._begun else self._limits.first_message_ms
        if self._unread_ms > self._limits.unread_ms or (quiet is not None and self._quiet_ms > quiet):
            self.lost("leg_stalled")
            if self._transport is not None:
                self._transport.disconnect(graceful=False)  # a peer that does not read would never take the rest

    # ---- what the socket calls

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        transport.underlying_transport.set_write_buffer_limits(high=self._limits.unread_bytes)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        self._count += 1
        if kind is _CLOSE:
            self._closed_by_peer(frame)
        elif self._closed or kind is _PONG:
            return
        elif self._count > self._limits.messages_a_second:
            self.lost("leg_flooded")
        else:
            if self._begun:
                self._quiet_ms = 0
            try:
                self._read(kind, frame)
            except WireError:
                self.lost("leg_invalid")

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        closing = transport.close_handshake  # None when the line broke off, whatever its type says
        sent = closing.sent if closing else None
        self.lost("leg_invalid" if sent is not None and sent.code in _FAULTS else "leg_lost")
        self._closed = True
        self._keeper.gone(self)

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False

    def _read(self, kind: WSMsgType, frame: WSFrame) -> None:
        if not frame.fin or frame.payload_size > self.channel.max_message_bytes:
            raise WireError("Messages are short and come in one piece.")
        if kind is _TEXT:
            self.channel.read_text(frame.get_payload_as_memoryview())
        elif kind is _BINARY:
            self.channel.read_binary(frame.get_payload_as_memoryview())
        else:
            raise WireError("Messages come in one piece.")

    def _closed_by_peer(self, frame: WSFrame) -> None:
        code = frame.get_close_code()
        ordinary = code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY, WSCloseCode.NO_INFO)
        self.lost("caller_hung_up" if ordinary else "leg_lost")
