"""What a number is: a card, a social security number, a telephone, an account, or nobody's business. Pure.

It is known by what stands before it ("my card number is"), by what was asked, or by its own form; what says that it
is something else ("order number") is believed unless the form is a card's.
"""

import re
from collections.abc import Set

from flowyte.redact.model import NUMBERS, Label, Span
from flowyte.redact.runs import Run, runs_of, said_with_numbers
from flowyte.redact.words import Word, vocabulary

NEAR: dict[Label | None, str] = {
    "card": r"(?:ahead and|please|can|could|to|just) bill|(?:(?:credit|debit|bank|gift)\s+)?card(?:'s|s)?|"
    r"charge|paid? with|visa|master\s?card|amex|"
    r"american express|cvv|cvc|c v v|security code|expir\w+|exp(?:iry)? date|long number|car number|cart number|"
    r"car'd number",
    "ssn": r"social(?: security)?(?: number)?|ssn|s\.?\s?s\.?\s?n\b|tax(?:payer)? id\w*|itin",
    "account": r"(?:checking|savings|bank)(?: account)?|accounts?(?: number)?|"
    r"(?:subscriber|loan|mortgage|contract|record|chart|group|fl[yi]er|rewards?|plan|student|employee|licen[sc]e|"
    r"passport|medicare|medicaid|meter|utility|lease|file|user|driver's|personal|merchant|dealer|wire)"
    r" (?:number|id|no|identification)|a?count number|accountant number|routing|iban|i b a n|sort code|"
    r"(?:customer|member|membership|policy|client|patient|insurance|"
    r"loyalty)(?: (?:number|id|no))?",
    "phone": r"area code|(?:get|find|catch|have) (?:me|us|her|him|them)(?: "
    "back)?|(?:call|ring|text|reach|phone|dial|try|message|contact)(?: me| us| her| him| them)?(?: back)?|"
    r"phone|mobile|cell(?:phone)?|telephone|my (?:(?:new|old|other|own|private|direct) )?number|"
    r"call(?:ed|ing)?(?: \w+)? from|callback(?: number)?|call ?back|fax|reached|best number|"
    r"(?:home|work|office) number",
    None: r"orders?|invoice|bill|confirmation|tracking|reference|ref|booking|reservation|serial|model|article|"
    r"item|part|"
    r"parcel|package|sku|product|ticket|case|code|coupon|voucher|flight|bus|room|page|version|zip|postcode|size|lot|"
    r"batch|claim|"
    r"isbn|gate|line|quote|job|unit|track|receipt",
}  # fmt: skip
# Words that may stand between such a word and its number.
_LINK = vocabulary(
    "number numbers num no is was it it's its that that's this here are the as under with of my ending ends in "
    "on at to uh um er by for please all one be would should say says read reads has have got and then you can "
    "back digits starts begins first okay ok so right new old home work cell mobile or front me us think i just "
    "wait sorry last a been have which should could part so-called following whole entire full"
)
_ENDING: tuple[tuple[Label | None, re.Pattern[str]], ...] = tuple(
    (label, re.compile(rf"\b(?:{pattern})\W*$", re.IGNORECASE)) for label, pattern in NEAR.items()
)
_PLACE = re.compile(r"\b(?:on|from|of|in|off) (?:the|my|your|her|his|our|that|this)(?: \w+)? $", re.IGNORECASE)
# From such words on every number of what is said is that number, whatever a recognizer made of what stands between.
_OPENS = re.compile(
    r"\b(?:my|our|his|her|the|your)(?: \w+)? "
    r"(?:(?P<card>card number)|(?P<ssn>social security number|social|ssn)|(?P<account>(?:account|customer|"
    r"member|policy) number)|"
    r"(?P<phone>(?:tele)?phone number|mobile number|mobile|cell))(?:'s| is| was|:)",
    re.IGNORECASE,
)
_ANYWHERE: tuple[tuple[Label | None, re.Pattern[str]], ...] = tuple(
    (label, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)) for label, pattern in NEAR.items()
)
LONG = 9  # digits: of such a number what stands anywhere before it counts, and it may be said with many words between
SURE = 0.9
MOST_LINKS = 10  # words
_AFTER = re.compile(
    r"^\W*(?:is|was|that is|that's|are) (?:\w+ ){0,5}?(?:my |the |her |his |our )(?:\w+ ){0,2}?"
    r"(?P<what>card|social|ssn|account|phone|cell|mobile)\b",
    re.IGNORECASE,
)
_OTHER_AFTER = re.compile(
    rf"^\W*(?:is|was|as|for) (?:the |my |your |a |an |our )(?:\w+ )?(?:{NEAR[None]})\b", re.IGNORECASE
)
_SAID_AFTER: dict[str, Label] = {"card": "card", "social": "ssn", "ssn": "ssn", "account": "account"}
LOOK_BACK = 90  # characters before a number that may say what it is
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b")
_NANP = re.compile(r"1?[2-9]\d\d[2-9]\d{6}")
_SSN = re.compile(r"(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}")
_EMERGENCY = frozenset(("911", "999", "112", "411", "988"))
FEWEST = 2  # digits after a word that says whose they are: a month of expiry has two


