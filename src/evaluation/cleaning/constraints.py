"""Rules as systems of linear inequalities with alternatives, and whether values exist that satisfy them.

A formula is a tree of All and Either over three kinds of conditions: linear inequalities, memberships of categories,
and conditions that are simply true or false. ``solutions`` goes through the alternatives depth first; every branch is
a mixed-integer linear programme, solved by HiGHS (``scipy.optimize.milp``), and is left as soon as it has no solution.
No bound has to be guessed for the values, as a formulation with large constants would need.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

# what "less than" means for values that are no whole numbers: a hundredth, as in money
STEP = 0.01
MOST_BRANCHES = 5000


class TooManyBranchesError(Exception):
    """The alternatives could not be gone through within MOST_BRANCHES."""


@dataclass(frozen=True)
class Linear:
    """Sum of coefficient times variable, plus ``constant``, is at most (``strict``: less than) zero."""

    terms: tuple[tuple[str, float], ...]
    constant: float
    strict: bool = False

    def opposite(self) -> Linear:
        return Linear(tuple((name, -value) for name, value in self.terms), -self.constant, not self.strict)


@dataclass(frozen=True)
class Membership:
    """A category is (or is not) one of ``values``; it may have values that no rule names."""

    variable: str
    values: frozenset[str]
    positive: bool = True


@dataclass(frozen=True)
class Truth:
    """A condition that is true or false as a whole."""

    variable: str
    positive: bool = True


@dataclass(frozen=True)
class All:
    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Either:
    parts: tuple[Formula, ...]


Formula = Linear | Membership | Truth | All | Either


@dataclass(frozen=True)
class Domain:
    """Which variables are whole numbers, and the lowest and highest value of each (missing: none)."""

    whole: frozenset[str] = frozenset()
    low: Mapping[str, float] = field(default_factory=dict)
    high: Mapping[str, float] = field(default_factory=dict)


def opposite(formula: Formula) -> Formula:
    """The formula that holds where this one does not."""
    if isinstance(formula, Linear):
        return formula.opposite()
    if isinstance(formula, Membership):
        return Membership(formula.variable, formula.values, not formula.positive)
    if isinstance(formula, Truth):
        return Truth(formula.variable, not formula.positive)
    parts = tuple(opposite(part) for part in formula.parts)
    return Either(parts) if isinstance(formula, All) else All(parts)


def variables_of(formula: Formula) -> frozenset[str]:
    if isinstance(formula, Linear):
        return frozenset(name for name, _ in formula.terms)
    if isinstance(formula, Membership | Truth):
        return frozenset({formula.variable})
    return frozenset().union(*(variables_of(part) for part in formula.parts))


def fixed(formula: Formula, values: Mapping[str, float | str | bool]) -> Formula:
    """The formula with known values put in; All(()) is true, Either(()) false."""
    if isinstance(formula, Linear):
        left = tuple((name, value) for name, value in formula.terms if name not in values)
        constant = formula.constant + sum(v * float(values[n]) for n, v in formula.terms if n in values)
        if left:
            return Linear(left, constant, formula.strict)
        room = 1e-9 * max(1.0, *(abs(v * float(values[n])) for n, v in formula.terms)) if formula.terms else 1e-9
        return All(()) if (constant < -room if formula.strict else constant <= room) else Either(())
    if isinstance(formula, Membership):
        if formula.variable not in values:
            return formula
        return All(()) if (values[formula.variable] in formula.values) == formula.positive else Either(())
    if isinstance(formula, Truth):
        if formula.variable not in values:
            return formula
        return All(()) if bool(values[formula.variable]) == formula.positive else Either(())
    parts = [fixed(part, values) for part in formula.parts]
    if isinstance(formula, All):
        return Either(()) if Either(()) in parts else All(tuple(part for part in parts if part != All(())))
    return All(()) if All(()) in parts else Either(tuple(part for part in parts if part != Either(())))


def satisfiable(formulas: Sequence[Formula], domain: Domain) -> bool:
    """Whether values exist that satisfy all formulas. Raises TooManyBranchesError."""
    return next(solutions(formulas, domain), None) is not None


def solutions(formulas: Sequence[Formula], domain: Domain) -> Iterator[list[Linear]]:
    """The linear systems, one a choice of alternatives, that have a solution. Raises TooManyBranchesError."""
    count = [0]
    yield from _branch([*formulas], [], {}, {}, domain, count)


Categories = dict[str, tuple[frozenset[str] | None, frozenset[str]]]


def _branch(
    pending: list[Formula],
    linear: list[Linear],
    categories: Categories,
    truths: dict[str, bool],
    domain: Domain,
    count: list[int],
) -> Iterator[list[Linear]]:
    count[0] += 1
    if count[0] > MOST_BRANCHES:
        raise TooManyBranchesError
    linear, categories, truths = list(linear), dict(categories), dict(truths)
    choices: list[Either] = []
    stack = list(pending)
    while stack:
        formula = stack.pop()
        if isinstance(formula, All):
            stack += formula.parts
        elif isinstance(formula, Either):
            choices.append(formula)
        elif isinstance(formula, Linear):
            if not formula.terms:
                if isinstance(fixed(formula, {}), Either):
                    return
            else:
                linear.append(formula)
        elif isinstance(formula, Truth):
            if truths.setdefault(formula.variable, formula.positive) != formula.positive:
                return
        elif not _narrow(categories, formula):
            return
    choices = [_reduced(choice, categories, truths) for choice in choices]
    if any(not choice.parts for choice in choices) or not feasible(linear, domain):
        return
    choices = [choice for choice in choices if All(()) not in choice.parts]
    if not choices:
        yield linear
        return
    choices.sort(key=lambda choice: len(choice.parts))
    first, rest = choices[0], choices[1:]
    for part in first.parts:
        yield from _branch([part, *rest], linear, categories, truths, domain, count)


def _narrow(categories: Categories, formula: Membership) -> bool:
    """Take a membership in; False where no value is left."""
    inside, outside = categories.get(formula.variable, (None, frozenset()))
    if formula.positive:
        inside = formula.values if inside is None else inside & formula.values
    else:
        outside = outside | formula.values
    categories[formula.variable] = (inside, outside)
    return inside is None or bool(inside - outside)


def _reduced(choice: Either, categories: Categories, truths: dict[str, bool]) -> Either:
    """The alternatives that are still open; one that holds already is All(())."""
    parts: list[Formula] = []
    for part in choice.parts:
        if isinstance(part, Truth) and part.variable in truths:
            if truths[part.variable] == part.positive:
                return Either((All(()),))
            continue
        if isinstance(part, Membership) and part.variable in categories:
            trial = dict(categories)
            if not _narrow(trial, part):
                continue
            if not _narrow(dict(categories), Membership(part.variable, part.values, not part.positive)):
                return Either((All(()),))
        parts.append(part)
    return Either(tuple(parts))


def _system(linear: Sequence[Linear], domain: Domain) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    """Names of the variables, coefficients, right sides, and which variables are whole."""
    names = sorted({name for one in linear for name, _ in one.terms})
    place = {name: number for number, name in enumerate(names)}
    matrix, right = np.zeros((len(linear), len(names))), np.zeros(len(linear))
    for row, one in enumerate(linear):
        for name, value in one.terms:
            matrix[row, place[name]] += value
        right[row] = -one.constant
        if one.strict:
            numbers = [value for _, value in one.terms] + [one.constant]
            whole = all(name in domain.whole for name, _ in one.terms) and all(n == round(n) for n in numbers)
            right[row] -= 1.0 if whole else STEP
    return names, matrix, right, np.array([int(name in domain.whole) for name in names])


def optimum(linear: Sequence[Linear], domain: Domain, target: str | None = None, sign: float = 1.0) -> float | None:
    """Least value of ``sign`` times ``target`` (0 without a target); None where there is no solution, -inf if none is
    least."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    names, matrix, right, whole = _system(linear, domain)
    if target is not None and target not in names:
        names, matrix, whole = [*names, target], np.column_stack([matrix, np.zeros(len(linear))]), np.append(whole, 0)
    if not names:
        return 0.0 if np.all(right >= 0) else None
    bounds = Bounds(
        [domain.low.get(name, -np.inf) for name in names], [domain.high.get(name, np.inf) for name in names]
    )
    goal = np.zeros(len(names))
    if target is not None:
        goal[names.index(target)] = sign
    rows = [LinearConstraint(matrix, -np.inf, right)] if len(linear) else []
    result = milp(goal, integrality=whole, bounds=bounds, constraints=rows)
    if result.status == 0:
        return float(result.fun)
    # 3: unbounded; 4 is HiGHS's "unbounded or infeasible", told apart by asking for any solution
    if target is not None and (result.status == 3 or optimum(linear, domain) is not None):
        return -np.inf
    return None


def feasible(linear: Sequence[Linear], domain: Domain) -> bool:
    return optimum(linear, domain) is not None


def conflict(formulas: Sequence[Formula], domain: Domain) -> list[int]:
    """Numbers of formulas that contradict one another, none of which can be spared (deletion filter; Chinneck and
    Dravnieks 1991). ``formulas`` must not be satisfiable together."""
    kept = list(range(len(formulas)))
    for number in range(len(formulas)):
        trial = [one for one in kept if one != number]
        if not satisfiable([formulas[one] for one in trial], domain):
            kept = trial
    return kept
