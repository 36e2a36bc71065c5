"""Who is asking: one organization, one identity, what it may do. Made in tenancy and nowhere else."""

import uuid
from dataclasses import dataclass, field
from typing import Literal

from flowyte.kit.errors import MissingScope

Kind = Literal["session", "key", "visitor", "call", "system"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    org: uuid.UUID
    kind: Kind
    id: str
    scopes: frozenset[str]
    role: str | None = None
    person: str | None = None
    """The member whose session it is; none for a session that a link opened."""
    agent: str | None = None
    """The one agent that a publishable key opens."""
    per_minute: int = 0
    """Requests that this credential may make, where it has a limit of its own."""
    credential: bytes = field(default=b"", repr=False)
    """The digest of the key or session; empty where there is none. Asked after while something goes on without it."""
    address: str = ""
    """Where the request came from; empty for what the platform does by itself."""

    @property
    def signature(self) -> str:
        """As the audit log names this identity."""
        return f"person:{self.person}" if self.person else f"{self.kind}:{self.id}"

    def require(self, scope: str) -> None:
        """MissingScope unless this identity holds `scope`; `x:write` does not imply `x:read`."""
        if scope not in self.scopes:
            raise MissingScope(scope)
