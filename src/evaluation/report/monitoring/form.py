"""A monitoring form filled in: the institute's own workbook with numbers in the declared cells and nowhere else.

Formats, formulas and everything that the mapping does not name stay as the ministry made them. Only numbers and a few
texts of the settings are written, the texts as texts, so that nothing can become a formula.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.utils import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from evaluation.report.forms import plain_text
from evaluation.report.monitoring.mapping import Place, Problem
from evaluation.report.monitoring.values import Counted, value_at
from evaluation.settings import InputProblem, Text
from evaluation.settings.monitoring import MonitoredValue, MonitoringForm

_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
DAMAGED = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, OSError)


@dataclass(frozen=True)
class Target:
    """One cell to fill: its entry in the mapping, where that stands, and the unit of its row (blocks alone)."""

    entry: MonitoredValue
    place: Place
    sheet: str
    cell: str
    unit: str | None = None


def open_form(path: Path, computed: bool = False) -> Workbook:
    """The workbook at ``path``; ``computed``: with the values that formulas had when it was saved, not the formulas.

    Raises InputProblem for a missing or damaged file and for another format than .xlsx.
    """
    if path.suffix.lower() != ".xlsx":
        raise InputProblem(
            f"{path}: нужна книга .xlsx. Откройте форму в Excel или LibreOffice и сохраните как .xlsx.",
            f"{path}: an .xlsx workbook is needed. Open the form in Excel or LibreOffice and save it as .xlsx.",
        )
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputProblem(
            f"Нет файла {path}. Положите туда форму, как её прислали, или исправьте путь.",
            f"There is no file {path}. Put the form there as it was sent, or correct the path.",
        ) from None
    try:
        return load_workbook(io.BytesIO(content), data_only=computed)
    except DAMAGED as error:
        raise InputProblem(
            f"{path}: файл повреждён или это не книга .xlsx. Получите форму заново.",
            f"{path}: the file is damaged or no .xlsx workbook. Obtain the form again.",
        ) from error


def sheet_named(book: Workbook, name: str, place: Place) -> Worksheet | Problem:
    """The sheet called ``name``, or what is wrong with it."""
    if name not in book.sheetnames or not isinstance(book[name], Worksheet):
        there = ", ".join(book.sheetnames)
        return (*place, "sheet"), Text(
            ru=f"в форме нет листа «{name}». Есть: {there}.", en=f"the form has no sheet '{name}'. There are: {there}."
        )
    return book[name]


def targets(form: MonitoringForm, book: Workbook, units: Mapping[str, str]) -> tuple[list[Target], list[Problem]]:
    """Every cell to fill and what cannot be filled; ``units``: names by code of the units that a block may name."""
    found: list[Target] = []
    problems: list[Problem] = []
    for position, cell in enumerate(form.cells):
        sheet = sheet_named(book, cell.sheet, ("cells", position))
        if isinstance(sheet, tuple):
            problems.append(sheet)
        else:
            found.append(Target(cell, ("cells", position), cell.sheet, cell.cell))
    for number, block in enumerate(form.blocks):
        sheet = sheet_named(book, block.sheet, ("blocks", number))
        if isinstance(sheet, tuple):
            problems.append(sheet)
            continue
        rows, wrong = _units_of_rows(sheet, form, number, units)
        problems += wrong
        for row, unit in rows.items():
            for position, column in enumerate(block.columns):
                place = ("blocks", number, "columns", position)
                found.append(Target(column, place, block.sheet, f"{column.letter}{row}", unit))
    return found, problems


def _units_of_rows(
    sheet: Worksheet, form: MonitoringForm, number: int, units: Mapping[str, str]
) -> tuple[dict[int, str], list[Problem]]:
    """Unit by row of a block; rows without a code are no rows of units."""
    block, place = form.blocks[number], ("blocks", number, "codes")
    column = column_index_from_string(block.codes)
    # a code written as a number has lost its leading zeros
    short = {code.lstrip("0"): code for code in units}
    rows: dict[int, str] = {}
    problems: list[Problem] = []
    for row in range(block.first_row, block.last_row + 1):
        raw = sheet.cell(row=row, column=column).value
        if raw is None or str(raw).strip() == "":
            continue
        text = f"{raw:.0f}" if isinstance(raw, float) else str(raw).strip()
        code = text if text in units else short.get(text.lstrip("0"))
        where = f"«{block.sheet}»!{block.codes}{row}"
        if code is None:
            problems.append((place, Text(
                ru=f"{where}: территории с кодом «{plain_text(text)[:40]}» в этом году нет. Исправьте код в форме.",
                en=f"{where}: no unit in force this year has the code '{plain_text(text)[:40]}'. Correct it there.",
            )))  # fmt: skip
        elif code in rows.values():
            problems.append((place, Text(
                ru=f"{where}: код {code} стоит в форме дважды. Оставьте одну строку.",
                en=f"{where}: the code {code} stands in the form twice. Keep one row.",
            )))  # fmt: skip
        else:
            rows[row] = code
    return rows, problems


def cell_problems(book: Workbook, found: list[Target], form: MonitoringForm) -> Iterator[Problem]:
    """Declared cells that must not be written: formulas, parts of merged cells, labels."""
    places = [(target.place, target.sheet, target.cell, True) for target in found]
    places += [(("texts", position), text.sheet, text.cell, False) for position, text in enumerate(form.texts)]
    for place, name, address, is_number in places:
        sheet = sheet_named(book, name, place)
        if isinstance(sheet, tuple):
            if not is_number:  # the others were told with the targets
                yield sheet
            continue
        cell = sheet[address]
        where = f"«{name}»!{address}"
        if isinstance(cell, MergedCell):
            area = next(str(area) for area in sheet.merged_cells.ranges if address in area)
            first = area.split(":")[0]
            yield (
                (*place, "cell"),
                Text(
                    ru=f"{where} — часть объединённой ячейки {area}. Назовите {first}.",
                    en=f"{where} is part of the merged cell {area}. Name {first}.",
                ),
            )
        elif cell.data_type == "f":
            yield (
                (*place, "cell"),
                Text(
                    ru=f"в {where} стоит формула: её считает сама форма. Уберите запись или назовите другую ячейку.",
                    en=f"{where} holds a formula, which the form itself works out. Take the entry out or name another.",
                ),
            )
        elif is_number and isinstance(cell.value, str) and cell.value.strip():
            told = plain_text(cell.value.strip())[:40]
            yield (
                (*place, "cell"),
                Text(
                    ru=f"в {where} стоит текст «{told}»: это подпись формы, а не место для числа.",
                    en=f"{where} holds the text '{told}': a label of the form and no place for a number.",
                ),
            )


def fill(
    book: Workbook, form: MonitoringForm, found: list[Target], counted: Counted, texts: Mapping[str, str]
) -> tuple[int, list[Target]]:
    """Write numbers and texts into ``book``; returns how many numbers, and the cells that lack a value and stay as
    they are."""
    filled, without = 0, []
    for target in found:
        value = value_at(counted, target.entry, target.unit)
        if value is None:
            without.append(target)
            continue
        book[target.sheet][target.cell].value = int(value) if target.entry.decimals == 0 else value
        filled += 1
    for text in form.texts:
        _put_text(book[text.sheet][text.cell], texts[text.text])
    return filled, without


def _put_text(cell: Any, value: str) -> None:
    text = plain_text(value)
    cell.value = text
    cell.data_type = "s"
    if text.startswith(_FORMULA_START):
        cell.quotePrefix = True
