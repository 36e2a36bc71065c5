"""The one way out, against real listeners on loopback: what it never reaches, and where names lead it."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address

import pytest
from tests.unit.egress.corpus import ADDRESS, FORMS, PUBLIC, TAKEN, Form
from tests.unit.egress.house import HOUSE, LOOPBACK, Names, at, client
from tests.unit.egress.origin import ANSWER, Heard, Origin, redirect, saying, serving

from flowyte.egress.client import Answer, Denied, Egress, Limits, checked
from flowyte.egress.guard import Guard, resolve
from flowyte.kit.errors import VendorFailed


class Corpus:
    """A resolver that answers as the form says whose turn it is; localhost is the system's to answer, if told so."""

    def __init__(self, *, system: bool = False) -> None:
        self.form = FORMS[0]
        self._system = system

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        if host == "shop.example.com":
            return [HOUSE]
        return await resolve(host, port) if self._system and host == "localhost" else self.form.answers


@pytest.mark.parametrize("system", [False, True], ids=["resolver of the test", "resolver of the system"])
async def test_no_form_of_the_corpus_reaches_anything(opened: list[str], asked: list[str], system: bool) -> None:
    """Each is refused, the forbidden listener is never connected to, and no other connection is tried."""
    names = Corpus(system=system)
    async with serving() as forbidden, client(names, allowed=()) as egress:
        for names.form in FORMS:
            if names.form.becomes != TAKEN:
                with pytest.raises(Denied) as refused:
                    await egress.request("GET", names.form.at(forbidden.port), limits=at(forbidden, redirects=3))
                by_address = "is at an address" in refused.value.message
                assert by_address == (names.form.becomes == ADDRESS), names.form
        assert forbidden.connections == 0
    assert opened == []
    assert set(asked) == ({"localhost"} if system else set())


