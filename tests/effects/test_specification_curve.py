"""The specification curve fits what was declared, names what it could not fit, and counts fairly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from evaluation.effects.plan import fit_plan
from evaluation.effects.robustness.specification_curve import (
    CURVE_COLUMNS,
    specification_curve,
    specifications,
    summarise_curve,
    varying_choices,
)
from evaluation.settings import Model, SampleChoice, SpecificationCurve, Text

WORDS = Text(ru="без", en="without")


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    generator = np.random.default_rng(4)
    frame = pd.DataFrame({"unit_id": np.repeat([f"u{n:02}" for n in range(24)], 6), "year": np.tile(range(6), 24)})
    first = np.repeat(generator.integers(1, 8, 24), 6)
    frame["trained"] = (frame["year"] >= first).astype(float)
    frame["exposure"] = generator.poisson(1, len(frame)).astype(float)
    frame["help"] = generator.poisson(2, len(frame)).astype(float)
    frame["population"] = 1000.0
    frame["applications"] = generator.poisson(np.exp(1.2 + 0.5 * frame["trained"])).astype(float)
    return frame.assign(geography="original")


@pytest.fixture(scope="module")
def main(declare: Callable[..., Model]) -> Model:
    return declare(
        "applications", ("trained", "exposure"), "poisson", name="main", offset="population",
        fixed_effects=("unit_id", "year"), geography="original", is_main=True,
    )  # fmt: skip


DECLARED = SpecificationCurve(
    outcomes=("log1p(applications)",),
    families=("ols",),
    controls=((), ("help",)),
    samples=(
        SampleChoice(name="early", label=WORDS, years=(0, 4)),
        SampleChoice(name="without_u00", label=WORDS, drop_units=("u00",)),
        SampleChoice(name="without_nobody", label=WORDS, drop_units=("elsewhere",)),
    ),
    geographies=("original", "current"),
)


def test_combinations_stay_on_the_main_model_s_scale(main: Model) -> None:
    made = list(specifications(main, DECLARED))
    # Poisson of counts and least squares of logarithms: 2 x controls 2 x samples 4 x geographies 2
    assert len(made) == 2 * 2 * 4 * 2
    assert {(each.model.family, each.model.outcome) for each in made} == {
        ("poisson", "applications"), ("ols", "log1p(applications)"),
    }  # fmt: skip
    assert made[0].model == main.model_copy(update={"is_main": False})
    assert made[0].sample is None
    assert all(each.model.offset is None for each in made if each.model.family == "ols")


def test_every_specification_is_fitted_or_named(panel: pd.DataFrame, main: Model) -> None:
    curve, left_out = specification_curve(panel, None, main, DECLARED)
    assert curve.columns.tolist() == CURVE_COLUMNS
    # what drops no row would stand twice; the panel has no current geography
    assert left_out.loc[left_out["geography"] == "original", "sample"].unique().tolist() == ["without_nobody"]
    assert "drops no row" in left_out.loc[left_out["geography"] == "original", "reason_en"].iloc[0]
    fitted = curve["specification"].nunique()
    not_estimated = set(curve.loc[curve["estimate"].isna(), "geography"])
    assert fitted + len(left_out) == 32
    assert not_estimated <= {"current"}
    own = curve[curve["is_main"]]
    full = fit_plan(panel, None, [main])
    for exposure in main.exposures:
        assert own.set_index("exposure").loc[exposure, "estimate"] == full.one("main", exposure)["estimate"]
    without = fit_plan(panel[panel["unit_id"] != "u00"], None, [main]).one("main", "trained")["estimate"]
    found = curve.query(
        "sample == 'without_u00' and family == 'poisson' and controls == '' and exposure == 'trained'"
        " and geography == 'original'"
    )
    assert found["estimate"].item() == pytest.approx(without, rel=1e-9)


def test_the_summary_counts_signs_and_clear_ones() -> None:
    curve = pd.DataFrame({
        "exposure": "trained", "is_main": [True, False, False, False, False],
        "estimate": [0.4, 0.2, -0.1, -0.3, np.nan], "p": [0.01, 0.2, 0.5, 0.04, np.nan],
    })  # fmt: skip
    row = summarise_curve(curve).iloc[0]
    assert (row["specifications"], row["same_sign"], row["same_sign_clear"], row["opposite_clear"]) == (
        4,
        0.5,
        0.25,
        0.25,
    )
    assert (row["lowest"], row["highest"], row["main"]) == (-0.3, 0.4, 0.4)
    assert row["median"] == pytest.approx(0.05)


def test_only_choices_that_differ_are_told(panel: pd.DataFrame, main: Model) -> None:
    curve, _ = specification_curve(panel, None, main, SpecificationCurve(controls=(("help",),)))
    assert varying_choices(curve) == {"controls": ["", "help"]}


def test_no_alternatives_leave_the_main_model_alone(panel: pd.DataFrame, main: Model) -> None:
    curve, left_out = specification_curve(panel, None, main, SpecificationCurve())
    assert curve["is_main"].all()
    assert len(curve) == 2
    assert left_out.empty
