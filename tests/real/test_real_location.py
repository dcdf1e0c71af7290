"""Where five events would be held among the 61 municipalities of one region: exact, quick and the same again."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.territory.location import Method, locate
from evaluation.territory.proposal import demand_of
from evaluation.territory.travel import distances


@pytest.fixture(scope="module")
def units(real_file: Callable[[str], Path]) -> pd.DataFrame:
    frame = pd.read_csv(real_file("territory/krasnoyarsk_61_municipalities_2024.csv"), dtype={"oktmo": "str"})
    return frame.rename(columns={"oktmo": "unit_id", "lon": "longitude", "lat": "latitude"})


@pytest.mark.parametrize("method", ["p_median", "max_covering"])
def test_five_of_sixty_one_in_seconds(units: pd.DataFrame, method: Method) -> None:
    costs, demand = distances(units), demand_of("residents", units)
    assert len(units) == 61
    assert demand.isna().sum() == 3  # closed cities have no published population
    start = time.perf_counter()
    found = locate(costs, demand, 5, method=method, reach=100)
    seconds = time.perf_counter() - start
    print(f"{method}: {seconds:.2f} s, {found.venues}, mean {found.mean:.1f} km, within {found.within:.0f}")
    assert seconds < 10
    assert found.gap == 0
    assert len(found.venues) == 5
    assert found.assigned.notna().all()  # units without population have a venue too
    again = locate(costs, demand.iloc[::-1], 5, method=method, reach=100)
    assert (again.venues, again.mean, again.within) == (found.venues, found.mean, found.within)


@pytest.mark.parametrize("reach", [None, 100.0])
def test_three_of_sixty_one_against_every_triple(units: pd.DataFrame, reach: float | None) -> None:
    costs, demand = distances(units), demand_of("residents", units)
    people = demand.reindex(list(costs.origins)).fillna(0).to_numpy()
    triples = np.array(list(itertools.combinations(range(61), 3)))
    ways = costs.matrix[:, triples].min(axis=2)
    mean = people @ ways / people.sum()
    found = locate(costs, demand, 3, method="p_median" if reach is None else "max_covering", reach=reach)
    if reach is not None:
        within = people @ (ways <= reach)
        assert found.within == within.max()
        mean = mean[within == within.max()]
    assert found.mean == pytest.approx(mean.min(), rel=1e-12)
