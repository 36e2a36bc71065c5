"""How a conversation takes turns: events in, commands out, time as an argument.

Nothing here reads a clock, opens a socket, starts a task or touches a database, so a stored list of events gives the
same commands again. `live` performs the commands; `media` knows what sound is.
"""
