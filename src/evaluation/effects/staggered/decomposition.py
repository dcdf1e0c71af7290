"""What a two-way fixed-effects coefficient averages: comparisons of two groups, those with the already trained too.

Goodman-Bacon (2021, Journal of Econometrics 225), theorem 1: with a balanced panel and a treatment that stays, the
coefficient is the weighted mean of all comparisons of two groups over the years in which one of them changes. Where
effects differ over time, comparisons with already trained units are wrong, and their weight says how much of the
coefficient rests on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.effects.inference.clusters import Array
from evaluation.effects.staggered.cohorts import cohort_rows, nothing_to_compare
from evaluation.settings import InputProblem

Marks = NDArray[np.bool_]

COMPARISON_COLUMNS = ["treated", "control", "type", "weight", "estimate", "units"]
TYPE_COLUMNS = ["type", "weight", "estimate", "comparisons"]
TYPES = ("treated_vs_never", "earlier_vs_later", "later_vs_earlier", "treated_vs_always")


@dataclass(frozen=True)
class Decomposition:
    """``two_way`` is the coefficient; ``comparisons``: COMPARISON_COLUMNS, whose weights add up to 1."""

    two_way: float
    comparisons: pd.DataFrame

    @property
    def types(self) -> pd.DataFrame:
        """TYPE_COLUMNS: weight and mean estimate of each type that occurs, in the order of TYPES."""
        rows = []
        for kind in TYPES:
            found = self.comparisons[self.comparisons["type"] == kind]
            weight = float(found["weight"].sum())
            if weight > 0:
                estimate = float((found["weight"] * found["estimate"]).sum()) / weight
                rows.append((kind, weight, estimate, len(found)))
        return pd.DataFrame(rows, columns=TYPE_COLUMNS)

    @property
    def weight_on_already_trained(self) -> float:
        """Share of the coefficient that takes already trained units for controls."""
        already = self.comparisons["type"].isin(["later_vs_earlier", "treated_vs_always"])
        return float(self.comparisons.loc[already, "weight"].sum())


def decompose(
    panel: pd.DataFrame,
    outcome: str,
    *,
    unit: str = "unit_id",
    year: str = "year",
    first_year: str = "first_trained_year",
) -> Decomposition:
    """Comparisons behind the coefficient of trained (0/1) with unit and year effects, unweighted, no covariates.

    ``treated`` and ``control`` are years of first training, empty for the never trained; units trained from the
    panel's first year on are one group. Raises InputProblem for a panel with gaps, and where nobody changes.
    """
    rows = cohort_rows(panel, outcome, unit=unit, year=year, first_year=first_year)
    if not rows.is_complete().all():
        raise InputProblem(
            f"Разложение требует строки на каждый год у каждой территории; неполных территорий "
            f"{int((~rows.is_complete()).sum())}. Оставьте годы или территории без пропусков.",
            f"The decomposition needs a row for every unit and year; {int((~rows.is_complete()).sum())} units have "
            "gaps. Keep years or units without gaps.",
        )
    years = np.array(rows.years, dtype=float)
    first = np.where(rows.first > years[-1], np.inf, np.maximum(rows.first, years[0]))
    labels, member = np.unique(first, return_inverse=True)
    sizes = np.bincount(member).astype(float)
    starts = np.searchsorted(member, np.arange(len(labels)))
    means = np.add.reduceat(rows.outcome.reshape(rows.units, len(years)), starts, axis=0) / sizes[:, None]
    treated = np.greater_equal.outer(-labels, -years)  # year >= first year
    comparisons = _comparisons(labels, sizes, means, treated)
    total = sum(one[3] for one in comparisons)
    if total <= 0:
        raise nothing_to_compare()
    frame = pd.DataFrame(
        [(*one[:3], one[3] / total, *one[4:]) for one in comparisons], columns=COMPARISON_COLUMNS
    )  # fmt: skip
    for side in ("treated", "control"):
        frame[side] = frame[side].where(np.isfinite(frame[side])).astype("Int64")
    return Decomposition(_two_way(sizes, means, treated), frame)


def _comparisons(
    labels: Array, sizes: Array, means: Array, treated: Marks
) -> list[tuple[float, float, str, float, float, int]]:
    """treated, control, type, weight (not yet normalised), estimate, units."""
    always: Marks = np.all(treated, axis=1)
    never: Marks = ~np.any(treated, axis=1)
    share = treated.mean(axis=1)
    out = []
    for one in np.flatnonzero(~always & ~never):
        for other in range(len(labels)):
            if other == one:
                continue
            pair = sizes[one] + sizes[other]
            balance = sizes[one] * sizes[other] / pair**2
            if always[other] or never[other]:
                used = np.ones(treated.shape[1], dtype=bool)
                kind = "treated_vs_always" if always[other] else "treated_vs_never"
                weight = pair**2 * balance * share[one] * (1 - share[one])
            elif labels[one] < labels[other]:  # before the later one's training
                used, kind = ~treated[other], "earlier_vs_later"
                weight = pair**2 * balance * (share[one] - share[other]) * (1 - share[one])
            else:  # from the earlier one's training on
                used, kind = treated[other], "later_vs_earlier"
                weight = pair**2 * balance * share[one] * (share[other] - share[one])
            after = used & treated[one]
            before = used & ~treated[one]
            gap = means[one] - means[other]
            estimate = float(gap[after].mean() - gap[before].mean())
            out.append((float(labels[one]), float(labels[other]), kind, float(weight), estimate, int(pair)))
    return out


def _two_way(sizes: Array, means: Array, treated: Marks) -> float:
    """Coefficient of trained with unit and year effects: groups stand for their units."""
    weights = sizes[:, None] / sizes.sum()

    def within(values: Array) -> Array:
        rest = values - values.mean(axis=1, keepdims=True)
        return np.asarray(rest - (weights * rest).sum(axis=0))

    exposure = within(treated.astype(float))
    return float((weights * exposure * means).sum() / (weights * exposure**2).sum())
