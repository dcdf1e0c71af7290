"""Completeness of received data: filled against expected, by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evaluation.codebook import read_codebook
from evaluation.contracts import TABLES, check
from evaluation.indicators.completeness import EXPECTED, ExpectedField, data_completeness
from evaluation.indicators.intervals import wilson_interval
from evaluation.settings import InputProblem
from evaluation.tables import Table

CONFIG = Path(__file__).resolve().parents[2] / "config"
CHOSEN = (
    ExpectedField("projects", "topic"),
    ExpectedField("projects", "cost_actual", "carried_out"),
    ExpectedField("projects", "project_funding"),
    ExpectedField("attendance", "hours_present", "came"),
    ExpectedField("consultations", "minutes"),
)


@pytest.fixture
def received() -> dict[str, pd.DataFrame]:
    projects = pd.DataFrame(
        {
            "project_id": list("12345"), "year": [2024, 2024, 2024, 2024, 2023], "unit_id": ["A", "A", "B", "Z", "A"],
            "status": ["completed", "completed", "not_selected", "partly_completed", "completed"],
            "is_funded": [True, True, False, True, True], "topic": ["roads", None, None, "roads", None],
            "cost_actual": [5.0, None, None, 7.0, None],
        }
    )  # fmt: skip
    return {
        "territories": pd.DataFrame({"unit_id": ["A", "B"], "year": 2024}),
        "projects": projects,
        "project_funding": pd.DataFrame({"project_id": ["1", "1", "3"]}),
        "support_events": pd.DataFrame({"event_id": ["T1", "T0"], "year": [2024, 2023]}),
        "attendance": pd.DataFrame(
            {
                "event_id": ["T1", "T1", "T1", "T0"], "unit_id": ["A", None, "B", "A"],
                "status": ["present", "partial", "absent", "present"], "hours_present": [4.0, None, None, None],
            }
        ),
    }  # fmt: skip


def test_by_hand(received: dict[str, pd.DataFrame]) -> None:
    made = check(data_completeness(received, 2024, CHOSEN), TABLES["data_completeness"], read_codebook(CONFIG))
    counts = made.set_index(["field", "unit_id"])[["numerator", "denominator"]].apply(tuple, axis=1).to_dict()
    assert counts == {
        ("topic", "all"): (2, 4), ("topic", "A"): (1, 2), ("topic", "B"): (0, 1), ("topic", "unassigned"): (1, 1),
        ("cost_actual", "all"): (2, 3), ("cost_actual", "A"): (1, 2), ("cost_actual", "unassigned"): (1, 1),
        ("project_funding", "all"): (2, 4), ("project_funding", "A"): (1, 2), ("project_funding", "B"): (1, 1),
        ("project_funding", "unassigned"): (0, 1),
        ("hours_present", "all"): (1, 2), ("hours_present", "A"): (1, 1), ("hours_present", "unassigned"): (0, 1),
    }  # fmt: skip
    first = made.iloc[0]
    assert (first["value"], first["n"], first["expected_of"]) == (0.5, 4, "all")
    assert (first["low"], first["high"]) == pytest.approx(wilson_interval(2, 4))


def test_a_field_that_the_table_lacks_is_named(received: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(InputProblem, match="the table projects has no column colour"):
        data_completeness(received, 2024, [ExpectedField("projects", "colour")])


def test_a_year_without_rows_has_no_row(received: dict[str, pd.DataFrame]) -> None:
    assert data_completeness(received, 2030, CHOSEN).empty


def test_every_expected_field_is_a_column_or_a_table() -> None:
    conditions = read_codebook(CONFIG).choice_labels("expected_of", "ru")
    for each in EXPECTED:
        table: Table = TABLES[each.table]
        assert each.field in table.names or each.field in TABLES, each
        assert each.of in conditions
