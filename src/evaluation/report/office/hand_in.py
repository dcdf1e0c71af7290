"""Everything that is handed in, from the pages: PDF, Word files and slides in all languages."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from evaluation.report.office.page import Document, read_document
from evaluation.report.office.pandoc import pandoc_path
from evaluation.report.office.pdf import pdf_of
from evaluation.report.office.slides import pptx_of
from evaluation.report.office.typeset import AT_ONCE, fonts
from evaluation.report.office.word import docx_of
from evaluation.settings import Language

FORMATS: dict[str, tuple[str, ...]] = {
    "report": ("pdf", "docx"), "brief": ("pdf", "docx"), "slides": ("pptx",),
}  # fmt: skip
"""Formats of each page's documents."""


@dataclass(frozen=True)
class Pages:
    """The pages in one language by name (``report``, ``brief`` ...) and PNG of the figures by their names."""

    pages: Mapping[str, str]
    drawn: Mapping[str, bytes]


def written_on(reported_on: dt.date | None, data_date: dt.date) -> dt.datetime:
    """The date inside the documents: that of the report, else the day on which its territories' codes are valid.

    Never the clock, for the same data must give the same bytes.
    """
    return dt.datetime.combine(reported_on or data_date, dt.time(), dt.UTC)


def hand_in(pages: Mapping[Language, Pages], written: dt.datetime, reference: Path | None = None) -> dict[str, bytes]:
    """Every document of ``FORMATS`` by file name (``report.ru.pdf``).

    A page without a line in ``FORMATS`` is passed over. Raises InputProblem as ``to_pdf``, ``to_docx`` and ``to_pptx``;
    what is missing on the machine is found before the first document is made.
    """
    pandoc_path()
    fonts()
    waiting: dict[str, Future[bytes]] = {}
    with _uncollected(), ThreadPoolExecutor(AT_ONCE) as threads:
        # the longest first, and the next page is read while other programs are at work on the one before
        for page, endings in FORMATS.items():
            for language, given in pages.items():
                if page in given.pages:
                    document = read_document(given.pages[page])
                    for ending in endings:
                        make = _maker(ending, document, language, written, reference, given.drawn)
                        waiting[f"{page}.{language}.{ending}"] = threads.submit(make)
        return {name: future.result() for name, future in waiting.items()}


@contextmanager
def _uncollected() -> Iterator[None]:
    """Python's collector of cycles at rest: a page's tree has none, and walking it again and again takes a second."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _maker(
    ending: str, document: Document, language: Language, written: dt.datetime, reference: Path | None,
    drawn: Mapping[str, bytes],
) -> Callable[[], bytes]:  # fmt: skip
    if ending == "pdf":
        return partial(pdf_of, document, language, written)
    if ending == "docx":
        return partial(docx_of, document, language, written, reference, drawn)
    return partial(pptx_of, document, language, written, None, drawn)
