"""Units of the simulation, their latent traits, and the codes under which they stand in a year's files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem
from evaluation.simulate.parameters import Parameters, territory_date
from evaluation.simulate.randomness import generator

_REQUIRED = (
    "unit_id", "name", "short_name", "type", "is_north", "is_closed", "longitude", "latitude", "valid_from", "valid_to",
    "reference_population", "reference_year",
)  # fmt: skip


@dataclass(frozen=True)
class Successors:
    """Units in force in one year and where every base unit went.

    ``target`` and ``shares`` are (base units x at most ``k`` targets): positions in ``units`` and probabilities.
    """

    units: pd.DataFrame
    target: np.ndarray
    cumulative: np.ndarray

    @property
    def codes(self) -> np.ndarray:
        return self.units["unit_id"].to_numpy(dtype=object)

    def of(self, base: np.ndarray, uniform: np.ndarray) -> np.ndarray:
        """Positions in ``units`` of rows that lie in ``base`` units; split units by ``uniform`` in [0, 1)."""
        choice = (uniform[:, None] >= self.cumulative[base]).sum(axis=1)
        return self.target[base, np.minimum(choice, self.target.shape[1] - 1)]


@dataclass(frozen=True)
class Geography:
    """Base units (those in force in the first year), their traits and their successors by year.

    ``population`` is (units x years) and includes assumed figures where none are published (``published`` False).
    ``capacity`` and ``activity`` are standard normal over units and unobserved by an analyst.
    """

    units: pd.DataFrame
    years: tuple[int, ...]
    population: np.ndarray
    published: np.ndarray
    capacity: np.ndarray
    activity: np.ndarray
    curator: np.ndarray
    successors: dict[int, Successors]

    @property
    def size(self) -> int:
        return len(self.units)

    def distance_from(self, position: int) -> np.ndarray:
        """Great-circle distance in km from one base unit's centre to all."""
        return great_circle(self.longitude, self.latitude, self.longitude[position], self.latitude[position])

    @property
    def longitude(self) -> np.ndarray:
        return self.units["longitude"].to_numpy(dtype=float)

    @property
    def latitude(self) -> np.ndarray:
        return self.units["latitude"].to_numpy(dtype=float)


def great_circle(longitude: np.ndarray, latitude: np.ndarray, to_longitude: float, to_latitude: float) -> np.ndarray:
    """Haversine distance in km on a sphere of 6371 km."""
    lon1, lat1, lon2, lat2 = (np.radians(x) for x in (longitude, latitude, to_longitude, to_latitude))
    inner = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return np.asarray(2 * 6371.0 * np.arcsin(np.sqrt(np.clip(inner, 0.0, 1.0))))


def sampled_units(count: int, seed: int = 1) -> pd.DataFrame:
    """Invented units 'S0001'... in the shape of ``config/territory/units.csv``, valid throughout.

    Population is log-normal with the median and spread of the demonstration's units; centres lie in 5 x 12 degrees.
    """
    rng = generator(seed, "sampled units")
    population = np.maximum(1500, np.exp(rng.normal(np.log(18_000), 1.0, count))).round()
    kinds = rng.choice(["municipal_district", "city_okrug", "municipal_okrug"], count, p=[0.7, 0.22, 0.08])
    ids = [f"S{k:04d}" for k in range(1, count + 1)]
    return pd.DataFrame(
        {
            "unit_id": ids,
            "name": [f"Условный район {k}" for k in range(1, count + 1)],
            "short_name": [f"Условный район {k}" for k in range(1, count + 1)],
            "type": kinds,
            "is_north": rng.random(count) < 0.15,
            "is_closed": False,
            "longitude": rng.uniform(88, 100, count).round(4),
            "latitude": rng.uniform(53, 58, count).round(4),
            "valid_from": pd.Timestamp("2006-01-01"),
            "valid_to": pd.NaT,
            "reference_population": population,
            "reference_year": 2024,
            "source": "simulated",
        }
    )


def build_geography(
    units: pd.DataFrame, crosswalk: pd.DataFrame | None, parameters: Parameters, seed: int, years: tuple[int, ...]
) -> Geography:
    """Base units with traits and successors. Raises InputProblem for missing columns or an empty registry."""
    frame = _typed(units)
    base = _in_force(frame, territory_date(years[0]))
    if base.empty:
        raise InputProblem(
            f"В реестре территорий нет единиц, действующих на {territory_date(years[0]):%d.%m.%Y}. "
            "Проверьте столбцы valid_from и valid_to.",
            f"The registry of territories has no units in force on {territory_date(years[0])}. "
            "Check the columns valid_from and valid_to.",
        )
    rng = generator(seed, "traits")
    size = len(base)
    published = base["reference_population"].notna().to_numpy()
    assumed = parameters.closed_population * np.exp(rng.normal(0, 0.6, size))
    reference = np.where(published, base["reference_population"].to_numpy(dtype=float, na_value=np.nan), assumed)
    growth = rng.normal(parameters.population_growth, parameters.population_growth_sd, size)
    reference_year = base["reference_year"].fillna(years[-1]).to_numpy(dtype=float)
    steps = np.array(years, dtype=float)[None, :] - reference_year[:, None]
    population = np.maximum(100, np.round(reference[:, None] * (1 + growth[:, None]) ** steps))

    own = rng.normal(size=size)
    field = _spatial_field(rng, base, parameters.spatial_range_km)
    mixed = (0.7 * field + 0.7 * own) if parameters.spatial_dependence else own
    capacity = _standard(_standard(mixed) + 0.1 * _standard(np.log(reference)))
    rho = parameters.capacity_activity_correlation
    activity = _standard(rho * capacity + np.sqrt(1 - rho**2) * rng.normal(size=size))
    curator = rng.random(size) < parameters.assisted_share
    successors: dict[int, Successors] = {}
    for year in years:
        now = _in_force(frame, territory_date(year)) if parameters.reform else base
        before = successors.get(year - 1)
        same = before is not None and before.units["unit_id"].tolist() == now["unit_id"].tolist()
        successors[year] = before if before is not None and same else _successors(now, base, crosswalk, year)
    return Geography(base, years, population, published, capacity, activity, curator, successors)


