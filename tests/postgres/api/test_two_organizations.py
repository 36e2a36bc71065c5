"""R4: two organizations and every operation: a foreign id gets the byte-identical answer of a random one.

The operations are read from the application, so one that is not in the table fails here by itself.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from tests.postgres.api.conftest import desk_of

from flowyte.agents.lines import import_line
from flowyte.agents.publish import create, publish
from flowyte.api.app import api_routes
from flowyte.api.problem import HANDLERS
from flowyte.api.services import ApiServices, RequestLimits, Talk
from flowyte.compliance import holds, requests
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.ids import new_id
from flowyte.knowledge import gap_store
from flowyte.knowledge.sources import create_source
from flowyte.objects.objects import Objects
from flowyte.observe.evidence import Keeper, Opening
from flowyte.playbooks.check import read_graph
from flowyte.playbooks.store import EMPTY, create_playbook
from flowyte.skills.messages import file_message
from flowyte.skills.store import create_skill
from flowyte.tenancy import members, publishable
from flowyte.tenancy.browser import COOKIE
from flowyte.tenancy.keys import create_key
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.scopes import SECRET_KEY_SCOPES
from flowyte.tenancy.sessions import create_session
from flowyte.tenancy.storage import Storage
from flowyte.trust.board import Board
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner
from flowyte.webhooks import endpoints

RANDOM = "0000000000000000000000"
SKILL = {
    "name": "take_message",
    "description": "The caller wants to leave a message",
    "skillType": "builtin",
    "executionConfig": {"action": "take_message"},
}
# Operations that name an object in their path, with a body that is right but for whose object it is.
BODIES: dict[str, Any] = {
    "updateAgent": {"greeting": "Hello"},
    "publishAgent": {},
    "rollbackAgent": {"versionId": f"ver_{RANDOM}"},
    "createTalkToken": {},
    "createSource": {"kind": "text", "name": "About", "content": "We are here."},
    "createFileSource": {},
    "updateSource": {"name": "Other"},
    "previewKnowledge": {"query": "price"},
    "updateKnowledgeGap": {"status": "dismissed"},
    "answerKnowledgeGap": {"question": "Where?", "answer": "Here."},
    "createSkill": SKILL,
    "updateSkill": {"description": "Other"},
    "trySkill": {"arguments": {}},
    "updateMessage": {"status": "read"},
    "assignNumber": {"agentId": f"agt_{RANDOM}"},
    "reportLeakedKey": {"key": "x"},
    "setGuardrails": [],
    "simulateAgent": {"transcript": [{"role": "user", "content": "Hello"}]},
    "createPlaybook": {"name": "other"},
    "updatePlaybook": {"name": "Other"},
    "setPlaybookGraph": EMPTY,
    "setCallerVerification": {},
    "replaceNumberToken": {"authToken": "0" * 32},
    "createPublishableKey": {"name": "Site", "allowedOrigins": ["https://example.com"]},
    "updatePublishableKey": {"name": "Other"},
    "sendWidgetMessage": {"content": "Hello"},
    "setRetention": {"recordingsDays": 30},
    "placeLegalHold": {"kind": "organization", "reason": "A court asks"},
    "createPrivacyRequest": {"kind": "access", "email": "somebody@example.com"},
    "createPrivacyRequests": {"kind": "access", "persons": [{"email": "another@example.com"}]},
    "verifyPrivacyRequest": {"how": "Called back"},
    "refusePrivacyRequest": {"because": "Not theirs"},
    "createWebhookEndpoint": {"url": "https://example.com/hook"},
    "updateWebhookEndpoint": {"description": "Other"},
    "setWidget": {},
    "updateMember": {"role": "builder"},
    "createInvite": {"email": "desk@example.com", "role": "builder"},
    "sendChatMessage": {"content": "Hello"},
}
IDS = (
    "agent_id",
    "version_id",
    "source_id",
    "key_id",
    "conversation_id",
    "skill_id",
    "message_id",
    "number_id",
    "playbook_id",
    "member_id",
    "invite_id",
    "publishable_key_id",
    "hold_id",
    "request_id",
    "endpoint_id",
    "delivery_id",
    "gap_id",
)
WITHOUT_ID = {
    "listAgents",
    "createAgent",
    "listApiKeys",
    "createApiKey",
    "createChatCompletion",
    "createChatSession",
    "createSignInLink",
    "exportAuditEvents",
    "listAuditEvents",
    "listConversations",
    "listMessages",
    "listMembers",
    "listInvites",
    "getSignInPolicy",
    "setSignInPolicy",
    "createInvite",
    "importNumber",
    "listNumbers",
    "listVoices",
    "health",
    "listTrustClaims",
    "listSubprocessors",
    "getRetention",
    "setRetention",
    "listLegalHolds",
    "placeLegalHold",
    "listPrivacyRequests",
    "createPrivacyRequest",
    "createPrivacyRequests",
    "listWebhookEventTypes",
    "listWebhookEndpoints",
    "createWebhookEndpoint",
    "reportLeakedKey",
    "listCheckpoints",
    "getCheckpoint",
    "getConsistency",
    "listLogKeys",
    "rotateLogKey",
    "listWitnesses",
    "setWitness",
    "removeWitness",
    "listCheckpointPlaces",
    "addCheckpointAddress",
    "removeCheckpointAddress",
}
OPEN = {"health", "reportLeakedKey", "listTrustClaims", "listSubprocessors"}
BY_VISITOR = {  # test_widget.py
    "getWidgetBootstrap", "createWidgetTalkToken", "createWidgetSession", "listWidgetMessages", "sendWidgetMessage",
    "endWidgetSession",
}  # fmt: skip
BY_SIGNATURE = {"playRecording"}  # tests of its own: the token is the permission


@pytest.fixture
async def services(database: Database, keys: FileKeys, board: Board, tmp_path: Path) -> ApiServices:
    async def embed(_text: str) -> list[float]:
        return [1.0] + [0.0] * 383

    async def parts_of(_tx: object, _agent: str) -> dict[str, Any]:
        return {}

    def talk(_org: UUID, agent: str, _draft: bool, _line: str, _parties: object = None, _by: bytes = b"") -> Talk:
        return Talk(url="ws://test", token=agent, conversation_id="cnv_x")

    clock = SystemClock()
    sealer = Sealer(keys)
    return ApiServices(
        database=database,
        peppers=Peppers(keys),
        clock=clock,
        sealer=sealer,
        desk=desk_of(database, sealer, clock, tmp_path),
        signer=UrlSigner(keys, clock),
        data_dir=tmp_path,
        objects=Objects.local(tmp_path),
        address="http://flowyte.example.com",
        make_talk=talk,
        embed=embed,
        parts_of=parts_of,
        board=board,
        storage=Storage((), clock),
        limits=RequestLimits(of_credential=60_000, of_organization=600_000),
    )


@pytest.fixture
def app(services: ApiServices) -> Litestar:
    made = Litestar([api_routes()], exception_handlers=HANDLERS, openapi_config=None)
    made.state.services = services
    return made


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://flowyte.example.com") as opened:
        yield opened


async def key_of(services: ApiServices, owner: Principal) -> dict[str, str]:
    async with services.database.tenant(owner) as tx:
        _, text = await create_key(tx, services.peppers, name="t", scopes=SECRET_KEY_SCOPES, created_by=owner)
    return {"Authorization": f"Bearer {text}"}


async def objects_of(services: ApiServices, owner: Principal) -> dict[str, str]:
    """One of each kind that a path can name."""
    async with services.database.tenant(owner) as tx:
        agent = await create(tx, owner, {"name": "clinic"})
        version = await publish(tx, owner, agent.id, note="", more={})
        source = await create_source(tx, agent_id=agent.id, kind="text", name="About", content="We are here.")
        skill = await create_skill(tx, agent_id=agent.id, fields=SKILL)
        playbook = await create_playbook(
            tx, agent_id=agent.id, name="Booking", description="", is_enabled=True, graph=read_graph(EMPTY)
        )
        message = await file_message(
            tx, services.sealer, agent_id=agent.id, conversation_id="cnv_1", intent_key="1", name="A caller",
            phone="+12025550142", body="Call me",
        )  # fmt: skip
        status, _ = await create_key(tx, services.peppers, name="k", scopes=frozenset(), created_by=owner)
        line = await import_line(
            tx, services.sealer, e164="+12025550142", agent_id=agent.id, account_sid="AC" + "0" * 32,
            auth_token="0" * 32,
        )  # fmt: skip
    keeper = Keeper(
        database=services.database, sealer=services.sealer, clock=services.clock, data_dir=services.data_dir
    )
    opening = Opening(
        id=f"cnv_{agent.id[4:]}", agent_id=agent.id, agent_name="clinic", version_id=version.id,
        version_number=1, channel="chat", line="api", draft=False,
    )  # fmt: skip
    evidence = await keeper.begin(owner, opening)
    evidence.event("call_started", 0, {"recording": False})
    await evidence.finish("operator_ended")
    async with services.database.tenant(owner) as tx:
        wishes = publishable.Wishes(name="Site", allowed_origins=("https://example.com",))
        site_key, _ = await publishable.create(
            tx, services.peppers, services.sealer, agent_id=agent.id, wishes=wishes, by=owner
        )
        invite, _ = await members.invite(tx, services.door, owner, email="desk@example.com", role="builder")
        await tx.execute("INSERT INTO members (org_id, id, email, role) VALUES ($1, $2, 'a@example.com', 'builder')",
                         tx.org, person := new_id("per"))  # fmt: skip
        endpoint, _ = await endpoints.create_endpoint(tx, services.sealer, owner, url="https://example.com/hook")
        delivery = await endpoints.send_test(tx, services.clock, endpoint.id)
        hold = await holds.place_hold(tx, owner, kind="agent", subject=agent.id, reason="A court asks")
        asked = await requests.take_request(
            tx, services.sealer, services.peppers, services.clock, kind="access", regime="gdpr",
            phone="+12025550142", email="",
        )  # fmt: skip
        gap = await gap_of(tx, agent.id, opening.id)
    return {
        "hold_id": hold.id,
        "request_id": asked.id,
        "endpoint_id": endpoint.id,
        "delivery_id": delivery,
        "gap_id": gap,
        "member_id": person,
        "invite_id": invite.id,
        "publishable_key_id": site_key.id,
        "agent_id": agent.id,
        "version_id": version.id,
        "source_id": source.id,
        "key_id": status.id,
        "skill_id": skill.id,
        "message_id": message.id,
        "conversation_id": opening.id,
        "number_id": line.id,
        "playbook_id": playbook.id,
    }


async def gap_of(tx: TenantTx, agent_id: str, conversation_id: str) -> str:
    """That a caller left; nobody opens it here, so its words are none."""
    await gap_store.insert_gap(tx, gap := new_id("gap"), agent_id)
    await gap_store.add_question(
        tx, agent_id, conversation_id, seq=1, asked_at=datetime.now(UTC), top_score=0.1, source_id=None, gap_id=gap,
        asked=b"", vector=b"",
    )  # fmt: skip
    return gap


def operations(app: Litestar) -> list[tuple[str, str, str]]:
    """Operation id, method and path of everything that the application serves."""
    found = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in getattr(handler, "http_methods", ()):
                if method not in ("OPTIONS", "HEAD"):
                    found.append((str(handler.operation_id), method, route.path_format))
    return found


async def session_of(services: ApiServices, owner: Principal) -> dict[str, str]:
    """As the dashboard's own pages send it."""
    async with services.database.tenant(owner) as tx:
        token = await create_session(tx, services.peppers, services.clock, role="owner")
    own = {"Origin": "http://flowyte.example.com", "Sec-Fetch-Site": "same-origin"}
    return {"Cookie": f"{COOKIE}={token}", **own}


