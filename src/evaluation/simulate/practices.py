"""Practices that spread between units through exchange, over borders and through common training, each switchable.

A unit adopts a practice in a year with probability 1 - exp(-hazard), hazard = exp(log of the yearly rate + effect x
peers over each channel). A peer counts when it had the practice the year before: in exchange, when it taught at an
event that the unit took part in before the deadline (since the previous one); as a neighbour on the map; in common
training, when both had sat at the same training event before the deadline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evaluation.simulate.exchange import TEACHING
from evaluation.simulate.programme import History, in_window
from evaluation.simulate.randomness import generator
from evaluation.simulate.tables import SHEET, conformed, row_codes
from evaluation.territory.neighbours import centre_neighbours

CHANNELS = ("exchange", "neighbours", "common_trainer")
TITLES: dict[str, tuple[str, ...]] = {
    "involvement": ("Сход по видеосвязи", "Голосование в школах", "Подворовый обход с анкетой", "Ярмарка идей"),
    "information": ("Страница проекта с ходом работ", "Стенд у магазина"),
    "teams": ("Школа старост", "Наставники для новых команд"),
    "funding": ("Копилка проекта", "Вклад предпринимателей материалами"),
    "oversight": ("Дневник приёмки", "Народный контролёр"),
}


@dataclass(frozen=True)
class PracticeParameters:
    """Strengths of diffusion on the log hazard per peer; 0 switches a channel off."""

    exchange: float = 0.45
    neighbours: float = 0.2
    common_trainer: float = 0.05
    yearly_rate: float = 0.025  # of a unit without any peer, in the first year
    yearly_drift: float = 0.03
    undated_share: float = 0.1  # of adoptions, whose day the file leaves out


@dataclass(frozen=True)
class Diffusion:
    """What spread how: ``first_year`` and ``origin`` (base position) by practice, ``adopted`` the year by practice and
    base unit (0: never), ``through`` the position in CHANNELS of the strongest pull (-1: none), ``peers`` by channel
    who had it, practices x units x years."""

    parameters: PracticeParameters
    kinds: tuple[str, ...]
    titles: tuple[str, ...]
    first_year: np.ndarray
    origin: np.ndarray
    adopted: np.ndarray
    through: np.ndarray
    peers: dict[str, np.ndarray]

    def truth(self) -> dict[str, Any]:
        """Hazard ratios per peer and what came of them."""
        effects = {name: getattr(self.parameters, name) for name in CHANNELS}
        return {
            "hazard_ratio_per_peer": {name: float(np.exp(value)) for name, value in effects.items()},
            "log_hazard_ratio_per_peer": effects,
            "practices": len(self.titles),
            "adoptions": int((self.adopted > 0).sum()) - len(self.titles),
        }


def spread(history: History, parameters: PracticeParameters | None = None) -> Diffusion:
    """Let a dozen practices spread through the programme as it happened."""
    parameters = parameters or PracticeParameters()
    geography = history.geography
    kinds = tuple(kind for kind, titles in TITLES.items() for _ in titles)
    titles = tuple(title for titles in TITLES.values() for title in titles)
    rng = generator(history.seed, "practices")
    first_year = geography.years[0] - 1 + rng.integers(0, 3, len(titles))
    host = np.log1p(history.funded.sum(axis=1)) + rng.gumbel(size=(len(titles), geography.size))
    origin = host.argmax(axis=1)
    adopted = np.zeros((len(titles), geography.size), dtype=int)
    adopted[np.arange(len(titles)), origin] = first_year
    through = np.full(adopted.shape, -1)
    effects = np.array([getattr(parameters, name) for name in CHANNELS])
    peers: dict[str, list[np.ndarray]] = {name: [] for name in CHANNELS}
    near, taught = _neighbours(history), np.zeros((geography.size, geography.size), dtype=bool)
    for k, year in enumerate(geography.years):
        taught |= _taught_together(history, k)
        had = ((adopted > 0) & (adopted < year)).astype(float)
        met = [had @ matrix.astype(float) for matrix in (_met(history, k), near, taught)]
        for name, counts in zip(CHANNELS, met, strict=True):
            peers[name].append(counts)
        pull = np.stack(met, axis=2) * effects
        log_hazard = np.log(parameters.yearly_rate) + parameters.yearly_drift * k + pull.sum(axis=2)
        chance = -np.expm1(-np.exp(log_hazard))
        draw = generator(history.seed, "adoptions", year).random(adopted.shape)
        fresh = (draw < chance) & (adopted == 0) & (first_year[:, None] < year)
        adopted[fresh] = year
        strongest = np.where(pull.max(axis=2) > 0, pull.argmax(axis=2), -1)
        through[fresh] = strongest[fresh]
    stacked = {name: np.stack(by_year, axis=2) for name, by_year in peers.items()}
    return Diffusion(parameters, kinds, titles, first_year, origin, adopted, through, stacked)


def practices(history: History, diffusion: Diffusion) -> pd.DataFrame:
    """The register of practices as every year's file tells it: all that had begun by then."""
    parts = []
    for year in history.geography.years:
        known = np.flatnonzero(diffusion.first_year <= year)
        parts.append(
            pd.DataFrame(
                {
                    "practice_id": practice_ids(known),
                    "year": year,
                    "title": np.array(diffusion.titles, dtype=object)[known],
                    "kind": np.array(diffusion.kinds, dtype=object)[known],
                    "origin_unit_id": row_codes(history, year, diffusion.origin[known], "practice codes"),
                    "first_year": diffusion.first_year[known],
                    "source_row": np.arange(2, len(known) + 2),
                }
            )
        )
    return conformed("practices", pd.concat(parts, ignore_index=True).assign(source="practices", source_sheet=SHEET))


