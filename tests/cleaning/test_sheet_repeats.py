"""A large sheet whose different cells are read once each holds what reading all of its cells gives."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hand_made import sheet_xml, xlsx
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.cleaning import excel
from evaluation.cleaning.distinct import Distinct, distinct
from evaluation.cleaning.sheet import repeats as sheet_repeats
from evaluation.cleaning.sheet.repeats import MarkedColumn, Repeats, put_back, small_sheet
from evaluation.cleaning.workbook import Sheet, address, read_received

# cells without a format, with a day, with a day and a time, with a duration
FORMATS = (
    "<fonts><font/></fonts><cellXfs>"
    + "".join(f'<xf numFmtId="{number}" fontId="0"/>' for number in (0, 14, 22, 46))
    + "</cellXfs>"
)
SHARED = ("Канск", "да", "1", "", " с пробелом ")


def typed(cells: np.ndarray) -> list[list[tuple[str, Any]]]:
    return [[(type(cell).__name__, cell) for cell in row] for row in cells.tolist()]


def read(path: Path, once: bool, monkeypatch: pytest.MonkeyPatch) -> tuple[Sheet, ...]:
    """The sheets, large ones read kind by kind (``once``), or all as they are."""
    with monkeypatch.context() as patch:
        patch.setattr(excel, "LARGE_SHEET", 0 if once else 10**12)
        patch.setattr(sheet_repeats, "MOST_DIFFERENT", 10**6)
        return read_received(path, "projects").sheets


def agree(path: Path, monkeypatch: pytest.MonkeyPatch) -> Sheet:
    """The first sheet, the same by both ways of reading."""
    (once, *_), (whole, *_) = read(path, True, monkeypatch), read(path, False, monkeypatch)
    assert typed(once.cells) == typed(whole.cells)
    assert once.physical_rows == whole.physical_rows and once.remarks == whole.remarks
    assert not whole.columns
    for found, column in zip(once.columns, whole.cells.T, strict=bool(once.columns)):
        expected = distinct(column)
        assert found.codes.tolist() == expected.codes.tolist()
        assert typed(np.array([found.cells], dtype=object)) == typed(np.array([expected.cells], dtype=object))
    return once


def workbook(folder: Path, rows: str) -> Path:
    return xlsx(folder / "a.xlsx", {"Реестр": sheet_xml(rows)}, SHARED, FORMATS)


def test_every_kind_of_value_is_put_where_it_stood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = agree(
        workbook(
            tmp_path,
            '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" s="1"><v>45658</v></c><c r="AB2" t="b"><v>1</v></c></row>'
            '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="C3" s="2"><v>45658.5</v></c><c r="AB3"><v>1</v></c></row>'
            '<row r="100"><c r="A100" t="inlineStr"><is><t>Канск</t></is></c><c r="C100" s="1"><v>45658</v></c></row>'
            '<row r="101"><c r="A101" t="e"><v>#N/A</v></c><c r="B101"/><c r="AB101"><f>1+1</f><v>2</v></c></row>',
        ),
        monkeypatch,
    )
    assert sheet.cells.shape == (101, 28) and len(sheet.columns) == 28
    assert sheet.cells[[1, 2, 99, 100], 0].tolist() == ["Канск", "Канск", "Канск", None]
    assert sheet.cells[[1, 2, 99], 2].tolist() == [
        dt.date(2025, 1, 1),
        dt.datetime(2025, 1, 1, 12),
        dt.date(2025, 1, 1),
    ]
    assert sheet.cells[[1, 2, 100], 27].tolist() == [True, 1.0, 2.0]
    # equal texts of different markup are one cell
    assert sheet.columns[0].cells == [None, "Канск"] and sheet.columns[1].cells == [None]


_CELLS = st.sampled_from(
    ['/>', ' s="1"/>', "></c>", ' t="str"><v></v></c>', ' t="s"><v>0</v></c>', ' t="s"><v>1</v></c>',
     ' t="s"><v>2</v></c>', ' t="s"><v>3</v></c>', ' t="s"><v>4</v></c>', "><v>1</v></c>", "><v>1.0</v></c>",
     "><v>-0</v></c>", "><v>0</v></c>", "><v>1E2</v></c>", ' s="1"><v>45658</v></c>', ' s="1"><v>45658.25</v></c>',
     ' s="2"><v>0.5</v></c>', ' s="3"><v>1.5</v></c>', ' t="b"><v>1</v></c>', ' t="b"><v>0</v></c>',
     ' t="e"><v>#REF!</v></c>', ' t="e"><f>1/0</f><v>#DIV/0!</v></c>', "><f>A1</f></c>", "><f>A1</f><v>7</v></c>",
     ' t="str"><f>"да"</f><v>да</v></c>', ' t="inlineStr"><is><t>да</t></is></c>',
     ' t="inlineStr"><is><r><t>д</t></r><r><t>а</t></r></is></c>', ' t="str"><v>&lt;a&gt; &amp; b</v></c>',
     ' t="d"><v>2025-01-01T00:00:00</v></c>', ">\n<v>7</v>\n</c>\n"]
)  # fmt: skip


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.lists(st.tuples(st.integers(1, 15), _CELLS), max_size=8)),
        min_size=1,
        max_size=12,
    )
)
def test_both_ways_of_reading_agree(rows: list[tuple[int, list[tuple[int, str]]]]) -> None:
    text, row = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>', 1
    for step, cells in rows:
        row += step
        text += f'<row r="{row}">'
        column = 0
        for gap, inside in cells:
            column += gap
            text += f'<c r="{address(row, column)}"{inside}'
        text += "</row>"
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        # parts of a text look like rows, so that such a sheet is read as it is
        assert bool(agree(workbook(Path(folder), text), patch).columns) == ("<r>" not in text)


@pytest.mark.slow
def test_columns_far_to_the_right_and_rows_far_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns, rows = (1, 26, 27, 52, 53, 490, 702, 703, 704), (9, 10, 99, 100, 999, 1000, 9_999, 10_000)
    text = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{address(row, one)}"><v>{one * row}</v></c>' for one in columns) + "</row>"
        for row in rows
    )
    sheet = agree(workbook(tmp_path, text), monkeypatch)
    assert sheet.columns
    assert [sheet.cells[row - 1, one - 1] for row in rows for one in columns] == [a * b for a in rows for b in columns]


def test_the_pieces_of_a_long_sheet_come_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluation.cleaning.sheet.xml._PIECE", 3_000)
    text = "".join(
        f'<row r="{row}"><c r="A{row}"><v>{row % 7}</v></c><c r="B{row}" t="s"><v>{row * row % 5}</v></c></row>'
        for row in range(1, 900)
    )
    sheet = agree(workbook(tmp_path, text), monkeypatch)
    assert sheet.cells[:, 0].tolist() == [float(row % 7) for row in range(1, 900)]
    assert sheet.columns[0].cells == [1, 2, 3, 4, 5, 6, 0]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="3"><c r="A2"><v>2</v></c></row>',
        '<row spans="1:2" r="1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r=\'2\'><c r="A2"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row ><row r="2"><c r="A2"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><!-- 5 --><v>1</v></c></row>',
    ],
    ids=["another row", "order", "apostrophes", "end of a row", "comment"],
)
def test_odd_markup_is_read_as_it_is(rows: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *_ = read(workbook(tmp_path, rows), True, monkeypatch)
    assert not first.columns and first.cells[0, 0] == 1
    assert typed(first.cells) == typed(read(tmp_path / "a.xlsx", False, monkeypatch)[0].cells)


def test_a_sheet_of_different_cells_is_read_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>{row // 2}</v></c></row>' for row in range(1, 200))
    monkeypatch.setattr(excel, "LARGE_SHEET", 0)
    path = workbook(tmp_path, rows)
    assert not read_received(path, "projects").sheets[0].columns
    monkeypatch.setattr(sheet_repeats, "MOST_DIFFERENT", 0.6)
    assert read_received(path, "projects").sheets[0].columns


def test_one_sheet_of_several_is_small_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>{row % 2}</v></c></row>' for row in range(1, 400))
    small = '<row r="1"><c r="B1" t="s"><v>1</v></c></row>'
    path = xlsx(tmp_path / "a.xlsx", {"Справка": sheet_xml(small), "Реестр": sheet_xml(large)}, SHARED, FORMATS)
    monkeypatch.setattr(excel, "LARGE_SHEET", 5_000)
    first, second = read_received(path, "projects").sheets
    assert typed(first.cells) == typed(np.array([[None, "да"]], dtype=object)) and not first.columns
    assert second.cells[:3, 0].tolist() == ["да", "Канск", "да"] and second.columns


def test_a_workbook_is_read_itself_where_its_copy_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path, '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>')
    monkeypatch.setattr(excel, "small_sheet", lambda root, columns: small_sheet(root, list(columns)[:-1]))
    first, *_ = read(path, True, monkeypatch)
    assert first.cells.tolist() == [[1.0, 2.0]] and not first.columns


def test_a_value_that_did_not_come_back_is_an_error() -> None:
    column = MarkedColumn(np.array([1, 2, 4]), np.array([0, 1, 0]), [b"><v>5</v></c>", b"><v>6</v></c>"])
    cells, (found,) = put_back([[5.0, 6.0, 1.0, ""]], {1: column}, 4, 1)
    assert cells[:, 0].tolist() == [5.0, 6.0, None, 5.0] and found.cells == [5.0, 6.0, None]
    for values in ([[5.0, 6.0]], [[5.0, 1.0, ""]], [[5.0, 6.0, 1.0, 7.0]]):
        with pytest.raises(ValueError, match="did not read every kind"):
            put_back(values, {1: column}, 4, 1)


def test_the_small_sheet_has_each_kind_of_cell_once() -> None:
    repeats = Repeats(b"<worksheet>")
    body = b'A1"><v>5</v></c>A2"><v>5</v></c>A3"><v>6</v></c>'
    starts = np.array([3, 19, 35])
    repeats.add(body, (starts, starts + 13), np.array([1, 2, 3]), np.array([1, 1, 1]))
    columns = repeats.columns()
    assert columns is None  # two kinds among three cells
    repeats.add(body, (starts, starts + 13), np.array([1, 2, 3]), np.array([1, 1, 1]))
    repeats.add(body, (starts, starts + 13), np.array([4, 5, 6]), np.array([1, 1, 1]))
    columns = repeats.columns()
    assert columns is not None and columns[1].kinds == [b"><v>5</v></c>", b"><v>6</v></c>"]
    assert columns[1].rows.tolist() == [1, 2, 3, 4, 5, 6] and columns[1].codes.tolist() == [0, 0, 1, 0, 0, 1]
    assert small_sheet(b"<worksheet>", [columns[1]]) == (
        b'<worksheet><sheetData><row r="1"><c r="A1"><v>5</v></c><c r="B1"><v>6</v></c><c r="C1"><v>1</v></c></row>'
        b"</sheetData></worksheet>"
    )


def test_a_sheet_refuses_columns_of_other_cells() -> None:
    with pytest.raises(ValueError, match="not those of its cells"):
        Sheet("a", np.full((2, 1), None, dtype=object), 2, columns=(Distinct(np.zeros(3, dtype=np.intp), [None]),))
