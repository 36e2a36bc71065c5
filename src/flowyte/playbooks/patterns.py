"""Regular expressions of operators that cannot explode. Pure.

Python's engine goes back over every choice, so the choices of a pattern multiply. Only single characters and classes
may be repeated, groups only choose between alternatives, and the product of all choices is bounded. Looking around,
backreferences, nested repeats and flags are refused.
"""

import re

LONGEST_VALUE = 200  # characters of a value that are matched
MOST_CHOICES = 100_000  # ways to try for one value: some milliseconds
_ATOM = re.compile(r"\\[dDwWsSbB.\-+*?()\[\]{}|^$\\/]|\[\^?(?:\\[dDwWsS.\-\]\[^\\]|[^\]\\\[])+\]|[^\\\[\]()|*+?{}]")
_REPEAT = re.compile(r"[*+?]|\{(\d{1,3})(?:(,)(\d{0,3}))?\}")


class BadPattern(ValueError):
    """What is wrong with it, in words."""


def matches(pattern: str, value: str) -> bool:
    """The whole value, without regard to case. BadPattern for one that `check` refuses."""
    check(pattern)
    return re.fullmatch(pattern, value[:LONGEST_VALUE], re.IGNORECASE) is not None


def check(pattern: str) -> None:
    """BadPattern for what is refused."""
    place, depth, choices = 0, 0, 1
    while place < len(pattern):
        mark = pattern[place]
        if mark in "()":
            place, depth = _group(pattern, place, depth)
        elif mark == "|":
            choices, place = choices * 2, place + 1
        else:
            ways, place = _atom(pattern, place)
            choices *= ways
    if depth:
        raise BadPattern("leaves a group open")
    if choices > MOST_CHOICES:
        raise BadPattern("has too many ways to match; use fewer *, + and |")
    try:
        re.compile(pattern)
    except (re.error, OverflowError) as error:
        raise BadPattern(f"is no regular expression: {error}") from error


def _group(pattern: str, place: int, depth: int) -> tuple[int, int]:
    if pattern[place] == "(":
        place += 3 if pattern.startswith("(?:", place) else 1
        if pattern[place : place + 1] == "?":
            raise BadPattern("holds a group that looks around or has a name; only ( ) and (?: ) are taken")
        return place, depth + 1
    if depth == 0:
        raise BadPattern("closes a group that is not open")
    if _REPEAT.match(pattern, place + 1):
        raise BadPattern("repeats a group; only single characters and [classes] may be repeated")
    return place + 1, depth - 1


def _atom(pattern: str, place: int) -> tuple[int, int]:
    """How many ways a character or class with its repeat can match, and where it ends."""
    atom = _ATOM.match(pattern, place)
    if atom is None:
        raise BadPattern(f"cannot be read from “{pattern[place : place + 10]}” on")
    repeat = _REPEAT.match(pattern, atom.end())
    if repeat is None:
        return 1, atom.end()
    if pattern[repeat.end() : repeat.end() + 1] in ("*", "+", "?", "{"):
        raise BadPattern("repeats a repeat")
    return _choices(repeat), repeat.end()


def _choices(repeat: re.Match[str]) -> int:
    if repeat[0] in ("*", "+"):
        return LONGEST_VALUE
    if repeat[0] == "?":
        return 2
    if repeat[2] is None:
        return 1
    return max(1, (int(repeat[3]) if repeat[3] else LONGEST_VALUE) - int(repeat[1]) + 1)
