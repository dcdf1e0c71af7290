"""Imputation against dummy regressions made by hand, the variance of its definition, and known effects."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from evaluation.effects.staggered.event_time import event_time_table
from evaluation.effects.staggered.imputation import imputation
from evaluation.settings import InputProblem


@pytest.fixture(scope="module")
def gappy() -> pd.DataFrame:
    """80 units, 9 years, a tenth of the rows missing, a covariate, effects that grow and differ by cohort."""
    generator = np.random.default_rng(77)
    units, years = 80, np.arange(2011, 2020)
    first = generator.choice([2014.0, 2016.0, 2018.0, np.nan], units)
    frame = pd.DataFrame({"unit_id": np.repeat([f"u{i:02d}" for i in range(units)], 9), "year": np.tile(years, units)})
    frame["first_trained_year"] = np.repeat(first, 9)
    frame["x"] = 1000 + generator.normal(size=len(frame)).cumsum()
    since = (frame["year"] - frame["first_trained_year"]).fillna(-99)
    frame["effect"] = np.where(since >= 0, 0.5 + 0.2 * since + 0.3 * (frame["first_trained_year"] == 2014), 0.0)
    unit = np.repeat(generator.normal(size=units), 9)
    frame["y"] = unit + 0.1 * (frame["year"] - 2011) + 0.05 * frame["x"] + frame["effect"]
    frame["y"] += generator.normal(scale=0.4, size=len(frame))
    frame["district"] = (frame["unit_id"].str[1:].astype(int) % 20).astype(str)
    return frame[generator.random(len(frame)) > 0.1].reset_index(drop=True)


def by_hand(frame: pd.DataFrame, covariates: list[str]) -> pd.DataFrame:
    """Trained rows with their effect, from a regression with one indicator a unit and year."""
    columns = pd.get_dummies(frame[["unit_id", "year"]].astype(str), dtype=float).drop(columns="year_2011")
    columns[covariates] = frame[covariates]
    trained = (frame["year"] >= frame["first_trained_year"]).to_numpy()
    fit = sm.OLS(frame["y"][~trained], columns[~trained]).fit()
    effects = frame["y"] - columns @ fit.params
    return frame.assign(gain=effects, k=frame["year"] - frame["first_trained_year"])[trained]


@pytest.mark.parametrize("covariates", [[], ["x"]])
def test_effects_are_those_of_a_dummy_regression(gappy: pd.DataFrame, covariates: list[str]) -> None:
    found = imputation(gappy, "y", covariates=covariates)
    reference = by_hand(gappy, covariates)
    assert found.average == pytest.approx(reference["gain"].mean(), abs=1e-8)
    by_time = reference.groupby("k")["gain"].mean()
    after = dict(zip(found.times, found.estimates, strict=True))
    for k, value in by_time.items():
        assert after[int(k)] == pytest.approx(value, abs=1e-8)
    sizes = reference.groupby("k")["unit_id"].nunique()
    assert {k: n for k, n in zip(found.times, found.treated, strict=True) if k >= 0} == sizes.to_dict()


@pytest.mark.parametrize("by", ["unit_id", "district"])
def test_errors_are_the_sum_over_clusters_of_weights_times_residuals(gappy: pd.DataFrame, by: str) -> None:
    """The definition, with dense matrices: weights v of all rows, residuals around means of group and year."""
    frame = gappy
    columns = pd.get_dummies(frame[["unit_id", "year"]].astype(str), dtype=float).drop(columns="year_2011")
    columns["x"] = frame["x"]
    trained = (frame["year"] >= frame["first_trained_year"]).to_numpy()
    untrained = columns[~trained].to_numpy()
    weights = np.where(trained, 1 / trained.sum(), 0.0)
    projection = untrained @ np.linalg.pinv(untrained.T @ untrained)
    weights[~trained] = -projection @ (columns[trained].to_numpy().T @ weights[trained])
    gain = frame["y"] - columns @ sm.OLS(frame["y"][~trained], untrained).fit().params.to_numpy()
    cells = [frame["first_trained_year"], frame["year"]]
    residual = np.where(trained, gain - gain.groupby(cells).transform("mean"), gain)
    sums = pd.Series(weights * residual).groupby(frame[by]).sum()
    found = imputation(frame, "y", covariates=["x"], clusters=by)
    assert np.sqrt((found.average_influence**2).sum()) == pytest.approx(np.sqrt((sums**2).sum()), rel=1e-7)
    assert found.df == frame[by].nunique() - 1


def test_years_before_are_tested_on_untrained_rows_alone(gappy: pd.DataFrame) -> None:
    found = imputation(gappy, "y", covariates=["x"], leads=2, clusters="district")
    untrained = gappy[~(gappy["year"] >= gappy["first_trained_year"])]
    columns = pd.get_dummies(untrained[["unit_id", "year"]].astype(str), dtype=float).drop(columns="year_2011")
    columns["x"] = untrained["x"]
    for k in (-2, -1):
        columns[f"lead{k}"] = (untrained["year"] - untrained["first_trained_year"] == k).astype(float)
    groups = pd.factorize(untrained["district"])[0]
    reference = sm.OLS(untrained["y"], columns).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    table = event_time_table(found).set_index("k")
    for k in (-2, -1):
        assert table.loc[k, "estimate"] == pytest.approx(reference.params[f"lead{k}"], abs=1e-8)
        assert table.loc[k, "se"] == pytest.approx(reference.bse[f"lead{k}"], rel=1e-6)
    disturbed = gappy.assign(y=gappy["y"] + 50.0 * (gappy["year"] >= gappy["first_trained_year"]))
    moved = imputation(disturbed, "y", covariates=["x"], leads=2, clusters="district")
    assert np.array_equal(moved.estimates[:2], found.estimates[:2])
    assert imputation(gappy, "y", leads=0).times[0] == 0
    with pytest.raises(InputProblem, match="years before training are seen"):
        imputation(gappy, "y", leads=7)


def test_known_effects_are_recovered(gappy: pd.DataFrame) -> None:
    found = imputation(gappy, "y", covariates=["x"])
    trained = gappy["effect"] > 0
    se = float(np.sqrt((found.average_influence**2).sum()))
    assert abs(found.average - gappy.loc[trained, "effect"].mean()) < 3 * se
    assert 0.02 < se < 0.2


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    generator = np.random.default_rng(2)
    held, repetitions = 0, 200
    for _ in range(repetitions):
        first = np.repeat(generator.choice([3.0, 4.0, 5.0, np.nan], 60), 6)
        year = np.tile(np.arange(1, 7), 60)
        serial = generator.normal(size=(60, 6)).cumsum(axis=1).ravel() * 0.5
        effect = np.where(year >= first, 1.0, 0.0)
        frame = pd.DataFrame(
            {"unit_id": np.repeat(np.arange(60), 6), "year": year, "first_trained_year": first, "y": effect + serial}
        )
        row = event_time_table(imputation(frame, "y", leads=0), draws=0).set_index("k").loc[1]
        held += bool(row["low"] <= 1 <= row["high"])
    assert 0.90 <= held / repetitions <= 0.99


def test_what_cannot_be_predicted_is_counted(gappy: pd.DataFrame) -> None:
    """In 2019 only trained rows are left, and unit u00 is first seen trained."""
    lost = gappy[(gappy["year"] < 2019) | (gappy["year"] >= gappy["first_trained_year"])]
    early = lost.assign(first_trained_year=lost["first_trained_year"].mask(lost["unit_id"] == "u00", 2011.0))
    found = imputation(early, "y")
    others = (early["unit_id"] != "u00") & (early["year"] == 2019)
    assert found.left_out["rows_not_predicted"] == int(others.sum()) > 0
    assert found.left_out["units_always_trained"] == 1


def test_anticipation_counts_the_years_before_as_trained(gappy: pd.DataFrame) -> None:
    found = imputation(gappy, "y", anticipation=1, leads=0)
    shifted = gappy.assign(first_trained_year=gappy["first_trained_year"] - 1)
    reference = by_hand(shifted, [])
    assert found.times[0] == -1
    assert found.average == pytest.approx(reference.loc[reference["k"] >= 1, "gain"].mean(), abs=1e-8)


def test_covariate_that_moves_only_after_training_predicts_nothing(gappy: pd.DataFrame) -> None:
    reacting = gappy.assign(x=(gappy["year"] >= gappy["first_trained_year"]).astype(float) * gappy["x"])
    with pytest.raises(InputProblem, match="event study is not possible"):
        imputation(reacting, "y", covariates=["x"])


def test_nobody_trained(gappy: pd.DataFrame) -> None:
    with pytest.raises(InputProblem, match="event study is not possible"):
        imputation(gappy.assign(first_trained_year=np.nan), "y")
    with pytest.raises(InputProblem, match="not a number"):
        imputation(gappy, "y", covariates=["unit_id"])
