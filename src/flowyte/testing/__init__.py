"""Fakes that are shipped: a line, ears, a mind and a mouth that follow a script, and a clock that only moves when told.

Users test their own parts with them, `flowyte bench` loads the engine with them, and so do this project's tests.
"""
