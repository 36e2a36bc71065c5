"""Ways to write an address, and what becomes of each. The document and the tests read this one list.

`python -m tests.unit.egress.corpus` writes it into docs/explanation/egress.md.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Becomes = Literal["refused as written", "refused by address", "taken"]
WRITTEN: Becomes = "refused as written"  # before any name is asked
ADDRESS: Becomes = "refused by address"  # after its name was asked, where it has one
TAKEN: Becomes = "taken"

PUBLIC = "93.184.215.14"
PUBLIC_V6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
LISTED = Path(__file__).parents[3] / "docs/explanation/egress.md"
BEGIN, END = "<!-- corpus: begin -->\n", "<!-- corpus: end -->\n"


@dataclass(frozen=True, slots=True)
class Form:
    """`PORT` stands for the port of the forbidden listener. `answers` is what a name is said to be."""

    url: str
    becomes: Becomes
    answers: tuple[str, ...] = ("127.0.0.1",)

    def at(self, port: int) -> str:
        return self.url.replace("PORT", str(port))


def _host(becomes: Becomes, *hosts: str) -> list[Form]:
    return [Form(f"http://{host}:PORT/", becomes) for host in hosts]


def _name(name: str, *answers: str) -> Form:
    return Form(f"http://{name}:PORT/", ADDRESS, answers)


CORPUS: dict[str, list[Form]] = {
    "IPv4, plainly": _host(
        ADDRESS, "127.0.0.1", "127.0.0.53", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1",
        "172.31.255.255", "192.168.0.1", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7",
        "203.0.113.9", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    ),
    "IPv4 in other numbers": _host(
        WRITTEN, "2130706433", "0x7f000001", "0x7F.0x0.0x0.0x1", "0x7f.1", "017700000001", "0177.0.0.1", "0177.0.0.01",
        "127.1", "127.0.1", "127.0.0.1.", "0", "0.0", "127.0.0.01", "000127.0.0.1", "4294967295", "2852039166",
        "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "256.256.256.256", "127.0.0.0x1", "127.00000.0.1",
        "127.0.0.1.example.com.1", "127..0.1", "1.2.3.4.5",
    ),
    "digits and dots of other scripts": [
        *_host(
            WRITTEN, "①②⑦.⓪.⓪.①", "⑯⑨.②⑤④.⑯⑨.②⑤④", "１２７.0.0.1", "１２７．０．０．１", "١٢٧.٠.٠.١",
            "𝟏𝟐𝟕.𝟎.𝟎.𝟏", "⒈.0.0.1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "localhoſt", "loca\u00adlhost", "local\u200bhost",
            "l\u043ecalhost\u2028",
        ),
        *_host(ADDRESS, "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "localhost。", "१२७.०.०.१"),
    ],
    "IPv6": _host(
        ADDRESS, "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0000::0001]", "[fe80::1]", "[fec0::1]", "[fc00::1]",
        "[fd12:3456:789a::1]", "[ff02::1]", "[ff0e::1]", "[100::1]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]",
        "[2001:10::1]", "[2620:4f:8000::1]", "[4000::1]",
    ),
    "IPv4 within IPv6": _host(
        ADDRESS, "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:FFFF:7F00:0001]", "[::ffff:0:127.0.0.1]",
        "[::127.0.0.1]", "[::7f00:1]", "[::ffff:169.254.169.254]", "[::ffff:93.184.215.14]", "[64:ff9b::127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]", "[64:ff9b:1:fffe::a9fe:a9fe]", "[2002:7f00:1::1]",
        "[2002:a9fe:a9fe::]", "[2001:0:7f00:1::]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    ),
    "zones, brackets and what is nearly IPv6": _host(
        WRITTEN, "[::1%25lo]", "[::1%lo]", "[fe80::1%251]", "[2606:2800:21f::1%251]", "[127.0.0.1]",
        "[::1].example.com", "[::ffff:127.1]", "[::ffff:0177.0.0.1]", "[[::1]]", "[v1.127]", "::1",
    ),
    "metadata services of clouds": [
        *_host(ADDRESS, "169.254.169.254", "169.254.170.2", "[fd00:ec2::254]", "[fd20:ce::254]", "168.63.129.16"),
        *_host(ADDRESS, "100.100.100.200", "192.0.0.192", "[fe80::a9fe:a9fe]"),
        _name("metadata.google.internal", "169.254.169.254"),
        _name("metadata", "169.254.169.254"),
        _name("instance-data.ec2.internal", "169.254.169.254", "fd00:ec2::254"),
    ],
    "names": [
        *_host(ADDRESS, "localhost", "LOCALHOST", "localhost.", "app.localhost", "localhost.localdomain"),
        *_host(ADDRESS, "ip6-localhost", "inside", "db.internal", "printer.local"),
        _name("127.0.0.1.example.com", "127.0.0.1"),
        _name("v6.example.com", "::1"),
        _name("mapped.example.com", "::ffff:127.0.0.1"),
        _name("nat64.example.com", "64:ff9b::7f00:1"),
        _name("linked.example.com", "fe80::1"),
        _name("first.example.com", "127.0.0.1", PUBLIC),
        _name("last.example.com", PUBLIC, PUBLIC_V6, "127.0.0.1"),
        _name("xn--mnchen-3ya.example.com", "10.0.0.1"),
    ],
    "what is no name": _host(
        WRITTEN, "local host", "*.example.com", "example..com", ".example.com", "-", "a" * 64 + ".example.com",
        "a." * 127 + "com", "localhost%00.example.com", "exa$mple.com", "127.0.0.1%2eexample.com", "%31%32%37.0.0.1",
        "%6c%6f%63%61%6c%68%6f%73%74", "localhost%2f", "example.com;127.0.0.1", "example.com,127.0.0.1", "", "é" * 64,
    ),
    "users, back-slashes and characters nobody sees": [
        Form(url, WRITTEN)
        for url in (
            "http://user:password@example.com:PORT/", "http://example.com@127.0.0.1:PORT/", "http://example.com:80@127.0.0.1:PORT/",
            "http://a@b@127.0.0.1:PORT/", "http://:@127.0.0.1:PORT/", "http://127.0.0.1:PORT\\@example.com/",
            "http://example.com\\@127.0.0.1:PORT/", "http://127.0.0.1:PORT\\.example.com/",
            "http:\\\\127.0.0.1:PORT\\", "http://example.com:PORT@127.0.0.1/", "http://example.com%40127.0.0.1:PORT/",
            "http://127.0.0.1:PORT\t/", "http://127.0.\t0.1:PORT/", "ht\ntp://127.0.0.1:PORT/",
            "http://127.0.0.1\r\n:PORT/", "http://127.0.0.1:PORT/\r\nHost: example.com", " http://127.0.0.1:PORT/",
            "http://127.0.0.1 :PORT/", "http://example.com:PORT/\x00", "http://127.0.0.1\u3000:PORT/",
        )
    ] + [
        Form("http://@127.0.0.1:PORT/", ADDRESS), Form("http://127.0.0.1:PORT#@example.com/", ADDRESS),
        Form("http://127.0.0.1:PORT?@example.com/", ADDRESS), Form("hTTp://127.0.0.1:PORT/", ADDRESS),
        Form("http://127.0.0.1:PORT/../..//%2e%2e/", ADDRESS),
    ],
    "schemes and ports": [
        Form(url, WRITTEN)
        for url in (
            "file:///etc/passwd", "file://127.0.0.1/etc/passwd", "gopher://127.0.0.1:PORT/_GET", "ftp://127.0.0.1:PORT/",
            "dict://127.0.0.1:PORT/", "ldap://127.0.0.1:PORT/", "ws://127.0.0.1:PORT/", "unix:///var/run/docker.sock",
            "http+unix://%2fvar%2frun%2fdocker.sock/", "jar:http://127.0.0.1:PORT/!/", "data:text/plain,x",
            "//127.0.0.1:PORT/", "127.0.0.1:PORT", "http:127.0.0.1:PORT/", "http:/127.0.0.1:PORT/",
            "http:///127.0.0.1:PORT/", "", "http://", "http://127.0.0.1:0/", "http://127.0.0.1:22/",
            "http://example.com:0/", "http://example.com:25/", "http://example.com:65616/", "http://example.com:-1/",
            "http://example.com:x/",
        )
    ],
    "what is taken": [
        Form(f"http://{host}:PORT/", TAKEN, (PUBLIC, PUBLIC_V6))
        for host in (
            PUBLIC, f"[{PUBLIC_V6}]", "example.com", "EXAMPLE.com", "example.com.", "a_b.example.com",
            "bücher.example.com", "xn--bcher-kva.example.com", "example。com", "xn--zzzzzz99999.example.org",
        )
    ],
}  # fmt: skip
FORMS = [form for forms in CORPUS.values() for form in forms]


def listed() -> str:
    """The list as the document shows it: one row a kind and outcome."""
    rows = ["| kind | what becomes of it | written |", "|---|---|---|"]
    for kind, forms in CORPUS.items():
        for becomes in dict.fromkeys(form.becomes for form in forms):
            shown = " ".join(_shown(form) for form in forms if form.becomes == becomes)
            rows.append(f"| {kind} | {becomes} | {shown} |")
    return "\n".join(rows) + "\n"


def _shown(form: Form) -> str:
    bare = form.url.removeprefix("http://").removesuffix(":PORT/")
    alone = form.url == f"http://{bare}:PORT/" and bare and bare[0] != "/"
    url = bare if alone else form.at(80)
    visible = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in url)
    if len(visible) > 60:
        visible = f"{visible[:20]}… ({len(url)} characters)"
    asked = form.becomes == ADDRESS and form.answers != ("127.0.0.1",)
    return (f"`{visible}`" if visible else "(nothing)") + (f" (at {', '.join(form.answers)})" if asked else "")


if __name__ == "__main__":
    before, _, rest = LISTED.read_text().partition(BEGIN)
    LISTED.write_text(before + BEGIN + listed() + END + rest.partition(END)[2])
