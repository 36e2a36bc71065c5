"""What an agent may quote: sources written by its owner, cut into passages and found again by words and by meaning.

Promises that a passage is the owner's own text, that a search stays within one organization, agent and the sources a
version was published with, and that a score says whether to answer at all. Models are given in as an `Embedder`.
"""
