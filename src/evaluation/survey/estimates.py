"""The one shape of a survey estimate, and the statistics of one question that are brought to it.

Where a sample was not drawn by chance the value stays and every error is withheld: no margin of error can be computed
from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.survey.design import Array, Design
from evaluation.survey.intervals import LEVEL, ShareInterval, critical, plain_interval, share_interval
from evaluation.survey.taylor import (
    Linearised,
    Mask,
    difference,
    domain_degrees_of_freedom,
    mean,
    ratio,
    total,
    variance,
)

ESTIMATE_COLUMNS = [
    "item", "choice", "group", "statistic", "value", "se", "low", "high", "n", "n_weighted", "n_eff", "deff", "df",
    "asked", "dont_know", "refused", "no_answer", "note",
]  # fmt: skip
COUNTS = ("n", "df", "asked", "dont_know", "refused", "no_answer")
NOTES = (
    "not_probability", "census", "census_nonresponse", "nobody_answered", "no_degrees_of_freedom", "no_variation",
    "at_bound", "base_asked", "not_asked", "zero_base",
)  # fmt: skip
PROMOTERS, DETRACTORS = 9, 6


@dataclass(frozen=True)
class Base:
    """How many were asked, and why some of them gave no value."""

    asked: int
    dont_know: int = 0
    refused: int = 0
    no_answer: int = 0


def as_frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows of ``estimate`` as a frame of ESTIMATE_COLUMNS."""
    return pd.DataFrame(rows, columns=ESTIMATE_COLUMNS).astype(dict.fromkeys(COUNTS, "Int64"))


def estimate(
    design: Design,
    statistic: Linearised,
    name: str,
    *,
    item: str = "",
    choice: str = "",
    group: str = "",
    base: Base | None = None,
    interval: ShareInterval | None = None,
    scale: float = 1.0,
    notes: tuple[str, ...] = (),
) -> dict[str, object]:
    """One row of ESTIMATE_COLUMNS.

    ``interval`` makes it a share's; ``scale`` multiplies value and error. ``se``, ``low``, ``high``, ``n_eff``,
    ``deff`` are NaN, and ``note`` (codes of NOTES joined by a semicolon) says why, for a sample that is not a
    probability sample, for a base of nobody, and where the base lies in one PSU of its stratum. A census has no
    sampling error: ``se`` is 0; those who did not answer are another matter, and a note names them.
    """
    se, low, high, deff, effective, degrees, remarks = _error(design, statistic, interval)
    known = base or Base(statistic.n)
    return {
        "item": item,
        "choice": choice,
        "group": group,
        "statistic": name,
        "value": scale * statistic.value,
        "se": scale * se,
        "low": scale * low,
        "high": scale * high,
        "n": statistic.n,
        "n_weighted": statistic.n_weighted,
        "n_eff": effective,
        "deff": deff,
        "df": degrees,
        "asked": known.asked,
        "dont_know": known.dont_know,
        "refused": known.refused,
        "no_answer": known.no_answer,
        "note": "; ".join(dict.fromkeys([*design.notes, *remarks, *notes])),
    }


def _error(
    design: Design, statistic: Linearised, interval: ShareInterval | None
) -> tuple[float, float, float, float, float, int | None, list[str]]:
    nothing = float("nan")
    if np.isnan(statistic.value):
        return nothing, nothing, nothing, nothing, nothing, None, ["zero_base" if statistic.n else "nobody_answered"]
    if not design.probability:
        return nothing, nothing, nothing, nothing, nothing, None, []
    if (design.drawn_share == 1).all():
        return 0.0, statistic.value, statistic.value, nothing, nothing, None, []
    degrees = domain_degrees_of_freedom(design, statistic.rows)
    if degrees < 1:
        return nothing, nothing, nothing, nothing, nothing, degrees, ["no_degrees_of_freedom"]
    se = float(np.sqrt(max(variance(design, statistic), 0.0)))
    # rounding leaves something near 1e-17 where all answers are alike
    if se <= 1e-12 * max(abs(statistic.value), 1e-300):
        se = 0.0
    simple = statistic.simple_variance
    deff = se**2 / simple if simple > 0 and se > 0 else nothing
    effective = statistic.n / deff if deff > 0 else nothing
    remarks = []
    if interval is None:
        low, high = plain_interval(statistic.value, se, degrees)
    else:
        at_bound = se == 0 and abs(statistic.value - round(statistic.value)) < 1e-12
        share = float(round(statistic.value)) if at_bound else statistic.value
        low, high = share_interval(share, se, degrees, statistic.n, interval)
        remarks += ["at_bound"] * at_bound
    if se == 0 and not remarks:
        remarks.append("no_variation")
    return se, low, high, deff, effective, degrees, remarks


