"""The plan's tables beside the panel: practices at risk, teams' lives, applications near the line."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from evaluation.effects.contest.application_table import scored_applications
from evaluation.effects.survival.team_table import team_years
from evaluation.indicators.practice_years import practice_years
from evaluation.indicators.programme_years import ProgrammeYears


@dataclass(frozen=True)
class AnalysisTables:
    """Frames by the name of their contract, and how many received rows gave none, by name of a finding."""

    frames: dict[str, pd.DataFrame]
    left_out: dict[str, int]


def analysis_tables(years: ProgrammeYears, project_table: pd.DataFrame) -> AnalysisTables:
    """Contracts ``practice_years``, ``team_spells`` and ``scored_applications``, empty where a source is absent.

    ``years.tables`` as ``build_panel`` takes them, with practices, practice_adoptions, teams, team_members and
    scores; ``project_table`` is that of the same years. Raises InputProblem as the three builders do.
    """
    place = (years.territory_dates, years.registry, years.crosswalk)
    practices, adoptions_left = practice_years(years)
    teams, teams_left = team_years(years.tables, years.deadlines, *place)
    frames = {
        "practice_years": practices,
        "team_spells": teams,
        "scored_applications": scored_applications(years.tables, project_table, *place),
    }
    left_out = {f"adoptions_left_out_{name}": count for name, count in adoptions_left.items()}
    return AnalysisTables(frames, left_out | {f"left_out_{name}": count for name, count in teams_left.items()})
