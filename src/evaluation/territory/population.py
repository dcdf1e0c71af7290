"""Persons of a unit by age and sex: sums of groups that do not overlap, and what does not add up.

``population`` is the table of that name: unit_id, year, age_group, sex (men, women, total), persons on 1 January; its
age groups may overlap.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from evaluation.settings import InputProblem
from evaluation.territory.ages import OLDEST, TOTAL, bounds, overlapping, partition

MEN, WOMEN, BOTH = "men", "women", "total"
KEY = ["unit_id", "year", "sex"]
DIFFERENCES = ["unit_id", "year", "sex", "age_group", "persons", "parts", "made_of"]


def population_of(population: pd.DataFrame, year: int, minimum_age: int = 0, strict: bool = True) -> pd.Series:
    """Persons of ``minimum_age`` and over by unit on 1 January of ``year`` (Int64, index unit_id).

    Every age is counted once: the group itself is taken where it is given (``total``, ``18+``), else the finest groups
    that make up the whole are summed (aggregates such as ``65+`` are often of another date or coverage than the
    single years); men and women together, or ``total`` where they are not apart. Nothing is subtracted or estimated.
    A unit whose groups make up no such whole is refused by InputProblem naming it and the groups; it is missing
    instead with ``strict`` False. Raises InputProblem for a year without any row.
    """
    rows = population[population["year"].eq(year) & population["persons"].notna()]
    if rows.empty:
        years = ", ".join(map(str, sorted(population["year"].dropna().unique()))) or "—"
        raise InputProblem(
            f"Население на 1 января {year} года не дано. Есть годы: {years}.",
            f"There is no population on 1 January {year}. There are: {years}.",
        )
    wide, sums = _wide(rows), []
    for keys, groups, values in _patterns(wide):
        own = [group for group in groups if bounds(group) == (minimum_age, OLDEST + 1)]
        parts = own[:1] or partition(groups, minimum_age, finest=True)
        if parts is not None:
            places = [groups.index(part) for part in parts]
            sums.append(pd.Series(values[:, places].sum(axis=1), index=keys))
    by_sex = (pd.concat(sums) if sums else pd.Series(dtype="float64", index=wide.index[:0])).unstack("sex")
    by_sex = by_sex.reindex(columns=[MEN, WOMEN, BOTH])
    whole = (by_sex[MEN] + by_sex[WOMEN]).fillna(by_sex[BOTH]).droplevel("year")
    result = whole.reindex(sorted(rows["unit_id"].unique())).astype("Int64").rename("persons")
    result.index.name = "unit_id"
    lacking = result.index[result.isna()]
    if strict and len(lacking):
        raise _no_partition(rows, lacking, year, minimum_age)
    return result


def _no_partition(rows: pd.DataFrame, units: pd.Index, year: int, minimum_age: int) -> InputProblem:
    shown = []
    for unit in units[:5]:
        own = rows[rows["unit_id"] == unit]
        groups = sorted(own["age_group"].unique(), key=bounds)
        listed = ", ".join(groups[:8]) + (" ..." if len(groups) > 8 else "")
        shown.append(f"{unit} ({', '.join(sorted(own['sex'].unique()))}: {listed})")
    more = f" +{len(units) - 5}" if len(units) > 5 else ""
    return InputProblem(
        f"Население от {minimum_age} лет на 1 января {year} года не складывается без пересечений возрастных групп: "
        f"{'; '.join(shown)}{more}. Дополните недостающие группы или пол, либо возьмите другой возраст.",
        f"Population aged {minimum_age} and over on 1 January {year} cannot be summed of groups that do not overlap: "
        f"{'; '.join(shown)}{more}. Add the missing groups or sex, or take another age.",
    )


def _wide(rows: pd.DataFrame) -> pd.DataFrame:
    """Persons as float64 by (unit_id, year, sex) and age group; NaN where there is no row."""
    wide = rows.set_index([*KEY, "age_group"])["persons"].astype("float64").unstack("age_group")
    return wide[sorted(wide.columns, key=lambda group: (bounds(str(group)), str(group)))]


def _patterns(wide: pd.DataFrame) -> Iterator[tuple[pd.MultiIndex, list[str], np.ndarray]]:
    """Rows that have the same age groups: their keys, those groups, and the numbers (rows by groups)."""
    filled = wide.notna().to_numpy()
    kinds, kind_of = np.unique(filled, axis=0, return_inverse=True)
    values = wide.to_numpy()
    for number, kind in enumerate(kinds):
        rows = np.flatnonzero(kind_of.ravel() == number)
        keys = wide.index[rows]
        assert isinstance(keys, pd.MultiIndex)
        yield keys, [str(group) for group in wide.columns[kind]], values[rows][:, kind]


def overlaps(population: pd.DataFrame) -> pd.DataFrame:
    """Age groups that hold ages of other groups, so that a blind sum counts persons twice.

    One row an age group: ``age_group``, ``overlaps_with`` (the narrower groups met beside it, by age), ``unit_years``
    (unit, year and sex combinations in which it overlaps) and ``persons`` (those of it that would be counted again).
    """
    rows = population[population["persons"].notna()]
    found: dict[str, tuple[set[str], int, float]] = {}
    for keys, groups, values in _patterns(_wide(rows)) if len(rows) else ():
        for group, others in overlapping(groups).items():
            names, count, persons = found.get(group, (set(), 0, 0.0))
            total = persons + float(values[:, groups.index(group)].sum())
            found[group] = (names | set(others), count + len(keys), total)
    table = [
        (group, ", ".join(sorted(names, key=lambda name: (bounds(name), name))), count, int(persons))
        for group, (names, count, persons) in sorted(found.items(), key=lambda item: bounds(item[0]))
    ]
    return pd.DataFrame(table, columns=["age_group", "overlaps_with", "unit_years", "persons"])


def compared_parts(population: pd.DataFrame) -> pd.DataFrame:
    """Every group beside the sum of its finest parts, DIFFERENCES (persons and parts are numbers of persons).

    Every group that the narrower groups of the same unit, year and sex make up is compared: ``total`` with single
    years and ``70+``, ``65+`` with 65 to 69 and ``70+``.
    """
    rows = population[population["persons"].notna()]
    found = []
    for keys, groups, values in _patterns(_wide(rows)) if len(rows) else ():
        for group in overlapping(groups):
            low, high = bounds(group)
            parts = partition([other for other in groups if bounds(other) != (low, high)], low, high, finest=True)
            if parts:
                whole = values[:, groups.index(group)]
                summed = values[:, [groups.index(part) for part in parts]].sum(axis=1)
                found.append(_comparison(keys, group, whole, summed, parts))
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=DIFFERENCES)
    table = table.astype({"year": "Int64", "persons": "int64", "parts": "int64"})
    return table.sort_values(["unit_id", "year", "sex", "age_group"], kind="stable").reset_index(drop=True)


def _comparison(
    keys: pd.MultiIndex, group: str, whole: np.ndarray, summed: np.ndarray, parts: list[str]
) -> pd.DataFrame:
    numbers = {"age_group": group, "persons": whole, "parts": summed, "made_of": _shown(parts)}
    return keys.to_frame(index=False).assign(**numbers)[DIFFERENCES]


def differing_parts(population: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``compared_parts`` whose two numbers differ."""
    compared = compared_parts(population)
    return compared[compared["persons"] != compared["parts"]].reset_index(drop=True)


