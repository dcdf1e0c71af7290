"""The register of project teams and the lists of their members."""

from __future__ import annotations

import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from evaluation.simulate import workbooks
from evaluation.simulate.mess import ROLE_WORDS, SECTOR_WORDS, Ledger, Page, day, habit
from evaluation.simulate.workbooks import address, put
from evaluation.simulate.year_view import YearView

FIRST = 5  # row of the first record


def write_teams(view: YearView, ledger: Ledger) -> bytes:
    """The workbook «Команды проектов»: a row a team; defects go to ``ledger``."""
    year = view.year
    rng = habit(view.seed, "teams", year)
    book = workbooks.new_workbook(f"Команды проектов {year}")
    sheet = book.create_sheet("Команды")
    page = Page(year, "teams", view.files["teams"], "Команды")
    as_text = year % 2 == 1
    head(
        sheet,
        f"Команды проектов поддержки местных инициатив, {year} год",
        ["№ п/п", "№ команды", "Муниципальное образование", "№ заявки", "Дата создания"],
    )
    for k, team in enumerate(view.tables["teams"].to_dict("records")):
        at = FIRST + k
        name = view.names.spell(rng, str(team["unit_id"]), plain=True).strip()
        project = team["project_id"]
        number = f"{year % 100:02d}-{project.split('-')[1]}" if isinstance(project, str) else None
        formed = f"{team['formed_on']:%d.%m.%Y}" if as_text else day(team["formed_on"])
        for column, value in enumerate([k + 1, team["team_id"], name, number, formed], start=1):
            put(sheet, at, column, value, "DD.MM.YYYY" if column == 5 and not as_text else None)
        if k == 0:
            ledger.note(page, address(at, 3), "unit_in_words", name, team["unit_id"], "repair")
            if as_text:
                ledger.note(page, address(at, 5), "date_as_text", formed, team["formed_on"], "repair")
    return workbooks.workbook_bytes(book)


def write_team_members(view: YearView, ledger: Ledger) -> bytes:
    """The workbook «Состав команд»: a row a member, with name and contacts; one member is listed twice."""
    year = view.year
    rng = habit(view.seed, "team members", year)
    book = workbooks.new_workbook(f"Состав команд {year}")
    sheet = book.create_sheet("Состав")
    page = Page(year, "team_members", view.files["team_members"], "Состав")
    headers = ["№ п/п", "№ команды", "ФИО", "Должность", "Телефон", "E-mail", "Кого представляет", "Роль в команде",
               "В команде с"]  # fmt: skip
    head(sheet, f"Состав команд проектов, {year} год", headers)
    members = view.tables["team_members"]
    for k, row in enumerate(members.to_dict("records")):
        put(sheet, FIRST + k, 1, k + 1)
        _member(sheet, FIRST + k, view, row)
    if len(members):
        twice, at = int(rng.integers(len(members))), FIRST + len(members)
        put(sheet, at, 1, len(members) + 1)
        _member(sheet, at, view, members.iloc[twice].to_dict())
        name = sheet.cell(row=at, column=3).value
        ledger.note(page, address(at, 3), "person_listed_twice", name, members.iloc[twice]["person_key"], "report")
    return workbooks.workbook_bytes(book)


def head(sheet: Worksheet, title: str, headers: list[str]) -> None:
    """Title, the label of simulated data, and the header row above the first record."""
    put(sheet, 1, 1, title)
    put(sheet, 2, 1, workbooks.LABEL)
    for column, text in enumerate(headers, start=1):
        put(sheet, FIRST - 1, column, text)
        sheet.cell(row=FIRST - 1, column=column).alignment = workbooks.CENTRED


def _member(sheet: Worksheet, at: int, view: YearView, row: dict[str, object]) -> None:
    person = view.people[str(row["person_key"])]
    cells = [
        row["team_id"], f"{person['surname']} {person['first_name']} {person['patronymic']}", person["position"],
        person["phone"], person["email"], SECTOR_WORDS[str(row["sector"])], ROLE_WORDS[str(row["role"])],
    ]  # fmt: skip
    for column, value in enumerate(cells, start=2):
        put(sheet, at, column, value)
    if not pd.isna(row["from_on"]):
        put(sheet, at, 9, day(row["from_on"]), "DD.MM.YYYY")
