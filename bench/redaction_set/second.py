"""The second tuned part: values with names, streets and domains of its own, and ways to say them."""

# ruff: noqa: E501 - a table of sentences

from random import Random

from bench.redaction_set import reported, values
from bench.redaction_set.reported import NUMBERS
from bench.redaction_set.values import MONTHS, ORDINALS, cardinal, groups_of, one_by_one, two

FIRST = ("Saoirse", "Thandiwe", "Marcus", "Debra", "Xiomara", "Bjorn", "Keisha", "Rashid", "Anneke", "Todd", "Siobhan",
         "Hiroshi", "Wanda", "Emeka", "Lorraine", "Zofia", "Curtis", "Anjali", "Ruben", "Tammy", "Nikhil", "Gwen",
         "Jamal", "Ilse", "Rosa")  # fmt: skip
LAST = ("Kowalczyk", "Adeyemi", "Thornton", "Nguyen", "Rasmussen", "MacLeod", "Villanueva", "Birch", "Osei", "Kimura",
        "Delacroix", "O'Malley", "Petrov", "Van der Berg", "Stone", "Iyer", "Gallagher", "Underwood", "Ng", "Rice",
        "St. John", "Banks", "Hussain", "Wozniak", "Price")  # fmt: skip
STREETS = ("Juniper", "Peachtree", "Martin Luther King", "Kingsley", "Aspen Ridge", "Main", "Second", "Fox Hollow",
           "Dogwood", "Van Buren", "Sandpiper", "Copper Creek", "Laurel", "Ninth", "Saint Charles")  # fmt: skip
KINDS = (("Street", "St"), ("Avenue", "Ave"), ("Road", "Rd"), ("Lane", "Ln"), ("Drive", "Dr"), ("Boulevard", "Blvd"),
         ("Court", "Ct"), ("Way", "Way"), ("Place", "Pl"), ("Terrace", "Ter"), ("Loop", "Loop"), ("Pike", "Pike"),
         ("Run", "Run"), ("Path", "Path"), ("Point", "Pt"), ("Ridge", "Rdg"))  # fmt: skip
TOWNS = (("Lubbock", "Texas", "TX", "79401"), ("Duluth", "Minnesota", "MN", "55802"),
         ("Grand Rapids", "Michigan", "MI", "49503"), ("Santa Fe", "New Mexico", "NM", "87501"),
         ("Bangor", "Maine", "ME", "04401"), ("Eugene", "Oregon", "OR", "97401"))  # fmt: skip
DOMAINS = ("example.com", "example.org", "my-company.example.com", "mail.example.net", "example.co.uk",
           "school.example.edu", "example.us")  # fmt: skip
WORDS = ("sparky", "bakery", "hello", "coach", "lucky", "turtle", "books", "admin", "mama", "runner")
BETWEEN = (" then ", ", then it's ", " uh ", ", you got that? ", ", okay, ", " and then ", ", mm, ", " space ",
           ", comma, ", ", sorry let me put my glasses on, ", ", pause, ", ", hold on, ", "; ", " / ", "... ",
           ", are you writing? ", ", that's the first bit, ", ", still there? ", " after that ")  # fmt: skip


