"""Achievements that events noted, by theme over the years; what they are worth nobody has checked."""

from __future__ import annotations

import pandas as pd

from evaluation.field.resolutions.recommendations import event_of

NOT_CODED = "not_coded"


def achievement_years(achievements: pd.DataFrame) -> pd.DataFrame:
    """One row a theme (the uncoded last, under NOT_CODED), one column a year: how many achievements events noted.

    ``achievements``: the contract of that name, of all years. Columns: theme, the years as texts, achievements (of all
    years), events (that noted one of the theme; a record that names no event counts as one of its own). Themes stand
    in order of their size.
    """
    rows = achievements.assign(
        theme=achievements["theme"].astype("object").where(achievements["theme"].notna(), NOT_CODED),
        event=event_of(achievements).fillna(achievements["achievement_id"]),
    )
    wide = rows.groupby(["theme", "year"]).size().unstack("year", fill_value=0).astype("int64").sort_index(axis=1)
    by_theme = rows.groupby("theme")
    frame = wide.rename(columns=str).assign(achievements=by_theme.size(), events=by_theme["event"].nunique())
    frame = frame.reset_index().rename_axis(columns=None)
    frame["last"] = frame["theme"].eq(NOT_CODED)
    ordered = frame.sort_values(["last", "achievements", "theme"], ascending=[True, False, True], kind="stable")
    return ordered.drop(columns="last").reset_index(drop=True)
