"""Parallel trends: the test before training, what it could have found, and what it leaves behind.

A passed test proves nothing: with few units it misses trends that would explain the whole effect. Roth (2022, American
Economic Review: Insights 4) therefore reports the linear trend that the test finds with a given power, the bias that
such a trend causes after training, and the bias among the studies that passed, which is larger where the estimates
before and after training are correlated through their common reference year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

from evaluation.effects.inference.clusters import Array
from evaluation.effects.staggered.event_time import EventTimeEffects
from evaluation.settings import InputProblem

POWER_COLUMNS = ["power", "slope", "bias", "bias_given_passed", "estimate", "times"]


@dataclass(frozen=True)
class TrendProblem:
    """Estimates before and after training with their covariance, in the order of ``distance``.

    ``distance``: years from the reference year, negative before it; ``before`` says which are. ``weights`` (one an
    estimate after the reference) make the number that is asked for, by default the mean after training.
    """

    distance: Array
    estimates: Array
    covariance: Array
    weights: Array
    df: int

    @property
    def before(self) -> np.ndarray:
        return self.distance < 0

    @property
    def target(self) -> Array:
        """Weights over all estimates: zero before the reference."""
        out = np.zeros(len(self.distance))
        out[~self.before] = self.weights
        return out


@dataclass(frozen=True)
class JointTest:
    """Wald statistic / number of years tested, as F with ``df`` degrees of freedom."""

    statistic: float
    years: int
    df: int
    p: float


def trend_problem(
    effects: EventTimeEffects, weights: Sequence[float] | None = None, reference: int = -1
) -> TrendProblem:
    """Estimates around the reference year. ``weights``: one an event time after it (None: equal).

    Raises InputProblem where the years before and after training do not share one reference year (imputation, varying
    base: their kinks at training are no trend, Roth 2024), for gaps between event times, without years on both sides,
    and where there are no more clusters than years, so that the errors' covariance is singular.
    """
    if not effects.common_reference:
        raise InputProblem(
            "Границы для трендов требуют одного базового года до и после обучения: возьмите оценки с base: universal "
            "или sun_abraham, а не импутацию.",
            "Bounds on trends need one reference year before and after training: take group-time effects with the "
            "universal base, or sun_abraham, not imputation.",
        )
    kept = [index for index, k in enumerate(effects.times) if k != reference]
    distance = np.array([effects.times[index] - reference for index in kept])
    before, after = distance[distance < 0], distance[distance > 0]
    every = np.append(distance, 0)
    if not len(before) or not len(after) or len(every) != every.max() - every.min() + 1:
        raise InputProblem(
            "Для проверки тренда нужны оценки за каждый год до и после обучения, без пропусков.",
            "A look at trends needs an estimate for every year before and after training, without gaps.",
        )
    covariance = effects.covariance[np.ix_(kept, kept)]
    if effects.df < len(kept) or np.linalg.cond(covariance) > 1e12:
        raise InputProblem(
            f"Групп ошибок {effects.clusters}, а лет {len(kept)}: ошибки этих оценок совместно не определены. "
            "Возьмите меньше лет до и после обучения.",
            f"There are {effects.clusters} clusters for {len(kept)} years: the joint errors are not determined. "
            "Take fewer years before and after training.",
        )
    chosen = np.full(len(after), 1 / len(after)) if weights is None else np.asarray(weights, dtype=float)
    if len(chosen) != len(after):
        raise InputProblem(
            f"Весов {len(chosen)}, а лет после обучения {len(after)}. Дайте вес каждому.",
            f"There are {len(chosen)} weights for {len(after)} years after training. Give one to each.",
        )
    return TrendProblem(distance.astype(float), effects.estimates[kept], covariance, chosen, effects.df)


def joint_test(effects: EventTimeEffects) -> JointTest:
    """All years before training together. Serves estimates without a common reference as well (imputation)."""
    kept = [i for i, k in enumerate(effects.times) if k < 0 and effects.covariance[i, i] > 0]
    years = len(kept)
    covariance = effects.covariance[np.ix_(kept, kept)]
    if years == 0 or effects.df < years or np.linalg.cond(covariance) > 1e12:
        raise InputProblem(
            f"Проверить годы до обучения вместе нельзя: лет {years}, групп ошибок {effects.clusters}.",
            f"The years before training cannot be tested together: {years} years, {effects.clusters} clusters.",
        )
    estimates = effects.estimates[kept]
    statistic = float(estimates @ np.linalg.solve(covariance, estimates)) / years
    return JointTest(statistic, years, effects.df, float(stats.f.sf(statistic, years, effects.df)))


def power_against_trends(
    problem: TrendProblem, powers: Sequence[float] = (0.5, 0.8), level: float = 0.05
) -> pd.DataFrame:
    """POWER_COLUMNS: the linear trend (per year) that the joint test finds with each power, and the bias it leaves.

    The test's statistic is noncentral F; its noncentrality for a slope g is g^2 d'S^-1 d, with d the years from the
    reference and S the covariance before training. ``bias``: g x the weighted years after training.
    ``bias_given_passed``: the same among data sets that pass, where the estimates before training have mean
    g d P(chi2_{m+2} < c) / P(chi2_m < c) (normal vector cut to an ellipsoid; the chi2 have the noncentrality above)
    and those after follow by their regression on them. ``times``: |bias| / |estimate|.
    """
    before = problem.before
    inner = problem.covariance[np.ix_(before, before)]
    years, distance = int(before.sum()), problem.distance[before]
    limit = float(stats.f.ppf(1 - level, years, problem.df))
    information = float(distance @ np.linalg.solve(inner, distance))
    regression = problem.covariance[np.ix_(~before, before)] @ np.linalg.inv(inner)
    estimate = float(problem.weights @ problem.estimates[~before])
    rows = []
    for power in powers:
        centrality = _noncentrality(power, limit, years, problem.df)
        slope = float(np.sqrt(centrality / information))
        bias = slope * float(problem.weights @ problem.distance[~before])
        inside = stats.ncx2.cdf(years * limit, [years, years + 2], centrality)
        shrunk = float(inside[1] / inside[0]) - 1
        moved = float(problem.weights @ (regression @ distance)) * slope * shrunk
        rows.append((power, slope, bias, bias + moved, estimate, abs(bias) / abs(estimate) if estimate else np.inf))
    return pd.DataFrame(rows, columns=POWER_COLUMNS)


def _noncentrality(power: float, limit: float, years: int, df: int) -> float:
    """Noncentrality at which F exceeds ``limit`` with probability ``power``."""

    def gap(centrality: float) -> float:
        return float(stats.ncf.sf(limit, years, df, centrality)) - power

    high = 1.0
    while gap(high) < 0:
        high *= 2
    return float(optimize.brentq(gap, 1e-12, high, xtol=1e-10))
