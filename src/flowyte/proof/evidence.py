"""The proof of evidence: what a receipt, a deletion, a consent and a signed address promise, attacked.

Four parts, each in a folder and on a database of its own: receipts.py, canary.py, consent.py and urls.py.
"""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flowyte.proof import canary, consent, receipts, urls

LEAST_URLS = 1_000
LEAST_TAMPERINGS = 100


@dataclass(slots=True, kw_only=True)
class Proof:
    """`ok` only when nothing is left to say."""

    tamperings: int
    found: int
    erasure_hits: int
    samples_before_consent: int
    url_mutations: int
    url_accepted: int
    findings: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.findings

    def figures(self) -> dict[str, int]:
        return {
            "tamperings": self.tamperings, "found": self.found, "erasureHits": self.erasure_hits,
            "samplesBeforeConsent": self.samples_before_consent, "urlMutations": self.url_mutations,
            "urlAccepted": self.url_accepted,
        }  # fmt: skip


def prove(say: Callable[[str], None], hear: canary.Hear, *, seed: int) -> Proof:
    """Two to four minutes. SetupError when a part could not be tried at all."""
    with tempfile.TemporaryDirectory(prefix="flowyte-proof-") as folder:
        parts = {name: Path(folder) / name for name in ("receipts", "urls", "canary")}
        for path in parts.values():
            path.mkdir()
        tampered = asyncio.run(receipts.prove(parts["receipts"], say))
        captured = asyncio.run(consent.prove(say))
        changed = asyncio.run(urls.prove(parts["urls"], say, seed=seed))
        erased = canary.prove(parts["canary"], say, hear)
    findings = [*tampered.findings, *captured.findings, *changed.findings, *erased.findings]
    if tampered.tamperings < LEAST_TAMPERINGS or changed.mutations < LEAST_URLS:
        findings.append("Too little was tried: it proves nothing.")
    say(f"{tampered.found} of {tampered.tamperings} tamperings found by the script that outsiders have, "
        f"{tampered.held} untouched receipts hold.")  # fmt: skip
    say(f"{captured.calls} calls with a tone from their first sample: {captured.before} samples before the grant, "
        f"{captured.after} after a no, {captured.left} bytes of calls that were not to be recorded.")  # fmt: skip
    say(f"{changed.accepted} of {changed.mutations} changed addresses opened anything; {changed.played} of "
        f"{changed.broken} broken recordings were played.")  # fmt: skip
    say(f"A person of {erased.met} conversations was deleted; {erased.looked_for} signs of them were looked for in "
        f"{erased.files} files and in every row: {erased.hits} found.")  # fmt: skip
    return Proof(
        tamperings=tampered.tamperings, found=tampered.found, erasure_hits=erased.hits,
        samples_before_consent=captured.before, url_mutations=changed.mutations, url_accepted=changed.accepted,
        findings=findings,
    )  # fmt: skip