async def test_no_redirect_to_a_form_of_the_corpus_reaches_anything(opened: list[str]) -> None:
    """A server that may be reached sends the client on to each: it stays the only one that is connected to.

    What is written without a host (`http:127.0.0.1`) may be read as a path of that server, as RFC 3986 has it.
    """
    names, location = Corpus(), b""

    async def hop(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(location if heard.path == "/hop" else ANSWER)

    async with serving() as forbidden, serving(hop, HOUSE) as house, client(names) as egress:
        limits = at(house, forbidden, redirects=3)
        for names.form in FORMS:
            location = redirect(names.form.at(forbidden.port))
            if names.form.becomes == TAKEN:
                continue
            refused = pytest.raises(Denied) if names.form.becomes == ADDRESS else suppress(Denied, VendorFailed)
            with refused:
                answer = await egress.request("GET", f"http://shop.example.com:{house.port}/hop", limits=limits)
                assert answer.body == b"ok"
        assert forbidden.connections == 0
        assert {heard.headers["host"] for heard in house.heard} == {f"shop.example.com:{house.port}"}
    assert set(opened) == {HOUSE}


async def test_the_listener_can_be_reached_where_the_operator_says_so() -> None:
    """The control of the tests above: the same client and listener, with its network allowed and its port named."""
    async with serving() as listener, client(Names(inside=[["127.0.0.1"]]), allowed=LOOPBACK) as egress:
        for host in ("127.0.0.1", "inside"):
            answer = await egress.request("GET", f"http://{host}:{listener.port}/", limits=at(listener))
            assert (answer.status, answer.body) == (200, b"ok")
        assert listener.connections == 2
        with pytest.raises(Denied, match="Port"):
            await egress.request("GET", f"http://127.0.0.1:{listener.port}/")
        with pytest.raises(Denied):
            await egress.request("GET", f"http://2130706433:{listener.port}/", limits=at(listener))


@pytest.mark.parametrize("form", [form for form in FORMS if form.becomes == TAKEN], ids=lambda form: ascii(form.url))
async def test_what_is_taken_goes_to_the_address_that_was_checked(form: Form) -> None:
    """Nothing is connected to here: the guard is asked where it would go."""
    target = checked(form.at(80), Limits())
    names = Corpus()
    names.form = form
    guard = Guard((), names)
    found = [str(address) for address in await guard.addresses(target.raw_host.decode(), 80)]
    assert found in (list(form.answers), [form.answers[0]], [form.answers[1]])


# Names that change their mind


async def test_a_name_is_asked_once_and_its_second_answer_is_never_heard(opened: list[str]) -> None:
    """Rebinding: allowed at first, forbidden the second time. The connection goes to what was checked."""
    async with serving() as forbidden, serving(host=HOUSE) as house:
        names = Names(shop_example_com=[[HOUSE], ["127.0.0.1"]])
        async with client(names) as egress:
            url = f"http://shop.example.com:{house.port}/"
            assert (await egress.request("GET", url, limits=at(house))).status == 200
            assert names.asked == ["shop.example.com"]
        async with client(names) as egress:
            with pytest.raises(Denied):
                await egress.request("GET", f"http://shop.example.com:{forbidden.port}/", limits=at(forbidden))
        assert forbidden.connections == 0
    assert opened == [HOUSE]


async def test_a_public_answer_first_and_a_forbidden_one_second(opened: list[str]) -> None:
    """Asked twice, the guard gives the public address and then refuses; it never connects on its own."""
    guard = Guard((), Names(flip_example_com=[[PUBLIC], ["127.0.0.1"]]))
    assert await guard.addresses("flip.example.com", 80) == [ip_address(PUBLIC)]
    with pytest.raises(Denied):
        await guard.connect_tcp("flip.example.com", 80)
    assert opened == []


@pytest.mark.parametrize("answers", [[HOUSE, "127.0.0.1"], ["127.0.0.1", HOUSE], [HOUSE, "::ffff:127.0.0.1"]])
async def test_one_forbidden_answer_is_enough(opened: list[str], answers: list[str]) -> None:
    """Nothing is connected to, whichever order they come in; the message does not say which address it was."""
    async with serving() as forbidden, client(Names(two_example_com=[answers])) as egress:
        with pytest.raises(Denied) as refused:
            await egress.request("GET", f"http://two.example.com:{forbidden.port}/", limits=at(forbidden))
        assert forbidden.connections == 0
    assert opened == []
    assert "127." not in refused.value.message


async def _followed(egress: Egress, house: Origin, forbidden: Origin) -> Answer:
    url = f"http://shop.example.com:{house.port}/hop"
    return await egress.request("GET", url, limits=at(house, forbidden, redirects=3))


async def test_a_name_that_flips_between_hops_is_checked_at_each(opened: list[str]) -> None:
    """The same name, allowed at the first hop and forbidden at the next."""
    async with serving() as forbidden:
        onward = f"http://shop.example.com:{forbidden.port}/"
        async with serving(saying(hop=redirect(onward)), HOUSE) as house:
            names = Names(shop_example_com=[[HOUSE], ["127.0.0.1"]])
            async with client(names) as egress:
                with pytest.raises(Denied):
                    await _followed(egress, house, forbidden)
            assert names.asked == ["shop.example.com"] * 2
        assert forbidden.connections == 0
    assert opened == [HOUSE]


async def test_the_second_address_is_tried_when_the_first_is_deaf() -> None:
    """Both were checked before either was tried; 127.0.0.3 has nobody at this port."""
    async with serving(host=HOUSE) as house:
        names = Names(two_example_com=[["127.0.0.3", HOUSE]])
        async with client(names, allowed=LOOPBACK) as egress:
            answer = await egress.request("GET", f"http://two.example.com:{house.port}/", limits=at(house))
            assert answer.status == 200


@pytest.mark.parametrize("answers", [[], ["no address"]])
async def test_a_name_without_an_address_is_the_vendors_fault(answers: list[str]) -> None:
    """So is one that the resolver does not know."""
    async with serving() as forbidden, client(Names(none_example_com=[answers])) as egress:
        with pytest.raises(VendorFailed):
            await egress.request("GET", f"http://none.example.com:{forbidden.port}/", limits=at(forbidden))


async def test_an_unknown_name_is_the_vendors_fault() -> None:
    """The message names it."""

    async def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async with client(unknown) as egress:
        with pytest.raises(VendorFailed, match=r"nowhere\.example\.com"):
            await egress.request("GET", "http://nowhere.example.com/")


async def test_a_socket_file_is_no_address() -> None:
    """The pool never asks for one; if it did, this is the answer."""
    with pytest.raises(Denied):
        await Guard((), Names()).connect_unix_socket("/run/docker.sock")
