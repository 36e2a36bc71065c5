"""Yes and no, and one of the things that were offered. Pure."""

import re
from collections.abc import Sequence

_YES = re.compile(
    r"\b(yes|yeah|yep|yup|sure|correct|right|that's it|exactly|please do|do it|go ahead|ok|okay|absolutely|of course|"
    r"confirm(ed)?)\b"
)
_NO = re.compile(
    r"\b(no|nope|nah|don't|do not|wrong|incorrect|isn't right|that's not|cancel|stop|never ?mind|forget it|not)\b"
)
MOST_YES = 8  # words: a longer answer says more than yes, and what it says counts
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
           "ninth": 9, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
           "nine": 9}  # fmt: skip


def agreed(text: str) -> bool | None:
    """Yes, no, or None for an answer that is neither and has to be listened to."""
    said = text.lower()
    if len(said.split()) > MOST_YES:
        return None
    if _NO.search(said):
        return False if len(said.split()) <= 3 else None
    return True if _YES.search(said) else None


def read_choice(text: str, options: Sequence[str]) -> tuple[str, bool] | None:
    """The option that was named, or its place: "the second one", or its digit keyed. None when two could be meant."""
    said = f" {' '.join(_words(text))} "
    exact = [option for option in options if _words(option) == said.split()]
    if exact:
        return exact[0], True
    named = [option for option in options if _named(option, said)]
    longest = [one for one in named if not any(one != other and _within(one, other) for other in named)]
    if len(longest) == 1:
        return longest[0], True
    if longest:
        return None
    if place := _place(said.split(), len(options)):
        return options[place - 1], True
    wanted = set(said.split())
    partly = [option for option in options if wanted & {word for word in _words(option) if len(word) > 2}]
    return (partly[0], False) if len(partly) == 1 else None


def _named(option: str, said: str) -> bool:
    words = " ".join(_words(option))
    return bool(words) and bool(re.search(rf"(?<!not )(?<!not the )(?<= ){re.escape(words)}(?= )", said))


def _within(one: str, other: str) -> bool:
    return f" {' '.join(_words(one))} " in f" {' '.join(_words(other))} "


def _place(words: list[str], most: int) -> int:
    if "last" in words:
        return most
    for word in words:
        place = _PLACES.get(word, int(word) if word.isascii() and word.isdigit() and len(word) == 1 else 0)
        meant = len(words) <= 2 or bool({"one", "number", "option"} & set(words))
        counts = word != "one" or len(words) == 1 or words[words.index(word) - 1] in ("number", "option")
        if 0 < place <= most and meant and counts:
            return place
    return 0


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())
