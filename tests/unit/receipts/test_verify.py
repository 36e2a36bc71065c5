"""The verifier against every attack of proof.tampering, what its words are, and how it is run."""

import io
import json
import subprocess
import sys
import tracemalloc
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from tests.unit.receipts.made import evidence, key_of, public_of

from flowyte.proof import tampering
from flowyte.proof.forging import Tree, endorsed, note_of, written
from flowyte.proof.tampering import Case, Evidence
from flowyte.receipts import verify_receipt
from flowyte.receipts.note import COSIGNER, LOG, signature_line, vkey
from flowyte.receipts.verify_receipt import Verdict, verify

SINCE = "2026-02-01T00:00:00.000000Z"
HELD = {"the file's own": None, "of the middle of the call": 305, "of after the call, but older": 330}


def judged(case: Case) -> Verdict:
    sound = io.BytesIO(case.recording) if case.recording is not None else None
    return verify(case.receipt, held=case.held, recording=sound)


@pytest.mark.parametrize("held", HELD)
def test_no_attack_is_taken_for_true(held: str) -> None:
    """From the file and one checkpoint that was held before; each answer says something, and none is a traceback."""
    seen = 0
    for case in tampering.cases(evidence(HELD[held])):
        verdict = judged(case)
        assert (verdict.state == "holds") is case.untouched, (case.name, verdict.checks)
        assert verdict.anchored is (case.untouched and case.held is not None), case.name
        assert all(words for _, _, words in verdict.checks)
        if case.name.startswith("malformed"):
            assert verdict.state == "refused", case.name
        seen += 1
    assert seen > 80


def test_the_operators_other_histories_hold_in_themselves() -> None:
    """So that it is the held checkpoint, and nothing else, by which they are found."""
    found = {name: verify(written(receipt)).state for name, receipt in tampering.histories(evidence(330))}
    assert len(found) == 8
    assert set(found.values()) == {"holds"}


def test_a_fork_is_called_a_fork() -> None:
    of = evidence(330)
    words = {}
    for name, receipt in tampering.histories(of):
        verdict = verify(written(receipt), held=of.held.encode())
        words[name] = next(text for check, _, text in verdict.checks if check == "Anchor")
    assert "Fork" in words["history: a word rewritten"]
    assert "Fork" in words["history: fork at the first entry"]
    assert "older than yours" in words["history: cut off and begun anew"]
    assert "?since=330" in words["history: no proof that it goes on"]


def test_a_changed_event_and_a_changed_second_are_named() -> None:
    """By number, and by where in the sound."""
    of = evidence()
    changed = deepcopy(of.receipt)
    changed["events"][2]["fields"][0]["json"] = '"No."'
    assert any("event 3." in words for _, _, words in verify(written(changed)).checks)
    assert of.recording is not None
    sound = bytearray(of.recording)
    sound[44 + 70_000] ^= 1
    words = verify(written(of.receipt), recording=io.BytesIO(bytes(sound))).checks[-1]
    assert words == ("Recording", "bad", "The sound differs from the recording, first 2 s after it begins.")


def test_an_older_receipt_holds_with_a_proof_to_a_newer_checkpoint() -> None:
    """And not without it: an old state may be shown to hide what came later."""
    of = evidence()
    longer = Tree([*of.leaves, b"\1" * 32, b"\2" * 32])
    held = note_of(of.receipt["log"], longer, of.public, of.sign).encode()
    proof = {"from": len(of.leaves), "to": longer.size, "path": longer.proof(len(of.leaves))}
    assert verify(written(of.receipt), held=held).state == "fails"
    verdict = verify(written(of.receipt), held=held, proof=json.dumps(proof).encode())
    assert (verdict.state, verdict.anchored) == ("holds", True)


def rotated(of: Evidence) -> dict[str, Any]:
    """The log went on under a new key, which the old one endorsed."""
    new = key_of("new")
    receipt = deepcopy(of.receipt)
    tree = Tree([*of.leaves, b"\1" * 32])
    for event in receipt["events"]:
        event["path"] = tree.path(event["index"])
    receipt["checkpoint"] = note_of(receipt["log"], tree, public_of(new), new.sign)
    receipt["keys"].append(endorsed(key_of("mine"), receipt["log"], public_of(new), SINCE))
    receipt["consistency"] = [{"from": len(of.leaves), "to": tree.size, "path": tree.proof(len(of.leaves))}]
    return receipt


