"""The one way out: every request to an address that somebody else named goes through here.

A name is resolved once, every answer is checked against our own table, and the connection goes to the literal address
that was checked, so a name that answers differently the second time gains nothing. It promises that no packet leaves
for a forbidden address. What is sent, signed and retried is the caller's.
"""
