"""An agent's skills: listed, made and changed as forms, switched, tried, deleted."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.agents.store import get_agent
from flowyte.dashboard import skill_form
from flowyte.dashboard.agent_frame import frame_of, render_agent
from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.kit.errors import Conflict, FlowyteError, Invalid, NotFound, Unavailable
from flowyte.skills import credentials, save, secrets, store
from flowyte.skills.registry import ALWAYS_WRITES, available, schema_of
from flowyte.skills.spec import plain
from flowyte.skills.trial import NothingToTry, Trial, check
from flowyte.tenancy.audit import note
from flowyte.tenancy.principal import Principal

READ = {"scope": "skills:read"}
WRITE = {"scope": "skills:write"}
BASE = "/agents/{agent_id:str}/skills"
ONE = f"{BASE}/{{skill_id:str}}"


@get(BASE, opt=READ, include_in_schema=False)
async def skills_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
        found = await store.list_skills(tx, agent_id)
    return render_agent(
        request, "skills.html", frame, "/skills", skills=found, kinds=skill_form.KINDS, available=available,
        writes="skills:write" in viewer.scopes,
    )  # fmt: skip


@get(f"{BASE}/new", opt=WRITE, include_in_schema=False)
async def new_page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, kind: str = "http_webhook"
) -> Response[str]:
    form = {"channels": "voice,chat", "expectedLatencyMs": "500", "parameters": "1", "headers": "0", "stakes": "low"}
    return await _page(request, pages, viewer, agent_id, kind=_known(kind), form=form)


@post(f"{BASE}/new", opt=WRITE, include_in_schema=False)
async def create(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[Any]:
    """A webhook's signing secret is on the page that answers, and on no other."""
    form = await _form(request)
    kind = _known(form.get("kind", ""))
    if more := _more_rows(form):
        return await _page(request, pages, viewer, agent_id, kind=kind, form=more)
    try:
        async with pages.database.tenant(viewer) as tx:
            draft = (await get_agent(tx, agent_id)).draft
            fields = skill_form.fields_of(kind, form, None)
            made, signing = await save.create(tx, pages.sealer, viewer, agent_id=agent_id, draft=draft, fields=fields)
    except (Invalid, Conflict) as error:
        return await _page(request, pages, viewer, agent_id, kind=kind, form=form, error=error)
    if signing is None:
        return Redirect(f"/agents/{agent_id}/skills/{made.id}?done=made", status_code=303)
    return await _page(request, pages, viewer, agent_id, skill_id=made.id, signing=signing.reveal())


@get(ONE, opt=READ, include_in_schema=False)
async def skill_page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, skill_id: str
) -> Response[str]:
    return await _page(request, pages, viewer, agent_id, skill_id=skill_id)


@post(ONE, opt=WRITE, include_in_schema=False)
async def change(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, skill_id: str
) -> Response[Any]:
    form = await _form(request)
    if more := _more_rows(form):
        return await _page(request, pages, viewer, agent_id, skill_id=skill_id, form=more)
    try:
        async with pages.database.tenant(viewer) as tx:
            stored = await store.get_skill(tx, agent_id, skill_id)
            fields = skill_form.fields_of(_known(stored.skill.skill_type), form, credentials.shown(stored.skill, ()))
            draft = (await get_agent(tx, agent_id)).draft
            await save.change(
                tx, pages.sealer, viewer, agent_id=agent_id, skill_id=skill_id, draft=draft, changes=fields
            )
    except (Invalid, Conflict) as error:
        return await _page(request, pages, viewer, agent_id, skill_id=skill_id, form=form, error=error)
    return Redirect(f"/agents/{agent_id}/skills/{skill_id}?done=saved", status_code=303)


@post(f"{ONE}/switch", opt=WRITE, include_in_schema=False)
async def switch(pages: Pages, viewer: Viewer, agent_id: str, skill_id: str) -> Redirect:
    async with pages.database.tenant(viewer) as tx:
        stored = await store.get_skill(tx, agent_id, skill_id)
        await store.patch_skill(tx, agent_id, skill_id, {"isEnabled": not stored.skill.is_enabled})
    return Redirect(f"/agents/{agent_id}/skills?done=saved", status_code=303)


@post(f"{ONE}/delete", opt=WRITE, include_in_schema=False)
async def delete(pages: Pages, viewer: Viewer, agent_id: str, skill_id: str) -> Redirect:
    async with pages.database.tenant(viewer) as tx:
        await store.delete_skill(tx, agent_id, skill_id)
    return Redirect(f"/agents/{agent_id}/skills?done=deleted", status_code=303)


