"""Before a version goes live: what it will answer, decline, do, send and keep, read from what it is made of.

Promises to say nothing that the code does not do: what leaves is traced, what is disclosed is asked of the rule itself,
and publishing refuses exactly what the report calls a refusal.
"""
