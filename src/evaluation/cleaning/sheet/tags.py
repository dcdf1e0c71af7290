"""The tags of plain markup as arrays: rows, filled cells and where the content of each cell stands, all at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.cleaning.sheet.scan import LAST_COLUMN

_LESS, _MORE, _SLASH = b"<>/"
_WIDTH = 8  # bytes that are looked at together
_OPENING = int.from_bytes(b'c r="', "little")
_OF_OPENING = (1 << 40) - 1
_ROW_END = int.from_bytes(b"/row>", "little")
_TENS = 10 ** np.arange(1, _WIDTH, dtype=np.int64)


class Unsure(Exception):
    """The fast reader met markup that it cannot vouch for."""


@dataclass(frozen=True)
class Tags:
    """Every tag of a piece of markup as arrays of bytes.

    ``signs`` are the bytes and ``words`` the eight bytes from each on (little-endian), ``names`` where the name of each
    tag begins (after ``<`` and the namespace prefix), ``first`` its first letter (``/`` for an end), ``counts`` how
    often each letter is the first.
    """

    signs: np.ndarray
    words: np.ndarray
    names: np.ndarray
    first: np.ndarray
    counts: np.ndarray

    def has(self, letter: str) -> bool:
        return bool(self.counts[ord(letter)])

    def after(self, place: int, which: np.ndarray | slice = slice(None)) -> np.ndarray:
        """The byte ``place`` bytes after the beginning of the names of the tags ``which``."""
        return np.asarray(self.signs[self.names[which] + place])


def find_tags(body: bytes, prefix: bytes) -> Tags:
    """The tags of a piece of markup whose names have the namespace ``prefix`` (``x:`` or nothing)."""
    padded = body + b" " * (2 * _WIDTH)
    signs = np.frombuffer(padded, dtype=np.uint8)
    # the words overlap: each begins one byte after the last
    words: np.ndarray = np.ndarray((len(body) + _WIDTH,), dtype="<u8", buffer=padded, strides=(1,))
    names = np.flatnonzero(signs[: len(body)] == _LESS) + 1
    first = signs[names]
    if prefix:
        names += np.where((first == _SLASH) | (first == ord("!")) | (first == ord("?")), 0, len(prefix))
        first = signs[names]
    return Tags(signs, words, names, first, np.bincount(first, minlength=256))


def row_numbers(tags: Tags) -> np.ndarray | None:
    """Numbers of the rows, where each says its own at once (``<row r="12"``)."""
    rows = np.flatnonzero(tags.first == ord("r"))
    if not all(bool((tags.after(place, rows) == sign).all()) for place, sign in enumerate(b'row r="')):
        return None
    numbers = np.zeros(len(rows), dtype=np.int64)
    more = np.ones(len(rows), dtype=bool)
    for offset in range(7, 15):
        sign = tags.after(offset, rows)
        digit = sign.astype(np.int64) - ord("0")
        is_digit = (digit >= 0) & (digit <= 9)
        if (sign[more & ~is_digit] != ord('"')).any():
            return None
        more &= is_digit
        if not more.any():
            return numbers if (numbers > 0).all() else None
        numbers = np.where(more, numbers * 10 + digit, numbers)
    return None


@dataclass(frozen=True)
class CellTags:
    """The cells of a piece of markup.

    ``rows`` and ``every`` are the places of the tags of all rows and cells. Of each filled cell: ``filled`` is its
    place among ``every``, ``row`` the number of its row (from 0, among ``rows``), ``column`` that of its column (from
    1).
    """

    rows: np.ndarray
    every: np.ndarray
    filled: np.ndarray
    row: np.ndarray
    column: np.ndarray


def find_cells(tags: Tags, rows: int) -> CellTags:
    """The cells of a piece of ``rows`` rows.

    Raises Unsure unless each cell begins with its address and what follows it is a value, a formula, a text or its
    end.
    """
    row_tags = np.flatnonzero(tags.first == ord("r"))
    row_tags = row_tags[tags.after(1, row_tags) == ord("o")]
    cells = np.flatnonzero(tags.first == ord("c"))
    if len(row_tags) != rows or (len(cells) and cells[-1] + 1 >= len(tags.names)):
        raise Unsure
    beginnings = tags.words[tags.names[cells]]
    if ((beginnings & _OF_OPENING) != _OPENING).any():
        raise Unsure
    what = tags.first[cells + 1]
    follows = tags.words[tags.names[cells + 1]]
    after, then = (follows >> 8) & 0xFF, (follows >> 16) & 0xFF
    # <v> with something in it, <v></v>, <v/>; a value with attributes is left to the exact reader
    is_value = what == ord("v")
    value = is_value & (after == _MORE) & (then != _LESS)
    nothing = is_value & (((after == _MORE) & (then == _LESS)) | (after == _SLASH))
    other = (what == ord("f")) | ((what == ord("i")) & (after == ord("s")))
    if not (value | nothing | other | (what == _SLASH) | (what == ord("c"))).all():
        raise Unsure
    filled = np.flatnonzero(value | other)
    column = np.zeros(len(filled), dtype=np.int64)
    more = np.ones(len(column), dtype=bool)
    letters = beginnings[filled] >> 40
    for place in range(3):
        letter = ((letters >> (8 * place)) & 0xFF).astype(np.int64) - ord("A") + 1
        more &= (letter >= 1) & (letter <= 26)
        if not more.any():
            break
        column = np.where(more, column * 26 + letter, column)
    if ((column < 1) | (column > LAST_COLUMN)).any():
        raise Unsure
    row = np.searchsorted(row_tags, cells[filled]) - 1
    return CellTags(row_tags, cells, filled, row, column)


def contents(tags: Tags, cells: CellTags, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Where what follows the address of each filled cell begins and ends, the end of the cell included.

    ``numbers`` are the rows' own, as ``row_numbers`` gives them. None where an address names another row than the one
    in which the cell stands, or a row does not end as it should.
    """
    # a row's number and that in the addresses of its cells both end with a quotation mark
    digits = np.searchsorted(_TENS, numbers, side="right") + 1
    masks = (np.uint64(1) << (8 * (digits + 1)).astype(np.uint64)) - np.uint64(1)
    if (digits >= _WIDTH - 1).any():
        return None
    stated = tags.words[tags.names[cells.rows] + 7] & masks
    letters = 1 + (cells.column > 26) + (cells.column > 26 + 26**2)
    start = tags.names[cells.every[cells.filled]] + 5 + letters
    if ((tags.words[start] & masks[cells.row]) != stated[cells.row]).any():
        return None
    # a cell reaches to the next one, the last of a row to the end of the row
    after = np.append(cells.rows[1:], len(tags.names)) - 1
    place = cells.every[cells.filled]
    end_of_row = after[cells.row]
    following = np.append(cells.every[1:], len(tags.names))[cells.filled]
    ends = np.unique(end_of_row)
    if ((tags.words[tags.names[ends]] & _OF_OPENING) != _ROW_END).any() or (end_of_row <= place).any():
        return None
    return start + digits[cells.row] + 1, tags.names[np.minimum(following, end_of_row)] - 1
