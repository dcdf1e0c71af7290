"""A page of the report as a PDF for archives and for readers' aids: tagged, numbered, with its fonts inside."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from evaluation.display.wording import words
from evaluation.report.office.elements import as_json
from evaluation.report.office.formulas import formulas_of
from evaluation.report.office.page import Document, read_document
from evaluation.report.office.pandoc import data_text, run_pandoc
from evaluation.report.office.typeset import fonts, typeset
from evaluation.report.office.typst_body import TypstBody
from evaluation.report.office.words import office_words
from evaluation.settings import Language

Standard = Literal["ua-1", "a-2a", "both"]
STANDARDS: dict[Standard, list[str]] = {"ua-1": ["ua-1"], "a-2a": ["a-2a"], "both": ["ua-1", "a-2a"]}


def to_pdf(html: str, language: Language, written: datetime, standard: Standard = "both") -> bytes:
    """A page (see ``report/html.py``) as a tagged PDF: under PDF/UA-1 and PDF/A-2a, or one of them.

    A page with contents gets a title page, contents and lists of tables and figures; another begins at once.
    ``written`` is the date inside the file. The same page and date give the same bytes. Raises InputProblem where the
    extra ``documents`` or a font is missing, and for what pandoc or typst refuse.
    """
    return pdf_of(read_document(html), language, written, standard)


def to_pdfs(pages: Sequence[str], language: Language, written: datetime) -> list[bytes]:
    """As ``to_pdf``, of many small pages: typst is started once for all of them."""
    return _pdfs([read_document(html) for html in pages], language, written, "both")


def pdf_of(document: Document, language: Language, written: datetime, standard: Standard = "both") -> bytes:
    """As ``to_pdf``, of a page that is taken apart already."""
    return _pdfs([document], language, written, standard)[0]


def _pdfs(documents: Sequence[Document], language: Language, written: datetime, standard: Standard) -> list[bytes]:
    fonts()
    with tempfile.TemporaryDirectory(prefix="evaluation-pdf-") as name:
        folders = [Path(name).resolve() / str(number) for number in range(len(documents))]
        for document, folder in zip(documents, folders, strict=True):
            _write_source(document, folder, language, written)
        return typeset(folders, format="pdf", pdf_standards=STANDARDS[standard], timestamp=_moment(written))


def _write_source(document: Document, folder: Path, language: Language, written: datetime) -> None:
    """What typst reads: the document's text, the template's data and the pictures."""
    folder.mkdir()
    for picture in document.pictures:
        (folder / picture.file).write_bytes(picture.content)
    blocks = TypstBody(formulas_of(document.body, folder, written)).blocks(document.body.children)
    arguments = ["--from=json", "--to=typst", "--syntax-highlighting=none", "--wrap=none"]
    body = run_pandoc(as_json(blocks), arguments, folder, written).decode("utf-8")
    (folder / "document.typ").write_text(data_text("document.typ"), encoding="utf-8")
    (folder / "data.json").write_text(json.dumps(_data(document, language, written)), encoding="utf-8")
    (folder / "main.typ").write_text(
        '#import "document.typ": *\n#show: document-of.with(json("data.json"))\n\n' + body, encoding="utf-8"
    )


def _moment(written: datetime) -> int:
    moment = written if written.tzinfo else written.replace(tzinfo=UTC)
    return int(moment.timestamp())


def _data(document: Document, language: Language, written: datetime) -> dict[str, Any]:
    cover = document.cover
    return {
        "title": cover.title,
        "kind": cover.kind,
        "facts": [list(fact) for fact in cover.facts],
        "banner": cover.banner,
        "author": cover.author,
        "language": language,
        "date": [written.year, written.month, written.day],
        "is_report": document.has_contents,
        "is_dense": document.is_dense,
        "mark": words("simulated", language),
        "running": f"{cover.kind}. {cover.title}" if cover.kind else cover.title,
        "foot": cover.author,
        "words": {
            "table": words("table", language),
            "figure": words("figure", language),
            **office_words(language),
        },
    }
