"""Every page there is: closed to strangers, the same for a foreign id as for a random one, nothing inline."""

import json
import re

import httpx
import pytest
from litestar import Litestar
from tests.postgres.dashboard.conftest import OWN, House, furnish

from flowyte.playbooks.store import EMPTY

RANDOM = "0000000000000000000000"
PUBLIC = {
    "/sign-in", "/sign-in/passkey", "/sign-in/passkey/options", "/join", "/forgot", "/new-password", "/sign-up",
    "/leaked-key", "/static/{digest}/{path}", "/trust", "/trust/claims", "/trust/subprocessors", "/security",
    "/trust/soc2", "/trust/dpa.pdf", "/trust/named", "/trust/named/list", "/trust/subscribe", "/trust/unsubscribe",
    "/security/report", "/.well-known/security.txt", "/widget/loader.js", "/schemas/{name}", "/verify",
    "/verify/verify_receipt.py",
}  # fmt: skip
CLOSED = {"/privacy/requests/{request_id}/archive": 409, "/trust/named/list": 403}  # not run yet; without a link
# What a change's form must hold to be refused for whose object it is, and for nothing else.
FORMS = {
    "/agents/{agent_id}": {"version": "1", "name": "A", "llmTemperature": "0.3"},
    "/agents/{agent_id}/voice": {
        "version": "1",
        "voiceSettings.speed": "1",
        "defaultVoiceId": "joe",
        "languageMode": "code_switch",
        "primaryLanguage": "en-US",
    },
    "/agents/{agent_id}/channels": {"version": "1", "enabledChannels": "chat"},
    "/agents/{agent_id}/hours": {"version": "1", "businessHours.afterHours.mode": "answer"},
    "/agents/{agent_id}/calls": {
        "version": "1",
        "recording.consentMode": "notice",
        "callControl.onNoResponseAction": "end",
        "callControl.maxCallSeconds": "600",
        "callControl.idleReminderDelaySeconds": "10",
        "callControl.idleReminderIntervalSeconds": "10",
        "callControl.maxIdleReminders": "2",
        "endpointing.minSilenceMs": "256",
        "endpointing.maxSilenceMs": "1600",
    },
    "/agents/{agent_id}/delete": {"name": "clinic <b>"},
    "/agents/{agent_id}/knowledge/new": {"kind": "text", "name": "More", "text": "Words."},
    "/agents/{agent_id}/knowledge/files": {"name": "More"},
    "/agents/{agent_id}/knowledge/{source_id}": {"kind": "text", "name": "More", "text": "Words."},
    "/agents/{agent_id}/knowledge/gaps/{gap_id}/answer": {"question": "Where?", "answer": "Here."},
    "/agents/{agent_id}/knowledge/gaps/{gap_id}/status": {"status": "dismissed"},
    "/agents/{agent_id}/rollback": {"versionId": f"ver_{RANDOM}"},
    "/agents/{agent_id}/guardrails": {"topics": "x"},
    "/agents/{agent_id}/skills/new": {
        "kind": "http_webhook",
        "name": "other",
        "description": "x",
        "channels": "chat",
        "config.url": "https://example.com/",
    },
    "/agents/{agent_id}/skills/{skill_id}": {
        "name": "other",
        "description": "x",
        "channels": "chat",
        "config.url": "https://example.com/",
    },
    "/agents/{agent_id}/playbooks": {"name": "Other"},
    "/agents/{agent_id}/playbooks/{playbook_id}": {"name": "Other", "graph": json.dumps(EMPTY)},
    "/agents/{agent_id}/website/{publishable_key_id}": {"sites": "https://example.com", "limit": "60"},
    "/agents/{agent_id}/website": {"name": "Site", "origins": "https://example.com", "rpm": "60"},
    "/agents/{agent_id}/simulate": {"said": "Hello"},
    "/agents/{agent_id}/verification": {"method": ""},
    "/skill-runs/{run_id}": {"happened": "yes"},
    "/members/{member_id}/role": {"role": "builder"},
    "/messages/{message_id}": {"status": "read"},
    "/privacy/requests/{request_id}/verify": {"how": "Called back"},
    "/privacy/requests/{request_id}/refuse": {"because": "Not theirs"},
    "/webhooks/new": {"url": "https://example.com/hook"},
    "/webhooks/{endpoint_id}/switch": {"on": "yes"},
}


def pages_of(app: Litestar) -> list[tuple[str, str]]:
    return [
        (method, route.path_format)
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for method in sorted(getattr(handler, "http_methods", ()))
        if method not in ("OPTIONS", "HEAD")
    ]


async def test_a_stranger_is_led_to_sign_in(house: House) -> None:
    """No page but the public ones shows or changes anything without a session."""
    ids = await furnish(house, house.principal)
    seen = 0
    async with house.browser() as client:
        for method, path in pages_of(house.app):
            if path in PUBLIC:
                continue
            answer = await client.request(method, path.format(**ids), data=FORMS.get(path))
            assert (answer.status_code, answer.headers.get("location")) == (303, "/sign-in"), (method, path)
            seen += 1
    assert seen >= 25


