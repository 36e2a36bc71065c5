"""Events out: Standard Webhooks 1.0, signed with v1 or v1a.

What happened is written with the transaction in which it happened, and sent after it: at least once, under one id, in
no promised order. Bodies hold ids and states; whoever needs more asks the API for it, with a key that may read it.
"""
