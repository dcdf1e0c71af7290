"""Random effects beside linearmodels, hand-made formulas for unbalanced panels, and known truth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from linearmodels import RandomEffects

from evaluation.effects.estimate import COLUMNS
from evaluation.effects.linear import least_squares
from evaluation.effects.random_effects import random_effects, rows_of
from evaluation.settings import InputProblem, Model

REGRESSORS = ["x", "z"]


def made(seed: int, units: int = 50, years: int = 7, spread: float = 1.5, gaps: float = 0.0) -> pd.DataFrame:
    """Truth: 0.5 a unit of x, -0.3 of z (which does not change within a unit), unit effects of sd ``spread``."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"unit_id": np.repeat(np.arange(units), years), "year": np.tile(np.arange(years), units)})
    frame["district"] = frame["unit_id"] // 5
    frame["x"] = random.normal(size=len(frame))
    frame["z"] = random.normal(size=units)[frame["unit_id"]]
    own = spread * random.normal(size=units)[frame["unit_id"]]
    frame["y"] = 2.0 + 0.5 * frame["x"] - 0.3 * frame["z"] + own + random.normal(size=len(frame))
    return frame[random.random(len(frame)) >= gaps].reset_index(drop=True)


@pytest.mark.parametrize("gaps", [0.0, 0.3])
def test_linearmodels_agrees(gaps: float) -> None:
    frame = made(1, gaps=gaps)
    fit = random_effects(frame, "y", REGRESSORS)
    indexed = frame.set_index(["unit_id", "year"])
    other = RandomEffects(indexed["y"], indexed[REGRESSORS].assign(constant=1.0)).fit(small_sample=True)
    parts = other.variance_decomposition
    assert fit.unit_variance == pytest.approx(parts["Effects"], rel=1e-9)
    assert fit.within_variance == pytest.approx(parts["Residual"], rel=1e-9)
    for name in ("constant", *REGRESSORS):
        assert fit.linear.table.loc[name, "estimate"] == pytest.approx(other.params[name], rel=1e-9)
        assert fit.linear.table.loc[name, "se"] == pytest.approx(other.std_errors[name], rel=1e-9)


def test_components_of_an_unbalanced_panel_by_the_formula() -> None:
    """Baltagi and Chang written out with projection matrices."""
    frame = made(4, units=12, gaps=0.4)
    x = np.column_stack([np.ones(len(frame)), frame[REGRESSORS]])
    y = frame["y"].to_numpy()
    z = pd.get_dummies(frame["unit_id"], dtype=float).to_numpy()
    p = z @ np.linalg.inv(z.T @ z) @ z.T
    q = np.eye(len(y)) - p
    varying = q @ x[:, 1:2]
    inside = q @ y - varying @ np.linalg.lstsq(varying, q @ y, rcond=None)[0]
    within = inside @ inside / (len(y) - z.shape[1] - 1)
    between = p @ y - p @ x @ np.linalg.solve(x.T @ p @ x, x.T @ p @ y)
    trace = np.trace(np.linalg.solve(x.T @ p @ x, x.T @ z @ z.T @ x))
    expected = (between @ between - (z.shape[1] - 3) * within) / (len(y) - trace)
    fit = random_effects(frame, "y", REGRESSORS)
    assert fit.within_variance == pytest.approx(within, rel=1e-10)
    assert fit.unit_variance == pytest.approx(expected, rel=1e-10)
    assert fit.theta[0] < fit.theta[1], "units seen longer lose a larger share of their mean"


def test_the_truth_is_found_on_average() -> None:
    fits = [random_effects(made(seed, gaps=0.2), "y", REGRESSORS) for seed in range(60)]
    for name, truth in (("x", 0.5), ("z", -0.3)):
        found = np.array([fit.linear.table.loc[name, "estimate"] for fit in fits])
        assert abs(found.mean() - truth) < 4 * found.std() / np.sqrt(len(found))
        errors = np.mean([fit.linear.table.loc[name, "se"] for fit in fits])
        assert errors == pytest.approx(found.std(ddof=1), rel=0.3)
    variances = np.array([fit.unit_variance for fit in fits])
    assert abs(variances.mean() - 1.5**2) < 4 * variances.std() / np.sqrt(len(variances))


