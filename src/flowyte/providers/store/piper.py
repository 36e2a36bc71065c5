"""Installs Piper as a part of its own: its program and packages go into a folder that nothing here imports from."""

import os
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

from flowyte.kit.errors import SetupError
from flowyte.providers.store.fetch import run_watched
from flowyte.providers.store.model import OnProgress, Progress

# Its other requirements, numpy and onnxruntime, are in every installation of ours; the host finds them there.
_PACKAGES = ("piper-tts==1.8.0", "pathvalidate==3.3.1")
_BYTES = 47_000_000


def piper_home(parts_dir: Path) -> Path:
    return parts_dir.expanduser() / "piper"


def is_installed(parts_dir: Path) -> bool:
    home = piper_home(parts_dir)
    return (home / "host.py").is_file() and (home / "lib" / "piper").is_dir()


def install_piper(parts_dir: Path, progress: OnProgress | None = None) -> Path:
    """The part's folder, complete or not there at all. SetupError when the package index does not have it."""
    home = piper_home(parts_dir)
    if is_installed(parts_dir):
        shutil.copy(_host_source(), home / "host.py")
        return home
    report = progress or (lambda _: None)
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".piper-", dir=home.parent) as staging:
        stage = Path(staging) / "piper"
        lib = stage / "lib"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
        run_watched(
            [*command, "--no-cache-dir", "--target", str(lib), *_PACKAGES],
            env=dict(os.environ),
            watch=lambda: report(Progress(name="piper", stage="fetching", done_bytes=0, total_bytes=_BYTES)),
        )
        for left_out in ("train", "hebrew"):  # 21 MB that no English voice needs
            shutil.rmtree(lib / "piper" / left_out, ignore_errors=True)
        shutil.copy(_host_source(), stage / "host.py")
        shutil.rmtree(home, ignore_errors=True)
        stage.rename(home)
    report(Progress(name="piper", stage="ready", done_bytes=_BYTES, total_bytes=_BYTES))
    return home


def _host_source() -> Path:
    """In a checkout it lies in `parts/`; an installed package brings it as shared data."""
    checkout = Path(__file__).resolve().parents[4] / "parts" / "piper" / "host.py"
    shared = Path(sysconfig.get_path("data")) / "share" / "flowyte" / "parts" / "piper" / "host.py"
    for path in (checkout, shared):
        if path.is_file():
            return path
    raise SetupError("The Piper host program is not part of this installation; the permissive voice speaks instead.")
