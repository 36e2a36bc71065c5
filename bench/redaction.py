"""How much of what should not be kept is found, and how much else is lost: `python -m bench.redaction`.

Recall counts a sample only when nothing of the value is left in any of its turns; beside it stands the lower bound of
a 95 % Wilson interval. The parts share no sentence. Rules were made on `tuned`, `held`, `fresh`, `second` and
`further`; `reported` was written and committed before the last round of rules for it and measured once, and its
misses were looked at after that.
`blind` was written by a hand that had read neither the rules nor the other parts, and committed before it was measured.
`recognised` are values said by the built-in voice over G.711, as the built-in recognizer wrote them.
"""

import argparse
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from bench.redaction_set.samples import ENTITIES, MARKS, SEEDS, Sample, knowledge, negatives, positives
from flowyte.redact.conversation import Redactor
from flowyte.redact.model import ENTITIES as ALL
from flowyte.redact.model import Label, Span
from flowyte.redact.words import pieces_of, words_of

RECOGNISED = Path(__file__).parent / "redaction_set" / "recognised.json"
LABELS: dict[str, Label] = {"birth": "date_of_birth"}
DIGITS = frozenset({"card", "ssn", "account", "phone"})
ANSWER_MS = 5_000
_WORD = re.compile(r"[\w'’@.+-]*\w")

Turns = list[tuple[str, str]]
Find = Callable[[Turns], list[list[Span]]]
"""The spans of each turn."""


def ours(turns: Turns) -> list[list[Span]]:
    redactor = Redactor(ALL)
    at_ms, found = 0, []
    for role, text in turns:
        at_ms += ANSWER_MS
        said = redactor.agent(text, at_ms=at_ms) if role == "agent" else redactor.caller(text, at_ms=at_ms)
        found.append(list(said.spans))
    return found


def wilson(right: int, count: int) -> float:
    """The lower bound of the 95 % interval of a share."""
    if not count:
        return 0.0
    z, share = 1.96, right / count
    middle = share + z * z / (2 * count)
    wide = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, (middle - wide) / (1 + z * z / count))


def rated(right: int, count: int) -> dict[str, Any]:
    return {"samples": count, "recall": round(right / max(1, count), 4), "lower95": round(wilson(right, count), 4)}


def plain(sample: Sample) -> tuple[Turns, list[list[tuple[int, int]]]]:
    """The turns without marks, and where the values stand in each."""
    turns, places = [], []
    for role, text in sample.turns:
        parts = MARKS.split(text)
        at, inside = 0, []
        for number, part in enumerate(parts):
            if number % 2:
                inside.append((at, at + len(part)))
            at += len(part)
        turns.append((role, "".join(parts)))
        places.append(inside)
    return turns, places


def left(text: str, value: tuple[int, int], spans: list[Span]) -> str:
    """What of the value is not covered, with a space for what is."""
    return "".join(
        " " if any(span.start <= place < span.end for span in spans) else character
        for place, character in enumerate(text[value[0] : value[1]], value[0])
    )


def is_gone(entity: str, rest: str) -> bool:
    """Of a number, whether no figure and no number's word is left; what was said within it, "area code", may stay."""
    if entity in DIGITS:
        return not pieces_of(words_of(rest)) and not any(character.isdigit() for character in rest)
    return not any(character.isalnum() for character in rest)


def is_found(sample: Sample, find: Find) -> tuple[bool, bool]:
    """Whether nothing of it is left, and whether every span has the right name (or is a number still unnamed)."""
    turns, places = plain(sample)
    found = find(turns)
    named, gone = True, True
    for (_, text), values, spans in zip(turns, places, found, strict=True):
        for value in values:
            gone = gone and is_gone(sample.entity, left(text, value, spans))
            label = LABELS.get(sample.entity, sample.entity)
            touching = [span for span in spans if span.start < value[1] and span.end > value[0]]
            named = named and all(span.entity in (label, "number") for span in touching)
    return gone, named


def lost(samples: Iterable[Sample], find: Find) -> tuple[int, int, Counter[str]]:
    """Words that are no value and were taken out, of how many, and which."""
    taken: Counter[str] = Counter()
    count = 0
    for sample in samples:
        turns, places = plain(sample)
        for (_, text), values, spans in zip(turns, places, find(turns), strict=True):
            for word in _WORD.finditer(text):
                if any(start < word.end() and end > word.start() for start, end in values):
                    continue
                count += 1
                if any(span.start < word.end() and span.end > word.start() for span in spans):
                    taken[f"{word[0]} | {text}"] += 1
    return sum(taken.values()), count, taken


