"""Street addresses: a house number, words, and a street's word, with flat, town, state and code. Pure."""

import re
from collections.abc import Mapping

from flowyte.redact.model import Span
from flowyte.redact.words import Piece, Word, pieces_of, vocabulary
from flowyte.slots.figures import ORDINAL

_STREETS = vocabulary(
    "street st avenue ave av road rd lane ln drive dr boulevard blvd court ct place pl way terrace circle "
    "highway hwy parkway pkwy square sq trail crescent close row loop alley plaza grove gardens hill mews quay "
    "turnpike trl cir ter xing"
)
# Said of other things as often: a name of one or two words must stand before them, and a number of a house.
_NOT_BETWEEN = vocabulary(
    "the a an of to in at on for and or minutes minute hours hour days day weeks week months month years year "
    "dollars dollar cents percent people times am pm o'clock miles mile is are was it i you we they that this "
    "than from by with more less until before after about only not no my your our per floors pieces kids "
    "children blocks block way"
)
# Words that name a street as often as something else: with a capital, or where an address is being given.
_SOFT = vocabulary(
    "pike run path point pt ridge rdg pass bend bluff bridge cove creek crossing glen green heights hollow island "
    "junction knoll landing manor meadow meadows park promenade view vista walk trace commons broadway spur route "
    "estates overlook fork ranch bay harbor hwy expressway freeway springs oaks woods pines chase canyon village "
    "station esplanade embankment"
)
_FILLERS = frozenset(["uh", "um", "er", "uhm", ",", "erm", "mm", "like"])
_CUES = frozenset(["at", "to", "from", "near", "number", "outside", "opposite", "property", "place"])
_NO_STREET = vocabulary(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday eastern central pacific mountain am pm"
)
_DIRECTIONS = vocabulary("north south east west n s e w northeast northwest southeast southwest")
_UNITS = vocabulary("apartment apt suite unit ste floor room flat building number")
_BEFORE = _UNITS | {"no"}
_WRONG = re.compile(r"\b\d+ (?:[A-Z]\w+ ?){1,2}\W+(?:(?:no|sorry|wait|i mean|actually|make that)\W+)+$", re.IGNORECASE)
_STOPS = vocabulary(
    "zip postal and but so please before after because thanks thank is are was the a my i we you can could would where "
    "when what today tomorrow now for by at on if then it it's that's hurry yes no okay ok near behind"
)
STATES = vocabulary(
    "alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho "
    "illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota "
    "mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah "
    "vermont virginia washington wisconsin wyoming al ak az ar ca co ct de fl ga hi id il ia ks ky la me md ma "
    "mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dakota carolina "
    "hampshire jersey mexico york rhode island"
)
_KEY = re.compile(
    r"\b(?:i love (?:at|it)|live (?:at|on|in)|lives (?:at|on)|living at|address(?:es)?(?: is|'s| would be|:)?|moved to|"
    r"deliver(?: it| them)? to|"
    r"ship(?: it| them)? to|send (?:it|them) to|calling from|located at|come to|(?:is|are|was|were) at|we're at|"
    r"i'm at|"
    r"house is|mail (?:it|them) to|staying at|home is)\b[\s:,]*",
    re.IGNORECASE,
)
_STRONG = re.compile(r"\b(?:live|lives|living|address|located|deliver|ship|moved|house|home|mail)\b", re.IGNORECASE)
_ENDS = vocabulary("and but so please before after because thanks thank you i we if then ? ! ;")
_BOX = re.compile(r"\b(?:p\.?\s?o\.?|post office)\s+box\s+[\w-]+(?:[\s-]+(?:one|two|three|four|five|six|seven|"
r"eight|nine|"
                  r"zero|oh|\d+))*", re.IGNORECASE)  # fmt: skip
_AFTERWARDS = re.compile(
    rf"\b(?:[A-Z]\w+ ){{1,3}}(?:{'|'.join(sorted(_STREETS))}),? (?:number|no\.?) [\w-]+", re.IGNORECASE
)
MOST_BEFORE = 5  # words
MOST_NAME = 4  # words between the number and "street"
MOST_HOUSE = 5  # pieces: "forty four oh one"
MOST_CLAUSE = 28  # words and marks: an address with its code said digit by digit
MOST_TOWN = 4  # words of a town and its state
MOST_AFTER = 14  # words of flat, town, state and code


