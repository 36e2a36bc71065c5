"""Values of an agent as people write them, and what changed in a sentence: "Saturday: 9:00–13:00 → closed". Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from flowyte.agents.described import words_of
from flowyte.agents.publish import Difference, difference

SWITCHES = {True: "yes", False: "no"}
PARTS = {"skills": "Skill", "playbooks": "Playbook", "guardrails": "Guardrail", "knowledge": "Knowledge"}
ALONE = ("businessHours.weekly.", "channelOverrides.")  # their names say enough
MOST = 200  # characters of one value in a line; the whole of it is shown where there is room


def label(path: str) -> str:
    """A field's name for people, with what it belongs to; its path where it has none."""
    own, _ = words_of(path)
    if own:
        above = ".".join(path.split(".")[:-1])
        return own if path.startswith(ALONE) else " › ".join(filter(None, (words_of(above)[0], own)))
    room, _, rest = path.partition(".")
    for parent, name in (("lexicon.pronunciations", "Pronunciation of"), ("voiceMap", "Voice for")):
        if path.startswith(f"{parent}."):
            return f"{name} {path.removeprefix(f'{parent}.')}"
    return f"{PARTS[room]} {rest}" if room in PARTS and rest else {"sourceIds": "Knowledge"}.get(path, path)


def value(path: str, found: Any, names: Mapping[str, str] | None = None) -> str:
    """Texts as they are, lists a line each, spans as on a door; empty for what says nothing."""
    if path.startswith("businessHours.weekly.") and not found:
        return "closed"
    return _said(found, names or {})


def field_by_field(found: Iterable[Difference]) -> Iterator[Difference]:
    """What a channel says otherwise is told by its fields, also where all of it is new or gone."""
    for change in found:
        whole = change.after if change.kind == "added" else change.before
        if change.field.startswith("channelOverrides.") and isinstance(whole, Mapping) and change.kind != "changed":
            sides = ({}, dict(whole)) if change.kind == "added" else (dict(whole), {})
            yield from difference(*sides, path=f"{change.field}.")
        else:
            yield change


def sentence(change: Difference, names: Mapping[str, str] | None = None) -> str:
    """One line for one change."""
    before, after = (_short(value(change.field, each, names)) for each in (change.before, change.after))
    if change.kind == "added" and not before:
        return f"{label(change.field)}: {after or 'added'}"
    if change.kind == "removed" and not after:
        return f"{label(change.field)}: {f'{before} → ' if before else ''}removed"
    return f"{label(change.field)}: {before or 'empty'} → {after or 'empty'}"


def _said(found: Any, names: Mapping[str, str]) -> str:  # noqa: C901, PLR0912 - a list of shapes, each with its words
    match found:
        case None | "" | []:
            return ""
        case bool():
            return SWITCHES[found]
        case str():
            return names.get(found, found)
        case [{"start": str()}, *_]:
            return ", ".join(_said(span, names) for span in found)
        case [*entries]:
            return "\n".join(_said(entry, names) for entry in entries)
        case {"start": str(start), "end": str(end), **rest} if not rest:
            return f"{_clock(start)}–{_clock(end)}"
        case {"date": str(first), "name": str(name), **rest}:
            until = f" to {rest['endDate']}" if rest.get("endDate") else ""
            spans = "" if rest.get("closed", True) else _said(rest.get("ranges"), names)
            return f"{first}{until} {name}: {spans or 'closed'}"
        case {"name": str(name), "graph": {"nodes": [*nodes]}}:
            return f"{name} ({len(nodes)} nodes)"
        case {"name": str(name), "skillType": str(kind)}:
            return f"{name} ({kind})"
        case {"policyType": str(kind), **rest}:
            off = "" if rest.get("isEnabled", True) else ", switched off"
            return f"{kind.replace('_', ' ')}{off}"
        case {"label": str(name), "when": str(when), "destination": str(to)}:
            return f"{name}: {when} → {to}"
        case dict():
            return ", ".join(f"{name}: {_said(part, names) or 'empty'}" for name, part in found.items())
        case _:
            return msgspec.json.encode(found).decode()


def _clock(text: str) -> str:
    hour, _, minute = text.partition(":")
    return f"{int(hour)}:{minute}"


def _short(text: str) -> str:
    line = "; ".join(text.split("\n"))
    return line if len(line) <= MOST else f"{line[:MOST]}…"
