"""Made-up values of every entity, and the ways in which they are written and said.

Numbers are of the ranges that are nobody's: 555-01xx, example.com, area 900 and above is never a social security
number's, so those are drawn below it and are nobody's only by chance.
"""

from collections.abc import Callable
from random import Random

ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
FIRST = ("Ann", "Omar", "Priya", "Lucas", "Mei", "Helen", "Diego", "Grace", "Ivan", "Nora", "Samuel", "Aisha", "Peter",
         "Clara", "Victor", "Joan", "Hassan", "Ruth", "Felix", "Marta")  # fmt: skip
LAST = ("Lee", "Novak", "Okafor", "Harper", "Silva", "Brandt", "Whitfield", "Castillo", "Moreau", "Lindqvist", "Patel",
        "Doyle", "Kowalski", "Nguyen", "Fischer", "Marsh", "Delgado", "Rossi", "Tanaka", "Hughes")  # fmt: skip
STREETS = ("Oak", "Harbour", "Maple", "Mill", "Cedar", "Station", "Park", "Washington", "Lake", "Church", "Elm",
           "Sunset", "Hillcrest", "River", "Chestnut", "Fairview", "Juniper", "Orchard")  # fmt: skip
KINDS = ("Street", "Avenue", "Road", "Lane", "Drive", "Boulevard", "Court", "Place", "Way", "Terrace")
TOWNS = (("Springfield", "Illinois", "62704"), ("Dayton", "Ohio", "45402"), ("Salem", "Oregon", "97301"),
         ("Augusta", "Maine", "04330"), ("Madison", "Wisconsin", "53703"), ("Reno", "Nevada", "89501"))  # fmt: skip
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
MAILBOXES = ("{first}.{last}", "{first}{last}", "{first}_{last}", "{first}{two}", "{f}{last}", "{last}.{first}{two}",
             "{first}-{last}")  # fmt: skip
DOMAINS = ("example.com", "example.org", "mail.example.com", "example.net", "post.example.org")
ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
            "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
            "nineteenth", "twentieth", "twenty first", "twenty second", "twenty third", "twenty fourth",
            "twenty fifth", "twenty sixth", "twenty seventh", "twenty eighth", "twenty ninth", "thirtieth",
            "thirty first")  # fmt: skip

Say = Callable[[Random, str, tuple[int, ...]], str]


# ---- values


def card(r: Random) -> tuple[str, tuple[int, ...]]:
    """The digits and the groups that are printed on the card."""
    if r.random() < 0.15:
        return luhn(r.choice(("34", "37")) + _digits(r, 12)), (4, 6, 5)
    return luhn(r.choice(("4", "51", "52", "55", "6011", "2221")).ljust(4, "1")[:4] + _digits(r, 11)), (4, 4, 4, 4)


