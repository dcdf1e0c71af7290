"""The file of checking rules: read strictly, understood before data arrive, described for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cleaning_helpers import CONFIG, codebook

from evaluation.cleaning.rule_vocabulary import setting_kinds, spread_columns
from evaluation.cleaning.rulefile import RulesFile, rules_schema
from evaluation.cleaning.rules import RULES
from evaluation.cleaning.ruleset import own_rules, read_rules, rules_in_words
from evaluation.places import Workspace
from evaluation.settings import InputProblem, read_programme

GOOD = """\
weights:
  projects: {unit_id: 3}
rules:
  - code: Z1
    issue: rule_P3
    table: projects
    level: error
    check: paid_local <= planned_local
    tolerance: 1
    ru: "больше ({paid_local}), чем ({planned_local})"
    en: "more ({paid_local}) than ({planned_local})"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "rules.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_rule_is_understood(tmp_path: Path) -> None:
    rules = read_rules(write(tmp_path, GOOD), codebook())
    (rule,) = rules.of("projects")
    assert (rule.code, rule.issue, rule.level, rule.fields) == (
        "Z1",
        "rule_P3",
        "error",
        ("paid_local", "planned_local"),
    )
    assert rule.in_record and rule.looks_into == frozenset() and set(rule.words) == {"paid_local", "planned_local"}
    assert rules.weights == {"projects": {"unit_id": 3}} and rules.of("scores") == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("    level: error", "    level: grave", 7, "does not fit"),
        ("    level: error", "    levl: error", 7, "Did you mean 'level'?"),
        ("    ru:", "    # ru:", 4, "the required key 'rules.0.ru' is missing"),
        ("table: projects", "table: project", 6, "there is no table 'project'"),
        ("check: paid_local", "check: paid_locl", 8, "Did you mean 'paid_local'?"),
        ("check: paid_local <= planned_local", "check: paid_local", 8, "is not a condition"),
        ("check: paid_local <= planned_local", "check: eval('1') <= planned_local", 8, "is not allowed here"),
        ("tolerance: 1", "tolerance: title", 9, "is not a number"),
        ("tolerance: 1", "when: title", 9, "is not a condition"),
        ("tolerance: 1", "fields: [nothing]", 9, "has no column 'nothing'"),
        ("tolerance: 1", "repair: thousandfold", 9, "only for a check such as total"),
        ("tolerance: 1", "by: [nothing]", 9, "has no column 'nothing'"),
        ("than ({planned_local})", "than ({planned_lcal})", 11, "has no column 'planned_lcal'"),
        ("issue: rule_P3", "issue: rule_of_ours", 5, "Add a row 'rule,rule_of_ours"),
        ("{unit_id: 3}", "{unit: 3}", 2, "has no column 'unit'"),
        ("{unit_id: 3}", "{unit_id: 0}", 2, "does not fit"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    assert GOOD.count(old) == 1
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(InputProblem) as caught:
        read_rules(path, codebook())
    english, russian = caught.value.messages["en"], caught.value.messages["ru"]
    assert f"{path}, line {line}" in english and message in english
    assert f"{path}, строка {line}" in russian and russian != english


def test_a_code_stands_once(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + GOOD[GOOD.index("  - code") :])
    with pytest.raises(InputProblem, match="line 12, key 'code': code 'Z1' stands twice"):
        read_rules(path, codebook())


def test_a_rule_may_be_repeated_for_columns(tmp_path: Path) -> None:
    text = GOOD.replace(
        "check: paid_local <= planned_local", "each: [paid_local, paid_other]\n    check: each <= cost_planned"
    )
    rules = read_rules(write(tmp_path, text.replace("planned_local})", "each})")), codebook())
    assert [rule.fields[0] for rule in rules.rules] == ["paid_local", "paid_other"]
    assert {rule.code for rule in rules.rules} == {"Z1"}


def test_rules_may_name_sheet_columns_and_settings_of_the_year() -> None:
    columns = spread_columns("projects", codebook())
    assert {"planned_regional", "paid_other", "participations_vote"} <= set(columns) and not spread_columns(
        "scores", codebook()
    )
    kinds = setting_kinds()
    assert kinds["year.rules.max_grant"] == "number" and kinds["year.application_deadline"] == "date"
    assert kinds["year.year"] == "number" and "year.sources" not in kinds


def test_the_projects_own_rules() -> None:
    rules = own_rules()
    groups = {rule.code.split("_")[0] for rule in rules.rules}
    assert groups >= {
        "K2",
        "P1",
        "P3",
        "P4",
        "P5",
        "P6",
        "P7",
        "P8",
        "P9",
        "A1",
        "A3",
        "A4",
        "A5",
        "X1",
        "C1",
        "R1",
        "R2",
    }
    assert {rule.issue for rule in rules.rules} <= set(RULES)
    assert all(RULES[rule.issue][1] == "kept" for rule in rules.rules)


def test_rules_in_words_name_columns_and_leave_numbers_out() -> None:
    words = rules_in_words(own_rules().rules, codebook())
    assert words["code"].is_unique and len(words) == len({rule.code for rule in own_rules().rules})
    assert not words[["ru", "en"]].apply(lambda column: column.str.contains(r"[{}]")).to_numpy().any()
    one = words.set_index("code").loc["P5"]
    assert (one["ru"], one["en"]) == (
        "благополучателей больше, чем жителей",
        "there are more beneficiaries than residents",
    )


def test_the_schema_in_the_repository_is_current() -> None:
    (text,) = rules_schema().values()
    assert json.loads(text)["properties"].keys() == RulesFile.model_fields.keys()
    path = CONFIG / "schema" / "rules.schema.json"
    assert path.read_text(encoding="utf-8") == text, "run make docs"


def test_a_workspace_may_bring_its_own_rules(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, read_programme(CONFIG / "programme.yml"))
    assert workspace.territory_file("rules") == CONFIG / "rules.yml"
    (tmp_path / "config").mkdir()
    own = write(tmp_path / "config", GOOD)
    assert workspace.territory_file("rules") == own
