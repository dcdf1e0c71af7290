"""Faults planted in rule sets are found, and sound rule sets are left in peace."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
from cleaning_helpers import codebook

from evaluation.cleaning.consistency import examine_rules
from evaluation.cleaning.ruleset import RuleSet, own_rules, read_rules

SETTINGS = {"year.year": 2024, "year.territory_date": dt.date(2024, 12, 31)}


def rules_of(folder: Path, *rules: str, table: str = "projects") -> RuleSet:
    """Rules Z1, Z2 ... of conditions; ``condition | when`` gives one a range."""
    lines = ["rules:"]
    for number, text in enumerate(rules, start=1):
        check, _, when = text.partition("|")
        lines += [f"  - code: Z{number}", "    issue: rule_P3", f"    table: {table}", "    level: error"]
        lines += [
            f"    check: {check.strip()}",
            *([f"    when: {when.strip()}"] if when else []),
            "    ru: да",
            "    en: yes it is",
        ]
    path = folder / "rules.yml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_rules(path, codebook())


def findings(rules: RuleSet) -> set[tuple[str, str]]:
    found = examine_rules(rules, SETTINGS)
    return set(zip(found["finding"], found["codes"], strict=True))


def test_contradictions_name_just_the_rules_that_clash(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        "cost_planned <= 100",
        "cost_actual <= cost_planned",
        "beneficiaries <= 5000",
        "cost_actual >= 101",
    )
    assert findings(rules) == {("contradiction", "Z1, Z2, Z4")}


def test_strict_orders_of_whole_numbers(tmp_path: Path) -> None:
    between = ("beneficiaries > 3", "beneficiaries < 4")
    assert findings(rules_of(tmp_path, *between)) == {("contradiction", "Z1, Z2")}, "nothing whole lies between"
    assert findings(rules_of(tmp_path, "score > 3", "score < 4")) == set()


def test_a_condition_that_no_good_record_can_meet(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        "finished_on >= applied_on | status == 'completed'",
        "finished_on < applied_on | status in ('completed', 'partly_completed')",
    )
    found = findings(rules)
    assert ("never_applies", "Z1, Z2") in found and not any(kind == "contradiction" for kind, _ in found)


def test_rules_that_the_columns_make_true_always(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, "cost_planned >= 0", "cost_planned >= 1", "beneficiaries > -1 | is_funded")
    assert findings(rules) == {("never_fails", "Z1"), ("never_fails", "Z3")}


def test_rules_that_follow_from_others(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        "applied_on <= decided_on",
        "decided_on <= started_on",
        "applied_on <= started_on",
        "planned_local <= 1000",
        "planned_local <= 2000 | status == 'funded'",
        "planned_other <= 3000 | status == 'funded'",
    )
    assert findings(rules) == {("redundant", "Z3, Z1, Z2"), ("redundant", "Z5, Z4")}


def test_a_sum_and_its_parts(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        "total(planned_local, planned_regional) == cost_planned",
        "planned_local <= cost_planned",
        "planned_local >= 0.1 * cost_planned",
        "planned_regional >= 0.95 * cost_planned | cost_planned > 10",
    )
    # parts are not negative, so none exceeds the sum; with shares of 10 and 95 % only costs up to 10 are left
    assert findings(rules) >= {("redundant", "Z2, Z1"), ("never_applies", "Z4, Z1, Z3")}


def test_looked_up_values_may_be_anything(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        "beneficiaries <= lookup(territories, population, unit_id)",
        "beneficiaries <= lookup(territories, population_18plus, unit_id)",
        "beneficiaries >= 100 | lookup(territories, population, unit_id) >= 50",
    )
    assert findings(rules) == set()


def test_what_cannot_be_analysed_is_said(tmp_path: Path) -> None:
    rules = rules_of(
        tmp_path,
        "cost_planned * score <= 100",
        "abs(score) <= 100",
        "cost_planned <= year.rules.max_grant",
        "count(projects, unit_id) <= 10",
        "title == place_name",
    )
    assert findings(rules) == {("not_analysed", f"Z{number}") for number in range(1, 6)}
    with_cap = examine_rules(rules, {**SETTINGS, "year.rules.max_grant": 5.0})
    assert "Z3" not in set(with_cap["codes"]), "with the setting's value it is linear"


def test_the_projects_own_rules_are_sound() -> None:
    found = examine_rules(own_rules(), SETTINGS)
    assert not set(found["finding"]) & {"contradiction", "never_applies", "never_fails"}
    redundant = found[found["finding"] == "redundant"]
    # kept all the same: registers without a day of decision or of the beginning need it
    assert redundant["codes"].tolist() == ["P4_finished, P4_decided, P4_started, P4_order"]
    assert found[["ru", "en"]].notna().to_numpy().all() and isinstance(found, pd.DataFrame)
