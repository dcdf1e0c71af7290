"""Each year's line: the score from which applications were funded, and how sharply it divides them.

The line moves with the budget and is not written down; it is read from scores and decisions. ``sharp``: everything
from the line on is funded and nothing below. ``ties``: the line's own score is divided by another rule (the date of
application, say), all else is in order. ``fuzzy``: some applications lie on the wrong side.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

LINE_COLUMNS = ["year", "line", "kind", "n", "n_funded", "tied", "misordered_share", "support_points"]


def find_lines(frame: pd.DataFrame, score: str = "score", funded: str = "funded") -> pd.DataFrame:
    """LINE_COLUMNS, a row a year; ``frame`` has year, score and funded (0 or 1), one row an application with a score.

    The line is the score with the fewest applications on the wrong side of it, where those exactly at it count on
    neither; among equals the one at which something was funded, and of these the highest. ``tied`` counts the
    applications at a line whose score was both funded and not; ``misordered_share`` is the share on the wrong side.
    ``kind`` is ``none`` (and the line empty) where all or nothing was funded.
    """
    rows = frame[frame[score].notna() & frame[funded].notna()]
    found = [_line_of(int(year), part, score, funded) for year, part in rows.groupby("year", sort=True)]
    return pd.DataFrame(found, columns=LINE_COLUMNS)


def _line_of(year: int, part: pd.DataFrame, score: str, funded: str) -> tuple[object, ...]:
    counts = part.groupby(part[score].astype(float))[funded].agg(["size", "sum"])
    values = counts.index.to_numpy()
    won = counts["sum"].to_numpy(dtype=float)
    lost = counts["size"].to_numpy(dtype=float) - won
    size, n_funded = len(part), int(won.sum())
    if n_funded in (0, size):
        return year, float("nan"), "none", size, n_funded, 0, 0.0, len(values)
    below = np.concatenate([[0.0], np.cumsum(won)[:-1]])
    above = lost.sum() - np.cumsum(lost)
    wrong = below + above
    best = np.flatnonzero(wrong == wrong.min())
    place = max(best, key=lambda position: (won[position] > 0, position))
    tied = int(won[place] + lost[place]) if won[place] > 0 and lost[place] > 0 else 0
    kind = "fuzzy" if wrong[place] > 0 else "ties" if tied else "sharp"
    return year, float(values[place]), kind, size, n_funded, tied, float(wrong[place] / size), len(values)


def add_distance(frame: pd.DataFrame, lines: pd.DataFrame, score: str = "score") -> pd.DataFrame:
    """``frame`` with ``distance`` (score less its year's line), ``above`` (1 from the line on) and ``tied``.

    Applications of years without a line have no distance.
    """
    by_year = lines.set_index("year")
    distance = frame[score].astype("float64") - frame["year"].map(by_year["line"]).astype("float64")
    tied = (distance == 0) & (frame["year"].map(by_year["tied"]).fillna(0) > 0)
    return frame.assign(distance=distance, above=(distance >= 0).astype(float).where(distance.notna()), tied=tied)
