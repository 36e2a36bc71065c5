"""What comes from outside and can be exchanged: models and their store, the built-in speech chain, language models.

Each adapter fulfils a port of `live` by shape and raises only errors of `kit`. Which one a call uses is decided in
`wiring`; prompts, policies and turn-taking are the business of the rooms above.
"""
