"""Samples from a seed: `positives(part, entity, count)` and `negatives(part, count)`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import yaml

from bench.redaction_set import blind, reported_samples, second_samples, sentences, values
from bench.redaction_set.values import ORDINALS

ENTITIES = ("card", "ssn", "account", "phone", "email", "address", "birth", "name")
SEEDS = {"tuned": 41, "held": 97, "fresh": 131, "reported": 271, "second": 389, "further": 457, "blind": 613}
OF_THEIR_OWN = {
    "reported": reported_samples,
    "second": second_samples,
    "further": second_samples.Further,
    "blind": blind,
}
MARKS = re.compile("[«»]")
EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """`turns` in order; the caller's values stand between « and »."""

    entity: str
    way: str
    turns: list[tuple[str, str]]


def positives(part: str, entity: str, count: int) -> list[Sample]:
    r = Random(f"{SEEDS[part]}-{entity}")
    return [_positive(r, part, entity) for _ in range(count)]


def negatives(part: str, count: int) -> list[Sample]:
    r = Random(f"{SEEDS[part]}-none")
    if part == "blind":
        return [Sample(entity="none", way="other talk", turns=blind.negative(r)) for _ in range(count)]
    return [
        Sample(entity="none", way="made up", turns=[(role, _filled(r, text)) for role, text in _pick(r, part)])
        for _ in range(count)
    ]


def knowledge() -> list[Sample]:
    """Everything that the examples' agents know, sentence by sentence, as an agent says it."""
    found: list[Sample] = []
    for path in sorted(EXAMPLES.rglob("knowledge/*.yaml")):
        known = yaml.safe_load(path.read_text())
        texts = [known.get("content") or ""]
        texts += [f"{each['question']} {each['answer']}" for each in known.get("faq") or ()]
        found += [Sample(entity="none", way="knowledge", turns=[("agent", text)]) for text in texts if text.strip()]
    return found


def _pick(r: Random, part: str) -> list[tuple[str, str]]:
    if part in OF_THEIR_OWN:
        return OF_THEIR_OWN[part].negative(r)
    return r.choice(sentences.NEGATIVE[part])


def _positive(r: Random, part: str, entity: str) -> Sample:
    if part in OF_THEIR_OWN:
        way, turns = OF_THEIR_OWN[part].positive(r, entity)
        return Sample(entity=entity, way=way, turns=turns)
    way, said = spoken_value(r, part, entity)
    shape = r.random()
    if shape < 0.4:
        ask, answer = r.choice(sentences.ASKED[part][entity])
        return Sample(entity=entity, way=way, turns=[("agent", ask), ("caller", answer.format(v=f"«{said}»"))])
    if shape < 0.75 or entity in ("email", "birth", "name", "address"):
        text = r.choice(sentences.VOLUNTEERED[part][entity])
        return Sample(entity=entity, way=way, turns=[("caller", text.format(v=f"«{said}»"))])
    return _in_pieces(r, part, entity)