def numbers_in(
    text: str, words: list[Word], wanted: Set[Label], asked: Set[Label], *, elsewhere: bool = False
) -> list[Span]:
    """`asked`: what the number will be that is being given, if one is; then every digit counts. `elsewhere`: a number
    was asked for that is nobody's business, an order's."""
    found = [_span(words, *each) for each in _ibans(text, words, wanted, asked)]
    if "account" in wanted:
        found += _codes(text, asked="account" in asked)
    runs = _runs(text, words, asked)
    if asked & NUMBERS and _is_talk(words, runs):
        asked = asked - NUMBERS
    so_far: list[Run] = []
    begun: Label | None = None
    for run in runs:
        label, sure = label_of(text, words, run)
        if begun is not None and sure < SURE and _goes_on(text, words, so_far, run, _WHOLE[begun]):
            label, sure = begun, SURE
            so_far.append(run)
        else:
            begun, so_far = (label if label in _WHOLE and sure >= SURE else None), [run]
        if elsewhere and sure < SURE and not near(text, words, run):
            label = None
        given = sorted(asked & NUMBERS & (wanted | {"number"}), key=lambda each: each == "number")
        if given and label != "card" and (label is None or label not in wanted or given[0] != "number"):
            label, sure = given[0], 0.7
        if label in wanted or label == "number":
            first = _with_letters(words, run.first) if label == "account" else run.first
            found.append(_span(words, first, run.last, label, sure))
    if "account" in asked and "account" in wanted:
        found += [
            Span(entity="account", start=word.start, end=word.end, confidence=0.7)
            for word in words
            if word.glued and any(character.isdigit() for character in word.text)
        ]
    return found


_WHOLE: dict[Label, int] = {"card": 15, "ssn": 9, "phone": 10, "account": 9}
MOST_TALK = 9  # words between two parts of one number: "sorry, let me put my glasses on"
MOST_SMALL = 2  # digits of a time or a count
MOST_BARE = 3  # words around so few digits, when they are the answer
_CODE = re.compile(r"\b[A-Z]{1,4}[ -]?\d(?:[ -]?\d){3,19}\b")
_BEFORE_CODE = re.compile(
    rf"\b(?:{NEAR['account']})\W{{1,3}}(?:(?:number|id|is|it's|was|reads|says|that's|uh|um)\W{{1,3}}){{0,4}}$",
    re.IGNORECASE,
)
_SINCE = vocabulary("in since until till before after around about by at")
_YEAR = re.compile(r"19\d\d|20[0-4]\d")


def _codes(text: str, *, asked: bool) -> list[Span]:
    """An account's with letters before its digits: "SBG 7076484"."""
    return [
        Span(entity="account", start=match.start(), end=match.end(), confidence=SURE)
        for match in _CODE.finditer(text)
        if asked or _BEFORE_CODE.search(text[max(0, match.start() - LOOK_BACK) : match.start()])
    ]


def _is_talk(words: list[Word], runs: list[Run]) -> bool:
    """Whether the only digits are of a time, a year or a count in the middle of other talk: no answer."""
    if len(runs) != 1:
        return False
    run = runs[0]
    around = (*words[: run.first], *words[run.last :])
    others = sum(not word.is_mark and not said_with_numbers(word.text) for word in around)
    others = others and sum(not word.is_mark for word in around)
    if len(run.digits) <= MOST_SMALL:
        return others > MOST_BARE
    dated = _YEAR.fullmatch(run.digits) and run.first > 0 and words[run.first - 1].text in _SINCE
    return bool(dated) and others > MOST_BARE


def _goes_on(text: str, words: list[Word], so_far: list[Run], run: Run, whole: int) -> bool:
    """Whether it is the next part of a number that was begun and is not whole yet."""
    digits = sum(len(each.digits) for each in so_far)
    between = words[so_far[-1].last : run.first]
    if digits >= whole or len(run.digits) < MOST_SMALL or sum(not word.is_mark for word in between) > MOST_TALK:
        return False
    return not _near(text, words, run)[1]


def _span(words: list[Word], first: int, last: int, label: Label | None, sure: float) -> Span:
    assert label is not None
    return Span(entity=label, start=words[first].start, end=words[last - 1].end, confidence=sure)


def _runs(text: str, words: list[Word], asked: Set[Label]) -> list[Run]:
    """Loosely joined where a number is being dictated, strictly elsewhere."""
    loose = runs_of(words, dictated=True)
    if asked & NUMBERS:
        return loose
    found = []
    for run in loose:
        inside = [run]
        if near(text, words, run) not in NUMBERS:
            inside = []
            for each in runs_of(words, patient=True):
                if run.first <= each.first < run.last and len(each.digits) >= LONG:
                    inside.append(each)
            for each in runs_of(words):
                apart = all(each.last <= other.first or each.first >= other.last for other in inside)
                if run.first <= each.first < run.last and apart:
                    inside.append(each)
        found += inside
    return found


def near(text: str, words: list[Word], run: Run) -> Label | None:
    """What the words directly before or after say that it is: a label, or "number" where it is something else."""
    label, _ = _near(text, words, run)
    return label


