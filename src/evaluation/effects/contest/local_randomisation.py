"""Applications so near to the line that its place was chance: compared within years by permutation.

The window is the widest around the line in which, and in every narrower one, what was known before looks alike on both
sides (smallest p of all covariates at 0.15 or more). Source: Cattaneo, Frandsen and Titiunik (2015, Journal of Causal
Inference 3). Decisions are dealt out again within each year, since each year has its own line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.effects.inference.sharp_null import SharpNullSet, sharp_null_set

WINDOW_COLUMNS = ["window", "n_below", "n_above", "p", "covariate", "chosen"]
BALANCED = 0.15
LEAST_A_SIDE = 5


@dataclass(frozen=True)
class Comparison:
    """Difference of means between both sides within years, its set of effects, and whether all deals were counted."""

    estimate: float
    kept: SharpNullSet
    n: int
    is_exact: bool


def compare_within_years(
    outcome: Array, above: Array, years: np.ndarray, draws: int, seed: int, level: float = 0.95
) -> Comparison | None:
    """Fisher's test with the difference of means within years. All deals are counted where there are no more than
    ``draws``. None where no year has applications on both sides."""
    codes = np.unique(years, return_inverse=True)[1]
    sizes = np.bincount(codes).astype(float)
    centred = above - (np.bincount(codes, above) / sizes)[codes]
    length = float(centred @ centred)
    if not length > 0:
        return None
    observed, slope = float(centred @ outcome) / length, 1.0
    deals, is_exact = _deals(above, codes, draws, seed)
    inside = deals - (np.bincount(codes, above) / sizes)[codes]
    # the number above the line is fixed within a year, so every deal has the same length
    drawn, slopes = inside @ outcome / length, inside @ above / length
    return Comparison(observed, sharp_null_set(observed, slope, drawn, slopes, level), len(outcome), is_exact)


def _deals(above: Array, codes: np.ndarray, draws: int, seed: int) -> tuple[Array, bool]:
    """Deals other than the observed one, deals x applications, and whether these are all there are."""
    groups = [np.flatnonzero(codes == code) for code in range(int(codes.max()) + 1)]
    ways = [math.comb(len(group), int(above[group].sum())) for group in groups]
    if math.prod(ways) <= draws + 1:
        each = [[list(chosen) for chosen in combinations(group, int(above[group].sum()))] for group in groups]
        rows = []
        for choice in product(*each):
            row = np.zeros(len(above))
            row[[place for chosen in choice for place in chosen]] = 1.0
            if not np.array_equal(row, above):
                rows.append(row)
        return np.array(rows).reshape(len(rows), len(above)), True
    order = np.argsort(codes, kind="stable")
    keys = np.random.default_rng(seed).random((draws, len(above))) + codes[order]
    dealt = np.empty((draws, len(above)))
    dealt[:, order] = above[order][np.argsort(keys, axis=1, kind="stable")]
    return dealt, False


def choose_window(
    frame: pd.DataFrame,
    covariates: Sequence[str],
    *,
    draws: int = 999,
    seed: int = 1,
    balanced: float = BALANCED,
    least: int = LEAST_A_SIDE,
) -> pd.DataFrame:
    """WINDOW_COLUMNS, a row a window from narrow to wide; ``chosen`` marks the one to use, if any.

    ``frame`` has distance, above, year and the covariates, known before the decision. A window holds the applications
    no further than ``window`` from the line, and is looked at from the first with ``least`` on each side on; the
    search ends with the first that is not balanced. Without covariates there is nothing to go by but ``least``.
    """
    rows: list[tuple[object, ...]] = []
    distance = frame["distance"].to_numpy(dtype=float)
    for window in np.unique(np.abs(distance)):
        near = frame[np.abs(distance) <= window]
        n_above = int(near["above"].sum())
        n_below = len(near) - n_above
        if min(n_above, n_below) < least:
            continue
        p, worst = _balance(near, covariates, draws, seed)
        rows.append((float(window), n_below, n_above, p, worst, False))
        if p < balanced or not covariates:
            break
    table = pd.DataFrame(rows, columns=WINDOW_COLUMNS)
    good = table.index[~(table["p"] < balanced)]
    if len(good):
        table.loc[good[-1], "chosen"] = True
    return table


def _balance(near: pd.DataFrame, covariates: Sequence[str], draws: int, seed: int) -> tuple[float, str | None]:
    """Smallest p of the covariates in a window, and whose it is; text columns are compared level by level."""
    found: list[tuple[float, str]] = []
    for name in covariates:
        known = near[near[name].notna()]
        if pd.api.types.is_numeric_dtype(known[name]) or pd.api.types.is_bool_dtype(known[name]):
            columns = [known[name].to_numpy(dtype=float)]
        else:
            columns = [(known[name] == level).to_numpy(dtype=float) for level in sorted(set(known[name]))]
        values = [
            compare_within_years(
                column, known["above"].to_numpy(dtype=float), known["year"].to_numpy(dtype=int), draws, seed
            )
            for column in columns
            if len(known) and np.ptp(column) > 0
        ]
        # several levels are one covariate: its smallest p times their number
        p = [one.kept.p for one in values if one is not None]
        if p:
            found.append((min(min(p) * len(p), 1.0), name))
    return min(found) if found else (float("nan"), None)
