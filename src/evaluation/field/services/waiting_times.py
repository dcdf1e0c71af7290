"""How long something takes where not everything is done yet: quantiles of Kaplan and Meier's curve.

What is not done by the last day seen has not taken "so long": it is censored then (``effects.survival.curves``). The
interval of a quantile: Brookmeyer and Crowley (1982, Biometrics 38), from the curve's own intervals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.survival.curves import SURVIVAL_COLUMNS, survival_curve


@dataclass(frozen=True, eq=False)
class Waits:
    """``days`` from the first to the last day seen and ``done`` (True: it ended then) of the rows that tell both.

    ``untold`` rows could not be used: without a first day, done on an unknown day, or done before they began.
    """

    days: np.ndarray
    done: np.ndarray
    untold: int

    @property
    def n(self) -> int:
        return len(self.days)


def waits(begun: pd.Series, ended: pd.Series, is_done: pd.Series, last_day: pd.Timestamp) -> Waits:
    """Days between ``begun`` and ``ended``, or until ``last_day`` where not ``is_done``.

    ``is_done``: True, False, or missing where nobody knows. What ended after ``last_day`` was still open on it.
    """
    done = is_done.astype("boolean")
    late = ended.gt(last_day)
    done = done.where(~late, False)
    stop = ended.where(done.fillna(False), last_day)
    days = (stop - begun).dt.days
    usable = done.notna() & days.notna() & days.ge(0)
    return Waits(
        days[usable].to_numpy(dtype="float64"), done[usable].to_numpy(dtype=bool), int(len(begun) - usable.sum())
    )


def waiting_curve(found: Waits) -> pd.DataFrame:
    """Share still waiting by days: SURVIVAL_COLUMNS. What is done on the very day has taken 0 days."""
    if found.n == 0:
        return pd.DataFrame(columns=SURVIVAL_COLUMNS, dtype="float64")
    # the curve is of spells with a length: they begin a day before the first day, which changes no time and no order
    return survival_curve(found.days, found.done.astype(int), np.full(found.n, -1.0))


def quantile(curve: pd.DataFrame, share: float) -> tuple[float, float, float]:
    """Days by which ``share`` is done, with its interval; NaN where it was not reached while anybody was watched.

    Where the interval has no upper end yet, it has none at all: half an interval is read as a whole one.
    """

    def first(column: str) -> float:
        reached = curve.loc[curve[column].le(1 - share + 1e-12), "time"]
        return float(reached.iloc[0]) if len(reached) else np.nan

    value, low, high = first("survival"), first("low"), first("high")
    if np.isnan(high):
        return value, np.nan, np.nan
    return value, min(low, value), high
