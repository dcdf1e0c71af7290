"""What is wrong with a questionnaire, all of it at once: sheet, cell, what is there, what was expected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from evaluation.cleaning.headers import header_key
from evaluation.cleaning.questionnaire.sheets import (
    NO,
    TYPES,
    YES,
    FormSheet,
    TypeWords,
    is_known,
    label,
    split_type,
)
from evaluation.cleaning.survey.conditions import condition
from evaluation.cleaning.text import fold
from evaluation.cleaning.values import parse_number
from evaluation.settings import InputProblem

MISSING_ROLES = ("dont_know", "refused", "not_asked", "na")
SHOWN = 20
_ITEM_NAME = re.compile(r"[^\W\d][\w.-]*")
_BOUNDS = re.compile(r"\s*\.\s*[<>]=\s*-?\d+(?:\.\d+)?(?:\s+and\s+\.\s*[<>]=\s*-?\d+(?:\.\d+)?)?\s*")


class _Problems:
    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []

    def add(self, sheet: FormSheet, row: int, column: str, ru: str, en: str) -> None:
        cell = sheet.cell(row, column)
        self.found.append(
            (
                f"лист {sheet.name}, ячейка {cell} (столбец {column}): {ru}",
                f"sheet {sheet.name}, cell {cell} (column {column}): {en}",
            )
        )


def check_questionnaire(path: Path, survey: FormSheet, choices: FormSheet) -> None:
    """Raise one InputProblem that names every fault of the questionnaire (up to SHOWN) with its cell."""
    problems = _Problems()
    kinds = {row: split_type(cells["type"]) for row, cells in survey.rows}
    lists = _check_choices(choices, problems)
    _check_structure(survey, kinds, problems)
    _check_items(survey, kinds, lists, problems)
    _check_wordings(survey, kinds, problems)
    _check_conditions(survey, kinds, lists, problems)
    if problems.found:
        rest = len(problems.found) - SHOWN
        more_ru, more_en = (f"\n... и ещё {rest}", f"\n... and {rest} more") if rest > 0 else ("", "")
        raise InputProblem(
            f"Анкета {path}:\n" + "\n".join(ru for ru, _ in problems.found[:SHOWN]) + more_ru,
            f"Questionnaire {path}:\n" + "\n".join(en for _, en in problems.found[:SHOWN]) + more_en,
        )


def _check_choices(choices: FormSheet, problems: _Problems) -> dict[str, dict[str, int]]:
    """Rows of the answers by list and name."""
    lists: dict[str, dict[str, int]] = {}
    spelled: dict[str, dict[str, tuple[str, int]]] = {}
    for number, row in choices.rows:
        name, known = row["name"], lists.setdefault(row["list_name"], {})
        if not row["list_name"]:
            problems.add(choices, number, "list_name", "у ответа нет имени списка.", "the answer names no list.")
            continue
        if not name or re.search(r"\s", name):
            problems.add(
                choices, number, "name", f"имя ответа «{name}» пусто или с пробелом; нужен код без пробелов.",
                f"the answer's name '{name}' is empty or holds a blank; a code without blanks is needed.",
            )  # fmt: skip
        same = next((other for other in known if other.casefold() == name.casefold()), None)
        if same is not None:
            problems.add(
                choices, number, "name", f"имя «{name}» уже есть в списке {row['list_name']} (строка {known[same]}).",
                f"the name '{name}' is in the list {row['list_name']} already (row {known[same]}).",
            )  # fmt: skip
            continue
        known[name] = number
        role = row.get("missing_role", "")
        if role and role not in MISSING_ROLES:
            problems.add(
                choices, number, "missing_role",
                f"роль пропуска «{role}» неизвестна; возможны {', '.join(MISSING_ROLES)}.",
                f"the missing role '{role}' is unknown; possible are {', '.join(MISSING_ROLES)}.",
            )  # fmt: skip
        for column in ("score", "value"):
            if row.get(column) and parse_number(row[column]).value is None:
                problems.add(choices, number, column, f"«{row[column]}» — не число.", f"'{row[column]}' is no number.")
        texts = [("aliases", text) for text in row.get("aliases", "").split("|") if text]
        own = {(label(row, language), f"label ({language})") for language in ("ru", "en")}
        _claim(choices, number, name, [("name", name), *((where, text) for text, where in sorted(own)), *texts],
               spelled.setdefault(row["list_name"], {}), problems, fold)  # fmt: skip
    return lists


def _claim(
    sheet: FormSheet,
    number: int,
    owner: str,
    wordings: Iterable[tuple[str, str]],
    claimed: dict[str, tuple[str, int]],
    problems: _Problems,
    key_of: object,
) -> None:
    """Note the wordings of ``owner``; one that another owner has already is a problem."""
    assert callable(key_of)
    for column, text in wordings:
        key = key_of(text)
        if not key:
            continue
        other, row = claimed.setdefault(key, (owner, number))
        if other != owner:
            known = column if column in sheet.columns else _label_column(sheet, column)
            problems.add(
                sheet, number, known, f"написание «{text}» («{owner}») уже занято: «{other}», строка {row}.",
                f"the wording '{text}' ('{owner}') is taken already: '{other}', row {row}.",
            )  # fmt: skip


def _label_column(sheet: FormSheet, column: str) -> str:
    """The sheet's own label column of a language («label (ru)»)."""
    mark = column.removeprefix("label ")
    labels = [name for name in sheet.columns if name.startswith("label")]
    return next((name for name in labels if mark in name), labels[0] if labels else "name")


