"""A received file of polygons becomes the boundaries of the registry's units, with an account of every polygon."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from evaluation.aside import write_whole
from evaluation.settings import InputProblem
from evaluation.territory.boundary_columns import LEVEL_HEADERS, Columns, find_columns, intervals, rows_on
from evaluation.territory.boundary_crs import to_degrees
from evaluation.territory.boundary_files import read_polygons, text_column
from evaluation.territory.boundary_names import match_polygons, region_by_place
from evaluation.territory.boundary_remarks import Facts, remarks_on
from evaluation.territory.generalise import Generalised, generalised, tolerance_for
from evaluation.territory.polygons import WGS84, Repaired, repaired
from evaluation.territory.registry import Date, in_force
from evaluation.territory.topology import enclaves, gaps, overlaps

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

PRODUCT_COLUMNS = ["unit_id", "name", "valid_from", "valid_to", "shown_on", "note", "geometry"]


@dataclass(frozen=True)
class Imported:
    """What an import made and found.

    ``boundaries``: PRODUCT_COLUMNS, one row a unit, EPSG:4326, sorted; ``polygons``: POLYGON_COLUMNS, one row a
    received polygon; ``units_without``: unit_id, name of units in force without a polygon; ``overlaps``, ``gaps`` (of
    all polygons of the region, also those left over) and ``enclaves`` as in ``topology``; ``remarks`` as in
    ``boundary_remarks``; ``region`` is the one looked in ('' all); ``columns`` are the headers that were read;
    ``generalised`` is None where outlines stayed as they were.
    """

    boundaries: GeoDataFrame
    polygons: pd.DataFrame
    units_without: pd.DataFrame
    overlaps: pd.DataFrame
    gaps: pd.DataFrame
    enclaves: pd.DataFrame
    remarks: pd.DataFrame
    region: str
    columns: Columns
    generalised: Generalised | None

    @property
    def to_decide(self) -> bool:
        """Is there anything that people should look at?"""
        return bool((self.remarks["severity"] != "info").any())


def import_boundaries(
    path: Path,
    registry: pd.DataFrame,
    aliases: pd.DataFrame | None,
    on_date: Date,
    *,
    region: str | None = None,
    region_code: str | None = None,
    tolerance_km: float | None = None,
    left_out: frozenset[str] = frozenset(),
    crs: str | None = None,
    layer: str | None = None,
    admin_level: str | None = None,
) -> Imported:
    """Read ``path``, find each polygon's unit on ``on_date``, mend, measure and simplify.

    ``region`` is the name or the first digits of the codes of the region in which all polygons lie (default: told by
    the centres they hold); ``region_code`` completes codes that lost their zero. ``aliases`` are people's decisions
    on names, ``left_out`` keys of polygons and units that people decided to do without. ``tolerance_km`` None:
    ``tolerance_for``; 0: as received. Raises InputProblem as ``read_polygons``, ``to_degrees`` and ``find_columns``
    do, where no polygon holds on that day, and where no polygon is a unit of the registry.
    """
    received = read_polygons(path, layer)
    held = received.frame[rows_on(received.frame, on_date, path.name)]
    if held.empty:
        raise _nothing_then(received.frame, path, on_date)
    units = in_force(registry, on_date)
    centres = units.dropna(subset=["longitude", "latitude"])[["unit_id", "longitude", "latitude"]]
    degrees, notes = to_degrees(held, centres, path.name, crs)
    degrees = _one_level(degrees, registry, admin_level, path)
    mended = repaired(degrees.geometry.to_numpy(dtype=object))
    columns = find_columns(degrees, registry, path.name)
    texts = _texts(degrees, columns)
    if not region and not columns.region and not columns.code:
        region = region_by_place(mended.shapes, registry, on_date)
        notes += [("region_by_place", region)] if region else []
    polygons = match_polygons(
        mended.shapes, texts, registry, aliases, on_date, region, region_code, left_out
    )  # fmt: skip
    boundaries = _product(degrees, mended, polygons, on_date, path)
    simplified = None
    tolerance = tolerance_for(boundaries) if tolerance_km is None else tolerance_km
    everything = _all_named(polygons, mended)
    crossing, enclosed = overlaps(everything), gaps(everything, centres)
    if tolerance > 0:
        simplified = generalised(boundaries, tolerance)
        boundaries = simplified.boundaries
    without = _units_without(boundaries, units, polygons)
    facts = Facts(
        (*received.notes, *notes), polygons, mended, crossing, enclosed, simplified, without, left_out
    )  # fmt: skip
    return Imported(
        boundaries,
        polygons,
        without[["unit_id", "name"]],
        crossing,
        enclosed,
        enclaves(boundaries),
        remarks_on(facts),
        region or "",
        columns,
        simplified,
    )


def _nothing_then(frame: pd.DataFrame, path: Path, on_date: Date) -> InputProblem:
    days = intervals(frame, path.name)
    assert days is not None, "a file without days holds on every day"
    first, last = days["valid_from"].min(), days["valid_to"].max()
    day = f"{pd.Timestamp(on_date):%Y-%m-%d}"
    shown = f"{first:%Y-%m-%d} .. {'' if pd.isna(last) else f'{last:%Y-%m-%d}'}"
    return InputProblem(
        f"{path}: на {day} не действует ни один контур, сроки в файле: {shown}. Назовите другой день: --valid-on.",
        f"{path}: no polygon holds on {day}, the file's days are {shown}. Name another day: --valid-on.",
    )


def _one_level(frame: GeoDataFrame, registry: pd.DataFrame, level: str | None, path: Path) -> GeoDataFrame:
    """Administrative boundaries of one level: the asked one, else the one in which most units' names stand."""
    header = next((name for name in LEVEL_HEADERS if name in frame.columns), None)
    if header is None:
        return frame.reset_index(drop=True)
    levels = text_column(frame, header)
    known = sorted(level for level in levels.unique() if level)
    if level is None and len(known) > 1:
        from evaluation.territory.spelling import parse

        cores = {parse(str(name)).core for name in registry["short_name"].unique()}
        names = text_column(frame, "name") if "name" in frame.columns else levels
        counts = {one: sum(parse(name).core in cores for name in names[levels == one]) for one in known}
        level = max(known, key=lambda one: (counts[one], one))
    chosen = frame[levels == level] if level is not None else frame
    if chosen.empty:
        raise InputProblem(
            f"{path}: нет контуров с {header} = {level}. Есть: {', '.join(known) or '—'}.",
            f"{path}: there are no polygons with {header} = {level}. There are: {', '.join(known) or '—'}.",
        )
    return chosen.reset_index(drop=True)


