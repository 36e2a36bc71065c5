"""What a business says about an agent: a draft that changes, and published versions that never do.

Promises that a live conversation keeps the version it began with. What a version says is obeyed elsewhere.
"""
