"""The register of the state programme's lines and the journal of work on contest documents.

Lines: the institute's own line repeats what its contest gave; the others are drawn from streams of their own. Reviews:
those applications had them whose documents were worked on before they were handed in, which raised their quality (the
contest's ``helped``); reports reviewed after the year's works come too late to have shaped any application.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.simulate import workbooks
from evaluation.simulate.files.teams import FIRST, head
from evaluation.simulate.mess import Ledger, Page, choose, day, habit, text_of, with_nbsp
from evaluation.simulate.part_files import PartFile
from evaluation.simulate.randomness import generator
from evaluation.simulate.tables import project_ids
from evaluation.simulate.workbooks import address, put
from evaluation.simulate.year_view import YearView

LINE_YEARS = range(2023, 2026)
REVIEW_YEARS = range(2025, 2026)
SOURCES = ("regional", "local", "residents", "business", "other")
LINE_COLUMNS = [
    "line", "year", "unit_id", "applications", "supported", *(f"cost_{source}" for source in SOURCES), "participants",
    "counted_as",
]  # fmt: skip
REVIEW_COLUMNS = ["review_id", "year", "unit_id", "project_id", "document_kind", "reviewed_on", "round", "remarks",
                  "points"]  # fmt: skip
# spellings that registers use for a line; the first is the programme's own
LINE_WORDS = {
    "cleanliness": ("Жители за чистоту и благоустройство", "«Жители – за чистоту и благоустройство»"),
    "local_initiatives": ("Поддержка местных инициатив", "ППМИ"),
    "residents_effectiveness": (
        "Инициатива жителей – эффективность в работе", "Инициатива жителей - эффективность в работе",
    ),
    "consulting_measure": ("Консультационная и методическая поддержка ОМСУ", "Отдельное мероприятие"),
}  # fmt: skip
COUNTED_WORDS = {"persons": "человек", "participations": "участий"}
KIND_WORDS = {"application": "Заявка", "estimate": "Смета", "minutes": "Протокол собрания", "report": "Отчёт"}
# line: share of units that apply, applications of one that does, share supported, cost of one supported in roubles
_OTHERS = {"cleanliness": (0.9, 6.0, 0.455, 900_000.0), "residents_effectiveness": (0.55, 3.0, 0.6, 450_000.0)}


def programme_lines(view: YearView) -> pd.DataFrame:
    """LINE_COLUMNS, one row a line and unit that applied or was helped; none outside LINE_YEARS."""
    if view.year not in LINE_YEARS:
        return pd.DataFrame(columns=LINE_COLUMNS)
    parts = [_own_line(view), *(_other_line(view, line) for line in _OTHERS), _consulting(view)]
    frame = pd.concat([part.reindex(columns=LINE_COLUMNS) for part in parts], ignore_index=True)
    counts = ["applications", "supported", "participants"]
    return frame.assign(year=view.year).astype(dict.fromkeys(counts, "Int64")).reset_index(drop=True)


def _own_line(view: YearView) -> pd.DataFrame:
    projects = view.tables["projects"]
    won = projects[projects["is_funded"].astype(bool)]
    funding = view.tables["project_funding"]
    planned = funding[(funding["stage"] == "planned") & funding["project_id"].isin(won["project_id"])]
    unit = won.set_index("project_id")["unit_id"]
    costs = planned.assign(unit_id=planned["project_id"].map(unit)).pivot_table(
        index="unit_id", columns="funding_source", values="amount", aggfunc="sum"
    )
    channels = view.tables["project_participation"]
    taken = channels[channels["project_id"].isin(won["project_id"])]
    people = taken["participations"].groupby(taken["project_id"].map(unit)).sum()
    by_unit = projects.groupby("unit_id")
    frame = pd.DataFrame({"applications": by_unit.size(), "supported": by_unit["is_funded"].sum()})
    for source in SOURCES:
        if source in costs:
            frame[f"cost_{source}"] = costs[source].reindex(frame.index)
    frame["participants"] = people.reindex(frame.index)
    counted = pd.Series("participations", index=frame.index, dtype="str")
    frame["counted_as"] = counted.where(frame["participants"].notna())
    return frame.reset_index().assign(line="local_initiatives")


def _other_line(view: YearView, line: str) -> pd.DataFrame:
    rng = generator(view.seed, f"programme line {line}", view.year)
    applies, mean, success, cost = _OTHERS[line]
    units = np.array(view.names.codes, dtype=object)
    there = rng.random(len(units)) < applies
    applications = 1 + rng.poisson(mean - 1, len(units))
    supported = rng.binomial(applications, success)
    each = np.round(cost * np.exp(rng.normal(0, 0.3, len(units))), -3)
    total = each * supported
    shares = {"regional": 0.85, "local": 0.08, "residents": 0.04, "business": 0.03}
    participants = rng.poisson(60, len(units)) * supported
    frame = pd.DataFrame(
        {
            "line": line, "unit_id": units, "applications": applications, "supported": supported,
            **{f"cost_{source}": np.where(supported > 0, np.round(total * share, -3), np.nan)
               for source, share in shares.items()},
            "participants": np.where(supported > 0, participants, np.nan),
            "counted_as": pd.Series("persons", index=range(len(units)), dtype="str").where(supported > 0),
        }
    )  # fmt: skip
    return frame[there]


def _consulting(view: YearView) -> pd.DataFrame:
    """The separate measure: different people of each unit at the year's events of help, and what their help cost."""
    came = view.tables["attendance"]
    came = came[came["status"].isin(["present", "partial"])].dropna(subset=["unit_id"])
    people = came.groupby("unit_id")["person_key"].nunique()
    return pd.DataFrame(
        {
            "line": "consulting_measure", "unit_id": people.index, "participants": people.to_numpy(),
            "counted_as": "persons", "cost_regional": 4_000.0 * people.to_numpy(),
        }
    )  # fmt: skip


