"""The unit of each row of a table of population, as in force on 1 January of the row's year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.context import Context
from evaluation.cleaning.distinct import distinct
from evaluation.cleaning.records import Records
from evaluation.cleaning.rules import RULES
from evaluation.cleaning.values import is_blank
from evaluation.ledger import Issue

COLUMNS = ("unit_id", "unit_code", "name", "region")


def units_of(records: Records, years: pd.Series, context: Context, issues: list[Issue]) -> pd.Series:
    """Unit of every row (object, None where unknown), with one remark a distinct unit and year not taken as written.

    A column ``other_id`` (the registry's key in the office's own register) decides where both have it; else code, name
    and region are matched (``territory.matching``). A unit that is known but not in force on the day is kept and
    remarked.
    """
    by_office = (
        records.has("other_id") and "other_id" in context.registry and (context.registry["other_id"] != "").any()
    )
    names = ("other_id",) if by_office else tuple(name for name in COLUMNS if records.has(name))
    texts = pd.DataFrame({name: texts_of(records.frame[name]) for name in names}, index=records.frame.index)
    texts = texts.assign(year=years)
    codes, distinct = pd.factorize(pd.MultiIndex.from_frame(texts))
    asked = distinct.to_frame(index=False).set_axis([*names, "year"], axis=1)
    first = pd.Series(records.frame.index, index=codes).groupby(level=0).first().reindex(range(len(asked)))
    counts = np.bincount(codes[codes >= 0], minlength=len(asked))
    known = asked["year"].notna()
    found = pd.DataFrame({"unit_id": None, "rule": "", "in_force": pd.NA, "suggestion": ""}, index=asked.index)
    found = found.astype("object")
    if known.any():
        days = pd.to_datetime(asked.loc[known, "year"].astype(int).astype(str) + "-01-01")
        some = asked[known]
        answers = _by_office(some["other_id"], days, context.registry) if by_office else _matched(some, days, context)
        found.loc[known, answers.columns] = answers.astype("object").to_numpy()
    for place, hit in enumerate(found.itertuples()):
        _remark(records, hit, int(first[place]), names[-1 if names == ("region",) else 0], int(counts[place]), issues)
    units = found["unit_id"].where(found["unit_id"].notna(), None).to_numpy(dtype=object)
    return pd.Series(np.where(codes >= 0, units[codes], None), index=records.frame.index, dtype=object)


def first_places(codes: np.ndarray, count: int) -> np.ndarray:
    """Place of the first row of each of ``count`` distinct cells."""
    first = np.zeros(count, dtype=np.int64)
    places, where = np.unique(codes, return_index=True)
    first[places] = where
    return first


def texts_of(column: pd.Series) -> np.ndarray:
    """Cells as texts: whole numbers without a point, empty cells as nothing."""
    found = distinct(column.to_numpy(dtype=object))
    texts = [
        "" if is_blank(raw) else str(int(raw) if isinstance(raw, float) and raw.is_integer() else raw).strip()
        for raw in found.cells
    ]
    return found.spread(texts)


def _by_office(ids: pd.Series, days: pd.Series, registry: pd.DataFrame) -> pd.DataFrame:
    """Unit with that ``other_id``: the one in force on the day, else the one nearest in time."""
    units = registry[registry["other_id"] != ""]
    asked = pd.DataFrame({"other_id": ids.astype(str), "day": days, "place": range(len(ids))}, index=ids.index)
    both = asked.merge(units[["other_id", "unit_id", "valid_from", "valid_to"]], on="other_id", how="left")
    ends = both["valid_to"].fillna(pd.Timestamp("2262-01-01"))
    zero = pd.Timedelta(0)
    distance = (both["valid_from"] - both["day"]).clip(lower=zero) + (both["day"] - ends).clip(lower=zero)
    best = both.assign(distance=distance).sort_values(["place", "distance", "unit_id"], kind="stable")
    best = best.drop_duplicates("place").set_index("place")
    known = best["unit_id"].notna()
    return pd.DataFrame(
        {
            "unit_id": best["unit_id"].astype("object").where(known, None).to_numpy(),
            "rule": "",
            "in_force": (best["distance"] == zero).astype("object").where(known, pd.NA).to_numpy(),
            "suggestion": "",
        },
        index=ids.index,
    )


def _matched(asked: pd.DataFrame, days: pd.Series, context: Context) -> pd.DataFrame:
    from evaluation.territory.matching import match_units

    empty = pd.Series("", index=asked.index)
    code = next((name for name in ("unit_id", "unit_code") if name in asked), None)
    found = match_units(
        asked.get("name", empty), asked[code] if code else None, context.registry, context.aliases, days,
        context.region_code, asked.get("region"),
    )  # fmt: skip
    return found[["unit_id", "rule", "in_force", "suggestion"]]


def _remark(records: Records, hit: Any, row: int, variable: str, count: int, issues: list[Issue]) -> None:
    unit = hit.unit_id if isinstance(hit.unit_id, str) else None
    hint = hit.suggestion if isinstance(hit.suggestion, str) and hit.suggestion else None
    rows = f"x {count}" if count > 1 else None
    raw = records.raw(row, variable)
    if isinstance(hit.rule, str) and hit.rule and hit.rule != "required_empty":
        changes: dict[str, Any] = {}
        if unit is not None and RULES[hit.rule][1] == "emptied":
            changes = {"action": "repaired", "severity": "warning"}
        issues.append(records.remark(hit.rule, row, variable, raw, value=unit, suggestion=hint or rows, **changes))
    if unit is not None and hit.in_force is not pd.NA and not bool(hit.in_force):
        issues.append(records.remark("unit_not_in_force", row, variable, raw, value=unit, suggestion=hint or rows))
