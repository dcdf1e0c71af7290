"""How sure a measure of inequality is: bootstrap intervals, each unit left out in turn, and what chance alone makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.indicators.inequality import KERNELS, Array, Spread, between_groups, codes_of
from evaluation.settings import InputProblem

DRAWS = 1_999
SEED = 20250102
LEVEL = 0.95
CELLS = 4_000_000


@dataclass(frozen=True)
class Interval:
    """Ends of a percentile interval from ``draws`` resamples; NaN where ``undefined`` of them have no value."""

    low: float
    high: float
    draws: int
    undefined: int


def _resampled(units: Spread, of: Callable[[Array], Array], draws: int, seed: int, level: float) -> Interval:
    if draws < 1 or not 0 < level < 1:
        raise InputProblem(
            f"Повторных выборок {draws}, уровень {level}: ожидалось целое число от 1 и доля между 0 и 1. Исправьте.",
            f"{draws} resamples, level {level}: expected a whole number from 1 and a share between 0 and 1.",
        )
    rng = np.random.default_rng(seed)
    step = max(1, CELLS // units.n)
    found = np.concatenate(
        [of(rng.integers(units.n, size=(min(step, draws - start), units.n))) for start in range(0, draws, step)]
    )
    undefined = int(np.isnan(found).sum())
    if undefined:
        return Interval(float("nan"), float("nan"), draws, undefined)
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), draws, 0)


def bootstrap(measure: str, units: Spread, draws: int = DRAWS, seed: int = SEED, level: float = LEVEL) -> Interval:
    """Percentile interval of a measure of ``inequality.KERNELS``: units are drawn with replacement, with their weights.

    Units are not a sample of more units: the interval says how much hangs on which units there happen to be. It has no
    ends where a resample leaves the measure undefined (zeros). Raises InputProblem for draws or a level that are none.
    """
    kernel = KERNELS[measure]
    return _resampled(units, lambda rows: kernel(units.amounts[rows], units.weights[rows]), draws, seed, level)


def bootstrap_parts(
    measure: str, units: Spread, groups: pd.Series, draws: int = DRAWS, seed: int = SEED, level: float = LEVEL
) -> dict[str, Interval]:
    """Intervals, as ``bootstrap``, of the parts ``between`` and ``within`` of Theil T or L."""
    codes, _ = codes_of(units, groups)

    def between(rows: Array) -> Array:
        # the part of groups with one mean is zero but for the last bits
        return np.maximum(between_groups(measure, units.amounts[rows], units.weights[rows], codes[rows]), 0.0)

    def within(rows: Array) -> Array:
        return np.maximum(KERNELS[measure](units.amounts[rows], units.weights[rows]) - between(rows), 0.0)

    return {name: _resampled(units, part, draws, seed, level) for name, part in
            (("between", between), ("within", within))}  # fmt: skip


def leave_out(measure: str, units: Spread) -> pd.Series:
    """The measure without each unit in turn, by the unit left out; NaN where nothing is left to measure."""
    n = units.n
    everyone = np.arange(n)
    step = max(1, CELLS // n)
    parts = []
    for start in range(0, n, step):
        gone = everyone[start : start + step, None]
        rows = np.broadcast_to(everyone, (len(gone), n))[everyone != gone].reshape(len(gone), n - 1)
        parts.append(KERNELS[measure](units.amounts[rows], units.weights[rows]))
    return pd.Series(np.concatenate(parts), index=pd.Index(units.unit_id, name="unit_id"), name=measure)


def most_influential(measure: str, units: Spread) -> tuple[str, float]:
    """The unit without which the measure changes most, and the measure without it; of equal ones, the first.

    Units without which the measure is undefined come first.
    """
    without = leave_out(measure, units)
    change = (without - float(KERNELS[measure](units.amounts, units.weights))).abs().fillna(np.inf)
    unit = str(change.idxmax())
    return unit, float(without[unit])


@dataclass(frozen=True)
class Chance:
    """A measure as observed and as equal places would show it: mean and 95 % range of ``draws`` simulations.

    ``p``: share of simulations, with the observed one counted among them, that reach the observed measure.
    """

    observed: float
    expected: float
    low: float
    high: float
    p: float
    draws: int
    n: int


def chance(
    measure: str, events: Array, exposure: Array, draws: int = DRAWS, seed: int = SEED, level: float = LEVEL
) -> Chance:
    """What a measure of rates would be if all places had one rate and only chance moved their events.

    Events are drawn anew as Poisson counts in proportion to ``exposure`` with their sum kept (multinomial); rates are
    weighed by exposure. Few events among small units look unequal by chance alone. Raises InputProblem as
    ``bootstrap``, and for events that are no counts.
    """
    count, weight = checked_counts(events, exposure)
    checked_draws(draws)
    kernel = KERNELS[measure]
    observed = float(kernel(count / weight, weight))
    rng = np.random.default_rng(seed)
    step = max(1, CELLS // len(count))
    drawn = []
    for start in range(0, draws, step):
        rows = rng.multinomial(int(count.sum()), weight / weight.sum(), size=min(step, draws - start))
        drawn.append(kernel(rows / weight, np.broadcast_to(weight, rows.shape)))
    found = np.concatenate(drawn)
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    # simulations that give the observed counts anew differ in the last bits
    p = (float((found >= observed - 1e-12).sum()) + 1) / (draws + 1)
    return Chance(observed, float(found.mean()), float(low), float(high), p, draws, len(count))


def checked_counts(events: Array, exposure: Array) -> tuple[Array, Array]:
    """Counts and exposures as numbers.

    Raises InputProblem unless there are two places or more, counts are whole, exposures above zero, and events any.
    """
    count, weight = np.asarray(events, dtype=float), np.asarray(exposure, dtype=float)
    is_count = np.isfinite(count) & (count >= 0) & (np.abs(count - np.round(count)) < 1e-9)
    if len(count) < 2 or len(count) != len(weight) or not (is_count & np.isfinite(weight) & (weight > 0)).all():
        raise InputProblem(
            "События и население: ожидались целые числа от нуля и числа больше нуля для двух и более территорий.",
            "Events and population: expected whole numbers from zero, and numbers above zero, for two places or more.",
        )
    if not count.any():
        raise InputProblem(
            "Событий нет ни в одной территории: сравнивать с случайностью нечего.",
            "There are no events in any place: there is nothing to compare with chance.",
        )
    return np.round(count), weight


def checked_draws(draws: int) -> None:
    """Raises InputProblem for fewer simulations than one."""
    if draws < 1:
        raise InputProblem(
            f"Имитаций {draws}: ожидалось целое число от 1. Исправьте.",
            f"{draws} simulations: expected a whole number from 1. Correct it.",
        )
