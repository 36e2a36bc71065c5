"""Fuzz of the language model wire.

Invariant: whatever chunks a server sends, `Pieces` gives text in the order it came and complete tool calls with an
object for arguments, or raises VendorFailed; it never raises anything else.
"""

import json

from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletionChunk

from flowyte.kit.errors import VendorFailed
from flowyte.providers.openai_chat.chat import Pieces
from flowyte.providers.openai_chat.model import Finished, TextDelta, ToolCall

words = st.none() | st.text(max_size=20)
functions = st.fixed_dictionaries({}, optional={"name": words, "arguments": words | st.just('{"a": 1}')})
calls = st.fixed_dictionaries({"index": st.integers(0, 30)}, optional={"id": words, "function": functions})
deltas = st.fixed_dictionaries({}, optional={"content": words, "tool_calls": st.none() | st.lists(calls, max_size=3)})
choices = st.fixed_dictionaries({"delta": deltas}, optional={"finish_reason": st.none() | st.text(max_size=9)})
chunks = st.fixed_dictionaries({"choices": st.lists(choices, max_size=2)})


@given(st.lists(chunks, max_size=8))
def test_any_chunks_give_pieces_or_a_vendor_failure(sent: list[dict[str, object]]) -> None:
    """No server can bring a call down by what it sends."""
    pieces, found = Pieces(), []
    try:
        for chunk in sent:
            # As the SDK builds it: fields that are absent are None, and nothing is validated.
            found += pieces.take(ChatCompletionChunk.construct(usage=None, **json.loads(json.dumps(chunk))))
        found += pieces.end()
    except VendorFailed:
        return
    assert isinstance(found[-1], Finished)
    assert all(isinstance(piece, TextDelta | ToolCall) for piece in found[:-1])
    assert all(isinstance(piece.arguments, dict) for piece in found if isinstance(piece, ToolCall))
