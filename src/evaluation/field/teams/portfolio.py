"""The lines of a state programme side by side: applications, success, money, people and coverage, year by year.

Each line has rules, audiences and applicants of its own: a higher share of supported applications says nothing of a
better line. What the institute's own register counts of its line stands beside what the register of lines says of it.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.field.teams.acts import TeamYears
from evaluation.field.teams.conditions import OWN_LINE
from evaluation.indicators.intervals import wilson_bounds

SOURCES = ("regional", "local", "residents", "business", "other")
NO_LINE = "none"
_COSTS = [f"cost_{source}" for source in SOURCES]


def line_years(years: TeamYears) -> pd.DataFrame:
    """Contract ``programme_line_years``: one row a line and year of the register ``programme_lines``.

    Sums leave unknown cells out and are empty where no row of the line has one; success is ``supported`` of
    ``applications`` over the rows that have both and do not contradict themselves (``applications_compared``).
    ``coverage``: units with something supported (units listed, where the line never states it) of those in force; units
    that are not in force cover nothing. ``counted_as`` is empty where the rows do not agree on what participants are.
    ``register_*``: what the register of projects counts of the institute's line.
    """
    lines = _lines(years)
    in_force = units_in_force(years)
    rows = []
    for (line, year), own in lines.groupby(["line", "year"], sort=True):
        both = own[own["supported"].le(own["applications"]).fillna(False).astype(bool)]
        counted = set(own.loc[own["participants"].notna(), "counted_as"].fillna(""))
        sums = own[["applications", "supported", *_COSTS, "participants"]].astype("float64").sum(min_count=1)
        applied = float(both["applications"].astype("float64").sum())
        supported = float(both["supported"].astype("float64").sum())
        rows.append(
            {
                "line": line, "year": year, **sums,
                "success_rate": supported / applied if applied else None,
                "applications_compared": applied, "won": supported,
                "cost": sums[_COSTS].sum(min_count=1),
                "counted_as": (counted.pop() or None) if len(counted) == 1 else None,
                "units_listed": own["unit_id"].nunique(),
                "units_supported": own.loc[own["covers"], "unit_id"].nunique(),
                "units_in_force": in_force[int(year)],
            }
        )  # fmt: skip
    if not rows:
        return TABLES["programme_line_years"].empty()
    table = pd.DataFrame(rows)
    table["success_rate"] = table["success_rate"].astype("float64")
    table["low"], table["high"] = wilson_bounds(table["won"], table["applications_compared"])
    table["coverage"] = table["units_supported"] / table["units_in_force"]
    table["coverage_low"], table["coverage_high"] = wilson_bounds(table["units_supported"], table["units_in_force"])
    table = table.merge(_own_register(years), on=["line", "year"], how="left")
    return conform(table[list(TABLES["programme_line_years"].names)], TABLES["programme_line_years"])


def line_overlap(years: TeamYears) -> pd.DataFrame:
    """Contract ``programme_line_overlap``: in which set of lines units were supported, those in none included.

    ``lines`` are joined by ``+`` in their alphabetical order, or ``none``. A unit counts in a line where ``supported``
    is above zero, in a line that never states it where it is listed. ``share`` is of the units in force.
    """
    lines, in_force = _lines(years), units_in_force(years)
    rows = []
    for year, own in lines.groupby("year", sort=True):
        sets = own[own["covers"]].groupby("unit_id")["line"].agg(lambda names: "+".join(sorted(set(names))))
        n = in_force[int(year)]
        counts = sets.value_counts().to_dict()
        counts[NO_LINE] = n - len(sets)
        rows += [
            {"lines": name, "year": year, "lines_number": 0 if name == NO_LINE else name.count("+") + 1, "units": units,
             "n": n}
            for name, units in counts.items()
        ]  # fmt: skip
    if not rows:
        return TABLES["programme_line_overlap"].empty()
    table = pd.DataFrame(rows)
    table["share"] = table["units"] / table["n"]
    table["low"], table["high"] = wilson_bounds(table["units"], table["n"])
    table = table.sort_values(["year", "lines_number", "lines"], kind="stable")
    return conform(table[list(TABLES["programme_line_overlap"].names)], TABLES["programme_line_overlap"])


def units_in_force(years: TeamYears) -> Mapping[int, int]:
    """Territorial units in force by year."""
    territories = years.of("territories")
    counts = territories.groupby("year")["unit_id"].nunique()
    return {int(year): int(number) for year, number in counts.items()}


def _lines(years: TeamYears) -> pd.DataFrame:
    """Rows of the years with a deadline; ``covers``: the row's unit is in force and the line supported something in it
    (or lists it, where the line never states what it supported in the year)."""
    lines = years.of("programme_lines")
    lines = lines[lines["year"].isin(years.years)].astype({"year": "int64"})
    in_force = pd.MultiIndex.from_frame(lines[["year", "unit_id"]]).isin(years.known_units)
    states = lines["supported"].notna().groupby([lines["line"], lines["year"]]).transform("any").astype(bool)
    return lines.assign(covers=in_force & ((lines["supported"].fillna(0) > 0) | ~states))


def _own_register(years: TeamYears) -> pd.DataFrame:
    """Applications and funded projects of the register of projects, as the institute's own line."""
    projects = years.of("projects")
    counts = projects.groupby("year").agg(
        register_applications=("project_id", "size"), register_supported=("is_funded", "sum")
    )
    return counts.reset_index().assign(line=OWN_LINE).astype({"year": "int64"})
