"""The passport of the units: who is in force in the year, and their population."""

from __future__ import annotations

import pandas as pd

from evaluation.cleaning.context import Context, Part, join_ledgers, to_table
from evaluation.cleaning.objects import mapped
from evaluation.cleaning.records import read_records
from evaluation.cleaning.rows import Reading, account, begin
from evaluation.cleaning.rules import RULES
from evaluation.cleaning.totals import check_totals
from evaluation.cleaning.units import read_units, require_units
from evaluation.cleaning.values import at_least_zero, is_blank, parse_integer, parse_text
from evaluation.cleaning.workbook import Received
from evaluation.contracts import TABLES
from evaluation.ledger import Issue

POPULATIONS = ("population", "population_18plus")
REGISTRY_COLUMNS = (
    "unit_id", "name", "short_name", "type", "is_north", "is_closed", "longitude", "latitude", "valid_from", "valid_to",
)  # fmt: skip


def clean_territories(received: Received | None, context: Context) -> Part:
    """Table territories: every unit in force on the territory date, with the passport's population.

    Names, types and coordinates are the registry's. Without a passport the registry's reference population stands
    in, with a remark; units that the passport lacks have none.
    """
    from evaluation.territory.registry import in_force

    units = in_force(context.registry, context.territory_date)[list(REGISTRY_COLUMNS)].set_index("unit_id", drop=False)
    if received is None:
        return Part(
            {"territories": _table(units, _from_registry(context), context)}, _registry_issue(), join_ledgers([])
        )
    constants = context.constants.get(received.source, {})
    required = (("unit_id", "unit_code", "name"), ("population", "population_18plus"))
    sheets, issues, other = read_records(received, "territories", context.codebook, required, constants)
    readings = []
    values = pd.DataFrame(index=units.index, columns=list(POPULATIONS), dtype=object)
    for records in sheets:
        column = next(name for name in ("unit_id", "unit_code", "name") if records.has(name))
        keys = mapped(records.frame[column], lambda raw: parse_text(raw).value)
        reading = begin(records, keys, received.source, context)
        for name in POPULATIONS:
            reading.read(name, at_least_zero(parse_integer))
        reading.keys = read_units(reading, "name", "unit_code", context)
        require_units(reading, "name")
        _merge_units(reading)
        _collect(reading, values)
        check_totals(reading, POPULATIONS)
        readings.append(reading)
    issues += _missing(units, values, readings[0])
    table = _table(units, values, context)
    return account({"territories": table}, readings, issues, other, received.source, context)


def _merge_units(reading: Reading) -> None:
    seen: dict[str, int] = {}
    for row in reading.kept:
        unit = str(reading.columns["unit_id"].loc[row])
        if unit in seen:
            reading.remark("duplicate_row", row, "name", unit, value=f"= {seen[unit]}")
            reading.merge(row, unit)
        seen.setdefault(unit, int(row))


def _collect(reading: Reading, values: pd.DataFrame) -> None:
    for row in reading.kept:
        unit = reading.columns["unit_id"].loc[row]
        whole, adults = (reading.columns[name].loc[row] for name in POPULATIONS)
        if whole is not None and adults is not None and adults > whole:
            reading.remark("adults_over_population", row, "population_18plus", adults, suggestion=f"<= {whole}")
        if unit in values.index:
            values.loc[unit, list(POPULATIONS)] = [whole, adults]


def _missing(units: pd.DataFrame, values: pd.DataFrame, reading: Reading) -> list[Issue]:
    """Open units without a population (closed cities publish none)."""
    return [
        reading.records.remark(
            "population_missing", None, "population", suggestion=f"{unit} {units.loc[unit, 'short_name']}"
        )
        for unit in units.index[values["population"].isna() & ~units["is_closed"].astype(bool)]
    ]


def _from_registry(context: Context) -> pd.DataFrame:
    from evaluation.territory.registry import in_force

    units = in_force(context.registry, context.territory_date).set_index("unit_id")
    values = pd.DataFrame(index=units.index, columns=list(POPULATIONS), dtype=object)
    values["population"] = [
        None if is_blank(value) or pd.isna(value) else int(value) for value in units["reference_population"]
    ]
    return values


def _registry_issue() -> list[Issue]:
    severity, action = RULES["population_from_registry"]
    return [Issue("territories", "population_from_registry", severity, action, field="population")]


def _table(units: pd.DataFrame, values: pd.DataFrame, context: Context) -> pd.DataFrame:
    columns = {name: units[name].astype(object) for name in REGISTRY_COLUMNS}
    columns["year"] = pd.Series(context.year, index=units.index, dtype=object)
    for name in POPULATIONS:
        columns[name] = values[name].reindex(units.index)
    assert set(columns) == set(TABLES["territories"].names)
    return to_table("territories", columns)
