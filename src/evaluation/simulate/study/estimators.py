"""One draw of one cell: all estimators and inferences, each beside the truth that it aims at.

Every estimand is an average over treated unit-years; they differ in what is averaged:

- ``mean``: effect of own training on the log mean, at fixed exposure (estimators of the log rate);
- ``ratio``: log of the ratio of expected applications with and without own training, at fixed exposure (Poisson);
- ``ratio_by_cohort``: the same within each cohort and year, averaged over treated unit-years (group-time ratios);
- for exposure: effect of one more tie on the log mean, at fixed own training.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import cluster_covariance
from evaluation.effects.model_matrix import Design
from evaluation.effects.panel import fit_linear
from evaluation.effects.staggered.cells import Scale
from evaluation.effects.staggered.cohorts import CohortRows
from evaluation.effects.staggered.event_study import aggregate
from evaluation.effects.staggered.group_time import group_time_of
from evaluation.effects.staggered.imputation import imputation_of
from evaluation.settings import InputProblem
from evaluation.simulate.study.panel_fits import EXPOSURE, OWN, Judged, judge_by_error, judge_fit, rows_of_world
from evaluation.simulate.study.process import (
    NEVER,
    Array,
    Cell,
    Strengths,
    World,
    draw_frame,
    generator_of,
    unfold,
)

WILD_DRAWS = 399
PERMUTATION_DRAWS = 199
BLOCK_COLUMNS = [
    "draw", "estimator", "target", "inference", "truth", "estimate", "se", "covers", "p_zero", "p_null",
]  # fmt: skip


@dataclass(frozen=True)
class Estimator:
    """``code`` in the blocks, what the estimate aims at (the property of ``World``), in words."""

    code: str
    truth: str
    words: str
    naive: bool = False


ESTIMATORS = (
    Estimator("cross_section", "own_mean", "last year's log rate, trained less untrained", naive=True),
    Estimator("pooled", "own_mean", "log rate of all years on training, no effects of unit and year", naive=True),
    Estimator("twfe_rate", "own_mean", "log rate on training and exposure, unit and year effects"),
    Estimator("twfe_poisson", "own_ratio", "Poisson of applications on training and exposure, unit and year effects"),
    Estimator("imputation_rate", "own_mean", "imputation of the log rate from untrained rows, with exposure"),
    Estimator("group_time_rate", "own_mean", "group-time differences of the log rate, exposure ignored"),
    Estimator("group_time_counts", "own_ratio_by_cohort", "group-time log ratios of applications, exposure ignored"),
)
GROUP_TIME: tuple[tuple[str, str, Scale], ...] = (
    ("group_time_rate", "log_rate", "difference"),
    ("group_time_counts", "applications", "log_ratio"),
)
TRUTHS = {estimator.code: estimator.truth for estimator in ESTIMATORS}


def judge_draw(cell: Cell, draw: int, strengths: Strengths | None = None) -> pd.DataFrame:
    """BLOCK_COLUMNS, one row an estimator, target and inference.

    ``p_zero`` is p of no effect in the programme as drawn; ``p_null`` the same in a twin programme of the same random
    numbers in which own training does nothing (empty for exposure).
    """
    chosen = strengths or Strengths()
    rng = generator_of(cell, draw)
    frame = draw_frame(cell.units, chosen, rng)
    multipliers = np.asarray(rng.integers(0, 2, (WILD_DRAWS, cell.units)) * 2.0 - 1.0, dtype=np.float64)
    orders = np.argsort(rng.random((PERMUTATION_DRAWS, cell.units)), axis=1, kind="stable")
    world, twin = unfold(frame, cell, chosen), unfold(frame, cell, chosen, training_effect=0.0)
    p_null = {(code, judged.inference): judged.p_zero for code, judged in _judge(twin, {OWN: 0.0}, multipliers, orders)}
    rows: list[dict[str, Any]] = []
    for code, judged in _judge(world, None, multipliers, orders):
        rows.append(
            {
                "draw": draw,
                "estimator": code,
                "target": judged.target,
                "inference": judged.inference,
                "truth": _truth(world, code, judged.target),
                "estimate": judged.estimate,
                "se": judged.se,
                "covers": judged.covers,
                "p_zero": judged.p_zero,
                "p_null": p_null[code, judged.inference] if judged.target == OWN else float("nan"),
            }
        )
    return pd.DataFrame(rows, columns=BLOCK_COLUMNS)


def _truth(world: World, code: str, target: str) -> float:
    return world.exposure_effect if target == EXPOSURE else float(getattr(world, TRUTHS[code]))


def _judge(
    world: World, truth: dict[str, float] | None, multipliers: Array, orders: np.ndarray
) -> Iterator[tuple[str, Judged]]:
    """Code of the estimator and its judged coefficients; ``truth`` None: the world's own, of both targets."""

    def truths(code: str) -> dict[str, float]:
        return truth or {OWN: _truth(world, code, OWN), EXPOSURE: world.exposure_effect}

    for code in ("cross_section", "pooled"):
        yield code, _naive(world, code, truths(code)[OWN])
    for code, family in (("twfe_rate", "ols"), ("twfe_poisson", "poisson")):
        for judged in judge_fit(rows_of_world(world, family), truths(code), multipliers, orders):
            yield code, judged
    yield "imputation_rate", _imputed(world, truths("imputation_rate")[OWN])
    for code, outcome, scale in GROUP_TIME:
        yield code, _group_time(world, outcome, scale, truths(code)[OWN])


