"""What is missing on this machine or in this workspace."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from evaluation.app.doctor.finding import Finding
from evaluation.app.doctor.machine import machine
from evaluation.app.doctor.workspace import key_place, places, to_confirm
from evaluation.places import Workspace, open_workspace, repository
from evaluation.settings import InputProblem, Text

DISTRIBUTION = "programme-evaluation-workbench"
OLDEST, FIRST_UNKNOWN = (3, 11), (3, 14)
NEEDED_GIGABYTES = 1.0
LOCKED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]+))?")


def examine(workspace: Path | None) -> list[Finding]:
    """Python, packages against the lock, the machine, the workspace's settings and places, the key, free disk."""
    found = [python_version(sys.version_info[:2]), *packages(repository() / "requirements.lock")]
    package = Path(__file__).resolve().parents[2]
    try:
        opened = open_workspace(workspace)
    except InputProblem as problem:
        return [*found, *machine(workspace or Path.cwd(), package), Finding("bad", Text(**problem.messages))]
    own = (*settings(opened), *places(opened), key(opened), *key_place(opened), *to_confirm(opened))
    return [*found, *machine(opened.root, package), *own, free_disk(shutil.disk_usage(opened.root).free, opened.root)]


def python_version(version: tuple[int, int]) -> Finding:
    shown = platform.python_version()
    if OLDEST <= version < FIRST_UNKNOWN:
        return Finding("good", Text(ru=f"Python {shown}", en=f"Python {shown}"))
    wanted = "3.11, 3.12, 3.13"
    return Finding(
        "bad",
        Text(
            ru=f"Python {shown}, а нужен один из: {wanted}; установите его и пакеты заново",
            en=f"Python {shown}, but one of these is needed: {wanted}; install it, and the packages anew",
        ),
    )


def locked_versions(text: str) -> dict[str, str]:
    """Version by package of a lock, for this system and Python."""
    from packaging.markers import Marker
    from packaging.utils import canonicalize_name

    found = {}
    for line in text.splitlines():
        match = LOCKED.match(line)
        if match and (not match["marker"] or Marker(match["marker"].strip()).evaluate()):
            found[str(canonicalize_name(match["name"]))] = match["version"]
    return found


def needed_packages() -> set[str] | None:
    """Packages that this one needs, itself or through others, without extras; None when it is not installed."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    try:
        waiting = list(importlib.metadata.requires(DISTRIBUTION) or ())
    except importlib.metadata.PackageNotFoundError:
        return None
    found: set[str] = set()
    while waiting:
        requirement = Requirement(waiting.pop())
        name = str(canonicalize_name(requirement.name))
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        if installed(name):
            waiting += importlib.metadata.requires(name) or ()
    return found


def installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def packages(lock: Path) -> Iterator[Finding]:
    if not lock.exists():
        text = f"нет файла {lock}: версии пакетов сверить не с чем"
        yield Finding("look", Text(ru=text, en=f"there is no {lock}: nothing to compare the packages with"))
        return
    needed = needed_packages()
    if needed is None:
        yield Finding(
            "look",
            Text(
                ru="пакет не установлен: запустите «make report» или «pip install --no-deps -e .»",
                en="the package is not installed: run 'make report' or 'pip install --no-deps -e .'",
            ),
        )
    versions = locked_versions(lock.read_text(encoding="utf-8"))
    missing = sorted(name for name in needed or () if installed(name) is None)
    present = {name: installed(name) for name in versions}
    different = [
        f"{name} {present[name]} ({wanted})"
        for name, wanted in sorted(versions.items())
        if present[name] not in (None, wanted)
    ]
    advice_ru, advice_en = f"установите пакеты из {lock.name}", f"install the packages of {lock.name}"
    if missing:
        names = ", ".join(missing)
        yield Finding(
            "bad", Text(ru=f"нет пакетов: {names}; {advice_ru}", en=f"packages are missing: {names}; {advice_en}")
        )
    if different:
        names = ", ".join(different)
        yield Finding(
            "look",
            Text(
                ru=f"другие версии, чем в {lock.name} (в скобках): {names}; {advice_ru}",
                en=f"versions other than in {lock.name} (in brackets): {names}; {advice_en}",
            ),
        )
    if not missing and not different:
        count = sum(version is not None for version in present.values())
        yield Finding("good", Text(ru=f"пакеты как в {lock.name}: {count}", en=f"packages as in {lock.name}: {count}"))


def settings(opened: Workspace) -> Iterator[Finding]:
    bad = False
    for year in opened.years:
        try:
            opened.year(year)
            opened.plan(year)
        except InputProblem as problem:
            bad = True
            yield Finding("bad", Text(**problem.messages))
    try:
        count = len(opened.codebook.variables)
    except InputProblem as problem:
        yield Finding("bad", Text(**problem.messages))
        return
    if not opened.years:
        place = opened.root / "config" / "years"
        yield Finding(
            "bad",
            Text(
                ru=f"нет ни одного года в {place}; верните файл года из git или создайте рабочее пространство (init)",
                en=f"there is no year in {place}; bring a year's file back from git, or make a workspace (init)",
            ),
        )
    elif not bad:
        years = f"{opened.years[0]}-{opened.years[-1]}"
        yield Finding(
            "good",
            Text(
                ru=f"рабочее пространство {opened.root}: годы {years}, переменных в кодовой книге {count}",
                en=f"workspace {opened.root}: years {years}, {count} variables in the codebook",
            ),
        )


def key(opened: Workspace) -> Finding:
    path = opened.key_file()
    if path.is_file() and path.stat().st_size > 0:
        return Finding(
            "good",
            Text(
                ru=f"ключ псевдонимов: {path}; храните копию отдельно",
                en=f"pseudonym key: {path}; keep a copy elsewhere",
            ),
        )
    return Finding(
        "look",
        Text(
            ru=f"ключа псевдонимов нет ({path}); он будет создан при первом прогоне",
            en=f"there is no pseudonym key ({path}); the first run makes one",
        ),
    )


def free_disk(free: int, place: Path) -> Finding:
    gigabytes = free / 1e9
    amount_ru, amount_en = f"{gigabytes:.1f}".replace(".", ",") + " ГБ", f"{gigabytes:.1f} GB"
    if gigabytes >= NEEDED_GIGABYTES:
        return Finding("good", Text(ru=f"свободно на диске: {amount_ru}", en=f"free on the disk: {amount_en}"))
    return Finding(
        "bad",
        Text(
            ru=f"на диске с {place} осталось {amount_ru}; освободите место",
            en=f"{amount_en} are left on the disk of {place}; free some space",
        ),
    )
