"""Key material and what is done with it: sealing at rest, digests of credentials, signed short-lived tokens.

Promises: AES-256-GCM under per-organization keys, each ciphertext bound to the exact place where it lies; nothing here
returns a key to who only wants a value. No other room touches key material.
"""
