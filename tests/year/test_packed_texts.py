"""People are found in Word, Excel and PowerPoint files and in archives, with the place that a person can go to."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import openpyxl
import pytest
from openpyxl.comments import Comment

from evaluation.year.leaks import find_leaks
from evaluation.year.packed_texts import office_texts

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def document(*paragraphs: str, **parts: str) -> bytes:
    body = "".join(f"<w:p>{paragraph}</w:p>" for paragraph in paragraphs)
    return packed({"word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>", **parts})


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def sheet(*cells: object) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(list(cells))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def found(name: str, content: bytes) -> list[tuple[str, str, str]]:
    return [(leak.file, leak.kind, leak.place.en) for leak in find_leaks({name: content})]


def test_a_telephone_that_word_splits_into_runs_is_one_text() -> None:
    content = document(run("Nobody"), run("8 913 ") + run("555-12") + run("-34"))
    assert found("report.docx", content) == [("report.docx", "phone", "paragraph 2")]


def test_what_stands_in_other_parts_of_a_word_file_is_read_too() -> None:
    note = f"<w:footnotes {W}><w:footnote><w:p>{run('ivan@example.org')}</w:p></w:footnote></w:footnotes>"
    author = "<p><creator>Петров И.П.</creator></p>"
    content = document(run("x"), **{"word/footnotes.xml": note, "docProps/core.xml": author})
    assert found("report.docx", content) == [
        ("report.docx", "email", "word/footnotes.xml"), ("report.docx", "name", "the file's properties"),
    ]  # fmt: skip


def test_a_pictures_description_and_a_tables_name_are_told_to_readers() -> None:
    picture = '<w:drawing><docPr descr="звонить 8 913 555-12-34"/></w:drawing>'
    named = '<w:tblPr><w:tblCaption w:val="ivan@example.org"/></w:tblPr>'
    assert {kind for _, kind, _ in found("report.docx", document(picture, named))} == {"phone", "email"}


def test_cells_are_named_and_measurements_left_alone() -> None:
    content = sheet("Контакт", "ivan@example.org", 89135551234, 8913555.1234, 12)
    assert found("tables.en.xlsx", content) == [
        ("tables.en.xlsx", "email", "sheet 1, cell B1"), ("tables.en.xlsx", "phone", "sheet 1, cell C1"),
    ]  # fmt: skip


def test_decimals_after_a_comma_are_no_telephone_and_one_beside_words_is() -> None:
    assert found("t.xlsx", sheet("0,77486471168", "−8,9135551234")) == []
    assert [place for _, _, place in found("t.xlsx", sheet("тел. 89135551234", "0,5"))] == ["sheet 1, cell A1"]


def test_a_cells_remark_is_read() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"].comment = Comment("8 913 555-12-34", "staff")
    buffer = io.BytesIO()
    book.save(buffer)
    assert [(kind, place) for _, kind, place in found("a.xlsx", buffer.getvalue())] == [
        ("phone", "xl/comments/comment1.xml")
    ]


def test_a_slide_is_named() -> None:
    slide = f"<a:sld {A}><a:p><a:r><a:t>+7 913 555</a:t></a:r><a:r><a:t> 12 34</a:t></a:r></a:p></a:sld>"
    assert found("slides.pptx", packed({"ppt/slides/slide3.xml": slide})) == [("slides.pptx", "phone", "slide 3")]


def test_an_archive_is_read_file_by_file_and_a_pdf_is_not() -> None:
    number = "8 913 555-12-34"
    inner = packed({"list.csv": f"a,b\nx,{number}\n", "card.pdf": f"%PDF {number}", "b.xlsx": sheet("@petrov")})
    assert found("tables.zip", inner) == [
        ("tables.zip", "phone", "list.csv, line 2"), ("tables.zip", "messenger", "b.xlsx, sheet 1, cell A1"),
    ]  # fmt: skip
    assert found("card.pdf", b"%PDF 8 913 555-12-34") == []


def test_nobody_is_nobody() -> None:
    content = document(run("Заявки подали 21 территория из 39"), run("1 234 567,8 тыс. рублей"))
    assert found("report.docx", content) == []
    assert [text for _, text in office_texts("report.docx", content)] == [
        "Заявки подали 21 территория из 39", "1 234 567,8 тыс. рублей",
    ]  # fmt: skip


def test_a_damaged_file_is_no_silent_pass() -> None:
    with pytest.raises(zipfile.BadZipFile):
        find_leaks({"report.docx": b"not an archive"})
