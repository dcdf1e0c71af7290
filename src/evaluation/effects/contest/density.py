"""Did applications pile up on one side of the line? Tests for scores in steps.

The line is the score of the last application that the budget reached, so a step with many applications is more likely
to hold it: one application a year, the marginal one, is therefore taken off the line's own step before counting.
"""

from __future__ import annotations

import pandas as pd
from scipy import stats

DENSITY_COLUMNS = ["test", "window", "n_below", "n_line", "n_above", "p"]


def density_at_line(
    frame: pd.DataFrame, window: float, *, step: float = 1.0, curvature: float = 0.05, column: str = "distance"
) -> pd.DataFrame:
    """DENSITY_COLUMNS: two tests that the number of applications does not jump at the line.

    ``frame`` must hold every application with a score, tied ones too (``cutoff.NearLine.every``).
    ``steps``: of those at the line's step and the two beside it, the share at the line must lie between (1 - k)/(3 - k)
    and (1 + k)/(3 + k), k = ``curvature``, the bend that is still called smooth; p is the largest over this range
    (Frandsen 2017, Advances in Econometrics 38). ``window``: as many from the line on as below it within ``window``,
    by the exact binomial test (density taken as flat). NaN where there is nothing to count.
    """
    rows = frame[frame[column].notna()]
    distance = rows[column].to_numpy(dtype=float)
    marginal = int(rows.loc[distance == 0, "year"].nunique())

    def count(low: float, high: float) -> int:
        return int(((distance > low) & (distance < high)).sum())

    at_line = max(int((distance == 0).sum()) - marginal, 0)
    before = count(-1.5 * step, -0.5 * step)
    after = count(0.5 * step, 1.5 * step)
    inside_below = int(((distance < 0) & (distance >= -window)).sum())
    inside_above = max(int(((distance >= 0) & (distance < window)).sum()) - marginal, 0)
    return pd.DataFrame(
        [
            ("steps", step, before, at_line, after, _steps_p(before, at_line, after, curvature)),
            ("window", window, inside_below, at_line, inside_above, _even_p(inside_below, inside_above)),
        ],
        columns=DENSITY_COLUMNS,
    )


def _steps_p(before: int, at_line: int, after: int, curvature: float) -> float:
    total = before + at_line + after
    if total == 0:
        return float("nan")
    low, high = (1 - curvature) / (3 - curvature), (1 + curvature) / (3 + curvature)
    too_many = float(stats.binom.sf(at_line - 1, total, high))
    too_few = float(stats.binom.cdf(at_line, total, low))
    return min(1.0, 2 * min(too_many, too_few))


def _even_p(below: int, above: int) -> float:
    total = below + above
    return float(stats.binomtest(above, total, 0.5).pvalue) if total else float("nan")
