"""Randomisation inference: what is dealt out, exact enumeration, brute force, level, and intervals by inversion."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from evaluation.effects.estimate import parse_warnings
from evaluation.effects.inference.randomisation import _all_deals, _deals, _pools, randomisation_test
from evaluation.effects.plan import fit_declared
from evaluation.settings import InputProblem, Model

Declare = Callable[..., Model]


def _panel(units: int, years: int, seed: int, last_start: int | None = None) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({"unit_id": np.repeat(np.arange(units), years), "year": np.tile(np.arange(years), units)})
    start = generator.integers(1, last_start or years + 2, units)
    frame["trained"] = (frame["year"] >= np.repeat(start, years)).astype(float)
    frame["kind"] = np.where(frame["unit_id"] % 3 == 0, "city", "district")
    frame["other"] = generator.normal(size=len(frame))
    level = np.repeat(generator.normal(size=units), years)
    return frame.assign(y=level + 0.3 * frame["year"] + generator.normal(size=len(frame)))


@pytest.fixture
def model(declare: Declare) -> Model:
    return declare("y", ("trained", "other"), fixed_effects=("unit_id", "year"))


@pytest.mark.parametrize("strata", [None, "kind"])
def test_deals_keep_histories_and_the_number_adopting_each_year(strata: str | None) -> None:
    frame = _panel(20, 5, 1)
    frame = frame[~((frame["unit_id"] < 4) & (frame["year"] == 0))].reset_index(drop=True)  # four units start later
    values = frame["trained"].to_numpy()
    dealt = np.concatenate(list(_deals(values, _pools(frame, values, strata), 40, 1)), axis=1)
    groups = ["year"] if strata is None else ["year", strata]
    before = frame.groupby(groups)["trained"].sum()
    histories = sorted(frame.groupby("unit_id")["trained"].apply(tuple))
    changed = 0
    for deal in dealt.T:
        after = frame.assign(trained=deal)
        pd.testing.assert_series_equal(after.groupby(groups)["trained"].sum(), before)
        assert sorted(after.groupby("unit_id")["trained"].apply(tuple)) == histories
        assert (after.groupby("unit_id")["trained"].diff().dropna() >= 0).all()  # nobody is untrained again
        changed += (deal != values).any()
    assert changed == 40


def test_few_histories_are_enumerated_and_equal_brute_force(model: Model) -> None:
    """5 units of which 2 train at different times: 20 deals, each fitted; the statistic by statsmodels' residuals."""
    frame = _panel(5, 4, 2).assign(trained=0.0)
    frame.loc[(frame["unit_id"] == 1) & (frame["year"] >= 1), "trained"] = 1.0
    frame.loc[(frame["unit_id"] == 3) & (frame["year"] >= 2), "trained"] = 1.0
    found = randomisation_test(frame, model, "trained", draws=999)
    assert (found.enumerated, found.deals) == (True, 20)

    indicators = pd.get_dummies(frame["unit_id"]).join(pd.get_dummies(frame["year"], prefix="y", drop_first=True))
    others = indicators.astype(float).assign(other=frame["other"]).to_numpy()
    residuals = np.asarray(sm.OLS(frame["y"], others).fit().resid)

    def statistic(values: np.ndarray) -> float:
        tested = np.asarray(sm.OLS(values, others).fit().resid)
        scores = pd.Series(tested * residuals).groupby(frame["unit_id"]).sum()
        return float(abs(scores.sum()) / np.sqrt((scores**2).sum()))

    observed = statistic(frame["trained"].to_numpy())
    wide = frame.pivot(index="unit_id", columns="year", values="trained").to_numpy()
    deals = {tuple(wide[list(order)].ravel()) for order in itertools.permutations(range(5))}
    assert len(deals) == 20
    by_hand = np.mean([statistic(np.array(deal)) >= observed * (1 - 1e-9) for deal in sorted(deals)])
    assert found.p == pytest.approx(by_hand)
    assert abs(found.statistic) == pytest.approx(observed)


def test_all_deals_are_the_distinct_ones() -> None:
    frame = _panel(6, 3, 4)
    values = frame["trained"].to_numpy()
    pools = _pools(frame, values, "kind")
    every = np.concatenate(list(_all_deals(values, pools)), axis=1)
    assert len(np.unique(every, axis=1).T) == every.shape[1] == np.prod([pool.arrangements for pool in pools])
    by_chance = np.concatenate(list(_deals(values, pools, 4_000, 1)), axis=1)
    np.testing.assert_array_equal(np.unique(by_chance, axis=1), np.unique(every, axis=1))


