"""The account of every received row and cell: what class a row is of, what became of it, what was remarked.

Cleaning functions return frames of these shapes; nothing is dropped without a row here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

import pandas as pd

from evaluation.settings import Language

RowClass = Literal["title", "header", "numbering", "section", "data", "subtotal", "total", "footnote", "blank"]
ROW_CLASSES: tuple[RowClass, ...] = (
    "title", "header", "numbering", "section", "data", "subtotal", "total", "footnote", "blank",
)  # fmt: skip
Fate = Literal["kept", "merged", "quarantined"]
FATES: tuple[Fate, ...] = ("kept", "merged", "quarantined")
Severity = Literal["error", "warning", "info"]
Action = Literal["repaired", "emptied", "kept", "filled", "quarantined", "not_read"]

LEDGER_COLUMNS = ["source", "sheet", "row", "row_class", "fate", "record_key"]
ISSUE_COLUMNS = [
    "issue_id", "source", "file_name", "sheet", "cell", "row", "field", "raw", "rule", "severity", "action",
    "value", "suggestion", "table", "record_key", "raw_hash", "decision", "decided_by", "decided_on",
]  # fmt: skip


class LedgerError(Exception):
    """Rows are unaccounted for; ``messages`` name, by language, file, sheet and the numbers that do not add up."""

    def __init__(self, ru: str, en: str) -> None:
        super().__init__(en)
        self.messages: dict[Language, str] = {"ru": ru, "en": en}


@dataclass(frozen=True)
class Issue:
    """One remark on a received cell or row. ``raw`` is empty where the field may hold personal data.

    ``table``, ``record_key`` and ``raw_hash`` (a keyed hash, of personal values too) are what a decision on the remark
    names; they are filled in when all remarks are there. ``decision``, ``decided_by`` (a role) and ``decided_on`` stand
    where a person decided.
    """

    source: str
    rule: str
    severity: Severity
    action: Action
    file_name: str | None = None
    sheet: str | None = None
    cell: str | None = None
    row: int | None = None
    field: str | None = None
    raw: str | None = None
    value: str | None = None
    suggestion: str | None = None
    table: str | None = None
    record_key: str | None = None
    raw_hash: str | None = None
    decision: str | None = None
    decided_by: str | None = None
    decided_on: str | None = None

    def but(self, **changes: Any) -> Issue:
        """The same remark with other facts; as ``dataclasses.replace``, which takes ten times as long."""
        made = object.__new__(Issue)
        object.__setattr__(made, "__dict__", self.__dict__ | changes)
        return made


def issues_frame(issues: list[Issue]) -> pd.DataFrame:
    """Frame of ISSUE_COLUMNS; ``issue_id`` is stable for the same remark on the same cell."""
    columns = {name: list(map(attrgetter(name), issues)) for name in ISSUE_COLUMNS[1:]} if issues else {}
    ids = []
    seen: dict[str, int] = {}
    named = zip(*(columns.get(name, ()) for name in ("source", "sheet", "cell", "row", "field", "rule")), strict=True)
    for source, sheet, cell, row, field, rule in named:
        place = f"{source}|{sheet}|{cell}|{row}|{field}|{rule}"
        count = seen[place] = seen.get(place, 0) + 1
        ids.append(hashlib.sha256(f"{place}|{count}".encode()).hexdigest()[:12])
    return pd.DataFrame({"issue_id": ids, **columns}, columns=ISSUE_COLUMNS)


def row_accounts(row_ledger: pd.DataFrame) -> pd.DataFrame:
    """Counts by source and sheet: one column a row class and a fate, and ``rows``."""
    if row_ledger.empty:
        return pd.DataFrame(columns=["source", "sheet", "rows", *ROW_CLASSES, *FATES])
    groups = row_ledger.groupby(["source", "sheet"], sort=False)
    classes = groups["row_class"].value_counts().unstack(fill_value=0)
    fates = groups["fate"].value_counts().unstack(fill_value=0)
    accounts = pd.concat(
        [
            groups.size().rename("rows"),
            classes.reindex(columns=list(ROW_CLASSES), fill_value=0),
            fates.reindex(columns=list(FATES), index=classes.index, fill_value=0),
        ],
        axis=1,
    )
    return accounts.reset_index().rename_axis(columns=None)


def check_accounts(
    row_ledger: pd.DataFrame, physical_rows: pd.DataFrame, files: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Row accounts, after proving that rows = sum of classes and data rows = sum of fates.

    ``physical_rows`` (columns source, sheet, rows) is counted by the reader, independently of classification;
    ``files`` maps sources to the files' names, for the message.
    Raises LedgerError naming each sheet whose rows do not add up.
    """
    accounts = row_accounts(row_ledger)
    merged = physical_rows.merge(accounts, on=["source", "sheet"], how="outer", suffixes=("_physical", ""))
    merged = merged.fillna({name: 0 for name in merged.columns if name not in ("source", "sheet")})
    classified = merged[list(ROW_CLASSES)].sum(axis=1)
    fated = merged[list(FATES)].sum(axis=1)
    repeated = row_ledger.duplicated(subset=["source", "sheet", "row"])
    wrong = merged[(merged["rows_physical"] != classified) | (merged["data"] != fated)]
    named = {source: f"{file} ({source})" for source, file in (files or {}).items()}
    ru, en = [], []
    for row in wrong.itertuples():
        place, fates = named.get(row.source, row.source), int(row.kept + row.merged + row.quarantined)
        received, known, data = int(row.rows_physical), int(row.rows), int(row.data)
        ru.append(
            f"{place}, лист {row.sheet}: получено строк {received}, распознано {known}, из них данных {data}, "
            f"с известной судьбой {fates}"
        )
        en.append(
            f"{place}, sheet {row.sheet}: {received} rows received, {known} classified, {data} of them data, "
            f"{fates} with a known fate"
        )
    for row in row_ledger[repeated].itertuples():
        place = named.get(row.source, row.source)
        ru.append(f"{place}, лист {row.sheet}: строка {row.row} учтена дважды")
        en.append(f"{place}, sheet {row.sheet}: row {row.row} is counted twice")
    if ru:
        raise LedgerError(
            f"строки не сходятся: {'; '.join(ru)}. Так не должно быть ни с каким файлом: результаты не записаны. "
            "Сообщите об этом тем, кто ведёт программу, и приложите файл.",
            f"rows are unaccounted for: {'; '.join(en)}. This must not happen with any file: nothing was written. "
            "Tell those who maintain the program, and attach the file.",
        )
    return accounts
