"""Dates of which only the month or year is known: the day stays empty, the part stands in a column beside it."""

from __future__ import annotations

from dataclasses import replace

from evaluation.cleaning.dates import date_parser, parse_partial_date
from evaluation.cleaning.objects import mapped, nothing, objects
from evaluation.cleaning.rows import Reading


def read_date(reading: Reading, name: str) -> None:
    """Fill ``name`` with days and ``<name>_partial`` with what is known of the others (``2024-03`` or ``2024``).

    The remark on such a cell says that its part was kept.
    """
    records, beside = reading.records, f"{name}_partial"
    start = len(reading.issues)
    days = reading.read(name, date_parser(records.is_1904, records.distinct(name).cells if records.has(name) else ()))
    reading.columns[beside] = nothing(reading.index)
    remarked = {issue.row for issue in reading.issues[start:] if issue.rule == "partial_date"}
    if not remarked:
        return
    parts = mapped(records.frame[name], lambda raw: parse_partial_date(raw).value)
    known = parts.index.isin(remarked) & days.isna() & parts.notna()
    texts = [str(part) if keep else None for part, keep in zip(parts, known, strict=True)]
    reading.columns[beside] = objects(texts, parts.index)
    kept = reading.columns[beside]
    reading.issues[start:] = [
        replace(issue, severity="warning", action="kept", value=kept.loc[issue.row])
        if issue.rule == "partial_date" and kept.loc[issue.row] is not None
        else issue
        for issue in reading.issues[start:]
    ]
