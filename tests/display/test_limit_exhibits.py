"""Tables of breakdown values, trends and heaping say in words what each number means, in both languages."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from evaluation.codebook import read_codebook
from evaluation.display.limit_exhibits import limit_exhibits, power_figure
from evaluation.display.limit_words import BREAKDOWN, MEASURES
from evaluation.settings import LANGUAGES, Language, Text

CODEBOOK = read_codebook(Path(__file__).resolve().parents[2] / "config")
NOTHING = pd.DataFrame(
    columns=["share", "threshold", "n", "n_below", "n_above", "excess", "low", "high", "p_adjusted", "verdict"]
)
BREAKDOWN_COLUMNS = ["measure", "model", "outcome", "exposure", "value", "n", "clusters"]
TREND_COLUMNS = [
    "measure", "model", "size", "value", "low", "high", "bias", "times", "years", "df", "n", "clusters",
]  # fmt: skip


@dataclass(frozen=True)
class Curve:
    frame: pd.DataFrame
    clusters: int = 58
    treated_clusters: int = 50
    draws: int = 999


@dataclass(frozen=True)
class Limits:
    breakdown: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=BREAKDOWN_COLUMNS))
    trends: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=TREND_COLUMNS))
    missing: dict[str, Text] = field(default_factory=dict)
    power: dict[str, Curve] = field(default_factory=dict)


def breakdown(*rows: tuple[str, float]) -> Limits:
    frame = pd.DataFrame(rows, columns=["measure", "value"])
    return Limits(breakdown=frame.assign(model="main", outcome="applications", exposure="trained", n=348, clusters=58))


def column(limits: Limits, table: str, name: str, language: Language, heaps: pd.DataFrame = NOTHING) -> list[str]:
    made = limit_exhibits(limits, heaps, CODEBOOK)[table]
    texts = (made.cell(row, name, language) for row in range(len(made.frame)))
    return [text.replace("\u00a0", " ").replace("\u202f", " ") for text in texts]


@pytest.mark.parametrize(
    ("measure", "value", "shown", "ru"),
    [
        ("e_value", 2.301, "2,30", "отношением не меньше 2,30."),
        ("e_value_limit", 1.0, "1,00", "Интервал и так накрывает отсутствие связи: объяснять нечего."),
        ("e_value_limit", 1.456, "1,46", "хватит отношения 1,46."),
        ("robustness_value", 0.1712, "17,1 %", "если объясняет не меньше 17,1 % того"),
        ("robustness_value_alpha", 0.0, "0,0 %", "Оценку и так не отличить от нуля"),
        ("oster_delta", -2.0, "−2,00", "должен был бы идти против них."),
        ("oster_delta", math.inf, "∞", "Ни одно из опробованных нарушений"),
        ("trends_relative_magnitudes", 0.0, "0,00", "Уже при строго параллельных трендах интервал накрывает ноль"),
        ("trends_relative_magnitudes", 1.25, "1,25", "за год в 1,25 раза сильнее"),
        ("trends_smoothness", math.inf, "∞", "Ни одно из опробованных нарушений"),
        ("trends_smoothness", 0.0421, "0,042", "меняется за год на 0,042."),
    ],
)
def test_each_breakdown_value_in_words(measure: str, value: float, shown: str, ru: str) -> None:
    limits = breakdown((measure, value))
    assert column(limits, "breakdown", "value", "ru") == [shown]
    assert ru in column(limits, "breakdown", "meaning", "ru")[0]
    (english,) = column(limits, "breakdown", "meaning", "en")
    assert english.isascii() or "R²" in english
    assert "{" not in english


def test_every_measure_has_words_for_every_case() -> None:
    cases = {name.removesuffix(end) for name in BREAKDOWN for end in ("_nothing", "_never", "_negative")}
    assert set(MEASURES) <= cases
    for measure in MEASURES:
        for value in (-1.0, 0.0, 0.3, 1.0, 2.5, math.inf):
            assert column(breakdown((measure, value)), "breakdown", "meaning", "en")[0]


def trends(p: float = 0.3) -> Limits:
    rows: list[dict[str, Any]] = [
        {"measure": "joint_test", "size": 1.239, "value": p, "years": 3, "df": 56},
        {"measure": "trend_found", "size": 0.8, "value": 0.382, "bias": 1.147, "times": 3.21},
        {"measure": "smoothness", "size": 0.0, "value": -0.254, "low": -0.856, "high": 0.348},
        {"measure": "smoothness", "size": 0.057, "value": 0.6, "low": 0.2, "high": 1.0},
        {"measure": "relative_magnitudes", "size": 1.0, "value": 0.357, "low": -2.2, "high": 3.1},
    ]
    frame = pd.DataFrame(rows, columns=TREND_COLUMNS)
    return Limits(trends=frame.assign(model="timing", n=342, clusters=57))


def test_trends_in_words() -> None:
    assert column(trends(), "trends", "meaning", "ru") == [
        "Отличия не видно, F(3; 56) = 1,24. Это не доказывает, что его нет.",
        "Незамеченное, одно оно дало бы после обучения в среднем 1,147; по величине это 3,2 оценки.",
        "Ноль внутри интервала.",
        "Ноль вне интервала.",
        "Ноль внутри интервала.",
    ]
    assert column(trends(), "trends", "look", "en") == [
        "All years before training together",
        "Parting of trends in a year that the test finds with 80% probability",
        "Trends part along a straight line",
        "The slope of the parting changes by up to 0.057 a year",
        "Parting in a year after training up to 1.0 times the largest before it",
    ]
    assert column(trends(), "trends", "interval", "en")[2:4] == ["−0.856 to 0.348", "0.200 to 1.000"]
    assert column(trends(), "trends", "clusters", "ru") == ["57"] * 5
    (first, *_) = column(trends(0.01), "trends", "meaning", "en")
    assert (
        first
        == "The years before training differ from the reference year, F(3, 56) = 1.24: parallel trends are in doubt."
    )
    note = limit_exhibits(trends(), NOTHING, CODEBOOK)["trends"].note
    assert note.ru.startswith("Пройденная проверка ничего не подтверждает")
    assert note.en.startswith("A passed test confirms nothing")


def test_what_could_not_be_computed_is_said_below_an_empty_table() -> None:
    why = {"trends": Text(ru="Лет мало.", en="Too few years."), "breakdown_main": Text(ru="Пусто.", en="Empty.")}
    made = limit_exhibits(Limits(missing=why), NOTHING, CODEBOOK)
    assert made["trends"].note.ru.endswith("Лет мало.")
    assert made["breakdown"].note.en.endswith("Empty.")
    assert "Лет мало." not in made["breakdown"].note.ru
    for exhibit in made.values():
        for language in LANGUAGES:
            assert "<table" in exhibit.to_html(language)


def test_heaps_in_words() -> None:
    rows = [
        ("share_residents", 0.05, 1504, 169, 310, 192.4, 118.2, 266.6, 1e-9, "heap"),
        ("share_business", 0.03, 1503, 0, 5, np.nan, np.nan, np.nan, np.nan, "not_comparable"),
    ]
    heaps = pd.DataFrame(rows, columns=NOTHING.columns)
    assert column(Limits(), "bunching", "verdict", "ru", heaps) == ["скопление над порогом", "не с чем сравнить"]
    assert column(Limits(), "bunching", "share", "en", heaps) == ["residents", "business"]
    assert column(Limits(), "bunching", "low", "ru", heaps) == ["от 118 до 267", "—"]
    assert column(Limits(), "bunching", "threshold", "ru", heaps)[0] == "5"


def test_power_is_drawn_beside_the_estimate() -> None:
    effect = np.linspace(0, 1, 11)
    frame = pd.DataFrame({"effect": effect, "power": effect, "low": effect, "high": effect})
    estimates = pd.DataFrame(
        {"model": ["main"], "exposure": ["trained"], "is_main": [True], "estimand": ["log_rate_ratio"],
         "estimate": [-0.385], "n": [348]}
    )  # fmt: skip
    figure = power_figure(Limits(power={"trained": Curve(frame)}), estimates, "ru")
    told = " ".join(words(figure))
    assert "наша оценка по величине: 0,39" in told
    assert "с вероятностью 80 % заметно: 0,80" in told
    assert "n = 348; кластеров 58, с поддержкой 50" in told
    nothing = power_figure(Limits(), estimates, "en")
    assert isinstance(nothing, Figure)
    assert "our estimate" not in " ".join(words(nothing))


def words(figure: Figure) -> list[str]:
    texts = [*figure.texts, *(text for axis in figure.axes for text in axis.texts)]
    return [text.get_text().replace("\u00a0", " ").replace("\u202f", " ") for text in texts]
