"""A small programme told by hand: four old units, of which one splits and two merge."""

from __future__ import annotations

import pandas as pd
import pytest


@pytest.fixture(scope="session")
def registry() -> pd.DataFrame:
    """A and B merge into M on 2025-06-19, C stays, S splits by unknown shares, K's future is unknown."""
    old = [(unit, f"Old {unit}", "municipal_district", "2006-01-01", "2025-06-18") for unit in "ABCSK"]
    new = [("M", "New M", "municipal_okrug", "2025-06-19", None), ("C", "New C", "city_okrug", "2025-06-19", None)]
    frame = pd.DataFrame([*old, *new], columns=["unit_id", "short_name", "type", "valid_from", "valid_to"])
    return frame.assign(
        name=frame["short_name"], is_north=pd.array([False] * len(frame), dtype="boolean"),
        valid_from=pd.to_datetime(frame["valid_from"]), valid_to=pd.to_datetime(frame["valid_to"]),
    )  # fmt: skip


@pytest.fixture(scope="session")
def crosswalk() -> pd.DataFrame:
    rows = [
        ("A", "M", 1.0, None, None), ("B", "M", 1.0, None, None), ("C", "C", 1.0, None, None),
        ("S", "C", None, 0.0, 1.0), ("S", "M", None, 0.0, 1.0), ("K", "unassigned", 1.0, None, None),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["from_unit", "to_unit", "share", "share_low", "share_high"])
    return frame.assign(
        from_date=pd.Timestamp("2025-06-18"), to_date=pd.Timestamp("2025-06-19"), basis="population",
        quality="documented", evidence="",
    ).astype({"share": float, "share_low": float, "share_high": float})  # fmt: skip


def _projects() -> pd.DataFrame:
    rows = [
        ("2023-1", 2023, "A", "completed", True, 100.0, 90.0, 10),
        ("2023-2", 2023, "A", "not_selected", False, 50.0, None, 5),
        ("2023-3", 2023, "S", "funded", True, 200.0, None, 20),
        ("2024-1", 2024, "B", "funded", True, 300.0, None, 30),
        ("2024-2", 2024, "K", "rejected_formally", False, 70.0, None, None),
        ("2025-1", 2025, "M", "funded", True, 400.0, None, 40),
        ("2025-2", 2025, "A", "funded", True, 500.0, None, 50),  # a row under the old code
        ("2025-3", 2025, "C", "withdrawn", False, 60.0, None, 6),
    ]
    columns = ["project_id", "year", "unit_id", "status", "is_funded", "cost_planned", "cost_actual", "beneficiaries"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(topic="roads", applicant_type="administration", score=50.0).astype(
        {"year": "Int64", "is_funded": "boolean", "beneficiaries": "Int64", "cost_actual": "float64"}
    )


@pytest.fixture(scope="session")
def tables() -> dict[str, pd.DataFrame]:
    territories = [(unit, year, 1000 * (i + 1)) for year in (2023, 2024) for i, unit in enumerate("ABCSK")]
    territories += [("M", 2025, 3500), ("C", 2025, 3200)]
    people = pd.DataFrame(territories, columns=["unit_id", "year", "population"]).astype({"year": "Int64"})
    people["population"] = people["population"].astype("Int64").mask(people["unit_id"] == "B")
    people["population_18plus"] = (people["population"] * 8) // 10
    people["short_name"] = people["unit_id"]
    people["type"] = "municipal_district"
    funding = [
        ("2023-1", "regional", "planned", 80.0),
        ("2023-1", "regional", "paid", 70.0),
        ("2023-1", "residents", "paid", 20.0),
        ("2023-3", "regional", "planned", 160.0),
        ("2023-3", "local", "planned", 40.0),
        ("2024-1", "regional", "planned", 240.0),
        ("2024-1", "business", "planned", 60.0),
    ]
    participation = [
        ("2023-1", "meeting", 100),
        ("2023-1", "online", 50),
        ("2023-2", "meeting", 30),
        ("2025-2", "meeting", 9),
    ]
    events = pd.DataFrame(
        {
            "event_id": ["2022-T1", "2024-T1"], "year": pd.array([2022, 2024], dtype="Int64"), "stream": "training",
            "starts_on": pd.to_datetime(["2022-10-01", "2024-03-01"]),
            "ends_on": pd.to_datetime(["2022-10-02", "2024-03-01"]), "hours": [16.0, 8.0],
        }
    )  # fmt: skip
    return {
        "territories": people,
        "projects": _projects(),
        "project_funding": pd.DataFrame(funding, columns=["project_id", "funding_source", "stage", "amount"]),
        "project_participation": pd.DataFrame(participation, columns=["project_id", "channel", "participations"]),
        "support_events": events.assign(year=pd.array([2023, 2024], dtype="Int64")),
        "attendance": pd.DataFrame(
            {
                "event_id": ["2022-T1", "2024-T1", "2024-T1"], "person_key": ["p1", "p2", "p3"],
                "unit_id": ["A", "S", "C"], "status": ["present", "present", "absent"],
            }
        ),
        "exchange_events": pd.DataFrame(
            {"exchange_id": ["X1"], "year": pd.array([2024], dtype="Int64"), "ends_on": pd.to_datetime(["2024-06-01"])}
        ),
        "exchange_participation": pd.DataFrame(
            {
                "exchange_id": ["X1", "X1", "X1"], "unit_id": ["A", "B", "C"], "role": ["host", "guest", "guest"],
                "persons": pd.array([1, 2, 3], dtype="Int64"),
            }
        ),
    }  # fmt: skip
