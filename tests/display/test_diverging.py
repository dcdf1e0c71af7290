"""Diverging bars: widths are shares, labels fit their bars, no interval without a probability sample, small text."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text as Drawn

from evaluation.display.diverging import WIDTH, diverging_bars, level_colours
from evaluation.display.rendering import figure_bytes

LEVELS = {"1": "Не согласен", "2": "Скорее нет", "3": "И да, и нет", "4": "Скорее да", "5": "Согласен"}
ITEMS = {"useful": "Материал был полезен", "clear": "Изложено понятно"}
SHARES = {"useful": [0.02, 0.08, 0.20, 0.30, 0.40], "clear": [0.10, 0.10, 0.20, 0.20, 0.40]}
COUNTS = {"n": 80, "n_weighted": 81.4, "asked": 100, "dont_know": 12, "refused": 3, "no_answer": 5}


def estimates(note: str = "", groups: tuple[str, ...] = ("",)) -> pd.DataFrame:
    rows = []
    for group in groups:
        for item, shares in SHARES.items():
            same = {"item": item, "group": group, "note": note, **COUNTS}
            for choice, value in zip(LEVELS, shares, strict=True):
                rows.append({**same, "choice": choice, "statistic": "share", "value": value})
            rows.append({**same, "choice": "", "statistic": "top_share", "value": sum(shares[3:])})
    frame = pd.DataFrame(rows)
    return frame.assign(low=frame["value"] - 0.06, high=frame["value"] + 0.06)


def texts(figure: Figure) -> list[str]:
    found = [text.get_text() for text in figure.findobj(Drawn) if text.get_text()]
    return [" ".join(text.split()).replace("\u00a0", " ").replace("\u202f", " ") for text in found]


def widths(figure: Figure) -> np.ndarray:
    """Widths of the bars of the first panel, level by level."""
    return np.array([bar.get_width() for bar in figure.axes[0].patches])


def test_bars_are_the_shares_and_the_middle_lies_on_both_sides() -> None:
    figure = diverging_bars(estimates(), "ru", LEVELS, ITEMS, order="given")
    drawn = widths(figure).reshape(5, 2)
    np.testing.assert_allclose(drawn[:, 0], SHARES["useful"])
    middle = figure.axes[0].patches[4]
    assert middle.get_x() + middle.get_width() / 2 == pytest.approx(0)


def test_a_middle_that_stands_apart_leaves_the_bars() -> None:
    figure = diverging_bars(estimates(), "ru", LEVELS, ITEMS, neutral="apart", order="given")
    drawn = widths(figure).reshape(5, 2)
    assert (drawn[2] == 0).all()
    assert figure.axes[0].patches[6].get_x() == pytest.approx(0), "agreement begins at the middle"
    assert [bar.get_width() for bar in figure.axes[1].patches] == pytest.approx([0.2, 0.2])


def test_the_item_with_more_agreement_is_on_top() -> None:
    names = [label.get_text() for label in diverging_bars(estimates(), "ru", LEVELS, ITEMS).axes[0].get_yticklabels()]
    assert names == ["Материал был полезен", "Изложено понятно"]
    swapped = estimates().assign(item=lambda frame: frame["item"].map({"useful": "clear", "clear": "useful"}))
    names = [label.get_text() for label in diverging_bars(swapped, "ru", LEVELS, ITEMS).axes[0].get_yticklabels()]
    assert names == ["Изложено понятно", "Материал был полезен"]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_sample_of_convenience_has_no_interval_though_the_frame_has_one(language: str) -> None:
    shown = " ".join(texts(diverging_bars(estimates("not_probability"), language, LEVELS, ITEMS)))  # type: ignore[arg-type]
    said = "Не вероятностная выборка: погрешность не указывается." if language == "ru" else "Not a probability sample"
    assert said in shown and "64–76" not in shown
    drawn = " ".join(texts(diverging_bars(estimates(), language, LEVELS, ITEMS)))  # type: ignore[arg-type]
    assert "64–76" in drawn and said not in drawn


def test_n_weighted_n_and_those_without_a_rating_stand_beside() -> None:
    figure = diverging_bars(estimates(), "ru", LEVELS, ITEMS)
    shown = texts(figure)
    assert shown.count("80") >= 2 and shown.count("81") == 2
    assert shown.count("20") >= 2, "12 + 3 + 5 of 100 have no rating"
    grey = figure.axes[1].patches
    assert [bar.get_width() for bar in grey] == pytest.approx([0.12, 0.12, 0.08, 0.08])


def test_labels_inside_bars_fit_them() -> None:
    figure = diverging_bars(estimates(), "ru", LEVELS, ITEMS)
    figure.draw_without_rendering()
    axis = figure.axes[0]
    boxes = [bar.get_window_extent() for bar in axis.patches]
    for text in axis.texts:
        own = text.get_window_extent()
        assert any(box.x0 <= own.x0 and own.x1 <= box.x1 for box in boxes), text.get_text()
    assert "2" not in [text.get_text() for text in axis.texts], "two per cent leave no room"


def test_groups_are_panels_on_one_scale_and_small_groups_are_hidden() -> None:
    frame = estimates(groups=("2024", "2025"))
    marks = pd.Series("", index=frame.index).mask((frame["item"] == "clear") & (frame["group"] == "2025"), "primary")
    figure = diverging_bars(
        frame, "ru", LEVELS, ITEMS, groups={"2024": "2024 год", "2025": "2025 год"}, hidden=marks, threshold=5
    )
    limits = {axis.get_xlim() for axis in figure.axes[:8:3] if axis.patches}
    assert len(limits) == 1
    shown = texts(figure)
    assert "< 5" in shown and {"Материал был полезен", "Изложено понятно", "2024 год"} <= set(shown)
    panel = next(axis for axis in figure.axes if axis.get_title(loc="left") == "Изложено понятно")
    assert [bar.get_width() for bar in panel.patches][1::2] == [0.0] * 5


@pytest.mark.parametrize("language", ["ru", "en"])
def test_text_is_six_points_or_more_where_the_page_leaves_6_7_inches(language: str) -> None:
    figure = diverging_bars(estimates("census_nonresponse"), language, LEVELS, ITEMS, title="Оценки", simulated=True)  # type: ignore[arg-type]
    sizes = [text.get_fontsize() for text in figure.findobj(Drawn) if text.get_text()]
    assert min(sizes) * 6.7 / WIDTH >= 6


def test_colours_differ_in_lightness_on_each_side() -> None:
    def lightness(colour: str) -> float:
        return float(np.dot([int(colour[k : k + 2], 16) for k in (1, 3, 5)], [0.299, 0.587, 0.114]))

    for count in (2, 3, 4, 5, 7, 11):
        colours = level_colours(count)
        assert len(set(colours)) == count
        half = count // 2
        left, right = ([lightness(colour) for colour in part] for part in (colours[:half], colours[-half:]))
        assert left == sorted(left) and right == sorted(right, reverse=True)


def test_same_frame_same_bytes_and_nothing_is_said_to_be_nothing() -> None:
    first, again = (figure_bytes(diverging_bars(estimates(), "ru", LEVELS, ITEMS), "svg") for _ in range(2))
    assert first == again
    nothing = diverging_bars(estimates().iloc[:0], "en", LEVELS, ITEMS, title="Ratings")
    assert "No data for this figure" in texts(nothing)


def test_where_those_asked_are_kept_back_nothing_of_the_silent_is_drawn() -> None:
    frame = estimates()
    kept = frame["item"] == "useful"
    hidden = frame.assign(dont_know=frame["dont_know"].mask(kept, 0), asked=frame["asked"].astype("Float64").mask(kept))
    figure = diverging_bars(hidden, "en", LEVELS, ITEMS, order="given")
    found = texts(figure)
    assert found.count("×") == 1 and any("could be worked out" in text for text in found)
    silent = figure.axes[1].patches
    assert [bar.get_width() for bar in silent] == pytest.approx([0, 0.12, 0, 0.08])
    assert "×" not in texts(diverging_bars(frame, "en", LEVELS, ITEMS, order="given"))
