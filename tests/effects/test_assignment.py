"""Analysis by assignment: known effects found, the test's size nominal, the actual lot drawn again."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import combinations
from typing import Any

import causaldata
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.effects.arms import assigned_panel, attrition, lots_again
from evaluation.effects.assignment import rows_of, sharp_null
from evaluation.effects.design import draw_lot, phase_in_order, scheme_of
from evaluation.effects.estimate import collect
from evaluation.effects.inference.sharp_null import sharp_null_p, sharp_null_set
from evaluation.effects.lot import Scheme, acceptance_threshold
from evaluation.effects.seal import seal, sealed_scheme
from evaluation.settings import InputProblem, Model

N = 24


def units(seed: int) -> pd.DataFrame:
    """Units whose next outcome follows their last one, with one far larger than all others."""
    rng = np.random.default_rng(seed)
    activity = rng.normal(size=N)
    frame = pd.DataFrame(
        {
            "unit_id": [f"u{number:02d}" for number in range(N)],
            "type": np.where(np.arange(N) % 3 == 0, "city", "okrug"),
            "before": activity + 0.7 * rng.normal(size=N),
            "north": rng.integers(0, 2, N).astype(float),
        }
    )
    frame.loc[0, "before"] = 6.0
    return frame.assign(later=activity + 0.7 * rng.normal(size=N))


def one_year(seed: int, effect: float = 0.0, come: float = 1.0) -> tuple[pd.DataFrame, Scheme, float]:
    """One simulated year by the whole of the real way: a lot with its threshold, then outcomes."""
    frame = units(seed)
    scheme = scheme_of(frame, {"invited": 10, "waiting": 14}, ["type"], ["before", "north"], 100, 0.1, seed)
    lot = draw_lot(scheme)
    rng = np.random.default_rng([seed, 1])
    invited = np.array([arm == "invited" for arm in lot.arms], dtype=float)
    attended = invited * (rng.random(N) < come)
    return (
        frame.assign(
            stratum=scheme.strata, assigned=invited, attended=attended, y=frame["later"] + effect * attended, year=2026
        ),
        scheme,
        lot.threshold,
    )


@pytest.fixture(scope="module")
def intention(declare: Callable[..., Model]) -> Model:
    return declare(
        "y", ("assigned",), "intention_to_treat", fixed_effects=("stratum",), controls=("before",), design="randomised"
    )


@pytest.fixture(scope="module")
def complier(declare: Callable[..., Model]) -> Model:
    return declare(
        "y", ("attended",), "complier", instruments=("assigned",), fixed_effects=("stratum",), controls=("before",),
        design="randomised",
    )  # fmt: skip


def p_of(seed: int, model: Model, draws: int) -> float:
    frame, scheme, threshold = one_year(seed)
    lots = lots_again(frame, model, "assigned", draws, seed + 10**6, scheme, threshold)
    return sharp_null(frame, model, "assigned", lots).p


def _nominal(years: int, model: Model, draws: int) -> None:
    rejected = sum(p_of(seed, model, draws) <= 0.05 for seed in range(years))
    low, high = stats.binom.ppf([0.005, 0.995], years, 0.05)
    assert low <= rejected <= high, f"{rejected} of {years}, expected {low} to {high}"


@pytest.mark.slow  # a simulation study
def test_size_is_nominal_in_120_years(intention: Model) -> None:
    """With 99 further lots p <= 0.05 has probability 0.05 exactly; the region is the exact binomial one (99 %)."""
    _nominal(120, intention, 99)


@pytest.mark.slow
def test_size_is_nominal_in_1000_years(intention: Model) -> None:
    _nominal(1000, intention, 199)


@pytest.mark.slow  # a simulation study
def test_lots_without_the_acceptance_rule_would_err_upwards(intention: Model) -> None:
    """Re-randomisation by the lagged outcome makes the plain permutation test shy: its size is below 5 %."""
    without_lag = intention.model_copy(update={"controls": ()})
    shy, right = [], []
    for seed in range(80):
        frame, scheme, threshold = one_year(seed)
        dealt = lots_again(frame, without_lag, "assigned", 99, seed)
        again = lots_again(frame, without_lag, "assigned", 99, seed, scheme, threshold)
        shy.append(sharp_null(frame, without_lag, "assigned", dealt).p)
        right.append(sharp_null(frame, without_lag, "assigned", again).p)
    assert np.mean(np.array(shy) <= 0.2) < np.mean(np.array(right) <= 0.2)


def test_a_known_effect_is_found_and_its_interval_holds_it(intention: Model) -> None:
    estimates, held = [], 0
    for seed in range(40):
        frame, scheme, threshold = one_year(seed, effect=1.0)
        row = rows_of(frame, intention, draws=199, seed=1, scheme=scheme, threshold=threshold)[0]
        estimates.append(row["estimate"])
        held += row["low"] <= 1.0 <= row["high"]  # type: ignore[operator]
    assert np.mean(estimates) == pytest.approx(1.0, abs=4 * np.std(estimates) / np.sqrt(40))
    assert held >= stats.binom.ppf(0.005, 40, 0.95)


def test_the_row_is_in_the_shape_of_a_result(intention: Model) -> None:
    frame, scheme, threshold = one_year(3, effect=1.0)
    rows = rows_of(frame, intention, draws=199, seed=1, scheme=scheme, threshold=threshold)
    found = collect(rows).one("m", "assigned")
    assert (found["n"], found["clusters"], found["treated_clusters"]) == (24, 24, 10)
    assert (found["estimand"], found["inference"]) == ("intention_to_treat", "randomisation_sharp_null")
    assert found["low"] < found["estimate"] < found["high"]
    assert pd.isna(found["warning"])
    assert rows == rows_of(frame, intention, draws=199, seed=1, scheme=scheme, threshold=threshold)
    without = rows_of(frame, intention, draws=199, seed=1)[0]
    assert without["warning"] == "acceptance_rule_not_known=199"
    assert without["estimate"] == found["estimate"]


def test_interval_and_p_agree_with_all_lots_of_a_small_trial(declare: Callable[..., Model]) -> None:
    """Six units, three invited: all 20 lots enumerated by hand, and the set of effects searched on a grid."""
    frame = pd.DataFrame(
        {"unit_id": list("abcdef"), "assigned": [1.0, 1, 1, 0, 0, 0], "y": [9.0, 7.5, 8.0, 1.0, 2.5, 0.0], "year": 2026}
    )
    lots = np.zeros((20, 6))
    for number, chosen in enumerate(combinations(range(6), 3)):
        lots[number, list(chosen)] = 1
    others = lots[1:]  # the observed lot is the first, and counts by itself
    model = declare("y", ("assigned",), "intention_to_treat")
    found = sharp_null(frame, model, "assigned", others, None)
    y = frame["y"].to_numpy()

    def p(effect: float) -> float:
        adjusted = y - effect * lots[0]
        gaps = [adjusted[lot == 1].mean() - adjusted[lot == 0].mean() for lot in lots]
        return float(np.mean([abs(gap) >= abs(gaps[0]) - 1e-9 for gap in gaps]))

    assert found.p == pytest.approx(p(0.0)) == pytest.approx(2 / 20)
    wide = _set_of(frame, model, others, 0.8)
    grid = np.arange(-5, 20, 0.005)
    kept = grid[[p(float(effect)) > 0.2 for effect in grid]]
    assert wide.low == pytest.approx(kept.min(), abs=0.01)
    assert wide.high == pytest.approx(kept.max(), abs=0.01)


def _set_of(frame: pd.DataFrame, model: Model, lots: np.ndarray, level: float) -> Any:
    y, w = frame["y"].to_numpy(), frame["assigned"].to_numpy()

    def gap(lot: np.ndarray, values: np.ndarray) -> float:
        return float(values[lot == 1].mean() - values[lot == 0].mean())

    drawn = np.array([gap(lot, y) for lot in lots])
    slopes = np.array([gap(lot, w) for lot in lots])
    return sharp_null_set(gap(w, y), gap(w, w), drawn, slopes, level)


@pytest.mark.parametrize("shape", ["interval", "rays", "line"])
def test_sets_of_every_shape_agree_with_a_grid(shape: str) -> None:
    rng = np.random.default_rng(4)
    spread = {"interval": 0.2, "rays": 3.0, "line": 3.0}[shape]
    observed = {"interval": 3.0, "rays": 4.0, "line": 0.1}[shape]
    drawn, slopes = rng.normal(size=199), spread * rng.normal(size=199)
    found = sharp_null_set(observed, 1.0, drawn, slopes)
    grid = np.linspace(-300, 300, 24_001)
    count = (np.abs(drawn[:, None] - grid * slopes[:, None]) >= np.abs(observed - grid)).sum(axis=0)
    kept = (1 + count) / 200 > 0.05
    if shape == "interval":
        assert found.shape == "interval"
        assert (grid[kept].min(), grid[kept].max()) == pytest.approx((found.low, found.high), abs=0.05)
    else:
        assert kept[0]
        assert kept[-1]
        assert (found.shape == "line") == kept.all()
        if found.shape == "rays":
            assert (grid[~kept].min(), grid[~kept].max()) == pytest.approx((found.low, found.high), abs=0.05)
        assert np.isnan(found.ends[0])


def test_a_lot_equal_to_the_observed_one_and_its_mirror_are_never_less_extreme() -> None:
    found = sharp_null_set(2.0, 1.0, np.array([2.0, -2.0, 0.1]), np.array([1.0, -1.0, 0.0]), level=0.5)
    assert found.shape == "line"  # three of four lots reach the observed statistic whatever the effect
    assert found.p == 0.75
    assert sharp_null_p(float("nan"), np.ones(3)) != sharp_null_p(float("nan"), np.ones(3))


def test_complier_effect(complier: Model) -> None:
    """A known effect on those who come: the ratio of both differences, its set holding the truth."""
    estimates, held = [], 0
    for seed in range(30):
        frame, scheme, threshold = one_year(seed, effect=1.5, come=0.8)
        row = rows_of(frame, complier, draws=199, seed=1, scheme=scheme, threshold=threshold)[0]
        estimates.append(row["estimate"])
        low, high = (float(row[name]) for name in ("low", "high"))  # type: ignore[arg-type]
        held += np.isnan(low) or low <= 1.5 <= high
    assert np.mean(estimates) == pytest.approx(1.5, abs=4 * np.std(estimates) / np.sqrt(30))
    assert held >= stats.binom.ppf(0.005, 30, 0.95)
    frame, scheme, threshold = one_year(2, effect=1.5, come=0.8)
    row = rows_of(frame, complier, draws=199, seed=1, scheme=scheme, threshold=threshold)[0]
    reduced = complier.model_copy(update={"family": "intention_to_treat", "exposures": ("assigned",)})
    again = rows_of(frame, reduced, draws=199, seed=1, scheme=scheme, threshold=threshold)[0]
    assert row["p"] == again["p"]  # no effect on compliers is no effect of the invitation
    assert row["inference"] == "randomisation_anderson_rubin"


def test_a_lot_that_moves_nobody_is_a_weak_instrument(complier: Model) -> None:
    frame, scheme, threshold = one_year(5, effect=1.0, come=0.1)
    frame["attended"] = np.random.default_rng(3).integers(0, 2, N).astype(float)
    row = rows_of(frame, complier, draws=199, seed=1, scheme=scheme, threshold=threshold)[0]
    assert "weak_first_stage" in str(row["warning"])


def test_counts_by_poisson(declare: Callable[..., Model]) -> None:
    rng = np.random.default_rng(8)
    frame, scheme, threshold = one_year(8)
    frame["people"] = rng.lognormal(9, 0.5, N)
    mean = frame["people"] / 2000 * np.exp(0.4 * frame["assigned"])
    frame["applications"] = rng.poisson(mean)
    model = declare("applications", ("assigned",), "intention_to_treat", fixed_effects=("stratum",), offset="people")
    row = rows_of(frame, model, draws=499, seed=1, scheme=scheme, threshold=threshold)[0]
    assert (row["estimand"], row["inference"]) == ("log_rate_ratio", "crv3_t_randomisation_p")
    assert abs(float(row["estimate"]) - 0.4) < 3 * float(row["se"])  # type: ignore[arg-type]
    assert 0 < float(row["p"]) <= 1  # type: ignore[arg-type]


def test_published_trial_as_an_assignment(declare: Callable[..., Model], published: Callable[..., Any]) -> None:
    """The job-training experiment of LaLonde (Dehejia and Wahba 1999: 1,794), its lots those of one stratum."""
    trial = causaldata.nsw_mixtape.load_pandas().data
    frame = trial.assign(unit_id=[f"p{number:03d}" for number in range(len(trial))], year=1978)
    model = declare("re78", ("treat",), "intention_to_treat")
    row = rows_of(frame, model, draws=1999, seed=1)[0]
    value, tolerance = published("nsw", "re78 ~ treat, OLS", "ATT")
    assert row["estimate"] == pytest.approx(value, abs=tolerance)
    gaps = stats.permutation_test(
        (frame.loc[frame["treat"] == 1, "re78"], frame.loc[frame["treat"] == 0, "re78"]),
        lambda x, y, axis: x.mean(axis=axis) - y.mean(axis=axis), vectorized=True, n_resamples=1999,
        rng=np.random.default_rng(5),
    )  # fmt: skip
    error = np.sqrt(2 * gaps.pvalue * (1 - gaps.pvalue) / 2000)
    assert abs(row["p"] - gaps.pvalue) < 4 * error


def test_phase_in_with_the_sealed_order(declare: Callable[..., Model]) -> None:
    """In its second year two of three waves have begun; the lots say which ones could have."""
    frame = units(4)
    order = phase_in_order(frame, 3, ["type"], ["before"], candidates=50, accepted_share=0.2, seed=4)
    scheme, threshold = sealed_scheme(seal(order, "phase_in", {}, "0"))
    begun = np.isin(order.arms, ["wave_1", "wave_2"]).astype(float)
    frame = frame.assign(assigned=begun, stratum=scheme.strata, y=frame["later"] + 2 * begun, year=2027)
    model = declare("y", ("assigned",), "intention_to_treat", fixed_effects=("stratum",), controls=("before",))
    row = rows_of(
        frame, model, draws=199, seed=1, scheme=scheme, threshold=threshold, reached=("wave_1", "wave_2")
    )[0]  # fmt: skip
    assert row["low"] < 2 < row["high"]  # type: ignore[operator]
    lots = lots_again(frame, model, "assigned", 50, 1, scheme, threshold, ("wave_1", "wave_2"))
    assert (lots.sum(axis=1) == 16).all()


def test_units_without_an_outcome_stay_in_the_lot(intention: Model) -> None:
    frame, scheme, threshold = one_year(6, effect=1.0)
    frame.loc[[2, 5], "y"] = np.nan
    row = rows_of(frame, intention, draws=99, seed=1, scheme=scheme, threshold=threshold)[0]
    assert row["n"] == 22
    assert "rows_without_value=2" in str(row["warning"])
    table = attrition(
        frame.assign(arm=np.where(frame["assigned"] == 1, "invited", "waiting")), "y", attended="attended"
    )
    assert table.set_index("arm")["units"].to_dict() == {"invited": 10, "waiting": 14}
    assert table["observed"].sum() == 22
    lacking = frame["y"].isna()
    expected = stats.fisher_exact(pd.crosstab(frame["assigned"] != 1, lacking))[1]
    assert table["p"].iloc[0] == pytest.approx(expected)
    assert table.set_index("arm").loc["invited", "attended_share"] == 1.0


def test_the_panel_with_what_the_lot_said() -> None:
    panel = pd.DataFrame(
        {
            "unit_id": ["a", "b", "c"] * 2, "year": [2025] * 3 + [2026] * 3, "applications": [1, 2, 3, 4, 5, 6],
            "training_persons_before_deadline": [0, 0, 0, 2, 0, 0],
        }
    )  # fmt: skip
    lot = pd.DataFrame({"unit_id": ["a", "b", "z"], "stratum": "s", "arm": ["invited", "waiting", "invited"]})
    rows = assigned_panel(panel, lot, 2026, "applications").set_index("unit_id")
    assert rows["assigned"].to_dict() == {"a": 1.0, "b": 0.0, "z": 1.0}
    assert rows["applications_before"].dropna().to_dict() == {"a": 1.0, "b": 2.0}
    assert rows["attended"].dropna().to_dict() == {"a": 1.0, "b": 0.0}
    assert pd.isna(rows.loc["z", "applications"])  # a unit that vanished is missing, not forgotten
    with pytest.raises(InputProblem, match="no year 2027"):
        assigned_panel(panel, lot, 2027, "applications")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda frame: frame.assign(assigned=1.0), "must hold both 0 and 1"),
        (lambda frame: frame.assign(assigned=frame["assigned"] * 2), "must hold both 0 and 1"),
        (lambda frame: frame.assign(y=np.nan), "must hold both 0 and 1"),
        (lambda frame: frame.assign(unit_id=frame["unit_id"] + "x"), "were not in the lot"),
        (lambda frame: frame.drop(columns="before"), "no columns before"),
    ],
)
def test_bad_input_is_said_in_words(
    intention: Model, spoil: Callable[[pd.DataFrame], pd.DataFrame], words: str
) -> None:
    frame, scheme, threshold = one_year(1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InputProblem, match=words):
            rows_of(spoil(frame), intention, draws=19, seed=1, scheme=scheme, threshold=threshold)


def test_nothing_left_to_compare_is_a_warning_not_a_bare_nan(intention: Model) -> None:
    frame, scheme, threshold = one_year(1)
    frame["before"] = frame["assigned"]  # collinear with the lot itself
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        row = rows_of(frame, intention, draws=19, seed=1, scheme=scheme, threshold=threshold)[0]
    assert "not_identified=assigned" in str(row["warning"])
    frame, scheme, threshold = one_year(1)
    frame["stratum"] = np.where(frame["assigned"] == 1, "one", "other")
    row = rows_of(frame, intention, draws=19, seed=1, scheme=scheme, threshold=threshold)[0]
    assert "strata_without_both_arms=2" in str(row["warning"])
    assert "not_identified" in str(row["warning"])


def test_a_varying_assignment_needs_the_sealed_lot(intention: Model) -> None:
    frame, _, _ = one_year(1)
    twice = pd.concat([frame, frame.assign(assigned=1 - frame["assigned"], year=2027)])
    with pytest.raises(InputProblem, match="changes within a unit"):
        rows_of(twice, intention, draws=19, seed=1)


def test_lots_depend_on_the_sealed_scheme_alone(intention: Model) -> None:
    """Other outcomes leave the reference lots bit-equal."""
    frame, scheme, threshold = one_year(9)
    assert acceptance_threshold(scheme) == threshold
    one = lots_again(frame, intention, "assigned", 30, 2, scheme, threshold)
    other = lots_again(frame.assign(y=0.0), intention, "assigned", 30, 2, scheme, threshold)
    assert (one == other).all()
