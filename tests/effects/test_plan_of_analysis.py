"""Executing declared models: shape of the result, warnings, few treated clusters, the committed plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from evaluation.codebook import read_codebook
from evaluation.contracts import TABLES, check
from evaluation.effects.estimate import dropped_rows, format_warnings, parse_warnings, warning_text
from evaluation.effects.families import DECLARABLE, FAMILIES
from evaluation.effects.inference.randomisation import randomisation_test
from evaluation.effects.model_matrix import source_column
from evaluation.effects.plan import event_study_of, fit_declared, fit_plan
from evaluation.effects.regression import treated_clusters
from evaluation.effects.robustness.checks import check_robustness
from evaluation.effects.robustness.leave_one_out import extremes
from evaluation.effects.robustness.placebo import placebo_lead
from evaluation.settings import Inference, InputProblem, Model, Robustness, read_plan

Declare = Callable[..., Model]
APPLICATIONS = "scored_applications"
CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    """40 units x 6 years, one without population, one that never applies, one row of no unit; effects 0.5 and 0.05."""
    generator = np.random.default_rng(17)
    units, years = 40, 6
    frame = pd.DataFrame(
        {
            "geography": "original",
            "unit_id": np.repeat([f"u{i:02}" for i in range(units)], years),
            "year": np.tile(np.arange(2019, 2019 + years), units),
        }
    )
    first = np.repeat(generator.choice([2020, 2021, 2022, 2023, 2099], units), years)
    frame["first_trained_year"] = pd.array(first, dtype="Int64")
    frame["first_trained_year"] = frame["first_trained_year"].mask(first == 2099)
    frame["trained"] = pd.array(frame["year"].to_numpy() >= first, dtype="boolean")
    frame["exposure"] = generator.poisson(1.0, len(frame)).astype(float)
    frame["population"] = pd.array(np.repeat(generator.integers(9_000, 90_000, units), years), dtype="Int64")
    mean = (
        2e-4
        * frame["population"].astype(float)
        * np.exp(0.5 * frame["trained"].astype(float) + 0.05 * frame["exposure"])
    )
    frame["applications"] = pd.array(generator.poisson(mean), dtype="Int64")
    frame["population"] = frame["population"].mask(frame["unit_id"] == "u07")
    frame["applications"] = frame["applications"].mask(frame["unit_id"] == "u09", 0)
    lost = frame.iloc[:1].assign(unit_id="unassigned")
    return pd.concat([frame, lost, frame.assign(geography="stable")], ignore_index=True)


@pytest.fixture(scope="module")
def main(declare: Declare) -> Model:
    return declare(
        "applications", ("trained", "exposure"), "poisson", name="main", offset="population",
        fixed_effects=("unit_id", "year"), geography="original", is_main=True,
    )  # fmt: skip


def test_rows_satisfy_the_contract_and_tell_what_was_left_out(panel: pd.DataFrame, main: Model) -> None:
    estimates = fit_plan(panel, None, [main])
    frame = check(estimates.frame, TABLES["estimates"])
    assert frame["exposure"].tolist() == ["trained", "exposure"]
    row = estimates.one("main", "trained")
    assert (row["n"], row["clusters"], row["design"], row["inference"]) == (38 * 6, 38, "association", "crv3_t")
    assert parse_warnings(row["warning"]) == {
        "rows_unassigned": "1", "rows_without_population": "6", "units_always_zero": "1",
    }  # fmt: skip
    assert dropped_rows(estimates.main()) == 7
    assert "6" in warning_text(row["warning"], "ru")
    assert set(estimates.warnings["code"]) == {"rows_unassigned", "rows_without_population", "units_always_zero"}
    assert abs(row["estimate"] - 0.5) < 3 * row["se"]


def test_treated_clusters_are_those_ever_exposed(panel: pd.DataFrame, main: Model) -> None:
    original = panel[(panel["geography"] == "original") & (panel["unit_id"] != "unassigned")].reset_index(drop=True)
    ever = original[original["trained"].astype(bool)]["unit_id"].nunique()
    assert treated_clusters(original, main, "trained") == ever


def test_few_treated_clusters_bring_the_wild_bootstrap_and_a_warning(panel: pd.DataFrame, main: Model) -> None:
    ever = sorted(panel.loc[panel["trained"].astype(bool) & (panel["geography"] == "original"), "unit_id"].unique())
    kept = panel["unit_id"].isin(ever[:7])
    few = panel.assign(trained=panel["trained"] & kept)
    row = fit_plan(few, None, [main], draws=199).one("main", "trained")
    assert row["inference"] == "crv3_t_wild_p"
    assert 5 <= int(parse_warnings(row["warning"])["few_treated_clusters"]) == row["treated_clusters"] < 10
    other = fit_plan(few, None, [main], draws=199).one("main", "exposure")
    assert other["inference"] == "crv3_t"


def few_adopters(size: float) -> pd.DataFrame:
    """30 units over 8 years, three of which adopt; the outcome rises by ``size`` with adoption."""
    generator = np.random.default_rng(11)
    frame = pd.DataFrame({"unit_id": np.repeat([f"v{i:02d}" for i in range(30)], 8), "year": [*range(2010, 2018)] * 30})
    first = {"v03": 2013, "v12": 2014, "v25": 2015}
    frame["trained"] = (frame["year"] >= frame["unit_id"].map(first).fillna(9999)).astype(float)
    return frame.assign(score=size * frame["trained"] + generator.normal(size=len(frame)))


def test_with_fewer_than_five_adopters_p_comes_from_dealt_histories(declare: Declare) -> None:
    """Three adopters: the bootstrap cannot refuse even an effect of five standard deviations, dealt histories can."""
    model = declare("score", ("trained",), fixed_effects=("unit_id", "year"), clusters="unit_id")
    frame = few_adopters(5.0)
    row = fit_plan(None, frame, [model], draws=199).frame.iloc[0]
    assert row["inference"] == "crv3_t_permutation_p"
    assert parse_warnings(row["warning"]) == {"no_reliable_interval_permuted": "3"}
    told = warning_text(row["warning"], "en")
    assert "no interval is reliable" in told
    assert "p comes from dealing out whole training histories" in told
    assert row["p"] == 1 / 200  # no deal of 199 comes near
    asked = model.model_copy(update={"inference": ("wild_bootstrap",)})
    wild = fit_plan(None, frame, [asked], draws=199).frame.iloc[0]
    assert wild["inference"] == "crv3_t_wild_p"
    assert set(parse_warnings(wild["warning"])) == {"few_treated_clusters", "no_reliable_interval"}
    assert wild["p"] > row["p"]


@pytest.mark.parametrize("kind", ["comes and goes", "graded", "cluster of several units"])
def test_histories_are_dealt_out_only_where_units_adopt_by_themselves(declare: Declare, kind: str) -> None:
    frame = few_adopters(0.0).assign(district=lambda rows: rows["unit_id"].str[:2])
    clusters = "district" if kind == "cluster of several units" else "unit_id"
    if kind == "comes and goes":
        frame["trained"] = frame["trained"].where(frame["year"] < 2017, 0.0)
    elif kind == "graded":
        frame["trained"] *= 2.0
    else:
        frame.loc[frame["district"] != "v0", "trained"] = 0.0
        frame.loc[frame["unit_id"] == "v12", "trained"] = (frame["year"] > 2013).astype(float)
    model = declare("score", ("trained",), fixed_effects=("unit_id", "year"), clusters=clusters)
    row = fit_plan(None, frame, [model], draws=99).frame.iloc[0]
    assert row["inference"] == "crv3_t_wild_p"
    assert "no_reliable_interval" in parse_warnings(row["warning"])


def test_exposure_that_never_varies_is_said_not_to_be_identified(panel: pd.DataFrame, main: Model) -> None:
    row = fit_plan(panel.assign(exposure=0.0), None, [main], draws=19).one("main", "exposure")
    assert np.isnan(row["estimate"])
    assert parse_warnings(row["warning"])["not_identified"] == "exposure"


def test_event_study_model(panel: pd.DataFrame, main: Model, declare: Declare) -> None:
    model = declare(
        "applications", ("trained",), "event_study", name="timing", geography="original", design="event_study"
    )
    estimates = fit_plan(panel, None, [main, model])
    timing = estimates.frame[estimates.frame["model"] == "timing"]
    assert "event_time_-1" not in set(timing["exposure"])
    assert {"event_time_-2", "event_time_+0", "event_time_+1"} <= set(timing["exposure"])
    study, left_out = event_study_of(panel, model)
    assert left_out["rows_unassigned"] == 1
    assert study.loc[study["k"] == -1, "estimate"].item() == 0


def test_logarithm_of_the_outcome(panel: pd.DataFrame, declare: Declare) -> None:
    model = declare("log1p(applications)", ("trained",), fixed_effects=("unit_id", "year"), geography="original")
    row = fit_plan(panel, None, [model]).frame.iloc[0]
    by_hand = panel[(panel["geography"] == "original") & (panel["unit_id"] != "unassigned")].assign(
        y=lambda frame: np.log1p(frame["applications"].astype(float)), x=lambda frame: frame["trained"].astype(float)
    )
    for name in ("y", "x"):  # a balanced panel: double demeaning is the two-way within transform
        values = by_hand[name]
        by_hand[name] = (
            values - values.groupby(by_hand["unit_id"]).transform("mean")
            - values.groupby(by_hand["year"]).transform("mean") + values.mean()
        )  # fmt: skip
    assert row["estimate"] == pytest.approx((by_hand["x"] @ by_hand["y"]) / (by_hand["x"] @ by_hand["x"]), rel=1e-9)
    assert (row["outcome"], row["n"]) == ("log1p(applications)", 240)


def test_model_without_a_table_is_named(panel: pd.DataFrame, declare: Declare) -> None:
    with pytest.raises(InputProblem, match="'m': no table has the outcome 'happiness'"):
        fit_plan(panel, None, [declare("happiness", ("trained",))])


def test_trial_households_are_a_table_of_their_own(panel: pd.DataFrame, declare: Declare) -> None:
    generator = np.random.default_rng(2)
    trial = pd.DataFrame({"unit_id": np.repeat(range(30), 4), "lottery": generator.integers(0, 2, 120)})
    trial["peers"] = trial["lottery"] + generator.normal(size=120)
    trial["took_up"] = trial["peers"] + generator.normal(size=120)
    model = declare("took_up", ("peers",), "iv", instruments=("lottery",), design="instrument")
    row = fit_plan(panel, None, [model], trial).frame.iloc[0]
    assert (row["n"], row["clusters"], row["inference"], row["estimand"]) == (
        120,
        30,
        "crv1_t",
        "instrumented_difference",
    )


def test_unknown_warning_is_a_defect() -> None:
    with pytest.raises(KeyError, match="hunger"):
        format_warnings({"hunger": 3})


# ---- robustness ---------------------------------------------------------------------------------------------


def test_robustness_of_the_main_model(panel: pd.DataFrame, main: Model) -> None:
    settings = Robustness(drop_units=("u00",), placebo_lead_years=1, bootstrap_draws=199, permutation_draws=99, seed=3)
    estimates, left_one_out = check_robustness(panel, main, settings)
    check(estimates.frame, TABLES["robustness"])
    checks = {name.split("__")[1] for name in estimates.frame["model"]}
    assert checks == {
        "wild_bootstrap", "permutation", "without_u00", "leave_out_low", "leave_out_high", "placebo_lead_1",
    }  # fmt: skip
    assert len(left_one_out) == 38 * 2
    span = extremes(left_one_out, ["trained"]).iloc[0]
    full = fit_plan(panel, None, [main]).one("main", "trained")["estimate"]
    assert span["low"] < full < span["high"]
    assert estimates.one("main__leave_out_low", "trained")["estimate"] == span["low"]
    without = fit_plan(panel[panel["unit_id"] != "u00"], None, [main]).one("main", "trained")
    assert estimates.one("main__without_u00", "trained")["estimate"] == pytest.approx(without["estimate"], abs=1e-8)
    assert estimates.one("main__wild_bootstrap", "trained")["p"] < 0.05
    assert estimates.one("main__permutation", "trained")["p"] < 0.05
    assert not estimates.frame["is_main"].any()


def test_permutation_p_is_uniform_without_an_effect(main: Model) -> None:
    generator = np.random.default_rng(12)
    rows = pd.DataFrame({"unit_id": np.repeat(np.arange(24), 5), "year": np.tile(np.arange(5), 24), "population": 1000})
    small = 0
    repetitions = 150
    for draw in range(repetitions):
        start = np.repeat(generator.integers(1, 8, 24), 5)
        frame = rows.assign(
            trained=(rows["year"] >= start).astype(float), exposure=generator.poisson(1, 120).astype(float),
            applications=generator.poisson(3.0, 120),
        )  # fmt: skip
        small += randomisation_test(frame, main, "trained", draws=49, seed=draw).p <= 0.2
    assert 0.11 <= small / repetitions <= 0.30  # nominal 0.2; 99 % of a binomial lies within


def test_placebo_uses_years_before_training_and_with_a_known_next_year(panel: pd.DataFrame, main: Model) -> None:
    row = placebo_lead(panel, main, 1)[0]
    assert row["exposure"] == "trained_lead_1"
    original = panel[(panel["geography"] == "original") & ~panel["unit_id"].isin(["unassigned", "u07"])]
    first = original["first_trained_year"].astype(float)
    usable = original[~(first <= original["year"]) & (original["year"] < 2024)]
    some = usable.groupby("unit_id")["applications"].transform("sum") > 0
    assert row["n"] <= len(usable)
    assert row["n"] >= int(some.sum()) - usable["unit_id"].nunique()
    assert abs(row["estimate"]) < 3.2 * row["se"]  # nothing happened before training  # type: ignore[operator]


def test_placebo_without_training_in_the_model(panel: pd.DataFrame, declare: Declare) -> None:
    assert placebo_lead(panel, declare("applications", ("exposure",), "poisson", geography="original"), 1) == []


# ---- the committed plan -------------------------------------------------------------------------------------


def test_committed_plan_names_columns_and_labels_that_exist() -> None:
    plan = read_plan(CONFIG / "plan" / "2025.yml")
    codebook = read_codebook(CONFIG)
    questions = {question.id for question in plan.questions}
    mains = [model for model in plan.models if model.is_main]
    assert len(mains) == 1
    assert mains[0].family == "poisson"
    for model in plan.models:
        outcome = source_column(model.outcome)
        placed = ("panel", "practice_years") if model.geography else ("project_table", "team_spells", APPLICATIONS)
        columns = next({*TABLES[name].names} for name in placed if {outcome, *model.exposures} <= {*TABLES[name].names})
        used = {
            *model.exposures,
            *model.controls,
            *model.fixed_effects,
            model.clusters,
            *([model.offset] if model.offset else []),
        }
        assert used <= columns, model.name
        assert model.question in questions
        expected = ("cutoff",) if model.name == "contest_line" else ("association", "event_study")
        assert model.design in expected, "only the contest's line makes an effect in the demonstration"
        assert model.would_refute is not None
        for language in ("ru", "en"):
            assert codebook.label("models", model.name, language) != model.name
    units = pd.read_csv(CONFIG / "territory" / "units.csv", dtype=str)["unit_id"]
    assert set(plan.robustness.drop_units) <= set(units)


def test_every_family_carries_out_the_inference_that_may_be_declared_or_refuses(declare: Callable[..., Model]) -> None:
    """A plan's ``inference`` is never a word that nothing follows from."""
    assert set(DECLARABLE) == set(FAMILIES)
    frame = pd.DataFrame({"x": [0.0]})
    for family in FAMILIES:
        for name in set(get_args(Inference)) - set(DECLARABLE[family]):
            model = declare("x", ("x",), family, inference=(name,), instruments=("x",))
            with pytest.raises(InputProblem, match=f"family {family} has no inference {name}"):
                fit_declared(frame, model)
    for pair in (("crv1", "crv3"), ("randomisation", "wild_bootstrap")):
        with pytest.raises(InputProblem, match="one can be shown"):
            fit_declared(frame, declare("x", ("x",), "ols", inference=pair))
