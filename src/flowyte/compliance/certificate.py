"""The signed manifest of a deletion: which stores were looked at, what was in them before and after. No personal data.

Signed with the installation's own Ed25519 key, so that the person who asked, or a court, can check later that these
words come from here. It proves what this installation says it did; that nothing was copied elsewhere before, nothing
can prove.
"""

import base64
from collections.abc import Mapping
from typing import Any

import msgspec

from flowyte.vault.ed25519 import public_of, signed_by
from flowyte.vault.keyring import KeyProvider

PURPOSE = "erasure-certificates/1"
KIND = "flowyte erasure certificate 1"


def certify(keys: KeyProvider, manifest: Mapping[str, Any]) -> str:
    """JSON: {kind, manifest, publicKey, signature}; signed are the kind, a newline and the manifest's bytes."""
    seed = keys.derive(PURPOSE)
    body = msgspec.json.encode(manifest, order="sorted")
    signature = signed_by(seed, KIND.encode() + b"\n" + body)
    return msgspec.json.encode(
        {
            "kind": KIND,
            "manifest": base64.b64encode(body).decode(),
            "publicKey": base64.b64encode(public_of(seed)).decode(),
            "signature": base64.b64encode(signature).decode(),
        }
    ).decode()
