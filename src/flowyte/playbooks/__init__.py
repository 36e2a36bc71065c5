"""Playbooks: a conversation's steps as a graph that an operator draws.

It is checked before it is saved and walked node by node. The check and the stepper are pure; they promise that a graph
that passes ends or listens after a bounded number of steps. Speaking, listening and carrying skills out are for who
walks it.
"""
