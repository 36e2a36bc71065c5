"""What is spelled: letters and digits one by one, "N as in Nora", postcodes, names and e-mail addresses. Pure."""

import re

from flowyte.slots.figures import ONES, SMALL

_TIMES = {"double": 2, "triple": 3, "treble": 3}
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_AS_IN = re.compile(r"\b([a-z])[,.]?\s+(?:as in|is for|like in|like|for)\s+(?!\w+[@])([a-z]+)")
_SHAPES = ("99999", "999999999", "A9A9A9", "A99AA", "A999AA", "AA99AA", "AA999AA", "A9A9AA", "AA9A9AA")
_INSIDE = re.compile(
    r"(?<![\dA-Z])(?:\d{5}(?:-\d{4})?(?![\d-])|[A-Z]{1,2}\d[A-Z\d]?\s+\d[A-Z]{2}\b|[A-Z]\d[A-Z]\s+\d[A-Z]\d\b)",
    re.ASCII,
)
MOST_POSTCODE = 10
_EMAIL = re.compile(r"[a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]{2,24}")
_JOINS = {"dot": ".", "point": ".", "period": ".", "underscore": "_", "dash": "-", "hyphen": "-", "minus": "-",
          "plus": "+"}  # fmt: skip
_MARKS = {".": "dot", "_": "underscore", "-": "dash", "+": "plus", "%": "percent"}
_BEFORE = frozenset((
    "is", "it", "it's", "its", "e", "email", "mail", "address", "my", "me", "the", "to", "at", "use", "reach", "yes",
    "yeah", "sure", "ok", "okay", "um", "uh", "er", "so", "that", "that's", "please", "would", "be", "under", "on",
    "here",
))  # fmt: skip


def spelled(text: str) -> str:
    """The letters and digits that are said one by one or written in one piece, capital; words are left out."""
    return "".join(_pieces(text))


def _pieces(text: str) -> list[str]:
    said = _AS_IN.sub(r"\1", text.lower())
    found, words, place = [], _WORD.findall(said), 0
    while place < len(words):
        word, after = words[place], words[place + 1] if place + 1 < len(words) else ""
        if word in _TIMES and (one := _one(after)):
            found.append(one * _TIMES[word])
            place += 2
            continue
        if SMALL.get(word, 0) >= 20 and 0 < SMALL.get(after, 0) < 10:
            found.append(str(SMALL[word] + SMALL[after]))
            place += 2
            continue
        if piece := _one(word):
            found.append(piece)
        elif any(letter.isdigit() for letter in word):
            found.append(word.upper())
        place += 1
    return found


def _one(word: str) -> str:
    """A letter or a number in figures; "" for any other word."""
    if len(word) == 1:
        return word.upper()
    if word in SMALL and word not in ("couple", "dozen", "none"):
        return str(SMALL[word])
    return ""


def read_postcode(text: str) -> tuple[str, bool] | None:
    """Of the United States, Canada or Britain as written there; another with a digit in it is not certain."""
    written, said = re.sub(r"[^A-Za-z0-9]+", "", text).upper(), spelled(text)
    if found := _shaped(written) or _shaped(said):
        return found, True
    if inside_words := _INSIDE.search(text.upper()):
        return " ".join(inside_words[0].split()), True
    for length in (7, 6, 5):  # the end of what was spelled, after letters that belong to something else
        if length < len(said) and (inside := _shaped(said[-length:])) and not inside.isdigit():
            return inside, False
    plausible = 3 <= len(said) <= MOST_POSTCODE and any(letter.isdigit() for letter in said)
    return (said, False) if plausible else None


def _shaped(said: str) -> str:
    for shape in _SHAPES:
        if len(said) == len(shape) and (fitted := _fitted(said, shape)):
            return _written(fitted, shape)
    return ""


def _fitted(said: str, shape: str) -> str:
    """Nought and O are one sound; the shape says which was meant."""
    fitted = ""
    for letter, wanted in zip(said, shape, strict=True):
        letter = {("O", "9"): "0", ("0", "A"): "O"}.get((letter, wanted), letter)
        if (letter.isdigit() and letter.isascii()) != (wanted == "9"):
            return ""
        fitted += letter
    return fitted


def _written(code: str, shape: str) -> str:
    if shape == "999999999":
        return f"{code[:5]}-{code[5:]}"
    return code if shape == "99999" else f"{code[:-3]} {code[-3:]}"


