"""Translates rules into the formulas of ``constraints``; what is not linear is said to be so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evaluation.cleaning.constraints import All, Either, Formula, Linear, Membership, Truth, opposite
from evaluation.cleaning.expression_tree import (
    Aggregate,
    Arithmetic,
    Call,
    Column,
    Comparison,
    Constant,
    Junction,
    Member,
    Negation,
    Node,
    Setting,
    columns_of,
)
from evaluation.cleaning.logic import day_number
from evaluation.cleaning.ruleset import Rule

LOOKED_UP = frozenset({"unit_of", "year_of", "known"})


class NotLinearError(Exception):
    """An expression is no linear condition."""


@dataclass
class Translation:
    """Translates the expressions of one table's rules.

    ``setting`` gives the values of settings. Values that are looked up for a row become variables of their own, kept
    in ``looked_up`` with their expressions.
    """

    setting: Callable[[str], Any]
    looked_up: dict[str, Node] = field(default_factory=dict)

    def rule(self, rule: Rule, tolerance: float) -> Formula:
        """Either the rule's condition does not apply or its check holds."""
        check = self.formula(rule.check, tolerance)
        return check if rule.when is None else Either((opposite(self.formula(rule.when)), check))

    def formula(self, node: Node, tolerance: float = 0.0) -> Formula:
        if isinstance(node, Junction):
            parts = tuple(self.formula(part, tolerance) for part in node.parts)
            return All(parts) if node.word == "and" else Either(parts)
        if isinstance(node, Negation):
            return opposite(self.formula(node.part, tolerance))
        if isinstance(node, Constant):
            return All(()) if node.value else Either(())
        if isinstance(node, Column):
            return Truth(node.name)
        if isinstance(node, Member):
            return self._member(node)
        if isinstance(node, Call):
            return Truth(self._opaque(node))
        if isinstance(node, Comparison):
            return self._comparison(node, tolerance)
        raise NotLinearError

    def _member(self, node: Member) -> Formula:
        if node.part.kind == "text" and isinstance(node.part, Column):
            return Membership(node.part.name, frozenset(str(value) for value in node.options))
        if node.part.kind != "number":
            raise NotLinearError
        return Either(tuple(self._comparison(_equal(node.part, float(value)), 0.0) for value in node.options))

    def _comparison(self, node: Comparison, tolerance: float) -> Formula:
        if node.left.kind == "text":
            sides = (node.left, node.right) if isinstance(node.left, Column) else (node.right, node.left)
            if not isinstance(sides[0], Column) or not isinstance(sides[1], Constant):
                raise NotLinearError
            return Membership(sides[0].name, frozenset({str(sides[1].value)}), node.sign == "==")
        if node.left.kind == "truth":
            left, right = self.formula(node.left), self.formula(node.right)
            same = Either((All((left, right)), All((opposite(left), opposite(right)))))
            return same if node.sign == "==" else opposite(same)
        gap = _added(self._sum(node.left), self._sum(node.right), -1.0)
        if node.sign in ("<", "<="):
            return _at_most(gap, tolerance, node.sign == "<")
        if node.sign in (">", ">="):
            return _at_most(_times(gap, -1.0), tolerance, node.sign == ">")
        equal = All((_at_most(gap, tolerance), _at_most(_times(gap, -1.0), tolerance)))
        return equal if node.sign == "==" else opposite(equal)

    def _sum(self, node: Node) -> dict[str, float]:
        """Coefficients by variable; the constant stands under the empty name."""
        if isinstance(node, Constant) and not isinstance(node.value, str):
            return {"": float(node.value)}
        if isinstance(node, Setting):
            value = self.setting(node.name)
            if value is None:
                raise NotLinearError
            return {"": day_number(value) if node.kind == "date" else float(value)}
        if isinstance(node, Column):
            return {node.name: 1.0}
        if isinstance(node, Arithmetic):
            return self._arithmetic(node)
        if isinstance(node, Call) and node.name == "total":
            whole: dict[str, float] = {"": 0.0}
            for part in node.parts:
                whole = _added(whole, self._sum(part), 1.0)
            return whole
        if isinstance(node, Call) and node.name == "days":
            return _added(self._sum(node.parts[1]), self._sum(node.parts[0]), -1.0)
        if isinstance(node, Call) and node.name in ("least", "greatest", "abs"):
            numbers = [_constant(self._sum(part)) for part in node.parts]
            if node.name == "abs":
                return {"": abs(numbers[0])}
            return {"": min(numbers) if node.name == "least" else max(numbers)}
        if isinstance(node, Aggregate) or (isinstance(node, Call) and node.name in LOOKED_UP):
            return {self._opaque(node): 1.0}
        raise NotLinearError

    def _arithmetic(self, node: Arithmetic) -> dict[str, float]:
        left, right = self._sum(node.left), self._sum(node.right)
        if node.sign in "+-":
            return _added(left, right, 1.0 if node.sign == "+" else -1.0)
        if node.sign == "*":
            return _times(right, _constant(left)) if set(left) <= {""} else _times(left, _constant(right))
        divisor = _constant(right)
        if divisor == 0:
            raise NotLinearError
        return _times(left, 1.0 / divisor)

    def _opaque(self, node: Node) -> str:
        name = f"={node!r}"
        self.looked_up[name] = node
        return name


def _equal(part: Node, value: float) -> Comparison:
    return Comparison("==", part, Constant(value, "number"))


def _added(one: Mapping[str, float], other: Mapping[str, float], factor: float) -> dict[str, float]:
    names = dict.fromkeys([*one, *other])
    return {name: one.get(name, 0.0) + factor * other.get(name, 0.0) for name in names}


def _times(one: Mapping[str, float], factor: float) -> dict[str, float]:
    return {name: value * factor for name, value in one.items()}


def _constant(one: Mapping[str, float]) -> float:
    if any(value for name, value in one.items() if name):
        raise NotLinearError
    return one.get("", 0.0)


def _at_most(gap: Mapping[str, float], tolerance: float, strict: bool = False) -> Linear:
    terms = tuple((name, value) for name, value in gap.items() if name and value)
    return Linear(terms, gap.get("", 0.0) - tolerance, strict)


def depends_on(node: Node) -> frozenset[str]:
    """Columns of the row that a looked-up value depends on."""
    return frozenset(columns_of(node))
