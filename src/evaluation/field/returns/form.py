"""The form of a return: questions with kind, unit and range, checks between them, and of whom each is asked.

It is ``config/returns/form.csv`` of the workspace, one row a question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem, Text
from evaluation.territory.listing import read_listing

REQUIRED = ("variable", "label_ru", "label_en", "kind")
OPTIONAL = ("aliases", "unit", "low", "high", "checks", "required_for", "register")
KINDS = ("count", "number", "money", "share", "flag")
REGISTERS = ("population",)
_CHECK = re.compile(r"\s*(?P<left>[a-z_0-9]+)\s*(?P<sign><=|>=|=)\s*(?P<right>[a-z_0-9]+(?:\s*\+\s*[a-z_0-9]+)*)\s*")
TOLERANCE = 0.005


@dataclass(frozen=True)
class Question:
    """One question. ``required_for`` are the types of municipality it is asked of; empty: all.

    ``register`` names what the registry knows of the same thing (population), to compare with.
    """

    variable: str
    label: Text
    kind: str
    aliases: tuple[str, ...] = ()
    unit: str = ""
    low: float | None = None
    high: float | None = None
    required_for: tuple[str, ...] = ()
    register: str = ""

    def is_asked_of(self, kind: str) -> bool:
        return not self.required_for or kind in self.required_for


@dataclass(frozen=True)
class Check:
    """``left`` <=, >= or = the sum of ``right``, within half a per cent for equality."""

    left: str
    sign: str
    right: tuple[str, ...]

    @property
    def words(self) -> str:
        return f"{self.left} {self.sign} {' + '.join(self.right)}"


@dataclass(frozen=True)
class Form:
    """Questions in the form's order and the checks between them."""

    questions: tuple[Question, ...]
    checks: tuple[Check, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(question.variable for question in self.questions)

    def question(self, variable: str) -> Question:
        """The question called ``variable``. Raises KeyError."""
        return next(one for one in self.questions if one.variable == variable)

    def labels(self) -> dict[str, Text]:
        return {one.variable: one.label for one in self.questions}


def read_form(path: Path) -> Form:
    """The form at ``path``. Raises InputProblem with the line for what is no question, range or check."""
    table = read_listing(path, REQUIRED, OPTIONAL)
    if table.empty:
        raise InputProblem(
            f"{path}: в форме нет ни одного вопроса. Добавьте строки.",
            f"{path}: the form has no question. Add rows.",
        )
    questions, checks = [], []
    for line, row in table.to_dict("index").items():
        questions.append(_question(path, int(line), row))
        checks += [_check(path, int(line), words) for words in row["checks"].split(";") if words.strip()]
    names = [one.variable for one in questions]
    twice = sorted({name for name in names if names.count(name) > 1})
    unknown = sorted({part for check in checks for part in (check.left, *check.right)} - set(names))
    if twice or unknown:
        named = ", ".join(twice or unknown)
        raise InputProblem(
            f"{path}: {'вопрос дан дважды' if twice else 'проверка называет неизвестный вопрос'}: {named}. Исправьте.",
            f"{path}: {'a question stands twice' if twice else 'a check names an unknown question'}: {named}. "
            "Correct it.",
        )
    return Form(tuple(questions), tuple(checks))


def _question(path: Path, line: int, row: dict[str, str]) -> Question:
    if not re.fullmatch("[a-z][a-z0-9_]*", row["variable"]):
        raise _refuse(path, line, "variable", row["variable"], "латинские буквы, цифры, _", "letters, digits, _")
    if row["kind"] not in KINDS:
        raise _refuse(path, line, "kind", row["kind"], ", ".join(KINDS), ", ".join(KINDS))
    if row["register"] and row["register"] not in REGISTERS:
        raise _refuse(path, line, "register", row["register"], ", ".join(REGISTERS), ", ".join(REGISTERS))
    return Question(
        row["variable"],
        Text(ru=row["label_ru"] or row["variable"], en=row["label_en"] or row["variable"]),
        row["kind"],
        tuple(text.strip() for text in row["aliases"].split("|") if text.strip()),
        row["unit"] or {"share": "share", "flag": "share", "count": "count"}.get(row["kind"], ""),
        _limit(path, line, "low", row["low"]),
        _limit(path, line, "high", row["high"]),
        tuple(row["required_for"].split()),
        row["register"],
    )


def _limit(path: Path, line: int, column: str, text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise _refuse(path, line, column, text, "число с десятичной точкой", "a number with a point") from None


def _check(path: Path, line: int, words: str) -> Check:
    found = _CHECK.fullmatch(words)
    if found is None:
        example = "women <= population; revenue = own_revenue + transfers"
        raise _refuse(path, line, "checks", words.strip(), f"например, {example}", f"such as {example}")
    return Check(found["left"], found["sign"], tuple(part.strip() for part in found["right"].split("+")))


def _refuse(path: Path, line: int, column: str, value: str, ru: str, en: str) -> InputProblem:
    return InputProblem(
        f"{path}, строка {line}, столбец {column}: значение «{value}» не подходит. Ожидалось: {ru}.",
        f"{path}, line {line}, column {column}: the value '{value}' does not fit. Expected: {en}.",
    )


def broken(check: Check, values: pd.DataFrame) -> np.ndarray:
    """For every row of ``values`` (a column a variable, NaN where missing) whether it breaks ``check``.

    A check that lacks one of its values is not broken.
    """
    left = values[check.left].to_numpy(dtype=float)
    right = values[list(check.right)].to_numpy(dtype=float).sum(axis=1)
    room = TOLERANCE * np.maximum(np.abs(right), 1.0)
    with np.errstate(invalid="ignore"):
        apart = left - right
        found = {"<=": apart > 1e-9, ">=": apart < -1e-9, "=": np.abs(apart) > room}[check.sign]
    return np.asarray(found)
