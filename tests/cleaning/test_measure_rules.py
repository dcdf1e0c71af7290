"""Rules of measures, self-government and resolutions: each finds its breach, and nothing where all is well."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from cleaning_helpers import clean, plain_registry, workbook

YEAR = 2025
GOOD: dict[str, dict[str, Any]] = {
    "measures": {
        "№ меры": "М-1", "Мероприятие": "Открыть приёмную", "Показатель": "обращений", "Направление показателя": "рост",
        "Было": 10, "План": 90, "Факт": 95, "Ответственный": "Отдел обращений", "Дата начала": dt.date(2025, 1, 9),
        "Срок": dt.date(2025, 6, 30), "Ход исполнения": "исполнено", "Чем подтверждено": "отчёт",
    },
    "selfgovernment": {
        "№ ТОС": "Т-1", "Муниципалитет": "Ключи", "Дата создания": dt.date(2020, 1, 9),
        "Дата ликвидации": dt.date(2026, 1, 9), "Число жителей": 80,
    },
    "selfgovernment_grants": {
        "№ обращения": 1, "№ ТОС": "Т-1", "Запрошенная сумма": 100, "Победитель": "да", "Сумма поддержки": 90,
    },
    "resolutions": {
        "№ протокола": 1, "Дата мероприятия": dt.date(2025, 3, 4), "Участников": 25, "Гос. органы": 1, "ОМСУ": 10,
        "Учреждения": 5, "НКО": 7, "Гости": 2, "Выступило": 13, "В обсуждении": 11, "За": 25, "Против": 0,
        "Воздержалось": 0,
    },
    "recommendations": {"№ рекомендации": 1, "№ протокола": 1, "Рекомендация": "Учить команды вместе"},
}  # fmt: skip


RULES = {
    "measure_lacking", "measure_unproved", "measure_direction", "measure_short", "measure_dates", "negative",
    "residents_over_population", "selfgovernment_dates", "grant_decision", "sectors_sum", "rule_R1",
    "speakers_over_participants", "resolution_unknown", "personal_data_masked",
}  # fmt: skip


# a row of a source that differs from the good one, and the rule and field of each remark that it must get
CASES: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    *((source, {}, []) for source in GOOD),
    ("measures", {"Показатель": None}, [("measure_lacking", "indicator")]),
    ("measures", {"Ответственный": None}, [("measure_lacking", "owner")]),
    ("measures", {"Срок": None}, [("measure_lacking", "due_on")]),
    ("measures", {"Чем подтверждено": None}, [("measure_unproved", "evidence")]),
    ("measures", {"План": 5}, [("measure_direction", "target")]),
    ("measures", {"Факт": 60}, [("measure_short", "value")]),
    ("measures", {"Факт": 60, "Ход исполнения": "в работе"}, []),
    ("measures", {"Направление показателя": "снижение", "Было": 24, "План": 10, "Факт": 9}, []),
    (
        "measures",
        {"Направление показателя": "снижение", "Было": 24, "План": 30, "Факт": 31},
        [("measure_direction", "target"), ("measure_short", "value")],
    ),
    ("measures", {"Срок": dt.date(2024, 12, 31)}, [("measure_dates", "due_on")]),
    ("measures", {"Ответственный": "Иванова Мария Петровна"}, [("personal_data_masked", "owner")]),
    ("selfgovernment", {"Число жителей": 101}, [("residents_over_population", "residents")]),
    ("selfgovernment", {"Число жителей": 100}, []),
    ("selfgovernment", {"Дата ликвидации": dt.date(2019, 1, 9)}, [("selfgovernment_dates", "ended_on")]),
    ("selfgovernment_grants", {"Победитель": "нет"}, [("grant_decision", "amount")]),
    ("selfgovernment_grants", {"Победитель": "нет", "Сумма поддержки": None}, []),
    ("selfgovernment_grants", {"Сумма поддержки": 120}, [("grant_decision", "amount")]),
    ("resolutions", {"Участников": 27}, [("sectors_sum", "participants")]),
    ("resolutions", {"За": 26}, [("rule_R1", "votes_for")]),
    ("resolutions", {"Выступило": 30}, [("speakers_over_participants", "speakers")]),
    ("resolutions", {"В обсуждении": "-11"}, [("negative", "discussants")]),
    ("resolutions", {"В обсуждении": 26}, [("speakers_over_participants", "discussants")]),
    ("recommendations", {"№ протокола": 7}, [("resolution_unknown", "resolution_id")]),
    ("recommendations", {"№ протокола": None}, []),
    # both bodies of a unit together pass its population
    (
        "selfgovernment",
        {"Муниципалитет": "Бор", "Дата ликвидации": None},
        [("residents_over_population", "residents")],
    ),
    (
        "selfgovernment",
        {"Муниципалитет": "Бор", "Дата ликвидации": None, "Число жителей": 30},
        [("residents_over_population", "residents")],
    ),
    ("selfgovernment", {"Муниципалитет": "Лог", "Дата ликвидации": dt.date(2025, 2, 1)}, []),
    ("selfgovernment", {"Муниципалитет": "Лог", "Дата ликвидации": None, "Число жителей": 30}, []),
]
KEYS = {"measures": "№ меры", "selfgovernment": "№ ТОС", "selfgovernment_grants": "№ обращения",
        "resolutions": "№ протокола", "recommendations": "№ рекомендации"}  # fmt: skip
NAMED = ("Бор", "Лог")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[list[tuple[str, str]]]:
    """Rule and field of every remark on each case's row; all rows of a source lie in one file."""
    folder = tmp_path_factory.mktemp("rules")
    units = {f"u-{k}": f"Ключ {k}" for k in range(len(CASES))} | {name: name for name in NAMED}
    tables: dict[str, list[list[Any]]] = {source: [list(row)] for source, row in GOOD.items()}
    places = []
    for number, (source, change, _) in enumerate(CASES):
        row = GOOD[source] | {"Муниципалитет": f"Ключ {number}"} | change
        key = KEYS[source]
        # the good body and the good minutes keep their number, which other rows name
        row[key] = GOOD[source][key] if number < len(GOOD) else 100 + number
        tables[source].append([row[head] for head in GOOD[source]])
        places.append((source, len(tables[source])))
    tables["territories"] = [["Муниципалитет", "Население на 1 января"], *([name, 100] for name in units.values())]
    files = {name: workbook(folder / f"{name}.xlsx", {"Лист": rows}) for name, rows in tables.items()}
    issues = clean(files, YEAR, plain_registry(folder, units)).issues
    issues = issues[issues["rule"].isin(RULES)]
    rows = {key: sorted(zip(part["rule"], part["field"], strict=True))
            for key, part in issues.groupby(["source", "row"])}  # fmt: skip
    return [rows.get(place, []) for place in places]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_each_breach_is_found_and_nothing_where_all_is_well(found: list[list[tuple[str, str]]], number: int) -> None:
    assert found[number] == CASES[number][2]
