"""Files become sheets of cells with addresses; what readers hide is found; what cannot be read is refused in words."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.styles import Font

from evaluation.cleaning.delimited import find_separator, split_records
from evaluation.cleaning.workbook import Received, Remark, address, physical_rows, read_received, source_files
from evaluation.settings import InputProblem


def save(path: Path, book: openpyxl.Workbook) -> Path:
    book.save(path)
    return path


def read_csv(path: Path, content: bytes) -> Received:
    path.write_bytes(content)
    return read_received(path, "source")


def test_cells_keep_their_addresses_and_the_scan_sees_what_is_hidden(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Реестр"
    sheet["B3"], sheet["C3"], sheet["D3"] = "текст", 5.5, dt.datetime(2025, 1, 28)
    sheet["E3"] = 4601000
    sheet["E3"].number_format = "00000000"
    sheet["F3"] = "=1+1"
    sheet["B4"], sheet["C4"] = "зачёркнуто", 1
    sheet["B4"].font = sheet["C4"].font = Font(strike=True)
    sheet["B5"] = "не вся"
    sheet["B5"].font = Font(strike=True)
    sheet["C5"] = 2
    sheet["B6"] = "объединено"
    sheet.merge_cells("B6:D7")
    sheet["B8"] = "#REF!"
    sheet["B12"].font = Font(bold=True)
    sheet.row_dimensions[5].hidden = True
    sheet.column_dimensions["E"].hidden = True
    secret = book.create_sheet("Списки")
    secret["A1"] = "x"
    secret.sheet_state = "veryHidden"
    received = read_received(save(tmp_path / "a.xlsx", book), "projects")
    first, second = received.sheets
    assert (first.name, first.hidden, second.hidden) == ("Реестр", False, True)
    assert first.cells.shape == (8, 6) and first.physical_rows == 8, "formatting without a value is no row"
    assert first.cells[2, 1] == "текст" and first.cells[2, 2] == 5.5
    assert pd.Timestamp(first.cells[2, 3]) == pd.Timestamp(2025, 1, 28)
    assert first.cells[0, 0] is None
    assert first.formats == {(3, 5): 8}
    assert set(first.remarks) == {
        Remark("formula_without_value", 3, 6),
        Remark("excel_error", 8, 2, "#REF!"),
        Remark("cell_struck", 5, 2),
    }
    assert first.struck_rows == {4}
    assert first.hidden_rows == {5} and first.hidden_columns == {5}
    assert first.merged == ((6, 2, 7, 4),)
    files = source_files({"projects": received}).iloc[0]
    assert (files["sheets"], files["hidden_sheets"], files["file_format"]) == ("Реестр", "Списки", "xlsx")
    assert physical_rows({"projects": received}).to_dict("records") == [
        {"source": "projects", "sheet": "Реестр", "rows": 8}
    ]


def test_one_sheet_may_be_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    book.create_sheet("Второй")["A1"] = 2
    path = save(tmp_path / "a.xlsx", book)
    assert [sheet.name for sheet in read_received(path, "s", "Второй").sheets] == ["Второй"]
    with pytest.raises(InputProblem, match="has no sheet 'Третий'"):
        read_received(path, "s", "Третий")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"", "is empty: 0 bytes"),
        ("a.csv", b"", "is empty: 0 bytes"),
        ("a.csv", b"a\x00b", "is no text"),
        ("a.csv", b"\n\n", "has no filled cell"),
    ],
)
def test_unreadable_files_are_refused_in_plain_words(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputProblem, match=words) as raised:
        read_received(path, "projects")
    for message in raised.value.messages.values():
        assert str(path) in message and "projects" in message


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputProblem, match="There is no file"):
        read_received(tmp_path / "a.csv", "projects")


def test_an_archive_bomb_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    with pytest.raises(InputProblem, match="not safe to open"):
        read_received(path, "s")


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    good = save(tmp_path / "good.xlsx", openpyxl.Workbook())
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/workbook.xml":
                content = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + content
            target.writestr(name, content)
    with pytest.raises(InputProblem, match="cannot be read as xlsx"):
        read_received(path, "s")


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1251", "cp1251"), ("cp866", "cp866"), ("utf-16", "utf-16")],
)
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_encodings_and_separators(tmp_path: Path, encoding: str, expected: str, separator: str) -> None:
    rows = [
        ["№", "Муниципалитет", "Тема"],
        ["1", "Абанский район", "Вопрос по заявке"],
        ["2", "г. Ачинск", "Собрание жителей"],
    ]
    if encoding == "cp866":
        rows[0][0] = "N"
    received = read_csv(tmp_path / "a.csv", "\r\n".join(separator.join(row) for row in rows).encode(encoding))
    assert received.encoding == expected
    assert received.sheets[0].cells.tolist() == rows
    assert received.sheets[0].physical_rows == 3


def test_an_unclosed_quote_swallows_nothing(tmp_path: Path) -> None:
    lines = [
        "№;Название;Дата",
        '1;"Школа ППМИ;12.01.2022',
        "2;Слёт;13.01.2022",
        '3;"а;б";14.01.2022',
        '4;ООО "Рассвет";15.01.2022',
    ]
    sheet = read_csv(tmp_path / "a.csv", ("\r\n".join(lines) + "\r\n").encode("cp1251")).sheets[0]
    assert sheet.cells.tolist() == [
        ["№", "Название", "Дата"],
        ["1", "Школа ППМИ", "12.01.2022"],
        ["2", "Слёт", "13.01.2022"],
        ["3", "а;б", "14.01.2022"],
        ["4", 'ООО "Рассвет"', "15.01.2022"],
    ]
    assert sheet.remarks == (Remark("unclosed_quote", 2),)
    assert sheet.physical_rows == len(sheet.cells) == 5


def test_a_line_break_inside_quotes_is_one_record_whose_further_lines_are_blank(tmp_path: Path) -> None:
    sheet = read_csv(tmp_path / "a.csv", 'a;b;c\n1;"два\nряда";x\n3;"у ""Зари""";y\n'.encode()).sheets[0]
    assert sheet.cells.tolist() == [["a", "b", "c"], ["1", "два\nряда", "x"], [None] * 3, ["3", 'у "Зари"', "y"]]
    assert sheet.physical_rows == 4 and sheet.remarks == ()


