"""Files of documents as paragraphs: encodings, marks, wrapped lines, Word's lists and tables, refused files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.field.documents.paragraphs import Document, text_document
from evaluation.field.documents.reading import document_of
from evaluation.settings import InputProblem

PATH = Path("документ.txt")


def shape(document: Document) -> list[tuple[str, str, str]]:
    return [(each.kind, each.mark, each.text) for each in document]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "cp866"])
def test_encodings(encoding: str) -> None:
    text = "Протокол семинара\n\nУчастники рекомендуют:\n\n1. Собрать старост"
    assert shape(document_of(text.encode(encoding), PATH)) == [
        ("text", "", "Протокол семинара"),
        ("text", "", "Участники рекомендуют:"),
        ("item", "1", "Собрать старост"),
    ]


@pytest.mark.parametrize(
    ("line", "kind", "mark", "text"),
    [
        ("- пункт", "item", "-", "пункт"),
        ("— пункт", "item", "-", "пункт"),
        ("• пункт", "item", "-", "пункт"),
        ("- ▶ **Проект «Двор»**", "item", "-", "Проект «Двор»"),
        ("1. пункт", "item", "1", "пункт"),
        ("12) пункт", "item", "12", "пункт"),
        ("(3) пункт", "item", "3", "пункт"),
        ("2.1. пункт", "item", "2.1", "пункт"),
        ("5.Пункт", "item", "5", "Пункт"),
        ("**1. Пункт**", "item", "1", "Пункт"),
        ("### **Раздел**", "heading", "", "Раздел"),
        ("27.01.2021 г.", "text", "", "27.01.2021 г."),
        ("2021. год", "text", "", "2021. год"),
        ("-11 человек", "text", "", "-11 человек"),
        ("1,5 млн рублей", "text", "", "1,5 млн рублей"),
        ("приняли **25** человек", "text", "", "приняли 25 человек"),
        ("*курсив* и 2*3*4", "text", "", "курсив и 2*3*4"),
        ("a_b_c __жирно__", "text", "", "a_b_c жирно"),
        ("Всего | 18", "row", "", "Всего | 18"),
        ("Всего\t18", "row", "", "Всего | 18"),
    ],
)
def test_marks_of_one_line(line: str, kind: str, mark: str, text: str) -> None:
    assert shape(text_document(line)) == [(kind, mark, text)]


def test_wrapped_lines_are_joined_and_others_are_not() -> None:
    text = "Закон от 07.07.2016 г.\n№10-4831 «О поддержке\nКраевых команд»\nПриказ\nг. Канск\n- пункт\nпродолжение"
    assert [each.text for each in text_document(text)] == [
        "Закон от 07.07.2016 г. №10-4831 «О поддержке Краевых команд»",
        "Приказ",
        "г. Канск",
        "пункт продолжение",
    ]


def test_paragraphs_are_numbered_without_gaps() -> None:
    document = text_document("\n\n раз \n\n\n\u200b\n\nдва\r\n\r\nтри")
    assert [(each.number, each.text) for each in document] == [(1, "раз"), (2, "два"), (3, "три")]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_no_letter_appears_or_disappears(text: str) -> None:
    def letters(value: str) -> str:
        return "".join(sign for sign in value if sign.isascii() and sign.isalpha())

    document = text_document(text)
    assert letters("".join(each.text for each in document)) == letters(text)
    assert [each.number for each in document] == list(range(1, len(document) + 1))


def saved(document: docx.document.Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_word_lists_are_numbered_as_word_numbers_them() -> None:
    document = docx.Document()
    document.add_heading("Решение", level=2)
    for text, style in (("раз", "List Number"), ("деталь", "List Bullet"), ("два", "List Number"), ("три", "Normal")):
        document.add_paragraph(text, style=style)
    document.add_paragraph("4. напечатано")
    assert shape(document_of(saved(document), PATH)) == [
        ("heading", "", "Решение"),
        ("item", "1", "раз"),
        ("item", "-", "деталь"),
        ("item", "2", "два"),
        ("text", "", "три"),
        ("item", "4", "напечатано"),
    ]


def test_levels_of_a_numbered_list() -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), "77")
    for level in range(2):
        made = OxmlElement("w:lvl")
        made.set(qn("w:ilvl"), str(level))
        for name, value in (("w:start", "3" if level == 0 else "1"), ("w:numFmt", "decimal")):
            child = OxmlElement(name)
            child.set(qn("w:val"), value)
            made.append(child)
        abstract.append(made)
    numbering.insert(0, abstract)
    num = OxmlElement("w:num")
    num.set(qn("w:numId"), "88")
    target = OxmlElement("w:abstractNumId")
    target.set(qn("w:val"), "77")
    num.append(target)
    numbering.append(num)
    for text, level in (("а", 0), ("б", 1), ("в", 1), ("г", 0), ("д", 1)):
        properties = document.add_paragraph(text)._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_numId().val = 88
        properties.get_or_add_ilvl().val = level
    found = [(each.mark, each.text) for each in document_of(saved(document), PATH)]
    assert found == [("3", "а"), ("3.1", "б"), ("3.2", "в"), ("4", "г"), ("4.1", "д")]


def test_tables_breaks_tabs_bold_and_deleted_text() -> None:
    document = docx.Document()
    table = document.add_table(rows=1, cols=3)
    for cell, text in zip(table.rows[0].cells, ("НКО", "", "5"), strict=True):
        cell.text = text
    body = document.add_paragraph("27 января 2021 г.")
    body.add_run().add_break()
    body.add_run("г. Канск")
    strong = document.add_paragraph("Приняли ")
    strong.add_run("25").bold = True
    strong.add_run("\tчеловек")
    gone = OxmlElement("w:del")
    run, text = OxmlElement("w:r"), OxmlElement("w:delText")
    text.text = "удалено"
    run.append(text)
    gone.append(run)
    strong._p.append(gone)
    read = document_of(saved(document), PATH)
    assert shape(read) == [
        ("row", "", "НКО | 5"),
        ("text", "", "27 января 2021 г."),
        ("text", "", "г. Канск"),
        ("text", "", "Приняли 25 человек"),
    ]
    assert read[0].cells == ("НКО", "5")
    assert read[3].strong == ("25",)


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return stream.getvalue()


BODY = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s</w:body></w:document>'
ENTITIES = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb">]>' + BODY % b"<w:p><w:r><w:t>&b;</w:t></w:r></w:p>"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7 text", "документ PDF"),
        (b"{\\rtf1 text}", "текст RTF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "старого Word"),
        (b"PK\x03\x04 broken", "повреждённый архив"),
        (zipped(xl__workbook_xml=b"<a/>"), "архив или книга"),
        (zipped(word__document_xml=b"<w:p>"), "повреждён"),
        (zipped(word__document_xml=ENTITIES), "повреждён"),
        (zipped(word__document_xml=BODY % (b" " * 60_000_000)), "опасно"),
        (b"\x00\x01\x02" * 50, "не текст"),
        ("\n \u200b\n".encode(), "текста в нём нет"),
    ],
)  # fmt: skip
def test_other_files_are_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(InputProblem) as raised:
        document_of(data, PATH)
    assert words in raised.value.messages["ru"]
    assert "document" in raised.value.messages["en"] or "text" in raised.value.messages["en"]
