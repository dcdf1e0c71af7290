"""Comparison with nearest neighbours: who is compared with whom, and what remains of the difference.

Every base unit is set beside the M units of the pool that were most alike before it joined (Euclidean distance of
standardised covariates; of equally near ones the first by code). The remaining difference of covariates is taken out
with a least-squares line through the pool (Abadie and Imbens 2011, Journal of Business & Economic Statistics 29).
The whole comparison is a weighted sum of outcomes, whose weights do not look at the outcomes; so every deal of the
base units' places to others gives its own sum, and the interval is found exactly from them (randomisation of a sharp
null). The places were not dealt at random: p says how often chance alone would do as much, not that chance did it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.sharp_null import SharpNullSet, sharp_null_set
from evaluation.settings import DataProblem

NEIGHBOURS = 3
FEWEST_POOL = 8
"""Fewer units to choose from give neither likeness nor an inference."""
_ROUND = 10  # decimals at which two distances count as equal


@dataclass(frozen=True)
class Window:
    """Units before and after one starting year: ``covariates`` (units x k) of the time before, ``outcome`` the change
    (mean after less mean before), ``exposure`` the change of the share of years as base unit."""

    covariates: Array
    outcome: Array
    exposure: Array


@dataclass(frozen=True)
class NearestComparison:
    """``pairs``: positions of base unit and neighbour with distance and weight; ``inference`` of the difference."""

    difference: float
    inference: SharpNullSet
    pairs: pd.DataFrame
    enumerated: bool


def neighbour_weights(
    covariates: Array, base: np.ndarray, pool: np.ndarray, neighbours: int = NEIGHBOURS
) -> tuple[Array, pd.DataFrame]:
    """Weights of all units in the bias-corrected difference, and the pairs behind them.

    ``covariates``: units x k in the order of their codes; ``base``, ``pool``: boolean, apart. The weights add up to 1
    over the base units and to -1 over the pool; each covariate's weighted sum is 0 where the pool is large enough to
    draw the line. Pairs: base, neighbour (positions), distance, weight.
    """
    ours = np.flatnonzero(base)
    weights, nearest, apart = _contrast(covariates, base, pool, neighbours)
    pairs = pd.DataFrame(
        {
            "base": np.repeat(ours, nearest.shape[1]),
            "neighbour": nearest.ravel(),
            "distance": apart.ravel(),
            "weight": 1.0 / nearest.shape[1],
        }
    )
    return weights, pairs


def _contrast(
    covariates: Array, base: np.ndarray, pool: np.ndarray, neighbours: int
) -> tuple[Array, np.ndarray, Array]:
    """Weights of all units; neighbours of each base unit (positions) and their distances."""
    ours, theirs = np.flatnonzero(base), np.flatnonzero(pool)
    scaled = standardised(covariates, base | pool)
    apart = np.sqrt(((scaled[ours][:, None, :] - scaled[theirs][None, :, :]) ** 2).sum(axis=2)).round(_ROUND)
    order = np.argsort(apart, axis=1, kind="stable")[:, :neighbours]
    nearest = theirs[order]
    weights = np.zeros(len(covariates))
    weights[ours] = 1.0 / len(ours)
    np.subtract.at(weights, nearest.ravel(), 1.0 / nearest.size)
    design = np.column_stack([np.ones(len(theirs)), scaled[theirs]])
    remaining = weights @ np.column_stack([np.ones(len(scaled)), scaled])
    weights[theirs] -= design @ (np.linalg.pinv(design.T @ design, hermitian=True) @ remaining)
    return weights, nearest, np.take_along_axis(apart, order, axis=1)


def standardised(covariates: Array, rows: np.ndarray) -> Array:
    """Covariates less their mean over ``rows``, in their standard deviations there; constant ones become 0."""
    spread = covariates[rows].std(axis=0)
    return np.asarray((covariates - covariates[rows].mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def nearest_comparison(
    cohorts: np.ndarray,
    windows: Mapping[int, Window],
    *,
    neighbours: int = NEIGHBOURS,
    draws: int = 999,
    seed: int = 1,
) -> NearestComparison:
    """The mean difference of base units from their neighbours over all starting years.

    ``cohorts``: starting year by unit, 0 for the pool; ``windows`` by starting year, over the same units in the order
    of their codes. Every deal keeps how many units start when. Where all deals are no more than ``draws``, they are
    enumerated. Raises DataProblem for an empty side and for fewer than FEWEST_POOL units in the pool.
    """
    starts = sorted({int(year) for year in cohorts} - {0})
    pool = int((cohorts == 0).sum())
    if not starts:
        raise DataProblem(
            "базовых муниципалитетов с данными до и после начала нет: сравнивать некого.",
            "there is no base municipality with data before and after its start: there is nobody to compare.",
        )
    if pool < FEWEST_POOL:
        raise DataProblem(
            f"муниципалитетов для сравнения всего {pool}, нужно хотя бы {FEWEST_POOL}: похожих не выбрать.",
            f"there are only {pool} municipalities to compare with, at least {FEWEST_POOL} are needed: none would be "
            "alike.",
        )
    observed = cohorts.astype(int)
    weights = _weights(observed, starts, windows, neighbours)
    pairs = [
        neighbour_weights(windows[start].covariates, observed == start, observed == 0, neighbours)[1]
        for start in starts
    ]
    difference = _applied(weights, windows, "outcome")
    deals, enumerated = _deals(observed, starts, draws, seed)
    drawn, slopes = np.zeros(len(deals)), np.zeros(len(deals))
    for place, deal in enumerate(deals):
        dealt = _weights(deal, starts, windows, neighbours)
        drawn[place], slopes[place] = _applied(dealt, windows, "outcome"), _applied(dealt, windows, "exposure")
    inference = sharp_null_set(difference, _applied(weights, windows, "exposure"), drawn, slopes)
    return NearestComparison(difference, inference, pd.concat(pairs, ignore_index=True), enumerated)


def _weights(
    cohorts: np.ndarray, starts: Sequence[int], windows: Mapping[int, Window], neighbours: int
) -> dict[int, Array]:
    """Weights by starting year: each year's comparison counts by its base units."""
    total, pool = int((cohorts > 0).sum()), cohorts == 0
    made = {}
    for start in starts:
        ours = cohorts == start
        found, _, _ = _contrast(windows[start].covariates, ours, pool, neighbours)
        made[start] = found * (ours.sum() / total)
    return made


