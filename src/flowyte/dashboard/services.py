"""What the pages need of the house, filled by wiring."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from litestar.di import NamedDependency

from flowyte.agents.publish import Pinned
from flowyte.egress.addresses import Address, plain_host
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.live.chat import ChatFrame
from flowyte.objects.objects import Objects
from flowyte.providers.smtp import Outbox
from flowyte.report.model import Installation
from flowyte.skills.trial import Trials
from flowyte.tenancy.passkeys import Site
from flowyte.tenancy.passwords import Passwords
from flowyte.tenancy.people import Door
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.storage import Storage
from flowyte.trust.board import Board
from flowyte.trust.papers.dpa import Press
from flowyte.trust.papers.model import Papers
from flowyte.vault.digest import Peppers
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner


@dataclass(frozen=True, slots=True, kw_only=True)
class PageServices:
    database: Database
    peppers: Peppers
    clock: Clock
    sealer: Sealer
    data_dir: Path
    objects: Objects
    secure: bool
    """Whether browsers reach this installation by https, which decides the cookie's name and its Secure mark."""
    embed: Callable[[str], Awaitable[Sequence[float]]]
    parts_of: Callable[[TenantTx, str], Awaitable[dict[str, Any]]]
    """What other rooms add to an agent's version (its skills and sources)."""
    signer: UrlSigner
    address: str
    """By which this installation is reached; links in letters begin with it, whatever a request says."""
    storage: Storage
    board: Board
    """The trust page's claims as they stand."""
    mail: Outbox | None = None
    trials: Trials | None = None
    """Skills carried out outside conversations; None in a process that carries out none."""
    rehearse: Callable[[Principal, Pinned, Sequence[str]], AsyncGenerator[ChatFrame]] | None = None
    """What happens when all this is said to an agent; None in a process that answers nobody."""
    open_sign_up: bool = False
    passwords: Passwords = field(default_factory=Passwords)
    installation: Installation = Installation()
    """What reports say of it."""
    papers: Papers = field(default_factory=Papers)
    """What its operator has written down."""
    press: Press = field(default_factory=Press)

    @property
    def door(self) -> Door:
        """As the verbs on accounts need it."""
        return Door(
            database=self.database, peppers=self.peppers, clock=self.clock, passwords=self.passwords, signer=self.signer
        )

    @property
    def site(self) -> Site | None:
        """What passkeys are bound to; None where the address is an IP address, which cannot have any."""
        parts = urlsplit(self.address)
        host = parts.hostname or ""
        if host in ("127.0.0.1", "::1", "localhost"):
            return Site(id="localhost", origins=(f"{parts.scheme}://localhost:{parts.port or 80}",))
        return None if isinstance(plain_host(host), Address) else Site(id=host, origins=(self.address,))


# What a page is given: the house, and who is looking.
Pages = NamedDependency[PageServices]
Viewer = NamedDependency[Principal]
