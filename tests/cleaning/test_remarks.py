"""Decisions on remarks: they name the record and the value, hold wherever these stand, and are listed otherwise."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from cleaning_helpers import KEY, clean, issue, krasnoyarsk, workbook

from evaluation.cleaning.context import Cleaned
from evaluation.decisions import DECISION_COLUMNS, WHOLE_FILE, raw_hash

HEADER = ["№ заявки", "Код ОКТМО", "Муниципальное образование", "Наименование проекта", "Благополучатели", "Статус"]
PEOPLE = ["ФИО", "Должность, муниципальное образование", "Телефон", "Отметка о присутствии"]


def row(number: Any, people: Any = 50, **changes: Any) -> list[Any]:
    cells = {"code": "04601000", "unit": "Абанский район", "title": f"Проект {number}"} | changes
    return [number, *cells.values(), people, "Победитель"]


def register(path: Path, rows: list[list[Any]], above: list[list[Any]] | None = None, sheet: str = "Реестр") -> Path:
    return workbook(path, {sheet: [*(above or []), HEADER, *rows]})


def cleaned(path: Path, decisions: list[dict[str, Any]] | None = None, year: int = 2024) -> Cleaned:
    frame = pd.DataFrame(decisions or [], columns=DECISION_COLUMNS, dtype="str")
    return clean({"projects": path}, year, krasnoyarsk(), region_code="04", decisions=frame)


def decide(remark: pd.Series, action: str, value: str = "", **changes: Any) -> dict[str, Any]:
    """A decision on an issue, from nothing but the issue's own columns."""
    place = {
        name: "" if pd.isna(remark[name]) else remark[name] for name in ("table", "record_key", "field", "raw_hash")
    }
    rest = {"action": action, "value": value, "reason": "по письму", "decided_by_role": "аналитик"}
    return {**place, **rest, "decided_on": "2025-01-10", **changes}


def people(one: Cleaned) -> dict[str, Any]:
    frame = one.tables["projects"]
    return dict(zip(frame["project_id"], frame["beneficiaries"], strict=True))


def test_an_issue_is_enough_to_decide_on_it(tmp_path: Path) -> None:
    first = cleaned(register(tmp_path / "a.xlsx", [row("24-001", "ок. 50"), row("24-002")]))
    remark = issue(first, "inexact_number")
    assert (remark["table"], remark["record_key"], remark["field"]) == ("projects", "2024-001", "beneficiaries")
    assert remark["raw_hash"] == raw_hash("ок. 50", KEY)
    decided = cleaned(tmp_path / "a.xlsx", [decide(remark, "replace", "52")])
    assert people(decided) == {"2024-001": 52, "2024-002": 50}
    told = issue(decided, "decision_applied")
    assert told[["decision", "decided_by", "decided_on", "value"]].tolist() == [
        "replace", "аналитик", "2025-01-10", "52",
    ]  # fmt: skip
    assert told["raw_hash"] == remark["raw_hash"], "the decision can be taken anew"


def test_a_decision_survives_a_file_saved_again_with_rows_moved(tmp_path: Path) -> None:
    rows = [row("24-001", "ок. 50"), row("24-002"), row("24-003", "ок. 7")]
    first = register(tmp_path / "a.xlsx", rows)
    remarks = cleaned(first).issues.query("rule == 'inexact_number'")
    decisions = [decide(one, "replace", "52") for _, one in remarks.iterrows()]
    again = register(tmp_path / "b.xlsx", rows[::-1], above=[["Реестр заявок"], [None]], sheet="Лист 1")
    book = openpyxl.load_workbook(again)
    book.properties.title = "saved again"
    book.save(again)
    assert again.read_bytes() != first.read_bytes()
    after = cleaned(again, decisions)
    assert people(after) == {"2024-001": 52, "2024-002": 50, "2024-003": 52}
    assert "decision_not_applicable" not in set(after.issues["rule"])


def test_another_value_is_never_overwritten_and_the_decision_is_listed(tmp_path: Path) -> None:
    remark = issue(cleaned(register(tmp_path / "a.xlsx", [row("24-001", "ок. 50")])), "inexact_number")
    later = cleaned(register(tmp_path / "b.xlsx", [row("24-001", 61)]), [decide(remark, "replace", "52")])
    assert people(later) == {"2024-001": 61}
    missed = issue(later, "decision_not_applicable")
    assert missed[["table", "record_key", "field", "decision"]].tolist() == [
        "projects", "2024-001", "beneficiaries", "replace",
    ]  # fmt: skip


