"""Power of a lot before it is drawn: what it could have shown in the years that are already known.

Every simulated year takes the outcomes of one known year (with the year before as control), draws a lot by the scheme,
adds the effect to those it invites, and runs the very test that will be used: drawing the lot again within strata and
under the acceptance rule. Nothing is assumed about the outcome's distribution but that next year will be like one of
the known ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.inference.clusters import Array
from evaluation.effects.lot import Scheme, redraws
from evaluation.effects.model_matrix import independent_columns, outcome_values, source_column
from evaluation.settings import InputProblem

CURVE_COLUMNS = ["effect", "power", "se", "simulations"]
NO_EFFECT = 0.0


@dataclass(frozen=True)
class DesignPower:
    """``curve``: CURVE_COLUMNS, effects as relative changes of the outcome (0.2: a fifth more), ``se`` Monte Carlo.

    ``smallest`` is the smallest effect found with the wanted power, between ``smallest_low`` and ``smallest_high`` by
    the Monte Carlo error; NaN where no effect of the curve is found that often. ``years`` are the known years used,
    ``units`` those of the lot with an outcome in all of them.
    """

    curve: pd.DataFrame
    smallest: float
    smallest_low: float
    smallest_high: float
    years: tuple[int, ...]
    units: int


def power_beforehand(
    panel: pd.DataFrame,
    scheme: Scheme,
    threshold: float,
    outcome: str,
    effects: Sequence[float],
    *,
    reached: Sequence[str] = ("invited",),
    simulations: int = 1000,
    draws: int = 499,
    level: float = 0.05,
    wanted: float = 0.8,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> DesignPower:
    """Power of the test of no effect at ``level``, by size of the effect.

    ``panel`` (one geography: unit_id, year, the outcome's column) gives the known years; ``outcome`` is a column of
    counts or amounts, or ``log1p`` of one. The effect multiplies the expected outcome of those invited: each event
    brings ``effect`` more on average (drawn as Poisson where the column holds whole numbers). Zero is always among the
    effects: its power is the size of the test. Raises InputProblem with fewer than two known years, and for effects
    below zero.
    """
    if min(effects, default=0.0) < 0:
        raise InputProblem(
            "Мощность жребия: эффекты должны быть не меньше нуля (доля прироста). Исправьте power.effects.",
            "Power of the lot: effects must not be below zero (shares of growth). Correct power.effects.",
        )
    histories = outcome_histories(panel, scheme, outcome)
    sizes = sorted({NO_EFFECT, *map(float, effects)})
    turn = np.isin(np.array(scheme.arms), list(reached)).astype(float)
    reference = turn[redraws(scheme, threshold, draws, seed)]
    real = turn[redraws(scheme, threshold, simulations, seed + 1)]
    years = histories.columns[1:]
    found = np.zeros((len(sizes), simulations), dtype=bool)
    counts = bool((histories == histories.round()).all(axis=None))
    for done, year in enumerate(years):
        mine = np.arange(done, simulations, len(years))
        base, before = (histories[name].to_numpy(dtype=float) for name in (year, year - 1))
        test = _Test(scheme, _scale(before, outcome), reference, level)
        for place, size in enumerate(sizes):
            moved = _moved(base, real[mine], size, counts, np.random.default_rng([seed, done, place]))
            found[place, mine] = test.rejects(real[mine], _scale(moved, outcome))
        if progress is not None:
            progress(done + 1, len(years))
    power = found.mean(axis=1)
    se = np.sqrt(power * (1 - power) / simulations)
    curve = pd.DataFrame({"effect": sizes, "power": power, "se": se, "simulations": simulations})[CURVE_COLUMNS]
    ends = [_crossing(np.array(sizes), values, wanted) for values in (power, power + 1.96 * se, power - 1.96 * se)]
    return DesignPower(curve, ends[0], ends[1], ends[2], tuple(int(year) for year in years), len(histories))


def outcome_histories(panel: pd.DataFrame, scheme: Scheme, outcome: str) -> pd.DataFrame:
    """The outcome's column by unit (in the scheme's order) and consecutive year. Raises InputProblem for gaps."""
    column = source_column(outcome)
    if column not in panel.columns:
        raise InputProblem(
            f"Мощность жребия: в таблице panel нет столбца {column}. Исправьте power.outcome.",
            f"Power of the lot: the panel has no column {column}. Correct power.outcome.",
        )
    rows = panel[panel["unit_id"].isin(scheme.units)]
    wide = rows.pivot_table(index="unit_id", columns="year", values=column, aggfunc="first").reindex(list(scheme.units))
    wide = wide.astype("float64")
    lacking = sorted(wide.index[wide.isna().any(axis=1)])
    if lacking or wide.shape[1] < 2:
        units = ", ".join(map(str, lacking)) or "—"
        raise InputProblem(
            f"Мощность жребия: нужны хотя бы два года с исходом {column} у каждой территории; годов {wide.shape[1]}, "
            f"без исхода: {units}.",
            f"Power of the lot: at least two years with the outcome {column} of every unit are needed; there are "
            f"{wide.shape[1]}, units without: {units}.",
        )
    wide.columns = wide.columns.astype(int)
    gaps = [year for year in wide.columns[1:] if year - 1 not in wide.columns]
    if gaps:
        raise InputProblem(
            f"Мощность жребия: перед годами {', '.join(map(str, gaps))} в таблице panel пропуск.",
            f"Power of the lot: the panel has a gap before the years {', '.join(map(str, gaps))}.",
        )
    return wide


class _Test:
    """The randomisation test of one base year: what is held fixed is taken out of all lots once."""

    def __init__(self, scheme: Scheme, before: Array, reference: Array, level: float) -> None:
        strata = np.equal.outer(scheme.stratum_codes, np.arange(scheme.stratum_codes.max() + 1)).astype(float)
        fixed = np.column_stack([strata, before])
        self._fixed = np.linalg.qr(fixed[:, independent_columns(fixed)])[0]
        self._lots = self._rest(reference)
        self._level = level

    def _rest(self, lots: Array) -> Array:
        """Lots less what is held fixed, so scaled that times an outcome they give the difference between the arms."""
        rest = lots - (lots @ self._fixed) @ self._fixed.T
        length = (rest**2).sum(axis=1, keepdims=True)
        return np.asarray(rest / np.where(length > 1e-12, length, np.inf))

    def rejects(self, lots: Array, outcomes: Array) -> np.ndarray:
        """Whether no effect is refused, for each simulated year (rows of ``lots`` and ``outcomes``)."""
        observed = np.abs((self._rest(lots) * outcomes).sum(axis=1))
        drawn = np.abs(self._lots @ outcomes.T)
        p = (1 + (drawn >= observed * (1 - 1e-9) - 1e-14).sum(axis=0)) / (1 + len(self._lots))
        return np.asarray(p <= self._level + 1e-12)


def _moved(base: Array, lots: Array, effect: float, counts: bool, generator: np.random.Generator) -> Array:
    more = effect * base * lots
    return np.asarray(base + (generator.poisson(more) if counts else more), dtype=float)


def _scale(values: Array, outcome: str) -> Array:
    frame = pd.DataFrame({source_column(outcome): values.reshape(-1)})
    return outcome_values(frame, outcome).reshape(values.shape)


def _crossing(effects: Array, power: Array, wanted: float) -> float:
    """Smallest effect from which on the curve stays at or above ``wanted``, by a straight line between its points."""
    below = np.flatnonzero(power < wanted)
    if len(below) == 0:
        return float(effects[0])
    last = int(below[-1])
    if last == len(power) - 1:
        return float("nan")
    share = (wanted - power[last]) / (power[last + 1] - power[last])
    return float(effects[last] + share * (effects[last + 1] - effects[last]))