def test_the_last_column_may_hold_a_line_break(tmp_path: Path) -> None:
    sheet = read_csv(tmp_path / "a.csv", b'a;b\n1;"x\ny"\n2;z\n').sheets[0]
    assert sheet.cells.tolist() == [["a", "b"], ["1", "x\ny"], [None, None], ["2", "z"]]


def test_rows_of_another_width_are_remarked(tmp_path: Path) -> None:
    sheet = read_csv(tmp_path / "a.csv", b"a;b;c\n1;2;3\n1;2\n1;2;3;4\n1;2;3\n").sheets[0]
    assert sheet.remarks == (Remark("too_few_cells", 3), Remark("too_many_cells", 4))


_CELL = st.text(alphabet='абв12 ";,\n', max_size=6).filter(lambda text: text == text.strip() and text != "\n")


@given(st.lists(st.tuples(_CELL, _CELL, _CELL), min_size=1, max_size=6))
def test_well_formed_records_survive(rows: list[tuple[str, ...]]) -> None:
    quoted = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [("x", "y", "z"), *rows]]
    records, remarks = split_records("\n".join(quoted).split("\n"), ";")
    assert [tuple(record) for record in records if record] == [("x", "y", "z"), *rows]
    assert remarks == []


def test_the_separator_is_the_one_that_lines_agree_on() -> None:
    assert find_separator(["a;b, c;d", "1;2, 3;4", "5;6;7"]) == ";"
    assert find_separator(["одна", "две"]) == ","


def test_parquet(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1, None], "b": ["x", None]}).to_parquet(tmp_path / "a.parquet")
    received = read_received(tmp_path / "a.parquet", "s")
    assert received.sheets[0].cells.tolist() == [["a", "b"], [1.0, "x"], [None, None]]
    assert received.sheets[0].physical_rows == 3


def test_addresses() -> None:
    assert [address(1, 1), address(12, 26), address(3, 27), address(1, 703)] == ["A1", "Z12", "AA3", "AAA1"]