async def test_a_foreign_id_is_answered_like_a_random_one(house: House, owner: httpx.AsyncClient) -> None:
    """Every page and form with an id in its address: 404, byte for byte the same, and the other's things stay."""
    theirs = await furnish(house, house.other)
    async with house.browser(await house.session(house.other)) as other:
        before = await _everything(other, theirs)
        swept = 0
        for method, path in pages_of(house.app):
            if "{" not in path or path in PUBLIC:
                continue
            answers = []
            for ids in (theirs, {name: f"{value.split('_')[0]}_{RANDOM}" for name, value in theirs.items()}):
                answer = await owner.request(method, path.format(**ids), data=FORMS.get(path))
                answers.append((answer.status_code, answer.content))
            assert answers[0] == answers[1], (method, path)
            assert answers[0][0] == 404, (method, path, answers[0])
            swept += 1
        assert swept >= 20
        assert await _everything(other, theirs) == before


async def _everything(client: httpx.AsyncClient, ids: dict[str, str]) -> list[str]:
    paths = (
        "/agents/{agent_id}",
        "/agents/{agent_id}/knowledge/{source_id}",
        "/agents/{agent_id}/knowledge/gaps",
        "/agents/{agent_id}/versions",
        "/agents/{agent_id}/skills/{skill_id}",
    )
    answers = [await client.get(path.format(**ids)) for path in (*paths, "/conversations/{conversation_id}")]
    assert [answer.status_code for answer in answers] == [200] * 6
    return [re.sub(r">(just now|\d+ \w+ ago)<", "", answer.text) for answer in answers]


async def test_every_page_opens_with_one_of_everything(house: House, owner: httpx.AsyncClient) -> None:
    """What callers and people wrote is shown as they wrote it: no mark of theirs becomes a mark of the page's."""
    ids = await furnish(house, house.principal)
    for method, path in pages_of(house.app):
        if method != "GET" or path.startswith(("/static", "/schemas")):
            continue
        answer = await owner.get(path.format(**ids))
        assert answer.status_code == CLOSED.get(path, 200), path
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        _closed(answer, path)
        assert path in PUBLIC or 'action="/sign-out"' in answer.text, path
        for raw in ("clinic <b>", "<i>are</i>", "about <script>"):
            assert raw not in answer.text, (path, raw)


def _closed(answer: httpx.Response, path: str) -> None:
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    for directive in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in policy, path
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<[^>]+\son\w+=|<[^>]+\sstyle=|<style|<script(?![^>]+src=)", answer.text), path
    assert not re.search(r"(src|href|action)=\"(https?:)?//", answer.text), path
    assert len(answer.content) < 100_000, path


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.org", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Origin": OWN, "Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_form_on_another_site_changes_nothing(
    house: House, owner: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    """The browser sends the cookie along, but says where the form stands: every change is refused."""
    ids = await furnish(house, house.principal)
    before = await _everything(owner, ids)
    refused = 0
    for method, path in pages_of(house.app):
        if method == "POST":
            answer = await owner.post(path.format(**ids), data=FORMS.get(path), headers=headers)
            assert answer.status_code == 403, path
            refused += 1
    assert refused >= 10
    assert await _everything(owner, ids) == before


async def test_a_role_sees_what_its_scopes_allow(house: House) -> None:
    """An analyst reads conversations and cannot make keys or change agents."""
    ids = await furnish(house, house.principal)
    async with house.browser(await house.session(house.principal, "analyst")) as analyst:
        assert (await analyst.get("/conversations")).status_code == 200
        assert (await analyst.get("/api-keys")).status_code == 403
        assert (await analyst.post("/agents/{agent_id}/publish".format(**ids))).status_code == 403
        assert (await analyst.post("/conversations/{conversation_id}/delete".format(**ids))).status_code == 403


async def test_a_page_that_is_not_there_says_so(owner: httpx.AsyncClient) -> None:
    """With the frame of the product, and a way back."""
    answer = await owner.get("/agents/agt_unknown")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


async def test_assets_are_kept_for_a_year_by_their_digest(owner: httpx.AsyncClient) -> None:
    """Today's address is immutable; one from before an update gives today's file and is not kept."""
    page = (await owner.get("/")).text
    href = re.search(r'href="(/static/[^"]+tokens.css)"', page)
    assert href is not None
    fresh = await owner.get(href[1])
    old = await owner.get("/static/000000000000/css/tokens.css")
    assert fresh.content == old.content
    assert "immutable" in fresh.headers["cache-control"]
    assert old.headers["cache-control"] == "no-store"
    for path in ("css/../../view.py", "%2e%2e/view.py", "css/none.css"):
        assert (await owner.get(f"/static/x/{path}")).status_code == 404
