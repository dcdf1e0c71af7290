"""Exchange between territories that choose whom they visit: who met whom is luck only in part."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from evaluation.simulate.lessons.lesson import Lesson

YEARS = tuple(range(2017, 2025))
UNITS, EVENTS, TEACHERS = 40, 8, 3
OWN, FIRST_SHARE = 0.3, 0.5


def deadlines() -> dict[int, dt.date]:
    """The application deadline of every year of ``who_met_whom``."""
    return {year: dt.date(year, 12, 1) for year in YEARS}


def who_met_whom(seed: int = 1, effect: float = 0.06, drift: float = 0.08) -> Lesson:
    """40 territories in a row; the capable train early, teach often, travel much, and grow faster whatever they do.

    Tables: ``panel`` (unit_id, year, population, trained, applications), ``exchange_events`` and
    ``exchange_participation`` as cleaning makes them, ``training`` (unit_id, year, exposure: 1 from first training on,
    what makes a peer worth meeting), ``places`` (unit_id, longitude, latitude). Applications follow own training,
    ``effect`` for every meeting with a teacher trained by the year before, and ``drift`` a year for each standard
    deviation of capacity. Truth, as logs of rate ratios: ``trained`` and ``exposure``.
    """
    generator = np.random.default_rng([seed, 9])
    names = np.array([f"u{number:02d}" for number in range(UNITS)])
    place = np.sort(generator.random(UNITS))
    apart = np.abs(place[:, None] - place[None, :])
    field = np.linalg.cholesky(np.exp(-apart / 0.2) + 1e-9 * np.eye(UNITS))
    capacity = field @ generator.normal(size=UNITS)
    capacity = (capacity - capacity.mean()) / capacity.std()
    rank = np.argsort(np.argsort(-capacity - generator.gumbel(size=UNITS)))
    first = YEARS[0] + np.floor(rank / UNITS * len(YEARS) / FIRST_SHARE).astype(int)
    trained = (first[:, None] <= np.array(YEARS)[None, :]).astype(float)
    events, seats, exposure = [], [], np.zeros(trained.shape)
    for column, year in enumerate(YEARS):
        earlier = trained[:, column - 1] if column else np.zeros(UNITS)
        for number in range(EVENTS):
            teachers = np.argsort(-0.4 * capacity - generator.gumbel(size=UNITS))[:TEACHERS]
            pull = 0.6 * capacity - 4.0 * apart[teachers].mean(axis=0) + generator.gumbel(size=UNITS)
            pull[teachers] = -np.inf
            guests = np.argsort(-pull)[: int(generator.integers(6, 12))]
            exposure[guests, column] += earlier[teachers].sum()
            exposure[teachers, column] += earlier[teachers].sum() - earlier[teachers]
            code = f"x{year}-{number}"
            day = pd.Timestamp(year, 2 + number, 10)
            events.append({"exchange_id": code, "year": year, "form": "visit", "starts_on": day, "ends_on": day})
            seats += [(code, names[unit], "speaker") for unit in teachers]
            seats += [(code, names[unit], "participant") for unit in guests]
    since = np.arange(len(YEARS)) - (len(YEARS) - 1) / 2
    log_mean = 1.6 + 0.3 * capacity[:, None] + drift * capacity[:, None] * since + OWN * trained + effect * exposure
    log_mean = log_mean + 0.15 * generator.normal(size=trained.shape) + 0.05 * generator.normal(size=len(YEARS))
    keys = {"unit_id": np.repeat(names, len(YEARS)), "year": np.tile(YEARS, UNITS)}
    tables = {
        "panel": pd.DataFrame(
            {
                **keys, "population": 10_000.0, "trained": trained.ravel(),
                "applications": generator.poisson(np.exp(log_mean)).ravel().astype(float),
            }
        ),
        "exchange_events": pd.DataFrame(events),
        "exchange_participation": pd.DataFrame(seats, columns=["exchange_id", "unit_id", "role"]).assign(persons=1),
        "training": pd.DataFrame({**keys, "exposure": trained.ravel()}),
        "places": pd.DataFrame({"unit_id": names, "longitude": 90 + 8 * place, "latitude": 56.0}),
    }  # fmt: skip
    return Lesson(tables, {"trained": OWN, "exposure": effect})
