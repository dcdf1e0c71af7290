"""Whom a programme year reached: indicators of every territorial unit and of the programme as a whole.

Each indicator keeps numerator, denominator and n. Rates per residents leave out, above and below the line, units
whose population is not published. Shares of counts carry Wilson's 95 % interval (Wilson 1927), which treats the
year's units or applications as draws from those that could have been.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from evaluation.contracts import TABLES, conform
from evaluation.indicators.breaks import ALL_UNITS
from evaluation.indicators.projects import SOURCES, project_values
from evaluation.support.training import ATTENDED
from evaluation.territory.crosswalk import UNASSIGNED

Tables = Mapping[str, pd.DataFrame]


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


def wilson_interval(successes: float, trials: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share; NaN without trials. (Wilson 1927, JASA 22; 0 and 1 are kept at the ends.)"""
    if not trials > 0:
        return float("nan"), float("nan")
    z = float(special.ndtri(0.5 + level / 2))
    share = successes / trials
    centre = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    low = 0.0 if successes == 0 else float(centre - half)
    high = 1.0 if successes == trials else float(centre + half)
    return low, high


def unit_measures(tables: Tables, year: int, panel: pd.DataFrame | None = None) -> pd.DataFrame:
    """What every unit in force did in ``year``: one row a unit, numerators and denominators of INDICATORS.

    ``tables``: territories and projects; where they exist project_funding, project_participation, support_events,
    attendance, exchange_participation (what an absent or empty table would tell is not known, never zero).
    Applications and people under codes not in force, or under none, are in the row ``unassigned``, which is not in
    force and appears only then. ``panel`` (geography ``current``) tells who applied in the year before.
    """
    territories = tables["territories"].loc[tables["territories"]["year"] == year].set_index("unit_id")
    values = project_values(
        tables["projects"].loc[tables["projects"]["year"] == year],
        tables.get("project_funding"),
        tables.get("project_participation"),
    )
    index = pd.Index([*territories.index, UNASSIGNED], name="unit_id")
    out = territories[["population", "population_18plus"]].astype("float64").reindex(index)

    funded, money = values["is_funded"], values[[f"cost_{source}" for source in SOURCES]]
    known = funded & money.notna().any(axis=1)
    counted = funded & values["participations"].gt(0).fillna(False) & values["cost"].notna()
    numbers = pd.DataFrame(
        {
            "applications": np.ones(len(values)),
            "admissible": values["is_admissible"].astype(float),
            "funded": funded.astype(float),
            "cost": values["cost"].where(funded),
            "cost_known": money.sum(axis=1).where(known),
            "cofinancing": money[["cost_local", "cost_residents", "cost_business"]].sum(axis=1).where(known),
            "cofinancing_without_local": money[["cost_residents", "cost_business"]].sum(axis=1).where(known),
            "participations": values["participations"].astype("float64"),
            "cost_counted": values["cost"].where(counted),
            "participations_funded": values["participations"].astype("float64").where(counted),
        }
    )
    unit = _placed(values["unit_id"], index).to_numpy()
    out = pd.concat([out, numbers.groupby(unit).sum().reindex(index, fill_value=0.0)], axis=1)
    if values["participations"].isna().all():
        out[["participations", "participations_funded"]] = np.nan
    out["in_force"] = out.index.isin(territories.index).astype(float)
    out["training_persons"] = _training_persons(tables, year, index)
    out["exchange_events"] = _exchange_events(tables, index)
    for name, column in (
        ("applied", "applications"), ("won", "funded"), ("attended_training", "training_persons"),
        ("attended_exchange", "exchange_events"),
    ):  # fmt: skip
        out[name] = (out[column] > 0).astype(float).where(out[column].notna()) * out["in_force"]
    out["did_not_apply"] = out["in_force"] - out["applied"]
    before = _applied_in(panel, year - 1)
    out["applied_before"] = np.nan if before is None else out.index.isin(before).astype(float) * out["in_force"]
    out["applied_again"] = out["applied_before"] * out["applied"]
    is_empty = out.index.isin([UNASSIGNED]) & (
        out[["applications", "training_persons", "exchange_events"]].fillna(0).sum(axis=1) == 0
    )
    return out[~is_empty].rename_axis("unit_id").reset_index()


def _placed(unit_id: pd.Series, index: pd.Index) -> pd.Series:
    return unit_id.where(unit_id.isin(index), UNASSIGNED)


def _known(tables: Tables, *names: str) -> bool:
    return all(name in tables and len(tables[name]) > 0 for name in names)


def _training_persons(tables: Tables, year: int, index: pd.Index) -> pd.Series | float:
    if not _known(tables, "support_events", "attendance"):
        return float("nan")
    events = tables["support_events"]
    own = events.loc[(events["stream"] == "training") & (events["year"] == year), "event_id"]
    rows = tables["attendance"]
    came = rows[rows["status"].isin(ATTENDED) & rows["event_id"].isin(own)]
    persons = came.groupby(_placed(came["unit_id"], index))["person_key"].nunique()
    return persons.reindex(index, fill_value=0).astype(float)


def _exchange_events(tables: Tables, index: pd.Index) -> pd.Series | float:
    if not _known(tables, "exchange_participation"):
        return float("nan")
    rows = tables["exchange_participation"]
    events = rows.groupby(_placed(rows["unit_id"], index))["exchange_id"].nunique()
    return events.reindex(index, fill_value=0).astype(float)


