"""The same answers as form services export them: each function writes a file into a folder and returns its place."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat

from exports.respondents import CODES, LABELS, LIST, MATRIX, NUMBER, OPTIONS, QUESTION, SEVERAL, Person

ITEMS = ("sector", "useful", "clear", "hurried", "channels", "heard", "ways", "recommend")
NO_BREAK = "\u00a0"


def _csv(path: Path, rows: Sequence[Sequence[Any]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as stream:
        csv.writer(stream, delimiter=delimiter).writerows(
            ["" if cell is None else cell for cell in row] for row in rows
        )
    return path


def _xlsx(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def _words(person: Person, item: str, separator: str) -> str | None:
    """An answer as a service with one column a question shows it: labels, and other answers in their own words."""
    answer = person.answers[item]
    if answer is None or item == "recommend":
        return answer
    codes = answer if isinstance(answer, tuple) else (answer,)
    own = person.written.get(item)
    return separator.join(own if code == "other" and own else LABELS[LIST[item], code] for code in codes)


def canonical(folder: Path, people: list[Person]) -> Path:
    """Columns named as the items, codes as the questionnaire has them."""
    header = ["response_id", "started_at", "submitted_at", *ITEMS, "comment"]
    rows = [
        [one.number, one.started.isoformat(), one.ended.isoformat()]
        + [" ".join(one.answers[item]) if isinstance(one.answers[item], tuple) else one.answers[item] for item in ITEMS]
        + [one.comment]
        for one in people
    ]
    return _csv(folder / "canonical.csv", [header, *rows])


def yandex(separator: str) -> Callable[[Path, list[Person]], Path]:
    def write(folder: Path, people: list[Person]) -> Path:
        def question(item: str) -> str:
            return f"{QUESTION['trainer']} / {QUESTION[item]}" if item in MATRIX else QUESTION[item]

        header = ["ID", "Время создания", *map(question, ITEMS), QUESTION["comment"]]
        rows = [
            [one.number, one.ended.strftime("%Y-%m-%d %H:%M:%S"), *(_words(one, item, separator) for item in ITEMS),
             one.comment] for one in people
        ]  # fmt: skip
        return _xlsx(folder / "yandex.xlsx", [header, *rows])

    return write


def google(separator: str) -> Callable[[Path, list[Person]], Path]:
    def write(folder: Path, people: list[Person]) -> Path:
        def question(item: str) -> str:
            return f"{QUESTION['trainer']} [{QUESTION[item]}]" if item in MATRIX else QUESTION[item]

        header = ["Отметка времени", "ID", *map(question, ITEMS), QUESTION["comment"], "Адрес электронной почты"]
        rows = []
        for one in people:
            cells = [_words(one, item, separator) for item in ITEMS]
            # pasted questionnaires carry no-break spaces and other letters for ё
            shown = [cell.replace(" ", NO_BREAK).replace("ё", "е") if isinstance(cell, str) else cell for cell in cells]
            rows.append([one.ended.strftime("%d.%m.%Y %H:%M:%S"), one.number, *shown, one.comment, "a@example.org"])
        return _csv(folder / "google.csv", [header, *rows])

    return write


def _lime_question(item: str, full: bool) -> str:
    if item in MATRIX:
        return f"{QUESTION['trainer']} [{QUESTION[item]}]" if full else f"trainer[{MATRIX[item]}]"
    return QUESTION[item] if full else NUMBER[item]


def limesurvey(full: bool) -> Callable[[Path, list[Person]], Path]:
    """Response and question codes, or full texts."""

    def write(folder: Path, people: list[Person]) -> Path:
        service = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"]
        columns: list[tuple[str, Callable[[Person], Any]]] = []

        def one_of(item: str) -> Callable[[Person], Any]:
            def cell(one: Person) -> Any:
                answer = one.answers[item]
                if answer is None or item == "recommend":
                    return answer
                if item == "sector" and answer == "other":
                    return "Другое" if full else "-oth-"
                return LABELS[LIST[item], answer] if full else CODES[LIST[item], answer]

            return cell

        def option(item: str, code: str) -> Callable[[Person], Any]:
            def cell(one: Person) -> Any:
                chosen = one.answers[item]
                if chosen is None:
                    return None
                if code == "other":
                    return one.written.get(item)
                return ("Да" if code in chosen else "Нет") if full else ("Y" if code in chosen else None)

            return cell

        for item in ITEMS:
            text = _lime_question(item, full)
            if item in SEVERAL:
                for code in OPTIONS[LIST[item]]:
                    sub = LABELS[LIST[item], code] if full else CODES[LIST[item], code]
                    columns.append((f"{text} [{sub}]" if full else f"{text}[{sub}]", option(item, code)))
            else:
                columns.append((text, one_of(item)))
            if item == "sector":
                columns.append(
                    (f"{text} [Другое]" if full else f"{text}[other]", lambda one: one.written.get("sector"))
                )
        columns.append((_lime_question("comment", full), lambda one: one.comment))
        rows = [
            [
                one.number,
                one.ended,
                4,
                "ru",
                88 * one.number,
                one.started,
                one.ended,
                *(cell(one) for _, cell in columns),
            ]
            for one in people
        ]
        return _csv(folder / "limesurvey.csv", [[*service, *(text for text, _ in columns)], *rows], ";", "utf-8-sig")

    return write


def kobo(labels: bool) -> Callable[[Path, list[Person]], Path]:
    """XML names and values with groups, or labels."""

    def write(folder: Path, people: list[Person]) -> Path:
        header = ["start", "end"]
        readers: list[Callable[[Person], Any]] = [
            lambda one: one.started.strftime("%Y-%m-%dT%H:%M:%S.000+07:00"),
            lambda one: one.ended.strftime("%Y-%m-%dT%H:%M:%S.000+07:00"),
        ]

        def word(item: str, code: str) -> str:
            return LABELS[LIST[item], code] if labels else code

        def whole(item: str) -> Callable[[Person], Any]:
            def cell(one: Person) -> Any:
                answer = one.answers[item]
                if answer is None or item == "recommend":
                    return answer
                return " ".join(word(item, code) for code in (answer if isinstance(answer, tuple) else (answer,)))

            return cell

        def option(item: str, code: str) -> Callable[[Person], Any]:
            return lambda one: None if one.answers[item] is None else int(code in one.answers[item])

        for item in ITEMS:
            group = "trainer/" if item in MATRIX else "main/"
            text = QUESTION[item] if labels else group + item
            header.append(text)
            readers.append(whole(item))
            if item in SEVERAL:
                for code in OPTIONS[LIST[item]]:
                    header.append(f"{text}/{word(item, code)}")
                    readers.append(option(item, code))
            if item in ("sector", "channels"):
                header.append(f"main/{item}_other")
                readers.append(lambda one, item=item: one.written.get(item))  # type: ignore[misc]  # a default is bound
        header += ["comment", "_id", "_uuid", "_submission_time", "_validation_status", "_index", "__version__"]
        rows = [
            [
                *(reader(one) for reader in readers),
                one.comment,
                one.number,
                f"ab-{one.number}",
                one.ended,
                None,
                1,
                "v2",
            ]
            for one in people
        ]
        return _xlsx(folder / "kobo.xlsx", [header, *rows])

    return write


def surveymonkey(folder: Path, people: list[Person]) -> Path:
    """A line of questions over a line of options; a cell holds the chosen option's own text."""
    upper = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "First Name"]
    lower: list[str | None] = [None] * len(upper)
    readers: list[Callable[[Person], Any]] = []

    def option(item: str, code: str) -> Callable[[Person], Any]:
        return lambda one: LABELS[LIST[item], code] if code in (one.answers[item] or ()) else None

    def single(item: str) -> Callable[[Person], Any]:
        def cell(one: Person) -> Any:
            answer = one.answers[item]
            written = item in one.written
            return None if answer is None or written else answer if item == "recommend" else LABELS[LIST[item], answer]

        return cell

    for item in ITEMS:
        if item in SEVERAL:
            codes = [code for code in OPTIONS[LIST[item]] if code != "other"]
            upper += [QUESTION[item], *[""] * (len(codes) - 1)]
            lower += [LABELS[LIST[item], code] for code in codes]
            readers += [option(item, code) for code in codes]
        else:
            upper.append("" if item == "hurried" else QUESTION["trainer"] if item in MATRIX else QUESTION[item])
            lower.append(QUESTION[item] if item in MATRIX else "Response")
            readers.append(single(item))
        if item in ("sector", "channels"):
            upper.append("")
            lower.append("Other (please specify)")
            readers.append(lambda one, item=item: one.written.get(item))  # type: ignore[misc]  # a default is bound
    upper.append(QUESTION["comment"])
    lower.append("Open-Ended Response")
    readers.append(lambda one: one.comment)
    rows = [
        [one.number, 77, one.started.strftime("%m/%d/%Y %I:%M:%S %p"), one.ended.strftime("%m/%d/%Y %I:%M:%S %p"),
         "192.0.2.1", "Ольга", *(reader(one) for reader in readers)] for one in people
    ]  # fmt: skip
    return _csv(folder / "surveymonkey.csv", [upper, lower, *rows])


