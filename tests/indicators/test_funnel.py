"""Control limits of a funnel: exact tails, honest rates of false alarm, places that stand out.

What was found about the nominal rates: over places of some ten expected counts and more the flags of equal places come
at 5 % and 0.2 % within the error of a simulation. Of a single tiny place whole counts cannot keep the nominal rate (of
95 % limits 1.4 % where half a count is expected, 8.3 % where three are); its flags come at the rate of the exact law,
which the funnel states (``chance_*``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.indicators.funnel import (
    FLAGS,
    LIMIT_COLUMNS,
    POINT_COLUMNS,
    Funnel,
    rate_funnel,
    share_funnel,
    winsorised,
)
from evaluation.settings import InputProblem

EXPOSURE = np.geomspace(2_000, 200_000, 40).round()
DRAWS = 1000


def places(observed: object, exposure: object) -> pd.DataFrame:
    counts = np.asarray(observed, dtype=float)
    units = [f"U{number:02d}" for number in range(len(counts))]
    return pd.DataFrame({"unit_id": units, "observed": counts, "exposure": np.asarray(exposure, dtype=float)})


def outside(counts: np.ndarray, funnel: Funnel, name: str) -> np.ndarray:
    """Which of many draws (rows) of the places lie outside the funnel's limits, as its flags would say."""
    exposure = funnel.points["exposure"].to_numpy()
    low, high = (funnel.points[f"{side}_{name}"].to_numpy() * exposure / funnel.scale for side in ("low", "high"))
    return (counts < low - 1e-9) | (counts > high + 1e-9)


def error_of(flags: np.ndarray) -> float:
    """Monte Carlo error of the share flagged, draws taken as clusters."""
    return float(flags.mean(axis=1).std() / np.sqrt(len(flags)))


def test_limits_are_where_the_mid_distribution_crosses_the_tail() -> None:
    """Poisson of mean 10: P(X<4) + P(X=4)/2 = 0.0197, P(X<5) + P(X=5)/2 = 0.0482; between lies the lower limit."""
    made = rate_funnel(places([10, 10, 10], [100, 100, 100]), target=0.1, widen=False)
    law = stats.poisson(10)
    below, above = (law.cdf(count) - law.pmf(count) / 2 for count in (4, 5))
    expected = 4 + (0.025 - below) / (above - below)
    assert made.points.loc[0, "low_95"] * 100 == pytest.approx(expected)
    high = np.floor(made.points.loc[0, "high_95"] * 100)
    assert made.points.loc[0, "chance_95"] == pytest.approx(law.cdf(4) + law.sf(high))
    assert made.law == "poisson"


@pytest.mark.parametrize(
    ("observed", "flag"),
    [(4, "below_95"), (5, "within"), (16, "within"), (17, "above_95"), (22, "above_998"), (1, "below_998")],
)
def test_flags_follow_the_mid_p_value(observed: int, flag: str) -> None:
    law = stats.poisson(10)
    low_tail = law.cdf(observed) - law.pmf(observed) / 2
    tail = min(low_tail, 1 - low_tail)
    assert flag.endswith("998") == (tail < 0.001)
    assert (flag == "within") == (tail > 0.025)
    made = rate_funnel(places([observed, 10, 10], [100, 100, 100]), target=0.1, widen=False)
    assert made.points["flag"].tolist() == [flag, "within", "within"]


def test_laws_given_the_total() -> None:
    rates = rate_funnel(places([10, 20, 70], [100, 300, 600]), widen=False)
    assert (rates.law, rates.target) == ("binomial_given_total", 0.1)
    law = stats.binom(100, 0.6)
    assert rates.points.loc[2, "z"] == pytest.approx((70 - 60) / law.std())
    shares = share_funnel(places([5, 20, 11], [10, 30, 60]), widen=False)
    assert (shares.law, shares.target) == ("hypergeometric", 0.36)
    assert shares.points.loc[0, "z"] == pytest.approx((5 - 3.6) / stats.hypergeom(100, 36, 10).std())
    assert share_funnel(places([5, 20, 11], [10, 30, 60]), target=0.3).law == "binomial"


