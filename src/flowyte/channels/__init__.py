"""Lines to people: the wire format of each channel on one side, `live.ports.Leg` on the other.

A channel decodes what the far side sends and encodes what the agent says; it decides nothing about a conversation.
The channels (`browser`, `twilio`) do not know of one another; the sockets, limits and tasks they share are here.
"""
