"""One running installation a data folder, and how the command line finds it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from flowyte.kit.errors import SetupError


class Local(msgspec.Struct, frozen=True, kw_only=True):
    """What `run/local.json` tells who may read it: where the product is, and a key for it."""

    url: str
    key: str


@contextmanager
def locked(run_dir: Path) -> Iterator[None]:
    """Hold the data folder. SetupError when another `flowyte up` does."""
    try:
        run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = open(run_dir / "lock", "a+")  # noqa: SIM115 - closed below; what opening says is told apart
    except OSError as error:
        raise SetupError(
            f"The data folder {run_dir.parent} cannot be used ({error.strerror}). Give another with --data, or make it "
            "writable."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SetupError(
                f"Another `flowyte up` runs on {run_dir.parent}. Stop it, or give this one its own --data folder."
            ) from error
        yield


def write_local(run_dir: Path, local: Local) -> None:
    path = run_dir / "local.json"
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(local))


def read_local(data_dir: Path) -> Local:
    """SetupError when nothing runs on that folder."""
    path = data_dir / "run" / "local.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Local)
    except (FileNotFoundError, msgspec.DecodeError) as error:
        raise SetupError(f"Nothing runs on {data_dir}. Start it with: flowyte up --data {data_dir}") from error
