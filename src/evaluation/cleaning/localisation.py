"""The smallest set of cells whose change lets a record satisfy all its rules (Fellegi and Holt 1976).

The set of least weight that meets every known cut is found by integer programming; where no values of its cells
satisfy the rules, a smallest conflict gives a further cut, at least one of whose cells must change too (logic-based
Benders decomposition, Hooker and Ottosson 2003). Exact, and free of large constants in the programme.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from evaluation.cleaning.checks import Outcome
from evaluation.cleaning.constraints import (
    All,
    Domain,
    Formula,
    TooManyBranchesError,
    conflict,
    fixed,
    optimum,
    satisfiable,
    solutions,
    variables_of,
)
from evaluation.cleaning.evaluating import Evaluation
from evaluation.cleaning.expression_tree import Call, Column, Kind, Node, walk
from evaluation.cleaning.linear import NotLinearError, Translation, depends_on
from evaluation.cleaning.ruleset import Rule
from evaluation.tables import TABLES

# an empty cell is easier to believe wrong than a filled one
EMPTY_WEIGHT = 0.5
MOST_RECORDS = 200
MOST_ALTERNATIVES = 20
Value = float | str | bool


@dataclass(frozen=True)
class Located:
    """The columns to change in a row (from 0), the codes of the rules it breaks, and values that are implied."""

    row: int
    columns: tuple[str, ...]
    codes: tuple[str, ...]
    implied: Mapping[str, str] = field(default_factory=dict)


def least_change(
    formulas: Sequence[Formula],
    values: Mapping[str, Value],
    weights: Mapping[str, float],
    domain: Domain,
    depends: Mapping[str, frozenset[str]] | None = None,
) -> tuple[str, ...] | None:
    """The set of variables of least weight whose change satisfies all ``formulas``, in the order of ``weights``.

    ``values`` are the record's, of all variables; only those in ``weights`` may change. A variable of ``depends``
    (a value looked up) is free as soon as one of the columns it depends on changes. None where no change helps.
    """
    depends = depends or {}
    names = list(weights)
    fields = [_fields(formula, depends) & set(names) for formula in formulas]
    cuts = [
        fields[number] for number, formula in enumerate(formulas) if not satisfiable([fixed(formula, values)], domain)
    ]
    while True:
        if not all(cuts):
            return None
        chosen = _cover(cuts, weights)
        free = chosen | {name for name, columns in depends.items() if columns & chosen}
        known = {name: value for name, value in values.items() if name not in free}
        partly = [fixed(formula, known) for formula in formulas]
        open_rules = [number for number, formula in enumerate(partly) if formula != All(())]
        left = [partly[number] for number in open_rules]
        if satisfiable(left, domain):
            return tuple(name for name in names if name in chosen)
        guilty = [open_rules[number] for number in conflict(left, domain)]
        cuts.append(frozenset().union(*(fields[number] for number in guilty)) - chosen)


def _fields(formula: Formula, depends: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*(depends.get(name, frozenset({name})) for name in variables_of(formula)))


def _cover(cuts: Sequence[frozenset[str]], weights: Mapping[str, float]) -> frozenset[str]:
    """The set of least weight that has a member in every cut; of equal ones, that of the earliest names."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    names = [name for name in weights if any(name in cut for cut in cuts)]
    if not names:
        return frozenset()
    least = min(weights.values())
    # far too little to outweigh a cell, enough to settle ties
    cost = [weights[name] + 1e-4 * least * place / len(names) for place, name in enumerate(names)]
    matrix = np.array([[float(name in cut) for name in names] for cut in cuts])
    result = milp(
        cost, integrality=np.ones(len(names)), bounds=Bounds(0, 1), constraints=LinearConstraint(matrix, 1, np.inf)
    )
    return frozenset(name for name, chosen in zip(names, result.x, strict=True) if chosen > 0.5)


def implied_values(formulas: Sequence[Formula], names: Collection[str], domain: Domain) -> dict[str, float]:
    """Values of ``names`` that the formulas leave no choice; nothing for those that may vary."""
    systems = []
    for system in solutions(formulas, domain):
        systems.append(system)
        if len(systems) > MOST_ALTERNATIVES:
            return {}
    found = {}
    for name in names:
        lows = [optimum(system, domain, name) for system in systems]
        highs = [optimum(system, domain, name, -1.0) for system in systems]
        low = min((value for value in lows if value is not None), default=-np.inf)
        high = max((-value for value in highs if value is not None), default=np.inf)
        if high - low < 0.005:
            found[name] = (low + high) / 2
    return found


# ---- the records of a table ---------------------------------------------------------------------------------


def locate(outcomes: Sequence[Outcome], weights: Mapping[str, float], evaluation: Evaluation) -> Iterator[Located]:
    """The cells to change in every row that breaks several rules on its own cells, up to MOST_RECORDS rows.

    Rules that are not linear, or do not apply to the row, are left out; rows that no change can mend, too.
    """
    own = [outcome for outcome in outcomes if outcome.rule.in_record]
    if len(own) < 2:
        return
    broken = np.sum([outcome.broken for outcome in own], axis=0)
    asked = [_Asked.of(outcome, evaluation) for outcome in own]
    for row in np.flatnonzero(broken >= 2)[:MOST_RECORDS]:
        record = _Record(asked, weights, evaluation, int(row))
        located = record.locate()
        if located is not None:
            yield located


