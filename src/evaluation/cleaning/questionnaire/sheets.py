"""The sheets of an XLSForm workbook as rows of texts with their numbers, and the words of the column ``type``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from evaluation.cleaning.values import is_blank
from evaluation.cleaning.workbook import Received, Sheet, address
from evaluation.settings import InputProblem

KINDS = {"select_one": "one", "select_multiple": "several", "integer": "number", "decimal": "number", "range": "number",
         "text": "open"}  # fmt: skip
# asked of people, but nothing that a table of answers holds: such answers are left out as open ones are
_NEVER_STORED = frozenset(
    [
        "date",
        "time",
        "datetime",
        "dateTime",
        "geopoint",
        "geotrace",
        "geoshape",
        "image",
        "audio",
        "video",
        "file",
        "barcode",
        "rank",
    ]
)
_NO_QUESTION = frozenset(
    [
        "note",
        "calculate",
        "hidden",
        "acknowledge",
        "trigger",
        "start",
        "end",
        "today",
        "deviceid",
        "username",
        "phonenumber",
        "subscriberid",
        "simserial",
        "email",
        "audit",
        "start-geopoint",
        "background-audio",
        "background-geopoint",
        "xml-external",
        "csv-external",
    ]
)
STRUCTURE = frozenset({"begin_group", "end_group"})
TYPES = (*KINDS, *sorted(_NEVER_STORED), *sorted(_NO_QUESTION), *sorted(STRUCTURE))
YES = frozenset({"yes", "true", "1", "да", "true()"})
NO = frozenset({"", "no", "false", "0", "нет", "false()"})
_TYPE = re.compile(r"(select_one|select_multiple)\s+(\S+)(\s+(?:or_other|or specify other))?")
_BOUND = re.compile(r"\.\s*(>=|<=)\s*(-?\d+(?:\.\d+)?)")
_LANGUAGES = {"ru": ("(ru)", "::ru", "russian", "русский"), "en": ("(en)", "::en", "english")}


@dataclass(frozen=True)
class FormSheet:
    """Rows of a sheet that are not blank: number of the row, and text by column; ``columns`` by their header."""

    name: str
    columns: Mapping[str, int]
    rows: tuple[tuple[int, dict[str, str]], ...]

    def cell(self, row: int, *columns: str) -> str:
        """A1 name of the cell in the first of ``columns`` that the sheet has."""
        return address(row, next((self.columns[name] for name in columns if name in self.columns), 1))


class TypeWords(NamedTuple):
    """What the column ``type`` says: its word, the kind of item (empty where it is no item) and the list."""

    word: str
    kind: str = ""
    list_name: str = ""
    or_other: bool = False

    def bounds(self, constraint: str) -> tuple[float | None, float | None]:
        """Least and largest value that a constraint (``. >= 0 and . <= 20``) allows."""
        found = dict(_BOUND.findall(constraint))
        return (
            float(found[">="]) if ">=" in found else None,
            float(found["<="]) if "<=" in found else None,
        )


def split_type(text: str) -> TypeWords:
    """The words of a cell of ``type``: ``select one agree`` as ``select_one agree``."""
    tidy = re.sub(r"^(select|begin|end)\s+(one|multiple|group|repeat)\b", r"\1_\2", " ".join(text.split()))
    found = _TYPE.fullmatch(tidy)
    if found:
        return TypeWords(found[1], KINDS[found[1]], found[2], bool(found[3]))
    if tidy in KINDS and KINDS[tidy] in ("number", "open"):
        return TypeWords(tidy, KINDS[tidy])
    return TypeWords(tidy, "open" if tidy in _NEVER_STORED else "")


def is_known(kind: TypeWords) -> bool:
    return bool(kind.kind) or kind.word in STRUCTURE or kind.word in _NO_QUESTION


def read_sheet(received: Received, path: Path, name: str, needed: tuple[str, ...]) -> FormSheet:
    """A sheet by its name. Raises InputProblem where it or a needed column is missing, or a header is there twice."""
    sheet: Sheet | None = next((one for one in received.sheets if one.name.casefold() == name), None)
    header = [] if sheet is None or not len(sheet.cells) else [str(cell or "").strip() for cell in sheet.cells[0]]
    if sheet is None or any(column not in header for column in needed):
        raise InputProblem(
            f"Анкета {path}: нужен лист «{name}» со столбцами {', '.join(needed)} в первой строке. "
            "Сделайте анкету по образцу из папки config/survey.",
            f"Questionnaire {path}: a sheet '{name}' with the columns {', '.join(needed)} in its first row is needed. "
            "Make the questionnaire after the example in config/survey.",
        )
    filled = [text for text in header if text]
    twice = next((text for text in filled if filled.count(text) > 1), None)
    if twice is not None:
        second = address(1, len(header) - header[::-1].index(twice))
        raise InputProblem(
            f"Анкета {path}, лист {name}, ячейка {second}: столбец «{twice}» стоит дважды. Оставьте один.",
            f"Questionnaire {path}, sheet {name}, cell {second}: the column '{twice}' is there twice. Leave one.",
        )
    columns = {text: place for place, text in enumerate(header, start=1) if text}
    rows = []
    for number, cells in enumerate(sheet.cells[1:], start=2):
        texts = ["" if is_blank(cell) else _text(cell) for cell in cells]
        if any(texts):
            rows.append((number, {text: texts[place - 1] for text, place in columns.items()}))
    return FormSheet(name, columns, tuple(rows))


def _text(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def label(row: Mapping[str, str], language: str) -> str:
    """The label in a language («label::Russian (ru)»), else the plain one, else that of another language."""
    marks = _LANGUAGES[language]
    labels = {name.casefold(): value for name, value in row.items() if name.startswith("label") and value}
    found = next((value for name, value in labels.items() if "::" in name and any(mark in name for mark in marks)), "")
    return found or row.get("label", "") or next(iter(labels.values()), "")


def flag(text: str) -> bool:
    return text.casefold() in YES
