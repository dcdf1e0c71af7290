"""Roles by unit and year: days of joining and leaving, later registers, joined units, impossible rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from evaluation.contracts import check, conform
from evaluation.field.partnership.roles import memberships, roles_by_year, roles_in, unplaced_members
from evaluation.indicators.geographies import Geography
from evaluation.settings import InputProblem
from evaluation.tables import TABLES

YEARS = range(2019, 2026)


def place(units: str = "abcdef", joined: dict[str, str] | None = None) -> Geography:
    """Units named by letters; ``joined``: unit of the files to unit of the geography."""
    moves = {unit: unit for unit in units} | (joined or {})
    targets = pd.DataFrame(
        [(year, unit, target) for year in YEARS for unit, target in moves.items()],
        columns=["year", "unit_id", "target"],
    ).astype({"year": "Int64"})
    named = pd.DataFrame({"unit_id": sorted(set(moves.values())), "name": sorted(set(moves.values()))})
    return Geography("current", tuple(YEARS), named, targets)


def register(*rows: dict[str, Any]) -> pd.DataFrame:
    table = TABLES["partnership_units"]
    filled = [
        {"year": 2025, "role": "base", "source": "partnership_units", "source_sheet": "1", "source_row": k + 2, **row}
        for k, row in enumerate(rows)
    ]
    frame = pd.DataFrame(filled).reindex(columns=list(table.names))
    frame[["starts_on", "ends_on"]] = frame[["starts_on", "ends_on"]].apply(pd.to_datetime)
    return conform(frame, table)


def told(roles: pd.DataFrame, unit: str) -> dict[int, str]:
    rows = roles[roles["unit_id"] == unit]
    return dict(zip(rows["year"].astype(int), rows["role"], strict=True))


def test_a_role_runs_from_its_first_to_its_last_day_and_the_rest_is_outside() -> None:
    rows = register(
        {"unit_id": "a", "component": "strategy", "starts_on": "2022-11-30", "selected_by_contest": True},
        {"unit_id": "b", "role": "participant", "starts_on": "2021-01-01", "ends_on": "2023-03-01"},
    )
    roles = roles_by_year(rows, place(), YEARS)
    check(roles, TABLES["partnership_years"])
    assert len(roles) == 6 * 7
    assert told(roles, "a") == {year: "outside" if year < 2022 else "base" for year in YEARS}
    assert told(roles, "b") == {year: "participant" if 2021 <= year <= 2023 else "outside" for year in YEARS}
    assert set(told(roles, "c").values()) == {"outside"}
    base = roles[roles["role"] == "base"]
    assert set(base["components"]) == {"strategy"} and base["selected_by_contest"].all()
    assert base["role_since"].tolist() == [2022] * 4
    assert roles.loc[roles["role"] == "outside", ["role_since", "components"]].isna().all().all()


def test_an_unknown_first_day_is_never_taken_to_be_earlier_than_the_register() -> None:
    rows = register({"unit_id": "a", "year": 2023}, {"unit_id": "a", "year": 2025})
    assert told(roles_by_year(rows, place(), YEARS), "a") == {
        year: "base" if year >= 2023 else "outside" for year in YEARS
    }


def test_whom_a_later_register_no_longer_names_had_left() -> None:
    rows = register({"unit_id": "a", "year": 2022}, {"unit_id": "a", "year": 2023}, {"unit_id": "b", "year": 2025})
    roles = roles_by_year(rows, place(), YEARS)
    assert [year for year, role in told(roles, "a").items() if role == "base"] == [2022, 2023]
    assert [year for year, role in told(roles, "b").items() if role == "base"] == [2025]


def test_a_base_with_two_components_that_also_takes_part_is_one_base() -> None:
    rows = register(
        {"unit_id": "a", "component": "strategy", "starts_on": "2024-01-01"},
        {"unit_id": "a", "component": "housing_model", "starts_on": "2025-01-01"},
        {"unit_id": "a", "role": "participant", "starts_on": "2023-01-01"},
    )
    roles = roles_by_year(rows, place(), YEARS).set_index(["unit_id", "year"])
    assert roles.loc["a", "role"].tolist() == ["outside"] * 4 + ["participant", "base", "base"]
    assert roles.loc[("a", 2024), "components"] == "strategy"
    assert roles.loc[("a", 2025), "components"] == "housing_model; strategy"
    assert roles.loc[("a", 2025), "role_since"] == 2024


def test_a_joined_unit_has_the_role_of_any_of_its_parts_and_an_unplaced_one_is_counted() -> None:
    rows = register({"unit_id": "a", "starts_on": "2024-01-01"}, {"unit_id": "x", "starts_on": "2024-01-01"})
    joined = place("bcd", {"a": "a+e", "e": "a+e"})
    roles = roles_by_year(rows, joined, YEARS)
    assert told(roles, "a+e")[2024] == "base"
    assert set(roles["unit_id"]) == {"a+e", "b", "c", "d"}
    assert unplaced_members(rows, joined) == 1 and len(memberships(rows, joined, 2025)) == 1


def test_without_a_register_everybody_is_outside() -> None:
    empty = TABLES["partnership_units"].empty()
    roles = roles_in(empty, (place(),))
    assert set(roles["role"]) == {"outside"} and len(roles) == 42


def test_leaving_before_joining_is_refused_with_its_place() -> None:
    rows = register({"unit_id": "a", "starts_on": "2024-05-01", "ends_on": "2024-04-01"})
    with pytest.raises(InputProblem) as refused:
        roles_by_year(rows, place(), YEARS)
    assert "1, 2" in refused.value.messages["ru"] and "01.04.2024" in refused.value.messages["ru"]
    assert "before it joined" in refused.value.messages["en"]
