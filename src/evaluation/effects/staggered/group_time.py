"""Staggered first training: group-time effects with untrained controls, with or without covariates.

Units first trained in the same year form a group. Each group-time effect compares the group's change since the
year before its training with the change of units that are not yet trained, so no unit already trained serves as a
control (Callaway and Sant'Anna 2021, Journal of Econometrics 225). On the scale ``log_ratio`` the comparison is one
of logarithms of sums of counts, which equals the Poisson regression with group and year effects (Wooldridge 2023,
Econometrics Journal 26); on ``difference`` it is one of means, or one given covariates (``adjusted``). Standard errors
come from influence functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.effects.staggered.adjusted import Method
from evaluation.effects.staggered.cells import (
    Base,
    Controls,
    Influence,
    Scale,
    adjusted_effects,
    comparisons,
    plain_effects,
)
from evaluation.effects.staggered.cohorts import CohortRows, cohort_rows, complete_units, nothing_to_compare
from evaluation.effects.staggered.event_time import errors_table, sum_over_clusters
from evaluation.settings import DataProblem, InputProblem

GROUP_TIME_COLUMNS = ["group", "year", "k", "estimate", "se", "low", "high", "p", "treated", "controls"]


@dataclass(frozen=True)
class GroupTimeEffects:
    """``effects``: group, year, k (years since first training), estimate, treated, controls.

    ``influence`` of units, which are sorted by group, and their groups and clusters. ``left_out``: rows of units
    without all years, units trained from the first year on, cells without events, cells without overlap of covariates.
    """

    effects: pd.DataFrame
    influence: Influence
    group_of_unit: Array
    cluster_of_unit: np.ndarray
    n_rows: int
    base: Base
    left_out: dict[str, int]

    @property
    def units(self) -> int:
        return self.influence.units

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """GROUP_TIME_COLUMNS, one row a group and year; intervals by t(clusters - 1)."""
        influence = sum_over_clusters(self.influence.on(np.eye(len(self.effects))), self.cluster_of_unit)
        numbers = errors_table(self.effects["estimate"].to_numpy(), influence, level=level)
        return pd.concat([self.effects.drop(columns="estimate"), numbers], axis=1)[GROUP_TIME_COLUMNS]


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
    anticipation: int = 0,
    covariates: Sequence[str] = (),
    method: Method = "doubly_robust",
    clusters: str | None = None,
) -> GroupTimeEffects:
    """Effects of every group (year of first training; empty = never) in every year.

    ``controls`` not_yet: units not trained by the later of the two years compared (``anticipation`` years ahead);
    never: units not trained within the panel. ``base`` universal: all years compare with the year before first
    training (less ``anticipation``); varying: years before it compare with the preceding year. ``covariates`` are
    taken in the earlier of the two years compared; they need the scale ``difference`` (``method``: see ``adjusted``).
    ``clusters`` names what errors are clustered by. Units without all years and units trained from the first year on
    are counted and left out. Raises InputProblem when no unit is left to compare with, for negative counts on the
    scale ``log_ratio`` and for what ``cohort_rows`` refuses.
    """
    if covariates and scale == "log_ratio":
        raise InputProblem(
            "Отношения сумм (log_ratio) здесь не знают поправок. Возьмите разность (difference) или уберите поправки.",
            "Ratios of sums (log_ratio) know no covariates here. Take the scale difference, or no covariates.",
        )
    rows = cohort_rows(
        panel, outcome, unit=unit, year=year, first_year=first_year, covariates=covariates, clusters=clusters
    )
    return group_time_of(
        rows, outcome, scale=scale, controls=controls, base=base, anticipation=anticipation, method=method
    )


def group_time_of(
    rows: CohortRows,
    outcome: str = "",
    *,
    scale: Scale = "log_ratio",
    controls: Controls = "not_yet",
    base: Base = "universal",
    anticipation: int = 0,
    method: Method = "doubly_robust",
) -> GroupTimeEffects:
    """``group_time_effects`` of rows already in cohorts; ``outcome`` is its name in messages."""
    covariates = rows.covariates.shape[1]
    complete = complete_units(rows)
    always = complete.first <= complete.years[0] + anticipation
    used = complete.of_units(~always)
    if not used.units:
        raise nothing_to_compare()
    values = used.outcome.reshape(used.units, len(used.years))
    if scale == "log_ratio" and bool((values < 0).any()):
        raise InputProblem(
            f"Исход «{outcome}» бывает отрицательным: отношения сумм для него нет. Возьмите разность (difference).",
            f"The outcome '{outcome}' is negative somewhere: it has no ratio of sums. Take the scale difference.",
        )
    labels, member = np.unique(used.first, return_inverse=True)
    cells = comparisons(used, labels, controls, base, anticipation)
    sizes = np.bincount(member, minlength=len(labels))
    if covariates:
        kept, estimates, influence, lost = adjusted_effects(used, values, member, cells, method)
        left_out = {"cells_without_overlap": lost}
    else:
        kept, estimates, influence = plain_effects(values, member, sizes, cells, scale)
        left_out = {"cells_without_events": len(cells) - len(kept)}
    if all(cell.now == cell.reference for cell in kept):
        raise _no_overlap() if left_out.get("cells_without_overlap") else nothing_to_compare()
    effects = pd.DataFrame(
        {
            "group": [cell.group for cell in kept],
            "year": [used.years[cell.now] for cell in kept],
            "k": [used.years[cell.now] - cell.group for cell in kept],
            "estimate": estimates,
            "treated": [int(sizes[cell.treated]) for cell in kept],
            "controls": [int(sizes[cell.compared].sum()) for cell in kept],
        }
    )
    left_out = {**complete.left_out, "units_always_trained": int(always.sum()), **left_out}
    return GroupTimeEffects(effects, influence, used.first, used.cluster, len(used.outcome), base, left_out)


def _no_overlap() -> InputProblem:
    return DataProblem(
        "По этим поправкам обученных ни в одном году не с кем сравнить: они отделяют обученных от необученных, или "
        "необученных слишком мало. Уберите поправки или возьмите меньше.",
        "With these covariates the trained have nobody to compare with in any year: they separate the trained from the "
        "untrained, or there are too few untrained. Take fewer covariates.",
    )
