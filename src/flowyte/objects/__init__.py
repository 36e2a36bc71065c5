"""Where the bytes of an installation lie: a folder of this machine, and the bucket of its region.

Promises that a call never waits for a network (sound is written here and moved when the call is over), that a copy
here goes only when the one in the bucket was read back and is the same, and that what is to go is asked for until the
bucket proves that nothing of it is left. It sees sealed bytes alone: what they are and who may open them is not its
affair.
"""
