"""The received files of a programme year as tables that satisfy their contracts; every row accounted for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from evaluation.cleaning.context import Cleaned, Context, empty_table, join_ledgers, join_totals, join_units
from evaluation.cleaning.cross_checks import check_programme
from evaluation.cleaning.remarks import settle
from evaluation.cleaning.ruleset import RuleSet, own_rules
from evaluation.cleaning.sources import CLEANERS
from evaluation.cleaning.territories import clean_territories
from evaluation.cleaning.workbook import Received, physical_rows, source_files
from evaluation.codebook import Codebook
from evaluation.ledger import check_accounts, issues_frame
from evaluation.tables import PROGRAMME_TABLES, SOURCE_TABLES, TABLES

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
    rules: RuleSet | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Cleaned:
    """Read every received file (by logical source name) into the programme tables of ``year``.

    ``registry`` and ``aliases`` are the units and people's decisions on their names, ``decisions`` those on values
    (``decisions.read_decisions``), ``territory_date`` the day on which the files' codes and names are valid,
    ``constants`` values of columns that a source's file lacks, ``rules`` the checking rules (None: the project's own),
    ``settings`` what they may name, such as ``year.rules``; a rule on a setting that is absent does not apply.
    Tables whose source was not received are empty, except ``territories``, which then has the registry's units.
    Raises InputProblem for a file without the needed columns, LedgerError if a row were unaccounted for.
    """
    context = Context(
        year, registry, aliases, decisions, codebook, pseudonym_key, territory_date, region_code, constants or {},
        own_rules() if rules is None else rules, settings or {},
    )  # fmt: skip
    parts = [clean_territories(received.get("territories"), context)]
    tables = dict(parts[0].tables)
    for name in PROGRAMME_TABLES:
        tables.setdefault(name, empty_table(name))
    for source, clean in CLEANERS.items():
        if source in received:
            part = clean(received[source], context, tables)
            parts.append(part)
            tables.update(part.tables)
    checked = check_programme({name: tables[name] for name in PROGRAMME_TABLES}, parts, context)
    remarks = settle(
        [*(issue for part in parts for issue in part.issues), *checked],
        [one for part in parts for one in part.originals],
        decisions,
        list(SOURCE_TABLES),
        year,
        pseudonym_key,
    )
    ledger = join_ledgers([part.ledger for part in parts])
    rows = physical_rows(received)
    check_accounts(ledger, rows, {name: one.file_name for name, one in received.items()})
    return Cleaned(
        {name: tables[name] for name in PROGRAMME_TABLES},
        source_files(received),
        _typed("row_ledger", ledger),
        _typed("issues", issues_frame(remarks)),
        rows,
        join_totals(parts),
        join_units(parts),
    )


def _typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    from evaluation.contracts import conform

    return conform(frame, TABLES[name]) if len(frame) else TABLES[name].empty()
