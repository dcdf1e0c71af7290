"""Compares what cleaning made of a book with its ledger of traps, cell by cell and row by row."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from nasty.model import ANY, MISSING, TRUTH, Book, Line, Outcome, Page, Sown

ALARMS = ("error", "warning")


class Remark(NamedTuple):
    """One issue; what is missing is None."""

    sheet: str | None
    row: int | None
    cell: str | None
    field: str | None
    rule: str
    severity: str
    raw: str | None
    suggestion: str | None


class Remarks:
    """Issues and row accounts of one source by sheet and row."""

    def __init__(self, cleaned: Any, source: str) -> None:
        issues = cleaned.issues[cleaned.issues["source"] == source]
        columns = [issues[name].astype(object).where(issues[name].notna(), None) for name in Remark._fields]
        self.all = [Remark(*row) for row in zip(*columns, strict=True)]
        self.at: dict[tuple[str | None, int | None], list[Remark]] = {}
        for one in self.all:
            self.at.setdefault((one.sheet, one.row), []).append(one)
        ledger = cleaned.row_ledger[cleaned.row_ledger["source"] == source]
        names = ("sheet", "row", "row_class", "fate")
        self.accounts = {
            (sheet, int(row)): (row_class, None if pd.isna(fate) else fate)
            for sheet, row, row_class, fate in zip(*(ledger[name] for name in names), strict=True)
        }


@dataclass
class Verdict:
    """``failures`` in words, and the number of traps and of clean records that were judged."""

    failures: list[str] = field(default_factory=list)
    traps: dict[str, int] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    clean_records: int = 0

    def fail(self, kind: str, book: Book, words: str) -> None:
        self.failed.add(kind)
        self.failures.append(f"{kind}: {book.name}.{book.file_format} ({book.year}): {words}")


def judge(book: Book, values: dict[tuple[str, int], dict[str, Any]], cleaned: Any) -> Verdict:
    """``values`` are the cleaned records by sheet and row, each with its values by variable."""
    verdict = Verdict()
    remarks = Remarks(cleaned, book.source)
    sheet_of = {page.name: (page.name if book.file_format in ("xlsx", "ods") else book.name) for page in book.pages}
    trapped = {id(one.line) for one in book.sown if one.line is not None}
    for why in _lost_columns(book, sheet_of, values, trapped):
        verdict.fail("lost column", book, why)
    failed: set[int] = set()
    for one in book.sown:
        verdict.traps[one.kind.name] = verdict.traps.get(one.kind.name, 0) + 1
        why = _judged(one, book, sheet_of.get(one.page, one.page), values, remarks)
        if why:
            verdict.fail(one.kind.name, book, why)
            failed.add(id(one.line))
    for page in book.pages:
        for line in page.lines:
            if id(line) not in trapped and line.row_class == "data" and line.truth is not None:
                verdict.clean_records += 1
                for why in _clean(line, sheet_of[page.name], book, values, remarks):
                    verdict.fail("clean row", book, why)
    for why in _false_alarms(book, sheet_of, remarks, failed):
        verdict.fail("false alarm", book, why)
    for why in _ledger_complete(book, sheet_of, remarks):
        verdict.fail("row account", book, why)
    return verdict


def _lost_columns(book: Book, sheet_of: dict[str, str], values: Any, trapped: set[int]) -> list[str]:
    """Variables that most clean records lack altogether; they are told once and not looked at again."""
    lines = [
        (sheet_of[page.name], line)
        for page in book.pages
        for line in page.lines
        if line.truth is not None and id(line) not in trapped
    ]
    out = []
    for name in sorted({name for _, line in lines for name in line.truth or {}} - book.exempt):
        wrong = sum(
            not same(values.get((sheet, line.row), {}).get(name), (line.truth or {}).get(name)) for sheet, line in lines
        )
        if wrong > len(lines) / 2:
            out.append(f"{name} differs in {wrong} of {len(lines)} clean records")
            book.exempt.add(name)
    return out


def same(ours: Any, true: Any) -> bool:
    if true is None or pd.isna(true):
        return bool(ours is None or pd.isna(ours))
    if ours is None or pd.isna(ours):
        return False
    if isinstance(true, dt.date):
        return bool(pd.Timestamp(ours) == pd.Timestamp(true))
    if isinstance(true, (int, float)) and not isinstance(true, bool):
        return abs(float(ours) - float(true)) < 0.005
    return bool(ours == true)


def _judged(one: Sown, book: Book, sheet: str, values: Any, remarks: Remarks) -> str | None:
    """None where one of the outcomes came about, else what was found."""
    reasons = [_against(outcome, one, book, sheet, values, remarks) for outcome in one.kind.outcomes]
    return None if any(reason is None for reason in reasons) else " | ".join(str(reason) for reason in reasons)


def _against(outcome: Outcome, one: Sown, book: Book, sheet: str, values: Any, remarks: Remarks) -> str | None:
    line = one.line
    if line is None:
        places = {sheet, None} if one.page else {remark.sheet for remark in remarks.all}
        there = any(remark.rule in outcome.rules and remark.sheet in places for remark in remarks.all)
        return None if there or not outcome.rules else f"no remark {sorted(outcome.rules)} on {sheet}"
    place = f"{sheet}!{line.row} {one.variable or ''} {_shown(line, one.variable)}"
    here = remarks.at.get((sheet, line.row), [])
    account = remarks.accounts.get((sheet, line.row))
    if account is None:
        return f"{place}: the row is not in the ledger"
    row_class, fate = account
    if row_class != outcome.row_class:
        return f"{place}: row is {row_class}, not {outcome.row_class}; {_listed(here)}"
    if outcome.row_class == "data" and fate != outcome.fate:
        return f"{place}: row {fate}, not {outcome.fate}; {_listed(here)}"
    found = [remark for remark in here if remark.rule in outcome.rules]
    if not outcome.anywhere and one.variable is not None:
        found = [remark for remark in found if remark.field in (one.variable, None)]
    if outcome.rules and not found:
        return f"{place}: no remark {sorted(outcome.rules)}; {_listed(here)}"
    if outcome.hint and not any(one.hint and one.hint in str(remark.suggestion) for remark in found):
        return f"{place}: suggestion {[remark.suggestion for remark in found]}, not {one.hint!r}"
    if outcome.value is ANY or outcome.fate != "kept" or line.truth is None:
        return None
    record = values.get((sheet, line.row), {})
    names = [one.variable] if one.variable else [name for name in line.truth if name not in book.exempt]
    if one.variable == "project_number":
        names = ["project_id"]
    for name in names:
        true = line.truth[name] if outcome.value is TRUTH else None
        if not same(record.get(name), true):
            return f"{place}: {name} is {record.get(name)!r}, not {true!r}; {_listed(here)}"
    if outcome.value is MISSING:
        names = []
    others = [name for name in line.truth if name not in names and name not in book.exempt and name != one.variable]
    wrong = [name for name in others if one.variable and not same(record.get(name), line.truth[name])]
    if wrong and not one.kind.also and outcome.value is TRUTH:
        return f"{place}: other cells changed: {wrong}"
    return None


def _clean(line: Line, sheet: str, book: Book, values: Any, remarks: Remarks) -> list[str]:
    assert line.truth is not None
    place = f"{sheet}!{line.row}"
    if remarks.accounts.get((sheet, line.row)) != ("data", "kept"):
        return [f"{place}: a clean row was not kept"]
    record = values.get((sheet, line.row), {})
    return [
        f"{place}: {name} is {record.get(name)!r}, not {true!r}"
        for name, true in line.truth.items()
        if name not in book.exempt and not same(record.get(name), true)
    ]


def _false_alarms(book: Book, sheet_of: dict[str, str], remarks: Remarks, failed: set[int]) -> list[str]:
    """Errors and warnings that no trap explains; rows whose trap failed are told already."""
    rows: dict[tuple[str | None, int | None], set[str]] = {}
    wide: set[str] = set()
    disturbed: set[str] = set()
    for one in book.sown:
        wide |= one.kind.also_header
        rules = {rule for outcome in one.kind.outcomes for rule in outcome.rules} | one.kind.also
        if one.line is None:
            wide |= rules
        else:
            rows.setdefault((sheet_of.get(one.page, one.page), one.line.row), set()).update(rules)
            if one.line.row_class == "data" and one.kind.outcomes[0].value is not TRUTH:
                disturbed |= {one.variable} if one.variable else set(one.line.truth or {})
    totals = {
        (sheet_of[page.name], line.row)
        for page in book.pages
        for line in page.lines
        if line.row_class in ("total", "subtotal")
    }
    last = max(line.row for page in book.pages for line in page.lines)
    headers = {(sheet_of[page.name], row) for page in book.pages for row in page.header_rows}
    told = {(sheet_of[page.name], line.row) for page in book.pages for line in page.lines if id(line) in failed}
    out = []
    for issue in remarks.all:
        place = (issue.sheet, issue.row)
        if issue.severity not in ALARMS or place in told:
            continue
        explained = issue.rule in rows.get(place, set())
        if place in totals and issue.rule == "total_mismatch":
            explained |= issue.field in disturbed
        if place[1] is None or place in headers or place[1] > last:
            explained |= issue.rule in wide
        if not explained:
            out.append(f"{issue.sheet}!{issue.cell or issue.row} {issue.rule} ({issue.field}): {issue.raw!r}")
    return out


def _ledger_complete(book: Book, sheet_of: dict[str, str], remarks: Remarks) -> list[str]:
    """Titles and header rows must be what they are."""
    out = []
    for page in book.pages:
        if page.state != "visible" or not page.columns or _is_aside(book, page):
            continue
        expected = {line.row: line.row_class for line in page.titles} | dict.fromkeys(page.header_rows, "header")
        # the upmost of three levels says nothing about a column: it may pass for a title
        upmost = page.header_rows.start if len(page.header_rows) == 3 else None
        for row, row_class in expected.items():
            found = remarks.accounts.get((sheet_of[page.name], row), (None, None))[0]
            if found != row_class and not (row == upmost and found == "title"):
                out.append(f"{sheet_of[page.name]}!{row} is {found}, not {row_class}")
    return out


def _is_aside(book: Book, page: Page) -> bool:
    """Is the page no list of records?"""
    return not any(line.truth is not None for line in page.lines)


def _shown(line: Line, variable: str | None) -> str:
    return repr(line.cells.get(variable)) if variable in line.cells else ""


def _listed(remarks: list[Remark]) -> str:
    return "remarks: " + (", ".join(f"{one.rule}({one.field})" for one in remarks) or "none")


def people_told_apart(book: Book, cleaned: Any, verdict: Verdict) -> None:
    """One key a person, one person a key, over all lists."""
    table = cleaned.tables["attendance"]
    keys = {(row.source_sheet, int(row.source_row)): row.person_key for row in table.itertuples()}
    keys_of: dict[str, set[str]] = {}
    people_of: dict[str, set[str]] = {}
    for page in book.pages:
        for line in page.lines:
            key = keys.get((page.name, line.row))
            if line.person is not None and key is not None:
                keys_of.setdefault(line.person, set()).add(key)
                people_of.setdefault(key, set()).add(line.person)
    for person, several in keys_of.items():
        if len(several) > 1:
            verdict.fail("person split", book, f"{person} has {len(several)} keys")
    for several_people in people_of.values():
        if len(several_people) > 1:
            verdict.fail("persons mixed", book, f"{sorted(several_people)} share a key")