def mean_of(design: Design, values: Array, domain: Mask | None = None) -> pd.DataFrame:
    """Mean of ``values`` (NaN: no answer), with its design effect; one row of ESTIMATE_COLUMNS."""
    return as_frame([estimate(design, mean(design, values, domain), "mean")])


def total_of(design: Design, values: Array, domain: Mask | None = None) -> pd.DataFrame:
    """Total of ``values`` over the population that the weights stand for."""
    return as_frame([estimate(design, total(design, values, domain), "total")])


def ratio_of(design: Design, above: Array, below: Array, domain: Mask | None = None) -> pd.DataFrame:
    """Ratio of two totals."""
    return as_frame([estimate(design, ratio(design, above, below, domain), "ratio")])


def share_of(design: Design, yes: Array, domain: Mask | None = None, interval: ShareInterval = "logit") -> pd.DataFrame:
    """Share of ones among the ones and zeros of ``yes`` (NaN: no answer)."""
    return as_frame([estimate(design, mean(design, yes, domain), "share", interval=interval)])


def difference_of(design: Design, values: Array, one: Mask, other: Mask, name: str = "difference") -> pd.DataFrame:
    """Mean of ``values`` in the rows of ``one`` less that in ``other``: two groups, or two waves of one frame."""
    made = difference(mean(design, values, one), mean(design, values, other))
    return as_frame([estimate(design, made, name)])


def promoter_values(ratings: Array) -> Array:
    """Ratings of 0 to 10 as 1 (9, 10), 0 (7, 8) and -1 (0 to 6), whose mean times 100 is the net promoter score."""
    scored = (ratings >= PROMOTERS).astype(float) - (ratings <= DETRACTORS)
    return np.where(np.isnan(ratings), np.nan, scored)


def promoter_score_of(design: Design, ratings: Array, domain: Mask | None = None) -> pd.DataFrame:
    """Net promoter score in points from -100 to 100: the linearised mean of -1, 0 and 1."""
    return as_frame([estimate(design, mean(design, promoter_values(ratings), domain), "nps", scale=100.0)])


def quantile_of(design: Design, values: Array, share: float, domain: Mask | None = None) -> pd.DataFrame:
    """The smallest answer below or at which lies the ``share`` of weight, with Woodruff's interval.

    The interval is that of the share of answers up to the quantile, read off the weighted distribution (Woodruff 1952,
    JASA 47, 635-646); ``se`` is its length over twice the critical value.
    """
    known = ~np.isnan(values) & (True if domain is None else domain)
    name = f"quantile_{share:g}"
    if not known.any():
        return as_frame([estimate(design, mean(design, values, domain), name)])
    order = np.argsort(values[known], kind="stable")
    ordered = values[known][order]
    below = np.cumsum(design.weights[known][order])
    below /= below[-1]

    def read(at: float) -> float:
        return float(ordered[min(int(np.searchsorted(below, at * (1 - 1e-12))), len(ordered) - 1)])

    value = read(share)
    row = estimate(design, mean(design, np.where(known, values <= value, np.nan), domain), name)
    se, degrees = float(row["se"]), row["df"]  # type: ignore[arg-type]  # a row's numbers
    row["value"], row["deff"], row["n_eff"] = value, float("nan"), float("nan")
    if np.isfinite(se) and isinstance(degrees, int):
        at, half = below[np.searchsorted(ordered, value, side="right") - 1], critical(degrees) * se
        row["low"], row["high"] = read(max(at - half, 0.0)), read(min(at + half, 1.0))
        row["se"] = (float(row["high"]) - float(row["low"])) / (2 * critical(degrees))  # type: ignore[arg-type]  # the same
    elif se == 0:
        row["low"] = row["high"] = value
    return as_frame([row])


__all__ = [
    "ESTIMATE_COLUMNS", "LEVEL", "NOTES", "Base", "as_frame", "difference_of", "estimate", "mean_of",
    "promoter_score_of", "promoter_values", "quantile_of", "ratio_of", "share_of", "total_of",
]  # fmt: skip
