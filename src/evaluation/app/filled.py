"""The filled lines of a workbook as decisions, and what is wrong with them, cell by cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.codebook import Codebook
from evaluation.decisions import DECISION_COLUMNS, WITH_VALUE
from evaluation.privacy.personal import find_personal
from evaluation.report.answers import Answer, Filled
from evaluation.report.decision_form import allowed, words_for_reading
from evaluation.settings import InputProblem

MOST_FAULTS = 50
NEW_COLUMNS = [*DECISION_COLUMNS, "sheet", "cell", "rule"]


class Faults:
    """What is wrong with filled lines, cell by cell, in both languages.

    ``path`` is the workbook; None for lines that were filled in elsewhere, where a cell's name says enough.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._ru: dict[str, None] = {}
        self._en: dict[str, None] = {}

    def add(self, sheet: str, cell: str, ru: str, en: str) -> None:
        if self._path is None:
            self._ru[f"{sheet}, {cell}: {ru}"] = None
            self._en[f"{sheet}, {cell}: {en}"] = None
            return
        self._ru[f"лист «{sheet}», ячейка {cell}: {ru}"] = None
        self._en[f"sheet '{sheet}', cell {cell}: {en}"] = None

    def raise_if_any(self) -> None:
        if not self._ru:
            return
        ru, en = ("\n".join(f"- {line}" for line in list(texts)[:MOST_FAULTS]) for texts in (self._ru, self._en))
        more = len(self._ru) - MOST_FAULTS
        head_ru = "Ни одно решение не принято" if self._path is None else f"{self._path}: ни одно решение не принято"
        head_en = "No decision was taken" if self._path is None else f"{self._path}: no decision was taken"
        raise InputProblem(
            f"{head_ru}. Исправьте и повторите:\n{ru}" + (f"\n- и ещё {more}" if more > 0 else ""),
            f"{head_en}. Correct this and repeat:\n{en}" + (f"\n- and {more} more" if more > 0 else ""),
        )


def decisions_of(filled: Filled, codebook: Codebook, faults: Faults, day: str) -> pd.DataFrame:
    """NEW_COLUMNS, one row a remark decided on: DECISION_COLUMNS, the cell of the answer, the remark's rule.

    What is wrong is added to ``faults``; such lines give no rows.
    """
    words = words_for_reading(codebook)
    rows: list[dict[str, str]] = []
    for answer in filled.answers:
        found = _of_return(answer, filled.unit) if filled.form == "return" else _of_line(answer, words, faults)
        if found is None:
            continue
        cell = answer.cells["answer" if found["action"] == "replace" else "decision"]
        place = {"sheet": answer.sheet, "cell": cell}
        rows += [_row(member, found, answer.rule, day) | place for member in answer.members]
    frame = pd.DataFrame(rows, columns=NEW_COLUMNS, dtype="str")
    _check_agreement(frame, faults)
    return frame.drop_duplicates(DECISION_COLUMNS).reset_index(drop=True)


def _row(member: Any, found: dict[str, str], rule: str, day: str) -> dict[str, str]:
    action = found["action"]
    whole = action == "quarantine"
    return {
        "table": member["table"],
        "record_key": member["record_key"],
        "field": "" if whole else member["field"],
        "raw_hash": "" if whole else member["raw_hash"],
        "action": action,
        "value": rule if action == "keep" else found["value"],
        "reason": found["reason"],
        "decided_by_role": found["author"],
        "decided_on": day,
        "rule": rule,
    }


def _of_return(answer: Answer, unit: str) -> dict[str, str]:
    """A municipality's answer: its value stands for the one received."""
    return {
        "action": "replace",
        "value": answer.texts["answer"],
        "reason": "ответ отправителя",
        "author": f"муниципалитет {unit}",
    }


def _of_line(answer: Answer, words: dict[str, str], faults: Faults) -> dict[str, str] | None:
    """The decision of a line; None after naming what is wrong with it."""
    texts, wrong = answer.texts, False

    def fault(column: str, ru: str, en: str) -> None:
        nonlocal wrong
        wrong = True
        faults.add(answer.sheet, answer.cells[column], ru, en)

    action = words.get(texts["decision"].casefold())
    possible = allowed(answer.kind, bool(answer.offered))
    if not texts["decision"]:
        fault("decision", "решение не выбрано. Выберите его из списка", "no decision chosen. Choose one from the list")
    elif action is None:
        fault(
            "decision",
            f"неизвестное решение «{texts['decision']}». Выберите его из списка",
            f"unknown decision '{texts['decision']}'. Choose one from the list",
        )
    elif action not in possible:
        fault(
            "decision",
            f"решение «{texts['decision']}» здесь невозможно. Выберите другое из списка",
            f"the decision '{texts['decision']}' is not possible here. Choose another from the list",
        )
    if action == "replace" and not texts["answer"]:
        fault("answer", "не написано верное значение", "the right value is missing")
    if action is not None and action != "replace" and texts["answer"]:
        fault(
            "answer",
            "значение написано, а решение другое. Выберите «внести значение» или сотрите значение",
            "a value is given, but the decision is another. Choose 'enter a value' or clear the value",
        )
    for column, ru, en in (
        ("reason", "не названо основание", "the reason is missing"),
        ("author", "не названа роль того, кто решил", "the role of whoever decided is missing"),
    ):
        if not texts[column]:
            fault(column, ru, en)
        elif find_personal(texts[column], names=True):
            fault(
                column,
                "здесь личные данные (имя, телефон, адрес). Напишите роль или название документа",
                "personal data stand here (a name, phone, address). Write a role or the name of a document",
            )
    if wrong or action is None:
        return None
    value = {"accept": answer.offered, "replace": texts["answer"]}.get(action, "")
    return {"action": action, "value": value, "reason": texts["reason"], "author": texts["author"]}


def _check_agreement(frame: pd.DataFrame, faults: Faults) -> None:
    """Two lines may concern one cell; they must not give it different values."""
    changing = frame[frame["action"].isin([*WITH_VALUE, "empty"])]
    for _, rows in changing.groupby(["table", "record_key", "field", "raw_hash"], sort=False):
        if len(rows[["value"]].drop_duplicates()) > 1:
            first, last = rows.iloc[0], rows.iloc[-1]
            faults.add(
                last["sheet"],
                last["cell"],
                f"другое решение о той же ячейке файла стоит в {first['cell']}. Оставьте одно",
                f"another decision on the same cell of the file stands in {first['cell']}. Keep one",
            )
