"""A recommendation stands or falls with its findings."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaluation.report.findings import Finding, Findings, findings_frame
from evaluation.report.recommendations import Grounds, check_recommendations, recommendation_lines, recommendation_list
from evaluation.settings import (
    Ground,
    InputProblem,
    Recommendation,
    Text,
    read_programme,
    read_recommendations,
)

ROOT = Path(__file__).resolve().parents[2]
ESTIMATE = {
    "model": "main", "outcome": "applications", "exposure": "trained", "estimand": "log_rate_ratio",
    "design": "association", "assumption": "x", "estimate": 0.4, "se": 0.1, "low": 0.2, "high": 0.6, "p": 0.001,
    "p_adjusted": math.nan, "n": 300, "clusters": 60, "treated_clusters": 30, "inference": "crv3_t", "is_main": True,
    "warning": None,
}  # fmt: skip


def grounds(**changes: Any) -> Grounds:
    row = {**ESTIMATE, **changes}
    frame = findings_frame(
        [
            Finding("white_spots", 2, "units"),
            Finding("effect", row["estimate"], "log_points", 300, row["low"], row["high"]),
            Finding("share", 0.5, "share", 30, -0.1, 1.1),
            Finding("unknown", None, "share"),
        ],
        "04_map_coverage",
    )
    return Grounds(Findings(frame, "ru"), (), pd.DataFrame([row]))


def recommendation(ground: Ground, **changes: Any) -> Recommendation:
    text = Text(ru="Спросить <их>", en="Ask <them>")
    return Recommendation(
        id="R1", text=text, addressee=text, due=dt.date(2026, 3, 1), rests_on=(ground,), **changes
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ground", "changes", "problem"),
    [
        ({"finding": "white_spots", "at_least": 1}, {}, None),
        ({"finding": "white_spots", "at_least": 3}, {}, "expected was at least 3"),
        ({"finding": "white_spots", "at_most": 1}, {}, "expected was at most 1"),
        ({"finding": "white_spots", "expects": "above_zero"}, {}, None),
        ({"finding": "gone"}, {}, "no finding 'gone'"),
        ({"finding": "unknown"}, {}, "has no value"),
        ({"finding": "effect", "expects": "above_zero"}, {}, None),
        ({"finding": "effect", "expects": "below_zero"}, {}, "takes it to be below zero"),
        ({"finding": "effect", "expects": "above_zero"}, {"estimate": -0.4, "low": -0.6, "high": -0.2}, "above zero"),
        ({"finding": "effect", "expects": "not_told_from_zero"}, {}, "not told from zero"),
        ({"finding": "effect", "expects": "not_told_from_zero"}, {"low": -0.2}, None),
        ({"finding": "effect"}, {"p_adjusted": 0.3}, "settles nothing"),
        ({"finding": "effect"}, {"low": -0.2}, "settles nothing"),
        ({"finding": "share"}, {}, "settles nothing"),
    ],
)
def test_what_no_longer_follows_stops_the_report(
    ground: dict[str, Any], changes: dict[str, Any], problem: str | None
) -> None:
    declared = [recommendation(Ground(**ground))]
    if problem is None:
        check_recommendations(declared, grounds(**changes))
        return
    with pytest.raises(InputProblem, match=problem) as caught:
        check_recommendations(declared, grounds(**changes))
    assert "рекомендация R1" in caught.value.messages["ru"]
    assert "config/recommendations" in caught.value.messages["en"]


def test_an_open_finding_may_carry_a_recommendation_to_study() -> None:
    check_recommendations([recommendation(Ground(finding="share"), needs_study=True)], grounds())


def test_all_problems_are_told_at_once() -> None:
    declared = [recommendation(Ground(finding="gone")), recommendation(Ground(finding="share"))]
    with pytest.raises(InputProblem) as caught:
        check_recommendations(declared, grounds())
    assert caught.value.messages["en"].count("recommendation R1") == 2


def test_the_list_names_addressee_day_grounds_and_certainty() -> None:
    declared = [
        recommendation(Ground(finding="effect", expects="above_zero")),
    ]
    html = str(recommendation_list(declared, grounds(), None, "ru"))
    assert "Спросить &lt;их&gt;" in html
    assert '<time datetime="2026-03-01">1\u00a0марта\u00a02026\u00a0г.</time>' in html
    assert '<div id="recommendation-R1">' in html, "documents keep the address of a block, not of an item"
    assert 'data-finding="effect"' in html
    assert "связь, не воздействие; уверенность низкая (отдельных проверок не было)" in html
    assert "нужно исследование" not in html
    study = str(recommendation_list([recommendation(Ground(finding="share"), needs_study=True)], grounds(), None, "en"))
    assert "needs a study first" in study
    assert str(recommendation_lines(declared * 5, "en")).count("<li>") == 3


def test_the_demonstrations_recommendations_are_read_and_others_refused(tmp_path: Path) -> None:
    declared = read_recommendations(ROOT / "config" / "recommendations" / "2025.yml", 2025)
    assert {each.id for each in declared} == {"R1", "R2", "R3", "R4", "R5"}
    assert [each.id for each in declared if each.needs_study] == ["R4"]
    bad = tmp_path / "2025.yml"
    bad.write_text("year: 2025\nrecommendations:\n  - id: R1\n    txt: x\n", encoding="utf-8")
    with pytest.raises(InputProblem, match=r"line 4: unknown key .*txt"):
        read_recommendations(bad, 2025)
    bad.write_text("year: 2024\n", encoding="utf-8")
    with pytest.raises(InputProblem, match="key 'year' is 2024, the file is named 2025"):
        read_recommendations(bad, 2025)
    assert read_recommendations(tmp_path / "2019.yml", 2019) == ()
    assert read_programme(ROOT / "config" / "programme.yml").report.operator is not None
