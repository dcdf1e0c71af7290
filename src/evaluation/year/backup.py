"""One archive of a workspace: what people decided and what code made, without the key and, unless asked, without what
was received. Its bytes depend on its content alone."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evaluation.places import Workspace
from evaluation.settings import InputProblem
from evaluation.year.repository import ask

ALWAYS = ("config", "notebooks", "data/processed", ".gitignore", "README.md", "README.ru.md")
RAW = ("data/raw", "data/restricted/decisions.csv")
RESTRICTED = "data/restricted"
MANIFEST, RESTRICTED_LIST = "MANIFEST.csv", "RESTRICTED.csv"
LEFT_OUT = ("__pycache__", ".ipynb_checkpoints", ".git")
NO_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can tell: copying a file must not change the archive
HEADROOM = 1.1
CHUNK = 1 << 20


@dataclass(frozen=True)
class Backup:
    """The archive, how many files and bytes it holds, how many restricted files are named but not in it."""

    path: Path
    files: int
    size: int
    restricted: int
    again: bool


def contents(workspace: Workspace, with_raw: bool) -> dict[str, Path]:
    """Files of the archive by their path in the workspace, in order.

    Settings, notebooks, processed tables, released reports, run records; ``with_raw`` also what was received and the
    decisions on personal cells, without which a run gives other results. Never the key of pseudonyms, wherever it is.
    """
    root, key = workspace.root, workspace.key_file().resolve()
    found = {}
    released = [path.relative_to(root).as_posix() for path in sorted(root.glob("reports/*/released"))]
    records = [path.relative_to(root).as_posix() for path in sorted(root.glob("reports/*/draft/run"))]
    for place in (*ALWAYS, *released, *records, *(RAW if with_raw else ())):
        for path in _files(root / place):
            secret = path.suffix == ".key" or path.resolve() == key
            passing = path.name.startswith(".") and path.name != ".gitignore"
            if not secret and not passing:
                found[path.relative_to(root).as_posix()] = path
    return dict(sorted(found.items()))


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    for folder, names, files in os.walk(place):
        names[:] = sorted(name for name in names if name not in LEFT_OUT)
        yield from (Path(folder) / name for name in sorted(files))


def restricted_list(workspace: Workspace) -> tuple[str, int]:
    """Path, size and check sum of every file in ``data/restricted`` as CSV, and how many there are."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("path", "bytes", "sha256"))
    paths = [path for path in _files(workspace.root / RESTRICTED) if path.suffix != ".key"]
    for path in paths:
        writer.writerow((path.relative_to(workspace.root).as_posix(), path.stat().st_size, _sha256(path)))
    return out.getvalue(), len(paths)


def make_backup(workspace: Workspace, target: Path, day: str, with_raw: bool = False) -> Backup:
    """Write ``<id>-<day>-<check sum>.zip`` to the folder ``target`` and read it back.

    The same content on the same day is the same file. Raises InputProblem where ``target`` lies inside the workspace
    or in the repository that holds it, cannot be written to, or has too little space.
    """
    _refuse_inside(workspace, target)
    files = contents(workspace, with_raw)
    pointers, restricted = restricted_list(workspace)
    size = sum(path.stat().st_size for path in files.values())
    aside = target / f".{workspace.programme.id}-backup-{os.getpid()}.new"
    try:
        target.mkdir(parents=True, exist_ok=True)
        _need_space(target, size)
        with os.fdopen(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as out:
            _write(out, files, pointers)
        _read_back(aside)
        path = target / f"{workspace.programme.id}-{day}-{_sha256(aside)[:12]}.zip"
        again = path.exists()
        os.replace(aside, path)
    except OSError as error:
        raise InputProblem(
            f"Архив в папке {target} не записан ({error.strerror or error}). Проверьте права и место на диске или "
            "укажите другую: --to ПАПКА.",
            f"The archive was not written to {target} ({error.strerror or error}). Check permissions and disk space, "
            "or name another folder: --to DIR.",
        ) from error
    finally:
        if aside.exists():
            aside.unlink()
    return Backup(path, len(files), path.stat().st_size, restricted, again)


def _refuse_inside(workspace: Workspace, target: Path) -> None:
    place, root = target.resolve(), workspace.root.resolve()
    top = ask(root, "rev-parse", "--show-toplevel")
    held = [root, *([Path(top.strip()).resolve()] if top and top.strip() else [])]
    if any(place.is_relative_to(folder) for folder in held):
        raise InputProblem(
            f"{target} лежит внутри рабочего пространства или его репозитория: архив попал бы в git или "
            "пропал бы вместе с ним. Укажите папку снаружи, лучше на другом диске: --to ПАПКА.",
            f"{target} lies inside the workspace or its repository: the archive would get into git, or be lost with "
            "it. Name a folder outside, best on another disk: --to DIR.",
        )


def _need_space(target: Path, size: int) -> None:
    free = shutil.disk_usage(target).free
    if free < size * HEADROOM:
        need, have = size * HEADROOM / 1e6, free / 1e6
        raise InputProblem(
            f"В {target} свободно {have:.0f} МБ, а нужно до {need:.0f} МБ. Освободите место или укажите другую папку: "
            "--to ПАПКА.",
            f"{target} has {have:.0f} MB free, but up to {need:.0f} MB are needed. Free some space, or name another "
            "folder: --to DIR.",
        )


def _write(out: io.BufferedRandom, files: dict[str, Path], pointers: str) -> None:
    listed = io.StringIO()
    writer = csv.writer(listed, lineterminator="\n")
    writer.writerow(("path", "bytes", "sha256"))
    with zipfile.ZipFile(out, "w") as archive:
        for name, path in files.items():
            size, digest = _add(archive, name, path)
            writer.writerow((name, size, digest))
        for name, text in ((RESTRICTED_LIST, pointers), (MANIFEST, listed.getvalue())):
            archive.writestr(_entry(name), text.encode("utf-8"))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, NO_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # the same on every system
    entry.external_attr = 0o644 << 16
    return entry


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> tuple[int, str]:
    """Size and check sum of what was put in: of the bytes read, so that they agree with the archive."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(_entry(name), "w", force_zip64=True) as sink:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            sink.write(chunk)
    return size, digest.hexdigest()


def _read_back(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        rows = csv.DictReader(io.StringIO(archive.read(MANIFEST).decode("utf-8")))
        for row in rows:
            with archive.open(row["path"]) as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # reads as a file
            if digest != row["sha256"]:
                raise OSError(f"{row['path']} is not in the archive as it was read")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
