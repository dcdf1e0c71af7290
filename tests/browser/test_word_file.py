"""The Word file as LibreOffice shows it: tables, captions, figures, turned pages and lists come through."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "report" / "office"))

from office_pages import WRITTEN, report

from evaluation.report.office import to_docx

OFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report's Word file as LibreOffice makes a PDF and a plain text of it, in one folder."""
    if OFFICE is None:
        pytest.skip("there is no LibreOffice (soffice): make test-browser installs it")
    pytest.importorskip("pypandoc")
    folder = tmp_path_factory.mktemp("word")
    (folder / "report.docx").write_bytes(to_docx(report(), "ru", WRITTEN))
    for form in ("pdf", "txt:Text (encoded):UTF8"):
        done = subprocess.run(
            [OFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", form,
             "--outdir", str(folder), str(folder / "report.docx")],
            capture_output=True, timeout=180, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return folder


def test_captions_tables_and_lists_are_read(shown: Path) -> None:
    text = (shown / "report.txt").read_text(encoding="utf-8-sig").replace("\u00a0", " ")
    for words in ("Программа", "СМОДЕЛИРОВАННЫЕ ДАННЫЕ. Ничего настоящего.", "Подано 268 заявок", "Графа 1", "Скрытое"):
        assert words in text
    # once in its list and once above the table or below the figure
    for caption in ("Таблица 1. Строки one", "Таблица 3. Строки wider", "Рисунок 2. Заявки second"):
        assert text.count(caption) == 2, caption
    assert "Только на экране" not in text
    assert "Error" not in text and "Ошибка" not in text, "a field that Word could not follow"


def test_figures_and_turned_pages_are_shown(shown: Path) -> None:
    with pikepdf.open(shown / "report.pdf") as document:
        sizes = [tuple(float(each) for each in page.mediabox)[2:] for page in document.pages]
        images = sum(len(page.get_images()) for page in document.pages)
    assert any(width > height for width, height in sizes), "the wide tables' page is turned"
    assert sizes[-1][0] < sizes[-1][1], "and the page after it is upright again"
    assert images >= 2
