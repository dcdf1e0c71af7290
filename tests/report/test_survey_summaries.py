"""Findings of surveys: no interval without a probability sample, gaps to the population by hand, safe names."""

from __future__ import annotations

import pandas as pd
import pytest

from evaluation.report.findings import Finding, findings_frame
from evaluation.report.summaries.surveys import (
    change_findings,
    claim_findings,
    kirkpatrick_findings,
    representativity_findings,
    survey_estimate_findings,
    wave_findings,
    weight_findings,
)


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    findings_frame(findings, "02_clean_survey")  # raises for names and intervals that are not well formed
    return {finding.name: finding for finding in findings}


def test_waves_give_returns_for_those_who_were_drawn_alone() -> None:
    waves = pd.DataFrame({
        "instrument": ["residents", "open"], "design": ["stratified", "convenience"],
        "invited_n": pd.array([540, 400], dtype="Int64"), "answered_n": pd.array([270, 100], dtype="Int64"),
        "field_from": pd.Timestamp("2025-10-05"), "field_to": pd.Timestamp("2025-10-31"),
    })  # fmt: skip
    found = by_name(wave_findings(waves))
    assert found["returned_residents"].value == 0.5 and found["returned_residents"].n == 540
    assert found["field_days_residents"].value == 27 and found["field_days_residents"].note == "2025-10-05/2025-10-31"
    assert found["probability_residents"].value == 1 and found["probability_open"].value == 0
    assert "returned_open" not in found and found["questionnaires_open"].value == 100


def test_intervals_of_a_convenience_sample_never_reach_the_report() -> None:
    row = {"item": "Useful-1", "choice": "", "group": "", "statistic": "top_share", "value": 0.7, "low": 0.6,
           "high": 0.8, "n": 40, "note": "not_probability"}  # fmt: skip
    frame = pd.DataFrame([row, {**row, "item": "sound", "note": ""}, {**row, "item": "part", "group": "2024"}])
    found = by_name(survey_estimate_findings(frame))
    assert set(found) == {"top_share_useful_1", "top_share_sound"}
    assert found["top_share_useful_1"].low is None and found["top_share_useful_1"].high is None
    assert (found["top_share_sound"].low, found["top_share_sound"].high) == (0.6, 0.8)


def test_gaps_to_the_population_before_and_after_weighting() -> None:
    people = pd.DataFrame({"sex": ["female"] * 3 + ["male"], "age": ["old", "old", "young", "young"]})
    margins = pd.DataFrame({"variable": ["sex", "sex", "age", "age"], "level": ["female", "male", "old", "young"],
                            "count": [50, 50, 40, 60]})  # fmt: skip
    weights = pd.Series([1.0, 1.0, 1.0, 3.0])
    found = by_name(representativity_findings(people, margins, "residents", weights))
    assert found["margins_gap_residents"].value == pytest.approx(0.25)
    assert found["margins_gap_residents"].note == "sex=female"
    assert found["margins_gap_weighted_residents"].value == pytest.approx(0.4 - 2 / 6)


def test_claims_changes_levels_and_weights() -> None:
    claim = {"claim": "all_high", "threshold": 0.8, "events": 8, "events_rated": 7, "holds": 2, "fails": 1,
             "cannot_tell": 4, "verdict": "fails", "note": "ceiling"}  # fmt: skip
    found = by_name(claim_findings(pd.DataFrame([claim])))
    assert found["rating_claim"].value == -1 and found["rating_claim"].note == "fails; ceiling"
    assert found["rating_claim_cannot_tell"].value == 4
    nan = float("nan")
    changes = pd.DataFrame({"statistic": ["mean_change", "change_lowest"], "value": [1.9, -3.0], "low": [1.1, nan],
                            "high": [2.7, nan], "n": [44, 62], "note": ["no_comparison_group", None]})  # fmt: skip
    found = by_name(change_findings(changes))
    assert (found["learning_change"].value, found["learning_change"].n) == (1.9, 44)
    assert found["learning_change_lowest"].value == -3.0
    levels = pd.DataFrame({"level": ["reaction", "learning", "behaviour", "results"], "value": [0.8, nan, nan, nan],
                           "unit": ["share", "", "", ""], "low": nan, "high": nan, "n": [90, 0, 0, 0],
                           "note": [None, "not_measured", "not_measured", "not_measured"],
                           "is_measured": [True, False, False, False]})  # fmt: skip
    found = by_name(kirkpatrick_findings(levels))
    assert found["levels_measured"].value == 1 and found["levels_measured"].n == 4
    assert set(found) == {"level_reaction", "levels_measured"}
    schemes = pd.DataFrame({"kish_deff": [1.25], "n_eff": [240.0], "wmax": [2.7], "n": [300]})
    assert by_name(weight_findings(schemes, "residents"))["weights_n_eff_residents"].value == 240.0
    assert weight_findings(schemes.iloc[:0], "residents") == []
    assert claim_findings(pd.DataFrame([claim]).iloc[:0]) == []
