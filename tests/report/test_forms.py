"""Workbooks that we write: nothing in them can run, and the same content gives the same bytes."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.report.forms import (
    drop_down,
    link_to,
    new_book,
    plain_text,
    protect,
    put_answer,
    put_text,
    workbook_bytes,
)


def written(value: Any) -> tuple[Any, bytes]:
    book = new_book("t")
    put_text(book.create_sheet("s"), 1, 1, value)
    data = workbook_bytes(book)
    return openpyxl.load_workbook(io.BytesIO(data))["s"]["A1"], data


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://a.b";"c")', "\t=1", "=cmd|' /C calc'!A0"]
)
def test_no_value_becomes_a_formula(text: str) -> None:
    cell, data = written(text)
    assert cell.data_type == "s" and cell.value == text and cell.number_format == "@" and cell.quotePrefix
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f" not in sheet


@given(st.text(max_size=60))
def test_any_text_can_be_written_and_is_read_back(text: str) -> None:
    cell, _ = written(text)
    expected = plain_text(text)
    got = "" if cell.value is None else str(cell.value)
    # XML knows one kind of line end
    assert got.replace("\r\n", "\n").replace("\r", "\n") == expected.replace("\r\n", "\n").replace("\r", "\n")


def test_values_are_shown_as_people_see_them() -> None:
    assert [plain_text(one) for one in (96750.0, 1.5, dt.datetime(2024, 3, 1), None, float("nan"), "a\x00b")] == [
        "96750", "1.5", "2024-03-01", "", "", "a\ufffdb",
    ]  # fmt: skip
    assert len(plain_text("x" * 40_000)) < 32_767


def test_bytes_are_the_same_at_any_time() -> None:
    def make() -> bytes:
        book = new_book("t")
        sheet = book.create_sheet("s")
        put_answer(sheet, 1, 1)
        drop_down(sheet, ["да", "нет"], ["A1"], "t", "m")
        protect(sheet)
        return workbook_bytes(book)

    first = make()
    time.sleep(1.1)  # openpyxl writes the present second
    assert make() == first


def test_links_lead_to_a_cell_of_another_file() -> None:
    book = new_book("t")
    link_to(put_text(book.create_sheet("s"), 1, 1, "F4"), "../../raw/2024/Реестр 1.xlsx", "Лист 'А'", "F4")
    archive = zipfile.ZipFile(io.BytesIO(workbook_bytes(book)))
    rels = archive.read("xl/worksheets/_rels/sheet1.xml.rels").decode()
    assert "../../raw/2024/%D0%A0%D0%B5%D0%B5%D1%81%D1%82%D1%80%201.xlsx" in rels and 'TargetMode="External"' in rels
    assert "'Лист ''А'''!F4" in archive.read("xl/worksheets/sheet1.xml").decode()
