"""What the probes may look at, filled by wiring. Nothing here can change a row of an organization's."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flowyte.kit.clock import Clock
from flowyte.kit.db import Database
from flowyte.objects.objects import Objects
from flowyte.trust.papers.model import Papers
from flowyte.trust.processors import Party
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An address that is served, and what it asks of who comes: a scope, or the reason why it asks nothing."""

    path: str
    scope: str | None
    public: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How requests come here."""

    address: str
    loopback: bool
    own_tls: bool
    proxy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    database: Database
    clock: Clock
    sealer: Sealer
    signer: UrlSigner
    data_dir: Path
    objects: Objects
    reach: Reach
    violations: Callable[[], Awaitable[Sequence[str]]]
    """What the catalogue of the database has against the boundary; `proof.catalogue` names it."""
    tables: Callable[[], Awaitable[Sequence[str]]]
    """Every table that holds rows of organizations."""
    routes: Callable[[], Sequence[Route]]
    """Of the process that serves; none where nothing is served, as on the command line."""
    key_files: bool = True
    """Whether the key-encryption keys are files of this machine."""
    mail: bool = False
    parties: Callable[[], Sequence[Party]] = tuple
    """Whom the settings switch on."""
    papers: Papers = Papers()
    """What the operator has written down."""
    undeclared: Callable[[], Sequence[str]] = tuple
    """Settings that are switched on and that no party accounts for."""