@pytest.mark.parametrize(("name", "nominal"), [("95", 0.05), ("998", 0.002)])
def test_equal_places_are_flagged_at_the_nominal_rate(name: str, nominal: float) -> None:
    """1,000 draws of 40 equal places (8 to 800 expected), the target known, and the target their own mean."""
    rng = np.random.default_rng(20)
    known = rate_funnel(places(np.round(EXPOSURE * 0.004), EXPOSURE), target=0.004, widen=False)
    counts = rng.poisson(EXPOSURE * 0.004, (DRAWS, len(EXPOSURE)))
    total = round(EXPOSURE.sum() * 0.004)
    given = rng.multinomial(total, EXPOSURE / EXPOSURE.sum(), DRAWS)
    own = rate_funnel(places(given[0], EXPOSURE), widen=False)
    assert own.law == "binomial_given_total"
    for draws, made in ((counts, known), (given, own)):
        flags = outside(draws, made, name)
        assert flags.mean() == pytest.approx(nominal, abs=2.5 * error_of(flags))
        assert made.points[f"chance_{name}"].mean() == pytest.approx(nominal, rel=0.05)


@pytest.mark.parametrize("expected", [0.5, 3.0, 5.0])
def test_tiny_places_are_flagged_at_the_rate_of_the_exact_law(expected: float) -> None:
    rng = np.random.default_rng(21)
    exposure = np.full(40, 1000.0)
    made = rate_funnel(places(np.full(40, 1), exposure), target=expected / 1000, widen=False)
    counts = rng.poisson(expected, (DRAWS, 40))
    for name in ("95", "998"):
        flags = outside(counts, made, name)
        exact = made.points[f"chance_{name}"].iloc[0]
        assert flags.mean() == pytest.approx(exact, abs=2.5 * max(error_of(flags), 1e-5))
    if expected == 0.5:
        # the nominal rate cannot be kept: two out of half a one is within, three outside
        assert made.points["chance_95"].iloc[0] == pytest.approx(stats.poisson(0.5).sf(2))
        assert made.points["chance_95"].iloc[0] == pytest.approx(0.0144, abs=1e-4)
    if expected == 3:
        assert made.points["chance_95"].iloc[0] == pytest.approx(0.0833, abs=1e-4)
    assert made.expected_flagged_95 == pytest.approx(40 * made.points["chance_95"].iloc[0])


@pytest.mark.parametrize("kind", ["share", "target"])
def test_equal_shares_are_flagged_at_the_rate_of_the_exact_law(kind: str) -> None:
    rng = np.random.default_rng(22)
    trials = np.geomspace(10, 400, 40).round().astype(int)
    if kind == "share":
        cases = round(trials.sum() * 0.6)
        counts = rng.multivariate_hypergeometric(trials, cases, DRAWS)
        made = share_funnel(places(counts[0], trials), widen=False)
    else:
        counts = rng.binomial(trials, 0.6, (DRAWS, 40))
        made = share_funnel(places(counts[0], trials), target=0.6, widen=False)
    for name, nominal in (("95", 0.05), ("998", 0.002)):
        flags = outside(counts, made, name)
        assert flags.mean() == pytest.approx(made.points[f"chance_{name}"].mean(), abs=2.5 * error_of(flags))
        assert flags.mean() == pytest.approx(nominal, abs=2.5 * error_of(flags) + 0.05 * nominal)


@pytest.mark.slow
def test_whole_funnels_of_equal_places_flag_at_the_nominal_rate() -> None:
    """Every draw through the whole function: mean from the data, widening where phi asks for it."""
    rng = np.random.default_rng(23)
    flagged = {name: np.zeros(DRAWS) for name in ("95", "998")}
    widened = 0
    for draw in range(DRAWS):
        made = rate_funnel(places(rng.poisson(EXPOSURE * 0.004), EXPOSURE), 1000)
        flagged["95"][draw] = (made.points["flag"] != "within").mean()
        flagged["998"][draw] = made.points["flag"].str.endswith("998").mean()
        widened += made.is_widened
    for name, nominal in (("95", 0.05), ("998", 0.002)):
        error = float(flagged[name].std() / np.sqrt(DRAWS))
        assert flagged[name].mean() == pytest.approx(nominal, abs=2.5 * error)
    assert widened / DRAWS < 0.02


