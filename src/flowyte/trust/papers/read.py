"""The operator's folder of papers: `nda.txt` and `subprocessors.toml`. Neither has to be there; a wrong one stops."""

import tomllib
from pathlib import Path

import msgspec

from flowyte.kit.errors import SetupError
from flowyte.trust.papers.model import DEFAULT_AGREEMENT, Agreement, Named, Operator, Papers
from flowyte.trust.processors import PARTIES

MOST_BYTES = 200_000  # an agreement of fifty pages
VERSION = "Version: "
OF_SETTINGS = {party.id for party in PARTIES if party.settings}


class _Entry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: str
    country: str
    what: str = ""


def read_papers(folder: Path, operator: Operator) -> Papers:
    """SetupError for a file that cannot be read as what it should be."""
    return Papers(
        operator=operator,
        agreement=_agreement(folder / "nda.txt"),
        names=_names(folder / "subprocessors.toml"),
    )


def _agreement(path: Path) -> Agreement:
    text = _text(path)
    if text is None:
        return DEFAULT_AGREEMENT
    first, _, rest = text.strip().partition("\n")
    version = first.removeprefix(VERSION).strip()
    if not first.startswith(VERSION) or not 1 <= len(version) <= 40 or len(rest.strip()) < 40:
        raise SetupError(f'{path} must begin with a line such as "Version: 2026-11", and the agreement must follow it.')
    return Agreement(version=version, text=rest.strip() + "\n")


def _names(path: Path) -> dict[str, tuple[Named, ...]]:
    text = _text(path)
    if text is None:
        return {}
    try:
        found = msgspec.convert(tomllib.loads(text), dict[str, list[_Entry]])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SetupError(f"{path} cannot be read ({error}). See docs/explanation/subprocessors.md.") from error
    for party in found:
        if party not in OF_SETTINGS:
            raise SetupError(f"{path} names {party}, which is none of {', '.join(sorted(OF_SETTINGS))}.")
    return {
        party: tuple(Named(name=each.name, country=each.country, what=each.what) for each in entries)
        for party, entries in found.items()
    }


def _text(path: Path) -> str | None:
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SetupError(f"{path} is larger than {MOST_BYTES:,} bytes.")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{path} cannot be read as text ({type(error).__name__}).") from error
