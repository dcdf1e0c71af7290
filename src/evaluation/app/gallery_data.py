"""Demonstration values for the gallery of maps: made by chance from a seed, always marked as simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluation.display.gallery import GalleryData, GalleryYear
from evaluation.settings import InputProblem, Text
from evaluation.territory.boundaries import boundaries_on
from evaluation.territory.crosswalk import UNASSIGNED, read_crosswalk
from evaluation.territory.registry import in_force, read_registry

if TYPE_CHECKING:
    from evaluation.places import Workspace

SEED = 20_24
YEARS = 6  # the last so many years are drawn
NEAREST = 5
NOTE = Text(
    ru="Значения придуманы, чтобы показать карты; о программе они не говорят ничего.",
    en="The values are made up to show the maps; they say nothing about the programme.",
)


def gallery_data(workspace: Workspace) -> GalleryData:
    """Units and boundaries of the workspace with made-up values of its last years.

    Raises InputProblem where the workspace has one year alone, no unit in force, or a unit has no coordinates at all.
    """
    years = [year for year in workspace.years if year <= workspace.programme.last_year][-YEARS:]
    if len(years) < 2:
        raise InputProblem(
            "Галерее нужны хотя бы два года: карты по годам и до и после. Создайте config/years/<год>.yml.",
            "The gallery needs two years at least: maps by year, before and after. Create config/years/<year>.yml.",
        )
    registry_file, crosswalk_file = workspace.territory_file("registry"), workspace.territory_file("crosswalk")
    assert registry_file is not None  # every programme has a registry
    registry = read_registry(registry_file)
    crosswalk = read_crosswalk(crosswalk_file) if crosswalk_file else None
    settings = workspace.programme.registry
    days = {year: pd.Timestamp(workspace.year(year).territory_date) for year in years}
    made = []
    shared: dict[tuple[str, ...], tuple[pd.DataFrame, object]] = {}
    for year in years:
        units = _units(registry, days[year])
        same = tuple(units["unit_id"])
        if same not in shared:
            path = workspace.territory_file("boundaries")
            shared[same] = units, boundaries_on(path, registry, crosswalk, days[year], settings.boundaries_date)
        units, geometry = shared[same]
        values = _values(units, year - years[0])
        hidden = pd.Series(True, index=values.loc[values["trained"].between(1, 4), "unit_id"])
        made.append(GalleryYear(year, units, values, geometry, _changed(units, crosswalk), hidden))
    drawing = workspace.programme.map
    return GalleryData(
        tuple(made), _ties(made[-1].units), NOTE, settings.boundaries_date, drawing.credit if drawing else None,
        drawing.projection if drawing else None,
    )  # fmt: skip


def _units(registry: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    units = in_force(registry, day).sort_values("unit_id", kind="stable").reset_index(drop=True)
    if units.empty or units["longitude"].notna().sum() < 2:
        raise InputProblem(
            f"Реестр на {day:%Y-%m-%d}: нет территорий с координатами. Заполните longitude и latitude.",
            f"Registry on {day:%Y-%m-%d}: there are no units with coordinates. Fill in longitude and latitude.",
        )
    return units.rename(columns={"reference_population": "population"})


def _changed(units: pd.DataFrame, crosswalk: pd.DataFrame | None) -> tuple[str, ...]:
    """Units that a change of territory put together or split; one that only got another code is not among them."""
    if crosswalk is None or crosswalk.empty:
        return ()
    parts = crosswalk.groupby("to_unit")["from_unit"].transform("nunique")
    moved = crosswalk[(parts > 1) | (crosswalk["share"] != 1) | (crosswalk["to_unit"] == UNASSIGNED)]
    return tuple(sorted({*moved["from_unit"], *moved["to_unit"]} & set(units["unit_id"])))


def _values(units: pd.DataFrame, step: int) -> pd.DataFrame:
    """Values of a year: a smooth field over the map, growing with the years, and chance around it."""
    rng = np.random.default_rng([SEED, step])
    longitude, latitude = (units[name].fillna(units[name].median()).to_numpy() for name in ("longitude", "latitude"))
    field = np.sin(longitude / 3.1 + 0.4) + np.cos(latitude / 1.7) + rng.normal(0, 0.5, len(units))
    people = units["population"].fillna(units["population"].median()).fillna(10_000).to_numpy(dtype=float)
    expected = np.exp(0.55 * field + 0.25 * step - 0.9) * (people / 2e4) ** 0.4
    applications = rng.poisson(expected).astype(float)
    hours = np.round(np.exp(1.6 - 0.35 * field + rng.normal(0, 0.35, len(units))), 1)
    trained = rng.poisson(2 + 4 * expected).astype(float)
    share = np.where(applications > 0, rng.binomial(12, np.clip(0.5 + 0.12 * field, 0.05, 0.95)) / 12, np.nan)
    places = np.column_stack([longitude * np.cos(np.radians(latitude)), latitude])
    frame = {"unit_id": units["unit_id"], "applications": applications, "rate": applications / people * 1e4,
             "hours": hours, "trained": trained, "share": share, "kind": _kinds(field, places)}  # fmt: skip
    return pd.DataFrame(frame)


def _kinds(field: np.ndarray, places: np.ndarray) -> list[str]:
    """Whether a unit and the mean of its nearest lie clearly above or below the mean of all."""
    from scipy.spatial import KDTree

    centred = (field - field.mean()) / max(field.std(), 1e-9)
    _, nearest = KDTree(places).query(places, k=min(NEAREST + 1, len(places)))
    around = centred[nearest[:, 1:]].mean(axis=1)
    clear = (np.abs(centred) > 0.4) & (np.abs(around) > 0.3)
    words = {(True, True): "high_high", (False, False): "low_low", (True, False): "high_low", (False, True): "low_high"}
    return [
        words[bool(own > 0), bool(other > 0)] if shown else "not_significant"
        for own, other, shown in zip(centred, around, clear, strict=True)
    ]


def _ties(units: pd.DataFrame) -> pd.DataFrame:
    """Ties of exchange: the large teach, more often the near."""
    rng = np.random.default_rng([SEED, 99])
    known = units.dropna(subset=["longitude", "latitude"])
    count = len(known)
    places = known[["longitude", "latitude"]].to_numpy() * [0.5, 1.0]
    people = known["population"].fillna(1e4).to_numpy(dtype=float)
    teachers = np.argsort(-people, kind="stable")[: max(3, count // 8)]
    rows = []
    for teacher in teachers:
        distance = np.hypot(*(places - places[teacher]).T)
        expected = 2.2 * np.exp(-distance / 2.2) * np.log1p(people[teacher] / 2e4)
        events = rng.poisson(expected)
        rows += [(teacher, other, int(found)) for other, found in enumerate(events) if found and other != teacher]
    ids = known["unit_id"].to_numpy()
    return pd.DataFrame(
        [(ids[start], ids[end], found) for start, end, found in rows], columns=["from_unit", "to_unit", "events"]
    )
