"""Tables around the plan speak both languages and say nothing that the numbers do not."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evaluation.codebook import read_codebook
from evaluation.display.evidence_exhibits import claims_exhibit, evidence_exhibit
from evaluation.display.plan_exhibits import (
    curve_exhibit,
    deviations_exhibit,
    plan_record_exhibit,
    readings_exhibit,
)

CODEBOOK = read_codebook(Path(__file__).resolve().parents[2] / "config")


def shown(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@dataclass(frozen=True)
class Dates:
    verdict: str = "after"
    basis: str = "commit"
    declared_on: dt.date = dt.date(2025, 1, 20)
    plan_on: dt.date = dt.date(2025, 6, 3)
    changed_on: dt.date | None = dt.date(2025, 6, 4)
    uncommitted: bool = True
    outcomes_on: dt.date | None = dt.date(2025, 6, 1)
    outcome_source: str | None = "projects"
    days: int | None = -2


def column(table, name: str, language: str) -> list[str]:  # type: ignore[no-untyped-def]
    return [shown(table.cell(row, name, language)) for row in range(len(table.frame))]


def test_the_plan_s_record_says_who_came_first_and_on_what_grounds() -> None:
    table = plan_record_exhibit(Dates(), simulated=True)
    english = dict(zip(column(table, "fact", "en"), column(table, "value", "en"), strict=True))
    assert english["Finding"] == "the plan came after the outcomes"
    assert english["Grounds"] == "by the plan's first commit in the repository"
    assert english["From plan to outcomes"] == "−2 days"
    assert english["Last committed change of the plan"] == "4 June 2025; with uncommitted changes"
    russian = dict(zip(column(table, "fact", "ru"), column(table, "value", "ru"), strict=True))
    assert russian["От плана до результатов"] == "−2 дня"
    assert russian["Первый файл с результатами получен"] == "1 июня 2025 г."
    assert "СМОДЕЛИРОВАННЫЕ" in table.to_html("ru")
    unknown = plan_record_exhibit(Dates("unknown", "declared", changed_on=None, outcomes_on=None, days=None))
    assert column(unknown, "value", "en")[-1] == "n/a"


def test_departures_are_told_with_their_reasons() -> None:
    frame = pd.DataFrame([
        {"model": "main", "change": "changed", "field": "family", "planned": "poisson", "executed": "ols",
         "date": "2025-06-01", "what_ru": "Смена.", "what_en": "A change.", "why_ru": "мало данных",
         "why_en": "few data"},
        {"model": "main", "change": "changed", "field": "outcome", "planned": "applications", "executed": "funded",
         "date": None, "what_ru": None, "what_en": None, "why_ru": None, "why_en": None},
    ])  # fmt: skip
    table = deviations_exhibit(frame, CODEBOOK)
    assert column(table, "why", "ru") == ["Смена. мало данных", "не объяснено"]
    assert column(table, "field", "en") == ["model family", "outcome"]
    assert column(table, "change", "ru") == ["изменено", "изменено"]
    assert "only stated departures" in deviations_exhibit(frame, CODEBOOK, first_is_known=False).note.en
    assert deviations_exhibit(frame.iloc[:0], CODEBOOK).to_html("en").count("<tr>") == 1


def test_readings_are_shown_in_the_reader_s_language() -> None:
    frame = pd.DataFrame(
        {
            "model": ["main"],
            "outcome": ["applications"],
            "exposure": ["trained"],
            "reading_ru": ["Да."],
            "reading_en": ["Yes."],
        }
    )
    table = readings_exhibit(frame, CODEBOOK)
    assert (column(table, "reading", "ru"), column(table, "reading", "en")) == (["Да."], ["Yes."])
    assert column(table, "model", "en") == ["Main model: applications, 2019–2024"]


def test_evidence_leaves_unknown_sizes_out() -> None:
    comparison = pd.DataFrame({
        "model": "main", "exposure": "trained", "study": ["a", "b"], "unit": ["percent", ""],
        "earlier_low": [8.1, math.nan], "earlier_high": [8.1, math.nan], "direction": ["positive", "negative"],
        "ours": [20.0, math.nan], "low": [-3.0, math.nan], "high": [48.0, math.nan], "detectable": [32.0, math.nan],
        "could_detect": pd.array([False, None], "boolean"), "agrees": pd.array([None, True], "boolean"),
    })  # fmt: skip
    texts = {
        f"{name}_{language}": ["x", "y"] for name in ("place", "intervention", "outcome") for language in ("ru", "en")
    }
    studies = pd.DataFrame({"study": ["a", "b"], "source": ["Cai", "Sexton"], **texts})
    table = evidence_exhibit(comparison, studies, CODEBOOK)
    assert column(table, "earlier", "en") == ["a rise: 8.1%", "a fall"]
    assert column(table, "ours", "ru") == ["+20,0 % (от −3,0 % до 48,0 %)", "—"]
    assert column(table, "detectable", "en") == ["32.0%", "n/a"]
    assert column(table, "could_detect", "ru") == ["нет", "—"]
    assert column(table, "study", "en")[0] == "Cai: x; x → x"


def test_claims_show_number_verdict_and_limits() -> None:
    texts = {
        f"{name}_{language}": [f"{name} {language}"] * 2
        for name in ("text", "design", "limits")
        for language in ("ru", "en")
    }
    frame = pd.DataFrame({
        "claim": ["C1", "C2"], "verdict": ["agrees", "not_testable"], "estimate": [0.4, math.nan],
        "low": [0.1, math.nan], "high": [0.7, math.nan], "unit": [None, None],
        "estimand": ["mean_difference", None], "clusters": [58.0, math.nan], **texts,
    })  # fmt: skip
    table = claims_exhibit(frame)
    assert column(table, "result", "en") == ["+0.40 (0.10 to 0.70)", "n/a"]
    ratio = claims_exhibit(frame.assign(estimand=["log_rate_ratio", None]))
    assert column(ratio, "result", "ru")[0] == "+49,2 % (от 10,5 % до 101,4 %)"
    assert column(table, "verdict", "ru") == ["данные согласуются", "по имеющимся данным не проверить"]
    assert column(table, "clusters", "ru") == ["58", "—"]
    assert column(table, "limits", "ru") == ["limits ru"] * 2


def test_the_curve_in_numbers() -> None:
    frame = pd.DataFrame([{
        "exposure": "trained", "specifications": 24, "same_sign": 1.0, "same_sign_clear": 0.667, "opposite_clear": 0.0,
        "lowest": 0.13, "median": 0.33, "highest": 0.46, "main": 0.385,
    }])  # fmt: skip
    table = curve_exhibit(frame, CODEBOOK)
    assert column(table, "same_sign_clear", "ru") == ["66,7"]
    assert table.heading("same_sign", "en").endswith("%")
    assert column(table, "specifications", "en") == ["24"]
    assert column(table, "lowest", "en") == ["0.130"], "the extremes of a curve are no interval"
