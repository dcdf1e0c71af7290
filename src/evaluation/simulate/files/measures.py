"""The registers of measures and of territorial self-government as their offices write them."""

from __future__ import annotations

import pandas as pd

from evaluation.simulate import measures, selfgovernment
from evaluation.simulate.mess import Ledger, Page, choose, habit, with_nbsp
from evaluation.simulate.part_files import PartFile
from evaluation.simulate.planted_sheet import Sheet, worded_rows, yes_no
from evaluation.simulate.year_view import YearView

OPEN, CONSULTING = "рабочая группа по открытости (смоделировано)", "консультационный пункт (смоделировано)"
MEASURE_STATUS = {
    "planned": "запланировано", "in_progress": "исполняется", "done": "исполнено", "suspended": "отложена",
    "cancelled": "снята",
}  # fmt: skip
DIRECTION = {"increase": "рост", "decrease": "снижение", "keep": "без изменений"}
KIND = {"house": "МКД", "street": "улица", "district": "микрорайон", "village": "село"}
STAGE = {"organisation": "создание", "registration": "регистрация устава", "functioning": "текущая деятельность",
         "project": "реализация проекта"}  # fmt: skip
SUPPORT = {"grant": "грант", "training": "курсы", "consultation": "помощь с документами"}
MERGED = (2, 3, 4, 5)  # goal, number and text of the task, project: one cell for the measures below it


