"""Registers read by their declaration alone: each kind of cell and fate of a row; further columns of other sources."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from cleaning_helpers import KEY, clean, codebook, issue, plain_registry, rules, workbook

from evaluation.cleaning.context import Cleaned, Context, empty_table
from evaluation.cleaning.exchange import Member, parse_composition
from evaluation.cleaning.registers import RECORD_LETTERS, clean_register, within
from evaluation.cleaning.values import Choices, parse_number
from evaluation.cleaning.workbook import read_received
from evaluation.contracts import check, dangling
from evaluation.decisions import DECISION_COLUMNS
from evaluation.settings import InputProblem
from evaluation.tables import REGISTERS, TABLES

YEAR = 2024
UNITS = {"A": "Абанский район", "B": "Боготол", "C": "Канск"}
REVIEWS = ["№ рассмотрения", "Муниципалитет", "Вид документа", "Дата рассмотрения", "Который раз рассмотрен",
           "Замечаний", "Предварительный балл", "№ заявки"]  # fmt: skip


def register(folder: Path, source: str, rows: list[list[Any]], **others: list[list[Any]]) -> Cleaned:
    files = {name: workbook(folder / f"{name}.xlsx", {"Лист": table}) for name, table in others.items()}
    files[source] = workbook(folder / f"{source}.xlsx", {"Лист": rows})
    return clean(files, YEAR, plain_registry(folder, UNITS))


def of(cleaned: Cleaned, source: str) -> pd.DataFrame:
    return cleaned.issues[cleaned.issues["source"] == source]


def fates(cleaned: Cleaned, source: str) -> list[str]:
    ledger = cleaned.row_ledger
    return ledger.loc[(ledger["source"] == source) & (ledger["row_class"] == "data"), "fate"].tolist()


def test_cells_are_read_by_the_kind_of_their_column(tmp_path: Path) -> None:
    cleaned = register(
        tmp_path, "document_reviews",
        [REVIEWS,
         ["1", "Абанский район", "смета", dt.datetime(YEAR, 2, 3), 2, 5, "7,5", None],
         ["2", "Боготол", "Сметка", "31.02.2024", 0, -3, "около 8", None],
         ["3", "Канск", "Заявка", "05.03.2024", 1.5, "12 шт.", 4, None]],
    )  # fmt: skip
    table = cleaned.tables["document_reviews"]
    assert table["review_id"].tolist() == ["2024-D1", "2024-D3"]
    assert table["unit_id"].tolist() == ["A", "C"]
    assert table["document_kind"].tolist() == ["estimate", "application"]
    assert table["round"].tolist()[0] == 2 and pd.isna(table["round"].iloc[1])
    assert table["remarks"].tolist() == [5, 12]
    assert table["points"].tolist() == [7.5, 4.0]
    found = of(cleaned, "document_reviews").set_index("cell")["rule"].to_dict()
    assert found["E3"] == "out_of_range" and found["F3"] == "negative"
    assert found["G3"] == "inexact_number" and found["E4"] == "not_integer"
    assert {"category_unknown", "impossible_date", "required_empty"} <= set(of(cleaned, "document_reviews")["rule"])
    assert fates(cleaned, "document_reviews") == ["kept", "quarantined", "kept"]


def test_a_row_that_repeats_is_merged_and_one_that_contradicts_is_set_aside(tmp_path: Path) -> None:
    first = ["1", "Канск", "Смета", "05.03.2024", 1, 4, 10, None]
    cleaned = register(
        tmp_path, "document_reviews",
        [REVIEWS, first, first, ["1", "Канск", "Смета", "05.03.2024", 1, None, None, None],
         ["1", "Канск", "Отчёт", "05.03.2024", 1, 4, 10, None], [None, "Канск", "Отчёт", "06.03.2024", 1, 4, 10, None]],
    )  # fmt: skip
    assert len(cleaned.tables["document_reviews"]) == 1
    assert fates(cleaned, "document_reviews") == ["kept", "merged", "merged", "quarantined", "quarantined"]
    contradiction = of(cleaned, "document_reviews").query("rule == 'duplicate_key'").iloc[0]
    assert (contradiction["row"], contradiction["suggestion"]) == (5, "Лист, 2: document_kind")
    assert of(cleaned, "document_reviews").query("rule == 'key_missing'")["row"].tolist() == [6]


def test_references_of_this_year_must_lead_somewhere(tmp_path: Path) -> None:
    projects = [["№ заявки", "Муниципалитет", "Статус"], ["17", "Канск", "Победитель"]]
    results = [["№ заявки", "Показатель", "План", "Факт", "Ед. изм."], ["17", "длина", 120, "115,5", "м"],
               ["18", "длина", 10, 9, "м"], ["2023-004", "длина", 5, 5, "м"]]  # fmt: skip
    cleaned = register(tmp_path, "project_results", results, projects=projects)
    table = cleaned.tables["project_results"]
    assert table["project_id"].tolist() == ["2024-17", "2023-004"]
    assert table.loc[0, ["planned", "actual", "unit_of_measure"]].tolist() == [120.0, 115.5, "м"]
    assert of(cleaned, "project_results").query("rule == 'reference_unknown'")["cell"].tolist() == ["A3"]
    assert dangling(cleaned.tables).empty


def test_dangling_passes_over_years_that_the_target_does_not_hold() -> None:
    projects = pd.DataFrame({"project_id": ["2024-1"]})
    results = pd.DataFrame({"project_id": ["2024-1", "2024-9", "2023-1"]})
    lost = dangling({"projects": projects, "project_results": results})
    assert lost["value"].tolist() == ["2024-9"]


def test_rows_of_other_years_and_printed_totals(tmp_path: Path) -> None:
    ours = [[str(number), 2024, f"{number:02d}.03.2024", "сайт", "Практики района", 10] for number in range(1, 7)]
    cleaned = register(
        tmp_path,
        "publications",
        [
            ["№ публикации", "Год", "Дата", "Канал", "Тема", "Просмотры"],
            *ours,
            ["7", 2023, "05.03.2023", "газета", "Прошлый год", 50],
            ["8", 2024, "07.01.2025", "газета", "Позже", 30],
            ["Итого", None, None, None, None, 200],
        ],
    )
    table = cleaned.tables["publications"]
    assert table["publication_id"].tolist() == [*(f"2024-P{number}" for number in range(1, 7)), "2024-P8"]
    found = of(cleaned, "publications").set_index("rule")["row"]
    assert (found["other_year"], found["date_outside_year"], found["total_mismatch"]) == (8, 9, 10)


def test_personal_data_leave_neither_tables_nor_remarks(tmp_path: Path) -> None:
    secret = "Просить Петрову Анну Сергеевну, тел. 8 913 555-12-34, петровой@example.org"
    cleaned = register(
        tmp_path, "recommendations",
        [["№ рекомендации", "Рекомендация", "Кому", "За", "Против", "Воздержались", "Ответственный"],
         ["1", secret, "Муниципалитеты", 20, 0, 5, "Петрова А. С."]],
    )  # fmt: skip
    row = cleaned.tables["recommendations"].iloc[0]
    assert (row["recommendation_id"], row["addressee"], row["votes_for"]) == ("2024-R1", "municipality", 20)
    everything = " ".join(frame.to_csv() for frame in (*cleaned.tables.values(), cleaned.issues))
    for piece in ("Петров", "555-12-34", "example.org"):
        assert piece not in everything
    assert "personal_data_masked" in rules(cleaned) and "personal_column" in rules(cleaned)


def members(folder: Path, rows: list[list[Any]]) -> Cleaned:
    teams = [["№ команды", "Муниципалитет"], ["К1", "Канск"], ["К2", "Боготол"]]
    header = ["№ команды", "ФИО", "Должность", "Телефон", "Роль"]
    return register(folder, "team_members", [header, *rows], teams=teams)


def test_members_of_teams_become_keys(tmp_path: Path) -> None:
    cleaned = members(tmp_path, [
        ["К1", "Иванова Мария Петровна", "депутат", "+7 000 100-00-01", "лидер"],
        ["К1", "Иванова М.П.", "депутат", "8(000)1000001", "лидер"],
        ["К2", "Иванова М.П.", "директор школы", None, "член"],
        ["К2", None, None, None, "член"],
        ["К9", "Кто Угодно", None, "+7 000 100-00-09", "член"],
    ])  # fmt: skip
    table = cleaned.tables["team_members"]
    assert fates(cleaned, "team_members") == ["kept", "merged", "kept", "quarantined", "quarantined"]
    assert table["team_id"].tolist() == ["К1", "К2"] and table["role"].tolist() == ["leader", "member"]
    assert table["sector"].tolist() == ["elected", "institution_worker"]
    # the same name in another municipality is another person, known by name and unit alone
    assert table["person_key"].nunique() == 2
    assert issue(cleaned, "person_probable")["row"] == 4 and issue(cleaned, "person_unnamed")["row"] == 5
    assert issue(cleaned, "reference_unknown")["row"] == 6
    assert "Иванова" not in table.to_csv() + cleaned.issues.to_csv()


def test_columns_that_are_needed_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputProblem) as refused:
        register(tmp_path, "publications", [["№ публикации", "Где опубликовано"], ["1", "сайт"]])
    assert "Дата публикации" in refused.value.messages["ru"] and "Published on" in refused.value.messages["en"]


def test_any_declared_table_can_be_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", {"Лист": [
        ["project_id", "funding_source", "stage", "amount"], ["17", "Население", "План", 1000.5]]})  # fmt: skip
    decisions = pd.DataFrame(columns=DECISION_COLUMNS, dtype="str")
    aliases = pd.DataFrame(columns=["raw", "unit_id", "reason"], dtype="str")
    context = Context(YEAR, plain_registry(tmp_path, UNITS), aliases, decisions, codebook(), KEY,
                      dt.date(YEAR, 12, 31))  # fmt: skip
    tables = {name: empty_table(name) for name in TABLES}
    part = clean_register(read_received(path, "money"), context, tables, "project_funding")
    table = check(part.tables["project_funding"], TABLES["project_funding"], codebook())
    assert table[["project_id", "funding_source", "stage", "amount"]].to_numpy().tolist() == [
        ["2024-17", "residents", "planned", 1000.5]
    ]


def test_registers_satisfy_their_contracts_when_empty() -> None:
    for name in REGISTERS:
        assert check(empty_table(name), TABLES[name], codebook()).empty


@pytest.mark.parametrize(
    ("raw", "value", "rule"),
    [(0, 0.0, None), (100, 100.0, None), (100.01, None, "out_of_range"), (-1, None, "negative"), ("", None, None)],
)
def test_numbers_are_held_to_their_range(raw: Any, value: float | None, rule: str | None) -> None:
    parsed = within(parse_number, 0, 100)(raw)
    assert (parsed.value, parsed.rule) == (value, rule)


# ---- further columns of the other sources -----------------------------------------------------------------------


def test_invited_and_present_stand_apart_in_a_composition() -> None:
    roles = Choices(codebook().choice_aliases("role"))
    found, unknown = parse_composition(
        "принимает: Канск (4); гости: Ачинск (3 из 5 чел.), Боготол - 2 из 2, Уяр (1)", roles
    )
    assert not unknown
    assert found == [Member("host", "Канск", 4), Member("guest", "Ачинск", 3, 5), Member("guest", "Боготол", 2, 2),
                     Member("guest", "Уяр", 1)]  # fmt: skip


def test_sessions_tests_and_certificates(tmp_path: Path) -> None:
    events = [["№", "Название", "Вид поддержки", "Дата начала", "Дата окончания", "Часы", "Кому оказана поддержка",
               "Категория участников", "Приглашено"],
              ["1", "Курс", "Обучение", "05.03.2024", "06.03.2024", 16, "Канск", "специалисты", 12]]  # fmt: skip
    header = ["Мероприятие", "ФИО", "МО", "Телефон", "Отметка", "День", "Входной тест", "Итоговый тест", "Сертификат"]
    one = ["1", "Иванова Мария Петровна", "Канск", "+7 000 100-00-01", "+"]
    rows = [[*one, 1, 40, 101, None], [*one, 2, None, 85, "да"], [*one, 2, 55, None, None]]
    cleaned = register(tmp_path, "attendance", [header, *rows], support_events=events)
    table = cleaned.tables["attendance"]
    assert table["session"].tolist() == ["1", "2"]
    assert table["test_before"].tolist() == [40.0, 55.0]
    assert pd.isna(table["test_after"].iloc[0]) and table["test_after"].iloc[1] == 85.0
    assert pd.isna(table["certificate"].iloc[0]) and bool(table["certificate"].iloc[1])
    assert table["hours_present"].isna().all()  # sixteen hours belong to no single day
    assert len(cleaned.tables["participants"]) == 1
    event = cleaned.tables["support_events"].iloc[0]
    assert (event["recipient_unit_id"], event["cohort"], event["invited"]) == ("C", "specialists", 12)
    assert fates(cleaned, "attendance") == ["kept", "kept", "merged"]
    check(table, TABLES["attendance"], codebook())


def test_parts_of_dates_are_kept_beside_the_day(tmp_path: Path) -> None:
    header = [
        "№ заявки",
        "Муниципалитет",
        "Статус",
        "Дата решения",
        "Начало работ",
        "Срок завершения",
        "Код населённого пункта",
    ]
    rows = [["1", "Канск", "Победитель", "15.03.2024", "май 2024", "2024", "A-7"]]
    cleaned = register(tmp_path, "projects", [header, *rows])
    project = cleaned.tables["projects"].iloc[0]
    assert project["decided_on"] == pd.Timestamp(2024, 3, 15) and pd.isna(project["decided_on_partial"])
    assert pd.isna(project["started_on"]) and project["started_on_partial"] == "2024-05"
    assert pd.isna(project["planned_end"]) and project["planned_end_partial"] == "2024"
    assert project["place_code"] == "A-7"
    found = of(cleaned, "projects").query("rule == 'partial_date'")
    assert set(found["action"]) == {"kept"} and set(found["value"]) == {"2024-05", "2024"}


def test_a_consultation_names_its_project(tmp_path: Path) -> None:
    cleaned = register(
        tmp_path, "consultations",
        [["№", "Дата", "Муниципалитет", "№ заявки", "Тема"], ["1", "05.03.2024", "Канск", "17", "Заявка и документы"]],
    )  # fmt: skip
    row = cleaned.tables["consultations"].iloc[0]
    assert (row["project_id"], row["topic"]) == ("2024-17", "application")


REQUESTS = ["№ обращения", "Дата поступления", "Муниципалитет", "Код ОКТМО", "Тема обращения"]


def test_a_request_that_names_no_municipality_is_kept_and_remarked_on_in_its_cell(tmp_path: Path) -> None:
    cleaned = register(
        tmp_path, "requests",
        [REQUESTS,
         ["1", "05.03.2024", "Канск", None, None], ["2", "06.03.2024", None, None, None],
         ["3", "07.03.2024", "н/д", None, None], ["4", "08.03.2024", "Тридевятое", None, None],
         ["5", "08.03.2024", None, "B", None]],
    )  # fmt: skip
    table = cleaned.tables["requests"]
    assert table["request_id"].str[-1].tolist() == ["1", "2", "3", "4", "5"], "none is dropped"
    assert table["unit_id"].fillna("").tolist() == ["C", "", "", "", "B"]
    found = of(cleaned, "requests").query("rule == 'unit_not_named'")
    # the second names none, the third says so by a mark; the fourth has the remark of a name that is not found
    assert found["cell"].tolist() == ["C3", "C4"]
    assert set(zip(found["severity"], found["action"], strict=True)) == {("warning", "kept")}
    assert of(cleaned, "requests").query("cell == 'C5'")["rule"].tolist() == ["name_not_found"]
    for language in ("ru", "en"):
        assert codebook().choice_labels("rule", language)["unit_not_named"] != "unit_not_named"


def test_a_log_without_a_column_of_municipalities_has_one_remark(tmp_path: Path) -> None:
    rows = [["№ обращения", "Дата поступления"], ["1", "05.03.2024"], ["2", "06.03.2024"]]
    cleaned = register(tmp_path, "requests", rows)
    found = of(cleaned, "requests").query("rule == 'unit_not_named'")
    assert found["value"].tolist() == ["2"] and found["row"].isna().all()
    assert len(cleaned.tables["requests"]) == 2


def test_other_records_may_tell_of_no_municipality(tmp_path: Path) -> None:
    rows = [["№ материала", "Дата выхода", "Канал", "Муниципалитет"], ["1", "05.03.2024", "Сайт", None]]
    cleaned = register(tmp_path, "media_items", rows)
    assert len(cleaned.tables["media_items"]) == 1
    assert "unit_not_named" not in set(of(cleaned, "media_items")["rule"])


def test_no_two_kinds_of_records_share_a_letter() -> None:
    letters = list(RECORD_LETTERS.values())
    assert sorted(set(letters)) == sorted(letters)
