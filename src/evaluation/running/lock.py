"""One run at a time in a workspace."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import platform
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, cast

from evaluation.running.failure import of_system
from evaluation.settings import InputProblem, Text

# The lock lies on a byte far behind the text, which others may then read on Windows too.
LOCKED_BYTE = 1 << 30
# A holder gives a sign of life this often; one on another computer that gives none for so long is dead (seconds).
BEAT_SECONDS = 5.0
SILENCE_SECONDS = 30.0
POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Owner:
    """Who holds the lock: process and computer, and since when (UTC, ISO 8601)."""

    process: int
    computer: str
    since: str

    @property
    def words(self) -> Text:
        place = "" if self.computer == platform.node() else self.computer
        process = self.process or "?"
        return Text(
            ru=f"процесс {process}{place and f' на компьютере {place}'}, начат {self.since}",
            en=f"process {process}{place and f' on the computer {place}'}, begun {self.since}",
        )


@contextmanager
def only_run(root: Path, wait: bool = False, tell: Callable[[Text], None] = lambda text: None) -> Iterator[None]:
    """Hold the workspace's lock. The system frees it when the process ends in whatever way.

    With ``wait`` the end of another run is waited for, and ``tell`` hears once what for. Where the folder is shared
    by computers that do not share locks, the lock's holder is known by its signs of life: the one that is silent for
    SILENCE_SECONDS is dead. Raises InputProblem when another process holds the lock and is not waited for, and when
    nothing can be written in the workspace.
    """
    path = root / ".staging" / "lock"
    with _opened(path, root) as file:
        told = None
        while (owner := _other(file, path)) is not None:
            if not wait:
                raise _refusal(owner, root)
            if owner != told:
                tell(_waiting(owner))
                told = owner
            time.sleep(POLL_SECONDS)
        try:
            _write(file, asdict(Owner(os.getpid(), platform.node(), _now())))
        except OSError as error:
            raise _unwritable(error, root) from error
        ended = threading.Event()
        beating = threading.Thread(target=_beat, args=(path, ended), name="lock", daemon=True)
        beating.start()
        try:
            yield
        finally:
            ended.set()
            beating.join()
            with suppress(OSError):
                _write(file, None)
            _free(file)


def holder(root: Path) -> Owner | None:
    """Who is running in the workspace now, by the lock's text and its last sign of life; takes no lock itself."""
    path = root / ".staging" / "lock"
    try:
        with path.open("rb") as file:
            owner = _read(file)
            silent = time.time() - os.fstat(file.fileno()).st_mtime
    except OSError:
        return None
    return owner if owner is not None and silent < SILENCE_SECONDS else None


def _opened(path: Path, root: Path) -> BinaryIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # without a buffer: nothing is left to be written, and to fail, when the file is closed
        return cast(BinaryIO, path.open("ab+", buffering=0))
    except OSError as error:
        raise _unwritable(error, root) from error


def _other(file: BinaryIO, path: Path) -> Owner | None:
    """Who else holds the lock; None when it is now ours."""
    taken = _take(file)
    owner = _read(file)
    if taken is False:
        return owner or Owner(0, platform.node(), "?")
    if owner is None or (taken and owner.computer == platform.node()) or not _lives(path):
        return None
    _free(file)
    return owner


def _lives(path: Path) -> bool:
    """Does the holder give a sign of life? Watched for, since clocks of two computers may differ."""
    before = path.stat().st_mtime_ns
    until = time.monotonic() + SILENCE_SECONDS
    while time.monotonic() < until:
        time.sleep(min(POLL_SECONDS, SILENCE_SECONDS))
        # opened each time: over a network the file's times are then asked for anew
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mtime_ns != before:
                return True
    return False


def _beat(path: Path, ended: threading.Event) -> None:
    while not ended.wait(BEAT_SECONDS):
        with suppress(OSError):
            os.utime(path)


def _read(file: BinaryIO) -> Owner | None:
    file.seek(0)
    try:
        return Owner(**json.loads(file.read()))
    except (ValueError, TypeError):
        return None


def _write(file: BinaryIO, owner: dict[str, object] | None) -> None:
    file.seek(0)
    file.truncate()
    if owner is not None:
        text = json.dumps(owner).encode() + b"\n"
        if file.write(text) < len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _refusal(owner: Owner, root: Path) -> InputProblem:
    who = owner.words
    return InputProblem(
        f"В этом рабочем пространстве уже идёт прогон ({who.ru}): {root}. Дождитесь его конца или добавьте --wait.",
        f"A run is already going on in this workspace ({who.en}): {root}. Wait until it ends, or add --wait.",
    )


def _waiting(owner: Owner) -> Text:
    who = owner.words
    return Text(
        ru=f"Ждём конца другого прогона в этом рабочем пространстве ({who.ru}).",
        en=f"Waiting for another run in this workspace to end ({who.en}).",
    )


def _unwritable(error: OSError, root: Path) -> InputProblem:
    found = of_system(error, {str(root): "."})
    cause = found.message if found else Text(ru=str(error), en=str(error))
    return InputProblem(
        f"В рабочее пространство {root} нельзя записать, поэтому прогон не начат: {cause.ru}",
        f"Nothing can be written in the workspace {root}, so the run has not begun: {cause.en}",
    )


if sys.platform == "win32":
    import msvcrt

    def _take(file: BinaryIO) -> bool | None:
        """True: ours. False: another's."""
        file.seek(LOCKED_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _free(file: BinaryIO) -> None:
        file.seek(LOCKED_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: BinaryIO) -> bool | None:
        """True: ours. False: another's. None: this disk has no locks."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True

    def _free(file: BinaryIO) -> None:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)
