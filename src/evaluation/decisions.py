"""People's corrections of received values, applied by code before the values are read.

``config/decisions.csv`` has DECISION_COLUMNS (those on cells of personal columns lie in ``data/restricted``, of the
same shape). A decision names a table (the source's logical name), a record, a field and, by a keyed hash, the raw
value it was made for. It is applied in every later run and to every later file in which the same value recurs for
the same record; where it does not, the decision is listed, never forced. Actions:

``accept``      the suggested value is taken (``value``)
``replace``     another value is taken (``value``)
``keep``        the remark is accepted: it becomes an information; ``value`` names its rule (empty: any remark)
``empty``       the cell counts as empty
``quarantine``  the whole record is set aside (``field`` and ``raw_hash`` may stay empty)

Of several decisions on the same cell the last one counts.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.settings import InputProblem

DECISION_COLUMNS = [
    "table", "record_key", "field", "raw_hash", "action", "value", "reason", "decided_by_role", "decided_on",
]  # fmt: skip
ACTIONS = ("accept", "replace", "keep", "empty", "quarantine")
WITH_VALUE = ("accept", "replace")
UNIT_CODES = ("unit_id", "unit_code")
UNIT_NAMES = ("unit_name", "name")
PARTS_OF_CELL = ("composition", "position")
"""Columns whose cells hold several things, so that a suggestion for one of them is no value for the cell."""
WHOLE_FILE = "*"
"""Record key of remarks that concern a sheet, a column or a printed total and no record."""


@dataclass(frozen=True)
class Applied:
    """``records`` with the decided values; ``applied`` are rows of the decisions.

    ``applied`` has a further column ``row``: the index of the record in ``records``; its index is that of the
    decisions. ``quarantined`` holds the indices of records to set aside, ``used`` the index of every decision that met
    its value (also those that a later one overrules).
    """

    records: pd.DataFrame
    applied: pd.DataFrame
    quarantined: tuple[int, ...]
    used: frozenset[int]


def read_decisions(*paths: Path | None) -> pd.DataFrame:
    """Decisions of the files as text with DECISION_COLUMNS, in their order; no rows where there is no file.

    Raises InputProblem with the line for a missing column, an unknown action, an empty table, record or reason.
    """
    frames = [_read(path) for path in paths if path is not None and path.exists()]
    if not frames:
        return pd.DataFrame(columns=DECISION_COLUMNS, dtype="str")
    return pd.concat(frames, ignore_index=True)


def _read(path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputProblem(
            f"{path}: файл не читается как таблица CSV в кодировке UTF-8. Сохраните его так или восстановите из git.",
            f"{path}: the file cannot be read as a CSV table in UTF-8. Save it so, or restore it from git.",
        ) from error
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
    action = row["action"]
    if action not in ACTIONS:
        return (
            f"неизвестное действие «{action}». Ожидалось одно из: {', '.join(ACTIONS)}.",
            f"unknown action '{action}'. Expected one of: {', '.join(ACTIONS)}.",
        )
    needed = ["table", "record_key", "reason"]
    needed += ["value"] if action in WITH_VALUE else []
    needed += ["field"] if action in ("empty", *WITH_VALUE) else []
    needed += [] if action == "quarantine" else ["raw_hash"]
    empty = [name for name in needed if not row[name].strip()]
    if empty:
        return (f"не заполнено: {', '.join(empty)}. Заполните.", f"not filled in: {', '.join(empty)}. Fill in.")
    return "", ""


# ---- values and records by a keyed hash ---------------------------------------------------------------------


def raw_text(value: object) -> str:
    """The received value as the text that is hashed; whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def raw_hash(value: object, key: bytes) -> str:
    """Keyed hash of a received value, for the column ``raw_hash``."""
    return hmac.digest(key, f"raw:{raw_text(value)}".encode(), hashlib.sha256).hex()[:16]


