"""A trend's figure: no line over a break, breaks by number with their words below, names at the ends."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text as Drawn

from evaluation.display.trend import MOST_SERIES, trend

BREAKS = pd.DataFrame(
    {
        "break_id": ["rules", "shock", "reform"], "first_year": pd.array([2022, 2022, 2025], dtype="Int64"),
        "note_ru": ["Правила новые.", "Собрания вернулись.", "Границы новые."],
        "note_en": ["New rules.", "Meetings came back.", "New boundaries."],
    }
)  # fmt: skip


def series(value: float = 0.5, **more: object) -> pd.DataFrame:
    years = [2019, 2020, 2021, 2022, 2023]
    return pd.DataFrame(
        {
            "indicator": "success_rate", "year": years, "value": [value + 0.01 * n for n in range(5)], "unit": "share",
            "segment": [1, 1, 1, 2, 2], "breaks_before": ["", "", "", "rules; shock", ""], **more,
        }
    )  # fmt: skip


def texts(figure: Figure) -> str:
    figure.canvas.draw()
    found = [text.get_text() for text in figure.findobj(Drawn)]
    return "\n".join(found).replace("\n", " ").replace("\u00a0", " ").replace("\u202f", " ")


def drawn(figure: Figure) -> list[list[float]]:
    return [list(line.get_xdata()) for line in figure.axes[0].lines if line.get_marker() == "o"]


def test_no_line_crosses_a_break() -> None:
    figure = trend(series(), BREAKS, "ru")
    assert drawn(figure) == [[2019, 2020, 2021], [2022, 2023]]
    (line,) = [line for line in figure.axes[0].lines if line.get_marker() != "o"]
    assert list(line.get_xdata()) == [2021.5, 2021.5], "two breaks of one year share one line"


def test_breaks_are_numbered_and_told_below() -> None:
    shown = texts(trend(series(low=0.4, high=0.6, n=61), BREAKS, "ru", title="Доля", simulated=True))
    for expected in (
        "Линия не идёт через разрыв ряда", "(1) 2022: Правила новые. (2) 2022: Собрания вернулись.", "95 % интервал",
        "2019 n = 61", "54,0 %", "СМОДЕЛИРОВАННЫЕ",
    ):  # fmt: skip
        assert expected in shown
    assert "Границы" not in shown, "a break that cuts nothing is not drawn"
    whole = texts(trend(series().assign(segment=1, breaks_before=""), BREAKS, "en"))
    assert "break" not in whole
    assert "54.0%" in whole


def test_years_without_a_value_leave_a_gap() -> None:
    rows = series().assign(segment=1, breaks_before="").query("year != 2021")
    figure = trend(rows, BREAKS, "en")
    (line,) = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert np.isnan(line.get_ydata()[2])
    assert len(line.get_xdata()) == 5


def test_names_stand_at_the_ends_apart() -> None:
    both = pd.concat([series(0.50, stream="training"), series(0.501, stream="exchange")])
    figure = trend(both, BREAKS, "en", by="stream")
    figure.canvas.draw()
    names = [text for text in figure.axes[0].texts if text.get_text().startswith(("Training", "Exchange"))]
    assert [name.get_text() for name in names] == ["Training 54.0%", "Exchange 54.1%"]
    heights = [figure.axes[0].transData.transform(name.xyann)[1] for name in names]
    assert heights[1] - heights[0] > names[0].get_fontsize() * figure.dpi / 72 * 1.2, "a line of text apart"


def test_refusals_and_nothing_to_draw() -> None:
    with pytest.raises(ValueError, match="one indicator"):
        trend(pd.concat([series(), series().assign(indicator="other")]), BREAKS, "ru")
    many = pd.concat([series(stream=f"s{n}") for n in range(MOST_SERIES + 1)])
    with pytest.raises(ValueError, match="lines in one chart"):
        trend(many, BREAKS, "ru", by="stream")
    assert "Нет данных" in texts(trend(series().assign(value=np.nan), BREAKS, "ru"))
