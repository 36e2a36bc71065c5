"""What the API needs of the house, filled by wiring."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from litestar.di import NamedDependency

from flowyte.channels.chat.desk import Desk
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.tenancy.principal import Principal
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
class ApiServices:
    database: Database
    peppers: Peppers
    clock: Clock
    sealer: Sealer
    signer: UrlSigner
    data_dir: Path
    desk: Desk
    """Answers chats."""
    make_talk: Callable[[UUID, str, bool, Literal["browser", "phone"]], Talk]
    embed: Callable[[str], Awaitable[Sequence[float]]]
    parts_of: Callable[[TenantTx, str], Awaitable[dict[str, Any]]]
    """What other rooms add to an agent's version (its skills and sources)."""


# What a route is given: the house, and who is asking.
Services = NamedDependency[ApiServices]
Asker = NamedDependency[Principal]
