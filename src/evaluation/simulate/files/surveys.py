"""Answers in the manner of a form service: time stamp first, whole questions as headers, answers in words."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pandas as pd

from evaluation.simulate import workbooks
from evaluation.simulate.mess import Ledger, Page, habit
from evaluation.simulate.questionnaires import FOLLOWUP, PARTICIPANTS, RESIDENTS, Item, Questionnaire
from evaluation.simulate.workbooks import address, put
from evaluation.simulate.year_view import YearView

MOMENTS = 2  # the first columns: when a form was sent and when it was begun
_REGISTRATION = "Регистрационный номер участника"
_WISHES = ("Больше практики", "Всё понравилось", "Хотелось бы раздаточных материалов", "Меньше лекций")
_RESIDENT_WISHES = (
    "Почините дорогу",
    "Спасибо за площадку",
    "Проводите собрания по выходным",
    "Нужен фонарь у остановки",
)


def write_participants_survey(view: YearView, ledger: Ledger) -> bytes:
    """The workbook «Анкета участников» as a form service exports it."""
    return _workbook(view, ledger, PARTICIPANTS, f"Анкета участников {view.year}")


def write_followup_survey(view: YearView, ledger: Ledger) -> bytes:
    """The workbook «Анкета о применении», sent 30 to 60 days after training."""
    return _workbook(view, ledger, FOLLOWUP, f"Анкета о применении {view.year}")


def _workbook(view: YearView, ledger: Ledger, questionnaire: Questionnaire, title: str) -> bytes:
    source = f"{questionnaire.id}_survey"
    page = Page(view.year, source, view.files[source], "Ответы на форму")
    header, rows = _answers(view, ledger, page, questionnaire)
    book = workbooks.new_workbook(title)
    sheet = book.create_sheet(page.sheet)
    for column, text in enumerate(header, start=1):
        put(sheet, 1, column, text)
    for at, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            moment = column <= MOMENTS
            put(
                sheet,
                at,
                column,
                value.to_pydatetime() if moment else (value or None),
                "DD.MM.YYYY HH:MM:SS" if moment else None,
            )
    return workbooks.workbook_bytes(book)


def write_residents_survey(view: YearView, ledger: Ledger) -> bytes:
    """«Анкета жителей»: CSV in UTF-8 with a byte order mark; the separator is a comma or, in odd years, a semicolon."""
    page = Page(view.year, "residents_survey", view.files["residents_survey"])
    header, rows = _answers(view, ledger, page, RESIDENTS)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if view.year % 2 else ",", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        moments = [f"{moment:%d.%m.%Y %H:%M:%S}" for moment in row[:MOMENTS]]
        writer.writerow([*moments, *("" if value is None else str(value) for value in row[MOMENTS:])])
    return out.getvalue().encode("utf-8-sig")


def _answers(
    view: YearView, ledger: Ledger, page: Page, questionnaire: Questionnaire
) -> tuple[list[str], list[list[Any]]]:
    """Header and rows of one wave; defects go to ``ledger``."""
    year, instrument = view.year, questionnaire.id
    rng = habit(view.seed, instrument + " answers", year)
    responses = view.tables["survey_responses"]
    responses = responses[responses["wave_id"] == f"{year}-{instrument}"].reset_index(drop=True)
    answers = view.tables["survey_answers"]
    answers = answers[answers["response_id"].isin(set(responses["response_id"]))]
    drawn = instrument == "residents"
    header = ["Отметка времени", "Начало заполнения"]
    header += ["Страта", "Избирательный участок", "Базовый вес"] if drawn else [_REGISTRATION, "№ мероприятия"]
    header += ["Муниципальное образование", *(_heading(item, year) for item in questionnaire.items)]
    words = {
        item.name: _words(
            view,
            ledger,
            page,
            rng,
            questionnaire,
            item,
            answers[answers["item"] == item.name],
            responses,
            len(header) - len(questionnaire.items) + k + 1,
        )
        for k, item in enumerate(questionnaire.items)
    }
    rows: list[list[Any]] = []
    for k, response in enumerate(responses.to_dict("records")):
        start: list[Any] = [pd.Timestamp(response["submitted_at"]), pd.Timestamp(response["started_at"])]
        if drawn:
            start += [response["stratum"], response["psu"], f"{response['w_base']:.4f}".replace(".", ",")]
        else:
            start += [response["person_key"], int(str(response["event_id"]).split("-T")[1])]
        start.append(view.names.spell(rng, str(response["unit_id"])).strip())
        rows.append(start + [words[item.name][k] for item in questionnaire.items])
    if drawn and rows:
        again = list(rows[-1])
        again[:MOMENTS] = [moment + pd.Timedelta(minutes=4) for moment in again[:MOMENTS]]
        ledger.note(page, f"A{len(rows) + 2}", "answered_twice", f"{again[0]:%d.%m.%Y %H:%M:%S}", "", "report")
        rows.append(again)
    return header, rows


def _heading(item: Item, year: int) -> str:
    """The question's wording in a year: earlier years used another one where there is one."""
    return item.aliases[0] if item.aliases and year < 2022 else item.ru


