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
_CELLS = 4_000_000  # distances held at once


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
    weights, nearest, apart = _contrasts(standardised(covariates), base[None, :], pool[None, :], neighbours)
    ours = np.flatnonzero(base)
    pairs = pd.DataFrame(
        {
            "base": np.repeat(ours, nearest.shape[2]),
            "neighbour": nearest.ravel(),
            "distance": apart.ravel(),
            "weight": 1.0 / nearest.shape[2],
        }
    )
    return weights[0], pairs


def _contrasts(scaled: Array, base: np.ndarray, pool: np.ndarray, neighbours: int) -> tuple[Array, np.ndarray, Array]:
    """Weights (deals x units), neighbours of each base unit (deals x base units x neighbours) and their distances.

    ``base`` and ``pool`` are deals x units; every deal has as many base units and as large a pool as the others.
    """
    deals, ours = len(base), int(base[0].sum())
    chosen = np.nonzero(base)[1].reshape(deals, ours)
    apart = np.sqrt(((scaled[chosen][:, :, None, :] - scaled[None, None, :, :]) ** 2).sum(axis=3)).round(_ROUND)
    apart = np.where(pool[:, None, :], apart, np.inf)
    nearest = np.argsort(apart, axis=2, kind="stable")[:, :, : min(neighbours, int(pool[0].sum()))]
    weights = np.where(base, 1.0 / ours, 0.0)
    place = np.broadcast_to(np.arange(deals)[:, None, None], nearest.shape)
    np.subtract.at(weights, (place, nearest), 1.0 / (ours * nearest.shape[2]))
    design = np.column_stack([np.ones(len(scaled)), scaled])
    size = design.shape[1]
    products = (design[:, :, None] * design[:, None, :]).reshape(len(scaled), size * size)
    gram = (pool.astype(float) @ products).reshape(deals, size, size)
    line = np.linalg.pinv(gram, hermitian=True) @ (weights @ design)[:, :, None]
    return weights - pool * (line[:, :, 0] @ design.T), nearest, np.take_along_axis(apart, nearest, axis=2)


def standardised(covariates: Array) -> Array:
    """Covariates less their mean, in their standard deviations over all units; constant ones become 0."""
    spread = covariates.std(axis=0)
    return np.asarray((covariates - covariates.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


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
    pairs = [
        neighbour_weights(windows[start].covariates, observed == start, observed == 0, neighbours)[1]
        for start in starts
    ]
    deals, enumerated = _deals(observed, starts, draws, seed)
    dealt = np.vstack([observed, *deals])
    outcome, exposure = _applied(dealt, starts, windows, neighbours)
    inference = sharp_null_set(float(outcome[0]), float(exposure[0]), outcome[1:], exposure[1:])
    return NearestComparison(float(outcome[0]), inference, pd.concat(pairs, ignore_index=True), enumerated)


def _applied(
    dealt: np.ndarray, starts: Sequence[int], windows: Mapping[int, Window], neighbours: int
) -> tuple[Array, Array]:
    """The comparison's sum of outcomes and of exposures by deal (deals x units: starting years).

    Each starting year counts by its base units. Deals are taken in parts, for memory.
    """
    total, units = int((dealt[0] > 0).sum()), dealt.shape[1]
    outcome, exposure = np.zeros(len(dealt)), np.zeros(len(dealt))
    for start in starts:
        window = windows[start]
        scaled, ours = standardised(window.covariates), int((dealt[0] == start).sum())
        step = max(1, int(_CELLS / (ours * units * scaled.shape[1])))
        for first in range(0, len(dealt), step):
            part = slice(first, first + step)
            weights, _, _ = _contrasts(scaled, dealt[part] == start, dealt[part] == 0, neighbours)
            outcome[part] += weights @ window.outcome * (ours / total)
            exposure[part] += weights @ window.exposure * (ours / total)
    return outcome, exposure


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