def _check_structure(survey: FormSheet, kinds: Mapping[int, TypeWords], problems: _Problems) -> None:
    open_groups: list[int] = []
    for number, row in survey.rows:
        kind = kinds[number]
        if kind.word == "begin_group":
            open_groups.append(number)
        elif kind.word == "end_group":
            if open_groups:
                open_groups.pop()
            else:
                problems.add(survey, number, "type", "закрыта группа, которую не открывали.",
                             "a group is closed that was not opened.")  # fmt: skip
        elif not is_known(kind):
            if not row["type"] and not row["name"]:
                continue
            problems.add(
                survey, number, "type", f"вид «{row['type']}» неизвестен; возможны {', '.join(TYPES)}.",
                f"the type '{row['type']}' is unknown; possible are {', '.join(TYPES)}.",
            )  # fmt: skip
    for number in open_groups:
        problems.add(
            survey, number, "type", "группа не закрыта: нет end_group.", "the group is not closed: no end_group."
        )


def _check_items(
    survey: FormSheet, kinds: Mapping[int, TypeWords], lists: Mapping[str, Mapping[str, int]], problems: _Problems
) -> None:
    seen: dict[str, int] = {}
    for number, row in survey.rows:
        kind, name = kinds[number], row["name"]
        if kind.word == "end_group" or not is_known(kind):
            continue
        if name and name.casefold() in seen:
            problems.add(survey, number, "name", f"имя «{name}» уже есть в строке {seen[name.casefold()]}.",
                         f"the name '{name}' is in row {seen[name.casefold()]} already.")  # fmt: skip
        seen.setdefault(name.casefold(), number)
        if not kind.kind:
            continue
        if not _ITEM_NAME.fullmatch(name):
            problems.add(
                survey, number, "name", f"имя «{name}»: нужны буквы, цифры и _, первой — буква.",
                f"the name '{name}': letters, digits and _ are needed, a letter first.",
            )  # fmt: skip
        if kind.kind in ("one", "several") and kind.list_name not in lists:
            problems.add(
                survey, number, "type",
                f"вопрос «{name}» берёт ответы из списка «{kind.list_name}», которого нет на листе choices.",
                f"the item '{name}' takes its answers from the list '{kind.list_name}', which the sheet choices lacks.",
            )  # fmt: skip
        for column in ("reversed", "pii", "required"):
            text = row.get(column, "").casefold()
            if text not in YES | NO:
                problems.add(survey, number, column, f"«{row[column]}»: ожидалось yes или пусто.",
                             f"'{row[column]}': yes or nothing was expected.")  # fmt: skip
            elif column == "reversed" and text in YES and not row.get("scale_id"):
                problems.add(
                    survey, number, column, f"вопрос «{name}» обращён, но шкала (scale_id) не названа.",
                    f"the item '{name}' is reversed, but no scale (scale_id) is named.",
                )  # fmt: skip
        if row.get("scale_id") and kind.kind not in ("one", "number"):
            problems.add(survey, number, "scale_id", f"вопрос «{name}» не может входить в шкалу: у него нет числа.",
                         f"the item '{name}' cannot be of a scale: it has no number.")  # fmt: skip
        bounds = row.get("constraint", "")
        if kind.kind == "number" and bounds and not _BOUNDS.fullmatch(bounds):
            problems.add(
                survey, number, "constraint", f"ограничение «{bounds}» не понято; пишите . >= 0 and . <= 20.",
                f"the constraint '{bounds}' is not understood; write . >= 0 and . <= 20.",
            )  # fmt: skip


def _check_wordings(survey: FormSheet, kinds: Mapping[int, TypeWords], problems: _Problems) -> None:
    """Headers that would stand for two items; the same row in two matrices is told by the matrix."""
    claimed: dict[str, tuple[str, int]] = {}
    groups: list[str] = []

    def key(text: str) -> str:
        return header_key(text)[0]

    for number, row in survey.rows:
        kind = kinds[number]
        if kind.word == "begin_group":
            groups.append(row["name"])
        elif kind.word == "end_group" and groups:
            groups.pop()
        if not kind.kind:
            continue
        aliases = [("aliases", text) for text in row.get("aliases", "").split("|") if text]
        _claim(survey, number, row["name"], [("name", row["name"]), *aliases], claimed, problems, key)
        texts = {label(row, language): f"label ({language})" for language in ("en", "ru")}
        mark = f"{groups[-1]}\n" if groups else ""
        _claim(survey, number, row["name"], [(where, mark + text) for text, where in texts.items() if text], claimed,
               problems, lambda text: "\n".join(key(part) for part in text.split("\n")))  # fmt: skip


def _check_conditions(
    survey: FormSheet, kinds: Mapping[int, TypeWords], lists: Mapping[str, Mapping[str, int]], problems: _Problems
) -> None:
    items = {row["name"]: kinds[number] for number, row in survey.rows if kinds[number].kind}
    for number, row in survey.rows:
        if not kinds[number].kind:
            continue
        try:
            needed = condition(row.get("relevant", ""))
        except InputProblem as problem:
            problems.add(survey, number, "relevant", problem.messages["ru"], problem.messages["en"])
            continue
        if needed is None:
            continue
        item, answer = needed
        if item not in items:
            problems.add(survey, number, "relevant", f"в условии назван вопрос «{item}», которого нет.",
                         f"the condition names the item '{item}', which is not there.")  # fmt: skip
        elif items[item].list_name in lists and answer not in (*lists[items[item].list_name], "other"):
            problems.add(
                survey, number, "relevant", f"в условии назван ответ «{answer}», которого у вопроса «{item}» нет.",
                f"the condition names the answer '{answer}', which the item '{item}' lacks.",
            )  # fmt: skip
