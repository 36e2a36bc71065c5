"""What answers: the policy mind, which quotes what the business wrote and files messages, and never invents.

A mind is opened once a conversation and yields its reply part by part. It knows no sound and no sockets; it fulfils
the port of `live` by shape.
"""
