"""How a word is said where its spelling misleads the mouth: other letters for the sound, the same words on the page.

`Respelled.text` is for the mouth; `written` leads from a place in it back to the text that is kept, shown and judged.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Respelled:
    """`cuts` are pairs of ends, in the spoken and in the written text, where both stand at the same place."""

    text: str
    cuts: tuple[tuple[int, int], ...] = ()

    def written(self, upto: int) -> int:
        """How much of the written text has been heard once `upto` characters of the spoken one have.

        Inside a word that is said otherwise nothing of it counts as heard.
        """
        place = bisect_left(self.cuts, (upto, -1))
        if place < len(self.cuts) and self.cuts[place][0] == upto:
            return self.cuts[place][1]
        return self.cuts[place - 1][1] if place else 0


def respelled(text: str, pronunciations: Mapping[str, str]) -> Respelled:
    """Whole words and phrases, in any case, the longest first; what is put in is not looked at again."""
    known = {
        written.strip().casefold(): spoken
        for written, spoken in pronunciations.items()
        if written.strip() and spoken.strip()
    }
    if not known:
        return Respelled(text, tuple((at, at) for at in range(len(text) + 1)))
    names = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    spoken, cuts, at = "", [(0, 0)], 0
    for found in re.finditer(rf"(?<!\w)(?:{names})(?!\w)", text, re.IGNORECASE):
        cuts += [(len(spoken) + n, at + n) for n in range(1, found.start() - at + 1)]
        spoken += text[at : found.start()] + known.get(found.group().casefold(), found.group())
        at = found.end()
        cuts.append((len(spoken), at))
    cuts += [(len(spoken) + n, at + n) for n in range(1, len(text) - at + 1)]
    return Respelled(spoken + text[at:], tuple(cuts))