def _applied_in(panel: pd.DataFrame | None, year: int) -> set[str] | None:
    """Units (geography ``current``) with an application in ``year``; None where the panel does not tell that year."""
    if panel is None:
        return None
    rows = panel[(panel["geography"] == "current") & (panel["year"] == year)]
    return set(rows.loc[rows["applications"] > 0, "unit_id"]) if len(rows) else None


def coverage_indicators(tables: Tables, year: int, panel: pd.DataFrame | None = None) -> pd.DataFrame:
    """Contract ``indicators`` for one year: every unit in force, and ``all`` for the programme."""
    return indicators_of(unit_measures(tables, year, panel), year)


def indicators_of(measures: pd.DataFrame, year: int) -> pd.DataFrame:
    """INDICATORS of a frame of measures; measures that are wholly unknown make no row."""
    rows: list[dict[str, object]] = []
    for indicator in INDICATORS:
        columns = [indicator.numerator, *([indicator.denominator] if indicator.denominator else [])]
        if any(column not in measures for column in columns):
            continue
        entering = measures.dropna(subset=[*columns, *([indicator.over] if indicator.over else [])])
        if entering.empty:
            continue
        units = entering[entering["unit_id"] != UNASSIGNED]
        rows.append(_row(indicator, ALL_UNITS, year, entering[columns].sum(), len(units)))
        if indicator.by_unit:
            records = units[["unit_id", *columns]].to_dict("records")
            rows += [_row(indicator, str(record["unit_id"]), year, pd.Series(record), 1) for record in records]
    return conform(pd.DataFrame(rows, columns=list(TABLES["indicators"].names)), TABLES["indicators"])


def _row(indicator: Indicator, unit_id: str, year: int, sums: pd.Series, units: int) -> dict[str, object]:
    """One row; ``n`` is the denominator of a share of counts, else the number of units that entered."""
    numerator = float(sums[indicator.numerator])
    denominator = float(sums[indicator.denominator]) if indicator.denominator else None
    if denominator is None:
        value = numerator
    else:
        value = indicator.scale * numerator / denominator if denominator > 0 else float("nan")
    low, high = (float("nan"), float("nan"))
    if indicator.is_share and denominator is not None:
        low, high = wilson_interval(numerator, denominator)
    return {
        "indicator": indicator.code,
        "unit_id": unit_id,
        "year": year,
        "value": value,
        "numerator": numerator,
        "denominator": denominator,
        "n": int(denominator) if indicator.is_share and denominator is not None else units,
        "low": low,
        "high": high,
        "unit": indicator.unit,
    }


def panel_indicators(panel: pd.DataFrame, geography: str = "current") -> pd.DataFrame:
    """The programme's indicators by year from one geography of the panel: contract ``indicators``, unit_id ``all``.

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
    parts = [
        indicators_of(part, int(str(year))).query("unit_id == @ALL_UNITS")
        for year, part in measures.groupby("year", sort=True)
    ]
    return conform(pd.concat(parts, ignore_index=True), TABLES["indicators"]) if parts else TABLES["indicators"].empty()


WHITE_SPOT_COLUMNS = [
    "unit_id", "name", "type", "population", "attended_training", "attended_exchange", "last_applied_year",
    "first_trained_year", "reason",
]  # fmt: skip


def white_spots(tables: Tables, year: int, panel: pd.DataFrame | None = None) -> pd.DataFrame:
    """Units in force without an application in ``year``: WHITE_SPOT_COLUMNS, the most populous first.

    ``reason`` is what the register can say: ``never_applied_untrained`` (no application in any year, never trained),
    ``never_applied_trained`` (trained, yet no application), ``applied_before`` (stopped), ``not_known`` (no history
    at hand). ``attended_*`` concern this year.
    """
    measures = unit_measures(tables, year, panel)
    spots = measures[measures["did_not_apply"] == 1]
    territories = tables["territories"].loc[tables["territories"]["year"] == year]
    names = territories[["unit_id", "short_name", "type"]].rename(columns={"short_name": "name"})
    spots = spots.merge(names, on="unit_id")
    for name in ("attended_training", "attended_exchange"):
        spots[name] = spots[name].astype("boolean")
    if panel is None:
        spots = spots.assign(last_applied_year=pd.NA, first_trained_year=pd.NA, reason="not_known")
    else:
        history = panel[(panel["geography"] == "current") & (panel["year"] <= year)]
        last = history[history["applications"] > 0].groupby("unit_id")["year"].max()
        first = history.groupby("unit_id")["first_trained_year"].min()
        spots["last_applied_year"] = spots["unit_id"].map(last).astype("Int64")
        spots["first_trained_year"] = spots["unit_id"].map(first).astype("Int64")
        spots["reason"] = np.select(
            [spots["last_applied_year"].notna(), spots["first_trained_year"].notna()],
            ["applied_before", "never_applied_trained"],
            "never_applied_untrained",
        )
    spots["population"] = spots["population"].astype("Int64")
    ordered = spots.sort_values(["population", "unit_id"], ascending=[False, True])
    return ordered[WHITE_SPOT_COLUMNS].reset_index(drop=True)


def trained_since_start(panel: pd.DataFrame) -> pd.DataFrame:
    """People at training by unit now in force, each counted once a year, all years together: unit_id, value.

    For a map of people over several years: one year's counts are mostly too small to be shown.
    """
    rows = panel[(panel["geography"] == "current") & (panel["unit_id"] != UNASSIGNED)]
    sums = rows.groupby("unit_id")["training_persons_in_year"].sum().astype("float64")
    return sums.rename("value").reset_index()
