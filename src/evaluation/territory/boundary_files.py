"""Polygons from whatever format they came in: columns as text or numbers, geometry, and whether a CRS was said."""

from __future__ import annotations

import json
import tempfile
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem
from evaluation.territory import boundary_osm

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

PARQUET = (".parquet", ".geoparquet", ".pq")
OSM = (".pbf", ".osm")
INSIDE_ZIP = (".shp", ".gpkg", ".geojson", ".json", *PARQUET)
EXPECTED = "GeoPackage, GeoJSON, Shapefile (zip), GeoParquet, Parquet (WKB, WKT), OSM PBF"
_GEOMETRY_NAMES = ("geometry", "geom", "wkb", "wkb_geometry", "wkt", "the_geom")


@dataclass(frozen=True)
class ReceivedPolygons:
    """``frame`` as received, rows from 0, ``crs`` None where the file says none; ``notes`` are rules with a detail."""

    frame: GeoDataFrame
    layer: str
    notes: tuple[tuple[str, str], ...] = ()


def read_polygons(path: Path, layer: str | None = None) -> ReceivedPolygons:
    """Read a file of polygons by its ending (EXPECTED); a zip must hold one such file.

    ``layer`` chooses among several layers of polygons. A Shapefile without a statement of its encoding is read as
    UTF-8, else as Windows-1251 (noted 'encoding_guessed'). What the reading library warns of is noted
    'reader_warning'. OSM files give administrative boundaries, their tags as columns (``boundary_osm``).
    Raises InputProblem for a missing or unreadable file, one without geometry or rows, several layers of polygons
    without a choice, and an OSM file where the driver is absent.
    """
    if not path.exists():
        raise InputProblem(
            f"Нет файла границ {path}. Исправьте путь (registry.boundaries в programme.yml) или уберите его: "
            "без границ карты рисуются сеткой.",
            f"There is no file of boundaries {path}. Correct the path (registry.boundaries in programme.yml), or "
            "remove it: without boundaries maps are drawn as a grid.",
        )
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            received = _read(path, layer)
    except (OSError, ValueError, RuntimeError, KeyError, zipfile.BadZipFile) as error:
        raise _unreadable(path, error) from error
    except Exception as error:
        # libraries of geometry have errors of their own, all below these modules
        if type(error).__module__.split(".")[0] not in ("shapely", "pyogrio", "pyarrow", "pyproj", "fiona"):
            raise
        raise _unreadable(path, error) from error
    if received.frame.empty:
        raise InputProblem(
            f"{path}: в файле нет ни одного контура. Проверьте, тот ли это файл и слой.",
            f"{path}: there is no polygon in the file. Check that it is the right file and layer.",
        )
    said = sorted({" ".join(str(one.message).split())[:200] for one in told if _is_of_reader(one)})
    return ReceivedPolygons(
        received.frame, received.layer, received.notes + tuple(("reader_warning", text) for text in said)
    )


def _is_of_reader(told: warnings.WarningMessage) -> bool:
    return issubclass(told.category, RuntimeWarning | UserWarning)


def _unreadable(path: Path, error: Exception) -> InputProblem:
    said = " ".join(str(error).split())[:200]
    return InputProblem(
        f"{path}: файл границ не читается ({said}). Ожидалось: {EXPECTED}. Откройте в своей ГИС и сохраните заново.",
        f"{path}: the boundaries cannot be read ({said}). Expected: {EXPECTED}. Open it in your GIS and save it anew.",
    )


def _read(path: Path, layer: str | None) -> ReceivedPolygons:
    ending = path.suffix.lower()
    if ending in PARQUET:
        return ReceivedPolygons(_read_parquet(path), path.stem)
    if ending in OSM:
        return ReceivedPolygons(boundary_osm.read_osm(path), boundary_osm.LAYER)
    if ending == ".zip":
        return _read_zip(path, layer)
    return _read_vector(path, layer)


