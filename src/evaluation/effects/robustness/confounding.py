"""How strong an unobserved confounder would have to be to overturn a result: breakdown values.

- Least squares: the robustness value, partial R2 and bounds from an observed covariate (Cinelli and Hazlett 2020,
  Journal of the Royal Statistical Society B 82). A confounder is described by the share of the residual variation that
  it explains of the exposure, r2_exposure, and of the outcome given the exposure, r2_outcome.
- Ratios: the E-value (VanderWeele and Ding 2017, Annals of Internal Medicine 167), the smallest risk ratio that a
  confounder must have with both exposure and outcome.
- Least squares with controls: Oster's proportional selection (2019, Journal of Business and Economic Statistics 37).

All three say how large a violation would be needed; none says whether there is one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from evaluation.settings import InputProblem

BOUND_COLUMNS = ["multiple", "r2_exposure", "r2_outcome", "estimate", "se", "t", "low", "high"]


@dataclass(frozen=True)
class Sensitivity:
    """``robustness_value``: r2 with exposure and outcome alike that would reduce the estimate by the share ``q``;
    ``robustness_value_alpha``: that would leave it no longer told from that reduction at level ``alpha``."""

    estimate: float
    se: float
    df: int
    partial_r2: float
    robustness_value: float
    robustness_value_alpha: float
    q: float
    alpha: float


def sensitivity(estimate: float, se: float, df: int, *, q: float = 1.0, alpha: float = 0.05) -> Sensitivity:
    """From an estimate of least squares with its classical standard error and residual degrees of freedom.

    Raises InputProblem without a positive standard error or with fewer than 2 degrees of freedom.
    """
    if not (se > 0 and np.isfinite(estimate) and df > 1):
        raise InputProblem(
            "Устойчивость к скрытой переменной: нужны оценка, её погрешность и хотя бы 2 степени свободы.",
            "Robustness to a hidden variable: an estimate, its standard error and 2 degrees of freedom are needed.",
        )
    f = abs(estimate / se) / np.sqrt(df)
    critical = float(stats.t.ppf(1 - alpha / 2, df - 1)) / np.sqrt(df - 1)
    return Sensitivity(
        estimate, se, df, float(f**2 / (1 + f**2)), robustness_value(q * f), robustness_value(q * f, critical), q, alpha
    )


def robustness_value(f: float, critical: float = 0.0) -> float:
    """Smallest r with which a confounder of r2_exposure <= r and r2_outcome <= r brings |t|/sqrt(df) from ``f`` down to
    ``critical`` (0: the estimate to zero; t quantile/sqrt(df - 1): the test to its margin).

    With both equal to r the condition is f - critical = r/sqrt(1 - r). A confounder that explains less of the outcome
    leaves a larger error; where that matters (f - critical > 0 and f > 1/critical) the least r is that of r2_exposure
    alone: (f^2 - critical^2)/(1 + f^2).
    """
    excess = f - critical
    if excess <= 0:
        return 0.0
    if critical > 0 and f > 1 / critical:
        return float((f**2 - critical**2) / (1 + f**2))
    return float(0.5 * (np.sqrt(excess**4 + 4 * excess**2) - excess**2))


def adjusted_estimate(
    estimate: float, se: float, df: int, r2_exposure: float, r2_outcome: float
) -> tuple[float, float]:
    """Estimate and standard error that a regression with the confounder would give, biased towards zero today."""
    bias = se * np.sqrt(df * r2_outcome * r2_exposure / (1 - r2_exposure))
    shrunk = np.sign(estimate) * (abs(estimate) - bias)
    return float(shrunk), float(se * np.sqrt((1 - r2_outcome) / (1 - r2_exposure) * df / (df - 1)))


def benchmark_bounds(
    estimate: float,
    se: float,
    df: int,
    *,
    r2_exposure: float,
    r2_outcome: float,
    multiples: tuple[float, ...] = (1.0, 2.0, 3.0),
    level: float = 0.95,
) -> pd.DataFrame:
    """What a confounder ``multiples`` times as strong as an observed covariate would leave: BOUND_COLUMNS.

    ``r2_exposure``: partial R2 of the covariate with the exposure given the other columns; ``r2_outcome``: with the
    outcome given exposure and other columns. Bounds of section 4.4 of Cinelli and Hazlett (2020), the same multiple on
    both sides. A multiple that no confounder can have (it would explain all of the exposure) gets an empty row.
    """
    quantile = float(stats.t.ppf(0.5 + level / 2, df - 1))
    out = []
    for multiple in multiples:
        with_exposure = multiple * r2_exposure / (1 - r2_exposure)
        if with_exposure >= 1 or multiple * r2_exposure >= 1:
            out.append((multiple, *[np.nan] * 7))
            continue
        shared = multiple * r2_exposure**2 / ((1 - multiple * r2_exposure) * (1 - r2_exposure))
        if shared >= 1:
            out.append((multiple, *[np.nan] * 7))
            continue
        strength = ((np.sqrt(multiple) + np.sqrt(shared)) / np.sqrt(1 - shared)) ** 2
        with_outcome = min(1.0, strength * r2_outcome / (1 - r2_outcome))
        value, error = adjusted_estimate(estimate, se, df, with_exposure, with_outcome)
        t = value / error if error > 0 else np.nan
        ends = (value - quantile * error, value + quantile * error)
        out.append((multiple, with_exposure, with_outcome, value, error, t, *ends))
    return pd.DataFrame(out, columns=BOUND_COLUMNS)


def e_value(ratio: float) -> float:
    """E-value of a risk or rate ratio; the same for a ratio and its inverse. Raises InputProblem unless positive."""
    if not ratio > 0:
        raise InputProblem(
            f"E-значение: отношение должно быть больше нуля, а дано {ratio:g}.",
            f"E-value: the ratio must be above zero and is {ratio:g}.",
        )
    away = max(ratio, 1 / ratio)
    return float(away + np.sqrt(away * (away - 1)))


def e_value_of_limit(low: float, high: float) -> float:
    """E-value of the interval's end nearer to 1; 1 where the interval holds 1."""
    if low <= 1 <= high:
        return 1.0
    return e_value(low if low > 1 else high)


