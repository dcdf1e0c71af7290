"""The register of applications: projects, their funding by source and residents' participation by channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from evaluation.cleaning.context import Context, Part, join, to_table
from evaluation.cleaning.cross_checks import surroundings_of
from evaluation.cleaning.objects import repeated
from evaluation.cleaning.partial_dates import read_date
from evaluation.cleaning.place_codes import place_code
from evaluation.cleaning.reconciling import reconciling_items
from evaluation.cleaning.record_checks import check_records
from evaluation.cleaning.records import multiplier, read_records
from evaluation.cleaning.rows import (
    Reading,
    account,
    begin,
    merge_across,
    merge_repeated,
    record_keys,
    require,
)
from evaluation.cleaning.screening import read_screened
from evaluation.cleaning.totals import check_totals
from evaluation.cleaning.units import read_units, require_units
from evaluation.cleaning.values import at_least_zero, is_blank, parse_integer, parse_number, stated_in, times
from evaluation.cleaning.workbook import Received

SOURCES = ("regional", "local", "residents", "business", "other")
STAGES = {"planned": "cost_planned", "paid": "cost_actual"}
CHANNELS = ("meeting", "questionnaire", "online", "vote")
FUNDED = frozenset({"funded", "completed", "not_completed", "partly_completed"})
AMOUNTS = (*STAGES.values(), *(f"{stage}_{source}" for stage in STAGES for source in SOURCES))
BUDGET = "contest_budget"
COUNTS = (*(f"participations_{channel}" for channel in CHANNELS), "beneficiaries")
DATES = ("applied_on", "decided_on", "started_on", "planned_end", "finished_on")
REQUIRED = (("project_id", "project_number"), ("unit_id", "unit_name", "unit_code"), ("status",))


def clean_projects(received: Received, context: Context, tables: Mapping[str, pd.DataFrame]) -> Part:
    """Tables projects, project_funding, project_participation and reconciling_items.

    ``tables`` are those read before (the units' population), which checking rules may look into. A register of several
    years (a column with the year) gives this year's rows; the others are set aside.
    """
    constants = context.constants.get(received.source, {})
    sheets, issues, other = read_records(received, "projects", context.codebook, REQUIRED, constants)
    readings = []
    for records in sheets:
        keys = partial(record_keys, names=("project_number", "project_id"), context=context)
        reading = begin(records, keys, received.source, context)
        _only_this_year(reading, context)
        _read(reading, context)
        _decide(reading, context)
        _check(reading, context, tables)
        check_totals(reading, [*AMOUNTS, *COUNTS])
        readings.append(reading)
    merge_across(readings)
    tables = {
        "projects": join([_projects(reading, context) for reading in readings], "projects"),
        "project_funding": join([_funding(reading) for reading in readings], "project_funding"),
        "project_participation": join([_participation(reading) for reading in readings], "project_participation"),
        "reconciling_items": join(
            [reconciling_items(reading, context.year, FUNDED, STAGES, SOURCES, CHANNELS) for reading in readings],
            "reconciling_items",
        ),
    }
    return account(tables, readings, issues, other, received.source, context)


def _read(reading: Reading, context: Context) -> None:
    records = reading.records
    for name in ("title", "place_name"):
        read_screened(reading, name)
    reading.read("place_code", place_code(context))
    reading.read("topic", context.choices("topic").parse_first)
    reading.read("applicant_type", context.choices("applicant_type").parse)
    reading.read("status", context.choices("project_status").parse)
    reading.read("score", at_least_zero(parse_number))
    for name in DATES:
        read_date(reading, name)
    for name in (*AMOUNTS, BUDGET):
        currency = context.codebook.unit("projects", name)
        reading.read(name, stated_in(currency, times(at_least_zero(parse_number), multiplier(records, name))))
    for name in COUNTS:
        reading.read(name, stated_in("persons", at_least_zero(parse_integer)))
    read_units(reading, "unit_name", "unit_code", context)


def _only_this_year(reading: Reading, context: Context) -> None:
    """Set aside the rows of other years of a register of several years, before anything else of them is read."""
    if not reading.records.has("year"):
        return
    years = reading.read("year", parse_integer)
    elsewhere = years[years.notna() & (years != context.year)].index.intersection(reading.kept)
    for row, raw in reading.records.frame["year"].loc[elsewhere].items():
        reading.set_aside(row, "other_year", "year", raw)
    reading.records = reading.records.only(reading.kept)


def _decide(reading: Reading, context: Context) -> None:
    """Fates of the rows: missing numbers, unknown units, repeats."""
    records = reading.records
    number = "project_number" if records.has("project_number") else "project_id"
    for row in reading.kept_without(reading.keys):
        reading.set_aside(row, "key_missing", number)
    _status_from_strike(reading)
    merge_repeated(
        reading, ("title", "unit_id"), ("place_name", "topic", "status", "cost_planned", "applied_on"), number
    )
    require_units(reading, "unit_name")
    require(reading, "status")


def _status_from_strike(reading: Reading) -> None:
    """A struck-through application without a decision was withdrawn."""
    status = reading.columns["status"].copy()
    for row in sorted(reading.records.layout.sheet.struck_rows & set(reading.index.tolist())):
        if is_blank(status.loc[row]) or status.loc[row] == "submitted":
            status.loc[row] = "withdrawn"
            reading.remark("status_from_strike", row, "status", reading.records.raw(row, "status"), value="withdrawn")
    reading.columns["status"] = status


def _check(reading: Reading, context: Context, tables: Mapping[str, pd.DataFrame]) -> None:
    """The checking rules on each application and between the applications of a sheet."""
    extra = {
        "project_id": reading.keys,
        "year": pd.Series(context.year, index=reading.index, dtype=object),
        "is_funded": reading.columns["status"].isin(FUNDED),
    }
    check_records(reading, "projects", context.rules, surroundings_of(context, tables), extra)


def _projects(reading: Reading, context: Context) -> pd.DataFrame:
    rows = reading.kept
    names = ("place_name", "place_code", "title", "topic", "applicant_type", "score", "status", "cost_planned",
             "cost_actual", BUDGET, "beneficiaries", "unit_id", *DATES,
             *(f"{name}_partial" for name in DATES))  # fmt: skip
    columns = reading.columns_of(rows, names)
    columns["project_id"] = reading.keys.loc[rows]
    columns["year"] = pd.Series(context.year, index=rows)
    columns["is_funded"] = columns["status"].isin(FUNDED)
    return to_table("projects", {**columns, **reading.provenance(rows)})


def _funding(reading: Reading) -> pd.DataFrame:
    kinds = [(stage, source) for stage in STAGES for source in SOURCES]
    columns = [reading.columns[f"{stage}_{source}"] for stage, source in kinds]
    words = {"stage": [stage for stage, _ in kinds], "funding_source": [source for _, source in kinds]}
    return _long(reading, "project_funding", "amount", columns, words, ["stage", "funding_source"])


def _participation(reading: Reading) -> pd.DataFrame:
    columns = [reading.columns[f"participations_{channel}"] for channel in CHANNELS]
    counted = ["persons" if channel == "vote" else "participations" for channel in CHANNELS]
    words = {"channel": list(CHANNELS), "counted_as": counted}
    return _long(reading, "project_participation", "participations", columns, words, ["channel"])


def _long(
    reading: Reading,
    table: str,
    name: str,
    columns: Sequence[pd.Series],
    words: Mapping[str, Sequence[str]],
    order: Sequence[str],
) -> pd.DataFrame:
    """One row a kept project and column with a value ``name``; ``words`` say, column by column, of what.

    The rows are ordered by project, then by the words ``order``.
    """
    rows = reading.kept
    values = np.column_stack([column.loc[rows].to_numpy(dtype="float64", na_value=np.nan) for column in columns])
    kind, place = np.nonzero(~np.isnan(values.T))
    if not len(place):
        return join([], table)
    ids = reading.keys.loc[rows].astype("str")
    ranks = [pd.factorize(np.array(words[one], dtype=object), sort=True)[0][kind] for one in order]
    sequence = np.lexsort([*reversed(ranks), pd.factorize(ids.array, sort=True)[0][place]])
    kind, place = kind[sequence], place[sequence]
    index = rows.take(place)
    found = {"project_id": pd.Series(ids.array.take(place), index=index)}
    found[name] = pd.Series(values[place, kind], index=index)
    found.update({word: repeated(texts, kind, index) for word, texts in words.items()})
    return to_table(table, {**found, **reading.provenance(index)})
