"""Old Excel workbooks and OpenDocument spreadsheets come out as the same sheets as xlsx, with what they hide."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
import statsmodels
from cleaning_helpers import clean, krasnoyarsk, rules, workbook
from hand_made import ods, xls
from test_files import refused

from evaluation.cleaning.workbook import Remark, read_received

REGISTER: list[list[object]] = [
    ["№ заявки", "Муниципальное образование", "Стоимость проекта, руб.", "Статус"],
    ["24-001", "г. Ачинск", 100.5, "Победитель"],
    ["24-002", None, 7, "Отозвана"],
]


def cell(value: object, more: str = "") -> str:
    if value is None:
        return f"<table:table-cell {more}/>"
    kind = f'"float" office:value="{value}"' if isinstance(value, (int, float)) else '"string"'
    return f"<table:table-cell office:value-type={kind} {more}><text:p>{value}</text:p></table:table-cell>"


def table(rows: list[list[object]], name: str = "Реестр", more: str = "") -> str:
    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    return f'<table:table table:name="{name}" {more}>{body}</table:table>'


def test_one_register_in_three_formats_gives_the_same_tables(tmp_path: Path) -> None:
    made = {
        "xlsx": workbook(tmp_path / "a.xlsx", {"Реестр": REGISTER}, ["B2:B3"]),
        "xls": xls(tmp_path / "a.xls", {"Реестр": REGISTER}, merged=[(1, 1, 2, 1)]),
        "ods": ods(tmp_path / "a.ods", table(REGISTER).replace(
            "office:value-type=\"string\" ><text:p>г. Ачинск",
            "office:value-type=\"string\" table:number-rows-spanned=\"2\"><text:p>г. Ачинск",
        )),
    }  # fmt: skip
    found = {kind: clean({"projects": path}, 2024, krasnoyarsk()) for kind, path in made.items()}
    for kind, cleaned in found.items():
        left, right = cleaned.tables["projects"], found["xlsx"].tables["projects"]
        assert left.equals(right), kind
        assert left["unit_id"].tolist() == ["04703000"] * 2 and left["cost_planned"].tolist() == [100.5, 7.0]
        assert rules(cleaned).pop("format_hides_things", 0) == (kind == "xls")
        assert rules(cleaned)["filled_from_merged"] == 1
        assert cleaned.row_ledger["row_class"].tolist() == ["header", "data", "data"]


def test_an_old_workbook_says_once_what_it_cannot_say(tmp_path: Path) -> None:
    path = xls(tmp_path / "a.xls", {"Реестр": REGISTER, "Ещё": [["x"]], "Тайный": [["y"]]}, hidden=["Тайный"])
    received = read_received(path, "projects")
    assert [(sheet.name, sheet.hidden) for sheet in received.sheets] == [
        ("Реестр", False), ("Ещё", False), ("Тайный", True),
    ]  # fmt: skip
    assert received.remarks == (Remark("format_hides_things", raw="xls"),)
    assert rules(clean({"projects": path}, 2024, krasnoyarsk()))["format_hides_things"] == 1
    assert [sheet.name for sheet in read_received(path, "projects", "Ещё").sheets] == ["Ещё"]


def test_a_workbook_that_excel_97_wrote() -> None:
    """United States national product as it comes with statsmodels: its xls against its csv."""
    folder = Path(statsmodels.__file__).parent / "datasets" / "macrodata"
    files = [path for path in folder.rglob("*.xls") if path.is_file()]
    if not files:
        pytest.skip("this statsmodels brings no xls")
    received = read_received(files[0], "s", "Quarterly")
    header, *rows = received.sheets[0].cells.tolist()
    place = header.index("GDPC96")
    products = {(row[0].year, (row[0].month + 2) // 3): row[place] for row in rows if isinstance(row[0], dt.date)}
    csv = pd.read_csv(folder / "macrodata.csv")
    expected = dict(zip(zip(csv["year"], csv["quarter"], strict=True), csv["realgdp"], strict=True))
    assert len(expected) > 200 and {quarter: products[quarter] for quarter in expected} == expected


STYLES = (
    '<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/>'
    "</style:style>"
    '<number:number-style style:name="n8"><number:number number:min-integer-digits="8"/></number:number-style>'
    '<number:number-style style:name="n1"><number:number number:min-integer-digits="1"/></number:number-style>'
    '<style:style style:name="code" style:family="table-cell" style:data-style-name="n8"/>'
    '<style:style style:name="plain" style:family="table-cell" style:data-style-name="n1"/>'
    '<style:style style:name="struck" style:family="table-cell"><style:text-properties '
    'style:text-line-through-style="solid"/></style:style>'
)


def test_what_an_open_document_hides(tmp_path: Path) -> None:
    struck, code, plain = (f'table:style-name="{name}"' for name in ("struck", "code", "plain"))
    rows = (
        f'<table:table-row table:visibility="filter">{cell("а", struck)}{cell(5, struck)}</table:table-row>'
        f'<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        f"<table:table-row>{cell('б', struck)}{cell(401)}{cell(401, plain)}{cell(401, code)}</table:table-row>"
        '<table:table-row><table:table-cell table:formula="of:=1+1"/><table:table-cell table:formula="of:=1/0" '
        'office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p>'
        '</table:table-cell><table:table-cell table:formula="of:=&quot;&quot;" office:value-type="string"/>'
        '<table:table-cell office:value-type="date" office:date-value="2025-01-28"><office:annotation><text:p>заметка'
        "</text:p></office:annotation><text:p>28.01.25</text:p></table:table-cell></table:table-row>"
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    columns = (
        '<table:table-column/><table:table-column table:default-cell-style-name="code"/>'
        '<table:table-column table:number-columns-repeated="2" table:visibility="collapse"/>'
    )
    path = ods(
        tmp_path / "a.ods",
        f'<table:table table:name="Лист">{columns}{rows}</table:table>'
        + table([["x"]], "Тайный", 'table:style-name="hidden"'),
        STYLES,
    )
    first, second = read_received(path, "s").sheets
    assert first.cells.tolist() == [
        ["а", 5, None, None],
        [None] * 4,
        [None] * 4,
        ["б", 401, 401, 401],
        [None, None, None, dt.date(2025, 1, 28)],
    ]
    assert first.physical_rows == 5 and first.hidden_rows == {1} and first.hidden_columns == {3, 4}
    assert first.struck_rows == {1} and first.formats == {(4, 2): 8, (4, 4): 8}
    assert set(first.remarks) == {
        Remark("formula_without_value", 5, 1),
        Remark("excel_error", 5, 2, "#DIV/0!"),
        Remark("cell_struck", 4, 1),
    }
    assert second.hidden and not first.hidden


def test_an_open_document_behind_a_password(tmp_path: Path) -> None:
    manifest = '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    refused(ods(tmp_path / "a.ods", "", manifest=manifest), "locked by a password")


@pytest.mark.parametrize("tables", ["<broken", '<!DOCTYPE x [<!ENTITY a "b">]>', table([["x"]])[:-20]])
def test_a_damaged_open_document(tmp_path: Path, tables: str) -> None:
    refused(ods(tmp_path / "a.ods", tables), "cannot be read as ods: it is damaged")
