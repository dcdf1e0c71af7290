"""Makes the package's reference documents anew; the results lie beside it in ``data`` and are what users get.

``python -m evaluation.report.office.styling`` writes them. It needs python-docx and python-pptx, which only those who
change the styles have.
"""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from evaluation.report.office.pandoc import pandoc_path
from evaluation.report.office.word_parts import packed_parts

MADE_ON = datetime(2026, 1, 1)
TEXT_FONT, HEADING_FONT = "Times New Roman", "Arial"
INK, SOFT, ACCENT, WARN, LINE = "1D2733", "4D5864", "0B4F7A", "8A3D00", "C3CBD6"
CHARACTER, PARAGRAPH = 2, 1  # kinds of style, as Word numbers them

# name: base, points, bold, colour, space before and after in points, kept with the next, font
_PARAGRAPHS: dict[str, tuple[str, float, bool, str, float, float, bool, str]] = {
    "Normal": ("", 11, False, INK, 0, 0, False, TEXT_FONT),
    "Body Text": ("Normal", 11, False, INK, 4, 6, False, TEXT_FONT),
    "First Paragraph": ("Body Text", 11, False, INK, 4, 6, False, TEXT_FONT),
    "Compact": ("Body Text", 11, False, INK, 1, 2, False, TEXT_FONT),
    "Title": ("Normal", 26, True, ACCENT, 150, 10, True, HEADING_FONT),
    "Subtitle": ("Normal", 14, False, SOFT, 0, 22, True, HEADING_FONT),
    "Author": ("Normal", 12, True, INK, 0, 14, False, TEXT_FONT),
    "Heading 1": ("Normal", 16, True, ACCENT, 22, 8, True, HEADING_FONT),
    "Heading 2": ("Normal", 12.5, True, INK, 14, 5, True, HEADING_FONT),
    "Heading 3": ("Normal", 11, True, INK, 11, 4, True, HEADING_FONT),
    "Table Caption": ("Normal", 10, False, INK, 12, 4, True, TEXT_FONT),
    "Image Caption": ("Normal", 10, False, INK, 3, 12, False, TEXT_FONT),
    "Captioned Figure": ("Normal", 11, False, INK, 10, 2, True, TEXT_FONT),
    "Table Text": ("Normal", 9, False, INK, 1, 1, False, TEXT_FONT),
    "Table Text Small": ("Normal", 7.5, False, INK, 0.5, 0.5, False, TEXT_FONT),
    "Table Text Tiny": ("Normal", 6, False, INK, 0.5, 0.5, False, TEXT_FONT),
    "Table Note": ("Normal", 9, False, SOFT, 3, 12, False, TEXT_FONT),
    "Tile": ("Normal", 11, False, INK, 2, 2, False, TEXT_FONT),
    "Fact": ("Normal", 11, False, INK, 1, 3, False, TEXT_FONT),
    "Notice": ("Normal", 10.5, False, WARN, 8, 8, False, TEXT_FONT),
    "Card": ("Normal", 10.5, False, INK, 2, 2, False, TEXT_FONT),
    "TOC Heading": ("Normal", 14, True, ACCENT, 16, 6, True, HEADING_FONT),
    "header": ("Normal", 8.5, False, SOFT, 0, 0, False, TEXT_FONT),
    "footer": ("Normal", 8.5, False, SOFT, 0, 0, False, TEXT_FONT),
    "toc 1": ("Normal", 11, False, INK, 4, 1, False, TEXT_FONT),
    "toc 2": ("Normal", 10, False, INK, 0, 1, False, TEXT_FONT),
    "table of figures": ("Normal", 10, False, INK, 0, 1, False, TEXT_FONT),
}
_INDENTS = {"toc 2": 14.0, "Notice": 6.0}


def word_reference() -> bytes:
    """The reference document of Word files: pandoc's own with the styles of ``_PARAGRAPHS``, header and footer."""
    import docx  # for those who change the styles, not for users

    document = docx.Document(BytesIO(_default("reference.docx")))
    styles = document.styles
    for name, look in _PARAGRAPHS.items():
        _paragraph_style(styles, name, look)
    _mark_style(styles)
    _table_style(styles["Table"])
    _page(document.sections[-1], styles)
    _settings(document.settings.element)
    return _saved(document)


def slides_reference() -> bytes:
    """The reference document of slides: pandoc's own in the project's colours, a font with Cyrillic, quiet sizes."""
    import pptx  # for those who change the styles, not for users

    show = pptx.Presentation(BytesIO(_default("reference.pptx")))
    master = show.slide_masters[0]
    for level, size in (("p:titleStyle", 26), *((f"p:bodyStyle/a:lvl{level}pPr", 18 - level) for level in range(1, 6))):
        for look in master.element.xpath(f".//{level}//a:defRPr"):
            look.set("sz", str(size * 100))
    for paragraph in master.element.xpath(".//p:titleStyle/a:lvl1pPr"):
        paragraph.set("algn", "l")
    for layout in show.slide_layouts:
        if layout.name == "Two Content":
            _two_columns(layout)
    buffer = BytesIO()
    show.save(buffer)
    parts = _parts(buffer.getvalue())
    theme = "ppt/theme/theme1.xml"
    text = parts[theme].decode("utf-8")
    for name, colour in {"dk2": ACCENT, "accent1": ACCENT, "accent2": "2A7F9E", "hlink": ACCENT}.items():
        text = re.sub(rf"(<a:{name}>)<a:srgbClr val=\"\w+\"/>", rf'\1<a:srgbClr val="{colour}"/>', text)
    text = re.sub(r"(<a:(?:major|minor)Font>\s*<a:latin typeface=)\"[^\"]*\"", rf'\1"{HEADING_FONT}"', text)
    parts[theme] = text.encode("utf-8")
    return packed_parts(parts, MADE_ON)


