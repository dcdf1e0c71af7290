"""Administrative boundaries in an extract of OpenStreetMap: relations with their tags, as columns."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from evaluation.settings import InputProblem

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

LAYER = "multipolygons"
CODE_TAGS = ("oktmo", "oktmo:user", "addr:oktmo", "ref:oktmo", "ref")
NAME_TAGS = ("name", "official_name", "name:ru")
REGION_TAGS = ("addr:region", "is_in:region", "is_in:state")
OSM_COLUMNS = ["osm_id", "name", "oktmo", "admin_level", "region"]
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')


def read_osm(path: Path) -> GeoDataFrame:
    """Administrative boundaries of an OSM file: OSM_COLUMNS and geometry (EPSG:4326), as ``osm_units``.

    Raises InputProblem where the reading library was built without the OSM driver.
    """
    import pyogrio

    if "OSM" not in pyogrio.list_drivers():
        raise InputProblem(
            f"{path}: библиотека чтения собрана без драйвера OSM. Откройте файл в своей ГИС и сохраните слой границ "
            "как GeoPackage.",
            f"{path}: the reading library was built without the OSM driver. Open the file in your GIS and save the "
            "layer of boundaries as GeoPackage.",
        )
    return osm_units(pyogrio.read_dataframe(path, layer=LAYER, where="boundary = 'administrative'"))


def osm_units(frame: GeoDataFrame) -> GeoDataFrame:
    """Rows of the OSM driver's layer of multipolygons as OSM_COLUMNS and geometry.

    Only rows with ``boundary`` = administrative stay. ``oktmo`` is the first of CODE_TAGS that holds digits (``ref``
    only with at least 7 of them: elsewhere it is a number of its own), ``name`` the first of NAME_TAGS. Tags without
    a column of their own stand in ``other_tags`` in the hstore form ``"key"=>"value"``. ``admin_level`` is text ('6':
    districts and city okrugs in Russia).
    """
    if "boundary" in frame.columns:
        frame = frame[frame["boundary"] == "administrative"]
    frame = frame.reset_index(drop=True)
    others = frame["other_tags"] if "other_tags" in frame.columns else pd.Series(None, index=frame.index)
    tags = [{**_plain(row), **hstore(text)} for row, text in zip(frame.to_dict("records"), others, strict=True)]
    columns = {
        "osm_id": [one.get("osm_id") or one.get("osm_way_id", "") for one in tags],
        "name": [_first(one, NAME_TAGS) for one in tags],
        "oktmo": [_code(one) for one in tags],
        "admin_level": [one.get("admin_level", "") for one in tags],
        "region": [_first(one, REGION_TAGS) for one in tags],
    }
    return frame[["geometry"]].assign(**columns)[[*OSM_COLUMNS, "geometry"]]


def _plain(row: dict[str, object]) -> dict[str, str]:
    return {str(key): value for key, value in row.items() if isinstance(value, str) and key != "other_tags"}


def hstore(text: object) -> dict[str, str]:
    """Tags of a text such as ``"oktmo"=>"04601000","wikidata"=>"Q1"``; none of anything else."""
    if not isinstance(text, str):
        return {}
    return {_unescaped(key): _unescaped(value) for key, value in _PAIR.findall(text)}


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _first(tags: dict[str, str], names: tuple[str, ...]) -> str:
    return next((tags[name] for name in names if tags.get(name, "").strip()), "")


def _code(tags: dict[str, str]) -> str:
    for name in CODE_TAGS:
        digits = re.sub(r"\D", "", tags.get(name, ""))
        if len(digits) >= (7 if name == "ref" else 1):
            return tags[name]
    return ""
