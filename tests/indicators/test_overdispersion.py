"""How sure inequality is, and whether places differ by more than chance: size, power and an independent library."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nbinom

from evaluation.indicators.inequality import Spread, inequality, spread
from evaluation.indicators.inequality_intervals import bootstrap, bootstrap_parts, chance, leave_out, most_influential
from evaluation.indicators.overdispersion import boundary_p, overdispersion
from evaluation.settings import InputProblem

pytestmark = pytest.mark.filterwarnings("error")
RESIDENTS = np.random.default_rng(1).lognormal(9.8, 0.9, 39).round()


def of(values: np.ndarray, weights: np.ndarray | None = None) -> Spread:
    index = [f"u{place:03}" for place in range(len(values))]
    return spread(pd.Series(values, index=index), None if weights is None else pd.Series(weights, index=index))


# ---- intervals and influence ------------------------------------------------------------------------------------


def test_the_bootstrap_draws_units_with_their_weights() -> None:
    rng = np.random.default_rng(3)
    x, w = rng.lognormal(size=20), rng.uniform(1, 5, 20)
    found = bootstrap("gini", of(x, w), draws=400, seed=9)
    rows = np.random.default_rng(9).integers(20, size=(400, 20))
    each = [inequality("gini", of(x[row], w[row])) for row in rows]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(each, [0.025, 0.975])))
    assert found.undefined == 0 and bootstrap("gini", of(x, w), draws=400, seed=9) == found


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Gini of exponential values is a half; percentile intervals of 60 units are a little too short, as is known."""
    rng = np.random.default_rng(5)
    held = 0
    for seed in range(200):
        ends = bootstrap("gini", of(rng.exponential(size=60)), draws=199, seed=seed)
        held += ends.low <= 0.5 <= ends.high
    assert 0.84 <= held / 200 <= 0.98


def test_an_interval_without_ends_counts_why() -> None:
    found = bootstrap("ratio_90_10", of(np.array([0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9])), draws=100)
    assert np.isnan([found.low, found.high]).all() and 0 < found.undefined < 100


def test_intervals_of_parts() -> None:
    x = np.r_[np.full(15, 1.0), np.full(15, 5.0)]
    units = of(x)
    groups = pd.Series(np.r_[np.zeros(15), np.ones(15)], index=units.unit_id)
    parts = bootstrap_parts("theil_t", units, groups, draws=200)
    assert parts["within"].high == pytest.approx(0, abs=1e-12), "all values of a group are the same"
    assert parts["between"].low < inequality("theil_t", units) < parts["between"].high


def test_leaving_out_each_unit_names_the_largest() -> None:
    x = np.array([1.0, 2, 3, 4, 90])
    units = of(x)
    without = leave_out("gini", units)
    assert without.index.tolist() == list(units.unit_id)
    assert without.tolist() == pytest.approx([inequality("gini", of(np.delete(x, at))) for at in range(5)])
    assert most_influential("gini", units) == ("u004", pytest.approx(inequality("gini", of(x[:4]))))
    unit, left = most_influential("gini", of(np.array([0.0, 0, 7])))
    assert unit == "u002" and np.isnan(left), "without it nothing is left to measure"


# ---- chance -----------------------------------------------------------------------------------------------------


def test_chance_alone_makes_small_places_look_unequal() -> None:
    """Two places of one size and one event: whichever has it, the Gini is a half. Two events: a half or nothing."""
    one = chance("gini", np.array([1, 0]), np.array([10.0, 10.0]), draws=99)
    assert (one.observed, one.expected, one.p) == (0.5, 0.5, 1.0)
    two = chance("gini", np.array([1, 1]), np.array([10.0, 10.0]), draws=4_000)
    assert two.expected == pytest.approx(0.25, abs=0.02) and two.p == 1.0
    many = chance("gini", RESIDENTS * 2, RESIDENTS, draws=50)
    assert many.observed == pytest.approx(0, abs=1e-12) and many.expected < 0.01


def test_p_of_inequality_by_chance_has_its_size_and_finds_a_true_spread() -> None:
    rng = np.random.default_rng(7)
    equal = [chance("cv", rng.poisson(RESIDENTS * 5e-4), RESIDENTS, draws=199, seed=s).p for s in range(300)]
    assert 0.02 <= np.mean(np.array(equal) <= 0.05) <= 0.09
    spread_out = rng.poisson(RESIDENTS * 5e-4 * rng.gamma(4, 1 / 4, 39))
    assert chance("cv", spread_out, RESIDENTS).p < 0.01


# ---- variance beyond Poisson noise ------------------------------------------------------------------------------


