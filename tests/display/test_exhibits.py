"""The standard tables: what they add up, combine and leave out."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from evaluation.display.exhibits import (
    comparison_exhibit,
    estimates_exhibit,
    reconciliation_exhibit,
    row_accounts_exhibit,
    support_exhibit,
)
from evaluation.ledger import row_accounts
from evaluation.tables import TABLES


def estimates() -> pd.DataFrame:
    common = {
        "outcome": "applications", "design": "association", "assumption": "a", "se": 0.1, "p": 0.002, "n": 348,
        "p_adjusted": None, "clusters": 58, "treated_clusters": 47, "inference": "crv3", "warning": None,
    }  # fmt: skip
    rows = [
        {"model": "main", "exposure": "trained", "estimand": "log_rate_ratio", "estimate": math.log(1.5), "low": 0.2,
         "high": 0.6, "is_main": True},
        {"model": "linear", "exposure": "trained", "estimand": "mean_difference", "estimate": 0.7, "low": None,
         "high": None, "is_main": False},
    ]  # fmt: skip
    return pd.DataFrame([{**row, **common} for row in rows])[list(TABLES["estimates"].names)]


def shown(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_estimates_show_interval_clusters_and_meaning_in_one_row() -> None:
    table = estimates_exhibit(estimates(), None)
    assert "high" not in table.columns
    assert "treated_clusters" not in table.columns
    assert shown(table.cell(0, "low", "ru")) == "от 0,200 до 0,600"
    assert shown(table.cell(0, "clusters", "en")) == "58 (47)"
    assert shown(table.cell(0, "percent", "ru")) == "+50,0"
    assert table.cell(1, "percent", "ru") == "—", "a difference of means has no ratio"
    assert table.cell(1, "low", "en") == "n/a"
    assert shown(table.cell(0, "design", "ru")) == "связь; ошибки crv3"
    assert "high" in table.to_csv("en") or "95% interval: to" in table.to_csv("en")


def test_corrected_p_stands_beside_p_where_there_is_one() -> None:
    assert "p_adjusted" not in estimates_exhibit(estimates(), None).columns
    frame = estimates().assign(p_adjusted=[0.012, None])
    table = estimates_exhibit(frame, None)
    assert table.columns.index("p_adjusted") == table.columns.index("p") + 1
    assert table.cell(0, "p_adjusted", "en") == "0.012"
    assert table.cell(1, "p_adjusted", "ru") == "—"
    assert "hypotheses that the plan judges together" in table.note.en


def test_row_accounts_add_up() -> None:
    classes = ["title", "header", "data", "data", "data", "total"]
    fates = [None, None, "kept", "merged", "quarantined", None]
    ledger = pd.concat(
        pd.DataFrame(
            {
                "source": source,
                "sheet": "1",
                "row": range(1, 7),
                "row_class": classes,
                "fate": fates,
                "record_key": None,
            }
        )
        for source in ("projects", "scores")
    )
    table = row_accounts_exhibit(row_accounts(ledger))
    total = table.frame.iloc[-1]
    assert total[["rows", "service", "data", "kept", "merged", "quarantined"]].tolist() == [12, 6, 6, 2, 2, 2]
    assert total["rows"] == total["service"] + total["data"]
    assert [table.cell(row, "source", "ru") for row in range(3)] == ["Реестр заявок", "Протокол оценки заявок", "Всего"]


def test_reconciliation_speaks_the_readers_language() -> None:
    frame = pd.DataFrame(
        {
            "name": ["cost"], "label_ru": ["Стоимость"], "label_en": ["Cost"], "published": [971.0],
            "register": [958.3], "difference": [-12.7], "unit": ["million_currency"], "period": ["2019–2025"],
            "reference": ["x"], "explanation_ru": ["без даты"], "explanation_en": [None], "remainder": [-12.7],
            "causes_ru": [None], "causes_en": [None],
        }
    )  # fmt: skip
    table = reconciliation_exhibit(frame, currency="RUB")
    assert [shown(table.cell(0, name, "ru")) for name in table.columns] == [
        "Стоимость", "971 млн руб.", "958 млн руб.", "−12,7 млн руб.", "2019–2025", "без даты",
    ]  # fmt: skip
    assert table.cell(0, "name", "en") == "Cost"
    assert table.cell(0, "explanation", "en") == ""
    closed = frame.assign(remainder=0.0, causes_ru="посчитать 2 × «Повтор»", causes_en="counting 2 × 'Repeat'")
    table = reconciliation_exhibit(closed, currency="RUB")
    assert table.columns[-2:] == ["causes", "explanation"]
    assert table.cell(0, "causes", "ru") == "посчитать 2 × «Повтор»"
    assert table.cell(0, "causes", "en") == "counting 2 × 'Repeat'"


def test_support_has_one_column_a_year_and_no_empty_measures() -> None:
    summary = pd.DataFrame(
        {
            "stream": ["training", "training", "information"], "year": [2024, 2025, 2025], "events": [3, 4, 2],
            "hours": [16.0, 24.0, None], "participants": [50, 61, None], "unique_participants": [40, None, None],
            "units_reached": [20, 22, None], "units_in_force": [61, 39, 39],
        }
    )  # fmt: skip
    table = support_exhibit(summary, None)
    assert table.columns == ["stream", "measure", "2024", "2025"]
    assert len(table.frame) == 6, "five measures of training and the events of information"
    assert [table.cell(0, name, "ru") for name in table.columns] == ["Обучение", "мероприятий", "3", "4"]
    assert table.cell(3, "2025", "en") == "n/a"
    few = support_exhibit(summary.assign(participants=[3, 61, None], events=[3, 4, 2]), None)
    assert shown(few.cell(2, "2024", "ru")) == "< 5"
    assert few.cell(0, "2024", "ru") == "3", "events are not people"


def test_no_change_is_shown_across_a_break() -> None:
    frame = pd.DataFrame(
        {
            "indicator": ["funded", "success_rate"], "year": 2022, "value": [140.0, 0.6], "previous": [100.0, 0.5],
            "change": [None, 0.1], "n": [61, 250], "n_previous": [61, 240], "unit": ["projects", "share"],
            "break_note": pd.Series(["rules", None], dtype="str"),
        }
    ).astype({"change": "float64"})  # fmt: skip
    table = comparison_exhibit(frame, None, break_words={"ru": {"rules": "правила"}, "en": {"rules": "rules"}})
    assert [table.cell(row, "change", "ru").replace("\u00a0", " ") for row in (0, 1)] == ["—", "+10,0 п. п."]
    assert "изменение не показано" in table.to_html("ru")
    assert comparison_exhibit(frame.iloc[1:], None).note.ru == "", "nothing is refused, nothing is said"


@pytest.mark.parametrize("note", [None, "reform"])
def test_comparison_names_breaks_only_where_there_are_some(note: str | None) -> None:
    frame = pd.DataFrame(
        {
            "indicator": ["success_rate"], "year": [2025], "value": [0.55], "previous": [0.58], "change": [-0.03],
            "n": [258], "n_previous": [243], "unit": ["share"], "break_note": pd.Series([note], dtype="str"),
        }
    )  # fmt: skip
    words = {"ru": {"reform": "границы изменились"}, "en": {"reform": "boundaries changed"}}
    table = comparison_exhibit(frame, None, break_words=words)  # type: ignore[arg-type]
    assert ("break_note" in table.columns) == (note is not None)
    assert shown(table.cell(0, "change", "ru")) == "−3,0 п. п."
    assert table.cell(0, "n", "en") == "258"
    if note:
        assert table.cell(0, "break_note", "en") == "boundaries changed"
