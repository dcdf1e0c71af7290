"""Printed totals beside the sums of their records, and which remarks close a difference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from cleaning_helpers import clean, krasnoyarsk, workbook

from evaluation.cleaning.context import TOTAL_COLUMNS, Cleaned

HEADER = [
    "№ заявки",
    "Муниципальное образование",
    "Наименование проекта",
    "Стоимость проекта, руб.",
    None,
    None,
    "Статус",
]
UNDER = [None, None, None, "всего", "краевой бюджет", "местный бюджет", None]
ABAN, ACHINSK = "Абанский муниципальный район", "город Ачинск"


def row(number: Any, total: Any = 100.25, regional: Any = None, local: Any = None, **more: Any) -> list[Any]:
    unit, status = more.get("unit", ABAN), more.get("status", "Победитель")
    return [number, unit, more.get("title", f"Проект {number}"), total, regional, local, status]


def total(value: Any, word: str = "ИТОГО", local: Any = None) -> list[Any]:
    return [word, None, None, value, None, local, None]


def checked(tmp_path: Path, *rows: list[Any], title: str = "Реестр заявок") -> Cleaned:
    path = workbook(tmp_path / "a.xlsx", {"Реестр": [[title], HEADER, UNDER, *rows]}, ["D2:F2"])
    return clean({"projects": path}, 2024, krasnoyarsk(), region_code="04")


def only(cleaned: Cleaned) -> pd.Series:
    assert len(cleaned.totals) == 1
    return cleaned.totals.iloc[0]


@pytest.mark.parametrize(
    ("rows", "printed", "causes"),
    [
        ([row(1), row(2)], 200.5, None),
        ([row(1), row(1), row(2)], 300.75, "duplicate_row:counted:1:+100.25"),
        ([row(1), row(1), row(1), row(2, 7.5)], 308.25, "duplicate_row:counted:2:+200.50"),
        ([row(1), row(None, 40.0), row(2)], 200.5, "key_missing:left_out:1:-40.00"),
        ([row(1), row(1), row(None, 40.0)], 200.5, "duplicate_row:counted:1:+100.25 & key_missing:left_out:1:-40.00"),
        ([row(1), row(2, "3 000,50"), row(3)], 200.5, "number_as_text:left_out:1:-3000.50"),
        ([row(1), row(2, -50.0)], 50.25, "negative:counted:1:-50.00"),
        ([row(1), row(2, "ок. 70")], 170.25, "inexact_number:as_suggested:1:+70.00"),
        ([row(1), row(2, "#REF!")], 165.25, "excel_error:would_hold:1:+65.00"),
        ([row(1, title="Парк"), row(2, title="Парк")], 100.25, "probable_duplicate:left_out:1:-100.25"),
    ],
)
def test_a_remark_that_closes_the_gap_is_named(
    tmp_path: Path, rows: list[list[Any]], printed: float, causes: str | None
) -> None:
    cleaned = checked(tmp_path, *rows, total(printed))
    one = only(cleaned)
    remarks = cleaned.issues[cleaned.issues["rule"] == "total_mismatch"]
    assert (one["printed"], one["cell"], one["field"]) == (printed, f"D{4 + len(rows)}", "cost_planned")
    assert (one["causes"] if isinstance(one["causes"], str) else None) == causes
    assert bool(one["agrees"]) == (causes is None) == remarks.empty
    assert one["difference"] == pytest.approx(printed - one["ours"])
    if causes:
        assert remarks["suggestion"].tolist() == [causes]


def test_what_no_remark_explains_is_left_open(tmp_path: Path) -> None:
    one = only(checked(tmp_path, row(1), row(1), total(150.0)))
    assert not one["agrees"] and one["difference"] == 49.75 and not one["causes"]


def test_two_unread_cells_explain_nothing(tmp_path: Path) -> None:
    one = only(checked(tmp_path, row(1), row(2, "#REF!"), row(3, "#ДЕЛ/0!"), total(165.25)))
    assert one["difference"] == 65.0 and not one["causes"]


def test_a_kopeck_counts_where_kopecks_are_printed(tmp_path: Path) -> None:
    assert not only(checked(tmp_path, row(1), row(2), total(200.51)))["agrees"]
    assert only(checked(tmp_path, row(1), row(2), total(200.5)))["agrees"]
    assert only(checked(tmp_path, row(1, 100.30), row(2, 100.30), total(201)))["agrees"], "printed in whole roubles"
    assert not only(checked(tmp_path, row(1, 100.30), row(2, 100.30), total(202)))["agrees"]


def test_a_cell_that_is_a_thousand_times_off(tmp_path: Path) -> None:
    rows = [row(1, 100.0, 90.0, 10.0), row(2, 100.0, 90.0, 10_000.0)]
    as_received = checked(tmp_path, *rows, total(200.0, local=10_010.0))
    local = as_received.totals.set_index("field").loc["planned_local"]
    assert local["ours"] == 10.0 and "sum_of_sources:counted:1:+10000.00" in str(local["causes"])
    as_meant = checked(tmp_path, *rows, total(200.0, local=20.0))
    local = as_meant.totals.set_index("field").loc["planned_local"]
    assert "sum_of_sources:as_suggested:1:+10.00" in str(local["causes"])


def test_hidden_rows_that_a_sum_of_what_is_shown_leaves_out(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", {"Р": [["Реестр"], HEADER, UNDER, row(1), row(2, 7.0), total(100.25)]}, ["D2:F2"]
    )
    book = openpyxl.load_workbook(path)
    book["Р"].row_dimensions[5].hidden = True
    book.save(path)
    one = only(clean({"projects": path}, 2024, krasnoyarsk(), region_code="04"))
    assert one["causes"] == "hidden_row:left_out:1:-7.00"


def test_subtotals_stand_under_their_sections(tmp_path: Path) -> None:
    cleaned = checked(
        tmp_path,
        ["Раздел 1"], row(1), total(100.25, "Итого по разделу 1"),
        ["Раздел 2"], row(2, 5.5), row(2, 5.5), total(11.0, "Итого по разделу 2"),
        total(105.75),
    )  # fmt: skip
    totals = cleaned.totals
    assert totals.columns.tolist() == TOTAL_COLUMNS
    assert totals[["row_class", "ours", "agrees"]].to_numpy().tolist() == [
        ["subtotal", 100.25, True], ["subtotal", 5.5, False], ["total", 105.75, True],
    ]  # fmt: skip
    assert totals["causes"].dropna().tolist() == ["duplicate_row:counted:1:+5.50"]


def test_a_total_in_thousands(tmp_path: Path) -> None:
    head = [cell if cell != "Стоимость проекта, руб." else "Стоимость проекта, тыс. руб." for cell in HEADER]
    rows = [["Реестр"], head, UNDER, row(1, 1500.5), row(1, 1500.5), row(2, 20.25), total(3021.25)]
    path = workbook(tmp_path / "t.xlsx", {"Реестр": rows}, ["D2:F2"])
    one = only(clean({"projects": path}, 2024, krasnoyarsk(), region_code="04"))
    assert (one["printed"], one["ours"]) == (3_021_250.0, 1_520_750.0)
    assert one["causes"] == "duplicate_row:counted:1:+1500500.00"


# ---- what published totals may have counted otherwise ---------------------------------------------------------


def items(cleaned: Cleaned) -> dict[tuple[str, str, str], float]:
    """Amount by measure, rule and treatment."""
    table = cleaned.tables["reconciling_items"]
    return table.groupby(["measure", "rule", "treatment"])["amount"].sum().to_dict()


def test_rows_that_a_published_total_may_have_counted(tmp_path: Path) -> None:
    found = items(checked(tmp_path, row(1), row(1), row(None, 40.0), row(2, 9.0, status="Отклонена комиссией")))
    counted = {key[:2]: amount for key, amount in found.items() if key[2] == "counted"}
    assert counted[("cost", "duplicate_row")] == 100.25 and counted[("cost", "key_missing")] == 40.0
    assert counted[("projects_funded", "duplicate_row")] == counted[("applications", "key_missing")] == 1


def test_cells_that_decide_the_cost(tmp_path: Path) -> None:
    rows = [row(1, -70.0), row(2, "около 30"), row(3, 5.0, status="Подана")]
    found = items(checked(tmp_path, *rows))
    assert found[("cost", "negative", "counted")] == -70.0
    assert found[("cost", "inexact_number", "as_suggested")] == 30.0
    assert ("cost", "inexact_number", "counted") not in found, "no number was received"
    assert ("cost", "probable_duplicate", "left_out") not in found


def test_an_application_that_was_not_funded_enters_no_cost(tmp_path: Path) -> None:
    found = items(checked(tmp_path, row(1, status="Подана"), row(1, status="Подана")))
    assert found == {("applications", "duplicate_row", "counted"): 1.0}
