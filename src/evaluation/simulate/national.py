"""A country of invented municipalities, what is true of them every year, and which of them return the form.

Codes follow OKTMO (third digit 6 district, 7 city, 5 municipal okrug; sixth digit 1 or 4 a settlement of a district).
Every year some districts become okrugs and their settlements cease to be, so that the number of municipalities falls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.simulate.randomness import generator

DEFAULT_SEED = 22000
UPPER = ("city_okrug", "municipal_okrug", "municipal_district", "closed_city")
_STEMS = (
    "Берёзов", "Сосно", "Камен", "Лугов", "Озёр", "Степн", "Красно", "Верхне", "Нижне", "Ново", "Старо", "Бело",
    "Черно", "Дубров", "Ключ", "Поляр", "Мирн", "Высок", "Тих", "Золот",
)  # fmt: skip
_ENDS = ("горск", "реченск", "озёрск", "лесн", "польск", "бережн", "хуторск", "ямск", "борск", "мостовск")


@dataclass(frozen=True)
class National:
    """How a country is simulated. ``value_dependence`` is how much the answer itself moves the log-odds of returning,
    by standard deviation; ``within_cells`` switches off all that is not region and type."""

    regions: int = 89
    municipalities: int = 22_000
    years: tuple[int, ...] = tuple(range(2013, 2025))
    response: float = 1.1
    size_effect: float = 0.35
    value_dependence: float = 0.1
    within_cells: bool = False
    merged_yearly: float = 0.02
    item_missing: float = 0.04


@dataclass(frozen=True, eq=False)
class Country:
    """``units`` are rows of a registry (territory.registry.COLUMNS as far as known); ``truth`` has a row a unit in
    force and year with its answers, ``returned`` and the chance ``rho`` of it."""

    settings: National
    units: pd.DataFrame
    truth: pd.DataFrame
    seed: int

    def totals(self, variables: Sequence[str]) -> pd.DataFrame:
        """True totals and means by year, type (and ``all``) and question: units, total, mean."""
        long = self.truth.melt(["unit_id", "year", "type"], list(variables), "variable")
        both = pd.concat([long.assign(type="all"), long], ignore_index=True)
        groups = both.groupby(["year", "type", "variable"])["value"]
        return groups.agg(units="size", total="sum", mean="mean").reset_index()


def simulate_country(settings: National | None = None, seed: int = DEFAULT_SEED) -> Country:
    """A country and its years; the same for the same settings and seed."""
    settings = settings or National()
    units = _units(settings, seed)
    years = [_year(units, settings, seed, year) for year in settings.years]
    return Country(settings, units, pd.concat(years, ignore_index=True), seed)


def region_codes(count: int) -> list[str]:
    """``count`` two-digit codes in order, spread over 01 to 99."""
    return [f"{number:02d}" for number in np.unique(np.linspace(1, 99, count).round().astype(int)).tolist()]


def _units(settings: National, seed: int) -> pd.DataFrame:
    rng = generator(seed, "national_units")
    codes = region_codes(settings.regions)
    share = rng.lognormal(0, 0.5, len(codes))
    sizes = np.maximum((share / share.sum() * settings.municipalities).round().astype(int), 6)
    rows: list[tuple[str, str, str, int, str, str | None]] = []
    first = f"{settings.years[0]}-01-01"
    for region, size in zip(codes, sizes.tolist(), strict=True):
        cities = max(size // 16, 1)
        rows += [(*_city(rng, region, place), first, None) for place in range(1, min(cities, 90) + 1)]
        left, number = size - len(range(1, min(cities, 90) + 1)), 0
        while left > 0 and number < 98:
            number += 1
            count = int(min(rng.integers(6, 16) if size < 1200 else rng.integers(14, 30), max(left - 1, 0), 98))
            rows += _district(rng, region, number, count, settings)
            left -= count + 1
    frame = pd.DataFrame(rows, columns=["unit_id", "name", "type", "reference_population", "valid_from", "valid_to"])
    frame["region"] = "Регион " + frame["unit_id"].str[:2]
    frame["reference_year"] = settings.years[0]
    return frame.sort_values(["unit_id", "valid_from"], kind="stable").reset_index(drop=True)


def _name(rng: np.random.Generator, number: int) -> str:
    stem = _STEMS[int(rng.integers(len(_STEMS)))]
    return f"{stem}{_ENDS[number % len(_ENDS)]}"


def _city(rng: np.random.Generator, region: str, number: int) -> tuple[str, str, str, int]:
    closed = rng.random() < 0.06
    people = int(rng.lognormal(10.2 if closed else 10.9, 0.3 if closed else 0.9))
    kind = "closed_city" if closed else "city_okrug"
    return f"{region}7{number:02d}000", f"город {_name(rng, number)}-{number}", kind, people


def _district(
    rng: np.random.Generator, region: str, number: int, count: int, settings: National
) -> list[tuple[str, str, str, int, str, str | None]]:
    """A district, its settlements and, where it becomes one, the okrug in its place."""
    first = f"{settings.years[0]}-01-01"
    lasts = rng.geometric(settings.merged_yearly) if settings.merged_yearly > 0 else len(settings.years)
    merged = int(lasts) if lasts < len(settings.years) else None
    end = None if merged is None else f"{settings.years[merged] - 1}-12-31"
    people = rng.lognormal(7.1, 0.8, count).astype(int) + 80
    name = _name(rng, number)
    rows: list[tuple[str, str, str, int, str, str | None]] = [
        (f"{region}6{number:02d}000", f"{name}ский муниципальный район {number}", "municipal_district",
         int(people.sum()) or 900, first, end)
    ]  # fmt: skip
    for place in range(count):
        urban = people[place] > 6000
        code = f"{region}6{number:02d}{1 if urban else 4}{place + 1:02d}"
        kind = "городское поселение" if urban else "сельское поселение"
        rows.append(
            (code, f"{kind} {_name(rng, place)} {number}-{place + 1}", "settlement", int(people[place]), first, end)
        )
    if merged is not None:
        begin = f"{settings.years[merged]}-01-01"
        code = f"{region}5{number:02d}000"
        rows.append(
            (code, f"{name}ский муниципальный округ {number}", "municipal_okrug", int(people.sum()) or 900, begin, None)
        )
    return rows


def _year(units: pd.DataFrame, settings: National, seed: int, year: int) -> pd.DataFrame:
    day = f"{year}-07-01"
    own = units[(units["valid_from"] <= day) & (units["valid_to"].isna() | (units["valid_to"] >= day))]
    own = own[["unit_id", "name", "type", "reference_population"]].reset_index(drop=True)
    lasting = pd.Series(generator(seed, "national_activity").normal(size=len(units)), index=units["unit_id"])
    activity = lasting[~lasting.index.duplicated()].reindex(own["unit_id"]).to_numpy()
    rng = generator(seed, "national_year", year)
    activity = 0.8 * activity + 0.6 * rng.normal(size=len(own))
    frame = pd.concat([own.assign(year=year), _answers(own, activity, rng, year - settings.years[0])], axis=1)
    chance = _chance(own, activity, settings, seed, year)
    frame["rho"] = chance
    frame["returned"] = generator(seed, "national_response", year).random(len(own)) < chance
    return frame


def _answers(own: pd.DataFrame, activity: np.ndarray, rng: np.random.Generator, since: int) -> pd.DataFrame:
    """True answers; counts are whole, money in roubles."""
    base = own["reference_population"].to_numpy(dtype=float)
    upper = own["type"].isin(UPPER).to_numpy()
    n = len(own)
    people = np.maximum((base * np.exp(rng.normal(-0.004 * since, 0.01, n))).round(), 20)
    deputies = np.clip(7 + np.round(3 * np.log10(people) * rng.uniform(0.7, 1.3, n)), 7, 60)
    servants = np.maximum(np.round(people**0.6 / 8 * np.exp(rng.normal(0, 0.25, n))), 2)
    places = np.where(upper, np.round(1 + people / 1500 * rng.uniform(0.3, 1.6, n)), rng.poisson(3, n) + 1)
    revenue = np.round(people * np.exp(rng.normal(np.where(upper, 10.2, 8.3), 0.35) + 0.03 * since), 2)
    projects = rng.poisson(np.exp(-1.4 + 0.35 * np.log1p(people / 1000) + 0.45 * activity + 0.04 * since))
    came = 0.55 - 0.04 * np.log10(people) + 0.05 * activity + rng.normal(0, 0.06, n)
    own_money = np.round(revenue * rng.uniform(0.15, 0.7, n), 2)
    return pd.DataFrame(
        {
            "population": people,
            "deputies": deputies,
            "deputies_women": rng.binomial(deputies.astype(int), 0.35),
            "servants": servants,
            "servants_trained": rng.binomial(servants.astype(int), np.clip(0.2 + 0.05 * activity, 0.02, 0.9)),
            "settlements": places,
            "revenue": revenue,
            "own_revenue": own_money,
            "spending": np.round(revenue * rng.uniform(0.93, 1.06, n), 2),
            "self_taxation": np.round(np.where(rng.random(n) < 0.3, people * rng.uniform(5, 60, n), 0.0), 2),
            "tos": rng.poisson(np.exp(-0.4 + 0.4 * np.log1p(people / 1000) + 0.5 * activity)),
            "elders": np.minimum(rng.poisson(np.exp(0.3 + 0.4 * activity), n), places),
            "gatherings": rng.poisson(np.exp(0.8 + 0.3 * activity + 0.1 * np.log1p(people / 1000))),
            "projects": projects,
            "projects_money": np.round(projects * rng.lognormal(13.6, 0.4, n), 2),
            "turnout": np.round(np.clip(came, 0.08, 0.97), 3),
            "own_site": (rng.random(n) < np.where(upper, 0.99, 0.7)).astype(int),
            "strategy": (rng.random(n) < np.clip(0.6 + 0.03 * since + 0.05 * activity, 0.05, 0.99)).astype(int),
        }
    )  # fmt: skip


def _chance(own: pd.DataFrame, activity: np.ndarray, settings: National, seed: int, year: int) -> np.ndarray:
    region = own["unit_id"].str[:2]
    names = sorted(region.unique())
    habit = dict(zip(names, generator(seed, "national_regions").normal(0, 0.7, len(names)), strict=True))
    kind = own["type"].map({"settlement": -0.4, "closed_city": -0.6}).fillna(0.4)
    log_size = np.log(own["reference_population"].clip(lower=20))
    apart = (log_size - log_size.groupby(own["type"]).transform("mean")).to_numpy()
    eta = settings.response + region.map(habit).to_numpy(dtype=float) + kind.to_numpy(dtype=float)
    if not settings.within_cells:
        eta = eta + settings.size_effect * apart + settings.value_dependence * activity
    return np.asarray(1 / (1 + np.exp(-eta)))
