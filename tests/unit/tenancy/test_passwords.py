"""What may be a password, and what is kept of it."""

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from flowyte.kit.errors import Invalid
from flowyte.tenancy.passwords import Passwords, check_password
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys


@pytest.mark.parametrize("password", [
    "quiet harbours", "abcd" * 16, "é à la mer ö", "123456789012", "            .,-:", "x" * 200 + "abcd",
    "東京の静かな港は夜も明るい",
])  # fmt: skip
def test_any_kinds_of_characters_make_a_password(password: str) -> None:
    """Long ones too, and no rule asks for a digit or a mark."""
    check_password(password, "desk@example.com")


@pytest.mark.parametrize("password", ["", "seven", "elevenchars", "x" * 257, "aaaaaaaaaaaaaaaa", "desk@example.com"])
def test_what_would_be_guessed_first_is_refused(password: str) -> None:
    """Under twelve characters, a few repeated, one's own address; and what nobody types."""
    with pytest.raises(Invalid):
        check_password(password, "desk@example.com")


async def test_what_is_kept_costs_a_guess_64_mebibytes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Argon2id with three passes (RFC 9106, its second recommendation), salted; case counts, and so does the end."""
    peppers, passwords = Peppers(FileKeys.create(tmp_path_factory.mktemp("keys") / "keys")), Passwords()
    first = await passwords.hash(peppers, "Seven quiet harbours")
    kept = extract_parameters(first)
    assert (kept.type, kept.time_cost, kept.memory_cost) == (Type.ID, 3, 64 << 10)
    assert kept.salt_len >= 16
    assert first != await passwords.hash(peppers, "Seven quiet harbours")
    assert await passwords.matches(peppers, first, "Seven quiet harbours")
    for other in ("seven quiet harbours", "Seven quiet harbour", "Seven quiet harbours "):
        assert not await passwords.matches(peppers, first, other)
