"""A page whose sections are slides as a PowerPoint file."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path

from evaluation.report.office.elements import as_json
from evaluation.report.office.formulas import formulas_of
from evaluation.report.office.page import Document, read_document
from evaluation.report.office.pandoc import run_pandoc
from evaluation.report.office.rasters import write_pictures
from evaluation.report.office.reference import check_slides_reference, shipped_reference
from evaluation.report.office.slides_body import SlidesBody
from evaluation.report.office.word import REGIONS
from evaluation.report.office.word_parts import packed_parts
from evaluation.settings import Language

_SLIDE = re.compile(r"ppt/slides/slide\d+\.xml")
_FILE_NAME = re.compile(rb'\s+[0-9a-f]{16}\.(png|jpg)"')  # which pandoc puts behind a picture's description


def to_pptx(
    html: str,
    language: Language,
    written: datetime,
    reference: Path | None = None,
    drawn: Mapping[str, bytes] | None = None,
) -> bytes:
    """A page whose ``section`` elements are slides (heading, lines, perhaps a figure or table) as a PowerPoint file.

    The cover becomes the title slide. ``reference`` is a presentation whose look is taken instead of the package's own.
    ``written`` is the date inside the file. ``drawn`` is as in ``to_docx``. The same page, date and reference give the
    same bytes. Raises InputProblem where the extra ``documents`` is missing, for a reference that cannot be read, and
    for what pandoc refuses.
    """
    return pptx_of(read_document(html), language, written, reference, drawn)


def pptx_of(
    document: Document,
    language: Language,
    written: datetime,
    reference: Path | None = None,
    drawn: Mapping[str, bytes] | None = None,
) -> bytes:
    """As ``to_pptx``, of a page that is taken apart already."""
    look = shipped_reference("pptx") if reference is None else check_slides_reference(reference)
    with tempfile.TemporaryDirectory(prefix="evaluation-pptx-") as name:
        folder = Path(name).resolve()
        pictures = write_pictures(document.pictures, folder, drawn or {})
        (folder / "reference.pptx").write_bytes(look)
        body = SlidesBody(pictures, formulas_of(document.body, folder, written))
        arguments = [
            "--from=json", "--to=pptx", "--slide-level=1", "--reference-doc=reference.pptx",
            *(f"--metadata={key}={value}" for key, value in _metadata(document, language).items() if value),
        ]  # fmt: skip
        made = run_pandoc(as_json(body.blocks(document.body.children)), arguments, folder, written)
    with zipfile.ZipFile(BytesIO(made)) as packed:
        parts = {each: packed.read(each) for each in packed.namelist()}
    for each in parts:
        if _SLIDE.fullmatch(each):
            parts[each] = _FILE_NAME.sub(b'"', parts[each])
    return packed_parts(parts, written)


def _metadata(document: Document, language: Language) -> dict[str, str]:
    """The title slide; the mark of simulated data stands under the kind of document."""
    cover = document.cover
    subtitle = f"{cover.kind}. {cover.banner}" if cover.banner else cover.kind
    return {"lang": REGIONS[language], "title": cover.title, "subtitle": subtitle, "author": cover.author}
