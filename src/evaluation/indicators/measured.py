"""An indicator of every unit in force, and the groups that its unevenness is told by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem
from evaluation.territory.clusters import standardised_rates

GROUPINGS = ("type", "is_north", "size_class")
SIZE_LIMITS = (10_000, 30_000, 100_000)


@dataclass(frozen=True, eq=False)
class Measured:
    """One indicator of every unit in force, by unit_id: value, numerator and denominator (missing where not known)."""

    indicator: str
    frame: pd.DataFrame

    @property
    def weights(self) -> pd.Series | None:
        """Denominators; None for an indicator without."""
        return self.frame["denominator"] if self.frame["denominator"].notna().any() else None

    def rates(self) -> pd.Series:
        """What clustering is sought in when the indicator is counted: rates without the noise of small units."""
        known = self.frame["value"].notna()
        return standardised_rates(self.frame["numerator"].where(known), self.frame["denominator"].where(known))


def measured(indicators: pd.DataFrame, units: pd.DataFrame, year: int, indicator: str) -> Measured:
    """Rows of contract ``indicators`` for one indicator and year, one a unit of ``units`` (unit_id), sorted."""
    rows = indicators[(indicators["indicator"] == indicator) & (indicators["year"] == year)].set_index("unit_id")
    index = pd.Index(sorted(units["unit_id"]), name="unit_id", dtype="str")
    return Measured(indicator, rows[["value", "numerator", "denominator"]].astype("float64").reindex(index))


def size_class(population: pd.Series, limits: Sequence[int] = SIZE_LIMITS) -> pd.Series:
    """Class of a unit by residents, such as ``10000_29999``, ``under_10000`` or ``from_100000``; unknown stays missing.

    Raises InputProblem unless ``limits`` rise and are above zero.
    """
    if not limits or list(limits) != sorted({*limits}) or limits[0] <= 0:
        raise InputProblem(
            f"Границы классов по населению {list(limits)}: ожидались числа больше нуля по возрастанию. Исправьте.",
            f"Limits of the classes by population {list(limits)}: expected rising numbers above zero. Correct them.",
        )
    between = [f"{low}_{high - 1}" for low, high in pairwise(limits)]
    names = [f"under_{limits[0]}", *between, f"from_{limits[-1]}"]
    numbers = population.astype("float64")
    place = np.searchsorted(np.array(limits, dtype=float), numbers.to_numpy(), side="right")
    named = pd.Series(np.array(names, dtype=object)[np.minimum(place, len(limits))], index=population.index)
    return named.where(numbers.notna())


def groupings(units: pd.DataFrame, limits: Sequence[int] = SIZE_LIMITS) -> pd.DataFrame:
    """GROUPINGS by unit_id, as far as ``units`` (contract ``territories``) has their columns."""
    own = units.set_index("unit_id")
    found = {name: own[name] for name in ("type", "is_north") if name in own}
    if "population" in own:
        found["size_class"] = size_class(own["population"], limits)
    return pd.DataFrame(found)
