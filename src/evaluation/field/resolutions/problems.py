"""Problems that events named, by theme over the years: what comes back, and whether two coders agree."""

from __future__ import annotations

import pandas as pd

from evaluation.field.resolutions.recommendations import event_of
from evaluation.tables import TABLES


def problem_themes(problems: pd.DataFrame) -> pd.DataFrame:
    """Themes by year (contract ``problem_themes``): problems, the events that named them, all events with problems.

    The first coder's theme counts; a problem without one stands nowhere (``uncoded``). A theme recurs when events of
    at least two years named it by that year.
    """
    if problems.empty:
        return TABLES["problem_themes"].empty()
    rows = problems.assign(event=event_of(problems).fillna(problems["problem_id"]))
    asked = rows.groupby("year")["event"].nunique()
    coded = rows.dropna(subset=["theme"])
    grouped = coded.groupby(["theme", "year"], sort=True)
    frame = pd.DataFrame({"problems": grouped.size(), "events": grouped["event"].nunique()}).reset_index()
    frame["events_in_year"] = frame["year"].map(asked).astype("int64")
    frame["is_recurring"] = frame.groupby("theme").cumcount() >= 1
    return frame[list(TABLES["problem_themes"].names)]


def uncoded(problems: pd.DataFrame) -> int:
    """Number of problems to which the first coder gave no theme."""
    return int(problems["theme"].isna().sum())


def theme_years(themes: pd.DataFrame) -> pd.DataFrame:
    """One row a theme, one column a year (problems named), in order of the years in which it came up, then of size.

    Columns: theme, the years as texts, problems, years (in how many it came up).
    """
    wide = themes.pivot(index="theme", columns="year", values="problems").fillna(0).astype("int64")
    frame = wide.rename(columns=str).assign(problems=wide.sum(axis=1), years=(wide > 0).sum(axis=1))
    ordered = frame.reset_index().sort_values(["years", "problems", "theme"], ascending=[False, False, True])
    return ordered.rename_axis(columns=None).reset_index(drop=True)
