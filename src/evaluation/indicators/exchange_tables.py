"""Exchange in one geography: networks dealt anew for placebo tests, and who could adopt which practice when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from evaluation.indicators.geographies import Geography, build_geography
from evaluation.indicators.outcomes import Tables, place_tables, usable_deadlines
from evaluation.settings import Exposure
from evaluation.support.channels import common_trainer_ties, neighbour_ties, neighbours_by_centres, unit_centres
from evaluation.support.exchange import exchange_ties
from evaluation.support.panel_exposures import panel_redraws
from evaluation.support.placebo_exposure import RedrawnExposure
from evaluation.support.practices import AdoptionRisk, adoption_risk
from evaluation.support.training import training_dose
from evaluation.territory.crosswalk import UNASSIGNED
from evaluation.territory.crosswalk import Geography as GeographyName


def redraws_of_geography(
    tables: Tables,
    panel: pd.DataFrame,
    deadlines: Mapping[int, dt.date | None],
    territory_dates: Mapping[int, dt.date],
    registry: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
    settings: Exposure,
    geography: GeographyName,
    draws: int | None = None,
) -> RedrawnExposure:
    """Exposure of the panel's units and years in re-drawn networks, for ``effects.exchange.placebo_networks``.

    ``tables`` and the rest as ``build_panel``; ``panel`` gives the units and their funded projects. ``draws``: as the
    settings say where empty.
    """
    known, placed = _placed(tables, deadlines, territory_dates, registry, crosswalk, geography)[:2]
    rows = panel[panel["geography"] == geography]
    units = sorted(rows["unit_id"].unique())
    dose = training_dose(placed["support_events"], placed["attendance"], known, units)
    return panel_redraws(placed, known, dose, rows[["unit_id", "year", "funded"]], settings, units, draws)


def practice_risk(
    tables: Tables,
    deadlines: Mapping[int, dt.date | None],
    territory_dates: Mapping[int, dt.date],
    registry: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
    settings: Exposure,
    geography: GeographyName,
) -> AdoptionRisk:
    """Practices, units and years at risk in one geography, with exposure over exchange and its rivals.

    ``tables`` as ``build_panel``, with practices and practice_adoptions. A unit that joins several has a practice when
    any of its parts has it; adoptions that no unit can take for certain are counted as ``unknown_unit``.
    """
    known, placed, place = _placed(tables, deadlines, territory_dates, registry, crosswalk, geography)
    units = [unit for unit in place.units["unit_id"] if unit != UNASSIGNED]
    years = list(known)
    neighbours = neighbours_by_centres(unit_centres(placed["territories"], units))
    ties = {
        "exchange": exchange_ties(placed["exchange_events"], placed["exchange_participation"], known, settings),
        "neighbours": neighbour_ties(neighbours, years),
        "common_trainer": common_trainer_ties(placed["support_events"], placed["attendance"], known),
    }
    register, adoptions = (
        frame[frame["year"].isin(years)] for frame in (tables["practices"], tables["practice_adoptions"])
    )
    register = register.sort_values(["practice_id", "year"], kind="stable")
    register = register.assign(origin_unit_id=place.place(register["origin_unit_id"], register["year"]))
    adoptions = adoptions.assign(unit_id=place.place(adoptions["unit_id"], adoptions["year"]))
    return adoption_risk(register, adoptions, units, years, ties, settings.lag_years)


def _placed(
    tables: Tables,
    deadlines: Mapping[int, dt.date | None],
    territory_dates: Mapping[int, dt.date],
    registry: pd.DataFrame,
    crosswalk: pd.DataFrame | None,
    geography: GeographyName,
) -> tuple[dict[int, dt.date], dict[str, pd.DataFrame], Geography]:
    known = usable_deadlines(tables, deadlines)
    place = build_geography(geography, registry, crosswalk, {year: territory_dates[year] for year in known})
    known = {year: day for year, day in known.items() if year in place.years}
    return known, place_tables(tables, place), place
