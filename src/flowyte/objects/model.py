"""The nouns: a place that keeps objects, what is kept there, and what can go wrong."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from flowyte.kit.errors import SetupError, Unavailable
from flowyte.vault.stream import Source

RECORDING = "recording"
KINDS = {RECORDING: "the sound of a call, sealed under its conversation's key"}
"""Every kind of object there is. A key is ORGANIZATION/CONVERSATION/KIND; another kind has no key."""


class StoreAway(Unavailable):
    """The bucket does not answer at the moment. What is to go there waits here; try again."""

    code = "object_store_unavailable"


class StoreRefuses(SetupError):
    """The bucket refuses: it does not exist, or the credentials may not use it."""

    code = "object_store_refuses"


class ObjectStore(Protocol):
    """A local folder or a bucket. Keys are `key_of`'s. StoreAway and StoreRefuses of each method."""

    @property
    def name(self) -> str:
        """As the operator knows it, without a secret."""
        ...

    async def put(self, key: str, path: Path) -> None:
        """The file's bytes under this key, whole or not at all; the same bytes again change nothing."""
        ...

    async def digest(self, key: str) -> tuple[int, bytes] | None:
        """Length and SHA-256 of what is really there, read back; None when there is nothing."""
        ...

    def source(self, key: str, size: int) -> Source:
        """To read from any place of it, without fetching the whole. FileNotFoundError when it is gone."""
        ...

    async def remove(self, key: str) -> None:
        """Comes back when nothing of it is left, in no version."""
        ...

    def keys(self, prefix: str) -> AsyncIterator[str]:
        """All that begin with the prefix, which ends in a slash or is empty."""
        ...

    async def check(self) -> str:
        """What was seen, in words. StoreRefuses or StoreAway says what is wrong."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Where an object of a conversation lies. `state` is moving until the copy was read back."""

    conversation_id: str
    kind: str
    region: str
    bucket: str
    key: str
    size: int
    sha256: bytes
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What is to go from a bucket. It stays in the list until the bucket shows nothing of it."""

    bucket: str
    region: str
    key: str
    conversation_id: str
    asked_at: datetime
    tries: int
    error: str | None


def key_of(org: object, conversation_id: str, kind: str) -> str:
    """Ids alone: the name of an object says nothing of anybody."""
    if kind not in KINDS:
        raise KeyError(kind)
    return f"{org}/{conversation_id}/{kind}"
