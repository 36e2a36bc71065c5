"""Key material and secrets stay where they are: not in what is printed, logged, raised or answered."""

import gc
import logging
from pathlib import Path

import pytest

from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import FlowyteError
from flowyte.tenancy.principal import Principal
from flowyte.vault import rotate
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import KEY_BYTES, EnvironmentKeys, FileKeys
from flowyte.vault.providers import open_keys
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner

from .conftest import ENVIRON, Kms


async def test_no_key_and_no_secret_is_ever_shown(
    database: Database, organization: Principal, kms: Kms, tmp_path: Path,
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Representations, logs and errors of a whole life of keys, with the failures of each: none of them holds a byte
    run of a key in hexadecimal, base64 or as it stands, nor the plaintext, nor the AWS secret."""
    caplog.set_level(logging.DEBUG)
    plaintext = "canary-plaintext-c41d"
    shown: list[str] = []
    arn = kms.create_key()
    async with open_keys(
        tmp_path, source="file", clock=SystemClock(), environ=ENVIRON, kms_endpoint=kms.endpoint, create=True
    ) as keys:
        sealer = Sealer(keys)
        async with database.tenant(organization) as tx:
            sealed = await sealer.seal(tx, "messages", "body", "msg_1", plaintext.encode())
            conversation = await sealer.new_conversation_key(tx, "cnv_1")
        async with database.tenant(organization) as tx:
            await sealer.open(tx, "messages", "body", "msg_1", sealed)
            shown.append(repr(await rotate.key_status(tx)))
        root = (tmp_path / "kek-1").read_text()
        environment = EnvironmentKeys({"FLOWYTE_KEK_1": root})
        opened = list(sealer._opened._opened.values())
        objects = (keys, keys.held, keys.kms, sealer, sealer._opened, opened, Peppers(keys), environment,
                   UrlSigner(keys, SystemClock()))  # fmt: skip
        shown += [repr(thing) for thing in objects] + [str(thing) for thing in objects]
        async with database.tenant(organization) as tx:
            for broken in (sealed[:-1] + b"\0", b"F1" + bytes(200), b"", plaintext.encode()):
                shown += await _error(sealer.open(tx, "messages", "body", "msg_1", broken))
        async with database.tenant(organization) as tx:
            await rotate.bring_key(tx, keys, sealer, arn)
        kms.disable(arn)
        async with database.tenant(organization) as tx:
            shown += await _error(Sealer(keys).open(tx, "messages", "body", "msg_1", sealed))
        kms.away = True
        async with database.tenant(organization) as tx:
            shown += await _error(Sealer(keys).open(tx, "messages", "body", "msg_1", sealed))
        held = [key for key in (keys.held.root if keys.held else b"", conversation, *(one.key for one in opened))]
    printed = capsys.readouterr()
    everything = "\n".join([*shown, caplog.text, printed.out, printed.err])
    secrets = [plaintext, ENVIRON["AWS_SECRET_ACCESS_KEY"], root]
    for key in held:
        assert len(key) == KEY_BYTES
        secrets += [key.hex()[:16], repr(key)[2:14], root[:16]]
    assert [secret for secret in secrets if secret in everything] == []
    assert "Keyring(kek-1)" in everything, "the test would notice what is shown"
    gc.collect()


async def test_a_damaged_folder_shows_nothing(tmp_path: Path) -> None:
    """A key with one character too many is refused without being repeated."""
    FileKeys.create(tmp_path)
    text = (tmp_path / "kek-1").read_text()
    (tmp_path / "kek-1").write_text(text + "=")
    with pytest.raises(FlowyteError) as caught:
        FileKeys(tmp_path)
    assert text[:12] not in repr(caught.value) + str(caught.value.__context__)


async def _error(attempt: object) -> list[str]:
    with pytest.raises(FlowyteError) as caught:
        await attempt  # type: ignore[misc]
    left: list[BaseException | None] = [caught.value]
    seen: dict[int, BaseException] = {}
    while left:
        error = left.pop()
        if error is not None and id(error) not in seen:  # what led to an error may lead back to it
            seen[id(error)] = error
            left += [error.__cause__, error.__context__]
    return [text for error in seen.values() for text in (repr(error), str(error))]