def ages_that_fit(population: pd.DataFrame, group: str, span: int = 3) -> pd.Series:
    """In how many rows an open group such as ``65+`` equals the sum of the parts from another age on.

    Index: the first age (up to ``span`` years from the group's own), values: number of units, years and sexes.
    """
    rows = population[population["persons"].notna()]
    own, end = bounds(group)
    counts = dict.fromkeys(range(max(0, own - span), own + span + 1), 0)
    for _, groups, values in _patterns(_wide(rows)) if len(rows) else ():
        if group not in groups:
            continue
        others = [other for other in groups if other not in (group, TOTAL)]
        for age in counts:
            parts = partition(others, age, end, finest=True)
            if parts:
                summed = values[:, [groups.index(part) for part in parts]].sum(axis=1)
                counts[age] += int((summed == values[:, groups.index(group)]).sum())
    return pd.Series(counts, name="unit_years")


def _shown(parts: list[str]) -> str:
    """Parts of a group in short: «0 ... 69, 70+»."""
    return ", ".join(parts) if len(parts) <= 4 else f"{parts[0]} ... {parts[-2]}, {parts[-1]}"


def differing_sexes(population: pd.DataFrame) -> pd.DataFrame:
    """Age groups in which men and women do not sum to both, where all are given: DIFFERENCES (``sex`` is total)."""
    rows = population[population["persons"].notna()]
    wide = rows.set_index(["unit_id", "year", "age_group", "sex"])["persons"].astype("float64").unstack("sex")
    wide = wide.reindex(columns=[MEN, WOMEN, BOTH])
    parts = wide[MEN] + wide[WOMEN]
    wrong = wide[(wide[BOTH] - parts).abs() > 0.5].reset_index()
    return pd.DataFrame(
        {
            "unit_id": wrong["unit_id"], "year": wrong["year"].astype("Int64"), "sex": BOTH,
            "age_group": wrong["age_group"], "persons": wrong[BOTH].astype("int64"),
            "parts": (wrong[MEN] + wrong[WOMEN]).astype("int64"), "made_of": f"{MEN}, {WOMEN}",
        },
        columns=DIFFERENCES,
    )  # fmt: skip


def without_population(population: pd.DataFrame, registry: pd.DataFrame, year: int) -> pd.DataFrame:
    """Units in force on 1 January of ``year`` for which no total can be summed: the registry's rows."""
    from evaluation.territory.registry import in_force

    units = in_force(registry, pd.Timestamp(year, 1, 1))
    rows = population[population["year"].eq(year)]
    known = population_of(rows, year, strict=False).dropna().index if rows["persons"].notna().any() else []
    return units[~units["unit_id"].isin(known)].reset_index(drop=True)