def _in_pieces(r: Random, part: str, entity: str) -> Sample:
    digits, groups = _NUMBERS[entity](r)
    way = r.choice(values.WAYS[part])
    cut = sum(groups[: max(1, len(groups) // 2)])
    half = max(1, len(groups) // 2)
    first, second = way(r, digits[:cut], groups[:half]), way(r, digits[cut:], groups[half:])
    one, two = r.choice(sentences.PIECES[part])
    ask, _ = r.choice(sentences.ASKED[part][entity])
    turns = [
        ("agent", ask),
        ("caller", one.replace("{1}", f"«{first}»")),
        ("agent", r.choice(sentences.BACKCHANNELS[part])),
        ("caller", two.replace("{2}", f"«{second}»")),
    ]
    if r.random() < 0.3:  # nobody asked: the caller begins by themselves
        opening = {"card": "card", "ssn": "social security", "account": "account", "phone": "phone"}[entity]
        turns[0:2] = [("caller", f"My {opening} number is «{first}»")]
    return Sample(entity=entity, way=f"{way.__name__}, in pieces", turns=turns)


_NUMBERS: dict[str, Callable[[Random], tuple[str, tuple[int, ...]]]] = {
    "card": values.card, "ssn": values.ssn, "account": values.account, "phone": values.phone,
}  # fmt: skip


def spoken_value(r: Random, part: str, entity: str, *, aloud: bool = False) -> tuple[str, str]:
    """How it is given, and the words. `aloud`: only what a voice can say."""
    if entity in _NUMBERS:
        if entity == "account" and not aloud and r.random() < 0.15:
            code = values.iban(r)
            return "iban", r.choice((code, " ".join(code[n : n + 4] for n in range(0, len(code), 4))))
        digits, groups = _NUMBERS[entity](r)
        ways = values.WAYS[part]
        written = (
            values.spaced,
            values.commas,
            values.solid,
            values.dashed,
            values.hyphened,
            values.misheard,
            values.dotted,
            values.twos,
            values.mostly_misheard,
            values.lettered,
        )
        way = r.choice([each for each in ways if not (aloud and each in written)])
        return way.__name__, way(r, digits, groups)
    return _OTHERS[entity](r, part, aloud)


def _email(r: Random, part: str, aloud: bool) -> tuple[str, str]:
    address = values.email(r)
    if not aloud and r.random() < 0.3:
        return "written", address
    if not aloud and part == "tuned" and r.random() < 0.3:  # "jane dot doe at example.com"
        local, domain = values.say_email(r, address).rsplit(" at ", 1)
        return "half written", f"{local} at {domain.replace(' dot ', '.')}"
    spell = r.random() < 0.25
    if part == "held" and not aloud and r.random() < 0.6:
        local, domain = address.split("@")
        newest = (
            f"{local}, at {domain}", f"{local} at sign {domain.replace('.', ' dot ')}", f"{local} [at] {domain}",
            values.say_email(r, address).replace(" dot ", ", dot, "),
            values.say_email(r, address, spell=True).replace(" ", "-"),
        )  # fmt: skip
        return "newest words", r.choice(newest)
    if part == "tuned" and not aloud and r.random() < 0.3:
        local, domain = address.split("@")
        return "newer words", r.choice(
            (
                f"{local} at {domain}",
                values.say_email(r, address, spell=spell).upper(),
                values.say_email(r, address).replace(" at ", " at uh "),
                f"{local} @ {domain}",
            )
        )
    if part == "tuned" and not aloud and r.random() < 0.4:
        said = values.say_email(r, address, spell=spell).replace(" dot ", r.choice((" dot ", " period ")), 1)
        return "new words", r.choice((said, said.title(), said.replace(" at ", " at, ")))
    return ("spelled" if spell else "spoken"), values.say_email(r, address, spell=spell)


def _address(r: Random, part: str, aloud: bool) -> tuple[str, str]:
    number, street, kind, (town, state, code) = values.address(r)
    written = not aloud and r.random() < 0.6
    house = number if written else values.say_house(r, number)
    said = f"{house} {street} {kind}"
    if part == "held" and not aloud and r.random() < 0.5:
        newest = (
            f"number {house} {street} {kind}", f"{house}, {street} {kind}, {town}, {state}, {code}",
            f"{said}, second floor", f"{house} {values.ORDINALS[r.randrange(1, 12)]} {kind}",
            f"{house} {street} {r.choice(values.STREETS)} {kind}, {code}", f"{house} {street.lower()} {kind.lower()}",
        )  # fmt: skip
        return "newest shape", r.choice(newest)
    if not aloud and r.random() < 0.3:
        return "new shape", r.choice(
            (
                f"{house} {r.choice(('North', 'South'))} {street} {kind}, suite {r.randrange(1, 900)}",
                f"{street} {kind}, number {number}",
                f"{number}B {street} {kind}",
                f"PO box {number}, {town}",
                f"{house} {street} {kind} in {town}",
            )
        )
    if not aloud and r.random() < 0.4:
        short = {"Street": "St.", "Avenue": "Ave", "Road": "Rd", "Drive": "Dr", "Lane": "Ln", "Boulevard": "Blvd"}
        said = f"{number} {r.choice(('N ', 'West ', ''))}{street} {short.get(kind, kind)}"
        return "shortened", said + r.choice(("", f" #{r.randrange(1, 30)}", f", {town}, {state}"))
    if r.random() < 0.3:
        said += r.choice((", apartment {n}", ", unit {n}", " apartment {n}")).replace(
            "{n}", str(r.randrange(1, 30)) if written else values.cardinal(r.randrange(1, 30))
        )
    if r.random() < (0.5 if part == "tuned" else 0.7):
        said += f", {town}" + r.choice(("", f", {state}"))
        if r.random() < 0.6:
            said += f" {code}" if written else " " + values.one_by_one(r, code, (5,))
    return ("written" if written else "spoken"), said if written or r.random() < 0.5 else said.lower()


def _birth(r: Random, part: str, aloud: bool) -> tuple[str, str]:
    year, month, day = values.birth(r)
    name = values.MONTHS[month - 1]
    shapes = {
        "month day, year": f"{name} {day}, {year}",
        "month ordinal, year": f"{name} {ORDINALS[day]} {values.say_year(r, year)}",
        "slashes": f"{month}/{day}/{year}",
        "the day of month": f"the {ORDINALS[day]} of {name} {values.say_year(r, year)}",
        "month nth year": f"{name} {day}{_th(day)}, {year}",
        "dashes": f"{month:02}-{day:02}-{year}",
        "digits": f"{values.two(f'{month:02}', r)} {values.two(f'{day:02}', r)} {values.say_year(r, year)}",
        "day month year": f"{day} {name} {year}",
    }
    if part == "held":
        shapes = {
            "slashes, spaced": f"{month} / {day} / {year}",
            "digits one by one": f"{values.one_by_one(r, f'{month:02}{day:02}{year}', (2, 2, 4))}",
            "year of, short": f"{name} {ORDINALS[day]} of {values.two(str(year)[2:], r)}",
            "eight digits": f"{month:02}{day:02}{year}",
            "day, month name, comma": f"{ORDINALS[day]}, {name}, {year}",
        }
    elif r.random() < 0.4:
        shapes = {
            "day and month in figures": f"the {ORDINALS[day]} of the {ORDINALS[month]} {values.say_year(r, year)}",
            "nth, month in full": f"the {day}{_th(day)} of {name}, {year}",
            "month, year only": f"{name} of {values.say_year(r, year)}",
            "figures, spaced": f"{month} {day} {year}",
            "lower": f"{name} the {ORDINALS[day]} {values.say_year(r, year)}".lower(),
        }
    elif r.random() < 0.4:
        shapes = {
            "year first": f"{year}-{month:02}-{day:02}",
            "short month": f"{name[:3]} {day} {year}",
            "day, month, the year in two": f"{ORDINALS[day]} {name}, {values.two(str(year)[2:], r)}",
            "dots": f"{day}.{month}.{year}",
            "the year first, said": f"{values.say_year(r, year)}, on {name} {ORDINALS[day]}",
            "two figures": f"{month}/{day}/{str(year)[2:]}",
        }
    if aloud:
        shapes = {"aloud": f"{name} {ORDINALS[day]} {values.say_year(r, year)}"}
    way = r.choice(list(shapes))
    return way, shapes[way]


def _name(r: Random, part: str, aloud: bool) -> tuple[str, str]:
    said = values.name(r)
    if r.random() < 0.3 and not aloud:
        last = said.split()[1]
        spelled = r.choice((" ", "-", ", ")).join(last.upper())
        return "spelled", r.choice(
            (f"{said}», «{spelled}", f"{said}», that's «{spelled}", f"{said}», spelled «{spelled}")
        )
    if not aloud and r.random() < 0.3:
        first, last = said.split()
        if part == "held":
            newest = (
                f"{first} van {last}", f"Miss {first} {last}", f"{first} Maria {last}", f"{first}», last name «{last}",
                f"Mc{last} {first}", f"{first} {last} junior",
            )  # fmt: skip
            return "newest shape", r.choice(newest)
        if r.random() < 0.4:
            return "new shape", r.choice(
                (
                    f"{last}, {first}",
                    f"Dr. {first} {last}",
                    f"{first} {first[0]} {last}",
                    f"{first}», «{last.upper()[0]} as in {r.choice(values.TOWNS)[0]}",
                    f"{first.lower()} {last.lower()}",
                )
            )
        if r.random() < 0.5:
            return "small letters", said.lower()
        return "longer", r.choice(
            (
                f"{first} {r.choice('BCDK')}. {last}",
                f"{first} {last}-{r.choice(values.LAST)}",
                f"{first} O'{last}",
                f"Mrs. {last}",
                said.upper(),
            )
        )
    return "plain", said


_OTHERS: dict[str, Callable[[Random, str, bool], tuple[str, str]]] = {
    "email": _email, "address": _address, "birth": _birth, "name": _name,
}  # fmt: skip


def _th(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _filled(r: Random, text: str) -> str:
    hours = r.sample(("8", "9", "ten", "eleven", "two", "three", "4", "5 pm"), 2)
    times = r.sample(("3 pm", "half past two", "10:30", "9 am", "quarter to four", "11:45 am", "two thirty", "noon",
                      "4 o'clock", "ten fifteen"), 2)  # fmt: skip
    days = r.sample(range(1, 29), 2)
    given = {
        "day": r.choice(("Monday", "Tuesday", "Friday", "Saturday")),
        "ord": r.choice((ORDINALS[days[0]], "3rd", "12th")),
        "time": times[0], "time2": times[1], "month": r.choice(values.MONTHS), "dom": str(days[0]),
        "dom2": str(days[1]), "hour": hours[0], "hour2": hours[1],
        "small": r.choice(("two", "three", "4", "6", "ten", "12", "twenty")), "small2": r.choice(("two", "3", "five")),
        "price": r.choice(("95", "1,250", "two hundred", "49.99", "3,400", "sixty five")),
        "price2": r.choice(("120", "80", "a hundred and ten")), "cents": r.choice(("50", "ninety nine")),
        "order": r.choice((_number(r, 5), _number(r, 6), _number(r, 7), f"{r.choice('ABKWX')}{_number(r, 6)}",
                           values.one_by_one(r, _number(r, 5), (5,)))),
        "order2": r.choice((_number(r, 10), _number(r, 12), f"1Z{_number(r, 8)}")),
        "code": r.choice((f"X{_number(r, 3)}", f"AB-{_number(r, 4)}", f"{_number(r, 2)}-{_number(r, 3)}", "T 1000")),
        "year": r.choice(("2024", "2025", "2026", "twenty twenty five")),
    }  # fmt: skip
    return text.format(**given)


def _number(r: Random, size: int) -> str:
    return str(r.randrange(1, 10)) + "".join(r.choice("0123456789") for _ in range(size - 1))
