"""What would fill the memory is refused before it is opened; a stray cell is left out and named."""

from __future__ import annotations

import time
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from cleaning_helpers import clean, krasnoyarsk
from hand_made import ods, sheet_xml, xls, xlsx
from hypothesis import given
from hypothesis import strategies as st
from test_files import REGISTER, refused

from evaluation.cleaning import limits
from evaluation.cleaning.limits import before_gap
from evaluation.cleaning.workbook import Remark, read_received

ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'


@pytest.mark.slow  # three gigabytes are written
def test_three_gigabytes_are_refused_in_milliseconds(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member,
    ):
        piece = b"<c/>" * 4_000_000
        for _ in range(200):
            member.write(piece)
    assert sum(one.file_size for one in zipfile.ZipFile(path).infolist()) == 3_200_000_000
    started = time.process_time()
    refused(path, "unpacks to 3200000000 bytes; it is not safe")
    assert time.process_time() - started < 1.0


def test_a_small_file_that_unpacks_many_times_over_is_refused(tmp_path: Path) -> None:
    xlsx(tmp_path / "a.xlsx", {"Лист": sheet_xml(ROW)}, more={"xl/media/a.xml": b"0" * 60_000_000})
    refused(tmp_path / "a.xlsx", "not safe to open")


def test_a_list_of_contents_that_lies_is_found_out(tmp_path: Path) -> None:
    """The list says that the sheet is short; the reader must not unpack what is really there."""
    text = sheet_xml(ROW + " " * 5_000_000).encode()
    data = xlsx(tmp_path / "b.xlsx", {"Лист": text}).read_bytes()
    lie = data.replace(len(text).to_bytes(4, "little"), (200).to_bytes(4, "little"))
    assert lie != data
    (tmp_path / "a.xlsx").write_bytes(lie)
    refused(tmp_path / "a.xlsx", "damaged")


@pytest.mark.filterwarnings("ignore:Duplicate name")  # it is made on purpose
def test_parts_that_stand_twice_are_refused(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"Лист": sheet_xml(ROW)})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", sheet_xml(""))
    refused(path, "the inside of the workbook is unusual")


def test_long_texts_repeated_without_end_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>1</v></c></row>' for row in range(1, 1001))
    path = xlsx(tmp_path / "a.xlsx", {"Лист": sheet_xml(cells)}, ["x", "y" * 30_000])
    assert len(read_received(path, "s").sheets[0].cells) == 1000
    monkeypatch.setattr(limits, "MAX_TEXT", 20_000_000)
    refused(path, "texts of its cells would take 30")


def test_long_texts_that_are_seldom_used_are_no_danger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 1001))
    path = xlsx(tmp_path / "a.xlsx", {"Лист": sheet_xml(cells)}, ["x", "y" * 30_000])
    monkeypatch.setattr(limits, "MAX_TEXT", 1_000_000)
    assert len(read_received(path, "s").sheets[0].cells) == 1000


@pytest.mark.parametrize("where", ["A1048576", "XFD2", "XFD1048576"])
@pytest.mark.parametrize("odd", [False, True], ids=["plain markup", "odd markup"])
def test_a_stray_cell_far_away_is_left_out_and_named(tmp_path: Path, where: str, odd: bool) -> None:
    book = openpyxl.Workbook()
    for row in REGISTER:
        book.active.append(row)
    book.active[where] = "случайно"
    book.active["C1048500"].font = openpyxl.styles.Font(bold=True)
    path = tmp_path / "a.xlsx"
    book.save(path)
    if odd:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in parts.items():
                archive.writestr(name, text.replace(b"<sheetData>", b"<!-- odd --><sheetData>"))
    started = time.process_time()
    received = read_received(path, "projects")
    assert time.process_time() - started < 5.0
    sheet = received.sheets[0]
    assert sheet.cells.tolist() == REGISTER and sheet.physical_rows == 2
    cell = openpyxl.utils.cell.coordinate_from_string(where)
    assert sheet.notes == (Remark("far_cell", cell[1], openpyxl.utils.column_index_from_string(cell[0])),)
    issues = clean({"projects": path}, 2024, krasnoyarsk()).issues
    found = issues[issues["rule"] == "far_cell"]
    assert found[["cell", "severity", "action", "sheet"]].to_numpy().tolist() == [
        [where, "warning", "not_read", "Sheet"]
    ]


def test_many_cells_far_away_are_a_table_and_too_much(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{letter}{row}"><v>1</v></c>' for letter in ("A", "AM")) + "</row>"
        for row in (1, *range(1_048_560, 1_048_577))
    )
    refused(xlsx(tmp_path / "a.xlsx", {"Лист": sheet_xml(rows)}), "reaches cell AM1048576")


def test_a_few_rows_further_down_are_read(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="9000"><c r="B9000"><v>2</v></c></row>'
    sheet = read_received(xlsx(tmp_path / "a.xlsx", {"Лист": sheet_xml(rows)}), "s").sheets[0]
    assert sheet.cells.shape == (9000, 2) and sheet.notes == ()


def test_far_cells_of_old_and_open_formats(tmp_path: Path) -> None:
    rows: list[list[object]] = [["a", "b"], [1, 2]]
    rows += [[None]] * 20_000 + [["случайно"]]
    sheet = read_received(xls(tmp_path / "a.xls", {"Лист": rows}), "s").sheets[0]
    assert sheet.cells.tolist() == [["a", "b"], [1, 2]] and sheet.notes == (Remark("far_cell", 20_003, 1),)
    cell = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    far = (
        f'<table:table table:name="Лист"><table:table-row>{cell}</table:table-row><table:table-row '
        'table:number-rows-repeated="50000"><table:table-cell/></table:table-row>'
        f"<table:table-row>{cell}</table:table-row></table:table>"
    )
    sheet = read_received(ods(tmp_path / "a.ods", far), "s").sheets[0]
    assert sheet.cells.tolist() == [["x"]] and sheet.notes == (Remark("far_cell", 50_002, 1),)


def test_cells_repeated_without_end_in_an_open_document_are_refused(tmp_path: Path) -> None:
    cell = (
        '<table:table-cell office:value-type="string" table:number-columns-repeated="16384"><text:p>x</text:p>'
        "</table:table-cell>"
    )
    table = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    refused(
        ods(tmp_path / "a.ods", f'<table:table table:name="Лист">{table}</table:table>'),
        "has more cells than can be read",
    )


@given(st.lists(st.integers(1, 10**6), min_size=1, unique=True), st.integers(1, 10**5))
def test_before_gap_by_brute_force(places: list[int], gap: int) -> None:
    ordered = sorted(places)
    expected = ordered[0]
    for one in ordered[1:]:
        if one - expected > gap:
            break
        expected = one
    assert before_gap(ordered, gap) == expected


def test_nothing_has_no_extent(tmp_path: Path) -> None:
    assert before_gap([], 5) == 0
    assert limits.extent([], Counter(), lambda row, column: [], (tmp_path, "s", "Лист")) == limits.Extent(0, 0)
