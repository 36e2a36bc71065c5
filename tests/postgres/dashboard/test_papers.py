"""The list by name behind its agreement, and subscribing to letters, as somebody without an account does it."""

import re
from dataclasses import replace

import httpx
import pytest
from tests.postgres.dashboard.conftest import House
from tests.postgres.dashboard.mailbox import Mailbox, anybody, fields_of, link_in

from flowyte.kit.clock import SystemClock
from flowyte.kit.db import TenantTx
from flowyte.kit.settings import Settings
from flowyte.tenancy.organizations import create_organization, only_organization, system_principal
from flowyte.testing.clock import VirtualClock
from flowyte.trust.board import Board
from flowyte.trust.papers import named, subscribers
from flowyte.trust.papers.model import Agreement, Named, Papers
from flowyte.trust.processors import connected
from flowyte.vault.keyring import FileKeys
from flowyte.vault.sign import UrlSigner

SETTINGS = Settings(model_base_url="https://model.example.com/v1", model_name="large")
NAMES = {"language_model": (Named(name="Example <Models>", country="Ireland"),)}
ASKED = {"name": "A. Buyer", "company": "Harbour <Dental>", "accepted": "yes"}


@pytest.fixture
def naming(house: House, board: Board) -> House:
    """A model elsewhere, named by the operator; no mail server."""
    inside = replace(board._house, parties=lambda: connected(SETTINGS))
    pages = replace(house.pages, mail=None, papers=Papers(names=NAMES), board=Board(inside, (), {}, None))
    house.app.state.pages = pages
    return replace(house, pages=pages)


def filled(house: House, **fields: str) -> dict[str, str]:
    return {**ASKED, "email": anybody(), "digest": house.pages.papers.agreement.digest, **fields}


async def acceptances(tx: TenantTx) -> int:
    count: int = await tx.fetchval("SELECT count(*) FROM nda_acceptances WHERE org_id = $1", tx.org)
    return count


async def test_names_are_shown_to_who_accepted_and_to_nobody_else(naming: House) -> None:
    """Without mail the list opens at once, by a link that needs no account and is not on the public page."""
    async with naming.browser() as client:
        assert "Example" not in (await client.get("/trust/subprocessors")).text
        assert (await client.get("/trust/named/list")).status_code == 403
        answer = await client.post("/trust/named", data=filled(naming))
        shown = await client.get(answer.headers["location"])
    assert "<strong>Example &lt;Models&gt;</strong>, Ireland" in shown.text
    assert "Harbour &lt;Dental&gt;" in shown.text
    assert shown.headers["cache-control"] == "no-store"


async def test_what_was_accepted_is_kept_sealed_with_its_text(naming: House) -> None:
    """Who and when, and the very text; no network address, and nothing personal that can be read in the database."""
    pages, email = naming.pages, anybody()
    async with naming.browser() as client:
        await client.post("/trust/named", data=filled(naming, email=email.upper()))
    async with pages.database.tenant(system_principal(await only_organization(pages.database))) as tx:
        found = next(each for each in await named.list_acceptances(tx, pages.sealer) if each.email == email)
        assert await named.text_of(tx, found.digest) == pages.papers.agreement.text
        row = await tx.fetchval("SELECT t::text FROM nda_acceptances t WHERE id = $1", found.id)
    assert (found.name, found.version, found.opened_at, found.revoked_at) == ("A. Buyer", "1", None, None)
    assert not re.search(r"Buyer|Harbour|example|2001", row)


@pytest.mark.parametrize(("fields", "status"), [
    ({"accepted": ""}, 409), ({"digest": "0" * 64}, 409), ({"name": " "}, 400), ({"company": "x" * 201}, 400),
    ({"email": "nobody"}, 400),
])  # fmt: skip
async def test_nothing_is_recorded_of_what_was_not_accepted(naming: House, fields: dict[str, str], status: int) -> None:
    """No mark, another text than the one in force, or fields that are missing."""
    pages = naming.pages
    owner = system_principal(await only_organization(pages.database))
    async with pages.database.tenant(owner) as tx:
        before = await acceptances(tx)
    async with naming.browser() as client:
        answer = await client.post("/trust/named", data=filled(naming, **fields))
    async with pages.database.tenant(owner) as tx:
        assert await acceptances(tx) == before
    assert answer.status_code == status
    assert "Example" not in answer.text


async def test_a_text_that_changed_is_read_again(naming: House) -> None:
    """The page holds the digest of what stood on it; what the operator supplies since is not what was read."""
    form = filled(naming)
    newer = replace(naming.pages.papers, agreement=Agreement(version="2", text="You keep it to yourself. " * 4))
    naming.app.state.pages = replace(naming.pages, papers=newer)
    async with naming.browser() as client:
        answer = await client.post("/trust/named", data=form)
        assert answer.status_code == 409
        assert "version 2" in answer.text
        assert (await client.post("/trust/named", data=form | {"digest": newer.agreement.digest})).status_code == 303


