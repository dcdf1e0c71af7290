"""How far it is from unit to unit: great circles between centres, or travel times that an institute supplies.

A pair whose way is not known stays not known: it is never zero, and never guessed unless that is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem
from evaluation.territory.listing import read_listing, refuse, to_numbers
from evaluation.territory.neighbours import EARTH_RADIUS_KM

REQUIRED = ("from_unit", "to_unit", "minutes")
OPTIONAL = ("km",)
MOST_MINUTES = 100_000
MOST_KM = 50_000
WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".ods")
Measure = Literal["km", "minutes"]


@dataclass(frozen=True, eq=False)
class Costs:
    """The way from every origin (row) to every place (column) in kilometres or minutes; NaN where it is not known.

    ``is_assumed`` marks minutes worked out from the great circle at an assumed speed. ``road_km`` are kilometres by
    road where the institute gives them.
    """

    origins: tuple[str, ...]
    places: tuple[str, ...]
    matrix: np.ndarray
    measure: Measure
    is_assumed: np.ndarray
    road_km: np.ndarray | None = None

    def columns_of(self, places: Sequence[str]) -> list[int]:
        """Positions of ``places``. Raises InputProblem naming those that are not among the places."""
        at = {place: position for position, place in enumerate(self.places)}
        unknown = sorted({place for place in places if place not in at})
        if unknown:
            raise InputProblem(
                f"Места {', '.join(unknown)} не входят в действующие территории. Исправьте коды или уберите их.",
                f"The places {', '.join(unknown)} are not among the units in force. Correct the codes or remove them.",
            )
        return [at[place] for place in places]


def great_circle_km(
    longitude: np.ndarray, latitude: np.ndarray, to_longitude: np.ndarray, to_latitude: np.ndarray
) -> np.ndarray:
    """Kilometres from every first point (rows) to every second one (columns) on the sphere; degrees, NaN if unknown.

    Haversine (Sinnott 1984, Sky and Telescope 68), which is exact for near points; only the sine of half the
    difference of longitudes enters, so that the antimeridian needs no care. Mean earth radius (IUGG): against the
    ellipsoid distances are off by at most 0.6 %.
    """
    lam, phi = np.radians(np.asarray(longitude, dtype=float)), np.radians(np.asarray(latitude, dtype=float))
    to_lam, to_phi = np.radians(np.asarray(to_longitude, dtype=float)), np.radians(np.asarray(to_latitude, dtype=float))
    north = np.sin((to_phi[None, :] - phi[:, None]) / 2) ** 2
    east = np.sin((to_lam[None, :] - lam[:, None]) / 2) ** 2
    half_chord = north + np.cos(phi)[:, None] * np.cos(to_phi)[None, :] * east
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half_chord, 0, 1)))


def distances(units: pd.DataFrame) -> Costs:
    """Great circles between the centres of all units (unit_id, longitude, latitude), both sides ordered by code.

    A unit is at distance 0 from itself even where its centre is not known.
    """
    ordered = _ordered(units)
    longitude, latitude = (ordered[name].to_numpy(dtype=float) for name in ("longitude", "latitude"))
    values = great_circle_km(longitude, latitude, longitude, latitude)
    np.fill_diagonal(values, 0.0)
    codes = tuple(ordered["unit_id"])
    return Costs(codes, codes, values, "km", np.zeros(values.shape, dtype=bool))


def travel_times(units: pd.DataFrame, travel: pd.DataFrame, assumed_kmh: float | None = None) -> Costs:
    """Minutes between all units by the road matrix (``read_travel``); the two directions may differ.

    Within a unit 0 unless the matrix says otherwise. Pairs that the matrix lacks stay unknown; with ``assumed_kmh``
    they take the great circle at that speed and are marked: a lower bound, for roads are longer.
    """
    ways = distances(units)
    at = {code: position for position, code in enumerate(ways.origins)}
    rows, columns = travel["from_unit"].map(at), travel["to_unit"].map(at)
    known = (rows.notna() & columns.notna()).to_numpy()
    place = rows[known].to_numpy(dtype=int), columns[known].to_numpy(dtype=int)
    minutes, road_km = np.full(ways.matrix.shape, np.nan), np.full(ways.matrix.shape, np.nan)
    for matrix in (minutes, road_km):
        np.fill_diagonal(matrix, 0.0)
    given = travel["minutes"].to_numpy(dtype=float)[known]
    own = np.isnan(given) & (place[0] == place[1])
    minutes[place] = np.where(own, 0.0, given)
    long_way = travel["km"].to_numpy(dtype=float)[known]
    road_km[place] = np.where(np.isnan(long_way) & (place[0] == place[1]), 0.0, long_way)
    is_assumed = np.zeros(minutes.shape, dtype=bool)
    if assumed_kmh is not None:
        if not assumed_kmh > 0:
            raise InputProblem(
                f"Допущение о скорости должно быть больше нуля, км/ч: {assumed_kmh:g}.",
                f"The assumed speed must be greater than zero, km/h: {assumed_kmh:g}.",
            )
        is_assumed = np.isnan(minutes) & ~np.isnan(ways.matrix)
        minutes = np.where(is_assumed, ways.matrix / assumed_kmh * 60, minutes)
    return Costs(ways.origins, ways.places, minutes, "minutes", is_assumed, road_km)


def _ordered(units: pd.DataFrame) -> pd.DataFrame:
    repeated = sorted(set(units.loc[units["unit_id"].duplicated(), "unit_id"]))
    if repeated:
        raise InputProblem(
            f"Коды повторяются: {', '.join(map(str, repeated))}. Оставьте по одной строке на единицу (на один день).",
            f"Codes are repeated: {', '.join(map(str, repeated))}. Keep one row a unit (of one day).",
        )
    return units.sort_values("unit_id", kind="stable").reset_index(drop=True)


def nearest_of(costs: Costs, venues: Sequence[str]) -> pd.Series:
    """The nearest of ``venues`` by unit; missing where no way is known.

    Of venues at one distance the unit's own comes first, then the first code.
    """
    ordered = sorted(set(venues))
    if not ordered:
        return pd.Series(None, index=pd.Index(costs.origins, name="unit_id"), dtype="str", name="venue")
    values = costs.matrix[:, costs.columns_of(ordered)]
    filled = np.where(np.isnan(values), np.inf, values)
    own = np.asarray(costs.origins, dtype=object)[:, None] == np.asarray(ordered, dtype=object)[None, :]
    ties = filled == filled.min(axis=1, keepdims=True)
    chosen = np.where((ties & own).any(axis=1), (ties & own).argmax(axis=1), ties.argmax(axis=1))
    venue = np.where(np.isfinite(filled.min(axis=1)), np.asarray(ordered, dtype=object)[chosen], None)
    return pd.Series(venue, index=pd.Index(costs.origins, name="unit_id"), dtype="str", name="venue")


def ways_to(costs: Costs, assigned: pd.Series) -> np.ndarray:
    """The way of every origin to its venue in ``assigned`` (by unit, as ``nearest_of``); NaN where it has none."""
    at = {place: position for position, place in enumerate(costs.places)}
    columns = assigned.map(at)
    known = columns.notna().to_numpy()
    way = np.full(len(costs.origins), np.nan)
    way[known] = costs.matrix[np.flatnonzero(known), columns[known].to_numpy(dtype=int)]
    return way


# ---- the road matrix as people supply it -------------------------------------------------------------------


def read_travel(path: Path, known: Collection[str] | None = None) -> pd.DataFrame:
    """Travel between units: from_unit, to_unit, minutes, km (NaN where not given); the index is the line in the file.

    ``path`` is csv (as every list of the configuration) or a workbook whose first sheet has the columns. A pair may
    stand in one direction only, and minutes may be empty: such a way is not known. ``known`` are the codes of the
    registry. Raises InputProblem with the line for a missing or unknown column, an empty or unknown code, a pair
    that stands twice, a number that is none, and zero minutes between different units.
    """
    text = _workbook(path) if path.suffix.lower() in WORKBOOKS else read_listing(path, REQUIRED, OPTIONAL)
    codes = None if known is None else frozenset(known)
    for column in ("from_unit", "to_unit"):
        wrong = text[text[column] == ""]
        if len(wrong):
            raise refuse(path, wrong.index[0], column, "", "код единицы", "a unit's code")
        if codes is not None and not (fits := text[column].isin(codes)).all():
            value = text.loc[~fits, column].iloc[0]
            zero = f"0{value}" in codes
            raise refuse(
                path, text.index[~fits][0], column, value,
                f"код из реестра{' (потерян первый ноль: сделайте столбец текстовым)' if zero else ''}",
                f"a code of the registry{' (its first zero is lost: make the column text)' if zero else ''}",
            )  # fmt: skip
    twice = text[text.duplicated(["from_unit", "to_unit"])]
    if len(twice):
        pair = f"{twice['from_unit'].iloc[0]} - {twice['to_unit'].iloc[0]}"
        raise refuse(path, twice.index[0], "from_unit", pair, "каждая пара один раз", "every pair once")
    minutes = to_numbers(text, "minutes", path, 0, MOST_MINUTES)
    empty = minutes[(minutes == 0) & (text["from_unit"] != text["to_unit"])]
    if len(empty):
        raise refuse(
            path, empty.index[0], "minutes", text.loc[empty.index[0], "minutes"],
            "больше нуля (неизвестное время оставьте пустым; при общем центре напишите 1)",
            "more than zero (leave a time that is not known empty; write 1 where the centre is shared)",
        )  # fmt: skip
    return text[["from_unit", "to_unit"]].assign(minutes=minutes, km=to_numbers(text, "km", path, 0, MOST_KM))


def _workbook(path: Path) -> pd.DataFrame:
    """The first sheet as stripped text with the columns of the road matrix; the index is the row of the sheet."""
    try:
        frame = pd.read_excel(path, dtype="str", header=None, engine="calamine", keep_default_na=False)
    except FileNotFoundError:
        raise InputProblem(
            f"Нет файла {path}. Создайте его со столбцами {', '.join(REQUIRED)} или исправьте путь в programme.yml.",
            f"There is no file {path}. Create it with columns {', '.join(REQUIRED)}, or correct programme.yml.",
        ) from None
    except Exception as error:  # the readers of workbooks raise errors of their own without a common class
        raise InputProblem(
            f"{path}: книга не читается ({error}). Сохраните её как xlsx или csv (UTF-8).",
            f"{path}: the workbook cannot be read ({error}). Save it as xlsx or csv (UTF-8).",
        ) from error
    # calamine leaves out empty rows at the top, so that rows are told from the header's
    text = frame.astype("object").where(frame.notna(), "").astype("str").apply(lambda column: column.str.strip())
    header = list(text.iloc[0]) if len(text) else []
    wrong = [name for name in REQUIRED if name not in header]
    wrong += [f"{name or chr(0x2205)}?" for name in header if name not in (*REQUIRED, *OPTIONAL)]
    if wrong or len(set(header)) < len(header):
        raise InputProblem(
            f"{path}, первая строка листа: не подходят столбцы ({', '.join(wrong) or 'повторы'}). "
            f"Ожидались: {', '.join(REQUIRED)} и, если есть, {', '.join(OPTIONAL)}.",
            f"{path}, first row of the sheet: the columns do not fit ({', '.join(wrong) or 'repeated'}). "
            f"Expected: {', '.join(REQUIRED)} and, where there is one, {', '.join(OPTIONAL)}.",
        )
    rows = text.iloc[1:].set_axis(header, axis=1)
    rows = rows.set_axis(pd.RangeIndex(2, len(rows) + 2, name="line"), axis=0)
    rows = rows[(rows != "").any(axis=1)]
    return rows.reindex(columns=[*REQUIRED, *OPTIONAL], fill_value="")
