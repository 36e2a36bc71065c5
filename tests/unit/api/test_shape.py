"""Cursors, names and byte ranges."""

import pytest

from flowyte.api.conversations import byte_range
from flowyte.api.shape import decode_cursor, encode_cursor
from flowyte.kit.errors import Invalid


def test_a_cursor_comes_back_as_the_id_that_it_was_made_of() -> None:
    """Opaque outside, the last id inside."""
    assert decode_cursor(encode_cursor("agt_0123456789")) == "agt_0123456789"
    assert decode_cursor(None) is None


@pytest.mark.parametrize("cursor", ["x", "/w", "AA"])
def test_what_is_no_cursor_is_refused_by_name(cursor: str) -> None:
    """Bad base64, bytes that are no text and the zero character, which no id has and no database takes."""
    with pytest.raises(Invalid) as caught:
        decode_cursor(cursor)
    assert [fault.field for fault in caught.value.fields] == ["cursor"]


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-9", (0, 9)),
        ("bytes=10-", (10, 99)),
        ("bytes=-20", (80, 99)),
        ("bytes=-200", (0, 99)),
        ("bytes=9-1", None),
        ("bytes=0-1,5-6", None),
        ("bytes=a-b", None),
        ("items=0-9", None),
        ("bytes=-", None),
        (None, None),
    ],
)
def test_a_range_is_read_as_players_send_it(header: str | None, span: tuple[int, int] | None) -> None:
    """What is not one range of bytes is answered with the whole."""
    assert byte_range(header, 100) == span
