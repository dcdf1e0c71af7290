"""Errors that a plan declares beside its clusters: against an independent program, by brute force, and refusals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from pydantic import ValidationError

from evaluation.effects.estimate import parse_warnings
from evaluation.effects.inference.clusters import t_interval
from evaluation.effects.inference.conley import conley_covariance, conley_table
from evaluation.effects.panel import fit_model
from evaluation.effects.plan import fit_plan
from evaluation.effects.sample import estimation_sample
from evaluation.settings import Conley, InputProblem, Model, Plan, contradictions

Declare = Callable[..., Model]
FAR = Conley(cutoff_km=300.0, serial_lags=2)


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    """25 units with centres, 8 years; noise common to a year, so that years are clusters too."""
    rng = np.random.default_rng(4)
    units, years = 25, 8
    centres = np.column_stack([rng.uniform(90, 100, units), rng.uniform(53, 60, units)])
    frame = pd.DataFrame(
        {
            "geography": "original",
            "unit_id": np.repeat([f"u{unit:02d}" for unit in range(units)], years),
            "year": np.tile(np.arange(2012, 2012 + years), units),
            "longitude": np.repeat(centres[:, 0], years),
            "latitude": np.repeat(centres[:, 1], years),
            "exposure": rng.normal(size=units * years) + np.tile(rng.normal(size=years), units),
        }
    )
    noise = rng.normal(size=units * years) + np.tile(rng.normal(size=years), units)
    noise += np.repeat(rng.normal(size=units), years)
    frame["score"] = 0.3 * frame["exposure"] + noise
    frame["applications"] = rng.poisson(np.exp(1 + 0.2 * frame["exposure"] + 0.3 * noise))
    return frame


def of(panel: pd.DataFrame, model: Model, kind: str) -> pd.Series:
    return fit_plan(panel, None, [model]).one(f"{model.name}__{kind}", "exposure")


def two_way(declare: Declare, family: str = "ols", **more: object) -> Model:
    outcome = "score" if family == "ols" else "applications"
    made = {"geography": "original", "inference": ("two_way",), "second_clusters": "year", **more}
    return declare(outcome, ("exposure",), family, name="m", **made)


def test_two_ways_are_those_of_another_program(panel: pd.DataFrame, declare: Declare) -> None:
    row = of(panel, two_way(declare), "two_way")
    design = sm.add_constant(panel["exposure"].to_numpy())
    groups = np.column_stack([pd.factorize(panel[name])[0] for name in ("unit_id", "year")])
    other = sm.OLS(panel["score"], design).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    assert row["estimate"] == pytest.approx(float(other.params["x1"]), rel=1e-10)
    assert row["se"] == pytest.approx(float(other.bse["x1"]), rel=1e-8)
    assert (row["low"], row["high"], row["p"]) == pytest.approx(t_interval(row["estimate"], row["se"], 7), rel=1e-10)
    assert (row["inference"], row["clusters"], row["is_main"]) == ("two_way_t", 8, False)


@pytest.mark.parametrize("family", ["ols", "poisson", "logit"])
def test_effects_taken_out_and_three_covariances_by_brute_force(
    panel: pd.DataFrame, declare: Declare, family: str
) -> None:
    """By unit plus by year less by both, each with its own factor, from the fit's rows in a plain loop."""
    frame = panel.assign(applications=(panel["applications"] > 3).astype(float)) if family == "logit" else panel
    effects = () if family == "logit" else ("unit_id",)
    model = two_way(declare, family, fixed_effects=effects)
    equations = fit_model(frame, model).equations
    x, u = equations.design, equations.residuals
    inverse = np.linalg.inv(x.T @ (equations.weights[:, None] * x))
    n, k = x.shape

    def clustered(keys: pd.Series) -> np.ndarray:
        scores = np.array([(x * u[:, None])[(keys == key).to_numpy()].sum(axis=0) for key in keys.unique()])
        return len(scores) / (len(scores) - 1) * (n - 1) / (n - k) * inverse @ scores.T @ scores @ inverse

    both = frame["unit_id"] + frame["year"].astype(str)
    total = clustered(frame["unit_id"]) + clustered(frame["year"]) - clustered(both)
    place = fit_model(frame, model).position("exposure")
    assert of(frame, model, "two_way")["se"] == pytest.approx(np.sqrt(total[place, place]), rel=1e-8)


