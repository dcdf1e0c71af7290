"""What can be read in packed files that are about to be published: Word, Excel and PowerPoint files, archives.

Office files are archives of XML. Their pictures show what the scanned drawings show, and a PDF (alone or in an archive)
is made of a page that is scanned itself; neither is opened.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

from evaluation.settings import Text

OFFICE = (".docx", ".pptx", ".xlsx")
ARCHIVES = (".zip",)
_PARAGRAPHS = frozenset({"p", "comment"})
# told to readers' aids, or shown where the pointer rests
_TOLD = frozenset({"descr", "title", "tooltip"})
_TABLE_CAPTION = "tblCaption"
_TEXT = "t"
_DECIMAL = re.compile(r"[+−-]?\d+[.,]\d+(?:[eE][+-]?\d+)?")
_NUMBER = re.compile(r"\d+")
_PROPERTIES = Text(ru="свойства файла", en="the file's properties")


def members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file in an archive, in its order. Raises zipfile.BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        yield from ((each.filename, packed.read(each)) for each in packed.infolist() if not each.is_dir())


def office_texts(name: str, content: bytes) -> Iterator[tuple[Text, str]]:
    """Place and text of every paragraph or cell of an office file called ``name``, and of what describes its pictures.

    Places are paragraphs of Word, slides of PowerPoint, sheets and cells of Excel; the file's own properties (author,
    title) have the place «свойства файла». Raises zipfile.BadZipFile and ElementTree.ParseError for a damaged file.
    """
    parts = {part: ElementTree.fromstring(text) for part, text in members(content) if part.endswith(".xml")}
    for part, root in parts.items():
        if part.startswith("docProps/"):
            yield from ((_PROPERTIES, text) for text in root.itertext() if text.strip())
        elif name.endswith(".xlsx") and "/worksheets/" in part:
            yield from _cells(part, root, parts)
        elif part != "xl/sharedStrings.xml":
            yield from _paragraphs(part, root)


def _cells(
    part: str, root: ElementTree.Element, parts: Mapping[str, ElementTree.Element]
) -> Iterator[tuple[Text, str]]:
    """Texts and whole numbers of a sheet; a number with decimals is a measurement, as in CSV."""
    shared = parts.get("xl/sharedStrings.xml")
    texts = [] if shared is None else ["".join(_runs(each)) for each in shared if _local(each.tag) == "si"]
    sheet = _last_number(part)
    for cell in (each for each in root.iter() if _local(each.tag) == "c"):
        value = next((each.text or "" for each in cell if _local(each.tag) == "v"), "")
        is_shared = cell.get("t") == "s" and value.isdigit() and int(value) < len(texts)
        text = texts[int(value)] if is_shared else "".join(_runs(cell)) or value
        if text and not _DECIMAL.fullmatch(text):
            address = cell.get("r", "")
            yield Text(ru=f"лист {sheet}, ячейка {address}", en=f"sheet {sheet}, cell {address}"), text
    yield from ((_place(part, 0), text) for text in _told(root))


def _paragraphs(part: str, root: ElementTree.Element) -> Iterator[tuple[Text, str]]:
    found = (each for each in root.iter() if _local(each.tag) in _PARAGRAPHS)
    for number, paragraph in enumerate(found, 1):
        text = "".join(_runs(paragraph))
        if text:
            yield _place(part, number), text
    yield from ((_place(part, 0), text) for text in _told(root))


def _runs(element: ElementTree.Element) -> Iterator[str]:
    """Pieces of an element's text; what Word splits into runs belongs together."""
    return (each.text or "" for each in element.iter() if _local(each.tag) == _TEXT)


def _told(root: ElementTree.Element) -> Iterator[str]:
    for element in root.iter():
        name = _local(element.tag)
        for key, value in element.attrib.items():
            if value and (_local(key) in _TOLD or (name == _TABLE_CAPTION and _local(key) == "val")):
                yield value


def _place(part: str, paragraph: int) -> Text:
    """Where a text stands: the slide, else the paragraph, else the part of the file."""
    if part.startswith("ppt/slides/"):
        number = _last_number(part)
        return Text(ru=f"слайд {number}", en=f"slide {number}")
    if part == "word/document.xml" and paragraph:
        return Text(ru=f"абзац {paragraph}", en=f"paragraph {paragraph}")
    return Text(ru=part, en=part)


def _last_number(part: str) -> str:
    found = _NUMBER.findall(posixpath.basename(part))
    return found[-1] if found else posixpath.basename(part)


def _local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]
