"""Which polygon is which unit: by code, else by name, kind and region, supported by where the unit's centre lies.

One polygon a unit. A match by name that the centre contradicts is not made; one that name and centre support only
together is made and shown to people. What is left over on either side is listed with what it may be.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely

from evaluation.territory.candidates import unit_codes_are_oktmo
from evaluation.territory.matching import match_units
from evaluation.territory.polygons import areas_km2, equal_area_for, extent, projected
from evaluation.territory.regions import Regions
from evaluation.territory.registry import Date, in_force
from evaluation.territory.spelling import parse

POLYGON_COLUMNS = [
    "row", "key", "code", "name", "region", "unit_id", "unit_name", "basis", "rule", "score", "centre_km",
    "suggestion", "area_km2", "fate",
]  # fmt: skip
FATES = ("kept", "joined", "outside", "left_over", "set_aside", "left_out")
DISTANT_KM = 100.0
SAME_PLACE = 0.5
REGION_SHARE = 0.8
_UNNAMED = ("name_not_found", "name_ambiguous", "centre_far", "unit_taken", "region_unknown", "required_empty")
_UNCERTAIN = ("name_not_found", "name_ambiguous", "unit_taken")


def match_polygons(
    shapes: np.ndarray,
    texts: pd.DataFrame,
    registry: pd.DataFrame,
    aliases: pd.DataFrame | None,
    on_date: Date,
    region: str | None = None,
    region_code: str | None = None,
    left_out: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """One row a polygon (index of ``texts``): POLYGON_COLUMNS.

    ``shapes`` are valid polygons in degrees (None: none), ``texts`` has row, code, name, region as text. ``region``
    is that of every polygon without one of its own. ``left_out`` are keys that people decided to leave out.

    ``basis`` says by what the unit was found: code, name, alias, name_and_centre, or ''. ``rule`` is that of
    ``match_units`` or one of: unit_not_in_force, centre_far (the unit's centre is more than DISTANT_KM from the
    outline: a name alone is then not believed), name_and_centre, unit_taken (another polygon has the better right),
    parts_joined (a further part of the same unit), unit_repeated. ``centre_km`` is the distance of the unit's centre
    from the filled outline. ``suggestion`` lists units for people to choose from. ``fate``: kept, joined (to the kept
    row of its unit), outside (of the registry's region), left_over (to decide), set_aside (no polygon), left_out.
    """
    regions = texts["region"].where(texts["region"] != "", region or "")
    codes = texts["code"] if (texts["code"] != "").any() else None
    found = match_units(texts["name"], codes, registry, aliases, on_date, region_code, regions)
    units = in_force(registry, on_date).drop_duplicates("unit_id").set_index("unit_id")
    places = _Places(shapes, units)
    frame = texts.assign(
        key=keys_of(texts),
        unit_id=found["unit_id"].fillna("").astype(str),
        rule=found["rule"],
        score=found["score"],
        suggestion=found["suggestion"].fillna(""),
        area_km2=areas_km2(shapes),
        fate="kept",
    )
    by_code = (frame["code"] != "") & (frame["rule"] != "code_from_name")
    choices = [frame["unit_id"] == "", frame["rule"] == "name_alias", by_code]
    frame["basis"] = np.select(choices, ["", "alias", "code"], "name")
    frame.loc[(frame["basis"] == "code") & (frame["rule"] == "oktmo_not_in_registry"), "basis"] = "name"
    _refuse(frame, (frame["unit_id"] != "") & ~found["in_force"].fillna(False).astype(bool), "unit_not_in_force")
    frame.loc[shapely.is_missing(shapes), "fate"] = "set_aside"
    frame.loc[frame["key"].isin(left_out) | frame["name"].isin(left_out) | frame["code"].isin(left_out), "fate"] = (
        "left_out"
    )
    frame["centre_km"] = places.distances(frame["unit_id"].tolist())
    far = (frame["centre_km"] > DISTANT_KM) & (frame["unit_id"] != "")
    _refuse(frame, far & (frame["basis"] == "name"), "centre_far")
    frame.loc[far & (frame["basis"] == "code"), "rule"] = "centre_far"
    _one_each(frame, shapes)
    _by_name_and_centre(frame, units, places, regions.tolist())
    frame.loc[_outside(frame, registry, places, region_code), ["fate", "rule", "suggestion"]] = ["outside", "", ""]
    frame["unit_name"] = frame["unit_id"].map(units["short_name"]).fillna("").astype(str)
    return frame[POLYGON_COLUMNS]


def keys_of(texts: pd.DataFrame) -> pd.Series:
    """What a polygon is called in decisions: its name, with the region or the row where the name alone repeats."""
    name = texts["name"].where(texts["name"] != "", texts["code"])
    longer = (name + " (" + texts["region"] + ")").where(texts["region"] != "", name)
    key = name.where(~name.duplicated(keep=False), longer)
    numbered = key + " #" + texts["row"].astype(str)
    return key.where(~key.duplicated(keep=False) & (key != ""), numbered)


def region_by_place(shapes: np.ndarray, registry: pd.DataFrame, on_date: Date) -> str | None:
    """The region in which the polygons lie, by the centres they hold; None where no region has REGION_SHARE of them.

    Only for registries of several regions with names.
    """
    units = in_force(registry, on_date).dropna(subset=["longitude", "latitude"])
    if units.empty or units["region"].nunique() < 2:
        return None
    points = shapely.points(units[["longitude", "latitude"]].to_numpy(dtype=float))
    known = shapes[~shapely.is_missing(shapes)]
    inside = np.unique(shapely.STRtree(known).query(points, predicate="intersects")[0])
    counts = units.iloc[inside]["region"].value_counts()
    if counts.empty or counts.iloc[0] < REGION_SHARE * counts.sum():
        return None
    return str(counts.index[0]) or None


class _Places:
    """Filled outlines and the units' centres on one plane (km)."""

    def __init__(self, shapes: np.ndarray, units: pd.DataFrame) -> None:
        self.known = ~shapely.is_missing(shapes)
        located = units.dropna(subset=["longitude", "latitude"])
        self.centres: Mapping[str, shapely.Geometry] = {}
        self.filled = shapes.copy()
        if not self.known.any():
            return
        projection = equal_area_for(extent(shapes))
        parts, owner = shapely.get_parts(projected(shapes[self.known], projection), return_index=True)
        filled = shapely.polygons(shapely.get_exterior_ring(parts))
        self.filled[self.known] = shapely.multipolygons(filled, indices=owner)
        points = projected(shapely.points(located[["longitude", "latitude"]].to_numpy(dtype=float)), projection)
        self.centres = dict(zip(located.index, points, strict=True))

    def distances(self, unit_ids: list[str]) -> np.ndarray:
        """Kilometres from each outline to the centre of the unit named for it; NaN where either is unknown."""
        points = np.array([self.centres.get(unit) for unit in unit_ids], dtype=object)
        return shapely.distance(self.filled, points) / 1000

    def holding(self, unit_ids: list[str], rows: np.ndarray) -> dict[int, list[str]]:
        """Units among ``unit_ids`` whose centres lie in the outlines at ``rows`` (positions)."""
        known = [unit for unit in unit_ids if unit in self.centres]
        if not known or not len(rows):
            return {}
        tree = shapely.STRtree(np.array([self.centres[unit] for unit in known], dtype=object))
        shape, point = tree.query(self.filled[rows], predicate="intersects")
        held: dict[int, list[str]] = {}
        for one, other in sorted(zip(shape.tolist(), point.tolist(), strict=True)):
            held.setdefault(int(rows[one]), []).append(known[other])
        return held

    def beyond(self) -> np.ndarray:
        """Outlines that do not touch the hull of all centres."""
        if len(self.centres) < 3:
            return np.zeros(len(self.filled), dtype=bool)
        hull = shapely.convex_hull(shapely.multipoints(list(self.centres.values())))
        away: np.ndarray = self.known & ~shapely.intersects(self.filled, hull)
        return away


def _refuse(frame: pd.DataFrame, rows: pd.Series, rule: str) -> None:
    """Take the unit away again, leaving it as the first suggestion."""
    offered = frame.loc[rows, "unit_id"]
    others = frame.loc[rows, "suggestion"]
    frame.loc[rows, "suggestion"] = offered.where(others == "", offered + "; " + others)
    frame.loc[rows, ["unit_id", "basis", "rule"]] = ["", "", rule]


def _one_each(frame: pd.DataFrame, shapes: np.ndarray) -> None:
    """One polygon a unit: the best of several by basis, rule, score and place; parts of one unit are joined to it."""
    taken = (frame["unit_id"] != "") & (frame["fate"] == "kept")
    order = frame[taken].assign(
        rank=frame["basis"].map({"alias": 0, "code": 1, "name": 2}),
        plain=(frame["rule"] != "").astype(int),
        outer=(frame["centre_km"] > 0).astype(int),
        away=frame["centre_km"].fillna(0.0),
    )
    order = order.sort_values(
        ["unit_id", "rank", "outer", "plain", "score", "away", "area_km2", "row"],
        ascending=[True, True, True, True, False, True, False, True],
        kind="stable",
    )
    position = {label: place for place, label in enumerate(frame.index)}
    for _, rivals in order[order["unit_id"].duplicated(keep=False)].groupby("unit_id", sort=True):
        first = rivals.index[0]
        shape = shapes[position[first]]
        for label in rivals.index[1:]:
            other = shapes[position[label]]
            same = frame.loc[label, ["code", "name"]].equals(frame.loc[first, ["code", "name"]])
            shared = shapely.area(shapely.intersection(shape, other)) / min(shapely.area(shape), shapely.area(other))
            if same and shared < SAME_PLACE:
                frame.loc[label, ["rule", "fate"]] = ["parts_joined", "joined"]
            else:
                _refuse(frame, frame.index.to_series() == label, "unit_repeated" if same else "unit_taken")


def _by_name_and_centre(frame: pd.DataFrame, units: pd.DataFrame, places: _Places, regions: list[str]) -> None:
    """Give left-over polygons the left-over unit of the same core whose centre lies in them; suggest the others.

    ``regions`` are those said of the polygons ('': none): units of others are not considered.
    """
    left = np.flatnonzero((frame["unit_id"] == "").to_numpy() & (frame["fate"] == "kept").to_numpy())
    free = sorted(set(units.index) - set(frame["unit_id"]))
    inside = Regions(units.index.tolist(), units["region"].tolist(), unit_codes_are_oktmo(units.index.to_series()))
    region_of = dict(zip(units.index, inside.of_unit, strict=True))
    held = {
        place: [unit for unit in found if not (said := inside.of_value(regions[place])) or region_of[unit] in said]
        for place, found in places.holding(free, left).items()
    }
    cores = {unit: {parse(str(units.loc[unit, column])).core for column in ("name", "short_name")} for unit in free}
    wanted: dict[str, list[int]] = {}
    for place in left.tolist():
        core = parse(str(frame["name"].iloc[place])).core
        same = [unit for unit in held.get(place, []) if core and core in cores[unit]]
        if len(same) == 1 and frame["rule"].iloc[place] in _UNCERTAIN:
            wanted.setdefault(same[0], []).append(place)
    for unit, wanting in wanted.items():
        if len(wanting) == 1:
            label = frame.index[wanting[0]]
            frame.loc[label, ["unit_id", "basis", "rule"]] = [unit, "name_and_centre", "name_and_centre"]
            frame.loc[label, "centre_km"] = 0.0
    given = set(frame["unit_id"])
    for place in left.tolist():
        label = frame.index[place]
        if frame.loc[label, "unit_id"]:
            continue
        offered = [unit for unit in held.get(place, []) if unit not in given]
        texts = [f"{unit} {units.loc[unit, 'short_name']}" for unit in offered]
        old = [text for text in str(frame.loc[label, "suggestion"]).split("; ") if text]
        frame.loc[label, "suggestion"] = "; ".join(dict.fromkeys([*texts[:3], *old]))
        frame.loc[label, "fate"] = "left_over"


def _outside(frame: pd.DataFrame, registry: pd.DataFrame, places: _Places, region_code: str | None) -> pd.Series:
    """Left-over polygons of other regions: by the beginning of their code, or without any unit's centre near."""
    left = frame["fate"].isin(["left_over", "set_aside"]) & (frame["unit_id"] == "")
    starts = frozenset(registry["unit_id"].str[:2])
    if region_code:
        starts = frozenset(start for start in starts if start == region_code[:2])
    digits = frame["code"].str.replace(r"\D", "", regex=True)
    digits = digits.where(~digits.str.len().isin([7, 10]), "0" + digits)
    has_code = digits.str.len().between(8, 12) & unit_codes_are_oktmo(registry["unit_id"].drop_duplicates())
    unnamed = ~has_code & pd.Series(places.beyond(), index=frame.index) & frame["rule"].isin(_UNNAMED)
    return left & ((has_code & ~digits.str[:2].isin(starts)) | unnamed)
