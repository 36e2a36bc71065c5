"""The first page: what needs a person, and the week in four figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.agents.store import list_agents
from flowyte.compliance.requests import due_soon
from flowyte.dashboard import words
from flowyte.dashboard.agent_frame import Frame, frame_of
from flowyte.dashboard.services import Pages, Viewer
from flowyte.dashboard.sparkline import Sparkline, sparkline
from flowyte.dashboard.view import Rail, render
from flowyte.kit.errors import NotFound
from flowyte.knowledge.gaps import open_gaps
from flowyte.knowledge.sources import list_sources
from flowyte.observe.store import list_conversations
from flowyte.observe.week import Week, week
from flowyte.skills import ledger
from flowyte.skills.kinds.template import text_of
from flowyte.skills.ledger import Entry
from flowyte.tenancy.audit import note
from flowyte.trust.reports import count_unseen

SHOWN = 8
MOST_AGENTS = 50
MOST_DOUBTS = 10
MOST_GIVEN = 200  # characters of what a skill was given


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that waits for a person, and the one action for it."""

    words: str
    href: str
    action: str
    settle: str = ""
    """Where a person says what became of it; empty for what ends by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    label: str
    value: str
    line: Sparkline


@get("/", opt={"scope": "agents:read"}, include_in_schema=False)
async def home(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        frames = [await frame_of(tx, pages, agent.id) for agent in await list_agents(tx, limit=MOST_AGENTS)]
        failed = [
            (frame, source)
            for frame in frames
            for source in await list_sources(tx, frame.agent.id)
            if source.status == "failed"
        ]
        gaps = await open_gaps(tx)
        recent = await list_conversations(tx, limit=SHOWN)
        seven = await week(tx, pages.clock.now())
        due = await due_soon(tx, pages.clock.now())
        unseen = await count_unseen(tx)
        doubtful = await ledger.in_doubt(tx, pages.sealer, now=pages.clock.now(), limit=MOST_DOUBTS)
    needs = [reported(unseen)] if unseen else []
    if due:
        asked = words.plural(due, "request")
        needs.append(Need(words=f"{asked} of persons must be answered soon", href="/privacy", action="Answer"))
    needs += [doubt_of(entry) for entry in doubtful] + needs_of(request.scope["rail"], frames)  # type: ignore[typeddict-item]
    needs += [
        Need(words=f"{source.name} of {frame.agent.name} could not be read",
             href=f"{frame.base}/knowledge/{source.id}", action="Look at it")
        for frame, source in failed
    ]  # fmt: skip
    needs += [gaps_need(frame, gaps[frame.agent.id]) for frame in frames if frame.agent.id in gaps]
    return render(
        request, "home.html", frames=frames, recent=recent, needs=needs, figures=figures_of(seven), live=seven.live
    )


@post("/skill-runs/{run_id:str}", opt={"scope": "skills:write"}, include_in_schema=False)
async def found_out(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, run_id: str) -> Redirect:
    """Only a person can end a doubt: nothing is done again by this, in either case."""
    happened = (await request.form()).get("happened") == "yes"
    async with pages.database.tenant(viewer) as tx:
        if not await ledger.found_out(tx, run_id, happened=happened, now=pages.clock.now()):
            raise NotFound
        await note(tx, "skill_runs.found_out", run_id)
    return Redirect("/", status_code=303)


def reported(unseen: int) -> Need:
    return Need(
        words=f"{words.plural(unseen, 'report')} of a vulnerability came in", href="/security/reports", action="Read"
    )


def doubt_of(entry: Entry) -> Need:
    """With what it was, for whoever looks it up at the other side."""
    given = ", ".join(f"{name}: {text_of(value)}" for name, value in entry.arguments.items())
    what = f"{entry.skill} ({given[:MOST_GIVEN]})" if given else entry.skill
    when = words.exact(entry.claimed_at)
    return Need(
        words=f"Nobody knows whether {what} was done on {when}: find out, for it is not done again",
        href=f"/conversations/{entry.conversation_id}", action="Look at the conversation",
        settle=f"/skill-runs/{entry.id}",
    )  # fmt: skip


def gaps_need(frame: Frame, count: int) -> Need:
    asked = f"{frame.agent.name} could not answer {words.plural(count, 'question')} of its callers"
    return Need(words=asked, href=f"{frame.base}/knowledge/gaps", action="Answer")


def needs_of(rail: Rail, frames: Sequence[Frame]) -> list[Need]:
    """In the order of urgency: callers first, then what they will hear."""
    needs = []
    if rail.new_messages:
        waiting = f"{words.plural(rail.new_messages, 'new message')} from callers"
        needs.append(Need(words=waiting, href="/messages", action="Read"))
    for frame in frames:
        if frame.live is None:
            unanswered = f"{frame.agent.name} was never published: nobody is answered"
            needs.append(Need(words=unanswered, href=f"{frame.base}/review", action="Review and publish"))
        elif frame.changes:
            changed = words.plural(len(frame.changes), "change")
            unpublished = f"{frame.agent.name} has {changed} that callers do not hear yet"
            needs.append(Need(words=unpublished, href=f"{frame.base}/review", action="Review"))
    return needs


def figures_of(seven: Week) -> list[Figure]:
    total = sum(seven.conversations)
    share = f"{100 * sum(seven.completed) / total:.0f} %" if total else "–"
    per_day = [100 * done / count if count else None for done, count in zip(seven.completed, seven.conversations,
               strict=True)]  # fmt: skip
    return [
        Figure(label="Conversations", value=f"{total:,}", line=sparkline(seven.conversations)),
        Figure(label="Brought to an end", value=share, line=sparkline(per_day)),
        Figure(label="Minutes", value=f"{sum(seven.minutes):,.0f}", line=sparkline(seven.minutes)),
        Figure(label="Voice to voice, median", value=words.millis(seven.reply_ms_all), line=sparkline(seven.reply_ms)),
    ]


HANDLERS = [home, found_out]
