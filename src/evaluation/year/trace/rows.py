"""The rows behind a finding: which rows of a table it counts, and the rows of received sheets that these come from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evaluation.places import Workspace
from evaluation.report.counted_rows import CountedRows, RowsError, measured, named_columns, select
from evaluation.tables import SOURCE_TABLES, TABLES
from evaluation.tables.groups import CONTROL_TABLES, SURVEY_CONTROL_TABLES
from evaluation.year.trace.cells import Opened, ReceivedFile, Workbooks, received_file, with_cells

PROVENANCE = ["source", "source_sheet", "source_row"]
ORIGIN_COLUMNS = ["source", "file_name", "sheet", "row", "fate", "record_key", "cells", "values"]
REMARK_COLUMNS = ["source", "sheet", "cell", "row", "field", "rule", "severity", "action", "decision", "decided_by",
                  "decided_on"]  # fmt: skip


@dataclass(frozen=True)
class Counting:
    """What a finding counts. ``rows`` the table has, ``selected`` of them satisfy ``where``; ``value`` is what
    ``measure`` makes of these (None: nothing), ``agrees`` whether that is the finding's value. ``problem`` says why
    the rows cannot be told."""

    table: str
    where: str
    measure: str
    rows: int
    selected: int
    value: float | None
    agrees: bool | None
    problem: str = ""


@dataclass(frozen=True, eq=False)
class Account:
    """Ledger, remarks and files of one year's received data, and its ``workbooks``, opened when cells are asked for."""

    ledger: pd.DataFrame
    issues: pd.DataFrame
    files: tuple[ReceivedFile, ...]
    workbooks: Opened

    @property
    def file_names(self) -> Mapping[str, str]:
        return {each.source: each.file for each in self.files}


def account_of(workspace: Workspace, year: int) -> Account:
    """The account of ``year``, of programme and surveys together; without rows where nothing was cleaned yet."""
    kinds = [CONTROL_TABLES, SURVEY_CONTROL_TABLES]
    listed, ledger, issues = (
        pd.concat([read_table(workspace, names[place], year) for names in kinds], ignore_index=True)
        for place in range(3)
    )
    files = tuple(received_file(workspace, str(row["source"]), year, row, ledger) for _, row in listed.iterrows())
    return Account(ledger, issues, files, Workbooks(workspace, year, files))


def table_file(workspace: Workspace, table: str, year: int) -> Path | None:
    """Where a table of data lies; None where it was not made."""
    path = workspace.table_path(table, year)
    return path if path.is_file() else None


def read_table(workspace: Workspace, table: str, year: int) -> pd.DataFrame:
    """A table of data; without rows where it was not made."""
    path = table_file(workspace, table, year)
    return TABLES[table].empty() if path is None else pd.read_parquet(path)


def counting(workspace: Workspace, year: int, rows: CountedRows, value: float | None) -> tuple[Counting, pd.DataFrame]:
    """What ``rows`` come to, held against the finding's ``value``, and the selected rows of the table themselves."""
    path = table_file(workspace, rows.table, year)
    if path is None:
        return Counting(rows.table, rows.where, rows.measure, 0, 0, None, None, "no_table"), TABLES[rows.table].empty()
    frame = pd.read_parquet(path)

    def read(table: str) -> pd.DataFrame:
        return read_table(workspace, table, year)

    try:
        selected = select(frame, rows.where, read)
        made = measured(selected, rows.measure, read)
    except RowsError as error:
        return Counting(rows.table, rows.where, rows.measure, len(frame), 0, None, None, str(error)), frame.head(0)
    return Counting(
        rows.table, rows.where, rows.measure, len(frame), len(selected), made, _agrees(made, value, rows.measure)
    ), selected


def _agrees(made: float | None, value: float | None, measure: str) -> bool | None:
    if not measure:
        return None
    if made is None or value is None or math.isnan(value):
        return made is None and (value is None or math.isnan(value))
    return math.isclose(made, value, rel_tol=1e-9, abs_tol=1e-9)


