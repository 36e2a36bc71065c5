"""`{name}` in an operator's texts, filled from a skill's own arguments. Nothing else is evaluated. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

_SLOT = re.compile(r"\{([A-Za-z][A-Za-z0-9_]{0,63})\}")


def names(template: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_SLOT.findall(template)))


def unknown(template: str, declared: Iterable[str]) -> str | None:
    """The first name that nothing declares, or None."""
    known = set(declared)
    return next((name for name in names(template) if name not in known), None)


def filled(template: str, arguments: Mapping[str, Any], quote: Callable[[str], str] = str) -> str:
    """What is not given becomes empty. What is filled in is not looked at again."""
    return _SLOT.sub(lambda found: quote(text_of(arguments.get(found[1]))), template)


def text_of(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
