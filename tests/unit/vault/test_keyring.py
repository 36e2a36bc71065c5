"""Key-encryption keys in files and in the environment, and what is sealed with a key."""

import base64
import json
import os
import secrets
import uuid
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from flowyte.kit.errors import SetupError
from flowyte.vault.keyring import EnvironmentKeys, FileKeys, KeyPlace, SealBroken, place_of
from flowyte.vault.seal import HEADER_BYTES, open_with, seal_with, version_of

PLACE = KeyPlace(org=uuid.UUID(int=7), version=1)
VECTORS = json.loads((Path(__file__).parent / "wycheproof_aes_gcm_256.json").read_text())["tests"]


async def test_a_key_added_while_serving_wraps_and_the_old_one_opens(tmp_path: Path) -> None:
    """Another process that has the folder open takes the new key without being told."""
    FileKeys.create(tmp_path)
    serving, operator = FileKeys(tmp_path), FileKeys(tmp_path)
    first, wrapped = await serving.wrap(b"k" * 32, PLACE)
    assert operator.add() == "kek-2"
    second, rewrapped = await serving.wrap(b"k" * 32, PLACE)
    assert (first, second) == ("kek-1", "kek-2")
    for keys in (serving, operator, FileKeys(tmp_path)):
        assert await keys.unwrap(first, wrapped, PLACE) == b"k" * 32
        assert await keys.unwrap(second, rewrapped, PLACE) == b"k" * 32


async def test_retiring_the_first_key_leaves_credentials_valid(tmp_path: Path) -> None:
    """What digests and signatures are derived from stays when kek-1 is taken away; what kek-1 wrapped is closed."""
    keys = FileKeys.create(tmp_path)
    pepper = keys.derive("pepper/1")
    name, wrapped = await keys.wrap(b"k" * 32, PLACE)
    keys.add()
    (tmp_path / "kek-1").unlink()
    after = FileKeys(tmp_path)
    assert after.derive("pepper/1") == pepper
    with pytest.raises(SealBroken, match="kek-1 is missing"):
        await after.unwrap(name, wrapped, PLACE)


def test_copies_beside_the_keys_are_no_keys(tmp_path: Path) -> None:
    """A backup or an editor's file in the folder is neither read nor a reason to fail."""
    keys = FileKeys.create(tmp_path)
    (tmp_path / "kek-1.bak").write_text("no key")
    (tmp_path / "kek-1~").write_text("no key")
    assert FileKeys(tmp_path).newest == keys.newest == "kek-1"


def test_an_existing_folder_is_not_given_a_second_first_key(tmp_path: Path) -> None:
    """A folder that holds kek-2 alone, its first key retired, is opened as it is."""
    FileKeys.create(tmp_path).add()
    (tmp_path / "kek-1").unlink()
    assert FileKeys.create(tmp_path).newest == "kek-2"
    assert not (tmp_path / "kek-1").exists()


@pytest.mark.parametrize("text", ["", "short", "x" * 44, base64.b64encode(b"k" * 31).decode(), "\0", "ключ"])
def test_a_damaged_key_is_refused_without_being_shown(tmp_path: Path, text: str) -> None:
    """The message names the file and what to do, never what stands in it."""
    FileKeys.create(tmp_path)
    (tmp_path / "kek-1").write_text(text)
    with pytest.raises(SetupError, match="kek-1") as caught:
        FileKeys(tmp_path)
    if text:
        assert text not in caught.value.message


async def test_keys_move_from_files_to_the_environment(tmp_path: Path) -> None:
    """The same keys under the same numbers open the same things and give the same credentials."""
    files = FileKeys.create(tmp_path)
    name, wrapped = await files.wrap(b"k" * 32, PLACE)
    files.add()
    environ = {f"FLOWYTE_KEK_{n}": (tmp_path / f"kek-{n}").read_text() for n in (1, 2)}
    moved = EnvironmentKeys(environ | {"FLOWYTE_KEYS": "environment", "FLOWYTE_KEK_DIR": "unrelated"})
    assert moved.newest == "kek-2"
    assert moved.derive("x") == files.derive("x")
    assert await moved.unwrap(name, wrapped, PLACE) == b"k" * 32
    retired = EnvironmentKeys(
        {"FLOWYTE_KEK_2": environ["FLOWYTE_KEK_2"], "FLOWYTE_KEK_ROOT": (tmp_path / "root").read_text()}
    )
    assert retired.derive("x") == files.derive("x")


def test_an_environment_without_a_key_says_how_to_make_one() -> None:
    """Start-up without FLOWYTE_KEK_1 ends with the command that makes a key."""
    with pytest.raises(SetupError, match="openssl rand -base64 32"):
        EnvironmentKeys({"FLOWYTE_KEYS": "environment"})


