"""What every unit was in the partnership in every year: base, participant, or outside.

Outside is everybody in the registry who is neither. A membership runs from its first to its last day; where the first
is not told it runs from the year whose register names it first, never from earlier. A later register replaces what an
earlier one says of the same unit, role and component; whom a later register no longer names had left by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.indicators.geographies import Geography
from evaluation.settings import InputProblem
from evaluation.territory.crosswalk import UNASSIGNED

ROLES = ("base", "participant", "outside")
TABLE = TABLES["partnership_years"]
MEMBERSHIP_COLUMNS = ["unit_id", "role", "component", "first_year", "last_year", "selected_by_contest"]


def memberships(register: pd.DataFrame, geography: Geography, last_year: int) -> pd.DataFrame:
    """MEMBERSHIP_COLUMNS, one row a unit of ``geography``, role and component; years are inclusive.

    ``register``: contract ``partnership_units``, all years that were received. Members that no unit of the geography
    can take for certain are left out (``unplaced_members`` counts them). Raises InputProblem for a membership that
    ends before it begins.
    """
    if register.empty:
        return pd.DataFrame(columns=MEMBERSHIP_COLUMNS).astype({"first_year": "int64", "last_year": "int64"})
    rows = register.sort_values(["unit_id", "role", "component", "year"], kind="stable", na_position="first")
    _refuse_backward(rows)
    # the component stands in for itself where it is empty: groups leave out empty keys
    keys = [rows["unit_id"], rows["role"], rows["component"].fillna("")]
    first_named = rows.groupby(keys)["year"].transform("min").astype(int)
    latest = rows.assign(first_named=first_named).groupby(keys, sort=True).tail(1)
    edition = int(register["year"].max())
    told = latest["year"].astype(int).to_numpy()
    start = latest["starts_on"].dt.year.to_numpy(dtype=float)
    end = latest["ends_on"].dt.year.to_numpy(dtype=float)
    gone = np.where(told < edition, told, last_year)
    frame = pd.DataFrame(
        {
            "unit_id": geography.place(latest["unit_id"], latest["year"]).to_numpy(),
            "role": latest["role"].to_numpy(),
            "component": latest["component"].to_numpy(),
            "first_year": np.where(np.isnan(start), latest["first_named"].to_numpy(dtype=float), start).astype(int),
            "last_year": np.where(np.isnan(end), gone, end).astype(int),
            "selected_by_contest": latest["selected_by_contest"].to_numpy(),
        }
    )
    return frame[frame["unit_id"] != UNASSIGNED].reset_index(drop=True)


def unplaced_members(register: pd.DataFrame, geography: Geography) -> int:
    """Rows of the register that no unit of the geography can take for certain."""
    return int((geography.place(register["unit_id"], register["year"]) == UNASSIGNED).sum()) if len(register) else 0


def roles_by_year(register: pd.DataFrame, geography: Geography, years: Sequence[int]) -> pd.DataFrame:
    """Contract ``partnership_years`` of one geography: every unit in each of ``years``.

    A unit with both roles in a year is a base. A unit that joins several has the role that any of its parts has.
    ``role_since``: first of the consecutive years in that role. Components are joined by ``; `` in order of names.
    """
    units = sorted(str(unit) for unit in geography.units["unit_id"] if unit != UNASSIGNED)
    grid = pd.MultiIndex.from_product([units, sorted(int(year) for year in years)], names=["unit_id", "year"])
    members = memberships(register, geography, max((int(year) for year in years), default=0))
    spread = members.assign(
        year=[list(range(row.first_year, row.last_year + 1)) for row in members.itertuples()]
    ).explode("year")
    spread = spread.dropna(subset=["year"]).astype({"year": "int64"})
    is_base = spread[spread["role"] == "base"]
    table = pd.DataFrame(index=grid)
    for role in ("participant", "base"):
        of_role = spread[spread["role"] == role].groupby(["unit_id", "year"]).size().reindex(grid)
        table[role] = of_role.notna().to_numpy()
    table["role"] = np.select([table["base"], table["participant"]], ["base", "participant"], "outside")
    shown = spread.merge(table["role"].reset_index(), on=["unit_id", "year", "role"])
    named = shown.dropna(subset=["component"]).drop_duplicates(["unit_id", "year", "component"])
    joined = named.sort_values("component", kind="stable").groupby(["unit_id", "year"])["component"].agg("; ".join)
    table["components"] = joined.reindex(grid).to_numpy()
    chosen = is_base.dropna(subset=["selected_by_contest"]).groupby(["unit_id", "year"])["selected_by_contest"].any()
    table["selected_by_contest"] = pd.array(chosen.reindex(grid).to_numpy(), dtype="boolean")
    table = table.reset_index()
    fresh = table["role"].ne(table.groupby("unit_id")["role"].shift()).cumsum()
    table["role_since"] = table.groupby(["unit_id", fresh])["year"].transform("min")
    table.loc[table["role"] == "outside", "role_since"] = pd.NA
    return conform(table.assign(geography=geography.name)[list(TABLE.names)], TABLE)


def roles_in(register: pd.DataFrame, geographies: Iterable[Geography]) -> pd.DataFrame:
    """Contract ``partnership_years``: ``roles_by_year`` of each geography, for the years that it can tell."""
    return pd.concat([roles_by_year(register, each, each.years) for each in geographies], ignore_index=True)


def _refuse_backward(rows: pd.DataFrame) -> None:
    wrong = rows[rows["starts_on"].notna() & rows["ends_on"].notna() & (rows["ends_on"] < rows["starts_on"])]
    if wrong.empty:
        return
    row = wrong.iloc[0]
    place = f"{row['source_sheet']}, {row['source_row']}"
    raise InputProblem(
        f"Участники партнёрства, {place}: территория {row['unit_id']} выбыла ({row['ends_on']:%d.%m.%Y}) раньше, чем "
        f"вошла ({row['starts_on']:%d.%m.%Y}). Исправьте одну из дат решением.",
        f"Members of the partnership, {place}: unit {row['unit_id']} left ({row['ends_on']:%Y-%m-%d}) before it joined "
        f"({row['starts_on']:%Y-%m-%d}). Correct one of the days by a decision.",
    )