def _words(
    view: YearView,
    ledger: Ledger,
    page: Page,
    rng: np.random.Generator,
    questionnaire: Questionnaire,
    item: Item,
    answers: pd.DataFrame,
    responses: pd.DataFrame,
    column: int,
) -> list[Any]:
    """Answers of one item in words, in the order of responses."""
    count = len(responses)
    if item.type == "text":
        return _open(ledger, page, rng, questionnaire, count, column)
    if item.type.startswith("select_multiple"):
        return _several(view, ledger, page, questionnaire, item, answers, responses, column)
    labels = {option.name: option.ru for option in questionnaire.choices.get(item.list_name, ())}
    dont_know = next((o.ru for o in questionnaire.choices.get(item.list_name, ()) if o.missing_role == "dont_know"), "")
    refused = next((o.ru for o in questionnaire.choices.get(item.list_name, ()) if o.missing_role == "refused"), "")
    ordered = answers.set_index("response_id").loc[responses["response_id"]]
    out: list[Any] = []
    for code, missing in zip(ordered["code"], ordered["missing"], strict=True):
        if missing in ("blank", "not_asked"):
            out.append(None)
        elif missing == "dont_know":
            out.append(dont_know)
        elif missing == "refused":
            out.append(refused)
        else:
            out.append(labels.get(str(code), str(code)))
    if item.type == "integer":
        return _tests(ledger, page, rng, out, column)
    if item.scale_id:
        _untidy(ledger, page, rng, out, list(ordered["code"]), labels, column)
    return out


def _tests(ledger: Ledger, page: Page, rng: np.random.Generator, out: list[Any], column: int) -> list[Any]:
    given = [k for k, value in enumerate(out) if value is not None]
    written: list[Any] = [None if value is None else int(value) for value in out]
    for position, k in enumerate(int(j) for j in rng.permutation(given)[:4]):
        text = f"{out[k]} из 20" if position % 2 else f"{out[k]}/20"
        ledger.note(page, address(k + 2, column), "score_with_maximum", text, int(out[k]), "repair")
        written[k] = text
    return written


def _untidy(
    ledger: Ledger,
    page: Page,
    rng: np.random.Generator,
    out: list[Any],
    codes: list[Any],
    labels: dict[str, str],
    column: int,
) -> None:
    """A digit instead of words, another case, and one answer that nobody offered."""
    given = [k for k, value in enumerate(out) if value in labels.values() and codes[k] in ("1", "2", "3", "4", "5")]
    chosen = [int(k) for k in rng.permutation(given)[:3]]
    for position, k in enumerate(chosen):
        label = str(out[k])
        if position == 0:
            out[k] = str(codes[k])
            ledger.note(page, address(k + 2, column), "digit_instead_of_words", out[k], codes[k], "repair")
        elif position == 1:
            out[k] = label.upper() + " "
            ledger.note(page, address(k + 2, column), "answer_in_another_case", out[k], codes[k], "repair")
        elif column % 3 == 0:
            out[k] = "нормально"
            ledger.note(page, address(k + 2, column), "answer_not_offered", out[k], codes[k], "report")


def _several(
    view: YearView,
    ledger: Ledger,
    page: Page,
    questionnaire: Questionnaire,
    item: Item,
    answers: pd.DataFrame,
    responses: pd.DataFrame,
    column: int,
) -> list[Any]:
    """Chosen options in one cell, joined by a comma (in one year by a semicolon) although labels hold commas."""
    joined = "; " if view.year == 2021 else ", "
    labels = {option.name: option.ru for option in questionnaire.choices[item.list_name]}
    chosen = answers[answers["code"] == "1"].groupby("response_id")["choice"].apply(list).to_dict()
    out: list[Any] = []
    noted = False
    for k, response in enumerate(responses["response_id"]):
        names = chosen.get(response, [])
        out.append(joined.join(labels[name] for name in names) or None)
        if len(names) > 1 and not noted:
            noted = True
            ledger.note(page, address(k + 2, column), "several_values_in_one_cell", out[-1], " ".join(names), "repair")
    return out


def _open(
    ledger: Ledger, page: Page, rng: np.random.Generator, questionnaire: Questionnaire, count: int, column: int
) -> list[Any]:
    """Open answers, some with a name or a telephone number."""
    wishes = _RESIDENT_WISHES if questionnaire.id == "residents" else _WISHES
    draw = rng.random(count)
    out: list[Any] = []
    for k in range(count):
        if draw[k] < 0.7:
            out.append(None)
            continue
        text = wishes[int(draw[k] * 1000) % len(wishes)]
        if draw[k] > 0.95:
            text = f"{text}. Спасибо Смирновой Ольге Ивановне, мой тел. 8 000 100-{k % 90 + 10}-11"
            ledger.note(page, address(k + 2, column), "personal_data_in_open_answer", text, "", "refuse")
        out.append(text)
    return out
