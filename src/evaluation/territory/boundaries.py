"""Boundaries of territorial units: read, checked against the registry, and put together after a change of territory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from evaluation.settings import InputProblem
from evaluation.territory.crosswalk import UNASSIGNED, geography_map
from evaluation.territory.oktmo import normalise
from evaluation.territory.registry import Date, in_force

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

CODE_COLUMNS = ("unit_id", "oktmo8", "oktmo")
WGS84 = "EPSG:4326"
BOUNDARY_COLUMNS = ["unit_id", "geometry", "note"]


def boundaries_on(
    path: Path | None,
    registry: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
    on_date: Date,
    valid_on: Date | None = None,
) -> GeoDataFrame | None:
    """Boundaries on ``on_date`` from a file that shows the territory of ``valid_on`` (else of ``on_date`` itself).

    An older vintage is carried through the crosswalk (``merge_boundaries``). None without a file: maps are then
    drawn as a tile grid. Raises as ``read_boundaries``.
    """
    if path is None:
        return None
    if valid_on is None or pd.Timestamp(valid_on) >= pd.Timestamp(on_date):
        return read_boundaries(path, registry, on_date)
    boundaries = read_boundaries(path, registry, valid_on)
    mapping = geography_map("current", registry, crosswalk, valid_on, valid_on, on_date)
    return merge_boundaries(boundaries, mapping) if (mapping["from_unit"] != mapping["to_unit"]).any() else boundaries


def read_boundaries(path: Path, registry: pd.DataFrame, on_date: Date) -> GeoDataFrame:
    """Boundaries of units in force on ``on_date``: unit_id, geometry (EPSG:4326), note; one row a unit.

    ``path`` is GeoJSON, GeoPackage or Parquet with a WKB or text geometry column, with the units' codes in ``unit_id``,
    ``oktmo8`` or ``oktmo``. Where the file has ``year_from`` and ``year_to``, rows with year_from <= year of the day <
    year_to are taken. Polygons of other regions are left out; units without a polygon are simply absent (see
    ``without_boundaries``). ``note`` says 'repaired' where an invalid outline was mended. A file whose polygons are
    older than the last change of territory must not be read for a later day: a code may stay while the territory
    changes. Raises InputProblem for an unreadable file, a missing code column, a unit with two polygons, and a file
    that has no unit of the registry on that day.
    """
    frame = _read(path)
    code = next((name for name in CODE_COLUMNS if name in frame.columns), None)
    if code is None:
        raise InputProblem(
            f"{path}: нет столбца с кодом единицы. Ожидался один из: {', '.join(CODE_COLUMNS)}. "
            f"Есть: {', '.join(map(str, frame.columns))}.",
            f"{path}: there is no column with the unit's code. Expected one of: {', '.join(CODE_COLUMNS)}. "
            f"There are: {', '.join(map(str, frame.columns))}.",
        )
    if {"year_from", "year_to"} <= set(frame.columns):
        year = pd.Timestamp(on_date).year
        frame = frame[(frame["year_from"].astype("int64") <= year) & (year < frame["year_to"].astype("int64"))]
    ids = frame[code].astype("str")
    units = in_force(registry, on_date)["unit_id"]
    if units.str.fullmatch(r"\d{8}").all():
        ids = ids.map(lambda text: normalise(text)[0] or "")
    taken = frame.assign(unit_id=ids)[ids.isin(units)].reset_index(drop=True)
    if taken.empty:
        day = f"{pd.Timestamp(on_date):%Y-%m-%d}"
        raise InputProblem(
            f"{path}: ни один контур не относится к единицам реестра на {day}. Проверьте коды и годы.",
            f"{path}: no polygon belongs to a unit of the registry on {day}. Check codes and years.",
        )
    repeated = taken.loc[taken["unit_id"].duplicated(), "unit_id"].unique().tolist()
    if repeated:
        listed = ", ".join(repeated)
        raise InputProblem(
            f"{path}: у единиц {listed} больше одного контура. Оставьте по одному или укажите year_from и year_to.",
            f"{path}: units {listed} have more than one polygon. Keep one each, or give year_from and year_to.",
        )
    return _mended(taken).sort_values("unit_id").reset_index(drop=True)


def _read(path: Path) -> GeoDataFrame:
    import geopandas as gpd
    from shapely.errors import ShapelyError

    if not path.exists():
        raise InputProblem(
            f"Нет файла границ {path}. Исправьте путь registry.boundaries в programme.yml или уберите его: "
            "без границ карты рисуются сеткой.",
            f"There is no file of boundaries {path}. Correct registry.boundaries in programme.yml, or remove it: "
            "without boundaries maps are drawn as a grid.",
        )
    try:
        if path.suffix.lower() in (".parquet", ".geoparquet"):
            table = pd.read_parquet(path)
            column = next((name for name in ("geometry", "wkb", "wkt") if name in table.columns), None)
            if column is None:
                raise ValueError("no column 'geometry'")
            shapes = table[column]
            is_text = bool(shapes.map(lambda value: isinstance(value, str)).all())
            read = gpd.GeoSeries.from_wkt if is_text else gpd.GeoSeries.from_wkb
            frame = gpd.GeoDataFrame(table.drop(columns=column), geometry=read(shapes, crs=WGS84))
        else:
            frame = gpd.read_file(path)
            frame = frame.set_crs(WGS84) if frame.crs is None else frame.to_crs(WGS84)
    except (OSError, ValueError, RuntimeError, ShapelyError) as error:
        raise InputProblem(
            f"{path}: файл границ не читается ({error}). Ожидался GeoJSON, GeoPackage или Parquet с геометрией WKB.",
            f"{path}: the boundaries cannot be read ({error}). Expected GeoJSON, GeoPackage or Parquet (WKB).",
        ) from error
    return frame


def _mended(frame: GeoDataFrame) -> GeoDataFrame:
    import geopandas as gpd

    invalid = ~frame.geometry.is_valid
    shapes = frame.geometry.where(~invalid, frame.geometry.make_valid())
    note = pd.Series("", index=frame.index, dtype="str").mask(invalid, "repaired")
    return gpd.GeoDataFrame({"unit_id": frame["unit_id"].astype("str"), "note": note}, geometry=shapes, crs=WGS84)[
        BOUNDARY_COLUMNS
    ]


def without_boundaries(boundaries: pd.DataFrame, registry: pd.DataFrame, on_date: Date) -> list[str]:
    """Units in force on ``on_date`` that have no polygon."""
    return sorted(set(in_force(registry, on_date)["unit_id"]) - set(boundaries["unit_id"]))


def merge_boundaries(boundaries: GeoDataFrame, mapping: pd.DataFrame) -> GeoDataFrame:
    """Boundaries after a change of territory, put together from those before it.

    ``mapping`` has from_unit, to_unit, share (``crosswalk.geography_map``). Only whole units can be placed: the
    polygons of units with an unknown or partial share, or without a known target, stand together in the row
    ``unassigned``. Columns as ``read_boundaries``; ``note`` is 'merged' for units of several parts, and 'incomplete'
    for units that may hold a part of what is unassigned.
    """
    import geopandas as gpd

    whole = mapping[mapping["share"] == 1].set_index("from_unit")["to_unit"]
    target = boundaries["unit_id"].map(whole).fillna(UNASSIGNED)
    merged = boundaries.assign(unit_id=target).dissolve("unit_id", sort=True)
    partial = set(mapping.loc[mapping["share"].isna() | (mapping["share"] < 1), "to_unit"])
    count = target.value_counts()
    note = [
        "incomplete" if unit in partial else "merged" if count[unit] > 1 and unit != UNASSIGNED else ""
        for unit in merged.index
    ]
    columns = {"unit_id": merged.index.astype("str"), "note": note}
    return gpd.GeoDataFrame(columns, geometry=merged.geometry.values, crs=WGS84)[BOUNDARY_COLUMNS]
