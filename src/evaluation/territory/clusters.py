"""Do neighbouring units have like values? Moran's I and Geary's C of all units together.

Variances under normality and under randomisation: Cliff and Ord (1981, Spatial Processes, section 2.3). Rates are
standardised by empirical Bayes after Assunção and Reis (1999, Statistics in Medicine 18, 2147-2162). All p-values are
two-sided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special

from evaluation.settings import DataProblem, InputProblem, Text
from evaluation.territory.spatial_weights import Style, Weighted, weighted

Measure = Literal["moran", "geary"]
DRAWS = 999
SEED = 20250101
LOW_POWER_BELOW = 100
CELLS = 4_000_000


@dataclass(frozen=True)
class Autocorrelation:
    """One measure of spatial clustering of one indicator.

    Moran's ``value`` lies above ``expected`` where neighbours are alike, Geary's below its own (1). ``p_permutation``
    comes from ``draws`` random exchanges of the values between units. ``detectable``: the value nearest to the
    expected one, on the side of likeness, that this test at 5 % would find in four cases of five. ``n`` units entered;
    ``missing`` and ``islands`` count those that did not (see ``Weighted``).
    """

    measure: Measure
    value: float
    expected: float
    variance_normality: float
    variance_randomisation: float
    p_normality: float
    p_randomisation: float
    p_permutation: float
    draws: int
    detectable: float
    n: int
    missing: int
    islands: int
    style: Style
    basis: Mapping[str, int]
    notes: tuple[Text, ...]

    @property
    def z_normality(self) -> float:
        return float((self.value - self.expected) / np.sqrt(self.variance_normality))

    @property
    def z_randomisation(self) -> float:
        return float((self.value - self.expected) / np.sqrt(self.variance_randomisation))


def moran(
    values: pd.Series, pairs: pd.DataFrame, *, style: Style = "row", draws: int = DRAWS, seed: int = SEED
) -> Autocorrelation:
    """Moran's I of ``values`` (index unit_id) over ``pairs`` (unit_id, neighbour_id, basis).

    Raises as ``weighted``; InputProblem for fewer draws than one, DataProblem where all units are neighbours of all.
    """
    return _measured("moran", weighted(values, pairs, style), draws, seed)


def geary(
    values: pd.Series, pairs: pd.DataFrame, *, style: Style = "row", draws: int = DRAWS, seed: int = SEED
) -> Autocorrelation:
    """Geary's C, as ``moran``: more sensitive to differences between neighbours than to likeness at large."""
    return _measured("geary", weighted(values, pairs, style), draws, seed)


def moran_of_rates(
    events: pd.Series,
    population: pd.Series,
    pairs: pd.DataFrame,
    *,
    style: Style = "row",
    draws: int = DRAWS,
    seed: int = SEED,
) -> Autocorrelation:
    """Moran's I of rates, so that the noise of small populations is not taken for clustering (``standardised_rates``).

    ``events`` and ``population`` have the index unit_id. Raises as both functions it calls.
    """
    return moran(standardised_rates(events, population), pairs, style=style, draws=draws, seed=seed)


def standardised_rates(events: pd.Series, population: pd.Series) -> pd.Series:
    """Rates less the common rate, over their standard deviation by empirical Bayes (Assunção and Reis 1999).

    A unit whose events or population are unknown has no rate. The variance of a unit is that between units plus the
    Poisson noise of its population, and the latter alone where their sum would be negative. Raises InputProblem for
    negative events and populations that are not above zero, DataProblem for no events at all.
    """
    count = events.astype("float64")
    people = population.astype("float64").reindex(count.index)
    known = count.notna() & people.notna()
    wrong = known & ((count < 0) | (people <= 0))
    if wrong.any():
        units = ", ".join(count.index[wrong].astype("str"))
        raise InputProblem(
            f"Единицы {units}: событий меньше нуля или население не больше нуля. Исправьте числа или уберите единицы.",
            f"Units {units}: events below zero, or a population not above zero. Correct them or leave the units out.",
        )
    if not count[known].sum() > 0:
        raise DataProblem(
            "Событий нет ни в одной единице: доли одинаковы, сравнивать нечего.",
            "There are no events in any unit: all rates are the same, there is nothing to compare.",
        )
    y, x = count[known].to_numpy(), people[known].to_numpy()
    common = y.sum() / x.sum()
    between = (x * (y / x - common) ** 2).sum() / x.sum() - common / x.mean()
    variance = between + common / x
    variance = np.where(variance > 0, variance, common / x)
    return pd.Series((y / x - common) / np.sqrt(variance), index=count.index[known]).reindex(count.index)


