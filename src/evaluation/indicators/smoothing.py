"""Rates and shares of small places steadied by what all places (or all of their type) have in common.

A place with few residents has a rate that chance throws far up or down. Empirical Bayes moves every place's raw rate
towards the mean, the more so the less it rests on. The raw rate always stands beside the smoothed one. Rates: gamma
prior of counts, moments of Marshall (1991, Applied Statistics 40, 283-294). Shares: beta prior, moments of Kleinman
(1973, JASA 68, 46-54) with the trials as weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from evaluation.indicators.intervals import poisson_bounds, wilson_bounds
from evaluation.settings import InputProblem

SMOOTHED_COLUMNS = [
    "unit_id", "observed", "exposure", "raw", "smoothed", "low", "high", "weight", "toward", "mean", "state",
]  # fmt: skip
MEAN_COLUMNS = ["toward", "places", "observed", "exposure", "mean", "between_variance", "shrinks_wholly"]
EVERYWHERE = "all"


@dataclass(frozen=True)
class Smoothed:
    """``places``: SMOOTHED_COLUMNS, one row a place, in the order given; ``means``: MEAN_COLUMNS, one row a mean.

    ``weight`` is how much of the raw value is kept (0: the mean alone). ``low``, ``high``: 95 % of what the prior and
    the place's own count leave open; that the mean and the variance are themselves estimated is not in them.
    ``state``: ``smoothed``; ``to_mean`` (the places differ no more than chance would make them: the variance between
    them is not above zero, so every place gets the mean, with the mean's own interval); ``no_exposure`` (nothing to
    divide by: no value).
    """

    places: pd.DataFrame
    means: pd.DataFrame


def smooth_rates(
    frame: pd.DataFrame, scale: float = 1.0, group: str | None = None, smallest_group: int = 5
) -> Smoothed:
    """Counts per exposure: ``frame`` has unit_id, observed (a count), exposure (residents), and ``group`` if named.

    Values, means and variance are told per ``scale`` (and its square). With ``group`` (type of unit) a place moves
    towards the mean of its group; places of an unknown group, or of one with fewer than ``smallest_group`` places with
    an exposure, towards the mean of all (``toward`` says which). Raises InputProblem for counts that are none.
    """
    return _smooth(frame, "rate", scale, group, smallest_group)


def smooth_shares(frame: pd.DataFrame, group: str | None = None, smallest_group: int = 5) -> Smoothed:
    """Parts of a whole: as ``smooth_rates``, where ``observed`` of ``exposure`` trials succeeded."""
    return _smooth(frame, "share", 1.0, group, smallest_group)


def checked_counts(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """unit_id, observed, exposure as numbers. Raises InputProblem naming the first place that does not fit.

    An unknown or zero exposure stands for no data and is kept as missing; ``observed`` must then be missing or zero.
    """
    out = frame[["unit_id", "observed", "exposure"]].reset_index(drop=True)
    out = out.assign(observed=out["observed"].astype("float64"), exposure=out["exposure"].astype("float64"))
    repeated = out["unit_id"].duplicated()
    has = out["exposure"] > 0
    count, whole = out["observed"], out["exposure"]
    wrong = (whole < 0) | np.isinf(whole) | (count < 0) | np.isinf(count) | (count % 1).gt(0) | (has & count.isna())
    if kind == "share":
        wrong |= (count > whole.fillna(0)) | (whole % 1).gt(0)
    if (repeated | wrong).any():
        first = out[repeated | wrong].iloc[0]
        place = f"{first['unit_id']}: {first['observed']:g} / {first['exposure']:g}"
        ru_part = " не больше целого числа испытаний" if kind == "share" else ""
        en_part = " not above a whole number of trials" if kind == "share" else ""
        raise InputProblem(
            f"Показатель по территориям: {place}. Ожидались по одной строке на территорию, целое неотрицательное "
            f"число случаев{ru_part} и неотрицательный знаменатель. Исправьте таблицу.",
            f"Indicator by territory: {place}. One row a unit was expected, with a whole count of zero or more"
            f"{en_part} and a denominator of zero or more. Correct the table.",
        )
    return out.assign(exposure=whole.where(has), observed=count.where(has))


def _smooth(frame: pd.DataFrame, kind: str, scale: float, group: str | None, smallest_group: int) -> Smoothed:
    counts = checked_counts(frame, kind)
    has = counts["exposure"].notna()
    toward = pd.Series(EVERYWHERE, index=counts.index, dtype="str")
    if group is not None:
        own = frame[group].reset_index(drop=True).astype("str")
        sizes = own[has].value_counts()
        large = own.isin(sizes.index[sizes >= smallest_group])
        toward = own.where(large & own.notna(), EVERYWHERE)
    out = counts.assign(toward=toward, state="no_exposure")
    for name in ("raw", "smoothed", "low", "high", "weight", "mean"):
        out[name] = np.nan
    means = []
    for name in sorted(toward.unique()):
        # places of small groups move towards the mean of all places, not of the small groups together
        pool = counts[has & ((toward == name) | (name == EVERYWHERE))]
        rows = counts[has & (toward == name)]
        if pool.empty:
            continue
        prior = _prior(pool, kind)
        means.append(_mean_row(name, pool, prior, scale))
        if len(rows):
            out.loc[rows.index, ["raw", "smoothed", "low", "high"]] = scale * _values(rows, pool, prior, kind)
            out.loc[rows.index, "weight"] = _weight(rows["exposure"], prior, kind)
            out.loc[rows.index, "mean"] = scale * prior.mean
            out.loc[rows.index, "state"] = "to_mean" if prior.variance == 0 else "smoothed"
    return Smoothed(out[SMOOTHED_COLUMNS], pd.DataFrame(means, columns=MEAN_COLUMNS))


@dataclass(frozen=True)
class _Prior:
    mean: float
    variance: float

    @property
    def sample(self) -> float:
        """How many trials a beta prior weighs; zero where the places are as far apart as shares can be."""
        return max(self.mean * (1 - self.mean) / self.variance - 1, 0.0)


def _prior(pool: pd.DataFrame, kind: str) -> _Prior:
    """Mean and variance between places by moments; a variance estimate not above zero is zero."""
    count, whole = pool["observed"].to_numpy(), pool["exposure"].to_numpy()
    total = whole.sum()
    mean = count.sum() / total
    spread = (whole * (count / whole - mean) ** 2).sum()
    if kind == "rate":
        variance = spread / total - mean / whole.mean()
    else:
        # each place adds m (1 - m) + A (n - 1) to the spread, less its own part in the mean
        room = ((1 - whole / total) * (whole - 1)).sum()
        variance = (spread - mean * (1 - mean) * (len(pool) - 1)) / room if room > 0 else 0.0
    return _Prior(float(mean), float(max(variance, 0.0)))


def _mean_row(name: str, pool: pd.DataFrame, prior: _Prior, scale: float) -> dict[str, object]:
    return {
        "toward": name, "places": len(pool), "observed": float(pool["observed"].sum()),
        "exposure": float(pool["exposure"].sum()), "mean": scale * prior.mean,
        "between_variance": scale**2 * prior.variance, "shrinks_wholly": prior.variance == 0,
    }  # fmt: skip


def _weight(exposure: pd.Series, prior: _Prior, kind: str) -> np.ndarray:
    whole = exposure.to_numpy(dtype=float)
    if prior.variance == 0:
        return np.zeros(len(whole))
    return whole / (whole + (prior.mean / prior.variance if kind == "rate" else prior.sample))


def _values(rows: pd.DataFrame, pool: pd.DataFrame, prior: _Prior, kind: str) -> np.ndarray:
    """Columns raw, smoothed, low, high."""
    count, whole = rows["observed"].to_numpy(), rows["exposure"].to_numpy()
    raw = count / whole
    weight = _weight(rows["exposure"], prior, kind)
    smoothed = weight * raw + (1 - weight) * prior.mean
    if prior.variance == 0:
        ends = (
            poisson_bounds(pool["observed"].sum())
            if kind == "rate"
            else wilson_bounds(pool["observed"].sum(), pool["exposure"].sum())
        )
        low, high = (np.full(len(rows), float(end)) for end in ends)
        if kind == "rate":
            low, high = low / pool["exposure"].sum(), high / pool["exposure"].sum()
    elif kind == "rate":
        shape, rate = prior.mean**2 / prior.variance + count, prior.mean / prior.variance + whole
        low, high = special.gammaincinv(shape, 0.025) / rate, special.gammainccinv(shape, 0.025) / rate
    else:
        first = prior.mean * prior.sample + count
        second = (1 - prior.mean) * prior.sample + whole - count
        inner = (first > 0) & (second > 0)
        a, b = np.where(inner, first, 1.0), np.where(inner, second, 1.0)
        low = np.where(inner, special.betaincinv(a, b, 0.025), raw)
        high = np.where(inner, special.betaincinv(a, b, 0.975), raw)
    return np.column_stack([raw, smoothed, low, high])
