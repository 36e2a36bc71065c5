"""How callers prove who they are, as a form: the method, the skill that brings an account's record, limits."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.agents.definition import checked_verification
from flowyte.agents.publish import patch
from flowyte.agents.store import get_agent
from flowyte.dashboard.agent_frame import frame_of, render_agent
from flowyte.dashboard.members import said
from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.kit.errors import Conflict, Invalid
from flowyte.skills.store import list_skills
from flowyte.tenancy.principal import Principal

READ = {"scope": "guardrails:read"}
WRITE = {"scope": "guardrails:write"}
PAGE = "/agents/{agent_id:str}/verification"
METHODS = (
    ("", "Nobody is verified"), ("account_pin", "Account number and PIN"),
    ("dob_postcode", "Phone number, date of birth and postcode"), ("otp_email", "A code to the e-mail address on file"),
    ("knowledge_based", "What only they know: the fields below"),
)  # fmt: skip


@get(PAGE, opt=READ, include_in_schema=False)
async def verification_page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str
) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        agent = await get_agent(tx, agent_id)
    return await _page(request, pages, viewer, agent_id, _form_of(agent.draft.get("callerVerification") or {}))


@post(PAGE, opt=WRITE, include_in_schema=False)
async def save(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[Any]:
    sent = await request.form()
    form = {name: str(sent.get(name) or "").strip() for name in ("method", "verifier", "fields", "ttl", "tries")}
    form["step_up"] = "\n".join(str(name) for name in sent.getall("step_up", []))
    version = str(sent.get("version") or "")
    try:
        whole = msgspec.to_builtins(checked_verification(_values_of(form))) if form["method"] else None
        async with pages.database.tenant(viewer) as tx:
            await get_agent(tx, agent_id)
            await patch(
                tx, agent_id, {"callerVerification": whole}, if_match=int(version) if version.isdecimal() else None
            )
    except (Invalid, Conflict) as error:
        return await _page(request, pages, viewer, agent_id, form, error=said(error), status=400)
    return Redirect(f"/agents/{agent_id}/verification?done=saved", status_code=303)


def _form_of(values: dict[str, Any]) -> dict[str, str]:
    return {
        "method": str(values.get("method") or ""),
        "verifier": str(values.get("verifierSkillId") or ""),
        "fields": "\n".join(values.get("requiredFields") or ()),
        "ttl": str(values.get("tokenTtlSeconds", 900)),
        "tries": str(values.get("maxAttempts", 5)),
        "step_up": "\n".join(values.get("stepUpFor") or ()),
    }


def _values_of(form: dict[str, str]) -> dict[str, Any]:
    return {
        "method": form["method"],
        "verifierSkillId": form["verifier"],
        "requiredFields": [line.strip() for line in form["fields"].splitlines() if line.strip()],
        "tokenTtlSeconds": _number(form["ttl"]),
        "maxAttempts": _number(form["tries"]),
        "stepUpFor": form["step_up"].splitlines(),
    }


def _number(text: str) -> int | str:
    """What is none is refused with its field, where the values are checked."""
    return int(text) if text.isdecimal() and len(text) < 8 else text


async def _page(
    request: Request[Any, Any, Any], pages: PageServices, viewer: Principal, agent_id: str, form: dict[str, str], *,
    error: str = "", status: int = 200,
) -> Response[str]:  # fmt: skip
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
        skills = [stored.skill.name for stored in await list_skills(tx, agent_id)]
    return render_agent(
        request, "verification.html", frame, "/verification", status=status, form=form, error=error, skills=skills,
        methods=METHODS, writes="guardrails:write" in viewer.scopes,
    )  # fmt: skip


HANDLERS = [verification_page, save]
