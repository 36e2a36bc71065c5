"""Hours of a day as people type them: "9:00-12:00, 13:00 to 17:30". Pure."""

import re
from collections.abc import Iterable, Mapping

from flowyte.kit.errors import FieldError, Invalid

RANGE = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|–|—|to)\s*(\d{1,2}):(\d{2})")


def text_of(spans: Iterable[Mapping[str, str]] | None) -> str:
    return ", ".join(f"{span['start']}-{span['end']}" for span in spans or ())


def spans_of(path: str, text: str) -> list[dict[str, str]]:
    """Empty and "closed" are no hours; Invalid names `path` for what cannot be read."""
    if not text.strip() or text.strip().casefold() == "closed":
        return []
    spans = []
    for part in re.split(r"\s*[,;]\s*", text.strip()):
        match = RANGE.fullmatch(part)
        if match is None:
            raise Invalid(fields=[FieldError(field=path, message=f"“{part}” is not like 09:00-17:30")])
        begin, begin_m, end, end_m = match.groups()
        spans.append({"start": f"{begin:0>2}:{begin_m}", "end": f"{end:0>2}:{end_m}"})
    return spans
