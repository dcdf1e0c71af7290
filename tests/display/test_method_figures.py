"""Figures of methods: their marks lie where the numbers are, in both languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from evaluation.display.canvas import BLUE, VERMILLION
from evaluation.display.curves import detectable, overlap_plot, power_plot, survival_plot
from evaluation.display.rendering import figure_bytes
from evaluation.display.specification import specification_plot


def texts(figure: Figure) -> str:
    figure.canvas.draw()
    found = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    return "\n".join(text.replace("\n", " ") for text in found).replace("\u00a0", " ").replace("\u202f", " ")


def curve() -> pd.DataFrame:
    rows = [
        {"specification": number, "outcome": "applications", "family": family, "geography": "original",
         "controls": controls, "fixed_effects": "unit_id + year", "sample": sample, "exposure": "trained",
         "is_main": number == 1, "estimate": estimate, "low": estimate - 0.2, "high": estimate + 0.2, "p": p}
        for number, family, controls, sample, estimate, p in (
            (1, "poisson", "", "all", 0.3, 0.01), (2, "ols", "", "early", -0.1, 0.5),
            (3, "poisson", "x", "all", 0.1, 0.3),
        )
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_specifications_stand_in_order_with_their_choices_below() -> None:
    figure = specification_plot(curve(), "trained", "ru", title="Кривая", simulated=True, labels={"early": "до 2020"})
    above, below = figure.axes
    points = {to_hex(line.get_color()).upper(): line.get_ydata() for line in above.lines if len(line.get_ydata()) < 3}
    assert points[BLUE.upper()].tolist() == [0.3], "only p < 0.05 is blue"
    ring = [line for line in above.lines if to_hex(line.get_markeredgecolor()).upper() == VERMILLION.upper()]
    assert [line.get_xdata().tolist() for line in ring] == [[2]], "the main model is the third by size"
    labels = [label.get_text() for label in below.get_yticklabels()]
    assert labels == ["Модель", "линейная", "Пуассон", "Поправки", "без поправок", "x", "Строки", "до 2020", "все"]
    shown = texts(figure)
    for expected in ("СМОДЕЛИРОВАННЫЕ ДАННЫЕ", "3 спецификации по величине оценки", "кольцо — основная модель"):
        assert expected in shown
    assert "geography" not in labels, "what is the same everywhere is not shown"


def test_one_specification_needs_no_choices_and_none_no_figure() -> None:
    assert len(specification_plot(curve().iloc[:1], "trained", "en").axes) == 1
    assert "No data for this figure" in texts(specification_plot(curve().iloc[:0], "trained", "en"))


def survival() -> pd.DataFrame:
    return pd.DataFrame({
        "group": ["a", "a", "b"], "time": [1, 3, 2], "survival": [0.8, 0.5, 0.9], "low": [0.6, 0.3, 0.7],
        "high": [0.9, 0.7, 1.0], "at_risk": [40, 20, 30],
    })  # fmt: skip


def test_survival_shows_numbers_at_risk() -> None:
    figure = survival_plot(survival(), "en", labels={"a": "trained", "b": "others"}, title="Teams")
    steps = figure.axes[0].lines
    assert steps[0].get_xdata().tolist() == [0, 1, 3, 3]
    assert steps[0].get_ydata().tolist() == [1, 0.8, 0.5, 0.5]
    table = {(text.get_position()): text.get_text() for text in figure.axes[1].texts}
    assert [table[time, 0] for time in (0, 1, 2, 3)] == ["40", "40", "20", "20"]
    assert [table[time, -1] for time in (0, 2, 3)] == ["30", "30", "0"], "nobody of b is left after its last time"
    assert "at risk" in texts(figure)
    assert "под наблюдением" in texts(survival_plot(survival(), "ru"))


def test_power_marks_the_size_that_is_found_four_times_in_five() -> None:
    assert detectable(np.array([0.0, 0.1, 0.2]), np.array([0.05, 0.6, 1.0])) == pytest.approx(0.15)
    assert detectable(np.array([-0.2, 0.0, 0.1]), np.array([0.9, 0.05, 0.6])) is None, "negative sizes do not count"
    frame = pd.DataFrame(
        {"effect": [0, 0.1, 0.2], "power": [0.05, 0.6, 1.0], "low": [0.0, 0.5, 0.9], "high": [0.1, 0.7, 1]}
    )
    assert "с вероятностью 80 % заметно: 0,15" in texts(power_plot(frame, "ru"))
    assert "noticed with 80%" not in texts(power_plot(frame.iloc[:2], "en"))


def test_overlap_counts_both_sides_and_what_is_trimmed() -> None:
    scores = pd.DataFrame({"propensity": [0.02, 0.5, 0.6, 0.97, None], "treated": [0, 0, 1, 1, 1]})
    figure = overlap_plot(scores, "en", bounds=(0.12, 0.88), bins=10)
    heights = [patch.get_height() for patch in figure.axes[0].patches if patch.get_width() == pytest.approx(0.1)]
    assert sum(height for height in heights if height > 0) == 2
    assert sum(height for height in heights if height < 0) == -2
    shown = texts(figure)
    assert "supported (n = 2)" in shown
    assert "outside the comparison: 50.0%" in shown


@pytest.mark.parametrize(
    "draw",
    [
        lambda: specification_plot(curve(), "trained", "ru"),
        lambda: survival_plot(survival(), "ru"),
        lambda: overlap_plot(pd.DataFrame({"propensity": [0.2, 0.7], "treated": [0, 1]}), "ru"),
    ],
)
def test_files_are_the_same_each_time(draw) -> None:  # type: ignore[no-untyped-def]
    assert figure_bytes(draw(), "svg") == figure_bytes(draw(), "svg")
