"""Maps of exchange between territories: curved arrows, the most frequent ties numbered and named, the rest thin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch

from evaluation.display.canvas import GREY, INK, VERMILLION, empty, style
from evaluation.display.ground import lay_ground
from evaluation.display.maps.caption import Caption, counted
from evaluation.display.maps.frame import DrawKey, MapFrame, Panel, frame_map
from evaluation.display.maps.keys import map_text
from evaluation.display.maps.labels import MapLabel, place_labels
from evaluation.display.page import LABEL_SIZE, bind, text_size
from evaluation.display.placenames import map_names
from evaluation.display.symbols import nested_values
from evaluation.display.wording import format_number
from evaluation.settings import InputProblem

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evaluation.settings import Language

GROUND = "#f7f6f2"
BEND = 0.18  # of a tie's length: ties there and back bend to different sides
THIN, THICK = 0.35, 4.0  # points
KEY_SIZE, ROW = 6.8, 0.16
REST = "#9aa3ad"


def flow_map(
    ties: pd.DataFrame,
    units: pd.DataFrame,
    language: Language,
    caption: Caption,
    *,
    geometry: GeoDataFrame | None = None,
    projection: str | None = None,
    top: int = 8,
) -> Figure:
    """Ties of exchange (``ties``: from_unit, to_unit, events; several years are added up) as curved arrows.

    The ``top`` most frequent ties are coloured, as wide as they have events, numbered, and named in the key; the
    others are thin and grey. Ties of a territory with itself are not drawn. Without ``geometry`` territories stand on
    a tile grid. Raises InputProblem for a territory that ``units`` lacks and for a negative number of events.
    """
    _check(ties, units)
    if units.empty:
        return empty(caption.title, language, caption.simulated)
    outward = ties[ties["from_unit"] != ties["to_unit"]]
    summed = outward.groupby(["from_unit", "to_unit"], as_index=False)["events"].sum()
    flows = summed[summed["events"] > 0].sort_values(
        ["events", "from_unit", "to_unit"], ascending=[False, True, True], kind="stable"
    )
    with style():
        ground = lay_ground(units, geometry, language, projection)
        # in the key names stand in full, also where tiles have short ones
        listed = units[units["unit_id"].isin(ground.shapes["unit_id"])].drop_duplicates("unit_id")
        names = dict(zip(listed["unit_id"], map_names(listed["short_name"].tolist(), language), strict=True))
        flows = flows[flows["from_unit"].isin(list(names)) & flows["to_unit"].isin(list(names))]
        named, rest = flows.iloc[:top], flows.iloc[top:]
        size, key = _key(named, len(rest), names, language)
        frame = frame_map(ground, lambda unit: (GROUND, None), size, key, language)
        _draw(frame, named, rest)
        ends = len({*flows["from_unit"], *flows["to_unit"]})
        notes = [caption.note, map_text("direction", language), counted(len(units), ends, language).replace(
            *(("с данными", "со связями") if language == "ru" else ("with data", "with ties"))),
            ground.words(language), *caption.notes(language, not ground.tiles)]  # fmt: skip
        return bind(frame.figure, caption.title, notes, language, caption.simulated)


def _check(ties: pd.DataFrame, units: pd.DataFrame) -> None:
    unknown = sorted({str(end) for end in {*ties["from_unit"], *ties["to_unit"]} - set(units["unit_id"])})
    if unknown:
        named = ", ".join(unknown[:5])
        raise InputProblem(
            f"Карта обмена: связи называют территории {named}, которых нет в списке. Возьмите список того же года.",
            f"Map of exchange: ties name territories {named} that the list lacks. Take the list of the same year.",
        )
    events = ties["events"].astype("float64")
    if (events < 0).any() or events.isna().any() or np.isinf(events).any():
        raise InputProblem(
            "Карта обмена: число мероприятий (events) пустое, отрицательное или бесконечное. Исправьте связи.",
            "Map of exchange: the number of events is empty, negative or infinite. Correct the ties.",
        )


def line_width(events: float, most: float) -> float:
    """Width of a named tie (points), proportional to its events."""
    return max(THICK * events / most, THIN)


def curve(start: np.ndarray, end: np.ndarray, share: float = 0.5) -> np.ndarray:
    """A point of the curve from ``start`` to ``end`` (a quadratic Bezier that bends to the right of its way)."""
    way = end - start
    control = (start + end) / 2 + BEND * np.array([way[1], -way[0]])
    found: np.ndarray = (1 - share) ** 2 * start + 2 * share * (1 - share) * control + share**2 * end
    return found


def _draw(frame: MapFrame, named: pd.DataFrame, rest: pd.DataFrame) -> None:
    shapes = frame.ground.shapes
    spots = {str(unit): np.array(place) for unit, place in zip(shapes["unit_id"], frame.ground.places, strict=True)}
    most = float(named["events"].max()) if len(named) else 1.0
    inset_units = [set(shapes["unit_id"][panel.members]) for panel in frame.panels[1:]]
    for number, panel in enumerate(frame.panels):
        # a tie within an inset is drawn there alone; one that leaves it is drawn in both
        own = inset_units[number - 1] if number else None
        drawn = [_of_panel(ties, own, inset_units) for ties in (rest, named)]
        for tie in drawn[0].itertuples():
            _arrow(panel.axes, spots[tie.from_unit], spots[tie.to_unit], THIN, REST, 0.6, (2.2, 1.2), 4)
        badges = []
        for place, tie in zip(drawn[1].index, drawn[1].itertuples(), strict=True):
            width = line_width(tie.events, most)
            start, end = spots[tie.from_unit], spots[tie.to_unit]
            _arrow(panel.axes, start, end, width, VERMILLION, 0.85, (3.0 + width, 1.5 + width * 0.55), 5)
            spot = curve(start, end)
            if panel.axes.viewLim.contains(*spot):
                badges.append(
                    MapLabel(str(named.index.get_loc(place) + 1), spot[0], spot[1], True, None, 0.0, tie.events)
                )
        dots = _dots(panel, drawn, spots)
        numbers, _ = place_labels(panel.axes, badges, LABEL_SIZE + 0.6, avoid=panel.avoid, rings=2.0)
        for text in numbers:
            text.set(fontweight="bold", color=VERMILLION)
        ends = {*drawn[1]["from_unit"], *drawn[1]["to_unit"]}
        rows = shapes[panel.members & shapes["unit_id"].isin(sorted(ends)).to_numpy()]
        labels = [
            MapLabel(row.name, row.x, row.y, False, None, dots.get(str(row.unit_id), 3.0), row.weight)
            for row in rows.itertuples()
        ]
        avoid: list[Artist] = [*panel.avoid, *numbers]
        place_labels(panel.axes, labels, LABEL_SIZE, avoid=avoid, rings=3.0)


def _of_panel(ties: pd.DataFrame, own: set[str] | None, insets: list[set[str]]) -> pd.DataFrame:
    def touching(units: set[str]) -> pd.Series:
        listed = sorted(units)
        return ties["from_unit"].isin(listed) | ties["to_unit"].isin(listed)

    if own is not None:
        return ties[touching(own)]
    kept = pd.Series(True, index=ties.index)
    for units in insets:
        listed = sorted(units)
        kept &= ~(ties["from_unit"].isin(listed) & ties["to_unit"].isin(listed))
    return ties[kept]


def _arrow(
    axes: Axes, start: np.ndarray, end: np.ndarray, width: float, colour: str, alpha: float,
    head: tuple[float, float], order: int,
) -> None:  # fmt: skip
    axes.add_artist(
        FancyArrowPatch(
            tuple(start),
            tuple(end),
            connectionstyle=f"arc3,rad={BEND}",
            shrinkA=2,
            shrinkB=3,
            linewidth=width,
            arrowstyle=f"-|>,head_length={head[0]},head_width={head[1]}",
            mutation_scale=1,
            color=colour,
            alpha=alpha,
            zorder=order,
            capstyle="butt",
            joinstyle="miter",
            clip_on=True,
        )
    )


def _dots(panel: Panel, drawn: list[pd.DataFrame], spots: dict[str, np.ndarray]) -> dict[str, float]:
    """A dot for every territory with ties, larger for the ends of named ties; their sizes in points."""
    sizes: dict[str, float] = {}
    for ties, size in zip(drawn, (2.2, 3.6), strict=True):
        sizes |= {str(unit): size for unit in sorted({*ties["from_unit"], *ties["to_unit"]})}
    for unit, size in sorted(sizes.items()):
        x, y = spots[unit]
        panel.axes.plot([x], [y], marker="o", markersize=size, color=INK if size > 3 else GREY, markeredgecolor="white",
                        markeredgewidth=0.5, zorder=6)  # fmt: skip
    return sizes


def _key(
    named: pd.DataFrame, rest: int, names: dict[str, str], language: Language
) -> tuple[tuple[float, float], DrawKey]:
    most = float(named["events"].max()) if len(named) else 1.0
    widths = nested_values(most) if len(named) else []
    listed = [
        f"{place}  {names[str(tie.from_unit)]} → {names[str(tie.to_unit)]}  ({format_number(tie.events, language)})"
        for place, tie in enumerate(named.itertuples(), 1)
    ]
    lines = [*([map_text("flows_named", language)] if listed else []), *listed]
    foot = [map_text("flows_rest", language).format(format_number(rest, language))] if rest else []
    head = map_text("events", language)
    texts = [head, *lines, *foot]
    wide = max(text_size(text, KEY_SIZE)[0] for text in texts) + 0.1
    tall = ROW * (len(texts) + len(widths)) + 0.2

    def key(axes: Axes) -> None:
        y = -0.08
        axes.text(0, y, head, fontsize=KEY_SIZE, color=GREY, va="center")
        for events in widths:
            y -= ROW
            axes.add_artist(Line2D([0, 0.4], [y, y], color=VERMILLION, alpha=0.85, linewidth=line_width(events, most)))
            axes.text(0.5, y, format_number(events, language), fontsize=KEY_SIZE, va="center", color=INK)
        y -= 0.08
        for number, text in enumerate(lines + foot):
            y -= ROW
            faded = number == 0 or number >= len(lines)
            axes.text(0, y, text, fontsize=KEY_SIZE, va="center", color=GREY if faded else INK)

    return (wide, tall), key
