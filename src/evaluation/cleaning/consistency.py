"""A rule set examined without data: rules that contradict one another, can never fail, or follow from others.

Only rules on a row's own cells that are linear (with conditions on categories) can be examined; the others are
reported as not analysed. Values looked up in other tables may be anything here, so a fault that is found is one,
while a fault that depends on them stays unseen. Records are thought of as complete.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.constraints import (
    Domain,
    Formula,
    TooManyBranchesError,
    conflict,
    opposite,
    satisfiable,
    variables_of,
)
from evaluation.cleaning.evaluating import Evaluation, Surroundings
from evaluation.cleaning.expression_tree import Column, Kind, walk
from evaluation.cleaning.linear import NotLinearError, Translation
from evaluation.cleaning.localisation import table_domain
from evaluation.cleaning.ruleset import Rule, RuleSet

COLUMNS = ["finding", "table", "codes", "ru", "en"]


@dataclass(frozen=True, eq=False)
class _Examined:
    """A rule as formulas: the whole rule, when it applies (None: always), and what it checks."""

    rule: Rule
    whole: Formula
    when: Formula | None
    check: Formula

    @property
    def breach(self) -> list[Formula]:
        """What holds where the rule is broken."""
        return [opposite(self.check), *([self.when] if self.when else [])]


def examine_rules(rules: RuleSet, settings: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """What is wrong with a rule set (COLUMNS, one row a finding; ``codes`` are separated by commas).

    ``finding`` is contradiction, never_applies, never_fails, redundant or not_analysed. ``settings`` are values of
    settings by name, such as ``year.rules.max_grant``; rules on a setting without a value are not analysed.
    """
    rows: list[dict[str, str]] = []
    setting = Surroundings({}, settings or {}).setting
    for table in dict.fromkeys(rule.table for rule in rules.rules):
        rows += _examine_table(table, rules.of(table), setting)
    return pd.DataFrame(rows, columns=COLUMNS)


def _examine_table(table: str, rules: Sequence[Rule], setting: Callable[[str], Any]) -> list[dict[str, str]]:
    examined: list[_Examined] = []
    rows: list[dict[str, str]] = []
    translation = Translation(setting)
    for rule in rules:
        translated = _translated(rule, translation)
        if translated is None:
            rows.append(_row("not_analysed", table, [rule], []))
        else:
            examined.append(translated)
    domain = _domain(table, examined)
    never = [one for one in examined if _cannot(one.breach, domain)]
    rows += [_row("never_fails", table, [one.rule], []) for one in never]
    wholes = [one.whole for one in examined]
    if examined and _cannot(wholes, domain):
        rows.append(_row("contradiction", table, [examined[n].rule for n in conflict(wholes, domain)], []))
        return rows
    for number, one in enumerate(examined):
        if one.when is not None:
            guilty = _excluded([one.when, *wholes], domain)
            if guilty:
                others = [examined[n - 1].rule for n in guilty if n > 0 and n - 1 != number]
                rows.append(_row("never_applies", table, [one.rule], others))
        if one not in never:
            rest = [other for other in examined if other is not one and other not in never]
            breach = one.breach
            guilty = _excluded([*breach, *(other.whole for other in rest)], domain)
            if guilty:
                implying = [rest[n - len(breach)].rule for n in guilty if n >= len(breach)]
                rows.append(_row("redundant", table, [one.rule], implying))
    return rows


def _translated(rule: Rule, translation: Translation) -> _Examined | None:
    if not rule.in_record:
        return None
    try:
        tolerance = _tolerance(rule)
        when = None if rule.when is None else translation.formula(rule.when)
        check = translation.formula(rule.check, tolerance)
        return _Examined(rule, translation.rule(rule, tolerance), when, check)
    except NotLinearError:
        return None


def _tolerance(rule: Rule) -> float:
    """The rule's tolerance for amounts in plain units."""
    surroundings = Surroundings({}, {})
    evaluation = Evaluation(pd.DataFrame(index=[0]), rule.table, surroundings)
    values = evaluation.of(rule.tolerance)
    if values.missing[0] or not np.isfinite(values.data[0]):
        raise NotLinearError
    return float(values.data[0])


def _domain(table: str, examined: Sequence[_Examined]) -> Domain:
    kinds: dict[str, Kind] = {}
    for one in examined:
        for node in one.rule.nodes:
            kinds |= {part.name: part.kind for part in walk(node) if isinstance(part, Column)}
    return table_domain(table, kinds)


def _cannot(formulas: Sequence[Formula], domain: Domain) -> bool:
    """Whether it is sure that no values satisfy the formulas."""
    try:
        return not satisfiable(formulas, domain)
    except TooManyBranchesError:
        return False


def _excluded(formulas: Sequence[Formula], domain: Domain) -> list[int]:
    """Numbers of formulas that exclude the first; none where it can hold.

    Only formulas that share variables with it, directly or through others, can matter.
    """
    near = [0]
    reached = set(variables_of(formulas[0]))
    grows = True
    while grows:
        grows = False
        for number in range(1, len(formulas)):
            if number not in near and variables_of(formulas[number]) & reached:
                near.append(number)
                reached |= variables_of(formulas[number])
                grows = True
    chosen = [formulas[number] for number in near]
    if not _cannot(chosen, domain):
        return []
    return [near[number] for number in conflict(chosen, domain)]


_WORDS = {
    "contradiction": (
        "правила {codes} противоречат друг другу: ни одна запись не выполнит всех",
        "rules {codes} contradict one another: no record can satisfy them all",
    ),
    "never_applies": (
        "условие правила {codes} невозможно для записи без ошибок{others}",
        "no record without errors can meet the condition of rule {codes}{others}",
    ),
    "never_fails": (
        "правило {codes} нельзя нарушить: оно следует из допустимых значений столбцов",
        "rule {codes} cannot be broken: it follows from the allowed values of the columns",
    ),
    "redundant": (
        "правило {codes} следует для заполненной записи из других{others}",
        "for a filled-in record rule {codes} follows from others{others}",
    ),
    "not_analysed": (
        "правило {codes} без данных не анализируется: оно сравнивает записи, нелинейно или зависит от "
        "настройки без значения",
        "rule {codes} is not analysed without data: it compares records, is not linear, or depends on a setting "
        "without a value",
    ),
}


def _row(finding: str, table: str, rules: Sequence[Rule], others: Sequence[Rule]) -> dict[str, str]:
    names = _names(rules)
    more = f" ({_names(others)})" if others else ""
    ru, en = (text.format(codes=names, others=more) for text in _WORDS[finding])
    codes = ", ".join(dict.fromkeys(rule.code for rule in (*rules, *others)))
    return {"finding": finding, "table": table, "codes": codes, "ru": ru, "en": en}


def _names(rules: Sequence[Rule]) -> str:
    return ", ".join(dict.fromkeys(rule.code for rule in rules))
