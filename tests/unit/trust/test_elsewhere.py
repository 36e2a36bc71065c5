"""A database's address is read as its driver reads it: no way of naming a host makes it look near."""

import inspect

import pytest
from asyncpg.connect_utils import _parse_connect_dsn_and_args as as_the_driver_reads_it

from flowyte.trust.elsewhere import database_elsewhere

NEAR = [
    "postgresql:///flowyte",
    "postgresql://app:word@localhost/flowyte",
    "postgres://127.0.0.1:5433/flowyte",
    "postgresql://[::1]:5433/flowyte",
    "postgresql:///flowyte?host=/var/run/postgresql",
    "postgresql:///flowyte?host=/srv/data/run&port=5433",
    "postgresql://%2Fvar%2Frun%2Fpostgresql/flowyte",
    "postgresql://localhost:5432,127.0.0.1:5433/flowyte",
]
FAR = [
    "postgresql:///flowyte?host=db.example.com",
    "postgresql:///flowyte?hostaddr=192.0.2.7",
    "postgresql://app:word@localhost/flowyte?host=db.example.com",
    "postgresql://localhost/flowyte?hostaddr=192.0.2.7",
    "postgresql://localhost,db.example.com/flowyte",
    "postgresql://localhost:5432,db.example.com:5433/flowyte",
    "postgresql:///flowyte?host=/var/run/postgresql,db.example.com",
    "postgresql:///flowyte?host=localhost&host=db.example.com",
    "postgresql:///flowyte?service=far",
    "postgresql://db%2Eexample.com/flowyte",
    "postgresql://[2001:db8::7]:5432/flowyte",
    "postgresql://app:a@localhost@db.example.com/flowyte",
    "host=db.example.com dbname=flowyte",
    "postgresql://[broken/flowyte",
]


@pytest.mark.parametrize("address", NEAR)
def test_what_stays_on_this_machine(address: str) -> None:
    """By name, by number or by the folder of a socket."""
    assert not database_elsewhere(address, {})


@pytest.mark.parametrize("address", FAR)
def test_one_host_elsewhere_is_enough(address: str) -> None:
    """Wherever in the address it stands; also one that cannot be read."""
    assert database_elsewhere(address, {})


@pytest.mark.parametrize("environ", [{"PGHOST": "db.example.com"}, {"PGHOSTADDR": "192.0.2.7"}, {"PGSERVICE": "far"}])
def test_an_address_without_a_host_takes_it_from_the_environment(environ: dict[str, str]) -> None:
    """As the driver does; one that names its host does not."""
    assert database_elsewhere("postgresql:///flowyte", environ)
    assert not database_elsewhere("postgresql://localhost/flowyte", environ)
    assert not database_elsewhere("", environ)


@pytest.mark.parametrize("address", NEAR[1:])
def test_the_driver_goes_where_this_says(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is called near is a socket's folder or loopback to asyncpg itself."""
    monkeypatch.delenv("PGHOST", raising=False)
    asked = dict.fromkeys(inspect.signature(as_the_driver_reads_it).parameters) | {"dsn": address}
    hosts, _ = as_the_driver_reads_it(**asked)
    names = [host[0] if isinstance(host, tuple) else host for host in hosts]
    assert all(name in ("localhost", "127.0.0.1", "::1") or name.startswith("/") for name in names)
