"""How values are written for people: times, durations, numbers, sizes. Pure; the page's clock is an argument."""

from datetime import datetime

import phonenumbers

MINUTE, HOUR, DAY = 60, 3600, 86_400

STATES = {
    "completed": ("good", "Completed"),
    "transferred": ("good", "Transferred"),
    "abandoned": ("attention", "Abandoned"),
    "error": ("danger", "Failed"),
    None: ("live", "In progress"),
}
CAUSES = {
    "agent_ended": "The agent ended it",
    "caller_hung_up": "The caller hung up",
    "reader_ended": "The reader ended it",
    "handed_off": "It was put through to a person",
    "leg_lost": "The line was lost",
    "leg_stalled": "The line went silent",
    "leg_invalid": "The line sent what no line sends",
    "leg_flooded": "The line sent far too much",
    "no_response": "The caller did not respond",
    "max_duration": "It reached its longest time",
    "service_failed": "Our service failed in the middle",
    "process_lost": "Our process was lost in the middle",
    "shutdown": "The service was stopped",
}


def ago(then: datetime, now: datetime) -> str:
    """Rough and relative: the exact time stands in the title."""
    seconds = (now - then).total_seconds()
    for limit, unit, name in ((MINUTE, 1, ""), (HOUR, MINUTE, "min"), (DAY, HOUR, "h"), (14 * DAY, DAY, "d")):
        if seconds < limit:
            return "just now" if not name else f"{int(seconds // unit)} {name} ago"
    return then.strftime("%-d %b %Y")


def exact(then: datetime) -> str:
    return then.strftime("%Y-%m-%d %H:%M:%S UTC")


def span(milliseconds: int | None) -> str:
    """A length of time on the clock's face: 1:04, 1:02:09."""
    if milliseconds is None:
        return "–"
    seconds = milliseconds // 1000
    hours, rest = divmod(seconds, HOUR)
    minutes, seconds = divmod(rest, MINUTE)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def millis(value: int | float | None) -> str:
    """A measured delay, to read beside others: 480 ms, 1.24 s."""
    if value is None:
        return "–"
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.2f} s"


def phone(e164: str) -> str:
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def cause(code: str | None) -> str:
    return CAUSES.get(code or "", (code or "").replace("_", " ").capitalize())


def plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
