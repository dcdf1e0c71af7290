"""Bodies of territorial self-government over the years, and what support they asked for and got."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.simulate.measures import YEARS
from evaluation.simulate.programme import History
from evaluation.simulate.randomness import generator
from evaluation.tables import TABLES

NAMES = (
    "Берёзка", "Родник", "Наш двор", "Заречье", "Уют", "Дружба", "Старая мельница", "Сосновый", "Надежда", "Околица",
    "Солнечный", "Перекрёсток", "Тихая улица", "Новосёл", "Кедр", "Рябина", "Горка", "Причал",
)  # fmt: skip
KINDS = ("house", "street", "district", "village")
CONTESTS = ("Малые дела", "Лучший ТОС года", "Дворы и люди")
BODIES_PER_UNIT = 2.2
SHARE_WITHOUT = 0.25
ASKING = 0.3  # of the bodies that exist, in a year
GRANTED, GRANTED_LEGAL = 0.35, 0.25  # probability of a grant, and what being a legal entity adds to it


def all_bodies(history: History) -> pd.DataFrame:
    """Every body of all years: tos_id, base (position of its unit), name, kind, founded_on, ended_on, residents,
    legal_entity and draw (where it belongs when its unit is split)."""
    rng = generator(history.seed, "self-government")
    size = history.geography.size
    counts = np.where(rng.random(size) < SHARE_WITHOUT, 0, 1 + rng.poisson(BODIES_PER_UNIT, size))
    base = np.repeat(np.arange(size), counts)
    number = len(base)
    people = history.geography.population[base, 0]
    kinds = np.array(KINDS, dtype=object)[rng.integers(0, len(KINDS), number)]
    part = np.minimum(np.exp(rng.normal(5.6, 0.9, number)), 0.12 * people / counts[base])
    founded = pd.Timestamp("2006-01-01") + pd.to_timedelta(rng.integers(0, 365 * 19, number), unit="D")
    life = rng.exponential(22 * 365, number).astype(int)
    ended = founded + pd.to_timedelta(np.maximum(life, 400), unit="D")
    return pd.DataFrame(
        {
            "tos_id": [f"ТОС-{k:03d}" for k in range(1, number + 1)],
            "base": base,
            "name": [f"ТОС «{NAMES[int(k)]}»" for k in rng.integers(0, len(NAMES), number)],
            "kind": kinds,
            "founded_on": founded,
            "ended_on": ended,
            "residents": np.maximum(12, part.astype(int)),
            "legal_entity": rng.random(number) < 0.4,
            "draw": rng.random(number),
        }
    )


def selfgovernment(history: History, year: int) -> pd.DataFrame:
    """The register of one year (contract ``selfgovernment`` without provenance): bodies founded by its end that had
    not ended before it began; an end after the year is not known yet."""
    names = [name for name in TABLES["selfgovernment"].names if not name.startswith("source")]
    if year not in YEARS:
        return pd.DataFrame(columns=names)
    bodies = all_bodies(history)
    first, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
    bodies = bodies[(bodies["founded_on"] <= last) & (bodies["ended_on"] >= first)].reset_index(drop=True)
    successors = history.geography.successors[year]
    places = successors.of(bodies["base"].to_numpy(), bodies["draw"].to_numpy())
    ended = bodies["ended_on"].where(bodies["ended_on"] <= last)
    return bodies.assign(unit_id=successors.codes[places], year=year, ended_on=ended)[names]


def selfgovernment_grants(history: History, year: int) -> pd.DataFrame:
    """Applications for support in one year (contract ``selfgovernment_grants`` without provenance)."""
    names = [name for name in TABLES["selfgovernment_grants"].names if not name.startswith("source")]
    bodies = selfgovernment(history, year)
    if bodies.empty:
        return pd.DataFrame(columns=names)
    rng = generator(history.seed, "self-government grants", year)
    asking = bodies[rng.random(len(bodies)) < ASKING].reset_index(drop=True)
    number = len(asking)
    age = (pd.Timestamp(year, 12, 31) - asking["founded_on"]).dt.days.to_numpy() / 365
    older = np.where(rng.random(number) < 0.5, "functioning", "project")
    stage = np.where(age < 1, "organisation", np.where(age < 3, "registration", older)).astype(object)
    kind = np.where(np.isin(stage, ["organisation", "registration"]), "consultation", "grant").astype(object)
    kind[rng.random(number) < 0.15] = "training"
    money = kind == "grant"
    requested = np.where(money, rng.integers(300, 3001, number) * 100.0, np.nan)
    won = rng.random(number) < GRANTED + GRANTED_LEGAL * asking["legal_entity"].to_numpy(dtype=bool)
    amount = np.where(money & won, np.round(requested * rng.uniform(0.6, 1.0, number), -2), np.nan)
    applied = pd.Timestamp(year, 1, 15) + pd.to_timedelta(rng.integers(0, 300, number), unit="D")
    return pd.DataFrame(
        {
            "grant_id": [f"{year}-G{k}" for k in range(1, number + 1)],
            "year": year,
            "tos_id": asking["tos_id"],
            "contest": [CONTESTS[int(k)] for k in rng.integers(0, len(CONTESTS), number)],
            "support_stage": stage,
            "support_kind": kind,
            "applied_on": applied,
            "requested": requested,
            "won": won,
            "amount": amount,
        }
    )[names]
