"""Maps of values by territorial unit: choropleth with an inset of the dense part, or a hexagonal tile grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluation.display.canvas import dress, empty, style
from evaluation.display.choropleth import draw_boundaries
from evaluation.display.mapclasses import map_classes
from evaluation.display.mapkeys import MapKey, map_text
from evaluation.display.tilemap import draw_tiles
from evaluation.display.wording import format_number

if TYPE_CHECKING:
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
    note: str = "",
    attribution: str = "",
    simulated: bool = False,
    hidden: pd.Series | None = None,
) -> Figure:
    """A value by territorial unit, with boundaries (``geometry``: unit_id, geometry) or as a hexagonal tile grid.

    ``values`` has unit_id and value; ``units`` are those in force (unit_id, short_name, type, longitude, latitude). A
    unit without a value is hatched; units that are True in ``hidden`` (index unit_id) are dotted and their values are
    neither shown nor classed. A row 'unassigned' of ``values`` goes to the note, one of ``geometry`` is crossed.
    ``unit_label`` heads the legend, ``unit`` is a code of units (shares become per cent), ``classes`` at most so many
    colours. ``projection`` is an equal-area PROJ or WKT string; without one an Albers projection of the region is
    made. Raises ValueError for a unit that ``units`` lacks and for one with two values.
    """
    series = _checked(values, units)
    if units.empty:
        return empty(title, language, simulated)
    secret = set() if hidden is None else {str(name) for name in hidden.index[hidden.fillna(False).astype(bool)]}
    shown = series.drop([name for name in (UNASSIGNED, *secret) if name in series.index])
    listed = [*units["unit_id"]]
    special = {
        "no_data": [name for name in listed if name not in secret and pd.isna(shown.get(name))],
        "hidden": [name for name in listed if name in secret],
    }
    key = MapKey(map_classes(shown, classes, language, unit), special)
    notes = [note]
    if series.get(UNASSIGNED, 0):
        amount = format_number(series[UNASSIGNED], language, unit=unit or None)
        notes.append(map_text("unassigned", language).format(amount))
    projection = projection or albers(units)
    with style():
        if geometry is None:
            figure = draw_tiles(shown, units, key, language, projection, unit, unit_label)
            notes.append(map_text("tiles", language))
            dress(figure, title, _joined(notes, attribution), language, simulated)
            return figure
        drawn = draw_boundaries(geometry, units, key, language, projection, unit_label)
        figure = dress(drawn.figure, title, _joined(notes, attribution), language, simulated)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        drawn.finish()
    return figure


def _joined(notes: list[str], attribution: str) -> str:
    return " ".join(part for part in (*notes, attribution) if part)


def albers(units: pd.DataFrame) -> str:
    """An Albers equal-area projection (PROJ string, metres) for units with longitude and latitude.

    Standard parallels lie a sixth of the range from its ends; the central meridian is the circular mean, so that
    regions across the 180th meridian stay in one piece.
    """
    known = units.dropna(subset=["longitude", "latitude"])
    if known.empty:
        return "+proj=aea +lat_1=54 +lat_2=70 +lat_0=60 +lon_0=95 +datum=WGS84 +units=m"
    south, north = float(known["latitude"].min()), float(known["latitude"].max())
    sixth = max((north - south) / 6, 0.5)
    angle = np.radians(known["longitude"].to_numpy(dtype=float))
    middle = np.degrees(np.arctan2(np.sin(angle).mean(), np.cos(angle).mean()))
    return (
        f"+proj=aea +lat_1={south + sixth:.3f} +lat_2={north - sixth + (north == south):.3f} "
        f"+lat_0={(south + north) / 2:.3f} +lon_0={middle:.3f} +datum=WGS84 +units=m"
    )


def _checked(values: pd.DataFrame, units: pd.DataFrame) -> pd.Series:
    repeated = values.loc[values["unit_id"].duplicated(), "unit_id"].tolist()
    if repeated:
        raise ValueError(f"units with more than one value: {', '.join(map(str, repeated[:5]))}")
    unknown = sorted(set(values["unit_id"]) - set(units["unit_id"]) - {UNASSIGNED})
    if unknown:
        raise ValueError(f"values name units that the list of units lacks: {', '.join(unknown[:5])}")
    return values.set_index("unit_id")["value"].astype("float64")
