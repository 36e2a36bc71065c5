"""What an agent may do, say and be asked, decided outside the mind that answers. Pure.

An act and the situation go in, a verdict with its reasons comes out. The strictest policy wins, a policy that fails
denies, and to judge by no policy at all is a fault. Nothing here acts: `minds.judged` stands between a mind and
the call.
"""
