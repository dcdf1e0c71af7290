"""The demonstration's questionnaires: who hurried, ticked one column or answered twice is known, and is found."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evaluation.cleaning.questionnaire.xlsform import read_questionnaire
from evaluation.settings import Exclusion, Survey, Text
from evaluation.simulate import SimulatedProgramme, simulate_programme
from evaluation.survey.assessment import Assessed, assess_surveys

ROOT = Path(__file__).resolve().parents[2]
YEAR = 2024
WAVES = ("participants", "residents")


@pytest.fixture(scope="module")
def programme() -> SimulatedProgramme:
    tables = [
        pd.read_csv(ROOT / "config/territory" / name, dtype="str", keep_default_na=False)
        for name in ("units.csv", "crosswalk.csv")
    ]
    return simulate_programme(*tables, years=(YEAR,))


@pytest.fixture(scope="module")
def assessed(programme: SimulatedProgramme) -> Assessed:
    waves, responses = programme.tables["survey_waves"], programme.tables["survey_responses"]
    waves = waves[waves["instrument"].isin(WAVES)]
    responses = responses[responses["wave_id"].isin(waves["wave_id"])].assign(source=lambda one: one["wave_id"])
    surveys = {
        str(wave.wave_id): Survey(
            instrument=wave.instrument, questionnaire="", design=wave.design, population=Text(ru="", en=""),
            exclusions=(Exclusion(rule="duplicate_person"), Exclusion(rule="speeder")),
        )
        for wave in waves.itertuples()
    }  # fmt: skip
    forms = {
        str(wave.wave_id): read_questionnaire(ROOT / f"config/survey/{wave.instrument}.xlsx")
        for wave in waves.itertuples()
    }
    ledger = pd.DataFrame({"source": responses["source"], "row_class": "data", "fate": "kept"})
    return assess_surveys(waves, responses, programme.tables["survey_answers"], ledger, surveys, forms)


def marked(assessed: Assessed, wave: str, flag: str) -> set[str]:
    rows = assessed.responses[assessed.responses["wave_id"] == wave]
    return set(rows.loc[rows[flag].fillna(False).astype(bool), "response_id"])


@pytest.mark.parametrize("instrument", WAVES)
def test_those_who_hurried_and_those_who_ticked_one_column_are_found(
    programme: SimulatedProgramme, assessed: Assessed, instrument: str
) -> None:
    wave = f"{YEAR}-{instrument}"
    truth = programme.truth.estimands["surveys"][wave]
    assert truth["speeders"]
    assert marked(assessed, wave, "q_speeder") == set(truth["speeders"])
    assert set(truth["straight_liners"]) <= marked(assessed, wave, "q_straight_lining")


def test_who_answered_again_is_found_by_the_key_or_by_the_answers(
    programme: SimulatedProgramme, assessed: Assessed
) -> None:
    truth = programme.truth.estimands["surveys"]
    participants = truth[f"{YEAR}-participants"]["answered_again"]
    assert participants
    assert marked(assessed, f"{YEAR}-participants", "q_duplicate_person") == set(participants)
    alike = assessed.responses.set_index("response_id")["q_near_identical"]
    for instrument in WAVES:
        again = truth[f"{YEAR}-{instrument}"]["answered_again"]
        assert (alike[list(again)] > 0.8).all()


def test_residents_have_no_key_and_the_rule_says_so(assessed: Assessed) -> None:
    steps = assessed.exclusions.set_index(["wave_id", "rule"])
    assert steps.loc[(f"{YEAR}-residents", "duplicate_person"), "note"] == "not_measured"
    flow = assessed.flow[assessed.flow["wave_id"] == f"{YEAR}-residents"].set_index("stage")
    assert int(flow.loc["analysed", "n"]) == len(assessed.analysed.query(f"wave_id == '{YEAR}-residents'"))


def test_order_of_the_responses_is_kept(programme: SimulatedProgramme, assessed: Assessed) -> None:
    before = programme.tables["survey_responses"]["response_id"]
    assert assessed.responses["response_id"].tolist() == [one for one in before if not one.count("followup")]