@dataclass(eq=False)
class Identities:
    """How decisions name the records of one sheet.

    ``records`` are as received, ``keys`` (same index) their keys. A record whose key stands once is named by it. One
    without a key, or with a key that another record has, is named by the key, a tilde and the keyed hash of its
    content, so that moving it in the file changes nothing. With ``groups`` (same index) the keys are mere numbers of
    rows, and every record is named by its group and its content.
    """

    records: pd.DataFrame
    keys: pd.Series
    secret: bytes
    groups: pd.Series | None = None

    def __post_init__(self) -> None:
        self._contents: dict[Any, str] = {}
        self._columns: dict[str, list[Any]] = {}
        self._hashes: dict[str, str] = {}

    @cached_property
    def _plain(self) -> dict[Any, str]:
        given = self.keys if self.groups is None else self.groups
        cells = zip(given.index.tolist(), given.tolist(), strict=True)
        return {row: "" if key is None or key != key else str(key) for row, key in cells}

    @cached_property
    def _rows(self) -> dict[str, list[Any]]:
        rows: dict[str, list[Any]] = {}
        for row, key in self._plain.items():
            rows.setdefault(key, []).append(row)
        return rows

    @cached_property
    def _places(self) -> dict[Any, int]:
        """Place of each record among the cells of a column, from 0."""
        return {row: place for place, row in enumerate(self.records.index.tolist())}

    def _cells(self, field: str) -> list[Any]:
        """Cells of a column, in the order of the records."""
        if field not in self._columns:
            self._columns[field] = self.records[field].tolist()
        return self._columns[field]

    @cached_property
    def _names(self) -> list[str]:
        return sorted(map(str, self.records.columns))

    def knows(self, row: Any) -> bool:
        return row in self._plain

    @cached_property
    def _fields(self) -> frozenset[str]:
        return frozenset(self._names)

    def has(self, field: str | None) -> bool:
        return field in self._fields

    def content(self, row: Any) -> str:
        """Keyed hash of all cells of a record, whatever the order of the columns."""
        if row not in self._contents:
            place = self._places[row]
            texts = [(name, raw_text(self._cells(name)[place])) for name in self._names]
            self._contents[row] = raw_hash("\x1f".join([f"{name}={text}" for name, text in texts if text]), self.secret)
        return self._contents[row]

    def of(self, row: Any) -> str:
        """The key by which a decision names the record."""
        plain = self._plain[row]
        return plain if self._is_single(plain) else f"{plain}~{self.content(row)}"

    def _is_single(self, plain: str) -> bool:
        """Does the key name one record alone?"""
        return self.groups is None and plain != "" and plain not in self._repeated

    @cached_property
    def _repeated(self) -> frozenset[str]:
        """Keys that several records have."""
        if len(set(self._plain.values())) == len(self._plain):
            return frozenset()  # as a rule; counting takes ten times as long
        return frozenset(key for key, count in Counter(self._plain.values()).items() if count > 1)

    def named(self, row: Any, field: str | None) -> tuple[str, str] | None:
        """The record's key and the keyed hash of a cell of it; None for a row that is no record."""
        plain = self._plain.get(row)
        if plain is None:
            return None
        return plain if self._is_single(plain) else self.of(row), self.cell_hash(row, field)

    def cell_hash(self, row: Any, field: str | None) -> str:
        """Keyed hash of a received cell; of the whole record where ``field`` is none of its columns."""
        if field is None or field not in self._fields:
            return self.content(row)
        cell = self._cells(field)[self._places[row]]
        text = cell if cell.__class__ is str else raw_text(cell)
        found = self._hashes.get(text)
        if found is None:
            found = self._hashes[text] = raw_hash(text, self.secret)
        return found

    def rows_of(self, record_key: str) -> list[Any]:
        """Rows of the records that a decision's key names."""
        if self.groups is None and record_key in self._rows and record_key:
            return self._rows[record_key]
        plain, tilde, content = record_key.rpartition("~")
        return [row for row in self._rows.get(plain, ()) if self.content(row) == content] if tilde else []


# ---- applying -----------------------------------------------------------------------------------------------


def of_other_year(record_key: str, year: int) -> bool:
    """Does the key (such as 2024-017) name a record of another programme year?"""
    return bool(re.match(r"(?:19|20)\d\d-", record_key)) and record_key[:4] != str(year)


