"""People's corrections: read, applied to the value they were made for, otherwise listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaluation.decisions import DECISION_COLUMNS, apply_decisions, decision_form, raw_hash, raw_text, read_decisions
from evaluation.settings import InputProblem

KEY = b"secret"
ROOT = Path(__file__).resolve().parents[1]


def decision(**changes: Any) -> dict[str, Any]:
    row = {
        "table": "projects",
        "record_key": "2024-001",
        "field": "cost",
        "raw_hash": raw_hash(100.0, KEY),
        "action": "replace",
        "value": "120",
        "reason": "letter",
        "decided_by_role": "analyst",
        "decided_on": "2025-01-10",
    }
    return {**row, **changes}


def apply(*decisions: dict[str, Any]) -> Any:
    records = pd.DataFrame({"cost": [100.0, 200.0], "title": ["a", "b"]}, index=[4, 5], dtype=object)
    keys = pd.Series(["2024-001", "2024-002"], index=[4, 5], dtype=object)
    return apply_decisions(records, keys, "projects", pd.DataFrame(decisions, columns=DECISION_COLUMNS), KEY, 2024)


def test_replace_and_empty() -> None:
    done = apply(decision(), decision(record_key="2024-002", raw_hash=raw_hash(200.0, KEY), action="empty", value=""))
    assert done.records["cost"].tolist() == ["120", None]
    assert done.applied["row"].tolist() == [4, 5] and done.not_applicable.empty and done.quarantined == ()


def test_a_whole_record_may_be_set_aside() -> None:
    done = apply(decision(action="quarantine", field="", raw_hash=""))
    assert done.quarantined == (4,) and done.records["cost"].tolist() == [100.0, 200.0]


@pytest.mark.parametrize("changes", [{"raw_hash": raw_hash(99, KEY)}, {"field": "no_such"}, {"record_key": "2024-009"}])
def test_what_meets_no_value_is_listed(changes: dict[str, Any]) -> None:
    done = apply(decision(**changes))
    assert done.records["cost"].tolist() == [100.0, 200.0] and done.applied.empty
    assert len(done.not_applicable) == 1


def test_other_tables_and_years_are_passed_over() -> None:
    done = apply(decision(table="scores"), decision(record_key="2023-001"))
    assert done.applied.empty and done.not_applicable.empty


def test_whole_numbers_hash_as_people_see_them() -> None:
    assert raw_text(100.0) == raw_text(100) == raw_text("100") == "100" and raw_text(None) == ""
    assert raw_hash(100, KEY) != raw_hash(100, b"other")


def test_the_form_names_the_record_and_the_hash() -> None:
    issues = pd.DataFrame(
        {
            "source": ["projects", "projects"],
            "file_name": "a.xlsx",
            "sheet": "Реестр",
            "cell": ["F4", "G4"],
            "row": pd.array([4, 4], dtype="Int64"),
            "field": ["cost", "title"],
            "raw": ["ок. 5", "x"],
            "rule": ["inexact_number", "text_trimmed"],
            "action": ["emptied", "repaired"],
            "suggestion": None,
        }
    )
    ledger = pd.DataFrame({"source": ["projects"], "sheet": ["Реестр"], "row": [4], "record_key": ["2024-001"]})
    form = decision_form(issues, ledger, KEY)
    assert len(form) == 1, "what was repaired needs no decision"
    assert form.iloc[0][["table", "record_key", "field", "raw_hash", "action"]].tolist() == [
        "projects",
        "2024-001",
        "cost",
        raw_hash("ок. 5", KEY),
        "",
    ]


def test_the_file(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    assert read_decisions(path).empty
    pd.DataFrame([decision()]).to_csv(path, index=False)
    assert read_decisions(path).iloc[0]["record_key"] == "2024-001"
    assert list(read_decisions(ROOT / "config" / "decisions.csv").columns) == DECISION_COLUMNS


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"action": "change"}, "line 2: unknown action 'change'"),
        ({"reason": ""}, "line 2: not filled in: reason"),
        ({"raw_hash": ""}, "raw_hash"),
    ],
)
def test_faults_of_the_file_are_named_with_their_line(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    path = tmp_path / "decisions.csv"
    pd.DataFrame([decision(**changes)]).to_csv(path, index=False)
    with pytest.raises(InputProblem, match=words):
        read_decisions(path)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    pd.DataFrame([decision()]).drop(columns="reason").to_csv(path, index=False)
    with pytest.raises(InputProblem, match="columns reason are missing"):
        read_decisions(path)
