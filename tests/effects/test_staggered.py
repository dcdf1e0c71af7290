"""Group-time effects against the Poisson regression they equal, cases by hand and known effects."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats

from evaluation.effects.staggered.event_study import Kind, aggregate, by_event_time, event_study
from evaluation.effects.staggered.group_time import GroupTimeEffects, group_time_effects
from evaluation.effects.staggered.imputation import imputation
from evaluation.effects.staggered.sun_abraham import sun_abraham
from evaluation.settings import InputProblem


@pytest.fixture(scope="module")
def counts() -> pd.DataFrame:
    """500 units, three cohorts and never-trained; log effect 0.3 in the first year, 0.5 afterwards."""
    generator = np.random.default_rng(8)
    units, years = 500, list(range(2015, 2022))
    first = generator.choice([2017, 2018, 2020, 0], units, p=[0.25, 0.25, 0.2, 0.3])
    unit = generator.normal(1.0, 0.4, units)
    rows = []
    for i in range(units):
        for year in years:
            since = year - first[i] if first[i] else -9
            effect = 0.0 if since < 0 else 0.3 if since == 0 else 0.5
            rows.append(
                (f"u{i}", year, first[i] or None, generator.poisson(np.exp(unit[i] + 0.1 * (year - 2015) + effect)))
            )
    frame = pd.DataFrame(rows, columns=["unit_id", "year", "first_trained_year", "applications"])
    return frame.astype({"first_trained_year": "Int64"})


def panel_of(first: np.ndarray, years: int, outcome: np.ndarray) -> pd.DataFrame:
    """A balanced panel: first years (nan: never), years from 1 on, outcomes units x years."""
    units = len(first)
    return pd.DataFrame(
        {"unit_id": np.repeat(np.arange(units), years), "year": np.tile(np.arange(1, years + 1), units),
         "first_trained_year": np.repeat(first, years), "y": outcome.ravel()}
    )  # fmt: skip


def test_known_effects_are_recovered(counts: pd.DataFrame) -> None:
    study = event_study(group_time_effects(counts, "applications")).set_index("k")
    truth = {-3: 0.0, -2: 0.0, 0: 0.3, 1: 0.5, 2: 0.5}
    for k, effect in truth.items():
        assert abs(study.loc[k, "estimate"] - effect) < 3.2 * study.loc[k, "se"]
        assert study.loc[k, "se"] < 0.08
    assert study.loc[-1, "estimate"] == 0
    assert np.isnan(study.loc[-1, "se"])


def test_ratio_of_counts_is_the_poisson_regression(counts: pd.DataFrame) -> None:
    """One cohort against never-trained in two years: interaction of group and period in a Poisson regression, and its
    error clustered by unit."""
    pair = counts[
        counts["year"].isin([2016, 2018])
        & (counts["first_trained_year"].isna() | (counts["first_trained_year"] == 2017))
    ]
    table = group_time_effects(pair, "applications", controls="never").table().set_index("year")
    pair = pair.assign(
        group=pair["first_trained_year"].notna().astype(float), later=(pair["year"] == 2018).astype(float)
    )
    codes = pd.factorize(pair["unit_id"])[0]
    reference = smf.glm("applications ~ group * later", pair, family=sm.families.Poisson()).fit(
        cov_type="cluster", cov_kwds={"groups": codes, "use_correction": False}
    )
    assert table.loc[2018, "estimate"] == pytest.approx(reference.params["group:later"], abs=1e-8)
    assert table.loc[2018, "se"] == pytest.approx(reference.bse["group:later"], abs=1e-7)


def test_units_trained_this_year_are_no_controls() -> None:
    """By hand: cohort 2 (units a, b) in year 2 against the not yet trained c and d, though d trains in year 3."""
    outcome = np.array([[1, 5, 6], [3, 5, 9], [2, 3, 3], [4, 5, 20]])
    frame = panel_of(np.array([2.0, 2.0, np.nan, 3.0]), 3, outcome)
    effects = group_time_effects(frame, "y", scale="difference").effects.set_index(["group", "year"])["estimate"]
    assert effects[2, 2] == (4 + 2) / 2 - (1 + 1) / 2
    assert effects[2, 3] == (5 + 6) / 2 - 1  # in year 3 unit d is trained: c alone compares
    assert effects[3, 3] == 15 - 0  # d's reference is year 2, when it was not yet trained


def test_anticipation_moves_reference_and_controls() -> None:
    """By hand, one year ahead: cohort 4 compares with year 2, and cohort 5 is no control from year 4 on."""
    outcome = np.array([[1.0, 2, 7, 9, 12], [2, 2, 3, 5, 9], [0, 1, 1, 2, 2], [5, 4, 5, 6, 8]])
    frame = panel_of(np.array([4.0, 5.0, np.nan, np.nan]), 5, outcome)
    result = group_time_effects(frame, "y", scale="difference", anticipation=1)
    effects = result.effects.set_index(["group", "year"])
    assert effects.loc[(4, 2), "estimate"] == 0
    assert effects.loc[(4, 3), "estimate"] == pytest.approx(5 - (1 + 0 + 1) / 3)
    assert effects.loc[(4, 4), "estimate"] == pytest.approx(7 - (1 + 2) / 2)
    assert effects.loc[(4, 4), "controls"] == 2
    assert effects.loc[(5, 3), "estimate"] == 0


@pytest.fixture(scope="module")
def uneven() -> pd.DataFrame:
    """Effects that grow with time and differ by cohort: what two-way regression averages wrongly."""
    generator = np.random.default_rng(4)
    first = np.repeat([3.0, 5.0, 7.0, np.nan], [70, 60, 50, 20])
    years = np.arange(1, 9)
    since = years[None, :] - first[:, None]
    effect = np.where(since >= 0, (since + 1) * np.where(first == 3, 1.0, 0.4)[:, None], 0.0)
    noise = generator.normal(scale=0.5, size=effect.shape)
    frame = panel_of(first, 8, effect + noise + generator.normal(size=(200, 1)) + 0.3 * years)
    return frame.assign(effect=np.nan_to_num(effect).ravel(), area=frame["unit_id"] // 4)


def two_way(frame: pd.DataFrame) -> float:
    exposed = (frame["year"] >= frame["first_trained_year"].fillna(np.inf)).astype(float)
    both = pd.DataFrame({"y": frame["y"], "trained": exposed})
    within = both - both.groupby(frame["unit_id"]).transform("mean") - both.groupby(frame["year"]).transform("mean")
    within = within + both.mean()
    return float((within["y"] * within["trained"]).sum() / (within["trained"] ** 2).sum())


def test_two_way_regression_is_off_where_these_are_near(uneven: pd.DataFrame) -> None:
    trained = uneven["year"] >= uneven["first_trained_year"]
    truth = float(uneven.loc[trained, "effect"].mean())
    assert two_way(uneven) < 0.6 * truth
    for effects in (
        imputation(uneven, "y"),
        sun_abraham(uneven, "y"),
        by_event_time(group_time_effects(uneven, "y", scale="difference")),
    ):
        se = np.sqrt(np.diag(effects.covariance))
        for index, k in enumerate(effects.times):
            if k < 0:
                continue
            at = trained & (uneven["year"] - uneven["first_trained_year"] == k)
            assert abs(effects.estimates[index] - uneven.loc[at, "effect"].mean()) < 4 * se[index]
    assert abs(imputation(uneven, "y").average - truth) < 0.1
    assert abs(sun_abraham(uneven, "y").average - truth) < 0.2  # never-trained controls alone: 20 units


def test_no_already_trained_unit_is_ever_a_control(uneven: pd.DataFrame) -> None:
    """Whatever happens to cohort 3 after its training, no effect of another cohort moves."""
    disturbed = uneven.assign(
        y=uneven["y"] + 1000.0 * ((uneven["first_trained_year"] == 3) & (uneven["year"] >= 3)) * uneven["year"]
    )
    for controls in ("not_yet", "never"):
        pair = [
            group_time_effects(one, "y", scale="difference", controls=controls).effects for one in (uneven, disturbed)
        ]
        others = pair[0]["group"] != 3
        pd.testing.assert_frame_equal(pair[0][others], pair[1][others], check_exact=True)
        own = (pair[0]["group"] == 3) & (pair[0]["year"] >= 3)
        assert (pair[1].loc[own, "estimate"] - pair[0].loc[own, "estimate"]).min() > 500
    late = uneven["first_trained_year"].to_numpy() == 7
    for estimator in (imputation, sun_abraham):
        last = [estimator(one, "y").estimates[-1] for one in (uneven, disturbed)]  # k = 5: cohort 3 alone
        assert last[1] - last[0] > 500
        alone = [estimator(one[late | one["first_trained_year"].isna().to_numpy()], "y") for one in (uneven, disturbed)]
        assert np.array_equal(alone[0].estimates, alone[1].estimates)


def test_order_of_rows_never_matters(uneven: pd.DataFrame) -> None:
    mixed = uneven.sample(frac=1, random_state=3)
    for estimate in (
        lambda frame: event_study(group_time_effects(frame, "y", scale="difference"), draws=99),
        lambda frame: event_study(group_time_effects(frame, "y", scale="difference", clusters="area"), draws=99),
    ):
        pd.testing.assert_frame_equal(estimate(uneven), estimate(mixed), check_exact=True)
    for estimator in (imputation, sun_abraham):
        pair = [estimator(frame, "y", clusters="area") for frame in (uneven, mixed)]
        assert np.array_equal(pair[0].estimates, pair[1].estimates)
        assert np.array_equal(pair[0].influence, pair[1].influence)


@pytest.mark.parametrize("by", ["unit_id", "area"])
def test_errors_of_averages_are_those_of_the_jackknife(uneven: pd.DataFrame, by: str) -> None:
    """Leaving each unit or cluster out in turn takes the estimation of the weights along."""
    mixed = uneven[uneven["unit_id"] % 2 == 0].assign(area=lambda one: one["unit_id"] // 2 % 25)
    kinds: tuple[Kind, ...] = ("simple", "dynamic", "group", "calendar")

    def averages(frame: pd.DataFrame) -> list[float]:
        result = group_time_effects(frame, "y", scale="difference", clusters=by)
        return [aggregate(result, kind).overall for kind in kinds]

    without = np.array([averages(mixed[mixed[by] != one]) for one in mixed[by].unique()])
    clusters = len(without)
    errors = np.sqrt((clusters - 1) / clusters * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
    result = group_time_effects(mixed, "y", scale="difference", clusters=by)
    for kind, error in zip(kinds, errors, strict=True):
        numbers = aggregate(result, kind).overall_numbers()
        assert numbers["se"] == pytest.approx(error, rel=0.1)  # 10 never trained
        half = (numbers["high"] - numbers["low"]) / 2
        assert half == pytest.approx(stats.t.ppf(0.975, clusters - 1) * numbers["se"], rel=1e-9)


def test_averages_by_hand(uneven: pd.DataFrame) -> None:
    result = group_time_effects(uneven, "y", scale="difference")
    cells = result.effects[result.effects["k"] >= 0].assign(weighted=lambda one: one["estimate"] * one["treated"])
    assert aggregate(result, "simple").overall == pytest.approx(cells["weighted"].sum() / cells["treated"].sum())
    groups = cells.groupby("group").agg(mean=("estimate", "mean"), size=("treated", "first"))
    by_group = aggregate(result, "group")
    np.testing.assert_allclose(by_group.estimates, groups["mean"])
    assert by_group.overall == pytest.approx(np.average(groups["mean"], weights=groups["size"]))
    assert by_group.treated == (70, 60, 50)
    sums = cells.groupby("year")[["weighted", "treated"]].sum()
    by_year = aggregate(result, "calendar")
    np.testing.assert_allclose(by_year.estimates, sums["weighted"] / sums["treated"])
    assert by_year.overall == pytest.approx((sums["weighted"] / sums["treated"]).mean())
    assert by_year.labels == (3, 4, 5, 6, 7, 8)


def test_simultaneous_band_is_wider_and_holds_all_years_together() -> None:
    generator = np.random.default_rng(21)
    held = 0
    repetitions = 120
    for draw in range(repetitions):
        first = generator.choice([3.0, 4.0, np.nan], 80)
        frame = panel_of(first, 6, generator.normal(size=(80, 6)))
        study = event_study(group_time_effects(frame, "y", scale="difference"), draws=299, seed=draw)
        shown = study.dropna(subset=["se"])
        assert (shown["low_simultaneous"] <= shown["low"]).all()
        held += bool(((shown["low_simultaneous"] <= 0) & (shown["high_simultaneous"] >= 0)).all())
    assert 0.90 <= held / repetitions <= 0.99


def test_what_is_left_out_is_counted(counts: pd.DataFrame) -> None:
    gap = counts[~((counts["unit_id"] == "u0") & (counts["year"] == 2016))]
    always = gap.assign(first_trained_year=gap["first_trained_year"].mask(gap["unit_id"] == "u1", 2015))
    unknown = always.assign(
        applications=always["applications"].astype("Int64").mask((always["unit_id"] == "u2") & (always["year"] == 2018))
    )
    result = group_time_effects(unknown, "applications")
    assert result.left_out["rows_without_value"] == 6 + 7  # u0 has six rows, u2 one without value and six others
    assert result.left_out["units_always_trained"] == 1
    assert result.units == 497


def test_cells_without_events_are_counted() -> None:
    frame = panel_of(
        np.array([3.0, 3.0, np.nan, np.nan]), 4, np.array([[1, 1, 0, 2], [0, 1, 0, 1], [1, 2, 1, 1], [1, 1, 2, 1]])
    )
    result = group_time_effects(frame, "y")
    assert result.left_out["cells_without_events"] == 1
    assert 3 not in set(result.effects["year"])


def test_large_panels_need_little_memory_and_time() -> None:
    """The size of a country: the influence of units on all effects is never laid out."""
    generator = np.random.default_rng(1)
    first = generator.choice([*range(2, 13), *[np.nan] * 4], 22_000)
    result = group_time_effects(panel_of(first, 12, generator.normal(size=(22_000, 12))), "y", scale="difference")
    assert len(result.effects) == 132
    assert result.influence.columns.shape == (22_000, 12)
    study = event_study(result, draws=19)
    assert study["k"].tolist() == list(range(-11, 11))


def problem_of(panel: pd.DataFrame, outcome: str = "y", **options: object) -> str:
    with pytest.raises(InputProblem) as caught:
        group_time_effects(panel, outcome, **options)  # type: ignore[arg-type]
    assert caught.value.messages["ru"] != caught.value.messages["en"]
    return caught.value.messages["en"]


def test_input_that_cannot_be_used(uneven: pd.DataFrame) -> None:
    assert "event study is not possible" in problem_of(uneven.assign(y=1.0, first_trained_year=np.nan))
    assert "event study is not possible" in problem_of(uneven.assign(y=1.0, first_trained_year=3.0))
    assert "event study is not possible" in problem_of(uneven.assign(y=np.nan))
    assert "nothing to compare" in problem_of(uneven.iloc[:0])
    assert "no columns z" in problem_of(uneven, "z")
    assert "more than one row" in problem_of(pd.concat([uneven, uneven.iloc[:1]]))
    assert "'first_trained_year' changes over the years of unit 0" in problem_of(
        uneven.assign(first_trained_year=uneven["first_trained_year"].mask(uneven.index == 5, 8))
    )
    assert "'moving' changes" in problem_of(uneven.assign(moving=uneven["year"]), clusters="moving")
    assert "negative somewhere" in problem_of(uneven)
    assert "know no covariates" in problem_of(uneven.assign(y=1.0), covariates=["effect"])


def test_a_single_trained_unit_has_an_estimate_and_says_so() -> None:
    frame = panel_of(np.array([3.0, *[np.nan] * 9]), 4, np.random.default_rng(0).normal(size=(10, 4)))
    result: GroupTimeEffects = group_time_effects(frame, "y", scale="difference")
    assert by_event_time(result).treated == (1, 1, 1, 1)
