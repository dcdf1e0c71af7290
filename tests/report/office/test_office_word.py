"""The Word file, read back by python-docx: tables, captions that count, sections, descriptions, styles."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import docx
import pytest
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from office_pages import SVG, WRITTEN, figure, leaflet, report, table

from evaluation.report.office import to_docx
from evaluation.report.office.rasters import raster
from evaluation.report.office.reference import NEEDED_STYLES, missing_styles, shipped_reference
from evaluation.report.office.styling import slides_reference, word_reference
from evaluation.report.office.word_parts import packed_parts
from evaluation.settings import InputProblem

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def made() -> bytes:
    return to_docx(report(), "ru", WRITTEN)


@pytest.fixture(scope="module")
def document(made: bytes) -> Document:
    return docx.Document(BytesIO(made))


def xml_of(content: bytes, part: str = "word/document.xml") -> str:
    with zipfile.ZipFile(BytesIO(content)) as packed:
        return packed.read(part).decode("utf-8")


def captions(content: bytes) -> list[str]:
    """Captions as Word shows them: fields by what they last showed."""
    paragraphs = docx.Document(BytesIO(content)).paragraphs
    return [each.text.replace("\u00a0", " ") for each in paragraphs
            if each.style is not None and each.style.name in ("Table Caption", "Image Caption")]  # fmt: skip


def test_title_author_and_language(document: Document, made: bytes) -> None:
    properties = document.core_properties
    assert (properties.title, properties.author, properties.language) == ("Программа", "Институт", "ru-RU")
    assert properties.created is not None and properties.created.replace(tzinfo=None) == WRITTEN
    assert 'w:val="ru-RU"' in xml_of(made, "word/styles.xml")
    assert document.paragraphs[0].style is not None and document.paragraphs[0].style.name == "Title"


def test_tables_are_native_with_heads_that_repeat(document: Document) -> None:
    tables = document.tables
    assert [(len(each.rows), len(each.columns)) for each in tables] == [(1, 3), (3, 2), (4, 16), (4, 16)]
    assert tables[1].cell(1, 0).text == "Слово 0"
    for each in tables[1:]:
        assert each.rows[0]._tr.trPr is not None and each.rows[0]._tr.trPr.find(f"{W}tblHeader") is not None
        assert all(row._tr.trPr is not None and row._tr.trPr.find(f"{W}cantSplit") is not None for row in each.rows)
        assert each.style is not None and each.style.name == "Table"


def test_captions_count_in_the_language(made: bytes) -> None:
    assert captions(made) == [
        "Таблица 1. Строки one", "Рисунок 1. Заявки mapСМОДЕЛИРОВАННЫЕ ДАННЫЕ", "Таблица 2. Строки wide",
        "Таблица 3. Строки wider", "Рисунок 2. Заявки secondСМОДЕЛИРОВАННЫЕ ДАННЫЕ",
    ]  # fmt: skip
    codes = re.findall(r"<w:instrText[^>]*> (SEQ[^<]*) </w:instrText>", xml_of(made))
    assert codes == [
        "SEQ Таблица \\* ARABIC", "SEQ Рисунок \\* ARABIC", "SEQ Таблица \\* ARABIC", "SEQ Таблица \\* ARABIC",
        "SEQ Рисунок \\* ARABIC",
    ]  # fmt: skip


def test_a_count_that_leaps_begins_anew() -> None:
    content = to_docx(leaflet(table("a", 1) + table("b", 5) + table("c", 6)), "ru", WRITTEN)
    assert captions(content) == ["Таблица 1. Строки a", "Таблица 5. Строки b", "Таблица 6. Строки c"]
    codes = re.findall(r"<w:instrText[^>]*> (SEQ[^<]*) </w:instrText>", xml_of(content))
    assert codes == ["SEQ Таблица \\* ARABIC", "SEQ Таблица \\* ARABIC \\r 5", "SEQ Таблица \\* ARABIC"]


def test_contents_and_lists_are_fields_already_filled(made: bytes) -> None:
    text = xml_of(made)
    assert re.findall(r"<w:instrText[^>]*> (TOC[^<]*) </w:instrText>", text) == [
        'TOC \\o "1-2" \\h \\z \\u', 'TOC \\h \\z \\c "Таблица"', 'TOC \\h \\z \\c "Рисунок"',
    ]  # fmt: skip
    assert text.count('w:fldCharType="begin"') == text.count('w:fldCharType="end"') == 3 + 5
    paragraphs = docx.Document(BytesIO(made)).paragraphs
    listed = [each.text.replace("\u00a0", " ") for each in paragraphs
              if each.style is not None and each.style.name in ("toc 1", "toc 2", "table of figures")]  # fmt: skip
    assert listed[:4] == ["1  Коротко", "2  Данные", "3  Приложение", "Модели"]
    assert "Таблица 2. Строки wide" in listed


def test_links_inside_lead_to_bookmarks(made: bytes) -> None:
    text = xml_of(made)
    targets = set(re.findall(r'<w:hyperlink w:anchor="([^"]*)"', text))
    assert "table-one" in targets and "summary" in targets
    assert targets <= set(re.findall(r'<w:bookmarkStart [^>]*w:name="([^"]*)"', text))


def test_pictures_have_their_descriptions(made: bytes) -> None:
    assert re.findall(r'<wp:docPr descr="([^"]*)"', xml_of(made)) == ["Столбик", "Столбик"]


def test_tables_are_announced_by_their_captions(made: bytes) -> None:
    assert re.findall(r'<w:tblCaption w:val="([^"]*)"', xml_of(made)) == ["Строки one", "Строки wide", "Строки wider"]


def test_wide_tables_stand_in_turned_sections_with_the_same_header(document: Document) -> None:
    sections = list(document.sections)
    assert [each.orientation for each in sections] == [
        WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT,
    ]  # fmt: skip
    assert [each.different_first_page_header_footer for each in sections] == [True, False, False]
    assert {(each.page_width, each.page_height) for each in sections} == {
        (sections[0].page_width, sections[0].page_height), (sections[0].page_height, sections[0].page_width),
    }  # fmt: skip
    codes = [re.findall(r'w:instr="([^"]*)"', each.header._element.xml) for each in sections]
    assert codes == [[" TITLE "]] * 3


def test_every_part_is_sound(made: bytes) -> None:
    with zipfile.ZipFile(BytesIO(made)) as packed:
        for name in packed.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(packed.read(name))
        assert {each.date_time for each in packed.infolist()} == {(2026, 1, 20, 12, 30, 0)}


def test_two_runs_give_the_same_bytes(made: bytes) -> None:
    assert to_docx(report(), "ru", WRITTEN) == made


def test_hostile_texts_are_plain_texts() -> None:
    title = "=cmd|calc!A1 *a* &lt;script&gt;alert(1)&lt;/script&gt; $x$"
    words = "=1+1 &lt;w:p/&gt; [a](b) **c**"
    content = to_docx(report(title, f"<section><h2>{words}</h2>{table('a', 1, text=words)}</section>"), "ru", WRITTEN)
    document = docx.Document(BytesIO(content))
    assert document.core_properties.title == "=cmd|calc!A1 *a* <script>alert(1)</script> $x$"
    assert document.paragraphs[0].text == "=cmd|calc!A1 *a* <script>alert(1)</script> $x$"
    assert document.tables[0].cell(1, 0).text == "=1+1 <w:p/> [a](b) **c** 0"
    assert not re.findall(r"w:instr(?:Text)?[^>]*>[^<]*(?:cmd|DDE)", xml_of(content))


def test_pictures_drawn_elsewhere_are_taken() -> None:
    drawn = raster(SVG.replace("#0b4f7a", "#00ff00").encode())
    with zipfile.ZipFile(BytesIO(to_docx(leaflet(figure("map", 1)), "ru", WRITTEN, None, {"map": drawn}))) as packed:
        assert [packed.read(name) for name in packed.namelist() if name.endswith(".png")] == [drawn]
    with zipfile.ZipFile(BytesIO(to_docx(leaflet(figure("map", 1)), "ru", WRITTEN))) as packed:
        assert [packed.read(name) for name in packed.namelist() if name.endswith(".png")] == [raster(SVG.encode())]


# ---- reference documents -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "make"), [("docx", word_reference), ("pptx", slides_reference)])
def test_the_shipped_document_is_what_its_module_makes(kind, make) -> None:
    assert shipped_reference(kind) == make()


def test_the_shipped_document_has_every_style() -> None:
    assert missing_styles(xml_of(shipped_reference("docx"), "word/styles.xml")) == []


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def letterhead(folder: Path, change=lambda text: text) -> Path:
    """An institute's document: the shipped one with another font, and what ``change`` makes of its styles."""
    parts = parts_of(shipped_reference("docx"))
    styles = parts["word/styles.xml"].decode("utf-8").replace("Times New Roman", "PT Serif")
    parts["word/styles.xml"] = change(styles).encode("utf-8")
    path = folder / "бланк.docx"
    path.write_bytes(packed_parts(parts, WRITTEN))
    return path


