"""Maps of counts as circles whose area is proportional to the value, with a nested key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.patches import Circle

from evaluation.display.canvas import BLUE, GREY, INK, empty, style
from evaluation.display.ground import Ground, lay_ground
from evaluation.display.maps.caption import Caption, counted
from evaluation.display.maps.frame import MapFrame, frame_map
from evaluation.display.maps.keys import HATCH, PATTERNS, map_text, swatch
from evaluation.display.maps.labels import MapLabel, place_labels
from evaluation.display.maps.values import checked_values, split_hidden
from evaluation.display.page import LABEL_SIZE, bind, text_size, wrapped
from evaluation.display.wording import format_number
from evaluation.settings import InputProblem

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.settings import Language

GROUND, FILL = "#f3f1ea", BLUE
LARGEST, LEAST = 0.3, 0.03  # inches of radius
KEY_SIZE, ROW = 6.8, 0.17
LABELLED = 25  # so many of the largest are named


@dataclass(frozen=True)
class Circles:
    """Radius (inches) of every value: its square is proportional to the value, the largest value has ``largest``."""

    top: float
    largest: float

    def radius(self, value: float) -> float:
        return self.largest * float(np.sqrt(value / self.top)) if value > 0 else 0.0


def symbol_map(
    values: pd.DataFrame,
    units: pd.DataFrame,
    language: Language,
    caption: Caption,
    *,
    geometry: GeoDataFrame | None = None,
    projection: str | None = None,
    unit_label: str = "",
    unit: str = "",
    hidden: pd.Series | None = None,
) -> Figure:
    """A count by unit as circles (``values``: unit_id, value, not below 0), area proportional to the value.

    Arguments as in ``maps.coverage_map``; without ``geometry`` the circles stand on a tile grid. Units without a value
    are hatched, hidden ones dotted. The largest circles are named. Raises InputProblem for a negative or infinite
    value.
    """
    series = checked_values(values, units)
    wrong = series[(series < 0) | np.isinf(series)]
    if len(wrong):
        named = str(wrong.index[0])
        raise InputProblem(
            f"Карта значков: у единицы {named} значение {wrong.iloc[0]:g}. Площадь круга не бывает отрицательной или "
            "бесконечной: возьмите заливку по классам (coverage_map).",
            f"Map of symbols: unit {named} has the value {wrong.iloc[0]:g}. A circle's area cannot be negative or "
            "infinite: take colours by class (coverage_map).",
        )
    if units.empty:
        return empty(caption.title, language, caption.simulated)
    shown, special = split_hidden(series, units, hidden)
    with style():
        ground = lay_ground(units, geometry, language, projection)
        circles = Circles(max(float(shown.max()), 1e-9) if shown.notna().any() else 1.0, LARGEST)
        patterned = {name: PATTERNS[kind] for kind in ("no_data", "hidden") for name in special[kind]}

        def fill(name: str) -> tuple[str, str | None]:
            return patterned.get(name, (GROUND, None))

        steps = nested_values(circles.top) if shown.max() > 0 else []
        rows = [(kind, len(special[kind])) for kind in ("no_data", "hidden") if special[kind]]
        size = _key_size(unit_label, circles, steps, len(rows), unit, language)

        def key(axes: Axes) -> None:
            _draw_key(axes, unit_label, circles, steps, rows, unit, language)

        frame = frame_map(ground, fill, size, key, language)
        unnamed = _draw_circles(frame, shown, circles)
        told = [map_text("unnamed", language).format(", ".join(unnamed))] if unnamed else []
        known = counted(len(units), int(shown.notna().sum()), language)
        around = [known, ground.words(language), *caption.notes(language, not ground.tiles)]
        notes = [caption.note, map_text("areas", language), *told, *around]
        return bind(frame.figure, caption.title, notes, language, caption.simulated)


def nested_values(top: float) -> list[float]:
    """Round values for the key's circles, from the largest at most ``top`` down, each about a quarter of the last."""
    power = 10.0 ** np.floor(np.log10(top))
    first = max(step * power for step in (1, 2, 3, 5) if step * power <= top * (1 + 1e-9))
    found = [first]
    for part in (4.0, 20.0):
        power = 10.0 ** np.floor(np.log10(first / part) + 1e-9)
        step = max(one * power for one in (1, 2, 5) if one * power <= first / part * (1 + 1e-9))
        if step >= 1 or top < 1:
            found.append(step)
    return sorted(set(found), reverse=True)


