"""The workbook in which people decide on remarks: a line each, a list of decisions, yellow cells for the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from evaluation.codebook import Codebook
from evaluation.display.exhibits import source_names
from evaluation.report.answer_sheets import (
    finish_sheet,
    guide_sheet,
    key_sheet,
    letter_of,
    put_columns,
    put_heading,
    put_line,
)
from evaluation.report.forms import (
    ERROR_FILL,
    WARNING_FILL,
    drop_down,
    link_to,
    new_book,
    put_text,
    workbook_bytes,
)
from evaluation.report.waiting import ACTIONS_OF, MEMBER_COLUMNS
from evaluation.settings import LANGUAGES, Language, Text

MARK = "evaluation-form"
KEY_SHEET = "_form"
HEADER_ROW = 3
COLUMNS: dict[str, tuple[Text, float]] = {
    "line": (Text(ru="№", en="No."), 6),
    "severity": (Text(ru="Важность", en="Severity"), 14),
    "source": (Text(ru="Источник", en="Source"), 20),
    "sheet": (Text(ru="Лист", en="Sheet"), 16),
    "cell": (Text(ru="Ячейка", en="Cell"), 9),
    "places": (Text(ru="Сколько и где", en="How many, where"), 18),
    "rule": (Text(ru="Замечание", en="Remark"), 32),
    "field": (Text(ru="Столбец", en="Column"), 22),
    "raw": (Text(ru="Что получено", en="What was received"), 26),
    "action": (Text(ru="Что сделано", en="What was done"), 20),
    "suggestion": (Text(ru="Подсказка", en="Suggestion"), 26),
    "decision": (Text(ru="РЕШЕНИЕ", en="DECISION"), 24),
    "answer": (Text(ru="Верное значение", en="Right value"), 22),
    "reason": (Text(ru="Основание", en="Reason"), 26),
    "author": (Text(ru="Кто решил (роль)", en="Decided by (role)"), 20),
}
ANSWERS = ("decision", "answer", "reason", "author")
WORDS: dict[str, Text] = {
    "title": Text(ru="Замечания, которые ждут решения: {year} год", en="Remarks that wait for a decision: {year}"),
    "sheet": Text(ru="Решения", en="Decisions"),
    "guide": Text(ru="Как заполнять", en="How to fill in"),
    "hint": Text(
        ru="Заполняйте только жёлтые ячейки. Пустая строка значит: решения пока нет.",
        en="Fill in the yellow cells only. A line left empty means: no decision yet.",
    ),
    "wrong": Text(ru="Выберите решение из списка", en="Choose a decision from the list"),
}
GUIDE: dict[Language, tuple[str, ...]] = {
    "ru": (
        "1. На листе «Решения» каждая строка — замечание к полученному файлу или группа одинаковых замечаний. Ссылка в "
        "столбце «Ячейка» открывает исходный файл на нужном месте.",
        "2. Выберите решение из списка и назовите основание (письмо, звонок, документ) и роль того, кто решил "
        "(например, «аналитик»). Имён и телефонов не пишите: решения хранятся вместе с программой.",
        "«Принять предложенное» — взять значение из столбца «Подсказка».",
        "«Внести значение» — взять то, что вы напишете в столбце «Верное значение», как оно стояло бы в файле.",
        "«Оставить как есть» — согласиться с тем, что сделано: замечание больше не будет ждать решения, в том числе "
        "в файле следующего года, пока там то же значение.",
        "«Очистить ячейку» — считать ячейку пустой.",
        "«Отложить строку» — не использовать запись целиком.",
        "3. Сохраните книгу и выполните: evaluation decide ФАЙЛ. Если что-то заполнено неверно, не будет принято "
        "ничего, а ошибки будут названы с ячейкой.",
        "4. Исходный файл не меняется. Решение действует, пока в нём то же значение у той же записи.",
    ),
    "en": (
        "1. Each line of the sheet 'Decisions' is a remark on a received file, or a group of equal remarks. The link "
        "in the column 'Cell' opens the source file at the place.",
        "2. Choose a decision from the list and name its reason (a letter, a call, a document) and the role of whoever "
        "decided (such as 'analyst'). Write no names or phones: decisions are kept with the program.",
        "'Accept the suggestion': take the value in the column 'Suggestion'.",
        "'Enter a value': take what you write in the column 'Right value', as it would stand in the file.",
        "'Keep as it is': agree with what was done; the remark no longer waits for a decision, nor will it in next "
        "year's file, as long as the same value stands there.",
        "'Empty the cell': count the cell as empty.",
        "'Set the row aside': do not use the record at all.",
        "3. Save the workbook and run: evaluation decide FILE. If anything is filled in wrongly, nothing is taken, and "
        "the errors are named with their cell.",
        "4. The source file does not change. A decision holds as long as the same record has the same value there.",
    ),
}


def decision_words(codebook: Codebook, language: Language) -> dict[str, str]:
    """Word by action, as in the drop-down lists."""
    return codebook.choice_labels("decision", language)


def decision_form(
    lines: pd.DataFrame,
    codebook: Codebook,
    year: int,
    language: Language,
    link_of: Callable[[Mapping[str, Any]], str | None],
) -> bytes:
    """The workbook for ``lines`` (``waiting.WAITING_COLUMNS``), as bytes.

    ``link_of`` gives the received file of a line relative to the workbook, or None. Columns after the answers are
    hidden and hold what decisions name; those of all members of a line are on a hidden sheet.
    """
    words = {name: text.in_language(language) for name, text in WORDS.items()}
    title = words["title"].format(year=year)
    book = new_book(title)
    guide_sheet(book, words["guide"], (title, None, *GUIDE[language]), width=100)
    sheet = book.create_sheet(words["sheet"])
    put_heading(sheet, title, words["hint"])
    put_columns(sheet, HEADER_ROW, COLUMNS, language, MEMBER_COLUMNS)
    shown = line_texts(lines, codebook, language)
    for row, (line, texts) in enumerate(zip(lines.to_dict("records"), shown, strict=True), start=HEADER_ROW + 1):
        _line(sheet, row, line, texts, link_of(line))
    lists = lines["kind"] + lines["offered"].notna().map({True: "+", False: ""}) if len(lines) else lines["kind"]
    where = letter_of(COLUMNS, "decision")
    for kind in sorted(set(lists)):
        listed = allowed(kind.rstrip("+"), kind.endswith("+"))
        choices = [decision_words(codebook, language)[action] for action in listed]
        cells = [f"{where}{HEADER_ROW + 1 + place}" for place, one in enumerate(lists) if one == kind]
        drop_down(sheet, choices, cells, words["sheet"], words["wrong"])
    finish_sheet(sheet, HEADER_ROW, scrolled_from=list(COLUMNS).index("rule") + 1)
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{letter_of(COLUMNS, ANSWERS[-1])}{max(sheet.max_row, HEADER_ROW)}"
    write_key(book, "decisions", year, "", lines)
    book.active = 1
    return workbook_bytes(book)


def allowed(kind: str, offered: bool) -> list[str]:
    """Actions that a line's list offers."""
    return [action for action in ACTIONS_OF[kind] if offered or action != "accept"]


