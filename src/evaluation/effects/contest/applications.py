"""Applications with their score, decision, and whether the same municipality or team applies again next year."""

from __future__ import annotations

import numpy as np
import pandas as pd

NOT_ADMITTED = ("rejected_formally", "withdrawn", "submitted")
CONTEST_COLUMNS = [
    "project_id", "year", "unit_id", "score", "funded", "applies_again", "applications_next_year", "team_applies_again",
]  # fmt: skip


def contest_frame(
    projects: pd.DataFrame,
    scores: pd.DataFrame | None = None,
    teams: pd.DataFrame | None = None,
    places: pd.Series | None = None,
) -> pd.DataFrame:
    """CONTEST_COLUMNS, a row an admitted application of all years (tables ``projects``, ``scores``, ``teams``).

    The score is that of the register, else the sum of its points by criterion. ``places`` maps project_id to an area
    that is the same in all years (else unit_id). Applying again counts every application, admitted or not; it is not
    known (missing) for the last year, and for projects without a team in the register of teams.
    """
    area = projects["unit_id"] if places is None else projects["project_id"].map(places).fillna(projects["unit_id"])
    score = projects["score"].astype("float64")
    if scores is not None:
        points = scores.groupby("project_id")["points"].sum(min_count=1)
        score = score.fillna(projects["project_id"].map(points).astype("float64"))
    every = pd.DataFrame(
        {
            "project_id": projects["project_id"], "year": projects["year"].astype(int), "unit_id": area,
            "score": score, "funded": projects["is_funded"].astype("float64"), "status": projects["status"],
        }
    )  # fmt: skip
    every = with_next_year(every, "unit_id")
    every["team_applies_again"] = _teams_again(every, teams)
    admitted = ~every["status"].isin(list(NOT_ADMITTED))
    return every.loc[admitted, CONTEST_COLUMNS].reset_index(drop=True)


def with_next_year(frame: pd.DataFrame, unit: str) -> pd.DataFrame:
    """``frame`` (all applications: year, ``unit``) with ``applications_next_year`` of the unit and ``applies_again``.

    Both are missing where the frame has no application of the next year at all.
    """
    counts = frame.groupby([unit, "year"]).size()
    keys = pd.MultiIndex.from_arrays([frame[unit], frame["year"].astype(int) + 1])
    following = counts.reindex(keys, fill_value=0).to_numpy(dtype=float)
    known = (frame["year"].astype(int) + 1).isin(set(frame["year"].astype(int))).to_numpy() & frame[
        unit
    ].notna().to_numpy()
    following = np.where(known, following, np.nan)
    again = np.where(known, (following > 0).astype(float), np.nan)
    return frame.assign(applications_next_year=following, applies_again=again)


def _teams_again(every: pd.DataFrame, teams: pd.DataFrame | None) -> pd.Series:
    if teams is None or teams.empty:
        return pd.Series(np.nan, index=every.index)
    with_project = teams[teams["project_id"].notna()]
    active = set(zip(with_project["team_id"], with_project["year"].astype(int), strict=True))
    years = set(teams["year"].astype(int))
    own = with_project.drop_duplicates("project_id").set_index("project_id")["team_id"]
    team = every["project_id"].map(own)
    found = [
        float((name, year + 1) in active) if isinstance(name, str) and year + 1 in years else np.nan
        for name, year in zip(team, every["year"], strict=True)
    ]
    return pd.Series(found, index=every.index)
