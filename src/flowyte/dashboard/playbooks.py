"""An agent's playbooks: listed, made, drawn, and changed as JSON, with each fault beside its node."""

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.agents.playbooks import checked_graph, skills_of
from flowyte.agents.store import get_agent
from flowyte.dashboard.agent_frame import frame_of, render_agent
from flowyte.dashboard.flow_picture import picture
from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.kit.errors import Conflict, FieldError, FlowyteError, Invalid
from flowyte.playbooks import store
from flowyte.playbooks.check import compiled, read_graph
from flowyte.tenancy.principal import Principal

READ = {"scope": "playbooks:read"}
WRITE = {"scope": "playbooks:write"}
BASE = "/agents/{agent_id:str}/playbooks"
ONE = f"{BASE}/{{playbook_id:str}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A playbook as its form holds it, saved or not."""

    name: str
    description: str
    is_enabled: bool
    text: str


@get(BASE, opt=READ, include_in_schema=False)
async def playbooks_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[str]:
    return await _list(request, pages, viewer, agent_id)


@post(BASE, opt=WRITE, include_in_schema=False)
async def create(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[Any]:
    name = str((await request.form()).get("name") or "").strip()
    try:
        async with pages.database.tenant(viewer) as tx:
            await get_agent(tx, agent_id)
            made = await store.create_playbook(
                tx, agent_id=agent_id, name=name, description="", is_enabled=True, graph=read_graph(store.EMPTY)
            )
    except (Invalid, Conflict) as error:
        return await _list(request, pages, viewer, agent_id, name=name, error=_said(error))
    return Redirect(f"/agents/{agent_id}/playbooks/{made.id}", status_code=303)


@get(ONE, opt=READ, include_in_schema=False)
async def playbook_page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, playbook_id: str
) -> Response[str]:
    return await _page(request, pages, viewer, agent_id, playbook_id)


@post(ONE, opt=WRITE, include_in_schema=False)
async def save(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, playbook_id: str
) -> Response[Any]:
    sent = await request.form()
    form = Shown(
        name=str(sent.get("name") or "").strip(), description=str(sent.get("description") or "").strip(),
        is_enabled=sent.get("enabled") == "on", text=str(sent.get("graph") or ""),
    )  # fmt: skip
    try:
        async with pages.database.tenant(viewer) as tx:
            await store.get_playbook(tx, agent_id, playbook_id)
            graph = checked_graph(_read(form.text), await skills_of(tx, agent_id))
            await store.change_playbook(
                tx, agent_id, playbook_id,
                {"name": form.name, "description": form.description, "is_enabled": form.is_enabled, "graph": graph},
            )  # fmt: skip
    except (Invalid, Conflict) as error:
        return await _page(request, pages, viewer, agent_id, playbook_id, form=form, error=error)
    return Redirect(f"/agents/{agent_id}/playbooks/{playbook_id}?done=saved", status_code=303)


@post(f"{ONE}/delete", opt=WRITE, include_in_schema=False)
async def delete(pages: Pages, viewer: Viewer, agent_id: str, playbook_id: str) -> Redirect:
    async with pages.database.tenant(viewer) as tx:
        await store.delete_playbook(tx, agent_id, playbook_id)
    return Redirect(f"/agents/{agent_id}/playbooks?done=deleted", status_code=303)


async def _list(
    request: Request[Any, Any, Any], pages: PageServices, viewer: Principal, agent_id: str, *, name: str = "",
    error: str = "",
) -> Response[str]:  # fmt: skip
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
        found = await store.list_playbooks(tx, agent_id)
        skills = await skills_of(tx, agent_id)
    return render_agent(
        request, "playbooks.html", frame, "/playbooks", status=400 if error else 200, playbooks=found, name=name,
        error=error, faults={one.id: len(compiled(read_graph(one.graph), skills)[1]) for one in found},
        writes="playbooks:write" in viewer.scopes,
    )  # fmt: skip


async def _page(
    request: Request[Any, Any, Any], pages: PageServices, viewer: Principal, agent_id: str, playbook_id: str, *,
    form: Shown | None = None, error: FlowyteError | None = None,
) -> Response[str]:  # fmt: skip
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
        stored = await store.get_playbook(tx, agent_id, playbook_id)
        skills = await skills_of(tx, agent_id)
    graph: Any = stored.graph
    if form is None:
        text = msgspec.json.format(msgspec.json.encode(stored.graph), indent=2).decode()
        form = Shown(
            name=stored.name, description=stored.description, is_enabled=stored.is_enabled, text=text
        )  # fmt: skip
        found = compiled(read_graph(stored.graph), skills)[1]
        faults = [FieldError(field=fault.field, message=fault.message) for fault in found]
    else:
        faults = error.fields if isinstance(error, Invalid) else []
        try:
            graph = _read(form.text)
        except Invalid:
            graph = {}
    by_node: dict[str, list[str]] = {}
    for fault in faults:
        node = fault.field.removeprefix("nodes.") if fault.field.startswith("nodes.") else ""
        by_node.setdefault(node, []).append(fault.message if node else f"{fault.field}: {fault.message}")
    drawn = picture(graph)
    return render_agent(
        request, "playbook.html", frame, "/playbooks", status=400 if error else 200, stored=stored, form=form,
        drawn=drawn, faults=by_node, nodes={box.id for box in drawn.boxes},
        error=_said(error) if error and not faults else "", writes="playbooks:write" in viewer.scopes,
    )  # fmt: skip


def _read(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise Invalid(fields=[FieldError(field="graph", message=f"is no JSON: {error}")]) from error


def _said(error: FlowyteError) -> str:
    fields = error.fields if isinstance(error, Invalid) else ()
    return "; ".join(f"{fault.field} {fault.message}" for fault in fields) or error.message


HANDLERS = [playbooks_page, create, playbook_page, save, delete]
