"""Survival curves and cumulative incidence: by hand, against statsmodels, against simulated truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from evaluation.effects.survival.curves import cumulative_incidence, median_survival, survival_at, survival_curve
from evaluation.settings import InputProblem


def test_kaplan_meier_by_hand() -> None:
    # five teams: end after 1, censored after 1, end after 2, end after 3, censored after 4
    curve = survival_curve(np.array([1.0, 1, 2, 3, 4]), np.array([1, 0, 1, 1, 0]))
    assert curve["at_risk"].tolist() == [5, 3, 2, 1]
    assert curve["events"].tolist() == [1, 1, 1, 0]
    assert curve["censored"].tolist() == [1, 0, 0, 1]
    survival = [4 / 5, 4 / 5 * 2 / 3, 4 / 5 * 2 / 3 / 2]
    assert curve["survival"].tolist() == pytest.approx([*survival, survival[-1]])
    greenwood = 1 / (5 * 4) + 1 / (3 * 2) + 1 / (2 * 1)
    assert curve["se"].iloc[2] == pytest.approx(survival[2] * np.sqrt(greenwood))
    width = stats.norm.ppf(0.975) * np.sqrt(greenwood) / abs(np.log(survival[2]))
    assert curve["low"].iloc[2] == pytest.approx(survival[2] ** np.exp(width))
    assert curve["high"].iloc[2] == pytest.approx(survival[2] ** np.exp(-width))
    assert median_survival(curve) == 3
    assert survival_at(curve, np.array([0.5, 1.0, 2.5, 4.0, 5.0])) == pytest.approx(
        [1, 0.8, survival[1], survival[2], np.nan], nan_ok=True
    )


def test_late_entry_by_hand() -> None:
    # the second spell is at risk only after 2: it says nothing of the event at 1
    curve = survival_curve(np.array([1.0, 3, 3]), np.array([1, 1, 0]), np.array([0.0, 2, 0]))
    assert curve["at_risk"].tolist() == [2, 2]
    assert curve["survival"].tolist() == pytest.approx([0.5, 0.25])


def test_everybody_ends() -> None:
    curve = survival_curve(np.array([1.0, 2.0]), np.array([1, 1]))
    assert curve["survival"].tolist() == [0.5, 0.0]
    assert np.isnan(curve["se"].iloc[1]) and np.isnan(curve["low"].iloc[1])
    assert survival_at(curve, np.array([9.0]))[0] == 0


@pytest.mark.parametrize("late", [False, True])
def test_curves_are_those_of_statsmodels(late: bool) -> None:
    generator = np.random.default_rng(1)
    stop = generator.integers(1, 15, 300).astype(float)
    event = (generator.random(300) < 0.6).astype(int)
    start = np.minimum(generator.integers(0, 4, 300), stop - 1).astype(float) if late else None
    known = SurvfuncRight(stop, event, entry=start)
    ours = survival_curve(stop, event, start)
    ours = ours[ours["events"] > 0]
    assert ours["survival"].to_numpy() == pytest.approx(known.surv_prob, abs=1e-12)
    assert ours["se"].to_numpy() == pytest.approx(known.surv_prob_se, abs=1e-12, nan_ok=True)


def test_cumulative_incidence_is_that_of_statsmodels_and_adds_up() -> None:
    generator = np.random.default_rng(2)
    stop = generator.integers(1, 15, 300).astype(float)
    cause = (generator.random(300) < 0.6) * generator.integers(1, 3, 300)
    known = CumIncidenceRight(stop, cause)
    ours = cumulative_incidence(stop, cause)
    for code in (1, 2):
        own = ours[ours["cause"] == code]
        assert own["incidence"].to_numpy() == pytest.approx(known.cinc[code - 1], abs=1e-12)
        assert own["se"].to_numpy() == pytest.approx(known.cinc_se[code - 1], abs=1e-12)
        assert ((own["low"] <= own["incidence"]) & (own["incidence"] <= own["high"])).all()
    total = ours.groupby("time")["incidence"].sum().to_numpy()
    survival = survival_curve(stop, (cause > 0).astype(int))
    assert 1 - total == pytest.approx(survival.loc[survival["events"] > 0, "survival"].to_numpy())


def test_one_cause_is_one_less_survival() -> None:
    stop, event = np.array([1.0, 2, 2, 3, 4]), np.array([1, 1, 0, 1, 0])
    ours = cumulative_incidence(stop, event)
    curve = survival_curve(stop, event)
    curve = curve[curve["events"] > 0]
    assert ours["incidence"].to_numpy() == pytest.approx(1 - curve["survival"].to_numpy())
    assert ours["se"].to_numpy() == pytest.approx(curve["se"].to_numpy())


def test_competing_risks_are_not_censoring() -> None:
    """Two constant hazards: the share that ends by the first is a / (a + b), which 1 - Kaplan-Meier overstates."""
    generator = np.random.default_rng(3)
    first, second = generator.exponential(1 / 0.3, 20_000), generator.exponential(1 / 0.6, 20_000)
    stop, cause = np.minimum(first, second), np.where(first < second, 1, 2)
    found = cumulative_incidence(stop, cause)
    own = found[(found["cause"] == 1) & (found["time"] <= 2.0)].iloc[-1]
    truth = 0.3 / 0.9 * (1 - np.exp(-0.9 * 2.0))
    assert abs(own["incidence"] - truth) < 3 * own["se"]
    naive = survival_curve(stop, (cause == 1).astype(int))
    assert 1 - survival_at(naive, np.array([2.0]))[0] > truth + 0.1


def test_intervals_cover_the_truth() -> None:
    generator = np.random.default_rng(4)
    inside = 0
    for _ in range(300):
        life, seen = generator.exponential(2, 60), generator.uniform(0.5, 4, 60)
        curve = survival_curve(np.minimum(life, seen), (life <= seen).astype(int))
        row = curve[curve["time"] <= 1.5].iloc[-1]
        inside += row["low"] <= np.exp(-0.75) <= row["high"]
    assert inside >= 273  # of 300 at 95 %: fewer has probability 0.002


@pytest.mark.parametrize(
    ("stop", "event", "start", "words"),
    [
        ([1.0, 2.0], [1, 0], [0.0, 2.0], "1 end no later than they start"),
        ([1.0, np.nan], [1, 0], None, "1 lack a start"),
        ([1.0, 2.0], [1, 2], None, "the event must be 0 or 1"),
        ([], [], None, "not a single spell"),
    ],
)
def test_impossible_spells_are_refused(stop: list, event: list, start: list | None, words: str) -> None:
    entered = None if start is None else np.array(start)
    with pytest.raises(InputProblem, match=words):
        survival_curve(np.array(stop, dtype=float), np.array(event), entered)


def test_nobody_ended() -> None:
    curve = survival_curve(np.array([1.0, 2.0]), np.array([0, 0]))
    assert curve["survival"].tolist() == [1.0, 1.0] and curve["se"].tolist() == [0.0, 0.0]
    assert curve["low"].isna().all() and median_survival(curve) == float("inf")
    assert cumulative_incidence(np.array([1.0, 2.0]), np.array([0, 0])).empty
