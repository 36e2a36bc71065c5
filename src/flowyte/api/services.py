"""What the API needs of the house, filled by wiring."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol
from uuid import UUID

from litestar.di import NamedDependency

from flowyte.channels.chat.desk import Desk
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.objects.objects import Objects
from flowyte.providers.smtp import Outbox
from flowyte.report.model import Installation
from flowyte.skills.trial import Trials
from flowyte.tenancy.passwords import Passwords
from flowyte.tenancy.people import Door
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.rate import Rates
from flowyte.tenancy.storage import Storage
from flowyte.trust.board import Board
from flowyte.vault.digest import Peppers
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Permission to begin one conversation."""

    url: str
    token: str
    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimits:
    """In a minute."""

    of_credential: int = 600  # ten a second: a program that polls every agent of a call centre makes one
    of_organization: int = 3000  # a quarter of what one web process answers


class MakeTalk(Protocol):
    def __call__(
        self,
        org: UUID,
        agent_id: str,
        draft: bool,
        line: Literal["browser", "phone"],
        parties: Mapping[str, str] | None = None,
        by: bytes = b"",
        /,
    ) -> Talk:
        """`parties` are the numbers of a telephone call, `from` and `to`. The call ends with the credential `by`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServices:
    database: Database
    peppers: Peppers
    clock: Clock
    sealer: Sealer
    signer: UrlSigner
    data_dir: Path
    objects: Objects
    desk: Desk
    """Answers chats."""
    address: str
    """How callers and carriers reach this installation."""
    make_talk: MakeTalk
    embed: Callable[[str], Awaitable[Sequence[float]]]
    parts_of: Callable[[TenantTx, str], Awaitable[dict[str, Any]]]
    """What other rooms add to an agent's version (its skills and sources)."""
    board: Board
    """The trust page's claims as they stand."""
    limits: RequestLimits = RequestLimits()
    rates: Rates = field(default_factory=Rates)
    storage: Storage
    mail: Outbox | None = None
    trials: Trials | None = None
    """Skills carried out outside conversations; None in a process that carries out none."""
    passwords: Passwords = field(default_factory=Passwords)
    installation: Installation = Installation()
    """What reports say of it."""

    @property
    def door(self) -> Door:
        """As the verbs on accounts need it."""
        return Door(
            database=self.database, peppers=self.peppers, clock=self.clock, passwords=self.passwords, signer=self.signer
        )


# What a route is given: the house, and who is asking.
Services = NamedDependency[ApiServices]
Asker = NamedDependency[Principal]
