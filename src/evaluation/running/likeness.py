"""Whether a worker of a cluster is like the machine that asks it: Python, packages, the programme's own code."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import evaluation
from evaluation.places import repository
from evaluation.running.record import PACKAGES
from evaluation.settings import Text

SHOWN = 8
# Packages that change results by being there or not, beside those that every record names.
NEEDED = frozenset({*PACKAGES, "natasha"})
PYTHON, VERSION, CODE, LOCK = "Python", "evaluation", "evaluation:code", "requirements.lock"


def facts() -> dict[str, str]:
    """What results may depend on in this process, by name: versions and digests, no paths and no names of machines.

    Python, every installed package, this package's version and the digest of its files, the lock's hash.
    """
    # the code as it lies there now: each notebook's own process will read it
    found = {**_installed(), PYTHON: platform.python_version(), VERSION: evaluation.__version__, CODE: _code()}
    lock = repository() / "requirements.lock"
    if lock.exists():
        found[LOCK] = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    return found


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> list[Text]:
    """In words, what is otherwise ``there`` than ``here``: the programme's own parts first, then packages.

    A package counts when both have it, in different versions, or when one lacks a package that results depend on.
    """
    own = [name for name in (PYTHON, VERSION, CODE, LOCK) if here.get(name) != there.get(name)]
    packages = sorted(
        name
        for name in ({*here} & {*there}) | NEEDED
        if name not in (PYTHON, VERSION, CODE, LOCK) and here.get(name) != there.get(name)
    )
    found = [_difference(name, here.get(name), there.get(name)) for name in (*own, *packages)]
    more = len(found) - SHOWN
    if more > 0:
        found = [*found[:SHOWN], Text(ru=f"и ещё различий: {more}", en=f"and {more} more differences")]
    return found


def _difference(name: str, here: str | None, there: str | None) -> Text:
    if name == CODE:
        return Text(ru="другой код программы", en="the programme's code is another")
    return Text(
        ru=f"{name}: там {there or 'нет'}, здесь {here or 'нет'}",
        en=f"{name}: {there or 'none'} there, {here or 'none'} here",
    )


@cache
def _installed() -> dict[str, str]:
    """Version by package; of two with one name the first, which is the one that Python imports."""
    found = [*importlib.metadata.distributions()][::-1]
    versions = {str(each.metadata["Name"]).lower().replace("_", "-"): each.version for each in found}
    versions.pop("programme-evaluation-workbench", None)
    return versions


def _code() -> str:
    """Digest of the package's files and of the settings that a workspace takes from the repository."""
    package = Path(evaluation.__file__).parent
    digest = hashlib.sha256()
    for folder in (package, repository() / "config"):
        files = folder.rglob("*") if folder == package else [*folder.glob("*.csv"), folder / "rules.yml"]
        for path in sorted(path for path in files if path.is_file() and "__pycache__" not in path.parts):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