def _near(text: str, words: list[Word], run: Run) -> tuple[Label | None, bool]:
    """The label, and whether something was said at all."""
    end = words[run.last - 1].end
    if after := _AFTER.search(text[end : end + LOOK_BACK]):
        return _SAID_AFTER.get(after["what"].lower(), "phone"), True
    if _OTHER_AFTER.search(text[end : end + LOOK_BACK]):
        return None, True
    first, elsewhere = run.first, False
    for _ in range(MOST_LINKS + 1):
        while first and words[first - 1].is_mark:
            first -= 1
        ends = words[first - 1].end if first else 0
        found = [
            (len(match[0]), label) for label, pattern in _ENDING if (match := pattern.search(text[:ends][-LOOK_BACK:]))
        ]
        if found:
            size, label = max(found, key=lambda each: each[0])
            if label is not None or not _PLACE.search(text[:ends][-LOOK_BACK : -size or None]):
                return label, True
            elsewhere = True  # "the customer number on the bill is": the bill is only where it stands
        known = elsewhere and words[first - 1].text not in ",.?!" if first else False
        if not first or not (
            known or words[first - 1].text in _LINK or words[first - 1].glued or len(words[first - 1].text) == 1
        ):
            break
        first -= 1
    if opened := [match for match in _OPENS.finditer(text[: words[run.first].start])]:
        return next(label for label in NEAR if label and opened[-1][label]), True
    if len(run.digits) >= LONG and not elsewhere:
        return _anywhere(text[max(0, words[run.first].start - LOOK_BACK) : words[run.first].start])
    return None, elsewhere


def _anywhere(before: str) -> tuple[Label | None, bool]:
    """For a long number: the last word before it that says whose numbers are spoken of."""
    found = [(match.end(), len(match[0]), label) for label, pattern in _ANYWHERE for match in pattern.finditer(before)]
    return (max(found, key=lambda each: each[:2])[2], True) if found else (None, False)


def label_of(text: str, words: list[Word], run: Run) -> tuple[Label | None, float]:
    digits = run.digits
    said, spoken_of = _near(text, words, run)
    if luhn(digits) and 13 <= len(digits) <= 19 and digits[0] in "23456":
        return "card", 0.99
    if said in NUMBERS:
        emergency = digits in _EMERGENCY and said == "phone"
        plain = len(digits) < FEWEST or emergency or _is_price(words, run)
        return (None, 0.0) if plain else (said, 0.9)
    if spoken_of:
        return None, 0.0
    return by_form(words, run)


def by_form(words: list[Word], run: Run) -> tuple[Label | None, float]:
    """What a number without a word about it is."""
    digits, size = run.digits, len(run.digits)
    if size >= 13:
        return "card", 0.7
    if _is_date(run) or run.groups == (5, 4):
        return None, 0.0
    if size == 9 and _SSN.fullmatch(digits):
        return "ssn", 0.9 if run.groups == (3, 2, 4) else 0.6
    abroad = run.first > 0 and words[run.first - 1].text == "+"
    if _NANP.fullmatch(digits) or (abroad and size >= 8) or (digits[0] == "0" and size in (10, 11)):
        return "phone", 0.8
    if size == 7 and (run.groups == (3, 4) or set(run.groups) == {1}):
        return "phone", 0.6
    return ("account", 0.5) if size >= 8 else (None, 0.0)


def luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _is_price(words: list[Word], run: Run) -> bool:
    after = words[run.last].text if run.last < len(words) else ""
    return after in ("dollars", "dollar", "cents", "euros", "pounds", "percent", "%", "years", "days", "weeks", "times")


def _is_date(run: Run) -> bool:
    sizes = [piece.digits for piece in run.pieces]
    if len(sizes) != 3:
        return False
    year = next((each for each in (sizes[0], sizes[2]) if len(each) == 4), "")
    rest = [each for each in sizes if each is not year]
    return bool(year) and all(len(each) <= 2 and 1 <= int(each) <= 31 for each in rest)


def _with_letters(words: list[Word], first: int) -> int:
    """Single letters before an account's digits belong to it."""
    while first and (words[first - 1].text in ("-",) or (len(words[first - 1].text) == 1 and
                     words[first - 1].text.isalpha() and words[first - 1].text not in "ai")):  # fmt: skip
        first -= 1
    return first


def _ibans(
    text: str, words: list[Word], wanted: Set[Label], asked: Set[Label]
) -> list[tuple[int, int, Label | None, float]]:
    if "account" not in wanted:
        return []
    found: list[tuple[int, int, Label | None, float]] = []
    for match in _IBAN.finditer(text):
        if "account" in asked or _checks(match[0]) or re.search(r"account|iban", text[: match.start()], re.IGNORECASE):
            inside = [n for n, word in enumerate(words) if match.start() <= word.start < match.end()]
            found.append((inside[0], inside[-1] + 1, "account", 0.95))
    return found


def _checks(code: str) -> bool:
    """ISO 13616: the remainder of an IBAN by 97 is 1."""
    plain = re.sub(r"[ -]", "", code)
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1