@post(f"{ONE}/signing-secret", opt=WRITE, include_in_schema=False)
async def new_signing(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, skill_id: str
) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        made = await save.rotate_signing(tx, pages.sealer, viewer, agent_id=agent_id, skill_id=skill_id)
    return await _page(request, pages, viewer, agent_id, skill_id=skill_id, signing=made.reveal())


@post(f"{ONE}/try", opt=WRITE, include_in_schema=False)
async def try_it(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, skill_id: str
) -> Response[str]:
    """Once, for real; what was sent and what came back stands on the page that answers."""
    form = await _form(request)
    try:
        async with pages.database.tenant(viewer) as tx:
            stored = await store.get_skill(tx, agent_id, skill_id)
            agent = {**(await get_agent(tx, agent_id)).draft, **await pages.parts_of(tx, agent_id), "id": agent_id}
            if not available(stored.skill):
                raise NothingToTry
            given = skill_form.arguments_of(schema_of(stored.skill), form)
            check(stored.skill, given, confirm=form.get("confirm") == "on")
            if pages.trials is None:
                raise Unavailable("This process carries out no skills.")
            await note(tx, "skills.tried", skill_id)
        trial = await pages.trials.run(viewer, agent, stored, given, confirm=form.get("confirm") == "on")
    except (Invalid, Conflict, Unavailable) as error:
        return await _page(request, pages, viewer, agent_id, skill_id=skill_id, tried=form, trial_error=error)
    return await _page(request, pages, viewer, agent_id, skill_id=skill_id, tried=form, trial=trial)


async def _page(
    request: Request[Any, Any, Any], pages: PageServices, viewer: Principal, agent_id: str, *, kind: str = "",
    skill_id: str = "", form: skill_form.Form | None = None, error: FlowyteError | None = None, signing: str = "",
    tried: skill_form.Form | None = None, trial: Trial | None = None, trial_error: FlowyteError | None = None,
) -> Response[str]:  # fmt: skip
    """A skill's own page, or the form for one that is to be made."""
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
        stored = await store.get_skill(tx, agent_id, skill_id) if skill_id else None
        kept = [one for one in await secrets.kept(tx, agent_id) if one.skill_id == skill_id]
    shown = credentials.shown(stored.skill, kept) if stored else None
    errors = errors_of(error) if error else {}
    return render_agent(
        request,
        "skill.html",
        frame,
        "/skills",
        status=400 if error or trial_error else 200,
        skill=shown,
        stored=stored,
        as_stored=plain(stored.skill) if stored else None,
        kind=kind or (stored.skill.skill_type if stored else ""),
        form=form if form is not None else skill_form.form_of(shown or {}),
        rows=skill_form.rows,
        f=skill_form,
        choices={},
        errors=errors,
        kept={one.name: one for one in kept},
        signing=signing,
        retype=any(text and (name == "connection" or name.endswith(".value")) for name, text in (form or {}).items()),
        schema=schema_of(stored.skill) if stored and available(stored.skill) else None,
        changes_something=stored is not None and (stored.skill.is_write or stored.skill.skill_type in ALWAYS_WRITES),
        tried=tried or {},
        trial=trial,
        trial_error=said(trial_error) if trial_error else "",
        writes="skills:write" in viewer.scopes,
    )


def errors_of(error: FlowyteError) -> dict[str, str]:
    """By the name of the control; what belongs to none stands under the empty name."""
    found: dict[str, str] = {}
    for fault in error.fields if isinstance(error, Invalid) else ():
        path = fault.field.removeprefix("executionConfig.").partition("[")[0]
        name = f"config.{path}" if fault.field.startswith("executionConfig.") else path
        if name.startswith(("config.headers", "parametersSchema", "config.connection")):
            label = path.removeprefix("parametersSchema.properties.").removeprefix("headers.")
            found[""] = f"{label}: {fault.message}"
        else:
            found[name] = fault.message[:1].upper() + fault.message[1:]
    return found or {"": said(error)}


def said(error: FlowyteError) -> str:
    fields = error.fields if isinstance(error, Invalid) else ()
    return "; ".join(fault.message for fault in fields) or error.message


async def _form(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Boxes of one name become one text with commas."""
    sent = await request.form()
    return {name: ",".join(str(value) for value in sent.getall(name)) for name in dict.fromkeys(sent.keys())}


def _more_rows(form: Mapping[str, str]) -> dict[str, str] | None:
    """The form with one row more, when that is what was asked for; it works without script."""
    of = form.get("more", "")
    if of not in ("parameters", "headers"):
        return None
    return {**form, of: str(skill_form.rows(form, of) + 1)}


def _known(kind: str) -> str:
    if kind not in skill_form.CONFIG:
        raise NotFound("This kind of skill has no form; it is set over the API.")
    return kind


HANDLERS = [skills_page, new_page, create, skill_page, change, switch, delete, new_signing, try_it]
