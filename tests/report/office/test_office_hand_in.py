"""All documents together, and what is said where the extra is missing."""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from datetime import datetime
from pathlib import Path

import pytest
from office_pages import WRITTEN, leaflet, report

from evaluation.pipeline import HANDED_IN, step_named
from evaluation.report.office import Pages, hand_in, to_docx, to_pdf, written_on
from evaluation.report.office import pandoc as pandoc_module
from evaluation.report.office.hand_in import FORMATS
from evaluation.report.office.pandoc import pandoc_path, run_pandoc
from evaluation.report.office.typeset import library
from evaluation.settings import InputProblem


def test_each_page_becomes_its_documents() -> None:
    pages = {"ru": Pages({"report": report(), "note": leaflet("<p>a</p>")}, {})}
    made = hand_in(pages, WRITTEN)  # type: ignore[arg-type]
    assert made == {
        "report.ru.pdf": to_pdf(report(), "ru", WRITTEN),
        "report.ru.docx": to_docx(report(), "ru", WRITTEN),
    }


def test_the_step_declares_what_is_made() -> None:
    assert {
        name: tuple(ending for ending in endings if ending != "html") for name, endings in HANDED_IN.items()
    } == FORMATS
    assert "report.en.docx" in step_named("10_hand_in").files


def test_the_date_is_that_of_the_report_and_never_of_the_clock() -> None:
    day, other = dt.date(2026, 3, 1), dt.date(2025, 12, 31)
    assert written_on(day, other) == datetime(2026, 3, 1, tzinfo=dt.UTC)
    assert written_on(None, other) == datetime(2025, 12, 31, tzinfo=dt.UTC)


@pytest.fixture
def without_pandoc(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        pandoc_module.importlib.util, "find_spec", lambda name: None if name == "pypandoc" else find(name)
    )
    pandoc_path.cache_clear()
    yield
    pandoc_path.cache_clear()


def test_without_pandoc_the_extra_is_named(without_pandoc) -> None:
    with pytest.raises(InputProblem) as problem:
        hand_in({}, WRITTEN)
    told = problem.value.messages
    assert 'pip install "programme-evaluation-workbench[documents]"' in told["ru"]
    assert "pypandoc_binary is not installed" in told["en"]
    assert "10_hand_in" in told["en"]


def test_without_typst_the_extra_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(InputProblem) as problem:
        library()
    assert "typst is not installed" in problem.value.messages["en"]


def test_a_refusal_of_pandoc_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputProblem) as problem:
        run_pandoc("no json", ["--from=json", "--to=typst"], tmp_path, WRITTEN)
    assert "pandoc said" in problem.value.messages["en"]
    assert "программа pandoc ответила" in problem.value.messages["ru"]
