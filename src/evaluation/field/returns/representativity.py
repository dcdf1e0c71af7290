"""How far those who answered are like all: R-indicators of the chances of answering.

R = 1 - 2 S(rho), with S the standard deviation of the chances of answering over all units: 1 where all are alike
(Schouten, Cobben and Bethlehem 2009, Survey Methodology 35, 101-113). Estimated chances vary more than true ones, so
that S is adjusted (Shlomo, Skinner and Schouten 2012, J. Statist. Plann. Inference 142, 201-211; here every unit is in
the frame). Partial indicators tell whose chances differ: Schouten, Shlomo and Skinner 2011, J. Official Statist. 27,
231-253. They know only what the register knows: chances that depend on the answer itself within the same region, type
and size remain unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
MOST_STEPS = 50
FLAT = 30.0
COLUMNS = ("indicator", "variable", "category", "value", "se", "low", "high", "units", "answered")


@dataclass(frozen=True, eq=False)
class Chances:
    """Estimated chances of answering (N,), the model's matrix (N, k) and the inverse information (k, k)."""

    rho: Array
    matrix: Array
    covariance: Array


def chances(auxiliary: Mapping[str, NDArray[np.intp]], answered: NDArray[np.bool_]) -> Chances:
    """Chances by a logistic model with the main effects of ``auxiliary`` (numbered categories of N units).

    A category that answered as a whole, or not at all, is taken as certain: its chance goes to 1 or 0.
    """
    matrix = _dummies(list(auxiliary.values()), len(answered))
    given = answered.astype(float)
    beta = np.zeros(matrix.shape[1])
    mean = float(np.clip(given.mean(), 1e-6, 1 - 1e-6)) if len(given) else 0.5
    beta[0] = np.log(mean / (1 - mean))
    last = np.inf
    for _ in range(MOST_STEPS):
        rho = _chance(matrix @ beta)
        bend = np.maximum(rho * (1 - rho), 1e-10)
        information = (matrix * bend[:, None]).T @ matrix
        beta = beta + np.linalg.pinv(information, rcond=1e-11, hermitian=True) @ (matrix.T @ (given - rho))
        eta = np.clip(matrix @ beta, -FLAT, FLAT)
        deviance = float(2 * (np.logaddexp(0, eta) - given * eta).sum())
        if abs(last - deviance) < 1e-9 * (1 + deviance):
            break
        last = deviance
    rho = _chance(matrix @ beta)
    information = (matrix * np.maximum(rho * (1 - rho), 1e-10)[:, None]).T @ matrix
    return Chances(rho, matrix, np.asarray(np.linalg.pinv(information, rcond=1e-11, hermitian=True), dtype=float))


def _chance(eta: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(eta, -FLAT, FLAT))))


def _dummies(columns: list[NDArray[np.intp]], rows: int) -> Array:
    """A constant and every category but the first of each column."""
    parts = [np.ones((rows, 1))]
    for codes in columns:
        found, numbered = np.unique(codes, return_inverse=True)
        part = np.zeros((rows, len(found)))
        part[np.arange(rows), numbered] = 1
        parts.append(part[:, 1:])
    return np.hstack(parts)


def representativity(auxiliary: Mapping[str, pd.Series], answered: NDArray[np.bool_]) -> pd.DataFrame:
    """Indicators of COLUMNS for N units, of which ``answered`` did; ``auxiliary`` are the register's categories.

    ``r`` and ``r_adjusted`` (with standard error by the delta method), ``max_bias`` (largest bias of a mean in its
    standard deviations, (1 - R) / (2 mean chance)), ``partial_unconditional`` of each variable and, signed, of each
    category, ``partial_conditional`` of each variable given the others. Empty for no units.
    """
    if not len(answered):
        return pd.DataFrame(columns=list(COLUMNS))
    codes = {name: pd.factorize(column, sort=True)[0].astype(np.intp) for name, column in auxiliary.items()}
    fitted = chances(codes, answered)
    units, given = len(answered), int(answered.sum())
    plain, adjusted, error = _indicators(fitted)
    low, high = _interval(adjusted, error)
    mean = float(fitted.rho.mean())
    bias = (1 - adjusted) / (2 * mean) if mean > 0 else float("nan")
    nothing = float("nan")
    rows: list[tuple[object, ...]] = [
        ("r", None, None, plain, nothing, nothing, nothing, units, given),
        ("r_adjusted", None, None, adjusted, error, low, high, units, given),
        ("max_bias", None, None, bias, nothing, nothing, nothing, units, given),
    ]
    for name, column in auxiliary.items():
        others = [other for key, other in codes.items() if key != name]
        within = _spread_within(fitted.rho, others)
        values, names = pd.factorize(column, sort=True)
        sizes = np.bincount(values, minlength=len(names))
        sums = np.bincount(values, weights=fitted.rho, minlength=len(names))
        theirs = np.bincount(values[answered], minlength=len(names))
        apart = np.sqrt(sizes / units) * (sums / sizes - mean)
        between = float(np.sqrt((apart**2).sum()))
        rows.append(("partial_unconditional", name, None, between, nothing, nothing, nothing, units, given))
        rows.append(("partial_conditional", name, None, within, nothing, nothing, nothing, units, given))
        rows += [
            ("partial_unconditional", name, str(label), float(value), nothing, nothing, nothing, int(size), int(n))
            for label, value, size, n in zip(names, apart, sizes, theirs, strict=True)
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _indicators(fitted: Chances) -> tuple[float, float, float]:
    """R, R with the adjusted variance of the chances, and the standard error of the latter."""
    rho, units = fitted.rho, len(fitted.rho)
    if units < 2:
        return 1.0, 1.0, float("nan")
    apart = rho - rho.mean()
    squared = float(apart @ apart) / (units - 1)
    slope = fitted.matrix * (rho * (1 - rho))[:, None]
    noise = float(np.einsum("ij,jk,ik->", slope, fitted.covariance, slope, optimize=True)) / units
    adjusted = max(squared - noise, 0.0)
    gradient = 2 / (units - 1) * (apart @ slope)
    variance = float(gradient @ fitted.covariance @ gradient)
    deviation = np.sqrt(adjusted)
    error = float(np.sqrt(variance) / deviation) if deviation > 0 else float("nan")
    return 1 - 2 * float(np.sqrt(squared)), 1 - 2 * float(deviation), error


def _interval(value: float, error: float) -> tuple[float, float]:
    half = float(stats.norm.ppf(0.975)) * error
    return value - half, min(value + half, 1.0)


def _spread_within(rho: Array, others: list[NDArray[np.intp]]) -> float:
    """Standard deviation of the chances within the classes that the other variables form together."""
    group = np.zeros(len(rho), dtype=np.intp)
    for codes in others:
        group = np.unique(group * (int(codes.max()) + 1) + codes, return_inverse=True)[1].astype(np.intp)
    means = np.bincount(group, weights=rho) / np.bincount(group)
    apart = rho - means[group]
    return float(np.sqrt(apart @ apart / max(len(rho) - 1, 1)))
