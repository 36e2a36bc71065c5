"""What this process asks of the network, noted."""

import socket

import pytest


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The address of every connection that this process tries, whoever asks for it."""
    found: list[str] = []
    connect = socket.socket.connect

    def noted(self: socket.socket, address: tuple[str, int]) -> None:
        found.append(str(address[0]))
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    return found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is handed to the system's resolver; none but localhost is let through to it."""
    found: list[str] = []
    system = socket.getaddrinfo

    def noted(host: str, *args: object, **more: object) -> object:
        found.append(host)
        assert host == "localhost"
        return system(host, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", noted)
    return found
