"""The part that the published figures are of: sentences, values and ways of saying that no rule was made on.

Written before the last round of changes to the rules, and measured once after it. It shares no sentence, no name, no
street and no domain with the other parts.
"""

from collections.abc import Callable
from random import Random

from bench.redaction_set import values
from bench.redaction_set.values import MONTHS, ORDINALS, cardinal, groups_of, one_by_one, two

# ---- values

FIRST = ("Beatrice", "Tomas", "Yuki", "Gloria", "Karim", "Ingrid", "Wendell", "Lakshmi", "Sean", "Bridget", "Mateo",
         "Olga", "Terrence", "Fatima", "Dwayne", "Hannah", "Pavel", "Rosalind", "Kofi", "Leticia")  # fmt: skip
LAST = ("Abernathy", "Quintero", "Sorensen", "Bakshi", "McAllister", "Dubois", "Yamamoto", "Ferreira", "O'Rourke",
        "Steinberg", "Mbeki", "Haddad", "Van Houten", "Pritchard", "Zielinski", "Cho", "De Luca", "Ramsey", "Vu",
        "Whitaker")  # fmt: skip
STREETS = ("Magnolia", "Bayview", "Jefferson", "Old Mill", "Spruce", "Lincoln", "Sycamore", "Meadow Brook", "Franklin",
           "Cypress", "Highland", "Prospect", "Walnut", "Cherry Hill", "Rosewood")  # fmt: skip
KINDS = (("Street", "St"), ("Avenue", "Ave"), ("Road", "Rd"), ("Lane", "Ln"), ("Drive", "Dr"), ("Boulevard", "Blvd"),
         ("Court", "Ct"), ("Circle", "Cir"), ("Parkway", "Pkwy"), ("Trail", "Trl"))  # fmt: skip
TOWNS = (("Burlington", "Vermont", "VT", "05401"), ("Boise", "Idaho", "ID", "83702"),
         ("Savannah", "Georgia", "GA", "31401"), ("Fargo", "North Dakota", "ND", "58102"),
         ("Tulsa", "Oklahoma", "OK", "74103"), ("Pueblo", "Colorado", "CO", "81003"))  # fmt: skip
DOMAINS = ("shop.example", "firm.example.org", "example.com", "inbox.example.net", "co.example", "example.org")
WORDS = ("sunny", "garden", "fixit", "blue", "boats", "team", "office", "home", "piano", "river")


def card(r: Random) -> tuple[str, tuple[int, ...]]:
    if r.random() < 0.2:
        return values.luhn(r.choice(("34", "37")) + _digits(r, 12)), (4, 6, 5)
    start = r.choice(("4", "4", "53", "54", "2720", "6011", "65"))
    return values.luhn(start + _digits(r, 15 - len(start))), (4, 4, 4, 4)


def ssn(r: Random) -> tuple[str, tuple[int, ...]]:
    return f"{r.choice((r.randrange(1, 666), r.randrange(667, 900))):03}{r.randrange(1, 100):02}{_digits(r, 4)}", \
        (3, 2, 4)  # fmt: skip


def phone(r: Random) -> tuple[str, tuple[int, ...]]:
    return f"{r.choice(('206', '312', '404', '503', '602', '703', '816', '919'))}55501{_digits(r, 2)}", (3, 3, 4)


def account(r: Random) -> tuple[str, tuple[int, ...]]:
    size = r.choice((7, 8, 10, 11, 12))
    sizes = {7: (3, 4), 8: (4, 4), 10: (3, 3, 4), 11: (4, 4, 3), 12: (3, 3, 3, 3)}
    return r.choice("123456789") + _digits(r, size - 1), sizes[size]


NUMBERS = {"card": card, "ssn": ssn, "phone": phone, "account": account}


def _digits(r: Random, count: int) -> str:
    return "".join(r.choice("0123456789") for _ in range(count))


# ---- ways to say digits

Say = Callable[[Random, str, tuple[int, ...]], str]


