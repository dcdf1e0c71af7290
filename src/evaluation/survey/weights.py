"""Weights of responses: from the chances of being drawn, for those who did not answer, and to known margins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem
from evaluation.survey.design import Array, Calibration, Design
from evaluation.survey.raking import rake

WEIGHT_COLUMNS = ["response_id", "scheme", "w"]
SCHEME_COLUMNS = [
    "scheme", "variables", "bound_low", "bound_high", "iterations", "max_gap", "kish_deff", "n", "n_eff", "wmin",
    "wmax", "population",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of drawing: ``unit`` (a column; None: the row itself) within the groups of ``within``.

    ``counts`` has the columns of ``within``, ``population`` (units there are) and, where known, ``drawn`` (units
    drawn); otherwise those of the sample are counted, which is right only where all that were drawn are in it.
    """

    counts: pd.DataFrame
    within: tuple[str, ...] = ()
    unit: str | None = None


@dataclass(frozen=True, eq=False)
class Weighting:
    """``weights`` of WEIGHT_COLUMNS, ``scheme`` of SCHEME_COLUMNS (one row), and what errors need of the fit.

    In the scheme ``wmin`` and ``wmax`` are the smallest and the largest weight over the mean weight, ``n_eff`` is n
    over Kish's design effect.
    """

    weights: pd.DataFrame
    scheme: pd.DataFrame
    calibration: Calibration | None = None

    def on(self, design: Design) -> Design:
        """``design`` of the same rows with these weights."""
        values = self.weights["w"].to_numpy(dtype=float)
        if self.calibration is None:
            return replace(design, weights=values, calibration=None)
        return design.calibrated(values, self.calibration)


def base_weights(sample: pd.DataFrame, stages: Sequence[Stage]) -> Array:
    """(n,) one over the chance of being drawn: the product of population over drawn at every stage.

    Raises InputProblem for groups of the sample without a count, counts given twice, and more drawn than there are.
    """
    weights = np.ones(len(sample))
    for stage in stages:
        weights = weights * _stage_weights(sample, stage)
    return weights


def _stage_weights(sample: pd.DataFrame, stage: Stage) -> Array:
    within = list(stage.within)
    here = sample[within].astype(str).agg("|".join, axis=1) if within else pd.Series("all", index=sample.index)
    counts = stage.counts
    names = counts[within].astype(str).agg("|".join, axis=1) if within else pd.Series("all", index=counts.index)
    where = ", ".join(within) or "—"
    if names.duplicated().any():
        twice = names[names.duplicated()].iloc[0]
        raise InputProblem(
            f"численность по «{where}» для «{twice}» дана дважды.", f"the count by '{where}' is given twice: '{twice}'."
        )
    population = here.map(dict(zip(names, pd.to_numeric(counts["population"]), strict=True)))
    if population.isna().any():
        absent = sorted(here[population.isna()].unique())[0]
        raise InputProblem(
            f"нет численности совокупности для «{absent}» ({where}): вес не посчитать.",
            f"there is no population count for '{absent}' ({where}): no weight can be computed.",
        )
    if "drawn" in counts:
        drawn = here.map(dict(zip(names, pd.to_numeric(counts["drawn"]), strict=True)))
    elif stage.unit is None:
        drawn = here.map(here.value_counts())
    else:
        drawn = here.map(sample[stage.unit].groupby(here).nunique())
    wrong = ~((drawn > 0) & (drawn <= population))
    if wrong.any():
        one = here[wrong].iloc[0]
        told = f"{drawn[wrong].iloc[0]:g} > {population[wrong].iloc[0]:g}"
        raise InputProblem(
            f"отобрано больше, чем есть, или число отобранных неизвестно: «{one}» ({where}), {told}.",
            f"more were drawn than there are, or the number drawn is not known: '{one}' ({where}), {told}.",
        )
    return np.asarray((population / drawn).to_numpy(dtype=float))


def nonresponse_adjusted(weights: Array, answered: Array, classes: pd.Series) -> Array:
    """Weights of those who answered, raised to stand for all of their class; zero for the others.

    Raises InputProblem for a class in which nobody answered.
    """
    answered = np.asarray(answered, dtype=bool)
    codes, names = pd.factorize(classes.astype(str), sort=True)
    all_of, theirs = np.bincount(codes, weights=weights), np.bincount(codes, weights=weights * answered)
    if (theirs == 0).any():
        silent = names[int((theirs == 0).argmax())]
        raise InputProblem(
            f"в классе «{silent}» не ответил никто: объедините его с похожим классом.",
            f"nobody in class '{silent}' answered: merge it with a class that is like it.",
        )
    return np.asarray(np.where(answered, weights * (all_of / theirs)[codes], 0.0))


def trimmed(weights: Array, largest: float) -> Array:
    """Weights of at most ``largest`` times their mean; what is cut off is shared among the others in proportion.

    Raises InputProblem for a limit below 1, which no weights can keep.
    """
    if not largest >= 1:
        raise InputProblem(
            f"наибольший вес {largest:g} от среднего невозможен: он не меньше 1.",
            f"a largest weight of {largest:g} times the mean is impossible: it is at least 1.",
        )
    weights = np.asarray(weights, dtype=float)
    limit, total = largest * weights.mean(), weights.sum()
    over = np.zeros(len(weights), dtype=bool)
    made = weights
    while (more := (made > limit * (1 + 1e-12)) & ~over).any():
        over |= more
        rest = weights[~over].sum()
        if rest == 0:
            return np.full(len(weights), weights.mean())
        made = np.where(over, limit, weights * ((total - limit * over.sum()) / rest))
    return made


def kish_design_effect(weights: Array) -> float:
    """n times the sum of squared weights over the square of their sum (Kish 1965)."""
    return float(len(weights) * (weights @ weights) / weights.sum() ** 2)


def plain_weighting(sample: pd.DataFrame, weights: Array, scheme: str) -> Weighting:
    """Base weights as a scheme of their own; ``sample`` has response_id."""
    return Weighting(_weights_table(sample, weights, scheme), _scheme_row(scheme, weights))


def rake_weighting(
    sample: pd.DataFrame,
    base: Array,
    margins: pd.DataFrame,
    scheme: str,
    bounds: tuple[float, float] | None = None,
) -> Weighting:
    """Weights fitted to ``margins``; ``sample`` has response_id and the margins' variables. Raises as ``rake`` does."""
    raked = rake(sample, base, margins, bounds)
    row = _scheme_row(
        scheme, raked.weights, "; ".join(raked.variables), bounds, iterations=raked.iterations, max_gap=raked.max_gap
    )
    return Weighting(_weights_table(sample, raked.weights, scheme), row, raked.calibration)


def _weights_table(sample: pd.DataFrame, weights: Array, scheme: str) -> pd.DataFrame:
    made = pd.DataFrame({"response_id": sample["response_id"].to_numpy(), "w": np.asarray(weights, dtype=float)})
    return made.assign(scheme=scheme)[WEIGHT_COLUMNS]


def _scheme_row(
    scheme: str,
    weights: Array,
    variables: str = "",
    bounds: tuple[float, float] | None = None,
    *,
    iterations: int = 0,
    max_gap: float = 0.0,
) -> pd.DataFrame:
    deff = kish_design_effect(weights)
    mean = float(weights.mean())
    low, high = bounds or (np.nan, np.nan)
    row = (
        scheme, variables, low, high, iterations, max_gap, deff, len(weights), len(weights) / deff,
        weights.min() / mean, weights.max() / mean, float(weights.sum()),
    )  # fmt: skip
    return pd.DataFrame([row], columns=SCHEME_COLUMNS)
