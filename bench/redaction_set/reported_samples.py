"""Samples of the part that is reported, from a seed: asked for, volunteered, in pieces, and after some other talk."""

from random import Random

from bench.redaction_set import reported, values
from bench.redaction_set import reported_sentences as sentences

Turns = list[tuple[str, str]]


def positive(r: Random, entity: str) -> tuple[str, Turns]:
    """How it was said, and the turns."""
    shape = r.random()
    if shape > 0.8 and entity in reported.NUMBERS:
        return _in_pieces(r, entity)
    way, said = reported.value(r, entity)
    given = f"«{said}»"
    if shape < 0.35:
        ask, answer = r.choice(sentences.ASKED[entity])
        return way, [("agent", ask), ("caller", answer.format(v=given))]
    if shape < 0.65:
        return way, [("caller", r.choice(sentences.VOLUNTEERED[entity]).format(v=given))]
    ask, _ = r.choice(sentences.ASKED[entity])
    put_off, then = r.choice(sentences.WAITING)
    turns = [("agent", ask), ("caller", put_off), ("agent", then.format(what=sentences.WHAT[entity]))]
    return f"{way}, put off", [*turns, ("caller", r.choice(sentences.GIVEN).format(v=given))]


def _in_pieces(r: Random, entity: str) -> tuple[str, Turns]:
    digits, groups = reported.NUMBERS[entity](r)
    parts = values.groups_of(digits, groups)
    cuts = [1, 2] if len(parts) > 2 and r.random() < 0.3 else [r.randrange(1, len(parts))]
    said = []
    for first, last in zip([0, *cuts], [*cuts, len(parts)], strict=True):
        way = r.choice((values.one_by_one, values.spaced, values.solid, reported.half_words, reported.breathing))
        said.append(f"«{way(r, ''.join(parts[first:last]), tuple(len(each) for each in parts[first:last]))}»")
    begins, ends = r.choice(sentences.PIECES)
    ask, _ = r.choice(sentences.ASKED[entity])
    opening: Turns = [("agent", ask), ("caller", begins.replace("{1}", said[0]))]
    if r.random() < 0.25:
        opening = [("caller", sentences.OPENED[entity].replace("{1}", said[0]))]
    between = [
        turn for piece in said[1:-1] for turn in (("agent", r.choice(sentences.BACKCHANNELS)), ("caller", piece))
    ]
    last_turns = [("agent", r.choice(sentences.BACKCHANNELS)), ("caller", ends.replace("{2}", said[-1]))]
    return f"in {len(said)} pieces", [*opening, *between, *last_turns]


def negative(r: Random) -> Turns:
    return r.choice(sentences.NEGATIVE)


def aloud(r: Random, entity: str) -> tuple[str, str]:
    """A text for a voice, with its value marked."""
    way, said = reported.value(r, entity, aloud=True)
    return way, r.choice(sentences.SPOKEN[entity]).format(v=f"«{said}»")
