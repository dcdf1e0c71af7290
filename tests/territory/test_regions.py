"""Regions in received texts and columns; names of several regions' units."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from evaluation.territory.matching import match_units
from evaluation.territory.regions import Regions
from evaluation.territory.spelling import fold

KRAI, OBLAST, ALTAI = "Красноярский край", "Томская область", "Республика Алтай"
UGRA = "Ханты-Мансийский автономный округ — Югра"
UNITS = [
    ("04601000", "Абанский муниципальный район", "Абанский", "municipal_district", KRAI),
    ("04630000", "Октябрьский муниципальный район", "Октябрьский", "municipal_district", KRAI),
    ("69618000", "Октябрьский муниципальный район", "Октябрьский", "municipal_district", OBLAST),
    ("69701000", "городской округ город Томск", "Томск", "city_okrug", OBLAST),
    ("84610000", "Майминский муниципальный район", "Майминский", "municipal_district", ALTAI),
    ("71824000", "Советский муниципальный район", "Советский", "municipal_district", UGRA),
]
REGISTRY = pd.DataFrame(UNITS, columns=["unit_id", "name", "short_name", "type", "region"]).assign(
    district="", valid_from=pd.Timestamp("2018-01-01"), valid_to=pd.NaT
)
REGIONS = Regions(REGISTRY["unit_id"].tolist(), REGISTRY["region"].tolist(), True)
DAY = dt.date(2024, 6, 1)


def named(places: frozenset[int] | None) -> list[str] | None:
    return None if places is None else [REGIONS.names[place] for place in sorted(places)]


@pytest.mark.parametrize(
    ("text", "region", "rest", "foreign"),
    [
        ("Абанский район Красноярского края", [KRAI], "абанский район", False),
        ("Томск (Томская обл.)", [OBLAST], "томск", False),
        ("Респ. Алтай, Майминский р-н", [ALTAI], "майминский р-н", False),
        ("Советский р-н (ХМАО-Югра)", [UGRA], "советский р-н", False),
        ("Советский район Ханты-Мансийского АО - Югры", [UGRA], "советский район", False),
        ("Абайский район Алматинской области", [], "абайский район алматинской области", True),
        ("Абанский район", [], "абанский район", False),
        ("Майминский район Алтайского края", [], "майминский район алтайского края", True),
    ],
)
def test_regions_in_texts(text: str, region: list[str], rest: str, foreign: bool) -> None:
    found, left, other = REGIONS.of_text(fold(text))
    assert (named(found), left, other) == (region, rest, foreign)


@pytest.mark.parametrize(
    ("value", "region"),
    [
        ("Красноярский край", [KRAI]), ("КРАСНОЯРСКОГО КРАЯ", [KRAI]), ("04", [KRAI]), ("4", [KRAI]),
        ("69.0", [OBLAST]),
        ("Томская облость", [OBLAST]), ("ХМАО", [UGRA]), ("", []), ("Атлантида", None), ("Омская область", None),
        ("99", None), ("Алтайский край", None),
    ],
)  # fmt: skip
def test_regions_in_a_column(value: str, region: list[str] | None) -> None:
    assert named(REGIONS.of_value(value)) == region


def test_the_region_decides_between_namesakes() -> None:
    rows = [
        ("Октябрьский район", "", "", None, "name_ambiguous"),
        ("Октябрьский р-н", KRAI, "", "04630000", "name_matched"),
        ("Октябрьский р-н", "69", "", "69618000", "name_matched"),
        ("Октябрьский район (Томская обл.)", "", "", "69618000", "name_matched"),
        ("Октябрьский район", "", "69618000", "69618000", ""),
        ("Октябрьский район", KRAI, "69618000", None, "oktmo_name_conflict"),
        ("Октябрьский район Томской области", KRAI, "", None, "region_conflict"),
        ("Абанский район", "Атлантида", "", None, "region_unknown"),
        ("Абанский район Алматинской области", "", "", None, "region_unknown"),
        ("Абанский район", OBLAST, "", None, "name_not_found"),
        ("Абанский район", "", "69618000", None, "oktmo_name_conflict"),
    ]
    for name, region, code, unit, rule in rows:
        codes = pd.Series([code]) if code else None
        row = match_units(pd.Series([name]), codes, REGISTRY, None, DAY, regions=pd.Series([region])).iloc[0]
        found = None if pd.isna(row["unit_id"]) else row["unit_id"]
        assert (found, row["rule"]) == (unit, rule), (name, region, code)


def test_a_decision_on_a_name_holds_within_its_region() -> None:
    aliases = pd.DataFrame({"raw": ["Октябрьский"], "unit_id": ["69618000"], "reason": ["x"]})
    found = match_units(pd.Series(["Октябрьский"] * 2), None, REGISTRY, aliases, DAY, regions=pd.Series([OBLAST, KRAI]))
    assert found["unit_id"].tolist() == ["69618000", "04630000"]
    assert found["rule"].tolist() == ["name_alias", ""]


def test_a_registry_of_one_region_without_a_name_ignores_the_column() -> None:
    registry = REGISTRY[REGISTRY["region"] == KRAI].drop(columns="region")
    found = match_units(
        pd.Series(["Абанский р-н"] * 3), None, registry, None, DAY, regions=pd.Series(["24", KRAI, "Атлантида"])
    )
    assert found["unit_id"].tolist() == ["04601000"] * 3
