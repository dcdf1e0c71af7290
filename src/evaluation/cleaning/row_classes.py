"""The class of each row of a sheet with a known header, and rows of further tables below the first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd

from evaluation.cleaning.distinct import Distinct, distinct
from evaluation.cleaning.headers import Aliases, Header, header_key
from evaluation.cleaning.plain_texts import matching
from evaluation.cleaning.text import fold
from evaluation.cleaning.values import is_blank, is_marker, parse_number
from evaluation.cleaning.workbook import Sheet
from evaluation.ledger import RowClass

WIDE = 4
_FIGURES = re.compile("[0-9 .,:;/+-]+")
FEW = 3
MANY = 5
_SUBTOTAL = re.compile(
    r"^(?:итого|всего)\s+(?:по|на|в)\s+(?!краю|региону|программе|всем|реестру|конкурсу|отбору)"
    r"|^(?:итого|всего) (?:раздел|проектов раздел)|^subtotal"
)
_TOTAL = re.compile(r"^(?:итого|всего|общий итог|total|grand total)\b")
_FOOTNOTE = re.compile(r"^(?:\*|[¹²³]|примечани|сноск|note:|смоделированные данные|simulated)")
_SIGNATURE = re.compile(
    r"_{3,}|^(?:исполнител|подпис|м\.?\s?п\.?$|составил|согласован|утвержда|руководител|председател|секретар|директор"
    r"|начальник|ответственн|куратор|организатор|проректор|заведующ|специалист|дата составления|протокол вел"
    r"|тел\.?:?\s)"
)

# words that begin a signature wherever it stands; the others may also be people's positions in a list
_SIGNED = re.compile(r"^(?:исполнител|подпис|составил|согласован|утвержда|дата составления|протокол вел)\w*\s*:?")


@dataclass(frozen=True)
class Classes:
    """The class of every row (index from 1), the blank cells, and the header rows of further tables.

    ``columns`` are the different cells of each column of the sheet. ``aside`` are data rows of such tables: other
    columns stand over them, so they are no records of this one.
    """

    series: pd.Series
    blank: np.ndarray
    columns: tuple[Distinct, ...]
    second_headers: tuple[int, ...] = ()
    aside: frozenset[int] = frozenset()


def _looked_at(columns: Sequence[Distinct], rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Which cells hold nothing that can be seen, and which are texts: boolean arrays, rows x columns."""
    blank, texts = np.zeros((2, rows, len(columns)), dtype=bool)
    for place, column in enumerate(columns):
        is_text = [cell.__class__ is str for cell in column.cells]
        # a text that begins with a letter or digit is not blank
        is_empty = [
            cell is None or (text and not cell[:1].isalnum() and is_blank(cell))
            for cell, text in zip(column.cells, is_text, strict=True)
        ]
        texts[:, place] = column.spread_flags(is_text)
        blank[:, place] = column.spread_flags(is_empty)
    return blank, texts


def classify(sheet: Sheet, header: Header | None, aliases: Aliases) -> Classes:
    """Class every row. Without a header nothing is a record."""
    columns = sheet.columns or tuple(distinct(column) for column in sheet.cells.T)
    blank, texts = _looked_at(columns, len(sheet.cells))
    rows = pd.RangeIndex(1, len(sheet.cells) + 1)
    if header is None:
        found = np.where(blank.all(axis=1), "blank", "title").astype(object)
        return Classes(pd.Series(found, index=rows, dtype=object), blank, columns)
    sorter = _Sorter(header)
    classes = _sorted(sheet, blank, texts, columns, sorter)
    _reclass_tail(sheet, blank, classes, header)
    seconds, aside = _further_tables(sheet, blank, classes, sorter, aliases)
    return Classes(pd.Series(classes, index=rows, dtype=object), blank, columns, seconds, aside)


def _sorted(
    sheet: Sheet, blank: np.ndarray, texts: np.ndarray, columns: Sequence[Distinct], sorter: _Sorter
) -> list[RowClass]:
    """Class of every row as it stands; rows that can be records only are told for all rows at once."""
    empty = blank.all(axis=1)
    of_texts = (blank | texts).all(axis=1)
    firsts = blank.argmin(axis=1)
    plain = ~empty & ~of_texts & _plain_beginnings(columns, firsts) & (_least_values(columns) > 2 * FEW)
    plain[: sorter.header.rows[-1]] = False
    classes: list[RowClass] = np.where(empty, "blank", "data").astype(object).tolist()
    unsure = (~empty & ~plain).tolist()
    for place in np.flatnonzero(~empty).tolist():
        # before the first record any row may be the numbering of the columns
        if unsure[place] or not sorter.begun:
            cells = sheet.cells[place].tolist()
            classes[place] = sorter.sort(place + 1, cells, blank[place], int(firsts[place]), bool(of_texts[place]))
    return classes


