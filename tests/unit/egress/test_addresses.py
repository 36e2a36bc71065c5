"""Which addresses are forbidden, and that a host is read as everybody reads it.

Invariant of the fuzz: a text that the system reads as an address is that address to us, or nothing; never a name.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.egress.corpus import ADDRESS, FORMS, LISTED, TAKEN, WRITTEN, Form, listed

from flowyte.egress.addresses import FORBIDDEN, NETWORKS, Address, Allow, Deny, networks, plain_host, verdict
from flowyte.kit.errors import SetupError

OTHER_ZEROS = "0٠०０𝟎"  # the zeros of four other scripts; their digits follow in order
OTHER_DOTS = ".。．｡"


def as_the_system_reads(text: str) -> Address | None:
    """What `inet_aton` or a numeric `getaddrinfo` makes of it, without asking anybody."""
    try:
        found = socket.getaddrinfo(text, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return ip_address(str(found[0][4][0]).partition("%")[0])
    except (OSError, ValueError):
        pass
    try:
        return IPv4Address(socket.inet_aton(text))
    except (OSError, ValueError):
        return None


@st.composite
def written_v4(draw: st.DrawFn) -> str:
    """An IPv4 address as inet_aton takes it: one to four numbers in any base, perhaps in another script."""
    parts = draw(st.lists(st.integers(0, 300), min_size=0, max_size=3)) + [draw(st.integers(0, 1 << 32))]
    formats = st.sampled_from(["{}", "0x{:x}", "0X{:X}", "0{:o}", "00{:o}", "{:03}"])
    text = ".".join(draw(formats).format(part) for part in parts)
    zero = ord(draw(st.sampled_from(OTHER_ZEROS)))
    moved = "".join(chr(zero + int(char)) if char in "0123456789" and draw(st.booleans()) else char for char in text)
    dotted = "".join(draw(st.sampled_from(OTHER_DOTS)) if char == "." else char for char in moved)
    return dotted + draw(st.sampled_from(["", "", ".", " ", "\n", " x", "%1", "\u00ad"]))


def written_v6() -> st.SearchStrategy[str]:
    ends = st.sampled_from(["", "", "%1", "%lo", "%25lo", ".", " "])
    shown = st.sampled_from([str, lambda found: found.exploded, lambda found: f"[{found}]", lambda found: f"::{found}"])
    return st.builds(lambda found, show, end: str(show(found)) + end, st.ip_addresses(v=6), shown, ends)


hosts = st.one_of(
    written_v4(),
    written_v6(),
    st.ip_addresses().map(str),
    st.sampled_from([form.url.removeprefix("http://").removesuffix(":PORT/") for form in FORMS]),
    st.text("0123456789abcdefxX.:[]%-_①②⑦\u017f\u212a。 \n", max_size=24),
    st.text(max_size=24),
)


@given(hosts)
@example("2130706433")
@example("0x7f.1")
@example("①②⑦.0.0.1")
@example("127.0.0.1 localhost")
@example("fe80::1%lo")
def test_what_the_system_reads_as_an_address_is_never_a_name(text: str) -> None:
    """It is that very address, or it is refused."""
    read, plain = as_the_system_reads(text), plain_host(text)
    if read is not None:
        assert plain is None or plain == read


@given(hosts)
def test_what_is_taken_reads_the_same_again(text: str) -> None:
    """Reading twice gives the same; a name is lower-case ASCII that every resolver can encode."""
    plain = plain_host(text)
    if plain is None:
        return
    assert plain_host(str(plain)) == plain
    if isinstance(plain, str):
        assert plain == plain.lower()
        assert plain.isascii()
        assert plain.encode("idna") == plain.encode("ascii")


@pytest.mark.parametrize(
    "text", ["localho\u017ft", "\u212aelvin.example.com", "example.com\n", "[127.0.0.1]", "::1%lo", ""]
)
def test_look_alikes_are_nothing(text: str) -> None:
    """Letters that become others in lower case, a line's end, brackets where none belong, a zone."""
    assert plain_host(text) is None


