"""The envelope, cursors and names that all operations share."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from flowyte.kit.errors import FieldError, Invalid

MAX_LIMIT = 100


def one(data: Any) -> dict[str, Any]:
    return {"success": True, "data": data}


def page(items: Sequence[Any], limit: int, shape: Callable[[Any], Any]) -> dict[str, Any]:
    """`items` has one more than `limit` when there is a next page."""
    shown = items[:limit]
    cursor = encode_cursor(shown[-1].id) if len(items) > limit and shown else None
    return {
        "success": True,
        "data": [shape(item) for item in shown],
        "pagination": {"limit": limit, "nextCursor": cursor},
    }


def encode_cursor(last_id: str) -> str:
    return base64.urlsafe_b64encode(last_id.encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> str | None:
    """The id that the last page ended with; Invalid for what is no cursor of ours."""
    if not cursor:
        return None
    fault = FieldError(field="cursor", message="is not a cursor from nextCursor")
    try:
        last_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise Invalid(fields=[fault]) from error
    if "\0" in last_id:  # no text in the database has it
        raise Invalid(fields=[fault])
    return last_id


def camel(value: object, **names: str) -> dict[str, Any]:
    """A dataclass or struct as the API shows it: camel case, ISO times; `names` renames single fields."""
    raw: dict[str, Any] = msgspec.to_builtins(value)
    return {names.get(name, _camel(name)): entry for name, entry in raw.items()}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
