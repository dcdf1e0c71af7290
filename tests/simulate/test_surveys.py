"""Answers of participants and residents, and the questionnaires behind them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from openpyxl import load_workbook
from tests.simulate.conftest import ROOT

from evaluation.simulate import Parameters, SimulatedProgramme
from evaluation.simulate.questionnaires import PARTICIPANTS, QUESTIONNAIRES, RESIDENTS, questionnaire_workbook
from evaluation.simulate.surveys import ratings


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
