"""The pages without a socket: an organization with one of everything, and another one."""

import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from litestar import Litestar
from tests.postgres.dashboard.mailbox import OWN, mailbox

from flowyte.agents.publish import create, publish
from flowyte.api.problem import HANDLERS
from flowyte.compliance import holds, requests
from flowyte.dashboard.app import page_routes
from flowyte.dashboard.services import PageServices
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.ids import new_id
from flowyte.knowledge import gaps
from flowyte.knowledge.questions import Question
from flowyte.knowledge.sources import create_source
from flowyte.objects.objects import Objects
from flowyte.observe.evidence import Keeper, Opening
from flowyte.playbooks.check import read_graph
from flowyte.playbooks.store import EMPTY, create_playbook
from flowyte.providers.smtp import Outbox, Server
from flowyte.skills import ledger, save
from flowyte.skills.messages import file_message
from flowyte.tenancy import members, publishable
from flowyte.tenancy.browser import COOKIE
from flowyte.tenancy.keys import create_key
from flowyte.tenancy.people import Account
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.sessions import authenticate_session, create_session
from flowyte.tenancy.storage import Storage
from flowyte.trust.board import Board
from flowyte.trust.papers.model import DEFAULT_AGREEMENT
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner
from flowyte.webhooks import endpoints

__all__ = ["OWN", "mailbox"]  # a fixture is found by being here
SECONDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    app: Litestar
    pages: PageServices
    principal: Principal
    other: Principal

    def browser(self, token: str | None = None) -> httpx.AsyncClient:
        """As a browser on one of our own pages sends it."""
        transport = httpx.ASGITransport(  # from an address of its own, for guesses are counted by address
            app=self.app, raise_app_exceptions=False, client=(f"2001:db8::{secrets.randbits(16):x}", 1)
        )  # type: ignore[arg-type]
        client = httpx.AsyncClient(transport=transport, base_url=OWN)
        client.headers.update({"Origin": OWN, "Sec-Fetch-Site": "same-origin"})
        if token is not None:
            client.cookies.set(COOKIE, token, domain="flowyte.example.com")
        return client

    async def session(self, principal: Principal, role: str = "owner") -> str:
        """Of a member with an account; the password is nobody's."""
        person, email = new_id("per"), f"{new_id('a')}@example.com".lower()
        pages = self.pages
        async with pages.database.platform() as tx:
            await tx.execute(
                "INSERT INTO people (id, email, password) VALUES ($1, $2, 'none')",
                person, pages.peppers.digest("email", email),
            )  # fmt: skip
        async with pages.database.tenant(principal) as tx:
            await members.join(tx, Account(id=person, new=True), email, role)
            return await create_session(tx, pages.peppers, pages.clock, role=role, person=person)


async def embed(_text: str) -> Sequence[float]:
    return [1.0] + [0.0] * 383


async def parts_of(_tx: TenantTx, _agent_id: str) -> dict[str, Any]:
    return {"sourceIds": [], "skills": []}


@pytest.fixture
def house(
    database: Database, organization: Principal, other_organization: Principal, keys: FileKeys, board: Board,
    tmp_path: Path,
) -> House:  # fmt: skip
    pages = PageServices(
        database=database,
        peppers=Peppers(keys),
        clock=SystemClock(),
        sealer=Sealer(keys),
        data_dir=tmp_path,
        objects=Objects.local(tmp_path),
        secure=False,
        embed=embed,
        parts_of=parts_of,
        board=board,
        storage=Storage((), SystemClock()),
        signer=UrlSigner(keys, SystemClock()),
        address=OWN,
        mail=Outbox(Server.parse("smtp://127.0.0.1:9"), "house@example.com"),
        open_sign_up=True,
    )
    app = Litestar([page_routes()], exception_handlers=HANDLERS, openapi_config=None)
    app.state.pages = pages
    return House(app=app, pages=pages, principal=organization, other=other_organization)


