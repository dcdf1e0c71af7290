"""What charts draw: their words, numbers, lines and colours are read back from the figure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from evaluation.display.canvas import BLUE, GREY
from evaluation.display.charts import (
    coefficient_plot,
    diverging_likert,
    event_study_plot,
    exchange_network,
    indicators_by_year,
    support_by_year,
)
from evaluation.display.network import LABEL_SIZE, node_positions
from evaluation.display.rendering import figure_bytes

UNITS = Path(__file__).resolve().parents[2] / "config" / "territory" / "units.csv"


def texts(figure: Figure) -> str:
    figure.canvas.draw()
    found = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    return "\n".join(text.replace("\n", " ") for text in found).replace("\u00a0", " ").replace("\u202f", " ")


def estimates() -> pd.DataFrame:
    rows = [("main", "trained", 0.31, True), ("stable", "trained", 0.25, False), ("main", "exposure", None, True)]
    frame = pd.DataFrame(rows, columns=["model", "exposure", "estimate", "is_main"])
    frame = frame.assign(
        outcome="applications", low=frame["estimate"] - 0.2, high=frame["estimate"] + 0.2, n=348, clusters=58
    )
    return frame.astype({"is_main": "boolean", "estimate": "float64"})


def test_coefficients_carry_their_numbers_and_names() -> None:
    figure = coefficient_plot(estimates(), "ru", title="Связь", labels={"trained": "Обучение"}, simulated=True)
    shown = texts(figure)
    for expected in (
        "СМОДЕЛИРОВАННЫЕ ДАННЫЕ",
        "Связь",
        "Обучение",
        "0,31  (от 0,11 до 0,51)",
        "58 кластеров",
        "лог. п.",
    ):
        assert expected in shown
    trained = figure.axes[0]
    bars = [line for line in trained.lines if len(line.get_xdata()) == 2 and line.get_linewidth() > 2]
    assert [to_hex(line.get_color()).upper() for line in bars] == [BLUE.upper(), GREY.upper()], (
        "main in the strong colour"
    )
    assert list(bars[0].get_xdata()) == pytest.approx([0.11, 0.51])


def test_event_study_breaks_its_band_at_the_year_compared_with() -> None:
    frame = pd.DataFrame({"k": [-3, -2, -1, 0, 1], "estimate": [0.0, 0.02, 0.0, 0.3, 0.4], "n": [30, 40, 58, 58, 50]})
    for name, half in (("low", -0.1), ("high", 0.1), ("low_simultaneous", -0.2), ("high_simultaneous", 0.2)):
        frame[name] = (frame["estimate"] + half).where(frame["k"] != -1)
    figure = event_study_plot(frame, "en", title="Before and after")
    bands = [np.concatenate([path.vertices for path in item.get_paths()]) for item in figure.axes[0].collections[:-1]]
    spans = sorted((band[:, 0].min(), band[:, 0].max()) for band in bands[:2])
    assert spans == [(-3, -2), (0, 1)]
    assert "n = 58" in texts(figure)
    assert "95% for all years at once" in texts(figure)


def test_a_series_does_not_cross_a_break() -> None:
    frame = pd.DataFrame(
        {"indicator": "share", "year": range(2021, 2026), "value": [0.4, 0.5, 0.5, 0.6, 0.7], "unit": "share"}
    )
    frame = frame.assign(low=frame["value"] - 0.1, high=frame["value"] + 0.1)
    figure = indicators_by_year(frame, "ru", break_years={2025: "новые границы"}, labels={"share": "Охват"})
    lines = [list(line.get_xdata()) for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert lines == [[2021, 2022, 2023, 2024], [2025]]
    shown = texts(figure)
    assert "70,0 %" in shown
    assert "2025: новые границы" in shown
    assert "Охват, %" in shown
    whole = indicators_by_year(frame, "ru")
    assert [len(line.get_xdata()) for line in whole.axes[0].lines if line.get_marker() == "o"] == [5]


def test_support_shows_streams_years_and_shares() -> None:
    summary = pd.DataFrame(
        {
            "stream": ["training", "training", "information"], "year": [2024, 2025, 2025], "events": [3, 24, 2],
            "hours": [16.0, 24.0, None], "participants": pd.array([50, 61, None], dtype="Int64"),
            "unique_participants": pd.array([40, 50, None], dtype="Int64"),
            "units_reached": pd.array([20, 13, None], dtype="Int64"), "units_in_force": [61, 39, 39],
        }
    )  # fmt: skip
    shown = texts(support_by_year(summary, "en", simulated=True))
    for expected in ("SIMULATED DATA", "Training", "Information", "24", "61", "33", "2025", "–"):
        assert expected in shown.splitlines()


def test_ratings_diverge_from_the_middle() -> None:
    counts = pd.DataFrame({"item": "useful", "code": ["1", "2", "3"], "n": [10, 20, 70]})
    levels = {"1": "нет", "2": "отчасти", "3": "да"}
    figure = diverging_likert(counts, "ru", levels, {"useful": "Полезно"}, title="Оценки")
    bars = figure.axes[0].patches
    assert [bar.get_width() for bar in bars] == pytest.approx([0.1, 0.2, 0.7])
    middle = bars[1]
    assert middle.get_x() + middle.get_width() / 2 == pytest.approx(0), "the middle level lies on both sides alike"
    assert {"Полезно", "100"} <= set(texts(figure).splitlines())


@pytest.mark.parametrize("draw", [
    lambda empty: coefficient_plot(estimates().iloc[:0], "ru", title="пусто"),
    lambda empty: event_study_plot(empty.assign(k=[], estimate=[]), "ru", title="пусто"),
    lambda empty: indicators_by_year(empty.assign(indicator=[]), "ru", title="пусто"),
    lambda empty: support_by_year(empty, "ru", title="пусто"),
    lambda empty: diverging_likert(empty.assign(item=[], code=[], n=[]), "ru", {"1": "да"}, {"a": "А"}, title="пусто"),
])  # fmt: skip
def test_nothing_to_draw_is_said(draw: object) -> None:
    assert "Нет данных" in texts(draw(pd.DataFrame()))  # type: ignore[operator]


@pytest.mark.parametrize("current", [False, True], ids=["61 units", "39 units"])
def test_network_labels_do_not_overlap(current: bool) -> None:
    units = pd.read_csv(UNITS, dtype="str").astype({"longitude": "float64", "latitude": "float64"})
    units = units[units["valid_to"].isna() == current]
    places = node_positions(units)
    assert len(places) == (39 if current else 61)
    pd.testing.assert_frame_equal(places, node_positions(units.sample(frac=1, random_state=3)))
    x, y, width = (places[name].to_numpy() for name in ("x", "y", "width"))
    across = np.abs(x[:, None] - x) < (width[:, None] + width) / 2 - 1e-3
    down = np.abs(y[:, None] - y) < 0.3 - 1e-3
    clash = across & down
    np.fill_diagonal(clash, False)
    assert not clash.any()
    north = places.loc[units.set_index("unit_id")["latitude"].idxmax(), "y"]
    assert north > places["y"].median(), "the north stays above"


def test_network_draws_every_tie_and_counts_the_isolated() -> None:
    units = pd.DataFrame({"unit_id": list("abcd"), "short_name": ["Абанский район", "Б", "В", "Г"],
                          "longitude": [90.0, 91, 92, None], "latitude": [55.0, 56, 57, None]})  # fmt: skip
    ties = pd.DataFrame(
        {"year": [2024, 2025, 2025], "from_unit": ["a", "a", "b"], "to_unit": ["b", "b", "a"], "events": [1, 2, 1]}
    )
    figure = exchange_network(ties, units, "ru", title="Сеть")
    assert len(figure.axes[0].patches) == 2, "two years of one tie are one arrow"
    shown = texts(figure)
    assert "Территорий без связей: 2" in shown
    assert "Абанский р-н" in shown
    sizes = [text.get_fontsize() for text in figure.axes[0].texts]
    assert min(sizes) >= LABEL_SIZE
    with pytest.raises(ValueError, match="z"):
        exchange_network(ties.assign(to_unit="z"), units, "ru")


def test_the_same_figure_gives_the_same_bytes() -> None:
    pictures = [figure_bytes(coefficient_plot(estimates(), "en", title="T"), "svg") for _ in range(2)]
    assert pictures[0] == pictures[1]
    assert b"<script" not in pictures[0]


def test_charts_leave_pyplot_alone() -> None:
    code = "import sys, evaluation.display.charts; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
