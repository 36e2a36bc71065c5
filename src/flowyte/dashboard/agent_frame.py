"""What all pages of one agent share: which version is live, what the draft changes about it, and the tabs."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response

from flowyte.agents.in_words import field_by_field
from flowyte.agents.publish import Difference, difference
from flowyte.agents.store import Agent, Version, get_agent, get_version, last_number
from flowyte.dashboard.services import PageServices
from flowyte.dashboard.view import render
from flowyte.kit.db import TenantTx
from flowyte.knowledge.sources import list_sources

TABS = (
    ("", "Behaviour"), ("/voice", "Voice and words"), ("/hours", "Hours"), ("/calls", "Calls"),
    ("/channels", "Channels"), ("/knowledge", "Knowledge"),
    ("/skills", "Skills"), ("/playbooks", "Playbooks"), ("/guardrails", "Guardrails"),
    ("/verification", "Verification"), ("/widget", "Website"),
    ("/website", "Site keys"),
    ("/simulate", "Simulate"), ("/versions", "Versions"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    agent: Agent
    live: Version | None
    changes: tuple[Difference, ...]
    """From the live version to the draft as it would be published now; empty without a live version."""
    next_number: int
    names: dict[str, str]
    """Of the sources that versions name by id."""

    @property
    def base(self) -> str:
        return f"/agents/{self.agent.id}"


async def frame_of(tx: TenantTx, pages: PageServices, agent_id: str) -> Frame:
    """NotFound for an agent that is not here."""
    agent = await get_agent(tx, agent_id)
    live = await get_version(tx, agent_id, agent.published_version) if agent.published_version else None
    draft = {**agent.draft, **await pages.parts_of(tx, agent_id)}
    return Frame(
        agent=agent,
        live=live,
        changes=tuple(field_by_field(difference(named(live.snapshot), named(draft)))) if live else (),
        next_number=await last_number(tx, agent_id) + 1,
        names={source.id: source.name for source in await list_sources(tx, agent_id)},
    )


def named(snapshot: dict[str, Any]) -> dict[str, Any]:
    """With skills and playbooks by their names, so that what changed is one of them and not their list."""
    found = dict(snapshot)
    for part in ("skills", "playbooks"):
        entries = {
            each["name"]: {name: one for name, one in each.items() if name != "id"} for each in found.pop(part, ())
        }
        found |= {part: entries} if entries else {}
    return found


def render_agent(
    request: Request[Any, Any, Any], template: str, frame: Frame, tab: str | None, **values: Any
) -> Response[str]:
    """`tab` is the tab's path under the agent, or None for a page that is on none of them."""
    tabs = [(frame.base + path, label, path == tab) for path, label in TABS]
    return render(request, template, frame=frame, agent=frame.agent, tabs=tabs, **values)
