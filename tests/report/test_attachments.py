"""Tables as files: numbers stay numbers, texts stay texts, order and names are the page's, bytes repeat."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from evaluation.display.cell_numbers import CellNumber
from evaluation.display.exhibit import Exhibit, Format
from evaluation.display.regression_table import RegressionTable, regression_table
from evaluation.report.attachments import table_rows, tables_archive, tables_workbook
from evaluation.report.html import page
from evaluation.report.page_tables import page_tables
from evaluation.settings import Language, Model, Text

NASTY = ["=cmd|'/c calc'!A1", "@SUM(A1)", "<script>alert(1)</script>", "+7", "'quoted", "04701000"]


def made(name: str = "sums", **changes: object) -> Exhibit:
    frame = pd.DataFrame(
        {
            "unit": NASTY,
            "cost": [1_234_567.891, 2.0, -3.5, None, 0.0, 12.0],
            "share": [0.125, 0.5, None, 1.0, 0.0, 0.25],
            "day": pd.to_datetime(["2025-01-02", None, "2025-12-31", "2024-02-29", "2025-03-01", "2025-03-02"]),
            "people": [3.0, 40.0, 50.0, 60.0, 70.0, 80.0],
        }
    )
    hidden = pd.DataFrame({"people": ["primary", "", "", "", "", ""]})
    options: dict[str, object] = {
        "labels": {"ru": {"cost": "Стоимость"}, "en": {"cost": "Cost"}},
        "title": Text(ru="Суммы <b>и</b> =доли", en="Sums <b>and</b> =shares"),
        "note": Text(ru="Заметка", en="Note"),
        "formats": {"share": Format("share", 1)},
        "hidden": hidden,
        "simulated": True,
        **changes,
    }
    return Exhibit(name, frame, **options)  # type: ignore[arg-type]


def whole_page(language: Language, *tables: Exhibit) -> str:
    parts = []
    for number, table in enumerate(tables, start=1):
        label = f"<b>{'Таблица' if language == 'ru' else 'Table'} {number}.</b> "
        html = table.to_html(language)
        at = html.index(">", html.index("<caption")) + 1
        parts.append(html[:at] + label + html[at:])
    body = '<section id="one"><h2><span class="place">4</span>Охват</h2>' + "".join(parts) + "</section>"
    return page("T", language, '<header><h1>T</h1></header><img src="data:image/png;base64,AAAA" alt="x">', [], body)


def test_the_page_is_read_back_as_it_was_written() -> None:
    (found,) = page_tables(whole_page("ru", made()))
    assert (found.name, found.label, found.title) == ("sums", "Таблица 1", "Суммы <b>и</b> =доли")
    assert found.section == "Охват" and found.simulated
    assert found.kinds == ["text", "number", "share", "date", "number"]
    assert [cell.text for cell in found.head] == ["unit", "Стоимость", "share, %", "day", "people"]
    assert [row[0].text for row in found.rows] == NASTY
    assert [row[1].value for row in found.rows] == ["1234567.891", "2", "-3.5", "", "0", "12"]
    assert found.rows[0][4].text == "< 5" and found.rows[0][4].value == "", "what is hidden is nowhere on the page"
    assert found.notes[0] == "Заметка" and len(found.notes) == 2


def test_values_come_from_the_csv_in_full() -> None:
    for language in ("ru", "en"):
        (found,) = page_tables(whole_page(language, made()))
        rows, kinds = table_rows(found, made().to_csv(language), language)
        assert kinds == ["text", "number", "share", "date", "number", "text"]
        assert [row[0] for row in rows[1:]] == NASTY, "without the apostrophe that guards them in a CSV"
        assert [row[1] for row in rows[1:]] == [1234567.891, 2.0, -3.5, "", 0.0, 12.0]
        assert [row[2] for row in rows[1:]] == [0.125, 0.5, "", 1.0, 0.0, 0.25]
        assert [row[3] for row in rows[1:3]] == [dt.date(2025, 1, 2), ""]
        assert rows[1][4] == "<\u00a05" and rows[2][4] == 40.0


def test_a_table_of_the_page_alone_is_read_from_it() -> None:
    (found,) = page_tables(whole_page("ru", made()))
    rows, _ = table_rows(found, None, "ru")
    assert [row[1] for row in rows[1:]] == [1234567.89, 2.0, -3.5, "—", 0.0, 12.0], "as shown, rounded"
    assert rows[1][0] == NASTY[0] and rows[6][0] == "04701000"
    assert rows[1][2] == 12.5, "a share is shown in per cent under a heading that says so"


def test_the_workbook_holds_numbers_as_numbers_and_no_formula() -> None:
    tables = [made(), made("a_very_long_name_of_a_table_indeed_1"), made("a_very_long_name_of_a_table_indeed_2")]
    texts = {table.name: table.to_csv("ru") for table in tables}
    book = openpyxl.load_workbook(io.BytesIO(tables_workbook(whole_page("ru", *tables), texts, "ru", "=Отчёт")))
    assert len(book.sheetnames) == 4 and len({name.casefold() for name in book.sheetnames}) == 4
    assert all(len(name) <= 31 for name in book.sheetnames)
    contents = book.worksheets[0]
    assert contents.cell(1, 1).value == "Таблицы отчёта. =Отчёт"
    assert [contents.cell(5, at).value for at in range(1, 6)] == [
        "Таблица 1", "Суммы <b>и</b> =доли", "Охват", 6, "sums.ru.csv",
    ]  # fmt: skip
    link = contents.cell(5, 2).hyperlink
    assert link is not None and link.location == f"'{book.sheetnames[1]}'!A1"
    sheet = book.worksheets[1]
    assert sheet.cell(2, 1).value == "СМОДЕЛИРОВАННЫЕ ДАННЫЕ"
    assert [sheet.cell(row, 1).value for row in range(5, 11)] == NASTY
    assert [sheet.cell(row, 2).value for row in range(5, 11)] == [1234567.891, 2, -3.5, None, 0, 12]
    assert sheet.cell(5, 3).number_format == "0.0%" and sheet.cell(5, 4).value == dt.datetime(2025, 1, 2)
    cells = [cell for each in book.worksheets for row in each.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}, "no formula anywhere"
    assert sheet.cell(5, 1).quotePrefix and sheet.cell(6, 1).quotePrefix
    assert sheet.cell(12, 1).value == "Заметка"


def test_the_archive_lists_its_files_and_keeps_their_bytes() -> None:
    csv_text = made().to_csv("en")
    content = tables_archive(whole_page("en", made(), made("own")), {"sums": csv_text}, "en")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["_contents.en.csv", "sums.en.csv", "own.en.csv"]
        assert archive.read("sums.en.csv") == csv_text.encode("utf-8-sig")
        listed = list(csv.reader(io.StringIO(archive.read("_contents.en.csv").decode("utf-8-sig"))))
        own = list(csv.reader(io.StringIO(archive.read("own.en.csv").decode("utf-8-sig"))))
    assert listed[1] == ["sums.en.csv", "Table 1", "Sums <b>and</b> =shares", "Охват"]
    assert own[1][0] == "'" + NASTY[0] and own[2][0] == "'@SUM(A1)" and own[4][0] == "+7"


def test_bytes_repeat() -> None:
    text, texts = whole_page("ru", made()), {"sums": made().to_csv("ru")}
    assert tables_workbook(text, texts, "ru", "T") == tables_workbook(text, texts, "ru", "T")
    assert tables_archive(text, texts, "ru") == tables_archive(text, texts, "ru")


STARRED = [
    {"name": "first", "estimate": 0.77486471168, "se": 0.0312345678901, "p": 0.0001, "n": 1240},
    {"name": "second", "estimate": -1.5, "se": 0.25, "p": 0.2, "n": 48},
]


def side_by_side(below: str = "error") -> RegressionTable:
    told = Text(ru="слова", en="words")
    declared = [
        Model(
            name=str(row["name"]), question="Q", estimand=told, assumption=told, design="association", family="ols",
            outcome="y", exposures=("trained",), clusters="unit_id",
        )
        for row in STARRED
    ]  # fmt: skip
    rows = pd.DataFrame(
        [
            {
                "model": row["name"], "outcome": "y", "exposure": "trained", "estimand": "coefficient",
                "low": float(row["estimate"]) - 0.0612345, "high": float(row["estimate"]) + 0.0612345,
                "clusters": 40, "treated_clusters": 20, "design": "association", "inference": "crv1",
                **{key: row[key] for key in ("estimate", "se", "p", "n")},
            }
            for row in STARRED
        ]
    )  # fmt: skip
    labels = {"first": Text(ru="=1+1", en="=1+1"), "trained": Text(ru="@обучены", en="@trained")}
    return regression_table(rows, declared, below=below, stars=True, labels=labels, name="models")  # type: ignore[arg-type]


def sheet_of(table: RegressionTable, language: Language) -> Worksheet:
    content = tables_workbook(whole_page(language, table), {"models": table.to_csv(language)}, language, "T")
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_models_side_by_side_are_numbers_under_formats_that_print_them(language: Language) -> None:
    sheet = sheet_of(side_by_side(), language)
    head, above, below = (list(row) for row in sheet.iter_rows(min_row=4, max_row=6))
    assert [cell.value for cell in head[1:]] == ["(1) =1+1", "(2) second"]
    assert above[0].value == "@обучены" if language == "ru" else above[0].value == "@trained"
    # the smallest errors are 0.031 and 0.25: three and two digits, by hand
    assert [(cell.value, cell.data_type) for cell in above[1:]] == [(0.77486471168, "n"), (-1.5, "n")]
    assert [cell.number_format for cell in above[1:]] == ['#,##0.000"***"_)', "#,##0.00_)"]
    assert [(cell.value, cell.data_type) for cell in below[1:]] == [(0.0312345678901, "n"), (0.25, "n")]
    assert [cell.number_format for cell in below[1:]] == ['"("#,##0.000")"_*_*_*', '"("#,##0.00")"']
    told = {row[0].value: row[1] for row in sheet.iter_rows(min_row=7)}
    observed = told["Наблюдений (n)" if language == "ru" else "Observations (n)"]
    assert (observed.value, observed.number_format, observed.data_type) == (1240, "#,##0", "n")
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}, "no formula"
    assert not any(re.search(r"\d[.,]\d{4}", str(cell.value)) for row in sheet.iter_rows() for cell in row
                   if cell.data_type == "s"), "no unrounded number as text"  # fmt: skip


def test_an_interval_is_one_text_rounded_as_printed() -> None:
    sheet = sheet_of(side_by_side("interval"), "ru")
    assert sheet.cell(6, 2).value == "[0,714; 0,836]"
    assert (sheet.cell(5, 2).value, sheet.cell(5, 2).number_format) == (0.77486471168, '#,##0.000"***"')


def test_models_side_by_side_stay_tidy_and_in_full_among_the_csv() -> None:
    table = side_by_side()
    content = tables_archive(whole_page("en", table), {"models": table.to_csv("en")}, "en")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("models.en.csv").decode("utf-8-sig"))))
    assert [float(row["Estimate"]) for row in rows] == [0.77486471168, -1.5]
    assert [float(row["Standard error"]) for row in rows] == [0.0312345678901, 0.25]


def test_a_format_that_is_none_of_ours_is_not_taken_over() -> None:
    odd = side_by_side().to_html("en").replace("#,##0.000", "[>0]yyyy")
    rows, _ = table_rows(page_tables("<main>" + odd + "</main>")[0], None, "en")
    assert rows[1][1] == CellNumber(0.77486471168, "General")


@settings(deadline=None)
@given(st.lists(st.text(max_size=15), min_size=1, max_size=3))
def test_any_text_comes_through_page_and_csv(texts: list[str]) -> None:
    table = Exhibit("x", pd.DataFrame({"t": pd.Series(texts, dtype="object")}), {}, Text(ru="т", en="t"))
    (found,) = page_tables("<main>" + table.to_html("en") + "</main>")
    rows, _ = table_rows(found, table.to_csv("en"), "en")
    # a CSV cannot tell an apostrophe of its own from one that guards
    assert [str(row[0]).removeprefix("'") for row in rows[1:]] == [text.removeprefix("'") for text in texts]
    assert [cell[0].text for cell in found.rows] == [" ".join(text.split()) for text in texts]
