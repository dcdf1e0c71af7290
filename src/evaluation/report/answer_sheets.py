"""What all workbooks for answers have in common: guide, heading, lines with yellow cells, the hidden key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from evaluation.report.forms import (
    ANSWER_FILL,
    BOX,
    ON_ONE_LINE,
    TITLE_FONT,
    for_print,
    protect,
    put_answer,
    put_header,
    put_text,
)
from evaluation.settings import Language, Text

# heading and width in characters by column
Columns = Mapping[str, tuple[Text, float]]
HIDDEN_WIDTH = 12.0


def guide_sheet(book: Workbook, name: str, texts: Sequence[str | None], width: float) -> None:
    """A protected sheet of ``texts``, a row each; None leaves a row out. ``width`` in characters."""
    sheet = book.create_sheet(name)
    sheet.column_dimensions["A"].width = width
    for row, text in enumerate(texts, start=1):
        if text is not None:
            put_text(sheet, row, 1, text)
    protect(sheet)


def put_heading(sheet: Worksheet, title: str, hint: str) -> None:
    """The title in the first row, in the second what to do with the yellow cells, itself yellow."""
    head = put_text(sheet, 1, 1, title)
    head.font, head.alignment = TITLE_FONT, ON_ONE_LINE
    told = put_text(sheet, 2, 1, hint)
    told.fill, told.alignment = ANSWER_FILL, ON_ONE_LINE


def put_columns(sheet: Worksheet, row: int, columns: Columns, language: Language, hidden: Sequence[str] = ()) -> None:
    """The row of headings; ``hidden`` columns follow those that are shown."""
    names = [text.in_language(language) for text, _ in columns.values()]
    put_header(
        sheet, row, [*names, *hidden], [*(width for _, width in columns.values()), *(HIDDEN_WIDTH for _ in hidden)]
    )
    for place in range(len(columns) + 1, len(columns) + len(hidden) + 1):
        sheet.column_dimensions[get_column_letter(place)].hidden = True


def put_line(
    sheet: Worksheet, row: int, columns: Columns, answers: Collection[str], texts: Mapping[str, Any]
) -> dict[str, Any]:
    """A line: yellow cells in the columns ``answers``, ``texts`` in the others. Those others' cells by column."""
    cells: dict[str, Any] = {}
    for place, name in enumerate(columns, start=1):
        if name in answers:
            put_answer(sheet, row, place)
        else:
            cells[name] = put_text(sheet, row, place, texts[name])
            cells[name].border = BOX
    return cells


def letter_of(columns: Columns, name: str) -> str:
    """The column's letter on its sheet."""
    return get_column_letter(list(columns).index(name) + 1)


def finish_sheet(sheet: Worksheet, header_row: int, scrolled_from: int) -> None:
    """Keep the headings and the columns before ``scrolled_from`` in sight, prepare for print, protect."""
    sheet.freeze_panes = sheet.cell(row=header_row + 1, column=scrolled_from)
    for_print(sheet, header_row)
    protect(sheet)


def key_sheet(book: Workbook, name: str, first: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    """The hidden sheet by which a filled workbook is known again: ``first`` says of what it is, ``rows`` each line."""
    sheet = book.create_sheet(name)
    sheet.sheet_state = "veryHidden"
    for row, values in enumerate((first, *rows), start=1):
        for column, value in enumerate(values, start=1):
            put_text(sheet, row, column, value)
    protect(sheet)
