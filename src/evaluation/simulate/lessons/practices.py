"""Practices that spread along exchange and between neighbours, who also meet more often."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.simulate.lessons.lesson import Lesson

YEARS = tuple(range(2018, 2025))


def spreading_practices(
    seed: int = 1, exchange: float = 0.2, neighbours: float = 0.5, units: int = 60, practices: int = 20
) -> Lesson:
    """Units in a row take practices over from those they met and from those next door.

    The hazard of a year is exp(-3.2 + trend + exchange x adopters met + neighbours x adopters next door); one meets
    mostly those nearby. Tables: ``practices`` (practice_id, first_year, origin_unit_id), ``adoptions`` (practice_id,
    unit_id, year), ``exchange`` and ``neighbours`` (ties: year, from_unit, to_unit), ``units`` (unit_id). Truth by
    exposure, as log hazard ratios of one more earlier adopter.
    """
    generator = np.random.default_rng([seed, 7])
    names = np.array([f"u{number:02d}" for number in range(units)])
    apart = np.abs(np.arange(units)[:, None] - np.arange(units)[None, :])
    near = (apart > 0) & (apart <= 2)
    met = [(generator.random((units, units)) < np.where(apart <= 3, 0.45, 0.05)) & (apart > 0) for _ in YEARS]
    origin = generator.integers(0, units, practices)
    adopted = np.full((practices, units), np.inf)
    adopted[np.arange(practices), origin] = YEARS[0] - 1
    for ties, year in zip(met, YEARS, strict=True):
        had = (adopted < year).astype(float)
        log_hazard = -3.2 + 0.05 * (year - YEARS[0]) + exchange * (had @ ties) + neighbours * (had @ near)
        fresh = generator.random(adopted.shape) < -np.expm1(-np.exp(log_hazard))
        adopted[fresh & np.isinf(adopted)] = year
    practice, unit = np.nonzero(np.isfinite(adopted))
    code = np.array([f"p{number:02d}" for number in range(practices)])
    tables = {
        "practices": pd.DataFrame(
            {"practice_id": code, "first_year": YEARS[0] - 1, "origin_unit_id": names[origin]}
        ),
        "adoptions": pd.DataFrame(
            {"practice_id": code[practice], "unit_id": names[unit], "year": adopted[practice, unit]}
        ).astype({"year": "Int64"}),
        "exchange": _ties(names, met),
        "neighbours": _ties(names, [near] * len(YEARS)),
        "units": pd.DataFrame({"unit_id": names}),
    }  # fmt: skip
    return Lesson(tables, {"adopters_exchange": exchange, "adopters_neighbours": neighbours})


def _ties(names: np.ndarray, matrices: Sequence[np.ndarray]) -> pd.DataFrame:
    parts = []
    for year, matrix in zip(YEARS, matrices, strict=True):
        teacher, learner = np.nonzero(matrix)
        parts.append(pd.DataFrame({"year": year, "from_unit": names[teacher], "to_unit": names[learner]}))
    return pd.concat(parts, ignore_index=True)