def test_places_that_differ_are_found_and_widening_is_stated() -> None:
    rng = np.random.default_rng(24)
    counts = rng.poisson(EXPOSURE * 0.004)
    counts[20] = 3 * counts[20]
    made = rate_funnel(places(counts, EXPOSURE), 1000)
    assert made.points.loc[20, "flag"] == "above_998"
    assert not made.is_widened, "one far-off place is no variation of all"
    uneven = rng.poisson(EXPOSURE * 0.004 * rng.gamma(4, 0.25, 40))
    wide, narrow = (rate_funnel(places(uneven, EXPOSURE), 1000, widen=widen) for widen in (True, False))
    assert wide.is_widened and not narrow.is_widened
    assert wide.phi == narrow.phi > 1 + 2 * np.sqrt(2 / 40)
    assert wide.phi < wide.phi_raw, "drawing the ends in makes phi smaller"
    assert (wide.points["flag"] != "within").sum() < (narrow.points["flag"] != "within").sum()
    gap = (wide.points["high_95"] - wide.target) / (narrow.points["high_95"] - narrow.target)
    assert gap.to_numpy() == pytest.approx(np.full(40, np.sqrt(wide.phi)))


def test_phi_by_hand() -> None:
    made = rate_funnel(places([5, 10, 21], [100, 100, 100]), target=0.1, widen=False, winsorise=0)
    assert made.phi == made.phi_raw == pytest.approx((2.5 + 0 + 12.1) / 3)
    assert winsorised(np.arange(11.0), 0.1).tolist() == [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9]


def test_points_and_limits_have_their_columns_and_agree() -> None:
    made = rate_funnel(places([3, 12, 40, 0], [1000, 4000, 9000, 0]), 1000)
    assert list(made.points) == POINT_COLUMNS
    assert list(made.limits) == LIMIT_COLUMNS
    assert made.points["flag"].tolist()[3] == "no_exposure"
    assert made.points.loc[3, ["value", "low_95", "chance_95"]].isna().all()
    assert set(made.points["flag"]) <= set(FLAGS)
    at = made.limits.set_index("exposure")
    for row in made.points.iloc[:3].itertuples():
        assert at.loc[row.exposure, "high_998"] == pytest.approx(row.high_998)
    assert made.limits["exposure"].is_monotonic_increasing
    assert (made.limits["low_998"] <= made.limits["low_95"]).all()
    assert (made.limits["high_998"] >= made.limits["high_95"]).all()


def test_nothing_observed_flags_nobody() -> None:
    made = rate_funnel(places([0, 0, 0], [100, 200, 300]))
    assert set(made.points["flag"]) == {"within"}
    assert (made.phi, made.target) == (0, 0)


def test_one_place_that_holds_nearly_all_does_not_hide_behind_the_mean_it_makes() -> None:
    """Of 1,000 cases a place with 90 % of the residents has 860: given the total far too few, by a Poisson law not."""
    frame = places([860, 47, 47, 46], [90_000, 3_333, 3_333, 3_334])
    assert rate_funnel(frame, widen=False).points.loc[0, "flag"] == "below_998"
    assert rate_funnel(frame, target=1000 / 100_000, widen=False).points.loc[0, "flag"] == "within"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rate_funnel(places([1, 2], [10, 10])), "2 places have a denominator"),
        (lambda: rate_funnel(places([1, 2, 3], [10, 10, 10]), target=0), "the target 0"),
        (lambda: share_funnel(places([1, 2, 3], [10, 10, 10]), target=1.2), "a share between 0 and 1"),
        (lambda: rate_funnel(places([1, 2, 3], [10, 10, 10]), winsorise=0.6), "share to winsorise"),
        (lambda: share_funnel(places([1, 2, 13], [10, 10, 10])), "U02: 13 / 10"),
    ],
)
def test_refusals(call: object, message: str) -> None:
    with pytest.raises(InputProblem, match=message):
        call()  # type: ignore[operator]
