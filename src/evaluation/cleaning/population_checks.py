"""What does not add up in a table of population, with counts: overlaps, sums, units without a number."""

from __future__ import annotations

import pandas as pd

from evaluation.cleaning.records import Records
from evaluation.ledger import Issue
from evaluation.territory.ages import TOTAL
from evaluation.territory.population import (
    ages_that_fit,
    compared_parts,
    differing_sexes,
    overlaps,
    without_population,
)

# a group that differs from its parts in most places is something else than its name says: one remark
MOSTLY = 0.5


def remark_population(population: pd.DataFrame, registry: pd.DataFrame, records: Records) -> list[Issue]:
    """Remarks on the whole table; ``records`` (a sheet of the file) lends them its name."""
    if population.empty:
        return []
    rows = _first_rows(population)
    return [
        *_overlaps(population, records),
        *_parts(population, records, rows),
        *_sexes(population, records, rows),
        *_empty(population, records),
        *_missing(population, registry, records),
    ]


def _first_rows(population: pd.DataFrame) -> pd.Series:
    return population.set_index(["unit_id", "year", "sex", "age_group"])["source_row"]


def _overlaps(population: pd.DataFrame, records: Records) -> list[Issue]:
    return [
        records.remark("age_groups_overlap", None, "age_group", row.age_group, value=f"x {row.unit_years}",
                       suggestion=_short(str(row.overlaps_with)))
        for row in overlaps(population).itertuples()
    ]  # fmt: skip


def _short(groups: str) -> str:
    names = groups.split(", ")
    return groups if len(names) <= 12 else f"{', '.join(names[:3])} ... {', '.join(names[-3:])}"


def _parts(population: pd.DataFrame, records: Records, rows: pd.Series) -> list[Issue]:
    compared = compared_parts(population)
    wrong = compared["persons"] != compared["parts"]
    issues = []
    for group, part in compared.groupby("age_group", sort=True):
        differing = part[wrong[part.index]]
        if group != TOTAL and str(group).endswith("+") and len(differing) > MOSTLY * len(part):
            issues.append(_other_ages(population, records, str(group), len(differing), len(part)))
            continue
        for row in differing.itertuples():
            place = int(rows.loc[(row.unit_id, row.year, row.sex, row.age_group)])
            issues.append(
                records.remark("parts_differ", place, "persons", row.persons, value=row.parts,
                               suggestion=f"{row.unit_id} {row.year} {row.sex}: {group} != {row.made_of}")
            )  # fmt: skip
    return issues


def _other_ages(population: pd.DataFrame, records: Records, group: str, wrong: int, compared: int) -> Issue:
    fits = ages_that_fit(population, group)
    best = int(fits.idxmax())
    hint = f"= {best}+ ({fits[best]} / {compared})" if fits[best] else None
    return records.remark(
        "age_group_other_ages", None, "age_group", group, value=f"{wrong} / {compared}", suggestion=hint
    )


def _sexes(population: pd.DataFrame, records: Records, rows: pd.Series) -> list[Issue]:
    return [
        records.remark("sexes_differ", int(rows.loc[(row.unit_id, row.year, row.sex, row.age_group)]), "persons",
                       row.persons, value=row.parts, suggestion=f"{row.unit_id} {row.year}: {row.age_group}")
        for row in differing_sexes(population).itertuples()
    ]  # fmt: skip


def _empty(population: pd.DataFrame, records: Records) -> list[Issue]:
    """Cells without a number, counted by unit, year and sex."""
    without = population[population["persons"].isna()]
    found = without.groupby(["unit_id", "year", "sex"], sort=True)["source_row"].agg(["first", "size"])
    return [
        records.remark("persons_missing", int(row.first), "persons", value=f"x {row.size}",
                       suggestion=f"{key[0]} {key[1]} {key[2]}")
        for key, row in zip(found.index, found.itertuples(index=False, name="Found"), strict=True)
    ]  # fmt: skip


def _missing(population: pd.DataFrame, registry: pd.DataFrame, records: Records) -> list[Issue]:
    """Units in force without a total; a region that the file never names is one remark."""
    issues = []
    region_of = _regions(registry)
    present = set(region_of.reindex(population["unit_id"].unique()).dropna())
    for year in sorted(population["year"].unique()):
        units = without_population(population, registry, int(year))
        regions = units["unit_id"].map(region_of)
        inside = units[regions.isin(present)]
        issues += [
            records.remark("population_missing", None, "persons", value=year, suggestion=f"{row.unit_id} {row.name_}")
            for row in inside.rename(columns={"name": "name_"}).itertuples()
        ]
        for region, rows in units[~regions.isin(present)].groupby(regions, sort=True):
            issues.append(
                records.remark("region_without_population", None, "persons", value=year,
                               suggestion=f"{region}: x {len(rows)}")
            )  # fmt: skip
    return issues


def _regions(registry: pd.DataFrame) -> pd.Series:
    """Region of every unit: its name, else the first two digits of its code."""
    units = registry.drop_duplicates("unit_id", keep="last").set_index("unit_id")
    codes = units.index.to_series().astype(str).str[:2]
    if "region" not in units:
        return codes
    return units["region"].where(units["region"].fillna("") != "", codes)
