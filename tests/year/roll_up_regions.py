"""Simulated regions for tests of the roll-up: tables of a workspace on sampled units, with their truth beside them.

The tables go through the very functions that a workspace and its delivery use; only the received files and the run of
the notebooks are left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.indicators.coverage import indicators_of
from evaluation.indicators.stream_indicators import OF_PROGRAMME, rows_of
from evaluation.report.findings import Finding, findings_frame
from evaluation.settings import Text
from evaluation.year.roll_up.contract import Delivery, Release
from evaluation.year.roll_up.frames import Frames, delivery_frames
from evaluation.year.roll_up.pack import delivery_bytes, described

YEAR = 2025
CODES = tuple(str(code) for code in range(11, 31))
EFFECT, BETWEEN = 0.3, 0.15
MODEL = {
    "name": "main", "outcome": "applications", "exposures": ["trained"], "family": "poisson", "design": "association",
    "offset": "population", "fixed_effects": ["unit_id", "year"], "clusters": "unit_id", "geography": "original",
}  # fmt: skip


@dataclass
class Region:
    """A region's tables as in its workspace, its plan's models, and what a delivery says of it."""

    code: str
    tables: dict[str, pd.DataFrame]
    models: dict[str, Mapping[str, Any]]
    measures: pd.DataFrame
    effect: float

    def frames(self, threshold: int = 5) -> Frames:
        return delivery_frames(self.tables, self.models, YEAR, threshold)

    def head(self, frames: Frames, **changes: Any) -> Delivery:
        told: dict[str, Any] = {
            "region_code": self.code, "programme": f"region-{self.code}", "simulated": True, "year": YEAR,
            "title": Text(ru=f"Программа {self.code}", en=f"Programme {self.code}"),
            "institute": Text(ru="Институт", en="Institute"), "registry": "oktmo", "currency": "RUB", "threshold": 5,
            "territory_date": dt.date(YEAR, 12, 31), "tool_version": "1.0", "tables": described(frames),
            "release": Release(name="2026-03-01", released_on=dt.date(2026, 3, 1), manifest="0" * 64),
        }  # fmt: skip
        return Delivery(**(told | changes))

    def packed(self, **changes: Any) -> bytes:
        frames = self.frames(changes.get("threshold", 5))
        return delivery_bytes(self.head(frames, **changes), frames)


def regions(codes: Sequence[str] = CODES) -> list[Region]:
    """Regions of ten to fifteen units; the same code gives the same region, whatever stands beside it."""
    found = [_measures(code, 10 + int(code) % 6) for code in codes]
    # one call for all of them: the function tells years apart, so each region borrows a year for the call
    told = indicators_of(
        pd.concat([measures.assign(year=YEAR + place) for place, measures in enumerate(found)], ignore_index=True)
    )
    return [
        _region(code, measures, told[told["year"] == YEAR + place].assign(year=YEAR).reset_index(drop=True))
        for place, (code, measures) in enumerate(zip(codes, found, strict=True))
    ]


def _region(code: str, measures: pd.DataFrame, indicators: pd.DataFrame) -> Region:
    rng = np.random.default_rng([2026, int(code)])
    effect = float(rng.normal(EFFECT, BETWEEN))
    tables = {
        "territories": _territories(measures),
        "indicators": conform(indicators, TABLES["indicators"]),
        "stream_coverage": _coverage(measures),
        "support_summary": _summary(measures, rng),
        "estimates": _estimates(effect, rng, len(measures)),
        "findings_coverage": findings_frame([Finding("share_heard", 0.4, "share", 100, 0.3, 0.5)], "04_map_coverage"),
    }
    return Region(code, tables, {"main": MODEL}, measures, effect)


def _measures(code: str, units: int) -> pd.DataFrame:
    """What every unit of a region did: the columns that ``indicators_of`` reads."""
    rng = np.random.default_rng([2025, int(code)])
    index = [f"{code}6{place:02}000" for place in range(1, units + 1)]
    population = rng.integers(3_000, 90_000, units).astype(float)
    applications = rng.poisson(rng.gamma(4, 0.5) * population / 9_000).astype(float)
    admissible = rng.binomial(applications.astype(int), 0.9).astype(float)
    funded = rng.binomial(admissible.astype(int), rng.beta(6, 5)).astype(float)
    participations = rng.poisson(applications * 180).astype(float)
    persons = rng.poisson(rng.uniform(0.5, 6), units).astype(float) * rng.integers(0, 2, units)
    if code == CODES[0]:
        persons[:] = 0
        persons[0] = 3  # so that the whole region's number is too small to be shown
    cost = np.round(funded * rng.uniform(4e5, 9e5, units), 2)
    measures = pd.DataFrame(
        {
            "unit_id": index, "year": YEAR, "population": population, "population_18plus": np.floor(population * 0.78),
            "applications": applications, "admissible": admissible, "funded": funded, "cost": cost, "cost_known": cost,
            "cofinancing": np.round(cost * 0.2, 2), "cofinancing_without_local": np.round(cost * 0.1, 2),
            "participations": participations, "cost_counted": cost,
            "participations_funded": np.floor(participations * 0.6), "training_persons": persons,
            "exchange_events": rng.poisson(1.0, units).astype(float), "in_force": 1.0,
        }
    )  # fmt: skip
    for name, column in (("applied", "applications"), ("won", "funded"), ("attended_training", "training_persons"),
                         ("attended_exchange", "exchange_events")):  # fmt: skip
        measures[name] = (measures[column] > 0).astype(float)
    measures["did_not_apply"] = 1 - measures["applied"]
    measures["applied_before"] = rng.integers(0, 2, units).astype(float)
    measures["applied_again"] = measures["applied_before"] * measures["applied"]
    return measures


def _territories(measures: pd.DataFrame) -> pd.DataFrame:
    count = len(measures)
    return conform(
        pd.DataFrame(
            {
                "unit_id": measures["unit_id"], "year": YEAR, "type": "municipal_okrug", "is_north": False,
                "name": [f"{number}-й муниципальный округ" for number in range(1, count + 1)],
                "short_name": [f"{number}-й округ" for number in range(1, count + 1)], "is_closed": False,
                "longitude": 90.0, "latitude": 56.0, "valid_from": pd.Timestamp("2006-01-01"), "valid_to": pd.NaT,
                "population": measures["population"], "population_18plus": measures["population_18plus"],
            }
        ),
        TABLES["territories"],
    )  # fmt: skip


def _coverage(measures: pd.DataFrame) -> pd.DataFrame:
    own = measures.set_index("unit_id")
    parts = [rows_of(indicator, own, "programme", YEAR) for indicator in OF_PROGRAMME]
    frame = pd.concat([pd.DataFrame(part) for part in parts if part is not None], ignore_index=True)
    return conform(frame.assign(channel=pd.Series(None, index=frame.index, dtype="str")), TABLES["stream_coverage"])


def _summary(measures: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    persons = int(measures["training_persons"].sum())
    return conform(
        pd.DataFrame(
            {
                "stream": ["training", "information"], "year": YEAR, "events": [int(rng.integers(2, 9)), 2],
                "hours": [96.0, np.nan], "participants": [persons + 7, int(rng.integers(900, 4000))],
                "unique_participants": [persons, None],
                "units_reached": [int(measures["attended_training"].sum()), None],
                "units_in_force": len(measures),
            }
        ),
        TABLES["support_summary"],
    )  # fmt: skip


def _estimates(effect: float, rng: np.random.Generator, units: int) -> pd.DataFrame:
    se = float(rng.uniform(0.08, 0.2))
    estimate = float(rng.normal(effect, se))
    row = {
        "model": "main", "outcome": "applications", "exposure": "trained", "estimand": "log_rate_ratio",
        "design": "association", "assumption": "", "estimate": estimate, "se": se, "low": estimate - 2.2 * se,
        "high": estimate + 2.2 * se, "p": 0.04, "p_adjusted": None, "n": 7 * units, "clusters": units,
        "treated_clusters": units // 2, "inference": "crv3_t", "is_main": True, "warning": None,
    }  # fmt: skip
    second = row | {"model": "unplanned_one", "is_main": False}
    return conform(pd.DataFrame([row, second]), TABLES["estimates"])
