"""Samples for measuring redaction: values, the ways people say and write them, and the sentences around them."""
