"""The public contract, `/api/v1`: one thin file a room. It reads the request, calls a verb, and shapes the answer."""
