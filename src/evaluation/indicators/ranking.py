"""A place's rank by its rate, and how far chance in counting leaves that rank open.

Two places' counts are compared given their sum: were their rates equal, the first place's part of the sum would be
binomial with its part of the exposure (Przyborowski and Wilenski 1940, Biometrika 31, 313-323). A place is told from
another where that tail is at most (1 - level) / 2 / (places - 1). Whoever is surely above or below bounds the rank:
after Mogstad, Romano, Shaikh and Wilhelm (2024, Review of Economic Studies 91, 476-518), with Bonferroni's share for
each comparison, so that a place's range holds its true rank with at least the ``level``, whatever the other ranks.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from evaluation.indicators.breaks import ALL_UNITS
from evaluation.indicators.intervals import poisson_bounds
from evaluation.indicators.smoothing import checked_counts
from evaluation.territory.crosswalk import UNASSIGNED

RANK_COLUMNS = [
    "unit_id", "observed", "exposure", "value", "low", "high", "rank", "rank_low", "rank_high", "above", "below",
    "alike", "ranked",
]  # fmt: skip
_ROWS_AT_ONCE = 500


def rank_rates(frame: pd.DataFrame, scale: float = 1.0, level: float = 0.95) -> pd.DataFrame:
    """RANK_COLUMNS, one row a place as given; ``frame`` has unit_id, observed (a count), exposure (residents).

    ``value``, ``low``, ``high``: rate per ``scale`` with the exact Poisson interval. ``rank``: 1 plus the places with a
    higher rate (equal rates share a rank). ``rank_low`` to ``rank_high``: ranks that chance leaves open; ``above`` and
    ``below``: places surely higher and lower; ``alike``: those that it cannot be told from; ``ranked``: places with an
    exposure. A place without one has no value and no rank. Only chance in counting is allowed for: what makes counts
    vary more than independent events do would widen the range. Raises InputProblem for counts that are none.
    """
    counts = checked_counts(frame, "rate")
    known = counts[counts["exposure"].notna()]
    count, whole = known["observed"].to_numpy(dtype=float), known["exposure"].to_numpy(dtype=float)
    rate = count / whole
    above, below = _told_apart(count, whole, level)
    low, high = poisson_bounds(count, level)
    places = len(known)
    out = pd.DataFrame(
        {
            "unit_id": known["unit_id"].to_numpy(), "value": scale * rate, "low": scale * low / whole,
            "high": scale * high / whole,
            "rank": 1 + places - np.searchsorted(np.sort(rate), rate, side="right"),
            "rank_low": 1 + above, "rank_high": places - below, "above": above, "below": below,
            "alike": places - 1 - above - below, "ranked": places,
        }
    )  # fmt: skip
    ranked = counts.merge(out, on="unit_id", how="left")[RANK_COLUMNS]
    return ranked.astype(dict.fromkeys(RANK_COLUMNS[6:], "Int64"))


def _told_apart(count: np.ndarray, whole: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """For every place the number of places that are surely above and surely below it."""
    places = len(count)
    above, below = np.zeros(places, dtype=int), np.zeros(places, dtype=int)
    if places < 2:
        return above, below
    limit = (1 - level) / 2 / (places - 1)
    for start in range(0, places, _ROWS_AT_ONCE):
        own, own_whole = (each[start : start + _ROWS_AT_ONCE, None] for each in (count, whole))
        share = own_whole / (own_whole + whole[None, :])
        # P(X >= own) and P(X <= own) for X binomial given the sum; both are 1 of a place beside itself
        least = np.where(own > 0, special.betainc(np.maximum(own, 1), count + 1, share), 1.0)
        most = np.where(count > 0, special.betainc(np.maximum(count, 1), own + 1, 1 - share), 1.0)
        itself = np.arange(start, start + len(own))[:, None] == np.arange(places)[None, :]
        above[start : start + len(own)] = ((most <= limit) & ~itself).sum(axis=1)
        below[start : start + len(own)] = ((least <= limit) & ~itself).sum(axis=1)
    return above, below


def project_ranks(indicators: pd.DataFrame, panel: pd.DataFrame, year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``rank_rates`` of supported projects per 10,000 residents: of ``year``, and of all years of the panel together.

    ``indicators`` and ``panel``: contracts of the same names. Over all years, in the present boundaries, a unit's
    projects and residents are summed over the years in which its residents are known.
    """
    rates = indicators[(indicators["indicator"] == "projects_per_10000") & (indicators["year"] == year)]
    now = rates[rates["unit_id"] != ALL_UNITS].rename(columns={"numerator": "observed", "denominator": "exposure"})
    rows = panel[(panel["geography"] == "current") & panel["unit_id"].ne(UNASSIGNED) & (panel["year"] <= year)]
    known = rows[rows["population"].gt(0).fillna(False)]
    sums = known.groupby("unit_id", as_index=False)[["funded", "population"]].sum()
    whole = sums.rename(columns={"funded": "observed", "population": "exposure"})
    return rank_rates(now, 10_000), rank_rates(whole, 10_000)
