"""Answers of one wave as arrays, responses by columns: the shape in which a million responses are checked at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.settings import InputProblem

ANSWERED, DONT_KNOW, REFUSED, BLANK, INVALID, NOT_ASKED = range(6)
STATES = {
    "dont_know": DONT_KNOW, "refused": REFUSED, "blank": BLANK, "no_answer": BLANK, "invalid": INVALID,
    "not_asked": NOT_ASKED,
}  # fmt: skip

States = NDArray[np.int8]
_MOST_GROUPS = 2**62


@dataclass(frozen=True, eq=False)
class AnswerMatrix:
    """n responses by k columns; a column is an item, or one offered option of a multiple choice.

    ``columns`` has item and choice. ``codes`` (n, k) are numbers of ``code_names``, the same for the same answer in
    every column, -1 without an answer; ``numbers`` (n, k) are their values, NaN without; ``states`` (n, k) say
    why an answer lacks. A row that the long table lacks was not asked.
    """

    response_ids: pd.Index
    columns: pd.DataFrame
    codes: NDArray[np.int32]
    numbers: NDArray[np.float64]
    states: States
    code_names: tuple[str, ...]

    @cached_property
    def items(self) -> list[str]:
        """Items in the order of the columns."""
        return [str(name) for name in self.columns["item"].unique()]

    @cached_property
    def item_states(self) -> States:
        """(n, items): an item counts as answered where one of its options does."""
        out = np.empty((len(self.response_ids), len(self.items)), dtype=np.int8)
        for position, name in enumerate(self.items):
            out[:, position] = self.states[:, self.places(name)].min(axis=1)
        return out

    def places(self, item: str) -> NDArray[np.intp]:
        """Positions of an item's columns; none for an item that is not there."""
        return np.flatnonzero((self.columns["item"] == item).to_numpy())

    def holds(self, item: str, code: str) -> NDArray[np.bool_]:
        """(n,) whether the answer ``code`` was given, or the option of that name chosen."""
        places = self.places(item)
        several = [place for place in places if self.columns["choice"].iloc[place] == code]
        wanted = "1" if several else code
        if wanted not in self.code_names:
            return np.zeros(len(self.response_ids), dtype=bool)
        number = self.code_names.index(wanted)
        return np.asarray((self.codes[:, several or list(places)] == number).any(axis=1))

    def of(self, chosen: NDArray[np.bool_]) -> AnswerMatrix:
        """The same answers of the chosen responses (n,) alone."""
        return replace(
            self,
            response_ids=self.response_ids[chosen],
            codes=self.codes[chosen],
            numbers=self.numbers[chosen],
            states=self.states[chosen],
        )


def answer_matrix(answers: pd.DataFrame, response_ids: pd.Series | pd.Index) -> AnswerMatrix:
    """The long table ``survey_answers`` as arrays, one row a response of ``response_ids``, in their order.

    Answers of other responses are left out; columns stand in the order in which items and options first appear.
    Raises InputProblem for a reason of a missing answer that is not known, and for one answer given twice.
    """
    index = pd.Index(response_ids)
    numbers, known = pd.factorize(answers["response_id"])
    row = index.get_indexer(known)[numbers] if len(known) else np.empty(0, dtype=np.intp)
    mine = row >= 0
    if not mine.all():
        answers, row = answers[mine], row[mine]
    item_numbers, items = pd.factorize(answers["item"])
    choice_numbers, choices = pd.factorize(answers["choice"].fillna(""))
    pairs, firsts = pd.factorize(item_numbers * max(len(choices), 1) + choice_numbers)
    # options of one item stand together, items in the order of their first answer
    order = np.argsort(firsts // max(len(choices), 1), kind="stable")
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    column = place[pairs] if len(order) else pairs
    chosen = firsts[order]
    columns = pd.DataFrame(
        {
            "item": [str(items[each // len(choices)]) for each in chosen],
            "choice": [str(choices[each % len(choices)]) for each in chosen],
        },
        columns=["item", "choice"],
    )
    shape = (len(index), len(columns))
    cell = row * shape[1] + column
    if len(cell) and np.bincount(cell).max() > 1:
        raise _twice(answers, cell)
    code_numbers, names = pd.factorize(answers["code"])
    codes = np.full(shape, -1, dtype=np.int32)
    values = np.full(shape, np.nan)
    states = np.full(shape, NOT_ASKED, dtype=np.int8)
    codes.ravel()[cell] = code_numbers
    values.ravel()[cell] = answers["value"].to_numpy(dtype="float64", na_value=np.nan)
    states.ravel()[cell] = _states(answers["missing"], code_numbers)
    return AnswerMatrix(index, columns, codes, values, states, tuple(str(name) for name in names))


def _states(missing: pd.Series, code_numbers: NDArray[np.intp]) -> States:
    numbers, reasons = pd.factorize(missing)
    unknown = sorted({str(reason) for reason in reasons} - set(STATES))
    if unknown:
        known = ", ".join(STATES)
        raise InputProblem(
            f"Таблица survey_answers, столбец missing: причина «{unknown[0]}» неизвестна. Известны: {known}.",
            f"Table survey_answers, column missing: the reason '{unknown[0]}' is not known. Known: {known}.",
        )
    by_number = np.array([*(STATES[str(reason)] for reason in reasons), ANSWERED], dtype=np.int8)
    states = by_number[numbers]
    return np.where((states == ANSWERED) & (code_numbers < 0), np.int8(BLANK), states)


def _twice(answers: pd.DataFrame, cell: NDArray[np.intp]) -> InputProblem:
    row = answers[pd.Series(cell, index=answers.index).duplicated()].iloc[0]
    return InputProblem(
        f"Таблица survey_answers: ответ анкеты {row['response_id']} на вопрос {row['item']} стоит дважды. "
        "Оставьте одну строку.",
        f"Table survey_answers: response {row['response_id']} answers the item {row['item']} twice. Keep one row.",
    )


def row_groups(*columns: NDArray[np.generic] | pd.Series) -> NDArray[np.intp]:
    """(n,) numbers of groups of rows that agree in every column, in the order of appearance; missing equals missing."""
    if not columns:
        raise ValueError("no columns to group by")
    group = np.zeros(len(columns[0]), dtype=np.int64)
    groups = 1
    for column in columns:
        codes, width = _numbered(column)
        if groups * width > _MOST_GROUPS:  # many columns fit into one number; only then are the groups counted anew
            group, known = pd.factorize(group)
            groups = max(len(known), 1)
        group = group * width + codes
        groups *= width
    return np.asarray(pd.factorize(group)[0], dtype=np.intp)


def _numbered(column: NDArray[np.generic] | pd.Series) -> tuple[NDArray[np.int64], int]:
    """Numbers from 0 of a column's values, and how many there may be."""
    if isinstance(column, np.ndarray) and len(column) and column.dtype.kind in "biu":
        low = int(column.min())
        return column.astype(np.int64) - low, int(column.max()) - low + 1
    codes, known = pd.factorize(column, use_na_sentinel=False)
    return codes.astype(np.int64), max(len(known), 1)
