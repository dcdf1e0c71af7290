"""What the machine itself lacks: encoding, git, fonts, bytecode, a browser, the right time."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from evaluation.app.doctor.finding import Finding, bad, good, look

SAMPLE = "Ёжик №1 — «проба» ₽"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ONE_DAY = dt.timedelta(days=1)
SECONDS = 20


def machine(root: Path, package: Path) -> Iterator[Finding]:
    """Every look at the machine; ``root`` is the workspace, ``package`` the folder of this program's code."""
    yield encoding(sys.stdout.encoding, sys.getfilesystemencoding())
    yield git(root, git_version())
    yield fonts()
    yield bytecode(package, sys.dont_write_bytecode)
    yield clock(dt.datetime.now(tz=dt.UTC), newest_change(root))
    yield browser()


def encoding(output: str | None, names: str) -> Finding:
    """Can file names and messages be Russian?"""
    wrong = [name or "?" for name in (output, names) if not _writes_russian(name)]
    if not wrong:
        return good(f"кодировка: {output}, имён файлов: {names}", f"encoding: {output}, of file names: {names}")
    shown = ", ".join(wrong)
    return look(
        f"кодировка {shown} не знает русских букв; задайте PYTHONUTF8=1 (в Linux также LANG=C.UTF-8)",
        f"the encoding {shown} lacks Russian letters; set PYTHONUTF8=1 (on Linux also LANG=C.UTF-8)",
    )


def _writes_russian(name: str | None) -> bool:
    try:
        SAMPLE.encode(name or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def git_version() -> str | None:
    """What git says of itself; None where it is not there."""
    if shutil.which("git") is None:
        return None
    try:
        answer = subprocess.run(["git", "--version"], capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip().removeprefix("git version ") if answer.returncode == 0 else None


def git(root: Path, version: str | None) -> Finding:
    """Is git there, and does it hold the workspace's settings?"""
    if version is None:
        return look(
            "git не найден: не будет видно, что план записан раньше результатов; установите git",
            "git is not found: nobody can tell that the plan was written before the outcomes; install git",
        )
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        return look(
            f"git {version}, но {root} не в репозитории: выполните там «git init» и сохраните config",
            f"git {version}, but {root} is in no repository: run 'git init' there and commit config",
        )
    return good(
        f"git {version}, рабочее пространство в репозитории", f"git {version}, the workspace is in a repository"
    )


def fonts() -> Finding:
    """Does the font of the figures have Russian letters and the signs they use?"""
    try:
        from evaluation.display.fonts import missing_letters

        missing = missing_letters(SAMPLE)
    except ImportError:
        missing = None
    if missing is None:
        return bad(
            "шрифт рисунков не найден; переустановите пакет matplotlib",
            "the font of the figures is not found; install the package matplotlib again",
        )
    if missing:
        names = ", ".join(unicodedata.name(letter, "?") for letter in missing)
        return look(
            f"в шрифте рисунков нет знаков: {names}; переустановите пакет matplotlib",
            f"the font of the figures lacks: {names}; install the package matplotlib again",
        )
    return good("шрифт рисунков с русскими буквами есть", "the font of the figures has Russian letters")


def bytecode(package: Path, never_written: bool) -> Finding:
    """Is compiled code kept, so that every notebook does not compile the program anew?"""
    prefix = sys.pycache_prefix
    cache = Path(prefix) if prefix else package / "__pycache__"
    writable = os.access(cache if cache.exists() else cache.parent, os.W_OK)
    if any(cache.rglob("*.pyc") if prefix else cache.glob("*.pyc")):
        return good("скомпилированный код сохраняется", "compiled code is kept")
    if never_written or not writable:
        return look(
            f"скомпилированный код не сохраняется ({cache}): каждый шаг начинается медленнее; выполните один раз "
            f"«python -m compileall -q {package}» с правом записи или уберите PYTHONDONTWRITEBYTECODE",
            f"compiled code is not kept ({cache}): every step begins more slowly; run "
            f"'python -m compileall -q {package}' once with the right to write, or unset PYTHONDONTWRITEBYTECODE",
        )
    return good("скомпилированный код будет сохранён", "compiled code will be kept")


def newest_change(root: Path) -> dt.datetime | None:
    """When the last of the workspace's settings and run records was written."""
    places = [*root.glob("config/**/*"), *root.glob("reports/*/draft/run/*")]
    times = [path.stat().st_mtime for path in places if path.is_file()]
    return dt.datetime.fromtimestamp(max(times), tz=dt.UTC) if times else None


def clock(now: dt.datetime, newest: dt.datetime | None) -> Finding:
    """Does the clock go on from what was written before? Days of arrival, plans and releases rest on it."""
    shown = f"{now.date().isoformat()}"
    if newest is not None and newest > now + ONE_DAY:
        return bad(
            f"часы показывают {shown}, а файлы изменены {newest.date().isoformat()}; поставьте часы верно",
            f"the clock says {shown}, but files were changed on {newest.date().isoformat()}; set the clock right",
        )
    return good(f"часы: {shown}", f"clock: {shown}")


def browser() -> Finding:
    """Only the tests of pages need a browser."""
    found = next((place for place in map(shutil.which, BROWSERS) if place), None)
    if found:
        return good(f"браузер для проверки страниц: {found}", f"a browser for the tests of pages: {found}")
    return good(
        "браузера Chromium нет; он нужен только разработчикам для проверки страниц (make test-browser)",
        "there is no Chromium; only developers need it, for the tests of pages (make test-browser)",
    )