@pytest.mark.parametrize("credential", [key_of, session_of])
async def test_a_foreign_id_is_answered_like_a_random_one(
    app: Litestar,
    client: httpx.AsyncClient,
    services: ApiServices,
    organization: Principal,
    other_organization: Principal,
    credential: Callable[[ApiServices, Principal], Awaitable[dict[str, str]]],
) -> None:
    """Every operation with an id in its path: 404, byte for byte the same, and nothing of the other's is changed."""
    theirs = await objects_of(services, other_organization)
    mine = await credential(services, organization)
    their_key = await key_of(services, other_organization)
    before = await seen(client, theirs, their_key)
    swept = 0
    for operation, method, path in operations(app):
        if operation in WITHOUT_ID | BY_SIGNATURE | BY_VISITOR:
            continue
        assert "{" in path, f"{operation} is in no table of this test"
        answers = []
        for ids in (theirs, {name: f"{value.split('_')[0]}_{RANDOM}" for name, value in theirs.items()}):
            url = path.format(**ids)
            answer = await client.request(method, url, json=BODIES.get(operation), headers=mine)
            answers.append((answer.status_code, answer.content))
        assert answers[0] == answers[1], operation
        assert answers[0][0] == 404, (operation, answers[0])
        swept += 1
    assert swept >= 20
    assert await seen(client, theirs, their_key) == before


