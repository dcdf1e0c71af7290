"""How unevenly the programme reaches its territories, with intervals, and what of it chance alone would make.

A rate is weighed by its own denominator, so that its inequality is that between residents (or applications); a count
weighs every unit alike. What may be compared with Poisson noise is what happens one by one: projects, not people, who
come in groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.indicators.inequality import KERNELS, UNKNOWN_GROUP, Spread, codes_of, decompose, lorenz, spread
from evaluation.indicators.inequality_intervals import (
    DRAWS,
    SEED,
    Interval,
    bootstrap,
    bootstrap_parts,
    chance,
    most_influential,
)
from evaluation.indicators.measured import SIZE_LIMITS, Measured, groupings, measured
from evaluation.indicators.overdispersion import overdispersion
from evaluation.settings import DataProblem
from evaluation.territory.clusters import LOW_POWER_BELOW, moran
from evaluation.territory.local_clusters import local_moran

MEASURED = ("projects_per_10000", "participation_per_1000", "training_persons_per_1000", "success_rate")
COUNTED = ("projects_per_10000",)
UNITS = {"top_tenth_share": "share", "ratio_90_10": "ratio", "dispersion": "ratio"}
NOWHERE = Interval(float("nan"), float("nan"), 0, 0)

Row = dict[str, object]


def unevenness(
    indicators: pd.DataFrame,
    units: pd.DataFrame,
    year: int,
    *,
    chosen: Sequence[str] = MEASURED,
    counted: Sequence[str] = COUNTED,
    neighbours: pd.DataFrame | None = None,
    size_limits: Sequence[int] = SIZE_LIMITS,
    draws: int = DRAWS,
    seed: int = SEED,
) -> pd.DataFrame:
    """Contract ``unevenness`` for one year: every measure of every indicator, with interval, p, n and note.

    ``indicators`` (contract ``indicators``), ``units`` (contract ``territories``: those in force), ``neighbours``
    (``contiguity`` or ``centre_neighbours``; None: no clustering is told). ``group`` is ``all``, the grouping whose
    parts between and within are told, or the unit left out. ``counted`` names those of ``chosen`` whose numerators
    happen one by one, which are compared with chance. An indicator that the year does not have, or that cannot be
    measured, has a single row whose note says why. Raises InputProblem for negative values, ``size_limits`` that do
    not rise and draws below one.
    """
    groups = groupings(units, size_limits)
    rows: list[Row] = []
    for indicator in chosen:
        part = measured(indicators, units, year, indicator)
        try:
            found = spread(part.frame["value"], part.weights)
        except DataProblem:
            few = part.frame["value"].notna().sum() < 2
            note = "not_measured" if not part.frame["value"].notna().any() else "too_few" if few else "all_zero"
            rows.append(_row("gini", note=note, n=int(part.frame["value"].notna().sum())) | {"indicator": indicator})
            continue
        own = [
            *_overall(found, part, draws, seed),
            *_parts(found, groups, draws, seed),
            *(_beyond_chance(part, draws, seed) if indicator in counted else ()),
            *(_clustering(part, neighbours, indicator in counted) if neighbours is not None else ()),
        ]
        rows += [{"missing": found.missing} | row | {"indicator": indicator} for row in own]
    frame = pd.DataFrame([{"year": year, "missing": len(units)} | row for row in rows],
                         columns=list(TABLES["unevenness"].names))  # fmt: skip
    return conform(frame, TABLES["unevenness"])


def _row(
    measure: str, value: float = float("nan"), group: str = "all", ends: Interval = NOWHERE, *, p: float = float("nan"),
    n: int = 0, note: str | None = None,
) -> Row:  # fmt: skip
    low, high = (end if np.isfinite(end) else float("nan") for end in (ends.low, ends.high))
    return {
        "measure": measure, "group": group, "value": value, "low": low, "high": high, "p": p, "n": n,
        "unit": UNITS.get(measure, "number"), "note": note,
    }  # fmt: skip


def _overall(found: Spread, part: Measured, draws: int, seed: int) -> Iterator[Row]:
    for measure, kernel in KERNELS.items():
        value = float(kernel(found.amounts, found.weights))
        if np.isnan(value):
            yield _row(measure, n=found.n, note="undefined_zeros")
            continue
        ends = bootstrap(measure, found, draws, seed)
        yield _row(measure, value, ends=ends, n=found.n, note="interval_undefined" if ends.undefined else None)
    if part.weights is not None:
        plain = spread(part.frame["value"].where(part.frame["denominator"].notna()))
        yield _row("gini_of_units", float(KERNELS["gini"](plain.amounts, plain.weights)),
                   ends=bootstrap("gini", plain, draws, seed), n=plain.n)  # fmt: skip
    unit, without = most_influential("gini", found)
    yield _row("gini_left_out", without, unit, n=found.n - 1, note="most_influential")


def _parts(found: Spread, groups: pd.DataFrame, draws: int, seed: int) -> Iterator[Row]:
    for grouping in groups:
        _, names = codes_of(found, groups[grouping])
        note = "one_group" if len(names) == 1 else "group_unknown" if UNKNOWN_GROUP in names else None
        for measure in ("theil_t", "theil_l"):
            try:
                parts = decompose(measure, found, groups[grouping])
            except DataProblem:
                yield _row(f"{measure}_between", group=str(grouping), n=found.n, note="undefined_zeros")
                continue
            ends = bootstrap_parts(measure, found, groups[grouping], draws, seed)
            for name, value in (("between", parts.between), ("within", parts.within)):
                told = note or ("interval_undefined" if ends[name].undefined else None)
                yield _row(f"{measure}_{name}", value, str(grouping), ends[name], n=found.n, note=told)


def _beyond_chance(part: Measured, draws: int, seed: int) -> Iterator[Row]:
    known = part.frame.dropna()
    events, exposure = known["numerator"].to_numpy(), known["denominator"].to_numpy()
    for measure in ("gini", "cv"):
        by_chance = chance(measure, events, exposure, draws, seed)
        ends = Interval(by_chance.low, by_chance.high, draws, 0)
        yield _row(f"{measure}_by_chance", by_chance.expected, ends=ends, p=by_chance.p, n=by_chance.n)
    test = overdispersion(events, exposure, draws, seed)
    ends = Interval(test.low, test.high, draws, 0)
    open_end = "no_upper_end" if np.isinf(test.high) else None
    yield _row("between_sd", test.between_sd, ends=ends, p=test.p, n=test.n, note=open_end)
    yield _row("dispersion", test.dispersion, p=test.p_dispersion, n=test.n)


def _clustering(part: Measured, neighbours: pd.DataFrame, is_counted: bool) -> Iterator[Row]:
    sought = [("moran_i", part.frame["value"])]
    if is_counted:
        sought.append(("moran_i_of_rates", part.rates()))
    for measure, values in sought:
        try:
            found = moran(values, neighbours)
        except DataProblem:
            yield _row(measure, n=int(values.notna().sum()), note="no_clustering")
            continue
        note = "low_power" if found.n < LOW_POWER_BELOW else None
        yield _row(measure, found.value, p=found.p_permutation, n=found.n, note=note) | {
            "missing": found.missing + found.islands
        }


def clusters(
    indicators: pd.DataFrame,
    units: pd.DataFrame,
    neighbours: pd.DataFrame,
    year: int,
    *,
    chosen: Sequence[str] = MEASURED,
    counted: Sequence[str] = COUNTED,
    level: float = 0.05,
) -> pd.DataFrame:
    """Contract ``clusters``: the local Moran of each chosen indicator and unit in force (arguments: ``unevenness``).

    Counted indicators are standardised by empirical Bayes first. False discoveries are controlled within an indicator.
    Units of an indicator that cannot be tested (nearly no values, all the same) have the quadrant ``no_data``.
    """
    frames = []
    for indicator in chosen:
        part = measured(indicators, units, year, indicator)
        try:
            values = part.rates() if indicator in counted else part.frame["value"]
            found = local_moran(values, neighbours, level=level).units
        except DataProblem:
            found = pd.DataFrame({"unit_id": part.frame.index}).assign(
                local_i=np.nan, quadrant="no_data", p=np.nan, p_adjusted=np.nan, is_cluster=False
            )
        frames.append(found.assign(indicator=indicator, year=year))
    names = list(TABLES["clusters"].names)
    return conform(pd.concat([frame[names] for frame in frames], ignore_index=True), TABLES["clusters"])


def lorenz_points(
    indicators: pd.DataFrame, units: pd.DataFrame, year: int, chosen: Iterable[str] = MEASURED
) -> pd.DataFrame:
    """Points of the Lorenz curves: indicator, weight_share, total_share; none of an indicator without inequality."""
    frames: Mapping[str, pd.DataFrame] = {
        indicator: points
        for indicator in chosen
        if (points := _curve(measured(indicators, units, year, indicator))) is not None
    }
    columns = ["indicator", "weight_share", "total_share"]
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype="str" if name == "indicator" else "float64") for name in columns})
    joined = pd.concat([points.assign(indicator=name) for name, points in frames.items()], ignore_index=True)
    return joined[columns]


def _curve(part: Measured) -> pd.DataFrame | None:
    try:
        return lorenz(spread(part.frame["value"], part.weights))
    except DataProblem:
        return None
