"""A browser on the line: PCM frames and small JSON notes over a WebSocket (see the voice WebSocket page)."""
