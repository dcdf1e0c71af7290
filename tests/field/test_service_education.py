"""Reach of training with changing denominators: two districts become one okrug in the second year."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from evaluation.contracts import TABLES, check
from evaluation.field.services.education import education_indicators, trained_units

DATES = {2023: dt.date(2023, 12, 31), 2024: dt.date(2024, 12, 31)}
REGISTRY = pd.DataFrame(
    {
        "unit_id": ["1", "2", "3", "12"],
        "name": ["А", "Б", "В", "АБ"], "short_name": ["А", "Б", "В", "АБ"],
        "type": ["municipal_district", "municipal_district", "city_okrug", "municipal_okrug"],
        "region": "", "is_north": False,
        "valid_from": pd.to_datetime(["2006-01-01", "2006-01-01", "2006-01-01", "2024-06-01"]),
        "valid_to": pd.to_datetime(["2024-05-31", "2024-05-31", None, None]),
    }
)  # fmt: skip
CROSSWALK = pd.DataFrame(
    {
        "from_unit": ["1", "2"], "from_date": pd.to_datetime(["2024-05-31"] * 2), "to_unit": ["12", "12"],
        "to_date": pd.to_datetime(["2024-06-01"] * 2), "share": [1.0, 1.0], "share_low": None, "share_high": None,
        "basis": "exact", "quality": "documented", "evidence": "",
    }
)  # fmt: skip
EVENTS = pd.DataFrame(
    {"event_id": ["a", "b", "c"], "year": [2023, 2024, 2024], "stream": ["training", "training", "information"]}
)


def came(rows: list[tuple[str, str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["event_id", "unit_id", "status"])


# in 2024 a list still has the old code 2, which is the okrug by then; unit 3 was absent and at no training
ATTENDANCE = came([("a", "1", "present"), ("a", "1", "partial"), ("b", "2", "present"), ("b", "3", "absent"),
                   ("c", "3", "present")])  # fmt: skip


def test_who_counts_as_trained() -> None:
    found = trained_units(ATTENDANCE, EVENTS)
    assert found.sort_values(["year", "unit_id"]).to_numpy().tolist() == [[2023, "1"], [2024, "2"]]


def test_every_year_has_its_own_denominator() -> None:
    found = education_indicators(ATTENDANCE, EVENTS, REGISTRY, CROSSWALK, DATES)
    check(found, TABLES["service_indicators"])
    rows = found.set_index(["indicator", "grouping", "member", "year"])[["numerator", "denominator"]]
    expected = {
        ("reached_share", "all", "all", 2023): (1, 3),
        ("reached_share", "type", "municipal_district", 2023): (1, 2),
        ("reached_share", "type", "city_okrug", 2023): (0, 1),
        ("reached_share", "all", "all", 2024): (1, 2),
        ("reached_share", "type", "municipal_okrug", 2024): (1, 1),
        ("reached_share", "type", "city_okrug", 2024): (0, 1),
        ("reached_ever_share", "all", "all", 2023): (1, 2),
        ("reached_ever_share", "all", "all", 2024): (1, 2),
    }
    told = {key: tuple(row) for key, row in rows.dropna().iterrows()}
    assert told == expected
    newly = found[found["indicator"].eq("newly_reached")].set_index("year")["value"]
    assert newly.to_dict() == {2023: 1, 2024: 0}  # the okrug was reached as one of its districts
    assert found["low"].isna().all() and set(found["note"]) == {"census"}


def test_a_year_without_recorded_training_is_not_a_year_without_reach() -> None:
    found = education_indicators(ATTENDANCE, EVENTS[EVENTS["year"].eq(2024)], REGISTRY, CROSSWALK, DATES)
    assert set(found["year"]) == {2024}
    assert education_indicators(ATTENDANCE, EVENTS.iloc[:0], REGISTRY, CROSSWALK, DATES).empty


def test_regions_appear_where_the_registry_names_them() -> None:
    named = REGISTRY.assign(region=["Север", "Север", "Юг", "Север"])
    found = education_indicators(ATTENDANCE, EVENTS, named, CROSSWALK, DATES)
    regions = found[found["grouping"].eq("region") & found["year"].eq(2023)].set_index("member")["value"]
    assert regions.to_dict() == {"Север": pytest.approx(0.5), "Юг": 0}