def practice_adoptions(history: History, diffusion: Diffusion) -> pd.DataFrame:
    """Adoptions by year. Where parts of one unit adopt the same practice in a year, the file has one row."""
    words = np.array([*("exchange", "neighbours", "training"), "own_idea"], dtype=object)
    parts = []
    for year in history.geography.years:
        practice, unit = np.nonzero((diffusion.adopted == year) & (diffusion.first_year[:, None] < year))
        rng = generator(history.seed, "adoption days", year)
        day = np.datetime64(f"{year}-03-01", "D") + rng.integers(0, 290, len(practice))
        dated = rng.random(len(practice)) >= diffusion.parameters.undated_share
        frame = pd.DataFrame(
            {
                "practice_id": practice_ids(practice),
                "year": year,
                "unit_id": row_codes(history, year, unit, "adoption codes"),
                "adopted_on": np.where(dated, day, np.datetime64("NaT", "D")),
                "learned_through": words[diffusion.through[practice, unit]],
            }
        )
        frame = frame.drop_duplicates(["practice_id", "unit_id"])
        parts.append(frame.assign(source_row=np.arange(2, len(frame) + 2)))
    table = pd.concat(parts, ignore_index=True).assign(source="practice_adoptions", source_sheet=SHEET)
    return conformed("practice_adoptions", table)


def practice_ids(positions: np.ndarray) -> np.ndarray:
    """Numbers of practices by position: the same in every year."""
    return np.array([f"П-{position + 1:02d}" for position in positions.tolist()], dtype=object)


def _met(history: History, k: int) -> np.ndarray:
    """Who taught whom at exchange events of the window before the ``k``-th deadline (from rows to columns)."""
    met = np.zeros((history.geography.size,) * 2, dtype=bool)
    events = {event.event_id for event in in_window(history.exchange_events, history.geography.years, k)}
    for meeting in history.meetings:
        if meeting.exchange_id in events:
            met[np.ix_(meeting.units[meeting.roles < TEACHING], meeting.units)] = True
    np.fill_diagonal(met, False)
    return met


def _taught_together(history: History, k: int) -> np.ndarray:
    """Who sat at the same training event of the window before the ``k``-th deadline."""
    rows = history.attendance.frame()
    rows = rows[rows["status"].isin(["present", "partial"])]
    together = np.zeros((history.geography.size,) * 2, dtype=bool)
    for event in in_window(history.support_events, history.geography.years, k):
        if event.stream == "training":
            units = np.unique(rows.loc[rows["event_id"] == event.event_id, "unit"].to_numpy(dtype=int))
            together[np.ix_(units, units)] = True
    np.fill_diagonal(together, False)
    return together


def _neighbours(history: History) -> np.ndarray:
    units = history.geography.units
    index = pd.Index(units["unit_id"])
    near = np.zeros((len(index), len(index)), dtype=bool)
    # a plain list of units has no coordinates: then nobody is a neighbour
    if units[["longitude", "latitude"]].nunique().gt(1).any():
        pairs = centre_neighbours(units[["unit_id", "longitude", "latitude"]])
        near[index.get_indexer(pairs["unit_id"]), index.get_indexer(pairs["neighbour_id"])] = True
    return near
