"""Received files of a programme year: tables, remarks and the fate of every row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from cleaning_helpers import KEY, clean, codebook, issue, krasnoyarsk, plain_registry, rules, workbook
from openpyxl.styles import Font

from evaluation.cleaning.rules import RULES
from evaluation.contracts import TABLES, check, dangling
from evaluation.decisions import DECISION_COLUMNS, raw_hash
from evaluation.ledger import check_accounts
from evaluation.tables import PROGRAMME_TABLES

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
HEADER = [
    "№ заявки",
    "Код ОКТМО",
    "Муниципальное образование",
    "Наименование проекта",
    "Дата подачи",
    "Стоимость проекта, руб.",
    None,
    None,
    "Благополучатели, чел.",
    "Статус",
    "Фактическая дата завершения",
]
UNDER = [None, None, None, None, None, "всего", "краевой бюджет", "местный бюджет", None, None, None]


def register(path: Path, rows: list[list[Any]], tail: list[list[Any]] | None = None) -> Path:
    return workbook(path, {"Реестр": [["Реестр заявок, 2024 год"], HEADER, UNDER, *rows, *(tail or [])]}, ["F2:H2"])


def row(number: Any, **changes: Any) -> list[Any]:
    cells = {
        "number": number,
        "code": 4601000,
        "unit": "Абанский район",
        "title": f"Проект {number}",
        "applied": dt.datetime(2024, 2, 1),
        "total": 100.0,
        "regional": 90.0,
        "local": 10.0,
        "people": 50,
        "status": "Победитель",
        "finished": dt.datetime(2024, 9, 1),
    }
    return list({**cells, **changes}.values())


def project(tmp_path: Path, *rows: list[Any], **more: Any) -> Any:
    return clean({"projects": register(tmp_path / "a.xlsx", list(rows))}, 2024, krasnoyarsk(), region_code="04", **more)


def test_a_clean_row(tmp_path: Path) -> None:
    cleaned = project(tmp_path, row("24-001"))
    one = cleaned.tables["projects"].iloc[0]
    assert (one["project_id"], one["unit_id"], one["status"], bool(one["is_funded"])) == (
        "2024-001",
        "04601000",
        "funded",
        True,
    )
    assert (one["cost_planned"], one["beneficiaries"], one["source_sheet"], one["source_row"]) == (
        100.0,
        50,
        "Реестр",
        4,
    )
    assert one["applied_on"] == pd.Timestamp(2024, 2, 1) and pd.isna(one["topic"])
    funding = cleaned.tables["project_funding"].set_index("funding_source")["amount"].to_dict()
    assert funding == {"regional": 90.0, "local": 10.0}
    assert rules(cleaned) == {"oktmo_lost_zero": 1, "population_from_registry": 1}


@pytest.mark.parametrize(
    ("changes", "rule", "action", "column", "value"),
    [
        ({"status": "Победитиль"}, "category_unknown", "emptied", None, None),
        ({"status": "победитель "}, "category_normalised", "repaired", "status", "funded"),
        ({"people": "50 чел."}, "unit_in_cell", "repaired", "beneficiaries", 50),
        ({"people": "ок. 50"}, "inexact_number", "emptied", "beneficiaries", None),
        ({"people": -50}, "negative", "emptied", "beneficiaries", None),
        ({"people": 10**7}, "beneficiaries_over_population", "kept", "beneficiaries", 10**7),
        ({"applied": 45323}, "excel_serial", "repaired", "applied_on", pd.Timestamp(2024, 2, 1)),
        ({"applied": "1 февраля 2024 г."}, "date_as_text", "repaired", "applied_on", pd.Timestamp(2024, 2, 1)),
        ({"applied": "31.02.2024"}, "impossible_date", "emptied", "applied_on", None),
        ({"applied": "01.02.2019"}, "date_outside_year", "kept", "applied_on", pd.Timestamp(2019, 2, 1)),
        ({"finished": "01.01.2024"}, "finished_before_applied", "kept", "finished_on", pd.Timestamp(2024, 1, 1)),
        ({"total": "1 000 000,50"}, "sum_of_sources", "kept", "cost_planned", 1000000.5),
        ({"total": "#REF!"}, "excel_error", "emptied", "cost_planned", None),
        ({"unit": None}, "oktmo_lost_zero", "repaired", "unit_id", "04601000"),
        ({"code": None}, "code_from_name", "filled", "unit_id", "04601000"),
        ({"title": "Клуб, тел. 8 913 123-45-67"}, "personal_data_masked", "repaired", "title", "Клуб, [скрыто]"),
    ],
)
def test_defects(
    tmp_path: Path, changes: dict[str, Any], rule: str, action: str, column: str | None, value: Any
) -> None:
    cleaned = project(tmp_path, row("24-001", **changes))
    found = issue(cleaned, rule)
    assert found["action"] == action and found["row"] == 4 and found["file_name"] == "a.xlsx"
    if column is None:
        assert cleaned.tables["projects"].empty, "a required value is unknown"
        assert cleaned.row_ledger["fate"].dropna().tolist() == ["quarantined"]
    else:
        actual = cleaned.tables["projects"].iloc[0][column]
        assert (pd.isna(actual) and value is None) or actual == value


def test_a_source_a_thousand_times_off_is_not_taken(tmp_path: Path) -> None:
    cleaned = project(tmp_path, row("24-001", total=100000.0, regional=90000.0, local=10.0))
    found = issue(cleaned, "sum_of_sources")
    assert (found["cell"], found["action"], found["suggestion"]) == ("H4", "emptied", "planned_local x 1000 = 10000.00")
    assert cleaned.tables["project_funding"]["funding_source"].tolist() == ["regional"]


def test_code_and_name_of_different_units_set_the_row_aside(tmp_path: Path) -> None:
    cleaned = project(tmp_path, row("24-001", unit="Ачинский район"))
    assert issue(cleaned, "oktmo_name_conflict")["suggestion"].startswith("04601000")
    assert cleaned.tables["projects"].empty


def test_repeats_are_merged_and_clashing_numbers_set_aside(tmp_path: Path) -> None:
    cleaned = project(
        tmp_path,
        row("24-001"),
        row("24-001"),
        row("24-001", title="Другой"),
        row(None),
        row("24-002", title="Проект 24-001"),
    )
    assert cleaned.tables["projects"]["project_id"].tolist() == ["2024-001", "2024-002"]
    fates = cleaned.row_ledger.dropna(subset=["fate"])[["row", "fate", "record_key"]].to_numpy().tolist()
    assert [fate[:2] for fate in fates] == [
        [4, "kept"],
        [5, "merged"],
        [6, "quarantined"],
        [7, "quarantined"],
        [8, "kept"],
    ]
    assert fates[1][2] == "2024-001"
    counted = rules(cleaned)
    assert {
        name: counted[name] for name in ("duplicate_row", "duplicate_key", "key_missing", "probable_duplicate")
    } == {
        "duplicate_row": 1,
        "duplicate_key": 1,
        "key_missing": 1,
        "probable_duplicate": 1,
    }


def test_printed_totals_are_checks(tmp_path: Path) -> None:
    tail = [["ИТОГО", None, None, None, None, 300.0, 180.0, 20.0, 100]]
    files = {"projects": register(tmp_path / "a.xlsx", [row("24-001"), row("24-002")], tail)}
    cleaned = clean(files, 2024, krasnoyarsk(), region_code="04")
    found = issue(cleaned, "total_mismatch")
    assert (found["cell"], found["raw"], found["value"]) == ("F6", "300", "200")


def test_a_struck_row_without_a_decision_was_withdrawn(tmp_path: Path) -> None:
    path = register(tmp_path / "a.xlsx", [row("24-001", status="Подана"), row("24-002")])
    book = openpyxl.load_workbook(path)
    for number in (4, 5):
        for cell in book["Реестр"][number]:
            cell.font = Font(strike=True)
    book.save(path)
    cleaned = clean({"projects": path}, 2024, krasnoyarsk(), region_code="04")
    assert cleaned.tables["projects"]["status"].tolist() == ["withdrawn", "funded"], "a decision stands"
    assert rules(cleaned)["formatting_strike"] == 2 and rules(cleaned)["status_from_strike"] == 1


def test_a_hidden_sheet_and_an_informational_one(tmp_path: Path) -> None:
    path = register(tmp_path / "a.xlsx", [row("24-001")])
    book = openpyxl.load_workbook(path)
    book.create_sheet("Победители").append(["№ заявки", "Решение"])
    book["Победители"].append(["24-001", "поддержать"])
    secret = book.create_sheet("Списки")
    secret.append(["Благоустройство"])
    secret.sheet_state = "hidden"
    book.save(path)
    cleaned = clean({"projects": path}, 2024, krasnoyarsk(), region_code="04")
    assert len(cleaned.tables["projects"]) == 1
    assert issue(cleaned, "hidden_sheet")["sheet"] == "Списки"
    assert issue(cleaned, "informational_sheet")["sheet"] == "Победители"
    accounts = check_accounts(cleaned.row_ledger, cleaned.physical_rows).set_index("sheet")
    assert accounts.loc["Победители", ["header", "data", "merged"]].tolist() == [1, 1, 1]


def test_decisions_change_values_and_outdated_ones_are_listed(tmp_path: Path) -> None:
    def decision(record: str, field: str, raw: Any, action: str, value: str = "") -> dict[str, str]:
        digest = raw_hash(raw, KEY) if field else ""
        return dict(
            zip(
                DECISION_COLUMNS,
                ("projects", record, field, digest, action, value, "по письму", "аналитик", "2025-01-10"),
                strict=True,
            )
        )

    decisions = pd.DataFrame(
        [
            decision("2024-001", "beneficiaries", "ок. 50", "replace", "52"),
            decision("2024-002", "beneficiaries", "ок. 51", "replace", "52"),
            decision("2024-003", "", None, "quarantine"),
            decision("2023-001", "beneficiaries", "1", "empty"),
        ]
    )
    rows = [row("24-001", people="ок. 50"), row("24-002", people="ок. 50"), row("24-003")]
    cleaned = project(tmp_path, *rows, decisions=decisions)
    assert cleaned.tables["projects"]["beneficiaries"].tolist() == [52, pd.NA]
    assert rules(cleaned)["decision_applied"] == 2
    missed = issue(cleaned, "decision_not_applicable")
    assert (missed["suggestion"], missed["field"]) == ("2024-002", "beneficiaries")
    open_one = issue(cleaned, "inexact_number")
    assert (open_one["record_key"], open_one["raw_hash"]) == ("2024-002", raw_hash("ок. 50", KEY))


def attendance_file(
    path: Path,
    rows: list[list[Any]],
    title: str = "Список участников: 3. Курс для команд, 22-25 апреля",
    printed: int = 2,
) -> Path:
    header = ["№", "ФИО", "Должность, муниципальное образование", "Телефон", "E-mail", "Отметка о присутствии"]
    tail = [[f"Всего присутствовало: {printed}"], [], ["Организатор ____________ / Орлова Н. И."]]
    return workbook(path, {"3": [[title], [], header, *rows, *tail]})


def events_file(path: Path) -> Path:
    header = ["№", "Наименование", "Вид поддержки", "Форма", "Дата(ы)", "Часы", "Формат", "Место", "Участников (отчёт)"]
    rows = [
        [
            3,
            "Курс для команд",
            "обучение",
            "курс повышения квалификации",
            "22-25 апреля",
            "16 ак.ч.",
            "очно",
            "г. Ачинск",
            2,
        ],
        [4, "Вебинар", "обучение", "вебинар", dt.datetime(2024, 5, 7), 2, "онлайн", "онлайн", 1],
        ["Примечание. Даты уточняются."],
    ]
    return workbook(path, {"План": [["План-график, 2024 год"], header, *rows]})


def test_events_and_lists_of_participants(tmp_path: Path) -> None:
    people = [
        [1, "Иванова Мария Петровна", "главный специалист, Абанский район", "+7 000 100-00-01", "m@example.org", "+"],
        [2, "Пётр Юрьевич Гусев", "староста, г. Ачинск", "8(000)1000002", None, "онлайн"],
        [3, "Гусев П.Ю.", "староста, Ачинск", None, None, "+"],
        [4, "Котова Анна Ивановна", "депутат, Канский район", None, None, "н"],
        [5, "Лосев Олег Ильич", "ООО «Свет»", None, "o@example.org", None],
        [6, "Бык Ян Ким", "студент, Назарово", None, None, "??!"],
        [7, None, "студент, Назарово", None, None, "+"],
    ]
    files = {
        "support_events": events_file(tmp_path / "e.xlsx"),
        "attendance": attendance_file(tmp_path / "a.xlsx", people, printed=5),
    }
    cleaned = clean(files, 2024, krasnoyarsk(), region_code="04")
    events = cleaned.tables["support_events"].set_index("event_id")
    assert events.loc["2024-T3", ["stream", "form", "hours", "mode", "host_unit_id"]].tolist() == [
        "training",
        "course",
        16.0,
        "in_person",
        "04703000",
    ]
    assert events.loc["2024-T3", "ends_on"] == pd.Timestamp(2024, 4, 25)
    assert pd.isna(events.loc["2024-T4", "host_unit_id"]) and "name_not_found" not in rules(cleaned)
    attendance = cleaned.tables["attendance"]
    assert attendance[["unit_id", "sector", "status"]].to_numpy().tolist()[:3] == [
        ["04601000", "municipal_servant", "present"],
        ["04703000", "village_head", "present"],
        ["04621000", "elected", "absent"],
    ]
    assert attendance["status"].tolist() == ["present", "present", "absent", "registered", "unknown"]
    assert attendance["hours_present"].tolist()[:3] == [16.0, 16.0, 0.0]
    participants = cleaned.tables["participants"].set_index("person_key").loc[attendance["person_key"]]
    assert participants["key_basis"].tolist() == ["phone", "phone", "name_and_unit", "email", "name_and_unit"]
    assert participants["key_quality"].tolist() == ["certain", "certain", "probable", "certain", "probable"]
    counted = rules(cleaned)
    assert counted["duplicate_row"] == 1, "«Гусев П.Ю.» of Ачинск is Пётр Юрьевич Гусев"
    assert (
        counted["person_unnamed"] == 1
        and counted["attendance_mark_unknown"] == 1
        and counted["attendance_mark_blank"] == 1
    )
    differ = cleaned.issues[cleaned.issues["rule"] == "reported_participants_differ"]
    assert differ[["raw", "value"]].to_numpy().tolist() == [["5", "2"]], "the sheet says 5; the schedule's 2 agrees"


def test_no_name_phone_or_address_leaves_the_cleaning(tmp_path: Path) -> None:
    people = [
        [
            1,
            "Иванова Мария Петровна",
            "главный специалист, Абанский район",
            "+7 000 100-00-01",
            "masha@example.org",
            "?",
        ]
    ]
    files = {
        "support_events": events_file(tmp_path / "e.xlsx"),
        "attendance": attendance_file(tmp_path / "a.xlsx", people),
    }
    cleaned = clean(files, 2024, krasnoyarsk(), region_code="04")
    everything = [*cleaned.tables.values(), cleaned.issues, cleaned.row_ledger, cleaned.source_files]
    text = " ".join(frame.to_csv() for frame in everything)
    for secret in ("Иванова", "Мария", "100-00-01", "masha", "Орлова", "0001000001"):
        assert secret not in text
    assert len(cleaned.tables["attendance"]) == 1


def test_a_list_of_an_unknown_event_is_set_aside(tmp_path: Path) -> None:
    people = [[1, "Иванова Мария Петровна", "специалист, Абанский район", None, None, "+"]]
    files = {
        "support_events": events_file(tmp_path / "e.xlsx"),
        "attendance": attendance_file(tmp_path / "a.xlsx", people, "Список участников: 9. Курс"),
    }
    cleaned = clean(files, 2024, krasnoyarsk(), region_code="04")
    assert cleaned.tables["attendance"].empty and issue(cleaned, "reference_unknown")["raw"] == "2024-T9"


def test_exchange(tmp_path: Path) -> None:
    lines = [
        "№;Мероприятие;Форма;Тема;Дата;Принимающая сторона и участники;Всего участников",
        '1;Слёт команд;слёт;Опыт;12 мая;"принимает: Канский район (4); гости: г. Ачинск (3), Боготол (2); '
        'эксперт: Минусинский район (1)";12',
        '2;"Сборник практик;публикация;Опыт;январь-март;-;-',
        '3;Визит;визит;Опыт;28.05.2024;"принимает: Канский район; гости: Ачинск (3), Аткинск (2); шофёр: Боготол";9',
    ]
    path = tmp_path / "x.csv"
    path.write_bytes("\r\n".join(lines).encode("cp1251"))
    cleaned = clean({"exchange_events": path}, 2024, krasnoyarsk(), region_code="04")
    took = cleaned.tables["exchange_participation"]
    assert took[["exchange_id", "unit_id", "role"]].to_numpy().tolist() == [
        ["2024-X1", "04621000", "host"],
        ["2024-X1", "04703000", "guest"],
        ["2024-X1", "04706000", "guest"],
        ["2024-X1", "04633000", "expert"],
        ["2024-X3", "04621000", "host"],
        ["2024-X3", "04703000", "guest"],
    ]
    assert took["persons"].tolist()[:5] == [4, 3, 2, 1, pd.NA]
    events = cleaned.tables["exchange_events"]
    assert events["form"].tolist() == ["rally", "publication", "study_visit"]
    assert events["title"].tolist()[1] == "Сборник практик"
    counted = rules(cleaned)
    assert (
        counted["unclosed_quote"]
        == counted["role_unknown"]
        == counted["name_not_found"]
        == counted["persons_missing"]
        == 1
    )
    assert "no_host" not in counted, "a publication has none"
    differ = cleaned.issues[cleaned.issues["rule"] == "reported_participants_differ"]
    assert differ[["row", "raw", "value"]].to_numpy().tolist() == [[2, "12", "10"]]


def test_consultations(tmp_path: Path) -> None:
    lines = [
        "№;Дата и время;Муниципалитет;Канал;Тема;Длительность, мин;Консультант",
        "1;05.02.2024 10:30;Абанский район;по телефону;Смета, перезвонить на +7 000 100-20-30;15 мин;Орлова Н.И.",
        "2;06.02.2024 11:00;;ВКС;Как собрать жителей;9999;Орлова Н.И.",
        "3;скоро;Ачинск;чат;Поздравление;5;Орлова Н.И.",
    ]
    path = tmp_path / "c.csv"
    path.write_bytes("\r\n".join(lines).encode("cp1251"))
    cleaned = clean({"consultations": path}, 2024, krasnoyarsk(), region_code="04")
    table = cleaned.tables["consultations"]
    assert table[["consultation_id", "channel", "topic"]].to_numpy().tolist() == [
        ["2024-C1", "phone", "application"],
        ["2024-C2", "video", "participation"],
    ]
    assert table["minutes"].tolist()[0] == 15.0 and pd.isna(table["minutes"].tolist()[1])
    assert pd.isna(table["unit_id"].tolist()[1])
    assert issue(cleaned, "required_empty")["action"] == "quarantined"
    assert "100-20-30" not in cleaned.issues.to_csv() and "Орлова" not in cleaned.issues.to_csv()


def test_the_passport_of_units(tmp_path: Path) -> None:
    header = [
        "Код ОКТМО",
        "Муниципальное образование",
        "Тип",
        "Население, чел. (на 1 января)",
        "в т.ч. 18 лет и старше",
    ]
    rows = [
        [4601000, "Абанский район", "муниципальный район", "17\u00a0763", 13500],
        [4735000, "ЗАТО Железногорск", "ЗАТО", "-", "-"],
        [4703000, "г. Ачинск", "городской округ", 100000, 100001],
        ["ИТОГО", None, None, 117763, 113501],
        ["* Население закрытых городов не публикуется."],
    ]
    cleaned = clean(
        {"territories": workbook(tmp_path / "t.xlsx", {"МО": [["Паспорт"], header, *rows]})},
        2024,
        krasnoyarsk(),
        region_code="04",
    )
    units = cleaned.tables["territories"].set_index("unit_id")
    assert len(units) == 61, "every unit in force, also those that the passport lacks"
    assert units.loc["04601000", ["population", "population_18plus"]].tolist() == [17763, 13500]
    assert pd.isna(units.loc["04735000", "population"])
    assert issue(cleaned, "adults_over_population")["cell"] == "E5"
    assert rules(cleaned)["population_missing"] == 61 - 2 - int(units["is_closed"].sum())
    assert "total_mismatch" not in rules(cleaned)


def test_scores_with_units_a_total_that_differs_and_a_second_sheet(tmp_path: Path) -> None:
    header = ["№ заявки", "Участие населения", "Вклад населения", "Итого"]
    rows = [
        ["24-001", "8 б.", "5 б.", "13"],
        ["24-002", 187, 5, 192],
        ["24-009", 1, 1, 2],
        ["24-001", "8 б.", "5 б.", "13"],
    ]
    files = {
        "projects": register(tmp_path / "a.xlsx", [row("24-001"), row("24-002")]),
        "scores": workbook(
            tmp_path / "s.xlsx", {"Протокол": [header, *rows], "Победители": [["№ заявки", "Итого"], ["24-001", 13]]}
        ),
    }
    cleaned = clean(files, 2024, krasnoyarsk(), region_code="04")
    assert cleaned.tables["scores"][["project_id", "criterion", "points"]].to_numpy().tolist() == [
        ["2024-001", "participation", 8.0],
        ["2024-001", "residents_contribution", 5.0],
        ["2024-002", "residents_contribution", 5.0],
    ]
    assert issue(cleaned, "out_of_range")["cell"] == "B3" and issue(cleaned, "reference_unknown")["raw"] == "2024-009"


def test_every_rule_is_known_and_tables_keep_their_contracts(tmp_path: Path) -> None:
    files = {"projects": register(tmp_path / "a.xlsx", [row("24-001"), row("24-001", unit="Ачинск", people="?")])}
    cleaned = clean(files, 2024, krasnoyarsk(), region_code="04")
    assert set(cleaned.tables) == set(PROGRAMME_TABLES)
    for name, table in cleaned.tables.items():
        check(table, TABLES[name], codebook())
    assert dangling(cleaned.tables).empty
    for name in ("source_files", "row_ledger", "issues"):
        check(getattr(cleaned, name), TABLES[name], codebook())
    assert set(cleaned.issues["rule"]) <= set(RULES)


def test_reading_the_same_files_twice_gives_the_same(tmp_path: Path) -> None:
    path = register(tmp_path / "a.xlsx", [row("24-001"), row("24-002", people="ок. 5")])
    first, second = (clean({"projects": path}, 2024, krasnoyarsk(), region_code="04") for _ in range(2))
    pd.testing.assert_frame_equal(first.issues, second.issues)
    pd.testing.assert_frame_equal(first.tables["projects"], second.tables["projects"])


# ---- real registers -----------------------------------------------------------------------------------------


@pytest.mark.skipif(not (SHARED / "data").exists(), reason="the shared data are not beside the repository")
def test_warsaw_register(tmp_path: Path) -> None:
    received = pd.read_csv(
        SHARED / "data/participatory_budgeting/warsaw_projects_2017_2026.csv", dtype="str", keep_default_na=False
    )
    some = received[received["instance"].isin(["2024", "2025"])]
    path = tmp_path / "warsaw.csv"
    some.to_csv(path, index=False)
    mine = some[some["instance"] == "2024"]
    registry = plain_registry(
        tmp_path, {f"W{k:02d}": name for k, name in enumerate(sorted(set(some["election_subunit"])))}
    )
    cleaned = clean({"projects": path}, 2024, registry)
    projects = cleaned.tables["projects"]
    assert len(projects) == len(mine) == 1065
    assert projects["cost_planned"].sum() == pytest.approx(mine["cost"].astype(float).sum())
    assert projects["is_funded"].sum() == (mine["selected"] == "1").sum()
    assert projects["unit_id"].nunique() == mine["election_subunit"].nunique() == 18
    votes = cleaned.tables["project_participation"]
    assert votes["participations"].sum() == mine["votes"].astype(int).sum()
    assert set(votes["channel"]) == {"vote"} and set(votes["counted_as"]) == {"persons"}
    assert rules(cleaned)["other_year"] == len(some) - len(mine)
    assert projects["topic"].notna().mean() > 0.99 and rules(cleaned)["first_of_several"] > 500
    check_accounts(cleaned.row_ledger, cleaned.physical_rows)


@pytest.mark.skipif(not (SHARED / "data").exists(), reason="the shared data are not beside the repository")
def test_events_of_the_carpentries(tmp_path: Path) -> None:
    path = SHARED / "data/surveys/carpentries_all_workshops_events.csv"
    received = pd.read_csv(path, dtype="str", keep_default_na=False)
    codes = sorted(set(received["country"]) - {""})
    registry = plain_registry(tmp_path, {f"C{k:02d}": code for k, code in enumerate(codes)})
    cleaned = clean({"support_events": path}, 2016, registry, constants={"support_events": {"stream": "training"}})
    events = cleaned.tables["support_events"]
    mine = received[received["start_date"].str.startswith("2016")].drop_duplicates("slug")
    assert len(events) == len(mine) > 200
    assert set(events["stream"]) == {"training"} and (events["starts_on"] == events["ends_on"]).all()
    assert events["reported_participants"].sum() == pd.to_numeric(mine["attendance"]).sum()
    assert events["host_unit_id"].notna().mean() > 0.95
    check_accounts(cleaned.row_ledger, cleaned.physical_rows)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_households_of_the_insurance_trial(tmp_path: Path, ending: str) -> None:
    from causaldata import social_insure

    data = social_insure.load_pandas().data
    path = tmp_path / f"trial.{ending}"
    data.to_csv(path, index=False) if ending == "csv" else data.to_parquet(path)
    registry = plain_registry(tmp_path, {f"A{k:03d}": name for k, name in enumerate(sorted(set(data["address"])))})
    cleaned = clean({"trial_households": path}, 2010, registry)
    households = cleaned.tables["trial_households"]
    assert len(households) == len(data) == 1410
    assert households["household_id"].is_unique and households["household_id"].iloc[0] == "H00002"
    assert households["took_up"].sum() == data["takeup_survey"].sum()
    assert households["default_enrolment"].sum() == data["default"].sum()
    assert households["is_literate"].isna().sum() == data["literacy"].isna().sum()
    for ours, theirs in (
        ("rice_area", "ricearea_2010"),
        ("household_size", "agpop"),
        ("peers_earlier_take_up", "pre_takeup_rate"),
        ("risk_aversion", "risk_averse"),
        ("disaster_probability", "disaster_prob"),
    ):
        assert households[ours].to_numpy() == pytest.approx(data[theirs].to_numpy(), nan_ok=True)
    names = registry.set_index("unit_id")["name"]
    assert households["unit_id"].map(names).tolist() == data["address"].tolist()
