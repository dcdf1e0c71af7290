"""Maps of two indicators at once (3 x 3 colours), and of kinds of territories, such as local clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from evaluation.display.canvas import GREY, INK, empty, style
from evaluation.display.ground import Fill, lay_ground
from evaluation.display.maps.caption import Caption, counted
from evaluation.display.maps.classes import is_dark
from evaluation.display.maps.frame import DrawKey, frame_map, name_units
from evaluation.display.maps.keys import EDGE, HATCH, PATTERNS, map_text, swatch
from evaluation.display.maps.values import checked_values, split_hidden
from evaluation.display.page import bind, text_size, wrapped
from evaluation.display.palettes import BIVARIATE, CATEGORICAL
from evaluation.display.wording import format_number
from evaluation.settings import InputProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.settings import Language

KEY_SIZE, ROW, SQUARE = 6.8, 0.17, 0.34


def thirds(values: pd.Series) -> pd.Series:
    """Third of every value: 0 low, 1 middle, 2 high; missing stays missing. Equal values are in one third.

    The cuts are the quantiles 1/3 and 2/3 with linear interpolation; a value at a cut belongs to the lower third.
    """
    known = values.dropna().astype("float64")
    if known.empty:
        return pd.Series(np.nan, index=values.index)
    cuts = np.quantile(known, [1 / 3, 2 / 3])
    return pd.Series(np.searchsorted(cuts, known, side="left"), index=known.index).reindex(values.index)


def bivariate_map(
    values: pd.DataFrame,
    units: pd.DataFrame,
    labels: tuple[str, str],
    language: Language,
    caption: Caption,
    *,
    geometry: GeoDataFrame | None = None,
    projection: str | None = None,
    measures: tuple[str, str] = ("", ""),
    hidden: pd.Series | None = None,
) -> Figure:
    """Two indicators by unit (``values``: unit_id, first, second) in nine colours, the thirds of each crossed.

    ``labels`` name the first (to the right in the key) and the second (upwards), ``measures`` are their codes of
    units. A unit without one of the two values is hatched; other arguments as in ``maps.coverage_map``.
    """
    first, second = (checked_values(values, units, name).astype("float64") for name in ("first", "second"))
    if units.empty:
        return empty(caption.title, language, caption.simulated)
    both = first.where(second.notna())
    shown, special = split_hidden(both, units, hidden)
    kept = shown.dropna().index
    across, up = thirds(first[kept]), thirds(second[kept])
    colours = {
        str(name): BIVARIATE[int(row)][int(column)]
        for name, row, column in zip(kept, up, across, strict=True)
    }  # fmt: skip
    counts = np.zeros((3, 3), dtype=int)
    np.add.at(counts, (up.to_numpy(dtype=int), across.to_numpy(dtype=int)), 1)
    rows = _special_rows(special, language)
    ranges = [_ranges(one[kept], unit, language) for one, unit in zip((first, second), measures, strict=True)]
    heads = [f"{label} ({spoken})" if spoken else label for label, spoken in zip(labels, ranges, strict=True)]

    with style():
        size, key = _square_key((heads[0], heads[1]), counts, rows)
        notes = [map_text("terciles", language), caption.note]
        known = int(shown.notna().sum())
        return _filled(
            units, geometry, projection, _filling(colours, special), size, key, notes, known, language, caption
        )


def category_map(
    values: pd.DataFrame,
    units: pd.DataFrame,
    categories: Mapping[str, str],
    language: Language,
    caption: Caption,
    *,
    geometry: GeoDataFrame | None = None,
    projection: str | None = None,
    colours: Mapping[str, str] | None = None,
    unit_label: str = "",
    hidden: pd.Series | None = None,
) -> Figure:
    """A kind by unit (``values``: unit_id, category): ``categories`` gives the kinds' words in the key's order.

    ``colours`` by kind (of local clusters: ``palettes.CLUSTERS``); without them those of ``palettes.CATEGORICAL``.
    Kinds that do not occur stay in the key with a count of 0. Raises InputProblem for a kind that ``categories`` or
    the colours lack.
    """
    series = checked_values(values, units, "category")
    unknown = sorted({str(kind) for kind in series.dropna()} - set(categories))
    shades = dict(colours) if colours is not None else dict(zip(categories, CATEGORICAL, strict=False))
    lacking = unknown + [kind for kind in categories if kind not in shades]
    if lacking:
        named = ", ".join(lacking)
        raise InputProblem(
            f"Карта видов: для видов {named} нет слова или цвета. Цветов без названия цвета хватает на "
            f"{len(CATEGORICAL)} видов; больше видов объедините.",
            f"Map of kinds: kinds {named} have no word or colour. There are {len(CATEGORICAL)} colours of themselves; "
            "put further kinds together.",
        )
    if units.empty:
        return empty(caption.title, language, caption.simulated)
    shown, special = split_hidden(series, units, hidden)
    filled = {str(name): shades[str(kind)] for name, kind in shown.dropna().items()}
    counts = shown.value_counts()
    rows: list[tuple[str, str | None, str, str]] = [
        (shades[kind], None, EDGE, f"{word}  ({int(counts.get(kind, 0))})") for kind, word in categories.items()
    ]
    rows += _special_rows(special, language)
    head = "\n".join(part for part in (unit_label, f"({map_text('counts', language)})") if part)
    with style():
        wide = max(text_size(text, KEY_SIZE)[0] for *_, text in rows) + 0.4
        tall = text_size(head, KEY_SIZE)[1]
        size = (max(wide, text_size(head, KEY_SIZE)[0] + 0.05), tall + 0.12 + ROW * len(rows))

        def key(axes: Axes) -> None:
            axes.text(0, 0, head, fontsize=KEY_SIZE, color=GREY, va="top", linespacing=1.15)
            _rows(axes, -tall - 0.08, rows)

        known = int(shown.notna().sum())
        return _filled(
            units, geometry, projection, _filling(filled, special), size, key, [caption.note], known, language, caption
        )


def _filled(
    units: pd.DataFrame, geometry: GeoDataFrame | None, projection: str | None, fill: Fill, size: tuple[float, float],
    key: DrawKey, notes: list[str], known: int, language: Language, caption: Caption,
) -> Figure:  # fmt: skip
    ground = lay_ground(units, geometry, language, projection)
    frame = frame_map(ground, fill, size, key, language)
    told = name_units(frame, language, fill)
    around = [counted(len(units), known, language), ground.words(language), *caption.notes(language, not ground.tiles)]
    return bind(frame.figure, caption.title, [*told, *notes, *around], language, caption.simulated)


def _filling(colours: dict[str, str], special: dict[str, list[str]]) -> Fill:
    patterned = {name: PATTERNS[kind] for kind, names in special.items() for name in names}

    def fill(name: str) -> tuple[str, str | None]:
        return (colours[name], None) if name in colours else patterned.get(name, PATTERNS["unplaced"])

    return fill


def _special_rows(special: dict[str, list[str]], language: Language) -> list[tuple[str, str | None, str, str]]:
    return [
        (*PATTERNS[kind], HATCH, f"{map_text(kind, language)}  ({len(names)})")
        for kind, names in special.items()
        if names
    ]


def _rows(axes: Axes, y: float, rows: list[tuple[str, str | None, str, str]]) -> None:
    for colour, hatch, edge, text in rows:
        swatch(axes, y, colour, hatch, edge, text, KEY_SIZE)
        y -= ROW


def _ranges(values: pd.Series, unit: str, language: Language) -> str:
    if values.empty:
        return ""
    ends = (format_number(end, language, unit=unit or None) for end in (values.min(), values.max()))
    return map_text("lowest_highest", language).format(*ends)


def _square_key(
    heads: tuple[str, str], counts: np.ndarray, rows: list[tuple[str, str | None, str, str]]
) -> tuple[tuple[float, float], DrawKey]:
    """The nine colours with numbers of units; the second indicator's name above, the first one's below."""
    wide = 2.3
    above, below = (wrapped(f"{arrow} {head}", KEY_SIZE, wide) for arrow, head in zip("↑→", heads[::-1], strict=True))
    tops = [text_size(text, KEY_SIZE)[1] for text in (above, below)]
    height = tops[0] + 0.06 + 3 * SQUARE + 0.06 + tops[1] + 0.1 + ROW * len(rows)

    def key(axes: Axes) -> None:
        axes.text(0, 0, above, fontsize=KEY_SIZE, color=GREY, va="top", linespacing=1.15)
        foot = -tops[0] - 0.06 - 3 * SQUARE
        for row in range(3):
            for column in range(3):
                colour = BIVARIATE[row][column]
                corner = column * SQUARE, foot + row * SQUARE
                axes.add_artist(Rectangle(corner, SQUARE, SQUARE, facecolor=colour, edgecolor="white", linewidth=0.8))
                axes.text(corner[0] + SQUARE / 2, corner[1] + SQUARE / 2, str(counts[row, column]), ha="center",
                          va="center", fontsize=KEY_SIZE, color="white" if is_dark(colour) else INK)  # fmt: skip
        axes.text(0, foot - 0.06, below, fontsize=KEY_SIZE, color=GREY, va="top", linespacing=1.15)
        _rows(axes, foot - 0.06 - tops[1] - 0.1, rows)

    return (wide + 0.05, height + 0.04), key
