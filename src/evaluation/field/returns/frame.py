"""The municipalities of one year as arrays: what the register knows of each, and who answered what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.field.returns.cells import Flags

LEAST_OF_TYPE = 30


@dataclass(frozen=True, eq=False)
class YearFrame:
    """N municipalities in force in a year, in the order of their codes.

    ``register`` has their rows (contract ``return_register``), ``region`` and ``kind`` number region and type,
    ``answers`` has a column a question (NaN: no answer).
    """

    year: int
    register: pd.DataFrame
    region: NDArray[np.intp]
    kind: NDArray[np.intp]
    kinds: tuple[str, ...]
    answers: pd.DataFrame

    @property
    def returned(self) -> Flags:
        return self.register["returned"].to_numpy(dtype=bool)

    def known(self) -> NDArray[np.float64] | None:
        """(N, 2 types) residents and their logarithm by type, to calibrate to; None where they are not known for all.

        Types of fewer than LEAST_OF_TYPE municipalities are left out: a few answers cannot be bent to their residents.
        """
        population = self.register["population"].astype("float64").to_numpy()
        if np.isnan(population).any():
            return None
        large = np.bincount(self.kind, minlength=len(self.kinds)) >= LEAST_OF_TYPE
        own = (self.kind[:, None] == np.flatnonzero(large)[None, :]).astype(float)
        return np.hstack([own * population[:, None], own * np.log1p(population)[:, None]])

    def asked(self, kinds: Sequence[str]) -> Flags:
        """Municipalities of these types; all of them for no types."""
        if not kinds:
            return np.ones(len(self.register), dtype=bool)
        return self.register["type"].isin(list(kinds)).to_numpy(dtype=bool)


def year_frame(register: pd.DataFrame, returns: pd.DataFrame, variables: Sequence[str], year: int) -> YearFrame:
    """The frame of ``year`` from the tables of all years (contracts ``return_register`` and ``returns``)."""
    own = register[register["year"] == year].sort_values("unit_id", kind="stable").reset_index(drop=True)
    given = returns[(returns["year"] == year) & returns["value"].notna()]
    wide = given.pivot(index="unit_id", columns="variable", values="value")
    wide = wide.reindex(index=own["unit_id"], columns=list(variables)).reset_index(drop=True)
    region = pd.factorize(own["region"], sort=True)[0].astype(np.intp)
    kind, kinds = pd.factorize(own["type"], sort=True)
    return YearFrame(year, own, region, kind.astype(np.intp), tuple(map(str, kinds)), wide)


def size_classes(population: pd.Series, begins: Sequence[float]) -> pd.Series:
    """Class of size by residents, named by where it begins and ends; ``unknown`` where nobody knows."""
    edges = [0.0, *sorted(begins), np.inf]
    number = np.digitize(population.astype("float64").to_numpy(), edges[1:-1])
    names = [f"{low:.0f}-{high:.0f}" for low, high in pairwise(edges)]
    names[-1] = f"{edges[-2]:.0f}+"
    made = pd.Series([names[place] for place in number], index=population.index)
    return made.mask(population.isna(), "unknown")
