"""Letters by SMTP to a server on loopback: who gets one, what it opens, and that nobody can tell from the page."""

from dataclasses import replace

import pytest
from tests.postgres.dashboard.conftest import OWN, House
from tests.postgres.dashboard.mailbox import Mailbox, anybody, fields_of, link_in

from flowyte.kit.errors import SetupError
from flowyte.providers.smtp import MOST_WAITING, Letter, Outbox, Server

PASSWORD = "seven quiet harbours"


async def test_who_is_invited_gets_a_letter_and_nobody_else_its_link(house: House, mailbox: Mailbox) -> None:
    """The page does not hold the link: only who reads the mailbox can join."""
    email = anybody()
    async with house.browser(await house.session(house.principal)) as owner, house.browser() as guest:
        page = await owner.post("/members", data={"email": email, "role": "builder"})
        assert "/join?invite=" not in page.text
        letter = await mailbox.next()
        assert letter["To"] == email
        assert letter["Auto-Submitted"] == "auto-generated"
        joined = await guest.post("/join", data={**fields_of(link_in(letter)), "password": PASSWORD})
        assert joined.headers["location"] == "/"
        assert (await guest.get("/agents")).status_code == 200
        assert (await guest.get("/api-keys")).status_code == 403


async def test_asking_for_a_letter_tells_nothing(house: House, mailbox: Mailbox) -> None:
    """Known and unknown addresses get the same page byte for byte; only the known mailbox gets a letter."""
    known, unknown = anybody(), anybody()
    async with house.browser(await house.session(house.principal)) as owner, house.browser() as guest:
        await owner.post("/members", data={"email": known, "role": "builder"})
        await guest.post("/join", data={**fields_of(link_in(await mailbox.next())), "password": PASSWORD})
    async with house.browser() as stranger:
        pages = [await stranger.post("/forgot", data={"email": email}) for email in (unknown, known)]
        assert pages[0].content == pages[1].content
        assert [page.status_code for page in pages] == [200, 200]
        assert dict(pages[0].headers) == dict(pages[1].headers)
        letter = await mailbox.next()
        assert letter["To"] == known
        changed = await stranger.post(
            "/new-password", data={**fields_of(link_in(letter)), "password": "eight quiet harbours"}
        )
        assert changed.headers["location"] == "/sign-in?done=password"
        for password, status in ((PASSWORD, 401), ("eight quiet harbours", 303)):
            answer = await stranger.post("/sign-in", data={"email": known, "password": password})
            assert answer.status_code == status
    assert mailbox.letters == []


async def test_who_signs_up_gets_an_organization_of_their_own(house: House, mailbox: Mailbox) -> None:
    """And nothing of anybody else's; a host name that a request makes up stands in no letter."""
    async with house.browser() as guest:
        await guest.post("/sign-up", data={"email": anybody()}, headers={"X-Forwarded-Host": "evil.example.org"})
        letter = await mailbox.next()
        made = await guest.post(
            "/sign-up", data={**fields_of(link_in(letter)), "name": "A practice", "password": PASSWORD}
        )
        assert made.headers["location"] == "/"
        home = (await guest.get("/")).text
        assert "A practice" in home
        assert "clinic" not in home


async def test_signing_up_is_closed_unless_the_operator_opens_it(house: House) -> None:
    """Without mail nothing is sent and nothing pretends to be."""
    for closed, paths in (
        (replace(house.pages, open_sign_up=False), ("/sign-up",)),
        (replace(house.pages, mail=None), ("/sign-up", "/forgot")),
    ):
        house.app.state.pages = closed
        async with house.browser() as guest:
            for path in paths:
                assert (await guest.get(path)).status_code == 404
                assert (await guest.post(path, data={"email": anybody()})).status_code == 404


async def test_asking_again_and_again_is_refused(house: House, mailbox: Mailbox) -> None:
    """Nobody's mailbox is filled: ten letters in a quarter of an hour for an address, from one place."""
    email = anybody()
    async with house.browser() as guest:
        answers = [await guest.post("/forgot", data={"email": email}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert mailbox.letters == []


async def test_a_busy_server_is_tried_again(mailbox: Mailbox, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two refusals for now do not lose a letter; one that nobody takes does not hold up the next."""
    monkeypatch.setattr("flowyte.providers.smtp.TRIES_AFTER_S", (0.0, 0.01, 0.01))
    outbox = house.app.state.pages.mail

    async def letter(to: str) -> Letter:
        return Letter(to=to, subject="A", text="B")

    mailbox.refusals = 2
    outbox.put(lambda: letter("a@example.com"))
    assert (await mailbox.next())["To"] == "a@example.com"
    mailbox.refusals = 3
    outbox.put(lambda: letter("b@example.com"))
    outbox.put(lambda: letter("c@example.com"))
    assert (await mailbox.next())["To"] == "c@example.com"


async def test_too_many_letters_at_once_are_dropped() -> None:
    """The web process does not grow with what strangers ask for."""
    outbox = Outbox(Server.parse("smtp://127.0.0.1:9"), "house@example.com")

    async def nothing() -> None:
        return None

    for _ in range(MOST_WAITING + 5):
        outbox.put(nothing)
    assert outbox._waiting.qsize() == MOST_WAITING


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://a:b@c:port"])
def test_a_mail_server_that_is_none_is_said_at_the_start(url: str) -> None:
    with pytest.raises(SetupError):
        Server.parse(url)


async def test_a_letter_can_be_ended_by_one_click(house: House, mailbox: Mailbox) -> None:
    """The header holds the whole address as it is: encoded or broken, no mail program follows it (RFC 8058)."""
    url = f"{OWN}/trust/unsubscribe?token={'a_b-c.D' * 40}"
    letter = Letter(to=anybody(), subject="News", text=f"Here: {url}\n", unsubscribe=url)
    mail = house.app.state.pages.mail
    await mail.send(letter, id="ltr_1")
    came = await mailbox.next()
    assert came["List-Unsubscribe"] == f"<{url}>"
    assert came["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url in came.get_payload(decode=True).decode()
