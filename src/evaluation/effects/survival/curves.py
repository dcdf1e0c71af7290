"""Survival curves: Kaplan-Meier, and Aalen-Johansen where a spell may end in several ways.

A spell is seen over (start, stop]; ``start`` above zero is late entry: the spell counts as at risk only since then.
Spells that stop at the same time as another's event are still at risk at it. Sources: Kaplan and Meier (1958, Journal
of the American Statistical Association 53); Kalbfleisch and Prentice (2002, The Statistical Analysis of Failure Time
Data, sections 1.4 and 8.2); Marubini and Valsecchi (1995, section 10.3) for the variance of the cumulative incidence.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from evaluation.effects.inference.clusters import Array
from evaluation.settings import DataProblem, InputProblem

SURVIVAL_COLUMNS = ["time", "at_risk", "events", "censored", "survival", "se", "low", "high"]
INCIDENCE_COLUMNS = ["cause", "time", "at_risk", "events", "incidence", "se", "low", "high"]


def survival_curve(stop: Array, event: Array, start: Array | None = None, level: float = 0.95) -> pd.DataFrame:
    """Kaplan-Meier estimate: SURVIVAL_COLUMNS, one row a time at which a spell stops.

    ``event`` is 1 where the spell ended, 0 where it was still going on when last seen. ``se`` is Greenwood's; the
    interval is that of log(-log S), which stays within 0 and 1, and is empty at S = 1 and S = 0. Raises InputProblem
    for spells without length and for codes other than 0 and 1.
    """
    start = np.zeros(len(stop)) if start is None else start
    refuse_spells(start, stop, event)
    if not np.isin(event, (0, 1)).all():
        raise InputProblem(
            "событие должно быть 0 или 1; для нескольких исходов возьмите cumulative_incidence.",
            "the event must be 0 or 1; for several ways to end take cumulative_incidence.",
        )
    times, at_risk, events, censored = _counts(start, stop, event, np.array([1]))
    deaths = events[:, 0]
    survival = np.cumprod(1 - deaths / at_risk)
    alive = at_risk - deaths
    greenwood = np.cumsum(np.divide(deaths, at_risk * alive, out=np.zeros(len(times)), where=alive > 0))
    inside = (survival > 0) & (survival < 1)
    low, high = np.full((2, len(times)), np.nan)
    logarithm = np.log(survival[inside])
    width = stats.norm.ppf(0.5 + level / 2) * np.sqrt(greenwood[inside]) / -logarithm
    low[inside] = np.exp(logarithm * np.exp(width))
    high[inside] = np.exp(logarithm * np.exp(-width))
    # Greenwood's sum is not defined once nobody is left
    se = np.where(survival > 0, survival * np.sqrt(greenwood), np.nan)
    columns = [times, at_risk, deaths, censored, survival, se, low, high]
    return pd.DataFrame(dict(zip(SURVIVAL_COLUMNS, columns, strict=True)))


def median_survival(curve: pd.DataFrame) -> float:
    """First time at which survival is one half or less; infinite where it never is."""
    reached = curve.loc[curve["survival"] <= 0.5 + 1e-12, "time"]
    return float(reached.iloc[0]) if len(reached) else float("inf")


def survival_at(curve: pd.DataFrame, times: Array) -> Array:
    """Survival at any times; 1 before the first row, NaN beyond the last time at which anybody was seen."""
    position = np.searchsorted(curve["time"].to_numpy(), times, side="right")
    values = np.concatenate([[1.0], curve["survival"].to_numpy()])[position]
    beyond = (times > curve["time"].iloc[-1]) & (values > 0)
    return np.where(beyond, np.nan, values)


def cumulative_incidence(stop: Array, cause: Array, start: Array | None = None, level: float = 0.95) -> pd.DataFrame:
    """Aalen-Johansen probabilities of having ended by each cause: INCIDENCE_COLUMNS, one row a cause and event time.

    ``cause`` is 0 where the spell was still going on, 1, 2, … for the ways to end; the others are competing risks, not
    censoring. The interval is that of log(-log(1 - F)). Raises InputProblem as ``survival_curve``.
    """
    start = np.zeros(len(stop)) if start is None else start
    refuse_spells(start, stop, cause)
    causes = np.unique(cause[cause > 0])
    times, at_risk, events, _ = _counts(start, stop, cause, causes)
    seen = events.sum(axis=1) > 0
    times, at_risk, events = times[seen], at_risk[seen].astype(float), events[seen]
    deaths = events.sum(axis=1).astype(float)
    survival = np.cumprod(1 - deaths / at_risk)
    before = np.concatenate([[1.0], survival[:-1]])
    alive = at_risk - deaths
    every = np.divide(deaths, at_risk * alive, out=np.zeros(len(times)), where=alive > 0)
    frames = []
    for column, code in enumerate(causes):
        own = events[:, column].astype(float)
        step = before * own / at_risk
        incidence = np.cumsum(step)
        # sums over s <= t of (F(t) - F(s))^2 a_s + b_s - 2 (F(t) - F(s)) c_s, expanded so that one pass does
        spread = before**2 * own * (at_risk - own) / at_risk**3
        mixed = before * own / at_risk**2
        variance = (
            incidence**2 * np.cumsum(every)
            - 2 * incidence * np.cumsum(incidence * every)
            + np.cumsum(incidence**2 * every)
            + np.cumsum(spread)
            - 2 * (incidence * np.cumsum(mixed) - np.cumsum(incidence * mixed))
        )
        se = np.sqrt(np.clip(variance, 0.0, None))
        inside = (incidence > 0) & (incidence < 1)
        low, high = np.full((2, len(times)), np.nan)
        left = np.log1p(-incidence[inside])
        width = stats.norm.ppf(0.5 + level / 2) * se[inside] / ((1 - incidence[inside]) * -left)
        low[inside] = -np.expm1(left * np.exp(-width))
        high[inside] = -np.expm1(left * np.exp(width))
        columns = [np.repeat(code, len(times)), times, at_risk.astype(int), events[:, column], incidence, se, low, high]
        frames.append(pd.DataFrame(dict(zip(INCIDENCE_COLUMNS, columns, strict=True))))
    if not frames:
        return pd.DataFrame(columns=INCIDENCE_COLUMNS)
    return pd.concat(frames, ignore_index=True)


def refuse_spells(start: Array, stop: Array, event: Array) -> None:
    """Raise InputProblem for no spells, missing numbers, or spells that stop no later than they start."""
    if len(stop) == 0:
        raise DataProblem("нет ни одного отрезка наблюдения.", "there is not a single spell.")
    missing = int((~(np.isfinite(start) & np.isfinite(stop) & np.isfinite(np.asarray(event, dtype=float)))).sum())
    wrong = int((stop <= start).sum())
    if missing or wrong:
        raise InputProblem(
            f"отрезки наблюдения: без начала, конца или исхода {missing}, с концом не позже начала {wrong}. "
            "Исправьте начало и конец.",
            f"spells: {missing} lack a start, an end or an outcome, {wrong} end no later than they start. "
            "Correct start and end.",
        )


def _counts(start: Array, stop: Array, event: Array, causes: np.ndarray) -> tuple[Array, Array, Array, Array]:
    """Distinct stop times; spells at risk just before, events by cause (times x causes) and censored at each."""
    times, position = np.unique(stop, return_inverse=True)
    events = np.column_stack(
        [np.bincount(position, event == code, minlength=len(times)) for code in causes]
        or [np.zeros(len(times), dtype=float)]
    )
    entered = np.searchsorted(np.sort(start), times, side="left")  # those with start < time
    left = np.searchsorted(np.sort(stop), times, side="left")  # those with stop < time
    censored = np.bincount(position, event == 0, minlength=len(times))
    return times, (entered - left).astype(int), events.astype(int), censored.astype(int)
