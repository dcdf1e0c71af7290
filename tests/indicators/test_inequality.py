"""Measures of inequality: by hand, against an independent library, and by what must hold of any numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.indicators.inequality import (
    KERNELS,
    Spread,
    between_groups,
    codes_of,
    decompose,
    inequality,
    lorenz,
    spread,
)
from evaluation.settings import DataProblem, InputProblem

pytestmark = pytest.mark.filterwarnings("error")


def of(*values: float, weights: list[float] | None = None) -> Spread:
    index = [f"u{place:03}" for place in range(len(values))]
    return spread(pd.Series(values, index=index), None if weights is None else pd.Series(weights, index=index))


def test_five_units_by_hand() -> None:
    """1, 2, 3, 4, 10 (mean 4): cumulative shares 1/20, 3/20, 6/20, 10/20, 1."""
    units = of(3, 1, 10, 2, 4)
    assert inequality("gini", units) == pytest.approx(1 - (1 + 4 + 9 + 16 + 30) / 20 / 5)
    log = np.log
    t = (0.25 * log(0.25) + 0.5 * log(0.5) + 0.75 * log(0.75) + 2.5 * log(2.5)) / 5
    assert inequality("theil_t", units) == pytest.approx(t)
    assert inequality("theil_l", units) == pytest.approx(-(log(0.25) + log(0.5) + log(0.75) + log(2.5)) / 5)
    assert inequality("cv", units) == pytest.approx(np.sqrt((9 + 4 + 1 + 0 + 36) / 5) / 4)
    assert inequality("top_tenth_share", units) == pytest.approx(0.25), "half of the last unit, who has 10 of 20"
    assert inequality("ratio_90_10", units) == pytest.approx(10 / 1)
    assert lorenz(units)["total_share"].tolist() == pytest.approx([0, 0.05, 0.15, 0.3, 0.5, 1])
    assert lorenz(units)["weight_share"].tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])


def test_one_holds_all_and_all_hold_the_same() -> None:
    one = of(0, 0, 0, 8)
    assert inequality("gini", one) == pytest.approx(3 / 4)
    assert inequality("theil_t", one) == pytest.approx(np.log(4))
    assert inequality("cv", one) == pytest.approx(np.sqrt(3))
    for measure, kernel in KERNELS.items():
        same = float(kernel(*(of(7, 7, 7).amounts, np.array([1.0, 5.0, 2.0]))))
        assert same == pytest.approx({"top_tenth_share": 0.1, "ratio_90_10": 1}.get(measure, 0), abs=1e-12), measure


def test_a_weight_is_as_many_units() -> None:
    weighted, repeated = of(1, 4, 2, weights=[3, 1, 2]), of(1, 1, 1, 4, 2, 2)
    for measure in KERNELS:
        assert inequality(measure, weighted) == pytest.approx(inequality(measure, repeated)), measure


def test_weighted_quantiles_are_those_of_an_independent_library() -> None:
    rng = np.random.default_rng(4)
    x, w = rng.lognormal(size=50), rng.uniform(0.5, 9, 50)
    high, low = np.quantile(x, [0.9, 0.1], weights=w, method="inverted_cdf")
    assert inequality("ratio_90_10", of(*x, weights=w.tolist())) == pytest.approx(high / low)


def test_as_an_independent_library_has_them() -> None:
    gini = pytest.importorskip("inequality.gini")
    theil = pytest.importorskip("inequality.theil")
    values = np.random.default_rng(2).lognormal(size=61)
    groups = np.arange(61) % 4
    units = of(*values)
    assert inequality("gini", units) == pytest.approx(gini.Gini(values).g)
    assert inequality("theil_t", units) == pytest.approx(theil.Theil(values).T)
    theirs = theil.TheilD(values, groups)
    ours = decompose("theil_t", units, pd.Series(groups, index=units.unit_id))
    assert (ours.between, ours.within) == pytest.approx((theirs.bg[0], theirs.wg[0]))


NUMBERS = st.floats(0, 1e6, allow_subnormal=False).map(lambda x: 0.0 if x < 1e-3 else x)
ROWS = st.lists(st.tuples(NUMBERS, st.floats(0.01, 1e5), st.sampled_from("abc")), min_size=2, max_size=30)


@settings(deadline=None)
@given(ROWS)
def test_parts_sum_to_the_whole(rows: list[tuple[float, float, str]]) -> None:
    values = pd.Series([row[0] for row in rows], index=[f"{place}" for place in range(len(rows))])
    weights, groups = (pd.Series([row[at] for row in rows], index=values.index) for at in (1, 2))
    if not values.any():
        with pytest.raises(DataProblem, match="All values are zero"):
            spread(values, weights)
        return
    units = spread(values, weights)
    codes, _ = codes_of(units, groups)
    for measure in ("theil_t", "theil_l"):
        if measure == "theil_l" and (values == 0).any():
            with pytest.raises(DataProblem, match=r"theil_l is not defined: the value is zero in \d+ unit"):
                decompose(measure, units, groups)
            continue
        found = decompose(measure, units, groups)
        assert found.between + found.within == pytest.approx(found.total, abs=1e-9)
        assert min(found.between, found.within) >= -1e-9
        fast = between_groups(measure, units.amounts[None], units.weights[None], codes[None])
        assert fast[0] == pytest.approx(found.between, abs=1e-9)
        assert found.groups[["weight_share", "total_share"]].sum().tolist() == pytest.approx([1, 1])
    gini = inequality("gini", units)
    assert 0 <= gini < 1
    scaled = spread(values * 3, weights / 7)
    assert inequality("gini", scaled) == pytest.approx(gini, abs=1e-9), "neither currency nor unit of weight matters"
    assert inequality("cv", scaled) == pytest.approx(inequality("cv", units), abs=1e-9)


@settings(deadline=None)
@given(ROWS)
def test_gini_is_half_the_mean_difference_over_the_mean(rows: list[tuple[float, float, str]]) -> None:
    x, w = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    if x.any():
        mean = (w * x).sum() / w.sum()
        pairs = (w[:, None] * w * np.abs(x[:, None] - x)).sum() / w.sum() ** 2
        assert inequality("gini", of(*x, weights=w.tolist())) == pytest.approx(pairs / (2 * mean), abs=1e-9)


def test_parts_of_two_groups_by_hand() -> None:
    """Groups (1, 3) and (4, 8): shares of the total 1/4 and 3/4, of the units a half each."""
    units = of(1, 3, 4, 8)
    found = decompose("theil_t", units, pd.Series(["x", "x", "y", "y"], index=units.unit_id))
    log = np.log
    assert found.between == pytest.approx(log(0.5) / 4 + 3 * log(1.5) / 4)
    inner = [(0.5 * log(0.5) + 1.5 * log(1.5)) / 2, (2 / 3 * log(2 / 3) + 4 / 3 * log(4 / 3)) / 2]
    assert found.groups["index"].tolist() == pytest.approx(inner)
    assert found.within == pytest.approx(inner[0] / 4 + 3 * inner[1] / 4)
    assert found.groups[["n", "mean"]].to_numpy().tolist() == [[2, 2], [2, 6]]


def test_groups_that_are_unknown_or_hold_nothing() -> None:
    units = of(0, 0, 5, 3)
    found = decompose("theil_t", units, pd.Series(["x", "x", None], index=units.unit_id[:3]))
    assert found.groups["group"].tolist() == ["unknown", "x"] and found.groups["n"].tolist() == [2, 2]
    assert found.total == pytest.approx(found.between + found.within)
    assert np.isnan(found.groups["index"].iloc[1]) and found.groups["within"].iloc[1] == 0


def test_what_is_left_out_and_what_is_refused() -> None:
    values = pd.Series([2.0, np.nan, 4.0, 6.0], index=list("dcba"))
    units = spread(values, pd.Series([1.0, 1.0, np.nan, 3.0], index=list("dcba")))
    assert units.unit_id == ("a", "d") and units.missing == 2 and units.weights.tolist() == [3, 1]
    with pytest.raises(InputProblem, match="Units b: a measure of inequality needs values from zero"):
        spread(pd.Series([1.0, -1.0], index=["a", "b"]))
    with pytest.raises(InputProblem, match=r"Units a: .* weights above zero"):
        spread(pd.Series([1.0, 1.0], index=["a", "b"]), pd.Series([0.0, 1.0], index=["a", "b"]))
    with pytest.raises(InputProblem, match="Units a have more than one value"):
        spread(pd.Series([1.0, 2.0], index=["a", "a"]))
    with pytest.raises(DataProblem, match=r"1 unit\(s\) with a known value"):
        spread(pd.Series([1.0, np.nan], index=["a", "b"]))
    with pytest.raises(DataProblem, match=r"ratio_90_10 is not defined: the value is zero in 2 unit\(s\)"):
        inequality("ratio_90_10", of(0, 0, 5, 3))
    with pytest.raises(KeyError):
        inequality("beauty", of(1, 2))