def _typed(units: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in _REQUIRED if name not in units.columns]
    if missing:
        raise InputProblem(
            f"В реестре территорий нет столбцов: {', '.join(missing)}. Ожидались: {', '.join(_REQUIRED)}.",
            f"The registry of territories lacks columns: {', '.join(missing)}. Expected: {', '.join(_REQUIRED)}.",
        )
    frame = units[list(_REQUIRED)].copy()
    for name in ("valid_from", "valid_to"):
        frame[name] = pd.to_datetime(frame[name].replace("", None))
    for name in ("longitude", "latitude", "reference_population", "reference_year"):
        frame[name] = pd.to_numeric(frame[name].replace("", None)).astype("float64")
    for name in ("is_north", "is_closed"):
        frame[name] = frame[name].map(lambda value: str(value).strip().lower() in ("true", "1", "yes"))
    frame["unit_id"] = frame["unit_id"].astype("str")
    # A plain list of units may have no coordinates; then distance says nothing and all units lie in one point.
    frame[["longitude", "latitude"]] = frame[["longitude", "latitude"]].fillna(0.0)
    return frame


def _in_force(frame: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    stamp = pd.Timestamp(day)
    held = frame[(frame["valid_from"] <= stamp) & (frame["valid_to"].isna() | (frame["valid_to"] >= stamp))]
    return held.sort_values("unit_id").reset_index(drop=True)


def _successors(now: pd.DataFrame, base: pd.DataFrame, crosswalk: pd.DataFrame | None, year: int) -> Successors:
    day = territory_date(year)
    if now["unit_id"].tolist() == base["unit_id"].tolist():
        size = len(base)
        return Successors(now, np.arange(size)[:, None], np.ones((size, 1)))
    position = {unit: k for k, unit in enumerate(now["unit_id"])}
    moves: dict[str, list[tuple[int, float]]] = {}
    if crosswalk is not None:
        known = pd.to_datetime(crosswalk["to_date"]).to_numpy() <= np.datetime64(day)
        share = pd.to_numeric(crosswalk["share"].replace("", None)).to_numpy(dtype=float, na_value=np.nan)
        origin, target_unit = crosswalk["from_unit"].astype("str").tolist(), crosswalk["to_unit"].astype("str").tolist()
        for k in np.flatnonzero(known).tolist():
            if target_unit[k] in position:
                moves.setdefault(origin[k], []).append((position[target_unit[k]], float(share[k])))
    for unit, targets in moves.items():
        left = 1.0 - sum(s for _, s in targets if not np.isnan(s))
        open_ones = sum(1 for _, s in targets if np.isnan(s))
        # Where nobody knows the share, the simulation decides: what is left is split evenly.
        moves[unit] = [(t, left / open_ones if np.isnan(s) else s) for t, s in targets]
    width = max([len(found) for found in moves.values()] + [1])
    longitude, latitude = now["longitude"].to_numpy(), now["latitude"].to_numpy()
    target = np.zeros((len(base), width), dtype=int)
    shares = np.zeros((len(base), width))
    for row in base.itertuples():
        found = moves.get(str(row.unit_id), [])
        if not found and row.unit_id in position:
            found = [(position[row.unit_id], 1.0)]
        if not found:
            # No known target: the simulation gives it to the unit whose centre is nearest.
            near = great_circle(longitude, latitude, float(row.longitude), float(row.latitude))
            found = [(int(np.argmin(near)), 1.0)]
        for k, (place, share) in enumerate(found):
            target[row.Index, k] = place
            shares[row.Index, k] = share
        target[row.Index, len(found) :] = found[-1][0]
    cumulative = shares.cumsum(axis=1)
    cumulative[:, -1] = 1.0
    return Successors(now, target, cumulative)


def _spatial_field(rng: np.random.Generator, base: pd.DataFrame, reach_km: float, waves: int = 60) -> np.ndarray:
    """A smooth Gaussian field at the units' centres (random Fourier features of a squared-exponential kernel)."""
    latitude = base["latitude"].to_numpy(dtype=float)
    east = base["longitude"].to_numpy(dtype=float) * 111.3 * np.cos(np.radians(latitude.mean()))
    north = latitude * 111.3
    frequency = rng.normal(0, 1 / reach_km, (2, waves))
    phase = rng.uniform(0, 2 * np.pi, waves)
    weight = rng.normal(size=waves)
    return np.asarray(
        np.cos(np.outer(east, frequency[0]) + np.outer(north, frequency[1]) + phase) @ weight * np.sqrt(2 / waves)
    )


def _standard(values: np.ndarray) -> np.ndarray:
    spread = values.std()
    return np.asarray((values - values.mean()) / (spread if spread > 0 else 1.0))