def test_order_of_rows_does_not_matter(model: Model) -> None:
    frame = _panel(15, 5, 3)
    once = randomisation_test(frame, model, "trained", draws=99, seed=2)
    again = randomisation_test(frame.sample(frac=1, random_state=1), model, "trained", draws=99, seed=2)
    assert once.p == again.p


@pytest.mark.parametrize("clusters", ["unit_id", "pair"])
@pytest.mark.slow
def test_p_is_uniform_without_an_effect(declare: Declare, clusters: str) -> None:
    """Level 20 %: the 99 % region of 200 binomial draws; histories of units also where clusters are pairs of them."""
    plain = declare("y", ("trained", "other"), fixed_effects=("unit_id", "year"), clusters=clusters)
    small = 0
    for draw in range(200):
        frame = _panel(18, 4, 100 + draw).assign(pair=lambda rows: rows["unit_id"] // 2)
        small += randomisation_test(frame, plain, "trained", draws=49, seed=draw).p <= 0.2
    assert 0.125 <= small / 200 <= 0.28


def test_interval_holds_what_shifted_outcomes_do_not_refuse(model: Model) -> None:
    frame = _panel(24, 5, 5).assign(y=lambda rows: rows["y"] + 0.8 * rows["trained"])
    found = randomisation_test(frame, model, "trained", draws=499, seed=1, level=0.9)
    assert found.interval is not None
    for value, refused in (
        (found.interval.low - 0.02, True), (found.interval.low + 0.02, False),
        (found.interval.high - 0.02, False), (found.interval.high + 0.02, True),
    ):  # fmt: skip
        shifted = frame.assign(y=frame["y"] - value * frame["trained"])
        assert (randomisation_test(shifted, model, "trained", draws=499, seed=1).p <= 0.1 + 1e-9) is refused


def test_interval_covers_the_truth_as_often_as_it_says(model: Model) -> None:
    """Level 80 %: the 99.9 % region of 100 binomial draws."""
    covered = 0
    for draw in range(100):
        frame = _panel(18, 4, 300 + draw).assign(y=lambda rows: rows["y"] + 0.8 * rows["trained"])
        interval = randomisation_test(frame, model, "trained", draws=99, seed=draw, level=0.8).interval
        assert interval is not None
        covered += interval.low <= 0.8 <= interval.high
    assert 0.66 <= covered / 100 <= 0.92


def test_strong_effects_are_found(model: Model) -> None:
    frame = _panel(30, 6, 6).assign(y=lambda rows: rows["y"] + 2 * rows["trained"])
    assert randomisation_test(frame, model, "trained", draws=499).p == 1 / 500


@pytest.mark.parametrize(
    ("change", "strata", "words"),
    [
        (lambda frame: pd.concat([frame, frame.iloc[:1]]), None, "two rows in one year"),
        (lambda frame: frame, "year", "changes within a unit"),
    ],
)
def test_what_cannot_be_dealt_is_refused(
    model: Model, change: Callable[[pd.DataFrame], pd.DataFrame], strata: str | None, words: str
) -> None:
    with pytest.raises(InputProblem, match=words):
        randomisation_test(change(_panel(8, 4, 1)), model, "trained", draws=19, strata=strata)


def test_interval_outside_least_squares_is_refused(declare: Declare) -> None:
    counts = declare("n", ("trained",), "poisson", fixed_effects=("unit_id", "year"))
    frame = _panel(12, 4, 1).assign(n=np.random.default_rng(1).poisson(5, 48))
    with pytest.raises(InputProblem, match="family: ols only"):
        randomisation_test(frame, counts, "trained", draws=19, level=0.95)


def test_too_few_deals_are_said(model: Model) -> None:
    """Units that each miss another year share their years with nobody: one deal, and p = 1 whatever the data."""
    frame = _panel(6, 7, 3)
    frame = frame[frame["year"] != frame["unit_id"] + 1].reset_index(drop=True)
    frame = frame.assign(trained=((frame["unit_id"] < 3) & (frame["year"] >= 5)).astype(float))
    found = randomisation_test(frame, model, "trained", draws=99)
    assert (found.p, found.deals, found.few_deals) == (1.0, 1, 1)
    row = next(row for row in fit_declared(frame, model, draws=99) if row["exposure"] == "trained")
    assert row["inference"] == "crv3_t_permutation_p"
    told = parse_warnings(row["warning"])
    assert told["few_deals"] == "1" and told["no_reliable_interval_permuted"] == "3"
    assert randomisation_test(_panel(20, 5, 1), model, "trained", draws=99).few_deals is None
