"""A questionnaire with everything that makes exports hard, and the answers of people who filled it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import openpyxl

RU, EN = "label::Russian (ru)", "label::English (en)"
SURVEY = [
    ["type", "name", RU, EN, "relevant", "constraint", "required", "scale_id", "reversed", "aliases", "pii"],
    ["start", "start", None, None, None, None, None, None, None, None, None],
    ["select_one sector or_other", "sector", "Кого Вы представляете?", "Whom do you represent?",
     None, None, None, None, None, "Q1", None],
    ["select_one agree", "useful", "Материал, в целом, был полезен", "The material was useful",
     None, None, None, None, None, "Q2", None],
    ["begin_group", "trainer", "Оцените ведущего", "Rate the trainer", None, None, None, None, None, None, None],
    ["select_one agree", "clear", "Объясняет понятно, чётко", "Explains clearly",
     None, None, None, "trainer", None, "SQ101", None],
    ["select_one agree", "hurried", "Торопится", "Hurries", None, None, None, "trainer", "yes", "SQ102", None],
    ["end_group", None, None, None, None, None, None, None, None, None, None],
    ["select_multiple channel or_other", "channels", "Откуда Вы узнали о проекте? (можно несколько)",
     "Where did you learn of the project?", None, None, None, None, None, "Q4", None],
    ["select_one yes_no", "heard", "Слышали ли Вы о собрании?", "Have you heard of the meeting?",
     None, None, "yes", None, None, "Q5", None],
    ["select_multiple way", "ways", "Как Вы участвовали?", "How did you take part?",
     "${heard} = 'yes'", None, None, None, None, "Q6", None],
    ["integer", "recommend", "Насколько Вы готовы рекомендовать, от 0 до 10", "How ready are you to recommend, 0 to 10",
     None, ". >= 0 and . <= 10", None, None, None, "Q7", None],
    ["text", "comment", "Ваши пожелания", "Your wishes", None, None, None, None, None, "Q8", "yes"],
]  # fmt: skip
CHOICES = [
    ["list_name", "name", RU, EN, "score", "missing_role", "aliases"],
    ["sector", "office", "Администрация, дума", "Administration, council", None, None, "A1"],
    ["sector", "school", "Учреждение (школа, клуб)", "Institution (school, club)", None, None, "A2"],
    ["sector", "other", "Другое", "Other", None, None, None],
    ["agree", "a1", "Совсем не согласен", "Strongly disagree", 1, None, "A1"],
    ["agree", "a2", "И да, и нет", "Neither", 2, None, "A2"],
    ["agree", "a3", "Твёрдо согласен, без оговорок", "Strongly agree", 3, None, "A3"],
    ["agree", "dk", "Затрудняюсь ответить", "Don't know", None, "dont_know", "A8"],
    ["channel", "social", "Соцсети, мессенджеры", "Social networks, messengers", None, None, "SQ001"],
    ["channel", "vk", "Соцсети", "Social networks", None, None, "SQ002"],
    ["channel", "paper", "Газета, радио и телевидение", "Newspaper, radio and television", None, None, "SQ003"],
    ["channel", "people", "Ещё кто-то: соседи, знакомые", "Someone else: neighbours", None, None, "SQ004"],
    ["channel", "other", "Другое", "Other", None, None, None],
    ["yes_no", "yes", "Да", "Yes", 1, None, "A1|Y"],
    ["yes_no", "no", "Нет", "No", 0, None, "A2|N"],
    ["yes_no", "refuse", "Отказываюсь отвечать", "Refuse to answer", None, "refused", "A9"],
    ["way", "vote", "Голосование", "Voted", None, None, "SQ001"],
    ["way", "work", "Труд: уборка, стройка", "Work", None, None, "SQ002"],
    ["way", "money", "Деньги", "Money", None, None, "SQ003"],
]
OPTIONS = {
    name: [row[1] for row in CHOICES[1:] if row[0] == name] for name in dict.fromkeys(row[0] for row in CHOICES[1:])
}
LABELS = {(row[0], row[1]): str(row[2]) for row in CHOICES[1:]}
CODES = {(row[0], row[1]): str(row[6] or "other").split("|")[0] for row in CHOICES[1:]}
QUESTION = {str(row[1]): str(row[2]) for row in SURVEY[1:] if row[1] and row[2]}
LIST = {"sector": "sector", "useful": "agree", "clear": "agree", "hurried": "agree", "channels": "channel",
        "heard": "yes_no", "ways": "way"}  # fmt: skip
NUMBER = {"sector": "Q1", "useful": "Q2", "channels": "Q4", "heard": "Q5", "ways": "Q6", "recommend": "Q7",
          "comment": "Q8"}  # fmt: skip
MATRIX = {"clear": "SQ101", "hurried": "SQ102"}
SEVERAL = ("channels", "ways")
WRITE_INS = ("баня на Кирова", "пожарная часть 12", "Сельский Дом")


class Person(NamedTuple):
    """One filled questionnaire; ``answers`` are codes (several as a tuple), None where blank or not asked."""

    number: int
    started: dt.datetime
    ended: dt.datetime
    answers: dict[str, Any]
    written: dict[str, str]
    comment: str | None


def questionnaire_file(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    settings = [["form_id", "form_title", "default_language"], ["exports", "Анкета", "Russian (ru)"]]
    for name, rows in (("survey", SURVEY), ("choices", CHOICES), ("settings", settings)):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def respondents(count: int = 90, seed: int = 20260611) -> list[Person]:
    rng = np.random.default_rng(seed)

    def pick(codes: list[str], blank: float = 0.1) -> str | None:
        return None if rng.random() < blank else str(rng.choice(codes))

    people = []
    for number in range(101, 101 + count):
        answers: dict[str, Any] = {name: pick(OPTIONS[LIST[name]]) for name in ("sector", "useful", "clear", "hurried")}
        answers["heard"] = pick(OPTIONS["yes_no"], 0.05)
        for name in SEVERAL:
            chosen = tuple(code for code in OPTIONS[LIST[name]] if rng.random() < 0.4)
            answers[name] = chosen or None
        if answers["heard"] != "yes":
            answers["ways"] = None
        answers["recommend"] = None if rng.random() < 0.1 else int(rng.integers(0, 11))
        written = {}
        if answers["sector"] == "other":
            written["sector"] = str(rng.choice(WRITE_INS))
        if answers["channels"] and "other" in answers["channels"]:
            written["channels"] = str(rng.choice(WRITE_INS))
        started = dt.datetime(2024, 4, 26, 9, 0) + dt.timedelta(minutes=13 * number)
        ended = started + dt.timedelta(seconds=int(rng.integers(95, 700)))
        comment = "Спасибо Смирновой Ольге, 8 000 100-11-11" if number % 7 == 0 else None
        people.append(Person(number, started, ended, answers, written, comment))
    return people
