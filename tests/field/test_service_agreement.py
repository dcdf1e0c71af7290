"""Agreement of jurors against published examples, an independent library, and what must hold by definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evaluation.field.services.agreement import intraclass, kendall_w, krippendorff_alpha

# Shrout and Fleiss (1979), table 2: six targets, four judges
JUDGES = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float)
# Krippendorff (2011, Computing Krippendorff's alpha-reliability), data C: four observers (rows), twelve units
OBSERVERS = [
    "1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 .",
]  # fmt: skip
CODED = np.array([[np.nan if code == "." else float(code) for code in row.split()] for row in OBSERVERS]).T


def test_intraclass_correlation_of_shrout_and_fleiss() -> None:
    single, mean = intraclass(JUDGES)
    assert (round(single.value, 2), round(mean.value, 2)) == (0.29, 0.62)
    assert (round(single.low, 2), round(single.high, 2)) == (0.02, 0.76)


def test_alpha_of_krippendorff() -> None:
    found = krippendorff_alpha(CODED)
    assert round(found.value, 3) == 0.849
    assert found.low < found.value <= found.high
    assert krippendorff_alpha(CODED) == found  # the draws are seeded


def test_alpha_by_its_definition() -> None:
    """One minus the mean squared difference within entries over that of all pairs."""
    pairs_within, pairs_all = [], []
    for row in JUDGES:
        pairs_within += [(a - b) ** 2 for i, a in enumerate(row) for j, b in enumerate(row) if i != j]
    points = JUDGES.ravel()
    pairs_all = [(a - b) ** 2 for i, a in enumerate(points) for j, b in enumerate(points) if i != j]
    assert krippendorff_alpha(JUDGES, draws=9).value == pytest.approx(1 - np.mean(pairs_within) / np.mean(pairs_all))


@given(st.lists(st.lists(st.integers(1, 6), min_size=3, max_size=3), min_size=3, max_size=7))
def test_w_is_friedmans_statistic(rows: list[list[int]]) -> None:
    matrix = np.array(rows, dtype=float)
    found = kendall_w(matrix)
    if found.note is None:
        with np.errstate(all="ignore"):
            friedman = stats.friedmanchisquare(*matrix)
        assert found.value * matrix.shape[1] * (len(matrix) - 1) == pytest.approx(friedman.statistic)
        assert found.p == pytest.approx(friedman.pvalue)
        assert -1e-9 <= found.value <= 1 + 1e-9
    else:
        assert (matrix == matrix[0]).all() or all(len(set(column)) == 1 for column in matrix.T)


def test_full_agreement_and_none() -> None:
    same = np.column_stack([[10.0, 20.0, 35.0]] * 4)
    assert kendall_w(same).value == pytest.approx(1)
    assert krippendorff_alpha(same, draws=19).value == pytest.approx(1)
    assert [each.value for each in intraclass(same)] == [pytest.approx(1)] * 2
    equal = np.full((3, 3), 50.0)
    assert {each.note for each in (*intraclass(equal), krippendorff_alpha(equal), kendall_w(equal))} == {"no_spread"}
    assert {each.note for each in (*intraclass(equal[:1]), krippendorff_alpha(equal[:1]), kendall_w(equal[:1]))} == {
        "too_few"
    }
