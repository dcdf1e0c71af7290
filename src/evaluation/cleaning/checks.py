"""Which rows break which rules, for all rows of a table at once, with the numbers that were compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.cleaning.evaluating import Evaluation, Surroundings
from evaluation.cleaning.expression_tree import (
    Call,
    Column,
    Comparison,
    Junction,
    Kind,
    Member,
    Node,
    columns_of,
)
from evaluation.cleaning.logic import Values, day_of
from evaluation.cleaning.rule_vocabulary import SPREADS
from evaluation.cleaning.ruleset import PLACEHOLDER, Rule, RuleSet

VIOLATION_COLUMNS = [
    "code", "issue", "table", "level", "position", "field", "value", "suggestion", "ru", "en", "fields",
]  # fmt: skip
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, eq=False)
class Outcome:
    """One rule on one table: rows that break it (a mask), and the evaluation that found them."""

    rule: Rule
    broken: np.ndarray
    evaluation: Evaluation


def applicable(rule: Rule, tables: Mapping[str, pd.DataFrame]) -> bool:
    """Whether all tables that the rule looks into exist and have rows."""
    return all(name in tables and len(tables[name]) for name in rule.looks_into)


def outcomes(rules: Iterable[Rule], evaluation: Evaluation) -> list[Outcome]:
    """The outcome of every rule that applies here. A row breaks a rule when its condition is known to be false."""
    return [outcome_of(rule, evaluation) for rule in rules if applicable(rule, evaluation.surroundings.tables)]


def outcome_of(rule: Rule, evaluation: Evaluation) -> Outcome:
    asked = evaluation.of(rule.when).true if rule.when else np.ones(evaluation.rows, dtype=bool)
    if rule.by:
        evaluation = evaluation.grouped(_groups(rule, evaluation, asked))
    holds = evaluation.of(rule.check, evaluation.of(rule.tolerance).data)
    return Outcome(rule, holds.false & asked, evaluation)


def _groups(rule: Rule, evaluation: Evaluation, asked: np.ndarray) -> dict[str, Values]:
    """Size of each row's group among the rows asked, and its place in it; an empty key is a key of its own."""
    rows = np.flatnonzero(asked)
    codes = np.zeros(len(rows), dtype="int64")
    # folding texts is dear: it is left to the end, and to rows that agree in everything else
    for node in sorted(rule.by, key=_is_dear):
        many = np.ones(len(rows), dtype=bool) if not _is_dear(node) else np.bincount(codes)[codes] > 1
        found = np.full(len(rows), -1)
        found[many] = _key_codes(node, evaluation, rows[many], _is_dear(node))
        codes, _ = pd.factorize(codes * (int(found.max(initial=0)) + 2) + found + 1)
    order = pd.Series(codes)
    count, position = np.full(evaluation.rows, np.nan), np.full(evaluation.rows, np.nan)
    count[rows] = np.bincount(codes, minlength=1)[codes] if len(rows) else 0.0
    position[rows] = order.groupby(order).cumcount().to_numpy(dtype="float64") + 1
    return {"group.count": Values(count, ~asked), "group.position": Values(position, ~asked)}


def _is_dear(node: Node) -> bool:
    return isinstance(node, Call) and node.name == "folded"


def _key_codes(node: Node, evaluation: Evaluation, rows: np.ndarray, alone: bool) -> np.ndarray:
    """Number of each row's key, -1 where it is empty; ``alone``: evaluated for these rows only."""
    key = evaluation.only(rows).of(node) if alone else evaluation.of(node).take(rows)
    found, _ = pd.factorize(key.data)
    return np.where(key.missing, -1, found)


def violations(found: Iterable[Outcome]) -> pd.DataFrame:
    """One row a breach (VIOLATION_COLUMNS): ``position`` is the row of the frame from 0, ``field`` the cell to look at
    first (``fields``: all), ``value`` what was compared, ``suggestion`` what the rule asks of the cell, ``ru`` and
    ``en`` the message."""
    parts = [_described(outcome) for outcome in found if outcome.broken.any()]
    if not parts:
        return pd.DataFrame(columns=VIOLATION_COLUMNS)
    return pd.concat(parts, ignore_index=True)


def _described(outcome: Outcome) -> pd.DataFrame:
    rule, evaluation = outcome.rule, outcome.evaluation
    rows = np.flatnonzero(outcome.broken)
    fields = [tuple(_cell_name(name, evaluation, int(row)) for name in rule.fields) for row in rows]
    value, suggestion = _compared(rule, evaluation, rows)
    words = {name: shown_values(evaluation.of(node), node.kind, rows) for name, node in rule.words.items()}
    messages = {
        language: [text.format(**{name: texts[place] for name, texts in words.items()}) for place in range(len(rows))]
        for language, text in (("ru", rule.ru), ("en", rule.en))
    }
    return pd.DataFrame(
        {
            "code": rule.code, "issue": rule.issue, "table": rule.table, "level": rule.level, "position": rows,
            "field": [names[0] if names else None for names in fields], "value": value, "suggestion": suggestion,
            **messages, "fields": fields,
        }
    )  # fmt: skip


