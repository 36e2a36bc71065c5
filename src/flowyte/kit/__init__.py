"""The ground floor: settings, clock, database door, errors, ids and log.

Promises that time, configuration and connections each come from one place. It knows nothing of calls,
agents or organizations beyond the id that a tenant transaction is opened for.
"""
