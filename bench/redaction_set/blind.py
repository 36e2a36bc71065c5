"""Samples of the blind part, from a seed: written by a hand that had not read the rules, nor the other parts.

The caller types (40 %), or a recognizer writes what was said: well set (28 %), as bare lower-case words (20 %), or with
odd capitals and marks (12 %). Most values are asked for and given, or volunteered; the rest comes in pieces, corrected,
refused at first, after other talk, or is read back.
"""

import re
from collections.abc import Callable
from random import Random

from bench.redaction_set import blind_sentences as sentences
from bench.redaction_set import blind_values as values
from bench.redaction_set.blind_values import Value, weighted

Turns = list[tuple[str, str]]
Shape = Callable[[Random, str, str], tuple[str, Turns]]


def positive(r: Random, entity: str) -> tuple[str, Turns]:
    """How it was said, and the turns."""
    style = weighted(r, (40, "typed"), (28, "clean"), (20, "raw"), (12, "odd"))
    shape = weighted(r, (46, "asked"), (19, "volunteered"), (10, "in pieces"), (6, "corrected"), (7, "refused"),
                     (5, "interrupted"), (7, "read back"))  # fmt: skip
    way, turns = _SHAPES[shape](r, entity, style)
    if way.startswith("last four of"):
        turns = _of_last_four(r, turns)
    return f"{shape}, {style}: {way}", _heard(r, turns, style)


def _of_last_four(r: Random, turns: Turns) -> Turns:
    """Asked for, or named, as what it is."""
    if turns[0][0] == "agent" and turns[0][1] != GREETING:
        return [("agent", r.choice(sentences.LAST_FOUR_ASKED)), *turns[1:]]
    given = f"«{turns[-1][1].partition('«')[2].partition('»')[0]}»"
    return [*turns[:-1], ("caller", r.choice(sentences.LAST_FOUR_VOLUNTEERED).format(v=given))]


# --- shapes of a dialogue ---

GREETING = "How can I help you today?"


def _ask(r: Random, entity: str) -> str:
    ask = r.choice(sentences.ASKED[entity])
    return f"{r.choice(sentences.LEADS)} {ask}" if r.random() < 0.3 else ask


def _answer(r: Random, entity: str, given: str) -> str:
    if r.random() < 0.3:
        return _branded(r.choice(sentences.ALSO_ANSWERED[entity]), given).format(v=given)
    weights = [weight for weight, _ in sentences.ANSWERS]
    return r.choices([text for _, text in sentences.ANSWERS], weights)[0].format(v=given)


_BRANDS = {"4": "Visa", "f": "Visa", "5": "Mastercard", "2": "Mastercard", "t": "Amex", "3": "Amex", "6": "Discover"}


def _branded(text: str, given: str) -> str:
    """The brand that the number's first figure has."""
    first = re.sub(r"[^a-z0-9]", "", given.partition("«")[2].lower())[:4]
    brand = "Mastercard" if first.startswith(("fi", "tw")) else _BRANDS.get(first[:1], "Discover")
    return re.sub(r"\b(?:Visa|Mastercard|American Express|Amex|Discover)\b", brand, text)


def _asked(r: Random, entity: str, style: str) -> tuple[str, Turns]:
    said = values.value(r, entity, style)
    return said.way, [("agent", _ask(r, entity)), ("caller", _answer(r, entity, said.whole()))]


def _volunteered(r: Random, entity: str, style: str) -> tuple[str, Turns]:
    said = values.value(r, entity, style)
    given = said.whole()
    turns = [("caller", _branded(r.choice(sentences.VOLUNTEERED[entity]), given).format(v=given))]
    return said.way, [("agent", GREETING), *turns] if r.random() < 0.3 else turns


def _in_pieces(r: Random, entity: str, style: str) -> tuple[str, Turns]:
    said = values.value(r, entity, style)
    if len(said.pieces) < 2:
        return said.way, [("agent", _ask(r, entity)), ("caller", _answer(r, entity, said.whole()))]
    cut = r.randrange(1, len(said.pieces))
    one, two = (Value("", part, said.glue).whole() for part in (said.pieces[:cut], said.pieces[cut:]))
    between = r.choice(sentences.REST_ASKED.get(entity, sentences.BACKCHANNELS))
    if r.random() < 0.3:
        between = r.choice(sentences.BACKCHANNELS)
    return said.way, [
        ("agent", _ask(r, entity)),
        ("caller", r.choice(sentences.FIRST_PIECES).format(p=one)),
        ("agent", between),
        ("caller", r.choice(sentences.NEXT_PIECES).format(p=two)),
    ]


