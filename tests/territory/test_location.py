"""Optimal places against every possible choice on small cases, with fixed places, unknown ways, capacity and ties."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import OptimizeResult, milp

from evaluation.settings import InputProblem
from evaluation.territory import placing
from evaluation.territory.location import Placement, locate
from evaluation.territory.travel import Costs

NAN = float("nan")


def costs_of(matrix: np.ndarray | list[list[float]]) -> Costs:
    values = np.array(matrix, dtype=float)
    codes = tuple(f"u{number}" for number in range(len(values)))
    return Costs(codes, codes, values, "km", np.zeros(values.shape, dtype=bool))


def demand_of(costs: Costs, weights: list[float]) -> pd.Series:
    return pd.Series(weights, index=list(costs.origins), dtype="float64")


def value(costs: Costs, weights: np.ndarray, chosen: tuple[int, ...], reach: float | None) -> tuple[float, ...]:
    """The less, the better: demand out of reach, demand without a known way, mean way."""
    ways = np.where(np.isnan(costs.matrix), math.inf, costs.matrix)[:, list(chosen)].min(axis=1)
    known = np.isfinite(ways) & (weights > 0)
    served = weights[known].sum()
    within = weights[ways <= reach].sum() if reach is not None else 0.0
    return -within, -served, float(weights[known] @ ways[known] / served) if served > 0 else 0.0


def distinct(costs: Costs, weights: np.ndarray, order: list[int]) -> list[int]:
    """Places with their own column of ways over the demand, the first of each; none from nobody's way."""
    found: list[int] = []
    for place in order:
        column = costs.matrix[weights > 0, place]
        same = any(np.array_equal(column, costs.matrix[weights > 0, other], equal_nan=True) for other in found)
        if not same and not np.isnan(column).all():
            found.append(place)
    return found


