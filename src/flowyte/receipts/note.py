"""Checkpoints as text: c2sp.org/tlog-checkpoint in c2sp.org/signed-note, which witnesses of other makers read."""

import base64
from dataclasses import dataclass
from datetime import datetime

from flowyte.receipts.verify_receipt import key_id

LOG, COSIGNER = 1, 4  # kinds of Ed25519 signatures on a note


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A signed tree head; `id` is its size as text, for it names it within its log."""

    size: int
    signed_at: datetime
    key: int
    note: str

    @property
    def id(self) -> str:
        return str(self.size)


def head_body(origin: str, size: int, root: bytes) -> str:
    return f"{origin}\n{size}\n{text_of(root)}\n"


def signature_line(name: str, kind: int, public: bytes, signature: bytes) -> str:
    return f"— {name} {text_of(key_id(name, kind, public) + signature)}\n"


def vkey(name: str, kind: int, public: bytes) -> str:
    """A public key as c2sp.org/signed-note writes it."""
    return f"{name}+{key_id(name, kind, public).hex()}+{text_of(bytes([kind]) + public)}"


def text_of(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
