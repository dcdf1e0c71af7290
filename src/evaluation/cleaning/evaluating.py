"""Values of a rule's expressions for every row of a table at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.expression_tree import (
    KINDS,
    Aggregate,
    Arithmetic,
    Call,
    Column,
    Comparison,
    Constant,
    Junction,
    Kind,
    Member,
    Negation,
    Node,
    Setting,
)
from evaluation.cleaning.logic import (
    Values,
    both,
    calculated,
    column_values,
    compared,
    constant,
    either,
    negated,
)
from evaluation.cleaning.rule_functions import FUNCTION
from evaluation.tables import TABLES


@dataclass(eq=False)
class Surroundings:
    """What rules may look into beside a row: all tables of the year, settings by name, the registry of units.

    ``registry`` has unit_id, valid_from and valid_to.
    """

    tables: Mapping[str, pd.DataFrame]
    settings: Mapping[str, Any] = field(default_factory=dict)
    registry: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["unit_id", "valid_from", "valid_to"]))
    _evaluations: dict[str, Evaluation] = field(default_factory=dict, repr=False)

    def of(self, table: str) -> Evaluation:
        """Evaluation on a whole table, kept for the next rule."""
        if table not in self._evaluations:
            self._evaluations[table] = Evaluation(self.tables[table], table, self)
        return self._evaluations[table]

    def setting(self, name: str) -> Any:
        """The value of ``year.rules.max_grant``: of its longest known beginning, then attribute by attribute."""
        names = name.split(".")
        for length in range(len(names), 0, -1):
            start = ".".join(names[:length])
            if start in self.settings:
                value = self.settings[start]
                for rest in names[length:]:
                    value = None if value is None else getattr(value, rest)
                return value
        return None


@dataclass(eq=False)
class Evaluation:
    """Expressions on the rows of ``frame`` (columns of ``table``, and further ones of the received sheet).

    ``refused`` marks, by column, cells that held something unreadable; ``units`` is what a column's received amounts
    were multiplied by; ``groups`` are the columns ``group.count`` and ``group.position`` of rules that compare rows.
    """

    frame: pd.DataFrame
    table: str
    surroundings: Surroundings
    refused: Mapping[str, np.ndarray] = field(default_factory=dict)
    units: Mapping[str, float] = field(default_factory=dict)
    groups: Mapping[str, Values] = field(default_factory=dict)
    _seen: dict[Node, Values] = field(default_factory=dict, repr=False)
    _columns: dict[tuple[str, Kind], Values] = field(default_factory=dict, repr=False)

    @property
    def rows(self) -> int:
        return len(self.frame)

    def of(self, node: Node, tolerance: np.ndarray | float = 0.0) -> Values:
        """Values of an expression; its comparisons hold within ``tolerance``."""
        if not isinstance(tolerance, float) or tolerance:
            return self._values(node, tolerance)
        if node not in self._seen:
            self._seen[node] = self._values(node, tolerance)
        return self._seen[node]

    def set_column(self, name: str, series: pd.Series) -> None:
        """Replace a column of the frame; what was evaluated before is forgotten."""
        self.frame = self.frame.assign(**{name: series})
        self._seen.clear()
        self._columns = {key: values for key, values in self._columns.items() if key[0] != name}

    def only(self, rows: np.ndarray) -> Evaluation:
        """The evaluation of the rows at ``rows`` alone, without groups."""
        return replace(self, frame=self.frame.iloc[rows], groups={}, _seen={}, _columns={})

    def grouped(self, groups: Mapping[str, Values]) -> Evaluation:
        """The same evaluation with the columns ``groups`` of a rule that compares rows."""
        return replace(self, groups=groups, _seen={})

    def _values(self, node: Node, tolerance: np.ndarray | float) -> Values:
        if isinstance(node, Constant):
            return constant(node.value, node.kind, self.rows)
        if isinstance(node, Column):
            return self.column(node.name, node.kind)
        if isinstance(node, Setting):
            return constant(self.surroundings.setting(node.name), node.kind, self.rows)
        if isinstance(node, Arithmetic):
            return calculated(node.sign, self.of(node.left), self.of(node.right))
        if isinstance(node, Comparison):
            return compared(node.sign, self.of(node.left), self.of(node.right), tolerance)
        if isinstance(node, Junction):
            parts = [self.of(part, tolerance) for part in node.parts]
            return both(parts) if node.word == "and" else either(parts)
        if isinstance(node, Negation):
            return negated(self.of(node.part, tolerance))
        if isinstance(node, Member):
            part = self.of(node.part)
            return Values(np.isin(part.data, node.options), part.missing)
        if isinstance(node, Call):
            return FUNCTION[node.name](self, node)
        return self._aggregate(node)

    def column(self, name: str, kind: Kind) -> Values:
        if name in self.groups:
            return self.groups[name]
        if (name, kind) not in self._columns:
            known = name in self.frame
            self._columns[name, kind] = (
                column_values(self.frame[name], kind) if known else constant(None, kind, self.rows)
            )
        return self._columns[name, kind]

    def refused_in(self, node: Node) -> np.ndarray:
        nowhere = np.zeros(self.rows, dtype=bool)
        return self.refused.get(node.name, nowhere) if isinstance(node, Column) else nowhere

    # ---- values over the rows of another table ---------------------------------------------------------------

    def _aggregate(self, node: Aggregate) -> Values:
        other = self.surroundings.of(node.table)
        counted = np.ones(other.rows, dtype=bool) if node.where is None else other.of(node.where).true
        kinds = {column.name: KINDS[column.kind] for column in TABLES[node.table].columns}
        theirs, ours = _codes(
            [(other.column(name, kinds[name]), self.of(key)) for name, key in node.keys], other.rows, self.rows
        )
        missing_key = ours < 0
        groups = int(max(theirs.max(initial=0), ours.max(initial=0))) + 1
        counted &= theirs >= 0
        if node.name == "count":
            sizes = np.bincount(theirs[counted], minlength=groups).astype("float64")
            return Values(sizes[ours], missing_key)
        assert node.column is not None
        column = other.column(node.column, kinds[node.column])
        counted &= ~column.missing
        codes, data = theirs[counted], column.data[counted]
        if node.name == "sum_of":
            return Values(np.bincount(codes, weights=data, minlength=groups)[ours], missing_key)
        grouped = pd.Series(data).groupby(codes)
        if node.name == "distinct":
            return Values(grouped.nunique().reindex(range(groups), fill_value=0).to_numpy("float64")[ours], missing_key)
        if node.name == "lookup":
            # rows that disagree give no value
            found = grouped.first()[grouped.nunique() == 1]  # noqa: PD101 - of a group, not of the whole column
        elif node.name == "quantile_of":
            found = grouped.quantile(node.level)
        else:
            found = grouped.max() if node.name == "max_of" else grouped.min()
        places = np.full(groups, -1)
        places[found.index.to_numpy(dtype="int64")] = np.arange(len(found))
        values = Values(found.to_numpy(dtype=data.dtype), np.zeros(len(found), dtype=bool))
        return values.take(np.where(missing_key, -1, places[ours]))


def _codes(keys: list[tuple[Values, Values]], theirs: int, ours: int) -> tuple[np.ndarray, np.ndarray]:
    """Number of the group of each row of both sides; -1 where a key is missing. Without keys all are one group."""
    codes = np.zeros(theirs + ours, dtype="int64")
    absent = np.zeros(theirs + ours, dtype=bool)
    for one, other in keys:
        absent |= np.concatenate([one.missing, other.missing])
        found, _ = pd.factorize(np.concatenate([one.data, other.data]))
        codes, _ = pd.factorize(codes * (int(found.max(initial=0)) + 2) + found + 1)
    codes = np.where(absent, -1, codes)
    return codes[:theirs], codes[theirs:]
