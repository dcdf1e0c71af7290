"""Findings: their shape, and what a text gets when it asks for one."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from evaluation.contracts import check
from evaluation.report.counted_rows import CountedRows
from evaluation.report.findings import Finding, FindingError, Findings, findings_frame
from evaluation.settings import Language
from evaluation.tables import TABLES


def frame() -> pd.DataFrame:
    return findings_frame(
        [
            Finding("reach", 0.6134, "share", n=61, low=0.487, high=0.725),
            Finding("applications", 22, "applications"),
            Finding("cost", 171.4e6, "currency"),
            Finding("effect", -0.3, "log_points", low=-0.5, high=-0.1),
            Finding("weak", 0.1, "log_points", low=-0.1, high=0.3),
            Finding("lost", None, "share", note="<not> computed"),
            Finding("change", 15, "applications"),
            Finding("share_change", -0.031, "share"),
            Finding("p_value", 0.0004, "p"),
        ],
        "04_map_coverage",
    )


def plain(text: object) -> str:
    return BeautifulSoup(str(text), "html.parser").get_text().replace("\u00a0", " ").replace("\u202f", " ")


def test_frame_satisfies_the_contract() -> None:
    checked = check(frame(), TABLES["findings_coverage"])
    assert checked["step"].unique().tolist() == ["04_map_coverage"]
    assert checked.loc[5, "note"] == "<not> computed"
    assert check(findings_frame([], "x"), TABLES["findings_data"]).empty


@pytest.mark.parametrize(
    ("findings", "message"),
    [
        ([Finding("Reach", 1, "")], "lower-case"),
        ([Finding("a", 1, ""), Finding("a", 2, "")], "twice"),
        ([Finding("a", 1, "", low=2, high=1)], "down to"),
    ],
)
def test_malformed_findings_are_refused(findings: list[Finding], message: str) -> None:
    with pytest.raises(FindingError, match=message):
        findings_frame(findings, "x")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ru", ["61,3 % (95 % интервал: от 48,7 % до 72,5 %; n = 61)", "22 заявки", "171,4 млн руб.", "p < 0,001"]),
        ("en", ["61.3% (95% interval: 48.7% to 72.5%; n = 61)", "22 applications", "171.4 million RUB", "p < 0.001"]),
    ],
)
def test_full_form(language: Language, expected: list[str]) -> None:
    found = Findings(frame(), language)
    assert [plain(found.full(name)) for name in ("reach", "applications", "cost", "p_value")] == expected


def test_other_forms() -> None:
    found = Findings(frame(), "ru", currency="EUR")
    assert plain(found.value("cost")) == "171,4 млн EUR"
    assert plain(found.number("reach")) == "61,3"
    assert plain(found.counted("applications", "письмо|письма|писем")) == "22 письма"
    assert plain(found.interval("reach")) == "от 48,7 % до 72,5 %"
    assert plain(found.change("change")) == "+15"
    assert plain(found.change("share_change")) == "−3,1 п. п."
    assert plain(found.value("lost")) == "—"
    assert found.note("lost") == "<not> computed"
    assert found.note("reach") == ""


def test_conditions() -> None:
    found = Findings(frame(), "en")
    assert found.has("reach", "cost")
    assert not found.has("reach", "lost"), "a finding without value is not there for a text"
    assert not found.has("nothing")
    assert [found.sign(name) for name in ("reach", "effect", "lost")] == [1, -1, 0]
    assert found.below("p_value", 0.05)
    assert not found.below("reach", 0.05)
    assert not found.below("lost", 0.05)
    assert [found.clear(name) for name in ("effect", "weak", "cost")] == [True, False, False]


def test_a_number_can_be_traced() -> None:
    span = BeautifulSoup(str(Findings(frame(), "en").value("reach")), "html.parser").span
    assert span is not None
    assert span["data-finding"] == "reach"
    assert span["title"] == "reach · 04_map_coverage"


def test_unknown_name_is_refused_with_its_neighbours() -> None:
    with pytest.raises(FindingError, match=r"no finding 'aplications'.*applications"):
        Findings(frame(), "en").value("aplications")


def test_one_name_has_one_value() -> None:
    same = pd.concat([frame(), frame()], ignore_index=True)
    assert plain(Findings(same, "en").value("applications")) == "22 applications"
    other = findings_frame([Finding("applications", 23, "applications")], "05_describe_support")
    with pytest.raises(FindingError, match=r"two values: 22\.0 in step 04_map_coverage and 23\.0 in step 05"):
        Findings(pd.concat([frame(), other], ignore_index=True), "en")
    assert math.isnan(frame().loc[5, "value"])


def test_findings_of_the_plan_and_the_curve() -> None:
    from evaluation.report.summaries.steps import corrected_findings, curve_findings, plan_findings

    late = {each.name: each for each in plan_findings(-3, 2, "commit")}
    assert (late["plan_days_before_outcomes"].value, late["plan_days_before_outcomes"].note) == (-3, "commit")
    assert late["plan_departures"].value == 2
    estimates = pd.DataFrame(
        {"model": ["main", "main"], "exposure": ["trained", "exposure"], "p_adjusted": [0.02, None], "n": [9, 9]}
    )
    names = {("main", "trained"): "a", ("main", "exposure"): "b"}
    assert [(each.name, each.value) for each in corrected_findings(estimates, names)] == [("a_p_adjusted", 0.02)]
    summary = pd.DataFrame({
        "exposure": ["trained"], "specifications": [24], "same_sign": [1.0], "same_sign_clear": [0.5],
    })  # fmt: skip
    assert {each.name: each.value for each in curve_findings(summary)} == {
        "curve_specifications_trained": 24, "curve_same_sign_trained": 1.0, "curve_clear_trained": 0.5,
    }  # fmt: skip


def test_words_in_their_cases() -> None:
    found = Findings(frame(), "ru")
    assert plain(found.counted("applications", "application")) == "22 заявки"
    assert plain(found.counted("applications", "municipality", "prepositional")) == "22 муниципалитетах"
    assert plain(found.counted("applications", "municipality", case="genitive")) == "22 муниципалитетов"
    assert (
        plain(Findings(frame(), "en").counted("applications", "municipality", "prepositional")) == "22 municipalities"
    )
    assert plain(found.counted("lost", "project")) == "—"
    assert found.form("applications", "подана|поданы|подано") == "поданы"
    assert found.form("applications", "territory", "dative") == "территориям"
    assert found.form("lost", "project") == ""
    assert plain(found.money("cost", "thousand")) == "171 400 тыс. руб."


def test_a_range_traces_both_ends() -> None:
    made = findings_frame([Finding("low", 3, "percent"), Finding("high", 5.5, "percent")], "x")
    text = str(Findings(made, "ru").between("low", "high"))
    spans = {each["data-finding"]: plain(each) for each in BeautifulSoup(text, "html.parser").find_all("span")}
    assert spans == {"low": "3,0", "high": "5,5 %"}
    same = findings_frame([Finding("low", 3, "days"), Finding("high", 3, "days")], "x")
    assert plain(Findings(same, "en").between("low", "high")) == "3 days"


@pytest.mark.parametrize(
    ("forms", "case", "message"),
    [
        ("projct", "nominative", "near it: project"),
        ("project", "ablative", "no case 'ablative'"),
        ("заявка|заявки|заявок", "genitive", "are not declined"),
    ],
)
def test_unknown_words_and_cases_are_refused(forms: str, case: str, message: str) -> None:
    with pytest.raises(FindingError, match=message):
        Findings(frame(), "ru").counted("applications", forms, case)


def test_rows_are_kept_beside_the_number() -> None:
    rows = CountedRows("projects", "is_funded", "rows")
    made = check(findings_frame([Finding("a", 1, "", rows=rows), Finding("b", 1, "")], "x"), TABLES["findings_data"])
    kept = made[["source_table", "source_rows", "source_measure"]]
    assert kept.iloc[0].tolist() == ["projects", "is_funded", "rows"]
    assert kept.iloc[1].isna().all()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (CountedRows("project"), "no table 'project'"),
        (CountedRows("projects", "1 + 1"), "condition '1 \\+ 1'"),
        (CountedRows("projects", "", "mean x"), "measure 'mean x'"),
    ],
)
def test_rows_that_cannot_be_told_are_refused(rows: CountedRows, message: str) -> None:
    with pytest.raises(FindingError, match=message):
        findings_frame([Finding("a", 1, "", rows=rows)], "x")
