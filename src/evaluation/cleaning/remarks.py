"""The last word on the remarks of a year: which record each concerns, what people decided on it, what met no value."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from evaluation.cleaning.context import Originals
from evaluation.cleaning.rules import RULES
from evaluation.decisions import WHOLE_FILE, decisions_on, of_other_year, raw_hash
from evaluation.ledger import Issue

DECIDED = ("error", "warning")
DECISION_FIELDS = ("decision", "decided_by", "decided_on")
Place = tuple[str, str, str, str]


def settle(
    issues: Iterable[Issue],
    originals: Sequence[Originals],
    decisions: pd.DataFrame,
    sources: Collection[str],
    year: int,
    key: bytes,
) -> list[Issue]:
    """Remarks with the record, field and keyed hash that a decision on them names, and the decisions' effect on them.

    An error or warning that a decision ``keep`` accepts, or on a record that a decision sets aside, becomes the
    information ``decision_kept`` (``value``: its rule). Decisions on one of ``sources`` that no sheet could use are
    listed as ``decision_not_applicable``.
    """
    known = {(one.source, one.sheet): one for one in originals}
    accepted = _accepted(decisions, sources, year)
    used = {number for one in originals for number in one.used}
    settled = []
    issues = list(issues)
    set_aside = {
        (issue.source, issue.sheet, issue.row): {name: getattr(issue, name) for name in DECISION_FIELDS}
        for issue in issues
        if issue.decision == "quarantine"
    }
    for issue in issues:
        named = _named(issue, known, key)
        if (accepted or set_aside) and named.severity in DECIDED:
            aside = set_aside.get((named.source, named.sheet, named.row))
            if aside is not None:
                named = _kept(named, None, aside)
            place = (named.table or "", named.record_key or "", named.field or "", named.raw_hash or "")
            for number, decision in accepted.get(place, ()):
                if decision["value"] in ("", named.rule):
                    used.add(number)
                    if named.rule != "decision_kept":
                        named = _kept(named, decision["reason"], decided(decision))
        settled.append(named)
    return settled + _unused(decisions, sources, year, used, {one.source: one.file_name for one in originals})


def _named(issue: Issue, known: dict[tuple[str, str], Originals], key: bytes) -> Issue:
    """The remark with table, record key and keyed hash (those it has already stay)."""
    if issue.record_key is not None:
        return replace(issue, table=issue.table or issue.source)
    one = known.get((issue.source, issue.sheet or ""))
    named = None if one is None or issue.row is None else one.identities.named(issue.row, issue.field)
    if named is not None:
        record, digest = named
    else:
        # a sheet, a column or a printed total: known again by its words, wherever they stand
        words = (issue.rule, issue.sheet, issue.raw, issue.value, None if issue.row else issue.suggestion)
        record, digest = WHOLE_FILE, raw_hash("\x1f".join(str(word) for word in words), key)
    return issue.but(table=issue.table or issue.source, record_key=record, raw_hash=digest)


def _accepted(
    decisions: pd.DataFrame, sources: Collection[str], year: int
) -> dict[Place, list[tuple[int, dict[str, Any]]]]:
    """Decisions ``keep`` that concern the year, by place."""
    keeps = decisions[(decisions["action"] == "keep") & decisions["table"].isin(list(sources))]
    found: dict[Place, list[tuple[int, dict[str, Any]]]] = {}
    for number, row in zip(keeps.index, keeps.to_dict("records"), strict=True):
        if not of_other_year(row["record_key"], year):
            place = (row["table"], row["record_key"], row["field"], row["raw_hash"])
            found.setdefault(place, []).append((number, row))
    return found


def _kept(issue: Issue, reason: str | None, fields: dict[str, Any]) -> Issue:
    severity, _ = RULES["decision_kept"]
    return replace(issue, rule="decision_kept", severity=severity, value=issue.rule, suggestion=reason, **fields)


def decided(decision: dict[str, Any]) -> dict[str, Any]:
    """What a remark says of a decision: the action, whose role, which day."""
    return {
        "decision": decision["action"],
        "decided_by": decision["decided_by_role"] or None,
        "decided_on": decision["decided_on"] or None,
    }


def _unused(
    decisions: pd.DataFrame, sources: Collection[str], year: int, used: set[int], files: dict[str, str]
) -> list[Issue]:
    severity, action = RULES["decision_not_applicable"]
    return [
        Issue(
            source,
            "decision_not_applicable",
            severity,
            action,
            files.get(source),
            field=row["field"] or None,
            suggestion=row["record_key"],
            table=source,
            record_key=row["record_key"],
            raw_hash=row["raw_hash"] or None,
            **decided(row),
        )
        for source in sources
        for number, row in decisions_on(decisions, source, year).to_dict("index").items()
        if number not in used
    ]
