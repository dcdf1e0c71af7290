"""Who could adopt which practice in which year, and whom of those who had it they had met by then.

One row is a practice, a unit and a year in which the unit could still adopt it: after the practice's first year, until
the unit adopts. Exposure counts peers who had adopted ``lag_years`` before and more, over each channel apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from evaluation.settings import InputProblem

CHANNELS = ("exchange", "neighbours", "common_trainer")
RISK_COLUMNS = ["practice_id", "unit_id", "year", "adopted", *(f"exposure_{channel}" for channel in CHANNELS)]


@dataclass(frozen=True)
class AdoptionRisk:
    """``frame``: RISK_COLUMNS; ``left_out``: adoptions that gave no event, by reason.

    Reasons: ``without_year``, ``unknown_practice``, ``unknown_unit``, ``not_in_years`` (outside the years told),
    ``at_origin`` (by the unit where the practice began, or before it began), ``repeated``.
    """

    frame: pd.DataFrame
    left_out: dict[str, int]


def adoption_risk(
    practices: pd.DataFrame,
    adoptions: pd.DataFrame,
    units: Iterable[str],
    years: Iterable[int],
    ties: Mapping[str, pd.DataFrame],
    lag_years: int = 1,
) -> AdoptionRisk:
    """Units at risk of adopting, with lagged exposure over every channel.

    ``practices``: practice_id, first_year, origin_unit_id (empty: from elsewhere); ``adoptions``: practice_id, unit_id,
    year and, where known, adopted_on, whose year then counts (a file may report late); ``ties`` by channel (CHANNELS;
    one that is not given counts nobody): year, from_unit, to_unit, where every pair of units counts once. A unit that
    adopted before the years told is never at risk and counts as a peer who has it, as does the origin. Raises
    InputProblem for a lag below one year and for a practice without a first year.
    """
    if lag_years < 1:
        raise InputProblem(
            f"Практики: лаг {lag_years} не годится. Кто перенимает в том же году, тот не мог научить. Укажите не "
            "меньше одного года.",
            f"Practices: a lag of {lag_years} does not do. Who adopts in the same year cannot have taught. Give one "
            "year or more.",
        )
    if practices["first_year"].isna().any():
        name = practices.loc[practices["first_year"].isna(), "practice_id"].iloc[0]
        raise InputProblem(
            f"Практика {name}: не указан год появления. Без него нельзя сказать, кто и когда мог её перенять.",
            f"Practice {name}: its first year is empty. Without it nobody can say who could adopt it and when.",
        )
    told = np.array(sorted({int(year) for year in years}))
    unit_index = pd.Index(sorted({str(unit) for unit in units}))
    known = practices.drop_duplicates("practice_id").sort_values("practice_id", ignore_index=True)
    practice_index = pd.Index(known["practice_id"])
    first_year = known["first_year"].to_numpy(dtype=int)
    adopted, left_out = _adoption_years(known, practice_index, unit_index, adoptions, told)
    shape = (len(practice_index), len(unit_index), len(told))
    has = adopted[:, :, None] <= told[None, None, :]
    event = adopted[:, :, None] == told[None, None, :]
    at_risk = (told[None, None, :] > first_year[:, None, None]) & (~has | event)
    practice, unit, time = np.nonzero(at_risk)
    columns: dict[str, object] = {
        "practice_id": practice_index.to_numpy()[practice],
        "unit_id": unit_index.to_numpy()[unit],
        "year": pd.array(told[time], dtype="Int64"),
        "adopted": event[at_risk].astype(float),
    }
    for channel in CHANNELS:
        counts = np.zeros(shape)
        if channel in ties:
            for position, year in enumerate(told):
                matrix = _met(ties[channel], int(year), unit_index)
                counts[:, :, position] = (adopted <= year - lag_years) @ matrix
        columns[f"exposure_{channel}"] = counts[at_risk]
    return AdoptionRisk(pd.DataFrame(columns)[RISK_COLUMNS], left_out)


def _adoption_years(
    practices: pd.DataFrame, practice_index: pd.Index, unit_index: pd.Index, adoptions: pd.DataFrame, told: np.ndarray
) -> tuple[np.ndarray, dict[str, int]]:
    """First year of each practice in each unit (practices x units; infinite: never), and what gave no event."""
    adopted = np.full((len(practice_index), len(unit_index)), np.inf)
    practice = practice_index.get_indexer(adoptions["practice_id"])
    unit = unit_index.get_indexer(adoptions["unit_id"].astype("str"))
    told_year = adoptions["year"].astype("Float64")
    if "adopted_on" in adoptions.columns:
        told_year = adoptions["adopted_on"].dt.year.astype("Float64").fillna(told_year)
    year = told_year.to_numpy(dtype=float, na_value=np.nan)
    left_out = {
        "without_year": int(np.isnan(year).sum()),
        "unknown_practice": int((practice < 0).sum()),
        "unknown_unit": int(((unit < 0) & (practice >= 0)).sum()),
    }
    usable = (practice >= 0) & (unit >= 0) & np.isfinite(year)
    practice, unit, year = practice[usable], unit[usable], year[usable]
    np.minimum.at(adopted, (practice, unit), year)
    left_out["repeated"] = len(year) - int(np.isfinite(adopted).sum())
    origin = unit_index.get_indexer(practices["origin_unit_id"].astype("str"))
    at_home = np.flatnonzero(origin >= 0)
    first_year = practices["first_year"].to_numpy(dtype=float)
    home = np.zeros(adopted.shape, dtype=bool)
    home[at_home, origin[at_home]] = True
    early = np.isfinite(adopted) & (home | (adopted <= first_year[:, None]))
    left_out["at_origin"] = int(early.sum())
    outside = np.isfinite(adopted) & ~early & ~np.isin(adopted, told)
    left_out["not_in_years"] = int(outside.sum())
    adopted[home] = np.minimum(adopted, first_year[:, None])[home]
    return adopted, left_out


def _met(ties: pd.DataFrame, year: int, units: pd.Index) -> np.ndarray:
    """Who could teach whom in a year: 0/1, units x units, from rows to columns, nobody to itself."""
    of_year = ties[ties["year"] == year]
    first, second = units.get_indexer(of_year["from_unit"]), units.get_indexer(of_year["to_unit"])
    known = (first >= 0) & (second >= 0) & (first != second)
    graph = csr_array((np.ones(known.sum()), (first[known], second[known])), shape=(len(units), len(units)))
    return np.asarray((graph > 0).astype(float).toarray())
