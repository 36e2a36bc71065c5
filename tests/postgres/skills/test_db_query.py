"""A skill's own database: real rows out, nothing in, whatever the statement and whatever a caller says.

The role of these tests is a superuser: that nothing is written is our doing and not its lack of rights.
"""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.unit.skills.orders import order

from flowyte.egress.addresses import networks
from flowyte.egress.guard import Guard, resolve
from flowyte.egress.postgres import MOST_ROWS, StatementRefused, Target, _tls, read
from flowyte.egress.wire import Denied
from flowyte.kit.errors import Invalid, VendorFailed
from flowyte.kit.postgres import Cluster
from flowyte.kit.secret import SecretText
from flowyte.skills.kinds import db_query
from flowyte.skills.runner import Order, SkillFailed

GUARD = Guard(networks("127.0.0.0/8"), resolve)
SHOP = """
CREATE TABLE orders (id int PRIMARY KEY, customer text, placed date, total numeric(8, 2), open boolean, at timestamptz);
INSERT INTO orders VALUES (7, 'A. Caller', '2026-01-05', 12.50, true, '2026-01-05 09:00+00'),
                          (8, 'O''Hara', '2026-02-05', 0.99, false, '2026-02-05 09:00+00');
CREATE SEQUENCE numbers;
CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN DELETE FROM orders; RETURN 1; END $$;
CREATE FUNCTION open_and_wipe() RETURNS int LANGUAGE plpgsql VOLATILE AS $$
  BEGIN PERFORM set_config('transaction_read_only', 'off', false); DELETE FROM orders; RETURN 1; END $$;
CREATE FUNCTION deny() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
"""


@pytest.fixture
async def shop(cluster: Cluster) -> AsyncIterator[str]:
    """The address of a second database, made for one test."""
    admin = await asyncpg.connect(cluster.admin_dsn)
    await admin.execute("DROP DATABASE IF EXISTS shop WITH (FORCE)")
    await admin.execute("CREATE DATABASE shop")
    dsn = cluster.admin_dsn.rpartition("/")[0] + "/shop"
    connection = await asyncpg.connect(dsn)
    await connection.execute(SHOP)
    await connection.close()
    yield dsn
    await admin.execute("DROP DATABASE shop WITH (FORCE)")
    await admin.close()


