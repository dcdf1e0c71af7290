"""Gains of a proposal against plans and lots, computed by hand on a line, and the same on every rerun."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from evaluation.contracts import TABLES, check
from evaluation.settings import InputProblem
from evaluation.territory.location import locate
from evaluation.territory.proposal import Request, demand_of, propose
from evaluation.territory.travel import Costs

YEAR = 2026
# five places a kilometre apart; e has no published population
PLACES = ("a", "b", "c", "d", "e")
LINE = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0)))
COSTS = Costs(PLACES, PLACES, LINE, "km", np.zeros(LINE.shape, dtype=bool))
UNITS = pd.DataFrame({"unit_id": PLACES, "population": pd.array([100, 10, 10, 80, None], dtype="Int64")})
RESIDENTS = demand_of("residents", UNITS)
REQUEST = Request(k=2, reach=0.5, draws=200, frontier=4)


def test_gains_by_hand() -> None:
    found = propose(COSTS, UNITS, RESIDENTS, REQUEST, {"plan_at_hand": ["c", "b"], "now": ["e"]}, YEAR)
    gains = found.gains.set_index("plan")
    assert gains.index.tolist() == ["now", "plan_at_hand", "proposed", "random"]
    assert gains["venues"].tolist() == [1, 2, 2, 2]
    assert gains["mean"].iloc[:3].tolist() == pytest.approx(
        [(400 + 30 + 20 + 80) / 200, (100 + 80) / 200, (10 + 10) / 200]
    )
    assert gains["residents_within"].iloc[:3].tolist() == [0, 20, 180]
    assert gains["share"].iloc[:3].tolist() == [0, 0.1, 0.9]
    assert gains["median"].iloc[:3].tolist() == [3, 1, 0]
    assert gains["units_within"].iloc[:3].tolist() == [1, 2, 2]
    assert gains["units_without_population"].iloc[:3].tolist() == [1, 1, 1]
    # of ten pairs of places only the proposed one itself has as short a mean way
    assert gains.loc["proposed", "random_as_good"] == pytest.approx(0.1, abs=0.06)
    assert gains.loc["now", "random_as_good"] == 1
    ways = found.ways.set_index(["plan", "unit_id"])
    assert ways.loc[("proposed", "e"), ["venue_unit", "way"]].tolist() == ["d", 1.0]


def test_lots_as_every_choice_would_have_it() -> None:
    """The mean over many lots nears the mean over all ten pairs; their limits lie among the pairs' values."""
    people = UNITS["population"].astype(float).fillna(0).to_numpy()
    every = [people @ LINE[:, [a, b]].min(axis=1) / people.sum() for a in range(5) for b in range(a)]
    gains = propose(COSTS, UNITS, RESIDENTS, replace(REQUEST, draws=4000), {}, YEAR).gains.set_index("plan")
    assert gains.loc["random", "mean"] == pytest.approx(np.mean(every), abs=0.03)
    assert min(every) <= gains.loc["random", "mean_low"] < gains.loc["random", "mean_high"] <= max(every)


def test_venues_in_the_order_of_their_gains() -> None:
    found = propose(COSTS, UNITS, RESIDENTS, REQUEST, {}, YEAR)
    venues = check(found.venues, TABLES["proposal"])
    # from a alone the mean way is (10 + 20 + 240) / 200, from d alone (300 + 20 + 10) / 200
    assert venues["unit_id"].tolist() == ["a", "d"]
    assert venues["mean_way"].tolist() == pytest.approx([270 / 200, 20 / 200])
    assert venues["residents_gained"].tolist() == [100, 80]
    assert venues["assigned_units"].tolist() == [2, 3]
    assert venues["assigned_residents"].tolist() == [110, 90]
    fixed = propose(COSTS, UNITS, RESIDENTS, replace(REQUEST, k=1, fixed=["d"]), {}, YEAR).venues
    assert list(zip(fixed["unit_id"], fixed["is_fixed"], strict=True)) == [("d", True), ("a", False)]


@pytest.mark.parametrize("method", ["p_median", "max_covering"])
def test_the_frontier_is_the_optimum_of_every_number(method: str) -> None:
    request = replace(REQUEST, method=method, reach=1.0)
    frontier = propose(COSTS, UNITS, RESIDENTS, request, {}, YEAR).frontier
    assert frontier["venues"].tolist() == [1, 2, 3, 4]
    for row in frontier.itertuples():
        best = locate(COSTS, RESIDENTS, row.venues, method=request.method, reach=1.0)
        assert (row.mean, row.demand_within) == (best.mean, best.within)
    np.testing.assert_allclose(frontier["mean_gain"].iloc[1:], -np.diff(frontier["mean"]))
    steady = frontier["mean"].diff() if method == "p_median" else -frontier["share"].diff()
    assert (steady.dropna() <= 1e-12).all()


def test_the_same_on_every_rerun_and_other_lots_with_another_seed() -> None:
    first, again = (propose(COSTS, UNITS, RESIDENTS, REQUEST, {"now": ["e"]}, YEAR) for _ in range(2))
    for name in ("venues", "gains", "frontier", "ways"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name), check_exact=True)
    other = propose(COSTS, UNITS, RESIDENTS, replace(REQUEST, seed=2), {"now": ["e"]}, YEAR)
    assert other.gains["mean"].iloc[-1] != first.gains["mean"].iloc[-1]


def test_warnings_name_what_is_not_known() -> None:
    assert propose(COSTS, UNITS, RESIDENTS, REQUEST, {}, YEAR).warnings == ("great_circle",)
    broken = LINE.copy()
    broken[4, :4] = np.nan
    minutes = Costs(PLACES, PLACES, broken, "minutes", np.isnan(broken.T))
    found = propose(minutes, UNITS, RESIDENTS, replace(REQUEST, capacity={"a": 2, "d": 2}), {"now": ["a"]}, YEAR)
    assert found.warnings == ("units_without_way", "assumed_speed", "capacity")
    assert found.gains.set_index("plan").loc["now", "units_unmeasured"] == 1


def test_whose_way_is_shortened() -> None:
    teams = pd.DataFrame({"team_id": ["t1", "t2", "t3"], "unit_id": ["b", "b", "e"]})
    assert demand_of("teams", UNITS, teams=teams).to_dict() == {"a": 0, "b": 2, "c": 0, "d": 0, "e": 1}
    assert demand_of("white_spots", UNITS, white_spots=["e"]).to_dict() == {"a": 0, "b": 0, "c": 0, "d": 0, "e": 1}
    assert RESIDENTS.isna().to_dict() == {"a": False, "b": False, "c": False, "d": False, "e": True}
    with pytest.raises(InputProblem, match="there is no table of teams"):
        demand_of("teams", UNITS)
    spots = demand_of("white_spots", UNITS, white_spots=["e"])
    request = replace(REQUEST, k=1, demand="white_spots")
    assert propose(COSTS, UNITS, spots, request, {}, YEAR).placement.venues == ("e",)


def test_nobody_to_choose_for_is_said() -> None:
    with pytest.raises(InputProblem, match="No unit has any demand"):
        propose(COSTS, UNITS, demand_of("white_spots", UNITS), REQUEST, {}, YEAR)
    with pytest.raises(InputProblem, match="The places z are not"):
        propose(COSTS, UNITS, RESIDENTS, REQUEST, {"now": ["z"]}, YEAR)