def _read_zip(path: Path, layer: str | None) -> ReceivedPolygons:
    """The one file of polygons in a zip, unpacked under plain names: names in zips are seldom well encoded."""
    with zipfile.ZipFile(path) as archive:
        members = [one for one in archive.infolist() if not one.is_dir() and "__MACOSX" not in one.filename]
        found = [one for one in members if Path(one.filename).suffix.lower() in INSIDE_ZIP]
        if len(found) != 1:
            listed = ", ".join(one.filename for one in found) or "—"
            raise InputProblem(
                f"{path}: в архиве ожидался один файл границ ({', '.join(INSIDE_ZIP)}), найдено: {listed}. "
                "Оставьте в архиве один или распакуйте его и назовите нужный файл.",
                f"{path}: one file of boundaries ({', '.join(INSIDE_ZIP)}) was expected in the archive, found: "
                f"{listed}. Leave one in it, or unpack it and name the file.",
            )
        stem = str(Path(found[0].filename).with_suffix(""))
        with tempfile.TemporaryDirectory() as folder:
            for one in members:
                own = Path(one.filename)
                if str(own.with_suffix("")) == stem:
                    (Path(folder) / f"polygons{own.suffix.lower()}").write_bytes(archive.read(one))
            read = _read(Path(folder) / f"polygons{Path(found[0].filename).suffix.lower()}", layer)
    return ReceivedPolygons(read.frame, Path(found[0].filename).stem if read.layer == "polygons" else read.layer)


def _read_vector(path: Path, layer: str | None) -> ReceivedPolygons:
    """Everything else that the reading library knows by itself."""
    import pyogrio

    chosen = _layer_of(path, layer, [(str(name), kind) for name, kind in pyogrio.list_layers(path)])
    is_shapefile = path.suffix.lower() == ".shp"
    if not is_shapefile or any(path.with_suffix(ending).exists() for ending in (".cpg", ".CPG")):
        return ReceivedPolygons(pyogrio.read_dataframe(path, layer=chosen), chosen)
    try:
        return ReceivedPolygons(pyogrio.read_dataframe(path, layer=chosen, encoding="UTF-8"), chosen)
    except UnicodeDecodeError:
        frame = pyogrio.read_dataframe(path, layer=chosen, encoding="CP1251")
        return ReceivedPolygons(frame, chosen, (("encoding_guessed", "Windows-1251"),))


def _layer_of(path: Path, layer: str | None, layers: list[tuple[str, str | None]]) -> str:
    names = [name for name, _ in layers]
    if layer is not None and layer not in names:
        raise InputProblem(
            f"{path}: слоя «{layer}» нет. Есть: {', '.join(names)}.",
            f"{path}: there is no layer '{layer}'. There are: {', '.join(names)}.",
        )
    if layer is not None:
        return layer
    drawn = [name for name, kind in layers if kind is not None and ("Polygon" in kind or kind == "Unknown")]
    drawn = drawn or [name for name, kind in layers if kind is not None]
    if len(drawn) != 1:
        listed = ", ".join(names) or "—"
        raise InputProblem(
            f"{path}: ожидался один слой с контурами, слои файла: {listed}. Назовите нужный ключом --layer.",
            f"{path}: one layer of polygons was expected, the file's layers: {listed}. Name it with --layer.",
        )
    return drawn[0]


def _read_parquet(path: Path) -> GeoDataFrame:
    """GeoParquet with its CRS, or any Parquet with a column of WKB, hexadecimal WKB or WKT."""
    import geopandas as gpd
    import pyarrow.parquet as pq
    import shapely

    table = pq.read_table(path)
    stated = json.loads((table.schema.metadata or {}).get(b"geo", b"{}"))
    names = [str(stated.get("primary_column", "")), *_GEOMETRY_NAMES]
    column = next((name for name in names if name in table.column_names), None)
    if column is None:
        raise ValueError(f"no column 'geometry'; columns: {', '.join(table.column_names)}")
    frame = table.to_pandas(ignore_metadata=True)
    values = frame[column].to_numpy(dtype=object)
    filled = [value for value in values if value is not None and value == value]
    is_wkt = bool(filled) and all(isinstance(value, str) and value[:2] not in ("00", "01") for value in filled)
    shapes = shapely.from_wkt(values) if is_wkt else shapely.from_wkb(values)
    crs = None
    if stated:
        # by the format's rule a missing key means longitude and latitude, an explicit null an unknown CRS
        crs = stated["columns"][column].get("crs", "OGC:CRS84")
    series = gpd.GeoSeries(np.asarray(shapes, dtype=object), index=frame.index, crs=crs)
    return gpd.GeoDataFrame(frame.drop(columns=column), geometry=series)


def text_column(frame: pd.DataFrame, name: str) -> pd.Series:
    """A column as stripped text; whole numbers without a point, nothing for an empty cell."""
    column = frame[name]
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    return column.astype("object").where(column.notna(), "").map(lambda value: str(value).strip()).astype("str")
