"""Everything that the step on teams makes, from the registers of all years."""

from __future__ import annotations

import pandas as pd

from evaluation.field.teams.acts import TeamYears, acts_of_teams
from evaluation.field.teams.cards import team_cards
from evaluation.field.teams.combinations import stream_combinations
from evaluation.field.teams.conditions import team_conditions
from evaluation.field.teams.contents import support_contents
from evaluation.field.teams.continuity import team_composition
from evaluation.field.teams.dose import match_acts, team_support
from evaluation.field.teams.portfolio import line_overlap, line_years
from evaluation.field.teams.reliability import index_reliability


def team_results(years: TeamYears, year: int, threshold: int) -> dict[str, pd.DataFrame]:
    """Tables by their contracts' names: the index told for ``year``, rare combinations pooled."""
    acts = acts_of_teams(years)
    matched = match_acts(years, acts)
    support = team_support(years, matched)
    conditions = team_conditions(years, acts, matched)
    units = conditions[["team_id", "year"]].merge(years.teams, on=["team_id", "year"])["unit"]
    scales, items = index_reliability(conditions, year, units)
    return {
        "support_contents": support_contents(years, acts, matched),
        "team_support": support,
        "team_cards": team_cards(years, support, acts),
        "team_composition": team_composition(years),
        "team_conditions": conditions,
        "team_index_scales": scales,
        "team_index_items": items,
        "stream_combinations": stream_combinations(years, threshold, support),
        "programme_line_years": line_years(years),
        "programme_line_overlap": line_overlap(years),
    }
