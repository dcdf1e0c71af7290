"""The fewest cells to change: against trying everything, and on records whose answer is seen at once."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.cleaning.constraints import (
    All,
    Domain,
    Either,
    Formula,
    Linear,
    Membership,
    Truth,
    conflict,
    fixed,
    opposite,
    satisfiable,
)
from evaluation.cleaning.localisation import implied_values, least_change

NAMES = ("x", "y", "z")
HIGH = 4
WHOLE = Domain(frozenset(NAMES), dict.fromkeys(NAMES, 0.0), dict.fromkeys(NAMES, float(HIGH)))
KINDS = ("p", "q", "other")


def holds(formula: Formula, values: dict[str, Any]) -> bool:
    """What a formula says of values, by definition."""
    if isinstance(formula, Linear):
        total = sum(value * values[name] for name, value in formula.terms) + formula.constant
        return total < 0 if formula.strict else total <= 0
    if isinstance(formula, Membership):
        return (values[formula.variable] in formula.values) == formula.positive
    if isinstance(formula, Truth):
        return values[formula.variable] == formula.positive
    parts = [holds(part, values) for part in formula.parts]
    return all(parts) if isinstance(formula, All) else any(parts)


coefficients = st.integers(-2, 2)
linear = st.builds(
    lambda terms, constant, strict: Linear(
        tuple((n, float(c)) for n, c in zip(NAMES, terms, strict=True) if c), float(constant), strict
    ),
    st.tuples(coefficients, coefficients, coefficients),
    st.integers(-6, 6),
    st.booleans(),
)
membership = st.builds(
    lambda values, positive: Membership("kind", frozenset(values), positive),
    st.sets(st.sampled_from(["p", "q"]), min_size=1),
    st.booleans(),
)
truth = st.builds(lambda positive: Truth("flag", positive), st.booleans())
formulas = st.recursive(
    st.one_of(linear, membership, truth),
    lambda parts: st.one_of(
        st.builds(lambda p: All(tuple(p)), st.lists(parts, min_size=1, max_size=2)),
        st.builds(lambda p: Either(tuple(p)), st.lists(parts, min_size=1, max_size=2)),
    ),
    max_leaves=3,
)
EVERYTHING = [
    dict(zip((*NAMES, "kind", "flag"), values, strict=True))
    for values in itertools.product(range(HIGH + 1), range(HIGH + 1), range(HIGH + 1), KINDS, (True, False))
]


@settings(max_examples=60)
@given(st.lists(formulas, min_size=1, max_size=4))
def test_satisfiable_as_by_trying_all_values(rules: list[Formula]) -> None:
    expected = any(all(holds(rule, values) for rule in rules) for values in EVERYTHING)
    assert satisfiable(rules, WHOLE) == expected
    if not expected:
        guilty = [rules[number] for number in conflict(rules, WHOLE)]
        for left_out in range(len(guilty)):
            rest = guilty[:left_out] + guilty[left_out + 1 :]
            assert any(all(holds(rule, values) for rule in rest) for values in EVERYTHING), "none can be spared"


@given(formulas, st.sampled_from(EVERYTHING))
def test_opposites_and_known_values(rule: Formula, values: dict[str, Any]) -> None:
    assert holds(opposite(rule), values) != holds(rule, values)
    assert fixed(rule, values) == (All(()) if holds(rule, values) else Either(()))


@settings(max_examples=60)
@given(
    st.lists(formulas, min_size=1, max_size=4),
    st.sampled_from(EVERYTHING),
    st.tuples(*[st.sampled_from([0.5, 1.0, 2.0, 3.0])] * 5),
)
def test_least_change_as_by_trying_all_changes(
    rules: list[Formula], values: dict[str, Any], weight: tuple[float, ...]
) -> None:
    weights = dict(zip((*NAMES, "kind", "flag"), weight, strict=True))
    found = least_change(rules, values, weights, WHOLE)
    good = [other for other in EVERYTHING if all(holds(rule, other) for rule in rules)]
    if not good:
        assert found is None
        return
    least = min(sum(weights[n] for n in weights if other[n] != values[n]) for other in good)
    assert found is not None
    assert sum(weights[name] for name in found) == pytest.approx(least)
    assert any(all(other[n] == values[n] for n in weights if n not in found) for other in good), "these cells suffice"


def at_most(constant: float, **terms: float) -> Linear:
    return Linear(tuple(terms.items()), constant)


def equal(constant: float, **terms: float) -> All:
    return All((at_most(constant, **terms), opposite_sign(constant, **terms)))


def opposite_sign(constant: float, **terms: float) -> Linear:
    return Linear(tuple((name, -value) for name, value in terms.items()), -constant)


def test_one_cell_in_two_broken_rules_goes_before_two_cells() -> None:
    # cost = a + b; cost at most 100: a cost of 1000 breaks both
    rules: list[Formula] = [equal(0, a=1, b=1, cost=-1), at_most(-100, cost=1)]
    values = {"a": 60.0, "b": 30.0, "cost": 1000.0}
    assert least_change(rules, values, dict.fromkeys(values, 1.0), Domain(low=dict.fromkeys(values, 0.0))) == ("cost",)
    left = [fixed(rule, {"a": 60.0, "b": 30.0}) for rule in rules]
    assert implied_values(left, ["cost"], Domain()) == {"cost": pytest.approx(90.0)}


def test_reliable_cells_stay() -> None:
    rules: list[Formula] = [equal(0, a=1, b=1, cost=-1)]
    values = {"a": 60.0, "b": 30.0, "cost": 1000.0}
    assert least_change(rules, values, {"a": 1, "b": 1, "cost": 5}, Domain()) == ("a",)
    assert least_change(rules, values, {"cost": 5}, Domain()) == ("cost",), "only what may change is changed"


def test_a_value_looked_up_is_free_when_its_key_changes() -> None:
    rules: list[Formula] = [at_most(0, people=1, residents=-1), at_most(0, votes=1, residents=-1)]
    values = {"people": 500.0, "votes": 400.0, "residents": 100.0, "unit": "A"}
    weights, depends = {"people": 1.0, "votes": 1.0, "unit": 1.5}, {"residents": frozenset({"unit"})}
    assert least_change(rules, values, weights, Domain(), depends) == ("unit",)
    assert least_change(rules, values, {**weights, "unit": 3.0}, Domain(), depends) == ("people", "votes")


def test_a_category_may_be_the_cell_to_change() -> None:
    # a withdrawn application has neither an actual cost nor a day of completion
    withdrawn = Membership("status", frozenset({"withdrawn"}), positive=False)
    rules: list[Formula] = [Either((withdrawn, at_most(0, cost=1))), Either((withdrawn, at_most(0, days=1)))]
    values = {"status": "withdrawn", "cost": 5.0, "days": 7.0}
    assert least_change(rules, values, dict.fromkeys(values, 1.0), Domain()) == ("status",)


def test_no_change_helps_against_contradictory_rules() -> None:
    rules: list[Formula] = [at_most(-1, x=1), at_most(2, x=-1)]
    assert least_change(rules, {"x": 0.0}, {"x": 1.0}, Domain()) is None
