"""What the rest of the house asks of: the folder where sound is written, and the one bucket where it may end up.

An organization's objects go to the bucket of its region, which is this installation's. An object that is said to lie
in another region is not fetched: it is refused, with the region's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Elsewhere
from flowyte.objects import store
from flowyte.objects.folder import Folder
from flowyte.objects.model import RECORDING, ObjectStore, key_of
from flowyte.vault.stream import FileSource, Source

LOCAL = "local"  # of an installation whose region nobody has named


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """`buckets` by region. Without one for this installation's region, what is written here stays here."""

    root: Path
    region: str = LOCAL
    buckets: Mapping[str, ObjectStore] = field(default_factory=dict)

    @classmethod
    def local(cls, data_dir: Path) -> "Objects":
        return cls(root=data_dir / "objects")

    @property
    def spool(self) -> Folder:
        return Folder(self.root)

    @property
    def home(self) -> ObjectStore | None:
        """The bucket of this region."""
        return self.buckets.get(self.region)

    def bucket(self, region: str, name: str) -> ObjectStore:
        """Elsewhere when it is another region's, and SetupError's words when this process was not told of it."""
        if region != self.region:
            raise Elsewhere(region, here=self.region)
        home = self.home
        if home is None or home.name != name:
            raise Elsewhere(region, here=self.region, what=f"The bucket {name}, in which this object lies,")
        return home

    async def sound(self, tx: TenantTx, conversation_id: str) -> Source:
        """The sealed recording of a conversation, wherever it lies. FileNotFoundError when there is none; reading it
        may wait for the network."""
        found = await store.find(tx, conversation_id, RECORDING)
        if found is not None and found.state == "stored":
            return self.bucket(found.region, found.bucket).source(found.key, found.size)
        return FileSource(self.spool.path(key_of(tx.org, conversation_id, RECORDING)))