def test_an_institutes_own_look_is_taken(tmp_path: Path) -> None:
    styles = xml_of(to_docx(report(), "ru", WRITTEN, letterhead(tmp_path)), "word/styles.xml")
    assert "PT Serif" in styles
    assert "Times New Roman" not in styles


def test_cells_call_a_style_by_the_key_that_the_letterhead_gives_it(tmp_path: Path) -> None:
    own = letterhead(tmp_path, lambda text: text.replace('w:styleId="TableText"', 'w:styleId="a7"'))
    page = leaflet(table("a", 1, text="a &lt; b &amp; c"))
    made = docx.Document(BytesIO(to_docx(page, "ru", WRITTEN, own)))
    cells = [cell for row in made.tables[0].rows for cell in row.cells]
    assert "a < b & c 0" in {cell.text for cell in cells}
    assert {paragraph.style.name for cell in cells for paragraph in cell.paragraphs} == {"Table Text"}
    assert {paragraph.style.style_id for cell in cells for paragraph in cell.paragraphs} == {"a7"}
    assert [len(cell.paragraphs) for cell in cells] == [1] * len(cells)
    right = [
        cell.text for cell in cells for paragraph in cell.paragraphs if paragraph.alignment == WD_ALIGN_PARAGRAPH.RIGHT
    ]
    assert right == ["Графа 0", "Графа 1", "0", "0"]


