"""One run at a time in a workspace."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from evaluation.settings import InputProblem

# The lock lies on a byte far behind the text, which others may then read on Windows too.
LOCKED_BYTE = 1 << 30


@contextmanager
def only_run(root: Path) -> Iterator[None]:
    """Hold the workspace's lock. The system frees it when the process ends in whatever way.

    Raises InputProblem when another process holds it.
    """
    path = root / ".staging" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        if not _take(file):
            file.seek(0)
            owner = file.read().strip() or "?"
            raise InputProblem(
                f"В этом рабочем пространстве уже идёт прогон (процесс {owner}): {root}. Дождитесь его конца.",
                f"A run is already going on in this workspace (process {owner}): {root}. Wait until it ends.",
            )
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            file.seek(0)
            file.truncate()
            _free(file)


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[str]) -> bool:
        file.seek(LOCKED_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _free(file: IO[str]) -> None:
        file.seek(LOCKED_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _free(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