async def everything(dsn: str) -> Any:
    """All that could have been changed there."""
    connection = await asyncpg.connect(dsn)
    try:
        return [
            await connection.fetch("SELECT * FROM orders ORDER BY id"),
            await connection.fetch("SELECT last_value, is_called FROM numbers"),
            await connection.fetch("SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
            await connection.fetchval("SELECT count(*) FROM pg_largeobject_metadata"),
            await connection.fetchval("SELECT count(*) FROM pg_roles"),
        ]
    finally:
        await connection.close()


def asked(sql: str, arguments: Mapping[str, Any], types: Mapping[str, Any] | None = None) -> Order:
    config = {"sql_template": sql, "connection": {"sealed": True}}
    return order("db_query", config, arguments, types=types, is_write=False)


async def run(dsn: str, one: Order) -> Mapping[str, Any]:
    async def kept(_order: Order) -> Mapping[str, SecretText]:
        return {"connection": SecretText(dsn)}

    return await db_query.querying(GUARD, kept)(one, "run_1")


async def test_rows_come_back_as_they_are(shop: str) -> None:
    """Of every usual type; what a caller says is compared, by the type that the column has."""
    sql = "SELECT id, customer, placed, total, open FROM orders WHERE id = {id} AND placed >= {since} AND open = {open}"
    given = {"id": "7", "since": "2026-01-01", "open": "yes"}
    assert await run(shop, asked(sql, given)) == {
        "rows": [{"id": 7, "customer": "A. Caller", "placed": "2026-01-05", "total": 12.5, "open": True}], "count": 1,
    }  # fmt: skip
    by_number = asked("SELECT customer FROM orders WHERE id = {id}", {"id": 8}, {"id": {"type": "integer"}})
    assert (await run(shop, by_number))["rows"] == [{"customer": "O'Hara"}]
    nobody = asked("SELECT id FROM orders WHERE customer = {name}", {"name": "x"})
    assert await run(shop, nobody) == {"rows": [], "count": 0}
    for sql, value in (
        ("SELECT id FROM orders WHERE total < {v}", "1.0"),
        ("SELECT id FROM orders WHERE at > {v}", "2026-02-01T00:00:00+00:00"),
        ("SELECT id FROM orders WHERE customer ILIKE '%' || {v} || '%'", "hara"),
        ("SELECT id FROM orders WHERE id = ANY ({v})", ["8"]),
    ):
        one = asked(sql, {"v": value}, {"v": {"type": ["string", "array"]}})
        assert (await run(shop, one))["rows"] == [{"id": 8}], sql


@pytest.mark.parametrize(
    "said",
    ["' OR '1'='1", "x'; DROP TABLE orders; --", "$1", "{name}", "\\'; DELETE FROM orders", "O'Hara' --", "\u2019"],
)
async def test_what_a_caller_says_is_a_value(shop: str, said: str) -> None:
    before = await everything(shop)
    assert (await run(shop, asked("SELECT id FROM orders WHERE customer = {name}", {"name": said})))["count"] == 0
    assert await everything(shop) == before


@pytest.mark.parametrize("said", ["seven", "", "7; DELETE FROM orders", "9" * 40, "1e5", None])
async def test_a_value_that_does_not_fit_is_a_clear_failure(shop: str, said: str | None) -> None:
    one = asked("SELECT id FROM orders WHERE id = {id}", {"id": said})
    if said is None:
        assert (await run(shop, one))["count"] == 0
        return
    with pytest.raises(SkillFailed) as refused:
        await run(shop, one)
    assert (refused.value.kind, refused.value.happened) == ("validation_error", "no")


HOSTILE = [
    "DELETE FROM orders",
    "INSERT INTO orders VALUES (9) RETURNING id",
    "WITH x AS (DELETE FROM orders RETURNING id) SELECT id FROM x",
    "WITH x AS (INSERT INTO orders VALUES (9) RETURNING id) SELECT id FROM x",
    "SELECT id FROM orders FOR UPDATE",
    "SELECT id INTO stolen FROM orders",
    "SELECT wipe()",
    "SELECT open_and_wipe()",
    "SELECT nextval('numbers')",
    "SELECT setval('numbers', 99)",
    "SELECT lo_create(4711)",
    "SELECT lo_from_bytea(4711, 'x')",
    "SELECT set_config('transaction_read_only', 'off', true), wipe()",
    "SELECT set_config('default_transaction_read_only', 'off', false)",
    "SELECT query_to_xml('DELETE FROM orders', true, true, '')",
    "SELECT 1) found; DELETE FROM orders; SELECT * FROM (SELECT 1",
    "SELECT 1) found; COMMIT; DELETE FROM orders; --",
    "SELECT 1) found; SET TRANSACTION READ WRITE; DELETE FROM orders; --",
    "COPY orders TO PROGRAM 'true'",
    "CREATE TABLE stolen AS SELECT 1",
    "CREATE ROLE thief SUPERUSER",
    "DO $$ BEGIN DELETE FROM orders; END $$",
    "TRUNCATE orders",
]


@pytest.mark.parametrize("sql", HOSTILE)
async def test_a_statement_that_got_past_the_parser_still_writes_nothing(shop: str, sql: str) -> None:
    """Straight into the transaction, as a superuser: refused by the server or without effect."""
    before = await everything(shop)
    with suppress(StatementRefused, VendorFailed, Invalid):
        await read(GUARD, Target.parse(shop), sql, [])
    assert await everything(shop) == before


async def test_a_statement_that_was_changed_at_rest_is_not_run(shop: str) -> None:
    """What is run is parsed again: a hostile template in a stored skill is refused before a connection is opened."""
    one = asked("SELECT 1 AS one", {})
    one.skill.execution_config["sql_template"] = "SELECT pg_sleep(5)"
    with pytest.raises(SkillFailed) as refused:
        await run("postgresql://a:b@nowhere.example.com/x", one)
    assert refused.value.kind == "statement_refused"


async def test_what_is_read_has_a_bound(shop: str) -> None:
    """In rows, in bytes, in one wide value, and in time."""
    most = "SELECT n FROM generate_series(1, {most}::int) n"
    assert (await run(shop, asked(most, {"most": str(MOST_ROWS)})))["count"] == MOST_ROWS
    for sql, given, kind in (
        (most, {"most": str(MOST_ROWS + 1)}, "too_many_rows"),
        ("SELECT repeat('x', 70000) AS wide", {}, "too_large"),
        ("SELECT repeat('x', 10000) AS wide FROM generate_series(1, 10)", {}, "too_large"),
    ):
        with pytest.raises(SkillFailed) as refused:
            await run(shop, asked(sql, given))
        assert refused.value.kind == kind
    slow = "SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 1000) b"
    with pytest.raises(VendorFailed) as late:
        await read(GUARD, Target.parse(shop), slow, [], seconds=0.2)
    assert late.value.kind == "slow"


async def test_where_it_may_not_connect_it_does_not(shop: str, opened_addresses: list[str]) -> None:
    """This machine only where the operator has named it; a name counts by the address that it has."""
    strict = Guard((), resolve)

    async def rebound(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    for guard, dsn in (
        (strict, shop),
        (strict, "postgresql://a:b@localhost:5432/x"),
        (Guard((), rebound), "postgresql://a:b@db.example.com/x"),
        (strict, "postgresql://a:b@169.254.169.254/x"),
        (strict, "postgresql://a:b@[::1]/x"),
    ):
        with pytest.raises(Denied):
            await read(guard, Target.parse(dsn), "SELECT 1", [])
    assert opened_addresses == []


@pytest.fixture
def opened_addresses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every connection that this process tries."""
    found: list[str] = []
    loop = asyncio.get_event_loop_policy().get_event_loop().__class__
    connect = loop.create_connection

    async def noted(self: Any, factory: Any, host: Any = None, *args: Any, **more: Any) -> Any:
        found.append(str(host))
        return await connect(self, factory, host, *args, **more)

    monkeypatch.setattr(loop, "create_connection", noted)
    return found


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Self-signed, for a host name and for this machine's address."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.2"))])
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1)).add_extension(names, False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True).sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(private)
    return folder / "server.crt", folder / "server.key"


@asynccontextmanager
async def behind_tls(port: int, public: Path, private: Path) -> AsyncIterator[int]:
    """A port that speaks TLS as PostgreSQL does (its SSLRequest first), in front of a server whose build has none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, ssl.SSLError):
            while piece := await reader.read(65_536):
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, ssl.SSLError, asyncio.IncompleteReadError):
            assert await reader.readexactly(8) == bytes.fromhex("0000000804d2162f")
            writer.write(b"S")
            await writer.drain()
            await writer.start_tls(context)
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(pipe(reader, inner_writer), pipe(inner_reader, writer))
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_the_certificate_is_asked_for_by_name(
    cluster: Cluster, shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to the address that was checked, its certificate is the name's; `require` takes any."""
    public, private = certificate(tmp_path, "db.example.com")

    async def here(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    guard = Guard(networks("127.0.0.0/8"), here)
    async with behind_tls(cluster.port, public, private) as port:

        async def ask(host: str, mode: str) -> list[Mapping[str, Any]]:
            dsn = shop.replace(f"127.0.0.1:{cluster.port}", f"{host}:{port}") + f"?sslmode={mode}"
            return await read(guard, Target.parse(dsn), "SELECT id FROM orders WHERE id = 7", [])

        assert await ask("db.example.com", "require") == [{"id": 7}]
        with pytest.raises(VendorFailed):  # nobody vouches for it
            await ask("db.example.com", "verify-full")
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
        assert await ask("db.example.com", "verify-full") == [{"id": 7}]
        with pytest.raises(VendorFailed):  # it is another's
            await ask("other.example.com", "verify-full")


def test_an_address_elsewhere_is_never_spoken_to_in_clear() -> None:
    """Whatever it says: no mode that does without TLS is taken, and none named is the strictest."""
    for mode in ("disable", "allow", "prefer", "verify-ca", "require&host=x"):
        with pytest.raises(Invalid):
            Target.parse(f"postgresql://a:b@db.example.com/x?sslmode={mode}")
    context = _tls(Target.parse("postgresql://a:b@db.example.com/x"), local=False)
    assert isinstance(context, ssl.SSLContext)
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)


async def test_a_database_that_is_away_or_lets_nobody_in_is_the_databases_fault(shop: str) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    wrong_password = f"postgresql://postgres:wrong@{shop.rpartition('@')[2]}"
    for dsn in (f"postgresql://a:b@127.0.0.1:{port}/x", wrong_password):
        with pytest.raises(SkillFailed) as refused:
            await run(dsn, asked("SELECT 1 AS one", {}))
        assert (refused.value.kind, refused.value.happened) == ("unreached", "no")
        assert "wrong" not in refused.value.message
