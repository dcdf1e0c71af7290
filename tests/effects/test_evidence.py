"""Earlier studies beside estimates: units turned by hand, nothing made up where a size is not known."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.effects.evidence import (
    COLUMNS,
    OutcomeScale,
    compare_evidence,
    detectable_errors,
    outcome_scales,
    read_evidence,
)
from evaluation.settings import InputProblem

CONFIG = Path(__file__).resolve().parents[2] / "config"


def estimate(**changes: object) -> pd.DataFrame:
    row = {
        "model": "main", "exposure": "trained", "outcome": "applications", "estimand": "log_rate_ratio",
        "estimate": math.log(1.2), "se": 0.1, "low": 0.01, "high": 0.4, "clusters": 41,
    }  # fmt: skip
    return pd.DataFrame([row | changes])


def study(**changes: object) -> pd.DataFrame:
    row = dict.fromkeys(COLUMNS, "") | {
        "study": "s",
        "direction": "positive",
        "low": 8.1,
        "high": 8.1,
        "unit": "percent",
    }
    return pd.DataFrame([row | changes])


def test_per_cent_and_what_could_be_detected() -> None:
    row = compare_evidence(estimate(), study()).iloc[0]
    assert row["ours"] == pytest.approx(20)
    assert row["detectable"] == pytest.approx(100 * (math.exp(2.872 * 0.1) - 1), rel=1e-3)  # t(40): 2.021 + 0.851
    assert not row["could_detect"]  # 8.1 per cent is smaller than 32 per cent
    assert row["agrees"]
    assert compare_evidence(estimate(se=0.02), study()).iloc[0]["could_detect"]  # 2.9 x 0.02: 5.9 per cent


def test_few_clusters_detect_larger_sizes_only() -> None:
    """Published quantiles of t at 0.975 and 0.8: 2.776 and 0.941 with 4, 1.960 and 0.842 with very many."""
    assert detectable_errors(5) == pytest.approx(2.776 + 0.941, abs=1e-3)
    assert detectable_errors(10**7) == pytest.approx(1.960 + 0.842, abs=1e-3)
    assert math.isnan(detectable_errors(1)) and math.isnan(detectable_errors(math.nan))
    few, many = (compare_evidence(estimate(clusters=n), study()).iloc[0]["detectable"] for n in (5, 500))
    assert few == pytest.approx(100 * math.expm1(0.1 * detectable_errors(5))) and few > many > 32
    assert pd.isna(compare_evidence(estimate(clusters=1), study()).iloc[0]["could_detect"])


def test_standard_deviations_need_the_outcome_s_scale() -> None:
    sd = study(unit="sd", low=0.35, high=0.5)
    assert math.isnan(compare_evidence(estimate(), sd).iloc[0]["ours"])
    row = compare_evidence(estimate(), sd, {"main": OutcomeScale(2.0, 4.0, False)}).iloc[0]
    assert row["ours"] == pytest.approx(0.2 * 2 / 4)
    assert row["could_detect"] == (math.expm1(0.1 * detectable_errors(41)) * 2 / 4 <= 0.35)


def test_points_need_a_share() -> None:
    points = study(unit="percentage_points", low=10, high=10)
    share = estimate(estimand="mean_difference", estimate=0.06, low=-0.02, high=0.14, se=0.04)
    row = compare_evidence(share, points, {"main": OutcomeScale(0.3, 0.46, True)}).iloc[0]
    assert (row["ours"], row["detectable"]) == (pytest.approx(6), pytest.approx(4 * detectable_errors(41)))
    assert pd.isna(row["agrees"])  # our interval covers zero
    other = compare_evidence(share, points, {"main": OutcomeScale(0.3, 0.46, False)}).iloc[0]
    assert math.isnan(other["ours"])
    assert pd.isna(other["could_detect"])


def test_a_study_without_a_size_gets_none() -> None:
    row = compare_evidence(estimate(), study(unit="", low=math.nan, high=math.nan, direction="negative")).iloc[0]
    assert math.isnan(row["ours"])
    assert pd.isna(row["could_detect"])
    assert not row["agrees"]


def test_scales_are_those_of_the_model_s_rows(declare) -> None:  # type: ignore[no-untyped-def]
    panel = pd.DataFrame({
        "geography": "original", "unit_id": ["a", "a", "b", "unassigned"], "year": [1, 2, 1, 1],
        "applications": [1, 3, 5, 900], "trained": [0, 1, 0, 0], "population": [10, 10, 20, 10],
    })  # fmt: skip
    model = declare("applications", ("trained",), "poisson", offset="population", geography="original")
    scale = outcome_scales([model], panel)["m"]
    rates = np.array([0.1, 0.3, 0.25])
    assert (scale.mean, scale.sd) == (pytest.approx(rates.mean()), pytest.approx(rates.std(ddof=1)))
    assert not scale.is_share


def test_committed_evidence_says_what_was_read_and_no_more() -> None:
    evidence = read_evidence(CONFIG / "evidence.csv").set_index("study")
    assert len(evidence) == 6
    sizes = evidence[evidence["low"].notna()]
    assert {name: (row["low"], row["high"], row["unit"]) for name, row in sizes.iterrows()} == {
        "casey_sierra_leone": (0.35, 0.5, "sd"),
        "hjort_2021": (10, 10, "percentage_points"),
        "cai_szeidl_2018": (8.1, 8.1, "percent"),
    }
    assert evidence.loc["sexton_2022", "direction"] == "negative"
    assert read_evidence(None).empty


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"direction": "up"}, "line 2, column direction"),
        ({"unit": "miles"}, "line 2, column unit"),
        ({"low": "0.1"}, "line 2, column high"),
        ({"low": "a", "high": "b", "unit": "sd"}, "line 2, column low"),
        ({"low": "2", "high": "1", "unit": "sd"}, "line 2, column low"),
        ({"low": "1", "high": "2", "unit": ""}, "line 2, column unit"),
    ],
)
def test_bad_rows_are_refused_with_their_line(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    row = dict.fromkeys(COLUMNS, "") | {"study": "s", "direction": "none"} | changes
    path = tmp_path / "evidence.csv"
    pd.DataFrame([row]).to_csv(path, index=False)
    with pytest.raises(InputProblem, match=words):
        read_evidence(path)
