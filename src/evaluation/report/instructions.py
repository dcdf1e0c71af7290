"""The sheet of a form that says, in Russian and English, how to fill it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from evaluation.report.forms import put_header, put_text
from evaluation.settings import Language
from evaluation.tables import FORM_MARK, INSTRUCTION_SHEET

Line = tuple[str, bool, Mapping[Language, str], str, str]
_HEADINGS = (
    "Столбец / Column", "Обязателен / Required", "Что вписать", "What to enter", "Допустимые значения / Allowed values",
    "Пример / Example",
)  # fmt: skip
_WIDTHS = (38.0, 14.0, 44.0, 44.0, 60.0, 22.0)
_GENERAL = (
    "Вписывайте записи на лист «{sheet}», начиная со второй строки: одна запись — одна строка. Шапку не меняйте; "
    "столбцы без звёздочки можно оставлять пустыми. Итоги, пустые строки и примечания не нужны.",
    "Enter the records on the sheet '{sheet}' from its second row on, one record a row. Leave the header as it is; "
    "columns without a star may stay empty. Totals, empty rows and notes are not needed.",
    "Чего не знаете, не вписывайте: ни прочерков, ни «н/д». Деньги — в единицах, названных в шапке, не в тысячах. "
    "Коды и номера вводятся как текст, нули впереди сохраняются.",
    "What is not known stays empty: no dashes, no 'n/a'. Money is in the unit that the header names, not in thousands. "
    "Codes and numbers of records are text and keep their leading zeros.",
)
_UNITS = "Территории: название и код / Territorial units: name and code"


def write_instructions(book: Workbook, data_sheet: str, lines: Sequence[Line], units: pd.DataFrame) -> None:
    """Add the sheet; ``lines`` are header, required, explanations by language, allowed values, example of columns.

    ``units`` (unit_id, name) are listed below the table.
    """
    sheet = book.create_sheet(INSTRUCTION_SHEET)
    put_text(sheet, 1, 1, FORM_MARK).font = Font(color="9AA4AF", size=8)
    row = 2
    for text in _GENERAL:
        put_text(sheet, row, 1, text.format(sheet=data_sheet))
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(_HEADINGS))
        sheet.row_dimensions[row].height = 32
        row += 1
    row += 1
    put_header(sheet, row, _HEADINGS, _WIDTHS)
    for header, required, explained, allowed, example in lines:
        row += 1
        cells = (header, "да / yes" if required else "", explained["ru"], explained["en"], allowed, example)
        for column, value in enumerate(cells, start=1):
            put_text(sheet, row, column, value)
    row += 2
    put_text(sheet, row, 1, _UNITS).font = Font(bold=True)
    for name, code in zip(units["name"], units["unit_id"], strict=True):
        row += 1
        put_text(sheet, row, 1, name)
        put_text(sheet, row, 2, code)
