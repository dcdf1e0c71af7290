"""From the coordinates as received to degrees: what the file says of them, and whether that can be true.

A file may say nothing of its coordinate reference system, call metres degrees or degrees metres, or give latitude
first. Each is told from the coordinates themselves and, where that is not enough, from the registry's centres.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from evaluation.settings import InputProblem
from evaluation.territory.polygons import WGS84

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Box = tuple[float, float, float, float]
FOUND = 0.5
# projections in which maps of Russia are often kept: web maps, then zones of Gauss and Krüger and of UTM
_WORLD = ("EPSG:3857", "EPSG:3395")
_ZONES = tuple(f"EPSG:{code}" for start in (28400, 20000, 32600) for code in range(start + 2, start + 33))
# in degrees, an outline this small on a plane of metres is a few hundred metres of land at the plane's origin
_DEGREES = (-180.001, -90.001, 360.001, 90.001)


def to_degrees(
    frame: GeoDataFrame, centres: pd.DataFrame, place: str, crs: str | None = None
) -> tuple[GeoDataFrame, list[tuple[str, str]]]:
    """The frame in EPSG:4326, longitude first, and notes (rule, detail) on what was assumed.

    ``centres`` (longitude, latitude) are the units' that are expected; they may be few or none. ``crs`` is what people
    say of the file, instead of the file. Notes: 'crs_missing' (degrees taken for WGS 84), 'crs_declared_wrong'
    (degrees that the file calls metres), 'axes_swapped' (latitude came first), 'far_from_registry' (no centre lies
    among the polygons). Raises InputProblem for metres without a known projection, naming the projection in which
    they would lie on the registry, and for a ``crs`` that does not exist.
    """
    frame, notes = _said(frame, place, crs)
    box = _box(frame)
    if box is None:
        return frame.set_crs(WGS84, allow_override=True), notes
    is_degrees = frame.crs is None or frame.crs.is_geographic
    if not is_degrees and _within(box, _DEGREES) and _held(box, centres) > 0:
        notes.append(("crs_declared_wrong", str(frame.crs.to_string())[:60]))
        return frame.set_crs(WGS84, allow_override=True), notes
    if not is_degrees:
        frame = frame.to_crs(WGS84)
        box = _box(frame) or box
    swapped = (box[1], box[0], box[3], box[2])
    if _is_swapped(box, swapped, centres):
        notes.append(("axes_swapped", ""))
        frame = frame.set_geometry(frame.geometry.map(_turned, na_action="ignore"), crs=frame.crs)
        box = swapped
    if not _within(box, _DEGREES):
        raise _no_degrees(frame, place, box, centres)
    if frame.crs is None and crs is None:
        notes.append(("crs_missing", "WGS 84"))
    if len(centres) and _held(box, centres) == 0:
        notes.append(("far_from_registry", "; ".join(f"{value:.2f}" for value in box)))
    known = frame.set_crs(WGS84) if frame.crs is None else frame
    return known.to_crs(WGS84), notes


def _said(frame: GeoDataFrame, place: str, crs: str | None) -> tuple[GeoDataFrame, list[tuple[str, str]]]:
    if crs is None:
        return frame, []
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return frame.set_crs(CRS.from_user_input(crs), allow_override=True), []
    except CRSError as error:
        raise InputProblem(
            f"{place}: системы координат «{crs}» нет. Ожидалось, например, EPSG:4326 или EPSG:3857.",
            f"{place}: there is no coordinate reference system '{crs}'. Expected for example EPSG:4326 or EPSG:3857.",
        ) from error


def _box(frame: GeoDataFrame) -> Box | None:
    """West, south, east, north of the polygons; None where there are none."""
    bounds = shapely.bounds(frame.geometry.to_numpy(dtype=object))
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return None
    low, high = bounds.min(axis=0), bounds.max(axis=0)
    return float(low[0]), float(low[1]), float(high[2]), float(high[3])


def _within(box: Box, window: Box) -> bool:
    return box[0] >= window[0] and box[1] >= window[1] and box[2] <= window[2] and box[3] <= window[3]


def _held(box: Box, centres: pd.DataFrame) -> float:
    """Share of the centres that lie within the box."""
    if centres.empty:
        return 0.0
    x, y = centres["longitude"].to_numpy(dtype=float), centres["latitude"].to_numpy(dtype=float)
    inside = (x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3])
    return float(inside.mean())


def _is_swapped(box: Box, swapped: Box, centres: pd.DataFrame) -> bool:
    """Is latitude first? The turned box must be possible and hold centres, of which the box as it stands holds none."""
    if not _within(swapped, _DEGREES):
        return False
    if not _within(box, _DEGREES):
        return centres.empty or _held(swapped, centres) > 0
    return _held(box, centres) == 0 and _held(swapped, centres) > 0


def _turned(shape: object) -> object:
    return shapely.transform(shape, lambda points: points[:, ::-1])


def _no_degrees(frame: GeoDataFrame, place: str, box: Box, centres: pd.DataFrame) -> InputProblem:
    shown = "; ".join(f"{value:.6g}" for value in box)
    likely = _likely(box, centres)
    advice_ru = (
        f"Похоже на {likely}: повторите с ключом --crs {likely} и проверьте карту."
        if likely
        else "Узнайте у приславшего систему координат и повторите с ключом --crs, например --crs EPSG:3857."
    )
    advice_en = (
        f"It looks like {likely}: repeat with --crs {likely}, and look at the map."
        if likely
        else "Ask the sender for the coordinate reference system, and repeat with --crs, such as --crs EPSG:3857."
    )
    calls_ru = "система координат не указана" if frame.crs is None else "файл называет их градусами"
    calls_en = "no coordinate reference system is given" if frame.crs is None else "the file calls them degrees"
    return InputProblem(
        f"{place}: координаты от {shown} не могут быть градусами ({calls_ru}). {advice_ru}",
        f"{place}: coordinates of {shown} cannot be degrees ({calls_en}). {advice_en}",
    )


def _likely(box: Box, centres: pd.DataFrame) -> str | None:
    """The projection in which the box holds most of the centres; None where none holds FOUND of them.

    A box holds more centres the more it is blown up, so of equals the one whose middle is nearest to the centres'.
    """
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    if centres.empty:
        return None
    x, y = centres["longitude"].to_numpy(dtype=float), centres["latitude"].to_numpy(dtype=float)
    best: tuple[float, float, str] | None = None
    for number, name in enumerate((*_WORLD, *_ZONES)):
        try:
            east, north = Transformer.from_crs(WGS84, name, always_xy=True).transform(x, y)
        except ProjError:
            continue
        inside = (east >= box[0]) & (east <= box[2]) & (north >= box[1]) & (north <= box[3])
        share = float(inside.mean())
        if share >= FOUND:
            away = np.hypot(np.median(east) - (box[0] + box[2]) / 2, np.median(north) - (box[1] + box[3]) / 2)
            # web maps differ by a fiftieth of the distance to the equator: the first one is by far the more usual
            rank = (-round(share, 2), 0.0 if number == 0 else float(away), name)
            best = min(best, rank) if best else rank
    return best[2] if best else None
