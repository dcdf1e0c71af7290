"""The fast scan of a sheet's markup says what the exact one says, and both find what a reader of values hides."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from xml.parsers import expat

import pytest
from hand_made import MAIN, STRICT, sheet_xml, xlsx
from hypothesis import given
from hypothesis import strategies as st

from evaluation.cleaning.excel import zero_digits
from evaluation.cleaning.sheet.events import scan_exactly
from evaluation.cleaning.sheet.scan import Forbidden, Scan, Styles, column_number, place
from evaluation.cleaning.sheet.xml import Unsure, cells_beyond, scan_fast, scan_sheet, without_cells
from evaluation.cleaning.workbook import Remark, Sheet, address, read_received
from evaluation.settings import InputProblem

STYLES = Styles(frozenset({1}), {2: 8})


def scan(xml: str | bytes) -> Scan:
    data = xml if isinstance(xml, bytes) else xml.encode()
    return scan_sheet(lambda: io.BytesIO(data), STYLES)


def both(xml: str | bytes) -> Scan:
    """The scan, equal by the fast and the exact reader."""
    data = xml if isinstance(xml, bytes) else xml.encode()
    fast, exact = scan_fast(io.BytesIO(data), STYLES), scan_exactly(io.BytesIO(data), STYLES)
    assert fast == exact
    return fast


def test_everything_that_a_sheet_may_hide() -> None:
    found = both(
        sheet_xml(
            '<row r="1" spans="1:3" hidden="1"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1" t="inlineStr" s="1">'
            '<is><t>a</t></is></c></row><row r="3" hidden="0"><c r="A3"><f>B1+1</f></c><c r="B3" t="e"><f>1/0</f>'
            '<v>#DIV/0!</v></c><c r="C3" s="2"><v>4601000</v></c><c r="D3" t="str"><f>""</f><v></v></c>'
            '<c r="AA3" s="1"><v>1</v></c></row>'
            '<row r="4"><c r="A4" s="1"/><c r="B4" s="1"></c><c r="C4"><v/></c></row>'
            '<row r="7" hidden="true"><c r="C7" t="shared"><f t="shared" ref="C7:C8" si="0">A1/2</f><v>2</v></c></row>'
            '<row r="8"/>',
            before='<cols><col min="2" max="3" hidden="1"/><col min="4" max="4" hidden="0"/></cols>',
            after='<mergeCells count="1"><mergeCell ref="A1:$B$2"/></mergeCells>',
        )
    )
    assert found.rows == [1, 3, 7]
    assert found.columns == {1: 2, 2: 2, 3: 2, 4: 1, 27: 1} and found.cells == 8 and found.shared == 1
    assert found.hidden_rows == {1, 7} and found.hidden_columns == {2, 3}
    assert found.struck == {(1, 1), (1, 2), (3, 27)} and found.filled_of == {1: 2, 3: 5}
    assert found.formats == {(3, 3): 8} and found.merged == [(1, 1, 2, 2)]
    assert found.remarks == [Remark("formula_without_value", 3, 1), Remark("excel_error", 3, 2, "#DIV/0!")]


@pytest.mark.parametrize(
    "xml",
    [
        sheet_xml(""),
        f'<worksheet xmlns="{MAIN}"><sheetData/><mergeCells><mergeCell ref="A1"/></mergeCells></worksheet>',
        sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>', space=STRICT),
        sheet_xml('<row r="1">\n  <c r="A1">\n    <v>1</v>\n  </c>\n  <c r="B1" s="3"/>\n</row>\n<row r="2">\n</row>'),
        f'<x:worksheet xmlns:x="{MAIN}"><x:cols><x:col min="1" max="1" hidden="1"/></x:cols><x:sheetData><x:row r="2">'
        '<x:c r="B2" s="1"><x:v>5</x:v></x:c><x:c r="C2"/></x:row></x:sheetData></x:worksheet>',
        sheet_xml("<row r='1' hidden='1'><c r=\"A1\" s='1' t='e'><v>#REF!</v></c></row>"),
    ],
    ids=["empty", "closed", "strict", "spaces", "prefix", "apostrophes"],
)
def test_plain_markup_is_read_fast_and_exactly(xml: str) -> None:
    both(xml)


@pytest.mark.parametrize(
    ("xml", "rows", "columns"),
    [
        (sheet_xml('<row r="2"><c s="1" r="B2"><v>5</v></c></row>'), [2], {2: 1}),
        (sheet_xml("<row><c><v>5</v></c><c/><c><v>6</v></c></row><row><c><v>1</v></c></row>"), [1, 2], {1: 2, 3: 1}),
        (sheet_xml('<row r="1"><c r="A1" t="str"><v><![CDATA[x]]></v></c></row>'), [1], {1: 1}),
        (sheet_xml('<row r="1"><!-- <c r="B1"><v>1</v></c> --><c r="A1"><v>1</v></c></row>'), [1], {1: 1}),
        (sheet_xml('<row r="1"><c r="A1" t="inlineStr"><is><t></t></is></c></row>'), [], {}),
        (sheet_xml('<row r="1"><c r="A1"><v xml:space="preserve">1</v></c></row>'), [1], {1: 1}),
        (sheet_xml('<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>'), [1, 2], {1: 2}),
        (sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>').replace("UTF-8", "UTF-16").encode("utf-16"), [1], {1: 1}),
    ],
    ids=["order", "no addresses", "CDATA", "comment", "empty text", "attributes", "disorder", "UTF-16"],
)
def test_odd_markup_is_left_to_the_exact_reader(xml: str | bytes, rows: list[int], columns: dict[int, int]) -> None:
    data = xml if isinstance(xml, bytes) else xml.encode()
    with pytest.raises(Unsure):
        scan_fast(io.BytesIO(data), STYLES)
    found = scan(xml)
    assert found.rows == rows and found.columns == columns


@pytest.mark.parametrize("doctype", ["<!DOCTYPE x>", '<!DOCTYPE x [<!ENTITY a "aaa">]>'])
def test_a_document_type_is_refused(doctype: str) -> None:
    with pytest.raises(Forbidden):
        scan(f'<?xml version="1.0"?>{doctype}<worksheet xmlns="{MAIN}"><sheetData/></worksheet>')


@pytest.mark.parametrize(
    "xml", ["", "<worksheet", sheet_xml("<row>"), sheet_xml('<row r="1"><c r="A2"><v>1</v></c></row><!---->')]
)
def test_broken_markup_is_an_error(xml: str) -> None:
    with pytest.raises((expat.ExpatError, ValueError)):
        scan(xml)


_CELL = st.tuples(
    st.sampled_from(["", ' s="1"', ' s="2"', ' s="3" t="s"', ' t="e"', ' t="str"', ' t="inlineStr"']),
    st.sampled_from(
        ["/>", "></c>", "><v/></c>", "><v></v></c>", "><v>7</v></c>", "><f>A1</f></c>", "><f>A1</f><v>7</v></c>",
         "><f/><v>7</v></c>", '><f t="shared" si="0"/></c>', "><is><t>x</t></is></c>", ">\n<v>7</v>\n</c>"]
    ),
)  # fmt: skip
_ROWS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.sampled_from(["", ' hidden="1"', ' spans="1:2" hidden="0"']),
        st.lists(st.tuples(st.integers(1, 400), _CELL), max_size=4),
    ),
    max_size=5,
)


@given(_ROWS)
def test_the_two_readers_agree(rows: list[tuple[int, str, list[tuple[int, tuple[str, str]]]]]) -> None:
    text, row = "", 0
    for step, facts, cells in rows:
        row += step
        text += f'<row r="{row}"{facts}>'
        column = 0
        for gap, (attributes, inside) in cells:
            column += gap
            text += f'<c r="{address(row, column)}"{attributes}{inside}'
        text += "</row>"
    data = sheet_xml(text).encode()
    fast, exact = scan_fast(io.BytesIO(data), STYLES), scan_exactly(io.BytesIO(data), STYLES)
    assert fast.shared >= exact.shared
    assert replace(fast, shared=0) == replace(exact, shared=0)


@given(st.integers(1, 16_384), st.integers(1, 1_048_576))
def test_addresses_there_and_back(column: int, row: int) -> None:
    assert place(address(row, column)) == (row, column)


@pytest.mark.parametrize("text", ["XFE", "ZZZ", ""])
def test_columns_beyond_the_last_are_no_columns(text: str) -> None:
    with pytest.raises(ValueError, match="no column"):
        column_number(text)


def test_far_cells_are_found_and_cut_out() -> None:
    xml = sheet_xml(
        '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" t="s"><v>0</v></c></row>'
        '<row r="1048576"><c r="A1048576" s="1"><f>1</f><v>2</v></c><c r="B1048576"/></row>'
    ).encode()
    far = cells_beyond(xml, 100, 50)
    assert far == [(1, 16_384), (1_048_576, 1)]
    assert both(without_cells(xml, far)).rows == [1] and both(without_cells(xml, far)).columns == {1: 1}


@pytest.mark.parametrize(
    ("code", "digits"),
    [
        ("00000000", 8), ("00000000;@", 8), ("[$-419]00000000", 8), ("[Red]000", 3), ('"№ "0000', 4), ("0", 0),
        ("0.00", 0), ("#,##0", 0), ("General", 0), ("00.00", 0), ("", 0), ("[$-419]00000000;-00000000;0", 8),
    ],
)  # fmt: skip
def test_zero_padded_formats(code: str, digits: int) -> None:
    assert zero_digits(code) == digits


def read(path: Path) -> Sheet:
    return read_received(path, "s").sheets[0]


VARIETIES = {
    "shared": ('<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>5</v></c></row>', MAIN, ""),
    "inline": ('<row r="1"><c r="A1" t="inlineStr"><is><t>Ачинск</t></is></c><c r="B1"><v>5</v></c></row>', MAIN, ""),
    "rich": ('<row r="1"><c r="A1" t="inlineStr"><is><r><t>Ачи</t></r><r><t>нск</t></r></is></c><c r="B1"><v>5</v></c>'
             "</row>", MAIN, ""),
    "strict": ('<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>5</v></c></row>', STRICT, ""),
    "prefix": ('<x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c><x:c r="B1"><x:v>5</x:v></x:c></x:row>', MAIN, "x:"),
    "order": ('<row r="1"><c t="s" r="A1"><v>0</v></c><c s="0" r="B1"><v>5</v></c></row>', MAIN, ""),
    "no addresses": ('<row><c t="s"><v>0</v></c><c><v>5</v></c></row>', MAIN, ""),
}  # fmt: skip


@pytest.mark.parametrize("variety", VARIETIES)
def test_every_variety_of_markup_gives_the_same_cells(tmp_path: Path, variety: str) -> None:
    rows, space, prefix = VARIETIES[variety]
    xml = sheet_xml(rows, space=space)
    if prefix:
        xml = f'<x:worksheet xmlns:x="{space}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    sheet = read(xlsx(tmp_path / "a.xlsx", {"Лист": xml}, ["Ачинск"]))
    assert sheet.cells.tolist() == [["Ачинск", 5]] and sheet.physical_rows == 1


def test_readers_that_disagree_are_not_believed(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"Лист": sheet_xml('<row r="1"><c r="A1" t="s"><v>0</v></c></row>')}, [""])
    with pytest.raises(InputProblem, match="damaged"):
        read_received(path, "s")


def test_a_struck_row_and_a_struck_cell(tmp_path: Path) -> None:
    styles = (
        '<fonts><font/><font><strike/></font><font><strike val="0"/></font></fonts><cellXfs><xf fontId="0"/>'
        '<xf fontId="1"/><xf fontId="2"/></cellXfs>'
    )
    rows = (
        '<row r="1"><c r="A1" s="1"><v>1</v></c><c r="B1" s="1"/><c r="C1" s="1"><v>2</v></c></row>'
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2" s="1"><v>2</v></c></row>'
        '<row r="3"><c r="A3" s="2"><v>1</v></c></row>'
    )
    sheet = read(xlsx(tmp_path / "a.xlsx", {"Лист": sheet_xml(rows)}, styles=styles))
    assert sheet.struck_rows == {1} and sheet.remarks == (Remark("cell_struck", 2, 2),)
