"""The built-in speech chain: ears, mouth and embeddings that run here, offline, without an account.

Promises first sound within about a second of the caller's last word on two cores, and each model loaded once a
process. Only English. Turn-taking is `conversation`'s business; this room says what it heard and makes sound.
"""