def not_located(outcomes: Sequence[Outcome]) -> int:
    """How many rows break several rules beyond those that ``locate`` looks at."""
    own = [outcome.broken for outcome in outcomes if outcome.rule.in_record]
    return max(0, int((np.sum(own, axis=0) >= 2).sum()) - MOST_RECORDS) if own else 0


@dataclass(frozen=True, eq=False)
class _Asked:
    """A rule with the rows it applies to, those that break it, and its tolerance by row."""

    rule: Rule
    applies: np.ndarray
    broken: np.ndarray
    tolerance: np.ndarray

    @classmethod
    def of(cls, outcome: Outcome, evaluation: Evaluation) -> _Asked:
        rule = outcome.rule
        tolerance = evaluation.of(rule.tolerance).data
        missing = evaluation.of(rule.check, tolerance).missing
        unknown = evaluation.of(rule.when).missing if rule.when is not None else False
        return cls(rule, ~(missing | unknown), outcome.broken, tolerance)


class _Record:
    def __init__(
        self, outcomes: Sequence[_Asked], weights: Mapping[str, float], evaluation: Evaluation, row: int
    ) -> None:
        self.evaluation, self.row = evaluation, row
        self.translation = Translation(evaluation.surroundings.setting)
        self.kinds: dict[str, Kind] = {}
        self.formulas: list[Formula] = []
        self.exact: list[Formula] = []
        self.codes: list[str] = []
        for outcome in outcomes:
            self._take(outcome)
        # of equally good cells those that the broken rules name first
        named = [one.rule.fields[0] for one in outcomes if one.broken[row] and one.rule.fields]
        self.kinds = {name: self.kinds[name] for name in dict.fromkeys([*named, *self.kinds]) if name in self.kinds}
        self.values: dict[str, Value] = {}
        self.weights: dict[str, float] = {}
        for name, kind in self.kinds.items():
            value = self._value(Column(name, kind))
            empty = value is None
            self.values[name] = 0.0 if value is None else value
            self.weights[name] = weights.get(name, 1.0) * (EMPTY_WEIGHT if empty else 1.0)
        self.depends = {}
        for name, node in self.translation.looked_up.items():
            value = self._value(node)
            if value is not None:
                self.values[name] = value
            self.depends[name] = depends_on(node)

    def _value(self, node: Node) -> Value | None:
        values = self.evaluation.of(node)
        if values.missing[self.row]:
            return None
        value = values.data[self.row]
        return bool(value) if node.kind == "truth" else str(value) if node.kind == "text" else float(value)

    def _take(self, outcome: _Asked) -> None:
        """Take a rule in that applies to the row and is linear."""
        rule, row = outcome.rule, self.row
        if not outcome.applies[row]:
            return
        try:
            formula = self.translation.rule(rule, float(outcome.tolerance[row]))
            exact = self.translation.rule(rule, 0.0)
        except NotLinearError:
            return
        self.formulas.append(formula)
        self.exact.append(exact)
        if outcome.broken[row]:
            self.codes.append(rule.code)
        for node in (rule.check, *((rule.when,) if rule.when else ())):
            for part in walk(node):
                if isinstance(part, Column) and not _only_counted(part, node):
                    self.kinds.setdefault(part.name, part.kind)

    def locate(self) -> Located | None:
        if len(self.codes) < 2:
            return None
        domain = table_domain(self.evaluation.table, self.kinds)
        try:
            columns = least_change(self.formulas, self.values, self.weights, domain, self.depends)
        except TooManyBranchesError:
            return None
        if not columns:
            return None
        chosen = frozenset(columns)
        free = chosen | {name for name, on in self.depends.items() if on & chosen}
        known = {name: value for name, value in self.values.items() if name not in free}
        numbers = [name for name in columns if self.kinds[name] == "number"]
        left = [fixed(formula, known) for formula in self.exact]
        implied = implied_values(left, numbers, domain)
        shown = {name: f"{value:.2f}".rstrip("0").rstrip(".") for name, value in implied.items()}
        return Located(self.row, columns, tuple(dict.fromkeys(self.codes)), shown)


def _only_counted(column: Column, node: Node) -> bool:
    """Whether a column serves only to tell the unit of amounts."""
    inside = [part for part in walk(node) if isinstance(part, Call) and part.name == "unit_of"]
    used = [part for part in walk(node) if part == column]
    return len(used) == sum(column in part.parts for part in inside)


def table_domain(table: str, kinds: Mapping[str, Kind]) -> Domain:
    """Whole numbers and bounds of a table's columns; amounts and counts of the received sheet are not negative."""
    declared = {column.name: column for column in TABLES[table].columns}
    whole = {name for name, kind in kinds.items() if kind == "date"}
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    for name, kind in kinds.items():
        column = declared.get(name)
        if column is None:
            if kind == "number":
                low[name] = 0.0
            continue
        if column.kind == "integer":
            whole.add(name)
        if column.low is not None:
            low[name] = column.low
        if column.high is not None:
            high[name] = column.high
    return Domain(frozenset(whole), low, high)