def document_reviews(view: YearView) -> pd.DataFrame:
    """REVIEW_COLUMNS in order of days: work on documents of helped applications, and on reports of funded projects."""
    if view.year not in REVIEW_YEARS:
        return pd.DataFrame(columns=REVIEW_COLUMNS)
    rng = generator(view.seed, "document reviews", view.year)
    contest = next(one for one in view.programme.history.contests if one.year == view.year)
    helped = set(project_ids(contest)[contest.helped].tolist())
    rows: list[dict[str, object]] = []
    first_day = pd.Timestamp(view.year, 1, 1)
    for project in view.tables["projects"].to_dict("records"):
        base = {"unit_id": project["unit_id"], "project_id": project["project_id"]}
        draws, remarks = rng.random(4), rng.poisson([4, 2, 3])
        if project["project_id"] in helped:
            last = pd.Timestamp(project["applied_on"])
            early = max(first_day, last - pd.Timedelta(days=int(3 + 15 * draws[0])))
            rows.append({**base, "document_kind": "application", "reviewed_on": early, "round": 1,
                         "remarks": remarks[0], "points": round(40 + 40 * draws[1])})  # fmt: skip
            if draws[2] < 0.5:
                again = max(early, last - pd.Timedelta(days=1))
                rows.append({**base, "document_kind": "application", "reviewed_on": again, "round": 2,
                             "remarks": min(remarks[0], remarks[1]), "points": round(50 + 40 * draws[1])})  # fmt: skip
            if draws[3] < 0.4:
                kind = "estimate" if draws[0] < 0.5 else "minutes"
                rows.append({**base, "document_kind": kind, "reviewed_on": early, "round": 1, "remarks": remarks[2]})
        if project["is_funded"] and draws[3] > 0.9:
            late = pd.Timestamp(view.year, 11, 10) + pd.Timedelta(days=int(30 * draws[0]))
            rows.append({**base, "document_kind": "report", "reviewed_on": late, "round": 1, "remarks": remarks[2]})
    frame = pd.DataFrame(rows, columns=REVIEW_COLUMNS)
    frame = frame.sort_values(["reviewed_on", "project_id", "document_kind", "round"], kind="stable", ignore_index=True)
    numbers = [f"{view.year}-D{number}" for number in range(1, len(frame) + 1)]
    kinds = {"round": "Int64", "remarks": "Int64", "points": "float64"}
    return frame.assign(review_id=numbers, year=view.year).astype(kinds)


