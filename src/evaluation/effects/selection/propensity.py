"""Who is supported: the propensity, how far supported and unsupported overlap, and balance before and after weighting.

Sources: Rosenbaum and Rubin (1983, Biometrika 70); Crump, Hotz, Imbens and Mitnik (2009, Biometrika 96) for trimming
by bounds of the propensity; Austin (2009, Statistics in Medicine 28) for standardised differences; Kish (1965) for the
effective number of weighted rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special

from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.estimating_functions import MEstimate
from evaluation.effects.link_models import fit_link
from evaluation.effects.regressors import Regressors
from evaluation.settings import DataProblem, InputProblem

Target = Literal["ate", "att"]
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
OVERLAP_COLUMNS = ["arm", "n", "effective_n", "largest_weight_share", *[f"q{int(100 * q):03d}" for q in QUANTILES]]
BALANCE_COLUMNS = [
    "name", "mean_treated", "mean_untreated", "difference_before", "difference_after", "variance_ratio_before",
    "variance_ratio_after",
]  # fmt: skip
MOST_OF_AN_ARM = 0.5
"""A single row with more than this share of its arm's weight means that there is no overlap."""
USUAL_BOUNDS = (0.1, 0.9)


@dataclass(frozen=True)
class Propensity:
    """Probability of support by row (``probabilities``), from a logit whose estimate is kept for its covariance."""

    estimate: MEstimate
    probabilities: Array

    def outside(self, bounds: tuple[float, float]) -> int:
        """Rows whose propensity lies outside the bounds."""
        return int((~within_bounds(self.probabilities, bounds)).sum())


def fit_propensity(treated: Array, columns: Regressors, groups: np.ndarray) -> Propensity:
    """Logit of support (0/1) on the columns. Raises InputProblem for one-arm data and for separation."""
    refuse_one_arm(treated)
    estimate = fit_link("logit", treated, columns.matrix, columns.names, groups)
    return Propensity(estimate, np.asarray(special.expit(columns.matrix @ estimate.coefficients)))


def refuse_one_arm(treated: Array) -> None:
    """Raise InputProblem where support is not 0 or 1, or all rows have the same."""
    if not np.isin(treated, (0.0, 1.0)).all():
        raise InputProblem(
            "воздействие должно быть 0 или 1 (было или не было), а в столбце есть другие значения. "
            "Для дозы возьмите family: ols или poisson.",
            "the exposure must be 0 or 1 (had it or had it not), and the column has other values. "
            "For a dose take family: ols or poisson.",
        )
    if np.ptp(treated) == 0:
        raise DataProblem(
            f"воздействие у всех строк одно и то же ({treated[0]:g}): сравнивать не с кем.",
            f"all rows have the same exposure ({treated[0]:g}): there is nobody to compare with.",
        )


def within_bounds(propensity: Array, bounds: tuple[float, float]) -> np.ndarray:
    """Rows whose propensity lies within declared bounds, ends included. Raises InputProblem for impossible bounds."""
    low, high = bounds
    if not 0 <= low < high <= 1:
        raise InputProblem(
            f"границы склонности {low:g} и {high:g} невозможны: нужно 0 ≤ нижняя < верхняя ≤ 1.",
            f"the propensity bounds {low:g} and {high:g} are impossible: 0 <= lower < upper <= 1 is needed.",
        )
    return np.asarray((propensity >= low) & (propensity <= high))


def weights_of(treated: Array, propensity: Array, target: Target) -> Array:
    """Inverse-probability weights: 1/e and 1/(1 - e) for the mean over all, 1 and e/(1 - e) over the supported."""
    if target == "ate":
        return np.asarray(np.where(treated == 1, 1 / propensity, 1 / (1 - propensity)))
    return np.asarray(np.where(treated == 1, 1.0, propensity / (1 - propensity)))


def effective_size(weights: Array) -> float:
    """(sum w)^2 / sum w^2: how many equally weighted rows would say as much."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def overlap(treated: Array, propensity: Array, target: Target = "ate") -> pd.DataFrame:
    """One row an arm (treated, untreated): OVERLAP_COLUMNS, quantiles of the propensity among them."""
    weights = weights_of(treated, propensity, target)
    rows: list[dict[str, object]] = []
    for arm, mask in (("treated", treated == 1), ("untreated", treated == 0)):
        own = weights[mask]
        quantiles = np.quantile(propensity[mask], QUANTILES)
        rows.append(
            {
                "arm": arm,
                "n": int(mask.sum()),
                "effective_n": effective_size(own),
                "largest_weight_share": float(own.max() / own.sum()),
                **{f"q{int(100 * q):03d}": float(value) for q, value in zip(QUANTILES, quantiles, strict=True)},
            }
        )
    return pd.DataFrame(rows, columns=OVERLAP_COLUMNS)


def refuse_no_overlap(treated: Array, propensity: Array, target: Target) -> None:
    """Raise InputProblem where one row carries most of its arm's weight: the comparison hangs on it."""
    weights = weights_of(treated, propensity, target)
    for arm, ru, en in ((1.0, "с воздействием", "exposed"), (0.0, "без воздействия", "unexposed")):
        own = weights[treated == arm]
        share = float(own.max() / own.sum())
        if share > MOST_OF_AN_ARM and len(own) > 1 / MOST_OF_AN_ARM:
            raise DataProblem(
                f"группы почти не пересекаются: одна строка {ru} несёт {share:.0%} веса своей группы. Сузьте сравнение "
                "границами склонности или уберите переменную, которая делит группы.",
                f"the arms hardly overlap: one {en} row carries {share:.0%} of its arm's weight. Narrow the comparison "
                "by bounds of the propensity, or remove the variable that splits the arms.",
            )


def balance(columns: Array, names: Sequence[str], treated: Array, weights: Array) -> pd.DataFrame:
    """Standardised differences of means before and after weighting: BALANCE_COLUMNS, one row a column.

    Differences are in pooled standard deviations of the unweighted arms, so that weighting changes means alone; a
    column that never varies has NaN. Means are the unweighted ones.
    """
    rows = []
    one, other = treated == 1, treated == 0
    for name, values in zip(names, columns.T, strict=True):
        before = [(float(values[arm].mean()), float(values[arm].var())) for arm in (one, other)]
        after = [_weighted(values[arm], weights[arm]) for arm in (one, other)]
        pooled = float(np.sqrt((before[0][1] + before[1][1]) / 2))
        rows.append(
            (name, before[0][0], before[1][0], _ratio(before[0][0] - before[1][0], pooled),
             _ratio(after[0][0] - after[1][0], pooled), _ratio(before[0][1], before[1][1]),
             _ratio(after[0][1], after[1][1]))
        )  # fmt: skip
    return pd.DataFrame(rows, columns=BALANCE_COLUMNS)


def _weighted(values: Array, weights: Array) -> tuple[float, float]:
    mean = float(np.average(values, weights=weights))
    return mean, float(np.average((values - mean) ** 2, weights=weights))


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else float("nan")
