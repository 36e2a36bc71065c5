"""An agent's draft, tab by tab: shown, saved by itself or by a button; and what happens when two people save."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.agents import in_words
from flowyte.agents import publish as verbs
from flowyte.agents.publish import Difference
from flowyte.agents.store import Agent, get_agent
from flowyte.dashboard.agent_form import TABS
from flowyte.dashboard.agent_frame import Frame, frame_of, render_agent
from flowyte.dashboard.fields import Group, changes, errors_by_field, fields_of
from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.dashboard.view import TEMPLATES
from flowyte.kit.errors import Conflict, FieldError, Invalid
from flowyte.providers.builtin.voices import VOICES
from flowyte.tenancy.principal import Principal

PATHS = ["/agents/{agent_id:str}", *(f"/agents/{{agent_id:str}}/{tab}" for tab in TABS if tab != "behaviour")]
_VOICES = tuple((voice.id, f"{voice.name}: {voice.description}") for voice in VOICES)
CHOICES = {"defaultVoiceId": _VOICES, "voiceMap": (("", "None"), *_VOICES)}


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
    """Saved and back to the tab; what cannot be taken, or meets another's change, is shown with what was typed.

    To a script that saves as one types, the same is said in JSON.
    """
    sent = await request.form()
    form = {name: ",".join(str(value) for value in sent.getall(name)) for name in dict.fromkeys(sent.keys())}
    groups = TABS[_tab_of(request.url.path)]
    by_script = "application/json" in request.headers.get("accept", "")
    try:
        await _save(pages, viewer, agent_id, groups, form, if_match=_version(request, form))
    except Invalid as error:
        errors = errors_by_field(groups, error)
        if by_script:
            return Response({"errors": errors}, status_code=400)
        return _form(request, await _frame(pages, viewer, agent_id), form, errors=errors, status=400)
    except Conflict as error:
        if by_script:
            return Response({"version": error.extra["version"]}, status_code=409)
        found = conflicts(groups, error.extra["current"], form)
        return _form(request, await _frame(pages, viewer, agent_id), form, conflicts=found, status=409)
    if by_script:
        frame = await _frame(pages, viewer, agent_id)
        bar = TEMPLATES.get_template("parts/agent.html").module.bar(frame)  # type: ignore[attr-defined]
        said = {"version": frame.agent.version, "savedAt": pages.clock.now(), "bar": str(bar)}
        return Response(said, headers={"Cache-Control": "no-store"}, status_code=200)
    return Redirect(f"{request.url.path}?done=saved", status_code=303)


async def _save(
    pages: PageServices, viewer: Principal, agent_id: str, groups: tuple[Group, ...], form: Mapping[str, str], *,
    if_match: int,
) -> Agent:  # fmt: skip
    """A form that says what the draft says changes nothing, not even its version."""
    async with pages.database.tenant(viewer) as tx:
        agent = await get_agent(tx, agent_id, lock=True)
        wanted = changes(_taken(groups, form), form, agent.draft)
        if not wanted:
            return agent
        return await verbs.patch(tx, agent_id, wanted, if_match=if_match)


def _taken(groups: tuple[Group, ...], form: Mapping[str, str]) -> tuple[Group, ...]:
    """Without the fields of which somebody chose the other's side."""
    mine = [field for field in fields_of(groups) if form.get(f"take.{field.path}") != "theirs"]
    return (Group(title="", fields=tuple(mine)),)


def conflicts(groups: tuple[Group, ...], current: Mapping[str, Any], form: Mapping[str, str]) -> list[Difference]:
    """Field by field, what is saved now against what was typed."""
    found = []
    for field in fields_of(groups):
        before = field.of(current)
        try:
            mine = field.read(form)
        except Invalid:
            mine = form.get(field.path, "")
        if mine != before and (mine or before):
            found.append(Difference(field=field.path, before=before, after=mine, kind="changed"))
    return found


async def _frame(pages: PageServices, viewer: Principal, agent_id: str) -> Frame:
    async with pages.database.tenant(viewer) as tx:
        return await frame_of(tx, pages, agent_id)


def texts(groups: tuple[Group, ...], draft: Mapping[str, Any]) -> dict[str, str]:
    return {name: text for field in fields_of(groups) for name, text in field.controls(draft).items()}


def _version(request: Request[Any, Any, Any], form: Mapping[str, str]) -> int:
    """Of the draft that was edited: `If-Match`, or what the form's page was made of."""
    text = request.headers.get("if-match", form.get("version", "")).strip('W/" ')
    if not (text.isascii() and text.isdigit()):
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
        words=in_words,
    )


HANDLERS = [draft_page, save_draft]