async def test_a_wrapped_key_opens_for_its_organization_and_version_alone(tmp_path: Path) -> None:
    """Moved to another row of org_keys, or altered anywhere, it does not open."""
    keys = FileKeys.create(tmp_path)
    name, wrapped = await keys.wrap(b"k" * 32, PLACE)
    for place in (KeyPlace(org=PLACE.org, version=2), KeyPlace(org=uuid.UUID(int=8), version=1)):
        with pytest.raises(SealBroken):
            await keys.unwrap(name, wrapped, place)
    for at in range(len(wrapped)):
        altered = wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :]
        with pytest.raises(SealBroken):
            await keys.unwrap(name, altered, PLACE)


def test_no_nonce_and_no_value_key_is_used_twice() -> None:
    """20,000 seals of one value for one place under one key: each has a salt, a key and a nonce of its own."""
    key, place = secrets.token_bytes(32), place_of(PLACE.org, "messages", "body", "msg_1")
    sealed = [seal_with(key, 1, place, b"the same") for _ in range(20_000)]
    assert len({value[6:22] for value in sealed}) == len(sealed)
    assert len({value[HEADER_BYTES : HEADER_BYTES + 12] for value in sealed}) == len(sealed)
    assert len({value[HEADER_BYTES + 12 :] for value in sealed}) == len(sealed)


async def test_no_nonce_is_used_twice_in_wrapping(tmp_path: Path) -> None:
    """A key-encryption key wraps a key or two for each organization and year, with random nonces that do not meet."""
    keys = FileKeys.create(tmp_path)
    wrapped = [(await keys.wrap(b"k" * 32, PLACE))[1] for _ in range(5_000)]
    assert len({value[:12] for value in wrapped}) == len(wrapped)


def test_a_value_that_would_open_under_two_keys_is_refused() -> None:
    """The commitment names the key: with another key's commitment put in, or none that fits, nothing opens."""
    place = place_of(PLACE.org, "messages", "body", "msg_1")
    one, other = secrets.token_bytes(32), secrets.token_bytes(32)
    sealed, foreign = seal_with(one, 1, place, b"text"), seal_with(other, 1, place, b"text")
    grafted = sealed[:22] + foreign[22:HEADER_BYTES] + sealed[HEADER_BYTES:]
    for key, value in ((other, sealed), (one, grafted), (other, grafted)):
        with pytest.raises(SealBroken):
            open_with(key, place, value)


def test_every_altered_bit_and_every_cut_is_refused() -> None:
    """No change anywhere in a sealed value, nor a shorter or longer one, opens."""
    key, place = secrets.token_bytes(32), place_of(PLACE.org, "messages", "body", "msg_1")
    sealed = seal_with(key, 1, place, b"call me back")
    for at in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[at // 8] ^= 1 << at % 8
        with pytest.raises(SealBroken):
            open_with(key, place, bytes(altered))
    for end in range(len(sealed)):
        with pytest.raises(SealBroken):
            open_with(key, place, sealed[:end])
    with pytest.raises(SealBroken):
        open_with(key, place, sealed + b"\0")


@given(st.binary(max_size=200))
def test_any_bytes_may_stand_where_a_sealed_value_should(raw: bytes) -> None:
    """SealBroken and nothing else."""
    with pytest.raises(SealBroken):
        open_with(b"k" * 32, b"place", raw)
    if not raw.startswith(b"F1"):
        with pytest.raises(SealBroken):
            version_of(raw)


@given(st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4), st.text(max_size=4)), min_size=2, unique=True))
def test_no_two_places_spell_the_same_bytes(places: list[tuple[str, str, str]]) -> None:
    """However table, column and row are divided, the bound bytes differ."""
    assert len({place_of(PLACE.org, *place) for place in places}) == len(places)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['tcId']}-{vector['result']}")
def test_the_cipher_agrees_with_published_vectors(vector: dict[str, str]) -> None:
    """Wycheproof, 256-bit keys with 96-bit nonces and 128-bit tags: valid ones seal and open, invalid ones do not."""
    key, nonce, aad, message, sealed = (
        bytes.fromhex(text)
        for text in (vector["key"], vector["iv"], vector["aad"], vector["msg"], vector["ct"] + vector["tag"])
    )
    if vector["result"] == "valid":
        assert AESGCM(key).encrypt(nonce, message, aad) == sealed
        assert AESGCM(key).decrypt(nonce, sealed, aad) == message
    else:
        with pytest.raises(InvalidTag):
            AESGCM(key).decrypt(nonce, sealed, aad)


def test_files_of_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    """Every file that is made has mode 0600, and one that others may read stops the start."""
    FileKeys.create(tmp_path).add()
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kek-1", "kek-2", "root"]
    os.chmod(tmp_path / "root", 0o640)
    with pytest.raises(SetupError, match="chmod 600"):
        FileKeys(tmp_path)
