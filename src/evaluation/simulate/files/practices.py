"""The register of practices and the list of their adoptions."""

from __future__ import annotations

import pandas as pd

from evaluation.simulate import workbooks
from evaluation.simulate.files.teams import FIRST, head
from evaluation.simulate.mess import Ledger, Page, choose, day, habit
from evaluation.simulate.workbooks import address, put
from evaluation.simulate.year_view import YearView

KIND_WORDS = {
    "involvement": "Вовлечение жителей", "information": "Информирование", "teams": "Работа с командами",
    "funding": "Привлечение средств", "oversight": "Общественный контроль",
}  # fmt: skip
CHANNEL_WORDS = {
    "exchange": ("обмен опытом", "на обмене опытом"), "neighbours": ("у соседей", "соседний район"),
    "training": ("на обучении", "обучение"), "own_idea": ("сами", "своя идея"),
}  # fmt: skip


def write_practices(view: YearView, ledger: Ledger) -> bytes:
    """The workbook «Практики»: a row a practice, where it began in words; defects go to ``ledger``."""
    year = view.year
    rng = habit(view.seed, "practices", year)
    book = workbooks.new_workbook(f"Практики {year}")
    sheet = book.create_sheet("Практики")
    page = Page(year, "practices", view.files["practices"], "Практики")
    headers = ["№ п/п", "№ практики", "Практика", "Вид практики", "Где появилась", "С какого года"]
    head(sheet, f"Практики работы с жителями, известные на конец {year} года", headers)
    for k, row in enumerate(view.tables["practices"].to_dict("records")):
        at = FIRST + k
        name = view.names.spell(rng, str(row["origin_unit_id"]), plain=True).strip()
        first_year = str(row["first_year"]) if year % 2 else int(row["first_year"])
        cells = [k + 1, row["practice_id"], row["title"], KIND_WORDS[str(row["kind"])], name, first_year]
        for column, value in enumerate(cells, start=1):
            put(sheet, at, column, value)
        if k == 0:
            ledger.note(page, address(at, 5), "unit_in_words", name, row["origin_unit_id"], "repair")
            if year % 2:
                ledger.note(page, address(at, 6), "number_as_text", first_year, row["first_year"], "repair")
    return workbooks.workbook_bytes(book)


def write_practice_adoptions(view: YearView, ledger: Ledger) -> bytes:
    """The workbook «Внедрение практик»: a row a practice and unit; one row stands twice, some have no day."""
    year = view.year
    rng = habit(view.seed, "practice adoptions", year)
    book = workbooks.new_workbook(f"Внедрение практик {year}")
    sheet = book.create_sheet("Внедрение")
    page = Page(year, "practice_adoptions", view.files["practice_adoptions"], "Внедрение")
    headers = ["№ п/п", "№ практики", "Муниципальное образование", "Дата внедрения", "Откуда узнали"]
    head(sheet, f"Внедрение практик в муниципальных образованиях, {year} год", headers)
    rows = view.tables["practice_adoptions"].to_dict("records")
    as_text = year % 2 == 1
    written: list[list[object]] = []
    for row in rows:
        name = view.names.spell(rng, str(row["unit_id"]), plain=True).strip()
        when = None
        if not pd.isna(row["adopted_on"]):
            when = f"{row['adopted_on']:%d.%m.%Y}" if as_text else day(row["adopted_on"])
        words = CHANNEL_WORDS[str(row["learned_through"])]
        written.append([row["practice_id"], name, when, words[int(rng.integers(len(words)))]])
    twice = choose(rng, len(rows), 1)
    for k, cells in enumerate([*written, *(written[place] for place in twice)]):
        at = FIRST + k
        put(sheet, at, 1, k + 1)
        for column, value in enumerate(cells, start=2):
            put(sheet, at, column, value, "DD.MM.YYYY" if column == 4 and not as_text else None)
        if k == 0:
            ledger.note(page, address(at, 3), "unit_in_words", cells[1], rows[0]["unit_id"], "repair")
    for place in twice:
        cell = address(FIRST + len(rows), 2)
        ledger.note(page, cell, "row_twice", rows[place]["practice_id"], rows[place]["practice_id"], "report")
    return workbooks.workbook_bytes(book)
