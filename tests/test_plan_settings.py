"""A plan that contradicts itself is refused with the line and what to do; what is not written has a meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.settings import APPLICANT_OUTCOMES, Family, InputProblem, read_plan
from evaluation.tables import TABLES

HEAD = """\
year: 2025
declared_on: 2025-01-20
questions: [{id: Q, text: {ru: 'Связано ли?', en: 'Is it related?'}}]
hypothesis_families: [{name: one, text: {ru: вместе, en: together}}]
models:
"""
MODEL = """\
  - name: main
    question: Q
    outcome: applications
    exposures: [trained]
    family: poisson
    estimand: {ru: отношение, en: ratio}
    design: association
    assumption: {ru: нет, en: none}
    hypothesis_family: one
    controls: []
    geography: original
    is_main: true
"""
SECOND = MODEL.replace("name: main", "name: winning").replace("is_main: true", "is_main: false")
WINNING = (
    SECOND.replace("applications", "is_funded").replace("poisson", "logit").replace("    geography: original\n", "")
)


def read(folder: Path, text: str):  # type: ignore[no-untyped-def]
    path = folder / "2025.yml"
    path.write_text(HEAD + text, encoding="utf-8")
    return read_plan(path)


def test_a_sound_plan_is_read(tmp_path: Path) -> None:
    plan = read(tmp_path, MODEL + WINNING)
    assert [model.kind for model in plan.models] == ["primary", "secondary"]
    assert plan.hypothesis_families[0].method == "holm"
    assert plan.robustness.specification_curve is None
    assert plan.deviations == ()


def test_stars_are_printed_only_where_the_plan_asks(tmp_path: Path) -> None:
    assert (read(tmp_path, MODEL).regression_tables.stars, read(tmp_path, MODEL).regression_tables.below) == (
        False,
        "interval",
    )
    asked = read(tmp_path, MODEL + "regression_tables: {stars: true, below: error}\n").regression_tables
    assert (asked.stars, asked.below) == (True, "error")
    with pytest.raises(InputProblem, match="regression_tables"):
        read(tmp_path, MODEL + "regression_tables: {below: nothing}\n")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (MODEL.replace("is_main: true", "is_main: false"), 5, "0 models are marked as main"),
        (MODEL + MODEL.replace("name: main", "name: other"), 29, "2 models are marked as main"),
        (MODEL + SECOND.replace("name: winning", "name: main"), 18, "'main' is declared twice"),
        (MODEL.replace("question: Q", "question: R"), 7, "no question 'R'"),
        (MODEL.replace("hypothesis_family: one", "hypothesis_family: two"), 14, "no family of hypotheses 'two'"),
        (
            MODEL + WINNING.replace("    controls", "    outcome_kind: primary\n    controls"),
            27, "it cannot be primary",
        ),
        (MODEL.replace("    controls", "    outcome_kind: secondary\n    controls"), 18, "main model has a secondary"),
        (MODEL.replace("family: poisson", "family: iv"), 10, "the key instruments is empty"),
        (MODEL.replace("design: association", "design: instrument"), 12, "the key instruments is empty"),
        (MODEL.replace("[trained]", "[applications]"), 8, "also stands among the explaining"),
        (MODEL.replace("controls: []", "controls: [trained]"), 15, "both exposure and control"),
        (MODEL.replace("outcome: applications", "outcome: log1p(applications)"), 8, "needs the outcome itself"),
        (
            MODEL + "deviations: [{date: 2025-02-01, what: {ru: а, en: a}, why: {ru: б, en: b}, model: x}]\n",
            18, "no model 'x'",
        ),
        (MODEL.replace("family: poisson", "family: posson"), 10, "'posson' does not fit"),
    ],
)  # fmt: skip
def test_contradictions_are_refused_with_their_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(InputProblem) as caught:
        read(tmp_path, text)
    english = caught.value.messages["en"]
    assert words in english
    assert f"line {line}: " in english
    assert f"строка {line}: " in caught.value.messages["ru"]


def test_outcomes_of_applicants_are_columns_of_applications_and_not_of_the_panel() -> None:
    tables = TABLES["project_table"].names, TABLES["scored_applications"].names
    assert set(APPLICANT_OUTCOMES) <= {name for names in tables for name in names}


def test_every_family_has_words_and_an_estimand() -> None:
    from typing import get_args

    from evaluation.display.model_words import FAMILIES
    from evaluation.display.wording import CODES
    from evaluation.effects.estimate import ESTIMANDS
    from evaluation.settings import DesignName

    assert set(get_args(Family)) == set(ESTIMANDS) == set(FAMILIES)
    assert set(ESTIMANDS.values()) <= set(CODES["estimand"])
    assert set(get_args(DesignName)) <= set(CODES["design"])
