"""Claims beside their tests: all twelve have an entry, and no verdict is stronger than its numbers."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from evaluation.effects.claims import COLUMNS, judge_claims, read_claims
from evaluation.settings import InputProblem, read_plan

CONFIG = Path(__file__).resolve().parents[2] / "config"
ESTIMATE = {
    "model": "main", "exposure": "trained", "outcome": "applications", "design": "association",
    "estimand": "log_rate_ratio", "estimate": 0.3, "low": 0.1, "high": 0.5, "p": 0.01, "p_adjusted": math.nan,
    "n": 100, "clusters": 20, "treated_clusters": 12,
}  # fmt: skip
FINDING = {"name": "gain", "value": 0.4, "low": 0.2, "high": 0.6, "unit": "sd", "n": 90}


def claim(kind: str = "model", test: str = "main", exposure: str = "trained", side: str = "above") -> pd.DataFrame:
    return pd.DataFrame(
        [dict.fromkeys(COLUMNS, "x") | {"kind": kind, "test": test, "exposure": exposure, "side": side}]
    )


def verdict(claims: pd.DataFrame, estimate: dict[str, object] | None = None, **finding: object) -> str:
    estimates = pd.DataFrame([ESTIMATE | (estimate or {})])
    return str(judge_claims(claims, estimates, pd.DataFrame([FINDING | finding])).iloc[0]["verdict"])


def test_all_twelve_claims_have_an_entry_with_a_test_or_a_reason() -> None:
    claims = read_claims(CONFIG / "claims.csv")
    assert claims["claim"].tolist() == [f"C{number}" for number in range(1, 13)]
    for column in ("text_ru", "text_en", "design_ru", "design_en", "limits_ru", "limits_en"):
        assert (claims[column].str.len() > 10).all(), column
    models = {model.name: model for model in read_plan(CONFIG / "plan" / "2025.yml").models}
    rooms = CONFIG.parent / "src" / "evaluation" / "report" / "summaries"
    summaries, measures, voices = (
        (rooms / f"{name}.py").read_text(encoding="utf-8") for name in ("steps", "measures", "surveys")
    )
    for row in claims.itertuples():
        if row.kind == "model":
            assert row.test in models
            timed = row.exposure.startswith("event_time_") and models[row.test].family == "event_study"
            shared = row.exposure == "unit_id__intraclass_correlation" and models[row.test].family == "multilevel"
            assert timed or shared or row.exposure in models[row.test].exposures
        elif row.kind == "finding":
            assert f'Finding("{row.test}"' in summaries + measures
        elif row.kind == "verdict":
            assert f'Finding("{row.test}", VERDICTS' in voices
    assert claims.set_index("claim")["test"][["C7", "C8"]].tolist() == ["rating_claim", "learning_gain"]


def test_verdicts_follow_interval_and_p() -> None:
    assert verdict(claim()) == "agrees"
    assert verdict(claim(), {"low": -0.1}) == "unclear"
    assert verdict(claim(), {"p": 0.2}) == "unclear"
    assert verdict(claim(), {"p_adjusted": 0.2}) == "unclear"
    assert verdict(claim(), {"estimate": -0.3, "low": -0.5, "high": -0.1}) == "disagrees"
    assert verdict(claim(side="below"), {"estimate": -0.3, "low": -0.5, "high": -0.1}) == "agrees"
    assert verdict(claim(side="below")) == "disagrees"
    assert verdict(claim("finding", "gain", "", "below")) == "disagrees"
    assert verdict(claim(), {"estimate": math.nan}) == "not_made"
    assert verdict(claim(test="other")) == "not_made"
    assert verdict(claim("finding", "gain", "")) == "agrees"
    assert verdict(claim("finding", "gain", ""), low=math.nan) == "described"
    assert verdict(claim("finding", "loss", "")) == "not_made"
    assert verdict(claim("none", "", "")) == "not_testable"


@pytest.mark.parametrize(("value", "expected"), [(1, "agrees"), (0, "unclear"), (-1, "disagrees")])
def test_a_declared_verdict_is_taken_as_it_is_and_no_share_is_set_against_zero(value: int, expected: str) -> None:
    own = claim("verdict", "rating_claim", "")
    facts = {"name": "rating_claim", "value": float(value), "low": math.nan, "high": math.nan, "n": 6}
    row = judge_claims(own, pd.DataFrame([ESTIMATE]), pd.DataFrame([FINDING | facts])).iloc[0]
    assert (row["verdict"], row["n"]) == (expected, 6)
    assert math.isnan(row["estimate"])
    assert verdict(own) == "not_made"


def test_corrected_p_stands_in_the_row() -> None:
    row = judge_claims(claim(), pd.DataFrame([ESTIMATE | {"p_adjusted": 0.03}]), pd.DataFrame([FINDING])).iloc[0]
    assert (row["p"], row["estimate"], row["n"]) == (0.03, 0.3, 100)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "guess"}, "column kind"),
        ({"kind": "none", "test": "main"}, "column test"),
        ({"kind": "finding", "test": ""}, "column test"),
        ({"exposure": ""}, "column exposure"),
        ({"side": "left"}, "column side"),
        ({"kind": "none", "test": ""}, "column side"),
    ],
)
def test_bad_rows_are_refused(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    path = tmp_path / "claims.csv"
    claim().assign(**changes).to_csv(path, index=False)
    with pytest.raises(InputProblem, match=f"line 2, {words}"):
        read_claims(path)


def test_a_claim_stands_once(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    pd.concat([claim(), claim()]).to_csv(path, index=False)
    with pytest.raises(InputProblem, match="line 3, column claim"):
        read_claims(path)
    assert read_claims(None).empty
