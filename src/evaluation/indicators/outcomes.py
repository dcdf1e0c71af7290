"""The panel of territorial units and years, the project table, and the register beside published totals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.indicators.geographies import GEOGRAPHIES, Geography, build_geography
from evaluation.indicators.programme_years import PlacedYears, ProgrammeYears, Tables, place_tables
from evaluation.indicators.projects import SOURCES, project_values
from evaluation.settings import Exposure
from evaluation.support.channels import unit_centres
from evaluation.support.dose import dose_forms
from evaluation.support.exchange import exchange_counts, exchange_ties
from evaluation.support.panel_exposures import panel_exposures
from evaluation.support.streams import consultations_before_deadline
from evaluation.support.training import check_deadlines, training_dose
from evaluation.territory.crosswalk import UNASSIGNED
from evaluation.territory.crosswalk import Geography as GeographyName

SUMS = ["applications", "funded", "cost", *(f"cost_{source}" for source in SOURCES), "participations", "beneficiaries"]
COUNTS = ["applications", "funded", "participations", "beneficiaries"]


def build_panel(years: ProgrammeYears, geography: GeographyName) -> pd.DataFrame:
    """One geography's contract ``panel``: every unit in every year, zero where it did nothing.

    ``years.tables``: territories, projects, support_events, attendance, exchange_events, exchange_participation of all
    years, and where they exist project_funding, project_participation, consultations. ``applications`` and
    ``participations`` count all applications, ``funded``, ``cost`` (roubles or the programme's currency) and
    ``beneficiaries`` the funded ones. Population of a unit is missing when that of any of its parts is; its centre
    (degrees) is the mean of its parts'. What cannot be placed for certain stands in a unit ``unassigned``, which
    appears only then.
    """
    return panel_of(years.in_geography(geography), years.settings)


def panel_in(tables: Tables, deadlines: Mapping[int, dt.date], place: Geography, settings: Exposure) -> pd.DataFrame:
    """``build_panel`` for a geography that is already built."""
    told = {year: day for year, day in check_deadlines(deadlines).items() if year in place.years}
    return panel_of(PlacedYears(place, told, place_tables(tables, place)), settings)


def panel_of(years: PlacedYears, settings: Exposure) -> pd.DataFrame:
    """``build_panel`` for tables that are already placed."""
    place, deadlines, placed = years.place, years.deadlines, years.tables
    units = list(place.units["unit_id"])
    if any((frame["unit_id"] == UNASSIGNED).any() for frame in placed.values() if "unit_id" in frame.columns):
        units.append(UNASSIGNED)
    keys = pd.MultiIndex.from_product([units, list(deadlines)], names=["unit_id", "year"])

    outcomes = _outcomes(placed, keys)
    dose = training_dose(placed["support_events"], placed["attendance"], deadlines, units)
    parts = [
        outcomes,
        dose.set_index(["unit_id", "year"]),
        _dose_forms(placed, deadlines, units, settings),
        exchange_counts(placed["exchange_events"], placed["exchange_participation"], deadlines, units)
        .set_index(["unit_id", "year"]),
        panel_exposures(placed, deadlines, dose, outcomes["funded"].reset_index(), settings, units)
        .set_index(["unit_id", "year"]),
        _consultations(placed, deadlines, units),
        _population(placed["territories"], keys),
    ]  # fmt: skip
    panel = pd.concat([part.reindex(keys) for part in parts], axis=1).reset_index()
    panel = panel.merge(place.units, on="unit_id", how="left")
    panel = panel.merge(unit_centres(placed["territories"], units), on="unit_id", how="left")
    panel["name"] = panel["name"].fillna(UNASSIGNED)
    panel["geography"] = place.name
    return conform(panel[list(TABLES["panel"].names)], TABLES["panel"])


def build_panels(years: ProgrammeYears, geographies: Sequence[GeographyName] = GEOGRAPHIES) -> pd.DataFrame:
    """``build_panel`` in every geography, one below the other."""
    return pd.concat([build_panel(years, geography) for geography in geographies], ignore_index=True)


def _outcomes(placed: Tables, keys: pd.MultiIndex) -> pd.DataFrame:
    values = project_values(placed["projects"], placed.get("project_funding"), placed.get("project_participation"))
    funded = values["is_funded"]
    numbers = pd.DataFrame({"applications": 1.0, "funded": funded.astype(float)}, index=values.index)
    for column in ["cost", *(f"cost_{source}" for source in SOURCES), "beneficiaries"]:
        numbers[column] = values[column].astype("float64").where(funded)
    numbers["participations"] = values["participations"].astype("float64")
    sums = numbers.groupby([values["unit_id"], values["year"]])[SUMS].sum().reindex(keys, fill_value=0.0)
    return sums.astype(dict.fromkeys(COUNTS, "Int64"))


def _dose_forms(
    placed: Tables, deadlines: Mapping[int, dt.date], units: Sequence[str], settings: Exposure
) -> pd.DataFrame:
    """Hours of training since ever and fading with time, by unit and year."""
    arguments = (placed["support_events"], placed["attendance"], deadlines, units, settings.half_life_years)
    forms = dose_forms(*arguments).set_index(["unit_id", "year"])
    names = {"hours_cumulative": "training_dose_cumulative", "hours_decayed": "training_dose_decayed"}
    return forms[list(names)].rename(columns=names)


def _consultations(placed: Tables, deadlines: Mapping[int, dt.date], units: Sequence[str]) -> pd.DataFrame:
    keys = pd.MultiIndex.from_product([units, list(deadlines)], names=["unit_id", "year"])
    if "consultations" not in placed:
        return pd.DataFrame({"consultations_before_deadline": np.zeros(len(keys), dtype=int)}, index=keys)
    counts = consultations_before_deadline(placed["consultations"], deadlines, units)
    return counts.set_index(["unit_id", "year"])


def _population(territories: pd.DataFrame, keys: pd.MultiIndex) -> pd.DataFrame:
    """Residents by unit and year; missing when a part's number is missing."""
    columns = ["population", "population_18plus"]
    numbers = territories[columns].astype("float64")
    groups = [territories["unit_id"], territories["year"]]
    sums = numbers.groupby(groups).sum(min_count=1)
    missing = numbers.isna().groupby(groups).any()
    return sums.mask(missing).reindex(keys).astype("Int64")


def ties_of_geography(years: ProgrammeYears, geography: GeographyName) -> pd.DataFrame:
    """Exchange ties between the units of one geography, contract ``exchange_ties``."""
    placed = years.in_geography(geography)
    events, participation = placed.tables["exchange_events"], placed.tables["exchange_participation"]
    return conform(exchange_ties(events, participation, placed.deadlines, years.settings), TABLES["exchange_ties"])


def project_table(years: ProgrammeYears, panel: pd.DataFrame) -> pd.DataFrame:
    """Applications with what their unit had received before the deadline: contract ``project_table``.

    The unit is that of the geography ``original`` for the years it tells and of ``current`` afterwards; its dose and
    exposure come from ``panel``. ``stable_unit_id`` is the area that holds it in all years, for clustering. Shares
    are of the sum over the sources of money; empty without known sources.
    """
    tables, dates = years.tables, years.territory_dates
    values = project_values(tables["projects"], tables.get("project_funding"), tables.get("project_participation"))
    values = values[values["year"].isin(list(dates))].reset_index(drop=True)
    places = {name: build_geography(name, years.registry, years.crosswalk, dates) for name in GEOGRAPHIES}
    is_original = values["year"].isin(places["original"].years)
    placed = {name: place.place(values["unit_id"], values["year"]) for name, place in places.items()}
    values["unit_id"] = placed["original"].where(is_original, placed["current"])
    values["stable_unit_id"] = placed["stable"]
    values["geography"] = np.where(is_original, "original", "current")
    received = ["population", "trained", "training_hours_before_deadline", "consultations_before_deadline", "exposure"]
    of_unit = panel.loc[panel["unit_id"] != UNASSIGNED, ["geography", "unit_id", "year", *received]]
    out = values.merge(of_unit, on=["geography", "unit_id", "year"], how="left")
    total = out[[f"cost_{source}" for source in SOURCES]].sum(axis=1, min_count=1)
    for source in SOURCES[:-1]:
        out[f"share_{source}"] = out[f"cost_{source}"] / total.where(total > 0)
    return conform(out[list(TABLES["project_table"].names)], TABLES["project_table"])


def unplaced_rows(tables: Tables, panel: pd.DataFrame) -> pd.DataFrame:
    """Rows of the received tables that no territorial unit of a geography could take: geography, table, rows.

    Applications that stand in ``unassigned``, and people at training events and consultations without a unit.
    """
    rows = []
    for geography in panel["geography"].unique():
        lost = panel[(panel["geography"] == geography) & (panel["unit_id"] == UNASSIGNED)]
        rows.append({"geography": geography, "table": "projects", "rows": int(lost["applications"].sum())})
        rows += [
            {"geography": geography, "table": name, "rows": int(tables[name]["unit_id"].isna().sum())}
            for name in ("attendance", "consultations")
            if name in tables
        ]
    return pd.DataFrame(rows, columns=["geography", "table", "rows"])
