"""The model store: every model has a name, a revision and hashes, and is fetched once into a cache.

Nothing is vendored in this repository. A file whose hash is not the catalogue's is never used.
"""
