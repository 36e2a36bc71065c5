"""From the folder where sound is written to the bucket, when the call is over.

One order, in which a kill at any point loses nothing and leaves nothing double: say where it goes, upload, read back,
say that it is there, remove the copy here. Whatever was cut off is taken up from its beginning by the next round, for
the same bytes under the same key are the same object. Who moves holds a lock on the file, which a killed process
gives back.
"""

import asyncio
import fcntl
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database
from flowyte.kit.errors import FlowyteError
from flowyte.objects import store
from flowyte.objects.folder import digest_of
from flowyte.objects.model import RECORDING, ObjectStore, StoreAway, Stored, StoreRefuses, key_of
from flowyte.objects.objects import Objects
from flowyte.tenancy.organizations import system_principal
from flowyte.tenancy.principal import Principal

logger = log.get(__name__)
LOOK_S = 5  # from the end of a call until its sound is on its way
PAUSE_S = 60  # after a bucket did not answer; it is not knocked at for every file


class Damaged(FlowyteError):
    """The bucket gave back other bytes than it was given."""

    code = "object_damaged"


class Mover:
    def __init__(self, database: Database, clock: Clock, objects: Objects) -> None:
        self._database = database
        self._clock = clock
        self._objects = objects

    async def keep_moving(self, *, patience: timedelta = timedelta()) -> None:
        """For the life of the process. With `patience` only what nobody else has moved by then."""
        home = self._objects.home
        if home is None:
            return
        while True:
            pause = LOOK_S
            try:
                await self.move_all(patience=patience)
            except (StoreAway, StoreRefuses) as error:
                logger.warning("objects.wait", bucket=home.name, problem=error.message)
                pause = PAUSE_S
            except FlowyteError as error:
                logger.warning("objects.not_moved", problem=error.message)
            await asyncio.sleep(pause)

    async def move_all(self, *, patience: timedelta = timedelta()) -> int:
        """One round: how many were moved. StoreAway and StoreRefuses end it, for the others would meet the same."""
        home = self._objects.home
        if home is None:
            return 0
        moved = 0
        for org, conversations in (await asyncio.to_thread(self._written)).items():
            owner = system_principal(org)
            async with self._database.tenant(owner) as tx:
                ripe = await store.ripe(tx, conversations, self._clock.now() - patience)
            for conversation_id in ripe:
                moved += await self.move(owner, conversation_id, home)
        return moved

    async def move(self, owner: Principal, conversation_id: str, home: ObjectStore) -> bool:
        """Whether it is in the bucket now, and here no more."""
        key = key_of(owner.org, conversation_id, RECORDING)
        path = self._objects.spool.path(key)
        try:
            with _alone(path) as free:
                return free and await self._move(owner, conversation_id, home)
        except FileNotFoundError:  # moved or deleted by another process in between
            return False

    async def _move(self, owner: Principal, conversation_id: str, home: ObjectStore) -> bool:
        key = key_of(owner.org, conversation_id, RECORDING)
        path = self._objects.spool.path(key)
        length, sha256 = await asyncio.to_thread(digest_of, path)
        going = Stored(
            conversation_id=conversation_id, kind=RECORDING, region=self._objects.region, bucket=home.name, key=key,
            size=length, sha256=sha256, state="moving",
        )  # fmt: skip
        async with self._database.tenant(owner) as tx:
            found = await store.begin(tx, going)
        if found is None:  # deleted; the sweep of files takes what is here
            return False
        if found.bucket != home.name or found.region != self._objects.region:
            self._objects.bucket(found.region, found.bucket)  # refuses, and says where it belongs
        if (found.size, found.sha256) != (length, sha256):
            raise Damaged("The file of a recording is not the one that was said to be moved.")
        if await home.digest(key) != (length, sha256):
            await home.put(key, path)
            if await home.digest(key) != (length, sha256):
                raise Damaged
        async with self._database.tenant(owner) as tx:
            stays = await store.arrived(tx, going)
            if not stays:
                await store.ask_removal(
                    tx, bucket=home.name, region=going.region, key=key, conversation_id=conversation_id
                )
        await self._objects.spool.remove(key)
        logger.info("objects.moved", conversation=conversation_id, bytes=length)
        return stays

    def _written(self) -> dict[UUID, list[str]]:
        """What lies here, by organization."""
        found: dict[UUID, list[str]] = defaultdict(list)
        for path in sorted(self._objects.root.glob(f"*/*/{RECORDING}")):
            try:
                found[UUID(path.parent.parent.name)].append(path.parent.name)
            except ValueError:
                continue
        return found


@contextmanager
def _alone(path: os.PathLike[str]) -> Iterator[bool]:
    """Whether this process alone moves the file. FileNotFoundError when it is gone."""
    file = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield path_still_names(path, file)
    finally:
        os.close(file)


def path_still_names(path: os.PathLike[str], file: int) -> bool:
    """The lock may have been got on a file that its holder has just removed."""
    try:
        return os.stat(path).st_ino == os.fstat(file).st_ino
    except FileNotFoundError:
        return False
