"""Panel models against published values, statsmodels with indicators, and known coefficients."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

from evaluation.effects.inference.clusters import cluster_covariance
from evaluation.effects.model_matrix import build_design, select_rows
from evaluation.effects.panel import fit_model, restricted_equations, rows_with_events
from evaluation.settings import InputProblem, Model

Declare = Callable[..., Model]
Published = Callable[[str, str, str], tuple[float, float]]


@pytest.fixture(scope="module")
def counts() -> pd.DataFrame:
    """A panel of counts with known log-linear means: 0.4 and 0.1."""
    generator = np.random.default_rng(11)
    units, years = 300, 8
    frame = pd.DataFrame(
        {
            "unit_id": np.repeat([f"u{i:03}" for i in range(units)], years),
            "year": np.tile(range(2001, 2001 + years), units),
        }
    )
    start = np.repeat(generator.integers(2002, 2012, units), years)
    frame["trained"] = frame["year"] >= start
    frame["exposure"] = generator.poisson(1.5, len(frame)).astype(float)
    frame["population"] = np.repeat(generator.integers(2_000, 90_000, units), years)
    unit = np.repeat(generator.normal(0, 0.5, units), years)
    mean = frame["population"] * np.exp(
        -9 + unit + 0.05 * (frame["year"] - 2001) + 0.4 * frame["trained"] + 0.1 * frame["exposure"]
    )
    return frame.assign(applications=generator.poisson(mean), geography="original")


@pytest.fixture(scope="module")
def poisson(declare: Declare) -> Model:
    return declare(
        "applications", ("trained", "exposure"), "poisson", offset="population", fixed_effects=("unit_id", "year"),
        geography="original",
    )  # fmt: skip


def test_grunfeld_within(declare: Declare, benchmark: Callable[[str], pd.DataFrame], published: Published) -> None:
    frame = benchmark("Grunfeld_plm.csv")
    model = declare("inv", ("value", "capital"), fixed_effects=("firm",), clusters="firm")
    fit = fit_model(frame, model)
    for name in ("value", "capital"):
        value, tolerance = published("grunfeld", "| firm" if name == "value" else "as above", name)
        assert fit.coefficient(name) == pytest.approx(value, abs=tolerance)
    unclustered = np.linalg.inv(fit.equations.bread()) * (fit.equations.residuals**2).sum() / (len(frame) - 10 - 2)
    value, tolerance = published("grunfeld", "as above", "SE value")
    assert np.sqrt(unclustered[fit.position("value")][fit.position("value")]) == pytest.approx(value, abs=tolerance)


def test_grunfeld_two_way(declare: Declare, benchmark: Callable[[str], pd.DataFrame], published: Published) -> None:
    model = declare("inv", ("value", "capital"), fixed_effects=("firm", "year"), clusters="firm")
    fit = fit_model(benchmark("Grunfeld_plm.csv"), model)
    value, tolerance = published("grunfeld2", "firm+year", "value")
    assert fit.coefficient("value") == pytest.approx(value, abs=tolerance)


def test_nmes_poisson(declare: Declare, benchmark: Callable[[str], pd.DataFrame], published: Published) -> None:
    frame = benchmark("NMES1988.csv")
    frame = frame.assign(insured=(frame["insurance"] == "yes").astype(float), unit_id=np.arange(len(frame)))
    model = declare("visits", ("insured",), "poisson", controls=("hospital", "health", "chronic", "gender", "school"))
    fit = fit_model(frame, model)
    value, tolerance = published("nmes", "visits~", "Poisson insurance coef")
    assert fit.coefficient("insured") == pytest.approx(value, abs=tolerance)
    value, tolerance = published("nmes", "visits~", "Poisson logLik")
    assert fit.log_likelihood == pytest.approx(value, abs=tolerance)
    # One row a cluster makes CRV1 the heteroskedasticity-robust HC0 times n/(n-1) x (n-1)/(n-k).
    n, k = fit.equations.design.shape
    robust = fit.table("crv1").loc["insured", "se"] / np.sqrt(n / (n - k))
    value, tolerance = published("nmes", "visits~", "HC0 SE insurance")
    assert robust == pytest.approx(value, abs=max(tolerance, 1e-6))


def test_known_coefficients_are_recovered(counts: pd.DataFrame, poisson: Model) -> None:
    rows, _ = rows_with_events(select_rows(counts, poisson).frame, poisson)
    table = fit_model(rows, poisson).table("crv3")
    for name, truth in (("trained", 0.4), ("exposure", 0.1)):
        assert table.loc[name, "se"] < 0.06
        assert abs(table.loc[name, "estimate"] - truth) < 3 * table.loc[name, "se"]


def test_poisson_agrees_with_indicators_in_statsmodels(counts: pd.DataFrame, poisson: Model) -> None:
    rows, _ = rows_with_events(counts[counts["unit_id"] < "u040"].reset_index(drop=True), poisson)
    fit = fit_model(rows, poisson)
    reference = smf.glm(
        "applications ~ trained + exposure + C(unit_id) + C(year)", rows, offset=np.log(rows["population"]),
        family=sm.families.Poisson(),
    ).fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(rows["unit_id"])[0]}, use_t=True)  # fmt: skip
    ours = fit.table("crv1")
    assert ours.loc["exposure", "estimate"] == pytest.approx(reference.params["exposure"], abs=1e-7)
    assert ours.loc["trained", "estimate"] == pytest.approx(reference.params["trained[T.True]"], abs=1e-7)
    # statsmodels counts the absorbed effects as parameters; the sandwich itself is the same.
    n, units = len(rows), rows["unit_id"].nunique()
    k = fit.equations.design.shape[1]
    correction = np.sqrt((n - k - units) / (n - k))
    assert ours.loc["exposure", "se"] == pytest.approx(reference.bse["exposure"] * correction, rel=1e-5)


def test_logit_agrees_with_statsmodels(declare: Declare, counts: pd.DataFrame) -> None:
    generator = np.random.default_rng(3)
    linear = -0.5 + 0.6 * counts["trained"] + 0.2 * counts["exposure"]
    frame = counts.assign(is_funded=generator.random(len(counts)) < 1 / (1 + np.exp(-linear)))
    fit = fit_model(frame, declare("is_funded", ("trained", "exposure"), "logit", fixed_effects=("year",)))
    design = pd.get_dummies(frame[["year"]].astype(str), drop_first=True).assign(
        one=1, trained=frame["trained"], exposure=frame["exposure"]
    ).astype(float)  # fmt: skip
    reference = sm.Logit(frame["is_funded"].astype(float), design).fit(disp=0)
    assert fit.coefficient("trained") == pytest.approx(reference.params["trained"], abs=1e-6)
    assert fit.log_likelihood == pytest.approx(reference.llf, abs=1e-6)


def test_one_step_crv3_of_poisson_is_near_the_full_jackknife(counts: pd.DataFrame, poisson: Model) -> None:
    rows, _ = rows_with_events(counts[counts["unit_id"] < "u030"].reset_index(drop=True), poisson)
    fit = fit_model(rows, poisson)
    units = rows["unit_id"].unique()
    changes = [
        fit_model(rows[rows["unit_id"] != unit].reset_index(drop=True), poisson).coefficient("trained")
        - fit.coefficient("trained")
        for unit in units
    ]
    jackknife = np.sqrt((len(units) - 1) / len(units) * np.square(changes).sum())
    position = fit.position("trained")
    assert np.sqrt(cluster_covariance(fit.equations, "crv3")[position, position]) == pytest.approx(jackknife, rel=0.1)


def test_rows_without_events_are_counted(poisson: Model) -> None:
    frame = pd.DataFrame(
        {"unit_id": ["a", "a", "b", "b", "c", "c"], "year": [1, 2] * 3, "applications": [0, 0, 1, 0, 2, 0]}
    )
    rows, units = rows_with_events(frame, poisson)
    assert units == 1
    assert rows["unit_id"].tolist() == ["b", "c"]  # nobody applied in year 2, so its effect is not defined


def test_select_rows_counts_what_it_leaves_out(poisson: Model) -> None:
    frame = pd.DataFrame(
        {
            "geography": ["original"] * 4 + ["stable"],
            "unit_id": ["a", "b", "unassigned", "c", "a"],
            "year": pd.array([1, 1, 1, 1, 1], dtype="Int64"),
            "applications": pd.array([1, 2, 3, 4, 5], dtype="Int64"),
            "trained": pd.array([True, False, False, None, True], dtype="boolean"),
            "exposure": [0.0, 1.0, 0.0, 0.0, 0.0],
            "population": pd.array([100, None, None, 300, 100], dtype="Int64"),
        }
    )
    sample = select_rows(frame, poisson)
    assert sample.frame["unit_id"].tolist() == ["a"]
    assert sample.left_out == {"rows_unassigned": 1, "rows_without_population": 1, "rows_without_value": 1}


def test_unknown_column_is_named(poisson: Model) -> None:
    with pytest.raises(InputProblem, match="no columns applications, exposure"):
        select_rows(pd.DataFrame({"unit_id": ["a"], "year": [1], "trained": [True], "population": [5]}), poisson)


def test_exposure_without_variation_is_not_identified(counts: pd.DataFrame, poisson: Model) -> None:
    fit = fit_model(counts.assign(exposure=1.0), poisson)
    assert fit.not_identified == ["exposure"]
    assert "exposure" not in fit.names


def test_effects_not_nested_in_clusters_stay_indicators(declare: Declare) -> None:
    frame = pd.DataFrame({"y": range(8), "x": range(8), "village": list("aabbccdd"), "unit_id": list("abababab")})
    nested = build_design(frame, declare("y", ("x",), fixed_effects=("village",), clusters="village"), ["x"])
    crossed = build_design(frame, declare("y", ("x",), fixed_effects=("village",)), ["x"])
    assert nested.absorbed is not None
    assert nested.names == ["x"]
    assert crossed.absorbed is None
    assert crossed.names == ["constant", "village=1", "village=2", "village=3", "x"]


def test_restricted_model_has_no_score_but_the_tested_one(counts: pd.DataFrame, poisson: Model) -> None:
    rows, _ = rows_with_events(counts, poisson)
    equations, column = restricted_equations(rows, poisson, "trained")
    total = equations.scores().sum(axis=0)
    assert abs(np.delete(total, column)).max() < 1e-4
    assert abs(total[column]) > 10