def dash_said(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """ "one two three dash four five dash"."""
    return " dash ".join(one_by_one(r, each, (len(each),)) for each in groups_of(digits, groups))


def said_twice(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """One group again, to be sure."""
    said = [one_by_one(r, each, (len(each),)) for each in groups_of(digits, groups)]
    place = r.randrange(len(said))
    said[place] = f"{said[place]}, that's {said[place]}"
    return ", ".join(said)


def uneven(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """As recognizers cut what was said with pauses in odd places."""
    parts, at = [], 0
    while at < len(digits):
        size = r.choice((1, 2, 2, 3, 3, 5))
        parts.append(digits[at : at + size])
        at += size
    return r.choice((" ", ", ", "-", ". ")).join(parts)


def half_words(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """Some groups in words, some in figures, one solid."""
    ways: tuple[Say, ...] = (one_by_one, values.solid, values.pairs, values.hyphened)
    return ", ".join(r.choice(ways)(r, each, (len(each),)) for each in groups_of(digits, groups))


def begins_again(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """The first group, a stumble, and all of it from the start."""
    first = groups_of(digits, groups)[0]
    stumble = r.choice(("let me start over, ", "hold on, from the top, ", "I'll say that again, "))
    return f"{one_by_one(r, first, (len(first),))}, {stumble}{one_by_one(r, digits, groups)}"


def loud(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    return one_by_one(r, digits, groups).upper()


def breathing(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    parts = [r.choice((one_by_one, values.spaced))(r, each, (len(each),)) for each in groups_of(digits, groups)]
    return r.choice((", okay, ", ", um, ", ", hang on, ", ", and, uh, ", " ... ")).join(parts)


def numerals_with_words(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """ "4 triple 1 2 double 0"."""
    said, at = [], 0
    while at < len(digits):
        run = 1
        while run < 3 and at + run < len(digits) and digits[at + run] == digits[at]:
            run += 1
        said.append(("", "", "double ", "triple ")[run] + digits[at])
        at += run
    return " ".join(said)


def groups_named(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """ "the first four are 4 1 1 1, the next four ..."."""
    parts = groups_of(digits, groups)
    said = [" ".join(each) if r.random() < 0.5 else one_by_one(r, each, (len(each),)) for each in parts]
    links = ["", *[r.choice((", next ", ", followed by ", ", after which ", ", the next ones are "))] * len(parts)]
    return "".join(link + each for link, each in zip(links, said, strict=False))


def teens_and_tens(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    return ", ".join(values.pairs(r, each, (len(each),)) for each in groups_of(digits, groups))


NEW: tuple[Say, ...] = (
    dash_said, said_twice, uneven, half_words, begins_again, loud, breathing, numerals_with_words, groups_named,
)  # fmt: skip
USUAL: tuple[Say, ...] = (
    one_by_one, one_by_one, values.spaced, values.commas, values.dashed, values.solid, teens_and_tens, values.doubled,
    values.corrected, values.hyphened,
)  # fmt: skip
ALOUD: tuple[Say, ...] = (
    one_by_one, one_by_one, dash_said, said_twice, begins_again, breathing, groups_named, teens_and_tens,
    values.doubled,
)  # fmt: skip


def number(r: Random, entity: str, digits: str, groups: tuple[int, ...], *, aloud: bool = False) -> tuple[str, str]:
    if entity == "phone" and not aloud and r.random() < 0.25:
        area, mid, end = groups_of(digits, groups)
        return "written", r.choice(
            (f"({area}) {mid}-{end}", f"+1 {area} {mid} {end}", f"1-{area}-{mid}-{end}", f"+1{digits}",
             f"{area}.{mid}.{end}", f"1 ({area}) {mid} {end}")
        )  # fmt: skip
    if entity == "phone" and r.random() < 0.2:
        area, mid, end = groups_of(digits, groups)
        say = one_by_one if aloud or r.random() < 0.5 else values.spaced
        return "area code", r.choice(("area code ", "one, ", "plus one, ")) + say(r, digits, groups)
    if entity == "account" and not aloud and r.random() < 0.1:
        code = f"{r.choice(('NL', 'FR', 'AT'))}{_digits(r, 2)} {' '.join(_digits(r, 4) for _ in range(4))}"
        return "iban", code
    way = r.choice(ALOUD if aloud else r.choice((NEW, USUAL)))
    return way.__name__, way(r, digits, groups)


# ---- ways to say the rest


def _email(r: Random, aloud: bool) -> tuple[str, str]:
    first, last = r.choice(FIRST).lower(), r.choice(LAST).lower().replace(" ", "").replace("'", "")
    word, year = r.choice(WORDS), str(r.randrange(1950, 2010))
    box = r.choice((
        f"{first}.{last}", f"{first}{last}", f"{first[0]}.{last}", f"{last}{year[2:]}", f"{first}_{last}{year[2:]}",
        f"{word}.{first}", f"{first}+{word}", f"the-{last}-family", f"{word}{word[0]}{year}",
        f"{first}-{word}-{year[2:]}",
        f"{first[0]}{last[0]}{year}", f"info.{word}", f"{first}.{r.choice('abcdk')}.{last}", f"{last}and{first}",
    ))  # fmt: skip
    domain = r.choice(DOMAINS)
    spoken = f"{_said(r, box)} at {domain.replace('.', ' dot ')}"
    if aloud:
        return "spoken", spoken
    if r.random() < 0.35:
        return "written", r.choice(
            (f"{box}@{domain}", f"{box}@{domain}", f"{box}@{domain}".title(), f"<{box}@{domain}>")
        )
    local = _said(r, box)
    letters = "-".join(box.replace(".", "").replace("+", "").replace("-", "").replace("_", ""))
    ways = {
        "spoken": spoken,
        "commas": f"{local}, at, {domain.replace('.', ', dot, ')}",
        "half": f"{box} at {domain}",
        "half too": f"{local} @ {domain}",
        "sign": f"{local}, the at sign, {domain.replace('.', ' dot ')}",
        "one word": f"{word}{last}, all one word, at {domain.replace('.', ' dot ')}",
        "letters": f"{letters} at {domain.replace('.', ' dot ')}",
        "letters, spaced": f"{letters.replace('-', ' ').upper()} at {domain.replace('.', ' dot ')}",
        "then spelled": f"{last} at {domain.replace('.', ' dot ')}», that's «{' '.join(last.upper())} at "
        f"{domain.replace('.', ' dot ')}",
        "as in": f"{first[0]} as in {first}, {last} at {domain.replace('.', ' dot ')}",
        "sentences": f"{local.capitalize()}. At {domain.replace('.', '. Dot ')}",
        "fillers": f"{local}, um, at, uh, {domain.replace('.', ' dot ')}",
    }
    way = r.choice(list(ways))
    return way, ways[way]


def _said(r: Random, box: str) -> str:
    marks = {".": " dot ", "_": " underscore ", "-": r.choice((" dash ", " hyphen ", " minus ")), "+": " plus "}
    said = "".join(marks.get(each, f" {values.ONES[int(each)]} " if each.isdigit() else each) for each in box)
    return " ".join(said.split())


def _address(r: Random, aloud: bool) -> tuple[str, str]:
    house, street, (kind, short) = r.choice((r.randrange(2, 100), r.randrange(100, 1000), r.randrange(1000, 20000))), \
        r.choice(STREETS), r.choice(KINDS)  # fmt: skip
    town, state, code_of, zip_code = r.choice(TOWNS)
    said_house = _house(r, house)
    zip_said = r.choice((one_by_one(r, zip_code, (5,)), one_by_one(r, zip_code, (3, 2))))
    ways = {
        "spoken": f"{said_house} {street} {kind}",
        "spoken, town": f"{said_house} {street} {kind} in {town}",
        "spoken, all": f"{said_house} {street} {kind}, {town}, {state}, {zip_said}",
        "spoken, apartment": f"{said_house} {street} {kind}, apartment {cardinal(r.randrange(1, 40))} "
        f"{r.choice('abc')}",
    }
    if not aloud:
        ways |= {
            "written": f"{house} {street} {kind}",
            "written, all": f"{house} {street} {short}, {town}, {code_of} {zip_code}",
            "written, short": f"{house} {r.choice('NSEW')}. {street} {short}.",
            "written, apt": f"{house} {street} {short} Apt {r.randrange(1, 60)}{r.choice('ABC')}, {town} {code_of}",
            "written, floor": f"{house} {street} {kind}, {ORDINALS[r.randrange(2, 9)]} floor",
            "small letters": f"{house} {street} {kind}, {town}".lower(),
            "numbered street": f"{house} {r.choice(('East', 'West'))} {r.randrange(20, 99)}th {kind}",
            "box": f"P.O. Box {house}, {town}, {state} {zip_code}",
            "zip plus four": f"{house} {street} {kind}, {town}, {code_of} {zip_code}-{_digits(r, 4)}",
            "corrected": f"{house + 1} {street}, sorry, {house} {street} {kind}",
            "unit first": f"Unit {r.randrange(1, 30)}, {house} {street} {kind}",
            "highway": f"{house} County Road {r.randrange(10, 400)}",
        }
    way = r.choice(list(ways))
    return way, ways[way]


def _house(r: Random, house: int) -> str:
    text = str(house)
    if len(text) <= 2:
        return cardinal(house)
    if len(text) == 3:
        return r.choice((f"{values.ONES[int(text[0])]} {two(text[1:], r)}", cardinal(house)))
    if len(text) == 4:
        return f"{two(text[:2], r)} {two(text[2:], r)}"
    return one_by_one(r, text, (len(text),))


def _birth(r: Random, aloud: bool) -> tuple[str, str]:
    year, month, day = r.randrange(1932, 2014), r.randrange(1, 13), r.randrange(1, 29)
    name, said = MONTHS[month - 1], values.say_year(r, year)
    ways = {
        "spoken": f"{name} {ORDINALS[day]}, {said}",
        "the ordinal": f"the {ORDINALS[day]} of {name}, {said}",
        "month the": f"{name} the {ORDINALS[day]}, {said}",
        "month number": f"{name} {cardinal(day)} {said}",
    }
    if not aloud:
        ways |= {
            "us": f"{month:02}/{day:02}/{year}",
            "us, short": f"{month}-{day}-{str(year)[2:]}",
            "iso": f"{year}-{month:02}-{day:02}",
            "long": f"{name} {day}, {year}",
            "day first": f"{day} {name[:3]} {year}",
            "ordinal": f"the {day}{_th(day)} of {name} {year}",
            "apostrophe": f"{name} {day}, '{str(year)[2:]}",
            "digits": f"{two(f'{month:02}', r)}, {two(f'{day:02}', r)}, {two(str(year)[2:], r)}",
            "digits, year": f"{two(f'{month:02}', r)} {two(f'{day:02}', r)} {said}",
            "slash said": f"{cardinal(month)} slash {cardinal(day)} slash {said}",
            "corrected": f"{name} {day + 1}, no, {name} {day}, {year}",
            "year last": f"{name} {day}. The year is {year}",
            "small letters": f"{name} {ORDINALS[day]} {said}".lower(),
            "two turns of speech": f"{name}, uh, {ORDINALS[day]}, um, {year}",
        }
    way = r.choice(list(ways))
    return way, ways[way]


def _th(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _name(r: Random, aloud: bool) -> tuple[str, str]:
    first, last = r.choice(FIRST), r.choice(LAST)
    ways = {"plain": f"{first} {last}"}
    if not aloud:
        spelled = last.replace(" ", "").replace("'", "").upper()
        ways |= {
            "plain too": f"{first} {last}",
            "plain as well": f"{first} {last}",
            "title": f"{r.choice(('Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Professor'))} {first} {last}",
            "title, last": f"{r.choice(('Mr.', 'Mrs.', 'Miss', 'Doctor'))} {last}",
            "middle": f"{first} {r.choice(FIRST)} {last}",
            "initial": f"{first} {r.choice('AEJLMR')}. {last}",
            "double": f"{first} {last}-{r.choice(LAST).replace(' ', '')}",
            "small letters": f"{first} {last}".lower(),
            "spelled": f"{first} {last}», that's «{'-'.join(spelled)}",
            "spelled, spaced": f"{first} {last}», spelled «{' '.join(spelled)}",
            "first": first,
            "suffix": f"{first} {last} {r.choice(('Jr.', 'junior', 'the third'))}",
            "last first": f"{last}, {first}",
            "first, last": f"{first}», last name «{last}",
        }
    way = r.choice(list(ways))
    return way, ways[way]


_OTHERS = {"email": _email, "address": _address, "birth": _birth, "name": _name}


def value(r: Random, entity: str, *, aloud: bool = False) -> tuple[str, str]:
    """How it is given, and the words. `aloud`: only what a voice can say."""
    if entity in NUMBERS:
        digits, groups = NUMBERS[entity](r)
        return number(r, entity, digits, groups, aloud=aloud)
    return _OTHERS[entity](r, aloud)
