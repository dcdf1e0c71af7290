"""The members of the partnership and the cards of practices, as their institute writes them in the last year.

Base municipalities are chosen by contest: who won more projects before is likelier to be chosen. Being base has no
effect of its own in the simulated programme, so that a difference found beside alike units is chance or selection.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.simulate import workbooks
from evaluation.simulate.files.teams import FIRST, head
from evaluation.simulate.mess import Ledger, Page, day, habit
from evaluation.simulate.part_files import PartFile
from evaluation.simulate.practice_words import CARDS, CONTACT_WORDS, RECOMMENDED
from evaluation.simulate.practices import practice_ids
from evaluation.simulate.randomness import generator
from evaluation.simulate.tables import SHEET, conformed, row_codes
from evaluation.simulate.workbooks import address, put
from evaluation.simulate.year_view import YearView

COMPONENTS = ("strategy", "complex_programme", "housing_model", "social_model")
COMPONENT_WORDS = {
    "strategy": "разработка стратегии", "complex_programme": "комплексная программа развития",
    "housing_model": "модель управления в сфере ЖКХ", "social_model": "модель управления в социальной сфере",
}  # fmt: skip
ROLE_WORDS = {"base": ("базовый", "базовая территория"), "participant": ("участник", "участвует")}
BASE_UNITS = 4
PARTICIPANTS = 16
YEARS_AS_BASE = 3  # the last so many years of the programme
SMALLEST = 12  # units below which there is no partnership
FIRST_REGISTER = 2025  # before this year the institute kept no such registers


def partnership_units(view: YearView) -> pd.DataFrame:
    """Members as the register of the programme's last year tells them; no rows in other years."""
    history = view.programme.history
    years, size = history.geography.years, history.geography.size
    if view.year != years[-1] or view.year < FIRST_REGISTER or size < SMALLEST:
        return conformed("partnership_units", pd.DataFrame(columns=["unit_id", "year", "role", "source", "source_sheet",
                                                                    "source_row"]))  # fmt: skip
    rng = generator(history.seed, "partnership")
    first = max(years[0], years[-1] - YEARS_AS_BASE + 1)
    known = np.asarray(history.funded)[:, : years.index(first)].sum(axis=1) if first > years[0] else np.zeros(size)
    order = np.argsort(-(0.7 * np.log1p(known) + rng.gumbel(size=size)), kind="stable")
    base = order[:BASE_UNITS]
    members = rng.permutation(order[BASE_UNITS:])[: min(PARTICIPANTS, (size - BASE_UNITS) // 2)]
    starts = [f"{first}-02-01"] * len(base) + [
        f"{int(year)}-{int(month):02d}-15"
        for year, month in zip(rng.integers(first, view.year + 1, len(members)), rng.integers(1, 10, len(members)),
                               strict=True)
    ]  # fmt: skip
    frame = pd.DataFrame(
        {
            "unit_id": row_codes(history, view.year, np.concatenate([base, members]), "partnership codes"),
            "year": view.year,
            "role": ["base"] * len(base) + ["participant"] * len(members),
            "component": [*COMPONENTS[: len(base)], *[None] * len(members)],
            "starts_on": pd.to_datetime(starts),
            "selected_by_contest": [True] * len(base) + [False] * len(members),
        }
    )
    # after the reform two members may lie in one unit: the register has a base once, and no participant beside it
    frame = frame.drop_duplicates(["unit_id", "role", "component"])
    is_base = frame["unit_id"].isin(frame.loc[frame["role"] == "base", "unit_id"])
    frame = frame[(frame["role"] == "base") | ~is_base].reset_index(drop=True)
    # of the last two participants one left, and of one nobody wrote down when it joined
    frame["ends_on"] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
    last = frame.index[-1]
    if frame.loc[last, "starts_on"] < pd.Timestamp(view.year, 10, 1):
        frame.loc[last, "ends_on"] = pd.Timestamp(view.year, 11, 30)
    frame.loc[last - 1, "starts_on"] = pd.NaT
    rows = frame.assign(source="partnership_units", source_sheet=SHEET, source_row=np.arange(2, len(frame) + 2))
    return conformed("partnership_units", rows)


def practice_cards(view: YearView) -> pd.DataFrame:
    """A card for each practice known in the programme's last year; two of them are not in the code."""
    history = view.programme.history
    known = view.tables["practices"]
    if view.year != history.geography.years[-1] or view.year < FIRST_REGISTER or known.empty:
        return conformed("practice_cards", pd.DataFrame(columns=["practice_id", "year", "source", "source_sheet",
                                                                 "source_row"]))  # fmt: skip
    ids = practice_ids(np.arange(len(CARDS)))
    cards = pd.DataFrame(CARDS).assign(practice_id=ids)
    cards = cards[cards["practice_id"].isin(known["practice_id"])].reset_index(drop=True)
    rng = generator(history.seed, "practice cards")
    cards["cost"] = (rng.integers(2, 60, len(cards)) * 5000.0).round(2)
    cards.loc[cards.index[2::5], "cost"] = np.nan
    cards["recommended_for"] = [RECOMMENDED[int(place)] for place in rng.integers(0, len(RECOMMENDED), len(cards))]
    cards["contact_role"] = [list(CONTACT_WORDS)[int(at)] for at in rng.integers(0, len(CONTACT_WORDS), len(cards))]
    cards["in_code"] = [place not in (4, 9) for place in range(len(cards))]
    rows = cards.assign(year=view.year, source="practice_cards", source_sheet=SHEET,
                        source_row=np.arange(2, len(cards) + 2))  # fmt: skip
    return conformed("practice_cards", rows)


def write_partnership_units(view: YearView, rows: pd.DataFrame, file: str, ledger: Ledger) -> bytes:
    """The workbook «Участники партнёрства»: dates in words of figures, roles in two wordings, one row twice."""
    rng = habit(view.seed, "partnership units", view.year)
    book = workbooks.new_workbook(f"Участники партнёрства {view.year}")
    sheet = book.create_sheet("Участники")
    page = Page(view.year, "partnership_units", file, "Участники")
    headers = ["№ п/п", "Муниципальное образование", "Роль", "Компонент программы", "С какого дня", "По какой день",
               "Отобран на конкурсной основе"]  # fmt: skip
    head(sheet, f"Муниципальные образования, участвующие в партнёрстве, на конец {view.year} года", headers)
    written: list[list[object]] = []
    for row in rows.to_dict("records"):
        name = view.names.spell(rng, str(row["unit_id"]), plain=True).strip()
        role = ROLE_WORDS[str(row["role"])]
        started = None if pd.isna(row["starts_on"]) else f"{row['starts_on']:%d.%m.%Y}"
        ended = None if pd.isna(row["ends_on"]) else day(row["ends_on"])
        component = COMPONENT_WORDS.get(str(row["component"]))
        chosen = "Да" if row["selected_by_contest"] else "Нет"
        written.append([name, role[int(rng.integers(2))], component, started, ended, chosen])
    for k, cells in enumerate([*written, written[0]]):
        at = FIRST + k
        put(sheet, at, 1, k + 1)
        for column, value in enumerate(cells, start=2):
            put(sheet, at, column, value, "DD.MM.YYYY" if column == 6 else None)
    ledger.note(page, address(FIRST, 2), "unit_in_words", written[0][0], rows["unit_id"].iloc[0], "repair")
    ledger.note(page, address(FIRST, 5), "date_as_text", written[0][3], rows["starts_on"].iloc[0], "repair")
    again, unit = address(FIRST + len(written), 2), rows["unit_id"].iloc[0]
    ledger.note(page, again, "row_twice", written[0][0], unit, "report")
    return workbooks.workbook_bytes(book)


def write_practice_cards(view: YearView, rows: pd.DataFrame, file: str, ledger: Ledger) -> bytes:
    """The workbook «Карточки практик»: cost in thousands, a telephone in a text, a card of a practice nobody knows."""
    book = workbooks.new_workbook(f"Карточки практик {view.year}")
    sheet = book.create_sheet("Карточки")
    page = Page(view.year, "practice_cards", file, "Карточки")
    headers = ["№ п/п", "№ практики", "Какую проблему решает", "В чём решение", "Что нужно для внедрения", "Результат",
               "Стоимость, тыс. руб.", "Чем подтверждено", "Кому рекомендована", "К кому обращаться (должность)",
               "Вошла в кодекс"]  # fmt: skip
    head(sheet, f"Карточки практик работы с жителями, {view.year} год", headers)
    phone = " Справки: 8 (391) 200-00-00."
    for k, row in enumerate(rows.to_dict("records")):
        cost = None if pd.isna(row["cost"]) else float(row["cost"]) / 1000
        evidence = str(row["evidence"]) + (phone if k == 1 else "")
        cells = [k + 1, row["practice_id"], row["problem"], row["solution"], row["conditions"], row["results"], cost,
                 evidence, row["recommended_for"], CONTACT_WORDS[str(row["contact_role"])],
                 "Да" if row["in_code"] else "Нет"]  # fmt: skip
        for column, value in enumerate(cells, start=1):
            put(sheet, FIRST + k, column, value)
        if k == 0:
            ledger.note(page, address(FIRST, 7), "money_in_thousands", cost, row["cost"], "repair")
        if k == 1:
            ledger.note(page, address(FIRST + 1, 8), "phone_in_text", evidence, row["evidence"], "report")
    at = FIRST + len(rows)
    unknown = "П-99"
    for column, value in enumerate([len(rows) + 1, unknown, "Нет карточки практики в реестре"], start=1):
        put(sheet, at, column, value)
    ledger.note(page, address(at, 2), "unknown_reference", unknown, None, "refuse")
    return workbooks.workbook_bytes(book)


FILES: dict[str, PartFile] = {
    "partnership_units": PartFile(
        "Участники партнёрства {year}.xlsx", "отдел межмуниципальных связей (смоделировано)", partnership_units,
        write_partnership_units,
    ),
    "practice_cards": PartFile(
        "Карточки практик {year}.xlsx", "отдел межмуниципальных связей (смоделировано)", practice_cards,
        write_practice_cards,
    ),
}  # fmt: skip
