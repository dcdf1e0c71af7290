"""What a workspace lacks: places that can be written to, a key that is safe, dates that somebody confirmed."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from evaluation.app.doctor.finding import Finding, bad, good, look
from evaluation.places import Workspace
from evaluation.year.unconfirmed import unconfirmed_lines

WRITTEN = ("config", "data", "data/processed", "data/restricted", "reports", ".staging")
SHOWN = 8


def places(opened: Workspace) -> Iterator[Finding]:
    """Folders that a run writes to."""
    closed = [path for path in map(opened.root.joinpath, WRITTEN) if not can_write(path)]
    if closed:
        names = ", ".join(map(str, closed))
        yield bad(
            f"нет права записи: {names}; дайте его тому, кто запускает программу",
            f"no right to write: {names}; give it to whoever runs the program",
        )
    else:
        yield good(f"право записи в {opened.root} есть", f"{opened.root} can be written to")


def can_write(folder: Path) -> bool:
    """Whether a file can be made in ``folder``, or in the nearest folder above it that exists. Tries it."""
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def key_place(opened: Workspace) -> Iterator[Finding]:
    """Is the key outside git, in a folder that can be written to, and closed to others?"""
    path = opened.key_file()
    holder = next((folder for folder in path.resolve().parents if (folder / ".git").exists()), None)
    if holder is not None:
        yield bad(
            f"ключ псевдонимов {path} лежит в репозитории {holder}: перенесите его и задайте EVALUATION_KEY_FILE",
            f"the pseudonym key {path} lies in the repository {holder}: move it outside and set EVALUATION_KEY_FILE",
        )
    if not path.exists() and not can_write(path.parent):
        yield bad(
            f"в папку ключа {path.parent} нельзя писать; дайте право записи или задайте EVALUATION_KEY_FILE",
            f"the key's folder {path.parent} cannot be written to; give the right to, or set EVALUATION_KEY_FILE",
        )
    if os.name == "posix" and path.is_file() and path.stat().st_mode & 0o077:
        yield look(
            f"ключ псевдонимов могут читать другие; выполните «chmod 600 {path}»",
            f"others can read the pseudonym key; run 'chmod 600 {path}'",
        )


def to_confirm(opened: Workspace) -> Iterator[Finding]:
    """Dates and numbers that were carried over and that nobody confirmed yet."""
    found = [line for year in opened.years for line in unconfirmed_lines(opened, year)]
    if not found:
        return
    shown = "; ".join(f"{one.file}:{one.line} {one.text}" for one in found[:SHOWN])
    more = len(found) - SHOWN
    files = ", ".join(f"{name} ({count})" for name, count in Counter(one.file for one in found).items())
    yield look(
        f"не подтверждено строк: {len(found)} в {files}: {shown}" + (f"; и ещё {more}" if more > 0 else "")
        + "; проверьте их и сотрите пометку «confirm»",
        f"lines not confirmed: {len(found)} in {files}: {shown}" + (f"; and {more} more" if more > 0 else "")
        + "; check them and delete the mark 'confirm'",
    )  # fmt: skip
