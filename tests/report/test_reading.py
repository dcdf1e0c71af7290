"""Readings of estimates: exact sentences in both languages, never stronger than the design and the numbers."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from evaluation.report.reading import is_clear, is_effect, read_estimate, readings
from evaluation.settings import Model, Text

WORDS = Text(ru="жребий честный", en="the lot was fair")


def row(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "model": "main", "outcome": "applications", "exposure": "trained", "estimand": "log_rate_ratio",
        "design": "association", "assumption": "the lot was fair", "estimate": math.log(1.12), "low": math.log(1.03),
        "high": math.log(1.22), "p": 0.01, "p_adjusted": math.nan, "n": 348, "clusters": 58, "treated_clusters": 50,
        "warning": None,
    }  # fmt: skip
    return values | changes


def model(**changes: Any) -> Model:
    values: dict[str, Any] = {
        "name": "main", "question": "Q", "outcome": "applications", "exposures": ("trained",), "family": "poisson",
        "estimand": WORDS, "design": "association", "assumption": WORDS, "offset": "population",
        "fixed_effects": ("unit_id", "year"), "geography": "original",
    }  # fmt: skip
    return Model(**(values | changes))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def read(values: dict[str, Any], language: str, of: Model | None = None) -> str:
    return plain(read_estimate(values, language, of))  # type: ignore[arg-type]


ASSOCIATION = {
    "ru": " Это связь, а не воздействие: поддержка досталась не по жребию, и то, что к ней привело, могло само менять "
    "результат.",
    "en": " This is an association, not an effect: support was not assigned by lot, and what led to it may itself move "
    "the outcome.",
}


def test_a_clear_association() -> None:
    assert read(row(), "ru", model()) == (
        "После первого обучения заявок на жителя на 12 % больше (95 % интервал: от 3 % до 22 %). Основано на "
        "58 территориях (с поддержкой: 50), всего на 348 наблюдениях." + ASSOCIATION["ru"]
    )
    assert read(row(), "en", model()) == (
        "After first training, applications per resident are 12% higher (95% interval: 3% to 22%). It rests on "
        "58 territories (50 with support), in all 348 observations." + ASSOCIATION["en"]
    )


def test_a_fall_is_told_as_one() -> None:
    fall = row(estimate=math.log(0.8), low=math.log(0.7), high=math.log(0.9))
    assert read(fall, "ru", model()).startswith(
        "После первого обучения заявок на жителя на 20 % меньше (95 % интервал: от −30 % до −10 %)."
    )
    assert "applications per resident are 20% lower (95% interval: −30% to −10%)." in read(fall, "en", model())


@pytest.mark.parametrize(
    "changes",
    [
        {"low": math.log(0.9)},
        {"p": 0.08},  # the interval leaves out zero, the wild bootstrap does not agree
        {"p_adjusted": 0.12},
    ],
)
def test_what_is_not_clear_is_not_told_as_a_rise(changes: dict[str, Any]) -> None:
    values = row(**changes)
    assert not is_clear(values)
    for language, words in (("ru", "не отличить от нуля"), ("en", "cannot be told from zero")):
        text = read(values, language, model())
        assert words in text
        assert "больше (" not in text
        assert "higher" not in text


def test_an_unclear_reading_says_what_it_excludes() -> None:
    values = row(estimate=math.log(1.03), low=math.log(0.85), high=math.log(1.11), p=0.5)
    assert read(values, "ru", model()).startswith(
        "Связь первого обучения с числом заявок на жителя по этим данным не отличить от нуля: оценка +3,0 % "
        "(95 % интервал: от −15 % до 11 %). Рост больше чем на 11 % и падение больше чем на 15 % с интервалом не "
        "согласуются. Основано на"
    )
    assert read(values, "en", model()).startswith(
        "The association of first training with applications per resident cannot be told from zero in these data: the "
        "estimate is +3.0% (95% interval: −15% to 11%). A rise of more than 11% and a fall of more than 15% do not "
        "agree with the interval. It rests on"
    )


def test_a_declared_design_speaks_of_an_effect_under_its_assumption() -> None:
    values = row(design="randomised")
    english = read(values, "en", model(design="randomised"))
    assert english == (
        "By the declared design (randomised) this is an effect: after first training, applications per resident are "
        "12% higher (95% interval: 3% to 22%). It holds if: the lot was fair. It rests on 58 territories (50 with "
        "support), in all 348 observations."
    )
    assert "Верно, если: жребий честный." in read(values, "ru", model(design="randomised"))


@pytest.mark.parametrize("design", ["association", "two_way_fixed_effects", "event_study", "staggered"])
def test_no_other_design_makes_an_effect(design: str) -> None:
    values = row(design=design)
    assert not is_effect(values)
    assert "effect: " not in read(values, "en", model(design=design)).replace("not an effect: ", "")
    assert ASSOCIATION["en"].strip() in read(values, "en", model(design=design))


@pytest.mark.parametrize("code", ["few_treated_clusters", "weak_first_stage"])
def test_a_warning_takes_the_effect_back(code: str) -> None:
    values = row(design="randomised", warning=f"rows_without_value=3;{code}=3", warning_en="only 3 were exposed")
    assert not is_effect(values)
    text = read(values, "en", model(design="randomised"))
    assert "this is an effect" not in text
    assert "a warning shakes it: read it as an association." in text
    assert text.endswith("Warning: only 3 were exposed.")


def test_dropped_rows_do_not_take_it_back() -> None:
    assert is_effect(row(design="randomised", warning="rows_without_value=3"))


@pytest.mark.parametrize(
    ("clusters", "treated", "n", "expected"),
    [
        (1, 1, 1, "Основано на 1 территории (с поддержкой: 1), всего на 1 наблюдении."),
        (21, 2, 1234, "Основано на 21 территории (с поддержкой: 2), всего на 1 234 наблюдениях."),
        (11, 5, 101, "Основано на 11 территориях (с поддержкой: 5), всего на 101 наблюдении."),
    ],
)
def test_plural_forms(clusters: int, treated: int, n: int, expected: str) -> None:
    assert expected in read(row(clusters=clusters, treated_clusters=treated, n=n), "ru", model())
    english = read(row(clusters=clusters, treated_clusters=treated, n=n), "en", model())
    assert ("1 territory (" in english) == (clusters == 1)
    assert ("1 observation." in english) == (n == 1)


def test_odds_are_told_in_times() -> None:
    values = row(outcome="is_funded", estimand="log_odds_ratio", estimate=math.log(1.5), low=0.1, high=0.7)
    at_random = model(outcome="is_funded", family="logit", offset=None, fixed_effects=("year",), geography=None,
                      clusters="stable_unit_id")  # fmt: skip
    assert read(values, "ru", at_random).startswith(
        "У обученных раньше территорий шансы заявки на победу выше в 1,50 раза (95 % интервал: от 1,11 до 2,01). "
        "Основано на 58 кластерах"
    )
    assert "Where training had taken place, an application's odds of winning are 1.50 times as high" in read(
        values, "en", at_random
    )
    down = values | {"estimate": -math.log(2), "low": -1.0, "high": -0.1}
    assert "are lower by a factor of 2.00 (" in read(down, "en", at_random)
    unclear = values | {"low": -0.05, "high": 0.86}
    assert (
        "the odds ratio is 1.50 (95% interval: 0.95 to 2.36). Odds more than 2.36 times as high and odds lower by more "
        "than a factor of 1.05 do not agree" in read(unclear, "en", at_random)
    )


def test_shares_are_told_in_points_and_unknown_words_by_their_label() -> None:
    values = row(outcome="took_up", exposure="session", estimand="mean_difference", estimate=0.1, low=0.05, high=0.15)
    assert read(values, "en").startswith(
        "Per unit of 'session', the outcome 'took_up' is higher by 10.0 pp (95% interval: 5.0 to 15.0 pp)."
    )
    assert read(values, "ru").startswith(
        "На единицу показателя «session» показатель «took_up» выше на 10,0 п. п. (95 % интервал: от 5,0 до 15,0 п. п.)."
    )


def test_a_logarithm_of_one_plus_a_count_has_a_sign_only() -> None:
    values = row(outcome="log1p(applications)", estimand="mean_difference", estimate=0.3, low=0.1, high=0.5)
    text = read(values, "en")
    assert "higher on the logarithmic scale" in text
    assert "%" not in text.replace("95% interval", "")


def test_no_estimate_says_why() -> None:
    values = row(
        estimate=math.nan, low=math.nan, high=math.nan, warning_ru="нет изменений", warning_en="it is constant"
    )
    assert read(values, "en") == (
        "The association of first training with applications cannot be estimated: it is constant."
    )
    assert read(values, "ru") == "Связь первого обучения с числом заявок оценить нельзя: нет изменений."


def test_corrected_p_is_told() -> None:
    assert "Corrected for the hypotheses of the same family, p = 0.020." in read(row(p_adjusted=0.02), "en", model())
    assert "С поправкой на гипотезы того же семейства p < 0,001." in read(row(p_adjusted=0.0002), "ru", model())


def test_event_time() -> None:
    values = row(exposure="event_time_-2", estimate=0.0, low=-0.3, high=0.3)
    assert "training (2 years before first training)" in read(values, "en")
    assert "обучения (за 2 года до первого обучения)" in read(values, "ru")
    later = row(exposure="event_time_+1")
    assert read(later, "ru").startswith("Через 1 год после первого обучения заявок на 12 % больше")
    assert read(row(exposure="event_time_+0"), "en").startswith("In the year of first training, applications are 12%")


def test_readings_of_a_frame() -> None:
    frame = pd.DataFrame([row(), row(exposure="exposure", low=math.log(0.9))])
    read_all = readings(frame, {"main": model(exposures=("trained", "exposure"))})
    assert read_all.columns.tolist() == ["model", "outcome", "exposure", "reading_ru", "reading_en"]
    assert "on with" not in read_all["reading_en"].iloc[0]
    assert "обмена опытом (одной лишней связи" in read_all["reading_ru"].iloc[1]


def test_a_share_of_the_spread_is_told_as_one() -> None:
    values = row(
        exposure="unit_id__intraclass_correlation",
        estimand="intraclass_correlation",
        estimate=0.26,
        low=0.16,
        high=0.38,
    )
    assert read(values, "en", model()).startswith(
        "Lasting differences between groups make up 26% of the spread of 'applications' (95% interval: 16% to 38%). It "
    )
    assert "приходится 26 % разброса показателя «applications»" in read(values, "ru", model())


def test_what_else_a_family_estimates_is_left_to_the_table() -> None:
    frame = pd.DataFrame([row(), row(exposure="dispersion")])
    assert readings(frame, {"main": model()})["exposure"].tolist() == ["trained"]
    assert len(readings(frame)) == 2, "without the plan nothing is left out"