async def seen(client: httpx.AsyncClient, ids: dict[str, str], key: dict[str, str]) -> list[bytes]:
    """What their owner sees of the objects."""
    paths = [
        f"/api/v1/agents/{ids['agent_id']}",
        f"/api/v1/agents/{ids['agent_id']}/versions",
        f"/api/v1/agents/{ids['agent_id']}/knowledge/sources",
        f"/api/v1/agents/{ids['agent_id']}/knowledge-gaps",
        f"/api/v1/conversations/{ids['conversation_id']}/receipt",
    ]
    answers = [await client.get(path, headers=key) for path in paths]
    assert [answer.status_code for answer in answers] == [200] * len(paths)
    return [answer.content for answer in answers]


async def test_every_operation_needs_its_scope(
    app: Litestar, client: httpx.AsyncClient, services: ApiServices, organization: Principal
) -> None:
    """Without a credential 401, with a key that lacks the scope 403 and its name."""
    async with services.database.tenant(organization) as tx:
        _, weak = await create_key(tx, services.peppers, name="w", scopes=frozenset(), created_by=organization)
    for operation, method, path in operations(app):
        if operation in BY_SIGNATURE | OPEN:
            continue
        url = path.format(**dict.fromkeys(IDS, "x"))
        nobody = await client.request(method, url, json=BODIES.get(operation))
        assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthenticated"), operation
        refused = await client.request(
            method, url, json=BODIES.get(operation), headers={"Authorization": f"Bearer {weak}"}
        )
        assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope"), operation


