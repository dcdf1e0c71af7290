"""Achievements by theme and year, by hand, and the table that people see."""

from __future__ import annotations

import pandas as pd
import pytest

from evaluation.codebook import Codebook, read_codebook
from evaluation.contracts import conform
from evaluation.display.resolution_exhibits import achievements_exhibit
from evaluation.field.resolutions.achievements import achievement_years
from evaluation.places import repository
from evaluation.tables import TABLES


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook(repository() / "config")


def achievements() -> pd.DataFrame:
    told = [
        (2023, "2023-X1", "staff_skills"), (2023, "2023-X1", "staff_skills"), (2025, "2025-X1", "staff_skills"),
        (2023, "2023-X2", "regulation"), (2025, "2025-X1", None), (2025, None, None), (2025, None, None),
        (2025, "2025-X1", None),
    ]  # fmt: skip
    rows = [
        {"achievement_id": f"A{k}", "year": year, "exchange_id": event, "text": "личное слово", "theme": theme}
        for k, (year, event, theme) in enumerate(told)
    ]
    return conform(pd.DataFrame(rows).reindex(columns=list(TABLES["achievements"].names)), TABLES["achievements"])


def test_themes_by_year_with_the_uncoded_last() -> None:
    found = achievement_years(achievements())
    assert list(found.columns) == ["theme", "2023", "2025", "achievements", "events"]
    assert found.to_numpy().tolist() == [
        ["staff_skills", 2, 1, 3, 2],
        ["regulation", 1, 0, 1, 1],
        ["not_coded", 0, 4, 4, 3],  # one event, and two records that name none
    ]
    assert found["achievements"].sum() == len(achievements()), "none is dropped"


def test_the_table_counts_and_tells_no_text(codebook: Codebook) -> None:
    table = achievements_exhibit(achievement_years(achievements()), codebook, simulated=True)
    russian, english = table.to_csv("ru").splitlines(), table.to_csv("en").splitlines()
    assert russian[0].split(";")[1:5] == ["2023", "2025", "Всего (n)", "На скольких мероприятиях"]
    assert english[-1].split(",")[:5] == ["Not coded", "0", "4", "4", "3"]
    label = codebook.choice_labels("exchange_theme", "ru")["staff_skills"]
    assert russian[1].split(";")[:5] == [label, "2", "1", "3", "2"]
    whole = "".join(table.to_html(each) for each in ("ru", "en"))
    assert "личное слово" not in whole
    assert "не доказать" in whole and "not to prove" in whole


def test_nothing_received_is_an_empty_table(codebook: Codebook) -> None:
    found = achievement_years(TABLES["achievements"].empty())
    assert list(found.columns) == ["theme", "achievements", "events"] and found.empty
    assert "There are no rows" in achievements_exhibit(found, codebook).to_html("en")