@pytest.fixture
async def owner(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with house.browser(await house.session(house.principal)) as client:
        yield client


async def passkey_and_session(house: House, principal: Principal) -> tuple[str, str]:
    """Of a member that nobody in the test is: their ids."""
    token, passkey = await house.session(principal, "analyst"), new_id("psk")
    who = await authenticate_session(house.pages.database, house.pages.peppers, house.pages.clock, token)
    async with house.pages.database.platform() as tx:
        await tx.execute(
            "INSERT INTO passkeys (credential, person, id, name, public_key, uses) VALUES ($1, $2, $3, 'Phone', '', 0)",
            passkey.encode(), who.person, passkey,
        )  # fmt: skip
    return who.id, passkey


async def asked(tx: TenantTx, pages: PageServices, agent_id: str, conversation_id: str) -> str:
    """The gap of a question that nobody could answer; its id."""
    question = Question(seq=3, at=pages.clock.now(), text="Do you <i>are</i> boats?", top_score=0.1, source_id=None,
                        signals=("not_found",))  # fmt: skip
    ended = gaps.Ended(id=conversation_id, agent_id=agent_id, searched=None)
    await gaps.fold(tx, pages.sealer, OneVector(), ended, [question], pages.clock.now())
    return (await gaps.list_gaps(tx, pages.sealer, now=pages.clock.now(), agent_id=agent_id))[0].counted.id


class OneVector:
    """Every text lies in the same place."""

    def embed(self, texts: list[str]) -> np.ndarray:
        return np.tile(np.array([1.0] + [0.0] * 383, np.float32), (len(texts), 1))


async def call(house: House, principal: Principal, *, agent_id: str = "agt_1", version_id: str = "ver_1") -> Opening:
    """Two seconds of sound, a question and an answer that was cut short."""
    pages = house.pages
    keeper = Keeper(database=pages.database, sealer=pages.sealer, clock=pages.clock, data_dir=pages.data_dir)
    opening = Opening(
        id=new_id("cnv"), agent_id=agent_id, agent_name="clinic <b>", version_id=version_id, version_number=1,
        channel="voice", line="twilio", draft=False,
    )  # fmt: skip
    evidence = await keeper.begin(principal, opening)
    evidence.event("call_started", 0, {"recording": True})
    evidence.event("consent", 10, {"outcome": "granted", "recording": True})
    evidence.start_recording(8000)
    for _ in range(SECONDS * 50):
        evidence.audio(b"\x00\x10" * 160, b"\x00\x20" * 160)
    evidence.event("user_utterance", 500, {"text": "Where <i>are</i> you?", "confidence": 0.9})
    evidence.event("agent_message", 1200, {"text": "By the harbour.", "kind": "answer", "cut": True})
    evidence.event("call_ended", 2000, {"cause": "caller_hung_up", "turns": 1})
    await evidence.finish("caller_hung_up")
    return opening


async def accepted(house: House, principal: Principal) -> str:
    """Somebody's acceptance of the agreement, as if this organization ran the installation; its id."""
    pages, made = house.pages, new_id("nda")
    async with pages.database.tenant(principal) as tx:
        await tx.execute(
            "INSERT INTO nda_texts (org_id, digest, version, text, first_at) VALUES ($1, $2, '1', $3, now()) "
            "ON CONFLICT DO NOTHING", tx.org, DEFAULT_AGREEMENT.digest, DEFAULT_AGREEMENT.text,
        )  # fmt: skip
        content = b'{"name":"<b>Buyer</b>","company":"clinic <b>","email":"buyer@example.com"}'
        sealed = await pages.sealer.seal(tx, "nda_acceptances", "sealed", made, content)
        await tx.execute(
            "INSERT INTO nda_acceptances (org_id, id, accepted_at, digest, sealed) VALUES ($1, $2, now(), $3, $4)",
            tx.org, made, DEFAULT_AGREEMENT.digest, sealed,
        )  # fmt: skip
    return made


async def furnish(house: House, principal: Principal) -> dict[str, str]:
    """One of each kind that a page's address can name; the conversation is a call with two seconds of sound."""
    pages = house.pages
    async with pages.database.tenant(principal) as tx:
        agent = await create(tx, principal, {"name": "clinic <b>", "greeting": "Good day."})
        version = await publish(tx, principal, agent.id, note="First", more=await parts_of(tx, agent.id))
        source = await create_source(tx, agent_id=agent.id, kind="text", name="About", content="We are here.")
        skill, _ = await save.create(
            tx, pages.sealer, principal, agent_id=agent.id, draft=agent.draft, fields={
                "name": "order_status", "description": "Asks about <b>orders</b>", "skillType": "http_webhook",
                "executionConfig": {"url": "https://example.com/orders", "headers": {"Authorization": "Bearer x-y-z"}},
                "parametersSchema": {"type": "object", "properties": {"order_id": {"type": "string"}}},
            },
        )  # fmt: skip
        playbook = await create_playbook(
            tx, agent_id=agent.id, name="clinic <b>", description="", is_enabled=True, graph=read_graph(EMPTY)
        )
        run, _ = await ledger.claim(
            tx, pages.sealer,
            ledger.Intent(agent_id=agent.id, conversation_id="cnv_1", key="k", skill="book", kind="http_webhook",
                          is_write=True, arguments={}),
            now=pages.clock.now() - timedelta(hours=2), deadline=pages.clock.now() - timedelta(hours=1),
        )  # fmt: skip
        status, _ = await create_key(tx, pages.peppers, name="k", scopes=frozenset(), created_by=principal)
    opening = await call(house, principal, agent_id=agent.id, version_id=version.id)
    async with pages.database.tenant(principal) as tx:
        message = await file_message(
            tx, pages.sealer, agent_id=agent.id, conversation_id=opening.id, intent_key="1", name="A caller",
            phone="+12025550142", body="Call me about <script>",
        )  # fmt: skip
        gap = await asked(tx, pages, agent.id, opening.id)
    session = await passkey_and_session(house, principal)
    async with pages.database.tenant(principal) as tx:
        wishes = publishable.Wishes(name="Site", allowed_origins=("https://example.com",))
        site_key, _ = await publishable.create(
            tx, pages.peppers, pages.sealer, agent_id=agent.id, wishes=wishes, by=principal
        )
        invite, _ = await members.invite(tx, pages.door, principal, email="desk@example.com", role="builder")
        await tx.execute("INSERT INTO members (org_id, id, email, role) VALUES ($1, $2, 'a@example.com', 'builder')",
                         tx.org, person := new_id("per"))  # fmt: skip
        await tx.execute(
            "INSERT INTO security_reports (org_id, id, received_at, sealed) VALUES ($1, $2, now(), $3)",
            tx.org, report := new_id("vul"), await pages.sealer.seal(tx, "security_reports", "sealed", report,
                                                                    b'{"report":"<b>It opens</b>","contact":""}'),
        )  # fmt: skip
    async with pages.database.tenant(principal) as tx:
        endpoint, _ = await endpoints.create_endpoint(
            tx, pages.sealer, principal, url="https://example.com/<b>hook", description="<b>Ours</b>"
        )
        delivery = await endpoints.send_test(tx, pages.clock, endpoint.id)
        hold = await holds.place_hold(tx, principal, kind="agent", subject=agent.id, reason="A court asks")
        person_asks = await requests.take_request(
            tx, pages.sealer, pages.peppers, pages.clock, kind="access", regime="gdpr", phone="+12025550142", email="",
        )  # fmt: skip
    return {
        "acceptance_id": await accepted(house, principal),
        "hold_id": hold.id,
        "request_id": person_asks.id,
        "endpoint_id": endpoint.id,
        "delivery_id": delivery,
        "report_id": report,
        "gap_id": gap,
        "member_id": person,
        "invite_id": invite.id,
        "publishable_key_id": site_key.id,
        "session_id": session[0],
        "passkey_id": session[1],
        "agent_id": agent.id,
        "version_id": version.id,
        "source_id": source.id,
        "skill_id": skill.id,
        "playbook_id": playbook.id,
        "run_id": run.id,
        "key_id": status.id,
        "message_id": message.id,
        "conversation_id": opening.id,
    }
