"""The public trust page and the way to report a vulnerability, as somebody without an account meets them."""

import re
from datetime import UTC, datetime

from tests.postgres.dashboard.conftest import House

from flowyte.tenancy.organizations import create_organization, only_organization, system_principal
from flowyte.trust import reports
from flowyte.trust.claims import CLAIMS

FOUND = "With <script>alert(1)</script> in my name I read another organization's list."


async def test_every_claim_is_on_the_page_with_its_state_and_its_evidence(house: House) -> None:
    """Without an account, without a script, and what is in progress is not shown as kept."""
    async with house.browser() as client:
        answer = await client.get("/trust")
    assert answer.status_code == 200
    for claim in CLAIMS:
        section = re.search(rf'id="{claim.id}".*?</section>', answer.text, re.DOTALL)
        assert section, claim.id
        assert claim.missing == "" or ">Kept<" not in section[0]
        assert all(probe in section[0] for probe in claim.probes)
    assert len(answer.content) < 100_000
    assert "compliant" not in answer.text.lower()


async def test_the_claims_are_there_for_programs(house: House) -> None:
    """A bare object with the fields that are promised."""
    async with house.browser() as client:
        claims = (await client.get("/trust/claims")).json()["claims"]
    assert [claim["id"] for claim in claims] == [claim.id for claim in CLAIMS]
    for claim in claims:
        assert claim["status"] in ("kept", "in_progress", "broken", "not_applicable")
        assert datetime.fromisoformat(claim["checkedAt"]).tzinfo
        assert all(check["result"] in ("passed", "failed", "not_applicable") for check in claim["checks"])


async def test_who_receives_data_is_told_to_everybody(house: House) -> None:
    """This installation's settings switch nobody on; what organizations may connect stands apart."""
    async with house.browser() as client:
        answer = await client.get("/trust/subprocessors")
    assert answer.status_code == 200
    assert "sends data of organizations nowhere" in answer.text
    assert 'id="carrier"' in answer.text
    assert 'id="mail"' not in answer.text


async def test_security_txt_says_where_to_report(house: House) -> None:
    """As RFC 9116 has it: plain text, a contact by its full address, and an end in the future within a year."""
    async with house.browser() as client:
        answer = await client.get("/.well-known/security.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert fields["Contact"] == "http://flowyte.example.com/security/report"
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert 0 < left.days < 365


async def test_a_report_is_sealed_numbered_and_read_by_who_runs_the_installation(house: House) -> None:
    """Nobody else reads it, and nothing of it stands in the database in the clear."""
    pages = house.pages
    runs = system_principal(await only_organization(pages.database))
    async with house.browser() as client:
        answer = await client.post("/security/report", data={"report": FOUND, "contact": "finder@example.com"})
    number = re.search(r"vul_\w{22}", answer.text)
    assert number, answer.text
    async with pages.database.tenant(runs) as tx:
        kept = await tx.fetchval("SELECT t::text FROM security_reports t WHERE id = $1", number[0])
        assert "script" not in kept
        assert any(
            each.id == number[0] and each.report == FOUND for each in await reports.list_reports(tx, pages.sealer)
        )
    async with house.browser(await house.session(runs)) as reader:
        assert "vulnerability came in" in (await reader.get("/")).text
        page = await reader.get("/security/reports")
        assert "&lt;script&gt;alert(1)" in page.text
        assert (await reader.post(f"/security/reports/{number[0]}")).status_code == 303
        assert (await reader.get("/security/reports")).text.count("I have seen it") == page.text.count(
            "I have seen it"
        ) - 1
    later = system_principal((await create_organization(pages.database, "Later")).org)
    async with house.browser(await house.session(later)) as other:
        assert number[0] not in (await other.get("/security/reports")).text


async def test_a_report_that_cannot_be_taken_is_not_lost(house: House) -> None:
    """Too short, too long, or one too many: the words stay in the form, with what to do."""
    async with house.browser() as client:
        short = await client.post("/security/report", data={"report": "It opens.", "contact": "me"})
        long = await client.post("/security/report", data={"report": "x" * 30_000, "contact": "me"})
        assert [short.status_code, long.status_code] == [400, 400]
        assert "It opens." in short.text
        many = [await client.post("/security/report", data={"report": FOUND}) for _ in range(12)]
    assert many[-1].status_code == 429
    assert "I read another organization" in many[-1].text


async def test_reports_are_for_owners(house: House) -> None:
    """A builder of the organization that runs it is not shown how to break in."""
    runs = system_principal(await only_organization(house.pages.database))
    async with house.browser(await house.session(runs, "builder")) as client:
        assert (await client.get("/security/reports")).status_code == 403


async def test_the_page_asks_for_nothing_elsewhere(house: House) -> None:
    """No request leaves for a third party when somebody reads it."""
    async with house.browser() as client:
        page = (await client.get("/trust")).text
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert links
    assert not [link for link in links if not link.startswith(("/", "#"))]
