"""What calls and chats left behind: the list with its search, and one conversation with all that is known of it."""

import asyncio
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from flowyte.agents.store import list_agents
from flowyte.compliance.erase import erase_conversation, remove_sound
from flowyte.compliance.holds import Held, note_refusal
from flowyte.dashboard.services import Pages, Viewer
from flowyte.dashboard.story import lines_of, pieces_of, silences_of
from flowyte.dashboard.view import render
from flowyte.dashboard.waterfall import bars_of
from flowyte.observe import access, hold, store
from flowyte.observe.find import SEARCHED, find
from flowyte.observe.model import WITH_SOUND
from flowyte.observe.permitted import consent_record, gaps_of
from flowyte.observe.receipt import standing
from flowyte.skills.messages import list_messages

READ = {"scope": "analytics:read"}
WRITE = {"scope": "analytics:write"}
A_PAGE = 25
PEAKS_A_SECOND = 10  # a column of the waveform is some pixels wide; more detail than that is not drawn
MOST_PEAKS = 2_000

Choice = Annotated[str, QueryParameter(max_length=40)]


@get("/conversations", opt=READ, include_in_schema=False)
async def conversations_page(
    request: Request[Any, Any, Any],
    pages: Pages,
    viewer: Viewer,
    q: Annotated[str, QueryParameter(max_length=200)] = "",
    agent: Choice = "",
    channel: Choice = "",
    outcome: Choice = "",
    before: Choice = "",
) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        agents = await list_agents(tx, limit=100)
        found = await find(
            tx,
            pages.sealer,
            q=q.strip() or None,
            agent_id=agent or None,
            channel=channel or None,
            outcome=outcome or None,
            before=before or None,
            limit=A_PAGE + 1,
        )
    asked = {"q": q, "agent": agent, "channel": channel, "outcome": outcome}
    more = found[A_PAGE - 1].id if len(found) > A_PAGE else None
    return render(
        request,
        "conversations.html",
        found=found[:A_PAGE],
        agents=agents,
        asked=asked,
        searched=SEARCHED,
        more=more,
        paged=bool(before),
    )


@get("/conversations/{conversation_id:str}", opt=READ, include_in_schema=False)
async def conversation_page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, conversation_id: str, only: Choice = ""
) -> Response[str]:
    """`only` narrows the receipt to one type of event."""
    async with pages.database.tenant(viewer) as tx:
        conversation = await store.get_conversation(tx, conversation_id)
        kept = await store.kept(tx, pages.sealer, conversation_id)
        in_log = await standing(tx, conversation_id, kept)
        messages, _ = await list_messages(tx, pages.sealer, conversation_id=conversation_id)
    events = store.opened(kept)
    return render(
        request,
        "conversation.html",
        standing=in_log,
        conversation=conversation,
        lines=lines_of(events, conversation.recording_from or 0),
        pieces_of=pieces_of,
        silences=silences_of(events, conversation.recording_from or 0),
        bars=bars_of(conversation.latency),
        messages=messages,
        types=sorted({event.type for event in events}),
        events=[event for event in events if not only or event.type == only],
        only=only,
        before=events[0].data.get("continues") if events else None,
        consent=consent_record(
            events, recording_from=conversation.recording_from, recording_ms=conversation.recording_ms
        ),
        with_sound=conversation.recording_state in WITH_SOUND,
    )


@get("/conversations/{conversation_id:str}/peaks", opt=READ, include_in_schema=False)
async def peaks(pages: Pages, viewer: Viewer, conversation_id: str) -> dict[str, Any]:
    """The waveform: loudness of both tracks from 0 to 255, in equal steps over `seconds`; `gaps` are from and to, in
    seconds, where nothing was taken."""
    async with pages.database.tenant(viewer) as tx:
        recording = await access.open_recording(tx, pages.sealer, pages.objects, conversation_id)
        found = await store.get_conversation(tx, conversation_id)
        events = await store.events(tx, pages.sealer, conversation_id)
    gaps = gaps_of(events, recording_from=found.recording_from, recording_ms=recording.duration_ms)
    seconds = recording.duration_ms / 1000
    columns = max(1, min(MOST_PEAKS, round(seconds * PEAKS_A_SECOND)))
    caller, agent = await asyncio.to_thread(recording.peaks, columns)
    return {
        "seconds": seconds, "complete": recording.complete, "caller": caller, "agent": agent,
        "gaps": [[gap.from_ms / 1000, gap.to_ms / 1000, gap.by] for gap in gaps],
    }  # fmt: skip


@post("/conversations/{conversation_id:str}/recording/pause", opt={"scope": "calls:write"}, include_in_schema=False)
async def pause(pages: Pages, viewer: Viewer, conversation_id: str) -> Redirect:
    """Of a call that goes on."""
    await hold.order(pages.database, viewer, conversation_id, "pause")
    return Redirect(f"/conversations/{conversation_id}", status_code=303)


@post("/conversations/{conversation_id:str}/recording/resume", opt={"scope": "calls:write"}, include_in_schema=False)
async def resume(pages: Pages, viewer: Viewer, conversation_id: str) -> Redirect:
    await hold.order(pages.database, viewer, conversation_id, "go_on")
    return Redirect(f"/conversations/{conversation_id}", status_code=303)


@post("/conversations/{conversation_id:str}/delete", opt=WRITE, include_in_schema=False)
async def delete(pages: Pages, viewer: Viewer, conversation_id: str) -> Redirect:
    try:
        async with pages.database.tenant(viewer) as tx:
            await erase_conversation(tx, conversation_id)
    except Held:
        async with pages.database.tenant(viewer) as tx:
            await note_refusal(tx, conversation_id)
        raise
    remove_sound(pages.objects, viewer, [conversation_id])
    return Redirect("/conversations?done=deleted", status_code=303)


HANDLERS = [conversations_page, conversation_page, peaks, pause, resume, delete]
