"""The log that receipts are proved by: an append-only Merkle tree an organization, signed heads, witnesses.

Promises that an event has its leaf in the transaction that keeps the event, that what has a place in the tree keeps it,
and that a head which the customer holds shows any other history. It knows hashes and ids; what an event says stays with
`observe`, and can be erased there while every proof still holds.
"""
