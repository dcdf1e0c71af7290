"""Interaction-weighted effects against the saturated regression made by hand, with indicators for everything."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from evaluation.effects.staggered.event_study import by_event_time
from evaluation.effects.staggered.event_time import event_time_table
from evaluation.effects.staggered.group_time import group_time_effects
from evaluation.effects.staggered.sun_abraham import sun_abraham
from evaluation.settings import InputProblem


def panel(seed: int, *, never: bool = True, gaps: float = 0.0) -> pd.DataFrame:
    """60 units, 7 years, a covariate common to all, effects by cohort and year."""
    generator = np.random.default_rng(seed)
    choices = [2014.0, 2015.0, 2017.0] + ([np.nan] if never else [])
    first = np.repeat(np.resize(choices, 60), 7)
    year = np.tile(np.arange(2012, 2019), 60)
    frame = pd.DataFrame({"unit_id": np.repeat(np.arange(60), 7), "year": year, "first_trained_year": first})
    frame["x"] = generator.normal(size=420) + 0.1 * (year - 2012)
    since = (frame["year"] - frame["first_trained_year"]).fillna(-1)
    frame["y"] = np.repeat(generator.normal(size=60), 7) + 0.3 * year + 0.7 * frame["x"] + since.clip(lower=-1) + 1
    frame["y"] += generator.normal(scale=0.3, size=420)
    frame["district"] = frame["unit_id"] % 13
    frame = frame[generator.random(420) >= gaps]
    seen_before = ~(frame.groupby("unit_id")["year"].transform("min") >= frame["first_trained_year"])
    return frame[seen_before].reset_index(drop=True)


def saturated(
    frame: pd.DataFrame, covariates: list[str], by: str, controls: pd.Series
) -> tuple[pd.Series, pd.DataFrame]:
    """Coefficients of cohort x event time and their clustered covariance, of a regression within units."""
    columns = pd.get_dummies(frame["year"].astype(str), prefix="year", dtype=float).iloc[:, 1:]
    columns[covariates] = frame[covariates]
    cells = frame[["first_trained_year", "year"]].assign(k=frame["year"] - frame["first_trained_year"])
    names = []
    for cohort, k in sorted({(c, k) for c, k in zip(cells["first_trained_year"], cells["k"], strict=True) if k == k}):
        at = (cells["first_trained_year"] == cohort) & (cells["k"] == k)
        if k != -1 and not controls[at].any():
            names.append(f"{cohort:g}:{k:g}")
            columns[names[-1]] = at.astype(float)
    within = columns - columns.groupby(frame["unit_id"]).transform("mean")
    outcome = frame["y"] - frame["y"].groupby(frame["unit_id"]).transform("mean")
    fit = sm.OLS(outcome, within).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(frame[by])[0], "use_correction": False}
    )
    groups, n = frame[by].nunique(), len(frame)
    factor = groups / (groups - 1) * (n - 1) / (n - within.shape[1])
    return fit.params[names], factor * fit.cov_params().loc[names, names]


@pytest.mark.parametrize("gaps", [0.0, 0.15])
@pytest.mark.parametrize("covariates", [[], ["x"]])
@pytest.mark.parametrize("by", ["unit_id", "district"])
def test_averages_and_errors_are_those_of_the_saturated_regression(gaps: float, covariates: list[str], by: str) -> None:
    frame = panel(5, gaps=gaps)
    params, covariance = saturated(frame, covariates, by, frame["first_trained_year"].isna())
    found = sun_abraham(frame, "y", covariates=covariates, clusters=by)
    since = frame["year"] - frame["first_trained_year"]
    weights = frame.groupby(["first_trained_year", since]).size()
    table = event_time_table(found).set_index("k")

    def compare(chosen: list[str], estimate: float, se: float) -> None:
        share = np.array([weights[tuple(map(float, name.split(":")))] for name in chosen], dtype=float)
        share /= share.sum()
        assert estimate == pytest.approx(float(share @ params[chosen]), abs=1e-8)
        assert se == pytest.approx(float(np.sqrt(share @ covariance.loc[chosen, chosen] @ share)), abs=1e-8)

    for k in table.index.drop(-1):
        compare([name for name in params.index if name.endswith(f":{k}")], table.loc[k, "estimate"], table.loc[k, "se"])
    after = [name for name in params.index if float(name.split(":")[1]) >= 0]
    compare(after, found.average, float(np.sqrt((found.average_influence**2).sum())))
    assert table.loc[-1, "estimate"] == 0 and np.isnan(table.loc[-1, "se"])


def test_without_covariates_it_is_the_group_time_study_with_never_trained_controls() -> None:
    frame = panel(9)
    ours = sun_abraham(frame, "y")
    other = by_event_time(group_time_effects(frame, "y", scale="difference", controls="never"))
    assert ours.times == other.times
    np.testing.assert_allclose(ours.estimates, other.estimates, atol=1e-10)
    assert ours.treated == other.treated


def test_without_never_trained_the_last_cohort_compares_until_its_training() -> None:
    frame = panel(11, never=False)
    found = sun_abraham(frame, "y", covariates=["x"])
    early = frame[frame["year"] < 2017]
    params, _ = saturated(early, ["x"], "unit_id", early["first_trained_year"] == 2017)
    assert max(found.times) == 2
    assert found.estimates[-1] == pytest.approx(params["2014:2"], abs=1e-8)
    assert found.left_out["rows_all_trained"] == int((frame["year"] >= 2017).sum())


def test_what_cannot_be_compared_is_counted() -> None:
    frame = panel(3)
    lost = frame[~((frame["first_trained_year"] == 2015) & (frame["year"] == 2014))]
    found = sun_abraham(lost, "y")
    assert found.left_out["units_without_reference"] == 15
    assert found.average_treated == 30
    alone = frame[~(frame["first_trained_year"].isna() & (frame["year"] == 2018))]  # controls end in 2017
    trained = alone["year"].eq(2018) & alone["first_trained_year"].notna()
    assert sun_abraham(alone, "y").left_out["rows_not_predicted"] == int(trained.sum()) == 45
    with pytest.raises(InputProblem, match="event study is not possible"):
        sun_abraham(frame.assign(first_trained_year=2014.0), "y")


def test_constant_covariate_says_nothing() -> None:
    frame = panel(4).assign(same=1e6)
    plain, with_same = sun_abraham(frame, "y"), sun_abraham(frame, "y", covariates=["same"])
    np.testing.assert_allclose(plain.estimates, with_same.estimates, atol=1e-12)
