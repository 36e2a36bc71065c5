"""The trust page's claims, and what checks them.

A claim is a sentence for the public with checks that can fail: probes, which look at this installation while it serves
and change nothing, and tests, whose results come with the build. A claim whose checks are not green is not shown as
kept. This room judges; pages, the API and the command line only show what it says.
"""
