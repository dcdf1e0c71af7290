"""The last touches to a Word file: turned pages, names of tables, rows that stay whole, dates."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from io import BytesIO

from evaluation.report.office.word_tables import with_tables

DOCUMENT = "word/document.xml"
_LAST_SECTION = re.compile(r"<w:sectPr\b(?:(?!<w:sectPr\b).)*?</w:sectPr>(?=\s*</w:body>)", re.DOTALL)
_SECTION_MARK = re.compile(r'<w:sectPr w:rsidR="(UPRIGHT|TURNED)"\s*/>')
_PAGE_SIZE = re.compile(r"<w:pgSz\b[^>]*/>")
_PROPERTIES = re.compile(r"<w:tblPr>(.*?)</w:tblPr>", re.DOTALL)
_PLAIN_ROW = re.compile(r"<w:tr>(?!\s*<w:trPr)")
_HEAD_ROW = re.compile(r"<w:trPr>(?=\s*<w:tblHeader)")
_A4 = ("11906", "16838")  # twentieths of a point


def finished(document: bytes, titles: Sequence[str], tables: Sequence[str], written: datetime) -> bytes:
    """pandoc's Word file with its marks put into effect, packed the same way every time.

    ``titles`` are the captions of the numbered tables that pandoc wrote, in order, by which readers' aids announce
    them; ``tables`` those that it did not write and left the places of (``word_tables``).
    """
    with zipfile.ZipFile(BytesIO(document)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    text = parts[DOCUMENT].decode("utf-8")
    text = _whole_rows(_named_tables(_turned_pages(text), titles))
    parts[DOCUMENT] = with_tables(text, tables).encode("utf-8")
    return packed_parts(parts, written)


def packed_parts(parts: dict[str, bytes], written: datetime) -> bytes:
    """The parts as a zip file in their order, dated ``written``."""
    buffer = BytesIO()
    moment = written.timetuple()[:6] if written.year >= 1980 else (1980, 1, 1, 0, 0, 0)
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, moment)
            is_packed = name.endswith((".png", ".jpg"))
            entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)
    return buffer.getvalue()


def _turned_pages(text: str) -> str:
    """Marks become sections with margins, header and footer of the document's last one."""
    found = _LAST_SECTION.search(text)
    last = found.group() if found else "<w:sectPr></w:sectPr>"
    if not _PAGE_SIZE.search(last):
        last = last.replace("</w:sectPr>", f'<w:pgSz w:w="{_A4[0]}" w:h="{_A4[1]}"/></w:sectPr>')
    later = last.replace("<w:titlePg/>", "").replace("<w:titlePg />", "")
    has_sections = False

    def section(match: re.Match[str]) -> str:
        nonlocal has_sections
        own = later if has_sections else last
        has_sections = True
        return _turned(own) if match.group(1) == "TURNED" else own

    text = _SECTION_MARK.sub(section, text)
    if found and has_sections:
        text = _LAST_SECTION.sub(lambda _: later, text)
    return text


def _turned(section: str) -> str:
    def swap(match: re.Match[str]) -> str:
        sizes = dict(re.findall(r'w:(w|h)="(\d+)"', match.group()))
        width, height = sorted((int(sizes.get("w", _A4[0])), int(sizes.get("h", _A4[1]))))
        return f'<w:pgSz w:w="{height}" w:h="{width}" w:orient="landscape"/>'

    return _PAGE_SIZE.sub(swap, section)


def _named_tables(text: str, titles: Sequence[str]) -> str:
    """Each numbered table, which follows a caption, gets its title as the name that readers' aids announce."""
    waiting: Iterator[str] = iter(titles)

    def named(match: re.Match[str]) -> str:
        before = text.rfind("</w:p>", 0, match.start())
        start = text.rfind("<w:p>", 0, before)
        if 'w:val="TableCaption"' not in text[start:before]:
            return match.group()
        title = next(waiting, "")
        inner = re.sub(r"<w:tblCaption\b[^>]*/>", "", match.group(1))
        return f'<w:tblPr>{inner}<w:tblCaption w:val="{escape(title)}"/></w:tblPr>' if title else match.group()

    return _PROPERTIES.sub(named, text)


def _whole_rows(text: str) -> str:
    """No row runs on over two pages."""
    text = _PLAIN_ROW.sub("<w:tr><w:trPr><w:cantSplit/></w:trPr>", text)
    return _HEAD_ROW.sub("<w:trPr><w:cantSplit/>", text)
