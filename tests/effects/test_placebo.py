"""Placebos: which rows they use, what they show without and with a difference before training, negative controls."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from evaluation.contracts import TABLES, check
from evaluation.effects.estimate import parse_warnings
from evaluation.effects.panel import fit_model
from evaluation.effects.robustness.checks import check_robustness
from evaluation.effects.robustness.leave_one_out import extremes, leave_one_out
from evaluation.effects.robustness.placebo import earlier_outcome, negative_control, placebo_lead, placebo_year
from evaluation.effects.sample import estimation_sample
from evaluation.settings import InputProblem, Model, Robustness

Declare = Callable[..., Model]


def _panel(drift: float, seed: int = 1, units: int = 60) -> pd.DataFrame:
    """7 years; the later trained gain ``drift`` a year before training, and 0.5 from training on."""
    generator = np.random.default_rng(seed)
    years = np.arange(2018, 2025)
    frame = pd.DataFrame({"unit_id": np.repeat([f"u{i:02}" for i in range(units)], 7), "year": np.tile(years, units)})
    first = generator.choice([2021, 2022, 2023, 2099], units)
    frame["first_trained_year"] = pd.array(np.repeat(first, 7), dtype="Int64")
    frame["first_trained_year"] = frame["first_trained_year"].mask(frame["first_trained_year"] == 2099)
    trained = frame["year"].to_numpy() >= np.repeat(first, 7)
    frame["trained"] = pd.array(trained, dtype="boolean")
    ever = np.repeat(first < 2099, 7)
    level = 1.5 + drift * ever * (frame["year"] - 2018) + 0.5 * trained
    frame["applications"] = generator.poisson(np.exp(level))
    frame["weather"] = generator.poisson(20, len(frame))
    frame["population"] = 1_000
    return frame.assign(geography="original", exposure=generator.poisson(1, len(frame)).astype(float))


@pytest.fixture
def main(declare: Declare) -> Model:
    return declare(
        "applications", ("trained", "exposure"), "poisson", name="main", offset="population",
        fixed_effects=("unit_id", "year"), geography="original",
    )  # fmt: skip


def test_false_year_uses_rows_before_training_alone(main: Model) -> None:
    panel = _panel(0.0)
    row = placebo_year(panel, main, 2020)[0]
    assert (row["model"], row["exposure"]) == ("main__placebo_from_2020", "trained_from_2020")
    before = panel[~(panel["first_trained_year"] <= panel["year"]).fillna(False).astype(bool)]
    by_hand = before.assign(
        trained_from_2020=(before["first_trained_year"].notna() & (before["year"] >= 2020)).astype(float)
    ).reset_index(drop=True)
    changed = main.model_copy(update={"exposures": ("trained_from_2020", "exposure")})
    rows = estimation_sample(by_hand, changed).frame
    assert row["n"] == len(rows)
    assert row["estimate"] == pytest.approx(fit_model(rows, changed).coefficient("trained_from_2020"))


@pytest.mark.parametrize(
    "placebo",
    [
        lambda panel, model: placebo_year(panel, model, 2020),
        lambda panel, model: placebo_lead(panel, model, 1),
        lambda panel, model: earlier_outcome(panel, model, 2),
    ],
    ids=["false_year", "lead", "earlier_outcome"],
)
def test_placebos_are_silent_without_a_difference_and_speak_with_one(
    main: Model, placebo: Callable[[pd.DataFrame, Model], list[dict[str, float]]]
) -> None:
    quiet, loud = placebo(_panel(0.0), main)[0], placebo(_panel(0.25, units=200), main)[0]
    assert abs(quiet["estimate"]) < 3 * quiet["se"]
    assert loud["p"] < 0.05


def test_earlier_outcome_is_that_of_the_year_before_and_untouched(main: Model) -> None:
    panel = _panel(0.0)
    row = earlier_outcome(panel, main, 1)[0]
    assert (row["outcome"], row["exposure"]) == ("applications_before_1", "trained")
    past = panel.set_index(["unit_id", "year"])["applications"]
    usable = 0
    for one in panel.itertuples():
        untouched = pd.isna(one.first_trained_year) or one.first_trained_year > one.year - 1
        usable += (one.unit_id, one.year - 1) in past.index and untouched
    assert row["n"] == usable


def test_negative_controls_show_the_outcome_that_training_cannot_move(main: Model) -> None:
    rows = negative_control(_panel(0.0), main, "weather")
    assert {row["outcome"] for row in rows} == {"weather"}
    assert [row["exposure"] for row in rows] == ["trained", "exposure"]
    assert all(abs(row["estimate"]) < 3.5 * row["se"] for row in rows)  # type: ignore[operator]
    with pytest.raises(InputProblem, match="no columns rain"):
        negative_control(_panel(0.0), main, "rain")


def test_models_without_training_have_no_such_placebo(main: Model) -> None:
    other = main.model_copy(update={"exposures": ("exposure",)})
    assert placebo_year(_panel(0.0), other, 2020) == []
    assert earlier_outcome(_panel(0.0), other, 1) == []


def test_a_false_year_after_all_training_is_said_not_to_be_identified(main: Model) -> None:
    row = placebo_year(_panel(0.0), main, 2024)[0]
    assert np.isnan(row["estimate"])  # type: ignore[arg-type]
    assert parse_warnings(row["warning"])["not_identified"] == "trained_from_2024"


def test_plan_declares_false_years_and_negative_controls(main: Model) -> None:
    settings = Robustness(
        placebo_years=(2020,), negative_control_outcomes=("weather",), bootstrap_draws=99, permutation_draws=19
    )
    estimates, _ = check_robustness(_panel(0.0, units=16), main, settings)
    check(estimates.frame, TABLES["robustness"])
    assert {name.split("__")[1] for name in estimates.frame["model"]} >= {
        "placebo_from_2020", "negative_control_weather", "wild_bootstrap", "permutation",
    }  # fmt: skip
    wild = estimates.one("main__wild_bootstrap", "trained")
    assert wild["inference"] == "crv3_wild"
    assert wild["low"] < wild["estimate"] < wild["high"]


def test_leaving_out_the_only_exposed_unit_says_why_there_is_no_number(main: Model) -> None:
    panel = _panel(0.0, units=8)
    only = panel["unit_id"] == "u03"
    panel["trained"] = panel["trained"] & only
    panel.loc[only & (panel["year"] >= 2021), "trained"] = True
    rows = leave_one_out(estimation_sample(panel, main).frame, main)
    found = rows[(rows["unit_id"] == "u03") & (rows["exposure"] == "trained")].iloc[0]
    assert np.isnan(found["estimate"])
    assert parse_warnings(found["warning"])["not_identified"] == "trained"
    others = rows[(rows["unit_id"] != "u03") & (rows["exposure"] == "trained")]
    assert others["estimate"].notna().all()
    assert others["se"].isna().all()  # one treated cluster
    assert extremes(rows, ["nothing"]).iloc[0].isna().sum() == 4
