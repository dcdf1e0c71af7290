"""Filled workbooks taken back in: what was decided on which remark, with the cell of every answer."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from evaluation.report import decision_form, return_form
from evaluation.report.decision_form import KEY_SHEET, MARK
from evaluation.report.waiting import MEMBER_COLUMNS
from evaluation.settings import InputProblem

MAX_BYTES = 50_000_000


@dataclass(frozen=True)
class Answer:
    """One filled line: the texts people wrote by column, their cells, and the remarks the line stands for.

    ``members`` hold MEMBER_COLUMNS; ``kind``, ``rule`` and ``offered`` (empty: nothing) are those of the line.
    """

    sheet: str
    texts: Mapping[str, str]
    cells: Mapping[str, str]
    kind: str
    rule: str
    offered: str
    members: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Filled:
    """A filled workbook: ``form`` is decisions or return; ``unit`` is empty but for the latter."""

    form: str
    year: int
    unit: str
    answers: tuple[Answer, ...]
    blank: int = 0


@dataclass
class _Line:
    kind: str
    rule: str
    offered: str
    members: list[dict[str, str]] = field(default_factory=list)


def read_answers(path: Path) -> Filled:
    """The filled lines of a decision or return workbook; ``blank`` counts those left empty.

    Raises InputProblem for a file that is absent, no such workbook, or whose hidden parts were changed.
    """
    book = _open(path)
    try:
        if KEY_SHEET not in book.sheetnames:
            raise _no_form(path)
        rows = list(book[KEY_SHEET].iter_rows(values_only=True))
        head = [_text(value) for value in (*rows[0], *[None] * 4)[:4]] if rows else []
        if not head or head[0] != MARK or head[1] not in ("decisions", "return") or not head[2].isdigit():
            raise _no_form(path)
        form, year, unit = head[1], int(head[2]), head[3]
        lines = _key_lines(rows[1:])
        module: Any = decision_form if form == "decisions" else return_form
        answers, blank = _answers(_sheet(book, module, path), list(module.COLUMNS), module.HEADER_ROW, lines, path)
    finally:
        book.close()
    return Filled(form, year, unit, tuple(answers), blank)


def _open(path: Path) -> Any:
    if not path.is_file():
        raise InputProblem(
            f"Нет файла {path}. Укажите заполненную книгу решений или ответ муниципалитета.",
            f"There is no file {path}. Name the filled workbook of decisions or a municipality's answer.",
        )
    if path.stat().st_size > MAX_BYTES:
        raise _no_form(path)
    try:
        return openpyxl.load_workbook(path, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise _no_form(path) from error


def _no_form(path: Path) -> InputProblem:
    return InputProblem(
        f"{path}: это не книга решений. Ожидался файл xlsx, созданный этой программой (решения.xlsx или файл из папки "
        "return), заполненный и сохранённый в том же виде.",
        f"{path} is no workbook of decisions. An xlsx file made by this program was expected (decisions.xlsx or a file "
        "of the folder return), filled in and saved in the same format.",
    )


def _key_lines(rows: list[tuple[Any, ...]]) -> dict[str, _Line]:
    lines: dict[str, _Line] = {}
    width = 4 + len(MEMBER_COLUMNS)
    for row in rows:
        values = [_text(value) for value in (*row, *[None] * width)[:width]]
        if values[0]:
            line = lines.setdefault(values[0], _Line(values[1], values[2], values[3]))
            line.members.append(dict(zip(MEMBER_COLUMNS, values[4:], strict=True)))
    return lines


def _sheet(book: Any, module: Any, path: Path) -> Worksheet:
    names = {module.WORDS["sheet"].ru, module.WORDS["sheet"].en}
    for sheet in book.worksheets:
        if sheet.title in names:
            return sheet
    raise InputProblem(
        f"{path}: нет листа «{module.WORDS['sheet'].ru}». Не переименовывайте листы; создайте книгу заново.",
        f"{path} has no sheet '{module.WORDS['sheet'].en}'. Do not rename sheets; make the workbook anew.",
    )


def _answers(
    sheet: Worksheet, columns: list[str], header_row: int, lines: Mapping[str, _Line], path: Path
) -> tuple[list[Answer], int]:
    asked: list[str] = [name for name in ("decision", "answer", "reason", "author") if name in columns]
    place = {name: columns.index(name) + 1 for name in columns}
    answers, blank = [], 0
    for row in range(header_row + 1, sheet.max_row + 1):
        texts = {name: _text(sheet.cell(row=row, column=place[name]).value) for name in asked}
        number = _text(sheet.cell(row=row, column=place["line"]).value)
        if not any(texts.values()):
            blank += bool(number)
            continue
        cells = {name: f"{get_column_letter(place[name])}{row}" for name in asked}
        line = lines.get(number)
        if line is None or not _untouched(sheet, row, len(columns), line):
            raise InputProblem(
                f"{path}, лист {sheet.title}, строка {row}: номер или скрытые столбцы изменены, и непонятно, к какому "
                "замечанию относится решение. Создайте книгу заново и перенесите решения.",
                f"{path}, sheet {sheet.title}, row {row}: the number or the hidden columns were changed, so that the "
                "remark cannot be told. Make the workbook anew and copy the decisions.",
            )
        answers.append(Answer(sheet.title, texts, cells, line.kind, line.rule, line.offered, tuple(line.members)))
    return answers, blank


def _untouched(sheet: Worksheet, row: int, width: int, line: _Line) -> bool:
    """Do the hidden columns, where the form has them, still name the line's first remark?"""
    there = [_text(sheet.cell(row=row, column=width + n).value) for n in range(1, len(MEMBER_COLUMNS) + 1)]
    return not any(there) or there == [line.members[0][name] for name in MEMBER_COLUMNS]


def _text(value: Any) -> str:
    """What people typed, as text: whole numbers without a point, dates as 2024-03-15."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time(0):
        return value.date().isoformat()
    return str(value).strip()
