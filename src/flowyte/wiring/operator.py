"""The operator's commands beside an installation that serves: on keys (`flowyte vault …`) and on people."""

import sys
import uuid
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
import uvloop

from flowyte.kit.errors import Invalid, NotFound
from flowyte.kit.settings import Settings, load

Data = Annotated[Path | None, typer.Option("--data", help="Data folder of the installation.")]
Organization = Annotated[str, typer.Option("--organization", help="Its id, as `flowyte vault status` shows it.")]

vault_app = typer.Typer(no_args_is_help=True, help="Keys that wrap and seal: look, rotate, bring one's own.")
region_app = typer.Typer(no_args_is_help=True, help="Where data are kept: look, and move.")
people_app = typer.Typer(no_args_is_help=True, help="Accounts of people.")


@vault_app.command("status")
def vault_status(data: Data = None) -> None:
    """Which key wraps, and what is wrapped by which. Example: flowyte vault status --data data"""
    from flowyte.wiring import vault

    _told(vault.status(_settings(data)))


@vault_app.command("add-key")
def vault_add_key(data: Data = None) -> None:
    """Make the next key file and wrap everything by it. Example: flowyte vault add-key --data data"""
    from flowyte.wiring import vault

    _told(vault.add_key(_settings(data)))


@vault_app.command("rewrap")
def vault_rewrap(data: Data = None) -> None:
    """Wrap everything by the key that the setting `keys` names now. Example: flowyte vault rewrap --data data"""
    from flowyte.wiring import vault

    _told(vault.rewrap(_settings(data)))


@vault_app.command("rotate")
def vault_rotate(organization: Organization, data: Data = None) -> None:
    """A new key of one organization. Example: flowyte vault rotate --organization ID"""
    from flowyte.wiring import vault

    _told(vault.rotate_organization(_settings(data), _uuid(organization)))


@vault_app.command("bring-key")
def vault_bring_key(arn: str, organization: Organization, data: Data = None) -> None:
    """Let data open only with an organization's own KMS key. Example: flowyte vault bring-key ARN --organization ID"""
    from flowyte.wiring import vault

    _told(vault.bring_key(_settings(data), _uuid(organization), arn))


@vault_app.command("leave-own-key")
def vault_leave_own_key(organization: Organization, data: Data = None) -> None:
    """Back to the installation's key. Example: flowyte vault leave-own-key --organization ID"""
    from flowyte.wiring import vault

    _told(vault.leave_own_key(_settings(data), _uuid(organization)))


@region_app.command("show")
def region_show(data: Data = None) -> None:
    """In which region this database is, and who is pinned elsewhere. Example: flowyte region show --data data"""
    from flowyte.wiring import region

    _told(region.show(_settings(data)))


@region_app.command("move")
def region_move(
    to: str,
    organization: Annotated[str, typer.Option("--organization", help="Only this one; without it, all of it.")] = "",
    data: Data = None,
) -> None:
    """Say that the database is in another region now, or pin one organization there. Example: flowyte region move eu"""
    from flowyte.wiring import region

    settings = _settings(data)
    if organization:
        _told(region.move_organization(settings, _uuid(organization), to))
    else:
        _told(region.move(settings, to))


@people_app.command("reset")
def people_reset(email: str, data: Data = None) -> None:
    """Print a link to a new password, for where there is no mail. Example: flowyte people reset a@example.com"""
    link = uvloop.run(_reset_link(_settings(data), email))
    sys.stderr.write("Sets a new password once, within the hour:\n")
    sys.stdout.write(f"{link}\n")


async def _reset_link(settings: Settings, email: str) -> str:
    from flowyte.tenancy.letters import reset_token
    from flowyte.tenancy.passwords import Passwords
    from flowyte.tenancy.people import Door
    from flowyte.wiring.lock import read_local
    from flowyte.wiring.vault import beside

    async with beside(settings) as base:
        door = Door(
            database=base.database, peppers=base.peppers, clock=base.clock, passwords=Passwords(), signer=base.signer
        )
        token = await reset_token(door, email)
    if token is None:
        raise NotFound(f"No account has the address {email}.")
    address = settings.public_url.rstrip("/") or read_local(settings.data_dir).url
    return f"{address}/new-password?token={token}"


def _settings(data: Path | None) -> Settings:
    return load({"data_dir": data})[0]


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is no organization's id; `flowyte vault status` shows them.") from error


def _told(work: Coroutine[Any, Any, dict[str, object]]) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(uvloop.run(work))).decode() + "\n")
