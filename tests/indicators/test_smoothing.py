"""Smoothed rates: by hand, against an independent library, and on places whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from esda.smoothing import Empirical_Bayes
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evaluation.indicators.intervals import poisson_bounds, wilson_interval
from evaluation.indicators.smoothing import MEAN_COLUMNS, SMOOTHED_COLUMNS, smooth_rates, smooth_shares
from evaluation.settings import InputProblem


def places(observed: list[float], exposure: list[float], **more: object) -> pd.DataFrame:
    units = [f"U{number}" for number in range(len(observed))]
    return pd.DataFrame({"unit_id": units, "observed": observed, "exposure": exposure, **more})


def test_rates_by_hand() -> None:
    """m = 30/300; s2 = (100*0.08^2 + 100*0.06^2 + 100*0.02^2)/300; A = s2 - 0.1/100; weight = A / (A + 0.1/100)."""
    made = smooth_rates(places([2, 16, 12], [100, 100, 100]), scale=1000)
    variance = (100 * 0.08**2 + 100 * 0.06**2 + 100 * 0.02**2) / 300 - 0.001
    weight = variance / (variance + 0.001)
    assert made.means.loc[0, "mean"] == pytest.approx(100)
    assert made.means.loc[0, "between_variance"] == pytest.approx(variance * 1e6)
    assert made.places["weight"].tolist() == pytest.approx([weight] * 3)
    assert made.places["smoothed"].tolist() == pytest.approx([100 + weight * gap for gap in (-80, 60, 20)])
    assert made.places["raw"].tolist() == pytest.approx([20, 160, 120]), "the raw rate stays beside it"
    assert set(made.places["state"]) == {"smoothed"}
    assert (list(made.places), list(made.means)) == (SMOOTHED_COLUMNS, MEAN_COLUMNS)


def test_rates_agree_with_an_independent_library() -> None:
    rng = np.random.default_rng(3)
    exposure = rng.integers(200, 90_000, 40).astype(float)
    observed = rng.poisson(exposure * rng.gamma(4, 0.001, 40)).astype(float)
    made = smooth_rates(places(list(observed), list(exposure)))
    assert made.places["smoothed"].to_numpy() == pytest.approx(Empirical_Bayes(observed, exposure).r.ravel(), rel=1e-12)


def test_the_interval_is_that_of_the_gamma_law_given_the_count() -> None:
    made = smooth_rates(places([2, 16, 12], [100, 100, 100]))
    mean, variance = made.means.loc[0, ["mean", "between_variance"]]
    law = stats.gamma(mean**2 / variance + 2, scale=1 / (mean / variance + 100))
    assert made.places.loc[0, "smoothed"] == pytest.approx(law.mean())
    assert made.places.loc[0, ["low", "high"]].tolist() == pytest.approx(law.ppf([0.025, 0.975]).tolist())


def test_places_that_differ_no_more_than_by_chance_all_get_the_mean_and_it_is_said() -> None:
    made = smooth_rates(places([10, 11, 9], [1000, 1000, 1000]))
    assert set(made.places["state"]) == {"to_mean"}
    assert made.places["weight"].eq(0).all()
    assert made.places["smoothed"].tolist() == pytest.approx([0.01] * 3)
    low, high = poisson_bounds(30)
    assert made.places.loc[0, ["low", "high"]].tolist() == pytest.approx([float(low) / 3000, float(high) / 3000])
    assert bool(made.means.loc[0, "shrinks_wholly"])
    shares = smooth_shares(places([5, 5, 5], [10, 10, 10]))
    assert set(shares.places["state"]) == {"to_mean"}
    assert shares.places.loc[0, ["low", "high"]].tolist() == pytest.approx(wilson_interval(15, 30))


def test_a_place_without_residents_has_no_value() -> None:
    made = smooth_rates(places([2, 16, 12, 0, np.nan], [100, 100, 100, 0, np.nan])).places
    assert made["state"].tolist()[3:] == ["no_exposure", "no_exposure"]
    assert made.loc[3:, ["raw", "smoothed", "weight"]].isna().all(axis=None)
    assert smooth_rates(places([2, 16, 12], [100, 100, 100])).places["smoothed"].tolist() == pytest.approx(
        made["smoothed"].tolist()[:3]
    )


def test_towards_the_type_of_unit_where_it_has_enough_places() -> None:
    frame = places(
        [1, 9, 2, 30, 60, 33, 7], [100] * 7, type=["village", "village", "village", "city", "city", "city", None]
    )
    made = smooth_rates(frame, group="type", smallest_group=3)
    assert made.places["toward"].tolist() == ["village"] * 3 + ["city"] * 3 + ["all"]
    assert made.places["mean"].tolist() == pytest.approx([0.04] * 3 + [0.41] * 3 + [142 / 700])
    assert made.means["toward"].tolist() == ["all", "city", "village"]
    alone = smooth_rates(frame[frame["type"] == "city"])
    assert made.places["smoothed"].tolist()[3:6] == pytest.approx(alone.places["smoothed"].tolist())
    few = smooth_rates(frame, group="type", smallest_group=4)
    assert set(few.places["toward"]) == {"all"}
    assert few.places["smoothed"].tolist() == pytest.approx(smooth_rates(frame).places["smoothed"].tolist())


def test_shares_find_the_variance_between_places_that_made_them() -> None:
    rng = np.random.default_rng(11)
    found = []
    for _ in range(60):
        trials = rng.integers(5, 60, 60)
        truth = rng.beta(6, 4, 60)
        made = smooth_shares(places(list(rng.binomial(trials, truth)), list(trials)))
        found.append(made.means.loc[0, ["mean", "between_variance"]].tolist())
    mean, variance = np.mean(found, axis=0)
    assert mean == pytest.approx(0.6, abs=0.01)
    error = float(np.std([each[1] for each in found]) / np.sqrt(60))
    # the mean is estimated too, which takes a part of the order of 1/60 away
    assert variance == pytest.approx(stats.beta(6, 4).var(), abs=3 * error + 0.0218 / 60)


def test_smoothed_rates_lie_nearer_to_the_truth_than_raw_ones() -> None:
    rng = np.random.default_rng(5)
    raw, smoothed, inside = [], [], []
    for _ in range(25):
        truth = rng.gamma(5, 0.0004, 40)
        exposure = np.geomspace(500, 50_000, 40).round()
        made = smooth_rates(places(list(rng.poisson(truth * exposure)), list(exposure))).places
        raw.append(((made["raw"] - truth) ** 2).mean())
        smoothed.append(((made["smoothed"] - truth) ** 2).mean())
        inside.append(((made["low"] <= truth) & (truth <= made["high"])).mean())
    assert np.mean(smoothed) < 0.5 * np.mean(raw)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.03), "a little below: mean and variance are estimated"


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 400)), min_size=1, max_size=12), st.booleans())
def test_every_smoothed_value_lies_between_the_raw_one_and_the_mean(
    counts: list[tuple[int, int]], of_share: bool
) -> None:
    frame = places([float(min(count, whole)) for count, whole in counts], [float(whole) for _, whole in counts])
    made = (smooth_shares if of_share else smooth_rates)(frame).places
    known = made[made["state"] != "no_exposure"]
    least, most = known[["raw", "mean"]].min(axis=1), known[["raw", "mean"]].max(axis=1)
    assert (known["smoothed"] >= least - 1e-12).all()
    assert (known["smoothed"] <= most + 1e-12).all()
    assert known[["low", "high", "weight"]].notna().all(axis=None)
    assert (known["low"] <= known["high"]).all()
    assert made["state"].eq("no_exposure").sum() == sum(whole == 0 for _, whole in counts)


@pytest.mark.parametrize(
    "frame",
    [
        places([1.5, 2], [10, 10]),
        places([-1, 2], [10, 10]),
        places([1, 2], [10, -5]),
        places([np.nan, 2], [10, 10]),
        places([1, 2], [10, np.inf]),
        places([1, 2], [10, 10]).assign(unit_id="same"),
    ],
)
def test_what_is_no_count_is_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(InputProblem, match="a whole count"):
        smooth_rates(frame)


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(InputProblem, match=r"U1: 12 / 10.*not above a whole number of trials"):
        smooth_shares(places([1, 12], [10, 10]))