def _two_columns(layout: Any) -> None:
    """Lines in a narrow column on the left, the figure large on the right."""
    left, right = sorted(
        (each for each in layout.placeholders if each.placeholder_format.idx in (1, 2)), key=lambda each: each.left
    )
    whole = right.left + right.width - left.left
    left.width = int(whole * 0.36)
    end = right.left + right.width
    right.left = left.left + left.width + int(whole * 0.02)
    right.width = end - right.left
    for sized in layout.element.xpath(".//a:lstStyle//a:defRPr[@sz]"):
        del sized.attrib["sz"]


def _default(name: str) -> bytes:
    command = [str(pandoc_path()), "--print-default-data-file", name]
    return subprocess.run(command, capture_output=True, check=True).stdout


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def _saved(document: Any) -> bytes:
    properties = document.core_properties
    properties.created = properties.modified = MADE_ON
    properties.author = properties.last_modified_by = properties.title = ""
    buffer = BytesIO()
    document.save(buffer)
    return packed_parts(_parts(buffer.getvalue()), MADE_ON)


def _paragraph_style(styles: Any, name: str, look: tuple[str, float, bool, str, float, float, bool, str]) -> None:
    from docx.shared import Pt, RGBColor

    base, size, bold, colour, before, after, is_kept, font = look
    known = {style.name.casefold(): style for style in styles}
    style = known.get(name.casefold()) or styles.add_style(name, PARAGRAPH)
    if base:
        style.base_style = known.get(base.casefold()) or styles[base]
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold or None, False
    style.font.color.rgb = RGBColor.from_string(colour)
    _font(style, font)
    paragraph = style.paragraph_format
    paragraph.space_before, paragraph.space_after = Pt(before), Pt(after)
    paragraph.keep_with_next = is_kept
    paragraph.alignment = 0  # to the left
    if name in _INDENTS:
        paragraph.left_indent = Pt(_INDENTS[name])
    style.hidden, style.quick_style = False, True


def _font(style: Any, name: str) -> None:
    """One font for all scripts; pandoc's own styles ask for the theme's."""
    from docx.oxml.ns import qn

    style.font.name = name
    fonts = style.element.rPr.rFonts
    for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{kind}"), None)
    for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{kind}"), name)


def _mark_style(styles: Any) -> None:
    """The small mark of simulated data in a caption."""
    from docx.shared import Pt, RGBColor

    style = styles.add_style("Mark", CHARACTER)
    style.font.size, style.font.bold = Pt(7.5), True
    style.font.color.rgb = RGBColor.from_string(WARN)


def _table_style(style: Any) -> None:
    """Thin lines between rows, a strong one under the head."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn

    for tag in ("w:tblPr", "w:tblStylePr"):
        for found in style.element.findall(qn(tag)):
            style.element.remove(found)
    side = '<w:{0} w:val="single" w:sz="{1}" w:space="0" w:color="{2}"/>'
    lines = side.format("top", 8, INK) + side.format("bottom", 8, INK) + side.format("insideH", 4, LINE)
    margins = "".join(f'<w:{edge} w:w="{size}" w:type="dxa"/>' for edge, size in
                      (("top", 20), ("left", 60), ("bottom", 20), ("right", 60)))  # fmt: skip
    style.element.append(parse_xml(
        f"<w:tblPr {nsdecls('w')}><w:tblBorders>{lines}</w:tblBorders><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>"
    ))  # fmt: skip
    style.element.append(parse_xml(
        f'<w:tblStylePr {nsdecls("w")} w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>'
        f'{side.format("bottom", 8, INK)}</w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr>'
    ))  # fmt: skip


def _page(section: Any, styles: Any) -> None:
    """A4 with the document's title above, page of pages below; neither on the first page."""
    from docx.shared import Mm

    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    head = section.header.paragraphs[0]
    _field(head, " TITLE ")
    foot = section.footer.paragraphs[0]
    _field(foot, " PAGE ")
    foot.add_run(" / ")
    _field(foot, " NUMPAGES ")
    foot.alignment = 2  # to the right
    head.style, foot.style = styles["header"], styles["footer"]


def _field(paragraph: Any, code: str) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    paragraph._p.append(parse_xml(
        f'<w:fldSimple {nsdecls("w")} w:instr="{code}"><w:r><w:t></w:t></w:r></w:fldSimple>'
    ))  # fmt: skip


def _settings(settings: Any) -> None:
    """Words are hyphenated, as narrow columns of long words need it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    if settings.find(qn("w:autoHyphenation")) is None:
        # the order of settings is laid down: this one follows the tabulator's
        settings.find(qn("w:defaultTabStop")).addnext(OxmlElement("w:autoHyphenation"))


MADE: dict[str, Callable[[], bytes]] = {"reference.docx": word_reference, "reference.pptx": slides_reference}

if __name__ == "__main__":
    for file, make in MADE.items():
        (Path(__file__).parent / "data" / file).write_bytes(make())
