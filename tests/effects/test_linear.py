"""Least squares beside statsmodels and linearmodels, hand-computed factors, and what it says of bad input."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels import PanelOLS

from evaluation.effects.inference.clusters import EstimatingEquations, cluster_covariance
from evaluation.effects.inference.multiway import intersection, multiway_covariance
from evaluation.effects.linear import COLUMNS, Kind, least_squares
from evaluation.effects.model_matrix import is_nested
from evaluation.effects.solving import solve
from evaluation.effects.warning_texts import WARNINGS
from evaluation.settings import InputProblem

REGRESSORS = ["x", "z"]


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    """40 units in 8 districts over 7 years, errors correlated within unit and year; a tenth of the rows is missing."""
    random = np.random.default_rng(42)
    units, years = 40, 7
    frame = pd.DataFrame({"unit": np.repeat(np.arange(units), years), "year": np.tile(np.arange(2019, 2026), units)})
    frame["district"] = "d" + (frame["unit"] // 5).astype(str)
    shock = random.normal(size=units)[frame["unit"]] + random.normal(size=years)[frame["year"] - 2019]
    frame["x"] = random.normal(size=len(frame)) + shock
    frame["z"] = random.poisson(3.0, len(frame)).astype(float)
    frame["weight"] = random.uniform(0.5, 4.0, len(frame))
    frame["y"] = 0.5 * frame["x"] - 0.2 * frame["z"] + shock + random.normal(size=len(frame))
    return frame[random.random(len(frame)) > 0.1].reset_index(drop=True)


def with_indicators(panel: pd.DataFrame, effects: list[str]) -> pd.DataFrame:
    columns = [pd.get_dummies(panel[name], prefix=name, drop_first=True, dtype=float) for name in effects]
    return pd.concat([panel[REGRESSORS], *columns, pd.Series(1.0, panel.index, name="constant")], axis=1)


@pytest.mark.parametrize("weights", [None, "weight"])
@pytest.mark.parametrize("effects", [[], ["unit"], ["unit", "year"], ["district", "year"]], ids="+".join)
@pytest.mark.parametrize("kind", ["iid", "hc1"])
def test_statsmodels_with_indicators_agrees(
    panel: pd.DataFrame, kind: Kind, effects: list[str], weights: str | None
) -> None:
    fit = least_squares(panel, "y", REGRESSORS, effects=effects, weights=weights, kind=kind)
    model = sm.WLS(panel["y"], with_indicators(panel, effects), weights=1.0 if weights is None else panel[weights])
    other = model.fit(cov_type="nonrobust" if kind == "iid" else "HC1", use_t=True)
    interval = other.conf_int()
    for name in REGRESSORS:
        expected = [other.params[name], other.bse[name], *interval.loc[name], other.pvalues[name]]
        np.testing.assert_allclose(fit.table.loc[name, COLUMNS[:5]].astype(float), expected, rtol=1e-9)
    assert (fit.n, fit.df, fit.parameters) == (len(panel), other.df_resid, len(other.params))


@pytest.mark.parametrize("weights", [None, "weight"])
def test_linearmodels_agrees_on_clustered_errors(panel: pd.DataFrame, weights: str | None) -> None:
    """Effects nested in the clusters are not counted by either."""
    fit = least_squares(panel, "y", REGRESSORS, effects=["unit"], weights=weights, kind="crv1", clusters=["unit"])
    indexed = panel.set_index(["unit", "year"])
    weighing = None if weights is None else indexed[weights]
    model = PanelOLS(indexed["y"], indexed[REGRESSORS], weights=weighing, entity_effects=True)
    # theirs without any small-sample factor; ours is stated: G/(G-1) x (n-1)/(n-k)
    other = model.fit(
        cov_type="clustered", cluster_entity=True, auto_df=False, count_effects=False, debiased=False,
        group_debias=False,
    )  # fmt: skip
    n, k = len(panel), len(REGRESSORS)
    factor = np.sqrt(40 / 39 * (n - 1) / (n - k))
    np.testing.assert_allclose(fit.table.loc[REGRESSORS, "estimate"], other.params, rtol=1e-9)
    np.testing.assert_allclose(fit.table.loc[REGRESSORS, "se"], other.std_errors * factor, rtol=1e-9)
    assert fit.df == 39 and (fit.table["clusters"] == 40).all()


def test_effects_that_are_not_nested_are_counted(panel: pd.DataFrame) -> None:
    """Units lie in districts and are not counted; the years less one are."""
    fit = least_squares(panel, "y", REGRESSORS, effects=["unit", "year"], kind="crv1", clusters=["district"])
    assert fit.parameters == 2 + 6 and fit.df == 7
    codes = pd.factorize(panel["district"])[0]
    result = sm.OLS(panel["y"], with_indicators(panel, ["unit", "year"])).fit()
    raw = result.get_robustcov_results("cluster", groups=codes, use_correction=False)
    factor = np.sqrt(8 / 7 * (len(panel) - 1) / (len(panel) - 8))
    np.testing.assert_allclose(fit.table.loc[REGRESSORS, "se"], raw.bse[:2] * factor, rtol=1e-8)


def test_two_way_clusters_by_inclusion_and_exclusion(panel: pd.DataFrame) -> None:
    fit = least_squares(panel, "y", REGRESSORS, kind="multiway", clusters=["unit", "year"])
    model = sm.OLS(panel["y"], with_indicators(panel, []))
    both = panel["unit"] * 10_000 + panel["year"]
    parts = [
        model.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(groups)[0]}).cov_params().to_numpy()
        for groups in (panel["unit"], panel["year"], both)
    ]
    expected = np.sqrt(np.diag(parts[0] + parts[1] - parts[2]))
    np.testing.assert_allclose(fit.table.loc[REGRESSORS, "se"], expected[:2], rtol=1e-9)
    assert fit.clusters == (40, 7) and fit.df == 6 and (fit.table["clusters"] == 7).all()


def test_three_way_clusters(panel: pd.DataFrame) -> None:
    """A dimension that refines another changes nothing but the factors: units lie in districts."""
    codes = [np.unique(panel[name], return_inverse=True)[1] for name in ("unit", "year", "district")]
    design = np.column_stack([np.ones(len(panel)), panel["x"]])
    solution = solve(design, panel["y"].to_numpy())
    total = np.zeros((2, 2))
    for sign, chosen in (
        (1, [0]), (1, [1]), (1, [2]), (-1, [0, 1]), (-1, [0, 2]), (-1, [1, 2]), (1, [0, 1, 2]),
    ):  # fmt: skip
        groups = intersection([codes[place] for place in chosen])
        equations = EstimatingEquations(design, np.ones(len(panel)), solution.residuals, groups)
        total += sign * cluster_covariance(equations, "crv1")
    made = multiway_covariance(design, solution.residuals, solution.inverse, codes, 2)
    if not made.repaired:
        np.testing.assert_allclose(made.matrix, total, rtol=1e-9)
    assert made.clusters == (40, 7, 8) and made.df == 6 and not made.repaired


def test_a_covariance_that_is_not_positive_is_repaired_and_said() -> None:
    """Residuals that cancel within every unit and every year leave only the intersections, which are taken off."""
    frame = pd.DataFrame({"unit": [0, 0, 1, 1] * 2, "year": [0, 1] * 4, "x": [1.0, 2.0, 3.0, 5.0] * 2})
    frame["y"] = frame["x"] + [1, -1, -1, 1, 1, -1, -1, 1]
    fit = least_squares(frame, "y", ["x"], kind="multiway", clusters=["unit", "year"])
    assert fit.warnings["covariance_repaired"] == 1
    assert (np.linalg.eigvalsh(fit.covariance) >= -1e-15).all()


@pytest.mark.parametrize("effects", [[], ["unit"], ["unit", "year"], ["year"]], ids="+".join)
def test_the_cluster_jackknife_is_what_it_says(panel: pd.DataFrame, effects: list[str]) -> None:
    """(G-1)/G x the sum of squared changes of the coefficient when a district is left out, all effects anew."""
    fit = least_squares(panel, "y", REGRESSORS, effects=effects, kind="crv3", clusters=["district"])
    whole = least_squares(panel, "y", REGRESSORS, effects=effects).table["estimate"]
    np.testing.assert_allclose(fit.table["estimate"], whole, rtol=1e-9)
    changes = [
        least_squares(panel[panel["district"] != one], "y", REGRESSORS, effects=effects).table["estimate"] - whole
        for one in sorted(panel["district"].unique())
    ]
    expected = np.sqrt(7 / 8 * (pd.concat(changes, axis=1) ** 2).sum(axis=1))
    np.testing.assert_allclose(fit.table.loc[REGRESSORS, "se"], expected[REGRESSORS], rtol=1e-7)


def test_a_difference_of_means_by_hand() -> None:
    """Means 2 and 6; within-group squares 2 + 2, so s2 = 4/2 and se = sqrt(2 x (1/2 + 1/2))."""
    frame = pd.DataFrame({"trained": [0, 0, 1, 1], "y": [1.0, 3.0, 5.0, 7.0]})
    row = least_squares(frame, "y", ["trained"]).table.loc["trained"]
    assert row["estimate"] == pytest.approx(4.0) and row["se"] == pytest.approx(np.sqrt(2.0))
    assert row["low"] == pytest.approx(4 - 4.30265273 * np.sqrt(2.0))


def test_weights_repeat_rows(panel: pd.DataFrame) -> None:
    counted = panel.assign(times=1.0 + panel.index % 3)
    repeated = panel.loc[panel.index.repeat(counted["times"].astype(int))]
    weighted = least_squares(counted, "y", REGRESSORS, effects=["unit", "year"], weights="times").table["estimate"]
    plain = least_squares(repeated, "y", REGRESSORS, effects=["unit", "year"]).table["estimate"]
    np.testing.assert_allclose(weighted, plain, rtol=1e-9)


def test_the_order_of_rows_and_units_of_measurement_do_not_matter(panel: pd.DataFrame) -> None:
    options = {"effects": ["unit", "year"], "kind": "crv1", "clusters": ["district"]}
    first = least_squares(panel, "y", REGRESSORS, **options).table.loc["x"]  # type: ignore[arg-type]
    shuffled = panel.sample(frac=1, random_state=3).assign(x=panel["x"] * 1e9 + 5e9)
    second = least_squares(shuffled, "y", REGRESSORS, **options).table.loc["x"]  # type: ignore[arg-type]
    assert second["estimate"] * 1e9 == pytest.approx(first["estimate"], rel=1e-7)
    assert second["p"] == pytest.approx(first["p"], rel=1e-6)


def test_nearly_collinear_columns_are_solved_accurately() -> None:
    """Longley-like: the second column is the first and a millionth of something else."""
    random = np.random.default_rng(8)
    first, other = random.normal(size=(2, 400))
    matrix = np.column_stack([np.ones(400), first, first + 1e-6 * other])
    solution = solve(matrix, matrix @ [1.0, 2.0, 3.0])
    assert solution.kept == [0, 1, 2]
    np.testing.assert_allclose(solution.coefficients, [1.0, 2.0, 3.0], atol=1e-8)


# ---- what does not vary, and bad input ---------------------------------------------------------------------------


def test_regressors_without_their_own_variation_are_named(panel: pd.DataFrame) -> None:
    frame = panel.assign(
        area=1e7 * (1 + panel["unit"]), zero=0.0, copy=panel["x"] - 2 * panel["z"], size=panel["unit"] / 7
    )
    regressors = ["area", "x", "zero", "z", "copy", "size"]
    fit = least_squares(frame, "y", regressors, effects=["unit", "year"])
    assert fit.not_identified == ["area", "zero", "copy", "size"]
    assert fit.warnings["not_identified"] == "area, zero, copy, size"
    assert fit.table.loc[fit.not_identified, COLUMNS[:5]].isna().all().all()
    plain = least_squares(panel, "y", REGRESSORS, effects=["unit", "year"]).table
    np.testing.assert_allclose(fit.table.loc[REGRESSORS].astype(float), plain.astype(float), rtol=1e-9)
    nothing = least_squares(frame, "y", ["area"], effects=["unit"], kind="crv1", clusters=["district"])
    assert nothing.not_identified == ["area"] and nothing.covariance.shape == (0, 0)


def test_rows_left_out_and_singletons_are_counted(panel: pd.DataFrame) -> None:
    frame = panel.copy()
    frame.loc[[3, 10], "x"] = np.nan
    frame.loc[20, "district"] = None
    frame.loc[40, "unit"] = 999
    fit = least_squares(frame, "y", REGRESSORS, effects=["unit"], kind="crv1", clusters=["district"])
    assert fit.warnings == {"rows_without_value": 3, "singleton_rows": 1} and fit.n == len(panel) - 3
    assert set(fit.warnings) <= set(WARNINGS)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["crv1", "crv3", "multiway"])
def test_one_exposed_cluster_has_no_error(panel: pd.DataFrame, kind: Kind) -> None:
    """CRV1 would call such an estimate far too exact: the scores of the one cluster are nearly zero at the estimate."""
    frame = panel.assign(once=((panel["district"] == "d3") & (panel["year"] > 2022)).astype(float))
    clusters = ["district", "year"] if kind == "multiway" else ["district"]
    fit = least_squares(frame, "y", [*REGRESSORS, "once"], effects=["unit"], kind=kind, clusters=clusters)
    assert fit.warnings["one_treated_cluster"] == "once"
    assert set(fit.warnings) <= {"one_treated_cluster", "covariance_repaired"}
    assert np.isfinite(fit.table.loc["once", "estimate"])
    assert fit.table.loc["once", ["low", "high", "p"]].isna().all()
    assert np.isnan(fit.table.loc["once", "se"]) == (kind == "crv3")
    assert fit.table.loc[REGRESSORS].notna().all().all()


def spoiled(panel: pd.DataFrame, **columns: object) -> pd.DataFrame:
    return panel.assign(**columns)


BAD: dict[str, tuple[dict[str, object], dict[str, object], str]] = {
    "no column": ({}, {"regressors": ["x", "nothing"]}, "no columns nothing"),
    "words": ({"z": "many"}, {}, "columns z are no numbers"),
    "infinite": ({"z": np.inf}, {}, "numbers are infinite"),
    "constant outcome": ({"y": 3.0}, {}, "same in all rows"),
    "all missing": ({"x": np.nan}, {}, "no row in which all"),
    "negative weights": ({"weight": -1.0}, {"weights": "weight"}, "positive numbers"),
    "exact": ({"y": range(0, 20_000, 100)}, {"regressors": ["y_copy"]}, "exact combination"),
    "one cluster": ({"district": "d"}, {"kind": "crv1", "clusters": ["district"]}, "single value"),
    "one cluster, jackknife": ({"district": "d"}, {"kind": "crv3", "clusters": ["district"]}, "single value"),
    "clusters without a kind": ({}, {"clusters": ["district"]}, "kind iid and 1 cluster variables do not fit"),
    "kind without clusters": ({}, {"kind": "crv1"}, "kind crv1 and 0 cluster variables do not fit"),
    "one way for multiway": ({}, {"kind": "multiway", "clusters": ["unit"]}, "do not fit"),
    "an effect for every row": ({"unit": range(200)}, {"effects": ["unit"]}, "200 rows do not suffice"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", sorted(BAD))
def test_bad_input_is_refused_in_words(panel: pd.DataFrame, case: str) -> None:
    columns, options, words = BAD[case]
    frame = spoiled(panel.head(200), **columns)
    frame["y_copy"] = frame["y"] * 2.0
    given = {"regressors": REGRESSORS, **options}
    with pytest.raises(InputProblem) as problem:
        least_squares(frame, "y", **given)  # type: ignore[arg-type]
    assert words in problem.value.messages["en"]
    assert re.search("[а-я]", problem.value.messages["ru"])


def test_nested_effects_are_recognised() -> None:
    units, districts = np.array([0, 0, 1, 1, 2]), np.array([0, 0, 0, 0, 1])
    assert is_nested(units, districts) and not is_nested(districts, units)
    assert not is_nested(np.array([0, 1, 0]), np.array([0, 0, 1]))
