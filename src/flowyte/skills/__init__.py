"""What an agent may do: skills as the API names them, their checks, and the built-in ones carried out.

Promises that a message is filed exactly once for its intent, with the personal parts sealed. Deciding when to use a
skill is a mind's business.
"""