def _corrected(r: Random, entity: str, style: str) -> tuple[str, Turns]:
    said = values.value(r, entity, style)
    if len(said.pieces) > 1 and r.random() < 0.6:
        last = values.value(r, entity, style).pieces[-1] if entity not in values.NUMBERS else _other(r, said.pieces[-1])
        text = r.choice(sentences.CORRECTED_END).format(v=said.whole(), last=last)
    else:
        wrong = values.value(r, entity, style)
        text = r.choice(sentences.CORRECTED_WHOLE).format(w=wrong.whole(), v=said.whole())
    return said.way, [("agent", _ask(r, entity)), ("caller", text)]


def _other(r: Random, piece: str) -> str:
    """The same piece with one figure or one number's word changed."""
    inside = piece[piece.index("«") :]
    spots = list(re.finditer(r"\d|\b(?:" + "|".join(values.ONES) + r")\b", inside))
    if not spots:
        return inside
    spot = r.choice(spots)
    digit = r.randrange(10)
    return inside[: spot.start()] + (str(digit) if spot[0].isdigit() else values.ONES[digit]) + inside[spot.end() :]


def _refused(r: Random, entity: str, style: str) -> tuple[str, Turns]:
    said = values.value(r, entity, style)
    refusal, then = r.choice(sentences.REFUSED)
    given = r.choice(sentences.THEN_GIVEN).format(v=said.whole())
    return said.way, [("agent", _ask(r, entity)), ("caller", refusal), ("agent", then), ("caller", given)]


def _interrupted(r: Random, entity: str, style: str) -> tuple[str, Turns]:
    said = values.value(r, entity, style)
    if len(said.pieces) > 1 and style != "typed" and r.random() < 0.5:
        cut = r.randrange(1, len(said.pieces))
        one, two = (Value("", part, said.glue).whole() for part in (said.pieces[:cut], said.pieces[cut:]))
        return f"{said.way}, aside", [
            ("agent", _ask(r, entity)),
            ("caller", _answer(r, entity, f"{one.rstrip(',')}, {r.choice(sentences.ASIDES)} {two}")),
        ]
    other, again = r.choice(sentences.INTERRUPTED)
    return said.way, [
        ("agent", _ask(r, entity)),
        ("caller", other),
        ("agent", again),
        ("caller", _answer(r, entity, said.whole())),
    ]


def _read_back(r: Random, entity: str, style: str) -> tuple[str, Turns]:
    """The agent writes the same value in its own way; an address as it was heard."""
    seed = r.getrandbits(64)
    said = values.value(Random(seed), entity, style)
    again = said if entity == "address" else values.value(Random(seed), entity, "typed")
    turns = [("agent", _ask(r, entity)), ("caller", _answer(r, entity, said.whole()))]
    if entity in values.NUMBERS and len(again.pieces) > 1 and r.random() < 0.25:
        wrong = Value("", [*again.pieces[:-1], _other(r, again.pieces[-1])], again.glue)
        turns.append(("agent", r.choice(sentences.READ_BACK).format(v=wrong.whole())))
        last = said.pieces[-1]
        return f"{said.way}, denied", [*turns, ("caller", r.choice(sentences.DENIED).format(v=last))]
    back = sentences.NAME_READ_BACK if entity == "name" else sentences.READ_BACK
    turns.append(("agent", r.choice(back).format(v=again.whole())))
    return said.way, [*turns, ("caller", r.choice(sentences.CONFIRMED))]


_SHAPES: dict[str, Shape] = {
    "asked": _asked, "volunteered": _volunteered, "in pieces": _in_pieces, "corrected": _corrected, "refused": _refused,
    "interrupted": _interrupted, "read back": _read_back,
}  # fmt: skip


# --- how it comes to be written ---

