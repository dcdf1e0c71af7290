"""A small world of teams, written by hand: two units, three teams, two deadlines."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import pandas as pd

from evaluation.contracts import TABLES, conform
from evaluation.field.teams.acts import TeamYears

A, B = "A", "B"
DEADLINES = {2024: dt.date(2024, 2, 14), 2025: dt.date(2025, 2, 14)}
PLACE = {"source": "made", "source_sheet": "made", "source_row": 1}


def table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """A conforming table: columns that ``rows`` lack are empty."""
    declared = TABLES[name]
    if not rows:
        return declared.empty()
    given = {key: value for key, value in PLACE.items() if key in declared.names}
    return conform(pd.DataFrame([{**given, **row} for row in rows]).reindex(columns=list(declared.names)), declared)


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def world(**changes: list[dict[str, Any]]) -> TeamYears:
    """Registers of 2024 and 2025; ``changes`` are rows to add, by table."""
    tables = dict(_tables())
    for name, more in changes.items():
        tables[name] = table(name, [*_rows()[name], *more])
    return TeamYears(tables, DEADLINES)


@cache
def _tables() -> dict[str, pd.DataFrame]:
    return {name: table(name, found) for name, found in _rows().items()}


def _rows() -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {
        "territories": [{"unit_id": unit, "year": year, "name": unit} for year in DEADLINES for unit in (A, B)],
        "teams": [
            {"team_id": "T1", "year": 2024, "unit_id": A, "project_id": "2024-001"},
            {"team_id": "T2", "year": 2024, "unit_id": A},
            {"team_id": "T3", "year": 2024, "unit_id": B},
            {"team_id": "T1", "year": 2025, "unit_id": A, "project_id": "2025-001"},
            {"team_id": "T2", "year": 2025, "unit_id": A, "project_id": "2025-002"},
            {"team_id": "T3", "year": 2025, "unit_id": B},
        ],
        "team_members": [
            {"team_id": team, "year": year, "person_key": person, "sector": sector}
            for team, year, person, sector in (
                ("T1", 2024, "p1", "municipal_servant"),
                ("T1", 2024, "p2", "community"),
                ("T1", 2025, "p1", "municipal_servant"),
                ("T1", 2025, "p2", "community"),
                ("T1", 2025, "p3", "business"),
                ("T2", 2024, "p4", "elected"),
                ("T2", 2024, "p5", None),
                ("T2", 2025, "p4", "elected"),
                ("T3", 2024, "p6", "other"),
            )
        ],
        "projects": [
            {"project_id": "2024-001", "year": 2024, "unit_id": A, "is_funded": True, "status": "funded"},
            {"project_id": "2025-001", "year": 2025, "unit_id": A, "is_funded": False, "status": "not_selected"},
            {"project_id": "2025-002", "year": 2025, "unit_id": A, "is_funded": True, "status": "funded"},
            {"project_id": "2025-003", "year": 2025, "unit_id": B, "is_funded": False, "status": "withdrawn"},
        ],
        "support_events": [
            _event("2024-T1", 2024, "training", "course", "2024-01-20", 8),
            # ends on the day of the deadline: too late for 2025, and there is no later deadline
            _event("2025-T9", 2025, "training", "course", "2025-02-14", 16),
            _event("2024-T2", 2024, "consulting", "clock_check", "2024-05-01", 2),
            _event("2024-T3", 2024, "consulting", "immersion", "2024-06-01", 8, recipient_unit_id=B),
            _event("2024-T4", 2024, "information", "publication", "2024-10-01", None),
        ],
        "attendance": [
            {"event_id": event, "person_key": person, "unit_id": unit, "status": status}
            for event, person, unit, status in (
                ("2024-T1", "p1", A, "present"),
                ("2024-T1", "p2", A, "partial"),
                ("2024-T1", "p9", A, "present"),
                ("2024-T1", "p6", B, "absent"),
                ("2025-T9", "p4", A, "present"),
                ("2024-T2", "p1", A, "present"),
            )
        ],
        "exchange_events": [
            _exchange("2024-X1", "2024-03-05", "study_visit"),
            _exchange("2024-X2", "2024-04-01", "seminar"),
            _exchange("2024-X3", "2024-05-01", "publication"),
        ],
        "exchange_participation": [
            {"exchange_id": "2024-X1", "unit_id": A, "role": "host", "persons": 3},
            {"exchange_id": "2024-X1", "unit_id": B, "role": "guest", "persons": 0},
            {"exchange_id": "2024-X2", "unit_id": B, "role": "speaker"},
            {"exchange_id": "2024-X2", "unit_id": A, "role": "guest", "persons": 1},
        ],
        "consultations": [
            {"consultation_id": "2024-C1", "year": 2024, "consulted_on": day("2024-01-10"), "unit_id": A,
             "minutes": 30},
            {"consultation_id": "2025-C1", "year": 2025, "consulted_on": day("2025-01-10"), "unit_id": A,
             "project_id": "2025-001", "minutes": 60},
        ],
        "document_reviews": [
            _review("2025-D1", "2025-01-15", A, "2025-001"),
            _review("2025-D2", "2025-01-20", B, None),
            _review("2025-D3", "2025-11-01", A, "2025-002"),
        ],
        "publications": [
            {"publication_id": "2024-P1", "year": 2024, "published_on": day("2024-07-01"), "channel": "website",
             "unit_id": A},
            {"publication_id": "2024-P2", "year": 2024, "published_on": day("2024-07-02"), "channel": "messenger"},
        ],
        "programme_lines": [],
    }  # fmt: skip
    return rows


def _event(key: str, year: int, stream: str, form: str, ends: str, hours: float | None, **more: Any) -> dict[str, Any]:
    return {"event_id": key, "year": year, "stream": stream, "form": form, "starts_on": day(ends),
            "ends_on": day(ends), "hours": hours, **more}  # fmt: skip


def _exchange(key: str, ends: str, form: str) -> dict[str, Any]:
    return {"exchange_id": key, "year": 2024, "form": form, "starts_on": day(ends), "ends_on": day(ends)}


def _review(key: str, on: str, unit: str, project: str | None) -> dict[str, Any]:
    return {"review_id": key, "year": 2025, "unit_id": unit, "project_id": project, "document_kind": "application",
            "reviewed_on": day(on)}  # fmt: skip


def line(
    name: str, year: int, unit: str, applications: int | None, supported: int | None, **more: Any
) -> dict[str, Any]:
    """A row of the register of programme lines."""
    return {"line": name, "year": year, "unit_id": unit, "applications": applications, "supported": supported, **more}
