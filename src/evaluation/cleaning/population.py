"""Population by age and sex: wide passports of units and the long tables of a statistical office.

A long table has a row for each unit, year, age and sex; a passport a row for each unit and a column for each number.
Age groups may overlap and stay as they are; what overlaps, repeats or does not add up is remarked with its counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evaluation.cleaning.context import POSITION_COLUMNS, Context, Originals, Part, empty_table, join_ledgers
from evaluation.cleaning.population_checks import remark_population
from evaluation.cleaning.population_units import first_places, texts_of, units_of
from evaluation.cleaning.records import Records, read_records
from evaluation.cleaning.values import Parser, at_least_zero, parse_integer, parse_text
from evaluation.cleaning.workbook import Received
from evaluation.contracts import TABLES, conform
from evaluation.decisions import Identities, apply_decisions
from evaluation.ledger import LEDGER_COLUMNS, Issue
from evaluation.territory.ages import TOTAL, age_group

TABLE = "population"
LONG = ("unit_id", "unit_code", "other_id", "name", "region", "year", "period", "age_group", "sex", "persons")
# columns of a passport: the age group and sex of their numbers
WIDE: Mapping[str, tuple[str, str]] = {
    "population": (TOTAL, "total"), "population_14plus": ("14+", "total"), "population_18plus": ("18+", "total"),
    "population_men": (TOTAL, "men"), "population_women": (TOTAL, "women"),
}  # fmt: skip
AGE_COLUMN = "age "
MANY_AGES = 3
HEADER_ROWS = 30


@dataclass
class _Sheet:
    """A sheet being read: its records, the columns of keys (None where missing), remarks and rows set aside."""

    records: Records
    issues: list[Issue]
    set_aside: dict[int, None]

    def refuse(self, rows: pd.Index, rule: str, variable: str) -> None:
        """Set rows aside, with one remark a distinct received value: its first row and the number of rows."""
        rows = rows[~rows.isin(list(self.set_aside))]
        if rows.empty:
            return
        cells: dict[tuple[str, str], list[int]] = {}
        for row in rows:
            raw = self.records.raw(row, variable)
            cells.setdefault((type(raw).__name__, str(raw)), []).append(int(row))
        for places in cells.values():
            row = places[0]
            self.issues.append(
                self.records.remark(rule, row, variable, self.records.raw(row, variable), action="quarantined",
                                    suggestion=_rows(len(places)))
            )  # fmt: skip
        self.set_aside.update(dict.fromkeys(int(row) for row in rows))


def _rows(count: int) -> str | None:
    return f"x {count}" if count > 1 else None


def clean_population(received: Received, context: Context) -> Part:
    """Table population of every year of the file; see ``tables.TABLES``.

    A year that a passport does not state is the programme year. Units come from their code, their name (with the
    region, where there is such a column) or, in a table of statistics, the registry's ``other_id``, as in force on
    1 January of the row's year. Repeats are merged; a second number for the same group is set aside.
    """
    constants = context.constants.get(received.source, {})
    ages = _age_headers(received)
    numbers = ("persons", *WIDE, *dict.fromkeys(ages.values()))
    required = (("unit_id", "unit_code", "other_id", "name"), numbers)
    declared = (*LONG, *WIDE)
    sheets, issues, other = read_records(
        received, TABLE, context.codebook, required, constants, declared=declared, extra_aliases=ages
    )
    tables, ledgers, positions, originals = [], [], [], []
    for records in sheets:
        read = _read_sheet(records, context, tuple(dict.fromkeys(ages.values())))
        tables.append(read.table)
        ledgers.append(read.ledger)
        issues += read.issues
        originals.append(read.original)
        positions += [
            (received.source, records.sheet, variable, column)
            for variable, column in records.layout.positions.items()
        ]  # fmt: skip
    table = pd.concat(tables, ignore_index=True) if tables else empty_table(TABLE)
    table = conform(table, TABLES[TABLE])
    issues += remark_population(table, context.registry, sheets[0])
    return Part(
        {TABLE: table},
        issues,
        join_ledgers([*ledgers, other]),
        pd.DataFrame(positions, columns=POSITION_COLUMNS),
        tuple(originals),
    )


@dataclass(frozen=True)
class _Read:
    table: pd.DataFrame
    ledger: pd.DataFrame
    issues: list[Issue]
    original: Originals


def _age_headers(received: Received) -> dict[str, str]:
    """Headers that are age groups («0–4 года», «70 лет и старше»), where a row has several: variable by wording."""
    found = {}
    for sheet in received.visible:
        for cells in sheet.cells[:HEADER_ROWS]:
            texts = [cell for cell in cells if isinstance(cell, str) and not cell.strip().isdigit()]
            groups = {text: group for text in texts if (group := age_group(text)) not in (None, TOTAL)}
            if len(groups) >= MANY_AGES:
                found.update({text: f"{AGE_COLUMN}{group}" for text, group in groups.items()})
    return found


def _read_sheet(records: Records, context: Context, ages: tuple[str, ...]) -> _Read:
    received_units = _named_by(records)
    identities = Identities(records.frame, received_units, context.key, received_units)
    done = apply_decisions(identities, records.source, context.decisions, context.year)
    original = Originals(records.source, records.file_name, records.sheet, identities, done.used)
    if len(done.applied):
        records = records.corrected(done.records, set(done.applied["field"]))
    sheet = _Sheet(records, [], {})
    for decision in done.applied.to_dict("records"):
        row, name = int(decision["row"]), decision["field"] or None
        gone = decision["action"] == "quarantine"
        changes = {"action": "quarantined"} if gone else {}
        sheet.issues.append(
            records.remark("decision_applied", row, name, records.raw(row, name or ""), value=decision["value"] or None,
                           suggestion=decision["reason"], **changes)
        )  # fmt: skip
        if gone:
            sheet.set_aside[row] = None
    years = _parsed(sheet, "year", parse_integer, context.year)
    sheet.refuse(years.index[years.isna()], "required_empty", "year")
    units = units_of(records, years, context, sheet.issues)
    sheet.refuse(units.index[units.isna() & years.notna()], "unit_unknown", _unit_column(records))
    long = _long(sheet, context) if records.has("persons") else _wide(sheet, ages)
    long = long.assign(unit_id=units.reindex(long["row"]).to_numpy(), year=years.reindex(long["row"]).to_numpy())
    long = long[~long["row"].isin(list(sheet.set_aside))]
    kept, merged = _without_repeats(sheet, long)
    table = pd.DataFrame(
        {
            "unit_id": kept["unit_id"].to_numpy(), "year": kept["year"].astype("Int64").to_numpy(),
            "age_group": kept["age_group"].to_numpy(), "sex": kept["sex"].to_numpy(),
            "persons": kept["persons"].astype("Int64").to_numpy(), "source": records.source,
            "source_sheet": records.sheet, "source_row": kept["row"].to_numpy(),
        }
    )  # fmt: skip
    return _Read(table, _ledger(sheet, long, merged), sheet.issues, original)


def _named_by(records: Records) -> pd.Series:
    """What decisions name a row by, beside its content: the received unit."""
    return pd.Series(texts_of(records.frame[_unit_column(records)]), index=records.frame.index, dtype=object)


def _unit_column(records: Records) -> str:
    return next(name for name in ("other_id", "unit_id", "unit_code", "name") if records.has(name))


def _parsed(sheet: _Sheet, variable: str, parser: Parser, absent: Any = None) -> pd.Series:
    """Values of a column (float64; NaN where there is none), with one remark a distinct cell not taken as it stands.

    ``absent`` is the value of every row where the sheet has no such column.
    """
    records = sheet.records
    index = records.frame.index
    if not records.has(variable):
        return pd.Series(absent, index=index, dtype="float64")
    found = records.distinct(variable)
    codes, cells = found.codes, found.cells
    read = [parser(raw) for raw in cells]
    first, counts = first_places(codes, len(cells)), np.bincount(codes, minlength=len(cells))
    for place in np.argsort(first, kind="stable"):
        parsed = read[place]
        if parsed.rule:
            hint = parsed.suggestion or _rows(int(counts[place]))
            sheet.issues.append(
                records.remark(parsed.rule, int(index[first[place]]), variable, cells[place], parsed.value, hint)
            )
    numbers = np.array([np.nan if parsed.value is None else float(parsed.value) for parsed in read], dtype="float64")
    return pd.Series(numbers[codes], index=index)


def _long(sheet: _Sheet, context: Context) -> pd.DataFrame:
    """Columns row, age_group, sex, persons of a long table; rows whose age or sex cannot be read are set aside."""
    records = sheet.records
    index = records.frame.index

    def group(raw: Any) -> str | None:
        text = parse_text(int(raw) if isinstance(raw, float) and raw.is_integer() else raw).value
        return None if text is None else age_group(str(text))

    choices = context.choices("sex")

    def words(variable: str, function: Callable[[Any], str | None], absent: str) -> pd.Series:
        if not records.has(variable):
            return pd.Series(absent, index=index, dtype=object)
        found = records.distinct(variable)
        codes, cells = found.codes, found.cells
        return pd.Series(np.array([function(raw) for raw in cells] or [None], dtype=object)[codes], index=index)

    ages = words("age_group", group, TOTAL)
    sexes = words("sex", lambda raw: choices.parse(raw).value, "total")
    sheet.refuse(index[ages.isna()], "age_group_unknown", "age_group")
    sheet.refuse(index[sexes.isna()], "category_unknown", "sex")
    persons = _parsed(sheet, "persons", at_least_zero(parse_integer))
    return pd.DataFrame(
        {"row": index.astype("int64"), "age_group": ages.to_numpy(), "sex": sexes.to_numpy(),
         "persons": persons.to_numpy()}
    )  # fmt: skip


def _wide(sheet: _Sheet, ages: tuple[str, ...]) -> pd.DataFrame:
    """Columns row, age_group, sex, persons of a passport: a row for each number that is given."""
    index = sheet.records.frame.index
    kinds = {**WIDE, **{name: (name.removeprefix(AGE_COLUMN), "total") for name in ages}}
    parts = []
    for name, (group, sex) in kinds.items():
        if sheet.records.has(name):
            persons = _parsed(sheet, name, at_least_zero(parse_integer))
            part = pd.DataFrame({"row": index.astype("int64"), "age_group": group, "sex": sex,
                                 "persons": persons.to_numpy()})  # fmt: skip
            parts.append(part[part["persons"].notna()])
    long = pd.concat(parts, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)
    without = index[~index.isin(long["row"])]
    sheet.refuse(without, "required_empty", next(name for name in kinds if sheet.records.has(name)))
    return long


def _without_repeats(sheet: _Sheet, long: pd.DataFrame) -> tuple[pd.DataFrame, dict[int, str]]:
    """Rows without those whose unit, year, age and sex stand earlier; the merged rows of the sheet with their keys.

    A repeat of the same number is merged, another number for the same group is set aside: of a passport only that
    number, of a long table the row.
    """
    names = ["unit_id", "year", "age_group", "sex"]
    again = long.duplicated(names)
    if not again.any():
        return long, {}
    first = long.drop_duplicates(names).set_index(names)
    repeats = long[again]
    places = pd.MultiIndex.from_frame(repeats[names])
    before = first.loc[places]
    same = (before["persons"].to_numpy() == repeats["persons"].to_numpy()) | (
        before["persons"].isna().to_numpy() & repeats["persons"].isna().to_numpy()
    )
    merged: dict[int, str] = {}
    records = sheet.records
    variable = "persons" if records.has("persons") else _unit_column(records)
    for row, earlier, key, alike in zip(repeats["row"], before["row"], places, same, strict=True):
        name = "|".join(map(str, (key[0], int(key[1]), *key[2:])))
        if alike:
            sheet.issues.append(
                records.remark("duplicate_row", int(row), variable, records.raw(row, variable), value=f"= {earlier}")
            )
            merged.setdefault(int(row), name)
        else:
            sheet.issues.append(
                records.remark(
                    "duplicate_key", int(row), variable, records.raw(row, variable), suggestion=f"{earlier}: {name}"
                )
            )
            sheet.set_aside[int(row)] = None
    kept = long[~again]
    # a row of a passport that gave any number is kept
    merged = {row: name for row, name in merged.items() if row not in sheet.set_aside}
    alive = set(kept["row"])
    for row in [row for row in sheet.set_aside if row in alive]:
        del sheet.set_aside[row]
    return kept, {row: name for row, name in merged.items() if row not in alive}


def _ledger(sheet: _Sheet, long: pd.DataFrame, merged: Mapping[int, str]) -> pd.DataFrame:
    """The ledger of the sheet, by columns: a table of statistics has hundreds of thousands of rows."""
    layout = sheet.records.layout
    classes = layout.row_classes
    rows = classes.index.to_numpy()
    is_data = (classes == "data").to_numpy()
    fates = np.full(len(rows), None, dtype=object)
    fates[is_data] = "kept"
    fates[np.isin(rows, list(merged))] = "merged"
    fates[np.isin(rows, list(sheet.set_aside))] = "quarantined"
    first = long.drop_duplicates("row")
    wide = not sheet.records.has("persons")
    keys = first["unit_id"].astype(str) + "|" + first["year"].astype("Int64").astype(str)
    keys = keys if wide else keys + "|" + first["age_group"].astype(str) + "|" + first["sex"].astype(str)
    known = pd.Series(keys.to_numpy(dtype=object), index=first["row"]).reindex(rows)
    return pd.DataFrame(
        {
            "source": sheet.records.source, "sheet": layout.sheet.name, "row": rows.astype("int64"),
            "row_class": classes.to_numpy(), "fate": fates,
            "record_key": np.where(is_data & known.notna().to_numpy(), known.to_numpy(dtype=object), None),
        },
        columns=LEDGER_COLUMNS,
    )  # fmt: skip