def _naive(world: World, code: str, truth: float) -> Judged:
    """Least squares on training alone, errors clustered by unit: what a first look would do."""
    years = slice(-1, None) if code == "cross_section" else slice(None)
    trained, rate = world.trained[:, years], world.log_rate[:, years]
    matrix = np.column_stack([np.ones(trained.size), trained.ravel()])
    groups = np.repeat(np.arange(len(trained)), trained.shape[1])
    design = Design(["constant", OWN], matrix, None)
    fit = fit_linear(design, rate.ravel(), np.zeros(trained.size), groups)
    se = float(np.sqrt(cluster_covariance(fit.equations, "crv1")[1, 1]))
    return judge_by_error(OWN, "crv1_t", float(fit.coefficients[1]), se, truth, fit.clusters - 1)


def _group_time(world: World, outcome: str, scale: Scale, truth: float) -> Judged:
    """Average over treated unit-years; controls are not yet trained, exposure plays no part.

    Without any event in the years compared no log ratio exists: the estimate is then empty and counted as such.
    """
    try:
        whole = aggregate(group_time_of(cohorts_of(world, outcome), outcome, scale=scale), "simple")
    except InputProblem:
        return Judged(OWN, "influence_t", float("nan"), float("nan"), False, float("nan"))
    se = float(np.sqrt((whole.overall_influence**2).sum()))
    return judge_by_error(OWN, "influence_t", float(whole.overall), se, truth, len(whole.overall_influence) - 1)


def _imputed(world: World, truth: float) -> Judged:
    """Average over treated unit-years; exposure enters as a covariate fitted on the untrained rows."""
    found = imputation_of(cohorts_of(world, "log_rate", "exposure"), leads=0)
    se = float(np.sqrt((found.average_influence**2).sum()))
    return judge_by_error(OWN, "influence_t", found.average, se, truth, found.df)


def cohorts_of(world: World, outcome: str, *covariates: str) -> CohortRows:
    """The world in cohorts, as ``cohort_rows`` makes them of its panel."""
    units, years = world.trained.shape
    order = np.argsort(world.first, kind="stable")
    first = world.first[order].astype(float)
    columns = [getattr(world, name)[order].ravel() for name in covariates]
    return CohortRows(
        unit=np.repeat(np.arange(units), years),
        year=np.tile(np.arange(years), units),
        outcome=getattr(world, outcome)[order].ravel(),
        covariates=np.column_stack([np.empty((units * years, 0)), *columns]),
        years=tuple(range(years)),
        first=np.where(first < NEVER, first, np.inf),
        cluster=np.arange(units),
        left_out={"rows_without_value": 0},
    )
