"""The text of an API key: what is refused before any query."""

from hypothesis import given
from hypothesis import strategies as st

from flowyte.kit.ids import ALPHABET, decode62, encode62
from flowyte.tenancy.key_text import new_key_text, well_formed


@given(st.sampled_from(["live", "test"]), st.integers(0, 51), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(environment: str, position: int, character: str) -> None:
    """A fresh key is well formed; with any one character changed it is not."""
    key = new_key_text(environment)  # type: ignore[arg-type]
    assert well_formed(key)
    position = min(position, len(key) - 1)
    changed = key[:position] + character + key[position + 1 :]
    assert well_formed(changed) == (changed == key)


@given(st.text(max_size=80))
def test_any_text_may_be_tried(text: str) -> None:
    """Checking never raises, whatever arrives in the header."""
    assert well_formed(text) in (True, False)


@given(st.integers(0, 2**128 - 1))
def test_base62_loses_nothing(number: int) -> None:
    """128 bits go into 22 characters and come back."""
    assert decode62(encode62(number)) == number