def test_without_unit_effects_it_is_least_squares_and_says_so() -> None:
    # each unit's own noise is centred: means differ less than chance, so that the component is below zero
    frame = made(3, spread=0.0)
    noise = np.random.default_rng(1).normal(size=len(frame))
    frame["y"] = frame["x"] + noise - pd.Series(noise).groupby(frame["unit_id"]).transform("mean")
    fit = random_effects(frame, "y", ["x"])
    assert fit.unit_variance == 0 and fit.theta == (0.0, 0.0) and fit.linear.warnings == {"no_unit_variance": 1}
    plain = least_squares(frame, "y", ["x"]).table
    pd.testing.assert_frame_equal(fit.linear.table, plain, rtol=1e-9)


def test_large_panels_approach_fixed_effects() -> None:
    frame = made(6, units=30, years=400, spread=5.0)
    random = random_effects(frame, "y", ["x"]).linear.table.loc["x", "estimate"]
    fixed = least_squares(frame, "y", ["x"], effects=["unit_id"]).table.loc["x", "estimate"]
    assert random == pytest.approx(fixed, rel=1e-4)


@pytest.mark.filterwarnings("error")
def test_bad_input_is_refused() -> None:
    frame = made(1, units=3)
    with pytest.raises(InputProblem, match="3 units, 3 columns"):
        random_effects(frame, "y", REGRESSORS)
    with pytest.raises(InputProblem, match="cannot be estimated"):
        random_effects(made(1, years=1), "y", ["x"])
    with pytest.raises(InputProblem, match="no columns nowhere"):
        random_effects(frame, "y", ["x"], unit="nowhere")


def test_gaps_are_counted() -> None:
    frame = made(2)
    frame.loc[[0, 5, 9], "x"] = np.nan
    assert random_effects(frame, "y", ["x"]).linear.warnings == {"rows_without_value": 3}


def test_rows_of_a_declared_model(declare: Callable[..., Model]) -> None:
    model = declare("y", ("x",), "random_effects", controls=("z",), fixed_effects=("year",), clusters="district")
    frame = made(7, gaps=0.1).astype({"unit_id": str})
    frame.loc[4, "z"] = np.nan
    (row,) = rows_of(frame, model)
    used = frame.drop(index=4)
    years = pd.get_dummies(used["year"], prefix="year", drop_first=True, dtype=float)
    fit = random_effects(
        used.join(years), "y", [*years, "z", "x"], kind="crv3", clusters=["district"]
    ).linear  # fmt: skip
    assert row["estimate"] == pytest.approx(fit.table.loc["x", "estimate"], rel=1e-12)
    assert row["se"] == pytest.approx(fit.table.loc["x", "se"], rel=1e-10)
    assert (row["clusters"], row["treated_clusters"], row["inference"]) == (10, 10, "crv3_t")
    assert row["warning"] == "rows_without_value=1" and row["n"] == len(used)
    assert row["estimand"] == "mean_difference" and set(row) <= set(COLUMNS)


def test_a_declared_model_that_cannot_be_is_named(declare: Callable[..., Model]) -> None:
    frame = made(7)
    with pytest.raises(InputProblem, match="Plan, model 'm': the effect of 'unit_id' is random here"):
        rows_of(frame, declare("y", ("x",), "random_effects", fixed_effects=("unit_id",)))
    with pytest.raises(InputProblem, match=r"Plan, model 'm': .* cannot be estimated"):
        rows_of(frame[frame["year"] == 0], declare("y", ("x",), "random_effects"))
    frame["once"] = ((frame["unit_id"] == 3) & (frame["year"] > 3)).astype(float)
    (row,) = rows_of(frame, declare("y", ("once",), "random_effects", clusters="district"))
    assert np.isfinite(row["estimate"]) and np.isnan(row["se"]) and np.isnan(row["p"])
    assert "one_treated_cluster=once" in row["warning"]
