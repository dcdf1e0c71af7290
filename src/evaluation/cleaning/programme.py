"""The received files of a programme year as tables that satisfy their contracts; every row accounted for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from evaluation.cleaning.attendance import clean_attendance
from evaluation.cleaning.consultations import clean_consultations
from evaluation.cleaning.context import Cleaned, Context, Part, empty_table, join_ledgers
from evaluation.cleaning.events import clean_events
from evaluation.cleaning.exchange import clean_exchange
from evaluation.cleaning.projects import clean_projects
from evaluation.cleaning.scores import clean_scores
from evaluation.cleaning.territories import clean_territories
from evaluation.cleaning.trial import clean_trial
from evaluation.cleaning.workbook import Received, physical_rows, source_files
from evaluation.codebook import Codebook
from evaluation.ledger import check_accounts, issues_frame
from evaluation.tables import PROGRAMME_TABLES, TABLES

__all__ = ["Cleaned", "clean_programme"]


def clean_programme(
    received: Mapping[str, Received],
    year: int,
    registry: pd.DataFrame,
    aliases: pd.DataFrame,
    decisions: pd.DataFrame,
    codebook: Codebook,
    pseudonym_key: bytes,
    territory_date: dt.date,
    region_code: str | None = None,
    constants: Mapping[str, Mapping[str, str]] | None = None,
) -> Cleaned:
    """Read every received file (by logical source name) into the programme tables of ``year``.

    ``registry`` and ``aliases`` are the units and people's decisions on their names, ``decisions`` those on values
    (``decisions.read_decisions``), ``territory_date`` the day on which the files' codes and names are valid,
    ``constants`` values of columns that a source's file lacks. Tables whose source was not received are empty,
    except ``territories``, which then has the registry's units.
    Raises InputProblem for a file without the needed columns, LedgerError if a row were unaccounted for.
    """
    context = Context(
        year, registry, aliases, decisions, codebook, pseudonym_key, territory_date, region_code, constants or {}
    )
    parts = [clean_territories(received.get("territories"), context)]
    tables = dict(parts[0].tables)
    units = tables["territories"].dropna(subset=["population"])
    population = dict(zip(units["unit_id"], units["population"].astype(int), strict=True))

    def take(part: Part) -> None:
        parts.append(part)
        tables.update(part.tables)

    if "projects" in received:
        take(clean_projects(received["projects"], context, population))
    if "scores" in received:
        take(clean_scores(received["scores"], context, tables.get("projects", empty_table("projects"))))
    if "support_events" in received:
        take(clean_events(received["support_events"], context))
    if "attendance" in received:
        take(
            clean_attendance(
                received["attendance"], context, tables.get("support_events", empty_table("support_events"))
            )
        )
    if "exchange_events" in received:
        take(clean_exchange(received["exchange_events"], context))
    if "consultations" in received:
        take(clean_consultations(received["consultations"], context))
    if "trial_households" in received:
        take(clean_trial(received["trial_households"], context))
    for name in PROGRAMME_TABLES:
        tables.setdefault(name, empty_table(name))
    ledger = join_ledgers([part.ledger for part in parts])
    rows = physical_rows(received)
    check_accounts(ledger, rows, {name: one.file_name for name, one in received.items()})
    return Cleaned(
        {name: tables[name] for name in PROGRAMME_TABLES},
        source_files(received),
        _typed("row_ledger", ledger),
        _typed("issues", issues_frame([issue for part in parts for issue in part.issues])),
        rows,
    )


def _typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    from evaluation.contracts import conform

    return conform(frame, TABLES[name]) if len(frame) else TABLES[name].empty()