def passport(path: Path, population: Any) -> Path:
    header = ["Муниципальное образование", "Код ОКТМО", "Население на 1 января"]
    return workbook(path, {"МО": [header, ["Абанский район", "04601000", population], ["Ачинск", "04703000", 100000]]})


def test_next_years_file_with_the_same_value_for_the_same_unit_takes_the_decision(tmp_path: Path) -> None:
    def of(path: Path, year: int, decisions: list[dict[str, Any]]) -> Cleaned:
        frame = pd.DataFrame(decisions, columns=DECISION_COLUMNS, dtype="str")
        return clean({"territories": path}, year, krasnoyarsk(), region_code="04", decisions=frame)

    def population(one: Cleaned) -> Any:
        return one.tables["territories"].set_index("unit_id").loc["04601000", "population"]

    first = of(passport(tmp_path / "2023.xlsx", "ок. 20000"), 2023, [])
    decision = decide(issue(first, "inexact_number"), "replace", "20123")
    same = of(passport(tmp_path / "2024.xlsx", "ок. 20000"), 2024, [decision])
    assert population(same) == 20123 and issue(same, "decision_applied")["value"] == "20123"
    other = of(passport(tmp_path / "2024b.xlsx", "ок. 19000"), 2024, [decision])
    assert pd.isna(population(other)) and issue(other, "decision_not_applicable")["decision"] == "replace"


def test_decisions_on_records_of_another_year_wait_for_that_year(tmp_path: Path) -> None:
    remark = issue(cleaned(register(tmp_path / "a.xlsx", [row("24-001", "ок. 50")])), "inexact_number")
    next_year = cleaned(register(tmp_path / "b.xlsx", [row("25-001", "ок. 50")]), [decide(remark, "empty")], 2025)
    assert not set(next_year.issues["rule"]) & {"decision_applied", "decision_not_applicable"}


def test_a_kept_remark_becomes_an_information_that_tells_its_rule(tmp_path: Path) -> None:
    path = register(tmp_path / "a.xlsx", [row("24-001", "ок. 50")])
    remark = issue(cleaned(path), "inexact_number")
    after = cleaned(path, [decide(remark, "keep", "inexact_number")])
    kept = issue(after, "decision_kept")
    assert kept[["severity", "action", "value", "decision"]].tolist() == ["info", "emptied", "inexact_number", "keep"]
    assert "inexact_number" not in set(after.issues["rule"]) and people(after) == {"2024-001": pd.NA}
    other = cleaned(path, [decide(remark, "keep", "out_of_range")])
    assert issue(other, "inexact_number")["severity"] == "error", "another remark on the cell was not accepted"
    assert issue(other, "decision_not_applicable")["decision"] == "keep"


def test_a_remark_on_the_file_itself_can_be_kept_in_every_year(tmp_path: Path) -> None:
    def with_column(name: str, number: str, title: str) -> Path:
        rows = [[*HEADER, title], [*row(number), "слово"]]
        return workbook(tmp_path / name, {"Реестр": rows})

    first = cleaned(with_column("a.xlsx", "24-001", "Совсем другое"))
    remark = issue(first, "unmapped_column")
    assert remark["record_key"] == WHOLE_FILE
    decision = decide(remark, "keep", "unmapped_column")
    assert (
        issue(cleaned(with_column("b.xlsx", "25-001", "Совсем другое"), [decision], 2025), "decision_kept")["row"] == 1
    )
    other = cleaned(with_column("c.xlsx", "25-001", "Ещё что-то"), [decision], 2025)
    assert issue(other, "unmapped_column")["severity"] == "warning"


def test_of_two_records_with_one_number_each_is_decided_on_alone(tmp_path: Path) -> None:
    rows = [row("24-001", title="Школа"), row("24-001", title="Мост")]
    path = register(tmp_path / "a.xlsx", rows)
    remark = issue(cleaned(path), "duplicate_key")
    after = cleaned(register(tmp_path / "b.xlsx", rows[::-1]), [decide(remark, "replace", "24-009")])
    titles = dict(zip(after.tables["projects"]["project_id"], after.tables["projects"]["title"], strict=True))
    assert titles == {"2024-001": "Школа", "2024-009": "Мост"}
    assert "duplicate_key" not in set(after.issues["rule"]), "a decided number gives the record its new key"


