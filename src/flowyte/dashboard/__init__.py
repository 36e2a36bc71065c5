"""The dashboard: server-rendered pages over the rooms' verbs, for a person with a session.

It promises that a page is complete without script (Talk aside), that nothing on it comes from elsewhere, and that a
change is taken only from its own forms. It holds no rules of its own: what may be done is decided by the verbs, which
the API calls as well.
"""
