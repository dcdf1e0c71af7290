"""Where the header of a sheet is, and which variable each column holds.

A header may have several rows with merged cells («Стоимость проекта, тыс. руб.» over «всего», «краевой бюджет»...).
Its levels are joined by `` > `` and looked up among the aliases that the codebook declares; in an alias, ``/``
separates spellings of one level. Case, ё, look-alike letters, spaces, line breaks and a trailing unit do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import product

from evaluation.cleaning.measures import CURRENCIES, money_measure, trailing_measure
from evaluation.cleaning.text import fold
from evaluation.cleaning.values import is_blank
from evaluation.cleaning.workbook import Sheet
from evaluation.codebook import Codebook

DEEPEST = 4
ROWS_SEARCHED = 60
LEVEL = " > "
_GAPS = re.compile(r"[\s-]+")
_LATIN = str.maketrans("aceopxykmthb", "асеорхукмтнв")
_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u2010][ \t]*\r?\n\s*(?=[^\W\d_])")


@dataclass(frozen=True)
class HeaderColumn:
    """A column of the header: its position (from 1), text, variable and, for money, the unit's multiplier."""

    position: int
    text: str
    variable: str | None
    multiplier: float | None = None


@dataclass(frozen=True)
class Header:
    """The header's rows (numbers from 1) and columns; ``mapped`` counts distinct variables."""

    rows: tuple[int, ...]
    columns: tuple[HeaderColumn, ...]
    title_multiplier: float | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(column.variable for column in self.columns if column.variable))


@dataclass(frozen=True)
class Aliases:
    """Variable by folded header, from the codebook's rows of one table (and declared columns by their names)."""

    by_key: Mapping[str, str]
    exact: frozenset[str] = field(default_factory=frozenset)

    def find(self, levels: Sequence[str]) -> str | None:
        """The variable of a header of one or more levels; of several, the whole path or else the last level.

        Words divided at a line break are tried as they stand («Северо-⏎Енисейский») and then as one word; last, spaces,
        hyphens and the difference between Latin and Russian letters of one shape are passed over.
        """
        joined = [_HYPHENATED.sub("", level) for level in levels]
        found = self._find(levels, self.by_key) or (self._find(joined, self.by_key) if joined != list(levels) else None)
        return found or self._find(levels, self._squeezed, _squeeze)

    @staticmethod
    def _find(levels: Sequence[str], known: Mapping[str, str], change: Callable[[str], str] = str) -> str | None:
        *above, last = (change(header_key(level)[0]) for level in levels)
        # the whole path, then the last level under each of those above it, the nearest first, then alone
        paths = [LEVEL.join((*above, last)), *(LEVEL.join((parent, last)) for parent in reversed(above)), last]
        return next((known[path] for path in paths if path in known), None)

    @cached_property
    def _squeezed(self) -> dict[str, str]:
        """The same without spaces and hyphens; spellings that would mean two variables are left out."""
        variables: dict[str, set[str]] = {}
        for key, variable in self.by_key.items():
            variables.setdefault(LEVEL.join(map(_squeeze, key.split(LEVEL))), set()).add(variable)
        return {key: next(iter(names)) for key, names in variables.items() if len(names) == 1}

    def nearest(self, text: str) -> str | None:
        """The declared header most like ``text``, for a suggestion."""
        from rapidfuzz import fuzz, process

        found = process.extractOne(text, list(self.by_key), scorer=fuzz.ratio, score_cutoff=75.0)
        return None if found is None else f"{found[0]} ({self.by_key[found[0]]})"


def _squeeze(key: str) -> str:
    return _GAPS.sub("", key).translate(_LATIN)


def header_aliases(
    codebook: Codebook, table: str, columns: Sequence[str] = (), extra: Mapping[str, str] | None = None
) -> Aliases:
    """Aliases of the headers of ``table``; ``columns`` are understood by their own names as well.

    ``extra`` are further headers, variable by wording; they come first.
    """
    by_key: dict[str, str] = {header_key(text)[0]: variable for text, variable in (extra or {}).items()}
    for variable, texts in codebook.aliases(table).items():
        for text in texts:
            for spelling in _spellings(text):
                by_key.setdefault(spelling, variable)
    for name in columns:
        by_key.setdefault(header_key(name)[0], name)
    return Aliases(by_key, frozenset([*codebook.aliases(table), *columns]))


def _spellings(alias: str) -> list[str]:
    if ">" not in alias:
        return [header_key(alias)[0]]
    levels = [[header_key(option)[0] for option in level.split("/")] for level in alias.split(">")]
    return [LEVEL.join(path) for path in product(*levels)]


