"""What git knows of a folder: its commit, what is not committed, and copies with their history."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SECONDS = 120
NAMES_SHOWN = 10


@dataclass(frozen=True)
class GitState:
    """``commit`` is None where no repository holds the folder; ``dirty`` names what differs from it."""

    commit: str | None
    dirty: tuple[str, ...] = ()


def git_state(folder: Path) -> GitState:
    """The commit of ``folder`` and every file in it that the commit does not hold as it is."""
    commit = ask(folder, "rev-parse", "--verify", "HEAD")
    if commit is None:
        return GitState(None)
    # a folder that the repository ignores, or knows nothing of, is in none
    if not (ask(folder, "ls-tree", "--name-only", "HEAD", "--", ".") or "").strip():
        return GitState(None)
    changed = ask(folder, "-c", "core.quotepath=off", "status", "--porcelain", "--untracked-files=all", "--", ".")
    return GitState(commit.strip(), tuple(line[3:] for line in (changed or "").splitlines()))


def ask(folder: Path, *arguments: str) -> str | None:
    """What git answers; None where there is no git, no repository, or it refuses."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, encoding="utf-8", errors="replace",
            timeout=SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout if answer.returncode == 0 else None


def copy_with_history(folder: Path, target: Path) -> Path:
    """A copy of the repository that holds ``folder``, checked out at its commit; the folder's place in the copy.

    Where no repository holds it the copy is an empty folder. The day on which a plan was first committed is a
    result, so that a rerun needs the history too.
    """
    top = ask(folder, "rev-parse", "--show-toplevel") if git_state(folder).commit else None
    if top is not None:
        above = Path(top.strip())
        if ask(above, "clone", "--quiet", "--no-hardlinks", str(above), str(target)) is not None:
            return target / os.path.relpath(folder.resolve(), above.resolve())
    target.mkdir(parents=True, exist_ok=True)
    return target


def replace_folder(source: Path, target: Path) -> None:
    """Make ``target`` a copy of ``source``, whatever lay there; without caches."""
    shutil.rmtree(target, ignore_errors=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
