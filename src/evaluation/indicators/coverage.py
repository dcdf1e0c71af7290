"""Whom a programme year reached: indicators of every territorial unit and of the programme as a whole.

Each indicator keeps numerator, denominator and n. Rates per residents leave out, above and below the line, units
whose population is not published. Shares of counts carry Wilson's 95 % interval (Wilson 1927), which treats the
year's units or applications as draws from those that could have been.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.indicators.breaks import ALL_UNITS
from evaluation.indicators.intervals import wilson_interval
from evaluation.indicators.projects import SOURCES
from evaluation.indicators.unit_measures import Tables, unit_measures
from evaluation.indicators.white_spots import WHITE_SPOT_COLUMNS, white_spots
from evaluation.territory.crosswalk import UNASSIGNED

__all__ = [
    "INDICATORS", "WHITE_SPOT_COLUMNS", "Indicator", "coverage_indicators", "indicators_of", "panel_indicators",
    "trained_since_start", "unit_measures", "white_spots", "wilson_interval",
]  # fmt: skip


@dataclass(frozen=True)
class Indicator:
    """value = scale x numerator / denominator; without a denominator the numerator itself.

    ``numerator``, ``denominator``: columns of ``unit_measures``. ``over``: column that must be known for a unit to
    enter. ``is_share``: a count out of a count, with an interval. ``by_unit``: also told for every unit.
    """

    code: str
    unit: str
    numerator: str
    denominator: str | None = None
    scale: float = 1.0
    over: str | None = None
    is_share: bool = False
    by_unit: bool = True


INDICATORS: tuple[Indicator, ...] = (
    Indicator("units_in_force", "units", "in_force", by_unit=False),
    Indicator("units_applied", "units", "applied", by_unit=False),
    Indicator("units_applied_share", "share", "applied", "in_force", is_share=True, by_unit=False),
    Indicator("units_funded_share", "share", "won", "in_force", is_share=True, by_unit=False),
    Indicator("units_trained_share", "share", "attended_training", "in_force", is_share=True, by_unit=False),
    Indicator("units_exchange_share", "share", "attended_exchange", "in_force", is_share=True, by_unit=False),
    Indicator("white_spots", "units", "did_not_apply", by_unit=False),
    Indicator("repeat_share", "share", "applied_again", "applied_before", is_share=True, by_unit=False),
    Indicator("applications", "applications", "applications"),
    Indicator("funded", "projects", "funded"),
    Indicator("success_rate", "share", "funded", "admissible", is_share=True),
    Indicator("projects_per_10000", "per_10000", "funded", "population", 10_000, over="population"),
    Indicator("cost_total", "currency", "cost"),
    Indicator("cofinancing_share", "share", "cofinancing", "cost_known"),
    Indicator("cofinancing_share_without_local", "share", "cofinancing_without_local", "cost_known"),
    Indicator("participations", "participations", "participations"),
    Indicator(
        "participation_per_1000", "per_1000", "participations", "population_18plus", 1_000, over="population_18plus"
    ),
    Indicator("cost_per_participation", "currency_per_participation", "cost_counted", "participations_funded"),
    Indicator("training_persons", "persons", "training_persons"),
    Indicator("training_persons_per_1000", "per_1000", "training_persons", "population", 1_000, over="population"),
    Indicator("exchange_attendances", "events", "exchange_events"),
)


def coverage_indicators(tables: Tables, year: int, panel: pd.DataFrame | None = None) -> pd.DataFrame:
    """Contract ``indicators`` for one year: every unit in force, and ``all`` for the programme."""
    return indicators_of(unit_measures(tables, year, panel).assign(year=year))


def indicators_of(measures: pd.DataFrame) -> pd.DataFrame:
    """INDICATORS of a frame of measures (unit_id, year and the measures); what is wholly unknown makes no row.

    Rows run by year, then by indicator, the programme's before the units'.
    """
    parts = []
    for indicator in INDICATORS:
        columns = [indicator.numerator, *([indicator.denominator] if indicator.denominator else [])]
        if any(column not in measures for column in columns):
            continue
        entering = measures.dropna(subset=[*columns, *([indicator.over] if indicator.over else [])])
        if entering.empty:
            continue
        units = entering.loc[entering["unit_id"] != UNASSIGNED, ["unit_id", "year", *columns]].assign(units=1)
        counted = units.groupby("year").size()
        sums = entering.groupby("year", sort=True)[columns].sum().reset_index()
        sums = sums.assign(unit_id=ALL_UNITS, units=sums["year"].map(counted).fillna(0))
        parts.append(_rows(indicator, pd.concat([sums, units] if indicator.by_unit else [sums], ignore_index=True)))
    if not parts:
        return TABLES["indicators"].empty()
    rows = pd.concat(parts, ignore_index=True).sort_values("year", kind="stable", ignore_index=True)
    return conform(rows, TABLES["indicators"])


def _rows(indicator: Indicator, sums: pd.DataFrame) -> pd.DataFrame:
    """Rows of one indicator; ``n`` is the denominator of a share of counts, else the number of ``units`` that enter."""
    numerator = sums[indicator.numerator].astype("float64").to_numpy()
    over = sums[indicator.denominator].astype("float64").to_numpy() if indicator.denominator else None
    value, low, high = numerator, *np.full((2, len(sums)), np.nan)
    if over is not None:
        value = np.divide(indicator.scale * numerator, over, out=np.full(len(sums), np.nan), where=over > 0)
        if indicator.is_share:
            ends = [wilson_interval(one, of) for one, of in zip(numerator.tolist(), over.tolist(), strict=True)]
            low, high = np.array(ends).T
    return pd.DataFrame(
        {
            "indicator": indicator.code,
            "unit_id": sums["unit_id"].astype("str"),
            "year": sums["year"].astype(int),
            "value": value,
            "numerator": numerator,
            "denominator": np.nan if over is None else over,
            "n": (over if indicator.is_share and over is not None else sums["units"]).astype(int),
            "low": low,
            "high": high,
            "unit": indicator.unit,
        }
    )


def panel_indicators(panel: pd.DataFrame, geography: str = "current") -> pd.DataFrame:
    """The programme's indicators by year from one geography of the panel: contract ``indicators``, unit_id ``all``."""
    series = unit_series(panel, geography)
    return series[series["unit_id"] == ALL_UNITS].reset_index(drop=True)


