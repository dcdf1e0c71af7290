"""The filled workbook of a document taken back in: what a person confirmed, refused or corrected, cell by cell."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from evaluation.report.confirmation.form import (
    CHOICES,
    COLUMNS,
    CORRECT,
    HEADER_ROW,
    KEY_SHEET,
    MARK,
    ROLE_COLUMN,
    ROLE_ROW,
    WORDS,
)
from evaluation.report.forms import plain_text
from evaluation.settings import LANGUAGES, InputProblem

MAX_BYTES = 50_000_000
MAX_UNPACKED = 300_000_000
_KEY_NAMES = ("line", "field", "place", "stored", "unit", "period", "owner", "phrase", "paragraph")


@dataclass(frozen=True)
class ConfirmedLine:
    """A line that a person answered: ``choice`` is yes, no or correct, ``answer`` the value written beside it.

    ``cells`` name the cells of both answers; the rest is what the line stands for.
    """

    field: str
    place: int
    stored: str
    about: tuple[str, str, str]
    phrase: str
    paragraph: int | None
    choice: str
    answer: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class ConfirmedForm:
    """A filled form: kind and file name of its document, the role of who checked, answered lines, those left blank."""

    kind: str
    document: str
    sha256: str
    role: str
    lines: tuple[ConfirmedLine, ...]
    blank: int


def read_confirmed(path: Path) -> ConfirmedForm:
    """The filled form. Raises InputProblem for a file that is absent or no such form, one whose locked parts were
    changed, and for answers that are no answer, with their cells.
    """
    book = _open(path)
    try:
        if KEY_SHEET not in book.sheetnames:
            raise _no_form(path)
        rows = [tuple(_text(value) for value in row) for row in book[KEY_SHEET].iter_rows(values_only=True)]
        if not rows or rows[0][0] != MARK or len(rows[0]) < len(_KEY_NAMES):
            raise _no_form(path)
        sheet = next((one for one in book.worksheets if one.title in _titles()), None)
        if sheet is None:
            raise _no_form(path)
        keys = {row[0]: dict(zip(_KEY_NAMES, row, strict=False)) for row in rows[1:] if row[0]}
        lines, blank = _lines(sheet, keys, path)
        role = _text(sheet.cell(row=ROLE_ROW, column=ROLE_COLUMN).value)
        return ConfirmedForm(rows[0][1], rows[0][2], rows[0][3], role, tuple(lines), blank)
    finally:
        book.close()


def _titles() -> set[str]:
    return {WORDS["sheet"].in_language(language) for language in LANGUAGES}


def _open(path: Path) -> Any:
    if not path.is_file():
        raise InputProblem(
            f"Нет файла {path}. Укажите заполненную книгу проверки.",
            f"There is no file {path}. Name the filled workbook of the check.",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            if path.stat().st_size > MAX_BYTES or sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise _no_form(path)
        return openpyxl.load_workbook(path, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise _no_form(path) from error


def _no_form(path: Path) -> InputProblem:
    return InputProblem(
        f"{path}: это не книга проверки документа. Ожидался файл xlsx, который записала команда «evaluation "
        "read-document», заполненный и сохранённый в том же виде.",
        f"{path} is no workbook of a document's check. An xlsx file written by 'evaluation read-document' was "
        "expected, filled in and saved in the same format.",
    )


def _lines(sheet: Any, keys: Mapping[str, Mapping[str, str]], path: Path) -> tuple[list[ConfirmedLine], int]:
    columns = {name: place for place, name in enumerate(COLUMNS, start=1)}
    words = {code: code for code in CHOICES} | {
        text.in_language(language).casefold(): code for code, text in CHOICES.items() for language in LANGUAGES
    }
    lines, blank, faults = [], 0, []
    for row in range(HEADER_ROW + 1, sheet.max_row + 1):
        texts = {name: _text(sheet.cell(row=row, column=place).value) for name, place in columns.items()}
        if not any(texts.values()):
            continue
        key = keys.get(texts["line"])
        if key is None or key["phrase"] != texts["phrase"] or key["place"] != (texts["entry"] or "0"):
            raise InputProblem(
                f"{path}, строка {row}: номер или фраза изменены, и непонятно, к чему относится ответ. Прочтите "
                "документ заново и перенесите ответы.",
                f"{path}, row {row}: the number or the phrase was changed, so that what the answer is about cannot be "
                "told. Read the document anew and copy the answers.",
            )
        cells = {name: f"{get_column_letter(columns[name])}{row}" for name in ("confirmed", "answer")}
        choice = words.get(texts["confirmed"].casefold(), "")
        if not texts["confirmed"] and not texts["answer"]:
            blank += 1
        elif not choice:
            faults.append((cells["confirmed"], "выберите «да», «нет» или «исправить»", "choose yes, no or correct to"))
        elif (choice == CORRECT) != bool(texts["answer"]):
            faults.append(
                (
                    cells["answer"],
                    "верное значение пишут при ответе «исправить», и только при нём",
                    "a right value goes with 'correct to', and with it alone",
                )
            )
        else:
            paragraph = int(key["paragraph"]) if key["paragraph"] else None
            lines.append(
                ConfirmedLine(
                    key["field"], int(key["place"]), key["stored"], (key["unit"], key["period"], key["owner"]),
                    key["phrase"], paragraph, choice, texts["answer"], cells,
                )
            )  # fmt: skip
    raise_faults(path, faults)
    return lines, blank


def raise_faults(path: Path, faults: list[tuple[str, str, str]]) -> None:
    """Raise InputProblem naming every fault (cell, what is wrong in Russian and in English); nothing for none."""
    if not faults:
        return
    ru = "\n".join(f"- ячейка {cell}: {text}" for cell, text, _ in faults[:50])
    en = "\n".join(f"- cell {cell}: {text}" for cell, _, text in faults[:50])
    raise InputProblem(
        f"{path}: ничего не принято. Исправьте и повторите:\n{ru}",
        f"{path}: nothing was taken. Correct this and repeat:\n{en}",
    )


def _text(value: Any) -> str:
    """What stands in a cell, as text: whole numbers without a point, days as 2024-03-15."""
    if isinstance(value, dt.datetime) and value.time() == dt.time(0):
        return value.date().isoformat()
    return plain_text(value).strip()
