"""Values of the blind part and how they are written: typed in a chat, or spoken and written by a recognizer.

A way of writing gives pieces: each may stand in a turn of its own, and only what is between « and » must be gone.
"""

from dataclasses import dataclass
from random import Random

ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
FIRSTS = ("zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
          "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
          "nineteenth", "twentieth")  # fmt: skip
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
SHORT_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec")
UHS = ("uh", "um", "let's see", "uh", "okay", "hm")

# Prefixes that the brands' own test cards have, and the lengths of the groups printed on the card.
CARDS = (
    (30, ("424242", "411111", "401288", "400005"), (4, 4, 4, 4)),
    (24, ("555555", "510510", "520082", "222300"), (4, 4, 4, 4)),
    (14, ("378282", "371449", "378734"), (4, 6, 5)),
    (8, ("601111", "601100"), (4, 4, 4, 4)),
    (2, ("305693", "385200"), (4, 6, 4)),
    (2, ("356600", "353011"), (4, 4, 4, 4)),
)
AREAS = ("206", "312", "404", "415", "512", "602", "614", "617", "702", "713", "718", "801", "808", "813", "901", "907",
         "919", "212", "303", "503", "210", "267", "347", "470", "737", "971")  # fmt: skip

FIRST = ("Maria", "James", "Linda", "Kevin", "Aaliyah", "Dwayne", "Priya", "Wei", "Oluwaseun", "Siobhan", "Juan",
         "Guadalupe", "Mohammed", "Fatima", "Hyun-woo", "Thuy", "Dmitri", "Svetlana", "Kwame", "Xiomara", "Brooke",
         "Tyler", "Ashley", "Donna", "Earl", "Bettye", "Rashida", "Ngozi", "Giovanni", "Elena", "Ahmed", "Leilani",
         "Caitlyn", "Bob", "Peggy", "Hunter", "Grace", "Will", "April", "Mark", "Rose", "Chase", "Sunita", "Anh",
         "Jorge", "Zsofia", "Hiroshi", "Nadia", "Tamika", "Cody", "Barbara", "Patrick", "Megan", "Deshawn", "Ruth",
         "Ikaika", "Yesenia", "Tadeusz", "Soren", "Amarachi", "Jo", "Al", "Gerry", "Harpreet", "Minh", "Esther",
         "Carlos", "Denise", "Roberta", "Vikram", "Lourdes", "Stephen", "Katarzyna", "Abdul", "Marlene")  # fmt: skip
LAST = ("Smith", "Johnson", "Garcia", "Nguyen", "Kowalczyk", "O'Brien", "Patel", "Okonkwo", "Kim", "Van Dyke",
        "de la Cruz", "Washington", "Hernandez", "Cohen", "Al-Rashid", "Tran", "Petrov", "Mensah", "Baker", "Young",
        "Brown", "Hill", "Price", "Rivera", "Santos", "Schwartz", "Lee", "Wu", "Zhang", "Yoder", "MacLeod", "Kealoha",
        "Begay", "Lindqvist", "Moretti", "Fitzgerald", "Singh", "Kaur", "Choi", "Delgado", "Murphy", "Bianchi",
        "Ivanova", "Adeyemi", "Robinson", "St. Clair", "Thibodeaux", "Gunderson", "Papadopoulos", "Takahashi",
        "Castellanos", "Wojciechowski", "Long", "Park", "Green", "Case", "Stone", "Day", "Hassan", "Mbeki", "Ng",
        "Vasquez", "Whitfield", "Turner", "Ramirez", "Eisenberg", "Haddad", "Phommasathit", "Novak")  # fmt: skip
STREETS = ("Alder Creek", "Tanager", "Quarry Hill", "Pinecrest", "Wetherby", "Fallow Deer", "Main", "Second",
           "Old Ferry", "Harvest Moon", "Birchwood", "Elm", "Cottonwood", "St. Brendan", "Larkspur", "Martindale",
           "Copper Kettle", "Sawmill", "Church", "Prospect", "La Paloma", "Via Serena", "Oak", "Hollow Tree",
           "Kingsbury", "Eleventh", "Fifth", "Turnpike", "Rosewood", "Chickadee", "Granger", "West Lake", "Tulip",
           "Blue Heron", "Mission", "Summit", "Carver", "Dogwood", "Pioneer", "Winding Brook")  # fmt: skip
