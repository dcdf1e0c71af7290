"""Figures and table of unevenness: their words, numbers and lines are read back."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from evaluation.codebook import read_codebook
from evaluation.display.canvas import BLUE
from evaluation.display.inequality import decomposition_bars, lorenz_curves, unevenness_exhibit
from evaluation.display.rendering import figure_bytes

CODEBOOK = read_codebook(Path(__file__).resolve().parents[2] / "config")
POINTS = pd.DataFrame(
    {"indicator": ["projects_per_10000"] * 3 + ["success_rate"] * 2, "weight_share": [0, 0.5, 1, 0, 1],
     "total_share": [0, 0.2, 1, 0, 1]}
)  # fmt: skip
ROWS = pd.DataFrame(
    [
        ("projects_per_10000", "gini", "all", 0.3, 0.2, 0.4, None, 39, "number"),
        ("projects_per_10000", "gini_left_out", "04701000", 0.25, None, None, "most_influential", 38, "number"),
        ("projects_per_10000", "theil_t_between", "type", 0.06, 0.01, 0.1, None, 39, "number"),
        ("projects_per_10000", "theil_t_within", "type", 0.14, 0.1, 0.2, None, 39, "number"),
        ("projects_per_10000", "top_tenth_share", "all", 0.442, 0.3, 0.5, None, 39, "share"),
        ("success_rate", "gini", "all", None, None, None, "all_zero", 39, "number"),
    ],
    columns=["indicator", "measure", "group", "value", "low", "high", "note", "n", "unit"],
).assign(p=float("nan"), missing=0, year=2025)
UNITS = pd.DataFrame({"unit_id": ["04701000"], "short_name": ["Красноярск"]})


def texts(figure: Figure) -> str:
    figure.canvas.draw()
    found = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    return "\n".join(text.replace("\n", " ") for text in found).replace("\u00a0", " ").replace("\u202f", " ")


def test_lorenz_curves_are_the_points() -> None:
    figure = lorenz_curves(POINTS, "ru", CODEBOOK, ROWS, title="Неравномерность", simulated=True)
    first, second = (axes for axes in figure.axes if axes.get_visible())
    assert first.lines[1].get_xydata().tolist() == [[0, 0], [0.5, 0.2], [1, 1]]
    assert first.lines[0].get_xydata().tolist() == [[0, 0], [1, 1]], "equal shares"
    assert second.lines[1].get_xydata().tolist() == [[0, 0], [1, 1]]
    shown = texts(figure)
    for expected in ("СМОДЕЛИРОВАННЫЕ ДАННЫЕ", "Проектов на 10 000 жителей", "Джини = 0,30 (от 0,20 до 0,40)",
                     "доля жителей или заявок, %"):  # fmt: skip
        assert expected in shown, expected
    assert shown.count("Джини") == 1, "an indicator without the coefficient has none written"
    assert "Gini" not in texts(lorenz_curves(POINTS, "en", CODEBOOK))


def test_bars_show_the_part_between_groups() -> None:
    figure = decomposition_bars(ROWS, "en", CODEBOOK, title="Parts")
    (axes,) = figure.axes
    between = [bar for bar in axes.patches if to_hex(bar.get_facecolor()).upper() == BLUE.upper()]
    assert [bar.get_width() for bar in between] == pytest.approx([0.3])
    shown = texts(figure)
    assert "Projects per 10,000 residents: Theil T = 0.20" in shown and "30%" in shown and "by type" in shown


def test_the_table_names_measures_groups_and_the_unit_left_out() -> None:
    russian = unevenness_exhibit(ROWS, UNITS, CODEBOOK, simulated=True).to_markdown("ru").replace("\u00a0", " ")
    assert "| Проектов на 10 000 жителей | Джини | все территории | 0,300 | от 0,200 до 0,400 |" in russian.replace(
        "\u202f", " "
    )
    assert "Джини без одной территории | Красноярск | 0,250" in russian
    assert "без неё мера меняется сильнее всего" in russian and "44,2 %" in russian
    english = unevenness_exhibit(ROWS, UNITS, CODEBOOK, indicators=["success_rate"]).to_markdown("en")
    assert "all values are zero" in english and "Projects per" not in english
    few = unevenness_exhibit(ROWS, UNITS, CODEBOOK, measures=["top_tenth_share"])
    assert len(few.frame) == 1


def test_nothing_to_draw_is_said() -> None:
    assert "Нет данных для этого рисунка" in texts(lorenz_curves(POINTS.iloc[:0], "ru"))
    assert "No data for this figure" in texts(decomposition_bars(ROWS[ROWS["measure"] == "gini"], "en", CODEBOOK))


def test_the_same_bytes_each_time() -> None:
    first, again = (
        [figure_bytes(draw, "svg") for draw in (lorenz_curves(POINTS, "en", CODEBOOK, ROWS),
                                                decomposition_bars(ROWS, "ru", CODEBOOK))] for _ in range(2)
    )  # fmt: skip
    assert first == again