def recognised(part: str, find: Find) -> dict[str, Any]:
    """Nothing of the value may be left: no digit, no word like one of it."""
    by_entity: dict[str, list[bool]] = defaultdict(list)
    for each in json.loads(RECOGNISED.read_text()):
        if each["part"] == part and each["heard"]:
            by_entity[each["entity"]].append(not leaked(each, find))
    return {entity: rated(sum(right), len(right)) for entity, right in by_entity.items()}


def leaked(each: dict[str, str], find: Find) -> list[str]:
    spans = find([("caller", each["heard"])])[0] if not _is_bare(each) else find(asked(each))[1]
    text = each["heard"]
    rest = "".join(" " if any(s.start <= n < s.end for s in spans) else c for n, c in enumerate(text))
    digits = [piece.digits for piece in pieces_of(words_of(rest))]
    if each["entity"] in ("card", "ssn", "account", "phone", "birth", "address"):
        return digits
    said = MARKS.split(each["said"])[1]
    value = [word for word in re.findall(r"[a-z]{3,}", said.lower()) if word not in _CARRIER]
    words = [word for word in re.findall(r"[a-z]{3,}", rest.lower()) if word not in _CARRIER]
    return [word for word in words if any(SequenceMatcher(None, word, of).ratio() >= 0.75 for of in value)]


_CARRIER = frozenset(
    [
        "dot",
        "underscore",
        "dash",
        "hyphen",
        "please",
        "send",
        "email",
        "address",
        "name",
        "speaking",
        "hello",
        "have",
        "question",
        "this",
    ]
)
_QUESTIONS = {
    "card": "Could I have your card number, please?", "ssn": "What is your social security number?",
    "account": "What is your account number?", "phone": "What is your phone number?",
    "email": "What is your e-mail address?", "address": "What is your address?",
    "birth": "What is your date of birth?", "name": "What is your name, please?",
}  # fmt: skip


def _is_bare(each: dict[str, str]) -> bool:
    """Said as an answer, without a word of what it is."""
    return each["said"].startswith("«") or each["said"].startswith("It's ")


def asked(each: dict[str, str]) -> Turns:
    return [("agent", _QUESTIONS[each["entity"]]), ("caller", each["heard"])]


def measured(part: str, count: int, find: Find) -> dict[str, Any]:
    report: dict[str, Any] = {"recall": {}}
    others = words = 0
    for entity in ENTITIES:
        samples = positives(part, entity, count)
        results = [is_found(sample, find) for sample in samples]
        gone = sum(each[0] for each in results)
        report["recall"][entity] = rated(gone, count) | {"rightly named": round(sum(e[1] for e in results) / count, 4)}
        taken, of, _ = lost(samples, find)
        others, words = others + taken, words + of
    taken, of, _ = lost(negatives(part, count), find)
    report["lost of ordinary talk"] = {"words": of, "lost": round(taken / of, 5)}
    report["lost around values"] = {"words": words, "lost": round(others / words, 5)}
    taken, of, _ = lost(knowledge(), find)
    report["lost of the examples' knowledge"] = {"words": of, "lost": round(taken / of, 5)}
    if RECOGNISED.exists() and part not in ("fresh", "second", "further", "blind"):
        report["recognised"] = recognised(part, find)
    return report


def misses(part: str, count: int, find: Find) -> None:
    for entity in ENTITIES:
        for sample in positives(part, entity, count):
            if not is_found(sample, find)[0]:
                turns, _ = plain(sample)
                print(entity, "|", sample.way, "|", sample.turns, "->", [[(s.entity, t[s.start : s.end]) for s in spans]
                      for (_, t), spans in zip(turns, find(turns), strict=True)])  # fmt: skip
    for name, samples in (("ordinary", negatives(part, count)), ("knowledge", knowledge())):
        for text, times in lost(samples, find)[2].most_common():
            print("LOST", name, times, text)
    for each in json.loads(RECOGNISED.read_text()) if RECOGNISED.exists() else ():
        if each["part"] == part and each["heard"] and (rest := leaked(each, find)):
            print("HEARD", each["entity"], rest, "|", each["said"], "|", each["heard"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000, help="samples of each entity and part")
    parser.add_argument("--part", choices=list(SEEDS), help="only this one")
    parser.add_argument("--misses", choices=list(SEEDS), help="print what was missed instead")
    given = parser.parse_args()
    if given.misses:
        misses(given.misses, given.count, ours)
        return
    parts = [given.part] if given.part else list(SEEDS)
    print(json.dumps({part: measured(part, given.count, ours) for part in parts}, indent=2))


if __name__ == "__main__":
    main()
