"""People's corrections of received values, applied by code before the values are read.

``config/decisions.csv`` has DECISION_COLUMNS. A decision names a table, a record, a field and, by a keyed hash, the
raw value it was made for: when the file arrives again with another value, the decision no longer applies and is
listed, never forced. Actions: ``replace`` (by ``value``), ``empty`` (no value), ``quarantine`` (the whole record;
``field`` and ``raw_hash`` stay empty).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evaluation.settings import InputProblem

DECISION_COLUMNS = [
    "table", "record_key", "field", "raw_hash", "action", "value", "reason", "decided_by_role", "decided_on",
]  # fmt: skip
ACTIONS = ("replace", "empty", "quarantine")


@dataclass(frozen=True)
class Applied:
    """``records`` with the decided values; ``applied`` and ``not_applicable`` are rows of the decisions.

    ``applied`` has a further column ``row``: the index of the record in ``records``; ``quarantined`` holds the
    indices of records to set aside.
    """

    records: pd.DataFrame
    applied: pd.DataFrame
    not_applicable: pd.DataFrame
    quarantined: tuple[int, ...]


def read_decisions(path: Path | None) -> pd.DataFrame:
    """Decisions as text with DECISION_COLUMNS; no rows where there is no file.

    Raises InputProblem with the line for a missing column, an unknown action, an empty table, record or reason.
    """
    if path is None or not path.exists():
        return pd.DataFrame(columns=DECISION_COLUMNS, dtype="str")
    frame = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    missing = [name for name in DECISION_COLUMNS if name not in frame.columns]
    if missing:
        raise InputProblem(
            f"{path}, строка 1: нет столбцов {', '.join(missing)}. Ожидались: {', '.join(DECISION_COLUMNS)}.",
            f"{path}, line 1: columns {', '.join(missing)} are missing. Expected: {', '.join(DECISION_COLUMNS)}.",
        )
    for line, row in enumerate(frame.to_dict("records"), start=2):
        wrong_ru, wrong_en = _fault(row)
        if wrong_ru:
            raise InputProblem(f"{path}, строка {line}: {wrong_ru}", f"{path}, line {line}: {wrong_en}")
    return frame[DECISION_COLUMNS]


def _fault(row: dict[str, str]) -> tuple[str, str]:
    if row["action"] not in ACTIONS:
        return (
            f"неизвестное действие «{row['action']}». Ожидалось одно из: {', '.join(ACTIONS)}.",
            f"unknown action '{row['action']}'. Expected one of: {', '.join(ACTIONS)}.",
        )
    needed = ["table", "record_key", "reason", *([] if row["action"] == "quarantine" else ["field", "raw_hash"])]
    empty = [name for name in needed if not row[name].strip()]
    if empty:
        return (f"не заполнено: {', '.join(empty)}. Заполните.", f"not filled in: {', '.join(empty)}. Fill in.")
    return "", ""


def raw_text(value: object) -> str:
    """The received value as the text that is hashed; whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def raw_hash(value: object, key: bytes) -> str:
    """Keyed hash of a received value, for the column ``raw_hash``."""
    return hmac.new(key, f"raw:{raw_text(value)}".encode(), hashlib.sha256).hexdigest()[:16]


def apply_decisions(
    records: pd.DataFrame, record_keys: pd.Series, table: str, decisions: pd.DataFrame, key: bytes, year: int
) -> Applied:
    """Apply the decisions for ``table`` to received ``records`` (one column a field, raw values).

    ``record_keys`` has the index of ``records``. Decisions for records of another year (keys such as 2024-017) are
    passed over; others that meet no such record, field or value are ``not_applicable``.
    """
    mine = decisions[decisions["table"] == table]
    other_year = mine["record_key"].map(lambda text: bool(re.match(r"(?:19|20)\d\d-", text)) and text[:4] != str(year))
    mine = mine[~other_year.astype(bool)]
    records = records.copy()
    applied, missed, quarantined = [], [], []
    for decision in mine.to_dict("records"):
        field = str(decision["field"])
        rows = record_keys.index[record_keys == decision["record_key"]]
        if decision["action"] == "quarantine":
            hits = list(rows)
            quarantined += hits
        elif field in records.columns:
            hits = [row for row in rows if raw_hash(records.loc[row, field], key) == decision["raw_hash"]]
            for row in hits:
                records.loc[row, field] = decision["value"] if decision["action"] == "replace" else None
        else:
            hits = []
        applied += [{**decision, "row": row} for row in hits]
        missed += [] if hits else [decision]
    return Applied(
        records,
        pd.DataFrame(applied, columns=[*DECISION_COLUMNS, "row"]),
        pd.DataFrame(missed, columns=DECISION_COLUMNS),
        tuple(quarantined),
    )


def decision_form(issues: pd.DataFrame, row_ledger: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """Rows to fill in for issues that wait for a person: DECISION_COLUMNS, then the place and what was received.

    Errors and warnings whose value was not taken, with table, record, field and hash filled in; ``action``,
    ``value`` and ``reason`` are empty.
    """
    open_issues = issues[issues["action"].isin(["emptied", "quarantined"]) & issues["row"].notna()]
    keys = row_ledger.rename(columns={"record_key": "known_key"})[["source", "sheet", "row", "known_key"]]
    form = open_issues.merge(keys, on=["source", "sheet", "row"], how="left")
    out = pd.DataFrame(dict.fromkeys(DECISION_COLUMNS, ""), index=form.index)
    out["table"] = form["source"]
    out["record_key"] = form["known_key"].fillna("")
    out["field"] = form["field"].fillna("")
    out["raw_hash"] = [raw_hash(raw, key) if isinstance(raw, str) else "" for raw in form["raw"]]
    return pd.concat([out, form[["file_name", "sheet", "cell", "raw", "rule", "suggestion"]]], axis=1)
