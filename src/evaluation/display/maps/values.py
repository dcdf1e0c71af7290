"""Maps of values by territorial unit: choropleth with insets of the crowded parts, or a hexagonal tile grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from evaluation.display.canvas import dress, empty, style
from evaluation.display.choropleth import draw_boundaries
from evaluation.display.ground import lay_ground
from evaluation.display.maps.caption import Caption, counted
from evaluation.display.maps.classes import Method, classing
from evaluation.display.maps.keys import MapKey, map_text
from evaluation.display.page import bind
from evaluation.display.projections import albers
from evaluation.display.tiles.drawing import draw_tiles
from evaluation.display.wording import format_number

if TYPE_CHECKING:
    import datetime as dt

    from geopandas import GeoDataFrame
    from matplotlib.figure import Figure

    from evaluation.settings import Language

UNASSIGNED = "unassigned"


def coverage_map(
    values: pd.DataFrame,
    units: pd.DataFrame,
    language: Language,
    *,
    geometry: GeoDataFrame | None = None,
    title: str = "",
    unit_label: str = "",
    unit: str = "",
    projection: str | None = None,
    classes: int = 5,
    method: Method = "auto",
    reference: float | None = None,
    note: str = "",
    source: str = "",
    boundaries_on: dt.date | None = None,
    attribution: str = "",
    simulated: bool = False,
    hidden: pd.Series | None = None,
) -> Figure:
    """A value by territorial unit, with boundaries (``geometry``: unit_id, geometry) or as a hexagonal tile grid.

    ``values`` has unit_id and value; ``units`` are those in force (unit_id, short_name, type, longitude, latitude and,
    where known, population: where names find no room those of the most populous stay). A unit without a value is
    hatched; units that are True in ``hidden`` (index unit_id) are dotted and their values are neither shown nor
    classed. A row 'unassigned' of ``values`` goes to the note, one of ``geometry`` is crossed. ``unit_label`` heads
    the legend, ``unit`` is a code of units (shares become per cent), ``classes`` at most so many colours, ``method``
    and ``reference`` as in ``mapclasses.classing``. ``projection`` is an equal-area PROJ or WKT string; without one
    that which suits the extent is taken. The note tells the rule of classes, the projection, the number of units,
    ``source``, the day of the boundaries and ``attribution``. Raises ValueError for a unit that ``units`` lacks, for
    one with two values and for infinite values.
    """
    series = checked_values(values, units)
    if units.empty:
        return empty(title, language, simulated)
    shown, special = split_hidden(series, units, hidden)
    classed = classing(shown, classes, language, unit, method, reference)
    key = MapKey(classed.classes, special)
    notes = [note]
    if series.get(UNASSIGNED, 0):
        amount = format_number(series[UNASSIGNED], language, unit=unit or None)
        notes.append(map_text("unassigned", language).format(amount))
    notes += [classed.reason, counted(len(units), int(shown.notna().sum()), language)]
    caption = Caption(title, note, source, boundaries_on, attribution, simulated)
    with style():
        if geometry is None:
            figure = draw_tiles(shown, units, key, language, projection or albers(units), unit, unit_label)
            notes += [map_text("tiles", language), *caption.notes(language, drawn=False), attribution]
            return dress(figure, title, " ".join(part for part in notes if part), language, simulated)
        ground = lay_ground(units, geometry, language, projection)
        figure, told = draw_boundaries(ground, key, language, unit_label)
        notes = [*told, *notes, ground.words(language), *caption.notes(language, drawn=True)]
        return bind(figure, title, notes, language, simulated)


def split_hidden(
    series: pd.Series, units: pd.DataFrame, hidden: pd.Series | None
) -> tuple[pd.Series, dict[str, list[str]]]:
    """Values that may be shown, and the units without: 'no_data' and 'hidden'."""
    secret = set() if hidden is None else {str(name) for name in hidden.index[hidden.fillna(False).astype(bool)]}
    shown = series[~series.index.isin([UNASSIGNED, *secret])]
    listed = [str(name) for name in units["unit_id"]]
    known = set(shown.dropna().index)
    return shown, {
        "no_data": [name for name in listed if name not in secret and name not in known],
        "hidden": [name for name in listed if name in secret],
    }


def checked_values(values: pd.DataFrame, units: pd.DataFrame, column: str = "value") -> pd.Series:
    """The values by unit. Raises ValueError for a unit that ``units`` lacks and for one with two values."""
    repeated = values.loc[values["unit_id"].duplicated(), "unit_id"].tolist()
    if repeated:
        raise ValueError(f"units with more than one value: {', '.join(map(str, repeated[:5]))}")
    unknown = sorted(set(values["unit_id"]) - set(units["unit_id"]) - {UNASSIGNED})
    if unknown:
        raise ValueError(f"values name units that the list of units lacks: {', '.join(unknown[:5])}")
    found = values.set_index("unit_id")[column]
    return found if column != "value" else found.astype("float64")
