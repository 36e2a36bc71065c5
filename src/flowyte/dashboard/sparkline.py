"""A row of values as points of a small line to draw. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN = 120, 28, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    points: str
    """`x,y x,y …` in a box of 120 by 28, for an SVG polyline; days without a value are left out, one day is no line."""
    last: tuple[float, float] | None


def sparkline(values: Sequence[float | None]) -> Sparkline:
    """From zero upwards, so that a small change looks small."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    top = max((value for _, value in known), default=0) or 1
    step = (WIDTH - 2 * MARGIN) / max(1, len(values) - 1)
    drawn = [
        (round(MARGIN + place * step, 1), round(HEIGHT - MARGIN - value / top * (HEIGHT - 2 * MARGIN), 1))
        for place, value in known
    ]
    if len(drawn) < 2:
        return Sparkline(points="", last=None)
    return Sparkline(points=" ".join(f"{x},{y}" for x, y in drawn), last=drawn[-1])
