"""Nasty files from twenty seeds: every trap repaired rightly or reported, no false alarm, no row unaccounted for."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from cleaning_helpers import clean, codebook, krasnoyarsk, workbook
from nasty.attendance import attendance_book, schedule
from nasty.books import register_book
from nasty.catalogue import EVERY_KIND, catalogue
from nasty.exchange import exchange_book
from nasty.judge import Verdict, judge, people_told_apart
from nasty.model import Book
from nasty.register import world_of
from nasty.seeds import books_of
from nasty.writing import write

from evaluation.cleaning.context import Cleaned
from evaluation.ledger import check_accounts

SEEDS = range(20)
QUICK = 5  # of them in every run, all of them in the slow one
HOMONYMS = ("04601990", "04635990")
Values = dict[tuple[str, int], dict[str, Any]]


@pytest.fixture(scope="module")
def registry() -> pd.DataFrame:
    """The krai's units and two villages of one name."""
    return with_homonyms(krasnoyarsk())


def with_homonyms(units: pd.DataFrame) -> pd.DataFrame:
    twin = units.iloc[[0, 0]].assign(
        unit_id=list(HOMONYMS),
        name="посёлок Михайловка",
        short_name="Михайловка",
        type="village",
        reference_population=900,
    )
    twin["valid_to"] = pd.NaT
    return pd.concat([units, twin.astype(units.dtypes)], ignore_index=True)


def year_of(seed: int) -> int:
    return 2024 if seed % 2 == 0 else 2026


def cleaned_books(books: list[Book], folder: Path, registry: pd.DataFrame) -> Cleaned:
    """The books of one year cleaned together; lists of participants with the schedule they belong to."""
    year = books[0].year
    files = {book.source: write(book, folder) for book in books}
    if "attendance" in files:
        files["support_events"] = workbook(folder / "План.xlsx", {"План": schedule(year)})
    return clean(files, year, registry, region_code="04", territory_date=dt.date(year, 12, 31))


def values_of(book: Book, cleaned: Cleaned) -> Values:
    """Cleaned records by sheet and row, with amounts, participations or members beside their own columns."""
    table = "exchange_events" if book.source == "exchange_events" else book.source
    records = cleaned.tables[table].to_dict("records")
    values = {(row["source_sheet"], int(row["source_row"])): dict(row) for row in records}
    if book.source == "projects":
        _with_parts(values, cleaned)
    if book.source == "exchange_events":
        of = {row["exchange_id"]: row for row in values.values()}
        for row in values.values():
            row["members"] = {}
        for row in cleaned.tables["exchange_participation"].itertuples():
            persons = None if pd.isna(row.persons) else int(row.persons)
            of[row.exchange_id]["members"][row.unit_id, row.role] = persons
    return values


def _with_parts(values: Values, cleaned: Cleaned) -> None:
    of = {row["project_id"]: row for row in values.values()}
    for row in cleaned.tables["project_funding"].itertuples():
        if row.stage == "planned":
            of[row.project_id][f"planned_{row.funding_source}"] = row.amount
    for row in cleaned.tables["project_participation"].itertuples():
        of[row.project_id][f"participations_{row.channel}"] = row.participations


def everything(cleaned: Cleaned) -> str:
    frames = [*cleaned.tables.values(), cleaned.issues, cleaned.row_ledger]
    return " ".join(frame.to_csv() for frame in frames)


def judged(seed: int, folder: Path, registry: pd.DataFrame) -> list[Verdict]:
    """Verdicts on the three files of a seed."""
    books = books_of(seed, world_of(registry, year_of(seed)))
    cleaned = cleaned_books(books, folder, registry)
    check_accounts(cleaned.row_ledger, cleaned.physical_rows)
    text = everything(cleaned).casefold()
    verdicts = []
    for book in books:
        verdict = judge(book, values_of(book, cleaned), cleaned)
        if book.source == "attendance":
            people_told_apart(book, cleaned, verdict)
        for secret in sorted(book.secrets):
            if secret.casefold() in text:
                verdict.fail("personal data", book, secret)
        verdicts.append(verdict)
    return verdicts


@pytest.mark.parametrize(
    "seed", [*SEEDS[:QUICK], *(pytest.param(seed, marks=pytest.mark.slow) for seed in SEEDS[QUICK:])]
)
def test_every_trap_is_repaired_or_reported_and_nothing_else(seed: int, tmp_path: Path, registry: pd.DataFrame) -> None:
    verdicts = judged(seed, tmp_path, registry)
    failures = [words for verdict in verdicts for words in verdict.failures]
    assert not failures, "\n".join(failures)
    assert sum(verdict.clean_records for verdict in verdicts) > 100


def test_every_kind_comes_up_in_several_files(registry: pd.DataFrame) -> None:
    counts: Counter[str] = Counter()
    for seed in SEEDS:
        for book in books_of(seed, world_of(registry, year_of(seed))):
            counts.update({one.kind.name for one in book.sown})
    assert not {kind.name: counts[kind.name] for kind in EVERY_KIND if counts[kind.name] < 2}
    assert len(EVERY_KIND) > 200


@pytest.mark.parametrize("file_format", ["xlsx", "ods", "csv", "parquet"])
def test_a_careful_clerk_hears_no_warning(file_format: str, tmp_path: Path, registry: pd.DataFrame) -> None:
    world = world_of(registry, 2024)
    books = [register_book(7, world, file_format, nasty=False)]
    if file_format == "xlsx":
        books += [
            attendance_book(7, world, [], nasty=False),
            exchange_book(7, world, [], "xlsx", nasty=False),
        ]
    for book in books:
        cleaned = cleaned_books([book], tmp_path, registry)
        verdict = judge(book, values_of(book, cleaned), cleaned)
        assert not verdict.failures and verdict.clean_records >= 70
        assert not set(cleaned.issues["severity"]) & {"error", "warning"}
        assert set(cleaned.row_ledger["fate"].dropna()) == {"kept"}


def test_the_judge_sees_a_value_that_passed_silently(tmp_path: Path, registry: pd.DataFrame) -> None:
    """Truth that differs from the file by one cell must be found, else the other tests could not fail."""
    book = register_book(7, world_of(registry, 2024), "xlsx", nasty=False)
    line = book.pages[0].lines[11]
    assert line.truth is not None
    line.truth["beneficiaries"] += 1
    cleaned = cleaned_books([book], tmp_path, registry)
    verdict = judge(book, values_of(book, cleaned), cleaned)
    assert [words.split(":")[0] for words in verdict.failures] == ["clean row"]
    assert "beneficiaries" in verdict.failures[0]


def test_every_rule_that_the_catalogue_names_exists() -> None:
    named = {rule for kind in EVERY_KIND for outcome in kind.outcomes for rule in outcome.rules}
    listed = codebook().choices
    assert not named - set(listed.loc[listed["list"] == "rule", "code"])
    assert catalogue()["kind"].is_unique


def test_a_seed_gives_the_same_files(tmp_path: Path, registry: pd.DataFrame) -> None:
    cells = []
    for _ in range(2):
        books = books_of(3, world_of(registry, 2026))
        cells.append([(line.row_class, line.cells) for book in books for page in book.pages for line in page.lines])
    assert cells[0] == cells[1]