def test_a_new_key_is_followed_from_the_old_one() -> None:
    """A checkpoint under the old key anchors a file under the new; a key that the old one did not sign does not."""
    of = evidence()
    receipt = rotated(of)
    assert verify(written(receipt), held=of.held.encode()).anchored
    receipt["keys"][1]["endorsement"] = None
    assert verify(written(receipt), held=of.held.encode()).state == "fails"
    receipt = rotated(of)
    receipt["keys"].reverse()
    assert verify(written(receipt), held=of.held.encode()).state == "fails"


def test_keys_that_were_kept_anchor_a_receipt() -> None:
    """Those of this log; those of another, or a key that is not among them, do not."""
    of = evidence()

    def with_keys(log: str, keys: Any) -> Verdict:
        return verify(written(of.receipt), keys=json.dumps({"log": log, "keys": keys}).encode())

    assert with_keys(of.receipt["log"], of.receipt["keys"]).anchored
    assert with_keys(of.other["log"], of.receipt["keys"]).state == "fails"
    assert with_keys(of.receipt["log"], of.other["keys"]).state == "fails"
    assert with_keys(of.receipt["log"], []).state == "fails"
    assert verify(written(of.receipt), keys=b"{}").state == "refused"


def test_a_witness_is_looked_for_when_it_is_named() -> None:
    """Its signature covers the time and the checkpoint; the log's own, or another's, does not stand for it."""
    of = evidence()
    seen, receipt = key_of("witness"), deepcopy(of.receipt)
    body = receipt["checkpoint"].partition("\n\n")[0] + "\n"
    signature = (1_772_000_000).to_bytes(8, "big") + seen.sign(f"cosignature/v1\ntime 1772000000\n{body}".encode())
    receipt["checkpoint"] += signature_line("witness.example.com/1", COSIGNER, public_of(seen), signature)
    key = vkey("witness.example.com/1", COSIGNER, public_of(seen))
    good = verify(written(receipt), witness=key)
    assert ("Witness", "ok", "witness.example.com/1 signed at 1772000000") in good.checks
    assert verify(written(of.receipt), witness=key).state == "fails"
    other = vkey("witness.example.com/2", COSIGNER, public_of(seen))
    assert verify(written(receipt), witness=other).state == "fails"
    assert verify(written(receipt), witness=vkey(receipt["log"], LOG, of.public)).state == "refused"
    assert verify(written(receipt), witness="witness+x").state == "refused"


def test_what_is_not_logged_is_not_proved() -> None:
    """Pending, and from before the log: neither holds, neither is a fault."""
    receipt = deepcopy(evidence().receipt)
    receipt.update(state="before-log", checkpoint=None)
    for event in receipt["events"]:
        event.update(index=None, path=[])
    for state, words in (("before-log", "No proof: from before the log."), ("pending", "not in the log yet")):
        receipt["state"] = state
        verdict = verify(written(receipt))
        assert (verdict.state, verdict.exit_code) == ("unproved", 1)
        assert words in verdict.checks[-1][2]


def test_what_is_no_receipt_costs_a_bounded_amount_of_memory() -> None:
    """Less than ten times what a file may have at most, whatever is in it."""
    raw = written(evidence().receipt)
    for name, bad in tampering.malformed(raw):
        tracemalloc.start()
        assert verify(bad).exit_code == 2, name
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 160 << 20, name


def test_the_file_runs_alone(tmp_path: Path) -> None:
    """Copied away, with a Python that knows nothing of us: the same verdicts, exit codes and words."""
    alone = tmp_path / "verify_receipt.py"
    alone.write_bytes(Path(verify_receipt.__file__).read_bytes())
    of = evidence(330)
    changed = deepcopy(of.receipt)
    changed["events"].pop(1)
    (tmp_path / "held.txt").write_text(of.held)
    (tmp_path / "call.wav").write_bytes(of.recording or b"")
    for content, code, word in ((written(of.receipt), 0, "HOLDS\n"), (written(changed), 1, "DOES NOT HOLD\n"),
                                (b"{}", 2, "NOT A RECEIPT\n")):  # fmt: skip
        (tmp_path / "receipt.json").write_bytes(content)
        done = subprocess.run(
            [sys.executable, "-I", str(alone), "receipt.json", "--checkpoint", "held.txt", "--recording", "call.wav"],
            cwd=tmp_path, capture_output=True, text=True, check=False, env={},
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (code, "")
        assert done.stdout.endswith(word)
    done = subprocess.run([sys.executable, "-I", str(alone), "none.json"], cwd=tmp_path, capture_output=True, text=True,
                          check=False, env={})  # fmt: skip
    assert (done.returncode, done.stderr) == (2, "none.json: No such file or directory\n")
