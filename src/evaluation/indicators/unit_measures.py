"""What every territorial unit did in a year: the numerators and denominators of the indicators of coverage."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from evaluation.indicators.projects import SOURCES, project_values
from evaluation.support.training import ATTENDED
from evaluation.territory.crosswalk import UNASSIGNED

Tables = Mapping[str, pd.DataFrame]


def unit_measures(tables: Tables, year: int, panel: pd.DataFrame | None = None) -> pd.DataFrame:
    """What every unit in force did in ``year``: one row a unit, numerators and denominators of INDICATORS.

    ``tables``: territories and projects; where they exist project_funding, project_participation, support_events,
    attendance, exchange_participation (what an absent or empty table would tell is not known, never zero).
    Applications and people under codes not in force, or under none, are in the row ``unassigned``, which is not in
    force and appears only then. ``panel`` (geography ``current``) tells who applied in the year before.
    """
    territories = tables["territories"].loc[tables["territories"]["year"] == year].set_index("unit_id")
    values = project_values(
        tables["projects"].loc[tables["projects"]["year"] == year],
        tables.get("project_funding"),
        tables.get("project_participation"),
    )
    index = pd.Index([*territories.index, UNASSIGNED], name="unit_id")
    out = territories[["population", "population_18plus"]].astype("float64").reindex(index)

    funded, money = values["is_funded"], values[[f"cost_{source}" for source in SOURCES]]
    known = funded & money.notna().any(axis=1)
    counted = funded & values["participations"].gt(0).fillna(False) & values["cost"].notna()
    numbers = pd.DataFrame(
        {
            "applications": np.ones(len(values)),
            "admissible": values["is_admissible"].astype(float),
            "funded": funded.astype(float),
            "cost": values["cost"].where(funded),
            "cost_known": money.sum(axis=1).where(known),
            "cofinancing": money[["cost_local", "cost_residents", "cost_business"]].sum(axis=1).where(known),
            "cofinancing_without_local": money[["cost_residents", "cost_business"]].sum(axis=1).where(known),
            "participations": values["participations"].astype("float64"),
            "cost_counted": values["cost"].where(counted),
            "participations_funded": values["participations"].astype("float64").where(counted),
        }
    )
    unit = _placed(values["unit_id"], index).to_numpy()
    out = pd.concat([out, numbers.groupby(unit).sum().reindex(index, fill_value=0.0)], axis=1)
    if values["participations"].isna().all():
        out[["participations", "participations_funded"]] = np.nan
    out["in_force"] = out.index.isin(territories.index).astype(float)
    out["training_persons"] = _training_persons(tables, year, index)
    out["exchange_events"] = _exchange_events(tables, index)
    for name, column in (
        ("applied", "applications"), ("won", "funded"), ("attended_training", "training_persons"),
        ("attended_exchange", "exchange_events"),
    ):  # fmt: skip
        out[name] = (out[column] > 0).astype(float).where(out[column].notna()) * out["in_force"]
    out["did_not_apply"] = out["in_force"] - out["applied"]
    before = _applied_in(panel, year - 1)
    out["applied_before"] = np.nan if before is None else out.index.isin(before).astype(float) * out["in_force"]
    out["applied_again"] = out["applied_before"] * out["applied"]
    is_empty = out.index.isin([UNASSIGNED]) & (
        out[["applications", "training_persons", "exchange_events"]].fillna(0).sum(axis=1) == 0
    )
    return out[~is_empty].rename_axis("unit_id").reset_index()


def _placed(unit_id: pd.Series, index: pd.Index) -> pd.Series:
    return unit_id.where(unit_id.isin(index), UNASSIGNED)


def _known(tables: Tables, *names: str) -> bool:
    return all(name in tables and len(tables[name]) > 0 for name in names)


def _training_persons(tables: Tables, year: int, index: pd.Index) -> pd.Series | float:
    if not _known(tables, "support_events", "attendance"):
        return float("nan")
    events = tables["support_events"]
    own = events.loc[(events["stream"] == "training") & (events["year"] == year), "event_id"]
    rows = tables["attendance"]
    came = rows[rows["status"].isin(ATTENDED) & rows["event_id"].isin(own)]
    persons = came.groupby(_placed(came["unit_id"], index))["person_key"].nunique()
    return persons.reindex(index, fill_value=0).astype(float)


def _exchange_events(tables: Tables, index: pd.Index) -> pd.Series | float:
    if not _known(tables, "exchange_participation"):
        return float("nan")
    rows = tables["exchange_participation"]
    rows = rows[rows["persons"].astype("float64").ne(0)]  # invited, and nobody came
    events = rows.groupby(_placed(rows["unit_id"], index))["exchange_id"].nunique()
    return events.reindex(index, fill_value=0).astype(float)


def _applied_in(panel: pd.DataFrame | None, year: int) -> set[str] | None:
    """Units (geography ``current``) with an application in ``year``; None where the panel does not tell that year."""
    if panel is None:
        return None
    rows = panel[(panel["geography"] == "current") & (panel["year"] == year)]
    return set(rows.loc[rows["applications"] > 0, "unit_id"]) if len(rows) else None
