"""Cells of received workbooks: which column of a sheet holds a field, and what stands in it, personal columns apart."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from evaluation.cleaning.headers import header_aliases
from evaluation.cleaning.layout import lay_out
from evaluation.cleaning.workbook import Received, Sheet, address, read_received
from evaluation.codebook import Codebook
from evaluation.places import Workspace
from evaluation.privacy.personal import mask_personal
from evaluation.tables import TABLES

# columns of a table that are read from columns of other names, or from the one that the row's own values name
READ_FROM: Mapping[str, tuple[str, ...]] = {
    "project_id": ("project_number",),
    "unit_id": ("unit_name", "unit_code", "name", "place_code"),
    "is_funded": ("status",),
    "event_id": ("event_number",),
    "exchange_id": ("exchange_number",),
    "consultation_id": ("consultation_number",),
    "person_key": ("person_name", "phone", "email"),
    "participations": ("participations_{channel}",),
    "amount": ("{stage}_{funding_source}",),
    "points": ("points_{criterion}",),
    "value": ("{variable}",),
}
# columns whose value says in which received column the others of a row stand
SHAPES = ("channel", "stage", "funding_source", "criterion", "variable")
HIDDEN_VALUES = ("person_key", "record_key")
LONGEST_VALUE = 60


@dataclass(frozen=True)
class ReceivedFile:
    """A received file behind a number. ``is_same``: it still has the bytes that were read (None: it is not there)."""

    source: str
    year: int
    file: str
    sha256: str
    is_same: bool | None
    rows: int
    kept: int


def received_file(
    workspace: Workspace, source: str, year: int, listed: pd.Series, ledger: pd.DataFrame
) -> ReceivedFile:
    """One file as ``source_files`` lists it, held against what lies in data/raw now."""
    own = ledger[ledger["source"] == source]
    path = path_of(workspace, source, year)
    now = hashlib.sha256(path.read_bytes()).hexdigest() if path is not None and path.is_file() else None
    return ReceivedFile(
        source, year, str(listed["file_name"]), str(listed["sha256"]),
        None if now is None else now == listed["sha256"], len(own), int((own["fate"] == "kept").sum()),
    )  # fmt: skip


def path_of(workspace: Workspace, source: str, year: int) -> Path | None:
    """Where the file of a source lies; None where that year's settings name none."""
    configured = workspace.year(year).sources
    return workspace.raw_folder(year) / configured[source].file if source in configured else None


@dataclass(frozen=True, eq=False)
class Columns:
    """Columns of one received sheet by field; fields in ``personal`` are told by their place alone."""

    sheet: Sheet
    positions: Mapping[str, int]
    personal: frozenset[str]

    @cached_property
    def _displaced(self) -> frozenset[int | None]:
        """Rows with cells too many or too few beside personal columns: any cell may hold what belongs into those."""
        if not self.personal & self.positions.keys():
            return frozenset()
        return frozenset(one.row for one in self.sheet.remarks if one.rule in ("too_many_cells", "too_few_cells"))

    def letters(self, field: str) -> str:
        return address(1, self.positions[field])[:-1]

    def values(self, field: str, rows: np.ndarray) -> list[str]:
        """Received cells as short texts without personal data; a personal column gives none."""
        if field in self.personal:
            return [""] * len(rows)
        column, hidden = self.sheet.cells[:, self.positions[field] - 1], self._displaced
        return [_short(column[row - 1]) if row not in hidden else "" for row in rows.tolist()]


def _short(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "" if value is None else " ".join(str(value).split())
    if isinstance(value, str):
        text = mask_personal(text, names=True)[0]
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


class Opened(Protocol):
    """Received workbooks that tell where the columns of their sheets stand."""

    def columns(self, source: str, sheet: str) -> Columns | None: ...


class Workbooks:
    """The received workbooks of one year, each opened once and only when a cell of it is asked for.

    One that has changed since it was read is not opened: its cells are no longer those of the number.
    """

    def __init__(self, workspace: Workspace, year: int, files: Iterable[ReceivedFile]) -> None:
        self._workspace, self._year = workspace, year
        self._same = {each.source for each in files if each.is_same}
        self._opened: dict[str, Received | None] = {}

    @cached_property
    def _codebook(self) -> Codebook:
        return self._workspace.codebook

    def columns(self, source: str, sheet: str) -> Columns | None:
        """The columns of one sheet; None where the file is gone or changed, or has no such sheet."""
        found = self._received(source)
        chosen = next((each for each in found.sheets if each.name == sheet), None) if found else None
        if chosen is None:
            return None
        table = source if source in TABLES else "survey_responses" if source.endswith("_survey") else source
        names = TABLES[table].names if table in TABLES else ()
        layout = lay_out(chosen, header_aliases(self._codebook, table, names))
        variables = self._codebook.variables
        personal = variables.loc[
            variables["table"].isin([table, f"source:{source}"]) & (variables["sensitivity"] == "personal"), "variable"
        ]
        return Columns(chosen, layout.positions, frozenset(personal))

    def _received(self, source: str) -> Received | None:
        if source not in self._opened:
            path = path_of(self._workspace, source, self._year)
            wanted = self._workspace.year(self._year).sources
            is_same = path is not None and source in self._same
            self._opened[source] = read_received(path, source, wanted[source].sheet) if path and is_same else None
        return self._opened[source]


def fields_of(column: str, row: Mapping[str, Any]) -> Iterator[str]:
    """Names under which the column of a table may stand in a received sheet, the table's own name first."""
    yield column
    for name in READ_FROM.get(column, ()):
        yield re.sub(r"\{(\w+)\}", lambda match: str(row.get(match.group(1), "")), name)


def with_cells(rows: pd.DataFrame, columns: tuple[str, ...], workbooks: Opened, show_values: bool) -> pd.DataFrame:
    """``rows`` (source, source_sheet, source_row and columns of a table) with ``cells`` and ``values``.

    ``cells`` are addresses joined by «; », ``values`` what stands there («status: поддержан»), empty where the column
    is personal or ``show_values`` is off.
    """
    cells = pd.Series([[] for _ in range(len(rows))], index=rows.index, dtype="object")
    values = pd.Series([[] for _ in range(len(rows))], index=rows.index, dtype="object")
    shape = [name for name in SHAPES if name in rows.columns]
    for key, part in rows.groupby(["source", "source_sheet", *shape], sort=False, dropna=False):
        of_sheet = workbooks.columns(str(key[0]), str(key[1]))
        if of_sheet is None:
            continue
        own = dict(zip(shape, key[2:], strict=True))
        fields = {field: None for column in columns for field in fields_of(column, own)}
        places = part["source_row"].astype("int64").to_numpy()
        for field in fields:
            if field not in of_sheet.positions:
                continue
            letters = of_sheet.letters(field)
            shown = of_sheet.values(field, places) if show_values and field not in HIDDEN_VALUES else [""] * len(part)
            for label, row, value in zip(part.index, places.tolist(), shown, strict=True):
                cells[label].append(f"{letters}{row}")
                if value:
                    values[label].append(f"{field}: {value}")
    return rows.assign(cells=cells.map("; ".join), values=values.map("; ".join))