_SHORT = (("you", "u"), ("please", "pls"), ("number", "#"), ("account", "acct"), ("phone", "ph"), ("thanks", "thx"),
          ("and", "&"), ("appointment", "appt"))  # fmt: skip
_PAUSE = re.compile(r"(?:[.?!;:,…]+)(?=[\s«»]|$)")
_SMALL = re.compile(r"(?<![\w$:.,/#'«-])\d{1,2}(?![\w:/%'-]|[.,]\d)")


def _heard(r: Random, turns: Turns, style: str) -> Turns:
    """The caller's words in one style through a whole dialogue; an agent's stay as they were written."""
    habit = weighted(r, (50, "as it is"), (36, "small"), (4, "capitals"), (10, "short")) if style == "typed" else ""
    return [(role, text if role == "agent" else _styled(r, text, style, habit)) for role, text in turns]


def _styled(r: Random, text: str, style: str, habit: str) -> str:
    if style == "raw":
        return _raw(r, text)
    if style == "odd":
        return _odd(r, text)
    if habit == "capitals":
        return text.upper()
    if habit == "small":
        return text.lower().rstrip(".") if r.random() < 0.6 else text.lower().rstrip(".").replace("'", "")
    if habit == "short":
        parts = re.split("([«»])", text)
        for at in range(0, len(parts), 4):
            for long, short in _SHORT:
                parts[at] = re.sub(rf"\b{long}\b", short, parts[at])
        return "".join(parts).rstrip(".")
    return text


def _raw(r: Random, text: str) -> str:
    """Lower case, no marks, small numbers as words, now and then a word twice."""
    text = re.sub(r"(?<=\w)[,.](?=»)", "", _PAUSE.sub("", text)).lower()
    parts = re.split("([«»])", text)
    for at in range(0, len(parts), 4):
        parts[at] = _SMALL.sub(lambda found: _in_words(found[0]), parts[at])
    text = "".join(parts)
    if r.random() < 0.12:
        text = re.sub(r"\b(it's|my|the|i)\b", r"\1 \1", text, count=1)
    if r.random() < 0.15:
        text = f"{r.choice(('um', 'uh', 'yeah', 'so', 'okay'))} {text}"
    return " ".join(text.split())


def _in_words(number: str) -> str:
    return values.two_words(f"{number:0>2}").removeprefix("oh ")


def _odd(r: Random, text: str) -> str:
    """Commas lost or made full stops, capitals where none belong and none where they do, a last stop missing."""
    parts = re.split("([«»])", text)
    for at in range(0, len(parts), 4):
        parts[at] = re.sub(r",(?= )", lambda _: r.choice((",", ",", "", ".")), parts[at])
        parts[at] = re.sub(r"\.(?= )", lambda _: r.choice((".", ".", "", ",")), parts[at])
        parts[at] = re.sub(r"\b[a-z]{3,}\b", lambda word: word[0].title() if r.random() < 0.05 else word[0], parts[at])
    inside = r.random()
    if inside < 0.35:
        for at in range(2, len(parts), 4):
            parts[at] = parts[at].lower()
    if r.random() < 0.2 and len(parts) > 1:
        parts[0] += f"{r.choice(('uh,', 'Uh,', 'um,', 'uh'))} "
    if r.random() < 0.5:
        parts[0] = parts[0].lower()
    text = "".join(parts)
    return text.rstrip(".") if r.random() < 0.4 else text


# --- other talk ---


def negative(r: Random) -> Turns:
    """Talk with numbers of every kind but a person's own."""
    style = weighted(r, (40, "typed"), (28, "clean"), (20, "raw"), (12, "odd"))
    seed = r.getrandbits(32)

    def filled(text: str, spoken: bool) -> str:
        return re.sub(r"\{(\w+)\}", lambda slot: _slot(_drawn(r, seed, slot[1]), slot[1], spoken), text)

    turns = [(role, filled(text, role == "caller" and style == "raw")) for role, text in r.choice(sentences.NEGATIVE)]
    return _heard(r, turns, style)


def _drawn(r: Random, seed: int, slot: str) -> Random:
    """A number of an order, a code or a room is the same through a dialogue."""
    return Random(f"{seed}-{slot}") if slot in ("order", "code", "room") else r


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_RANGES = {
    "n": (2, 12), "gal": (30, 80), "pct": (3, 40), "mins": (10, 60), "days": (10, 90), "age": (55, 88),
    "tooth": (2, 32),
    "years": (10, 30), "room": (101, 899), "mbps": (100, 950), "score": (580, 810),
}  # fmt: skip


