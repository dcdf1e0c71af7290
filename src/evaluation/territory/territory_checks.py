"""Checks of the registry, the changes of territory, the population and the names, as remarks (``issues``).

Each function returns a frame of ``ledger.ISSUE_COLUMNS``, empty where all is well; ``suggestion`` says what to look at.
"""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from evaluation.ledger import Issue, Severity, issues_frame
from evaluation.territory.crosswalk import TOLERANCE, UNASSIGNED
from evaluation.territory.matching import match_units
from evaluation.territory.oktmo import upper_unit
from evaluation.territory.population import population_of
from evaluation.territory.registry import Date, in_force

JUMP = 0.15
SETTLEMENTS = 0.01
END = pd.Timestamp("2262-01-01")


def _issue(
    source: str, rule: str, severity: Severity, unit: object, field: str, value: object, suggestion: str
) -> Issue:
    return Issue(source, rule, severity, "kept", field=field, raw=str(unit), value=str(value), suggestion=suggestion,
                 table=source, record_key=str(unit))  # fmt: skip


def check_intervals(registry: pd.DataFrame) -> pd.DataFrame:
    """T1: the intervals of a unit do not overlap, and its upper unit is in force throughout.

    The upper unit of a settlement is the district or okrug of its OKTMO code (``oktmo.upper_unit``), where the registry
    has it.
    """
    units = registry.assign(end=registry["valid_to"].fillna(END)).sort_values(["unit_id", "valid_from"], kind="stable")
    issues = []
    last: dict[str, pd.Timestamp] = {}
    for row in units.itertuples():
        before = last.get(str(row.unit_id))
        if before is not None and row.valid_from <= before:
            issues.append(
                _issue("registry", "intervals_overlap", "error", row.unit_id, "valid_from",
                       f"{row.valid_from:%Y-%m-%d}", f"> {before:%Y-%m-%d}")
            )  # fmt: skip
        last[str(row.unit_id)] = row.end if before is None else max(before, row.end)
    if units["unit_id"].str.fullmatch(r"\d{8}").all():
        issues += _upper_units(units)
    return issues_frame(issues)


def _upper_units(units: pd.DataFrame) -> list[Issue]:
    spans: dict[str, list[tuple[pd.Timestamp, pd.Timestamp]]] = {}
    for row in units.itertuples():
        spans.setdefault(str(row.unit_id), []).append((row.valid_from, row.end))
    issues = []
    for row in units.itertuples():
        upper = upper_unit(str(row.unit_id))
        if upper == row.unit_id or upper not in spans:
            continue
        reached = row.valid_from
        for start, end in spans[upper]:
            if start <= reached <= end:
                reached = end + pd.Timedelta(days=1) if end < END else END
        if reached <= row.end and reached < END:
            issues.append(
                _issue("registry", "parent_not_in_force", "error", row.unit_id, "valid_from", upper,
                       f"{reached:%Y-%m-%d}")
            )  # fmt: skip
    return issues


def check_changes(crosswalk: pd.DataFrame, registry: pd.DataFrame) -> pd.DataFrame:
    """T2: what leaves a unit is the whole of it, and carrying from any day to the latest loses no unit.

    Known shares of a unit sum to 1 (1e-6), with unknown ones the bounds can reach it; every unit in force on the eve of
    a change has a way to the units in force after the last one.
    """
    issues = []
    low = crosswalk["share"].fillna(crosswalk["share_low"])
    high = crosswalk["share"].fillna(crosswalk["share_high"])
    numbers = crosswalk.assign(low=low, high=high)
    for (unit, day, _), rows in numbers.groupby(["from_unit", "from_date", "to_date"], sort=True):
        least, most = float(rows["low"].sum()), float(rows["high"].sum())
        if least > 1 + TOLERANCE or most < 1 - TOLERANCE or rows[["low", "high"]].isna().any(axis=None):
            issues.append(
                _issue("crosswalk", "shares_not_whole", "error", unit, "share", f"{least:g}..{most:g}",
                       f"{day:%Y-%m-%d} -> {', '.join(rows['to_unit'])}")
            )  # fmt: skip
    ends = registry["valid_to"].dropna() + pd.Timedelta(days=1)
    last = max([*crosswalk["to_date"], *registry["valid_from"], *ends])
    lost: dict[str, str] = {}
    for day in sorted({*crosswalk["from_date"], *registry["valid_to"].dropna()}):
        lost |= dict.fromkeys(_lost(crosswalk, registry, day, last), f"{day:%Y-%m-%d} -> {last:%Y-%m-%d}")
    issues += [
        _issue("crosswalk", "code_lost", "error", unit, "from_unit", "", days) for unit, days in sorted(lost.items())
    ]
    return issues_frame(issues)


