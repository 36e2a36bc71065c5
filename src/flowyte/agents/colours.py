"""The widget's colours: what follows from the four that an operator chooses, and whether its words can be read. Pure.

The numbers are those of WCAG 2.2: 4.5:1 for text (1.4.3), 3:1 for the edge of a control (1.4.11).
"""

from dataclasses import dataclass

TEXT = 4.5
CONTROL = 3.0
SUNK = 0.06  # of the text's colour in the ground of the agent's messages
LINE = 0.14
FAINTEST = (0.62, 0.7, 0.8, 0.9, 1.0)
EDGES = (0.4, 0.5, 0.6, 0.7, 0.85, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Every colour that the widget draws with, as `#rrggbb`."""

    accent: str
    on_accent: str
    background: str
    text: str
    faint: str
    sunk: str
    line: str
    edge: str


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def palette(*, accent: str, on_accent: str, background: str, text: str) -> Palette:
    """The softer texts and lines are as soft as they may be, so whatever is chosen they can be told from the ground."""
    sunk = mix(text, background, SUNK)
    softer = [mix(text, background, part) for part in FAINTEST]
    edges = [mix(text, background, part) for part in EDGES]
    faint = next((mixed for mixed in softer if contrast(mixed, sunk) >= TEXT), text)
    edge = next((mixed for mixed in edges if contrast(mixed, background) >= CONTROL), text)
    return Palette(
        accent=accent, on_accent=on_accent, background=background, text=text, faint=faint, sunk=sunk,
        line=mix(text, background, LINE), edge=edge,
    )  # fmt: skip


def unreadable(*, accent: str, on_accent: str, background: str, text: str) -> tuple[tuple[str, str], ...]:
    """Which of the colours makes which words unreadable, and by how much; empty when all can be read."""
    found = []
    on_button = contrast(on_accent, accent)
    if on_button < TEXT:
        found.append(("onAccent", f"has a contrast of {on_button:.1f} to 1 on accent; text needs 4.5"))
    on_ground = min(contrast(text, background), contrast(text, mix(text, background, SUNK)))
    if on_ground < TEXT:
        found.append(("text", f"has a contrast of {on_ground:.1f} to 1 on background; text needs 4.5"))
    return tuple(found)


def mix(one: str, other: str, part: float) -> str:
    """So much of `one` in `other`, channel by channel."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a * part + b * (1 - part)):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
