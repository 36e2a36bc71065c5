"""The trust centre: what needs the owner, what is kept, and what only who runs the installation sees."""

from dataclasses import replace

import pytest
from tests.postgres.dashboard.conftest import House, accepted, furnish

from flowyte.kit.ids import new_id
from flowyte.kit.settings import Settings
from flowyte.tenancy.organizations import only_organization, system_principal
from flowyte.tenancy.principal import Principal
from flowyte.trust.board import Board
from flowyte.trust.claims import CLAIMS
from flowyte.trust.model import Seen, bad
from flowyte.trust.papers.model import Named, Operator, Papers
from flowyte.trust.processors import connected

MODEL = Settings(model_base_url="https://model.example.com/v1", model_name="large")


@pytest.fixture
async def runs(house: House) -> Principal:
    return system_principal(await only_organization(house.pages.database))


async def page(house: House, who: Principal, role: str = "owner") -> str:
    async with house.browser(await house.session(who, role)) as client:
        answer = await client.get("/trust/centre")
    assert answer.status_code == 200
    return answer.text


async def test_what_needs_the_owner_is_on_top(house: House) -> None:
    """A broken promise, an unread report, a request near its date and an endpoint that fails, each with a way to it."""

    async def broken(_house: object) -> Seen:
        return bad("It does not hold.")

    ids = await furnish(house, house.principal)
    claims = [each for each in CLAIMS if each.id == "T1"]
    board = Board(house.pages.board._house, claims, dict.fromkeys(claims[0].probes, broken), None)
    house.app.state.pages = replace(house.pages, board=board)
    async with house.pages.database.tenant(house.principal) as tx:
        await tx.execute("UPDATE webhook_endpoints SET failing_since = now() WHERE org_id = $1", tx.org)
        await tx.execute("UPDATE privacy_requests SET due_at = now() WHERE org_id = $1", tx.org)
    shown = await page(house, house.principal)
    for needed in (
        "Every record belongs to one organization is broken: It does not hold.", "1 report of a vulnerability came in",
        "1 request of persons must be answered soon", "hook fails",
    ):  # fmt: skip
        assert needed in shown, needed
    assert f'href="/webhooks/{ids["endpoint_id"]}"' in shown


async def test_what_is_kept_is_counted(house: House) -> None:
    """Conversations, recordings, messages, windows and holds of this organization, and of no other."""
    await furnish(house, house.principal)
    async with house.pages.database.tenant(house.principal) as tx:
        await tx.execute("INSERT INTO retention_windows (org_id, recordings_days) VALUES ($1, 30)", tx.org)
    shown = " ".join((await page(house, house.principal)).split())
    for label, value in (("Conversations", "1, the oldest"), ("With a recording", "1<"), ("Messages of callers", "1<"),
                         ("Recordings are kept", "30 days<"), ("Legal holds that stand", "1<")):  # fmt: skip
        assert f"<dt>{label}</dt><dd>{value}" in shown, label
    assert "<dt>Conversations</dt><dd>0" in " ".join((await page(house, house.other)).split())


async def test_names_and_acceptances_are_for_who_runs_it(house: House, runs: Principal) -> None:
    """Another organization sees categories; an operator who has named nobody is told."""
    inside = replace(house.pages.board._house, parties=lambda: connected(MODEL))
    papers = Papers(names={"language_model": (Named(name="Example Models", country="Ireland"),)})
    pages = replace(house.pages, board=Board(inside, (), {}, None), papers=papers)
    house.app.state.pages = pages
    await accepted(house, runs)
    theirs, others = await page(house, runs), await page(house, house.other)
    assert "Example Models, Ireland" in theirs
    assert "buyer@example.com" in theirs
    assert "Language model" in others
    assert "Example Models" not in others
    assert "buyer@example.com" not in others
    house.app.state.pages = replace(pages, papers=Papers(operator=Operator(name="House")))
    unnamed = await page(house, runs)
    assert "nobody is named in subprocessors.toml" in unnamed
    assert "operator_address" in unnamed


async def test_a_link_is_taken_back_there(house: House, runs: Principal) -> None:
    """By an owner or an admin; a builder may not look, and it is in the audit log."""
    made = await accepted(house, runs)
    async with house.browser(await house.session(runs, "builder")) as builder:
        assert (await builder.get("/trust/centre")).status_code == 403
        assert (await builder.post(f"/trust/acceptances/{made}/revoke")).status_code == 403
    async with house.browser(await house.session(runs, "admin")) as admin:
        one = await admin.get(f"/trust/acceptances/{made}")
        assert "You will be shown the names" in one.text
        assert (await admin.post(f"/trust/acceptances/{made}/revoke")).status_code == 303
        assert "Taken back" in (await admin.get(f"/trust/acceptances/{made}")).text
    async with house.pages.database.tenant(runs) as tx:
        changed = await tx.fetchval(
            "SELECT changed FROM audit_events WHERE org_id = $1 AND object = $2 AND action = 'nda_acceptances.changed'",
            tx.org, made,
        )  # fmt: skip
    assert set(changed) == {"revoked_at", "revoked_by"}


async def test_letters_that_could_not_be_sent_are_told(house: House, runs: Principal) -> None:
    """With how many want them."""
    async with house.pages.database.tenant(runs) as tx:
        number = 1_000_000
        await tx.execute(
            "INSERT INTO subprocessor_lists VALUES ($1, $2, 'd', now(), $3)",
            tx.org,
            number,
            {"parties": {}, "names": ""},
        )
        await tx.execute("INSERT INTO subprocessor_subscribers VALUES ($1, $2, $3, '', now())", tx.org,
                         sub := new_id("sub"), sub.encode())  # fmt: skip
        await tx.execute("INSERT INTO subprocessor_letters (org_id, id, number, subscriber_id, state, made_at) "
                         "VALUES ($1, $2, $3, $4, 'failed', now())", tx.org, new_id("ltr"), number, sub)  # fmt: skip
    try:
        assert "1 letter about a change of the list could not be sent" in await page(house, runs)
    finally:
        async with house.pages.database.tenant(runs) as tx:
            await tx.execute("DELETE FROM subprocessor_subscribers WHERE org_id = $1 AND id = $2", tx.org, sub)


async def test_the_agreement_is_filled_for_the_organization(house: House) -> None:
    """With its own name; the public one leaves it open. Both are PDFs that nothing keeps."""
    async with house.browser(await house.session(house.principal)) as client:
        own, public = await client.get("/trust/centre/dpa.pdf"), await client.get("/trust/dpa.pdf")
    for answer in (own, public):
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.content.startswith(b"%PDF-")
    assert own.content != public.content


async def test_soc2_is_in_progress_for_everybody(house: House) -> None:
    """Every control is there with its day."""
    async with house.browser() as client:
        answer = await client.get("/trust/soc2")
    assert answer.status_code == 200
    assert answer.text.count('class="claim control"') == answer.text.count("Listed 2026-") == 38
    assert "There is no report" in answer.text