KINDS = (("Street", "St"), ("Avenue", "Ave"), ("Road", "Rd"), ("Lane", "Ln"), ("Drive", "Dr"), ("Court", "Ct"),
         ("Boulevard", "Blvd"), ("Way", "Way"), ("Circle", "Cir"), ("Place", "Pl"), ("Terrace", "Ter"),
         ("Trail", "Trl"), ("Street", "St"), ("Avenue", "Ave"), ("Drive", "Dr"), ("Road", "Rd"))  # fmt: skip
TOWNS = ("Millbrook", "Cedar Point", "Harlow", "New Dunmore", "Eastfield", "Pine Bluffs", "Lake Corwin", "Fairhaven",
         "San Alonzo", "Stony Fork", "Westerly Heights", "Brantford", "Oak Hollow", "Port Ames", "Glendora Springs",
         "Marlow", "Wexley", "Santa Inez", "Kettle Falls", "Three Pines")  # fmt: skip
STATES = (("Ohio", "OH"), ("Texas", "TX"), ("Oregon", "OR"), ("Georgia", "GA"), ("Florida", "FL"), ("Arizona", "AZ"),
          ("New York", "NY"), ("Illinois", "IL"), ("North Carolina", "NC"), ("Washington", "WA"), ("Colorado", "CO"),
          ("Pennsylvania", "PA"), ("California", "CA"), ("Michigan", "MI"), ("Tennessee", "TN"))  # fmt: skip
DOMAINS = ("example.com",) * 6 + ("example.org", "example.net", "example.net", "mail.example.com", "example.org")
HOBBIES = ("catlady", "bigred", "trucker", "sunshine", "gonefishing", "momof", "the.lopez.family", "pizza_guy", "dvm",
           "coach", "quiltqueen", "info", "office", "billing", "harleyrider", "xoxo", "bluejay", "front-desk",
           "nightowl", "grandma", "hvac_pro", "sales", "skywalker", "rn")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """One value as written: the pieces in order, what stands between them in one breath, and the way's name."""

    way: str
    pieces: list[str]
    glue: str = " "

    def whole(self) -> str:
        """In one breath, and one mark where nothing else was said between."""
        return self.glue.join(self.pieces).replace(f"»{self.glue}«", self.glue)


def marked(way: str, pieces: list[str], glue: str = " ") -> Value:
    return Value(way, [f"«{piece}»" for piece in pieces], glue)


def weighted(r: Random, *choices: tuple[float, str]) -> str:
    return r.choices([name for _, name in choices], [weight for weight, _ in choices])[0]


# --- numbers ---


def _digits(r: Random, count: int) -> str:
    return "".join(r.choice("0123456789") for _ in range(count))


