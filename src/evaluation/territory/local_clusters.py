"""Where like values lie together: the local Moran (LISA) with control of the share of false discoveries.

Local statistic and conditional permutation: Anselin (1995, Geographical Analysis 27, 93-115). Adjusted p-values:
Benjamini and Hochberg (1995); only units that pass are called a cluster, for among many units some look like one by
chance alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from evaluation.settings import InputProblem, Text
from evaluation.territory.clusters import CELLS, SEED
from evaluation.territory.spatial_weights import Style, Weighted, weighted

LOCAL_COLUMNS = ["unit_id", "value", "local_i", "quadrant", "p", "p_adjusted", "is_cluster"]
LOCAL_DRAWS = 9_999
QUADRANTS = {
    (True, True): "high_high",
    (False, False): "low_low",
    (True, False): "high_low",
    (False, True): "low_high",
}


@dataclass(frozen=True, eq=False)
class LocalMoran:
    """``units``: LOCAL_COLUMNS, one row a unit, sorted by unit_id; ``n`` of them were tested.

    ``quadrant``: high_high and low_low (like its neighbours), high_low and low_high (unlike them), ``no_neighbours``
    and ``no_data`` (not tested). ``is_cluster``: ``p_adjusted`` is not above ``level``.
    """

    units: pd.DataFrame
    n: int
    missing: int
    islands: int
    style: Style
    draws: int
    level: float
    notes: tuple[Text, ...]


def local_moran(
    values: pd.Series,
    pairs: pd.DataFrame,
    *,
    style: Style = "row",
    draws: int = LOCAL_DRAWS,
    seed: int = SEED,
    level: float = 0.05,
) -> LocalMoran:
    """Local Moran of ``values`` (index unit_id) over ``pairs`` (unit_id, neighbour_id, basis).

    local I = z_i x weighted sum of the neighbours' z (z: values less their mean, over their standard deviation with
    n - 1). Each unit keeps its value while its neighbours' are drawn ``draws`` times from all others; p is twice the
    smaller tail. Raises as ``spatial_weights.weighted``, and InputProblem for draws below 1 or a level outside 0 to 1.
    """
    if draws < 1 or not 0 < level < 1:
        raise InputProblem(
            f"Перестановок {draws}, уровень {level}: ожидалось целое число от 1 и доля между 0 и 1. Исправьте.",
            f"{draws} permutations, level {level}: expected a whole number from 1 and a share between 0 and 1.",
        )
    field = weighted(values, pairs, style)
    z = field.deviations / field.numbers.std(ddof=1)
    lag = field.matrix @ z
    p = _conditional(field, z, lag, draws, seed)
    adjusted = stats.false_discovery_control(p, method="bh")
    tested = pd.DataFrame(
        {
            "unit_id": field.numbers.index.astype("str"),
            "value": field.numbers.to_numpy(),
            "local_i": z * lag,
            "quadrant": [QUADRANTS[bool(own), bool(near)] for own, near in zip(z > 0, lag > 0, strict=True)],
            "p": p,
            "p_adjusted": adjusted,
            "is_cluster": adjusted <= level,
        }
    )
    numbers = values.astype("float64")
    aside = pd.DataFrame(
        [(unit, numbers[unit], "no_neighbours") for unit in field.islands]
        + [(unit, np.nan, "no_data") for unit in field.missing],
        columns=["unit_id", "value", "quadrant"],
    ).assign(local_i=np.nan, p=np.nan, p_adjusted=np.nan, is_cluster=False)[LOCAL_COLUMNS]
    units = pd.concat([tested, aside], ignore_index=True) if len(aside) else tested
    units = units.sort_values("unit_id", kind="stable").reset_index(drop=True)
    notes = (*field.notes(), *_resolution(field.n, draws, level))
    return LocalMoran(units, field.n, len(field.missing), len(field.islands), style, draws, level, notes)


def _conditional(field: Weighted, z: np.ndarray, lag: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Two-sided p of each unit; one sequence of draws of other units serves all units, each without itself."""
    n = field.n
    counts = np.diff(field.matrix.indptr)
    chosen = _others(n - 1, int(counts.max()), draws, seed)
    above, below = np.empty(n), np.empty(n)
    for count in np.unique(counts).tolist():
        places = chosen[:, :count]
        units = np.flatnonzero(counts == count)
        weight = 1 / count if field.style == "row" else 1.0
        step = max(1, CELLS // (draws * count))
        for start in range(0, len(units), step):
            own = units[start : start + step]
            others = places[None] + (places[None] >= own[:, None, None])
            drawn = weight * z[others].sum(axis=2)
            above[own] = (drawn >= lag[own, None] - 1e-10).sum(axis=1)
            below[own] = (drawn <= lag[own, None] + 1e-10).sum(axis=1)
    smaller: np.ndarray = np.minimum(above, below)
    return np.minimum(1.0, 2 * (smaller + 1) / (draws + 1))


def _others(population: int, taken: int, draws: int, seed: int) -> np.ndarray:
    """``draws`` samples of ``taken`` out of 0 to population - 1, without repetition within a sample."""
    rng = np.random.default_rng(seed)
    everyone = np.arange(population, dtype=np.int32)
    step = max(1, CELLS // population)
    return np.concatenate(
        [
            rng.permuted(np.tile(everyone, (min(step, draws - start), 1)), axis=1)[:, :taken]
            for start in range(0, draws, step)
        ]
    )


def _resolution(n: int, draws: int, level: float) -> tuple[Text, ...]:
    """Said where the draws are too few for a single unit to pass."""
    least = int(np.ceil(2 * n / (draws + 1) / level))
    if least <= 1:
        return ()
    return (
        Text(
            ru=f"При {draws} перестановках и {n} единицах поправка на множественность пропускает только {least} единиц "
            "и больше сразу. Для более чуткой проверки увеличьте число перестановок.",
            en=f"With {draws} permutations and {n} units the correction for many tests only lets {least} units or more "
            "pass together. Take more permutations for a finer test.",
        ),
    )
