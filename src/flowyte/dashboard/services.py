"""What the pages need of the house, filled by wiring."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from litestar.di import NamedDependency

from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.tenancy.passwords import Passwords
from flowyte.tenancy.people import Door
from flowyte.tenancy.principal import Principal
from flowyte.vault.digest import Peppers
from flowyte.vault.seal import Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class PageServices:
    database: Database
    peppers: Peppers
    clock: Clock
    sealer: Sealer
    data_dir: Path
    secure: bool
    """Whether browsers reach this installation by https, which decides the cookie's name and its Secure mark."""
    embed: Callable[[str], Awaitable[Sequence[float]]]
    parts_of: Callable[[TenantTx, str], Awaitable[dict[str, Any]]]
    """What other rooms add to an agent's version (its skills and sources)."""
    passwords: Passwords = field(default_factory=Passwords)

    @property
    def door(self) -> Door:
        """As the verbs on accounts need it."""
        return Door(database=self.database, peppers=self.peppers, clock=self.clock, passwords=self.passwords)


# What a page is given: the house, and who is looking.
Pages = NamedDependency[PageServices]
Viewer = NamedDependency[Principal]