def luhn(body: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return body + str(-total % 10)


def ssn(r: Random) -> tuple[str, tuple[int, ...]]:
    area = r.choice([n for n in (r.randrange(1, 666), r.randrange(667, 900))])
    return f"{area:03}{r.randrange(1, 100):02}{r.randrange(1, 10_000):04}", (3, 2, 4)


def phone(r: Random) -> tuple[str, tuple[int, ...]]:
    area = r.choice(("202", "303", "415", "512", "617", "718", "808", "904"))
    return f"{area}55501{r.randrange(100):02}", (3, 3, 4)


def account(r: Random) -> tuple[str, tuple[int, ...]]:
    size = r.choice((8, 9, 10, 12))
    return r.choice("123456789") + _digits(r, size - 1), (4, 4, 4)[: -(-size // 4)]


def iban(r: Random) -> str:
    """Of Great Britain or Germany, with right check digits."""
    country, body = r.choice((("GB", "TEST" + _digits(r, 14)), ("DE", _digits(r, 18))))
    spelled = "".join(str(int(c, 36)) for c in body + country + "00")
    return f"{country}{98 - int(spelled) % 97:02}{body}"


def _digits(r: Random, count: int) -> str:
    return "".join(r.choice("0123456789") for _ in range(count))


# ---- ways to say digits


def groups_of(digits: str, groups: tuple[int, ...]) -> list[str]:
    found, at = [], 0
    for size in groups:
        found.append(digits[at : at + size])
        at += size
    return [each for each in [*found, digits[at:]] if each]


def one_by_one(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    nought = r.choice(("zero", "oh"))
    return ", ".join(
        " ".join(nought if d == "0" else ONES[int(d)] for d in group) for group in groups_of(digits, groups)
    )


def doubled(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """ "triple four", "double five"."""
    said = []
    for group in groups_of(digits, groups):
        place = 0
        while place < len(group):
            run = 1
            while run < 3 and place + run < len(group) and group[place + run] == group[place]:
                run += 1
            word = "oh" if group[place] == "0" else ONES[int(group[place])]
            said.append(("", "", "double ", "triple ")[run] + word)
            place += run
    return " ".join(said)


def pairs(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """ "forty-one eleven"; a pair with a nought is said digit by digit."""
    said = []
    for group in groups_of(digits, groups):
        for place in range(0, len(group), 2):
            said.append(two(group[place : place + 2], r))
    return " ".join(said)


def two(pair: str, r: Random) -> str:
    if len(pair) == 1 or pair[0] == "0":
        return " ".join("oh" if d == "0" else ONES[int(d)] for d in pair)
    if pair[0] == "1":
        return TEENS[int(pair[1])]
    return TENS[int(pair[0])] + (r.choice((" ", "-")) + ONES[int(pair[1])] if pair[1] != "0" else "")


def thousands(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """ "four thousand one hundred eleven" for a group of four; others digit by digit."""
    return ", ".join(
        cardinal(int(group)) if len(group) == 4 and group[0] != "0" else one_by_one(r, group, (len(group),))
        for group in groups_of(digits, groups)
    )


def cardinal(value: int) -> str:
    if value >= 1000:
        rest = value % 1000
        return f"{cardinal(value // 1000)} thousand" + (f" {cardinal(rest)}" if rest else "")
    if value >= 100:
        rest = value % 100
        return f"{ONES[value // 100]} hundred" + (f" {cardinal(rest)}" if rest else "")
    if value >= 20:
        return TENS[value // 10] + (f" {ONES[value % 10]}" if value % 10 else "")
    return TEENS[value - 10] if value >= 10 else ONES[value]


def spaced(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    return " ".join(groups_of(digits, groups))


def commas(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """As recognizers write a number that was said in groups."""
    return r.choice((", ", ". ", " , ")).join(groups_of(digits, groups))


def dashed(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    return "-".join(groups_of(digits, groups))


def solid(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    return digits


def mixed(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    ways = (spaced, one_by_one, pairs, doubled)
    return " ".join(r.choice(ways)(r, group, (len(group),)) for group in groups_of(digits, groups))


def hyphened(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """Recognizers write "4-1-1-1"."""
    return ", ".join("-".join(group) for group in groups_of(digits, groups))


def fillers(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    parts = [r.choice((spaced, one_by_one))(r, group, (len(group),)) for group in groups_of(digits, groups)]
    return r.choice((", uh, ", " um ", ", er, ", " and then ", ", let me see, ")).join(parts)


def corrected(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """A wrong last group first, then the right one."""
    parts = [one_by_one(r, group, (len(group),)) for group in groups_of(digits, groups)]
    wrong = one_by_one(r, _digits(r, len(groups_of(digits, groups)[-1])), (9,))
    return ", ".join([*parts[:-1], wrong]) + r.choice((", no wait, ", ", no, sorry, ", ", sorry, I mean, ")) + parts[-1]


def misheard(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """ "four" comes out as "for", "two" as "to", "eight" as "ate"; never the first word."""
    words = one_by_one(r, digits, groups).split()
    alike = {"four": "for", "two": "to", "eight": "ate", "one": "won"}
    return " ".join(
        alike.get(word, word) if 0 < place < len(words) - 1 and r.random() < 0.25 else word
        for place, word in enumerate(words)
    )


def one_at_a_time(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """Each digit a numeral or a word, as it comes."""
    return " ".join(d if r.random() < 0.5 else ONES[int(d)] for d in digits)


def slowly(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """ "four... one... one", a pause after each."""
    return r.choice(("... ", ". ", ", ")).join(
        ONES[int(d)].capitalize() if r.random() < 0.3 else ONES[int(d)] for d in digits
    )


def anded(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    return r.choice((" and ", ", and ", " then ")).join(
        r.choice((spaced, one_by_one))(r, group, (len(group),)) for group in groups_of(digits, groups)
    )


def threes(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """In groups that are not those of the card."""
    return r.choice((one_by_one, spaced))(r, digits, (3,) * (len(digits) // 3))


def lettered(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """The letter for nought: "4 O 1"."""
    return " ".join("O" if d == "0" else d for d in digits)


def taken_back(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """Two wrong digits in the middle, then the group again."""
    parts = groups_of(digits, groups)
    place = r.randrange(len(parts))
    said = [one_by_one(r, part, (len(part),)) for part in parts]
    said[place] = (
        one_by_one(r, _digits(r, 2), (2,)) + r.choice((", oops, ", ", scratch that, ", ", wait, no, ")) + said[place]
    )
    return ", ".join(said)


def stuttered(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """A digit twice where the speaker begins again."""
    parts = [one_by_one(r, group, (len(group),)) for group in groups_of(digits, groups)]
    place = r.randrange(len(parts))
    parts[place] = f"{parts[place].split()[0]}, {parts[place]}"
    return ", ".join(parts)


def dotted(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    return r.choice((".", " . ", " - ")).join(groups_of(digits, groups))


def twos(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """Pairs of numerals."""
    return r.choice((" ", ", ", "-")).join(digits[place : place + 2] for place in range(0, len(digits), 2))


def numbered(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """ "first four one one one, then five six"."""
    parts = groups_of(digits, groups)
    words = ("first ", ", then ", ", after that ", ", and at the end ")
    return "".join(words[min(n, 3)] + one_by_one(r, part, (len(part),)) for n, part in enumerate(parts))[
        len("first ") :
    ]


def grouped_then_doubled(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    half = sum(groups[: len(groups) // 2])
    return f"{spaced(r, digits[:half], groups)} {doubled(r, digits[half:], groups)}"


def checked(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """ "four one one one, yes, one two three four"."""
    parts = [r.choice((one_by_one, solid))(r, group, (len(group),)) for group in groups_of(digits, groups)]
    return r.choice((", yes, ", ", okay, ", ", right, ", ", got that? ")).join(parts)


def mostly_misheard(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    alike = {"4": "for", "2": "too", "8": "ate", "1": "won"}
    return " ".join(
        alike[d] if d in alike and 2 < n < len(digits) - 1 and r.random() < 0.4 else ONES[int(d)]
        for n, d in enumerate(digits)
    )


def hundreds(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """ "four hundred and eleven" for a group of three, "forty one hundred" for one that ends in noughts."""
    said = []
    for group in groups_of(digits, groups):
        if len(group) == 3 and group[0] != "0":
            said.append(cardinal(int(group)))
        elif len(group) == 4 and group[2:] == "00" and group[0] not in "0":
            said.append(f"{two(group[:2], r)} hundred")
        else:
            said.append(pairs(r, group, (len(group),)))
    return r.choice((" ", ", ")).join(said)


def talkative(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    parts = [r.choice((one_by_one, spaced, doubled))(r, group, (len(group),)) for group in groups_of(digits, groups)]
    return r.choice((", you see, ", ", hmm, where is it, ", ", sorry, my glasses, ", ", like, ")).join(parts)


def backwards_corrected(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """All of a wrong number, then all of the right one."""
    wrong = "".join(r.choice("123456789") for _ in digits)
    return (
        spaced(r, wrong, groups)
        + r.choice((", no that is the old one, ", ", wrong one, sorry, "))
        + spaced(r, digits, groups)
    )


def fours(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    return r.choice((one_by_one, hyphened, commas))(r, digits, (4,) * (len(digits) // 4))


def lines(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    """As it is typed: with stray marks."""
    return r.choice(("/", " / ", "_", "  ", "–")).join(groups_of(digits, groups))


TUNED_WAYS: tuple[Say, ...] = (
    one_by_one, doubled, pairs, spaced, commas, solid, dashed, fillers, thousands, mixed, hyphened, corrected, misheard,
    one_at_a_time, slowly, anded, threes, lettered, taken_back, stuttered, dotted, twos, numbered, grouped_then_doubled,
    checked, mostly_misheard,
)  # fmt: skip
HELD_WAYS: tuple[Say, ...] = (hundreds, talkative, backwards_corrected, fours, lines, spaced, one_by_one, misheard)
WAYS = {"tuned": TUNED_WAYS, "held": HELD_WAYS, "fresh": (*TUNED_WAYS, *HELD_WAYS)}


# ---- ways to say the rest


def email(r: Random) -> str:
    first, last = r.choice(FIRST).lower(), r.choice(LAST).lower()
    box = r.choice(MAILBOXES).format(first=first, last=last, f=first[0], two=f"{r.randrange(10, 100)}")
    return f"{box}@{r.choice(DOMAINS)}"


def say_email(r: Random, address: str, *, spell: bool = False) -> str:
    local, _, domain = address.partition("@")
    marks = {".": " dot ", "_": " underscore ", "-": r.choice((" dash ", " hyphen "))}
    if spell:
        letters = [marks.get(c, "").strip() or (ONES[int(c)] if c.isdigit() else c) for c in local]
        said = " ".join(letters)
    else:
        said = "".join(marks.get(c, c) for c in local)
        said = "".join(f" {ONES[int(c)]} " if c.isdigit() else c for c in said)
    return " ".join(f"{said} at {domain.replace('.', ' dot ')}".split())


def address(r: Random) -> tuple[str, str, str, tuple[str, str, str]]:
    return str(r.choice((r.randrange(1, 100), r.randrange(100, 1000), r.randrange(1000, 9999)))), r.choice(STREETS), \
        r.choice(KINDS), r.choice(TOWNS)  # fmt: skip


def say_house(r: Random, number: str) -> str:
    if len(number) <= 2:
        return cardinal(int(number))
    if len(number) == 3:
        return r.choice((f"{ONES[int(number[0])]} {two(number[1:], r)}", one_by_one(r, number, (3,))))
    return f"{two(number[:2], r)} {two(number[2:], r)}"


def birth(r: Random) -> tuple[int, int, int]:
    return r.randrange(1938, 2013), r.randrange(1, 13), r.randrange(1, 29)


def say_year(r: Random, year: int) -> str:
    if year < 2000:
        return f"nineteen {two(str(year)[2:], r)}"
    if year < 2010:
        return "two thousand" + (f" {r.choice(('and ', ''))}{ONES[year - 2000]}" if year > 2000 else "")
    return r.choice((f"twenty {TEENS[year - 2010]}", f"two thousand {cardinal(year - 2000)}"))


def name(r: Random) -> str:
    return f"{r.choice(FIRST)} {r.choice(LAST)}"
