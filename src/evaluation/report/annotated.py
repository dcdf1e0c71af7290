"""A copy of a received workbook with every error and warning on its cell: a coloured cell and a comment."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.utils.exceptions import InvalidFileException

from evaluation.codebook import Codebook
from evaluation.report.forms import ERROR_FILL, MOMENT, WARNING_FILL, plain_text, workbook_bytes
from evaluation.settings import InputProblem, Language, Text

LONGEST_COMMENT = 4_000
ENDINGS = (".xlsx", ".xlsm")
DONE = Text(ru="Сделано", en="Done")
SUGGESTED = Text(ru="Подсказка", en="Suggestion")


def annotated_copy(
    content: bytes, file_name: str, issues: pd.DataFrame, codebook: Codebook, language: Language
) -> bytes:
    """The workbook ``content`` with its errors (red) and warnings (amber) as comments on their cells.

    ``issues`` (contract of that name) are those of the file; remarks on a row stand in its first cell. The same input
    gives the same bytes. Raises InputProblem for a file that is no xlsx workbook or cannot be opened for writing.
    """
    if not file_name.casefold().endswith(ENDINGS):
        raise InputProblem(
            f"{file_name}: копия с пометками делается только для xlsx. Замечания — в книге решений.",
            f"{file_name}: a copy with remarks is made of xlsx files only. "
            "The remarks are in the workbook of decisions.",
        )
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), keep_vba=file_name.casefold().endswith(".xlsm"))
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError) as error:
        raise InputProblem(
            f"{file_name}: копию с пометками сделать нельзя, файл не открывается для записи. "
            "Замечания — в книге решений.",
            f"{file_name}: no copy with remarks can be made, the file does not open for writing. "
            "The remarks are in the workbook of decisions.",
        ) from error
    # repairs by fixed rules are many and need nobody's eye: they stay in the table of issues
    placed = issues[issues["severity"].isin(["error", "warning"])]
    placed = placed[placed["sheet"].isin(book.sheetnames) & placed["row"].notna()]
    texts: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for issue in placed.astype(object).where(placed.notna(), None).to_dict("records"):
        cell = issue["cell"] or f"A{int(issue['row'])}"
        texts.setdefault((issue["sheet"], cell), []).append((issue["severity"], _words(issue, codebook, language)))
    for (name, address), remarks in texts.items():
        _mark(book[name], address, remarks)
    book.properties.created = book.properties.created or MOMENT
    return workbook_bytes(book)


def _words(issue: Mapping[str, Any], codebook: Codebook, language: Language) -> str:
    rules, actions = codebook.choice_labels("rule", language), codebook.choice_labels("action", language)
    value = f" → {issue['value']}" if issue["value"] else ""
    lines = [rules.get(issue["rule"], issue["rule"])]
    lines.append(f"{DONE.in_language(language)}: {actions.get(issue['action'], issue['action'])}{value}")
    if issue["suggestion"]:
        lines.append(f"{SUGGESTED.in_language(language)}: {issue['suggestion']}")
    return "\n".join(lines)


def _mark(sheet: Any, address: str, remarks: list[tuple[str, str]]) -> None:
    cell = sheet[address]
    if isinstance(cell, MergedCell):
        area = next(one for one in sheet.merged_cells.ranges if address in one)
        cell = sheet.cell(row=area.min_row, column=area.min_col)
    severities = {severity for severity, _ in remarks}
    cell.fill = ERROR_FILL if "error" in severities else WARNING_FILL
    before = [cell.comment.text] if cell.comment is not None else []
    text = plain_text("\n\n".join([*before, *(words for _, words in remarks)]))
    cell.comment = Comment(text[:LONGEST_COMMENT], "evaluation", height=120, width=320)
