"""Answers of participants and residents, and the questionnaires behind them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook
from tests.simulate.conftest import ROOT

from evaluation.simulate import Parameters, SimulatedProgramme, simulate_programme
from evaluation.simulate.questionnaires import PARTICIPANTS, QUESTIONNAIRES, RESIDENTS, questionnaire_workbook
from evaluation.simulate.surveys.truth import logistic_share, rating_mean
from evaluation.simulate.surveys.yearly import population_margins, ratings


def test_answers_hold_only_codes_that_the_questionnaire_offers(programme: SimulatedProgramme) -> None:
    answers = programme.tables["survey_answers"].merge(
        programme.tables["survey_responses"][["response_id", "wave_id"]], on="response_id"
    )
    for instrument, questionnaire in QUESTIONNAIRES.items():
        rows = answers[answers["wave_id"].str.endswith(instrument)]
        for item in questionnaire.items:
            given = set(rows.loc[rows["item"] == item.name, "code"].dropna())
            if item.type == "text":
                assert not given
            elif item.type == "integer":
                assert {int(code) for code in given} <= set(range(21))
            elif item.type.startswith("select_multiple"):
                assert given == {"0", "1"}
            else:
                assert given <= {
                    choice.name for choice in questionnaire.choices[item.list_name] if not choice.missing_role
                }


def test_reactions_are_near_their_ceiling_and_reversed_items_are_not(programme: SimulatedProgramme) -> None:
    means = programme.tables["survey_answers"].groupby("item")["value"].mean()
    assert means["useful"] > 4 > 3 > means["overloaded"]


def test_who_gained_most_leaves_the_second_test(programme: SimulatedProgramme) -> None:
    waves = [facts for name, facts in programme.truth.estimands["surveys"].items() if name.endswith("participants")]
    everyone = sum(w["mean_gain_points_all"] * w["answered"] for w in waves) / sum(w["answered"] for w in waves)
    pairs = sum(w["mean_gain_points_pairs"] * w["pairs"] for w in waves) / sum(w["pairs"] for w in waves)
    assert pairs < everyone


def test_items_of_a_scale_correlate_by_the_square_of_their_loading() -> None:
    rng = np.random.default_rng(1)
    latent = rng.normal(size=40_000)
    items = [item for item in RESIDENTS.items if item.scale_id == "satisfaction"][:2]
    scores = [pd.to_numeric(pd.Series(ratings(rng, latent, item, Parameters())), errors="coerce") for item in items]
    both = pd.concat(scores, axis=1).dropna()
    # Five categories lose part of the latent correlation 0.75^2 = 0.5625.
    assert 0.45 < both.corr().iloc[0, 1] < 0.5625


def test_dispositions_and_item_nonresponse_agree(programme: SimulatedProgramme) -> None:
    responses = programme.tables["survey_responses"]
    assert (responses.loc[responses["disposition"] == "complete", "item_nonresponse"] == 0).all()
    assert (responses.loc[responses["disposition"] == "partial", "item_nonresponse"] > 0).all()
    waves = programme.tables["survey_waves"].set_index("wave_id")["answered_n"]
    pd.testing.assert_series_equal(
        responses.groupby("wave_id").size(), waves, check_names=False, check_dtype=False, check_like=True
    )


def test_committed_questionnaires_are_those_of_the_simulation() -> None:
    for name, questionnaire in QUESTIONNAIRES.items():
        committed = load_workbook(ROOT / "config/survey" / f"{name}.xlsx")
        expected = questionnaire_workbook(questionnaire)
        assert committed.sheetnames == ["survey", "choices", "settings"]
        for sheet in expected:
            held = [[value or None for value in row] for row in committed[sheet.title].iter_rows(values_only=True)]
            wanted = [[value or None for value in row] for row in sheet.iter_rows(values_only=True)]
            assert held == wanted


def test_labels_with_commas_are_there_to_be_joined() -> None:
    assert sum("," in choice.ru for choice in PARTICIPANTS.choices["theme"]) >= 3


@pytest.fixture(scope="module")
def honest(units: pd.DataFrame, crosswalk: pd.DataFrame) -> SimulatedProgramme:
    """Many residents, all of whom answer with care."""
    changed = Parameters().changed(
        residents_sample=18_000, resident_response=0.999999, response_by_satisfaction=0.0, straight_liners=0.0,
        precinct_sd=0.0,
    )  # fmt: skip
    return simulate_programme(units, crosswalk, changed, years=(2024,))


def weighted(programme: SimulatedProgramme, item: str) -> tuple[float, float, float]:
    """Weighted mean of an item over residents, its error by precincts within strata, and the plain mean."""
    responses = programme.tables["survey_responses"]
    answers = programme.tables["survey_answers"].query("item == @item and choice == '' and value.notna()")
    frame = answers.merge(responses, on="response_id").query("wave_id == '2024-residents'")
    mean = float(np.average(frame["value"], weights=frame["w_base"]))
    score = frame["w_base"] * (frame["value"] - mean) / frame["w_base"].sum()
    totals = score.groupby([frame["stratum"], frame["psu"]]).sum()
    spread = totals.groupby("stratum").agg(lambda z: len(z) / (len(z) - 1) * ((z - z.mean()) ** 2).sum())
    return mean, float(np.sqrt(spread.sum())), float(frame["value"].mean())


def test_weighted_answers_of_all_residents_meet_the_truth(honest: SimulatedProgramme) -> None:
    truth = honest.truth.estimands["surveys"]["2024-residents"]
    for item in ("satisfied_place", "satisfied_voice", "can_influence", "nothing_depends"):
        mean, error, _ = weighted(honest, item)
        assert abs(mean - truth["population_means"][item]) < 3.5 * error < 0.15
    heard, error, _ = weighted(honest, "heard")
    assert abs(heard - truth["population_shares"]["heard=yes"]) < 3.5 * error < 0.07


def test_weights_matter_because_strata_are_asked_alike_though_not_alike_in_size(honest: SimulatedProgramme) -> None:
    mean, error, plain = weighted(honest, "satisfied_place")
    assert abs(plain - mean) > 3 * error


def test_base_weights_of_a_full_sample_count_the_adults(honest: SimulatedProgramme) -> None:
    responses = honest.tables["survey_responses"].query("wave_id == '2024-residents'")
    again = honest.truth.estimands["surveys"]["2024-residents"]["answered_again"]
    first = responses[~responses["response_id"].isin(list(again))]
    adults = population_margins(honest.history).query("variable == 'stratum'").set_index("level")["count"]
    found = first.groupby("stratum")["w_base"].sum()
    # Precincts of a stratum differ in size, so the sum is right on average; the single unit of a stratum is exact.
    assert found["city"] == pytest.approx(adults["city"], rel=0.002)
    assert found["large"] == pytest.approx(adults["large"], rel=0.05)
    assert found["small"] == pytest.approx(adults["small"], rel=0.25)


def test_exact_means_and_shares_agree_with_a_large_draw() -> None:
    rng = np.random.default_rng(5)
    latent = np.repeat([0.4, -0.3], 400_000) + 1.2 * rng.normal(size=800_000)
    item = RESIDENTS.item("satisfied_place")
    drawn = pd.to_numeric(pd.Series(ratings(rng, latent, item, Parameters())), errors="coerce").mean()
    share = np.array([0.5, 0.5])
    mean = np.array([0.4, -0.3])
    assert rating_mean(mean, 1.44, Parameters().item_loading, share) == pytest.approx(drawn, abs=0.006)
    yes = (1 / (1 + np.exp(-(0.2 + 0.7 * latent)))).mean()
    assert logistic_share(0.2, 0.7, mean, 1.44, share) == pytest.approx(yes, abs=0.002)


def test_a_question_under_a_condition_is_asked_of_nobody_else_but_by_mistake(programme: SimulatedProgramme) -> None:
    answers = programme.tables["survey_answers"].query("choice == ''").pivot(index="response_id", columns="item")
    heard, took = answers["code"]["heard"], answers["missing"]["took_part"]
    asked = answers["code"]["sex"].notna()
    assert (took[asked & (heard == "yes")] != "not_asked").all()
    mistakes = (took[asked & (heard != "yes")] != "not_asked").mean()
    assert 0 < mistakes < 0.03


def test_careless_responses_are_told_in_the_truth(programme: SimulatedProgramme) -> None:
    responses = programme.tables["survey_responses"].set_index("response_id")
    answers = programme.tables["survey_answers"].query("choice == ''").pivot(index="response_id", columns="item")
    for wave, facts in programme.truth.estimands["surveys"].items():
        own = responses[responses["wave_id"] == wave]
        taken = (own["submitted_at"] - own["started_at"]).dt.total_seconds()
        assert (taken == own["duration_s"]).all()
        assert (own.loc[facts["speeders"], "duration_s"] < 0.3 * own["duration_s"].median()).all()
        for late, early in facts.get("answered_again", {}).items():
            assert responses.loc[late, "started_at"] > responses.loc[early, "started_at"]
            assert (answers["code"].loc[late].fillna("") != answers["code"].loc[early].fillna("")).sum() == 1
    rated = [item.name for item in RESIDENTS.items if item.scale_id]
    waves = [facts for name, facts in programme.truth.estimands["surveys"].items() if name.endswith("residents")]
    lined = [name for facts in waves for name in facts["straight_liners"]]
    codes = answers["code"].loc[lined, rated]
    assert len(codes) > 20 and codes.eq(codes[rated[0]], axis=0).all(axis=None)


def test_the_follow_up_comes_30_to_60_days_later_to_people_who_were_there(programme: SimulatedProgramme) -> None:
    responses = programme.tables["survey_responses"]
    later = responses[responses["wave_id"].str.endswith("followup")]
    ends = programme.tables["support_events"].set_index("event_id")["ends_on"]
    waited = (later["submitted_at"].dt.normalize() - later["event_id"].map(ends)).dt.days
    assert waited.between(30, 60).all() and len(later) > 100
    came = programme.tables["attendance"].query("status != 'absent'")
    held = set(zip(came["person_key"], came["event_id"], strict=True))
    assert set(zip(later["person_key"], later["event_id"], strict=True)) <= held


def test_committed_margins_are_those_of_the_simulation(programme: SimulatedProgramme) -> None:
    committed = pd.read_csv(ROOT / "config/survey/population_margins.csv")
    pd.testing.assert_frame_equal(committed, population_margins(programme.history), check_dtype=False)
    totals = committed.groupby(["margins_id", "variable"])["count"].sum().unstack()
    assert totals.eq(totals["sex"], axis=0).all(axis=None)
