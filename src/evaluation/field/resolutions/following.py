"""Everything that is told of what events adopted and named, from the registers of all years."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from evaluation.field.resolutions.events import VOTES, event_records
from evaluation.field.resolutions.problems import problem_themes, theme_years
from evaluation.field.resolutions.recommendations import (
    adoption_days,
    done_of_due,
    event_of,
    median_days,
    not_done_curve,
    recommendation_progress,
    themes_of_recommendations,
)
from evaluation.field.resolutions.shares import Agreement, Share, coder_agreement
from evaluation.privacy.disclosure import suppress_counts
from evaluation.tables.measures import SECTOR_COUNTS


@dataclass(frozen=True)
class Recommendations:
    """``progress`` of every recommendation, ``themes`` of them, the ``curve`` of those not done, the share ``done`` of
    those due and the ``median`` of days until done."""

    progress: pd.DataFrame
    themes: pd.DataFrame
    curve: pd.DataFrame
    done: Share
    median: float


def follow_recommendations(
    adopted: pd.DataFrame,
    statuses: pd.DataFrame,
    resolutions: pd.DataFrame,
    exchange_events: pd.DataFrame,
    support_events: pd.DataFrame,
    as_of: dt.date,
) -> Recommendations:
    """What became of the recommendations by ``as_of`` (``field.resolutions.recommendations``)."""
    adopted = adopted.reset_index(drop=True)
    days = adoption_days(adopted, resolutions, exchange_events, support_events)
    progress = recommendation_progress(adopted, statuses, days, as_of)
    events = event_of(adopted)
    return Recommendations(
        progress, themes_of_recommendations(progress, events), not_done_curve(progress),
        done_of_due(progress, events), median_days(progress),
    )  # fmt: skip


@dataclass(frozen=True)
class Problems:
    """``named``: the problems; ``themes`` by year, ``wide`` with a column a year, and the ``agreement`` of coders."""

    named: pd.DataFrame
    themes: pd.DataFrame
    wide: pd.DataFrame
    agreement: Agreement


def follow_problems(problems: pd.DataFrame) -> Problems:
    """Problems by theme over the years (``field.resolutions.problems``)."""
    themes = problem_themes(problems)
    agreement = coder_agreement(problems["theme"], problems["theme_second"])
    return Problems(problems, themes, theme_years(themes), agreement)


@dataclass(frozen=True)
class Events:
    """``records``: who met and voted; ``hidden`` (as ``records``): small counts of people and what gives them away."""

    records: pd.DataFrame
    hidden: pd.DataFrame


def follow_events(
    resolutions: pd.DataFrame, adopted: pd.DataFrame, problems: pd.DataFrame, threshold: int
) -> Events:  # fmt: skip
    """Who met and voted (``field.resolutions.events``), counts of people below ``threshold`` hidden.

    Participants are the total of sectors and, mostly, of votes, so one small count hides another beside it.
    """
    records = event_records(resolutions, adopted, problems)
    hidden = suppress_counts(records, SECTOR_COUNTS, threshold, column_totals=False, row_totals=True).hidden
    votes = suppress_counts(records, VOTES, threshold, column_totals=False, row_totals=True).hidden
    talk = suppress_counts(records, ("speakers", "discussants"), threshold, column_totals=False).hidden
    return Events(records, hidden | votes | talk)
