"""Measures: the way to the target, what is overdue, lacking or absent, against cases worked out by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.contracts import check, conform
from evaluation.field.measures.following import follow_measures
from evaluation.field.measures.progress import lacking, measure_progress, progress_by_year, status_matrix, tasks
from evaluation.tables import TABLES

ENDS = {2024: dt.date(2024, 12, 31), 2025: dt.date(2025, 12, 31)}


def register(*rows: dict[str, object]) -> pd.DataFrame:
    """Rows of the register; what is not given is complete and ordinary."""
    usual = {
        "measure_id": "М-1", "year": 2025, "goal": "g", "task_number": 1, "task": "t", "project": "A", "measure": "m",
        "indicator": "i", "indicator_unit": "ед.", "direction": None, "baseline": 10.0, "target": 90.0, "value": 50.0,
        "owner": "o", "starts_on": pd.Timestamp(2024, 1, 1), "due_on": pd.Timestamp(2026, 1, 1),
        "status": "in_progress", "evidence": None, "source": "s", "source_sheet": "l",
    }  # fmt: skip
    frame = pd.DataFrame([usual | row for row in rows]).assign(source_row=range(1, len(rows) + 1))
    return conform(frame, TABLES["measures"])


TWO = register({}, {"measure_id": "М-2"})


def test_the_way_to_the_target_serves_both_directions() -> None:
    rows = [
        {"measure_id": "up", "baseline": 10.0, "target": 90.0, "value": 50.0},
        {"measure_id": "down", "baseline": 24.0, "target": 10.0, "value": 17.0},
        {"measure_id": "past", "baseline": 0.0, "target": 40.0, "value": 60.0},
        {"measure_id": "away", "baseline": 24.0, "target": 10.0, "value": 31.0},
    ]
    found = measure_progress(register(*rows), ENDS).set_index("measure_id")["progress"]
    assert found.to_dict() == pytest.approx({"up": 0.5, "down": 0.5, "past": 1.5, "away": -0.5})


@pytest.mark.parametrize(
    ("row", "gap"),
    [
        ({"indicator": None}, "no_indicator"),
        ({"baseline": None}, "no_baseline"),
        ({"target": None}, "no_target"),
        ({"value": None}, "no_value"),
        ({"target": 10.0}, "target_is_baseline"),
        ({"indicator": None, "value": None}, "no_indicator"),
        ({}, None),
    ],
)
def test_what_cannot_be_computed_says_why(row: dict[str, object], gap: str | None) -> None:
    found = measure_progress(register(row), ENDS).iloc[0]
    assert pd.isna(found["progress"]) == (gap is not None)
    assert found["progress_gap"] == gap if gap else pd.isna(found["progress_gap"])


@pytest.mark.parametrize(
    ("due", "status", "overdue"),
    [
        (dt.date(2025, 12, 30), "in_progress", True),
        (dt.date(2025, 12, 30), "suspended", True),
        (dt.date(2025, 12, 31), "in_progress", False),  # still due on that very day
        (dt.date(2025, 12, 30), "done", False),
        (dt.date(2025, 12, 30), "cancelled", False),
        (None, "in_progress", None),
        (dt.date(2025, 12, 30), None, None),
    ],
)
def test_overdue_at_the_end_of_the_year(due: dt.date | None, status: str | None, overdue: bool | None) -> None:
    day = pd.NaT if due is None else pd.Timestamp(due)
    found = measure_progress(register({"due_on": day, "status": status}), ENDS).iloc[0]["is_overdue"]
    assert pd.isna(found) if overdue is None else found == overdue


def test_targets_are_held_against_earlier_years() -> None:
    rows = register(
        {"measure_id": "a", "year": 2023, "target": 40.0},
        {"measure_id": "a", "year": 2024, "target": None},  # the target was dropped, then another one set
        {"measure_id": "a", "year": 2025, "target": 25.0},
        {"measure_id": "b", "year": 2024, "target": 5.0},
        {"measure_id": "b", "year": 2025, "target": 5.0},
        {"measure_id": "c", "year": 2025, "target": 7.0},
    )
    found = measure_progress(rows, ENDS).set_index(["measure_id", "year"])
    assert found["target_changed"].tolist() == [pd.NA, True, True, pd.NA, False, pd.NA]
    assert found.loc[("a", 2025), "earlier_target"] == 40.0


def test_the_order_of_rows_does_not_matter() -> None:
    rows = register({"year": 2024, "target": 40.0}, {"year": 2025, "target": 25.0}, {"measure_id": "М-2"})
    one, other = measure_progress(rows, ENDS), measure_progress(rows.iloc[::-1], ENDS)
    pd.testing.assert_frame_equal(one, other)
    check(one, TABLES["measure_progress"])


def test_the_matrix_counts_every_measure_once() -> None:
    rows = register(
        {"measure_id": "1", "project": "B", "status": "done"},
        {"measure_id": "2", "project": "A", "status": "in_progress", "due_on": pd.Timestamp(2025, 3, 1)},
        {"measure_id": "3", "project": None, "status": None},
        {"measure_id": "4", "project": "A", "status": "cancelled"},
        {"measure_id": "5", "year": 2024, "project": "A"},
    )
    matrix = status_matrix(measure_progress(rows, ENDS), 2025)
    assert matrix["project"].tolist()[:2] == ["B", "A"] and pd.isna(matrix["project"].iloc[2])
    assert matrix["n"].tolist() == [1, 2, 1]
    assert matrix[["planned", "in_progress", "done", "suspended", "cancelled", "no_status"]].sum(axis=1).tolist() == [
        1, 2, 1,
    ]  # fmt: skip
    assert matrix["overdue"].tolist() == [0, 1, 0]


def test_absent_task_numbers_are_listed() -> None:
    rows = register(
        {"measure_id": "1", "task_number": 3, "task": "three"}, {"measure_id": "2", "task_number": 5, "task": "five"},
        {"measure_id": "3", "task_number": 3, "task": None},
    )  # fmt: skip
    found = tasks(rows, 2025)
    assert found["task_number"].tolist() == [1, 2, 3, 4, 5]
    assert found["measures"].tolist() == [0, 0, 2, 0, 1]
    assert found["task"].tolist()[2] == "three" and found["task"].isna().sum() == 3


def test_what_a_measure_lacks_is_named() -> None:
    rows = register({"measure_id": "1", "indicator": None}, {"measure_id": "2"}, {"measure_id": "3", "owner": None})
    found = lacking(rows, measure_progress(rows, ENDS), 2025)
    assert found["measure_id"].tolist() == ["1", "3"]
    assert found[["has_indicator", "has_owner", "has_due_date"]].to_numpy().tolist() == [
        [False, True, True], [True, False, True],
    ]  # fmt: skip


def test_years_are_told_with_their_numbers() -> None:
    rows = register(
        {"measure_id": "1", "year": 2024, "status": "done"}, {"measure_id": "2", "year": 2024, "value": None},
        {"measure_id": "1", "year": 2025, "value": 90.0, "status": "done"}, {"measure_id": "2", "year": 2025},
    )  # fmt: skip
    found = progress_by_year(measure_progress(rows, ENDS)).set_index("year")
    assert found.loc[2024, ["measures", "done", "with_progress", "median_progress"]].tolist() == [2, 1, 1, 0.5]
    assert found.loc[2025, ["measures", "done", "with_progress", "median_progress"]].tolist() == [2, 1, 2, 0.75]


def test_an_empty_register_is_told_as_empty() -> None:
    followed = follow_measures(TABLES["measures"].empty().assign(programme_year=1), 2025, ENDS)
    assert all(len(frame) == 0 for frame in vars(followed).values())


@settings(max_examples=40, deadline=None)
@given(
    st.floats(-1e6, 1e6), st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-3), st.floats(-1e6, 1e6),
    st.floats(0.1, 10), st.floats(-1e3, 1e3),
)  # fmt: skip
def test_units_of_the_indicator_do_not_change_the_way(
    baseline: float, way: float, value: float, scale: float, shift: float
) -> None:
    def told(number: float) -> float:
        return number * scale + shift

    rows = pd.DataFrame({"baseline": [baseline, told(baseline)], "target": [baseline + way, told(baseline + way)],
                         "value": [value, told(value)]})  # fmt: skip
    found = measure_progress(TWO.assign(**rows), ENDS)["progress"]
    if found.notna().all():
        assert found.iloc[0] == pytest.approx(found.iloc[1], rel=1e-3, abs=1e-3)


def test_large_registers_stay_fast() -> None:
    number = 20_000
    frame = pd.concat([register({})] * 1, ignore_index=True).loc[np.zeros(number, dtype=int)].reset_index(drop=True)
    frame["measure_id"] = [f"М-{k // 4}" for k in range(number)]
    frame["year"] = [2022 + k % 4 for k in range(number)]
    assert len(measure_progress(frame, ENDS)) == number
