"""A questionnaire as an XLSForm workbook: items, lists of answers, and how answers in words are read.

Besides the standard sheets ``survey`` and ``choices`` (columns type, name, label..., relevant, constraint; list_name,
name, label...) these columns are understood: scale_id, reversed, aliases, pii of items; value, missing_role, aliases
of choices. Aliases are separated by ``|``; ``missing_role`` is dont_know or refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.cleaning.values import EMPTY, Choices, Parsed, is_blank, parse_number
from evaluation.cleaning.workbook import Received, Sheet, read_received
from evaluation.settings import InputProblem

ITEM_COLUMNS = [
    "name", "kind", "list_name", "label_ru", "label_en", "scale_id", "reversed", "aliases", "pii", "relevant", "low",
    "high",
]  # fmt: skip
CHOICE_COLUMNS = ["list_name", "name", "label_ru", "label_en", "value", "missing_role", "aliases"]
KINDS = {"select_one": "one", "select_multiple": "several", "integer": "number", "decimal": "number", "range": "number",
         "text": "open"}  # fmt: skip
# words for the lack of an answer that no list declares
_ROLES: dict[str | None, str] = {
    "dont_know": "dont_know", "refused": "refused", "not_asked": "not_asked", "skip": "not_asked",
}  # fmt: skip
_BOUND = re.compile(r"\.\s*(>=|<=)\s*(-?\d+(?:\.\d+)?)")
_RELEVANT = re.compile(r"^\s*(?:selected\(\s*\$\{(\w+)\}\s*,\s*'([^']*)'\s*\)|\$\{(\w+)\}\s*=\s*'([^']*)')\s*$")


@dataclass(frozen=True, eq=False)
class Questionnaire:
    """``items`` (ITEM_COLUMNS, kind one, several, number or open; one row an item) and ``choices`` (CHOICE_COLUMNS)."""

    items: pd.DataFrame
    choices: pd.DataFrame
    _known: dict[str, Choices] = field(default_factory=dict, init=False, repr=False)

    def headers(self) -> dict[str, str]:
        """Item by every wording of its header."""
        wordings: dict[str, str] = {}
        for item in self.items.itertuples():
            for text in (item.name, item.label_ru, item.label_en, *str(item.aliases).split("|")):
                if text:
                    wordings.setdefault(str(text), str(item.name))
        return wordings

    def options(self, list_name: str) -> pd.DataFrame:
        """The answers of a list, in order, index ``name``."""
        return self.choices[self.choices["list_name"] == list_name].set_index("name", drop=False)

    def spellings(self, list_name: str) -> Choices:
        """Codes of a list by every spelling: name, labels, aliases, and the value where it names one answer."""
        if list_name not in self._known:
            rows = self.options(list_name)
            known: dict[str, str] = {}
            for row in rows.itertuples():
                for text in (row.name, row.label_ru, row.label_en, *str(row.aliases).split("|")):
                    if text:
                        known.setdefault(str(text), str(row.name))
            for value, group in rows.dropna(subset=["value"]).groupby("value"):
                if len(group) == 1:
                    known.setdefault(f"{value:g}", str(group["name"].iloc[0]))
            self._known[list_name] = Choices(known)
        return self._known[list_name]


def read_questionnaire(path: Path) -> Questionnaire:
    """Read an XLSForm workbook. Raises InputProblem naming the sheet and row of what is missing or unknown."""
    received = read_received(path, "questionnaire")
    survey = _sheet(received, path, "survey", ("type", "name"))
    choices = _sheet(received, path, "choices", ("list_name", "name"))
    items = []
    for row in survey.to_dict("records"):
        kind, _, list_name = str(row["type"]).partition(" ")
        if kind in KINDS:
            items.append(_item(row, KINDS[kind], list_name.strip()))
    rows = [
        {
            "list_name": row["list_name"],
            "name": row["name"],
            "label_ru": _label(row, "ru"),
            "label_en": _label(row, "en"),
            "value": parse_number(row.get("value")).value,
            "missing_role": row.get("missing_role", ""),
            "aliases": row.get("aliases", ""),
        }
        for row in choices.to_dict("records")
        if row["list_name"]
    ]
    questionnaire = Questionnaire(pd.DataFrame(items, columns=ITEM_COLUMNS), pd.DataFrame(rows, columns=CHOICE_COLUMNS))
    questionnaire.choices["value"] = questionnaire.choices["value"].astype("float64")
    lists = set(questionnaire.choices["list_name"])
    for item in questionnaire.items.itertuples():
        if item.kind in ("one", "several") and item.list_name not in lists:
            raise InputProblem(
                f"Анкета {path}, лист survey: вопрос «{item.name}» берёт ответы из списка «{item.list_name}», "
                "которого нет на листе choices. Добавьте список или исправьте имя.",
                f"Questionnaire {path}, sheet survey: the item '{item.name}' takes its answers from the list "
                f"'{item.list_name}', which the sheet choices lacks. Add the list or correct its name.",
            )
    return questionnaire


def _sheet(received: Received, path: Path, name: str, needed: tuple[str, ...]) -> pd.DataFrame:
    sheet: Sheet | None = next((one for one in received.sheets if one.name.casefold() == name), None)
    header = [] if sheet is None or not len(sheet.cells) else [str(cell or "").strip() for cell in sheet.cells[0]]
    if sheet is None or any(column not in header for column in needed):
        raise InputProblem(
            f"Анкета {path}: нужен лист «{name}» со столбцами {', '.join(needed)} в первой строке. "
            "Сделайте анкету по образцу из папки config/survey.",
            f"Questionnaire {path}: a sheet '{name}' with the columns {', '.join(needed)} in its first row is needed. "
            "Make the questionnaire after the example in config/survey.",
        )
    rows = [["" if is_blank(cell) else _text(cell) for cell in row] for row in sheet.cells[1:]]
    return pd.DataFrame(rows, columns=header)


def _text(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _label(row: Mapping[str, str], language: str) -> str:
    """The label in a language: «label::Russian (ru)», else the plain label."""
    found = next((value for name, value in row.items() if name.startswith("label") and f"({language})" in name), "")
    return found or row.get("label", "")


def _item(row: Mapping[str, str], kind: str, list_name: str) -> dict[str, Any]:
    bounds = dict(_BOUND.findall(row.get("constraint", "")))
    return {
        "name": row["name"],
        "kind": kind,
        "list_name": list_name,
        "label_ru": _label(row, "ru"),
        "label_en": _label(row, "en"),
        "scale_id": row.get("scale_id", ""),
        "reversed": row.get("reversed", "").casefold() in ("yes", "true", "1", "да"),
        "aliases": row.get("aliases", ""),
        "pii": row.get("pii", "").casefold() in ("yes", "true", "1", "да"),
        "relevant": row.get("relevant", ""),
        "low": float(bounds[">="]) if ">=" in bounds else None,
        "high": float(bounds["<="]) if "<=" in bounds else None,
    }


def condition(relevant: str) -> tuple[str, str] | None:
    """Item and answer on which a question depends (``${item} = 'answer'``); None where it is always asked.

    Raises InputProblem for a condition of another form.
    """
    if not relevant.strip():
        return None
    found = _RELEVANT.match(relevant)
    if found is None:
        raise InputProblem(
            f"Условие вопроса «{relevant}» не поддерживается. "
            "Пишите ${вопрос} = 'ответ' или selected(${вопрос}, 'ответ').",
            f"The condition '{relevant}' is not supported. "
            "Write ${item} = 'answer' or selected(${item}, 'answer').",
        )
    return (found[1] or found[3], found[2] if found[1] else found[4])


def parse_answer(raw: Any, spellings: Choices, missing: Choices) -> Parsed:
    """The code of one answer; «затрудняюсь ответить» and refusals outside the list are ``missing:dont_know`` etc."""
    if is_blank(raw):
        return EMPTY
    parsed = spellings.parse(raw)
    if parsed.value is not None:
        return parsed
    role = missing.parse(raw)
    if role.value in ("dont_know", "refused"):
        return Parsed(f"missing:{role.value}", role.rule)
    if parsed.missing in _ROLES:
        return Parsed(f"missing:{_ROLES[parsed.missing]}", parsed.rule)
    if parsed.missing == "marker":
        return parsed
    return Parsed(None, "answer_unknown", parsed.suggestion)


def parse_score(raw: Any, low: float | None, high: float | None) -> Parsed:
    """A number within its bounds; «12/20» and «12 из 20» are 12 where the maximum agrees."""
    if isinstance(raw, str):
        found = re.match(r"^\s*(\d+(?:[.,]\d+)?)\s*(?:/|из)\s*(\d+)\s*(?:балл\w*)?\s*$", raw)
        if found:
            number = float(found[1].replace(",", "."))
            if (high is not None and float(found[2]) != high) or number > float(found[2]):
                return Parsed(None, "out_of_range", found[1])
            return Parsed(number, "unit_in_cell")
    parsed = parse_number(raw)
    if parsed.value is not None and (
        (low is not None and parsed.value < low) or (high is not None and parsed.value > high)
    ):
        return Parsed(None, "out_of_range", f"{low}..{high}")
    return parsed


def parse_several(raw: Any, spellings: Choices) -> tuple[list[str], list[str]]:
    """Codes chosen in one cell, and the parts that stand for no option (``Choices.split``)."""
    several = spellings.split(str(raw))
    return list(several.codes), list(several.unknown)
