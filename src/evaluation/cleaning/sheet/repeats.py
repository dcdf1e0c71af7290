"""The cells of a large sheet, each different one read once.

Cells of one column whose markup is the same but for the address have the same value. A reader of values is therefore
given a small sheet with one cell of each kind, which takes a fraction of the time, and what it reads is put where the
markup has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from evaluation.cleaning.distinct import Distinct, distinct
from evaluation.cleaning.workbook import address

# a sheet whose cells are mostly different is read as it is
MOST_DIFFERENT = 0.5
_ACROSS = 64
_LAST = b"><v>1</v></c>"


@dataclass(frozen=True)
class MarkedColumn:
    """A column: the rows of its filled cells (from 1, in order), the kind of each, and the markup of each kind."""

    rows: np.ndarray
    codes: np.ndarray
    kinds: list[bytes]


class Repeats:
    """Gathers the filled cells of a sheet piece by piece; ``root`` is the sheet's opening tag."""

    def __init__(self, root: bytes) -> None:
        self.root = root
        self._parts: dict[int, list[tuple[np.ndarray, pa.DictionaryArray]]] = {}

    def add(self, body: bytes, spans: tuple[np.ndarray, np.ndarray], rows: np.ndarray, columns: np.ndarray) -> None:
        """The filled cells of a piece: where the markup of each begins and ends, its row and column (from 1)."""
        if not len(rows):
            return
        # the cells and what lies between them, one after another
        edges = np.stack(spans, axis=1).astype(np.int32).ravel()
        pieces = pa.Array.from_buffers(
            pa.binary(), len(edges) - 1, [None, pa.py_buffer(edges.tobytes()), pa.py_buffer(body)]
        )
        order = np.argsort(columns.astype(np.int16), kind="stable")
        ordered = columns[order]
        starts = np.flatnonzero(np.diff(ordered, prepend=0))
        for places in np.split(order, starts[1:]):
            encoded = pieces.take(pa.array(2 * places)).dictionary_encode()
            self._parts.setdefault(int(columns[places[0]]), []).append((rows[places], encoded))

    def columns(self) -> dict[int, MarkedColumn] | None:
        """The columns by number, in order; None where too many cells are different for this to be worth while."""
        found = {}
        for number in sorted(self._parts):
            rows, parts = zip(*self._parts.pop(number), strict=True)
            same = pa.chunked_array(list(parts)).unify_dictionaries()
            codes = np.concatenate([part.indices.to_numpy() for part in same.chunks])
            found[number] = MarkedColumn(np.concatenate(rows), codes, same.chunk(0).dictionary.to_pylist())
        cells = sum(len(column.rows) for column in found.values())
        different = sum(len(column.kinds) for column in found.values())
        return found if different <= MOST_DIFFERENT * cells else None


def small_sheet(root: bytes, columns: Sequence[MarkedColumn]) -> bytes:
    """The markup of a sheet with one cell of each kind, column after column, and a number after the last.

    ``root`` is the opening tag of the sheet.
    """
    cells = [kind for column in columns for kind in column.kinds]
    cells.append(_LAST)
    names = [address(1, place + 1)[:-1].encode() for place in range(_ACROSS)]
    lines = [root, b"<sheetData>"]
    for number, start in enumerate(range(0, len(cells), _ACROSS), start=1):
        digits = b'%d"' % number
        lines.append(b'<row r="%s>' % digits)
        lines += [
            b'<c r="%s%s%s' % (name, digits, cell)
            for name, cell in zip(names, cells[start : start + _ACROSS], strict=False)
        ]
        lines.append(b"</row>")
    lines.append(b"</sheetData></worksheet>")
    return b"".join(lines)


def put_back(
    values: Sequence[Sequence[Any]], columns: Mapping[int, MarkedColumn], rows: int, width: int
) -> tuple[np.ndarray, tuple[Distinct, ...]]:
    """What was read of ``small_sheet`` as an object array of ``rows`` x ``width``, and the different cells by column.

    Raises ValueError where not every kind of cell came back.
    """
    read = [value for line in values for value in line]
    count = sum(len(column.kinds) for column in columns.values())
    if len(read) <= count or read[count] != 1 or any(value != "" for value in read[count + 1 :]):
        raise ValueError("the reader of values did not read every kind of cell")
    cells = np.full((rows, width), None, dtype=object, order="F")
    found = [Distinct(np.zeros(rows, dtype=np.intp), [None])] * width
    start = 0
    for number, column in columns.items():
        kinds = np.empty(len(column.kinds) + 1, dtype=object)
        kinds[:-1] = [None if value == "" else value for value in read[start : start + len(column.kinds)]]
        start += len(column.kinds)
        # different markup may have one value; empty is what no cell of the column says
        same = distinct(kinds)
        codes = np.full(rows, same.codes[-1], dtype=np.intp)
        codes[column.rows - 1] = same.codes[column.codes]
        codes, order = pd.factorize(codes)
        found[number - 1] = Distinct(codes, [same.cells[code] for code in order.tolist()])
        cells[column.rows - 1, number - 1] = kinds[column.codes]
    return cells, tuple(found)
