"""Runs pandoc, which turns a page's body into the parts of a document."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path

from evaluation.settings import InputProblem

EXTRA = 'pip install "programme-evaluation-workbench[documents]"'
SECONDS = 120


def absent(library: str) -> InputProblem:
    """What to say where a library of the extra ``documents`` is not installed."""
    return InputProblem(
        f"Документы PDF, Word и слайды не сделаны: не установлена библиотека {library}. Установите дополнение: "
        f"{EXTRA}, затем повторите шаг. Отчёт HTML от этого не зависит. Если документы не нужны, отключите шаги "
        "10_hand_in и 10a_write_cards в config/programme.yml (steps: 10_hand_in: applicable: false).",
        f"PDF, Word and slides were not made: the library {library} is not installed. Install the extra: {EXTRA}, then "
        "run the step again. The HTML report does not depend on it. If documents are not wanted, switch the steps "
        "10_hand_in and 10a_write_cards off in config/programme.yml (steps: 10_hand_in: applicable: false).",
    )


@cache
def pandoc_path() -> Path:
    """The program that the library pypandoc_binary brings. Raises InputProblem where it is not installed."""
    found = importlib.util.find_spec("pypandoc")
    folders = [] if found is None else list(found.submodule_search_locations or ())
    name = "pandoc.exe" if sys.platform == "win32" else "pandoc"
    paths = [Path(folder) / "files" / name for folder in folders]
    path = next((each for each in paths if each.is_file()), None)
    if path is None:
        raise absent("pypandoc_binary")
    return path


def data_text(name: str) -> str:
    """A text that belongs to the package: a filter or template."""
    return resources.files("evaluation.report.office").joinpath("data", name).read_text(encoding="utf-8")


def run_pandoc(source: str, arguments: Sequence[str], folder: Path, written: datetime) -> bytes:
    """What pandoc makes of ``source`` with these ``arguments``, working in ``folder``.

    Times in the result are ``written``, in UTC where it names no zone. Raises InputProblem when pandoc refuses, with
    the first lines of what it said.
    """
    moment = written if written.tzinfo else written.replace(tzinfo=UTC)
    command = [str(pandoc_path()), "--output=-", *arguments]
    known = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG") if key in os.environ}
    environment = {**known, "SOURCE_DATE_EPOCH": str(int(moment.timestamp())), "HOME": str(folder)}
    try:
        done = subprocess.run(
            command, input=source.encode("utf-8"), cwd=folder, env=environment, capture_output=True, timeout=SECONDS,
            check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _refused(str(error)) from error
    if done.returncode:
        raise _refused(done.stderr.decode("utf-8", "replace"))
    return done.stdout


def _refused(told: str) -> InputProblem:
    told = " ".join(told.split())[:400]
    return InputProblem(
        f"Документ не собран: программа pandoc ответила «{told}». Проверьте собственные тексты отчёта и образец "
        "оформления (report_reference в config/programme.yml) или соберите документ без них.",
        f"The document was not put together: pandoc said '{told}'. Check your own texts of the report and the "
        "reference document (report_reference in config/programme.yml), or make the document without them.",
    )
