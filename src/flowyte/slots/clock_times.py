"""Times of day as people say them: "half past two", "three thirty pm", "15:30", "noon". Pure."""

import re

from flowyte.slots.figures import SMALL, words_of

_WRITTEN = re.compile(r"(?<!\d)(\d{1,2})\s*[:.h]\s*(\d{2})(?!\d)")
_PM = re.compile(r"\bp\.?\s?m\b|\bafternoon\b|\bevening\b|\btonight\b|\bat night\b")
_AM = re.compile(r"\ba\.?\s?m\b|\bmorning\b")
_PAST = re.compile(r"\b(half|quarter|\w+(?: \w+)?) (past|after|to|til|till|before) (\w+)\b")
FIRST_MORNING_HOUR = 8  # who says "at eight" to a business means the morning, who says "at seven" the evening


def read_time(text: str) -> tuple[str, bool] | None:
    """HH:MM, and whether it is certain: without a half of the day, the likelier one in business hours is taken."""
    said = text.lower()
    if re.search(r"\b(noon|midday)\b", said):
        return "12:00", True
    if re.search(r"\bmidnight\b", said):
        return "00:00", True
    found = _hour_and_minute(said)
    if found is None:
        return None
    hour, minute, whole_day = found
    if hour > 23 or minute > 59:
        return None
    if _PM.search(said):
        return _text(hour + 12 if hour < 12 else hour, minute), True
    if _AM.search(said):
        return (_text(hour % 12, minute), True) if hour <= 12 else (_text(hour, minute), False)
    if whole_day or hour == 0 or hour > 12:
        return _text(hour, minute), True
    return _text(hour + 12 if hour < FIRST_MORNING_HOUR else hour, minute), False


def say_time(value: str) -> str:
    """ "3:30 PM" """
    hour, minute = int(value[:2]), value[3:]
    return f"{(hour - 1) % 12 + 1}:{minute} {'PM' if hour >= 12 else 'AM'}"


def _hour_and_minute(said: str) -> tuple[int, int, bool] | None:
    if written := _WRITTEN.search(said):
        return int(written[1]), int(written[2]), len(written[1]) == 2 and written[1].startswith("0")
    words = [word for word in words_of(said) if word != "o'clock"]
    if past := _PAST.search(" ".join(words)):
        minutes = {"half": 30, "quarter": 15}.get(past[1]) or _last_number(past[1].split())
        hour = _number(past[3])
        if minutes and hour is not None and minutes < 60:
            if past[2] in ("past", "after"):
                return hour, minutes, False
            return (hour - 2) % 12 + 1 if hour <= 12 else hour - 1, 60 - minutes, False
    return _in_words(words)


def _in_words(words: list[str]) -> tuple[int, int, bool] | None:
    """ "three thirty", "nine oh five", "fifteen hundred", "1530"; the hour is the first number said."""
    place = next((n for n, word in enumerate(words) if _number(word) is not None), None)
    if place is None:
        return None
    if re.fullmatch(r"\d{3,4}", words[place]):
        return int(words[place][:-2]), int(words[place][-2:]), len(words[place]) == 4
    first = _number(words[place]) or 0
    if words[place] in ("oh", "zero") and place + 1 < len(words) and (single := _number(words[place + 1])):
        place, first = place + 1, single
    elif first == 20 and place + 1 < len(words) and 0 < (_number(words[place + 1]) or 0) < 4:
        place, first = place + 1, 20 + (_number(words[place + 1]) or 0)
    rest = words[place + 1 :]
    if rest[:1] == ["hundred"]:
        return first, 0, True
    return first, _minutes(rest), False


def _minutes(rest: list[str]) -> int:
    said = [_number(word) for word in rest[:2]]
    if not said or said[0] is None:
        return 0
    second = said[1] if len(said) > 1 else None
    if said[0] in (0, 20, 30, 40, 50) and second is not None and 0 <= second < 10:
        return said[0] + second
    return said[0]


def _number(word: str) -> int | None:
    if word in ("couple", "dozen", "none"):
        return None
    return SMALL.get(word, int(word) if word.isdigit() and len(word) <= 2 else None)


def _last_number(words: list[str]) -> int | None:
    values = [value for word in words if (value := _number(word)) is not None]
    return sum(values) if values else None


def _text(hour: int, minute: int) -> str:
    return f"{hour:02d}:{minute:02d}"
