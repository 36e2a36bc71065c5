"""The page of the chat on a site: the tag to copy, how it looks and speaks, and the chat itself beside it to try."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.agents import widget as verbs
from flowyte.agents.store import Agent, get_agent
from flowyte.channels.chat.desk import MOST_CHARACTERS
from flowyte.dashboard.agent_frame import frame_of, render_agent
from flowyte.dashboard.assets import ASSETS
from flowyte.dashboard.fields import errors_by_field, stated
from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.dashboard.widget_form import GROUPS, LABELS, SHOWN, languages
from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Invalid
from flowyte.tenancy import embed, publishable
from flowyte.tenancy.principal import Principal

READ = {"scope": "widgets:read"}
WRITE = {"scope": "widgets:write"}
PAGE = "/agents/{agent_id:str}/widget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """What is pasted into the pages of some sites."""

    name: str
    snippet: str
    origins: tuple[str, ...]


@get(PAGE, opt=READ, include_in_schema=False)
async def widget_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        await get_agent(tx, agent_id)
        found = msgspec.to_builtins(await verbs.get_widget(tx, agent_id))
    return await _page(request, pages, viewer, agent_id, texts(found))


@post(PAGE, opt=WRITE, include_in_schema=False)
async def save(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[Any]:
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        async with pages.database.tenant(viewer) as tx:
            await get_agent(tx, agent_id)
            await verbs.set_widget(tx, agent_id, verbs.read(stated(GROUPS, form)))
    except Invalid as error:
        return await _page(request, pages, viewer, agent_id, form, errors=errors_by_field(GROUPS, error))
    return Redirect(f"/agents/{agent_id}/widget?done=saved", status_code=303)


@post(f"{PAGE}/preview", opt=READ, include_in_schema=False, status_code=200)
async def preview(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> dict[str, Any]:
    """What a visitor would be shown if the form were saved, or what is wrong with it; nothing is kept."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    async with pages.database.tenant(viewer) as tx:
        agent = await get_agent(tx, agent_id)
    try:
        return {"shown": shown(verbs.read(stated(GROUPS, form)), agent)}
    except Invalid as error:
        return {"errors": errors_by_field(GROUPS, error)}


def shown(widget: verbs.Widget, agent: Agent) -> dict[str, Any]:
    """As the bootstrap has it, of the draft."""
    limits = {"messageCharacters": MOST_CHARACTERS}
    return {**verbs.bootstrap(widget, name=agent.name, snapshot=agent.draft), "limits": limits}


def texts(settings: Mapping[str, Any]) -> dict[str, str]:
    return {field.path: field.text(settings) for group in GROUPS for field in group.fields}


async def _page(
    request: Request[Any, Any, Any], pages: PageServices, viewer: Principal, agent_id: str, values: Mapping[str, str],
    *, errors: Mapping[str, str] | None = None,
) -> Response[str]:  # fmt: skip
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
        tags = await _tags(tx, pages, agent_id)
        widget = await verbs.get_widget(tx, agent_id)
    current = values.get("copy.language", "")
    return render_agent(
        request, "widget.html", frame, "/widget", status=400 if errors else 200,
        tags=tags, groups=SHOWN, labels=LABELS, values=values, errors=errors or {},
        choices={"copy.language": languages(current)},
        policy=embed.directives(pages.address, voice=widget.behavior.voice),
        may_make_keys="pubkeys:write" in viewer.scopes, may_save="widgets:write" in viewer.scopes,
        assets=ASSETS.url("widget/panel.js").removesuffix("widget/panel.js"),
    )  # fmt: skip


async def _tags(tx: TenantTx, pages: PageServices, agent_id: str) -> list[Tag]:
    """Of every key that stands, newest first."""
    found = []
    for key in await publishable.list_of_agent(tx, agent_id):
        if key.stands(pages.clock.now()):
            text = await publishable.text_of(tx, pages.sealer, key) or embed.placeholder(key.last_four)
            found.append(
                Tag(name=key.name, snippet=embed.snippet(pages.address, text), origins=key.allowed_origins)
            )  # fmt: skip
    return found


HANDLERS = [widget_page, save, preview]
