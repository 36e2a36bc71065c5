"""A telephone line by Twilio Media Streams: µ-law in JSON over a WebSocket, and the webhook that asks for it."""
