"""How far measures are: the way to the target, what is overdue, what a record lacks, which targets were changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from evaluation.tables import TABLES

# a measure of these is not waited for any more
ENDED = ("done", "cancelled")
NO_STATUS = "no_status"
MATRIX_STATUSES = ("planned", "in_progress", "done", "suspended", "cancelled", NO_STATUS)
TASK_COLUMNS = ["task_number", "task", "measures"]
LACKING_COLUMNS = ["measure_id", "project", "measure", "has_indicator", "has_owner", "has_due_date"]
YEAR_COLUMNS = ["year", "measures", "done", "overdue", "with_progress", "median_progress", "targets_changed"]


def measure_progress(measures: pd.DataFrame, year_ends: Mapping[int, dt.date]) -> pd.DataFrame:
    """One row a measure and year (contract ``measure_progress``) from the register of all years.

    progress = (value - baseline) / (target - baseline), which serves indicators that should fall as well as those
    that should rise; above 1 the target is passed, below 0 the measure moved away from it. Where it cannot be
    computed ``progress_gap`` says what is missing first. A measure is overdue when its due day lies before the last
    day of its year (``year_ends``; without one 31 December) and it is neither done nor cancelled; without a due day
    or a status this is not known. A target is compared with the last one that an earlier year's register gave: a
    target that was dropped counts as changed.
    """
    rows = measures.sort_values(["measure_id", "year"], kind="stable").reset_index(drop=True)
    way = rows["target"] - rows["baseline"]
    progress = ((rows["value"] - rows["baseline"]) / way.where(way != 0)).where(rows["indicator"].notna())
    ends = pd.to_datetime([year_ends.get(int(year), dt.date(int(year), 12, 31)) for year in rows["year"]])
    known = rows["due_on"].notna() & rows["status"].notna()
    overdue = (rows["due_on"] < ends) & ~rows["status"].isin(ENDED)
    targets = rows.groupby("measure_id", sort=False)["target"]
    earlier = targets.ffill().groupby(rows["measure_id"], sort=False).shift()
    changed = (rows["target"] != earlier).astype("boolean").where(earlier.notna())
    frame = pd.DataFrame(
        {
            **{name: rows[name] for name in ("measure_id", "year", "project", "status", "target")},
            "progress": progress,
            "progress_gap": _gaps(rows, way),
            "is_overdue": overdue.astype("boolean").where(known),
            "has_indicator": rows["indicator"].notna(),
            "has_owner": rows["owner"].notna(),
            "has_due_date": rows["due_on"].notna(),
            "has_evidence": rows["evidence"].notna(),
            "earlier_target": earlier,
            "target_changed": changed,
        }
    )
    return frame[list(TABLES["measure_progress"].names)]


def _gaps(rows: pd.DataFrame, way: pd.Series) -> pd.Series:
    """Why a measure's progress cannot be computed; empty where it can."""
    reasons = {
        "no_indicator": rows["indicator"].isna(),
        "no_baseline": rows["baseline"].isna(),
        "no_target": rows["target"].isna(),
        "no_value": rows["value"].isna(),
        "target_is_baseline": way == 0,
    }
    found = np.select([reason.to_numpy(dtype=bool) for reason in reasons.values()], list(reasons), default="")
    return pd.Series(found, index=rows.index, dtype="str").replace("", None)


def status_matrix(progress: pd.DataFrame, year: int) -> pd.DataFrame:
    """Measures of one year by project and status: project, one column a status of MATRIX_STATUSES, overdue, n.

    Measures without a project stand in a row whose project is empty; projects in the register's order.
    """
    rows = progress[progress["year"] == year].copy()
    rows["status"] = rows["status"].fillna(NO_STATUS)
    rows["order"] = rows["project"].fillna("")
    wide = pd.crosstab(rows["order"], rows["status"]).reindex(columns=list(MATRIX_STATUSES), fill_value=0)
    wide = wide.reindex(list(dict.fromkeys(rows["order"]))).astype("int64")
    grouped = rows.groupby("order", sort=False)
    wide["overdue"] = grouped["is_overdue"].sum().astype("int64")
    wide["n"] = grouped.size()
    wide.insert(0, "project", pd.Series(wide.index, index=wide.index, dtype="str").replace("", None))
    return wide.reset_index(drop=True)


def tasks(measures: pd.DataFrame, year: int) -> pd.DataFrame:
    """Every task number from 1 to the largest of the year's register: TASK_COLUMNS, measures 0 where it is absent.

    The task's text is the first one that its measures give; a number that no measure names is a gap in the list.
    """
    rows = measures[(measures["year"] == year) & measures["task_number"].notna()]
    last = int(rows["task_number"].max()) if len(rows) else 0
    numbers = pd.Index(range(1, last + 1), dtype="int64")
    grouped = rows.groupby(rows["task_number"].astype("int64"))
    return pd.DataFrame(
        {
            "task_number": numbers,
            "task": grouped["task"].first().reindex(numbers).to_numpy(),
            "measures": grouped.size().reindex(numbers, fill_value=0).to_numpy(),
        },
        columns=TASK_COLUMNS,
    )


def lacking(measures: pd.DataFrame, progress: pd.DataFrame, year: int) -> pd.DataFrame:
    """Measures of one year without an indicator, an owner or a due date: LACKING_COLUMNS, in the register's order."""
    rows = progress[(progress["year"] == year) & ~progress[["has_indicator", "has_owner", "has_due_date"]].all(axis=1)]
    texts = measures[measures["year"] == year].set_index("measure_id")["measure"]
    return rows.assign(measure=rows["measure_id"].map(texts))[LACKING_COLUMNS].reset_index(drop=True)


def progress_by_year(progress: pd.DataFrame) -> pd.DataFrame:
    """One row a year: YEAR_COLUMNS; the median is over the measures whose progress can be computed."""
    grouped = progress.groupby("year", sort=True)
    return pd.DataFrame(
        {
            "measures": grouped.size(),
            "done": grouped["status"].agg(lambda status: int((status == "done").sum())),
            "overdue": grouped["is_overdue"].sum().astype("int64"),
            "with_progress": grouped["progress"].count(),
            "median_progress": grouped["progress"].median(),
            "targets_changed": grouped["target_changed"].sum().astype("int64"),
        }
    ).reset_index()[YEAR_COLUMNS]