def decisions_on(decisions: pd.DataFrame, table: str, year: int) -> pd.DataFrame:
    """The decisions on a table that concern ``year``: those for records of other years are left out."""
    mine = decisions[decisions["table"] == table]
    return mine[[not of_other_year(str(key), year) for key in mine["record_key"]]]


def apply_decisions(identities: Identities, table: str, decisions: pd.DataFrame, year: int) -> Applied:
    """Apply the decisions for ``table`` to received records (one column a field, raw values).

    The raw values are those received, also where several decisions concern one cell: the last one counts. Decisions
    ``keep`` change no value (see ``cleaning.remarks``).
    """
    received = identities.records
    records = received
    chosen: dict[tuple[Any, str], dict[str, Any]] = {}
    used: set[int] = set()
    for number, decision in zip(
        (mine := decisions_on(decisions, table, year)).index, mine.to_dict("records"), strict=True
    ):
        action, field = str(decision["action"]), str(decision["field"])
        if action == "keep":
            continue
        if action == "quarantine":
            hits, field = identities.rows_of(str(decision["record_key"])), ""
        elif identities.has(field):
            rows = identities.rows_of(str(decision["record_key"]))
            hits = [row for row in rows if identities.cell_hash(row, field) == decision["raw_hash"]]
        else:
            hits = []
        used |= {number} if hits else set()
        for row in hits:
            chosen.pop((row, field), None)
            chosen[row, field] = {**decision, "row": row, "number": number}
    changed: dict[str, dict[Any, Any]] = {}
    for (row, field), decision in chosen.items():
        if field:
            value = decision["value"] if decision["action"] in WITH_VALUE else None
            changed.setdefault(field, {})[row] = value
    if changed:
        records = received.copy()
    for field, values in changed.items():
        cells = [values.get(row, cell) for row, cell in received[field].items()]
        records[field] = pd.Series(cells, index=received.index, dtype=object)
    applied = pd.DataFrame(list(chosen.values()), columns=[*DECISION_COLUMNS, "row", "number"])
    return Applied(
        records,
        applied.set_index("number"),
        tuple(row for (row, _), decision in chosen.items() if decision["action"] == "quarantine"),
        frozenset(used),
    )


# ---- taking decisions ---------------------------------------------------------------------------------------


def offered_value(suggestion: object, field: object, raw: object) -> str | None:
    """The one value that a remark's suggestion offers for the cell; None where it offers none or several.

    «x 1000» and «/ 1000» are computed from the raw value; of a unit («04614000 Балахтинский») a column of codes is
    offered the code, another the name.
    """
    if not isinstance(suggestion, str) or not suggestion.strip() or not isinstance(field, str):
        return None
    factor = re.match(r"(?P<name>\w+) (?P<sign>[x/]) 1000\b", suggestion)
    if factor:
        number = re.sub(r"[\s\u00a0\u202f]", "", str(raw)).replace(",", ".")
        if factor["name"] != field or not re.fullmatch(r"\d+(?:\.\d+)?", number):
            return None
        return f"{float(number) * (1000.0 if factor['sign'] == 'x' else 0.001):.12g}"
    if re.search(r"[;<>≤≥]|: |\.\.|\bx\b|^\d+(?:[.,]\d+)?-\d+(?:[.,]\d+)?$", suggestion) or suggestion.endswith(","):
        return None
    if field in PARTS_OF_CELL:
        return None
    code, _, name = suggestion.strip().partition(" ")
    if field in UNIT_CODES and name:
        return code
    if field in UNIT_NAMES and name:
        return name
    return suggestion.strip()


def superseded(existing: pd.DataFrame, new: pd.DataFrame) -> pd.Series:
    """Which of the ``existing`` decisions concern a cell (and, for ``keep``, a remark) of a ``new`` one."""
    return _places(existing).isin(set(_places(new)))


def _places(decisions: pd.DataFrame) -> pd.Series:
    names: Sequence[str] = ("table", "record_key", "field", "raw_hash")
    rows = decisions.to_dict("records")
    places = [(*(row[name] for name in names), row["value"] if row["action"] == "keep" else "") for row in rows]
    return pd.Series(places, index=decisions.index, dtype=object)