def write_programme_lines(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """The workbook «Направления государственной программы»: sections by line, sums, money in thousands in even years.

    Planted: units and lines in words, one row twice, one with more supported than applied for, one line that is none
    of the programme's, people that are not counted («н/д»).
    """
    year = view.year
    rng = habit(view.seed, "programme lines", year)
    book = workbooks.new_workbook(f"Направления государственной программы {year}")
    sheet = book.create_sheet("Направления")
    page = Page(year, "programme_lines", name, "Направления")
    in_thousands = year % 2 == 0
    money = "тыс. руб." if in_thousands else "руб."
    sources = ("краевой бюджет", "местный бюджет", "население", "организации", "иные источники")
    headers = ["№ п/п", "Направление", "Муниципальное образование", "Подано заявок", "Поддержано",
               *(f"{source.capitalize()}, {money}" for source in sources), "Участников", "Как считали"]  # fmt: skip
    head(sheet, f"Направления государственной программы «Содействие развитию местного самоуправления», {year} год",
         headers)  # fmt: skip
    records = rows.to_dict("records")
    wrong = next(k for k in choose(rng, len(records), len(records)) if _can_exceed(records[k]))
    twice = choose(rng, len(records), 1)[0]
    not_counted = next(k for k in choose(rng, len(records), len(records)) if records[k]["participants"] is not pd.NA)
    for place, k in enumerate([*range(len(records)), twice]):
        at, row, is_first = FIRST + place, records[k], place < len(records)
        spelled = LINE_WORDS[str(row["line"])]
        line = spelled[int(rng.integers(len(spelled)))]
        unit = view.names.spell(rng, str(row["unit_id"]), plain=True).strip()
        supported = row["supported"]
        if k == wrong:
            supported = int(row["applications"]) + 1
        people = "н/д" if k == not_counted else row["participants"]
        costs = [_money(row[f"cost_{source}"], in_thousands) for source in SOURCES]
        counted = None if pd.isna(row["counted_as"]) else COUNTED_WORDS[str(row["counted_as"])]
        cells = [place + 1, line, unit, row["applications"], supported, *costs, people, counted]
        for column, value in enumerate(cells, start=1):
            plain = value.item() if hasattr(value, "item") else value
            put(sheet, at, column, None if not isinstance(plain, str) and pd.isna(plain) else plain)
        if place == 0:
            ledger.note(page, address(at, 2), "category_in_words", line, row["line"], "repair")
            ledger.note(page, address(at, 3), "unit_in_words", unit, row["unit_id"], "repair")
        if k == wrong and is_first:
            ledger.note(page, address(at, 5), "more_supported_than_applied", supported, row["supported"], "report")
        if k == not_counted and is_first:
            ledger.note(page, address(at, 11), "missing_marker", people, row["participants"], "report")
        if not is_first:
            ledger.note(page, address(at, 2), "row_twice", line, row["line"], "report")
    at, foreign = FIRST + len(records) + 1, "Прочие мероприятия"
    unit = view.names.spell(rng, view.names.codes[0], plain=True).strip()
    for column, value in enumerate([len(records) + 2, foreign, unit, 1, 1], start=1):
        put(sheet, at, column, value)
    ledger.note(page, address(at, 2), "line_of_no_programme", foreign, "", "refuse")
    return workbooks.workbook_bytes(book)


def _can_exceed(row: dict[str, object]) -> bool:
    return row["line"] in _OTHERS and not pd.isna(row["supported"])  # the own line is compared with its register


def _money(value: object, in_thousands: bool) -> object:
    if pd.isna(value):
        return None
    amount = float(str(value))
    return with_nbsp(amount / 1000, 1) if in_thousands else amount


def write_document_reviews(view: YearView, rows: pd.DataFrame, name: str, ledger: Ledger) -> bytes:
    """The workbook «Работа с конкурсной документацией»: a row a review, days as text, telephone numbers in the notes.

    Planted: units in words, one row twice, one of an application that the register does not have.
    """
    year = view.year
    rng = habit(view.seed, "document reviews", year)
    book = workbooks.new_workbook(f"Работа с документами {year}")
    sheet = book.create_sheet("Документы")
    page = Page(year, "document_reviews", name, "Документы")
    headers = ["№ п/п", "№ рассмотрения", "Дата", "Муниципальное образование", "№ заявки", "Документ",
               "Который раз рассмотрен", "Замечаний", "Баллы", "Примечание"]  # fmt: skip
    head(sheet, f"Работа с конкурсной документацией участников, {year} год", headers)
    records = rows.to_dict("records")
    twice = choose(rng, len(records), 1)[0]
    people = list(view.people.values())
    for place, k in enumerate([*range(len(records)), twice]):
        at, row = FIRST + place, records[k]
        unit = view.names.spell(rng, str(row["unit_id"]), plain=True).strip()
        number = str(row["review_id"]).rpartition("D")[2]
        told = f"{row['reviewed_on']:%d.%m.%Y}" if place % 3 == 0 else day(row["reviewed_on"])
        project = f"{year % 100:02d}-{str(row['project_id'])[-3:]}"
        note = f"перезвонить {people[k % len(people)]['phone']}" if place % 25 == 7 else None
        cells = [place + 1, number, told, unit, project, KIND_WORDS[str(row["document_kind"])], row["round"],
                 row["remarks"], row["points"], note]  # fmt: skip
        for column, value in enumerate(cells, start=1):
            plain = value.item() if hasattr(value, "item") else value
            shown = None if not isinstance(plain, str) and pd.isna(plain) else plain
            put(sheet, at, column, shown, "DD.MM.YYYY" if column == 3 and not isinstance(told, str) else None)
        if place == 0:
            ledger.note(page, address(at, 4), "unit_in_words", unit, row["unit_id"], "repair")
            ledger.note(page, address(at, 3), "date_as_text", told, row["reviewed_on"], "repair")
        if place == len(records):
            ledger.note(page, address(at, 2), "row_twice", number, row["review_id"], "report")
    at, unknown = FIRST + len(records) + 1, f"{year % 100:02d}-999"
    unit = view.names.spell(rng, view.names.codes[0], plain=True).strip()
    late = pd.Timestamp(year, 2, 1)
    for column, value in enumerate(
        [len(records) + 2, str(len(records) + 1), day(late), unit, unknown, KIND_WORDS["application"], 1, 2], start=1
    ):
        put(sheet, at, column, value, "DD.MM.YYYY" if column == 3 else None)
    ledger.note(page, address(at, 5), "application_unknown", unknown, text_of(None), "refuse")
    return workbooks.workbook_bytes(book)


FILES = {
    "programme_lines": PartFile(
        "Направления государственной программы {year}.xlsx",
        "министерство, ведущее государственную программу (смоделировано)",
        programme_lines,
        write_programme_lines,
    ),
    "document_reviews": PartFile(
        "Работа с документами {year}.xlsx", "консультационный пункт (смоделировано)", document_reviews,
        write_document_reviews,
    ),
}  # fmt: skip
