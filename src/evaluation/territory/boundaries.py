"""Boundaries of territorial units: read, checked against the registry, and put together after a change of territory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from evaluation.settings import InputProblem
from evaluation.territory.boundary_columns import rows_on
from evaluation.territory.boundary_crs import to_degrees
from evaluation.territory.boundary_files import read_polygons, text_column
from evaluation.territory.crosswalk import UNASSIGNED, geography_map
from evaluation.territory.oktmo import normalise
from evaluation.territory.polygons import WGS84, repaired
from evaluation.territory.registry import Date, in_force

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

CODE_COLUMNS = ("unit_id", "oktmo8", "oktmo")
BOUNDARY_COLUMNS = ["unit_id", "geometry", "note"]


def boundaries_on(
    path: Path | None,
    registry: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
    on_date: Date,
    valid_on: Date | None = None,
) -> GeoDataFrame | None:
    """Boundaries on ``on_date`` from a file that shows the territory of ``valid_on``.

    Without ``valid_on`` the file's own day (column ``shown_on`` of an imported file) counts, else ``on_date`` itself.
    An older vintage is carried through the crosswalk (``merge_boundaries``). None without a file: maps are then
    drawn as a tile grid. Raises as ``read_boundaries``.
    """
    if path is None:
        return None
    frame = _degrees(path)
    if valid_on is None and "shown_on" in frame.columns and frame["shown_on"].notna().any():
        valid_on = pd.Timestamp(frame["shown_on"].max())
    if valid_on is None or pd.Timestamp(valid_on) >= pd.Timestamp(on_date):
        return _units_of(frame, path, registry, on_date)
    boundaries = _units_of(frame, path, registry, valid_on)
    mapping = geography_map("current", registry, crosswalk, valid_on, valid_on, on_date)
    return merge_boundaries(boundaries, mapping) if (mapping["from_unit"] != mapping["to_unit"]).any() else boundaries


def read_boundaries(path: Path, registry: pd.DataFrame, on_date: Date) -> GeoDataFrame:
    """Boundaries of units in force on ``on_date``: unit_id, geometry (EPSG:4326), note; one row a unit.

    ``path`` is any file that ``boundary_files.read_polygons`` reads, with the units' codes in ``unit_id``, ``oktmo8``
    or ``oktmo`` (others go through ``evaluation territory import`` first). Where the file has ``valid_from`` and
    ``valid_to``, or ``year_from`` and ``year_to``, rows that hold on the day are taken. Polygons of other regions are
    left out; units without a polygon are simply absent (see ``without_boundaries``). ``note`` says 'repaired' where an
    invalid outline was mended. A file whose polygons are older than the last change of territory must not be read for
    a later day: a code may stay while the territory changes. Raises InputProblem for an unreadable file, a missing
    code column, a unit with two polygons, and a file that has no unit of the registry on that day.
    """
    return _units_of(_degrees(path), path, registry, on_date)


def _degrees(path: Path) -> GeoDataFrame:
    """The file's polygons in EPSG:4326; only what ``territory import`` asks about is left to it."""
    received = read_polygons(path)
    frame, _ = to_degrees(received.frame, pd.DataFrame(columns=["longitude", "latitude"]), str(path))
    return frame


def _units_of(frame: GeoDataFrame, path: Path, registry: pd.DataFrame, on_date: Date) -> GeoDataFrame:
    code = next((name for name in CODE_COLUMNS if name in frame.columns), None)
    if code is None:
        raise InputProblem(
            f"{path}: нет столбца с кодом единицы. Ожидался один из: {', '.join(CODE_COLUMNS)}. "
            f"Есть: {', '.join(map(str, frame.columns))}. Файл без кодов примите: «evaluation territory import».",
            f"{path}: there is no column with the unit's code. Expected one of: {', '.join(CODE_COLUMNS)}. "
            f"There are: {', '.join(map(str, frame.columns))}. Without codes, run 'evaluation territory import' first.",
        )
    frame = frame[rows_on(frame, on_date, str(path))]
    ids = text_column(frame, code)
    units = in_force(registry, on_date)["unit_id"]
    if units.str.fullmatch(r"\d{8}").all():
        ids = ids.map({text: normalise(text)[0] or "" for text in ids.unique()})
    taken = frame.assign(unit_id=ids.astype("str"))[ids.isin(units)].reset_index(drop=True)
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
    return _mended(taken, path).sort_values("unit_id").reset_index(drop=True)


def _mended(frame: GeoDataFrame, path: Path) -> GeoDataFrame:
    import geopandas as gpd

    made = repaired(frame.geometry.to_numpy(dtype=object))
    lost = frame.loc[made.empty | made.not_polygon | made.collapsed, "unit_id"].tolist()
    if lost:
        raise InputProblem(
            f"{path}: у единиц {', '.join(lost)} нет контура: геометрия пуста, состоит из точек и линий "
            "или не охватывает площади. "
            "Исправьте файл или примите его через «evaluation territory import».",
            f"{path}: units {', '.join(lost)} have no outline: their geometry is empty, or points and lines, or "
            "encloses no area. "
            "Correct the file, or take it in with 'evaluation territory import'.",
        )
    was = frame["note"].fillna("") if "note" in frame.columns else pd.Series("", index=frame.index)
    note = was.mask(made.invalid | made.crossing, "repaired").astype("str")
    shapes = pd.Series(list(made.shapes), index=frame.index, dtype=object)
    return gpd.GeoDataFrame({"unit_id": frame["unit_id"], "note": note}, geometry=shapes, crs=WGS84)[BOUNDARY_COLUMNS]


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
