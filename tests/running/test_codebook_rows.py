from __future__ import annotations

from pathlib import Path

import pytest
from edited_programme import CHOICES, CODEBOOK

from evaluation.codebook import read_codebook
from evaluation.running import codebook_rows
from evaluation.running.codebook_rows import keep, kept, read_codebook_text
from evaluation.settings import InputProblem

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "codebook.csv").write_text(CODEBOOK, encoding="utf-8-sig")
    (tmp_path / "codebook_choices.csv").write_text(CHOICES, encoding="utf-8")
    return tmp_path


def test_the_rows_of_tables_with_the_lists_that_they_name(folder: Path) -> None:
    found = read_codebook_text(folder).rows(["counts", "sums"])
    assert list(found) == ["sums.total", "counts.kind", "kinds: a", "kinds: b"]
    assert found["kinds: b"]["label_ru"] == "Два"


def test_the_projects_own_codebook_reads_as_the_other_reader_has_it() -> None:
    text, frames = read_codebook_text(PROJECT / "config"), read_codebook(PROJECT / "config")
    assert list(text.variables.values()) == frames.variables.to_dict("records")
    assert list(text.choices.values()) == frames.choices.to_dict("records")


def test_a_codebook_that_is_wrong_is_refused_in_words(folder: Path) -> None:
    with (folder / "codebook.csv").open("a", encoding="utf-8") as file:
        file.write("sums,total,x,x,,,,,,\n")
    with pytest.raises(InputProblem, match=r"line 6: 'sums, total' stands twice"):
        read_codebook_text(folder)
    (folder / "codebook.csv").write_text("table,variable\na,b\n")
    with pytest.raises(InputProblem, match="columns label_ru"):
        read_codebook_text(folder)
    (folder / "codebook.csv").unlink()
    with pytest.raises(InputProblem, match="There is no file"):
        read_codebook_text(folder)


def test_a_kept_codebook_comes_back_and_a_damaged_one_counts_as_none(folder: Path) -> None:
    codebook = read_codebook_text(folder)
    version = keep(codebook, folder / "kept")
    assert kept(version, folder / "kept") == codebook
    (place,) = (folder / "kept").iterdir()
    content = place.read_bytes()
    place.unlink()
    assert keep(codebook, folder / "kept") == version
    assert place.read_bytes() == content
    for damaged in (b"", b"x", content[:40]):
        place.write_bytes(damaged)
        assert kept(version, folder / "kept") is None
    assert kept("another", folder / "kept") is None


def test_only_the_last_versions_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codebook_rows, "KEPT_VERSIONS", 2)
    for number in range(4):
        (folder / "codebook_choices.csv").write_text(f"{CHOICES}more,{number},,,\n", encoding="utf-8")
        version = keep(read_codebook_text(folder), folder / "kept")
    assert len(list((folder / "kept").iterdir())) == 2
    assert kept(version, folder / "kept") is not None