def _draw_circles(frame: MapFrame, shown: pd.Series, circles: Circles) -> list[str]:
    """Circles and names of the largest; the names for which there is no room."""
    ground: Ground = frame.ground
    unnamed: list[str] = []
    for panel in frame.panels:
        rows = ground.shapes[panel.members & ground.shapes["unit_id"].isin(shown.dropna().index).to_numpy()]
        sized = rows.assign(value=rows["unit_id"].map(shown)).sort_values(
            ["value", "unit_id"], ascending=[False, True], kind="stable"
        )
        labels = []
        for row in sized[sized["value"] > 0].itertuples():
            radius = max(circles.radius(row.value), LEAST)
            panel.axes.add_artist(
                Circle(
                    (row.x, row.y),
                    radius * 72 / panel.scale,
                    facecolor=FILL,
                    alpha=0.72,
                    edgecolor="white",
                    linewidth=0.7,
                    zorder=6,
                )
            )
            labels.append(MapLabel(row.name, row.x, row.y, False, None, 2 * radius * 72, row.value))
        _, dropped = place_labels(panel.axes, labels[:LABELLED], LABEL_SIZE, avoid=panel.avoid, rings=2.5)
        unnamed += [label.text for label in dropped]
    return unnamed


def _head(unit_label: str) -> str:
    return wrapped(unit_label, KEY_SIZE, 2.2)


def _key_size(
    unit_label: str, circles: Circles, steps: list[float], rows: int, unit: str, language: Language
) -> tuple[float, float]:
    head = text_size(_head(unit_label), KEY_SIZE)[1] + 0.06 if unit_label else 0.0
    tall = 2 * circles.radius(steps[0]) + 0.1 if steps else 0.0
    texts = [text_size(format_number(step, language, unit=unit or None), KEY_SIZE)[0] for step in steps]
    wide = 2 * circles.largest + 0.25 + max(texts, default=0.0)
    return max(
        wide, text_size(_head(unit_label), KEY_SIZE)[0], 1.9 if rows else 0.0
    ) + 0.1, head + tall + ROW * rows + 0.08


def _draw_key(
    axes: Axes, unit_label: str, circles: Circles, steps: list[float], rows: list[tuple[str, int]], unit: str,
    language: Language,
) -> None:  # fmt: skip
    y = 0.0
    if unit_label:
        axes.text(0, y, _head(unit_label), fontsize=KEY_SIZE, color=GREY, va="top", linespacing=1.15)
        y -= text_size(_head(unit_label), KEY_SIZE)[1] + 0.06
    if steps:
        tall = 2 * circles.radius(steps[0])
        middle, bottom = circles.largest, y - tall
        last = np.inf
        for step in steps:
            radius = circles.radius(step)
            axes.add_artist(Circle((middle, bottom + radius), radius, facecolor=FILL, alpha=0.25, edgecolor=INK,
                                   linewidth=0.7))  # fmt: skip
            # numbers stand under one another even where circles are close
            top = min(bottom + 2 * radius, last - 0.13)
            last = top
            across = [middle, 2 * circles.largest + 0.05, 2 * circles.largest + 0.12]
            axes.plot(across, [bottom + 2 * radius] * 2 + [top], color=GREY, linewidth=0.5)
            axes.text(2 * circles.largest + 0.16, top, format_number(step, language, unit=unit or None), va="center",
                      fontsize=KEY_SIZE, color=INK)  # fmt: skip
        y = min(bottom, last) - 0.1
    for kind, count in rows:
        colour, hatch = PATTERNS[kind]
        swatch(axes, y, colour, hatch, HATCH, f"{map_text(kind, language)}  ({count})", KEY_SIZE)
        y -= ROW