def _slot(r: Random, slot: str, spoken: bool) -> str:
    if slot in _RANGES:
        low, high = _RANGES[slot]
        number = str(r.randint(low, high))
        if not spoken:
            return number
        return values.paired(r, number) if len(number) > 2 else _in_words(number)
    return _DATES[slot](r, spoken) if slot in _DATES else _COUNTS[slot](r, spoken)


def _price(r: Random, spoken: bool) -> str:
    low, high = r.choice(((5, 60), (20, 99), (100, 400), (100, 999), (1000, 4000)))
    dollars, cents = r.randint(low, high), r.choice((0, 0, 50, 95, 99))
    if spoken:
        whole = values.paired(r, str(dollars)) if dollars > 99 else _in_words(str(dollars))
        return f"{whole} dollars" + (f" and {values.two_words(str(cents))} cents" if cents else "")
    return r.choice((f"${dollars:,}", f"${dollars}")) + (f".{cents}" if cents else "")


def _time(r: Random, spoken: bool) -> str:
    hour, minute = r.randint(1, 12), r.choice((0, 0, 15, 30, 45, 20))
    if spoken:
        said = _in_words(str(hour))
        return said + (f" {values.two_words(str(minute))}" if minute else r.choice(("", " o'clock", " p m")))
    return (
        f"{hour}:{minute:02}" + r.choice(("", "", " AM", " pm"))
        if minute
        else f"{hour}{r.choice((' AM', ' pm', '', ' o’clock'))}"
    )


def _date(r: Random, spoken: bool) -> str:
    month, day = r.choice(values.MONTHS), r.randint(1, 28)
    if spoken:
        return f"{month} {values.ordinal(day)}"
    return r.choice((f"{month} {day}", f"{month} {values.suffixed(day)}", f"the {values.suffixed(day)} of {month}"))


def _digits(r: Random, spoken: bool, low: int, high: int) -> str:
    number = str(r.randint(10 ** (low - 1), 10**high - 1))
    return values.singly(r, number) if spoken else number


def _rounded(number: int, word: str, zeros: str, spoken: bool) -> str:
    return f"{_in_words(str(number))} {word}" if spoken else f"{int(f'{number}{zeros}'):,}"


def _wide(one: int, two: int, spoken: bool) -> str:
    return f"{_in_words(str(one))} by {_in_words(str(two))}" if spoken else f"{one}x{two}"


_DATES: dict[str, Callable[[Random, bool], str]] = {
    "price": _price, "time": _time, "date": _date,
    "day": lambda r, _: r.choice(_DAYS), "month": lambda r, _: r.choice(values.MONTHS),
    "year": lambda r, spoken: values.year_words(str(r.randint(1975, 2025))) if spoken else str(r.randint(1975, 2025)),
    "nth": lambda r, spoken: values.ordinal(r.randint(1, 28)) if spoken else values.suffixed(r.randint(1, 28)),
}  # fmt: skip
_COUNTS: dict[str, Callable[[Random, bool], str]] = {
    "order": lambda r, spoken: _digits(r, spoken, 5, 7),
    "meter": lambda r, spoken: _digits(r, spoken, 5, 5),
    "code": lambda r, _: "".join(r.choice("ABCDEFGHJKLMNPRSTUVWXYZ23456789") for _ in range(6)),
    "model": lambda r, _: f"{r.choice('ABCDGHKMRSTWX')}{r.choice('ABCDGHKMRSTWX')}{r.randint(10, 999)}",
    "err": lambda r, _: r.choice(("E", "F", "")) + str(r.randint(1, 99)),
    "flight": lambda r, _: str(r.randint(100, 2999)),
    "sqft": lambda r, spoken: _rounded(r.randint(11, 38), "hundred", "00", spoken),
    "miles": lambda r, spoken: _rounded(r.randint(20, 99), "thousand", "000", spoken),
    "dim": lambda r, spoken: _wide(r.randint(10, 24), r.randint(10, 24), spoken),
}  # fmt: skip
