"""The checking rules on records while they are read: what is remarked, emptied, filled and suggested."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from evaluation.cleaning.checks import Outcome, outcomes, violations
from evaluation.cleaning.evaluating import Evaluation, Surroundings
from evaluation.cleaning.localisation import Located, locate, not_located
from evaluation.cleaning.parsed import MISSING_RULES
from evaluation.cleaning.records import multiplier
from evaluation.cleaning.repairs import Suggestion, implied, thousandfold
from evaluation.cleaning.rows import Reading
from evaluation.cleaning.rules import RULES
from evaluation.cleaning.ruleset import Rule, RuleSet
from evaluation.cleaning.values import is_blank
from evaluation.cleaning.workbook import address
from evaluation.ledger import Severity

READ_BEFORE = frozenset({"territories"})
UNREADABLE = ("excel_error", "formula_without_value")


def rules_of_records(rules: RuleSet, table: str) -> list[Rule]:
    """Rules that can be judged on the records of one sheet, while only READ_BEFORE is known: by their own cells, or by
    comparing them."""
    mine = [rule for rule in rules.of(table) if rule.looks_into <= READ_BEFORE]
    return [rule for rule in mine if rule.in_record or rule.by]


def check_records(
    reading: Reading, table: str, rules: RuleSet, surroundings: Surroundings, extra: Mapping[str, pd.Series]
) -> None:
    """Apply the rules of ``rules_of_records`` to the kept rows of a sheet.

    ``extra`` are columns that the table will have beside those read. Amounts a thousand times off are emptied, single
    empty cells whose value the rules imply are filled, everything else that breaks a rule is remarked and stays;
    a record that breaks several rules also gets the fewest cells to change.
    """
    mine = rules_of_records(rules, table)
    rows = reading.kept
    if not mine or not len(rows):
        return
    columns = {name: series.loc[rows] for name, series in {**reading.columns, **extra}.items()}
    refused = _unreadable(reading, rows)
    units = {name: multiplier(reading.records, name) for name in columns}
    evaluation = Evaluation(pd.DataFrame(columns, index=rows), table, surroundings, refused, units)
    _repair(reading, mine, evaluation, rows)
    found = outcomes(mine, evaluation)
    described = violations(found)
    hints = {
        (outcome.rule.code, one.row): one.words
        for outcome in found
        if outcome.rule.repair
        for one in thousandfold(outcome)
    }
    for breach in described.to_dict("records"):
        position, name = breach["position"], breach["field"]
        suggestion = hints.get((breach["code"], position), breach["suggestion"])
        remark_on(reading, breach["issue"], int(rows[position]), name, breach["level"], breach["value"], suggestion)
    for located in locate(found, rules.weights.get(table, {}), evaluation):
        _remark_cells(reading, int(rows[located.row]), located)
    left = not_located(found)
    if left:
        reading.remark("localisation_limited", rows[0], None, None, value=left)


def remark_on(
    reading: Reading, issue: str, row: int, name: str | None, level: Severity, value: object, suggestion: object
) -> None:
    raw = reading.records.raw(row, name) if name else None
    asked = None if suggestion is None else str(suggestion)
    # a workspace may have rules of its own, of which RULES knows nothing
    changes = {"severity": level} if issue in RULES else {"severity": level, "action": "kept"}
    reading.remark(issue, row, name, raw, value=value, suggestion=asked, **changes)


def _unreadable(reading: Reading, rows: pd.Index) -> dict[str, np.ndarray]:
    """By column the rows whose cell held something that could not be read or was not taken."""
    places: dict[str, list[int]] = {}
    for issue in reading.issues:
        emptied = issue.action == "emptied" and issue.rule not in MISSING_RULES
        if issue.field and issue.row is not None and (emptied or issue.rule in UNREADABLE):
            places.setdefault(issue.field, []).append(issue.row)
    variables = {position: name for name, position in reading.records.layout.positions.items()}
    for noticed in reading.records.layout.sheet.remarks:
        if noticed.rule in UNREADABLE and noticed.row is not None and noticed.column in variables:
            places.setdefault(variables[noticed.column], []).append(noticed.row)
    return {name: rows.isin(found) for name, found in places.items()}


def _repair(reading: Reading, rules: list[Rule], evaluation: Evaluation, rows: pd.Index) -> None:
    unreadable = dict(evaluation.refused)
    for rule in rules:
        if rule.repair == "thousandfold":
            for outcome in outcomes([rule], evaluation):
                _take_out(reading, outcome, evaluation, rows)

    def empty(name: str) -> np.ndarray:
        if not reading.records.has(name):
            return np.ones(len(rows), dtype=bool)
        blank = reading.columns[name].loc[rows].isna().to_numpy(copy=True)
        blank[blank] = [is_blank(cell) for cell in reading.records.frame[name].loc[rows[blank]].tolist()]
        return blank

    found = [(rule, one) for rule in rules if rule.total for one in implied(rule, rules, evaluation, empty, unreadable)]
    for rule, one in found:
        row = int(rows[one.row])
        if one.fills:
            reading.columns[one.column].loc[row] = one.value
            reading.remark("implied_value", row, one.column, None, value=one.value, suggestion=rule.code)
        else:
            # what could not be read stays out; people are told what must have stood there
            told = f"{one.value:.2f}".rstrip("0").rstrip(".")
            reading.remark("implied_suggestion", row, one.column, reading.records.raw(row, one.column), suggestion=told)


def _take_out(reading: Reading, outcome: Outcome, evaluation: Evaluation, rows: pd.Index) -> None:
    """Empty parts a thousand times off: they would swamp every sum they enter."""
    rule = outcome.rule
    assert rule.total is not None
    parts, _ = rule.total
    off: dict[str, list[Suggestion]] = {}
    for one in thousandfold(outcome):
        if one.column in parts:
            off.setdefault(one.column, []).append(one)
    refused = dict(evaluation.refused)
    for name, ones in off.items():
        places = np.array([one.row for one in ones])
        for one in ones:
            row = int(rows[one.row])
            raw = reading.records.raw(row, name)
            reading.remark(rule.issue, row, name, raw, suggestion=one.words, severity=rule.level, action="emptied")
        reading.columns[name].loc[rows[places]] = None
        mask = refused.get(name, np.zeros(len(rows), dtype=bool)).copy()
        mask[places] = True
        refused[name] = mask
    evaluation.refused = refused
    for name in off:
        evaluation.set_column(name, reading.columns[name].loc[rows])


def _remark_cells(reading: Reading, row: int, located: Located) -> None:
    positions = reading.records.layout.positions
    cells = []
    for name in located.columns:
        position = positions.get(name)
        value = located.implied.get(name)
        text = f"{address(row, position)} {name}" if position else name
        cells.append(text if value is None else f"{text} = {value}")
    reading.remark(
        "cells_to_change", row, located.columns[0], reading.records.raw(row, located.columns[0]),
        value=", ".join(located.codes), suggestion="; ".join(cells),
    )  # fmt: skip