def spss(folder: Path, people: list[Person]) -> Path:
    """Variable labels, value labels, a user-missing range, and options as 0/1 variables."""
    columns: dict[str, list[Any]] = {
        "response_id": [float(one.number) for one in people],
        "started_at": [pd.Timestamp(one.started) for one in people],
        "submitted_at": [pd.Timestamp(one.ended) for one in people],
    }
    texts: dict[str, str | None] = dict.fromkeys(columns)
    values: dict[str, dict[int | float, str]] = {}
    missing: dict[str, list[Any]] = {}
    for place, item in enumerate(ITEMS, start=1):
        if item in SEVERAL:
            for code in OPTIONS[LIST[item]]:
                name = f"v{place}_{code}"
                chosen = [one.answers[item] for one in people]
                columns[name] = [None if codes is None else float(code in codes) for codes in chosen]
                texts[name] = f"{QUESTION[item]}: {LABELS[LIST[item], code]}"
                values[name] = {0: "Не выбрано", 1: "Выбрано"}
            continue
        name = f"v{place}"
        texts[name] = f"{QUESTION['trainer']}: {QUESTION[item]}" if item in MATRIX else QUESTION[item]
        if item == "recommend":
            columns[name] = [None if one.answers[item] is None else float(one.answers[item]) for one in people]
            values[name] = {0: "Ни за что", 10: "Непременно", 99: "Отказ"}
            missing[name] = [{"lo": 97, "hi": 99}]
            continue
        numbers = {
            code: float(n if code not in ("dk", "refuse") else 98) for n, code in enumerate(OPTIONS[LIST[item]], 1)
        }
        columns[name] = [numbers.get(one.answers[item]) for one in people]
        values[name] = {number: LABELS[LIST[item], code] for code, number in numbers.items()}
        if 98.0 in numbers.values():
            missing[name] = [{"lo": 97, "hi": 99}]
    columns["comment"] = [one.comment or "" for one in people]
    texts["comment"] = QUESTION["comment"]
    path = folder / "answers.sav"
    pyreadstat.write_sav(
        pd.DataFrame(columns), str(path), column_labels=texts, variable_value_labels=values, missing_ranges=missing
    )
    return path


SERVICES: dict[str, Callable[[Path, list[Person]], Path]] = {
    "yandex, commas": yandex(", "),
    "yandex, semicolons": yandex("; "),
    "yandex, line breaks": yandex("\n"),
    "google, commas": google(", "),
    "google, semicolons": google(";"),
    "limesurvey, codes": limesurvey(full=False),
    "limesurvey, texts": limesurvey(full=True),
    "kobo, names": kobo(labels=False),
    "kobo, labels": kobo(labels=True),
    "surveymonkey": surveymonkey,
    "spss": spss,
}
