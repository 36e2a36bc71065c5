"""The one way out, against real listeners on loopback: what it never reaches, and how what it reaches is bounded."""

import asyncio
import datetime as dt
import gzip
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.unit.egress.corpus import ADDRESS, FORMS, PUBLIC, TAKEN, Form
from tests.unit.egress.origin import ANSWER, Heard, Origin, redirect, saying, serving

from flowyte.egress.client import Answer, Denied, Egress, Limits, TooMuch, checked
from flowyte.egress.guard import Guard, Resolve, resolve
from flowyte.kit.errors import Invalid, VendorFailed

HOUSE = "127.0.0.2"  # where the tests' own servers are; the forbidden listener is on 127.0.0.1
HOUSES = [ip_network(HOUSE)]
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts no certificate; reading the public ones takes 25 ms each time
LOOPBACK = [ip_network("127.0.0.0/8")]


class Names:
    """A resolver that gives each name its answers in turn, the last one for ever."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.asked: list[str] = []
        self._answers = {name.replace("_", "."): list(found) for name, found in answers.items()}

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        found = self._answers.get(host, [[HOUSE]])
        return found.pop(0) if len(found) > 1 else found[0]


@asynccontextmanager
async def client(
    resolve: Resolve | None = None, *, allowed: Sequence[object] = HOUSES, trust: ssl.SSLContext | None = NOBODY
) -> AsyncIterator[Egress]:
    egress = Egress(allowed=[ip_network(str(one)) for one in allowed], resolve=resolve or Names(), trust=trust)
    try:
        yield egress
    finally:
        await egress.close()


def at(*origins: Origin, seconds: float = 5.0, size: int = 1 << 20, redirects: int = 0) -> Limits:
    ports = frozenset(origin.port for origin in origins)
    return Limits(seconds=seconds, bytes=size, redirects=redirects, ports=ports)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The address of every connection that this process tries, whoever asks for it."""
    found: list[str] = []
    connect = socket.socket.connect

    def noted(self: socket.socket, address: tuple[str, int]) -> None:
        found.append(str(address[0]))
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    return found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is handed to the system's resolver; none but localhost is let through to it."""
    found: list[str] = []
    system = socket.getaddrinfo

    def noted(host: str, *args: object, **more: object) -> object:
        found.append(host)
        assert host == "localhost"
        return system(host, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", noted)
    return found


# The corpus


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
                with pytest.raises(Denied):
                    await egress.request("GET", names.form.at(forbidden.port), limits=at(forbidden, redirects=3))
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


# Bounds


@pytest.mark.parametrize("head", [b"content-length: 5000\r\n", b"", b"transfer-encoding: chunked\r\n"])
async def test_a_body_over_the_limit_is_given_up(head: bytes) -> None:
    """Whether its length was said before or not; the connection is closed, not kept for the next request."""
    body = b"7d0\r\n" + b"x" * 2000 + b"\r\n" if b"chunked" in head else b"x" * 5000

    async def say(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body)
        await writer.drain()

    async with serving(say, HOUSE) as house, client() as egress:
        with pytest.raises(TooMuch):
            await egress.request("GET", f"http://{HOUSE}:{house.port}/", limits=at(house, size=1000))
        await asyncio.wait_for(house.gone.wait(), 2)
        assert house.connections == 1


async def test_a_body_at_the_limit_is_taken() -> None:
    """To the byte."""
    async with serving(host=HOUSE) as house, client() as egress:
        url = f"http://{HOUSE}:{house.port}/"
        assert (await egress.request("GET", url, limits=at(house, size=2))).body == b"ok"
        with pytest.raises(TooMuch):
            await egress.request("GET", url, limits=at(house, size=1))


@pytest.mark.parametrize(
    "stage", [b"", b"HTTP/1.1 200 OK\r\nx-slow: ", b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n"]
)
async def test_a_slow_drip_ends_with_the_time(stage: bytes) -> None:
    """Bytes that keep coming do not renew it, neither in the head nor in the body; the connection is closed."""

    async def drip(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(stage)
        while True:
            await asyncio.sleep(0.02)
            if stage:
                writer.write(b"x")
            await writer.drain()

    async with serving(drip, HOUSE) as house, client() as egress:
        with pytest.raises(VendorFailed, match=r"0\.15 s"):
            await egress.request("GET", f"http://{HOUSE}:{house.port}/", limits=at(house, seconds=0.15))


async def test_a_resolver_that_never_answers_ends_with_the_time() -> None:
    """The time is of the whole request, names included."""

    async def silent(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    async with client(silent) as egress:
        with pytest.raises(VendorFailed, match="did not answer"):
            await egress.request("GET", "http://example.com/", limits=Limits(seconds=0.05))


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000,
        b"HTTP/1.1 999999 \r\n\r\n",
        b"\x00\x01\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_the_vendors_fault(garbage: bytes) -> None:
    """Also a head that never ends: it is given up after 100 KiB."""
    async with serving(saying(x=garbage), HOUSE) as house, client() as egress:
        with pytest.raises(VendorFailed):
            await egress.request("GET", f"http://{HOUSE}:{house.port}/x", limits=at(house))


async def test_an_answer_is_not_unpacked() -> None:
    """None is asked for packed; one that comes so is given as it came, and its size is what was sent."""
    packed = gzip.compress(b"x" * 1_000_000)
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n".encode()
    async with serving(saying(bomb=head + packed), HOUSE) as house, client() as egress:
        url = f"http://{HOUSE}:{house.port}/bomb"
        answer = await egress.request("GET", url, limits=at(house, size=len(packed)))
        assert answer.body == packed
        assert house.heard[0].headers["accept-encoding"] == "identity"


# What is sent


async def test_a_request_says_what_it_should_and_nothing_else() -> None:
    """The host as it was named, our name, the length; a GET without a body has none."""
    async with serving(host=HOUSE) as house, client() as egress:
        url = f"http://Shop.Example.com.:{house.port}/a/b?c=d#part"
        await egress.request("POST", url, headers={"X-One": " 1 "}, body=b"{}", limits=at(house))
        await egress.request("GET", url, limits=at(house))
    posted, got = house.heard
    host = f"shop.example.com:{house.port}"
    always = {"host": host, "user-agent": "flowyte", "accept-encoding": "identity"}
    assert (posted.method, posted.path, posted.body) == ("POST", "/a/b?c=d", b"{}")
    assert posted.headers == {**always, "x-one": "1", "content-length": "2"}
    assert (got.method, got.headers) == ("GET", always)


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\ncontent-length: 500\r\n\r\n"),
        ("DELETE", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        ("OPTIONS", b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
    ],
)
async def test_an_answer_without_a_body_is_an_answer(method: str, answer: bytes) -> None:
    """And its connection serves the next request."""
    async with serving(saying(empty=answer), HOUSE) as house, client() as egress:
        found = await egress.request(method, f"http://{HOUSE}:{house.port}/empty", limits=at(house))
        assert found.body == b""
        assert (await egress.request("GET", f"http://{HOUSE}:{house.port}/", limits=at(house))).body == b"ok"
        assert house.connections == 1


async def test_a_refusal_leaves_the_client_as_it_was() -> None:
    """A connection that was open before still serves, and one that was refused is not kept."""
    async with serving(host=HOUSE) as house, client(Names(inside=[["127.0.0.1"]])) as egress:
        url = f"http://{HOUSE}:{house.port}/"
        await egress.request("GET", url, limits=at(house))
        for _ in range(3):
            with pytest.raises(Denied):
                await egress.request("GET", f"http://inside:{house.port}/", limits=at(house))
        await egress.request("GET", url, limits=at(house))
        assert house.connections == 1
        assert len(egress._pool.connections) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"x-one": "a\r\nx-two: b"}, {"x-one": "a\nb"}, {"x-one": "a\rb"}, {"x-one": "a\x00"}, {"x-one": "\x7f"},
        {"x-one": "café"}, {"x-one\r\nx-two": "b"}, {"x one": "b"}, {"x-one:": "b"}, {"": "b"}, {"ⅹ": "b"},
        {"Host": "inside"}, {"Content-Length": "0"}, {"Transfer-Encoding": "chunked"}, {"connection": "upgrade"},
        {"upgrade": "h2c"}, {"expect": "100-continue"}, {"TE": "trailers"}, {"accept-encoding": "gzip"},
    ],
    ids=ascii,
)  # fmt: skip
async def test_a_header_that_is_none_is_the_callers_fault(headers: dict[str, str], opened: list[str]) -> None:
    """It is said which, without its value, which may be secret; nothing is sent."""
    async with serving(host=HOUSE) as house, client() as egress:
        with pytest.raises(Invalid) as refused:
            await egress.request("POST", f"http://{HOUSE}:{house.port}/", headers=headers, limits=at(house))
        assert refused.value.fault == "caller"
        assert "x-two: b" not in refused.value.message
    assert opened == []


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "get", "GET / HTTP/1.1\r\nx:", ""])
async def test_a_method_that_is_none_is_the_callers_fault(method: str) -> None:
    """CONNECT would make a tunnel of it."""
    async with client() as egress:
        with pytest.raises(Invalid):
            await egress.request(method, "http://example.com/")


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would connect to what was never checked, and read what is sent."""
    async with serving() as proxy, serving(host=HOUSE) as house:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{proxy.port}")
        async with client() as egress:
            await egress.request("GET", f"http://shop.example.com:{house.port}/", limits=at(house))
        assert (proxy.connections, house.connections) == (0, 1)


# Redirects


async def test_a_redirect_is_an_answer_unless_asked_otherwise() -> None:
    """None is followed by default."""
    async with serving(saying(hop=redirect("/ok")), HOUSE) as house, client() as egress:
        answer = await egress.request("GET", f"http://{HOUSE}:{house.port}/hop", limits=at(house))
        assert (answer.status, answer.headers["location"]) == (302, "/ok")
        assert len(house.heard) == 1


async def test_redirects_are_followed_as_often_as_asked() -> None:
    """And not once more."""
    hops = saying(a=redirect("/b"), b=redirect("/c"), c=redirect("/d"))
    async with serving(hops, HOUSE) as house, client() as egress:
        url = f"http://{HOUSE}:{house.port}/a"
        assert (await egress.request("GET", url, limits=at(house, redirects=3))).body == b"ok"
        house.heard.clear()
        with pytest.raises(VendorFailed, match="more than 2 times"):
            await egress.request("GET", url, limits=at(house, redirects=2))
        assert [heard.path for heard in house.heard] == ["/a", "/b", "/c"]


@pytest.mark.parametrize(("status", "method", "body"), [(303, "GET", b""), (302, "GET", b""), (307, "POST", b"{}")])
async def test_a_redirect_keeps_or_drops_the_body_as_browsers_do(status: int, method: str, body: bytes) -> None:
    """With credentials, because it is the same host."""
    async with serving(saying(hop=redirect("/ok", status)), HOUSE) as house, client() as egress:
        sent = {"authorization": "Bearer x", "content-type": "application/json"}
        url = f"http://{HOUSE}:{house.port}/hop"
        await egress.request("POST", url, headers=sent, body=b"{}", limits=at(house, redirects=1))
        assert (house.heard[1].method, house.heard[1].body) == (method, body)
        assert house.heard[1].headers["authorization"] == "Bearer x"
        assert ("content-type" in house.heard[1].headers) == bool(body)


SECRETS = {
    "Authorization": "Bearer x",
    "Cookie": "a=b",
    "X-Api-Key": "k",
    "Proxy-Authorization": "p",
    "Accept": "text/*",
}


@pytest.mark.parametrize("other", ["other.example.com", "shop.example.com.example.org", HOUSE])
async def test_credentials_are_not_told_to_another_host(other: str) -> None:
    """Every header but a handful is dropped, not only those with well-known names."""
    async with serving(host=HOUSE) as second:
        onward = redirect(f"http://{other}:{second.port}/")
        async with serving(saying(hop=onward), HOUSE) as house, client() as egress:
            url, limits = f"http://shop.example.com:{house.port}/hop", at(house, second, redirects=1)
            await egress.request("GET", url, headers=SECRETS, limits=limits)
            assert "x-api-key" in house.heard[0].headers
            assert set(second.heard[0].headers) == {"host", "user-agent", "accept", "accept-encoding"}
            assert second.heard[0].headers["host"] == f"{other}:{second.port}"


async def test_another_port_is_another_host() -> None:
    """Who listens there may be somebody else."""
    async with serving(host=HOUSE) as second:
        onward = redirect(f"http://{HOUSE}:{second.port}/")
        async with serving(saying(hop=onward), HOUSE) as house, client() as egress:
            url, limits = f"http://{HOUSE}:{house.port}/hop", at(house, second, redirects=1)
            await egress.request("GET", url, headers=SECRETS, limits=limits)
            assert "authorization" not in second.heard[0].headers


@pytest.mark.parametrize("status", [307, 308])
async def test_a_body_is_not_carried_to_another_host(status: int) -> None:
    """307 and 308 would repeat it there."""
    async with serving(host=HOUSE) as second:
        onward = redirect(f"http://other.example.com:{second.port}/", status)
        async with serving(saying(hop=onward), HOUSE) as house, client() as egress:
            url, limits = f"http://shop.example.com:{house.port}/hop", at(house, second, redirects=1)
            with pytest.raises(Denied, match="another host"):
                await egress.request("POST", url, body=b"secret", limits=limits)
        assert second.connections == 0


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:99999999999/", "http://[::1", "//a@b/", "http://xn--/", "//é/", "//" + "a" * 70_000]
)
async def test_a_redirect_into_nonsense_is_refused(location: str) -> None:
    """As an error of ours with a message, whatever the other side writes."""
    async with serving(saying(hop=redirect(location)), HOUSE) as house, client() as egress:
        with pytest.raises((Denied, VendorFailed)):
            await egress.request("GET", f"http://{HOUSE}:{house.port}/hop", limits=at(house, redirects=1))


# TLS


def certified(folder: Path, *names: x509.GeneralName) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for these names, and one that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "egress test")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = (
        made.serial_number(1).not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(days=1))
    )
    made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


async def test_a_certificate_is_checked_against_the_name(tmp_path: Path, opened: list[str]) -> None:
    """While the connection goes to the address: the right name is answered, a wrong one or the address is not."""
    tls, trust = certified(tmp_path, x509.DNSName("shop.example.com"))
    async with serving(host=HOUSE, tls=tls) as house, client(trust=trust) as egress:
        for host in ("shop.example.com", "Shop.Example.COM", "shop.example.com."):
            answer = await egress.request("GET", f"https://{host}:{house.port}/", limits=at(house))
            assert answer.body == b"ok"
        for host in ("other.example.com", "example.com", HOUSE):
            with pytest.raises(VendorFailed, match="ConnectError"):
                await egress.request("GET", f"https://{host}:{house.port}/", limits=at(house))
    assert set(opened) == {HOUSE}
    assert {heard.headers["host"] for heard in house.heard} == {f"shop.example.com:{house.port}"}


async def test_a_certificate_for_an_address_is_checked_against_it(tmp_path: Path) -> None:
    """Where an address is named, it must be in the certificate as one."""
    tls, trust = certified(tmp_path, x509.IPAddress(ip_address(HOUSE)))
    async with serving(host=HOUSE, tls=tls) as house, client(trust=trust) as egress:
        assert (await egress.request("GET", f"https://{HOUSE}:{house.port}/", limits=at(house))).body == b"ok"


async def test_an_unknown_certificate_is_refused(tmp_path: Path) -> None:
    """By default those of the public are trusted, and one that the test made is not among them."""
    tls, _ = certified(tmp_path, x509.DNSName("shop.example.com"))
    async with serving(host=HOUSE, tls=tls) as house, client(trust=None) as egress:
        with pytest.raises(VendorFailed):
            await egress.request("GET", f"https://shop.example.com:{house.port}/", limits=at(house))
        assert house.heard == []


async def test_a_redirect_from_https_to_http_is_refused(tmp_path: Path) -> None:
    """What was protected on the first hop would be readable on the second."""
    async with serving(host=HOUSE) as plain:
        tls, trust = certified(tmp_path, x509.DNSName("shop.example.com"))
        hop = saying(hop=redirect(f"http://shop.example.com:{plain.port}/"))
        async with serving(hop, HOUSE, tls) as house, client(trust=trust) as egress:
            url, limits = f"https://shop.example.com:{house.port}/hop", at(house, plain, redirects=1)
            with pytest.raises(Denied, match="from https to http"):
                await egress.request("GET", url, limits=limits)
        assert plain.connections == 0
