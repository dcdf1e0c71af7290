"""One row a project: whether it was admissible and funded, what it cost by source, how many took part."""

from __future__ import annotations

import pandas as pd

SOURCES = ("regional", "local", "residents", "business", "other")
INADMISSIBLE = ("rejected_formally", "withdrawn")
VALUE_COLUMNS = [
    "project_id", "year", "unit_id", "topic", "applicant_type", "score", "is_funded", "is_admissible", "cost",
    *(f"cost_{source}" for source in SOURCES), "participations", "beneficiaries",
]  # fmt: skip


def project_values(
    projects: pd.DataFrame, project_funding: pd.DataFrame | None, project_participation: pd.DataFrame | None
) -> pd.DataFrame:
    """VALUE_COLUMNS, one row a project, in the order of ``projects``.

    Admissible: neither rejected for its form nor withdrawn. ``cost``: actual, where it is not known planned, where
    that is not known either the sum of the sources (empty when nothing is known). ``cost_<source>``: paid amounts of
    a project that has any, otherwise planned ones; empty without a row of funding. ``participations``: sum over
    channels, empty without any.
    """
    values = projects.set_index("project_id")
    out = values[["year", "unit_id", "topic", "applicant_type", "score"]].copy()
    out["is_funded"] = values["is_funded"].astype("boolean").fillna(False).astype(bool)
    out["is_admissible"] = ~values["status"].isin(INADMISSIBLE)
    out["cost"] = values["cost_actual"].fillna(values["cost_planned"])
    if project_funding is not None and len(project_funding):
        amounts = project_funding.pivot_table(
            index=["project_id", "stage"], columns="funding_source", values="amount", aggfunc="sum", fill_value=0.0
        ).reindex(columns=list(SOURCES), fill_value=0.0)
        stages = [amounts.xs(stage, level="stage") for stage in ("paid", "planned") if stage in amounts.index.levels[1]]
        amounts = stages[0] if len(stages) == 1 else stages[0].combine_first(stages[1])
        amounts = amounts.reindex(out.index)
    else:
        amounts = pd.DataFrame(index=out.index, columns=list(SOURCES), dtype="float64")
    for source in SOURCES:
        out[f"cost_{source}"] = amounts[source]
    out["cost"] = out["cost"].fillna(amounts.sum(axis=1, min_count=1))
    if project_participation is not None and len(project_participation):
        counts = project_participation.groupby("project_id")["participations"].sum().reindex(out.index)
        out["participations"] = counts.astype("Int64")
    else:
        out["participations"] = pd.array([pd.NA] * len(out), dtype="Int64")
    out["beneficiaries"] = values["beneficiaries"].astype("Int64")
    return out.reset_index()[VALUE_COLUMNS]


def projects_by_topic(
    projects: pd.DataFrame, project_funding: pd.DataFrame | None, project_participation: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row a topic: applications, funded, success_rate (of admissible ones), cost of the funded; largest first."""
    values = project_values(projects, project_funding, project_participation)
    funded, topic = values["is_funded"], values["topic"].fillna("not_stated")
    sums = pd.DataFrame(
        {
            "applications": 1,
            "admissible": values["is_admissible"].astype(int),
            "funded": funded.astype(int),
            "cost": values["cost"].where(funded).astype("float64"),
        },
        index=values.index,
    )
    table = sums.groupby(topic.to_numpy()).sum().rename_axis("topic").reset_index()
    table["success_rate"] = table["funded"] / table["admissible"].where(table["admissible"] > 0)
    table = table.sort_values(["applications", "topic"], ascending=[False, True]).reset_index(drop=True)
    return table[["topic", "applications", "admissible", "funded", "success_rate", "cost"]]
