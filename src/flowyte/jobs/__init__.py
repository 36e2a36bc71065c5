"""Work that outlives a request: a queue in the same PostgreSQL, so that a job exists exactly if its cause committed.

A job is a task's name, an organization and an id. Content is never queued. A task must be safe to run twice: a worker
that dies in the middle leaves its job to another.
"""
