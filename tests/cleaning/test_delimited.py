"""No record of a delimited text is swallowed, whatever its quotes; large files are read in seconds."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.cleaning.delimited import split_records
from evaluation.cleaning.workbook import Remark, read_received

HEADER = "№;Мероприятие;Место;Дата;Участников"


def lines(count: int) -> list[str]:
    return [HEADER, *(f"{number};Семинар {number};с. Ирбей;{number % 28 + 1:02d}.03.2024;{number}" for number in
                      range(1, count))]  # fmt: skip


@pytest.mark.parametrize("place", [1, 20, 42, 43])
def test_one_unclosed_quote_in_forty_four_records(tmp_path: Path, place: int) -> None:
    """The reader of the standard library loses the records after it; here all forty-four are there, one remarked."""
    texts = lines(44)
    texts[place] = f'{place};"Школа ППМИ;с. Ирбей;12.01.2024;17'
    data = "\r\n".join(texts) + "\r\n"
    theirs = list(csv.reader(io.StringIO(data, newline=""), delimiter=";"))
    path = tmp_path / "a.csv"
    path.write_bytes(data.encode("cp1251"))
    received = read_received(path, "s")
    sheet = received.sheets[0]
    assert received.encoding == "cp1251" and sheet.physical_rows == len(sheet.cells) == 44
    assert len(theirs) < 44 or place == 43
    assert sheet.cells[place].tolist() == [str(place), "Школа ППМИ", "с. Ирбей", "12.01.2024", "17"]
    assert [row[0] for row in sheet.cells[1:].tolist()] == [str(number) for number in range(1, 44)]
    assert sheet.remarks == (Remark("unclosed_quote", place + 1),)


def test_a_quote_that_closes_a_record_later_swallows_nothing(tmp_path: Path) -> None:
    """An opening quote in one record and another two records below: what lies between stays two records."""
    texts = lines(44)
    texts[10] = '10;"Круглый стол;с. Ирбей;12.01.2024;17'
    texts[12] = '12;Клуб "Искра";с. Ирбей;12.01.2024;17'
    path = tmp_path / "a.csv"
    path.write_bytes("\n".join(texts).encode())
    sheet = read_received(path, "s").sheets[0]
    assert len(sheet.cells) == 44 and [row[0] for row in sheet.cells[9:14].tolist()] == ["9", "10", "11", "12", "13"]
    assert sheet.cells[12, 1] == 'Клуб "Искра"'


def test_ragged_rows_lose_no_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a;b;c\n1;2;3\n1;2\n1;2;3;4;5\n\n1;2;3\n")
    sheet = read_received(path, "s").sheets[0]
    assert sheet.cells.tolist() == [
        ["a", "b", "c", None, None], ["1", "2", "3", None, None], ["1", "2", None, None, None],
        ["1", "2", "3", "4", "5"], [None] * 5, ["1", "2", "3", None, None],
    ]  # fmt: skip
    assert {(remark.rule, remark.row) for remark in sheet.remarks} == {("too_few_cells", 3), ("too_many_cells", 4)}


@given(st.lists(st.text(alphabet='абв12 ";\n', max_size=12), min_size=1, max_size=8))
def test_every_line_has_its_place_whatever_its_quotes(texts: list[str]) -> None:
    every = "\n".join(texts).split("\n")
    records, _ = split_records(every, ";")
    assert len(records) == len(every)
    letters = sorted(sign for line in every for sign in line if sign not in '";\n ')
    assert sorted(sign for record in records for cell in record for sign in cell if sign not in '";\n ') == letters


def test_two_hundred_thousand_records(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines(200_001)), encoding="utf-8")
    started = time.process_time()
    sheet = read_received(path, "s").sheets[0]
    assert sheet.cells.shape == (200_001, 5)
    assert time.process_time() - started < 10