@lru_cache(maxsize=20_000)
def header_key(text: str) -> tuple[str, float | None]:
    """Folded header without its trailing unit and footnote signs, and the multiplier if the unit is money."""
    key = re.sub(r"[*¹²³]+$", "", fold(text)).strip(" .:;")
    multiplier = None
    closing = trailing_measure(key)
    if closing:
        key, measure = closing
        if measure.unit in CURRENCIES:
            multiplier = float(measure.factor)
    return re.sub(r"\s+", " ", re.sub(r"[.,:;]", " ", key)).strip(), multiplier


def money_multiplier(text: str) -> float | None:
    """Multiplier of money stated in a title («в тыс. руб.»), or None where no unit is stated."""
    measure = money_measure(text)
    return None if measure is None else float(measure.factor)


def find_header(sheet: Sheet, aliases: Aliases) -> Header | None:
    """The header that names most variables, with the fewest rows; None where no row names any."""
    best: Header | None = None
    rows = len(sheet.cells)
    texts = _merged_texts(sheet, min(rows, ROWS_SEARCHED + DEEPEST))
    for first in range(min(rows, ROWS_SEARCHED)):
        if not any(texts[first]):
            continue
        for depth in range(1, min(DEEPEST, rows - first) + 1):
            header = _header(sheet, texts, first, depth, aliases)
            if header is not None and (best is None or _worth(header) > _worth(best)):
                best = header
    if best is None:
        return None
    best = _with_parents(best, sheet, texts, aliases)
    titles = [str(cell) for row in sheet.cells[: best.rows[0] - 1] for cell in row if isinstance(cell, str)]
    stated = [money_multiplier(title) for title in titles]
    return Header(best.rows, best.columns, next((value for value in stated if value is not None), None))


def _with_parents(header: Header, sheet: Sheet, texts: list[list[str]], aliases: Aliases) -> Header:
    """The header with the rows above it that cells merged downwards tie to it, where these make it no poorer."""
    first, last = header.rows[0], header.rows[-1]
    top = min((area[0] for area in sheet.merged if area[0] < first <= area[2]), default=first)
    if top == first or last - top >= DEEPEST:
        return header
    deeper = _header(sheet, texts, top - 1, last - top + 1, aliases)
    return deeper if deeper is not None and len(deeper.variables) >= len(header.variables) else header


def _worth(header: Header) -> tuple[int, int]:
    """More variables, then fewer rows: a title over the header names nothing more."""
    return len(header.variables), -len(header.rows)


def _merged_texts(sheet: Sheet, rows: int) -> list[list[str]]:
    """Texts of the upper rows, merged ranges filled with their first cell."""
    texts = [["" if is_blank(cell) else str(cell) for cell in row] for row in sheet.cells[:rows]]
    for top, left, bottom, right in sheet.merged:
        if top > rows or not texts or left > len(texts[0]):
            continue
        value = texts[top - 1][left - 1]
        for row in range(top, min(bottom, rows) + 1):
            for column in range(left, min(right, len(texts[0])) + 1):
                texts[row - 1][column - 1] = value
    return texts


def _header(sheet: Sheet, texts: list[list[str]], first: int, depth: int, aliases: Aliases) -> Header | None:
    block = [list(row) for row in texts[first : first + depth]]
    if any(_is_filled_data(sheet, row) for row in range(first + 1, first + depth)):
        return None
    last = block[-1]
    for level, row in enumerate(block[:-1]):
        # a parent without merged cells stands over the columns to its right that only the lower row names, as far as
        # its own parent does
        for column in range(1, len(row)):
            if (
                not row[column]
                and last[column]
                and row[column - 1]
                and last[column - 1]
                and last[column - 1] != row[column - 1]
                and all(above[column] == above[column - 1] for above in block[:level])
            ):
                row[column] = row[column - 1]
    columns = []
    for column in range(len(last)):
        levels = [row[column] for row in block if row[column]]
        levels = [level for place, level in enumerate(levels) if place == 0 or level != levels[place - 1]]
        variable = aliases.find(levels) if levels else None
        multipliers = [value for value in (header_key(level)[1] for level in levels) if value is not None]
        columns.append(HeaderColumn(column + 1, LEVEL.join(levels), variable, multipliers[-1] if multipliers else None))
    header = Header(tuple(range(first + 1, first + depth + 1)), tuple(columns))
    return header if header.variables else None


def _is_filled_data(sheet: Sheet, row: int) -> bool:
    """Does a row hold numbers or dates, as no header's lower row does?"""
    return any(not isinstance(cell, str) and not is_blank(cell) for cell in sheet.cells[row])
