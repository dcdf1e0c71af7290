"""Received files as sheets of cells with addresses: xlsx, xls, ods, csv and tsv, parquet, sav.

Nothing is interpreted here. Row 1 of ``cells`` is row 1 of the sheet (or line 1 of the file), column 1 its column A.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from evaluation.cleaning.distinct import Distinct
from evaluation.settings import InputProblem

FileFormat = Literal["xlsx", "xls", "ods", "csv", "parquet", "sav"]
MAX_CELLS = 20_000_000
ENDINGS: dict[str, FileFormat] = {
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".ods": "ods", ".csv": "csv", ".tsv": "csv", ".txt": "csv",
    ".parquet": "parquet", ".sav": "sav", ".zsav": "sav",
}  # fmt: skip
PLAIN = (str, int, float, bool, dt.date, dt.time, dt.timedelta, Decimal)
WORKBOOKS = frozenset({"xlsx", "xls", "ods"})


@dataclass(frozen=True)
class Remark:
    """Something noticed about a cell or row while reading; without ``column`` it concerns the row, without ``row`` all.

    ``raw`` is what stands there, where that is no value (an error) and nothing personal.
    """

    rule: str
    row: int | None = None
    column: int | None = None
    raw: str | None = None


@dataclass(frozen=True)
class Sheet:
    """One sheet. ``cells`` is a 2-D object array (rows x columns) of str, int, float, bool, date, datetime, None.

    ``physical_rows`` is counted by a second reader of the same bytes and must equal ``len(cells)``. Rows and columns
    are numbered from 1. ``merged`` holds (first row, first column, last row, last column). ``formats`` maps cells to
    the number of digits of a zero-padded number format (00000000 is 8). ``remarks`` count where their row is a record,
    ``notes`` always (a stray cell far away from the table). ``columns`` are the different cells of each column, where
    the reader knows them.
    """

    name: str
    cells: np.ndarray
    physical_rows: int
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    struck_rows: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    formats: Mapping[tuple[int, int], int] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()
    columns: tuple[Distinct, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if self.columns and {len(one.codes) for one in self.columns} != {len(self.cells)}:
            raise ValueError(f"the columns of the sheet {self.name!r} are not those of its cells")


@dataclass(frozen=True)
class Received:
    """A received file: its logical source name, identity and sheets. ``remarks`` concern the file as a whole."""

    source: str
    file_name: str
    sha256: str
    bytes: int
    file_format: FileFormat
    encoding: str | None
    sheets: tuple[Sheet, ...]
    is_1904: bool = False
    remarks: tuple[Remark, ...] = ()

    @property
    def visible(self) -> tuple[Sheet, ...]:
        return tuple(sheet for sheet in self.sheets if not sheet.hidden)


def read_received(path: Path, source: str, sheet: str | None = None) -> Received:
    """Read ``path`` as the received file of logical source ``source``; ``sheet`` limits a workbook to one sheet.

    The content decides on the format where it is certain; a name that says otherwise is remarked. Raises InputProblem
    for a file that is absent, empty, too large, of an unknown kind, locked, damaged, or changed while it was read,
    and for a sheet that is not there.
    """
    from evaluation.cleaning.contents import recognise
    from evaluation.cleaning.files import check_unchanged, refuse, take

    data, digest, remarks = take(path, source)
    kind = recognise(data, path, source)
    if kind != ENDINGS[path.suffix.casefold()]:
        remarks = (*remarks, Remark("content_not_as_ending", raw=f"{path.suffix}: {kind}"))
    encoding = None
    is_1904 = False
    if kind == "xlsx":
        from evaluation.cleaning.excel import read_sheets

        sheets, is_1904 = read_sheets(data, path, source)
    elif kind == "xls":
        from evaluation.cleaning.binary_excel import read_sheets as read_binary

        sheets = read_binary(data, path, source)
        remarks = (*remarks, Remark("format_hides_things", raw=kind))
    elif kind == "ods":
        from evaluation.cleaning.open_document import read_sheets as read_document

        sheets = read_document(data, path, source)
    elif kind == "csv":
        from evaluation.cleaning.delimited import read_text

        one, encoding = read_text(data, path, source)
        sheets = (one,)
    elif kind == "sav":
        from evaluation.cleaning.spss import read_sav

        sheets = (read_sav(data, path, source),)
    else:
        sheets = (_parquet(data, path, source),)
    check_unchanged(path, source, digest)
    if sheet is not None and kind in WORKBOOKS:
        sheets = _only(sheets, sheet, path, source)
    if not any(cell is not None for one in sheets if not one.hidden for cell in one.cells.flat):
        raise refuse(
            path,
            source,
            ": нет ни одной заполненной ячейки. Ожидалась таблица с шапкой. Получите файл заново.",
            " has no filled cell. A table with a header was expected. Obtain the file again.",
        )
    return Received(source, path.name, digest, len(data), kind, encoding, sheets, is_1904, remarks)


def _only(sheets: tuple[Sheet, ...], name: str, path: Path, source: str) -> tuple[Sheet, ...]:
    found = tuple(one for one in sheets if one.name == name)
    if not found:
        there = ", ".join(one.name for one in sheets)
        raise InputProblem(
            f"Файл {path} (источник {source}): нет листа «{name}». Есть листы: {there}. "
            "Исправьте имя в настройках года.",
            f"The file {path} (source {source}) has no sheet '{name}'. There are: {there}. "
            "Correct the name in the year's settings.",
        )
    return found


def _parquet(data: bytes, path: Path, source: str) -> Sheet:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(data))
        frame = file.read().to_pandas()
    except (pa.ArrowInvalid, OSError) as error:
        raise InputProblem(
            f"Файл {path} (источник {source}) не читается как parquet. Сохраните его заново.",
            f"The file {path} (source {source}) cannot be read as parquet. Save it again.",
        ) from error
    return frame_sheet(frame, path.stem, file.metadata.num_rows + 1)


def frame_sheet(frame: pd.DataFrame, name: str, physical_rows: int | None = None) -> Sheet:
    """A frame as a sheet whose first row is the header."""
    cells = np.empty((len(frame) + 1, max(frame.shape[1], 1)), dtype=object)
    cells[0, : frame.shape[1]] = [str(column) for column in frame.columns]
    for place, column in enumerate(frame.columns):
        cells[1:, place] = [_plain(value) for value in frame[column].astype(object)]
    return Sheet(name, cells, len(frame) + 1 if physical_rows is None else physical_rows)


def _plain(value: Any) -> Any:
    """A cell's value as a plain Python object, None where missing."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, np.generic):
        return value.item()
    # what no spreadsheet cell holds (a list, bytes) is shown as text
    return value if isinstance(value, PLAIN) else str(value)


def address(row: int, column: int) -> str:
    """A1 name of a cell; rows and columns from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def source_files(received: Mapping[str, Received]) -> pd.DataFrame:
    """The received files in the shape of the table ``source_files``."""
    rows = [
        {
            "source": source,
            "file_name": one.file_name,
            "sha256": one.sha256,
            "bytes": one.bytes,
            "file_format": one.file_format,
            "encoding": one.encoding,
            "sheets": "; ".join(sheet.name for sheet in one.visible),
            "hidden_sheets": "; ".join(sheet.name for sheet in one.sheets if sheet.hidden) or None,
        }
        for source, one in received.items()
    ]
    columns = ["source", "file_name", "sha256", "bytes", "file_format", "encoding", "sheets", "hidden_sheets"]
    return pd.DataFrame(rows, columns=columns)


def physical_rows(received: Mapping[str, Received]) -> pd.DataFrame:
    """Rows of every visible sheet as counted independently (columns source, sheet, rows)."""
    rows = [
        {"source": source, "sheet": sheet.name, "rows": sheet.physical_rows}
        for source, one in received.items()
        for sheet in one.visible
        if sheet.physical_rows
    ]
    return pd.DataFrame(rows, columns=["source", "sheet", "rows"])