def _measured(measure: Measure, units: Weighted, draws: int, seed: int) -> Autocorrelation:
    if draws < 1:
        raise InputProblem(
            f"Перестановок {draws}: ожидалось целое число от 1, лучше 999. Исправьте его.",
            f"{draws} permutations: expected a whole number, 1 or more, better 999. Correct it.",
        )
    expected, normal, randomised = _moments(measure, units)
    if min(normal, randomised) <= 1e-12:
        raise DataProblem(
            "Все единицы — соседи друг другу: мера пространственной связи не может отличаться от случайной.",
            "All units are neighbours of one another: a measure of clustering cannot differ from chance.",
        )
    value = float(_statistic(measure, units, units.deviations[:, None])[0])
    p_normal, p_randomised = (
        float(2 * special.ndtr(-abs(value - expected) / np.sqrt(variance))) for variance in (normal, randomised)
    )
    # 1.96 for the test at 5 %, 0.84 for four cases in five
    reach = float((special.ndtri(0.975) + special.ndtri(0.8)) * np.sqrt(randomised))
    detectable = expected + reach if measure == "moran" else expected - reach
    return Autocorrelation(
        measure, value, expected, normal, randomised, p_normal, p_randomised,
        _permuted(measure, units, value, draws, seed), draws, detectable, units.n, len(units.missing),
        len(units.islands), units.style, units.basis, (*units.notes(), *_power(measure, units.n, detectable)),
    )  # fmt: skip


def _statistic(measure: Measure, units: Weighted, z: np.ndarray) -> np.ndarray:
    """The measure of each column of ``z`` (n x draws, deviations from their mean)."""
    n, s0, squares = units.n, units.sums[0], (z[:, 0] ** 2).sum()
    products: np.ndarray = (z * (units.matrix @ z)).sum(axis=0)
    if measure == "moran":
        return n / s0 * products / squares
    margins = np.asarray((units.matrix + units.matrix.T).sum(axis=1)).ravel()
    return (n - 1) / (2 * s0) * (margins @ z**2 - 2 * products) / squares


def _moments(measure: Measure, units: Weighted) -> tuple[float, float, float]:
    """Expectation and variances under normality and under randomisation."""
    n, z = units.n, units.deviations
    s0, s1, s2 = units.sums
    kurtosis = float((z**4).mean() / (z**2).mean() ** 2)
    if measure == "moran":
        expected = -1 / (n - 1)
        normal = (n**2 * s1 - n * s2 + 3 * s0**2) / ((n**2 - 1) * s0**2) - expected**2
        above = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
        above -= kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
        return expected, normal, above / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    normal = ((2 * s1 + s2) * (n - 1) - 4 * s0**2) / (2 * (n + 1) * s0**2)
    above = (n - 1) * s1 * (n**2 - 3 * n + 3 - (n - 1) * kurtosis)
    above -= (n - 1) * s2 * (n**2 + 3 * n - 6 - (n**2 - n + 2) * kurtosis) / 4
    above += s0**2 * (n**2 - 3 - (n - 1) ** 2 * kurtosis)
    return 1.0, normal, above / (n * (n - 2) * (n - 3) * s0**2)


def _permuted(measure: Measure, units: Weighted, value: float, draws: int, seed: int) -> float:
    """Two-sided p: twice the smaller tail, the observed arrangement counted among the draws."""
    rng = np.random.default_rng(seed)
    above = below = 0
    step = max(1, CELLS // units.n)
    for start in range(0, draws, step):
        rows = np.tile(units.deviations, (min(step, draws - start), 1))
        drawn = _statistic(measure, units, rng.permuted(rows, axis=1).T)
        # arrangements that give the same value differ in the last bits
        above += int((drawn >= value - 1e-10).sum())
        below += int((drawn <= value + 1e-10).sum())
    return min(1.0, 2 * (min(above, below) + 1) / (draws + 1))


def _power(measure: Measure, n: int, detectable: float) -> tuple[Text, ...]:
    if n >= LOW_POWER_BELOW:
        return ()
    name = "I" if measure == "moran" else "C"
    shown = f"{name} = {detectable:.2f}"
    return (
        Text(
            ru=f"Единиц всего {n}: связь слабее {shown.replace('.', ',')} такая проверка пропускает чаще, чем в одном "
            "случае из пяти. Если связь не обнаружена, это не значит, что её нет.",
            en=f"Only {n} units: clustering weaker than {shown} is missed by this test more often than one time in "
            "five. That none was found does not mean that there is none.",
        ),
    )
