"""An agent's draft, tab by tab: shown, saved, and what happens when two people save at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.agents import publish as verbs
from flowyte.agents.publish import Difference, difference
from flowyte.dashboard.agent_form import TABS
from flowyte.dashboard.agent_frame import Frame, frame_of, readable, render_agent
from flowyte.dashboard.fields import Group, changes, errors_by_field
from flowyte.dashboard.services import Pages, Viewer
from flowyte.kit.errors import Conflict, FieldError, Invalid
from flowyte.providers.builtin.voices import VOICES

PATHS = ["/agents/{agent_id:str}", "/agents/{agent_id:str}/hours", "/agents/{agent_id:str}/calls"]
CHOICES = {"defaultVoiceId": tuple((voice.id, f"{voice.name}: {voice.description}") for voice in VOICES)}


def _tab_of(path: str) -> str:
    """Behaviour is the agent's own address; the others stand under it."""
    tail = path.rstrip("/").rpartition("/")[2]
    return tail if tail in TABS else "behaviour"


@get(PATHS, opt={"scope": "agents:read"}, include_in_schema=False)
async def draft_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
    return _form(request, frame, texts(TABS[_tab_of(request.url.path)], frame.agent.draft))


@post(PATHS, opt={"scope": "agents:write"}, include_in_schema=False)
async def save_draft(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[Any]:
    """Saved and back to the tab; what cannot be taken, or meets another's change, is shown with what was typed."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    groups = TABS[_tab_of(request.url.path)]
    try:
        async with pages.database.tenant(viewer) as tx:
            await verbs.patch(tx, agent_id, changes(groups, form), if_match=_version(form))
    except Invalid as error:
        async with pages.database.tenant(viewer) as tx:
            frame = await frame_of(tx, pages, agent_id)
        return _form(request, frame, form, errors=errors_by_field(groups, error), status=400)
    except Conflict as error:
        async with pages.database.tenant(viewer) as tx:
            frame = await frame_of(tx, pages, agent_id)
        mine = {field.path: form.get(field.path, "") for group in groups for field in group.fields}
        return _form(
            request, frame, form, conflicts=difference(texts(groups, error.extra["current"]), mine), status=409
        )
    return Redirect(f"{request.url.path}?done=saved", status_code=303)


def texts(groups: tuple[Group, ...], draft: Mapping[str, Any]) -> dict[str, str]:
    return {field.path: field.text(draft) for group in groups for field in group.fields}


def _version(form: Mapping[str, str]) -> int:
    text = form.get("version", "")
    if not text.isdigit():
        raise Invalid(fields=[FieldError(field="version", message="is missing; load the page again")])
    return int(text)


def _form(
    request: Request[Any, Any, Any],
    frame: Frame,
    values: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    conflicts: Sequence[Difference] = (),
    status: int = 200,
) -> Response[str]:
    tab = _tab_of(request.url.path)
    return render_agent(
        request,
        "agent_form.html",
        frame,
        "" if tab == "behaviour" else f"/{tab}",
        status=status,
        groups=TABS[tab],
        values=values,
        errors=errors or {},
        conflicts=conflicts,
        choices=CHOICES,
        readable=readable,
    )


HANDLERS = [draft_page, save_draft]
