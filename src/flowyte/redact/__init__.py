"""Finds what should not be kept in what people say: cards, social security and account numbers, telephones, e-mail and
street addresses, dates of birth, names. English.

Pure: text in, spans out; a conversation's state is an object that is told what each side said and when. It promises
that no text makes it raise, and that a number that was asked for is found in whatever pieces it is given. What is done
with a span (words replaced, sound silenced, a value held back from a vendor) is for others.
"""
