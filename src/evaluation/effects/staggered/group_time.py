"""Staggered first training: group-time effects with not-yet-trained controls, and their event study.

Units first trained in the same year form a group. Each group-time effect compares the group's change since the
year before its training with the change of units that are not yet trained, so no unit already trained serves as a
control (Callaway and Sant'Anna 2021, Journal of Econometrics 225). On the scale ``log_ratio`` the comparison is one
of logarithms of sums of counts, which equals the Poisson regression with group and year effects (Wooldridge 2023,
Econometrics Journal 26); on ``difference`` it is one of means. Standard errors come from influence functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from evaluation.effects.inference.clusters import Array
from evaluation.settings import InputProblem

Scale = Literal["difference", "log_ratio"]
Controls = Literal["not_yet", "never"]
Base = Literal["universal", "varying"]
EVENT_STUDY_COLUMNS = [
    "k", "estimate", "se", "low", "high", "p", "low_simultaneous", "high_simultaneous", "n", "rows",
]  # fmt: skip


@dataclass(frozen=True)
class GroupTimeEffects:
    """``effects``: group, year, k (years since first training), estimate, treated, controls.

    ``influence``: units x effects, scaled so that a variance is a sum of squares. ``left_out``: units without all
    years, units trained from the first year on, cells without events.
    """

    effects: pd.DataFrame
    influence: Array
    group_of_unit: Array
    n_rows: int
    left_out: dict[str, int]

    @property
    def units(self) -> int:
        return int(self.influence.shape[0])


def group_time_effects(
    panel: pd.DataFrame,
    outcome: str,
    *,
    unit: str = "unit_id",
    year: str = "year",
    first_year: str = "first_trained_year",
    scale: Scale = "log_ratio",
    controls: Controls = "not_yet",
    base: Base = "universal",
) -> GroupTimeEffects:
    """Effects of every group (year of first training; empty = never) in every year.

    ``base`` universal: all years compare with the year before first training; varying: years before it compare
    with the preceding year. Units without all years and units trained from the first year on are counted and left
    out. Raises InputProblem when no unit is left to compare with.
    """
    wide = panel.pivot(index=unit, columns=year, values=outcome).astype("float64")
    complete = wide.notna().all(axis=1)
    first = panel.groupby(unit)[first_year].first().reindex(wide.index).astype("float64").fillna(np.inf)
    years = [int(value) for value in wide.columns]
    always = first <= years[0]
    used = (complete & ~always).to_numpy()
    values, group = wide.to_numpy()[used], first.to_numpy()[used]
    groups = sorted({int(value) for value in group if np.isfinite(value) and value <= years[-1]})
    rows: list[tuple[int, int, int, float, int, int]] = []
    influence: list[Array] = []
    empty = 0
    for cohort in groups:
        treated = group == cohort
        before = years.index(max(value for value in years if value < cohort))
        for position, now in enumerate(years):
            reference = position - 1 if base == "varying" and now < cohort else before
            if reference < 0:
                continue
            later = max(now, years[reference])
            compared = (~np.isfinite(group) if controls == "never" else group > later) & ~treated
            cell = _effect(values, position, reference, treated, compared, scale)
            if cell is None:
                empty += 1
                continue
            rows.append((cohort, now, now - cohort, cell[0], int(treated.sum()), int(compared.sum())))
            influence.append(cell[1])
    if not rows:
        raise InputProblem(
            "Событийный анализ невозможен: никто не обучен впервые после первого года или сравнить не с кем. "
            "Уберите эту модель из плана.",
            "An event study is not possible: no unit was first trained after the first year, or there is none to "
            "compare with. Take this model out of the plan.",
        )
    effects = pd.DataFrame(rows, columns=["group", "year", "k", "estimate", "treated", "controls"])
    left_out = {
        "rows_without_value": int((~complete).sum()) * len(years),
        "units_always_trained": int((complete & always).sum()),
        "cells_without_events": empty,
    }
    return GroupTimeEffects(effects, np.column_stack(influence), group, int(used.sum()) * len(years), left_out)


def _effect(
    values: Array, now: int, reference: int, treated: np.ndarray, compared: np.ndarray, scale: Scale
) -> tuple[float, Array] | None:
    """One group-time effect and its influence function; None where it is not defined."""
    influence = np.zeros(len(values))
    if not treated.any() or not compared.any():
        return None
    if now == reference:
        return 0.0, influence
    effect = 0.0
    for members, sign in ((treated, 1.0), (compared, -1.0)):
        after, before = values[members, now], values[members, reference]
        if scale == "difference":
            change = after - before
            effect += sign * change.mean()
            influence[members] = sign * (change - change.mean()) / len(change)
        else:
            if after.sum() <= 0 or before.sum() <= 0:
                return None
            effect += sign * float(np.log(after.sum() / before.sum()))
            influence[members] = sign * (after / after.sum() - before / before.sum())
    return float(effect), influence


def _by_event_time(result: GroupTimeEffects) -> tuple[list[int], Array, Array]:
    """Event times, effects averaged over groups by their size, and influence functions (units x event times)."""
    n = result.units
    times = sorted(int(k) for k in result.effects["k"].unique())
    estimates, influence = np.empty(len(times)), np.empty((n, len(times)))
    for column, k in enumerate(times):
        cells = result.effects[result.effects["k"] == k]
        size = cells["treated"].to_numpy() / n
        effect = cells["estimate"].to_numpy()
        share = size / size.sum()
        member = np.equal.outer(result.group_of_unit, cells["group"].to_numpy()).astype(float) - size
        share_influence = (member - np.outer(member.sum(axis=1), share)) / size.sum() / n
        estimates[column] = share @ effect
        influence[:, column] = result.influence[:, cells.index.to_numpy()] @ share + share_influence @ effect
    return times, estimates, influence


def event_study(
    result: GroupTimeEffects,
    *,
    level: float = 0.95,
    draws: int = 999,
    seed: int = 1,
    window: tuple[int, int] | None = None,
) -> pd.DataFrame:
    """Effects by years since first training: EVENT_STUDY_COLUMNS.

    Pointwise intervals use t(units - 1); the simultaneous band covers all event times at once (sup-t, multiplier
    bootstrap over units). ``n`` counts the trained units seen at that time, ``rows`` the rows of the whole estimation.
    The reference year has no error and no band. ``window`` limits the event times.
    """
    times, estimates, influence = _by_event_time(result)
    if window is not None:
        inside = [index for index, k in enumerate(times) if window[0] <= k <= window[1]]
        times, estimates, influence = [times[i] for i in inside], estimates[inside], influence[:, inside]
    se = np.sqrt((influence**2).sum(axis=0))
    estimated = se > 0
    df = result.units - 1
    point = float(stats.t.ppf(0.5 + level / 2, df))
    signs = np.random.default_rng(seed).integers(0, 2, size=(draws, result.units)) * 2.0 - 1.0
    largest = np.abs(signs @ influence[:, estimated] / se[estimated]).max(axis=1, initial=0.0)
    band = max(float(np.quantile(largest, level)), point)
    treated = result.effects.groupby("k")["treated"].sum().reindex(times)
    se_shown = np.where(estimated, se, np.nan)
    frame = pd.DataFrame(
        {
            "k": times,
            "estimate": estimates,
            "se": se_shown,
            "low": estimates - point * se_shown,
            "high": estimates + point * se_shown,
            "p": 2 * stats.t.sf(np.abs(estimates / se_shown), df),
            "low_simultaneous": estimates - band * se_shown,
            "high_simultaneous": estimates + band * se_shown,
            "n": treated.to_numpy(),
            "rows": result.n_rows,
        }
    )
    return frame[EVENT_STUDY_COLUMNS]


def average_after(result: GroupTimeEffects) -> tuple[float, float]:
    """Mean of the effects over all event times from 0 on, and its standard error."""
    times, estimates, influence = _by_event_time(result)
    after = np.array(times) >= 0
    return float(estimates[after].mean()), float(np.sqrt((influence[:, after].mean(axis=1) ** 2).sum()))
