"""How far residents have to go under a plan of venues, and under as many venues drawn by lot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.territory.access import weighted_median
from evaluation.territory.travel import Costs

GAIN_COLUMNS = [
    "plan", "venues", "mean", "mean_low", "mean_high", "median", "residents_within", "share", "share_low", "share_high",
    "units_within", "units_unmeasured", "units_without_population", "random_as_good",
]  # fmt: skip
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class Lots:
    """Residents' mean way, share and number within reach under every placement by lot (NaN: no way is known)."""

    mean: np.ndarray
    share: np.ndarray
    within: np.ndarray


def draw_lots(
    costs: Costs,
    residents: pd.Series,
    free: Sequence[str],
    fixed: Sequence[str],
    k: int,
    reach: float,
    draws: int,
    seed: int,
) -> Lots:
    """``draws`` placements of ``k`` events at ``free`` places, drawn without replacement, beside the fixed ones.

    ``residents`` by unit in the costs' order, missing where not published. The same ``seed`` gives the same lots.
    """
    columns, settled = np.array(costs.columns_of(free), dtype=int), np.array(costs.columns_of(fixed), dtype=int)
    people = residents.fillna(0).to_numpy(dtype=float)
    rng = np.random.default_rng(seed)
    filled = np.where(np.isnan(costs.matrix), np.inf, costs.matrix)
    results = np.empty((draws, 3))
    for number in range(draws):
        drawn = rng.choice(columns, size=k, replace=False)
        results[number] = _of_residents(filled[:, np.r_[settled, drawn]].min(axis=1), people, reach)
    return Lots(*results.T)


def _of_residents(way: np.ndarray, people: np.ndarray, reach: float) -> tuple[float, float, float]:
    """Residents' mean way, share and number within reach, over those with a known (finite) way."""
    known = np.isfinite(way)
    total, within = people[known].sum(), people[way <= reach].sum()
    if total <= 0:
        return float("nan"), float("nan"), float(within)
    return float(people[known] @ way[known] / total), float(within / total), float(within)


def gain_of(ways: pd.DataFrame, venues: int, reach: float, lots: Lots) -> dict[str, object]:
    """GAIN_COLUMNS of one plan; ``ways``: plan, way (NaN: not known), residents, one row a unit.

    ``random_as_good``: share of the lots under which residents' mean way is no longer than under the plan.
    """
    way = ways["way"].fillna(np.inf).to_numpy()
    mean, share, within = _of_residents(way, ways["residents"].fillna(0).to_numpy(), reach)
    counted = np.isfinite(way) & ways["residents"].notna().to_numpy()
    drawn = lots.mean[np.isfinite(lots.mean)]
    return {
        "plan": ways["plan"].iloc[0], "venues": venues, "mean": mean,
        "median": weighted_median(way[counted], ways["residents"].to_numpy()[counted]), "residents_within": within,
        "share": share, "units_within": int((way <= reach).sum()), "units_unmeasured": int((~np.isfinite(way)).sum()),
        "units_without_population": int(ways["residents"].isna().sum()),
        "random_as_good": float((drawn <= mean).mean()) if len(drawn) else float("nan"),
    }  # fmt: skip


def gain_of_lots(lots: Lots, venues: int) -> dict[str, object]:
    """GAIN_COLUMNS of the lots: means over them and, as low and high, the 5th and 95th per cent."""
    row: dict[str, object] = {"plan": "random", "venues": venues, "residents_within": float(lots.within.mean())}
    for name, values in (("mean", lots.mean), ("share", lots.share)):
        usable = values[np.isfinite(values)]
        if len(usable):
            low, high = np.quantile(usable, INTERVAL)
            row |= {name: float(usable.mean()), f"{name}_low": float(low), f"{name}_high": float(high)}
    return row
