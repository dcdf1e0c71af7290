"""The edges of a roll-up: files that are read before it, and documents that are made after it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from evaluation.codebook import Codebook, read_codebook
from evaluation.places import open_workspace, repository
from evaluation.report.office import to_docx, to_pdf
from evaluation.settings import LANGUAGES, InputProblem
from evaluation.year.roll_up.national import RolledUp

_SUM = re.compile(r"([0-9a-fA-F]{64}) [ *](.+)")


def codebook_of(workspace: Path | None) -> Codebook:
    """The codebook of the centre's own workspace, or the one that comes with the tool."""
    if workspace is not None:
        return open_workspace(workspace).codebook
    return read_codebook(repository() / "config")


def read_deliveries(files: Sequence[Path]) -> dict[str, bytes]:
    """Content by file name. Raises InputProblem for a file that cannot be read and for two of one name."""
    found: dict[str, bytes] = {}
    for path in files:
        if path.name in found:
            raise InputProblem(
                f"{path}: файл с именем {path.name} назван дважды. Переименуйте один: в отчёте о посылках говорят по "
                "именам файлов.",
                f"{path}: a file called {path.name} is named twice. Rename one: the report speaks of deliveries by the "
                "names of their files.",
            )
        try:
            found[path.name] = path.read_bytes()
        except OSError as error:
            raise InputProblem(
                f"{path}: файл не читается ({error.strerror}). Проверьте имя и права.",
                f"{path}: the file cannot be read ({error.strerror}). Check its name and permissions.",
            ) from error
    return found


def read_told_sums(path: Path) -> dict[str, str]:
    """SHA-256 by file name from a list as ``sha256sum`` writes it. Raises InputProblem naming the line."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputProblem(
            f"{path}: список контрольных сумм не читается ({type(error).__name__}). Нужен текст в UTF-8.",
            f"{path}: the list of check sums cannot be read ({type(error).__name__}). It has to be a text in UTF-8.",
        ) from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        match = _SUM.fullmatch(line.strip())
        if match is not None:
            found[Path(match[2]).name] = match[1].lower()
        elif line.strip():
            raise InputProblem(
                f"{path}, строка {number}: ожидались 64 знака SHA-256, два пробела и имя файла. Исправьте строку.",
                f"{path}, line {number}: expected were 64 digits of SHA-256, two blanks and a file's name. Correct it.",
            )
    return found


def with_documents(files: Mapping[str, bytes], made: RolledUp) -> dict[str, bytes]:
    """``files`` and the pages as PDF and Word, dated by the last release among the deliveries, never by the clock."""
    day = max(each.delivery.release.released_on for each in made.taken)
    written = dt.datetime.combine(day, dt.time(), dt.UTC)
    found = dict(files)
    for language in LANGUAGES:
        html = files[f"report.{language}.html"].decode("utf-8")
        found[f"report.{language}.pdf"] = to_pdf(html, language, written)
        found[f"report.{language}.docx"] = to_docx(html, language, written)
    return found