async def test_bad_input_names_the_field(
    app: Litestar, client: httpx.AsyncClient, services: ApiServices, organization: Principal
) -> None:
    """Unknown fields, wrong types and wrong states are problems that say where."""
    key = await key_of(services, organization)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"name": "a", "colour": "red"}, "colour"),
        ({}, "name"),
        ({"name": "a", "callControl": {"maxCallSeconds": "x"}}, "callControl.maxCallSeconds"),
        ({"name": "a", "businessHours": {"weekly": {"mon": []}}}, "businessHours.timezone"),
    ]
    for body, field in cases:
        answer = await client.post("/api/v1/agents", json=body, headers=key)
        assert answer.status_code == 400
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    made = (await client.post("/api/v1/agents", json={"name": "a"}, headers=key)).json()["data"]
    path = f"/api/v1/agents/{made['id']}"
    assert (await client.post(f"{path}/talk-token", json={}, headers=key)).json()["code"] == "no_published_version"
    changed = await client.patch(path, json={"greeting": "Hi"}, headers={**key, "If-Match": str(made["version"])})
    assert changed.json()["data"]["version"] == made["version"] + 1
    stale = await client.patch(path, json={"greeting": "Yo"}, headers={**key, "If-Match": str(made["version"])})
    assert (stale.status_code, stale.json()["code"], stale.json()["version"]) == (409, "version_conflict", 2)
