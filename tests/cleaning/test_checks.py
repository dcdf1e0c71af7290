"""Checking rules on received registers and on finished tables: what is found, where, and what is done about it."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cleaning_helpers import clean, codebook, krasnoyarsk, workbook

from evaluation.cleaning.checks import Outcome, check_tables, outcomes, records_of, violations
from evaluation.cleaning.context import Cleaned
from evaluation.cleaning.evaluating import Evaluation, Surroundings
from evaluation.cleaning.record_checks import rules_of_records
from evaluation.cleaning.ruleset import RuleSet, own_rules, read_rules
from evaluation.settings import Rules
from evaluation.tables import TABLES

ABAN, ACHINSK = "04601000", "04703000"
COLUMNS = (
    "project_id", "unit_id", "title", "topic", "status", "score", "applied_on", "decided_on", "started_on",
    "finished_on", "planned_end", "cost_planned", "planned_regional", "planned_local", "planned_residents",
    "cost_actual", "paid_regional", "paid_local", "contest_budget", "beneficiaries", "participations_vote",
)  # fmt: skip
PLAIN: dict[str, Any] = {
    "unit_id": ABAN, "topic": "roads", "status": "funded", "score": 50, "applied_on": dt.datetime(2024, 2, 1),
    "decided_on": dt.datetime(2024, 3, 1), "started_on": dt.datetime(2024, 5, 1),
    "finished_on": dt.datetime(2024, 9, 1), "planned_end": dt.datetime(2024, 9, 30),
    "cost_planned": 1000, "planned_regional": 800, "planned_local": 150,
    "planned_residents": 50, "cost_actual": 900, "paid_regional": 750, "paid_local": 150, "contest_budget": 50000,
    "beneficiaries": 60, "participations_vote": 20,
}  # fmt: skip


def register(folder: Path, *changes: dict[str, Any], **more: Any) -> Cleaned:
    """A register of plain rows with the given changes, cleaned."""
    rows = [
        [{"project_id": f"2024-{number:03d}", "title": f"Проект {number}", **PLAIN, **change}[name] for name in COLUMNS]
        for number, change in enumerate(changes, start=1)
    ]
    path = workbook(folder / "register.xlsx", {"Реестр": [list(COLUMNS), *rows]})
    return clean({"projects": path}, 2024, krasnoyarsk(), region_code="04", **more)


def remarks(cleaned: Cleaned, *columns: str) -> list[tuple[Any, ...]]:
    """Remarks on the register that are no information, and those that follow from rules."""
    issues = cleaned.issues[cleaned.issues["source"] == "projects"]
    issues = issues[(issues["severity"] != "info") | (issues["rule"] == "implied_value")]
    return list(issues[["rule", *columns]].itertuples(index=False, name=None))


def test_plain_rows_break_no_rule(tmp_path: Path) -> None:
    settings = {"year.rules": Rules(max_grant=800, min_local_share=0.15, min_residents_share=0.05),
                "year.application_deadline": dt.date(2024, 2, 1)}  # fmt: skip
    assert remarks(register(tmp_path, {}, {}, {}, settings=settings)) == []


@pytest.mark.parametrize(
    ("change", "rule", "cell", "value", "suggestion"),
    [
        ({"planned_local": 250}, "sum_of_sources", "L2", "1100 != 1000", "== 1100"),
        ({"cost_planned": 1}, "sum_of_sources", "L2", "1000 != 1", "cost_planned x 1000"),
        ({"paid_local": 155, "cost_actual": 905}, "rule_P3", "R2", "155 > 150", "<= 150"),
        ({"contest_budget": 900}, "rule_P11", "L2", "1000 > 900", "<= 900"),
        ({"applied_on": dt.datetime(2024, 3, 2)}, "rule_P4", "H2", "2024-03-01 < 2024-03-02", ">= 2024-03-02"),
        ({"started_on": dt.datetime(2024, 2, 29)}, "rule_P4", "I2", "2024-02-29 < 2024-03-01", ">= 2024-03-01"),
        ({"finished_on": dt.datetime(2024, 4, 30)}, "rule_P4", "J2", "2024-04-30 < 2024-05-01", ">= 2024-05-01"),
        ({"planned_end": dt.datetime(2027, 1, 1)}, "date_outside_year", "K2", "2027 > 2025", None),
        ({"beneficiaries": 10**7}, "beneficiaries_over_population", "T2", None, None),
        ({"participations_vote": 10**7}, "participations_over_population", "U2", None, None),
    ],
)
def test_one_breach_one_remark_with_cell_numbers_and_suggestion(
    tmp_path: Path, change: dict[str, Any], rule: str, cell: str, value: str | None, suggestion: str | None
) -> None:
    cleaned = register(tmp_path, change, {}, {})
    found = remarks(cleaned, "cell", "value", "suggestion", "action")
    ((found_rule, found_cell, found_value, found_suggestion, action),) = found
    assert (found_rule, found_cell, action) == (rule, cell, "kept")
    assert value is None or found_value == value
    assert suggestion is None or found_suggestion == suggestion
    residents = krasnoyarsk().set_index("unit_id").loc[ABAN, "reference_population"]
    if "population" in rule:
        assert (found_value, found_suggestion) == (f"10000000 > {int(residents)}", f"<= {int(residents)}")


def test_rules_of_the_year_apply_where_the_settings_say_so(tmp_path: Path) -> None:
    settings = {
        "year.rules": Rules(max_grant=700, min_local_share=0.2, min_residents_share=0.06),
        "year.application_deadline": dt.date(2024, 1, 31),
    }
    found = remarks(register(tmp_path, {}, {"status": "not_selected", "score": 1}, settings=settings), "cell", "value")
    assert sorted(one for one in found if one[0] != "cells_to_change") == [
        ("rule_P4", "G2", "2024-02-01 > 2024-01-31"),
        ("rule_P4", "G3", "2024-02-01 > 2024-01-31"),
        ("rule_P6", "M2", "800 > 700"),
        ("rule_P6", "N2", "150 < 200"),
        ("rule_P6", "O2", "50 < 60"),
    ], "shares and caps concern funded projects"


def test_a_winner_below_the_best_of_those_refused(tmp_path: Path) -> None:
    changes = (
        {"score": 50}, {"score": 60, "status": "not_selected"}, {"score": 60},
        {"score": 90, "status": "rejected_formally"}, {"score": None},
    )  # fmt: skip
    found = remarks(register(tmp_path, *changes), "cell", "suggestion")
    assert [one[:2] for one in found] == [("rule_P7", "F2"), ("rule_P7", "F6")] and found[0][2] == ">= 60"


def test_repeats_under_another_number(tmp_path: Path) -> None:
    title = {"title": "Ремонт клуба"}
    unknown = {"cost_planned": None, "planned_regional": None, "planned_local": None, "planned_residents": None}
    changes = (title, {"title": "РЕМОНТ  «клуба»!"}, {**title, "unit_id": ACHINSK}, {**title, **unknown}, title)
    found = remarks(register(tmp_path, *changes), "cell")
    assert [one for one in found if one[0] == "probable_duplicate"] == [
        ("probable_duplicate", "C3"),
        ("probable_duplicate", "C6"),
    ]


def test_an_unusual_cost_within_its_topic(tmp_path: Path) -> None:
    plain = [{"cost_planned": None, "planned_regional": None, "planned_local": None, "planned_residents": None}] * 2
    usual = [{"cost_planned": 1000 + n, "planned_regional": 1000 + n, "planned_local": None} for n in range(40)]
    usual = [{**one, "planned_residents": None} for one in usual]
    dear = {"cost_planned": 90_000, "planned_regional": None, "planned_local": None, "planned_residents": None,
            "contest_budget": None, "topic": "water"}  # fmt: skip
    costs = [1000.0 + n for n in range(40)] + [90_000.0]
    upper = 5 * float(np.quantile(costs, 0.99))
    found = remarks(register(tmp_path, *plain, *usual, dear), "value")
    assert upper > 90_000, "one dear project among 41 moves the percentile itself"
    assert not [one for one in found if one[0] == "rule_P9"]
    frame = pd.DataFrame({"cost_planned": [*(1000.0 + n for n in range(400)), 90_000.0, 100.0], "topic": "roads"})
    projects = frame.reindex(columns=TABLES["projects"].names)
    surroundings = Surroundings({"projects": projects})
    rule = next(rule for rule in own_rules().rules if rule.code == "P9")
    (outcome,) = outcomes([rule], Evaluation(projects, "projects", surroundings))
    low, high = np.quantile(frame["cost_planned"], [0.01, 0.99])
    expected = (frame["cost_planned"] > 5 * high) | (frame["cost_planned"] < low / 5)
    assert outcome.broken.tolist() == expected.tolist() and expected.sum() == 2


# ---- repairs ------------------------------------------------------------------------------------------------


def test_a_part_a_thousand_times_off_is_emptied_and_not_filled_again(tmp_path: Path) -> None:
    cleaned = register(tmp_path, {"planned_local": 0.15, "paid_local": 0.15}, {"planned_regional": 800_000}, {}, {})
    found = remarks(cleaned, "cell", "action", "suggestion")
    assert found == [
        ("sum_of_sources", "N2", "emptied", "planned_local x 1000 = 150.00"),
        ("sum_of_sources", "M3", "emptied", "planned_regional / 1000 = 800.00"),
        ("sum_of_sources", "R2", "emptied", "paid_local x 1000 = 150.00"),
    ]
    funding = cleaned.tables["project_funding"].query("stage == 'planned'").set_index(["project_id", "funding_source"])
    assert ("2024-001", "local") not in funding.index and ("2024-002", "regional") not in funding.index


def test_a_single_empty_cell_that_the_others_imply_is_filled(tmp_path: Path) -> None:
    cleaned = register(tmp_path, {"planned_local": None}, {"cost_planned": None}, {}, {}, {})
    assert remarks(cleaned, "cell", "action", "value") == [
        ("implied_value", "N2", "filled", "150"),
        ("implied_value", "L3", "filled", "1000"),
    ]
    funding = cleaned.tables["project_funding"].set_index(["project_id", "funding_source", "stage"])["amount"]
    assert funding["2024-001", "local", "planned"] == 150
    assert cleaned.tables["projects"]["cost_planned"].tolist() == [1000.0] * 5


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"planned_local": None, "planned_residents": None}, "two are empty"),
        ({"planned_local": None, "cost_planned": 900}, "the others are more than the whole already"),
        (
            {
                "planned_local": None,
                "planned_regional": 850,
                "paid_local": None,
                "cost_actual": 750,
                "cost_planned": 900,
            },
            "0",
        ),
    ],
)
def test_what_is_not_implied_stays_empty(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    cleaned = register(tmp_path, change, {}, {}, {}, {})
    assert "implied_value" not in set(cleaned.issues["rule"]), why
    assert ("2024-001", "local", "planned") not in cleaned.tables["project_funding"].set_index(
        ["project_id", "funding_source", "stage"]
    ).index  # fmt: skip


def test_an_empty_part_of_a_column_that_is_mostly_empty_means_no_money(tmp_path: Path) -> None:
    without = {"planned_residents": None, "cost_planned": 950}
    cleaned = register(tmp_path, {**without, "cost_planned": 1000}, without, without)
    assert remarks(cleaned, "cell", "value") == [("sum_of_sources", "L2", "950 != 1000")]


def test_a_value_that_would_break_another_rule_is_not_filled(tmp_path: Path) -> None:
    cleaned = register(tmp_path, {"cost_planned": None, "contest_budget": 500}, {}, {})
    assert remarks(cleaned) == [] and cleaned.tables["projects"]["cost_planned"].isna().tolist() == [True, False, False]


def test_an_unreadable_cell_gets_the_implied_value_as_a_suggestion(tmp_path: Path) -> None:
    cleaned = register(tmp_path, {"planned_local": "ок. 100"}, {"cost_planned": "#REF!"}, {}, {})
    issues = cleaned.issues[cleaned.issues["rule"] == "implied_suggestion"]
    assert issues[["cell", "action", "suggestion"]].to_numpy().tolist() == [
        ["N2", "kept", "150"],
        ["L3", "kept", "1000"],
    ]
    refused = cleaned.issues[cleaned.issues["action"] == "emptied"].set_index("cell")["suggestion"]
    assert refused["L3"] == "1000", "the refusal itself offers the value, for a decision"
    assert refused["N2"] == "100", "a reader's own suggestion is not overwritten"
    assert cleaned.tables["projects"]["cost_planned"].isna().tolist() == [False, True, False, False]


# ---- several breaches in one record -------------------------------------------------------------------------


def test_the_fewest_cells_are_named_with_their_addresses(tmp_path: Path) -> None:
    # 100 times the cost breaks the sum and the contest's budget: one cell mends both, and its value is implied
    cleaned = register(tmp_path, {"cost_planned": 100_000}, {}, {})
    found = remarks(cleaned, "cell", "value", "suggestion", "action")
    assert [one[0] for one in found] == ["sum_of_sources", "rule_P11", "cells_to_change"]
    assert found[-1] == ("cells_to_change", "L2", "P1, P11", "L2 cost_planned = 1000", "kept")
    assert cleaned.tables["projects"]["cost_planned"][0] == 100_000, "a filled value is only suggested"


def test_independent_breaches_need_two_cells(tmp_path: Path) -> None:
    change = {"beneficiaries": 10**7, "finished_on": dt.datetime(2024, 4, 30)}
    found = remarks(register(tmp_path, change), "value", "suggestion")
    (located,) = [one for one in found if one[0] == "cells_to_change"]
    assert located[1:] == ("P4_order, P5", "J2 finished_on; T2 beneficiaries")


def test_records_beyond_the_limit_are_counted_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluation.cleaning.localisation.MOST_RECORDS", 1)
    cleaned = register(tmp_path, *[{"cost_planned": 100_000}] * 3, {})
    assert cleaned.issues["rule"].value_counts()["cells_to_change"] == 1
    assert cleaned.issues.set_index("rule").loc["localisation_limited", "value"] == "2"


def test_a_cell_of_the_unit_explains_many_counts(tmp_path: Path) -> None:
    path = tmp_path / "rules.yml"
    people = ["beneficiaries", "participations_vote", "participations_meeting", "participations_online"]
    path.write_text(
        "rules:\n" + "".join(
            f"  - {{code: Z{n}, issue: rule_P3, table: projects, level: error, ru: много, en: too many,\n"
            f"     check: '{name} <= lookup(territories, population, unit_id)'}}\n"
            for n, name in enumerate(people)
        ),
        encoding="utf-8",
    )  # fmt: skip
    columns = ["project_id", "unit_id", "status", *people]
    rows = [["2024-001", ABAN, "funded", 10**6, 10**6, 10**6, 10**6]]
    book = workbook(tmp_path / "r.xlsx", {"Реестр": [columns, *rows]})
    cleaned = clean({"projects": book}, 2024, krasnoyarsk(), region_code="04", rules=read_rules(path, codebook()))
    (located,) = [one for one in remarks(cleaned, "suggestion") if one[0] == "cells_to_change"]
    assert located[1] == "B2 unit_id", "one code is easier to believe wrong than four counts"


# ---- finished tables ----------------------------------------------------------------------------------------


def table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).reindex(columns=TABLES[name].names)
    for column in TABLES[name].columns:
        if column.kind == "date":
            frame[column.name] = pd.to_datetime(frame[column.name])
    return frame


def broken(tables: dict[str, pd.DataFrame], **settings: Any) -> set[tuple[str, int]]:
    found, _ = check_tables(own_rules(), Surroundings(tables, settings))
    return set(zip(found["code"], found["position"], strict=True))


def test_attendance() -> None:
    events = table(
        "support_events",
        [{"event_id": "E1", "starts_on": "2024-05-01", "ends_on": "2024-05-02", "hours": 8, "mode": "in_person",
          "host_unit_id": "1", "reported_participants": 200},
         {"event_id": "E2", "starts_on": "2024-05-02", "ends_on": "2024-05-02", "hours": None, "mode": "in_person",
          "host_unit_id": "2", "reported_participants": 200}],
    )  # fmt: skip
    attendance = table(
        "attendance",
        [{"event_id": "E1", "person_key": "p", "unit_id": "1", "status": "present", "hours_present": 8.005},
         {"event_id": "E1", "person_key": "q", "unit_id": "1", "status": "present", "hours_present": 9},
         {"event_id": "E2", "person_key": "p", "unit_id": "2", "status": "present", "hours_present": 99},
         {"event_id": "E2", "person_key": "r", "unit_id": None, "status": "present", "hours_present": None}],
    )  # fmt: skip
    units = table("territories", [{"unit_id": "1", "population": 150}, {"unit_id": "2", "population": 250}])
    tables = {"support_events": events, "attendance": attendance, "territories": units}
    assert broken(tables) == {("A1", 1), ("A3", 0), ("A3", 2), ("A4", 2), ("A5", 0)}
    assert broken({**tables, "support_events": TABLES["support_events"].empty()}) == {("A4", 2)}, (
        "no events, no rules on them"
    )


def test_hosts_and_guests() -> None:
    def member(event: str, unit: str, role: str) -> dict[str, Any]:
        return {"exchange_id": event, "unit_id": unit, "role": role}

    events = table(
        "exchange_events", [{"exchange_id": f"X{n}", "form": form} for n, form in enumerate(
            ["seminar", "seminar", "seminar", "publication", "seminar"])]
    )  # fmt: skip
    members = table(
        "exchange_participation",
        [member("X0", "1", "host"), member("X0", "2", "guest"), member("X1", "1", "host"), member("X1", "2", "host"),
         member("X1", "3", "guest"), member("X2", "1", "host"), member("X3", "1", "host"), member("X4", "1", "host"),
         member("X4", "1", "guest")],
    )  # fmt: skip
    tables = {"exchange_events": events, "exchange_participation": members}
    assert broken(tables) == {("X1_hosts", 1), ("X1_guests", 2), ("X1_itself", 8)}


def test_consultations_recommendations_and_teams() -> None:
    tables = {
        "projects": table("projects", [{"project_id": "2024-001", "unit_id": "1"}]),
        "consultations": table(
            "consultations",
            [{"unit_id": unit, "project_id": project} for unit, project in
             [("1", "2024-001"), ("2", "2024-001"), ("2", None), ("2", "2024-009"), (None, "2024-001")]],
        ),
        "exchange_events": table("exchange_events", [{"exchange_id": "X1", "reported_participants": 10}]),
        "recommendations": table(
            "recommendations",
            [{"exchange_id": "X1", "votes_for": 7, "votes_against": 2, "abstained": 1},
             {"exchange_id": "X1", "votes_for": 7, "votes_against": 3, "abstained": 1},
             {"exchange_id": None, "votes_for": 70, "votes_against": 3, "abstained": 1}],
        ),
        "recommendation_status": table(
            "recommendation_status",
            [{"recommendation_id": "R1", "checked_on": "2024-05-01", "status": "in_progress"},
             {"recommendation_id": "R1", "checked_on": "2024-06-01", "status": "done", "evidence": "акт"},
             {"recommendation_id": "R1", "checked_on": "2024-07-01", "status": "not_started"},
             {"recommendation_id": "R2", "checked_on": "2024-07-01", "status": "done"}],
        ),
        "teams": table("teams", [{"formed_on": "2024-05-01", "ended_on": "2024-04-30"}, {"formed_on": "2024-05-01"}]),
    }  # fmt: skip
    assert broken(tables) == {("C1", 1), ("R1", 1), ("R2_order", 2), ("R2_evidence", 3), ("M1", 0)}


def test_units_must_be_in_force_on_the_rows_day_or_the_years() -> None:
    registry = pd.DataFrame(
        {"unit_id": ["old", "new"], "valid_from": pd.to_datetime(["2006-01-01", "2025-06-19"]),
         "valid_to": pd.to_datetime(["2025-06-18", None])}
    )  # fmt: skip
    events = table(
        "support_events",
        [{"host_unit_id": unit, "starts_on": day} for unit, day in
         [("old", "2025-05-01"), ("old", "2025-09-01"), ("new", "2025-05-01"), ("nowhere", "2025-05-01"),
          (None, "2025-05-01")]],
    )  # fmt: skip
    found, _ = check_tables(
        own_rules(), Surroundings({"support_events": events}, {"year.territory_date": dt.date(2025, 12, 31)}, registry)
    )
    assert found[["code", "position"]].to_numpy().tolist() == [["K2_events", 1]]


def test_messages_name_the_numbers_in_both_languages() -> None:
    tables = {"teams": table("teams", [{"formed_on": "2024-05-01", "ended_on": "2024-04-30"}])}
    found, _ = check_tables(own_rules(), Surroundings(tables))
    one = found.iloc[0]
    assert one["ru"] == "команда распущена (2024-04-30) раньше, чем создана (2024-05-01)"
    assert one["en"] == "the team ended (2024-04-30) before it was formed (2024-05-01)"


def test_long_tables_become_columns_of_the_received_sheet() -> None:
    tables = {
        "projects": table("projects", [{"project_id": "a"}, {"project_id": "b"}]),
        "project_funding": table(
            "project_funding",
            [{"project_id": "a", "stage": "planned", "funding_source": "local", "amount": 5.0},
             {"project_id": "b", "stage": "paid", "funding_source": "other", "amount": 7.0}],
        ),
        "project_participation": TABLES["project_participation"].empty(),
    }  # fmt: skip
    frame = records_of("projects", tables).set_index("project_id")
    assert frame.loc["a", "planned_local"] == 5 and frame.loc["b", "paid_other"] == 7
    assert pd.isna(frame.loc["b", "planned_local"])


def test_two_hundred_thousand_projects_are_checked_in_seconds() -> None:
    count, rng = 200_000, np.random.default_rng(11)
    parts = {
        f"planned_{name}": rng.integers(1000, 100_000, count).astype(float)
        for name in ("regional", "local", "residents")
    }
    cost = sum(parts.values())
    wrong = rng.random(count) < 0.01
    people = rng.integers(1, 1000, count)
    crowd = rng.random(count) < 0.002
    frame = pd.DataFrame(
        {
            **{name: pd.Series(list(values), dtype=object) for name, values in parts.items()},
            "cost_planned": pd.Series(list(np.where(wrong, cost + 777, cost)), dtype=object),
            "beneficiaries": pd.Series(list(np.where(crowd, 10**6, people)), dtype=object),
            "unit_id": pd.Series(list(rng.choice(["1", "2", "3"], count)), dtype=object),
            "title": [f"Проект {number % 70_000}" for number in range(count)],
            "applied_on": [dt.datetime(2024, 2, 1)] * count,
            "finished_on": [dt.datetime(2024, 9, 1)] * count,
            "is_funded": True,
        }
    )
    units = pd.DataFrame({"unit_id": ["1", "2", "3"], "population": [5000, 6000, 7000]})
    surroundings = Surroundings({"territories": units}, {"year.year": 2024, "year.rules": Rules(max_grant=10**7)})
    start = time.process_time()
    found = outcomes(rules_of_records(own_rules(), "projects"), Evaluation(frame, "projects", surroundings))
    described = violations(found)
    spent = time.process_time() - start
    counts = described.groupby("code").size().to_dict()
    assert (counts["P1"], counts["P5"]) == (int(wrong.sum()), int(crowd.sum()))
    assert set(counts) <= {"P1", "P5", "P8"} and spent < 10, f"{spent:.1f} s"


def test_a_rule_that_looks_into_later_tables_waits_for_them(tmp_path: Path) -> None:
    path = tmp_path / "rules.yml"
    path.write_text(
        "rules:\n  - {code: Z1, issue: rule_P7, table: projects, level: error, ru: балл, en: score,\n"
        "     check: 'score <= sum_of(scores, points, project_id)', fields: [score]}\n"
        "  - {code: Z2, issue: rule_P7, table: projects, level: error, ru: балл, en: score,\n"
        "     check: \"lookup(scores, points, project_id, where=criterion == 'participation') >= 5\",\n"
        "     fields: [score]}\n",
        encoding="utf-8",
    )
    rules = read_rules(path, codebook())
    assert rules_of_records(rules, "projects") == [] and [rule.in_record for rule in rules.rules] == [False, True]
    tables = {
        "projects": table("projects", [{"project_id": "a", "score": 9}, {"project_id": "b", "score": 9}]),
        "scores": table("scores", [{"project_id": "a", "criterion": "participation", "points": 4},
                                   {"project_id": "b", "criterion": "participation", "points": 9}]),
    }  # fmt: skip
    found, _ = check_tables(rules, Surroundings(tables))
    assert found[["code", "position", "value"]].to_numpy().tolist() == [["Z1", 0, "9 > 4"], ["Z2", 0, "4 < 5"]]


def test_a_rule_that_does_not_apply_is_not_evaluated() -> None:
    frame = table("projects", [{"project_id": "a", "beneficiaries": 5, "unit_id": "1"}])
    found: list[Outcome] = outcomes(own_rules().of("projects"), Evaluation(frame, "projects", Surroundings({})))
    assert not any("territories" in one.rule.looks_into for one in found)
    assert violations([]).empty and RuleSet().of("projects") == ()
