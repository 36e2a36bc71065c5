"""The proof of consent finds nothing in the product, and finds it where it is broken."""

from dataclasses import replace

import pytest

from flowyte.compliance.consent import Consent
from flowyte.conversation.permission import Permission
from flowyte.live.session import Session
from flowyte.proof.consent import SCENES, prove


async def test_nobody_is_captured_before_a_yes_or_after_a_no() -> None:
    """With a tone from the first sample, at both rates, in every scene."""
    found = await prove()
    assert found.findings == []
    assert found.calls == 2 * len(SCENES)
    assert (found.before, found.after, found.left) == (0, 0, 0)
    assert found.granted > 0
    assert found.provided > 0


def granted(consent: Consent) -> Consent:
    return replace(consent, announced=True, outcome="granted")


def without_a_stop(permission: Permission, said: str, **_: object) -> None:
    return None


@pytest.mark.parametrize(
    ("owner", "name", "broken", "finding"),
    [
        (Consent, "announced_to_end", granted, "sound is left of a call that was not to be recorded"),
        (Session, "_record", lambda session, to: None, "captured after the no"),
        (Permission, "turn", without_a_stop, "the no was not understood"),
    ],
)
async def test_the_proof_finds_what_is_broken(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str, broken: object, finding: str
) -> None:
    """A rule that takes the notice for a yes, a no that changes nothing, and a no that nobody understands."""
    monkeypatch.setattr(owner, name, broken)
    found = await prove(scenes=[each for each in SCENES if each.says], rates=[8_000])
    assert any(finding in words for words in found.findings), found.findings
