"""The programme year in a few totals, and what people's decisions changed in them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from evaluation.indicators.projects import project_values

EFFECT_COLUMNS = ["name", "without_decisions", "with_decisions", "difference"]
PRESENT = ("present", "partial")


def headline_totals(tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Totals of the programme tables of a year, by name; those whose table is absent are left out.

    applications and projects_funded (projects); cost (money) and participations of funded projects; people
    (different people who attended training).
    """
    totals: dict[str, float] = {}
    if "projects" in tables:
        values = project_values(tables["projects"], tables.get("project_funding"), tables.get("project_participation"))
        funded = values[values["is_funded"]]
        totals = {
            "applications": float(len(values)),
            "projects_funded": float(len(funded)),
            "cost": round(float(funded["cost"].sum()), 2),
            "participations": float(funded["participations"].fillna(0).sum()),
        }
    if "attendance" in tables:
        there = tables["attendance"][tables["attendance"]["status"].isin(PRESENT)]
        totals["people"] = float(there["person_key"].nunique())
    return pd.Series(totals, dtype="float64")


def effect_of_decisions(
    with_decisions: Mapping[str, pd.DataFrame], without_decisions: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """EFFECT_COLUMNS, one row a headline total: the same files cleaned with and without people's decisions."""
    after, before = headline_totals(with_decisions), headline_totals(without_decisions)
    frame = pd.DataFrame({"without_decisions": before, "with_decisions": after}).reindex(after.index)
    frame["difference"] = frame["with_decisions"] - frame["without_decisions"]
    return frame.rename_axis("name").reset_index()[EFFECT_COLUMNS]
