"""Cells, totals and weights of returns, against hand-computed cases and the closed formula of calibration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.field.returns.cells import response_cells
from evaluation.field.returns.totals import mean, total, weigh
from evaluation.survey import taylor
from evaluation.survey.design import Design

REGION = np.array([0, 0, 0, 0, 1, 1, 1])
KIND = np.zeros(7, dtype=np.intp)
ANSWERED = np.array([True, True, False, False, True, True, True])


def test_total_of_two_cells_by_hand() -> None:
    # region 0: 2 of 4 answered (1 and 3), total 4 * 2 = 8, variance 16 * (1 - 1/2) * 2 / 2 = 8; region 1 is complete
    cells = response_cells(REGION, KIND, ANSWERED, smallest=2, least_rate=0.0)
    weighted = weigh(cells, ANSWERED)
    assert weighted.weights.tolist() == [2, 2, 1, 1, 1]
    found = total(weighted, np.array([1.0, 3, 5, 5, 8]))
    assert (found.value, found.n, found.units, found.cells) == (26, 5, 7, 2)
    assert found.se == pytest.approx(np.sqrt(8))
    # three answers more than cells: t of 0.975 with 3 degrees of freedom is 3.182446
    assert found.high - found.value == pytest.approx(3.182446 * np.sqrt(8), rel=1e-6)


def test_mean_and_domain_by_hand() -> None:
    cells = response_cells(REGION, KIND, ANSWERED, smallest=2, least_rate=0.0)
    weighted = weigh(cells, ANSWERED)
    values = np.array([1.0, 3, 5, 5, 8])
    assert mean(weighted, values).value == pytest.approx(26 / 7)
    assert mean(weighted, values).se == pytest.approx(np.sqrt(8) / 7)
    first = mean(weighted, values, REGION == 0)
    assert (first.value, first.n, first.units) == (2, 2, 4)
    assert first.se == pytest.approx(np.sqrt(8) / 4)
    second = total(weighted, values, REGION == 1)
    assert (second.value, second.se) == (18, 0)


def test_a_domain_without_answers_has_no_value() -> None:
    answered = np.array([True] * 4 + [False] * 3)
    weighted = weigh(response_cells(REGION, KIND, answered), answered)
    found = total(weighted, np.array([1.0, 2, 3, 4]), REGION == 1)
    assert np.isnan(found.value)
    assert (found.n, found.units) == (0, 3)


def test_small_cells_join_their_region_then_their_type() -> None:
    region = np.repeat([0, 1, 2], [12, 6, 4])
    kind = np.array([0] * 8 + [1] * 2 + [2] * 2 + [0] * 6 + [0] * 2 + [1] * 2)
    answered = np.zeros(22, dtype=bool)
    answered[[0, 1, 2, 3, 4, 5]] = True  # region 0, type 0: 6 of 8 stand alone
    answered[[8, 9]] = True  # region 0, type 1: complete, stands alone
    answered[[10]] = True  # region 0, type 2: 1 of 2 fails, and nobody else of its region does
    answered[[12, 13, 14, 15, 16]] = True  # region 1: 5 of 6
    answered[[18]] = True  # region 2, types 0 and 1: 1 of 4 fails; with the one above 2 of 6 are enough
    cells = response_cells(region, kind, answered, smallest=2, least_rate=0.1)
    assert len(set(cells.of[:8])) == 1
    assert cells.of[8] == cells.of[9]
    assert cells.of[8] not in (cells.of[0], cells.of[10])
    assert not cells.joined[:10].any()
    assert cells.joined[[10, 11, 18, 19, 20, 21]].all()
    assert cells.units.sum() == 22
    assert cells.answered.sum() == answered.sum()


@given(st.integers(0, 2**32 - 1), st.integers(5, 60), st.integers(1, 5), st.floats(0.0, 1.0))
def test_every_cell_with_silence_has_enough_answers_or_holds_all(seed: int, n: int, regions: int, rate: float) -> None:
    rng = np.random.default_rng(seed)
    region, kind = rng.integers(0, regions, n), rng.integers(0, 3, n)
    answered = rng.random(n) < rate
    cells = response_cells(region, kind, answered, smallest=3, least_rate=0.0)
    assert (np.bincount(cells.of, minlength=len(cells.units)) == cells.units).all()
    assert (cells.units > 0).all()
    enough = (cells.answered >= 3) | (cells.answered == cells.units)
    assert enough.all() or len(cells.units) == 1
    if answered.any():
        assert weigh(cells, answered).weights.sum() == pytest.approx(n)


def test_calibration_is_the_closed_formula_and_keeps_the_counts() -> None:
    rng = np.random.default_rng(3)
    n = 240
    region, kind = rng.integers(0, 4, n), rng.integers(0, 2, n)
    answered = rng.random(n) < 0.6
    people = rng.lognormal(7, 0.8, n)
    known = np.column_stack([people * (kind == 0), people * (kind == 1)])
    cells = response_cells(region, kind, answered, smallest=2, least_rate=0.0)
    weighted = weigh(cells, answered, known)
    # the same by one regression on the cells' indicators and x together (Deville and Särndal 1992, case 1)
    dummies = np.eye(len(cells.units))[cells.of]
    x = np.column_stack([dummies, known])
    base = (cells.units / cells.answered)[cells.of[answered]]
    matrix = (x[answered] * base[:, None]).T @ x[answered]
    lagrange = np.linalg.solve(matrix, x.sum(axis=0) - base @ x[answered])
    closed = base * (1 + x[answered] @ lagrange)
    np.testing.assert_allclose(weighted.weights, closed, rtol=1e-8)
    np.testing.assert_allclose(weighted.weights @ known[answered], known.sum(axis=0), rtol=1e-10)
    np.testing.assert_allclose(np.bincount(weighted.cell, weights=weighted.weights), cells.units, rtol=1e-10)
    # what is in proportion to x is known without error
    exact = total(weighted, 3 * people[answered])
    assert exact.value == pytest.approx(3 * people.sum())
    assert exact.se < 1e-6 * exact.value


def test_variance_without_calibration_is_that_of_the_survey_part() -> None:
    rng = np.random.default_rng(5)
    region, kind = rng.integers(0, 3, 90), np.zeros(90, dtype=np.intp)
    answered = rng.random(90) < 0.7
    cells = response_cells(region, kind, answered, smallest=2, least_rate=0.0)
    weighted = weigh(cells, answered)
    values = rng.gamma(2, 10, int(answered.sum()))
    design = Design(
        weights=weighted.weights,
        psu=np.arange(len(values)),
        stratum_of=weighted.cell,
        drawn_share=cells.rate,
        probability=True,
        drawn="stratified",
        strata=tuple(map(str, range(len(cells.units)))),
    )
    assert total(weighted, values).se ** 2 == pytest.approx(taylor.variance(design, taylor.total(design, values)))
