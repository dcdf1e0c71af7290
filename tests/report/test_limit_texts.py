"""What the report says of checks: exact sentences, never stronger than the design; none where nothing was checked."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from evaluation.report.document import ReportInputs, build_report
from evaluation.report.findings import Finding, findings_frame
from evaluation.report.summaries.limits import (
    breakdown_findings,
    heaping_findings,
    limit_findings,
    power_findings,
    trend_findings,
)
from evaluation.report.summaries.steps import placebo_findings, robustness_findings
from evaluation.settings import Language, Text

TITLE = Text(ru="Программа", en="Programme")


def section(findings: list[Finding], language: Language) -> str:
    """The section on robustness as plain text."""
    frame = findings_frame(findings, "07_check_robustness")
    page = BeautifulSoup(build_report(ReportInputs(2025, TITLE, TITLE, frame), language), "html.parser")
    found = page.find(id="robustness")
    assert found is not None
    return re.sub(r"\s+", " ", found.get_text().replace("\u00a0", " ").replace("\u202f", " "))


def counts(**values: int) -> list[Finding]:
    return [Finding(name, value, "count") for name, value in values.items()]


@dataclass(frozen=True)
class Curve:
    smallest: float = 0.41
    smallest_low: float = 0.4
    smallest_high: float = 0.43


@dataclass(frozen=True)
class Limits:
    power: dict[str, Curve]
    breakdown: pd.DataFrame
    trends: pd.DataFrame


def main_rows(estimate: float, estimand: str = "log_rate_ratio") -> pd.DataFrame:
    row = {"model": "main", "exposure": "trained", "estimand": estimand, "estimate": estimate, "n": 348}
    return pd.DataFrame([{**row, "is_main": True}, {**row, "model": "other", "is_main": False, "estimate": 9.0}])


def values(rows: list[Finding]) -> dict[str, float | None]:
    return {row.name: row.value for row in rows}


TRENDS = pd.DataFrame(
    [
        ("joint_test", 1.24, 0.304, math.nan, math.nan, math.nan, math.nan, 342),
        ("trend_found", 0.5, 0.28, math.nan, math.nan, 0.83, 2.3, 342),
        ("trend_found", 0.8, 0.38, math.nan, math.nan, 1.15, 3.2, 342),
        ("smoothness", 1.0, -0.2, -0.9, 0.3, math.nan, math.nan, 342),
        ("relative_magnitudes", 1.0, 0.36, -2.2, 3.1, math.nan, math.nan, 342),
    ],
    columns=["measure", "size", "value", "low", "high", "bias", "times", "n"],
)


def breakdown(limit: float = 1.456) -> pd.DataFrame:
    rows = [("e_value", 2.301), ("e_value_limit", limit), ("robustness_value", 0.1712), ("partial_r2", 0.03)]
    return pd.DataFrame(rows, columns=["measure", "value"]).assign(exposure="trained", n=348)


# ---- findings -----------------------------------------------------------------------------------------------


def test_findings_of_power() -> None:
    made = values(power_findings({"trained": Curve()}, main_rows(-0.205).iloc[:1]))
    assert made["detectable_trained"] == 0.41
    assert made["detectable_reached_trained"] == pytest.approx(0.5)
    assert made["detectable_trained_percent"] == pytest.approx(100 * (math.exp(0.41) - 1))
    never = power_findings({"trained": Curve(math.inf, math.inf, math.inf)}, main_rows(0.2).iloc[:1])
    assert values(never) == {"detectable_trained": None}
    plain = power_findings({"trained": Curve()}, main_rows(0.2, "mean_difference").iloc[:1])
    assert {row.unit for row in plain} == {"number", "ratio"}
    assert power_findings({}, main_rows(0.2)) == []


def test_findings_of_breakdown_and_trends() -> None:
    made = values(breakdown_findings(breakdown()))
    assert made == {"e_value_trained": 2.301, "e_value_limit_trained": 1.456, "robustness_value_trained": 0.1712}
    endless = breakdown().assign(value=math.inf)
    assert set(values(breakdown_findings(endless)).values()) == {None}
    trends = values(trend_findings(TRENDS))
    assert trends == {
        "pretrend_p": 0.304, "trend_found": 0.38, "trend_bias": 1.15, "trend_bias_times": 3.2, "trends_as_before": 0.36,
    }  # fmt: skip
    assert trend_findings(TRENDS.iloc[:0]) == []


def test_findings_of_heaping() -> None:
    heaps = pd.DataFrame({"verdict": ["heap", "none", "not_comparable", "heap"]})
    assert values(heaping_findings(heaps)) == {"heaping_compared": 3, "heaping_found": 2}
    assert heaping_findings(heaps.iloc[2:3]) == []
    whole = limit_findings(Limits({"trained": Curve()}, breakdown(), TRENDS), heaps, main_rows(0.385))
    assert len({row.name for row in whole}) == len(whole) == 13


def test_findings_of_placebos() -> None:
    nan = math.nan
    rows = pd.DataFrame(
        [
            ("main__placebo_lead_1", "trained_lead_1", 0.2, -0.2, 0.6, 0.3),
            ("main__placebo_from_2021", "trained_from_2021", 0.5, 0.1, 0.9, 0.02),
            ("main__placebo_from_2020", "trained_from_2020", 0.5, nan, nan, 0.04),
            ("main__placebo_from_2020", "exposure", 0.5, 0.1, 0.9, 0.02),
            ("main__placebo_from_2019", "trained_from_2019", nan, nan, nan, nan),
            ("main__negative_control_births", "trained", 0.0, -0.1, 0.1, 0.9),
            ("main__negative_control_births", "exposure", 0.1, 0.05, 0.15, 0.01),
            ("main__permutation", "trained", 0.5, 0.1, 0.9, 0.02),
        ],
        columns=["model", "exposure", "estimate", "low", "high", "p"],
    ).assign(n=100)
    found = values(placebo_findings(rows, "main"))
    assert found == {"placebo_dates": 2, "placebo_dates_clear": 2, "placebo_outcomes": 2, "placebo_outcomes_clear": 1}
    assert found.items() <= values(robustness_findings(rows, "main")).items()
    assert placebo_findings(rows.iloc[-1:], "main") == []


# ---- sentences ----------------------------------------------------------------------------------------------


def test_nothing_is_said_of_what_was_not_checked() -> None:
    for language, words in (("ru", "порог|скрыт|Ложные даты|заметить"), ("en", "threshold|hidden|Imagined|been seen")):
        assert not re.search(words, section([], language))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("estimate", "ru", "en"),
    [
        (
            0.385,
            "Оценка меньше этой величины: связь такого размера программа чаще чем в одном случае из пяти не заметила "
            "бы, а та, что замечена, скорее преувеличена.",
            "The estimate is smaller than that: the programme would miss an association of its size more often than "
            "one time in five, and one that is noticed is likely to be exaggerated.",
        ),
        (
            0.6,
            "Оценка не меньше этой величины; верна ли она, это не говорит.",
            "The estimate is no smaller than that; whether it is right this does not say.",
        ),
    ],
)
def test_what_size_could_have_been_seen(estimate: float, ru: str, en: str) -> None:
    found = power_findings({"trained": Curve()}, main_rows(estimate).iloc[:1])
    assert (
        "Связь с обучением была бы отличима от нуля в четырёх случаях из пяти, начиная с 0,410 лог. п. "
        f"(рост на 50,7 %). {ru}"
    ) in section(found, "ru")
    assert (
        "An association with training would be told from zero four times in five from 0.410 log points on "
        f"(a rise of 50.7%). {en}"
    ) in section(found, "en")


def test_a_hidden_cause_is_never_ruled_out() -> None:
    found = breakdown_findings(breakdown())
    assert (
        "To explain the association with training away, a hidden cause would have to go together with both training "
        "and applications by a ratio of at least 2.30; for the interval to hold no association 1.46 is enough. In the "
        "linear model such a cause would have to explain at least 17.1% of what is left of both training and outcome. "
        "Whether there is such a cause these numbers do not say."
    ) in section(found, "en")
    weak = section(breakdown_findings(breakdown(1.0)), "ru")
    assert "отношением не меньше 2,30; интервал и без неё накрывает отсутствие связи." in weak
    assert "Есть ли такая причина, эти числа не говорят." in weak


def test_a_passed_test_of_trends_promotes_nothing() -> None:
    assert (
        "The years before training are not seen to differ from the reference year: p = 0.304; this does not show that "
        "they do not. Four times in five the test would notice trends parting by 0.380 a year; unnoticed, such a trend "
        "alone would leave 1.15 after training, 3.20 times the estimate in size. If trends part after training as much "
        "as before it, the mean after training lies within −2.20 to 3.10: it cannot be told from zero."
    ) in section(trend_findings(TRENDS), "en")
    failed = TRENDS.copy()
    failed.loc[0, "value"] = 0.01
    assert "Годы до обучения отличаются от базового: p = 0,010; параллельность трендов под сомнением." in section(
        trend_findings(failed), "ru"
    )


@pytest.mark.parametrize(
    ("clear", "ru", "en"),
    [
        (
            0,
            "С ложной датой обучения отличаются от нуля оценок: 0 из 2; не должна ни одна. Это не доказывает, "
            "что связь — от обучения: при таком числе территорий проверка могла не заметить небольшую разницу.",
            "Estimates with an imagined date that differ from zero: 0 of 2; none should. This does not show that the "
            "association comes from training: with so few territories the check may have missed a small difference.",
        ),
        (
            1,
            "С ложной датой обучения отличаются от нуля оценок: 1 из 2; не должна ни одна. К выводу об обучении "
            "следует относиться с недоверием.",
            "Estimates with an imagined date that differ from zero: 1 of 2; none should. The conclusion on training "
            "deserves distrust.",
        ),
    ],
)
def test_imagined_dates(clear: int, ru: str, en: str) -> None:
    found = counts(placebo_dates=2, placebo_dates_clear=clear)
    assert ru in section(found, "ru")
    assert en in section(found, "en")


def test_outcomes_that_the_programme_cannot_touch() -> None:
    none = section(counts(placebo_outcomes=2, placebo_outcomes_clear=0), "en")
    assert "Estimates that differ from zero: 0 of 2. This does not show that the main association comes from" in none
    some = section(counts(placebo_outcomes=2, placebo_outcomes_clear=2), "ru")
    assert "Отличаются от нуля оценок: 2 из 2. Значит, с поддержкой связано и что-то помимо программы" in some


def test_heaps_at_thresholds() -> None:
    some = counts(heaping_compared=7, heaping_found=5)
    assert (
        "Of 7 thresholds that can be judged, shares of co-financing heap just above 5. Shares look fitted to the "
        "points they bring: they are a weak measure of what residents and business give."
    ) in section(some, "en")
    assert "Из 7 порогов, где есть с чем сравнить, доли софинансирования скапливаются сразу над порогом у 5." in (
        section(some, "ru")
    )
    none = section(counts(heaping_compared=7, heaping_found=0), "ru")
    assert "Это не доказывает, что доли под баллы не подгоняют." in none