def test_likelihood_ratio_is_that_of_an_independent_library() -> None:
    models = pytest.importorskip("statsmodels.discrete.discrete_model")
    rng = np.random.default_rng(8)
    y = rng.poisson(RESIDENTS * 1e-3 * rng.gamma(1 / 0.16, 0.16, 39))
    ours = overdispersion(y, RESIDENTS)
    ones = np.ones((39, 1))
    binomial = models.NegativeBinomial(y, ones, exposure=RESIDENTS).fit(disp=0)
    poisson = models.Poisson(y, ones, exposure=RESIDENTS).fit(disp=0)
    assert ours.likelihood_ratio == pytest.approx(2 * (binomial.llf - poisson.llf), abs=1e-4)
    assert ours.between_sd == pytest.approx(np.sqrt(binomial.params[1]), rel=1e-4)
    assert ours.rate == pytest.approx(y.sum() / RESIDENTS.sum())
    # the ends are where the profile has fallen by half the chi-squared quantile
    for end in (ours.low, ours.high):
        grid = np.linspace(-9, -5, 4001)
        alpha = end**2
        mu = np.exp(grid)[:, None] * RESIDENTS
        profile = nbinom.logpmf(y, 1 / alpha, 1 / (1 + alpha * mu)).sum(axis=1).max()
        assert 2 * (binomial.llf - profile) == pytest.approx(3.841459, abs=1e-3)


def sizes(draws: int) -> tuple[float, float]:
    rng = np.random.default_rng(20)
    p = [(found.p, found.p_dispersion) for seed in range(draws)
         for found in [overdispersion(rng.poisson(RESIDENTS * 5e-4), RESIDENTS, draws=199, seed=seed)]]  # fmt: skip
    ratio, dispersion = np.array(p).T
    return float(np.mean(ratio <= 0.05)), float(np.mean(dispersion <= 0.05))


def test_size_on_equal_places() -> None:
    ratio, dispersion = sizes(120)
    assert ratio <= 0.09 and 0.005 <= dispersion <= 0.12


@pytest.mark.slow
def test_size_on_a_thousand_sets_of_equal_places() -> None:
    """The dispersion test holds its 5 %; the likelihood ratio of 39 places stays below it (docstring)."""
    ratio, dispersion = sizes(1_000)
    assert 0.01 <= ratio <= 0.06
    assert 0.035 <= dispersion <= 0.065


def test_a_true_variance_is_found_and_its_interval_holds_it() -> None:
    rng = np.random.default_rng(21)
    found = [overdispersion(rng.poisson(RESIDENTS * 5e-4 * rng.gamma(1 / 0.25, 0.25, 39)), RESIDENTS, draws=199, seed=s)
             for s in range(60)]  # fmt: skip
    assert np.mean([each.p <= 0.05 for each in found]) >= 0.95
    assert np.mean([each.low <= 0.5 <= each.high for each in found]) >= 0.85
    assert np.median([each.between_sd for each in found]) == pytest.approx(0.5, abs=0.1)


def test_places_more_alike_than_chance_have_no_variance() -> None:
    found = overdispersion(np.full(10, 20), np.full(10, 1000.0))
    assert (found.between_sd, found.low, found.likelihood_ratio, found.p) == (0, 0, 0, 1)
    assert 0 < found.high < 0.5 and found.dispersion == 0 and found.p_dispersion == 1


def test_all_events_in_one_place_of_thousands_set_no_upper_end() -> None:
    found = overdispersion(np.r_[500, np.zeros(2_999)], np.full(3_000, 10.0), draws=19)
    assert found.high == np.inf and found.low > 5 and found.p < 1e-6


def test_mixture_of_the_boundary() -> None:
    assert boundary_p(0.0) == 1 and boundary_p(2.705543) == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize(
    ("events", "exposure", "said"),
    [([1.5, 2], [1, 1], "whole numbers"), ([1, -2], [1, 1], "whole"), ([1, 2], [1, 0], "above zero"), ([1], [1], "two"),
     ([1, np.nan], [1, 1], "whole"), ([1, 2], [1, np.inf], "above zero"), ([0, 0], [1, 1], "no events in any place")],
)  # fmt: skip
def test_what_is_no_count_is_refused(events: list[float], exposure: list[float], said: str) -> None:
    for test in (overdispersion, lambda y, e: chance("gini", y, e)):
        with pytest.raises(InputProblem, match=said):
            test(np.array(events, dtype=float), np.array(exposure, dtype=float))


def test_draws_and_levels_that_are_none_are_refused() -> None:
    units = of(np.array([1.0, 2.0]))
    for draws, level in ((0, 0.9), (10, 1.0)):
        with pytest.raises(InputProblem, match="resamples, level"):
            bootstrap("gini", units, draws=draws, level=level)
    with pytest.raises(InputProblem, match="0 simulations"):
        chance("gini", np.array([1, 2]), np.array([1.0, 1.0]), draws=0)
    with pytest.raises(InputProblem, match="0 simulations"):
        overdispersion(np.array([1, 2]), np.array([1.0, 1.0]), draws=0)