def streets_in(text: str, words: list[Word], *, asked: bool = False) -> list[Span]:
    found = []
    for box in _BOX.finditer(text):
        after = next((n for n, word in enumerate(words) if word.start >= box.end()), len(words))
        end = max(box.end(), words[_onward(text, words, after) - 1].end)
        found.append(Span(entity="address", start=box.start(), end=end, confidence=0.9))
    pieces = {piece.first: piece for piece in pieces_of(words, dictated=True)}
    found += [Span(entity="address", start=m.start(), end=m.end(), confidence=0.9) for m in _AFTERWARDS.finditer(text)]
    keys = [match.end() for match in _KEY.finditer(text)]
    strong = [match.end() for match in _KEY.finditer(text) if _STRONG.search(match[0])]
    place = 0
    while place < len(words):
        if place not in pieces:
            place += 1
            continue
        house = _house(words, pieces, place)
        keyed = any(0 <= words[place].start - key <= 4 for key in keys)
        begun = keyed or asked or (place > 0 and words[place - 1].text in _CUES)
        while house < len(words) and words[house].text in _FILLERS:
            house += 1
        sure = any(0 <= words[place].start - key <= 4 for key in strong) and not _is_time(words, house)
        street = _street(words, house, keyed=keyed) or _named(words, place, house, begun=begun)
        street = street or (_clause(words, house) if sure else 0)
        if not street:
            place = pieces[place].last
            continue
        end = _afterwards(text, words, _onward(text, words, street))
        begin = place - (place > 0 and words[place - 1].text in _BEFORE)
        start = _put_right(text, words[begin].start)
        span = Span(entity="address", start=start, end=words[end - 1].end, confidence=0.9)
        found.append(span)
        place = end
    return found


def _house(words: list[Word], pieces: Mapping[int, Piece], place: int) -> int:
    """After the house's number."""
    at = end = place
    for _ in range(MOST_HOUSE + 2):
        piece = pieces.get(at)
        if piece is None:
            break
        at = end = piece.last
        if at < len(words) and words[at].glued and len(words[at].text) == 1:
            at = end = at + 1  # "12B"
        at += at < len(words) and words[at].text in (",", "-")
    return end


def _is_time(words: list[Word], place: int) -> bool:
    after = words[place].text if place < len(words) else ""
    return after in (":", "am", "pm", "o'clock") or after in _NOT_BETWEEN


def begins_one(words: list[Word], first: int, place: int) -> bool:
    """Whether the number from `first` to `place` may be a house's: a word of a name follows, not a unit nor an end; one
    in small letters only where little was said before."""
    while place < len(words) and (words[place].text in ",-" or words[place].text in ("uh", "um", "er")):
        place += 1
    if place >= len(words) or words[place].is_mark:
        return False
    if not words[place].capital and sum(not word.is_mark for word in words[:first]) > MOST_BEFORE:
        return False
    return words[place].text not in _NOT_BETWEEN and words[place].text not in _STOPS


def _clause(words: list[Word], place: int) -> int:
    """After "I live at 12": up to the end of what is said of it."""
    for at in range(place, min(place + MOST_CLAUSE, len(words))):
        if words[at].text in _ENDS:
            return at
    return min(place + MOST_CLAUSE, len(words))


def _street(words: list[Word], place: int, *, keyed: bool) -> int:
    """After "street", when a street's name begins here; 0 otherwise."""
    names = 0
    place += place < len(words) and words[place].text == ","
    for at in range(place, min(place + MOST_NAME + 3, len(words))):
        text = words[at].text
        if names and text in _STREETS:
            dotted = at + 1 < len(words) and words[at + 1].text == "." and words[at + 1].start == words[at].end
            return at + 1 + (dotted and len(text) <= 4)
        if words[at].is_mark and text not in (".", "-", "'"):
            break
        if words[at].is_mark:
            continue
        if text in _NOT_BETWEEN:
            break
        names += text not in _DIRECTIONS
        if names > MOST_NAME:
            break
    named = [word for word in words[place : place + 3] if not word.is_mark]
    if keyed and named and named[0].capital and named[0].text not in _NOT_BETWEEN:
        return place + 1 + (len(named) > 1 and named[1].capital and not named[1].is_mark)
    return 0


def _named(words: list[Word], first: int, place: int, *, begun: bool) -> int:
    """After a street whose kind is no sure word for one ("Fox Run"), or that has none: "4 Broadway, Duluth"."""
    if place - first > 2 * MOST_HOUSE + 2 or place >= len(words) or words[place].text in _NO_STREET:
        return 0
    if words[first].text in ("o", "oh") or (len(words[place].text) < 2 and words[place].text not in _DIRECTIONS):
        return 0  # letters of a name that is spelled
    at, capitals = place, 0
    while at < len(words) and at - place <= MOST_NAME + 1 and not (words[at].is_mark and words[at].text not in ".-'"):
        word = words[at]
        if word.text in _NOT_BETWEEN or (word.text in _STOPS and not word.capital):
            break
        numbered = word.text.isdigit() and at > place
        if at > place and word.text in _SOFT and (word.capital or begun):
            return at + 1
        ordinal = word.text in ORDINAL
        if not (word.capital or word.is_mark or numbered or word.glued or begun or ordinal):
            break
        capitals += word.capital
        at += 1
    single = place < len(words) and words[place].text in ("broadway", "route", "highway")
    comma = at < len(words) and words[at].text == "," and at + 1 < len(words) and words[at + 1].capital
    if capitals and (single or (begun and words[place].capital) or (comma and at - place >= 1)):
        return at
    return 0