def _lost(crosswalk: pd.DataFrame, registry: pd.DataFrame, day: pd.Timestamp, last: pd.Timestamp) -> list[str]:
    """Units in force on ``day`` that reach no unit in force on ``last``, followed change by change."""
    places = {str(unit): {str(unit)} for unit in in_force(registry, day)["unit_id"]}
    for when in sorted({one for one in crosswalk["to_date"] if day < one <= last}):
        step = crosswalk[crosswalk["to_date"] == when]
        targets = step.groupby("from_unit")["to_unit"].agg(set).to_dict()
        places = {unit: {t for at in where for t in targets.get(at, {at})} for unit, where in places.items()}
    there = {*in_force(registry, last)["unit_id"], UNASSIGNED}
    return [unit for unit, where in places.items() if where - there]


def check_settlements(population: pd.DataFrame, year: int) -> pd.DataFrame:
    """T3: the settlements of a district sum to its population within 1 %, where both are given (OKTMO codes)."""
    whole = population_of(population, year, strict=False).dropna().astype("int64")
    uppers = whole.index.to_series().map(lambda unit: upper_unit(str(unit)))
    parts = whole[uppers.to_numpy() != whole.index.to_numpy()]
    sums = parts.groupby(uppers[parts.index].to_numpy()).agg(["sum", "size"])
    issues = [
        _issue("population", "settlements_differ", "warning", unit, "persons", int(row["sum"]),
               f"{year}: {whole[unit]} ({row['size']})")
        for unit, row in sums.iterrows()
        if unit in whole.index and abs(row["sum"] - whole[unit]) > SETTLEMENTS * whole[unit]
    ]  # fmt: skip
    return issues_frame(issues)


def check_population_change(population: pd.DataFrame, crosswalk: pd.DataFrame | None) -> pd.DataFrame:
    """T4: a unit's population does not change by more than 15 % from year to year without a change of territory.

    A change counts when the unit gives or takes territory on a day after 1 January of the first year, up to 1 January
    of the second.
    """
    years = sorted(int(year) for year in population["year"].dropna().unique())
    issues = []
    for before, after in pairwise(years):
        if after != before + 1:
            continue
        numbers = pd.DataFrame({year: population_of(population, year, strict=False) for year in (before, after)})
        numbers = numbers.dropna().astype("float64")
        change = (numbers[after] - numbers[before]) / numbers[before].where(numbers[before] > 0)
        changed = _changed_units(crosswalk, before, after)
        issues += [
            _issue("population", "population_jump", "warning", unit, "persons", int(numbers.loc[unit, after]),
                   f"{before}: {int(numbers.loc[unit, before])} ({change[unit]:+.1%})")
            for unit in change.index[(change.abs() > JUMP).to_numpy()]
            if unit not in changed
        ]  # fmt: skip
    return issues_frame(issues)


def _changed_units(crosswalk: pd.DataFrame | None, before: int, after: int) -> set[str]:
    if crosswalk is None or crosswalk.empty:
        return set()
    days = crosswalk["to_date"]
    rows = crosswalk[(days > pd.Timestamp(before, 1, 1)) & (days <= pd.Timestamp(after, 1, 1))]
    kept = rows[(rows["from_unit"] == rows["to_unit"]) & (rows["share"] == 1)]
    # a unit that goes over whole into itself, and takes nothing from others, has not changed
    taking = rows.loc[rows["from_unit"] != rows["to_unit"], "to_unit"]
    return (set(rows["from_unit"]) | set(rows["to_unit"])) - (set(kept["from_unit"]) - set(taking)) - {UNASSIGNED}


def check_names(
    names: pd.Series, codes: pd.Series, registry: pd.DataFrame, on_date: Date, region_code: str | None = None
) -> pd.DataFrame:
    """T5: name and code agree: the name alone is a unit for certain (score and margin), and the code is another's.

    Records without a name or without a code are not looked at, nor names that stand for no unit for certain.
    ``record_key`` is the record's label in ``names``.
    """
    both = names.notna() & codes.notna() & (names.astype(str).str.strip() != "") & (codes.astype(str) != "")
    by_name = match_units(names[both], None, registry, None, on_date, region_code)
    none = pd.Series("", index=names[both].index)
    by_code = match_units(none, codes[both], registry, None, on_date, region_code)
    wrong = by_name["unit_id"].notna() & by_code["unit_id"].notna() & (by_name["unit_id"] != by_code["unit_id"])
    short = registry.drop_duplicates("unit_id", keep="last").set_index("unit_id")["short_name"]
    issues = [
        Issue("names", "name_differs_from_code", "warning", "kept", field="name", raw=str(names[label]),
              value=str(by_code.loc[label, "unit_id"]), record_key=str(label),
              suggestion=f"{by_name.loc[label, 'unit_id']} {short[by_name.loc[label, 'unit_id']]}")
        for label in by_name.index[wrong]
    ]  # fmt: skip
    return issues_frame(issues)
