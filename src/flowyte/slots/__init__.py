"""Values out of what a caller says or keys, and back to speech: names, numbers, dates, addresses, yes and no.

Pure: no clock (today is given), no database, no model. It promises that what it says back reads as the same value, and
that no text whatever makes it raise. What is asked, how often, and what is done with a value is for others.
"""
