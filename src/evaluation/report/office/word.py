"""A page of the report as a Word file: native tables, counted captions, styles from a reference document."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from evaluation.display.wording import words
from evaluation.report.office.elements import Part, as_json, para, raw_block, styled, words_of
from evaluation.report.office.formulas import formulas_of
from evaluation.report.office.page import Document, read_document
from evaluation.report.office.pandoc import run_pandoc
from evaluation.report.office.rasters import write_pictures
from evaluation.report.office.reference import check_reference, shipped_reference, style_keys
from evaluation.report.office.word_body import PAGE_BREAK, Lists, WordBody, all_lists
from evaluation.report.office.word_parts import finished
from evaluation.report.office.words import office_words
from evaluation.settings import Language

REGIONS: dict[Language, str] = {"ru": "ru-RU", "en": "en-GB"}


def to_docx(
    html: str,
    language: Language,
    written: datetime,
    reference: Path | None = None,
    drawn: Mapping[str, bytes] | None = None,
) -> bytes:
    """A page (see ``report/html.py``) as a Word file.

    ``reference`` is a document whose styles, margins, header and footer are taken instead of the package's own.
    ``written`` is the date inside the file. ``drawn`` holds PNG of drawings by the name of their figure, which saves
    the time of making them here. The same page, date and reference give the same bytes. Raises InputProblem where the
    extra ``documents`` is missing, for a reference that cannot be read or lacks a style, and for what pandoc refuses.
    """
    return docx_of(read_document(html), language, written, reference, drawn)


def docx_of(
    document: Document,
    language: Language,
    written: datetime,
    reference: Path | None = None,
    drawn: Mapping[str, bytes] | None = None,
) -> bytes:
    """As ``to_docx``, of a page that is taken apart already."""
    styles = shipped_reference("docx") if reference is None else check_reference(reference)
    captions = {kind: words(kind, language) for kind in ("table", "figure")} | office_words(language)
    with tempfile.TemporaryDirectory(prefix="evaluation-docx-") as name:
        folder = Path(name).resolve()
        pictures = write_pictures(document.pictures, folder, drawn or {})
        (folder / "reference.docx").write_bytes(styles)
        body = WordBody(captions, pictures, formulas_of(document.body, folder, written), style_keys(styles))
        blocks = body.blocks(document.body.children)
        front = [*_facts(document), *(_lists(body.lists, captions) if document.has_contents else [])]
        arguments = [
            "--from=json", "--to=docx", "--reference-doc=reference.docx", "--syntax-highlighting=none",
            *(f"--metadata={key}={value}" for key, value in _metadata(document, language).items() if value),
        ]  # fmt: skip
        made = run_pandoc(as_json([*front, *blocks]), arguments, folder, written)
    return finished(made, body.titles, body.tables, written)


def _metadata(document: Document, language: Language) -> dict[str, str]:
    """Title, author and language; given to pandoc as plain text."""
    cover = document.cover
    return {"lang": REGIONS[language], "title": cover.title, "subtitle": cover.kind, "author": cover.author}


def _facts(document: Document) -> list[Part]:
    """The cover's facts, but for the author, whom pandoc puts under the title, and the banner."""
    cover = document.cover
    lines = [
        para([{"t": "Strong", "c": words_of(f"{name}:")}, {"t": "Space"}, *words_of(value)])
        for name, value in cover.facts
        if value != cover.author
    ]
    made = [styled("Fact", lines)] if lines else []
    return [*made, styled("Notice", [para(words_of(cover.banner))])] if cover.banner else made


def _lists(lists: Lists, captions: Mapping[str, str]) -> list[Part]:
    """Contents and lists on pages of their own."""
    new_page = raw_block("openxml", PAGE_BREAK)
    return [new_page, *all_lists(lists, captions), new_page]