def risk_ratio_of_odds(ratio: float) -> float:
    """Approximate risk ratio of an odds ratio where the outcome is common: its square root (VanderWeele 2017,
    Epidemiology 28). With a rare outcome the odds ratio itself serves."""
    return float(np.sqrt(ratio))


@dataclass(frozen=True)
class Selection:
    """What Oster's method needs, after nuisance columns (fixed effects) are taken out of everything.

    ``short_estimate`` and ``short_r2``: outcome on the exposure alone; ``long_estimate`` and ``long_r2``: with the
    controls. Variances: of outcome and exposure, and ``residual_variance``: of the exposure given the controls.
    """

    short_estimate: float
    short_r2: float
    long_estimate: float
    long_r2: float
    outcome_variance: float
    exposure_variance: float
    residual_variance: float

    def largest_r2(self, multiple: float = 1.3) -> float:
        """Oster's rule: ``multiple`` times the R2 with controls, at most 1."""
        return min(1.0, multiple * self.long_r2)


def _terms(selection: Selection, r_max: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Coefficients of 1, v, v^2, v^3 in delta x first - second = 0, v = long estimate - coefficient (Oster 2019)."""
    change = selection.short_estimate - selection.long_estimate
    total, own, rest = selection.outcome_variance, selection.exposure_variance, selection.residual_variance
    unseen = (r_max - selection.long_r2) * total
    gained = (selection.long_r2 - selection.short_r2) * total
    cubic = rest * own - rest**2
    first = (unseen * change * own, unseen * (own - rest), rest * change * own, cubic)
    second = (0.0, gained * rest + own * rest * change**2, 2 * rest * change * own, cubic)
    return first, second


def selection_delta(selection: Selection, r_max: float, coefficient: float = 0.0) -> float:
    """How strongly unobserved columns must be selected, relative to the observed, for ``coefficient`` to be the truth.

    ``r_max``: the R2 with all columns. Infinite where no selection can do it. Raises InputProblem unless r_max lies
    above the R2 with controls and not above 1.
    """
    _check_r_max(selection, r_max)
    shift = selection.long_estimate - coefficient
    powers = shift ** np.arange(4)
    first, second = (float(np.dot(terms, powers)) for terms in _terms(selection, r_max))
    if abs(first) <= 1e-14 * abs(second):
        return float("inf")
    return second / first


def selection_adjusted(selection: Selection, r_max: float, delta: float = 1.0) -> tuple[float, ...]:
    """Coefficients that proportional selection ``delta`` would mean, nearest to the long estimate first.

    The equation is a cubic (a quadratic for delta = 1) and may have several solutions; the nearest is Oster's choice
    unless the bias changes the sign of the observed selection. Empty where there is none.
    """
    _check_r_max(selection, r_max)
    first, second = _terms(selection, r_max)
    polynomial = np.array([delta * a - b for a, b in zip(first, second, strict=True)])
    leading = np.flatnonzero(np.abs(polynomial) > 1e-14 * np.abs(polynomial).max(initial=0.0))
    if not len(leading):
        return ()
    roots = np.roots(polynomial[: leading[-1] + 1][::-1])
    real = roots.real[np.abs(roots.imag) <= 1e-7 * np.maximum(1.0, np.abs(roots.real))]
    return tuple(float(selection.long_estimate - shift) for shift in sorted(real, key=abs))


def _check_r_max(selection: Selection, r_max: float) -> None:
    if not selection.long_r2 < r_max <= 1:
        raise InputProblem(
            f"Метод Остер: наибольший R² ({r_max:.3f}) должен быть больше R² с контрольными переменными "
            f"({selection.long_r2:.3f}) и не больше 1.",
            f"Oster's method: the largest R2 ({r_max:.3f}) must lie above the R2 with controls "
            f"({selection.long_r2:.3f}) and not above 1.",
        )
