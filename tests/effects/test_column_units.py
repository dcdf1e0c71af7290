"""Raw years, populations and their squares: the units of a column change no digit of what is said of the exposure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from evaluation.effects.inference.clusters import Array, Covariance, EstimatingEquations, cluster_covariance
from evaluation.effects.inference.conley import conley_covariance
from evaluation.effects.inference.randomisation import randomisation_test
from evaluation.effects.inference.wild import wild_test
from evaluation.effects.instrumented import two_stage_least_squares
from evaluation.effects.panel import fit_model, restricted_equations
from evaluation.effects.power import power_curve
from evaluation.effects.robustness.breakdown import breakdown_values
from evaluation.settings import InputProblem, Model

UNITS, YEARS = 24, 9
Declare = Callable[..., Model]


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    """A panel with a raw year, a population, its square, and the same columns centred and scaled (``*_scaled``)."""
    rng = np.random.default_rng(3)
    n = UNITS * YEARS
    unit, year = np.repeat(np.arange(UNITS), YEARS), np.tile(np.arange(2015, 2015 + YEARS), UNITS)
    size = rng.lognormal(12, 1, UNITS)[unit] * rng.uniform(0.9, 1.1, n)
    frame = pd.DataFrame({"unit_id": [f"u{code:02}" for code in unit], "year": year, "area": size[unit * YEARS]})
    frame["trend"], frame["trend2"] = year.astype(float), year.astype(float) ** 2
    frame["people"], frame["people2"] = size, size**2
    since = year - 2019.0
    for name, values in (("trend", since), ("trend2", since**2), ("people", size), ("people2", size**2)):
        frame[f"{name}_scaled"] = (values - values.mean()) / values.std()
    frame["share"] = 0.01 * rng.binomial(1, 0.4, n) * rng.uniform(0.5, 1.5, n)
    frame["moved"] = 60 * frame["share"] + rng.normal(size=n)
    noise = rng.normal(size=n) * (0.5 + unit / UNITS)
    frame["y"] = 40 * frame["share"] + 0.2 * since + size / size.mean() + rng.normal(size=UNITS)[unit] + noise
    frame["events"] = rng.poisson(np.exp(0.3 + 20 * frame["share"] + 0.05 * since)).astype(float)
    return frame


RAW = ("trend", "trend2", "people", "people2")
SCALED = tuple(f"{name}_scaled" for name in RAW)


def both(declare: Declare, family: str = "ols", **more: object) -> tuple[Model, Model]:
    outcome = "y" if family in ("ols", "iv") else "events"
    return tuple(declare(outcome, ("share",), family, controls=columns, **more) for columns in (RAW, SCALED))  # type: ignore[return-value]


@pytest.mark.parametrize("family", ["ols", "poisson"])
@pytest.mark.parametrize("kind", ["crv1", "crv3", "crv3_mean"])
def test_coefficient_and_error_do_not_depend_on_units(
    panel: pd.DataFrame, declare: Declare, family: str, kind: Covariance
) -> None:
    raw, scaled = (dict(fit_model(panel, model).table(kind).loc["share"]) for model in both(declare, family))
    # a p far out in the tail moves a dozen times as much as its t: d log p / d log t = -t²(f + 1)/(f + t²)
    assert raw.pop("p") == pytest.approx(scaled.pop("p"), rel=1e-7)
    assert raw == pytest.approx(scaled, rel=1e-8)


@pytest.mark.parametrize("kind", ["crv1", "crv3", "crv3_mean"])
def test_weighted_equations_with_wild_units(kind: Covariance) -> None:
    rng = np.random.default_rng(1)
    columns, weights = rng.normal(size=(300, 3)), rng.uniform(0.1, 4, 300)
    equations = EstimatingEquations(columns, weights, weights * rng.normal(size=300), np.repeat(np.arange(15), 20))
    units = np.array([1e-9, 1.0, 1e12])
    small = cluster_covariance(replace(equations, design=columns * units), kind)
    assert small * np.outer(units, units) == pytest.approx(cluster_covariance(equations, kind), rel=1e-10)


def test_inverse_by_hand() -> None:
    design = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    weights = np.array([1.0, 2.0, 1.0])
    equations = EstimatingEquations(design, weights, np.zeros(3), np.arange(3))
    # X'WX = [[4, 4], [4, 6]], its determinant 8
    assert equations.inverse() == pytest.approx(np.array([[6, -4], [-4, 4]]) / 8)
    repeated = replace(equations, design=np.column_stack([design[:, 0], 2 * design[:, 0]]))
    scaled, transform = repeated.orthonormalised()
    assert scaled.design.shape == (3, 1)
    assert design[:, [0]] @ np.array([[1.0, 2.0]]) @ transform == pytest.approx(scaled.design)


def test_bootstrap_permutation_and_conley_do_not_depend_on_units(panel: pd.DataFrame, declare: Declare) -> None:
    raw, scaled = both(declare)

    def numbers(model: Model) -> Array:
        equations, column = restricted_equations(panel, model, "share")
        wild = wild_test(equations, column, draws=199, level=0.95)
        assert wild.interval is not None
        permuted = randomisation_test(panel, model, "share", draws=99)
        fit = fit_model(panel, model)
        position = fit.position("share")
        places = pd.factorize(panel["unit_id"])[0]
        spatial = conley_covariance(fit.equations, 50 + places / 10, 90 + places / 7, cutoff_km=60)
        return np.array(
            [
                wild.statistic,
                wild.p,
                wild.interval.low,
                wild.interval.high,
                permuted.p,
                spatial.matrix[position, position],
            ]
        )

    assert numbers(raw) == pytest.approx(numbers(scaled), rel=1e-7)
    assert numbers(raw)[1] < 0.9  # a column lost to its units would have no test, and p of one


@pytest.mark.parametrize("family", ["ols", "poisson"])
def test_what_never_changes_within_a_unit_is_left_out_and_named(
    panel: pd.DataFrame, declare: Declare, family: str
) -> None:
    """What centring leaves of a large number that never changes is rounding, not variation."""
    outcome = "y" if family == "ols" else "events"
    effects = {"fixed_effects": ("unit_id", "year")}
    control = fit_model(panel, declare(outcome, ("share",), family, controls=("area",), **effects))
    assert control.notes["collinear_controls"] == "area"
    exposure = fit_model(panel, declare(outcome, ("share", "area"), family, **effects))
    assert exposure.not_identified == ["area"]


def test_an_exposure_in_tiny_units_is_estimated(panel: pd.DataFrame, declare: Declare) -> None:
    model = declare("y", ("share",), fixed_effects=("unit_id", "year"))
    plain = fit_model(panel, model).table("crv3").loc["share"]
    tiny = fit_model(panel.assign(share=panel["share"] * 1e-12), model).table("crv3").loc["share"]
    assert tiny["estimate"] * 1e-12 == pytest.approx(plain["estimate"], rel=1e-9)
    assert tiny["p"] == pytest.approx(plain["p"], rel=1e-9)


def test_two_stage_least_squares_does_not_depend_on_units(panel: pd.DataFrame, declare: Declare) -> None:
    raw, scaled = (two_stage_least_squares(panel, model) for model in both(declare, "iv", instruments=("moved",)))
    first, second = (fit.table.loc["share"].to_numpy(dtype=float) for fit in (raw, scaled))
    assert first == pytest.approx(second, rel=1e-7)
    assert raw.first_stage_f["share"] == pytest.approx(scaled.first_stage_f["share"], rel=1e-7)


def test_instruments_that_move_two_exposures_alike_are_refused(panel: pd.DataFrame, declare: Declare) -> None:
    twice = panel.assign(again=2 * panel["share"], other=np.sin(np.arange(len(panel))))
    model = declare("y", ("share", "again"), "iv", instruments=("moved", "other"))
    with pytest.raises(InputProblem, match="do not move the exposures apart"):
        two_stage_least_squares(twice, model)


def test_breakdown_values_do_not_depend_on_units(panel: pd.DataFrame, declare: Declare) -> None:
    found = [breakdown_values(panel, model).set_index("measure")["value"] for model in both(declare)]
    assert found[0].to_numpy() == pytest.approx(found[1].to_numpy(), rel=1e-6)
    assert len(found[0]) == 5


@pytest.mark.parametrize("family", ["ols", "poisson"])
@pytest.mark.parametrize("test", ["crv1", "crv3", "wild_bootstrap"])
def test_power_does_not_depend_on_units(panel: pd.DataFrame, declare: Declare, family: str, test: str) -> None:
    effects = np.linspace(0, 60, 7) if family == "ols" else np.linspace(0, 30, 7)
    raw, scaled = (
        power_curve(panel, model, "share", effects=effects, test=test, draws=100, bootstrap_draws=39, seed=2)  # type: ignore[arg-type]
        for model in both(declare, family)
    )
    pd.testing.assert_frame_equal(raw.frame, scaled.frame)
    assert raw.frame["power"].iloc[-1] > raw.frame["power"].iloc[0]
    if test != "wild_bootstrap":
        grids = [power_curve(panel, model, "share", test=test, draws=100, seed=2) for model in both(declare, family)]  # type: ignore[arg-type]
        np.testing.assert_allclose(*(curve.frame["effect"] for curve in grids), rtol=1e-7)