def _cell_name(name: str, evaluation: Evaluation, row: int) -> str:
    """Name of the received column; ``{stage}_{funding_source}`` is filled in from the row."""
    columns = PLACEHOLDER.findall(name)
    return name.format(**{column: evaluation.frame[column].iloc[row] for column in columns}) if columns else name


def shown_values(values: Values, kind: Kind, rows: np.ndarray) -> list[str]:
    """Values as people read them in a remark; a dash where there is none."""
    return [
        "—" if missing else _shown(value, kind)
        for value, missing in zip(values.data[rows], values.missing[rows], strict=True)
    ]


def _shown(value: object, kind: Kind) -> str:
    if kind == "date":
        return day_of(float(value)).isoformat()  # type: ignore[arg-type]  # dates are days as numbers
    if kind == "number":
        number = round(float(value), 2)  # type: ignore[arg-type]  # numbers are floats
        return str(int(number)) if number.is_integer() else f"{number:.2f}".rstrip("0")
    return str(value)


def _conditions(node: Node) -> list[Comparison | Member]:
    """The comparisons and memberships that must all hold; of alternatives the last."""
    if isinstance(node, Comparison | Member):
        return [node]
    if isinstance(node, Junction):
        parts = node.parts if node.word == "and" else node.parts[-1:]
        return [condition for part in parts for condition in _conditions(part)]
    return []


def _compared(rule: Rule, evaluation: Evaluation, rows: np.ndarray) -> tuple[list[str | None], list[str | None]]:
    """What was compared and what the rule asks for, by the first condition that fails in each row."""
    value: list[str | None] = [None] * len(rows)
    suggestion: list[str | None] = [None] * len(rows)
    open_rows = np.ones(len(rows), dtype=bool)
    tolerance = evaluation.of(rule.tolerance).data
    first = rule.fields[0] if rule.fields else None
    for condition in _conditions(rule.check):
        places = np.flatnonzero(evaluation.of(condition, tolerance).false[rows] & open_rows)
        for place, left, asked in zip(places, *_words(condition, evaluation, rows[places], first), strict=True):
            value[place], suggestion[place] = left, asked
        open_rows[places] = False
    return value, suggestion


def _words(
    condition: Comparison | Member, evaluation: Evaluation, rows: np.ndarray, first: str | None
) -> tuple[list[str], list[str | None]]:
    """What was compared in each of ``rows``, and what the column ``first`` should be."""
    if isinstance(condition, Member):
        asked = " | ".join(_shown(value, condition.part.kind) for value in condition.options)
        return shown_values(evaluation.of(condition.part), condition.part.kind, rows), [asked] * len(rows)
    sides = (condition.left, condition.right)
    left, right = (shown_values(evaluation.of(side), side.kind, rows) for side in sides)
    wanted: list[str | None] = [None] * len(rows)
    if isinstance(condition.left, Column) and condition.left.name == first:
        wanted = [f"{condition.sign} {text}" for text in right]
    elif isinstance(condition.right, Column) and condition.right.name == first:
        wanted = [f"{_MIRRORED[condition.sign]} {text}" for text in left]
    compared = [f"{one} {_OPPOSITE[condition.sign]} {other}" for one, other in zip(left, right, strict=True)]
    return compared, wanted


def records_of(table: str, tables: Mapping[str, pd.DataFrame], rules: Sequence[Rule] | None = None) -> pd.DataFrame:
    """A table with those columns of its received sheet that became rows of other tables (``SPREADS``).

    With ``rules`` only where one of them names such a column: making them takes long.
    """
    nodes = [node for rule in rules or () for node in (*rule.nodes, *rule.words.values())]
    named = {name for rule in rules or () for name in rule.fields} | {name for one in nodes for name in columns_of(one)}
    frame = tables[table]
    for spread in SPREADS.get(table, ()):
        long = tables.get(spread.table)
        if long is None or long.empty:
            continue
        lists = list(spread.lists)
        codes = long[lists].drop_duplicates().astype("str").to_dict("records")
        columns = np.array([spread.pattern.format(**one) for one in codes], dtype=object)
        if rules is not None and named.isdisjoint(columns):
            continue
        number = long.groupby(lists, sort=False, dropna=False, observed=True).ngroup()
        names = pd.Series(columns[number.to_numpy()], index=long.index)
        wide = long.assign(_name=names).pivot_table(
            index=spread.key, columns="_name", values=spread.value, aggfunc="sum"
        )
        frame = frame.merge(wide, left_on=spread.key, right_index=True, how="left")
    return frame


def check_tables(
    rules: RuleSet, surroundings: Surroundings, skip: Iterable[Rule] = ()
) -> tuple[pd.DataFrame, dict[str, list[Outcome]]]:
    """Breaches (VIOLATION_COLUMNS) of all rules that apply to the tables, and the outcomes by table.

    Rules of ``skip`` were checked while the records were read.
    """
    done = {id(rule) for rule in skip}
    by_table: dict[str, list[Outcome]] = {}
    for table, frame in surroundings.tables.items():
        mine = [rule for rule in rules.of(table) if id(rule) not in done]
        if mine and len(frame):
            evaluation = Evaluation(records_of(table, surroundings.tables, mine), table, surroundings)
            by_table[table] = outcomes(mine, evaluation)
    return violations(outcome for found in by_table.values() for outcome in found), by_table