def origins(
    rows: CountedRows, selected: pd.DataFrame, account: Account, most: int | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of received sheets behind ``selected``: the first ``most`` (None: all) with ORIGIN_COLUMNS, and the places
    of all (source, sheet, row).

    A row that was merged with one of them because it repeats it follows. Empty where the table has no received rows.
    """
    placed = _placed(rows.table, selected, account.ledger)
    if placed is None or placed.empty:
        return pd.DataFrame(columns=ORIGIN_COLUMNS), pd.DataFrame(columns=["source", "sheet", "row"])
    placed = placed.dropna(subset=PROVENANCE)
    whole = _with_fate(placed.drop_duplicates(PROVENANCE), account.ledger)
    shown = whole if most is None else whole.head(most)
    is_open = TABLES[rows.table].sensitivity != "pseudonymous"
    key = TABLES[rows.table].key[:1]
    columns = tuple(dict.fromkeys([*key, *named_columns(rows)]))
    several = placed.merge(shown[PROVENANCE], on=PROVENANCE)
    told = with_cells(_for_cells(several, shown), columns, account.workbooks, is_open)
    joined = told.groupby(PROVENANCE, sort=False)[["cells", "values"]].agg(_together).reset_index()
    shown = shown.merge(joined, on=PROVENANCE, how="left").fillna({"cells": "", "values": ""})
    if "cell" in placed:  # of a remark the cell itself is known
        own = placed.groupby(PROVENANCE, sort=False)["cell"].agg(lambda cells: _together(cells.dropna())).reset_index()
        shown = shown.drop(columns="cells").merge(own.rename(columns={"cell": "cells"}), on=PROVENANCE, how="left")
    shown = shown.assign(file_name=shown["source"].map(account.file_names))
    if not is_open:
        shown["record_key"] = None
    names = {"source_sheet": "sheet", "source_row": "row"}
    return shown.rename(columns=names)[ORIGIN_COLUMNS], whole[PROVENANCE].rename(columns=names)


def _together(texts: pd.Series) -> str:
    return "; ".join(dict.fromkeys(part for text in texts for part in str(text).split("; ") if part))


def _for_cells(counted: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """The table's rows of the shown sheet rows, and the merged ones, of which the table holds no row."""
    merged = shown.loc[shown["fate"] == "merged", PROVENANCE]
    lacking = merged.merge(counted[PROVENANCE], on=PROVENANCE, how="left", indicator=True)
    alone = lacking.loc[lacking["_merge"] == "left_only", PROVENANCE]
    return pd.concat([counted, alone], ignore_index=True)


def _placed(table: str, selected: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame | None:
    """``selected`` with PROVENANCE; None where its rows are no received ones."""
    if set(PROVENANCE) <= set(selected.columns):
        return selected
    if {"source", "sheet", "row"} <= set(selected.columns):
        return selected.rename(columns={"sheet": "source_sheet", "row": "source_row"})
    source = next((name for name, tables in SOURCE_TABLES.items() if table in tables), None)
    if source is None:
        return None
    kept = ledger[(ledger["source"] == source) & (ledger["fate"] == "kept")]
    keys = kept.rename(columns={"sheet": "source_sheet", "row": "source_row"})[[*PROVENANCE, "record_key"]]
    key = TABLES[table].key[0]
    return selected.drop(columns=["source"], errors="ignore").merge(keys, left_on=key, right_on="record_key")


def _with_fate(placed: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """PROVENANCE with fate and record key from the ledger, each followed by the rows that were merged into it."""
    named = ledger.rename(columns={"sheet": "source_sheet", "row": "source_row"})
    named = named.drop_duplicates(PROVENANCE)[[*PROVENANCE, "fate", "record_key"]]
    own = placed[PROVENANCE].merge(named, on=PROVENANCE, how="left").assign(place=range(len(placed)), later=0)
    keys = own.dropna(subset=["record_key"])[["source", "record_key", "place"]].drop_duplicates(
        ["source", "record_key"]
    )
    merged = named[named["fate"] == "merged"].merge(keys, on=["source", "record_key"]).assign(later=1)
    both = pd.concat([own, merged]).drop_duplicates(PROVENANCE)
    return both.sort_values(["place", "later"], kind="stable", ignore_index=True).drop(columns=["place", "later"])


def remarks_on(placed: pd.DataFrame, account: Account) -> pd.DataFrame:
    """REMARK_COLUMNS of every remark on the rows ``placed`` (source, sheet, row); no received values."""
    places = placed.drop_duplicates().astype({"row": "Int64"})
    found = account.issues.dropna(subset=["row"]).merge(places, on=["source", "sheet", "row"], how="inner")
    return found[REMARK_COLUMNS].reset_index(drop=True)
