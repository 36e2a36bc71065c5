"""An agent's guardrails as a form: topics, limits, opening hours. Policies that the form does not know are kept."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.agents.publish import patch
from flowyte.agents.store import get_agent
from flowyte.dashboard.agent_frame import frame_of, render_agent
from flowyte.dashboard.members import said
from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.kit.errors import Conflict, Invalid
from flowyte.tenancy.principal import Principal

READ = {"scope": "guardrails:read"}
WRITE = {"scope": "guardrails:write"}
PAGE = "/agents/{agent_id:str}/guardrails"
NAMES = ("topics", "per_minute", "per_conversation", "open_only", "unhappy")
FORM_KINDS = ("content_policy", "rate_limit", "business_hours")


@get(PAGE, opt=READ, include_in_schema=False)
async def guardrails_page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str
) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        agent = await get_agent(tx, agent_id)
    return await _page(request, pages, viewer, agent_id, _form_of(agent.draft.get("guardrails") or []))


@post(PAGE, opt=WRITE, include_in_schema=False)
async def save(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[Any]:
    sent = await request.form()
    form = {name: str(sent.get(name) or "") for name in NAMES}
    version = str(sent.get("version") or "")
    try:
        async with pages.database.tenant(viewer) as tx:
            agent = await get_agent(tx, agent_id)
            kept = [one for one in agent.draft.get("guardrails") or [] if not _in_form(one)]
            await patch(
                tx,
                agent_id,
                {"guardrails": [*_policies_of(form), *kept]},
                if_match=int(version) if version.isdecimal() else None,
            )
    except (Invalid, Conflict) as error:
        return await _page(request, pages, viewer, agent_id, form, error=said(error), status=400)
    return Redirect(f"/agents/{agent_id}/guardrails?done=saved", status_code=303)


def _in_form(policy: dict[str, Any]) -> bool:
    """Whether the form shows it: of these kinds, for every kind of skill, switched on."""
    return (
        policy["policyType"] in FORM_KINDS
        and not policy.get("appliesToSkillType")
        and policy.get("isEnabled", True) is True
    )


def _form_of(policies: list[dict[str, Any]]) -> dict[str, str]:
    shown = {policy["policyType"]: policy["config"] for policy in policies if _in_form(policy)}
    limits, content = shown.get("rate_limit", {}), shown.get("content_policy", {})
    return {
        "topics": "\n".join(content.get("bannedTopics") or []),
        "unhappy": _text(content.get("negativeSentimentTurns")),
        "per_minute": _text(limits.get("perMinute")),
        "per_conversation": _text(limits.get("perConversation")),
        "open_only": "on" if "business_hours" in shown else "",
    }


def _policies_of(form: dict[str, str]) -> list[dict[str, Any]]:
    policies: list[dict[str, Any]] = []
    topics = [line.strip() for line in form["topics"].splitlines() if line.strip()]
    content = {"bannedTopics": topics} if topics else {}
    content |= _counts(negativeSentimentTurns=form["unhappy"])
    if content:
        policies.append({"policyType": "content_policy", "config": content})
    limits = _counts(perMinute=form["per_minute"], perConversation=form["per_conversation"])
    if limits:
        policies.append({"policyType": "rate_limit", "config": limits})
    if form["open_only"] == "on":
        policies.append({"policyType": "business_hours", "config": {}})
    return policies


async def _page(
    request: Request[Any, Any, Any], pages: PageServices, viewer: Principal, agent_id: str, form: dict[str, str], *,
    error: str = "", status: int = 200,
) -> Response[str]:  # fmt: skip
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
    others = [one for one in frame.agent.draft.get("guardrails") or [] if not _in_form(one)]
    return render_agent(
        request,
        "guardrails.html",
        frame,
        "/guardrails",
        status=status,
        form=form,
        error=error,
        others=others,
        scheduled=bool((frame.agent.draft.get("businessHours") or {}).get("weekly")),
        writes="guardrails:write" in viewer.scopes,
    )


def _counts(**texts: str) -> dict[str, Any]:
    """Those that were filled in; what is no number is left for the check to name."""
    return {
        name: int(text) if text.strip().isdecimal() and len(text) < 8 else text
        for name, text in texts.items()
        if text.strip()
    }


def _text(value: object) -> str:
    return "" if value is None else str(value)


HANDLERS = [guardrails_page, save]
