"""/voices: what an agent may sound like."""

from typing import Any

from litestar import Router, get

from flowyte.api.services import Asker
from flowyte.api.shape import camel
from flowyte.providers.builtin.voices import VOICES, Voice


@get("/voices", opt={"scope": "voices:read"}, operation_id="listVoices")
async def list_voices(
    principal: Asker, language: str | None = None, gender: str | None = None, q: str | None = None
) -> dict[str, Any]:
    """Filters narrow together. The same list for every organization."""
    found = [voice for voice in VOICES if _fits(voice, language, gender, q)]
    return {
        "success": True,
        "data": [{**camel(voice), "supportedLanguages": [voice.language]} for voice in found],
        "pagination": {"limit": max(len(found), 1), "nextCursor": None, "total": len(found)},
    }


def _fits(voice: Voice, language: str | None, gender: str | None, q: str | None) -> bool:
    if language and not f"{voice.language}-".lower().startswith(f"{language}-".lower()):
        return False
    if gender and voice.gender != gender:
        return False
    return not q or q.casefold() in f"{voice.name} {voice.description}".casefold()


ROUTES = Router("/", route_handlers=[list_voices])
