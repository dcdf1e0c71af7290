"""Two versions of a table told in the same territorial units, so that a known reform is no difference. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from evaluation.tables import Table
from evaluation.territory.crosswalk import SHARES, geography_map
from evaluation.territory.registry import in_force
from evaluation.year.differences import Narrowed, key_text

# what two units have apart their union has together; other counts (units, events, different people) may overlap
ADDITIVE = frozenset(
    {
        "population", "population_18plus", "persons", "applications", "funded", "participations", "numerator",
        "denominator",
    }
)  # fmt: skip
RATIO = ("value", "numerator", "denominator")
UNCHANGING = "original"


@dataclass(frozen=True)
class Told:
    """A table in the later units, how many rows were carried, and what of it can be compared only in part."""

    frame: pd.DataFrame
    carried: int
    narrowed: Narrowed


def unit_moves(
    registry: pd.DataFrame, crosswalk: pd.DataFrame | None, units: Iterable[str], on: dt.date, until: dt.date
) -> pd.DataFrame:
    """What became of ``units``, valid on ``on``, by ``until``: from_unit, to_unit, share; only those that changed.

    A unit that the registry ended before ``on`` is followed from its own last day. Units that the registry does not
    know are left alone. Raises InputProblem as ``geography_map`` for a unit that ended without saying what it became.
    """
    wanted = set(map(str, units))
    later = max(on, until)
    moves = geography_map("current", registry, crosswalk, on=on, first_on=on, current_on=later)
    ends = registry.dropna(subset=["valid_to"]).groupby("unit_id")["valid_to"].max().dt.date
    current = set(in_force(registry, later)["unit_id"])
    gone = ends[ends.index.isin(wanted - set(moves["from_unit"]) - current) & (ends < later)]
    for end, part in gone.groupby(gone):
        past = geography_map("current", registry, crosswalk, on=end, first_on=end, current_on=later)
        moves = pd.concat([moves, past[past["from_unit"].isin(part.index)]], ignore_index=True)
    targets = set(moves.loc[moves["from_unit"] != moves["to_unit"], "to_unit"])
    touched = (moves["from_unit"] != moves["to_unit"]) | moves["to_unit"].isin(targets)
    return moves.loc[touched & moves["from_unit"].isin(wanted), ["from_unit", "to_unit", SHARES[0]]].reset_index(
        drop=True
    )


def unit_columns(table: Table) -> list[str]:
    """Columns that hold territorial units."""
    ends = ("unit_id", "_unit", "unit_ids")
    return [
        column.name
        for column in table.columns
        if column.kind == "code" and (column.name == "unit_id" or column.name.endswith(ends))
    ]


def tell(frame: pd.DataFrame, table: Table, moves: pd.DataFrame) -> Told:
    """``frame`` in the units that ``moves`` lead to.

    A unit that wholly became another takes its code wherever it stands. Rows of units that were joined become one:
    additive columns (ADDITIVE and money) are summed, a value with numerator and denominator is their ratio, and the
    other columns are not compared. Rows of units that were divided, or whose future is not known, are not compared;
    of a record whose key is no unit, the unit alone is not.
    Rows told in the units of the first year (column ``geography``) are left as they are.
    """
    columns = [name for name in unit_columns(table) if name in frame.columns]
    if moves.empty or not columns:
        return Told(frame, 0, Narrowed())
    whole = moves[moves["share"].eq(1.0)]
    became = dict(zip(whole["from_unit"], whole["to_unit"], strict=True))
    unclear = moves[~moves["from_unit"].isin(whole["from_unit"])]
    movable = pd.Series(True, index=frame.index)
    if "geography" in frame.columns:
        movable = frame["geography"].ne(UNCHANGING)
    told = frame.copy()
    changed = pd.Series(False, index=frame.index)
    lost = pd.Series(False, index=frame.index)
    for name in columns:
        target = told[name].map(became)
        here = movable & target.notna()
        changed |= here & target.ne(told[name])
        lost |= movable & told[name].isin([*unclear["from_unit"], *unclear["to_unit"]])
        told[name] = told[name].where(~here, target)
    key = [name for name in table.key if name in told.columns]
    texts = key_text(told, key)
    joined = texts.duplicated(keep=False) & texts.isin(texts[changed])
    if not set(columns) & set(key):
        # a record stays what it is wherever it is counted: only its unit cannot be compared
        others = frozenset(name for name in told.columns if name not in columns)
        return Told(told, int(changed.sum()), Narrowed(frozenset(texts[lost]), others))
    left_out = frozenset(texts[lost])
    if not joined.any():
        return Told(told, int(changed.sum()), Narrowed(left_out=left_out))
    additive = _additive(table, told)
    groups = told[joined].groupby(texts[joined], sort=False)
    rows = groups.first()
    for name in additive:
        rows[name] = groups[name].sum(min_count=1).astype(told[name].dtype)
    compared = set(additive)
    if set(RATIO) <= set(told.columns):
        rows["value"] = rows["numerator"] / rows["denominator"]
        compared.add("value")
    together = pd.concat([told[~joined], rows.reset_index(drop=True)[list(told.columns)]], ignore_index=True)
    return Told(together, int(changed.sum()), Narrowed(frozenset(texts[joined]), frozenset(compared), left_out))


def _additive(table: Table, frame: pd.DataFrame) -> list[str]:
    kinds = {column.name: column.kind for column in table.columns}
    return [
        name
        for name in frame.columns
        if name not in table.key and (kinds.get(name) == "money" or (name in ADDITIVE and kinds.get(name) != "text"))
    ]


def together(first: Narrowed, second: Narrowed) -> Narrowed:
    """What both versions' limits leave to be compared."""
    return Narrowed(
        frozenset({*first.merged, *second.merged}),
        frozenset({*first.columns, *second.columns}),
        frozenset({*first.left_out, *second.left_out}),
    )
