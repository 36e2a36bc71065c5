"""What the law asks of a conversation, as pure rules: this room decides and others perform.

Here now: consent to recording. It knows no clock, no socket and no database.
"""
