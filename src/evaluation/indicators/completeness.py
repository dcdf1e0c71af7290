"""How complete the received data are: filled against expected cells, by field, territorial unit and year.

A field is expected only where it could be known: the actual cost of carried-out projects, the score of admissible
ones, the hours of those who came. Extra tables (money by source, participation by channel) count as filled for a
project with at least one row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.indicators.breaks import ALL_UNITS
from evaluation.indicators.intervals import wilson_bounds
from evaluation.indicators.projects import INADMISSIBLE
from evaluation.settings import InputProblem
from evaluation.support.training import ATTENDED
from evaluation.territory.crosswalk import UNASSIGNED

Tables = Mapping[str, pd.DataFrame]
CARRIED_OUT = ("completed", "partly_completed")


@dataclass(frozen=True)
class ExpectedField:
    """A field that should be filled in rows of ``of``: ``all``, ``admissible``, ``funded``, ``carried_out``, ``came``.

    A field that is itself the name of a table counts as filled where that table has a row of the project.
    """

    table: str
    field: str
    of: str = "all"


EXPECTED: tuple[ExpectedField, ...] = (
    ExpectedField("territories", "population"),
    ExpectedField("territories", "population_18plus"),
    ExpectedField("projects", "topic"),
    ExpectedField("projects", "applicant_type"),
    ExpectedField("projects", "applied_on"),
    ExpectedField("projects", "cost_planned"),
    ExpectedField("projects", "beneficiaries"),
    ExpectedField("projects", "score", "admissible"),
    ExpectedField("projects", "planned_end", "funded"),
    ExpectedField("projects", "cost_actual", "carried_out"),
    ExpectedField("projects", "finished_on", "carried_out"),
    ExpectedField("projects", "project_funding"),
    ExpectedField("projects", "project_participation"),
    ExpectedField("attendance", "unit_id"),
    ExpectedField("attendance", "sector", "came"),
    ExpectedField("attendance", "hours_present", "came"),
    ExpectedField("exchange_participation", "persons"),
    ExpectedField("consultations", "unit_id"),
    ExpectedField("consultations", "minutes"),
    ExpectedField("consultations", "topic"),
)


def data_completeness(tables: Tables, year: int, expected: Sequence[ExpectedField] = EXPECTED) -> pd.DataFrame:
    """Contract ``data_completeness`` of one year: every expected field for all units and for each unit with rows.

    ``tables``: those that ``expected`` names (an absent one, or one without a row of the year, makes no row), and to
    find the year of attendance and exchange participation their events. Units not in force, or not stated, stand in
    the row ``unassigned``. The interval (Wilson) reads the rows as a sample of those that could have been received.
    Raises InputProblem for a field that its table does not have.
    """
    in_force = tables["territories"].loc[tables["territories"]["year"] == year, "unit_id"]
    parts = []
    for each in expected:
        rows = _rows_of_year(tables, each.table, year)
        if rows is None or rows.empty or (each.field in _RELATED and each.field not in tables):
            continue
        rows = rows[_is_expected(rows, each.of)]
        if rows.empty:
            continue
        unit = rows["unit_id"].where(rows["unit_id"].isin(in_force), UNASSIGNED)
        filled = _filled(tables, rows, each)
        counts = filled.groupby(unit.to_numpy()).agg(["sum", "size"])
        whole = pd.DataFrame({"sum": [filled.sum()], "size": [len(filled)]}, index=[ALL_UNITS])
        counts = pd.concat([whole, counts]).rename_axis("unit_id").reset_index()
        parts.append(counts.assign(table=each.table, field=each.field, expected_of=each.of))
    table = TABLES["data_completeness"]
    if not parts:
        return table.empty()
    frame = pd.concat(parts, ignore_index=True).rename(columns={"sum": "numerator", "size": "denominator"})
    low, high = wilson_bounds(frame["numerator"], frame["denominator"])
    frame = frame.assign(
        year=year, value=frame["numerator"] / frame["denominator"], n=frame["denominator"], low=low, high=high,
        unit="share",
    )  # fmt: skip
    return conform(frame, table)


_RELATED = ("project_funding", "project_participation")
_EVENTS = {"attendance": ("support_events", "event_id"), "exchange_participation": ("exchange_events", "exchange_id")}


def _rows_of_year(tables: Tables, name: str, year: int) -> pd.DataFrame | None:
    rows = tables.get(name)
    if rows is None or name not in _EVENTS:
        return None if rows is None else rows[rows["year"] == year]
    events, key = _EVENTS[name]
    if events not in tables:
        return None
    held = tables[events]
    return rows[rows[key].isin(held.loc[held["year"] == year, key])]


def _is_expected(rows: pd.DataFrame, of: str) -> pd.Series:
    if of == "admissible":
        return ~rows["status"].isin(INADMISSIBLE)
    if of == "funded":
        return rows["is_funded"].astype("boolean").fillna(False).astype(bool)
    if of == "carried_out":
        return rows["status"].isin(CARRIED_OUT)
    if of == "came":
        return rows["status"].isin(ATTENDED)
    return pd.Series(True, index=rows.index)


def _filled(tables: Tables, rows: pd.DataFrame, each: ExpectedField) -> pd.Series:
    if each.field in _RELATED:
        return rows["project_id"].isin(tables[each.field]["project_id"])
    if each.field not in rows.columns:
        raise InputProblem(
            f"Полнота данных: в таблице {each.table} нет столбца {each.field}. Есть: {', '.join(rows.columns)}.",
            f"Completeness: the table {each.table} has no column {each.field}. It has: {', '.join(rows.columns)}.",
        )
    return rows[each.field].notna()
