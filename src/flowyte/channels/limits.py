"""How much a connection may ask of the voice process. The same table, with reasons, is in the voice WebSocket page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    max_frame_bytes: int = 16 * 1024
    """The largest of all channels' messages: a second of µ-law in base64 is 10.7 KiB."""
    messages_a_second: int = 400
    """Eight times a line's pace: a network that stalled may deliver some seconds at once."""
    first_message_ms: int = 10_000
    """Until the call has begun; a connection that says nothing holds a place."""
    unread_bytes: int = 64 * 1024
    """Output waiting in this process: over four seconds of sound. Above it frames are dropped, not kept."""
    unread_ms: int = 2_000
    """How long it may stay above: nobody is listening any more."""
    ping_after_s: float = 10.0
    """Without any message; the far side then has as long again to answer."""
    connections: int = 1_000
    """Far above the calls that admission lets in; keeps a flood of connections from taking the memory."""
    drain_s: float = 5.0
    """For calls to come to rest when the process stops."""