def unit_series(panel: pd.DataFrame, geography: str = "current") -> pd.DataFrame:
    """Indicators of every unit and of ``all``, by year, from one geography of the panel: contract ``indicators``.

    The units are the same in all years, so that a change of territory moves no number of units. Left out are those that
    a panel cannot tell: success rate (admissible applications) and cost per participation. A unit counts as reached
    by exchange when it attended an event before the deadline.
    """
    rows = panel[panel["geography"] == geography].sort_values(["unit_id", "year"])
    cost = rows[[f"cost_{source}" for source in SOURCES]].astype("float64")
    in_force = (rows["unit_id"] != UNASSIGNED).astype(float)
    measures = pd.DataFrame(
        {
            "unit_id": rows["unit_id"],
            "year": rows["year"],
            "population": rows["population"].astype("float64"),
            "population_18plus": rows["population_18plus"].astype("float64"),
            "applications": rows["applications"].astype("float64"),
            "funded": rows["funded"].astype("float64"),
            "cost": rows["cost"],
            "cost_known": cost.sum(axis=1),
            "cofinancing": cost[["cost_local", "cost_residents", "cost_business"]].sum(axis=1),
            "cofinancing_without_local": cost[["cost_residents", "cost_business"]].sum(axis=1),
            "participations": rows["participations"].astype("float64"),
            "training_persons": rows["training_persons_in_year"].astype("float64"),
            "exchange_events": rows["exchange_events_attended"].astype("float64"),
            "in_force": in_force,
        }
    )
    for name, column in (
        ("applied", "applications"), ("won", "funded"), ("attended_training", "training_persons"),
        ("attended_exchange", "exchange_events"),
    ):  # fmt: skip
        measures[name] = (measures[column] > 0).astype(float) * in_force
    measures["did_not_apply"] = in_force - measures["applied"]
    measures["applied_before"] = measures.groupby("unit_id")["applied"].shift()
    measures["applied_again"] = measures["applied_before"] * measures["applied"]
    return indicators_of(measures)


def trained_since_start(panel: pd.DataFrame) -> pd.DataFrame:
    """People at training by unit now in force, each counted once a year, all years together: unit_id, value.

    For a map of people over several years: one year's counts are mostly too small to be shown.
    """
    rows = panel[(panel["geography"] == "current") & (panel["unit_id"] != UNASSIGNED)]
    sums = rows.groupby("unit_id")["training_persons_in_year"].sum().astype("float64")
    return sums.rename("value").reset_index()
