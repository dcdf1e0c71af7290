"""What differs between two tables of one contract, row by row and cell by cell, within tolerances. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from evaluation.settings import Tolerance
from evaluation.tables import Kind, Table

BETWEEN = "\x1f"
SHOWN_BETWEEN = " · "
# kinds not named here are compared exactly; money agrees within half a kopeck, measured numbers within rounding
DEFAULTS: dict[Kind, Tolerance] = {
    "number": Tolerance(relative=1e-9, absolute=1e-12),
    "money": Tolerance(absolute=0.005),
}
EXACT = Tolerance()
COLUMNS = ("table", "key", "column", "verb", "was", "is", "was_number", "is_number", "indicator", "row_year", "place")
PLACE = ("source", "source_sheet", "source_row")
SUBJECTS = ("indicator", "outcome", "name")


@dataclass(frozen=True)
class TableDifference:
    """How two versions of one table differ.

    ``cells`` has COLUMNS, a row for every added or removed row (``column`` empty) and every changed cell: ``key`` is
    the row's key as text, ``verb`` added, removed or changed, ``was`` and ``is`` are texts, ``was_number`` and
    ``is_number`` the numbers where they are numbers, ``indicator`` what the row is about (where the contract has such
    a column), ``row_year`` its year where the key has one, ``place`` the received cell's row where the table keeps it.
    """

    table: str
    rows_before: int
    rows_after: int
    cells: pd.DataFrame
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    not_compared: int = 0

    def count(self, verb: str) -> int:
        return int(self.cells["verb"].eq(verb).sum())

    @property
    def changed_rows(self) -> int:
        return int(self.cells.loc[self.cells["verb"].eq("changed"), "key"].nunique())

    @property
    def same(self) -> bool:
        return not (len(self.cells) or self.columns_added or self.columns_removed)


@dataclass(frozen=True)
class Narrowed:
    """Rows that can be compared only in part: ``merged`` keys in ``columns`` alone, keys of ``left_out`` not at all."""

    merged: Collection[str] = ()
    columns: Collection[str] = ()
    left_out: Collection[str] = field(default_factory=frozenset)


def no_differences() -> pd.DataFrame:
    """COLUMNS without rows."""
    numbers = ("was_number", "is_number", "row_year")
    return pd.DataFrame({name: pd.Series(dtype="float64" if name in numbers else "str") for name in COLUMNS})


def table_differences(
    name: str,
    before: pd.DataFrame,
    after: pd.DataFrame,
    table: Table | None,
    tolerances: Mapping[str, Tolerance] | None = None,
    narrowed: Narrowed | None = None,
) -> TableDifference:
    """Compare two versions of the table ``name`` by the key of its contract (without one: whole rows).

    ``tolerances`` by column go before those of the column's kind (DEFAULTS). Two values agree where they differ by no
    more than ``absolute + relative * max(|was|, |is|)``, and where both are missing. Rows that share a key, which no
    contract allows, are told apart by their order.
    """
    limits = narrowed or Narrowed()
    common = [column for column in before.columns if column in after.columns]
    key = [column for column in (table.key if table is not None else ()) if column in common] or common
    old, new = (_indexed(frame, key) for frame in (before, after))
    if limits.left_out:
        old, new = (frame[~frame.index.isin(list(limits.left_out))] for frame in (old, new))
    partner = new.index.get_indexer(old.index)
    come = np.ones(len(new), dtype=bool)
    come[partner[partner >= 0]] = False
    parts = [_rows(old[partner < 0], "removed"), _rows(new[come], "added")]
    left, right = old[partner >= 0], new.iloc[partner[partner >= 0]]
    both = left.index
    kinds = {} if table is None else {column.name: column.kind for column in table.columns}
    merged = both.isin(list(limits.merged))
    for column in [column for column in common if column not in key]:
        own = (tolerances or {}).get(column)
        differs = _differs(left[column], right[column], own or DEFAULTS.get(kinds.get(column, "text"), EXACT))
        if column not in limits.columns:
            differs &= ~merged
        if differs.any():
            parts.append(_changed(left[differs], right[differs], column))
    filled = [part for part in parts if len(part)]
    cells = pd.concat(filled, ignore_index=True) if filled else no_differences()
    cells = cells.assign(table=name)[list(COLUMNS)].sort_values(["key", "column"], kind="stable")
    cells["key"] = cells["key"].str.replace(BETWEEN, SHOWN_BETWEEN, regex=False)
    return TableDifference(
        name, len(before), len(after), cells.reset_index(drop=True),
        tuple(column for column in after.columns if column not in common),
        tuple(column for column in before.columns if column not in common),
        len(limits.left_out) + int(merged.sum()),
    )  # fmt: skip


def key_text(frame: pd.DataFrame, key: Sequence[str]) -> pd.Series:
    """The key of every row as one text."""
    if not key:
        return pd.Series("", index=frame.index, dtype="str")
    texts = [_text(frame[column]) for column in key]
    return texts[0] if len(texts) == 1 else texts[0].str.cat(texts[1:], sep=BETWEEN)


def _indexed(frame: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    texts = key_text(frame, key)
    repeated = texts.duplicated(keep=False)
    if repeated.any():
        number = texts.groupby(texts).cumcount() + 1
        texts = texts.where(~repeated | number.eq(1), texts + BETWEEN + "#" + number.astype("str"))
    return frame.set_index(pd.Index(texts.to_numpy(dtype=object), dtype=object, name="key"))


def _text(series: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(series):
        series = series.dt.strftime("%Y-%m-%d")
    return series.astype("str").where(series.notna(), "")


def _number(series: pd.Series) -> pd.Series | None:
    is_number = pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series)
    return series.astype("Float64").astype("float64") if is_number else None


def _differs(before: pd.Series, after: pd.Series, tolerance: Tolerance) -> np.ndarray:
    was, now = _number(before), _number(after)
    if was is None or now is None:
        return np.asarray(_text(before).to_numpy() != _text(after).to_numpy())
    old, new = was.to_numpy(), now.to_numpy()
    room = tolerance.absolute + tolerance.relative * np.fmax(np.abs(old), np.abs(new))
    with np.errstate(invalid="ignore"):
        apart = np.abs(old - new) > room
    # infinities of one sign are equal, though their difference is no number
    apart |= np.isinf(old) & np.isinf(new) & (old != new)
    return np.asarray(apart | (np.isnan(old) != np.isnan(new)))


def _rows(frame: pd.DataFrame, verb: str) -> pd.DataFrame:
    return _described(frame).assign(column="", verb=verb, was="", **{"is": ""}, was_number=np.nan, is_number=np.nan)


def _changed(before: pd.DataFrame, after: pd.DataFrame, column: str) -> pd.DataFrame:
    was, now = _number(before[column]), _number(after[column])
    return _described(after).assign(
        column=column, verb="changed", was=_text(before[column]).to_numpy(), **{"is": _text(after[column]).to_numpy()},
        was_number=np.nan if was is None else was.to_numpy(), is_number=np.nan if now is None else now.to_numpy(),
    )  # fmt: skip


def _described(frame: pd.DataFrame) -> pd.DataFrame:
    subject = next((name for name in SUBJECTS if name in frame.columns), None)
    place = ""
    if len(frame) and set(PLACE) <= set(frame.columns):
        place = _text(frame[PLACE[0]]).str.cat([_text(frame[name]) for name in PLACE[1:]], sep=SHOWN_BETWEEN).to_numpy()
    return pd.DataFrame(
        {
            "key": frame.index.to_numpy(),
            "indicator": "" if subject is None else _text(frame[subject]).to_numpy(),
            "row_year": frame["year"].astype("float64").to_numpy() if "year" in frame.columns else np.nan,
            "place": place,
        }
    )
