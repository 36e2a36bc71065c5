"""Samples of the second tuned part: questions made of frames and things, answers in one turn or more."""

from random import Random
from types import ModuleType

from bench.redaction_set import second, second_further, second_sentences, values

Turns = list[tuple[str, str]]
OTHER = {"name": ("phone", "birth"), "phone": ("name", "email"), "email": ("phone",), "address": ("name", "phone"),
         "birth": ("name",), "card": ("name",), "ssn": ("birth",), "account": ("name",)}  # fmt: skip


def positive(r: Random, entity: str, sentences: ModuleType = second_sentences) -> tuple[str, Turns]:
    """How it was said, and the turns."""
    shape = r.random()
    if shape < 0.2 and entity in second.NUMBERS:
        return _in_pieces(r, entity, sentences)
    way, said = second.value(r, entity)
    given = f"«{said}»"
    if shape < 0.42:
        return way, [("caller", r.choice(sentences.VOLUNTEERED[entity]).format(v=given))]
    thing = r.choice(sentences.THINGS[entity])
    asks = r.choice(sentences.FREE[entity]) if r.random() < 0.35 else _asks(r, sentences, thing)
    if shape < 0.7:
        return way, [("agent", asks), ("caller", _answer(r, sentences, entity, given))]
    if shape < 0.78:
        other = r.choice(OTHER[entity])
        _, first = second.value(r, other)
        both = _asks(r, sentences, f"{r.choice(sentences.THINGS[other])} and {thing}")
        join = r.choice((", and ", ". ", ", ", " and it's ", " and ", ", then "))
        return f"{way}, with {other}", [("agent", both), ("caller", f"«{first}»{join}{given}")]
    put_off, then = r.choice(sentences.PUT_OFF)
    turns = [("agent", asks), ("caller", put_off), ("agent", then.format(it=thing))]
    return f"{way}, put off", [*turns, ("caller", _answer(r, sentences, entity, given))]


def _asks(r: Random, sentences: ModuleType, thing: str) -> str:
    return r.choice(sentences.FRAMES).format(it=thing, It=thing[0].upper() + thing[1:])


def _answer(r: Random, sentences: ModuleType, entity: str, given: str) -> str:
    own = entity == "name" and r.random() < 0.4
    return r.choice(sentences.NAME_ANSWERS if own else sentences.ANSWERS).format(v=given)


def _in_pieces(r: Random, entity: str, sentences: ModuleType) -> tuple[str, Turns]:
    digits, groups = second.NUMBERS[entity](r)
    parts = values.groups_of(digits, groups)
    cuts = sorted(r.sample(range(1, len(parts)), r.randrange(1, len(parts))))
    pieces = []
    for first, last in zip([0, *cuts], [*cuts, len(parts)], strict=True):
        way = r.choice((values.one_by_one, values.spaced, values.solid, second.with_zero_words, second.talk_within))
        pieces.append(f"«{way(r, ''.join(parts[first:last]), tuple(len(each) for each in parts[first:last]))}»")
    asks = (
        r.choice(sentences.FREE[entity])
        if r.random() < 0.3
        else _asks(r, sentences, r.choice(sentences.THINGS[entity]))
    )
    turns = [("agent", asks)]
    for place, piece in enumerate(pieces):
        if place:
            turns.append(("agent", r.choice(sentences.BETWEEN)))
        say = sentences.BEGINS if not place else sentences.ENDS if place == len(pieces) - 1 else sentences.GOES_ON
        turns.append(("caller", r.choice(say).format(v=piece)))
    return f"in {len(pieces)} pieces", turns


def negative(r: Random, sentences: ModuleType = second_sentences) -> Turns:
    return r.choice(sentences.NEGATIVE)


class Further:
    """The same with other sentences."""

    @staticmethod
    def positive(r: Random, entity: str) -> tuple[str, Turns]:
        return positive(r, entity, second_further)

    @staticmethod
    def negative(r: Random) -> Turns:
        return negative(r, second_further)