def test_the_corpus_is_worth_its_name() -> None:
    """It is long, holds each form once, and the system reads many of the refused ones as an address of this machine."""
    assert len(FORMS) > 200
    assert len({form.url for form in FORMS}) == len(FORMS)
    refused = [form for form in FORMS if form.becomes == WRITTEN]
    hosts = [form.url.removeprefix("http://").removesuffix(":PORT/") for form in refused]
    inside = [host for host in hosts if (read := as_the_system_reads(host)) and isinstance(verdict(read), Deny)]
    assert len(inside) > 20


def test_the_document_lists_what_was_tried() -> None:
    """Word for word; `python -m tests.unit.egress.corpus` writes it."""
    assert listed() in LISTED.read_text()


def test_the_document_lists_what_is_forbidden() -> None:
    """Each network of the table, with its reason."""
    text = LISTED.read_text()
    assert [network for network, why in FORBIDDEN.items() if f"| `{network}` | {why} |" not in text] == []


@pytest.mark.parametrize(("network", "why"), NETWORKS, ids=str)
def test_a_network_is_forbidden_from_its_first_address_to_its_last(network: object, why: str) -> None:
    """And the reason is given."""
    found = ip_network(str(network))
    for address in (found.network_address, found[found.num_addresses // 2], found.broadcast_address):
        assert verdict(address) == Deny(why)


@given(st.ip_addresses(v=4), st.integers(0, 2**32 - 1))
def test_ipv4_within_ipv6_is_forbidden_whatever_it_is(inside: IPv4Address, rest: int) -> None:
    """Mapped, compatible, translated, NAT64 of both kinds, 6to4 and Teredo: there is a plain way to write it."""
    low = int(inside)
    for high in ("::ffff:0:0", "::", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::"):
        assert isinstance(verdict(IPv6Address(int(IPv6Address(high)) | low)), Deny)
    for prefix, shift in ((0x2002 << 112, 80), (0x20010000 << 96, 64)):
        assert isinstance(verdict(IPv6Address(prefix | low << shift | rest)), Deny)
    assert isinstance(verdict(IPv6Address((0x20010000 << 96) | rest << 32 | (low ^ 0xFFFFFFFF))), Deny)


@given(st.ip_addresses())
def test_what_python_calls_not_global_is_forbidden(address: Address) -> None:
    """The table is wider than `ipaddress`, never narrower."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert isinstance(verdict(address), Deny)


@given(st.ip_addresses(), st.ip_addresses(v=4), st.integers(1, 32))
def test_allowing_a_network_allows_nothing_else(address: Address, base: IPv4Address, length: int) -> None:
    """An operator's network opens itself, in its own family, and only that."""
    opened = ip_network(f"{base}/{length}", strict=False)
    assert verdict(base, [opened]) == Allow()
    if address.version == 6 or address not in opened:
        assert verdict(address, [opened]) == verdict(address)


def test_the_setting_is_read() -> None:
    """Networks and single addresses, separated by commas; empty is none."""
    assert networks("") == networks(" , ") == ()
    assert networks("10.20.0.0/16, fd00:1::/64,192.168.0.9") == (
        ip_network("10.20.0.0/16"), ip_network("fd00:1::/64"), ip_network("192.168.0.9"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["10.0.0.1/8", "ten", "10.0.0.0/33", "10.0.0.0/8;10.1.0.0/16", "0.0.0.0/0", "::/0", "*"]
)
def test_nonsense_in_the_setting_stops_the_start(text: str) -> None:
    """With the part that cannot be read; everything at once is no network either."""
    with pytest.raises(SetupError, match="egress_allow"):
        networks(f"192.168.0.0/16,{text}")


@pytest.mark.parametrize("form", [form for form in FORMS if form.becomes != WRITTEN], ids=lambda form: ascii(form.url))
def test_answers_of_the_corpus_are_judged_as_it_says(form: Form) -> None:
    """Of a name that is refused, one answer at least is forbidden; of one that is taken, none."""
    host = form.url.removeprefix("http://").removesuffix(":PORT/")
    read = plain_host(host)
    judged = [read] if isinstance(read, Address) else [ip_address(text) for text in form.answers]
    forbidden = any(isinstance(verdict(address), Deny) for address in judged)
    assert forbidden == (form.becomes == ADDRESS)
    assert forbidden != (form.becomes == TAKEN)
