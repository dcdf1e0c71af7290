"""The ledger and the base cities of the partnership's own description, held against the published facts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from evaluation.cleaning.date_ranges import parse_period
from evaluation.contracts import conform
from evaluation.field.partnership.ledger import training_ledger
from evaluation.field.partnership.roles import roles_by_year
from evaluation.indicators.geographies import Geography
from evaluation.tables import TABLES

SOURCE = "001_a0bd6f671ee84304.txt"
YEARS = (2008, 2009)
PROVENANCE = {"source": "x", "source_sheet": "1", "source_row": 1}
UNITS = {"H": "Хабаровск", "S": "Усолье-Сибирское", "U": "Уссурийск", "P": "Петропавловск-Камчатский"}
COMPONENTS = {
    "Уссурийск": ("strategy",), "Петропавловск-Камчатский": ("complex_programme", "housing_model"),
    "Усолье-Сибирское": ("social_model",),
}  # fmt: skip


@pytest.fixture(scope="module")
def facts(real_file: Callable[[str], Path]) -> pd.DataFrame:
    table = pd.read_csv(real_file("seeds/published_facts.csv"), dtype="str", keep_default_na=False)
    table.columns = ["source", "subject", "quantity", "value", "unit", "date", "quote"][: len(table.columns)]
    return table[table["source"] == SOURCE]


@pytest.fixture(scope="module")
def ledger(facts: pd.DataFrame) -> pd.DataFrame:
    code = {name: unit for unit, name in UNITS.items()}
    planned = facts["quantity"].str.startswith("planned")  # a number of trainings to come, no training
    trainings = facts[(facts["subject"] == "training") & ~planned].reset_index(drop=True)
    rows = []
    for place, row in trainings.iterrows():
        year = int(row["date"][-4:])
        days = parse_period(row["value"], year).value
        host = code[row["quantity"].split(",")[0]]
        rows.append({"event_id": f"{year}-T{place + 1}", "year": year, "stream": "training", "host_unit_id": host,
                     "starts_on": days[0], "ends_on": days[1], **PROVENANCE})  # fmt: skip
    events = TABLES["support_events"]
    members = TABLES["partnership_units"]
    base = facts[facts["subject"] == "base city"]["quantity"]
    joined = pd.DataFrame(
        [{"unit_id": code[city], "year": 2009, "role": "base", "component": component, "starts_on": "2008-01-01",
          "selected_by_contest": True, "source": "x", "source_sheet": "1", "source_row": 1}
         for city in base for component in COMPONENTS[city]]
    ).reindex(columns=list(members.names))  # fmt: skip
    joined[["starts_on", "ends_on"]] = joined[["starts_on", "ends_on"]].apply(pd.to_datetime)
    targets = pd.DataFrame([(year, unit, unit) for year in YEARS for unit in UNITS],
                           columns=["year", "unit_id", "target"]).astype({"year": "Int64"})  # fmt: skip
    place_of = Geography(
        "current", YEARS, pd.DataFrame({"unit_id": list(UNITS), "name": list(UNITS.values())}), targets
    )
    roles = roles_by_year(conform(joined, members), place_of, YEARS)
    assert (roles["role"] == "base").groupby(roles["year"]).sum().tolist() == [3, 3]
    frame = pd.DataFrame(rows).reindex(columns=list(events.names))
    frame[["starts_on", "ends_on"]] = frame[["starts_on", "ends_on"]].apply(pd.to_datetime)
    tables = {"support_events": conform(frame, events), "attendance": TABLES["attendance"].empty()}
    return training_ledger(tables, roles, place_of)


def test_the_four_trainings_with_their_days_and_hosts(ledger: pd.DataFrame) -> None:
    told = [
        (f"{row.starts_on:%d.%m.%Y}", f"{row.ends_on:%d.%m.%Y}", row.days, UNITS[row.host_unit_id], row.host_role)
        for row in ledger.itertuples()
    ]
    assert told == [
        ("22.04.2008", "25.04.2008", 4, "Хабаровск", "outside"),
        ("28.05.2008", "29.05.2008", 2, "Усолье-Сибирское", "base"),
        ("29.09.2008", "30.09.2008", 2, "Уссурийск", "base"),
        ("12.02.2009", "13.02.2009", 2, "Уссурийск", "base"),
    ]


def test_the_count_of_the_year_agrees_and_people_stay_unknown(ledger: pd.DataFrame, facts: pd.DataFrame) -> None:
    stated = facts[(facts["subject"] == "programme trainings") & (facts["quantity"] == "count 2008")]["value"].item()
    assert (ledger["year"] == 2008).sum() == int(stated) == 3
    # 216 events and 19,962 participants are those of the institute's whole year, not of these trainings
    whole = facts[facts["subject"].str.contains("all programmes")]
    assert set(whole["value"]) == {"216", "19962"}
    assert ledger["participants"].isna().all() and ledger["person_days"].isna().all()


def test_base_cities_and_their_components(ledger: pd.DataFrame, facts: pd.DataFrame) -> None:
    assert set(facts[facts["subject"] == "base city"]["quantity"]) == set(COMPONENTS)
    selected = facts[(facts["subject"] == "base cities") & (facts["quantity"] == "selected by contest")]["value"].item()
    assert int(selected) == len(COMPONENTS)
    assert ledger["components"].fillna("").tolist() == ["", "social_model", "strategy", "strategy"]