@pytest.mark.parametrize("family", ["ols", "poisson"])
def test_conley_is_that_of_its_own_function(panel: pd.DataFrame, declare: Declare, family: str) -> None:
    outcome = "score" if family == "ols" else "applications"
    model = declare(
        outcome, ("exposure",), family, name="m", geography="original", fixed_effects=("unit_id", "year"),
        inference=("conley",), conley=FAR,
    )  # fmt: skip
    row = of(panel, model, "conley")
    rows = estimation_sample(panel, model).frame
    fit = fit_model(rows, model)
    found = conley_covariance(
        fit.equations, rows["latitude"].to_numpy(), rows["longitude"].to_numpy(), cutoff_km=300.0, lags=2,
        period=rows["year"].to_numpy(), unit=rows["unit_id"].to_numpy(),
    )  # fmt: skip
    expected = conley_table(fit, found).loc["exposure"]
    for name in ("estimate", "se", "low", "high", "p"):
        assert row[name] == pytest.approx(expected[name], rel=1e-10)
    assert (row["inference"], row["clusters"]) == ("conley_t", 25)


def test_own_rows_stay_as_they_are(panel: pd.DataFrame, declare: Declare) -> None:
    plain = declare("score", ("exposure",), "ols", name="m", geography="original", is_main=True)
    both = plain.model_copy(update={"inference": ("two_way", "conley"), "second_clusters": "year", "conley": FAR})
    found = fit_plan(panel, None, [both]).frame
    assert found["model"].tolist() == ["m", "m__two_way", "m__conley"]
    assert found["is_main"].tolist() == [True, False, False]
    pd.testing.assert_frame_equal(found.iloc[:1], fit_plan(panel, None, [plain]).frame)
    repeated = both.model_copy(update={"exposures": ("exposure", "twin")})
    twice = fit_plan(panel.assign(twin=2 * panel["exposure"]), None, [repeated])
    assert "m__two_way" not in set(twice.frame.loc[twice.frame["exposure"] == "twin", "model"])


def test_few_exposed_units_are_told_here_too(panel: pd.DataFrame, declare: Declare) -> None:
    few = panel.assign(exposure=panel["exposure"].where(panel["unit_id"].isin(["u00", "u01", "u02"]), 0.0))
    warnings = parse_warnings(of(few, two_way(declare), "two_way")["warning"])
    assert warnings["few_treated_clusters_t"] == warnings["no_reliable_interval"] == "3"


def test_what_is_lacking_is_refused_in_words(panel: pd.DataFrame, declare: Declare) -> None:
    spatial = declare("score", ("exposure",), "ols", geography="original", inference=("conley",), conley=FAR)
    nowhere = panel.assign(latitude=panel["latitude"].where(panel["unit_id"] != "u03"))
    late = panel.assign(cohort=panel["year"].where(panel["year"] > 2013))
    cases: list[tuple[pd.DataFrame, Model, str]] = [
        (panel, two_way(declare, second_clusters=None), "second_clusters is empty"),
        (panel, two_way(declare, second_clusters="unit_id"), "the second clusters are the first ones"),
        (panel, two_way(declare, second_clusters="cohort"), "the table has no columns cohort"),
        (late, two_way(declare, second_clusters="cohort"), "is empty in 50 rows"),
        (panel, spatial.model_copy(update={"conley": None}), "spatial errors .conley. need both keys"),
        (panel.drop(columns="latitude"), spatial, "the table has no columns latitude"),
        (nowhere, spatial, "8 rows have no coordinates"),
        (panel, two_way(declare).model_copy(update={"family": "iv", "instruments": ("z",)}), "no inference two_way"),
    ]
    for frame, model, words in cases:
        with pytest.raises(InputProblem, match=words):
            fit_plan(frame, None, [model])
    still = panel.drop(columns=["year"])
    with pytest.raises(InputProblem, match="Write serial_lags: 0"):
        fit_plan(still, None, [spatial])
    now = spatial.model_copy(update={"conley": Conley(cutoff_km=300, serial_lags=0)})
    assert np.isfinite(of(still, now, "conley")["se"])


def test_the_plan_itself_is_refused_with_its_key(declare: Declare) -> None:
    model = declare("score", ("exposure",), "ols", name="m", is_main=True, geography="original")
    changes: list[tuple[dict[str, object], str]] = [
        ({"inference": ("two_way",)}, "inference"),
        ({"second_clusters": "year"}, "second_clusters"),
        ({"inference": ("conley",)}, "inference"),
        ({"conley": FAR}, "conley"),
    ]
    for change, key in changes:
        plan = Plan(year=2025, declared_on="2025-01-20", models=(model.model_copy(update=change),))  # type: ignore[arg-type]
        assert [place for place, _ in contradictions(plan)] == [("models", 0, key)], change
    fine = model.model_copy(update={"inference": ("two_way", "conley"), "second_clusters": "year", "conley": FAR})
    assert contradictions(Plan(year=2025, declared_on="2025-01-20", models=(fine,))) == []  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        Conley(cutoff_km=0, serial_lags=0)
