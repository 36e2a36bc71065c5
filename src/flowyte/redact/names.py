"""Names, where they are given: "my name is", "this is … speaking", an answer to "your name?", their spelling. Pure."""

import re

from flowyte.redact.first_names import ALSO_WORDS, FIRST
from flowyte.redact.model import Span
from flowyte.redact.words import Word, vocabulary, words_of
from flowyte.slots.days import MONTHS, WEEKDAYS

_GIVEN = re.compile(
    r"\b(?:(?:my|her|his|the|our)(?: (?:full|first|last|middle|maiden|family|sur))* ?names?(?:'s| is| was|"
    r" would be|:)|"
    r"surname is|names? (?:is|would be)|name's|"
    r"(?:last|first|family) name(?: is)?|put (?:me )?down(?: as)?|should be under|booked under|i am called|"
    r"i'm called|call me|under the names?(?: of)?|spoke (?:to|with)|speak(?:ing)? with|i go by)\s+(?:is\s+)?",
    re.IGNORECASE,
)
_SPEAKING = re.compile(
    r"\b(?P<this>this is|it's|it is|i'm|i am|that's)?\s*(?P<name>(?:[^\W\d_]+(?:['’-][^\W\d_]+)*\.?\s+){1,4})"
    r"(?P<by>speaking|calling|here|on the (?:line|phone))\b",
    re.IGNORECASE,
)
_AS_IN = re.compile(r"[\s,.-]*(?P<letter>\b[^\W\d_])\s+(?:as in|for)\s+[^\W\d_]+", re.IGNORECASE)
_ONE_BY_ONE = re.compile(
    r"\b[^\W\d_](?:(?:[\s,.-]+|[\s,.-]+(?:as in|for|like)\s+\w+[\s,.]+)[^\W\d_]\b){2,}|\b[^\W\d_]\s+as in\s+[^\W\d_]+"
)
_THIS_SPEAKING = re.compile(
    r"\bthis is\s+(?P<name>(?:[^\W\d_]+(?:['’-][^\W\d_]+)*[\s,]+){1,5}?)(?:speaking|calling)\b", re.IGNORECASE
)
_QUIET = frozenset(["a", "an", "the", "not", "who", "what"])
_SPELLED_SPEAKING = re.compile(
    r"(?P<name>(?:[^\W\d_]{2,}(?:['’-][^\W\d_]+)*[\s,]+){1,3})(?:(?:that's|that is|spelled|spelt)[\s,]+)?"
    r"(?P<letters>(?:\b[^\W\d_]\b[\s,.-]*){2,})(?:speaking|calling|here)\b",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(r"\b(?:this is|i'm|i am|it's|it is|that's|and you are|speaking to)\s+", re.IGNORECASE)
_SPELLING = re.compile(
    r"[\s,.;:-]{0,12}(?:(?:that's|that is|it's|spelled|spelt|spells?|with|as in|so)[\s,.:]*)*"
    r"(?P<letters>(?:\b[^\W\d_](?:[\s,.-]+(?:as in|for|like)\s+[^\W\d_]+)?\b[\s,.-]*){2,})",
    re.IGNORECASE,
)
_TITLED = re.compile(r"\b(?=(?:mr|mrs|ms|miss|dr|doctor|professor)\b\.?\s)", re.IGNORECASE)
_CUED = re.compile(
    r"\b(?:(?:my|his|her|our|your|their|the) (?:husband|wife|son|daughter|mother|mom|mum|father|dad|brother|"
    r"sister|boss|"
    r"friend|neighbor|partner|fianc\w+|boyfriend|girlfriend|roommate|uncle|aunt|cousin|grandson|granddaughter|"
    r"grandmother|grandfather|grandma|grandpa|child|kid|baby|assistant|colleague|coworker|tenant|client|patient|"
    r"manager|"
    r"caller|secretary|nephew|niece|landlord|landlady|attorney|lawyer|agent|teacher|coach|supervisor|nurse|"
    r"technician|stepfather|stepmother|"
    r"housekeeper|babysitter|nanny|caregiver|guardian|ex|ex-husband|ex-wife|mate|buddy|girl|guy|parent|"
    r"twin|stepson|stepdaughter|spouse|mother-in-law)(?: is| named| called|'s)?|"
    r"(?:ask|asking|asked) for|(?:in|under) the names? (?:of)?|through to|(?:a )?(?:guy|lady|man|"
    r"woman) (?:called|named)|"
    r"(?:it|that|this|everything) (?:is|was) (?:in|under)|have me (?:as|under)|known as|goes by|go by|"
    r"supposed to (?:meet|see|call)|meeting with|(?:talk|talked|talking|spoke|speak|speaking) "
    r"(?:to|with)|people call me|calls me|named|addressed to|made out to|registered to|belongs to|behalf of|"
    r"tell (?:him|her|them)(?: that)?|it's me)[\s,]+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:^|[,.!?]\s{1,3}|\b(?:that|there|hi|hey|hello|is|it's|with|from)\s)\s?"
    r"(?P<name>[A-Z][\w'’-]{1,30}[.,]?\s(?:[A-Z][\w'’-]{0,30}[.,]?\s|(?:uh|um|van|der|de|von|la),?\s){0,4})"
    r"(?:called|calling|again|speaking|here|there\?|available|told|said|will be|from the|with an? question)\b"
)
_PAUSE = re.compile(
    r"[\s,.;-]{1,4}(?P<pause>(?:uh|um|er|and|it's|is|the|my|last|family|sur|name|name's|that's|"
    r"middle)[\s,.]{1,3}){0,6}",
    re.IGNORECASE,
)
_SAID = re.compile(r"[^\W\d_]{3,}|is|my", re.IGNORECASE)  # more than a filler
_QUESTION = re.compile(
    r"^\W*(?:(?:wait|sorry|well|um|uh|so|and|but|okay|ok|hang on)\W+){0,3}(?:is|are|do|does|did|can|could|will|would|"
    r"should|what|why|how|when|where|who|which|have|has|mine|say|am|was)\b",
    re.IGNORECASE,
)
_BEFORE_LAST = re.compile(
    r"(?P<name>\b[A-Z][\w'’-]{1,30}),? (?:and )?(?:(?:the |my |his |her )?(?:last|family|sur) ?name|that's with|"
    r"with an?)\b"
)
_NEVER = vocabulary(
    "a an the and but so i i'm i'd i've i'll it it's is are was am be been my your you we they he she this that "
    "these those not no yes yeah yep ok okay sure hi hello hey good morning afternoon evening well uh um er oh "
    "just about from with for at on in to of calling speaking here there have has had need want would could can "
    "do does did what when where who why how please thanks thank sorry spelled spelt right wrong very really "
    "also still again if or as by because regarding urgent problem question order appointment one two three "
    "four five six seven eight nine ten mr mrs ms miss dr calling looking trying wondering interested happy "
    "glad fine correct only now new old out back all get got going never always like than then another "
    "who's what's where's when's how's know pull over hmm looks changed remember sure thing same pretty "
    "them both phone number numbers email card account address nobody already huh ugh gosh alrighty yessir "
    "gotcha lemme sec mine mine's driving whole sometimes guy lady man woman "
    "next bit part ones rest friend friend's neighbor neighbor's customer coworker it'd will guess think let got "
    "something nothing anyone somebody someone ridiculous too more much"
)
_INTRO = vocabulary(
    "hi hello hey yes yeah yep sure ok okay um uh er oh well so it it's is this that that's i i'm am my name "
    "the full first last name's names call me of course here speaking you can put under good morning afternoon "
    "evening and calling should be under put down book try found got says have mine "
    "hers his that'd certainly sir madam ma'am thanks thank please a moment "
    "one second"
)
_COMMON = vocabulary(
    "wait hang hold ready absolutely yup same make tell everybody mine say think anything again give here's "
    "thats that's these those our your his her we they he she if since because after before both either neither "
    "everything every each all any some many most well whatever never always sometimes maybe probably usually let's "
    "don't doesn't didn't won't can't isn't aren't wasn't how are do does did have has will would may might must "
    "listen see look never mind excuse pardon wow gosh god oh great perfect awesome cool exactly "
    "indeed fine good nice thanks cheers bye goodbye correct certainly definitely "
    "put great right sorry actually let what why can could should it's there here use under book maybe yes the"
)
_PARTICLES = vocabulary("van von de der da del di la le den dos el al bin ibn")
_NO_ONE = frozenset((*MONTHS, *WEEKDAYS, "god", "english", "spanish", "urgent"))
_PLACES = vocabulary(
    "street st avenue ave road rd lane drive boulevard court place way terrace circle parkway square trail station "
    "beach park lake river bridge university college school hospital clinic pharmacy church hotel airport county city "
    "bank store shop restaurant institute foundation company inc llc hall house building center centre day"
)
_TITLES = frozenset(["mr", "mrs", "ms", "miss", "dr", "doctor", "professor"])
_BEHIND = frozenset(["junior", "jr", "senior", "sr", "ii", "iii", "iv", "esquire"])
_BEHIND_THE = frozenset(["second", "third", "fourth", "2nd", "3rd", "4th", "elder", "younger"])
_USUAL = (
    _NEVER
    | _INTRO
    | _COMMON
    | _PLACES
    | vocabulary(
        "plus space comma dash pause double triple zero eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen "
        "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand bad strike hold writing "
        "apartment suite unit mean lowercase spaces period underscore word ended end okay alright later soon"
    )
)
MOST_NAME = 3  # words; a fourth in small letters is rarely of the name


def names_in(text: str, words: list[Word], *, asked: bool) -> list[Span]:
    found = []
    for match in _GIVEN.finditer(text):
        found += _from(text, words, match.end(), small=True)
    found += _speaking(text, words)
    found += _told_by(text, words)
    if asked:
        found += _answer(text, words)
    else:
        for match in _INTRODUCED.finditer(text):
            found += _introduced(text, words, match.end())
    found += _first_and_last(text, words)
    found = [_whole(words, span) for span in found]
    return [*found, *(each for span in found for each in _after(text, words, span.end))]


def _told_by(text: str, words: list[Word]) -> list[Span]:
    """After a title, after whose it is ("my daughter"), and before "called" or "again"."""
    found = []
    for pattern in (_TITLED, _CUED):
        for match in pattern.finditer(text):
            first = next((word for word in words if word.start >= match.end()), None)
            if first is not None and (first.text in _TITLES or first.text not in _NEVER | _NO_ONE | _PLACES):
                second = next((word for word in words if word.start > first.start and not word.is_mark), first)
                named = second if first.text in _TITLES else first
                known = named.text in FIRST and named.text not in ALSO_WORDS
                found += _from(text, words, match.end(), small=known)
    for match in _BEFORE_LAST.finditer(text):
        if match["name"].lower() not in _NEVER | _COMMON | _NO_ONE | _INTRO:
            found.append(_span(match.start("name"), match.end("name"), 0.7))
    for match in _TAIL.finditer(text):
        inside = [word for word in words if match.start("name") <= word.start < match.end("name")]
        while inside and (inside[0].text in _NEVER | _COMMON or inside[0].is_mark):
            inside = inside[1:]
        if inside and not any(
            word.text in _NEVER | _NO_ONE | _PLACES or word.text.split("'")[0] in _NEVER for word in inside
        ):
            found.append(_span(inside[0].start, inside[-1].end, 0.7))
    return found


def _after(text: str, words: list[Word], end: int) -> list[Span]:
    """The rest of a name after a pause, its spelling, or "and the last name is"."""
    found: list[Span] = []
    if spelled := _spelled(text, end):
        found, end = spelled, spelled[-1].end
    if match := _PAUSE.match(text, end):
        first = next((word for word in words if word.start >= match.end()), None)
        paused = match["pause"] or found
        if paused and first is not None and first.capital and first.text not in _NEVER | _NO_ONE | _COMMON:
            more = _from(text, words, match.end(), small=False)
            if more and not _SAID.search(text[end : match.end()]):
                found.append(_span(end, more[0].end, 0.8))
            found += more
    return found


def _first_and_last(text: str, words: list[Word]) -> list[Span]:
    """Two capitals of which the first is a first name that people have, wherever they stand."""
    found = []
    for place, word in enumerate(words[:-1]):
        after = words[place + 1]
        begins = place == 0 or words[place - 1].text in ".?!"
        known = word.capital and word.text in FIRST and not (begins and word.text in ALSO_WORDS)
        if known and after.capital and after.text not in _NEVER | _NO_ONE | _PLACES:
            found += _from(text, words, word.start, small=False)
    return found


def _whole(words: list[Word], span: Span) -> Span:
    """With the title before it, and with what stands behind a last name: "junior", or the first name."""
    inside = [n for n, word in enumerate(words) if span.start <= word.start < span.end]
    first, last = inside[0], inside[-1] + 1
    before = first - 1
    while before >= 0 and (words[before].text in _TITLES or words[before].text == "."):
        if words[before].text in _TITLES:
            first = before
        before -= 1
    behind = last + (last < len(words) and words[last].text == ",")
    follows = [word.text for word in words[behind : behind + 2]]
    if follows and follows[0] in _BEHIND:
        last = behind + 1
    elif len(follows) > 1 and follows[0] == "the" and follows[1] in _BEHIND_THE:
        last = behind + 2
    elif behind > last and len(inside) == 1 and words[first].capital and _is_first(words, behind):
        last = behind + 1
    return _span(words[first].start, max(span.end, words[last - 1].end), span.confidence)


def _is_first(words: list[Word], place: int) -> bool:
    """Whether the word after a comma is the first name: "Doyle, Ann" and nothing but an end or a small word after."""
    if place >= len(words) or not words[place].capital or words[place].text in _NEVER | _COMMON:
        return False
    after = words[place + 1] if place + 1 < len(words) else None
    return words[place].text in FIRST or after is None or after.is_mark or after.text in _NEVER


def _speaking(text: str, words: list[Word]) -> list[Span]:
    """Before "speaking", "calling" or "here"."""
    found = []
    for match in _SPEAKING.finditer(text):
        start = match.start("name")
        inside = [word for word in words if start <= word.start < match.end("name")]
        while inside and (inside[0].text in _NEVER or inside[0].is_mark):
            inside = inside[1:]
        inside = [word for word in inside if not word.is_mark]
        begins = not inside or start == 0 or text[:start].rstrip()[-1:] in (",", ".", "!", "")
        told = bool(match["this"]) or all(word.capital for word in inside) or (match["by"] == "speaking" and begins)
        told = told or (bool(inside) and inside[0].text in FIRST and inside[0].text not in ALSO_WORDS)
        if inside and told and not any(word.text in _NEVER for word in inside):
            found.append(_span(inside[0].start, inside[-1].end, 0.9))
    for match in _THIS_SPEAKING.finditer(text):
        if not any(word.strip(",.") in _QUIET | _NEVER for word in match["name"].lower().split()):
            found.append(_span(match.start("name"), match.end("name"), 0.7))
    for match in _SPELLED_SPEAKING.finditer(text):
        inside = [word for word in words if match.start("name") <= word.start < match.end("name")]
        inside = [word for word in inside if word.text not in _NEVER and not word.is_mark]
        found += [_span(word.start, word.end, 0.8) for word in inside]
        found.append(_span(match.start("letters"), match.end("letters"), 0.8))
    return found


def _introduced(text: str, words: list[Word], start: int) -> list[Span]:
    """After "this is" or "I'm": two words in capitals, or one that nothing follows."""
    first = next((word for word in words if word.start >= start), None)
    second = first and next((word for word in words if word.start > first.start), None)
    if first is None or first.text in _NO_ONE or (first.text in _NEVER and first.text not in _TITLES):
        return []
    if first.text in FIRST and first.text not in ALSO_WORDS:
        return _from(text, words, start, small=True)
    if first.text in _TITLES:
        return _from(text, words, start, small=False)
    if not first.capital:
        return []
    follows = second is None or second.text in ",.!" or second.capital
    return _from(text, words, start, small=False) if follows else []


def _from(text: str, words: list[Word], start: int, *, small: bool) -> list[Span]:
    """The name that begins at `start`, with its spelling."""
    taken: list[Word] = []
    titled: Word | None = None
    for word in words:
        if word.start < start:
            continue
        if word.text in _TITLES and not taken:
            titled = titled if titled is not None else word
            continue
        if word.is_mark:
            short = len(taken[-1].text) == 1 or taken[-1].text in ("st", "ste") if taken else titled is not None
            if word.text in "-'’" or (word.text == "." and short):
                continue
            break
        names = sum(len(each.text) > 1 and each.text not in _PARTICLES and each.text != "st" for each in taken)
        particle = word.text in _PARTICLES and bool(taken) and (taken[-1].capital or small)
        initial = particle or (len(word.text) == 1 and word.capital and word.text != "i" and bool(taken))
        if (word.text in _NEVER and not initial) or word.text[0].isdigit() or names >= MOST_NAME:
            break
        particles = sum(each.text in _PARTICLES for each in taken)
        most = len(taken) - particles >= 2
        if not particle and not word.capital and (not small or (taken and taken[0].capital) or most):
            break
        taken.append(word)
    if not taken:
        return _spelled(text, start)
    spans = [_span((titled or taken[0]).start, taken[-1].end, 0.85)]
    return spans + _spelled(text, taken[-1].end)


def _spelled(text: str, start: int) -> list[Span]:
    if as_in := _AS_IN.match(text, start):
        return [_span(as_in.start("letter"), as_in.end(), 0.8)]
    match = _SPELLING.match(text, start)
    return [_span(match.start("letters"), start + len(match[0].rstrip(" ,.-;")), 0.85)] if match else []


def _answer(text: str, words: list[Word]) -> list[Span]:
    """To the question for a name: what is no greeting or small word, as far as it is as short as a name."""
    start = 0
    for word in words:
        if word.is_mark or word.text in _INTRO:
            start = word.end
        else:
            break
    if text.rstrip().endswith("?") and _QUESTION.match(text):  # they ask back
        return _letters(text)
    known = [word for word in words if word.text in FIRST and word.text not in ALSO_WORDS and word.start > start]
    others = [span for word in known for span in _from(text, words, word.start, small=True)]
    begins = _from(text, words, start, small=True)
    return [*begins, *others, *_letters(text), *_capitals(words), *_alone(words)]


def _alone(words: list[Word]) -> list[Span]:
    """At most two words in small letters, by themselves between marks: "if I remember right, anneke banks"."""
    found: list[Span] = []
    part: list[Word] = []
    for word in [*words, None]:
        if word is not None and (not word.is_mark or word.text in "-'’"):
            part.append(word)
            continue
        while part and part[0].text in _INTRO | _NEVER:
            part = part[1:]
        said = [each for each in part if not each.is_mark]
        plain = all(each.text.isalpha() and len(each.text) > 2 and each.text not in _USUAL for each in said)
        if 0 < len(said) <= 2 and plain and not any(each.capital for each in said):
            found.append(_span(said[0].start, said[-1].end, 0.6))
        part = []
    return found


def _capitals(words: list[Word]) -> list[Span]:
    """Words in capitals that no small word and no begin of a sentence explains."""
    found: list[Span] = []
    for place, word in enumerate(words):
        begins = place == 0 or words[place - 1].text in ".?!"
        initial = len(word.text) == 1 and bool(found) and place + 1 < len(words) and words[place + 1].text == "."
        plain = word.text not in _NEVER and word.text not in _INTRO and word.text not in _NO_ONE
        of_a_name = word.capital and not word.is_mark and (plain or initial)
        if word.text in _PARTICLES and found and place + 1 < len(words) and words[place + 1].capital:
            found.append(_span(word.start, word.end, 0.7))
            continue
        if of_a_name and word.text not in _TITLES and not (begins and word.text in _COMMON):
            found.append(_span(word.start, word.end, 0.7))
    return found


def _letters(text: str) -> list[Span]:
    """Three letters or more, one by one."""
    return [_span(match.start(), match.end(), 0.8) for match in _ONE_BY_ONE.finditer(text)]


def _span(start: int, end: int, sure: float) -> Span:
    return Span(entity="name", start=start, end=end, confidence=sure)


def parts_of(name: str) -> list[str]:
    """Words of a name by which it is found again; single letters are not."""
    return [word.text for word in words_of(name) if len(word.text) > 2 and word.text not in _NEVER]
