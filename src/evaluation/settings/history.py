"""When a settings file was first committed and what it said then, as the repository (git) tells."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path
from typing import Any

import yaml

from evaluation.settings.base import Settings

SECONDS = 20


class History(Settings):
    """What the repository knows of a file; everything is empty where it knows nothing.

    ``shallow``: the repository holds recent commits only, so that the first one cannot be told. ``first`` is the
    file's content at its first commit. ``uncommitted``: the file differs from its last commit.
    """

    first_on: dt.date | None = None
    changed_on: dt.date | None = None
    uncommitted: bool = False
    shallow: bool = False
    first: dict[str, Any] | None = None

    @property
    def known(self) -> bool:
        """Whether the day of the first commit can be told."""
        return self.first_on is not None and not self.shallow


def history_of(path: Path) -> History:
    """History of a YAML file. Renames are followed. Without git, outside a repository or before the first commit
    of the file nothing is known, which is no error."""
    log = _git(path.parent, "log", "--follow", "--name-only", "--format=%x01%H %cs", "--", path.name)
    if not log or not log.strip():
        return History()
    commits = [entry.split("\n") for entry in log.split("\x01") if entry.strip()]
    days = [dt.date.fromisoformat(lines[0].split()[1]) for lines in commits]
    commit, place = commits[-1][0].split()[0], _unquoted([line for line in commits[-1] if line.strip()][-1])
    first = _git(path.parent, "show", f"{commit}:{place}")
    changed = _git(path.parent, "status", "--porcelain", "--", path.name)
    shallow = _git(path.parent, "rev-parse", "--is-shallow-repository")
    return History(
        first_on=days[-1],
        changed_on=days[0],
        uncommitted=bool(changed and changed.strip()),
        shallow=(shallow or "").strip() == "true",
        first=_mapping(first),
    )


def _git(folder: Path, *arguments: str) -> str | None:
    """What git answers; None where there is no git, no repository, or it refuses."""
    command = ["git", "-C", str(folder), "-c", "core.quotepath=off", *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return answer.stdout if answer.returncode == 0 else None


def _unquoted(place: str) -> str:
    return place.strip().strip('"')


def _mapping(text: str | None) -> dict[str, Any] | None:
    """The YAML's keys and values; None for what is no mapping of keys."""
    try:
        # the base loader keeps every value as it was typed: no dates, which JSON lacks
        found = yaml.load(text or "", Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        return None
    return found if isinstance(found, dict) else None
