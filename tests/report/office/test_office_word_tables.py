"""Tables that go past pandoc: what Word reads in them, and which are left to pandoc all the same."""

from __future__ import annotations

from io import BytesIO
from xml.etree import ElementTree

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from office_pages import WRITTEN, leaflet, table

from evaluation.report.office import to_docx
from evaluation.report.office.tree import Element
from evaluation.report.office.word_tables import PLACE, table_xml, with_tables

KEYS = {"table text": "T1", "table": "T0"}
NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def table_of(*rows: list[Element], head: int = 1) -> Element:
    def group(name: str, held: tuple[list[Element], ...]) -> Element:
        return Element(name, {}, [Element("tr", {}, [*row]) for row in held])

    widths = [Element("col", {"style": "width: 30%"}), Element("col", {"style": "width: 20.5%"})]
    return Element("table", {}, [Element("colgroup", {}, [*widths]), group("thead", rows[:head]),
                                 group("tbody", rows[head:])])  # fmt: skip


def cell(text: str, **attributes: str) -> Element:
    return Element("td", attributes, [text] if text else [])


def parsed(xml: str | None) -> ElementTree.Element:
    assert xml is not None
    return ElementTree.fromstring(xml.replace("<w:tbl>", f"<w:tbl {NAMESPACE}>", 1))


def texts(xml: str | None) -> list[list[str]]:
    return [["".join(each.itertext()) for each in row.iter(qn("w:tc"))] for row in parsed(xml).iter(qn("w:tr"))]


def test_a_table_has_its_widths_head_title_and_styles() -> None:
    found = parsed(table_xml(table_of([cell("Год"), cell("n")], [cell("2025"), cell("7", align="right")]),
                             "Table Text", KEYS, 'Годы «"<1>"»'))  # fmt: skip
    properties = found.find(qn("w:tblPr"))
    assert properties is not None
    assert properties.find(qn("w:tblStyle")).get(qn("w:val")) == "T0"  # type: ignore[union-attr]
    assert properties.find(qn("w:tblW")).get(qn("w:w")) == "2525"  # type: ignore[union-attr]
    assert properties.find(qn("w:tblCaption")).get(qn("w:val")) == 'Годы «"<1>"»'  # type: ignore[union-attr]
    assert [each.get(qn("w:w")) for each in found.iter(qn("w:gridCol"))] == ["2376", "1623"]
    rows = [row.find(qn("w:trPr")) for row in found.iter(qn("w:tr"))]
    assert [row is not None and row.find(qn("w:tblHeader")) is not None for row in rows] == [True, False]
    assert all(row is not None and row.find(qn("w:cantSplit")) is not None for row in rows)
    assert {each.get(qn("w:val")) for each in found.iter(qn("w:pStyle"))} == {"T1"}
    sides = [each.find(f".//{qn('w:jc')}") is not None for each in found.iter(qn("w:tc"))]
    assert sides == [False, False, False, True]


def test_hyphens_that_are_marks_in_word_and_empty_cells() -> None:
    xml = table_xml(table_of([cell("не\u2011а"), cell("")], [cell("мно\u00adго"), cell("b")]), "Table Text", KEYS, "")
    found = parsed(xml)
    assert texts(xml) == [["неа", ""], ["много", "b"]]
    assert len(list(found.iter(qn("w:noBreakHyphen")))) == len(list(found.iter(qn("w:softHyphen")))) == 1
    assert all(each.find(qn("w:p")) is not None for each in found.iter(qn("w:tc"))), "Word refuses a cell without one"
    assert "tblCaption" not in str(xml)


def test_a_cell_over_two_columns() -> None:
    found = parsed(table_xml(table_of([cell("both", colspan="2")], [cell("a"), cell("b")]), "Table Text", KEYS, ""))
    assert [each.get(qn("w:val")) for each in found.iter(qn("w:gridSpan"))] == ["2"]


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\u2011\u00ad")))
def test_any_text_comes_back(text: str) -> None:
    line = cell(text)
    assert texts(table_xml(table_of([line, cell("x")]), "Table Text", KEYS, text)) == [[line.plain(), "x"]]


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        (Element("td", {}, [Element("strong", {}, ["bold"])]), KEYS),
        (cell("two rows", rowspan="2"), KEYS),
        (cell("plain"), {"table": "T0"}),
        (cell("plain"), {"table text": "T1"}),
    ],
    ids=["formatted", "over two rows", "no style of texts", "no style of tables"],
)
def test_what_is_left_to_pandoc(given: Element, keys: dict[str, str]) -> None:
    assert table_xml(table_of([given, cell("x")]), "Table Text", keys, "") is None


def test_both_kinds_stand_in_their_order_with_their_titles() -> None:
    bold = table("bold", 2).replace(">0</td>", "><strong>0</strong></td>", 1)
    page = leaflet(table("one", 1) + bold.replace("Слово", "Жирное") + table("three", 3, text="Третье"))
    document = docx.Document(BytesIO(to_docx(page, "ru", WRITTEN)))
    assert [each.cell(1, 0).text for each in document.tables] == ["Слово 0", "Жирное 0", "Третье 0"]
    titles = [each._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) for each in document.tables]
    assert titles == ["Строки one", "Строки bold", "Строки three"]
    assert any(run.bold for row in document.tables[1].rows for each in row.cells for run in each.paragraphs[0].runs)


def test_tables_take_their_places_in_order() -> None:
    place = PLACE["c"][1]
    assert with_tables(f"<a/>{place}<b/>{place.replace('/>', ' />')}", ["<x/>", "<y/>"]) == "<a/><x/><b/><y/>"


@pytest.mark.parametrize("tables", [[], ["<x/>", "<y/>"]])
def test_no_table_gets_lost(tables: list[str]) -> None:
    with pytest.raises(ValueError, match=f"1 places for {len(tables)} tables"):
        with_tables(f"<a/>{PLACE['c'][1]}<b/>", tables)
