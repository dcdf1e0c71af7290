"""The committed file dictionary and pictures are those that the declarations give today."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.codebook import read_codebook
from evaluation.pipeline import STEPS
from evaluation.report.dictionary import ROWS_RU, documents, file_dictionary, main
from evaluation.tables import TABLES

ROOT = Path(__file__).resolve().parents[2]
CODEBOOK = read_codebook(ROOT / "config")


@pytest.mark.parametrize("name", sorted(documents(None)))
def test_committed_documents_are_fresh(name: str) -> None:
    fresh = documents(CODEBOOK)[name]
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == fresh, f"docs/{name} is out of date: run make docs"


def test_every_table_and_column_is_described() -> None:
    text = file_dictionary(STEPS, TABLES, CODEBOOK, "en")
    for name, table in TABLES.items():
        part = text.split(f"### {name}\n", 1)[1].split("\n### ", 1)[0]
        assert f"A row is: {table.row}" in part
        assert part.count("\n| `") == len(table.columns)
        assert all(f"| `{column.name}` |" in part for column in table.columns)


def test_rows_are_translated_and_no_translation_is_left_over() -> None:
    assert set(ROWS_RU) == {table.row for table in TABLES.values()}
    assert "участ" in file_dictionary(STEPS, TABLES, CODEBOOK, "ru")


def test_main_writes_where_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    for name in ("codebook.csv", "codebook_choices.csv"):
        (tmp_path / "config" / name).write_bytes((ROOT / "config" / name).read_bytes())
    main(tmp_path)
    written = {path.relative_to(tmp_path / "docs").as_posix() for path in (tmp_path / "docs").rglob("*.*")}
    assert written == {"file_dictionary.md", "file_dictionary.ru.md", "images/flow.svg", "images/flow.ru.svg"}