def write_measures(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """«Реестр мер»: goal, task and project merged; a name beside an owner, a number with a space, a row twice."""
    columns = ["goal", "task_number", "task", "project", "measure_id", "measure", "indicator", "indicator_unit",
               "direction", "baseline", "target", "value", "owner", "starts_on", "due_on", "status",
               "evidence"]  # fmt: skip
    headers = ["№ п/п", "Цель", "№ задачи", "Задача", "Проект", "№ меры", "Мероприятие", "Показатель", "Ед. изм.",
               "Направление показателя", "Было", "План", "Факт", "Ответственный исполнитель", "Дата начала", "Срок",
               "Ход исполнения", "Чем подтверждено"]  # fmt: skip
    words = {"status": MEASURE_STATUS, "direction": DIRECTION}
    page = Page(view.year, "measures", name, "Меры")
    sheet = Sheet(page, f"Меры открытости на {view.year} год", headers, worded_rows(rows, columns, words))
    at = {str(one): place for place, one in enumerate(rows["measure_id"])}
    owner = sheet.rows[at["М-01"]][13]
    sheet.plant(at["М-01"], 14, "person_beside_owner", f"{owner} (Петров И.И.)", owner, "repair")
    value = rows.iloc[at["М-04"]]["value"]
    sheet.plant(at["М-04"], 13, "number_as_text", with_nbsp(float(value), 1), value, "repair")
    for measure, column in ((measures.NO_INDICATOR, 8), (measures.NO_OWNER, 14), (measures.NO_DUE, 16)):
        sheet.plant(at[measure], column, "left_empty", None, None, "report")
    done = rows.index[rows["status"] == "done"]
    if len(done):
        place = int(rows.index.get_loc(done[-1]))
        sheet.plant(place, 18, "done_without_evidence", None, rows.iloc[place]["evidence"], "report")
    if view.year % 2 == 0:
        sheet.plant(at["М-15"], 16, "month_instead_of_day", "ноябрь 2025", rows.iloc[at["М-15"]]["due_on"], "report")
    return sheet.save(ledger, MERGED, dates=(15, 16))


def write_selfgovernment(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """«Реестр ТОС»: units in words, chairs with telephones; one body
    is told to have more residents than its unit, one is there twice."""
    rng = habit(view.seed, "self-government", view.year)
    headers = ["№ п/п", "Рег. № ТОС", "Муниципалитет", "Наименование ТОС", "Тип ТОС", "Создан", "Ликвидирован",
               "Число жителей", "Юрлицо", "Председатель ТОС", "Контактный телефон"]  # fmt: skip
    columns = ["tos_id", "unit_id", "name", "kind", "founded_on", "ended_on", "residents", "legal_entity"]
    cells = worded_rows(rows, columns, {"kind": KIND})
    page = Page(view.year, "selfgovernment", name, "ТОС")
    sheet = Sheet(page, f"Реестр ТОС, {view.year} год", headers, cells)
    for row in cells:
        row[2] = view.names.spell(rng, str(row[2]), plain=True).strip()
        row[8] = yes_no(row[8])
        row += [f"Иванова О.П. {row[0]}", f"+7 000 200-{row[0] // 100:02d}-{row[0] % 100:02d}"]
    sheet.notes.append((0, 3, "unit_in_words", cells[0][2], rows.iloc[0]["unit_id"], "repair"))
    people = view.tables["territories"].set_index("unit_id")["population"]
    for place in choose(rng, len(rows), 40):
        known = people.get(rows.iloc[place]["unit_id"])
        if known is not None and not pd.isna(known):
            true = int(rows.iloc[place]["residents"])
            sheet.plant(place, 8, "residents_over_population", int(known) + true, true, "report")
            break
    unknown = choose(rng, len(rows), 2)[0]
    if not any(note[0] == unknown for note in sheet.notes):
        sheet.plant(unknown, 8, "left_empty", None, int(rows.iloc[unknown]["residents"]), "keep")
    twice = list(sheet.rows[1])
    sheet.rows.append([len(sheet.rows) + 1, *twice[1:]])
    sheet.notes.append((len(sheet.rows) - 1, 2, "row_twice", twice[1], twice[1], "report"))
    return sheet.save(ledger, dates=(6, 7))


def write_selfgovernment_grants(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """«Поддержка ТОС»: money in thousands in one year, in roubles in others; an amount beside a refusal."""
    headers = ["№ п/п", "№ обращения", "№ ТОС", "Название конкурса", "Этап", "Мера поддержки", "Дата подачи",
               "Запрошенная сумма, руб.", "Победитель", "Сумма поддержки, руб."]  # fmt: skip
    columns = ["grant_id", "tos_id", "contest", "support_stage", "support_kind", "applied_on", "requested", "won",
               "amount"]  # fmt: skip
    thousands = view.year % 2 == 0
    if thousands:
        headers = [text.replace("руб.", "тыс. руб.") for text in headers]
    cells = worded_rows(rows, columns, {"support_stage": STAGE, "support_kind": SUPPORT})
    page = Page(view.year, "selfgovernment_grants", name, "Поддержка")
    sheet = Sheet(page, f"Обращения ТОС за поддержкой, {view.year} год", headers, cells)
    for row in cells:
        row[1] = str(row[1]).rpartition("G")[2]
        row[8] = yes_no(row[8])
        for column in (7, 9):
            if thousands and row[column] is not None:
                row[column] = row[column] / 1000
    paid = [place for place, row in enumerate(cells) if row[9] is not None]
    if thousands and paid:
        note = (paid[0], 10, "money_in_thousands", cells[paid[0]][9], rows.iloc[paid[0]]["amount"], "repair")
        sheet.notes.append(note)  # type: ignore[arg-type]  # a literal inside a tuple is read as str
    refused = [place for place, row in enumerate(cells) if row[8] == "нет" and row[7] is not None]
    if refused:
        sheet.plant(refused[0], 10, "amount_without_decision", cells[refused[0]][7], None, "report")
    return sheet.save(ledger, dates=(7,))


FILES: dict[str, PartFile] = {
    "measures": PartFile(
        "Меры открытости {year}.xlsx", OPEN, lambda view: measures.measures(view.seed, view.year), write_measures
    ),
    "selfgovernment": PartFile(
        "Реестр ТОС {year}.xlsx", CONSULTING,
        lambda view: selfgovernment.selfgovernment(view.programme.history, view.year), write_selfgovernment,
    ),
    "selfgovernment_grants": PartFile(
        "Поддержка ТОС {year}.xlsx", CONSULTING,
        lambda view: selfgovernment.selfgovernment_grants(view.programme.history, view.year),
        write_selfgovernment_grants,
    ),
}  # fmt: skip
