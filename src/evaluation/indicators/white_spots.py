"""Where the programme does not reach: units without an application, and what each unit lacks.

A gap is what the register can show: no application this year, no training in any known year, too far from the nearest
event. What no table tells is a gap of knowledge (``*_not_known``) and never counts as zero.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.indicators.unit_measures import Tables, unit_measures
from evaluation.settings import InputProblem

WHITE_SPOT_COLUMNS = [
    "unit_id", "name", "type", "population", "attended_training", "attended_exchange", "last_applied_year",
    "first_trained_year", "reason", "distance_km", "gaps",
]  # fmt: skip
GAP_COLUMNS = ["unit_id", "name", "type", "population", "distance_km", "gap"]
# in this order a unit's gaps are told
GAPS = (
    "no_application", "no_training", "out_of_reach", "training_not_known", "distance_not_known",
    "population_not_known",
)  # fmt: skip
SEPARATOR = "; "


def white_spots(
    tables: Tables,
    year: int,
    panel: pd.DataFrame | None = None,
    distances: pd.DataFrame | None = None,
    reach_km: float | None = None,
) -> pd.DataFrame:
    """Units in force without an application in ``year``: WHITE_SPOT_COLUMNS, the most populous first.

    ``reason`` is what the register can say: ``never_applied_untrained`` (no application in any year, never trained),
    ``never_applied_trained`` (trained, yet no application), ``applied_before`` (stopped), ``not_known`` (no history
    at hand). ``attended_*`` concern this year. ``distance_km`` and ``gaps`` (codes of GAPS between SEPARATOR) as in
    ``coverage_gaps``, whose errors they share.
    """
    units = _units(tables, year, panel, distances, reach_km)
    spots = units[units["no_application"]].copy()
    for name in ("attended_training", "attended_exchange"):
        spots[name] = spots[name].astype("boolean")
    if panel is None:
        spots["reason"] = "not_known"
    else:
        spots["reason"] = np.select(
            [spots["last_applied_year"].notna(), spots["first_trained_year"].notna()],
            ["applied_before", "never_applied_trained"],
            "never_applied_untrained",
        )
    flags = spots[list(GAPS)].to_numpy(dtype=bool)
    joined = [SEPARATOR.join(gap for gap, held in zip(GAPS, row, strict=True) if held) for row in flags]
    spots["gaps"] = pd.Series(joined, index=spots.index, dtype="str")
    return spots[WHITE_SPOT_COLUMNS].reset_index(drop=True)


def coverage_gaps(
    tables: Tables,
    year: int,
    panel: pd.DataFrame | None = None,
    distances: pd.DataFrame | None = None,
    reach_km: float | None = None,
) -> pd.DataFrame:
    """What every unit in force lacks in ``year``: GAP_COLUMNS, one row a unit and gap; units without a gap have none.

    ``panel`` (geography ``current``) tells training in earlier years; without it only this year's attendance is known.
    ``distances``: unit_id, distance_km to the nearest event of the year; strictly farther than ``reach_km`` a unit is
    out of reach. Most populous units first, those of unknown population last. Raises InputProblem
    for distances without a threshold, a unit that stands twice, or a number that is no distance.
    """
    units = _units(tables, year, panel, distances, reach_km)
    long = units.melt(["unit_id", "name", "type", "population", "distance_km"], list(GAPS), "gap", "held")
    long = long[long["held"].astype(bool)]
    place = {unit: number for number, unit in enumerate(units["unit_id"])}
    rank = {gap: number for number, gap in enumerate(GAPS)}
    order = np.lexsort((long["gap"].map(rank).to_numpy(), long["unit_id"].map(place).to_numpy()))
    return long.iloc[order][GAP_COLUMNS].reset_index(drop=True)


def _units(
    tables: Tables,
    year: int,
    panel: pd.DataFrame | None,
    distances: pd.DataFrame | None,
    reach_km: float | None,
) -> pd.DataFrame:
    """Units in force with what is known of each and a flag a gap, the most populous first."""
    measures = unit_measures(tables, year, panel)
    territories = tables["territories"].loc[tables["territories"]["year"] == year]
    names = territories[["unit_id", "short_name", "type"]].rename(columns={"short_name": "name"})
    units = measures[measures["in_force"] == 1].merge(names, on="unit_id")
    units["population"] = units["population"].astype("Int64")
    units["last_applied_year"] = pd.array([pd.NA] * len(units), dtype="Int64")
    units["first_trained_year"] = pd.array([pd.NA] * len(units), dtype="Int64")
    history_tells_training = False
    if panel is not None:
        history = panel[(panel["geography"] == "current") & (panel["year"] <= year)]
        last = history[history["applications"] > 0].groupby("unit_id")["year"].max()
        first = history.groupby("unit_id")["first_trained_year"].min()
        units["last_applied_year"] = units["unit_id"].map(last).astype("Int64")
        units["first_trained_year"] = units["unit_id"].map(first).astype("Int64")
        history_tells_training = bool(history["first_trained_year"].notna().any())
    trained = units["attended_training"].eq(1) | units["first_trained_year"].notna()
    training_known = trained | units["attended_training"].notna() | history_tells_training
    units["distance_km"] = _distance(units["unit_id"], distances, reach_km)
    far = units["distance_km"].gt(reach_km) if reach_km is not None else pd.Series(False, index=units.index)
    units["no_application"] = units["did_not_apply"].eq(1)
    units["no_training"] = ~trained & training_known
    units["out_of_reach"] = far.astype(bool)
    units["training_not_known"] = ~training_known
    units["distance_not_known"] = units["distance_km"].isna() & (distances is not None)
    units["population_not_known"] = units["population"].isna()
    return units.sort_values(["population", "unit_id"], ascending=[False, True]).reset_index(drop=True)


def _distance(unit_id: pd.Series, distances: pd.DataFrame | None, reach_km: float | None) -> pd.Series:
    """Distance of each unit in kilometres; not known where ``distances`` lacks it."""
    if distances is None:
        return pd.Series(np.nan, index=unit_id.index)
    if reach_km is None or not (np.isfinite(reach_km) and reach_km > 0):
        raise InputProblem(
            f"Белые пятна: расстояния даны, а порог досягаемости — нет или он не годится ({reach_km}). "
            "Укажите положительное число километров.",
            f"White spots: distances are given, the threshold of reach is not, or does not do ({reach_km}). "
            "Give a positive number of kilometres.",
        )
    repeated = sorted(distances.loc[distances["unit_id"].duplicated(), "unit_id"].unique())
    if repeated:
        listed = ", ".join(map(str, repeated))
        raise InputProblem(
            f"Белые пятна: в таблице расстояний единицы {listed} записаны дважды. Оставьте по одной строке.",
            f"White spots: units {listed} stand twice in the table of distances. Keep one row each.",
        )
    wrong = distances[distances["distance_km"].lt(0) | np.isinf(distances["distance_km"].astype("float64"))]
    if len(wrong):
        first = wrong.iloc[0]
        raise InputProblem(
            f"Белые пятна: расстояние единицы {first['unit_id']} — {first['distance_km']}. Ожидалось число "
            "километров не меньше нуля; если оно не известно, оставьте его пустым.",
            f"White spots: the distance of unit {first['unit_id']} is {first['distance_km']}. A number of kilometres "
            "of zero or more was expected; leave it empty where it is not known.",
        )
    return unit_id.map(distances.set_index("unit_id")["distance_km"].astype("float64")).astype("float64")