def best_of_all(
    costs: Costs, weights: np.ndarray, k: int, reach: float | None, fixed: tuple[int, ...] = ()
) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Every choice is tried; of equals the first by code."""
    places = distinct(costs, weights, [*fixed, *(n for n in range(len(weights)) if n not in fixed)])
    free = sorted(place for place in places if place not in fixed)
    tried = [(value(costs, weights, (*fixed, *each), reach), each) for each in itertools.combinations(free, k)]
    top = min(rank for rank, _ in tried)
    equal = [each for rank, each in tried if np.allclose(rank, top, rtol=1e-9, atol=1e-9)]
    return top, tuple(sorted((*fixed, *min(equal))))


def told(found: Placement) -> tuple[int, ...]:
    return tuple(int(code[1:]) for code in found.venues)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Costs, np.ndarray, int]:
    """Up to seven units with whole ways (so that ties are frequent), some unknown, some units without demand."""
    size = draw(st.integers(2, 7))
    ways = st.integers(0, 6).map(float)
    if draw(st.booleans()):
        ways = st.one_of(ways, st.just(NAN))
    matrix = np.array(draw(st.lists(st.lists(ways, min_size=size, max_size=size), min_size=size, max_size=size)))
    np.fill_diagonal(matrix, 0.0)
    weights = np.array(draw(st.lists(st.integers(0, 5), min_size=size, max_size=size)), dtype=float)
    weights[draw(st.integers(0, size - 1))] = 3.0
    costs = costs_of(matrix)
    k = draw(st.integers(1, max(1, min(3, len(distinct(costs, weights, list(range(size))))))))
    return costs, weights, k


@settings(max_examples=60, deadline=None)
@given(cases())
def test_p_median_is_the_best_of_all_choices(case: tuple[Costs, np.ndarray, int]) -> None:
    costs, weights, k = case
    found = locate(costs, demand_of(costs, list(weights)), k)
    top, places = best_of_all(costs, weights, k, None)
    assert told(found) == places
    assert (found.served, found.mean) == pytest.approx((-top[1], top[2]))
    assert found.gap == 0


@settings(max_examples=60, deadline=None)
@given(cases(), st.integers(1, 5))
def test_maximal_covering_is_the_best_of_all_choices(case: tuple[Costs, np.ndarray, int], reach: int) -> None:
    costs, weights, k = case
    found = locate(costs, demand_of(costs, list(weights)), k, method="max_covering", reach=reach)
    top, places = best_of_all(costs, weights, k, reach)
    assert told(found) == places
    assert (found.within, found.mean) == pytest.approx((-top[0], top[2]))


@settings(max_examples=25, deadline=None)
@given(cases(), st.data())
def test_fixed_places_stay(case: tuple[Costs, np.ndarray, int], data: st.DataObject) -> None:
    costs, weights, _ = case
    fixed = data.draw(st.integers(0, len(weights) - 1))
    places = distinct(costs, weights, [fixed, *(n for n in range(len(weights)) if n != fixed)])
    free = [place for place in places if place != fixed]
    k = data.draw(st.integers(0, min(2, len(free))))
    found = locate(costs, demand_of(costs, list(weights)), k, fixed=[f"u{fixed}"])
    assert told(found) == best_of_all(costs, weights, k, None, (fixed,))[1]


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_capacity_against_every_assignment(data: st.DataObject) -> None:
    """Five units, two venues, each for at most two or three units: every assignment is tried."""
    ways = data.draw(st.lists(st.lists(st.integers(1, 9), min_size=5, max_size=5), min_size=5, max_size=5))
    matrix = np.array(ways, dtype=float)
    np.fill_diagonal(matrix, 0.0)
    weights = np.array(data.draw(st.lists(st.integers(1, 5), min_size=5, max_size=5)), dtype=float)
    limit = data.draw(st.integers(2, 3))
    costs = costs_of(matrix)
    found = locate(costs, demand_of(costs, list(weights)), 2, capacity=dict.fromkeys(costs.places, limit))
    best = (math.inf, math.inf)
    for pair in itertools.combinations(range(5), 2):
        for where in itertools.product((*pair, None), repeat=5):
            if all(where.count(place) <= limit for place in pair):
                served = sum(weights[unit] for unit, place in enumerate(where) if place is not None)
                way = sum(weights[n] * matrix[n, place] for n, place in enumerate(where) if place is not None)
                best = min(best, (-served, way / served if served else 0.0))
    assert (-found.served, found.mean) == pytest.approx(best)
    assert found.assigned.value_counts().max() <= limit
    assert found.assigned.isna().sum() == max(0, 5 - 2 * limit)


# ---- single facts --------------------------------------------------------------------------------------------

LINE = costs_of([[abs(a - b) for b in range(5)] for a in range(5)])
EVEN = demand_of(LINE, [1, 1, 1, 1, 1])


def test_ties_take_the_first_codes_and_say_so() -> None:
    found = locate(LINE, EVEN, 2)
    # {0, 3}, {1, 3}, {1, 4} have the same sum of ways, 3
    assert found.venues == ("u0", "u3")
    assert found.ties
    assert found.second_mean == pytest.approx(found.mean) == 3 / 5
    only = locate(LINE, demand_of(LINE, [1, 0, 0, 0, 10]), 1)
    assert (only.venues, only.ties) == (("u4",), False)
    assert (only.second, only.second_mean) == (("u3",), pytest.approx(13 / 11))


def test_units_at_one_place_are_one_choice() -> None:
    costs = costs_of([[0, 0, 5], [0, 0, 5], [5, 5, 0]])
    found = locate(costs, demand_of(costs, [1, 9, 1]), 2)
    assert (found.venues, found.left_out) == (("u0", "u2"), ("u1",))
    assert locate(costs, demand_of(costs, [1, 9, 1]), 1, fixed=["u1"]).venues == ("u1", "u2")
    with pytest.raises(InputProblem, match="different places to choose from: 2"):
        locate(costs, demand_of(costs, [1, 9, 1]), 3)


def test_candidates_and_exclusions_are_kept_to() -> None:
    assert locate(LINE, EVEN, 1).venues == ("u2",)
    assert locate(LINE, EVEN, 1, excluded=["u2"]).venues == ("u1",)
    assert locate(LINE, EVEN, 1, candidates=["u4", "u0"]).venues == ("u0",)


def test_units_without_demand_are_assigned_but_weigh_nothing() -> None:
    found = locate(LINE, pd.Series({"u0": 5.0, "u1": None}), 1)
    assert found.venues == ("u0",)
    assert found.assigned.tolist() == ["u0"] * 5


def test_unknown_ways_are_never_zero() -> None:
    costs = costs_of([[0, NAN, 9], [NAN, 0, 9], [9, 9, 0]])
    found = locate(costs, demand_of(costs, [5, 5, 1]), 1)
    assert found.venues == ("u2",)  # from u0 and u1 one unit's way each is not known: most demand first
    assert (found.served, found.mean) == (11, pytest.approx(90 / 11))
    lonely = locate(costs_of([[0, NAN], [NAN, 0]]), pd.Series({"u0": 1.0, "u1": 2.0}), 1)
    assert lonely.assigned.isna().tolist() == [True, False]


def test_a_search_that_ran_out_of_time_tells_its_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*given: object, **options: object) -> OptimizeResult:
        result = milp(*given, **options)
        result.status, result.mip_gap = 1, 0.25
        return result

    monkeypatch.setattr(placing, "milp", stopped)
    found = locate(LINE, EVEN, 2)
    assert (found.gap, found.second, found.ties) == (0.25, (), False)


def test_too_many_pairs_are_refused() -> None:
    costs = costs_of(np.random.default_rng(1).random((700, 700)))
    with pytest.raises(InputProblem, match="490000 pairs of unit and place"):
        locate(costs, demand_of(costs, [1.0] * 700), 3)


def test_the_order_of_rows_does_not_matter() -> None:
    assert locate(LINE, EVEN.iloc[::-1], 2, candidates=["u4", "u3", "u1", "u0"]).venues == ("u0", "u3")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"k": 0}, "Events to place: 0"),
        ({"k": 6}, "Events to place: 6, different places to choose from: 5"),
        ({"candidates": ["u9"]}, "The places u9 are not among the units in force"),
        ({"fixed": ["u1"], "excluded": ["u1"]}, "both fixed and excluded"),
        ({"method": "max_covering"}, "needs a reach"),
        ({"capacity": {"u1": -1.0}}, "negative"),
        ({"capacity": {"u1": NAN}}, "no number"),
        ({"demand": [0, 0, 0, 0, 0]}, "No unit has any demand"),
        ({"demand": [NAN] * 5}, "No unit has any demand"),
        ({"demand": [1, -1, 0, 0, 0]}, "unit u1 is -1"),
        ({"time_limit": 0.0}, "time allowed"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(options: dict[str, object], said: str) -> None:
    given = {"k": 1, **options}
    demand = given.pop("demand", [1, 1, 1, 1, 1])
    with pytest.raises(InputProblem, match=said):
        locate(LINE, demand_of(LINE, demand), **given)  # type: ignore[arg-type]  # the options are mixed on purpose