def say_postcode(code: str) -> str:
    """Letter by letter, a pause where the gap is."""
    return ", ".join(" ".join(part) for part in re.split(r"[ -]", code))


def read_email(text: str) -> tuple[str, bool] | None:
    """As written, or spoken: "jo dot doe at example dot com"."""
    said = re.sub(r"\bdot([a-z]{2,4})\b", r"dot \1", text.lower())
    said = re.sub(r"\s*@\s*", "@", said)
    if found := _EMAIL.search(said):
        return found[0], True
    tokens = re.findall(r"[a-z0-9]+(?:'s)?|[@._+-]", said.replace("@", " at "))
    places = [n for n, word in enumerate(tokens) if word == "at"]
    for place in reversed(places):
        local, sure = _local(tokens[:place])
        address = f"{local}@{_domain(tokens[place + 1 :])}"
        if _EMAIL.fullmatch(address):
            return address, sure
    return None


def _local(tokens: list[str]) -> tuple[str, bool]:
    """Backwards from the "at", as far as the words belong together."""
    start = len(tokens)
    while start and tokens[start - 1] not in _BEFORE:
        start -= 1
    parts, sure, previous = "", True, ""
    for token in tokens[start:]:
        piece = _JOINS.get(token) or (str(SMALL[token]) if token in SMALL else token)
        plain = len(token) > 1 and token.isalpha() and token not in _JOINS
        sure = sure and not (plain and len(previous) > 1 and previous.isalpha() and previous not in _JOINS)
        sure = sure and token not in SMALL
        parts, previous = parts + piece, token
    return parts, sure


def _domain(tokens: list[str]) -> str:
    parts: list[str] = [""]
    dotted = False
    for place, token in enumerate(tokens):
        if token in ("dot", "point", "."):
            parts.append("")
            dotted = True
        elif token in ("dash", "hyphen", "-"):
            parts[-1] += "-"
        elif not (dotted and parts[-1]) or len(token) == len(tokens[place - 1]) == 1 or "dot" in tokens[place:]:
            parts[-1] += token
        else:
            break
    return ".".join(parts).rstrip(".")


def say_email(address: str) -> str:
    """Marks as words; a part that would be taken for another word is spelled."""
    local, _, domain = address.partition("@")
    return f"{_marks(local)} at {_marks(domain)}"


def _marks(part: str) -> str:
    pieces = re.findall(r"[a-z0-9]+|[._+%-]", part)
    return " ".join(_MARKS.get(piece) or (" ".join(piece) if _reserved(piece) else piece) for piece in pieces)


def _reserved(piece: str) -> bool:
    return piece in _BEFORE or piece in SMALL or piece in _JOINS or piece in ONES


_INTRODUCTION = re.compile(
    r"^(?:(?:hi|hello|hey|yes|yeah|sure|ok|okay|um+|uh+|er+|well|so)[,.!]?\s+)*"
    r"(?:(?:my|the|her|his)\s+(?:full\s+|first\s+|last\s+)?name(?:\s+is|'s)|it\s+is|it's|this\s+is|i\s+am|i'm|"
    r"name\s+is|call\s+me|that's|that\s+is)?\s*",
    re.IGNORECASE,
)
_SPELLING = re.compile(r"(?:\b[A-Za-z]\b[\s,.-]*){3,}$")
_NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]+[^\W\d_]+)*\.?")
MOST_NAME_WORDS = 6


def read_name(text: str) -> tuple[str, bool] | None:
    """What is said after "my name is"; a spelling at the end counts for the last word."""
    said = _INTRODUCTION.sub("", " ".join(text.split()), count=1).strip(" .,!?;:")
    sure = True
    if found := _SPELLING.search(said):
        letters = re.sub(r"[^A-Za-z]", "", found[0]).capitalize()
        before = re.sub(r"[,.\s]+(?:spelled|spelt|that's|that is)?[,.\s]*$", "", said[: found.start()]).split()
        said = " ".join([*before[:-1], letters])
    said = said.replace(",", " ").strip()
    said = " ".join(said.split())
    if not _NAME.fullmatch(said) or len(said.split()) > MOST_NAME_WORDS or len(said) > 100:
        return None
    if said == said.lower():
        said = re.sub(r"(?<![^\W\d_])[^\W\d_]", lambda letter: letter[0].upper(), said)
        said = re.sub(r"(?<=[^\W\d_]['’])(?i:s)\b", "s", said)
    return said, sure and len(said) > 1
