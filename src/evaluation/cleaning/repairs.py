"""Values that a rule ``total(parts) == whole`` lets us tell: parts a thousand times off, and single empty cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from evaluation.cleaning.checks import Outcome, outcome_of
from evaluation.cleaning.evaluating import Evaluation
from evaluation.cleaning.ruleset import Rule

FACTORS = ((1000.0, "x 1000"), (0.001, "/ 1000"))
# a column that is filled in at least this share of the rows is expected to be filled in the others
USUALLY_FILLED = 0.5


@dataclass(frozen=True, eq=False)
class Suggestion:
    """What a cell should have been: ``row`` from 0, ``column``, the words of the remark, and the value.

    ``fills`` says that the cell was empty and takes the value.
    """

    row: int
    column: str
    words: str
    value: float
    fills: bool = False


def thousandfold(outcome: Outcome) -> list[Suggestion]:
    """For rows that break a rule ``total(parts) == whole``: the cell that would close the gap if it were a thousand
    times more or less. A part goes before the whole, a later part before an earlier one."""
    rule, evaluation = outcome.rule, outcome.evaluation
    if rule.total is None or not outcome.broken.any():
        return []
    parts, whole = rule.total
    rows = np.flatnonzero(outcome.broken)
    tolerance = evaluation.of(rule.tolerance).data[rows]
    known = {name: evaluation.column(name, "number") for name in (*parts, whole)}
    cost = known[whole].data[rows]
    added = sum(np.where(known[name].missing[rows], 0.0, known[name].data[rows]) for name in parts)
    gap = np.asarray(added) - cost
    found: dict[int, Suggestion] = {}
    for place in np.flatnonzero((np.abs(np.asarray(added) - cost * 1000) <= tolerance) & (cost != 0)):
        words = f"{whole} x 1000"
        found[int(rows[place])] = Suggestion(int(rows[place]), whole, words, float(cost[place] * 1000))
    for name in parts:
        value = np.where(known[name].missing[rows], 0.0, known[name].data[rows])
        for factor, sign in FACTORS:
            right = value * factor
            closes = (value != 0) & (np.abs(gap - value + right) <= np.maximum(tolerance, 0.001 * right))
            for place in np.flatnonzero(closes):
                words = f"{name} {sign} = {right[place]:.2f}"
                found[int(rows[place])] = Suggestion(int(rows[place]), name, words, float(right[place]))
    return [found[row] for row in sorted(found)]


def implied(
    rule: Rule,
    rules: list[Rule],
    evaluation: Evaluation,
    empty: Callable[[str], np.ndarray],
    unreadable: Mapping[str, np.ndarray],
) -> list[Suggestion]:
    """Values of single cells that a rule ``total(parts) == whole`` leaves no choice.

    ``empty`` marks, by column of the sheet, the rows whose received cell is empty, ``unreadable`` those where it holds
    something that could not be read. An empty part is unknown only in columns that are filled in most rows:
    elsewhere it says that there was no such money. A value that would break one of ``rules`` is not taken. Empty
    cells are filled in ``evaluation`` (``Suggestion.fills``); for unreadable ones the value is a suggestion.
    """
    if rule.total is None:
        return []
    parts, whole = rule.total
    nowhere = np.zeros(evaluation.rows, dtype=bool)
    values = {name: evaluation.column(name, "number") for name in (*parts, whole)}
    unread = {name: unreadable.get(name, nowhere) & values[name].missing for name in (*parts, whole)}
    blank = {name: empty(name) & values[name].missing & ~unread[name] for name in (*parts, whole)}
    # what was just taken out has its suggestion already
    usable = ~np.logical_or.reduce(
        [evaluation.refused.get(name, nowhere) & ~unreadable.get(name, nowhere) for name in (*parts, whole)]
    )
    if rule.when is not None:
        usable &= evaluation.of(rule.when).true
    unknown = {name: (blank[name] & _usually_filled(blank[name])) | unread[name] for name in (*parts, whole)}
    number = np.sum([unknown[name] for name in parts], axis=0)
    added = np.sum([np.where(values[name].missing, 0.0, values[name].data) for name in parts], axis=0)
    filled = np.sum([~values[name].missing for name in parts], axis=0)
    gap = values[whole].data - added
    tolerance = evaluation.of(rule.tolerance).data
    found = []
    for name in parts:
        rows = usable & ~values[whole].missing & unknown[name] & (number == 1) & (filled >= 1) & (gap > tolerance)
        found += _taken(name, rows, gap, blank[name], rules, evaluation)
    rows = usable & unknown[whole] & (number == 0) & (filled >= 2)
    return found + _taken(whole, rows, added, blank[whole], rules, evaluation)


def _taken(
    name: str, rows: np.ndarray, value: np.ndarray, blank: np.ndarray, rules: list[Rule], evaluation: Evaluation
) -> list[Suggestion]:
    """Values that break no rule; those of empty cells are put into the evaluation."""
    if not rows.any():
        return []
    before = evaluation.frame[name]
    exact = value.round(2)
    evaluation.set_column(name, before.mask(rows, exact))
    broken = [outcome_of(other, evaluation).broken for other in rules if other.in_record]
    kept = rows & ~np.logical_or.reduce(broken)
    evaluation.set_column(name, before.mask(kept & blank, exact))
    return [Suggestion(int(row), name, "", float(exact[row]), bool(blank[row])) for row in np.flatnonzero(kept)]


def _usually_filled(empty: np.ndarray) -> bool:
    return bool(len(empty)) and float(empty.mean()) <= 1 - USUALLY_FILLED
