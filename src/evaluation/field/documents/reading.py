"""The bytes of a running document as paragraphs: what kind of file it is, its content says."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from evaluation.cleaning.delimited import decode
from evaluation.cleaning.files import refuse
from evaluation.field.documents.paragraphs import Document, text_document
from evaluation.field.documents.word_file import word_document
from evaluation.settings import InputProblem

SOURCE = "document"
MAX_TEXT = 50_000_000
_OTHERS = {
    b"%PDF": ("документ PDF", "a PDF document"),
    b"{\\rtf": ("текст RTF", "an RTF text"),
    b"\xd0\xcf\x11\xe0": ("документ старого Word (doc)", "a document of an old Word (doc)"),
    b"\x89PNG": ("рисунок", "a picture"),
    b"\xff\xd8\xff": ("рисунок", "a picture"),
}


def document_of(data: bytes, path: Path) -> Document:
    """Paragraphs of a text (UTF-8, UTF-16 with a mark, cp1251, cp866) or of a Word document (docx).

    ``path`` names the file in messages alone. Raises InputProblem for other kinds of files, for damaged and oversized
    ones, and for one without a word in it.
    """
    document = word_document(data, path, SOURCE) if _is_word(data, path) else _text(data, path)
    if not document:
        raise refuse(
            path,
            SOURCE,
            ": текста в нём нет. Если это снимок страниц, распознайте текст и сохраните его как docx или txt.",
            ": there is no text in it. If it is a picture of pages, recognise their text and save it as docx or txt.",
        )
    return document


def _text(data: bytes, path: Path) -> Document:
    if len(data) > MAX_TEXT:
        raise refuse(path, SOURCE, ": текст слишком велик. Разделите его.", ": the text is too large. Split it.")
    try:
        return text_document(decode(data, path, SOURCE)[0])
    except InputProblem as problem:
        raise _not_read(path, "не текст", "no text") from problem


def _is_word(data: bytes, path: Path) -> bool:
    for start, (ru, en) in _OTHERS.items():
        if data.startswith(start):
            raise _not_read(path, ru, en)
    if not data.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if "word/document.xml" in archive.namelist():
                return True
    except (zipfile.BadZipFile, ValueError, OSError, EOFError) as error:
        raise _not_read(path, "повреждённый архив", "a damaged archive") from error
    raise _not_read(path, "архив или книга, а не документ", "an archive or workbook, no document")


def _not_read(path: Path, ru: str, en: str) -> InputProblem:
    return refuse(
        path,
        SOURCE,
        f": это {ru}. Ожидался текст (txt) или документ Word (docx); откройте файл и сохраните его так.",
        f": it is {en}. A text (txt) or a Word document (docx) was expected; open the file and save it as one.",
    )