async def test_a_link_is_over_after_its_days(naming: House, keys: FileKeys) -> None:
    """And one that was made for something else opens nothing."""
    pages, clock = naming.pages, VirtualClock()
    naming.app.state.pages = replace(pages, signer=UrlSigner(keys, clock))
    async with naming.browser() as client:
        link = (await client.post("/trust/named", data=filled(naming))).headers["location"]
        assert (await client.get(link)).status_code == 200
        assert (await client.get(link[:-4] + "AAAA")).status_code == 403
        other = naming.app.state.pages.signer.sign(subscribers.ASK, {"e": "a@example.com"}, ttl_s=60)
        assert (await client.get(f"/trust/named/list?token={other}")).status_code == 403
        clock.advance(int(named.LINK_LIFE.total_seconds() * 1000) + 2000)
        assert (await client.get(link)).status_code == 403


async def test_with_mail_the_link_goes_to_the_mailbox_alone(naming: House, mailbox: Mailbox) -> None:
    """Whoever gives somebody else's address sees no name."""
    naming.app.state.pages = replace(naming.pages, mail=naming.app.state.pages.mail)
    async with naming.browser() as client:
        answer = await client.post("/trust/named", data=filled(naming))
        assert answer.status_code == 200
        assert "token=" not in answer.text
        assert "Example" not in answer.text
        letter = await mailbox.next()
        assert "Example &lt;Models&gt;" in (await client.get(link_in(letter))).text


async def test_a_mailbox_is_not_filled_through_the_forms(naming: House) -> None:
    """Ten in a quarter of an hour, from however many addresses; and so many from one address."""
    email = anybody()
    for path in ("/trust/named", "/trust/subscribe"):
        answers = []
        for _ in range(11):
            async with naming.browser() as client:
                answers.append(await client.post(path, data=filled(naming, email=email)))
        if path == "/trust/named":
            assert answers[-1].status_code == 429
            assert "Wait" in answers[-1].text
        else:
            assert {each.status_code for each in answers} == {409}  # no letters leave at all


async def test_a_mailbox_that_said_yes_is_kept_and_one_that_says_stop_is_gone(house: House, mailbox: Mailbox) -> None:
    """Asking keeps nothing. Opening a link changes nothing: programs open links."""
    pages, email = house.pages, anybody()
    owner = system_principal(await only_organization(pages.database))
    digest = pages.peppers.digest("subscriber", email)

    async def kept() -> str | None:
        async with pages.database.tenant(owner) as tx:
            found: str | None = await tx.fetchval(
                "SELECT id FROM subprocessor_subscribers WHERE org_id = $1 AND digest = $2", tx.org, digest
            )
        return found

    async with house.browser() as client:
        await client.post("/trust/subscribe", data={"email": email})
        link = link_in(await mailbox.next())
        assert (await client.get(link)).status_code == 200
        assert await kept() is None
        for _ in range(2):
            assert "whenever the list changes" in (await client.post("/trust/subscribe", data=fields_of(link))).text
        subscriber = await kept()
        assert subscriber
        token = pages.signer.sign(subscribers.STOP, {"o": str(owner.org), "s": subscriber}, ttl_s=60)
        assert (await client.get(f"/trust/unsubscribe?token={token}")).status_code == 200
        assert await kept()
        assert (await client.post("/trust/unsubscribe?token=forged")).status_code == 403
        assert await kept()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=house.app), base_url="http://flowyte.example.com"
    ) as program:  # type: ignore[arg-type]
        done = await program.post(f"/trust/unsubscribe?token={token}", data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert await kept() is None


async def test_the_owner_sees_who_accepted_and_takes_it_back(naming: House) -> None:
    """A later organization sees nobody, and cannot."""
    pages, email = naming.pages, anybody()
    runs = system_principal(await only_organization(pages.database))
    async with naming.browser() as client:
        link = (await client.post("/trust/named", data=filled(naming, email=email))).headers["location"]
    async with pages.database.tenant(runs) as tx:
        made = next(each.id for each in await named.list_acceptances(tx, pages.sealer) if each.email == email)
        await named.revoke(tx, SystemClock(), runs, made)
    async with naming.browser() as client:
        assert (await client.get(link)).status_code == 403
    later = system_principal((await create_organization(pages.database, "Later")).org)
    async with pages.database.tenant(later) as tx:
        assert await named.list_acceptances(tx, pages.sealer) == []
