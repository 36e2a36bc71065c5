"""A line without a socket: it remembers what a channel did."""

from dataclasses import dataclass, field

import pytest

from flowyte.channels.line import Arrival


@dataclass(slots=True)
class FakeLine:
    conversation_id: str = "conv_test"
    sent: list[bytes] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)

    def send_text(self, message: bytes) -> None:
        self.sent.append(message)

    def send_binary(self, message: bytes) -> None:
        self.sent.append(message)

    def begin(self, arrival: Arrival) -> None:
        self.arrivals.append(arrival)

    def hear(self, pcm: bytes) -> None:
        self.heard.append(pcm)

    def key(self, digit: str) -> None:
        self.keys.append(digit)

    def lost(self, cause: str) -> None:
        self.causes.append(cause)

    def hang_up(self, cause: str) -> None:
        self.hung_up.append(cause)


@pytest.fixture
def line() -> FakeLine:
    return FakeLine()