def line_texts(lines: pd.DataFrame, codebook: Codebook, language: Language) -> list[dict[str, Any]]:
    """The words of every line (``waiting.WAITING_COLUMNS``) by COLUMNS, without the answers."""
    rules, severities, actions = (codebook.choice_labels(name, language) for name in ("rule", "severity", "action"))
    sources = source_names(lines["source"], codebook, language)
    return [
        {
            "line": str(line["line"]),
            "severity": severities.get(line["severity"], line["severity"]),
            "source": sources.get(line["source"], line["source"]),
            "sheet": line["sheet"] or "",
            "cell": line["cell"] or (str(line["row"]) if line["row"] else ""),
            "places": f"{line['n']}: {line['places']}" if line["n"] > 1 else "",
            "rule": rules.get(line["rule"], line["rule"]),
            "field": codebook.label(line["source"], line["field"], language) if line["field"] else "",
            "raw": "" if line["raw"] is None else line["raw"],
            "action": actions.get(line["action"], line["action"]) + (f": {line['value']}" if line["value"] else ""),
            "suggestion": _suggestion(line, codebook, language),
        }
        for line in lines.to_dict("records")
    ]


def _suggestion(line: Mapping[str, Any], codebook: Codebook, language: Language) -> str:
    """What is suggested, in words where it is a code of a list."""
    text = str(line["offered"] or line["suggestion"] or "")
    name = codebook.list_of(str(line["source"]), str(line["field"])) if line["field"] else ""
    return codebook.choice_labels(name, language).get(text, text) if name else text


def _line(sheet: Worksheet, row: int, line: Mapping[str, Any], texts: Mapping[str, Any], file: str | None) -> None:
    cells = put_line(sheet, row, COLUMNS, ANSWERS, texts)
    cells["severity"].fill = ERROR_FILL if line["severity"] == "error" else WARNING_FILL
    if file is not None and line["sheet"]:
        address = line["cell"] or (f"A{line['row']}" if line["row"] else "A1")
        link_to(cells["cell"], file, line["sheet"], address)
    for place, name in enumerate(MEMBER_COLUMNS, start=len(COLUMNS) + 1):
        put_text(sheet, row, place, line["members"][0][name])


def write_key(book: Workbook, form: str, year: int, unit: str, lines: pd.DataFrame) -> None:
    """The hidden sheet by which the filled workbook is known again: what every line stands for."""
    rows = [
        (line["line"], line["kind"], line["rule"], line["offered"], *(member[name] for name in MEMBER_COLUMNS))
        for line in lines.to_dict("records")
        for member in line["members"]
    ]
    key_sheet(book, KEY_SHEET, (MARK, form, str(year), unit), rows)


def words_for_reading(codebook: Codebook) -> dict[str, str]:
    """Action by its folded word in either language, and by its code."""
    found = {action: action for action in decision_words(codebook, "ru")}
    for language in LANGUAGES:
        found |= {word.casefold().strip(): action for action, word in decision_words(codebook, language).items()}
    return found
