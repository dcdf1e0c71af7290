"""Every published number that the package must reproduce is answered for by exactly one module of these tests."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest
import reference
from reference import FILE, RECORDED, TABLE, Reference, agree, documented, read_lines, references, rows
from write_table import document, line_of

MODULES = sorted(Path(__file__).parent.glob("test_published_*.py"))


def claimed(path: Path) -> tuple[str, ...]:
    """The examples that a module declares in ``REFERENCES``; none where it declares nothing."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and [ast.unparse(one) for one in statement.targets] == ["REFERENCES"]:
            return tuple(ast.literal_eval(statement.value))
    return ()


def test_every_example_has_one_module() -> None:
    if not references():
        pytest.skip(f"{FILE.name} is not beside the repository")
    claims = Counter(one for path in MODULES for one in claimed(path))
    assert {one: times for one, times in claims.items() if times > 1} == {}
    wanted = {row.id for row in references()}
    assert sorted(wanted - set(claims)) == [], "no module answers for these examples"
    assert sorted(set(claims) - wanted) == [], "there are no such examples"


def test_there_are_as_many_rows_as_published() -> None:
    if not FILE.exists():
        pytest.skip(f"{FILE.name} is not beside the repository")
    assert len(references()) == 124 == len(set(references()))


def test_rows_are_named_by_example_and_quantity() -> None:
    if not references():
        pytest.skip(f"{FILE.name} is not beside the repository")
    names = [parameter.id for parameter in rows("nsw", "evalue")]  # type: ignore[attr-defined]
    assert names == [
        "nsw-ATT", "nsw-iid SE", "evalue-E-value (RR=3.9)", "evalue-E-value (CI limit 1.8)",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="no published results of nowhere"):
        rows("nowhere")


def test_agreement_is_within_the_tolerance() -> None:
    row = Reference("made", "y on x", "slope", "0.125", "0.0005", "computed", "here", "none")
    try:
        agree(row, 0.1255)
        with pytest.raises(AssertionError, match=r"made, slope .*published 0.125, ours 0.12551"):
            agree(row, 0.12551)
        with pytest.raises(AssertionError):
            agree(row, float("nan"))
    finally:
        RECORDED.pop(row, None)


def test_the_document_shows_every_row_and_nothing_else() -> None:
    """With ``agree``, which compares our numbers with those shown, this is what write_table.py would write."""
    if not FILE.exists():
        pytest.skip(f"{FILE.name} is not beside the repository")
    shown = documented()
    missing = [f"{row.id}: {row.quantity}" for row in references() if row not in shown]
    assert missing == [], "run tests/published/write_table.py"
    assert TABLE.read_text(encoding="utf-8") == document(shown), "run tests/published/write_table.py"


def test_rows_survive_the_document() -> None:
    row = Reference("made", "y ~ x | unit", "slope", "0.10", "1e-07", "computed", "here, p. 3", "none")
    line = line_of(row, 0.123456789)
    assert line.split(" | ")[4] == "0.12345679"
    assert list(read_lines([line])) == [(row, 0.12345679)]


def test_without_the_file_the_rows_come_from_the_document(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reference, "FILE", tmp_path / "absent.csv")
    references.cache_clear()
    try:
        assert references() == tuple(documented()) and len(references()) > 30
        monkeypatch.setattr(reference, "TABLE", tmp_path / "absent.md")
        references.cache_clear()
        (skipped,) = rows("nsw")
        assert [mark.name for mark in skipped.marks] == ["skip"]  # type: ignore[attr-defined]
    finally:
        references.cache_clear()
