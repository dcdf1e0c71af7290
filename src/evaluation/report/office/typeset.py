"""Runs typst, which lays a document's pages out: its fonts, its own process, and its refusals in plain words."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from evaluation.display.fonts import font_folder
from evaluation.report.office.pandoc import absent
from evaluation.settings import InputProblem

FAMILIES = ("Libertinus Serif", "DejaVu Serif", "DejaVu Sans", "DejaVu Sans Mono")
"""Fonts of documents: the first and last come with typst, the others with matplotlib."""
_LETTERS = re.compile(r"the text ['\"]?(.+?)['\"]? could not be displayed", re.DOTALL)

AT_ONCE = 2  # documents typeset at the same time, each on its share of the processor's cores
SECONDS = 300
_GATHERING = Lock()


def library() -> Any:
    """The library typst. Raises InputProblem where it is not installed."""
    try:
        import typst  # a part of the extra `documents`: other steps go without
    except ImportError as error:
        raise absent("typst") from error
    return typst


def fonts(folders: tuple[Path, ...] | None = None) -> Any:
    """Fonts from ``folders`` (else those that come with matplotlib) and from typst itself; none of the system's.

    Raises InputProblem naming the families of ``FAMILIES`` that are not there.
    """
    # two threads that begin together would each gather the fonts, and one clear away what the other reads
    with _GATHERING:
        return _fonts((font_folder(),) if folders is None else folders)


@cache
def _fonts(given: tuple[Path, ...]) -> Any:
    folder = _chosen(given)
    found = library().Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder.name])
    lacking = missing_families(found.families())
    if lacking:
        names = ", ".join(lacking)
        raise InputProblem(
            f"Нет шрифтов документа: {names}. Они приходят с библиотеками typst и matplotlib: установите их заново "
            "(pip install --force-reinstall typst matplotlib) и повторите шаг.",
            f"Fonts of the document are missing: {names}. They come with the libraries typst and matplotlib: install "
            "these again (pip install --force-reinstall typst matplotlib) and run the step again.",
        )
    return found


@cache
def _chosen(folders: tuple[Path, ...]) -> tempfile.TemporaryDirectory[str]:
    """A folder with the wanted ones of matplotlib's fonts, kept until the program ends: a font is read when needed.

    One of the others draws an empty box for every letter there is, and would hide that a letter is missing.
    """
    chosen = tempfile.TemporaryDirectory(prefix="evaluation-fonts-")
    for path in (path for folder in folders for path in folder.glob("DejaVuS*.ttf")):
        shutil.copyfile(path, Path(chosen.name) / path.name)
    return chosen


def typeset(folders: Sequence[Path], **settings: Any) -> list[bytes]:
    """What typst makes of ``main.typ`` in each of ``folders``, with ``settings`` of its ``compile``: PDF or a PNG.

    Runs as a process of its own, one for all folders: documents are typeset at once without waiting for each other or
    for Python, and their memory is given back. Raises InputProblem as ``fonts``, and for what typst refuses.
    """
    fonts()
    work = {**settings, "folders": [str(folder) for folder in folders], "fonts": _chosen((font_folder(),)).name}
    threads = max(1, (os.cpu_count() or 1) // AT_ONCE)
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(Path(__file__).with_name("typesetting.py"))], input=json.dumps(work).encode(),
            env={**os.environ, "RAYON_NUM_THREADS": str(threads)}, capture_output=True,
            timeout=SECONDS * max(1, len(folders)), check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise refused({"message": str(error)}) from error
    if done.returncode:
        raise refused(_told(done))
    return [(folder / "typeset.out").read_bytes() for folder in folders]


def _told(done: subprocess.CompletedProcess[bytes]) -> Mapping[str, Any]:
    """What the process said of its end: typst's refusal, else the last line of what went wrong in it."""
    try:
        told = json.loads(done.stdout)
    except ValueError:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return {"message": lines[-1] if lines else f"code {done.returncode}"}
    return told if isinstance(told, dict) else {"message": str(told)}


def missing_families(there: Sequence[str]) -> list[str]:
    """Families of ``FAMILIES`` that are not ``there``; capital and small letters count alike."""
    known = {name.casefold() for name in there}
    return [name for name in FAMILIES if name.casefold() not in known]


def refused(told: Mapping[str, Any]) -> InputProblem:
    """A refusal of typst (``message``, ``hints``) in plain words: letters that no font has, or else what it said."""
    message = str(told["message"])
    letters = _LETTERS.search(message)
    if letters:
        shown = ", ".join(f"«{letter}» (U+{ord(letter):04X})" for letter in dict.fromkeys(letters.group(1)))
        return InputProblem(
            f"PDF не собран: ни в одном шрифте нет знаков {shown}. Найдите их в текстах отчёта или названиях и "
            "замените обычными буквами.",
            f"The PDF was not made: no font has the signs {shown}. Find them in the report's texts or names and "
            "replace them with ordinary letters.",
        )
    hints = " ".join(told.get("hints", []))
    answer = " ".join(f"{message} {hints}".split())[:400]
    return InputProblem(
        f"PDF не собран: программа typst ответила «{answer}». Проверьте собственные тексты отчёта и рисунки.",
        f"The PDF was not made: typst said '{answer}'. Check your own texts of the report and its figures.",
    )
