"""Exchange in one geography: networks dealt anew for placebo tests, and who could adopt which practice when."""

from __future__ import annotations

import pandas as pd

from evaluation.indicators.programme_years import ProgrammeYears
from evaluation.support.channels import common_trainer_ties, neighbour_ties, neighbours_by_centres, unit_centres
from evaluation.support.exchange import exchange_ties
from evaluation.support.panel_exposures import panel_redraws
from evaluation.support.placebo_exposure import RedrawnExposure
from evaluation.support.practices import AdoptionRisk, adoption_risk
from evaluation.support.training import training_dose
from evaluation.territory.crosswalk import UNASSIGNED, Geography

REDRAWN = ("territories", "support_events", "attendance", "exchange_events", "exchange_participation")
"""Tables behind the networks that are dealt anew."""


def redraws_of_geography(
    years: ProgrammeYears, panel: pd.DataFrame, geography: Geography, draws: int | None = None
) -> RedrawnExposure:
    """Exposure of the panel's units and years in re-drawn networks, for ``effects.exchange.placebo_networks``.

    ``years.tables``: REDRAWN of all years; ``panel`` gives the units and their funded projects. ``draws``: as the
    settings say where empty.
    """
    placed = years.in_geography(geography)
    rows = panel[panel["geography"] == geography]
    units = sorted(rows["unit_id"].unique())
    dose = training_dose(placed.tables["support_events"], placed.tables["attendance"], placed.deadlines, units)
    funded = rows[["unit_id", "year", "funded"]]
    return panel_redraws(placed.tables, placed.deadlines, dose, funded, years.settings, units, draws)


def practice_risk(years: ProgrammeYears, geography: Geography) -> AdoptionRisk:
    """Practices, units and years at risk in one geography, with exposure over exchange and its rivals.

    ``years.tables`` as ``build_panel``, with practices and practice_adoptions. A unit that joins several has a practice
    when any of its parts has it; adoptions that no unit can take for certain are counted as ``unknown_unit``.
    """
    known = years.in_geography(geography)
    place, placed, deadlines, settings = known.place, known.tables, known.deadlines, years.settings
    units = [unit for unit in place.units["unit_id"] if unit != UNASSIGNED]
    told = list(deadlines)
    neighbours = neighbours_by_centres(unit_centres(placed["territories"], units))
    ties = {
        "exchange": exchange_ties(placed["exchange_events"], placed["exchange_participation"], deadlines, settings),
        "neighbours": neighbour_ties(neighbours, told),
        "common_trainer": common_trainer_ties(placed["support_events"], placed["attendance"], deadlines),
    }
    register, adoptions = (
        frame[frame["year"].isin(told)] for frame in (years.tables["practices"], years.tables["practice_adoptions"])
    )
    register = register.sort_values(["practice_id", "year"], kind="stable")
    register = register.assign(origin_unit_id=place.place(register["origin_unit_id"], register["year"]))
    adoptions = adoptions.assign(unit_id=place.place(adoptions["unit_id"], adoptions["year"]))
    return adoption_risk(register, adoptions, units, told, ties, settings.lag_years)
