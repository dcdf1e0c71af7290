"""All tables, and which received file gives which of them."""

from __future__ import annotations

from evaluation.tables import (
    measures,
    panel,
    partnership,
    programme,
    results,
    returns,
    services,
    support,
    survey,
    teams,
)
from evaluation.tables.declaration import Table

# parts that a programme switches on; the tables of their registers
PARTS = {"teams": teams, "partnership": partnership, "measures": measures, "services": services, "returns": returns}
TABLES: dict[str, Table] = {
    table.name: table
    for area in (programme, support, survey, panel, results, *PARTS.values())
    for table in area.DECLARED
}

# tables that each received file of the programme gives
SOURCE_TABLES: dict[str, tuple[str, ...]] = {
    "territories": ("territories",),
    "population": ("population",),
    "projects": ("projects", "project_funding", "project_participation", "reconciling_items"),
    "scores": ("scores",),
    "support_events": ("support_events",),
    "attendance": ("attendance", "participants"),
    "exchange_events": ("exchange_events", "exchange_participation"),
    "consultations": ("consultations",),
    "project_results": ("project_results",),
    "teams": ("teams",),
    "team_members": ("team_members",),
    "document_reviews": ("document_reviews",),
    "publications": ("publications",),
    "recommendations": ("recommendations",),
    "recommendation_status": ("recommendation_status",),
    "practices": ("practices",),
    "practice_adoptions": ("practice_adoptions",),
    "trial_households": ("trial_households",),
    **{register: (register,) for part in PARTS.values() for register in part.REGISTERS},
}
PROGRAMME_TABLES: tuple[str, ...] = tuple(table for tables in SOURCE_TABLES.values() for table in tables)
# sources with one table each that cleaning/registers.py reads by the declaration of that table alone
REGISTERS: tuple[str, ...] = (
    "project_results", "teams", "team_members", "document_reviews", "publications", "recommendations",
    "recommendation_status", "practices", "practice_adoptions",
    *(register for part in PARTS.values() for register in part.REGISTERS),
)  # fmt: skip
# sources with people in them, whose cleaning needs the pseudonym key
PSEUDONYM_SOURCES: tuple[str, ...] = tuple(
    source
    for source, tables in SOURCE_TABLES.items()
    if any(TABLES[table].sensitivity == "pseudonymous" for table in tables)
)