_ZIP = re.compile(
    r"[\s,.]{0,3}(?:and\s)?(?:(?:the|my|with)\s)?(?:zip|postal|post)(?:\s?code)?(?:\s?is\b|'s)?[\s,:]{0,3}(?=\w)",
    re.IGNORECASE,
)
_LETTERS = re.compile(
    r"[\s,.]{0,3}(?:(?:that's|that is|it's|spelled|spelt|so)[\s,]{1,3}){1,2}(?:\b[^\W\d_]\b[\s,.-]{0,3}){3,40}",
    re.IGNORECASE,
)
_FIXED = re.compile(
    r"[\s,.]{0,3}(?:(?:no|sorry|wait|i mean|actually|make that|rather|excuse me)[\s,]{1,3}){1,3}(?:[\w'-]{1,30}\s){1,4}"
    rf"(?:{'|'.join(sorted(_STREETS | _SOFT))})\b",
    re.IGNORECASE,
)
_STATE = re.compile(
    rf"\s(?:[a-z]{{2,20}}\s){{1,3}}?(?:(?:new|north|south|west|rhode)\s)?"
    rf"(?:{'|'.join(sorted(each for each in STATES if len(each) > 3))})\b"
)


def _afterwards(text: str, words: list[Word], place: int) -> int:
    """Over what is said after an address and is still of it: its correction, spelling, town in small letters and
    "the zip code is"."""
    for pattern in (_FIXED, _STATE, _LETTERS, _ZIP, _LETTERS):
        if not (match := pattern.match(text, words[place - 1].end)):
            continue
        place = next((n for n, word in enumerate(words) if word.start >= match.end()), len(words))
        if pattern is _ZIP:
            code = next((piece for piece in pieces_of(words[place:], dictated=True)), None)
            place = _house(words, {p.first: p for p in pieces_of(words, dictated=True)}, place) if code else place
        elif pattern is not _LETTERS:
            place = _onward(text, words, place)
    return place


def _put_right(text: str, start: int) -> int:
    """Where the wrong address begins that was put right with this one."""
    wrong = _WRONG.search(text[:start])
    return wrong.start() if wrong else start


def _is_code(text: str, word: Word) -> bool:
    """A state's two capitals, which are words too: "OK", "OR", "IN"."""
    written = text[word.start : word.end]
    return len(written) == 2 and written.isupper() and word.text in STATES


def _ends_here(words: list[Word], place: int) -> bool:
    return place >= len(words) or words[place].is_mark or words[place].text in _STOPS


def _onward(text: str, words: list[Word], place: int) -> int:  # noqa: C901 - a list of what may follow
    """As far as flat, town, state and code go on."""
    pieces = {piece.first: piece for piece in pieces_of(words)}
    at, end, plain, told = place, place, 0, False
    comma = False
    while at < len(words) and at - place < MOST_AFTER + 8:
        word = words[at]
        if word.is_mark:
            if word.text not in ",.-#":
                break
            comma = comma or word.text in ",."
            at += 1
            continue
        if at in pieces and (plain or told or word.text.isdigit()):
            at = end = pieces[at].last
            told = True
        elif word.text == "in" and at + 1 < len(words) and words[at + 1].capital and not told:
            at += 1
        elif (word.glued and told) or (plain < MOST_TOWN and _is_code(text, word)):
            plain += not word.glued
            at = end = at + 1
        elif told and len(word.text) == 1 and _ends_here(words, at + 1):  # "apartment five a"
            at = end = at + 1
        elif word.text in _UNITS or word.text in _DIRECTIONS:
            at = end = at + 1
            told = True
            if at < len(words) and at not in pieces and len(words[at].text) == 1:
                at = end = at + 1
        elif (word.text in STATES and (word.capital or plain or comma) and word.text not in _STOPS) or (
            (comma or told or word.capital) and plain < 3 and word.text not in _STOPS and (word.capital or comma)
        ):
            at = end = at + 1
            plain += 1
        else:
            break
    return end
