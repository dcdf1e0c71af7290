"""Peers' take-up in a trial (Cai, de Janvry and Sadoulet 2015): a textbook's published values, and linearmodels."""

from __future__ import annotations

from collections.abc import Callable

import causaldata
import numpy as np
import pandas as pd
import pytest
from linearmodels import IV2SLS

from evaluation.effects.instrumented import two_stage_least_squares
from evaluation.effects.model_matrix import select_rows
from evaluation.effects.panel import fit_model
from evaluation.settings import InputProblem, Model

CONTROLS = ("male", "age", "agpop", "ricearea_2010", "literacy", "intensive", "risk_averse", "disaster_prob")


@pytest.fixture(scope="module")
def trial() -> pd.DataFrame:
    return causaldata.social_insure.load_pandas().data


@pytest.fixture(scope="module")
def model(declare: Callable[..., Model]) -> Model:
    return declare(
        "takeup_survey", ("pre_takeup_rate",), "iv", instruments=("default",), controls=CONTROLS,
        fixed_effects=("village",), clusters="address",
    )  # fmt: skip


def test_published_estimate_and_error(trial: pd.DataFrame, model: Model) -> None:
    """Huntington-Klein, The Effect, chapter 19: 0.791 (0.273)."""
    sample = select_rows(trial, model)
    fit = two_stage_least_squares(sample.frame, model)
    row = fit.table.loc["pre_takeup_rate"]
    assert row["estimate"] == pytest.approx(0.791097, abs=5e-7)
    assert row["se"] == pytest.approx(0.273127, abs=5e-7)
    assert (fit.n, fit.clusters) == (1378, 166)
    assert sample.left_out["rows_without_value"] == len(trial) - 1378


def test_linearmodels_agrees(trial: pd.DataFrame, model: Model) -> None:
    frame = select_rows(trial, model).frame
    villages = pd.get_dummies(frame["village"], drop_first=True, dtype=float)
    exogenous = pd.concat([frame[list(CONTROLS)].assign(constant=1.0), villages], axis=1)
    addresses = pd.factorize(frame["address"])[0]
    reference = IV2SLS(frame["takeup_survey"], exogenous, frame[["pre_takeup_rate"]], frame[["default"]]).fit(
        cov_type="clustered", clusters=addresses, debiased=True
    )
    fit = two_stage_least_squares(frame, model)
    for name in ("pre_takeup_rate", *CONTROLS):
        assert fit.table.loc[name, "estimate"] == pytest.approx(reference.params[name], abs=1e-9)
        assert fit.table.loc[name, "se"] == pytest.approx(reference.std_errors[name], rel=1e-7)
    assert fit.first_stage_f["pre_takeup_rate"] == pytest.approx(
        float(reference.first_stage.diagnostics.loc["pre_takeup_rate", "f.stat"]), rel=1e-6
    )


def test_plain_association_is_smaller(trial: pd.DataFrame, model: Model) -> None:
    plain = model.model_copy(update={"family": "ols", "instruments": ()})
    fit = fit_model(select_rows(trial, plain).frame, plain)
    assert fit.coefficient("pre_takeup_rate") == pytest.approx(0.452382, abs=1e-6)  # sm.OLS with indicators


def test_known_effect_is_recovered_where_least_squares_errs(declare: Callable[..., Model]) -> None:
    generator = np.random.default_rng(4)
    n = 4000
    unit = np.arange(n) % 200
    hidden, lottery = generator.normal(size=n), generator.integers(0, 2, n)
    dose = 0.5 * lottery + hidden + generator.normal(size=n)
    frame = pd.DataFrame(
        {"y": 0.3 * dose + hidden + generator.normal(size=n), "x": dose, "z": lottery, "unit_id": unit}
    )
    model = declare("y", ("x",), "iv", instruments=("z",))
    fit = two_stage_least_squares(frame, model)
    assert abs(fit.table.loc["x", "estimate"] - 0.3) < 3 * fit.table.loc["x", "se"]
    assert fit.first_stage_f["x"] > 50
    assert fit_model(frame, model.model_copy(update={"family": "ols"})).coefficient("x") > 0.6


def test_instrument_must_vary(trial: pd.DataFrame, model: Model) -> None:
    frame = select_rows(trial, model).frame.assign(default=1)
    with pytest.raises(InputProblem, match="does not vary apart"):
        two_stage_least_squares(frame, model)


def test_as_many_instruments_as_exposures(trial: pd.DataFrame, model: Model) -> None:
    lacking = model.model_copy(update={"instruments": ()})
    with pytest.raises(InputProblem, match="fewer instruments"):
        two_stage_least_squares(select_rows(trial, lacking).frame, lacking)