def talk_within(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    ways = (one_by_one, values.spaced, values.solid)
    parts = [r.choice(ways)(r, each, (len(each),)) for each in groups_of(digits, groups)]
    said = parts[0]
    for part in parts[1:]:
        said += r.choice(BETWEEN) + part
    return said


def a_slip(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    parts = groups_of(digits, groups)
    place = r.randrange(len(parts))
    wrong = one_by_one(r, str(r.randrange(10, 99)), (2,))
    slip = r.choice((", no, not that, ", " oops ", ", strike that, ", ", I mean, ", ", excuse me, ", ", my bad, "))
    said = [one_by_one(r, each, (len(each),)) for each in parts]
    said[place] = wrong + slip + said[place]
    return ", ".join(said)


def with_zero_words(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    names = {"0": r.choice(("oh", "zero", "o"))}
    return " ".join(names.get(each, values.ONES[int(each)]) for each in digits)


def figures_apart(r: Random, digits: str, groups: tuple[int, ...]) -> str:
    return r.choice((", ", ". ", "-", " - ", " ")).join(digits)


def number(r: Random, entity: str) -> tuple[str, str]:
    digits, groups = NUMBERS[entity](r)
    if entity == "account" and r.random() < 0.12:
        letters = "".join(r.choice("BCDGHJKLMNPRSTWXZ") for _ in range(r.choice((1, 2, 3))))
        return "letters", r.choice((f"{letters}{digits}", f"{letters}-{digits}", f"{letters} {digits}",
                                    f"{' '.join(letters)} {' '.join(digits)}"))  # fmt: skip
    if entity in ("account", "ssn") and r.random() < 0.06:
        return "last four", one_by_one(r, digits[-4:], (4,))
    if r.random() < 0.35:
        return reported.number(r, entity, digits, groups)
    way = r.choice((talk_within, talk_within, a_slip, with_zero_words, figures_apart, values.spaced, values.solid,
                    one_by_one, values.dashed, values.pairs))  # fmt: skip
    return way.__name__, way(r, digits, groups)


def email(r: Random) -> tuple[str, str]:
    first, last = r.choice(FIRST).lower(), r.choice(LAST).lower().replace(" ", "").replace("'", "").replace(".", "")
    word, year = r.choice(WORDS), str(r.randrange(1960, 2012))
    box = r.choice((f"{first}{last}", f"{first}.{last}", f"{word}{year[2:]}", f"{last}{first[0]}", f"{first}_{last}",
                    f"{word}.{word}", f"{first}-{last}", f"{first}{year}", f"{word}4{first}", f"{first}"))  # fmt: skip
    domain = r.choice(DOMAINS)
    said, site = reported._said(r, box), domain.replace(".", " dot ").replace("-", " dash ")
    ways = {
        "spoken": f"{said} at {site}", "spoken too": f"{said} at {site}", "written": f"{box}@{domain}",
        "figures": f"{''.join(c if not c.isdigit() else f' {c} ' for c in box)} at {site}".replace("  ", " ").strip(),
        "half": f"{box} at {domain}", "capital": f"{said.title()} at {site.title()}",
        "all lowercase": f"{said}, all lowercase, at {site}", "at symbol": f"{said} at symbol {site}",
        "that is at": f"{said}, that's at {site}", "period": f"{said} at {site.replace(' dot ', ' period ')}",
        "letters": f"{', '.join(first)}, {last} at {site}", "as in": f"{first[0]} as in {word}, {last}, at {site}",
        "no spaces": f"{word}{last}, no spaces, at {site}", "spelled": f"{'-'.join(box)} at {site}",
        "numbers": f"{word} {two(year[2:], r)} at {site}", "sentence": f"{said.capitalize()}. At {site}.",
        "pause": f"{said} ... at ... {site}", "dotted": f"{said} at {domain}", "the number": f"{first} the number "
        f"{values.ONES[int(year[3])]} at {site}", "put right": f"{word} at, no, {said} at {site}",
    }  # fmt: skip
    way = r.choice(list(ways))
    return way, " ".join(ways[way].split())


def address(r: Random) -> tuple[str, str]:
    house, street, (kind, short) = r.choice((r.randrange(2, 100), r.randrange(100, 20000))), r.choice(STREETS), \
        r.choice(KINDS)  # fmt: skip
    town, state, code, zip_code = r.choice(TOWNS)
    said = reported._house(r, house)
    digits = one_by_one(r, zip_code, (5,))
    ways = {
        "spoken": f"{said} {street} {kind}", "spoken, town": f"{said} {street} {kind}, {town}",
        "small": f"{said} {street} {kind} {town} {state}".lower(), "written": f"{house} {street} {kind}",
        "all": f"{house} {street} {short}, {town}, {code} {zip_code}",
        "zip said": f"{said} {street} {kind}, {town}, zip code {digits}",
        "zip said too": f"{house} {street} {kind} in {town}, {state}, and the zip is {zip_code}",
        "apartment": f"{house} {street} {kind}, apartment {r.randrange(1, 40)}",
        "apt letter": f"{house} {street} {short}, Apt. {r.choice('ABCD')}",
        "number sign": f"{house} {street} {short} #{r.randrange(1, 300)}",
        "unit": f"{said} {street} {kind}, unit {cardinal(r.randrange(1, 40))}",
        "suite": f"{house} {r.choice(('North', 'South', 'W', 'E.'))} {street} {kind}, Suite {r.randrange(100, 900)}",
        "no kind": f"{house} {street}, {town}", "broadway": f"{house} Broadway, {town}, {state}",
        "filler": f"{said}, uh, {street} {kind}", "spelled": f"{house} {street} {kind}, that's "
        f"{'-'.join(street.replace(' ', '').upper())}", "fix": f"{said} {street} Street, no, {street} {kind}",
        "upper": f"{house} {street} {short} {town} {code} {zip_code}".upper(), "house": f"number {house} {street} "
        f"{kind}", "ordinal": f"{house} {ORDINALS[r.randrange(3, 20)]} {kind}", "nth": f"{house} "
        f"{r.randrange(4, 20)}th {kind}", "route": f"{house} Route {r.randrange(2, 99)}, {town}",
    }  # fmt: skip
    way = r.choice(list(ways))
    return way, ways[way]


def birth(r: Random) -> tuple[str, str]:
    year, month, day = r.randrange(1930, 2012), r.randrange(1, 13), r.randrange(1, 29)
    name, said = MONTHS[month - 1], values.say_year(r, year)
    short = str(year)[2:]
    ways = {
        "spoken": f"{name} {ORDINALS[day]}, {said}", "of": f"the {ORDINALS[day]} of {name} {said}",
        "figures": f"{month}/{day}/{year}", "figures, short": f"{month}/{day}/{short}", "dots": f"{month}.{day}.{year}",
        "spaces": f"{month} {day} {year}", "zeros": f"{month:02} {day:02} {short}", "solid": f"{month:02}{day:02}{year}",
        "words": f"{cardinal(month)} {cardinal(day)} {two(short, r)}", "long": f"{name} {day}, {year}",
        "year first": f"{year}, {name} {ORDINALS[day]}", "oh": f"oh {values.ONES[month % 9 + 1]}, {two(f'{day:02}', r)},"
        f" {said}", "small": f"{name} {cardinal(day)} {said}".lower(), "in": f"{name} the {day}th, in {year}",
        "corrected": f"{name} {ORDINALS[day]}, {said}, I mean {values.say_year(r, year + 1)}",
        "slow": f"{name}... the {ORDINALS[day]}... {said}", "no year": f"{name} {ORDINALS[day]}",
        "abbreviated": f"{name[:3]} {day} {year}", "back": f"{name}, {day}, nineteen, uh, {two(short, r)}",
        "dash": f"{month:02}-{day:02}-{year}", "digits": " ".join(f"{month:02}{day:02}{year}"),
    }  # fmt: skip
    way = r.choice(list(ways))
    return way, ways[way]


def name(r: Random) -> tuple[str, str]:
    first, last = r.choice(FIRST), r.choice(LAST)
    plain = last.replace(" ", "").replace("'", "").replace(".", "").upper()
    ways = {
        "plain": f"{first} {last}", "plain 2": f"{first} {last}", "plain 3": f"{first} {last}", "first": first,
        "small": f"{first} {last}".lower(), "small first": first.lower(), "last": last,
        "title": f"{r.choice(('Mr.', 'Mrs.', 'Ms.', 'Dr.', 'Miss', 'Doctor'))} {last}",
        "middle": f"{first} {r.choice(FIRST)} {last}", "initial": f"{first} {r.choice('BDFKMT')} {last}",
        "hyphen": f"{first} {r.choice(LAST[:8])}-{r.choice(LAST[8:11])}", "spelled": f"{first} {last}», that's "
        f"«{'-'.join(plain)}", "spelled, commas": f"{last}», «{', '.join(plain)}", "spelled, small": f"{first} {last}"
        f"», spelled «{' '.join(plain.lower())}", "as in": f"{last}», with a «{plain[0]} as in {r.choice(FIRST)}",
        "first spelled": f"{first}», «{'-'.join(first.upper())}», «{last}", "last first": f"{last}, {first}",
        "both named": f"{first}», and the last name's «{last}", "goes by": f"{first} {last}», but I go by «"
        f"{first[:3]}", "fixed": f"{first}, uh, {last}", "two s": f"{first} {last}», two «{plain[-1]}»'s at the end«",
    }  # fmt: skip
    way = r.choice([each for each in ways if each != "two s"])
    return way, ways[way]


OTHERS = {"email": email, "address": address, "birth": birth, "name": name}


def value(r: Random, entity: str) -> tuple[str, str]:
    return number(r, entity) if entity in NUMBERS else OTHERS[entity](r)
