"""People's corrections: read, applied to the value they were made for, otherwise listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaluation.decisions import (
    DECISION_COLUMNS,
    Identities,
    apply_decisions,
    offered_value,
    raw_hash,
    raw_text,
    read_decisions,
    superseded,
)
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


def records() -> pd.DataFrame:
    return pd.DataFrame({"cost": [100.0, 200.0], "title": ["a", "b"]}, index=[4, 5], dtype=object)


def apply(*decisions: dict[str, Any]) -> Any:
    keys = pd.Series(["2024-001", "2024-002"], index=[4, 5], dtype=object)
    frame = pd.DataFrame(decisions, columns=DECISION_COLUMNS)
    return apply_decisions(Identities(records(), keys, KEY), "projects", frame, 2024)


def test_replace_and_empty() -> None:
    done = apply(decision(), decision(record_key="2024-002", raw_hash=raw_hash(200.0, KEY), action="empty", value=""))
    assert done.records["cost"].tolist() == ["120", None]
    assert done.applied["row"].tolist() == [4, 5] and done.used == {0, 1} and done.quarantined == ()
    assert records()["cost"].tolist() == [100.0, 200.0]


def test_an_accepted_suggestion_is_its_value() -> None:
    assert apply(decision(action="accept", value="110")).records["cost"].tolist() == ["110", 200.0]


def test_a_whole_record_may_be_set_aside() -> None:
    done = apply(decision(action="quarantine", field="", raw_hash=""))
    assert done.quarantined == (4,) and done.records["cost"].tolist() == [100.0, 200.0]


@pytest.mark.parametrize("changes", [{"raw_hash": raw_hash(99, KEY)}, {"field": "no_such"}, {"record_key": "2024-009"}])
def test_what_meets_no_value_is_not_used(changes: dict[str, Any]) -> None:
    done = apply(decision(**changes))
    assert done.records["cost"].tolist() == [100.0, 200.0] and done.applied.empty and done.used == set()


def test_other_tables_and_years_are_passed_over() -> None:
    done = apply(decision(table="scores"), decision(record_key="2023-001"))
    assert done.applied.empty and done.used == set()


def test_the_last_decision_on_a_cell_counts() -> None:
    done = apply(decision(value="120"), decision(value="130"))
    assert done.records["cost"].tolist() == ["130", 200.0]
    assert done.applied["value"].tolist() == ["130"] and done.used == {0, 1}, "the earlier one is overruled, not lost"


def identities(rows: dict[int, list[Any]], **more: Any) -> Identities:
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["key", "cost", "title"]).astype(object)
    return Identities(frame[["cost", "title"]], frame["key"], KEY, **more)


def test_records_are_known_by_key_or_by_content_wherever_they_stand() -> None:
    rows = [["A", 1.0, "x"], ["B", 2.0, "y"], ["B", 3.0, "z"], [None, 4.0, "w"]]
    one = identities(dict(zip((4, 5, 6, 7), rows, strict=True)))
    moved = identities(dict(zip((10, 11, 12, 13), reversed(rows), strict=True)))
    assert one.of(4) == moved.of(13) == "A"
    assert one.of(5).startswith("B~") and one.of(7).startswith("~")
    names = {one.of(row) for row in (5, 6, 7)}
    assert len(names) == 3 and names == {moved.of(row) for row in (10, 11, 12)}
    assert one.rows_of(one.of(6)) == [6] and moved.rows_of(one.of(6)) == [11]
    assert one.rows_of("B") == [5, 6], "a decision made when the number stood once still finds its value"
    assert one.rows_of("C") == one.rows_of("B~0000") == one.rows_of("") == []


def test_where_keys_are_numbers_of_rows_the_content_names_the_record() -> None:
    groups = pd.Series(["T1", "T1"], index=[4, 5], dtype=object)
    one = identities({4: ["T1/4", 1.0, "x"], 5: ["T1/5", 2.0, "y"]}, groups=groups)
    swapped = identities({4: ["T1/4", 2.0, "y"], 5: ["T1/5", 1.0, "x"]}, groups=groups)
    assert one.of(4) == swapped.of(5) != one.of(5)
    assert one.rows_of("T1/4") == [], "a number of a row is no name: the row may hold another record tomorrow"


def test_the_content_does_not_depend_on_the_order_of_columns() -> None:
    one = identities({4: ["A", 1.0, "x"]})
    other = Identities(one.records[["title", "cost"]], one.keys, KEY)
    assert one.content(4) == other.content(4)
    assert one.content(4) != identities({4: ["A", 1.0, "X"]}).content(4)


@pytest.mark.parametrize(
    ("suggestion", "field", "raw", "offered"),
    [
        ("539", "beneficiaries", "ок. 539", "539"),
        ("2024-03-12", "applied_on", "12.O3.2024", "2024-03-12"),
        ("planned_local x 1000 = 96750.00", "planned_local", "96,75", "96750"),
        ("planned_local / 1000 = 96.75", "planned_local", "96 750", "96.75"),
        ("planned_local x 1000 = 1.00", "planned_regional", "1", None),
        ("04603000 Ачинский район", "unit_name", "Ачинск р-н", "Ачинский район"),
        ("04603000 Ачинский район", "unit_code", "4603", "04603000"),
        ("04603000 Ачинский район; 04740000 Шарыпово", "unit_code", "46", None),
        ("<= 1200", "beneficiaries", "9999", None),
        ("0-100", "points", "187", None),
        ("Лист1, 12: title, cost", "project_number", "17", None),
        ("04603000 Ачинский район", "composition", "гости: …", None),
        (None, "cost", "1", None),
    ],
)
def test_what_a_suggestion_offers(suggestion: Any, field: str, raw: str, offered: str | None) -> None:
    assert offered_value(suggestion, field, raw) == offered


def test_earlier_decisions_on_the_same_cell_are_found() -> None:
    frame = pd.DataFrame([decision(), decision(field="title"), decision(action="keep", value="rule")])
    new = pd.DataFrame([decision(value="5"), decision(action="keep", value="other")])
    assert superseded(frame, new).tolist() == [True, False, False]


def test_whole_numbers_hash_as_people_see_them() -> None:
    assert raw_text(100.0) == raw_text(100) == raw_text("100") == "100" and raw_text(None) == ""
    assert raw_hash(100, KEY) != raw_hash(100, b"other")


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
        ({"action": "keep", "raw_hash": ""}, "raw_hash"),
        ({"action": "accept", "value": ""}, "line 2: not filled in: value"),
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


def test_several_files_are_read_one_after_another(tmp_path: Path) -> None:
    one, other = tmp_path / "a.csv", tmp_path / "b.csv"
    pd.DataFrame([decision(value="1")]).to_csv(one, index=False)
    pd.DataFrame([decision(value="2")]).to_csv(other, index=False)
    assert read_decisions(one, None, tmp_path / "none.csv", other)["value"].tolist() == ["1", "2"]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    path.write_bytes(b"\xff\xfe\x00table")
    with pytest.raises(InputProblem, match=r"decisions\.csv: the file cannot be read"):
        read_decisions(path)
