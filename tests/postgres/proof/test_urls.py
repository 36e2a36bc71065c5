"""Signed addresses and stored recordings, attacked in every way: nothing that was changed plays."""

from pathlib import Path

from flowyte.kit.db import Database
from flowyte.proof.urls import Desk, proved_on
from flowyte.vault.keyring import FileKeys

FEWER = 1_020  # of the proof's 2,000: some that are made by chance are no change


async def test_no_changed_address_and_no_broken_recording_plays(
    database: Database, keys: FileKeys, tmp_path: Path
) -> None:
    """Over a thousand changes of an address, and a recording with chunks missing, swapped or of another call; what was
    refused is in the audit log, and what is whole plays."""
    found = await proved_on(Desk(database=database, keys=keys, data_dir=tmp_path), lambda _: None, count=FEWER)
    assert found.findings == []
    assert found.mutations >= 1_000
    assert found.broken > 20
    assert (found.accepted, found.played) == (0, 0)
