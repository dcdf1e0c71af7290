"""Workbooks for those who sent the files: a municipality's own cells to mend, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from evaluation.codebook import Codebook
from evaluation.contracts import TABLES
from evaluation.report.answer_sheets import finish_sheet, put_columns, put_heading, put_line
from evaluation.report.decision_form import write_key
from evaluation.report.forms import ON_ONE_LINE, new_book, put_text, workbook_bytes
from evaluation.settings import Language, Text

HEADER_ROW = 4
COLUMNS: dict[str, tuple[Text, float]] = {
    "line": (Text(ru="№", en="No."), 6),
    "file_name": (Text(ru="Файл", en="File"), 28),
    "sheet": (Text(ru="Лист", en="Sheet"), 16),
    "cell": (Text(ru="Ячейка", en="Cell"), 10),
    "field": (Text(ru="Столбец", en="Column"), 24),
    "raw": (Text(ru="Что стоит сейчас", en="What stands there"), 30),
    "rule": (Text(ru="Что не так", en="What is wrong"), 34),
    "expected": (Text(ru="Что ожидается", en="What is expected"), 40),
    "answer": (Text(ru="Верное значение", en="Right value"), 30),
}
WORDS: dict[str, Text] = {
    "title": Text(ru="{unit}: просим уточнить сведения за {year} год", en="{unit}: please check the data of {year}"),
    "sheet": Text(ru="Уточнить", en="To check"),
    "hint": Text(
        ru="Напишите верное значение в жёлтой ячейке. Если сейчас стоит верное, оставьте жёлтую ячейку пустой.",
        en="Write the right value in the yellow cell. If what stands there is right, leave the yellow cell empty.",
    ),
    "back": Text(
        ru="Сохраните файл и верните его тем же путём. Исходный файл менять не нужно.",
        en="Save the file and return it the same way. The original file need not be changed.",
    ),
    "one_of": Text(ru="одно из: {}", en="one of: {}"),
    "maybe": Text(ru="возможно: {}", en="perhaps: {}"),
}
KINDS: dict[str, Text] = {
    "integer": Text(ru="целое число", en="a whole number"),
    "number": Text(ru="число", en="a number"),
    "money": Text(ru="сумма числом", en="an amount as a number"),
    "date": Text(ru="дата полностью, например 15.03.2024", en="a full date, such as 15.03.2024"),
    "code": Text(ru="код", en="a code"),
    "text": Text(ru="текст", en="text"),
    "flag": Text(ru="да или нет", en="yes or no"),
}
MOST_CHOICES = 12


def return_forms(
    lines: pd.DataFrame, units: Mapping[str, str], codebook: Codebook, year: int, language: Language
) -> dict[str, bytes]:
    """A workbook by unit, as bytes, for the units that have cells to mend.

    ``lines`` are WAITING_COLUMNS with a further column ``unit_id``; those about cells of a known unit are taken, one a
    cell. ``units`` gives names by unit.
    """
    mine = lines[(lines["kind"] == "cell") & lines["unit_id"].notna()]
    mine = mine.drop_duplicates(["unit_id", "source", "sheet", "cell"])
    return {
        str(unit): _form(rows.assign(line=range(1, len(rows) + 1)), str(unit), units, codebook, year, language)
        for unit, rows in mine.groupby("unit_id", sort=True)
    }


def _form(
    lines: pd.DataFrame, unit: str, units: Mapping[str, str], codebook: Codebook, year: int, language: Language
) -> bytes:
    title = WORDS["title"].in_language(language).format(unit=units.get(unit, unit), year=year)
    book = new_book(title)
    sheet = book.create_sheet(WORDS["sheet"].in_language(language))
    put_heading(sheet, title, WORDS["hint"].in_language(language))
    put_text(sheet, 3, 1, WORDS["back"].in_language(language)).alignment = ON_ONE_LINE
    put_columns(sheet, HEADER_ROW, COLUMNS, language)
    rules = codebook.choice_labels("rule", language)
    for row, line in enumerate(lines.to_dict("records"), start=HEADER_ROW + 1):
        texts = {
            **{name: line[name] for name in ("line", "file_name", "sheet", "cell", "raw")},
            "field": codebook.label(line["source"], line["field"], language),
            "rule": rules.get(line["rule"], line["rule"]),
            "expected": _expected(line, codebook, language),
        }
        put_line(sheet, row, COLUMNS, ("answer",), texts)
    finish_sheet(sheet, HEADER_ROW, scrolled_from=5)
    write_key(book, "return", year, unit, lines)
    return workbook_bytes(book)


def _expected(line: Mapping[str, Any], codebook: Codebook, language: Language) -> str:
    """What a cell of the column holds, and what this one perhaps should."""
    source, field = str(line["source"]), str(line["field"])
    parts = []
    list_name = codebook.list_of(source, field)
    if list_name:
        labels = list(codebook.choice_labels(list_name, language).values())
        shown = labels[:MOST_CHOICES] + (["…"] if len(labels) > MOST_CHOICES else [])
        parts.append(WORDS["one_of"].in_language(language).format(", ".join(shown)))
    else:
        kind = _kind(source, field, codebook)
        parts += [KINDS[kind].in_language(language)] if kind else []
    if line["offered"]:
        labels_of = codebook.choice_labels(list_name, language) if list_name else {}
        parts.append(WORDS["maybe"].in_language(language).format(labels_of.get(line["offered"], line["offered"])))
    return "; ".join(parts)


def _kind(source: str, field: str, codebook: Codebook) -> str | None:
    kinds = {column.name: column.kind for column in TABLES[source].columns} if source in TABLES else {}
    if field in kinds and kinds[field] in KINDS:
        return kinds[field]
    unit = codebook.unit(source, field)
    if unit.isupper() and len(unit) == 3:
        return "money"
    return "number" if unit else None
