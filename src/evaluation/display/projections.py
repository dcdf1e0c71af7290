"""Equal-area projections for maps: which one suits an extent, and why, in words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from evaluation.settings import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from geopandas import GeoDataFrame

# degrees: west, south, east, north; east is below west or above 180 where the extent crosses the 180th meridian
Extent = tuple[float, float, float, float]
WIDE = 1.5  # an extent this many times wider than high is wide
TROPICS, POLAR = 15.0, 70.0
SEAM = 3000.0  # metres between the two halves of a generalised outline at the 180th meridian
LAEA_REASON = Text(
    ru="равновеликая азимутальная Ламберта: территория компактна, искажение форм наименьшее в её середине",
    en="Lambert azimuthal equal-area: the territory is compact, shapes are truest in its middle",
)
POLAR_REASON = Text(
    ru="равновеликая азимутальная Ламберта: территория приполярная",
    en="Lambert azimuthal equal-area: the territory is polar",
)
ALBERS_REASON = Text(
    ru="равновеликая коническая Альберса: территория широкая, в средних широтах; главные параллели отстоят от краёв "
    "на шестую часть размаха",
    en="Albers equal-area conic: the territory is wide and in middle latitudes; standard parallels lie a sixth of the "
    "range from its ends",
)
CYLINDER_REASON = Text(
    ru="равновеликая цилиндрическая: территория вытянута вдоль экватора",
    en="cylindrical equal-area: the territory runs along the equator",
)
SETTINGS_REASON = Text(ru="равновеликая, из настроек", en="equal-area, from the settings")


@dataclass(frozen=True)
class MapProjection:
    """A projection (``crs``: PROJ or WKT string, metres) and why it was taken."""

    crs: str
    reason: Text


def projection_for(bounds: Extent) -> MapProjection:
    """The equal-area projection that suits an extent (``bounds``: west, south, east, north in degrees).

    Wide extents in middle latitudes get Albers' conic with standard parallels a sixth of the range from the ends
    (the rule in Snyder 1987, Map projections: a working manual, section 14), compact, tall and polar ones Lambert's
    azimuthal, wide ones at the equator Lambert's cylindrical with a standard parallel at half the greatest latitude.
    The centre is the middle of the extent, so nothing is cut at the 180th meridian. Raises ValueError for bounds that
    are no degrees.
    """
    west, south, east, north = bounds
    if not np.isfinite(bounds).all() or not -90 <= south <= north <= 90:
        raise ValueError(f"these are no bounds in degrees (west, south, east, north): {bounds}")
    span = 360.0 if east - west >= 360 else (east - west) % 360
    middle = (west + span / 2 + 180) % 360 - 180
    latitude = (south + north) / 2
    wide = span * np.cos(np.radians(latitude)) > WIDE * (north - south)
    if abs(latitude) > POLAR or max(abs(south), abs(north)) > 89:
        pole = latitude if span < 180 else 90.0 * np.sign(latitude)
        return _named("laea", POLAR_REASON, lat_0=float(pole), lon_0=middle)
    if not wide:
        return _named("laea", LAEA_REASON, lat_0=latitude, lon_0=middle)
    if abs(latitude) < TROPICS:
        return _named("cea", CYLINDER_REASON, lat_ts=max(abs(south), abs(north)) / 2, lon_0=middle)
    first, second = _standard_parallels(south, north)
    return _named("aea", ALBERS_REASON, lat_1=first, lat_2=second, lat_0=latitude, lon_0=middle)


def _standard_parallels(south: float, north: float) -> tuple[float, float]:
    # two equal parallels would leave PROJ a cone of one parallel: half a degree keeps the formula general
    sixth = max((north - south) / 6, 0.5)
    return south + sixth, north - sixth + (north == south)


def _named(name: str, reason: Text, **parameters: float) -> MapProjection:
    listed = " ".join(f"+{key}={value:.3f}" for key, value in parameters.items())
    return MapProjection(f"+proj={name} {listed} +datum=WGS84 +units=m", reason)


def extent_of(intervals: Sequence[tuple[float, float]], south: float, north: float) -> Extent:
    """The narrowest extent that holds all ``intervals`` of longitude (west, east): the widest gap is left out."""
    turned = sorted(((west + 180) % 360 - 180, east - west) for west, east in intervals)
    merged: list[list[float]] = []
    for west, width in turned:
        if merged and west <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], west + width)
        else:
            merged.append([west, west + width])
    # what reaches across the 180th meridian may hold intervals that begin the row
    while len(merged) > 1 and merged[-1][1] >= merged[0][0] + 360:
        west, east = merged.pop()
        merged[0] = [west - 360, max(merged[0][1], east - 360)]
        while len(merged) > 1 and merged[1][0] <= merged[0][1]:
            merged[0][1] = max(merged[0][1], merged.pop(1)[1])
    gaps = [after[0] - before[1] for before, after in pairwise(merged)]
    gaps.append(merged[0][0] + 360 - max(end for _, end in merged))
    widest = int(np.argmax(gaps))
    if gaps[widest] <= 0:
        return -180.0, south, 180.0, north
    west = (merged[(widest + 1) % len(merged)][0] + 180) % 360 - 180
    return west, south, west + 360 - gaps[widest], north


def extent_of_shapes(geometry: GeoDataFrame) -> Extent:
    """The narrowest extent of outlines, by their parts: those cut at the 180th meridian have one on either side."""
    bounds = geometry.geometry.to_crs("EPSG:4326").explode(index_parts=False).bounds.dropna()
    intervals = [(float(west), float(east)) for west, east in bounds[["minx", "maxx"]].to_numpy()]
    return extent_of(intervals, float(bounds["miny"].min()), float(bounds["maxy"].max()))


def albers(units: pd.DataFrame) -> str:
    """An Albers equal-area projection (PROJ string, metres) for units with longitude and latitude.

    Standard parallels lie a sixth of the range from its ends; the central meridian is the circular mean, so that
    regions across the 180th meridian stay in one piece.
    """
    known = units.dropna(subset=["longitude", "latitude"])
    if known.empty:
        return "+proj=aea +lat_1=54 +lat_2=70 +lat_0=60 +lon_0=95 +datum=WGS84 +units=m"
    south, north = float(known["latitude"].min()), float(known["latitude"].max())
    first, second = _standard_parallels(south, north)
    angle = np.radians(known["longitude"].to_numpy(dtype=float))
    middle = np.degrees(np.arctan2(np.sin(angle).mean(), np.cos(angle).mean()))
    return _named("aea", ALBERS_REASON, lat_1=first, lat_2=second, lat_0=(south + north) / 2, lon_0=float(middle)).crs


def projected(geometry: GeoDataFrame, projection: str) -> GeoDataFrame:
    """The projected outlines; those cut at the 180th meridian are put together again, missing ones left out."""
    geometry = geometry[geometry.geometry.notna() & ~geometry.geometry.is_empty]
    degrees = geometry.to_crs("EPSG:4326")
    bounds = degrees.bounds
    cut = (bounds["minx"] < -179.5) & (bounds["maxx"] > 179.5)
    shapes = geometry.to_crs(projection)
    if cut.any():
        closed = shapes.geometry[cut].buffer(SEAM).buffer(-SEAM)
        shapes = shapes.set_geometry(shapes.geometry.where(~cut, closed.reindex(shapes.index)))
    return shapes