def _applied(weights: Mapping[int, Array], windows: Mapping[int, Window], column: str) -> float:
    return float(sum(weights[start] @ getattr(windows[start], column) for start in weights))


def _deals(cohorts: np.ndarray, starts: Sequence[int], draws: int, seed: int) -> tuple[list[np.ndarray], bool]:
    """Other deals of the base units' places. The one that happened is left out where all are enumerated."""
    sizes = [int((cohorts == start).sum()) for start in starts]
    number, left = 1, len(cohorts)
    for size in sizes:
        number, left = number * math.comb(left, size), left - size
    if number - 1 <= draws:
        every = _enumerated(len(cohorts), starts, sizes)
        return [deal for deal in every if not np.array_equal(deal, cohorts)], True
    rng = np.random.default_rng(seed)
    return [rng.permutation(cohorts) for _ in range(draws)], False


def _enumerated(units: int, starts: Sequence[int], sizes: Sequence[int]) -> list[np.ndarray]:
    deals = [np.zeros(units, dtype=int)]
    for start, size in zip(starts, sizes, strict=True):
        deals = [
            np.where(np.isin(np.arange(units), chosen), start, deal)
            for deal in deals
            for chosen in combinations(np.flatnonzero(deal == 0).tolist(), size)
        ]
    return deals
