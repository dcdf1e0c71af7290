"""Heaping of shares just above the thresholds that give points: participation and co-financing are inputs to a prize.

Three looks at every threshold: the numbers just above and just below it; the excess over a smooth density, a
polynomial in the logarithm of the counts of narrow bins in which the surroundings of all thresholds are left out (the
logarithm, so that a density that rises fast and has a long tail is followed, and never below zero); and a test. The
excess describes: one polynomial for the whole range is bent by what happens far away, and a test by it refuses far too
often in large registers. The test looks at the nearest bins alone, where a density without a heap is a curve of second
order, and asks by the score of their Poisson regression, clustered, whether the bins just above are fuller than that.
Source: Chetty, Friedman, Olsen and Pistaferri (2011, Quarterly Journal of Economics 126); Kleven (2016, Annual Review
of Economics 8) for the excess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from evaluation.effects.inference.clusters import Array
from evaluation.settings import InputProblem

_STEPS, _FARTHEST, _LONGEST_STEP = 100, 30.0, 2.0
_BINS_A_TERM = 2  # bins of the density for every term of its polynomial; with fewer it runs wild between them
_LOCAL_DEGREE = 2
THRESHOLDS = (0.03, 0.05, 0.07, 0.10)
BUNCHING_COLUMNS = [
    "threshold", "n", "n_below", "n_above", "ratio", "ratio_low", "ratio_high", "p", "expected_above", "excess", "se",
    "low", "high", "missing", "relative_excess",
]  # fmt: skip


@dataclass(frozen=True)
class Bins:
    """How the density is drawn: ``width`` of a bin, its surroundings left out, highest degree of the polynomial.

    ``below`` and ``above`` say how far from a threshold people move: from ``below`` under it to ``above`` over it. The
    density is drawn between the quantiles ``tails`` of the shares; thresholds beyond have nothing to be compared with.
    """

    width: float = 0.0025
    below: float = 0.0125
    above: float = 0.005
    degree: int = 4
    tails: tuple[float, float] = (0.02, 0.995)


def bunching(
    shares: pd.Series,
    thresholds: Sequence[float] = THRESHOLDS,
    *,
    bins: Bins | None = None,
    clusters: pd.Series | None = None,
    draws: int = 499,
    seed: int = 1,
) -> pd.DataFrame:
    """BUNCHING_COLUMNS, a row a threshold; ``shares`` between 0 and 1, missing ones are not counted.

    ``n_below`` and ``n_above`` count within ``bins.above`` of the threshold (which belongs to above), ``ratio`` is
    above to below with the exact interval of Clopper and Pearson (for independent applications),
    ``expected_above`` the share above among both that the smooth density gives. ``p`` (two-sided) is that of the local
    test, so that neither a slope nor a bend is a heap; it supposes that the density is smooth within ``bins.below`` of
    the threshold. ``excess`` counts applications above it over the smooth density, ``missing`` those lacking below,
    ``relative_excess`` divides the excess by the smooth count of the same bins; ``se`` and the 95 % interval come from
    ``draws`` resamples of clusters (of applications without them) and take the shape of the polynomial as given. NaN
    where the surroundings hold too little. Raises InputProblem for thresholds outside 0 to 1.
    """
    chosen = bins or Bins()
    outside = [value for value in thresholds if not 0 < value < 1]
    if outside or not thresholds:
        raise InputProblem(
            f"Скопления у порогов: пороги {outside} — не доли между 0 и 1.",
            f"Heaping: the thresholds {outside} are no shares between 0 and 1.",
        )
    known = shares.notna()
    values = shares[known].to_numpy(dtype=float)
    if len(values) == 0:
        return _nothing(thresholds)
    edges = _edges(values, chosen)
    groups = np.arange(len(values))
    if clusters is not None:
        groups = np.unique(clusters[known].astype(str), return_inverse=True)[1]
    inside = (values >= edges[0]) & (values < edges[-1])
    # a share such as 0.3 / 10 must not fall below its threshold by rounding
    place = np.searchsorted(edges, values[inside] + 1e-9, side="right") - 1
    table = np.zeros((int(groups.max()) + 1, len(edges) - 1))
    np.add.at(table, (groups[inside], np.clip(place, 0, table.shape[1] - 1)), 1.0)
    observed = _excess(table.sum(axis=0)[None, :], edges, thresholds, chosen)
    drawn = _resampled(table, edges, thresholds, chosen, draws, seed)
    rows = []
    for position, threshold in enumerate(thresholds):
        excess, missing, smooth, expected = (float(part[0, position]) for part in observed)
        se = float(drawn[0][:, position].std(ddof=1)) if len(drawn[0]) > 1 else float("nan")
        below = int(((values >= threshold - chosen.above - 1e-9) & (values < threshold - 1e-9)).sum())
        above = int(((values >= threshold - 1e-9) & (values < threshold + chosen.above - 1e-9)).sum())
        ratio, ratio_low, ratio_high = _ratio(below, above)
        p = _local_p(values, groups, threshold, thresholds, chosen) if np.isfinite(excess) else float("nan")
        half = float(stats.norm.ppf(0.975)) * se
        relative = excess / smooth if smooth > 0 else float("nan")
        rows.append(
            (
                threshold, int(inside.sum()), below, above, ratio, ratio_low, ratio_high, p, expected, excess, se,
                excess - half, excess + half, missing, relative,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=BUNCHING_COLUMNS)


def _nothing(thresholds: Sequence[float]) -> pd.DataFrame:
    table = pd.DataFrame(np.nan, index=range(len(thresholds)), columns=BUNCHING_COLUMNS)
    return table.assign(threshold=list(thresholds), n=0, n_below=0, n_above=0)


def _edges(values: Array, bins: Bins) -> Array:
    """Edges of bins: whole multiples of the width that hold the shares between the quantiles."""
    low, high = np.quantile(values, bins.tails)
    first, last = int(np.floor(low / bins.width + 1e-9)), int(np.floor(high / bins.width + 1e-9)) + 1
    return np.asarray(bins.width * np.arange(first, last + 1), dtype=float)


def _ratio(below: int, above: int) -> tuple[float, float, float]:
    """Above to below, with the exact 95 % interval (infinite where nothing lies below)."""
    if below + above == 0:
        return float("nan"), float("nan"), float("nan")
    low, high = stats.binomtest(above, below + above, 0.5).proportion_ci()
    odds = [share / (1 - share) if share < 1 else float("inf") for share in (above / (below + above), low, high)]
    return odds[0], odds[1], odds[2]


def _local_p(values: Array, groups: np.ndarray, threshold: float, thresholds: Sequence[float], bins: Bins) -> float:
    """p of no more applications just above the threshold than the bins around it lead one to expect.

    The bins reach ``bins.below`` to either side, but not into the surroundings of other thresholds. Under no heap the
    logarithm of their counts is a curve of degree _LOCAL_DEGREE. The score of the bins just above, freed from that
    curve, is summed by cluster; t with clusters less one degrees of freedom. NaN with too few bins or clusters.
    """
    others = [other for other in thresholds if other != threshold]
    room_below = min([bins.below, *(threshold - other - bins.above for other in others if other < threshold)])
    room_above = min([bins.below, *(other - bins.below - threshold for other in others if other > threshold)])
    n_below, n_above, heaped = (int(room / bins.width + 1e-6) for room in (room_below, room_above, bins.above))
    size = n_below + n_above
    if heaped < 1 or n_above <= heaped or n_below < 1 or size < _LOCAL_DEGREE + 3:
        return float("nan")
    place = np.floor((values - threshold + 1e-9) / bins.width).astype(int) + n_below
    near = (place >= 0) & (place < size)
    counts = np.bincount(place[near], minlength=size).astype(float)
    if (counts > 0).sum() < _LOCAL_DEGREE + 3:
        return float("nan")
    columns: Array = np.asarray(
        np.polynomial.chebyshev.chebvander(np.linspace(-1, 1, size), _LOCAL_DEGREE), dtype=float
    )
    root = np.sqrt(_log_polynomial(counts[None, :], columns, columns)[0])
    tested = np.zeros(size)
    tested[n_below : n_below + heaped] = 1.0
    tested -= columns @ np.linalg.lstsq(columns * root[:, None], tested * root, rcond=None)[0]
    scores = np.bincount(np.unique(groups[near], return_inverse=True)[1], tested[place[near]])
    spread = float(np.sqrt((scores**2).sum() * len(scores) / max(len(scores) - 1, 1)))
    if len(scores) < 2 or not spread > 0:
        return float("nan")
    return float(2 * stats.t.sf(abs(scores.sum()) / spread, len(scores) - 1))


def _excess(counts: Array, edges: Array, thresholds: Sequence[float], bins: Bins) -> tuple[Array, Array, Array, Array]:
    """Excess, missing, smooth count above and expected share above, each draws x thresholds."""
    middles = (edges[:-1] + edges[1:]) / 2
    around = np.zeros(len(middles), dtype=bool)
    for threshold in thresholds:
        around |= (middles > threshold - bins.below) & (middles < threshold + bins.above)
    scaled = (middles - middles.mean()) / max(np.ptp(middles) / 2, 1e-12)
    degree = min(bins.degree, int((~around).sum()) // _BINS_A_TERM - 1)
    columns = np.polynomial.chebyshev.chebvander(scaled, max(degree, 0))
    if degree < 1:
        nothing = np.full((len(counts), len(thresholds)), np.nan)
        return nothing, nothing, nothing, nothing
    smooth = _log_polynomial(counts[:, ~around], columns[~around], columns)
    out = []
    for threshold in thresholds:
        reached = edges[0] <= threshold - bins.below and threshold + bins.above <= edges[-1]
        over = (middles > threshold) & (middles < threshold + bins.above)
        under = (middles < threshold) & (middles > threshold - bins.below)
        beside = (middles < threshold) & (middles > threshold - bins.above)
        expected_over, expected_beside = smooth[:, over].sum(axis=1), smooth[:, beside].sum(axis=1)
        both = expected_over + expected_beside
        found = (
            counts[:, over].sum(axis=1) - expected_over,
            smooth[:, under].sum(axis=1) - counts[:, under].sum(axis=1),
            expected_over,
            np.where(both > 0, expected_over / np.where(both > 0, both, 1.0), np.nan),
        )
        out.append([part if reached else np.full(len(counts), np.nan) for part in found])
    parts = [np.column_stack(part) for part in zip(*out, strict=True)]
    return parts[0], parts[1], parts[2], parts[3]


def _log_polynomial(counts: Array, columns: Array, everywhere: Array) -> Array:
    """Smooth counts of all bins (draws x bins): Poisson regression of each draw's ``counts`` on ``columns``."""
    draws, size = len(counts), columns.shape[1]
    level = np.log(np.maximum(counts.mean(axis=1, keepdims=True), 1e-3))
    beta = np.zeros((draws, size))
    beta[:, :1] = level
    ridge = 1e-8 * np.eye(size)
    for _ in range(_STEPS):
        mean = np.exp(np.clip(beta @ columns.T, -_FARTHEST, _FARTHEST))
        score = (counts - mean) @ columns
        bread = np.einsum("dn,ni,nj->dij", mean, columns, columns) + ridge
        step = np.linalg.solve(bread, score[:, :, None])[:, :, 0]
        longest = np.abs(step).max(axis=1, keepdims=True)
        step = step * np.minimum(1.0, _LONGEST_STEP / np.maximum(longest, 1e-300))
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            break
    return np.asarray(np.exp(np.clip(beta @ everywhere.T, -_FARTHEST, _FARTHEST)))


def _resampled(
    table: Array, edges: Array, thresholds: Sequence[float], bins: Bins, draws: int, seed: int
) -> tuple[Array, Array, Array, Array]:
    """``_excess`` of ``draws`` resamples of whole clusters (rows of ``table``)."""
    size = len(table)
    if size < 2 or draws < 2:
        empty = np.empty((0, len(thresholds)))
        return empty, empty, empty, empty
    times = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), size=draws)
    return _excess(times @ table, edges, thresholds, bins)
