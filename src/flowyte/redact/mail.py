"""E-mail addresses, written and spoken: "jane.doe@example.com", "jane dot doe at example dot com". Pure.

A spoken one is known by its end ("at", words, "dot", a domain's last part); its begin is as far back as the words
belong together. Where the address was asked for, or "email is" stands before it, all from there on counts.
"""

import re

from flowyte.redact.model import Span
from flowyte.redact.words import ONES, TEENS, TENS, TIMES, Word, vocabulary

_WRITTEN = re.compile(r"[\w.+%-]{1,64}\s?@\s?[\w-]+(?:\s?\.\s?[\w-]+)+|[\w.+%-]{1,64}@[\w-]+", re.UNICODE)
_LAST = vocabulary(
    "com org net edu gov io co us uk de fr es it ca info biz me app dev mil eu au nz ch at ie in nl be se no dk mx br "
    "jp ai tv cc online shop store site xyz cloud email tech pro name life live world news club work studio design "
    "agency test example local"
)
_JOINS = vocabulary("dot point period underscore dash hyphen minus plus . _ - + %")
_PAUSES = vocabulary(', - – — ; : ( ) [ ] < > " … uh um er uhm erm')
_ASIDES = tuple(
    tuple(each.split())
    for each in (
        "all one word", "one word", "no spaces", "no space", "all lowercase", "all lower case", "lowercase",
        "lower case",
        "all small letters", "small letters", "all caps", "together", "all together", "and then", "the number",
        "the numeral", "the digit", "the digits", "the letter", "then", "number", "capital", "the word", "followed by",
    )
)  # fmt: skip
"""Said within an address, and no part of it."""
_NUMBERS = frozenset(ONES) | frozenset(TEENS) | frozenset(TENS) | frozenset(TIMES)
_AT = frozenset({"at", "@"})
_KEY = re.compile(
    r"\b(?:e-?\s?mail(?:\s+address)?|write (?:to )?me|mail (?:it )?to|email it to|address|inbox)\b"
    r"(?:\W|\b(?:is|it's|that's|would be|will be|at|to|me|us|here|on|under|uh|um|so|the|my)\b)*$",
    re.IGNORECASE,
)
# "Look at example dot com" is no address; nor does a name begin with one of these.
_NEVER = vocabulary(
    "look looking find visit see go going us me it shop website site page online available here there check "
    "arrive order at is email mail address my the to a an i'm was be on use under please send write reach "
    "contact and or so it's that's that this would you can could for yes yeah ok okay sure um uh er of course "
    "one invoice with mine mine's same why not wrote down changed gosh ugh we have has found think believe guess "
    "say says said should that'd just still already looking now again let spell out gonna goes hmm used email's"
)
_MEANT = re.compile(r"\be-?\s?mail|\bsend (?:it|them|the \w+)? ?to\b|\bwrite to\b|\bforward\b", re.IGNORECASE)
_SITE = re.compile(r"\b(?:[\w-]+\.)+(?:com|org|net|edu|gov|io|info|biz|co)\b", re.IGNORECASE)
MOST_DOMAIN = 14  # words: "mail dot example dot co dot uk", with each letter spelled a little more
MOST_LOCAL = 40


def mails_in(text: str, words: list[Word], *, asked: bool) -> list[Span]:
    found = [
        Span(entity="email", start=match.start(), end=match.end(), confidence=0.99) for match in _WRITTEN.finditer(text)
    ]
    found += _spoken(text, words, asked=asked)
    found += _spoken(text, _unpaused(words), asked=asked)  # a pause, or a hyphen, may stand between all parts
    if not found and (asked or _MEANT.search(text)):  # "send it to janedoeexample.net": the "at" was not understood
        for match in _SITE.finditer(text):
            found.append(Span(entity="email", start=_letters_before(text, match), end=match.end(), confidence=0.6))
    return found


def _spoken(text: str, words: list[Word], *, asked: bool) -> list[Span]:
    found = []
    for place, word in enumerate(words):
        if word.text in _AT and (end := _domain_end(words, place + 1)):
            first = _local_begin(text, words, place, asked=asked)
            if first < place:
                start, stop = _as_in_before(text, words[first].start), words[end - 1].end
                found.append(Span(entity="email", start=start, end=stop, confidence=0.9))
    return found


LOOK_BACK = 60  # characters before an address that may be of it
_EXPLAINED = re.compile(r"\b\w (?:(?:as in|for|like) (?:\w+[\s,]*)?)?(?:\w (?:as in|for|like) \w+[\s,]*)*$")


def _as_in_before(text: str, start: int) -> int:
    """Letters that were explained before the rest: "y as in yankee, jones at"."""
    before = _EXPLAINED.search(text[max(0, start - LOOK_BACK) : start])
    start = before.start() + max(0, start - LOOK_BACK) if before else start
    wrong = _RESTARTED.search(text[max(0, start - LOOK_BACK) : start] + _NO.match(text[start : start + 12])[0])  # type: ignore[index]
    return wrong.start() + max(0, start - LOOK_BACK) if wrong else start