def _plain_beginnings(columns: Sequence[Distinct], firsts: np.ndarray) -> np.ndarray:
    """Rows whose first filled cell (its place in the row) begins no other row than a record."""
    found = np.zeros(len(firsts), dtype=bool)
    for place in np.unique(firsts).tolist():
        rows = np.flatnonzero(firsts == place)
        firsts_here = columns[place].of_rows(rows)
        # most records begin with their number
        plain = matching(firsts_here.cells, "^[0-9].")
        for code in np.flatnonzero(~plain).tolist():
            plain[code] = _is_plain(firsts_here.cells[code])
        found[rows] = firsts_here.spread_flags(plain)
    return found


def _least_values(columns: Sequence[Distinct]) -> np.ndarray:
    """How many different values each row has at least: equal values have equal hashes, and others seldom do."""
    hashes = np.empty((len(columns[0].codes), len(columns)), dtype=np.int64)
    for place, column in enumerate(columns):
        hashes[:, place] = np.fromiter(map(hash, column.cells), dtype=np.int64, count=len(column.cells))[column.codes]
    hashes.sort(axis=1)
    return 1 + np.count_nonzero(np.diff(hashes, axis=1), axis=1)


class _Sorter:
    """Classes rows one after another; knows whether records have begun, and which rows below are of texts alone."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.of_texts: list[int] = []
        self.first, self.rows = header.rows[0], frozenset(header.rows)
        self.wide = len(header.variables) >= WIDE
        self.begun = False
        self.left = min((column.position for column in header.columns if column.text), default=1) - 1
        self.mapped = frozenset(column.position for column in header.columns if column.variable)
        self.keys = {
            column.position: frozenset(
                header_key(text)[0] for text in (column.text.rpartition(">")[2], column.text.partition(" >")[0])
            )
            for column in header.columns
            if column.text
        }
        # under these headers a cell of figures and signs alone says something else
        self.worded = frozenset(place for place, keys in self.keys.items() if not any(map(_FIGURES.fullmatch, keys)))

    def sort(self, row: int, cells: list[Any], gaps: np.ndarray, place: int, texts: bool) -> RowClass:
        """Class of a row that is not blank; ``place`` is its first filled cell, ``texts`` says that all are texts."""
        if row < self.first:
            return "title"
        if row in self.rows:
            return "header"
        if texts:
            self.of_texts.append(row - 1)
        found = self._below(cells, gaps, place, texts)
        self.begun = self.begun or found in ("data", "numbering")
        return found

    def _below(self, cells: list[Any], gaps: np.ndarray, place: int, texts: bool) -> RowClass:
        first = cells[place]
        kind = _beginning(first) if type(first) is str and not first[0].isdecimal() else None
        numbered = first in (1, "1") and len({cell for cell, gap in zip(cells, gaps, strict=True) if not gap}) >= MANY
        filled = {position: cell for position, cell in enumerate(cells, start=1) if not gaps[position - 1]}
        if (numbered or not self.begun) and _is_numbering(list(filled.values())):
            return "numbering"
        if kind == "subtotal":
            return "subtotal"
        if kind == "total" and not self._has_key(filled):
            return "total"
        if texts and self._repeats_header(filled):
            return "header"
        distinct = set(filled.values())
        if kind == "footnote" and len(_folded(distinct)) <= 2:
            return "footnote"
        if kind == "signature" and self.wide and len(_folded(distinct)) <= FEW:
            return "footnote"
        if len(distinct) > 2 * FEW:
            return "data"
        folded = _folded(distinct)
        if self.wide and len(folded) <= FEW and any("___" in text for text in folded):
            return "footnote"
        lone = self.wide and len(filled) == 1 and place < self.left + 2 and type(first) is str
        return "section" if lone and fold(first) and parse_number(first).value is None else "data"

    def _has_key(self, filled: dict[int, Any]) -> bool:
        """Is this a whole record whose text merely begins like a total?"""
        texts = [
            position
            for position, value in filled.items()
            if position in self.mapped and isinstance(value, str) and parse_number(value).value is None
        ]
        return len(texts) > 3

    def _repeats_header(self, filled: dict[int, Any]) -> bool:
        """Do at least two cells, and four in five, say what the header says over them?"""
        bearable = int(0.2 * len(filled))
        others = 0
        for position, value in filled.items():
            figures = position in self.worded and _FIGURES.fullmatch(value)
            if figures or header_key(value)[0] not in self.keys.get(position, ()):
                others += 1
                if others > bearable:
                    return False
        return len(filled) - others >= 2


def _is_plain(first: Any) -> bool:
    """May a full row that begins with this cell be a record only? It is no number 1 and no beginning of another row."""
    if type(first) is not str:
        return first != 1
    return first != "1" and (first[0].isdecimal() or _beginning(first) is None)


@lru_cache(maxsize=20_000)
def _beginning(text: str) -> RowClass | Literal["signature"] | None:
    """What a row is that begins with ``text``, if it is no record."""
    folded = fold(text)
    if _SUBTOTAL.match(folded):
        return "subtotal"
    if _TOTAL.match(folded):
        return "total"
    if _FOOTNOTE.match(folded):
        return "footnote"
    return "signature" if _SIGNED.match(folded) else None


def _folded(values: set[Any]) -> set[str]:
    return {fold(str(value)) for value in values}


def _is_numbering(values: list[Any]) -> bool:
    if len(values) < 3:
        return False
    numbers = [parse_number(value).value for value in values]
    if any(number is None for number in numbers):
        return False
    return numbers[0] == 1 and all(after - before == 1 for before, after in pairwise(numbers))


def _reclass_tail(sheet: Sheet, blank: np.ndarray, classes: list[RowClass], header: Header) -> None:
    """After the last record come totals, footnotes and signatures: lone texts there are no sections or records."""
    variables = len(header.variables)
    for place in range(len(classes) - 1, header.rows[-1] - 1, -1):
        if classes[place] in ("blank", "footnote", "total", "subtotal"):
            continue
        filled = sheet.cells[place][~blank[place]].tolist()
        distinct = _folded(set(filled))
        signed = any(_SIGNATURE.search(text) for text in distinct)
        lone = len(filled) == 1 and variables > 2
        signature = variables >= WIDE and signed and len(distinct) <= FEW and not isinstance(filled[0], (int, float))
        if classes[place] == "section" or lone or signature:
            classes[place] = "footnote"
        else:
            return


# ---- further tables -----------------------------------------------------------------------------------------


def _further_tables(
    sheet: Sheet, blank: np.ndarray, classes: list[RowClass], sorter: _Sorter, aliases: Aliases
) -> tuple[tuple[int, ...], frozenset[int]]:
    """Header rows of other tables below the first, which become headers, and the data rows under them.

    A row of texts alone is such a header when it names at least three variables in other columns than the header
    does, or stands after a blank row where the column so far held numbers and a row with numbers follows.
    """
    found: list[int] = []
    ours = {column.position: column.variable for column in sorter.header.columns if column.variable}
    for place in sorter.of_texts:
        if classes[place] not in ("data", "section") or any(
            _like_number(cell) for cell, gap in zip(sheet.cells[place], blank[place], strict=True) if not gap
        ):
            continue
        cells = {at + 1: sheet.cells[place, at] for at in np.flatnonzero(~blank[place]).tolist()}
        if len(cells) >= FEW and (
            _names_others(cells, ours, aliases) or _breaks_columns(sheet, blank, classes, place, cells)
        ):
            found.append(place + 1)
            classes[place] = "header"
    aside = [place for place in range(found[0] if found else len(classes), len(classes))
             if classes[place] in ("data", "section")]  # fmt: skip
    for place in aside:
        classes[place] = "data"
    return tuple(found), frozenset(place + 1 for place in aside)


def _like_number(cell: Any) -> bool:
    return type(cell) is not str or cell.strip()[:1].isdecimal()


def _names_others(cells: dict[int, str], ours: dict[int, str], aliases: Aliases) -> bool:
    known = {position: aliases.find([cell]) for position, cell in cells.items()}
    named = {position: variable for position, variable in known.items() if variable}
    others = [position for position, variable in named.items() if ours.get(position) != variable]
    return len(set(named.values())) >= 3 and len(named) >= 0.6 * len(cells) and 2 * len(others) > len(named)


def _breaks_columns(
    sheet: Sheet, blank: np.ndarray, classes: list[RowClass], place: int, cells: dict[int, Any]
) -> bool:
    above = [one for one in range(max(0, place - 60), place) if classes[one] == "data"]
    below = next((one for one in range(place + 1, len(classes)) if not blank[one].all()), None)
    if classes[place - 1] not in ("blank", "section", "footnote", "title") or len(above) < 2 or below is None:
        return False
    if not any(_like_number(cell) for cell in sheet.cells[below][~blank[below]]):
        return False

    def numeric(position: int) -> bool:
        values = [sheet.cells[one, position - 1] for one in above if not blank[one, position - 1]]
        return len(values) >= 2 and sum(_like_number(value) for value in values) >= 0.8 * len(values)

    return sum(numeric(position) and not is_marker(cell) for position, cell in cells.items()) >= 2