def luhn(body: str) -> str:
    """The digits and the check digit that makes them a card's."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return body + str(-total % 10)


def card(r: Random) -> tuple[str, tuple[int, ...]]:
    _, prefixes, groups = r.choices(CARDS, [weight for weight, _, _ in CARDS])[0]
    prefix = r.choice(prefixes)
    return luhn(prefix + _digits(r, sum(groups) - len(prefix) - 1)), groups


def ssn(r: Random) -> tuple[str, tuple[int, ...]]:
    """Of the form, and never issued: areas 000, 666 and from 900 on, or the group 00."""
    area = r.choice(("666", "000", *(str(number) for number in range(900, 1000))))
    return area + f"{r.randint(1, 99):02}" + f"{r.randint(1, 9999):04}", (3, 2, 4)


def phone(r: Random) -> tuple[str, tuple[int, ...]]:
    last = f"01{r.randint(0, 99):02}"
    if r.random() < 0.06:
        return "555" + last, (3, 4)
    return r.choice(AREAS) + "555" + last, (3, 3, 4)


def account(r: Random) -> tuple[str, tuple[int, ...]]:
    groups = r.choice(((4, 4), (3, 3, 3), (4, 3), (3, 3, 4), (4, 4, 4), (5, 5), (3, 3), (4, 4, 2), (2, 4, 3)))
    return r.choice("123456789") + _digits(r, sum(groups) - 1), groups


def split(digits: str, groups: tuple[int, ...]) -> list[str]:
    found, at = [], 0
    for size in groups:
        found.append(digits[at : at + size])
        at += size
    return found


HEARD_AS = {"four": "for", "two": "to", "eight": "ate", "one": "won"}


def singly(r: Random, group: str) -> str:
    """Figure by figure; seldom a recognizer writes another word that sounds alike."""
    zero = weighted(r, (56, "oh"), (38, "zero"), (6, "o"))
    words = [zero if digit == "0" else ONES[int(digit)] for digit in group]
    if r.random() < 0.015:
        at = r.randrange(len(words))
        words[at] = HEARD_AS.get(words[at], words[at])
    return " ".join(words)


def two_words(pair: str, joint: str = " ") -> str:
    number = int(pair)
    if number < 10:
        return f"oh {ONES[number]}" if number else "zero zero"
    if number < 20:
        return TEENS[number - 10]
    return TENS[number // 10] + (joint + ONES[number % 10] if number % 10 else "")


def paired(r: Random, group: str) -> str:
    """In twos, an odd first digit by itself: "five fifty-five", "forty-two forty-two"."""
    joint = r.choice((" ", "-"))
    head = [ONES[int(group[0])]] if len(group) % 2 else []
    rest = group[len(group) % 2 :]
    if len(rest) == 4 and rest.endswith("00") and rest[0] != "0" and r.random() < 0.6:
        return " ".join([*head, two_words(rest[:2], joint), "hundred"])
    return " ".join(head + [two_words(rest[at : at + 2], joint) for at in range(0, len(rest), 2)])


def doubled(r: Random, group: str) -> str:
    said, at = [], 0
    while at < len(group):
        same = len(group[at:]) - len(group[at:].lstrip(group[at]))
        take = min(same, 3)
        word = "oh" if group[at] == "0" and r.random() < 0.5 else ONES[int(group[at])]
        said.append(word if take == 1 else f"{'double' if take == 2 else 'triple'} {word}")
        at += take
    return " ".join(said)


def uneven(r: Random, digits: str) -> list[str]:
    parts, at = [], 0
    while at < len(digits):
        size = r.randint(1, 4)
        parts.append(digits[at : at + size])
        at += size
    return parts


def number(r: Random, entity: str, style: str) -> Value:
    digits, groups = {"card": card, "ssn": ssn, "phone": phone, "account": account}[entity](r)
    if entity == "ssn" and r.random() < 0.05:
        return _in_style(r, digits[-4:], (4,), style, "last four of")
    if entity == "phone" and len(digits) == 10 and r.random() < 0.05:
        return _in_style(r, "1" + digits, (1, *groups), style, "with the country's")
    if entity == "account" and r.random() < 0.15:
        return _lettered(r, digits, groups, style)
    if entity == "phone" and len(digits) == 10 and style != "typed" and r.random() < 0.1:
        local = _in_style(r, digits[3:], (3, 4), style, "area code and")
        area = singly(r, digits[:3]) if style == "raw" else digits[:3]
        return Value(local.way, [f"area code «{area}»", *local.pieces], local.glue or " ")
    if entity == "phone" and len(digits) == 10 and style in ("typed", "clean") and r.random() < 0.35:
        area, rest = digits[:3], f"{digits[3:6]}-{digits[6:]}"
        if r.random() < 0.2:
            return marked("dotted", [f"{area}.{digits[3:6]}", digits[6:]], ".")
        return marked("as printed", [f"({area})", rest])
    return _in_style(r, digits, groups, style, "")


def _lettered(r: Random, digits: str, groups: tuple[int, ...], style: str) -> Value:
    """With letters before the figures, as many utilities and shops have them."""
    letters = "".join(r.choice("ABCDEFGHJKMNPRSTW") for _ in range(r.choice((1, 2))))
    value = _in_style(r, digits, groups, style, "letters and")
    lead = letters if style == "typed" else r.choice((letters, " ".join(letters), "-".join(letters)))
    joint = r.choice(("", "-", " ")) if style == "typed" else r.choice((" ", "-", " "))
    first = f"«{lead}{joint}{value.pieces[0].removeprefix('«')}"
    return Value(value.way, [first, *value.pieces[1:]], value.glue)


def _in_style(r: Random, digits: str, groups: tuple[int, ...], style: str, before: str) -> Value:
    parts = split(digits, groups)
    if style == "typed":
        way = weighted(r, (42, "solid"), (27, "spaced"), (24, "hyphens"), (3, "odd spaces"), (2, "dots"), (2, "commas"))
    elif style == "raw":
        way = weighted(r, (56, "words"), (14, "paired words"), (7, "doubled"), (9, "half words"), (10, "words with uh"),
                       (4, "dashes said"), (4, "spaced"))  # fmt: skip
    else:
        way = weighted(r, (26, "spaced"), (23, "hyphens"), (14, "solid"), (8, "commas"), (6, "words, commas"),
                       (4, "words"), (4, "digit commas"), (3, "digit hyphens"), (4, "half words"),
                       (4, "figures with uh"), (2, "odd spaces"), (1, "sentences"), (1, "digit spaces"),
                       (2, "dashes said"))  # fmt: skip
    return _written(r, digits, parts, f"{before} {way}".strip(), way)


def _written(r: Random, digits: str, parts: list[str], name: str, way: str) -> Value:
    glue = {"solid": "", "spaced": " ", "hyphens": "-", "dots": ".", "commas": ", ", "sentences": ". "}
    if way in glue:
        return marked(name, parts, glue[way])
    if way == "odd spaces":
        return marked(name, uneven(r, digits))
    if way in ("words", "words, commas"):
        return marked(name, [singly(r, part) for part in parts], " " if way == "words" else ", ")
    if way == "dashes said":
        return marked(name, [singly(r, part) if r.random() < 0.6 else part for part in parts], " dash ")
    if way == "paired words":
        return marked(name, [paired(r, part) if r.random() < 0.7 else singly(r, part) for part in parts])
    if way == "doubled":
        return marked(name, [doubled(r, part) for part in parts])
    if way == "half words":
        words = r.randrange(len(parts))
        return marked(name, [singly(r, part) if at == words else part for at, part in enumerate(parts)])
    if way in ("words with uh", "figures with uh"):
        said = [singly(r, part) if way == "words with uh" else part for part in parts]
        break_at = r.randrange(1, len(said)) if len(said) > 1 else 0
        comma = "," if way == "figures with uh" else ""
        pieces = [f"{r.choice(UHS)}{comma} «{p}»" if at == break_at else f"«{p}»" for at, p in enumerate(said)]
        return Value(name, pieces, f"{comma} ")
    joint = {"digit commas": ", ", "digit hyphens": "-", "digit spaces": " "}[way]
    return marked(name, [joint.join(part) for part in parts], joint)


# --- e-mail ---


def email(r: Random, style: str) -> Value:
    first, last = (_ascii(r.choice(names)) for names in (FIRST, LAST))
    kind = weighted(r, (20, "first.last"), (16, "firstlast"), (18, "with figures"), (10, "initial"), (8, "_"),
                    (12, "hobby"), (4, "plus"), (3, "hyphen"), (3, "short"), (3, "long"), (2, "unusual"))  # fmt: skip
    year = r.choice((str(r.randint(1, 9)), str(r.randint(55, 99)), str(r.randint(1950, 2012)), f"0{r.randint(1, 9)}"))
    local = {
        "first.last": f"{first}.{last}", "firstlast": f"{first}{last}",
        "with figures": r.choice((f"{first}{last}{year}", f"{first}{year}", f"{last}.{first[0]}{year}")),
        "initial": r.choice((f"{first[0]}{last}", f"{first[0]}.{last}", f"{last}{first[0]}")),
        "_": f"{first}_{last}", "hobby": r.choice(HOBBIES) + r.choice(("", year, year)),
        "plus": f"{first}.{last}+{r.choice(('bills', 'dentist', 'shop', '1', 'spam'))}", "hyphen": f"{first}-{last}",
        "short": r.choice((first[0] + last[0], last[0], f"{first[0]}{year}")),
        "long": f"{first}.{r.choice(HOBBIES)}.{last}_{year}",
        "unusual": r.choice((f"{first}'{last}", f"{year}{first}", f"_{first}_", f'"{first} {last}"', f"{first}%{last}",
                             f"{first}!{year}", f"x.{first}.x")),
    }[kind]  # fmt: skip
    domain = r.choice(DOMAINS)
    if style == "typed" or (style == "clean" and r.random() < 0.5):
        written = f"{local}@{domain}"
        if r.random() < 0.12:
            written = r.choice((written.upper(), written.title(), f"{local.title()}@{domain}"))
        return marked(f"{kind}, written", [written], "")
    if '"' in local:
        local = f"{first}{last}"
    return _said_mail(r, kind, local, domain, style)


def _ascii(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalpha())


def _said_mail(r: Random, kind: str, local: str, domain: str, style: str) -> Value:
    where = domain.replace(".", " dot ") if style == "raw" or r.random() < 0.4 else domain
    shape = weighted(r, (70, "said"), (13, "spelled"), (8, "one word"), (9, "first spelled"))
    words = {".": "dot", "_": "underscore", "-": r.choice(("dash", "hyphen")), "+": "plus", "'": "apostrophe",
             "%": "percent sign", "!": "exclamation point"}  # fmt: skip
    tokens: list[str] = []
    for letter in local:
        if tokens and letter not in words and tokens[-1] not in words and tokens[-1][-1].isdigit() == letter.isdigit():
            tokens[-1] += letter
        else:
            tokens.append(letter)
    said = [words.get(token, token) if not token.isdigit() else _figures(r, token, style) for token in tokens]
    if shape in ("spelled", "first spelled"):
        joint = r.choice((" ", "-")) if style == "raw" or r.random() < 0.5 else ", "
        for at, token in enumerate(said):
            if token.isalpha() and token not in words.values() and (shape == "spelled" or at == 0):
                said[at] = joint.join(token if style == "raw" else token.upper())
    name = " ".join(said)
    if shape == "one word" and len(tokens) == 1:
        return Value(f"{kind}, one word", [f"«{name}», all one word,", f"«at {where}»"])
    return marked(f"{kind}, {shape}", [name, f"at {where}"])


def _figures(r: Random, token: str, style: str) -> str:
    if style != "raw" and r.random() < 0.7:
        return token
    if len(token) in (2, 4) and r.random() < 0.6 and not token.startswith("0"):
        return year_words(token) if len(token) == 4 else two_words(token)
    return singly(r, token)


# --- addresses ---


def address(r: Random, style: str) -> Value:
    spoken = style in ("raw", "clean", "odd")
    kind, short = r.choice(KINDS)
    street = r.choice(STREETS)
    house = str(r.choice((r.randint(1, 99), r.randint(100, 999), r.randint(100, 9999), r.randint(10000, 29999))))
    state, code = r.choice(STATES)
    post = f"{r.randint(10000, 98999)}"
    side = r.choice((("North", "N"), ("South", "S"), ("East", "E"), ("West", "W"))) if r.random() < 0.15 else ("", "")
    line = f"{side[0]} {street} {kind}" if spoken or r.random() < 0.5 else f"{side[1]} {street} {short}"
    if r.random() < 0.05:
        line = r.choice(
            (f"County Road {r.randint(2, 99)}", f"Highway {r.randint(2, 99)}", f"State Route {r.randint(2, 99)}")
        )
    elif r.random() < 0.05:
        line = f"{street}"
    if style == "raw":
        house, post = _house(r, house), singly(r, post)
    way = weighted(
        r, (34, "street only"), (22, "with town"), (28, "with town and ZIP"), (3, "a box"), (13, "street and ZIP")
    )
    if way == "a box":
        box = r.randint(10, 9999)
        head = f"{r.choice(('P.O. Box', 'PO Box', 'P O Box'))} {singly(r, str(box)) if style == 'raw' else box}"
    else:
        head = f"{house} {line.strip()}"
        if r.random() < 0.22:
            head += _unit(r, style)
    town = r.choice(TOWNS)
    tail = {
        "street only": [], "with town": [r.choice((town, f"{town}, {state}"))],
        "with town and ZIP": [f"{town}, {state if spoken else code} {post}"], "street and ZIP": [post],
        "a box": [f"{town}, {state if spoken else code} {post}"],
    }[way]  # fmt: skip
    if way == "street and ZIP" and r.random() < 0.5:
        return Value(f"{way}, named", [f"«{head}»,", f"{r.choice(('zip code', 'zip is', 'zip'))} «{post}»"])
    return marked(way, [head, *tail], ", ")


def _house(r: Random, house: str) -> str:
    if len(house) == 1:
        return ONES[int(house)]
    if len(house) == 2:
        return two_words(house) if house[0] != "0" else singly(r, house)
    if house.endswith("00") and len(house) < 5:
        return f"{two_words(house[:-2]) if len(house) == 4 else ONES[int(house[0])]} hundred"
    return singly(r, house) if r.random() < 0.35 else paired(r, house)


def _unit(r: Random, style: str) -> str:
    door = r.choice(
        (str(r.randint(1, 40)), f"{r.randint(1, 9)}{r.choice('ABCD')}", r.choice("ABCDEF"), str(r.randint(101, 899)))
    )
    if style == "raw":
        door = " ".join(ONES[int(c)] if c.isdigit() else c for c in door)
    sign = " number " if style == "raw" else " #"
    return r.choice((", apartment ", ", unit ", " apartment ", ", apt ", sign, ", suite ", " lot ")) + door


# --- dates of birth ---


def year_words(year: str) -> str:
    if year.startswith("200"):
        return "two thousand" + (f" {ONES[int(year[3])]}" if year[3] != "0" else "")
    return f"{two_words(year[:2])} {'hundred' if year[2:] == '00' else two_words(year[2:])}"


def ordinal(day: int) -> str:
    if day <= 20:
        return FIRSTS[day]
    return {30: "thirtieth"}.get(day, f"{TENS[day // 10]} {FIRSTS[day % 10]}")


def suffixed(day: int) -> str:
    return f"{day}{'th' if 10 < day < 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def birth(r: Random, style: str) -> Value:
    year, month, day = (
        r.choice((r.randint(1932, 2004), r.randint(1950, 2000), r.randint(2005, 2022))),
        r.randint(1, 12),
        r.randint(1, 28),
    )
    name, yy = MONTHS[month - 1], f"{year % 100:02}"
    if style == "typed":
        written: tuple[tuple[str, ...], ...] = (
            (f"{month:02}/{day:02}", str(year), "/"), (f"{month}/{day}", str(year), "/"), (f"{month}/{day}", yy, "/"),
            (f"{month:02}-{day:02}", str(year), "-"), (f"{name} {day}", str(year), ", "),
            (f"{SHORT_MONTHS[month - 1]} {day}", str(year), " "), (f"{name} {suffixed(day)}", str(year), " "),
            (f"{month}.{day}", yy, "."), (f"{day} {name}", str(year), " "), (f"{month:02}{day:02}", str(year), ""),
            (f"{month:02}/{day:02}", str(year), "/"), (f"{year}-{month:02}", f"{day:02}", "-"),
        )  # fmt: skip
    elif style == "raw":
        said_year = year_words(str(year)) if r.random() < 0.8 else two_words(yy)
        written = (
            (f"{name} {ordinal(day)}", said_year, " "), (f"{name} {ordinal(day)}", said_year, " "),
            (f"{name} {two_words(f'{day:02}') if day > 9 else ONES[day]}", said_year, " "),
            (f"the {ordinal(day)} of {name}", said_year, " "),
            (f"{two_words(f'{month:02}')} {two_words(f'{day:02}')}", said_year, " "),
            (f"{TEENS[month - 10] if month > 9 else ONES[month]} {two_words(f'{day:02}')}", said_year, " "),
            (singly(r, f"{month:02}{day:02}"), singly(r, str(year)), " "),
        )  # fmt: skip
    else:
        written = (
            (f"{name} {suffixed(day)}", str(year), ", "), (f"{name} {day}", str(year), ", "),
            (f"{name} {suffixed(day)}", str(year), " "), (f"{name} {day}", yy, ", "),
            (f"{month}/{day}", str(year), "/"),
            (f"{month:02}/{day:02}", str(year), "/"), (f"{month}/{day}", yy, "/"), (f"{month}, {day}", str(year), ", "),
            (f"the {suffixed(day)} of {name}", str(year), ", "), (f"{month:02} {day:02}", str(year), " "),
            (f"{name} {suffixed(day)}", f"'{yy}", ", "), (f"{month}-{day}", yy, "-"),
            (f"{name} {ordinal(day)}", year_words(str(year)), ", "), (f"{name} {suffixed(day)} of", str(year), " "),
            (f"{name} the {suffixed(day)}", str(year), ", "),
        )  # fmt: skip
    shape = r.randrange(len(written))
    one, two, glue = written[shape]
    return marked(f"{style} {shape}", [one, two], glue)


# --- names ---


def name(r: Random, style: str) -> Value:
    first, last = r.choice(FIRST), r.choice(LAST)
    way = weighted(r, (50, "first and last"), (17, "first only"), (5, "last, first"), (5, "with a middle"),
                   (4, "two last"), (10, "spelled"), (3, "titled"), (2, "suffixed"),
                   (2, "as in"), (2, "initial"))  # fmt: skip
    if way in ("spelled", "as in") and style != "typed":
        return _spelled(r, way, first, last)
    if way == "last, first" and style != "typed":
        return Value(way, [f"last name «{last}»,", f"first name «{first}»"])
    if way == "titled":
        return Value(way, [f"{r.choice(('Mrs.', 'Mr.', 'Ms.', 'Dr.'))} «{last}»"])
    if way == "suffixed":
        return Value(way, [f"«{first}»", f"«{last}» {r.choice(('Jr.', 'junior', 'the third', 'Sr.'))}"])
    middle = r.choice((r.choice(FIRST), r.choice("ABDEJKLMRST") + "."))
    parts = {
        "first only": [first], "last, first": [last, first], "with a middle": [f"{first} {middle}", last],
        "two last": [first, f"{last}{r.choice((' ', '-'))}{r.choice(LAST)}"], "initial": [f"{first[0]}. {last}"],
    }.get(way, [first, last])  # fmt: skip
    return marked(way, parts, ", " if way == "last, first" else " ")


_LIKE = {"B": "boy", "D": "dog", "M": "Mary", "N": "Nancy", "P": "Peter", "S": "Sam", "T": "Tom", "V": "Victor"}


def _spelled(r: Random, way: str, first: str, last: str) -> Value:
    letters = [letter.upper() for letter in last if letter.isalpha()]
    if way == "as in":
        said = " ".join(f"{letter} as in {_LIKE[letter]}" if letter in _LIKE else letter for letter in letters)
        return Value(way, [f"«{first} {last}»,", f"«{said}»"])
    lead = r.choice(("", "", "that's ", "spelled ", "last name is "))
    return Value(way, [f"«{first} {last}»,", f"{lead}«{r.choice(('-', '-', ' ', ', ', '. ')).join(letters)}»"])


NUMBERS = frozenset({"card", "ssn", "account", "phone"})


def value(r: Random, entity: str, style: str) -> Value:
    """A value of its own as it is written in this style: typed, raw, clean, odd."""
    if entity in NUMBERS:
        return number(r, entity, style)
    return {"email": email, "address": address, "birth": birth, "name": name}[entity](r, style)