def _unpaused(words: list[Word]) -> list[Word]:
    """Without marks and fillers that stand between two parts, and without "sign" after "at"."""
    kept: list[Word] = []
    skip = 0
    for place, word in enumerate(words):
        if place < skip:
            continue
        if kept and (size := _aside(words, place)):
            skip = place + size
            continue
        after = words[place + 1] if place + 1 < len(words) else None
        pause = word.text in _PAUSES or (word.text == "." and after is not None and after.start > word.end)
        if pause or (word.text in ("sign", "symbol") and kept and kept[-1].text in _AT):
            continue
        if word.text in ("the", "that's", "it's", "thats") and kept and after is not None and after.text in _AT:
            continue
        kept.append(word)
    return kept


def _aside(words: list[Word], place: int) -> int:
    """How many words are an aside here, and not its begin or end."""
    for aside in _ASIDES:
        if tuple(word.text for word in words[place : place + len(aside)]) == aside:
            return len(aside)
    return 0


_RESTARTED = re.compile(r"\b[\w.-]+ at,? (?:no|sorry|wait|oops|i mean),? ?$", re.IGNORECASE)
_NO = re.compile(r"(?:(?:no|sorry|wait|oops|i mean)\b,? ?)?", re.IGNORECASE)


def _letters_before(text: str, match: re.Match[str]) -> int:
    """Where what was spelled, or stands with dots, before the site begins."""
    before = re.search(r"(?:\S*[.,-]\S*\s+|\b\w\s+)+$", text[: match.start()])
    return before.start() if before else match.start()


def _domain_end(words: list[Word], place: int) -> int:
    """After the last part of a domain that begins here; 0 when none does."""
    end = 0
    for at in range(place, min(place + MOST_DOMAIN, len(words))):
        text = words[at].text
        if at == place and text in ",])":
            continue
        if text in (",", "?", "!", ";") or text in _AT:
            break
        dotted = at > place and words[at - 1].text in ("dot", "point", "period", ".")
        if (dotted and (text in _LAST or re.fullmatch(r"dot\w+", text)) and not _sentence(words, at - 1)) or (
            text.startswith("dot") and text[3:] in _LAST and at > place
        ):
            end = at + 1
        elif end and text not in ("dot", "point", "period", "."):
            break
    return end


def _sentence(words: list[Word], place: int) -> bool:
    """A full stop that ends a sentence: a space and a capital after it."""
    after = words[place + 1]
    return words[place].text == "." and after.start > words[place].end and after.capital


def _local_begin(text: str, words: list[Word], at: int, *, asked: bool) -> int:  # noqa: C901 - step by step
    first = at
    keyed = asked
    for start in range(at, max(-1, at - MOST_LOCAL), -1):
        if _KEY.search(text[: words[start].start]):
            keyed = True
            if start < at:
                while start < at - 1 and words[start].text in _NEVER and words[start + 1].text not in _JOINS:
                    start += 1
                return start
    if first > 1 and words[first - 1].text in ",[(":
        first -= 1
    while first > 0 and at - first < MOST_LOCAL:
        before = words[first - 1]
        if not _belongs(words, first, at, keyed):
            break
        first -= 1
        if before.text in (".", ",") and first == 0:
            break
    while first < at and (words[first].is_mark or words[first].text in _NEVER):
        after = words[first + 1].text if first + 1 < at else ""
        if (len(words[first].text) == 1 and len(after) == 1) or (after in _JOINS and not words[first].is_mark):
            break  # "a n n": the letter, not the article; and "the dash office"
        first += 1
    joined = any(
        word.text in _JOINS or word.text in _NUMBERS or len(word.text) == 1 or word.glued for word in words[first:at]
    )
    sure = joined or keyed or (at - first == 1 and len(words[first].text) > 3)
    return first if sure else at


def _is_letter(words: list[Word], place: int) -> bool:
    """One letter, said as such: "i" and "a" are words too, where no other letter stands beside them."""
    text = words[place].text
    if len(text) != 1 or not text.isalnum():
        return False
    beside = [word for word in (*words[max(0, place - 2) : place], *words[place + 1 : place + 3]) if not word.is_mark]
    return text not in ("i", "a") or any(len(word.text) == 1 for word in beside)


def _belongs(words: list[Word], first: int, at: int, keyed: bool) -> bool:
    """Whether the word before `first` is of the same local part."""
    before, after = words[first - 1], words[first] if first < at else None
    text = before.text
    if text in _JOINS or text in _NUMBERS or text.isdigit() or _is_letter(words, first - 1):
        return not (text == "." and before.end < words[first].start and words[first].capital and not keyed)
    if text == ",":  # letters spelled with pauses
        return after is not None and (len(after.text) == 1 or keyed)
    if text in _NEVER and after is not None and after.text in _JOINS and not after.is_mark:
        return True  # "the dash office"
    if before.is_mark or text in _NEVER:
        return False
    if after is None:
        return True
    return keyed or after.text in _JOINS or after.text in _NUMBERS or after.text.isdigit() or len(after.text) == 1
