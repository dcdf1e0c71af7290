"""All waves of a year in one go: a wave with a known fault of every kind, and the tables' contracts."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from response_samples import WAVE, long_answers, questionnaire, responses_of

from evaluation.cleaning.questionnaire.xlsform import Questionnaire
from evaluation.codebook import read_codebook
from evaluation.contracts import TABLES, conform, failures
from evaluation.settings import Exclusion, InputProblem, Survey, SurveyQuality, Text
from evaluation.survey.assessment import Assessed, assess_surveys

NAMES = [f"i{n}" for n in range(8)]
RULES = ("break_off", "refusal", "duplicate_person", "speeder", "straight_lining")
WAVES = pd.DataFrame([{**WAVE.to_dict(), "instrument": "form", "invited_n": 40}])


def rows() -> dict[str, dict[str, str | None]]:
    rng = np.random.default_rng(6)
    made: dict[str, dict[str, str | None]] = {
        f"r{n:02d}": {name: str(rng.integers(1, 6)) for name in NAMES} for n in range(20)
    }
    made["r03"] = dict.fromkeys(NAMES, "4")  # one column of ticks
    made["r05"] = {name: "1" if name in NAMES[:2] else None for name in NAMES}  # gave up early
    made["r06"] = dict.fromkeys(NAMES, None)  # sent nothing but a sheet
    made["r08"] = {**made["r07"]}  # the same person again
    return made


def assessed(**changes: object) -> Assessed:
    given = rows()
    people = [f"p{n}" for n in range(20)]
    people[8] = people[7]
    seconds = [300.0 + n for n in range(20)]
    seconds[10] = 30.0
    table = responses_of(
        list(given), person_key=people, duration_s=seconds, source=["s"] * 20,
        submitted_at=[f"2025-10-07 10:{n:02d}" for n in range(20)], disposition=["complete"] * 20,
    )  # fmt: skip
    ledger = pd.DataFrame({"source": "s", "row_class": "data", "fate": ["kept"] * 20 + ["quarantined"]})
    facts = {"exclusions": tuple(Exclusion(rule=rule) for rule in RULES), "quality": SurveyQuality(), **changes}
    survey = Survey(instrument="form", questionnaire="f.xlsx", design="srs", population=Text(ru="п", en="p"), **facts)  # type: ignore[arg-type]
    forms = {"s": Questionnaire(questionnaire(NAMES, scale=NAMES, turned=NAMES[:2]), pd.DataFrame())}
    return assess_surveys(WAVES, table, long_answers(given), ledger, {"s": survey}, forms)


def test_every_known_fault_is_found_and_left_out_once() -> None:
    one = assessed()
    reasons = one.responses.set_index("response_id")["excluded_reason"].dropna()
    assert reasons.to_dict() == {
        "r03": "straight_lining", "r05": "break_off", "r06": "refusal", "r08": "duplicate_person", "r10": "speeder",
    }  # fmt: skip
    assert len(one.analysed) == 15
    assert one.flow.loc[one.flow["stage"] == "analysed", "n"].item() == 15
    assert (one.item_nonresponse["responses"] == 15).all()
    assert one.exclusions["remaining"].tolist() == [19, 18, 17, 16, 15]


def test_the_repeated_person_counts_once_in_the_rates() -> None:
    one = assessed()
    counts = one.dispositions.set_index("disposition")["n"]
    assert counts[["complete", "break_off", "refusal", "unknown_eligibility"]].tolist() == [17, 1, 1, 21]
    assert one.rates.set_index("rate").loc["rr1", "value"] == pytest.approx(17 / 40)
    without = assessed(exclusions=())
    assert without.responses["excluded_reason"].isna().all()
    assert without.rates.set_index("rate").loc["rr1", "value"] == pytest.approx(18 / 40)
    assert len(without.analysed) == 20


def test_tables_satisfy_their_contracts_and_every_code_has_a_label() -> None:
    codebook = read_codebook(Path(__file__).resolve().parents[2] / "config")
    made = assessed().tables
    del made["survey_responses"]
    for name, frame in made.items():
        found = failures(conform(frame, TABLES[name]), TABLES[name], codebook)
        assert found.empty, (name, found)


def test_wave_without_settings_is_refused() -> None:
    table = responses_of(["a"])
    with pytest.raises(InputProblem, match="no surveys section with the instrument 'form'"):
        assess_surveys(WAVES, table, long_answers({}), pd.DataFrame(), {}, {})


def test_a_wave_that_nobody_answered_is_told_without_a_warning() -> None:
    columns = {"submitted_at": [], "started_at": [], "duration_s": [], "person_key": []}
    table = responses_of([], **columns)
    survey = Survey(
        instrument="form", questionnaire="f.xlsx", design="srs", population=Text(ru="п", en="p"),
        exclusions=(Exclusion(rule="speeder"),),
    )  # fmt: skip
    forms = {"s": Questionnaire(questionnaire(NAMES, scale=NAMES), pd.DataFrame())}
    ledger = pd.DataFrame({"source": [], "row_class": [], "fate": []})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one = assess_surveys(WAVES, table, long_answers({}), ledger, {"s": survey}, forms)
    assert one.flow["n"].tolist()[:4] == [40, 0, 0, 0]
    assert one.rates.set_index("rate").loc["rr1", "value"] == 0
    assert set(one.quality["note"]) == {"not_measured"}