def _texts(frame: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    empty = pd.Series("", index=frame.index, dtype="str")
    named = {
        key: text_column(frame, header) if header else empty
        for key, header in (("code", columns.code), ("name", columns.name), ("region", columns.region))
    }
    return pd.DataFrame({"row": np.arange(1, len(frame) + 1), **named})


def _product(frame: GeoDataFrame, mended: Repaired, polygons: pd.DataFrame, on_date: Date, path: Path) -> GeoDataFrame:
    """Kept polygons with the parts that belong to them, in PRODUCT_COLUMNS."""
    import geopandas as gpd

    kept = polygons["fate"].isin(["kept", "joined"]).to_numpy() & (polygons["unit_id"] != "").to_numpy()
    if not kept.any():
        raise InputProblem(
            f"{path}: ни один контур не удалось отнести к единицам реестра на {pd.Timestamp(on_date):%Y-%m-%d}. "
            "Проверьте день (--valid-on), регион (--region) и столбцы кодов и названий.",
            f"{path}: no polygon could be matched to a unit of the registry on {pd.Timestamp(on_date):%Y-%m-%d}. "
            "Check the day (--valid-on), the region (--region), and the columns of codes and names.",
        )
    days = intervals(frame, path.name)
    blank = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
    note = np.select([mended.invalid | mended.crossing], ["repaired"], "")
    rows = pd.DataFrame(
        {
            "unit_id": polygons["unit_id"].astype("str"),
            "name": polygons["unit_name"].astype("str"),
            "valid_from": blank if days is None else days["valid_from"],
            "valid_to": blank if days is None else days["valid_to"],
            "shown_on": pd.Series(pd.Timestamp(on_date).as_unit("us"), index=frame.index),
            "note": pd.Series(note, index=frame.index, dtype="str"),
            "shape": pd.Series(list(mended.shapes), index=frame.index, dtype=object),
        }
    )[kept]
    order = rows.assign(joined=(polygons["fate"] == "joined")[kept]).sort_values(["unit_id", "joined"], kind="stable")
    grouped = order.groupby("unit_id", sort=True)
    first = grouped[["name", "valid_from", "valid_to", "shown_on", "note"]].first().reset_index()
    # "first" skips missing values: days of a later part are not the first's
    head = order.drop_duplicates("unit_id").reset_index(drop=True)
    first[["valid_from", "valid_to"]] = head[["valid_from", "valid_to"]]
    shapes = [
        pieces.iloc[0] if len(pieces) == 1 else shapely.union_all(pieces.to_numpy(dtype=object))
        for _, pieces in grouped["shape"]
    ]
    return gpd.GeoDataFrame(first, geometry=pd.Series(shapes, dtype=object), crs=WGS84)[PRODUCT_COLUMNS]


def _all_named(polygons: pd.DataFrame, mended: Repaired) -> GeoDataFrame:
    """Every polygon of the region, also those left over; ``unit_id`` is the polygon's key where it has no unit."""
    import geopandas as gpd

    here = ~shapely.is_missing(mended.shapes) & (polygons["fate"] != "outside").to_numpy()
    named = polygons["unit_id"].where(polygons["unit_id"] != "", polygons["key"])
    shapes = pd.Series(list(mended.shapes[here]), dtype=object)
    return gpd.GeoDataFrame({"unit_id": named[here].to_numpy()}, geometry=shapes, crs=WGS84)


def _units_without(boundaries: pd.DataFrame, units: pd.DataFrame, polygons: pd.DataFrame) -> pd.DataFrame:
    """Units in force without a polygon, of the regions in which any polygon was found (all, where none are named)."""
    missing = units[~units["unit_id"].isin(boundaries["unit_id"])]
    found = units[units["unit_id"].isin(boundaries["unit_id"])]
    if found["region"].nunique() >= 1 and (units["region"] != "").any():
        missing = missing[missing["region"].isin(found["region"])]
    return missing[["unit_id", "name"]].sort_values("unit_id", kind="stable").reset_index(drop=True)


def write_boundaries(boundaries: GeoDataFrame, path: Path) -> None:
    """Write GeoParquet in one step; the same boundaries give the same bytes.

    Raises InputProblem where the file cannot be written; an existing file is then unharmed.
    """
    content = io.BytesIO()
    boundaries.to_parquet(content, index=False, geometry_encoding="WKB")
    try:
        write_whole(path, content.getvalue())
    except PermissionError as error:
        raise InputProblem(
            f"Файл {path} нельзя записать: он открыт в другой программе или нет прав. Закройте его и повторите.",
            f"The file {path} cannot be written: it is open in another program, or you may not. Close it and repeat.",
        ) from error