def test_a_record_without_a_number_gets_one(tmp_path: Path) -> None:
    path = register(tmp_path / "a.xlsx", [row("24-001"), row(None, title="Мост")])
    remark = issue(cleaned(path), "key_missing")
    assert remark["record_key"].startswith("~")
    after = cleaned(path, [decide(remark, "replace", "24-002")])
    assert list(after.tables["projects"]["project_id"]) == ["2024-001", "2024-002"]


def test_a_decision_on_a_file_that_was_not_received_is_listed(tmp_path: Path) -> None:
    path = register(tmp_path / "a.xlsx", [row("24-001", "ок. 50")])
    remark = issue(cleaned(path), "inexact_number")
    after = cleaned(path, [decide(remark, "empty", table="scores")])
    assert issue(after, "decision_not_applicable")["table"] == "scores"


def lists(path: Path, rows: list[list[Any]]) -> dict[str, Path]:
    title = ["Список участников: 3. Курс для команд"]
    plan = ["№", "Вид поддержки", "Название", "Дата проведения", "Форма", "Часы"]
    event = [3, "Обучение", "Курс для команд", dt.datetime(2024, 4, 22), "Курс повышения квалификации", 8]
    return {
        "support_events": workbook(path.with_name(f"plan-{path.name}"), {"План": [plan, event]}),
        "attendance": workbook(path, {"3": [title, PEOPLE, *rows]}),
    }


def test_lists_of_people_are_decided_on_by_content_not_by_row(tmp_path: Path) -> None:
    rows = [
        ["Иванова Мария Петровна", "глава, Абанский район", "+7 913 000-00-01", "присутствовала"],
        ["Петров Пётр Ильич", "специалист, Ачинск", "+7 913 000-00-02", "сомнительно"],
    ]
    first = clean(lists(tmp_path / "a.xlsx", rows), 2024, krasnoyarsk(), region_code="04")
    remark = issue(first, "attendance_mark_unknown")
    assert remark["record_key"].startswith("2024-T3~")
    decisions = pd.DataFrame([decide(remark, "replace", "присутствовал")], columns=DECISION_COLUMNS, dtype="str")
    files = lists(tmp_path / "b.xlsx", rows[::-1])
    after = clean(files, 2024, krasnoyarsk(), region_code="04", decisions=decisions)
    assert after.tables["attendance"]["status"].tolist() == ["present", "present"]


def test_issues_never_hold_what_was_received_in_a_personal_column(tmp_path: Path) -> None:
    rows = [["Петров П.И.", "специалист, Неизвестная земля", "+7 913 000-00-02", "+"]]
    done = clean(lists(tmp_path / "a.xlsx", rows), 2024, krasnoyarsk(), region_code="04")
    remark = done.issues[done.issues["field"] == "position"].iloc[0]
    assert pd.isna(remark["raw"]) and remark["raw_hash"] == raw_hash("специалист, Неизвестная земля", KEY)
    text = done.issues.to_csv()
    assert not any(word in text for word in ("Петров", "913", "специалист"))


def test_a_name_in_the_number_does_not_become_a_key(tmp_path: Path) -> None:
    done = cleaned(register(tmp_path / "a.xlsx", [row("Иванова Мария Петровна", "ок. 5"), row("24-002")]))
    assert "Иванова" not in done.issues.to_csv()


@pytest.mark.parametrize("action", ["replace", "empty", "quarantine", "keep"])
def test_without_a_matching_record_nothing_changes(tmp_path: Path, action: str) -> None:
    path = register(tmp_path / "a.xlsx", [row("24-001"), row("24-002", "ок. 5")])
    remark = issue(cleaned(path), "inexact_number")
    done = cleaned(path, [decide(remark, action, "7", record_key="2024-777")])
    assert len(done.tables["projects"]) == 2 and people(done)["2024-001"] == 50
    assert issue(done, "decision_not_applicable")["suggestion"] == "2024-777"
