"""A small world of exchange: alike units meet, training spreads, and exchange acts only where it is told to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.effects.exchange.placebo_networks import with_expected
from evaluation.support.placebo_exposure import RedrawnExposure
from evaluation.support.redraws import Stratum, attraction, moved_share, preference, redraw

YEARS = tuple(range(2018, 2024))
UNITS, EVENTS, TEACHERS = 36, 8, 3


@dataclass(frozen=True)
class World:
    """``panel``: unit_id, year, trained, exposure and the outcomes y and count; one stratum of guests a year with its
    features (events x units x 1) and what its events teach (earlier-trained teachers)."""

    panel: pd.DataFrame
    strata: list[Stratum]
    features: list[np.ndarray]
    taught: list[np.ndarray]
    fixed: np.ndarray  # exposure of those who teach themselves, units x years

    def redrawn(self, draws: int, seed: int, near: bool = True, rounds: int = 20) -> RedrawnExposure:
        """As ``redrawn_exposure`` by the same parts, without tables; ``near``: keep the preference for near hosts."""
        generator = np.random.default_rng(seed)
        weights = preference(self.strata, self.features)
        drawn = np.repeat(self.fixed[None], draws, axis=0)
        observed = self.fixed.copy()
        moved = []
        for k, (stratum, values) in enumerate(zip(self.strata, self.features, strict=True)):
            pull = attraction(stratum, values if near else None, weights[stratum.form])
            present, _ = redraw(stratum, pull, draws, generator, rounds)
            drawn[:, stratum.units, k] += np.einsum("deu,e->du", present.astype(float), self.taught[k])
            observed[stratum.units, k] += stratum.present.T @ self.taught[k]
            moved.append(moved_share(stratum, present))
        return RedrawnExposure(
            self.panel[["unit_id", "year"]], {"exposure": observed.ravel()},
            {"exposure": drawn.reshape(draws, -1)}, float(np.mean(moved)), weights,
        )  # fmt: skip

    def with_expected(self, redrawn: RedrawnExposure) -> pd.DataFrame:
        return with_expected(self.panel, redrawn, ["exposure"])


def world(seed: int, effect: float = 0.0, own: float = 0.3, homophily: float = 4.0) -> World:
    """Units on a line. Capacity follows place; the capable train early, host and travel more; guests come from nearby;
    y = capacity + own training + effect x exposure + noise that is alike among neighbours and over years."""
    generator = np.random.default_rng(seed)
    place = np.sort(generator.random(UNITS))
    gap = np.abs(place[:, None] - place[None, :])
    field = np.linalg.cholesky(np.exp(-gap / 0.15) + 1e-9 * np.eye(UNITS))
    capacity = field @ generator.normal(size=UNITS)
    rank = np.argsort(np.argsort(-capacity - generator.gumbel(size=UNITS)))
    first = 2018 + np.floor(rank / UNITS * 12).astype(int)  # half of them within the years
    trained = (first[:, None] <= np.array(YEARS)[None, :]).astype(float)
    strata, features, taught = [], [], []
    fixed = np.zeros((UNITS, len(YEARS)))
    for k in range(len(YEARS)):
        earlier = trained[:, k - 1] if k else np.zeros(UNITS)
        present, barred = np.zeros((EVENTS, UNITS), dtype=bool), np.zeros((EVENTS, UNITS), dtype=bool)
        near, lessons = np.zeros((EVENTS, UNITS, 1)), np.zeros(EVENTS)
        for event in range(EVENTS):
            teachers = np.argsort(-0.4 * capacity - generator.gumbel(size=UNITS))[:TEACHERS]
            barred[event, teachers] = True
            near[event, :, 0] = -gap[teachers].mean(axis=0)
            pull = 0.5 * capacity + homophily * near[event, :, 0] + generator.gumbel(size=UNITS)
            pull[teachers] = -np.inf
            present[event, np.argsort(-pull)[: int(generator.integers(6, 12))]] = True
            lessons[event] = earlier[teachers].sum()
            fixed[teachers, k] += lessons[event] - earlier[teachers]
        strata.append(Stratum(np.arange(EVENTS), np.arange(UNITS), "visit", present, present.astype(float), barred))
        features.append(near)
        taught.append(lessons)
    exposed = fixed + np.column_stack([s.present.T @ t for s, t in zip(strata, taught, strict=True)])
    shock = np.empty((UNITS, len(YEARS)))
    for k in range(len(YEARS)):
        fresh = 0.5 * field @ generator.normal(size=UNITS) + 0.5 * generator.normal(size=UNITS)
        shock[:, k] = fresh if k == 0 else 0.4 * shock[:, k - 1] + fresh
    mean = 0.8 * capacity[:, None] + own * trained + effect * exposed
    panel = pd.DataFrame(
        {
            "unit_id": np.repeat([f"u{k:02d}" for k in range(UNITS)], len(YEARS)), "year": np.tile(YEARS, UNITS),
            "trained": trained.ravel(), "exposure": exposed.ravel(), "y": (mean + shock).ravel(),
            "count": generator.poisson(np.exp(0.7 + mean + 0.3 * shock)).ravel().astype(float), "population": 1.0,
        }
    )  # fmt: skip
    return World(panel, strata, features, taught, fixed)
