"""Writing aside, then moving into place: a reader sees the old file or the new one, never a half."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path


def write_whole(path: Path, content: str | bytes) -> None:
    """Write ``content`` (a text as UTF-8) to ``path`` in one step. Raises OSError; then ``path`` is as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = _name(path)
    try:
        aside.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(aside, path)
    except BaseException:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Write all files, or none: every one aside first, then each into its place, in their order.

    Raises OSError after putting back what lay there before, as ``put_in_place`` does.
    """
    if not contents:
        return
    asides = {_name(place): place for place in contents}
    beside = next(iter(contents)).parent
    try:
        for aside, place in asides.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(contents[place])
        with tempfile.TemporaryDirectory(
            prefix=".before.", suffix=".new", dir=beside, ignore_cleanup_errors=True
        ) as before:
            put_in_place(asides, Path(before))
    except BaseException:
        for aside in asides:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
        raise


@contextmanager
def made_aside(folder: Path) -> Iterator[Path]:
    """An empty folder beside ``folder`` to fill; left without an error, it becomes ``folder`` in one step.

    ``folder`` must be missing or empty. Raises OSError; what was made is then removed, as after any other error.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".new", dir=folder.parent))
    try:
        aside.chmod(0o755)  # mkdtemp lets nobody else read; what is made here is an ordinary folder
        yield aside
        if folder.exists():
            folder.rmdir()
        os.replace(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def clear_asides(folder: Path) -> None:
    """Remove what ``write_whole`` left in ``folder`` in killed processes. Nobody else may be writing there."""
    for left in folder.glob(".*.new"):
        with suppress(OSError):
            left.unlink()


def put_in_place(moves: Mapping[Path, Path], aside: Path) -> None:
    """Move every source to its final place, each in one step; all of them, or none.

    ``moves`` maps source to place, ``aside`` is a folder for what lay there before. What asks for room is done before
    the first move. Raises OSError after putting back what was moved. A process that is killed between two moves leaves
    some files new and others old, each of them whole: the record then does not fit them.
    """
    asides = {source: _beside(source, final) for source, final in moves.items()}
    before: dict[Path, Path] = {}
    aside.mkdir(parents=True, exist_ok=True)
    try:
        for number, (source, final) in enumerate(moves.items()):
            old = aside / str(number)
            if final.exists():
                _keep(final, old)
            before[final] = old
            os.replace(asides[source], final)
    except BaseException:
        for final, old in before.items():
            _put_back(old, final)
        for new in asides.values():
            with suppress(OSError):
                new.unlink(missing_ok=True)
        raise


def _name(path: Path) -> Path:
    """A hidden name beside ``path``, the process's own."""
    return path.with_name(f".{path.name}.{os.getpid()}.new")


def _beside(source: Path, final: Path) -> Path:
    """``source``, or a copy of it beside ``final`` where that lies on another disk."""
    final.parent.mkdir(parents=True, exist_ok=True)
    if source.stat().st_dev == final.parent.stat().st_dev:
        return source
    new = final.with_name(f".{final.name}.new")
    try:
        shutil.copyfile(source, new)
    except BaseException:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise
    return new


def _keep(final: Path, old: Path) -> None:
    try:
        os.link(final, old)
    except OSError:
        shutil.copy2(final, old)


def _put_back(old: Path, final: Path) -> None:
    """What lay at ``final`` lies there again; where nothing did, nothing does."""
    with suppress(OSError):
        if not old.exists():
            final.unlink(missing_ok=True)
        elif not (final.exists() and final.samefile(old)):
            os.replace(_beside(old, final), final)
