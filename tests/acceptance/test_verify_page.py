"""The page /verify in a real browser: the same verdicts as the program, and nothing leaves the machine."""
