"""Options of multiple choice, dumbbells and the score of promoters: bases, intervals, hidden groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text as Drawn

from evaluation.display.diverging import WIDTH
from evaluation.display.survey.bars import change_dumbbells, option_bars, promoter_bars

OPTIONS = {"meeting": "Собрание, сход жителей", "social": "Соцсети, мессенджеры"}


def texts(figure: Figure) -> str:
    found = " ".join(text.get_text() for text in figure.findobj(Drawn))
    return " ".join(found.split()).replace("\u00a0", " ").replace("\u202f", " ")


def options(note: str = "base_asked") -> pd.DataFrame:
    frame = pd.DataFrame({"choice": ["meeting", "social"], "value": [0.25, 0.6], "low": [0.2, 0.5], "high": [0.3, 0.7]})
    return frame.assign(item="x", group="", statistic="share", n=300, n_weighted=2000.0, asked=300, note=note)


def intervals(figure: Figure) -> int:
    return sum(len(lines.get_segments()) for axis in figure.axes for lines in axis.collections)  # type: ignore[attr-defined]


def test_options_are_sorted_and_their_base_is_everybody_asked() -> None:
    figure = option_bars(options(), "ru", OPTIONS)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == list(OPTIONS.values())[::-1]
    assert [bar.get_width() for bar in figure.axes[0].patches] == pytest.approx([0.6, 0.25])
    assert "от всех, кому задали вопрос" in texts(figure) and "n = 300, взвеш. n = 2 000" in texts(figure)
    assert intervals(figure) == 2


def test_no_interval_without_a_probability_sample_in_any_figure() -> None:
    one = option_bars(options("base_asked; not_probability"), "en", OPTIONS)
    scores = pd.DataFrame({"group": ["a"], "statistic": "nps", "value": 12.0, "low": 1.0, "high": 23.0, "n": 40,
                           "n_weighted": 40.0, "note": "not_probability"})  # fmt: skip
    other = promoter_bars(scores, "en", {"a": "2025"})
    changes = pd.DataFrame({"measure": ["t"], "before": 1.0, "after": 2.0, "change": 1.0, "low": 0.5, "high": 1.5,
                            "n": 30, "note": "not_probability"})  # fmt: skip
    third = change_dumbbells(changes, "en", {"t": "Test"})
    for figure in (one, other, third):
        assert "Not a probability sample: no margin of error." in texts(figure)
    assert intervals(one) == intervals(other) == 0
    assert "(1; 23)" not in texts(other) and "(0.50; 1.50)" not in texts(third)
    sound = promoter_bars(scores.assign(note=""), "en", {"a": "2025"})
    assert "+12 (1; 23)" in texts(sound) and intervals(sound) == 1


def test_a_hidden_option_has_neither_bar_nor_number() -> None:
    frame = options()
    figure = option_bars(frame, "ru", OPTIONS, hidden=pd.Series(["primary", ""], index=frame.index), threshold=5)
    assert [bar.get_width() for bar in figure.axes[0].patches] == pytest.approx([0.6, 0.0])
    assert "25 %" not in texts(figure) and "< 5" in texts(figure)


def test_dumbbells_join_before_and_after_of_the_same_people() -> None:
    changes = pd.DataFrame({"measure": ["t", "u"], "before": [10.0, 3.0], "after": [12.0, 2.5], "change": [2.0, -0.5],
                            "low": [1.1, -0.9], "high": [2.9, -0.1], "n": [44, 40], "note": ["", ""]})  # fmt: skip
    figure = change_dumbbells(changes, "ru", {"t": "Тест", "u": "Уверенность"})
    shown = texts(figure)
    assert "+2,00 (1,10; 2,90)" in shown and "−0,50 (−0,90; −0,10)" in shown and "пар: 44" in shown
    lines = [np.asarray(line.get_xdata(), dtype=float) for line in figure.axes[0].lines]
    assert any(np.array_equal(line, [10.0, 12.0]) for line in lines)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_letters_are_large_enough(language: str) -> None:
    figure = option_bars(options(), language, OPTIONS, title="Источники", simulated=True)  # type: ignore[arg-type]
    assert min(text.get_fontsize() for text in figure.findobj(Drawn) if text.get_text()) * 6.7 / WIDTH >= 6