def test_a_missing_style_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = letterhead(tmp_path, lambda text: text.replace('w:val="Table Note"', 'w:val="Сноска"'))
    with pytest.raises(InputProblem) as problem:
        to_docx(report(), "ru", WRITTEN, path)
    assert "нет стилей «Table Note»" in problem.value.messages["ru"]
    assert "evaluation letterhead --out" in problem.value.messages["en"]
    assert str(path) in problem.value.messages["en"]


def test_every_needed_style_is_missed() -> None:
    assert missing_styles("<w:styles/>") == list(NEEDED_STYLES)


def test_names_of_styles_may_differ_in_capitals(tmp_path: Path) -> None:
    path = letterhead(tmp_path, lambda text: text.replace('w:val="heading 1"', 'w:val="Heading 1"'))
    assert to_docx(report(), "ru", WRITTEN, path)


@pytest.mark.parametrize("content", [b"", b"no zip at all", packed_parts({"a.txt": b"a"}, WRITTEN)])
def test_what_is_no_word_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(content)
    with pytest.raises(InputProblem, match="is no Word file"):
        to_docx(report(), "ru", WRITTEN, path)


def test_a_reference_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputProblem, match="report_reference"):
        to_docx(report(), "ru", WRITTEN, tmp_path / "nowhere.docx")


def test_running_heads_have_styles_of_their_own() -> None:
    document = docx.Document(BytesIO(word_reference()))
    section = document.sections[-1]
    for part in (section.header, section.footer):
        assert part.paragraphs[0].style.name.casefold() in ("header", "footer")
        assert part.paragraphs[0].style.font.size.pt < document.styles["Normal"].font.size.pt == 11
