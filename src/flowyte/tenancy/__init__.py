"""Organizations and who acts for them: sessions, keys, scopes, and the one `Principal` they resolve to.

Promises that a request has exactly one organization, decided by its credential alone. What that organization may see
is decided below, by the tenant transaction.
"""
