"""From a number of the returns' section back to the answers' cells, in a region's workbook and in a form, by hand."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from evaluation.app.cli import app
from evaluation.app.national_command import _PROGRAMME, _YEAR
from evaluation.contracts import check
from evaluation.field.returns import estimates
from evaluation.field.returns.editions import revised_totals
from evaluation.field.returns.folder import read_folder
from evaluation.field.returns.form import read_form
from evaluation.field.returns.headings import headings
from evaluation.field.returns.intake import take_in
from evaluation.field.returns.register import completeness
from evaluation.places import Workspace, open_workspace
from evaluation.report.findings import findings_frame
from evaluation.report.summaries.returns import return_findings
from evaluation.tables import TABLES
from evaluation.territory.registry import read_registry
from evaluation.year.trace.finding import Trace, findings_of, trace
from evaluation.year.trace.page import lines

YEAR = 2024
STEP = "05e_total_returns"
FORM = """variable,label_ru,label_en,aliases,kind,unit,low,high,checks,required_for,register
people,Численность жителей,Residents,,count,persons,0,,,,population
clubs,Клубов,Clubs,,count,count,0,,,,
site,Есть сайт,Has a site,,flag,,,,,,
"""
UNITS = """unit_id,name,type,reference_population,valid_from,valid_to
04701000,город Ачинск,city_okrug,100000,2015-01-01,
04601000,Берёзовский муниципальный район,municipal_district,40000,2015-01-01,
04601404,Рябининское сельское поселение,settlement,900,2015-01-01,
04601408,Заречное сельское поселение,settlement,1100,2015-01-01,
"""
FIRST: list[list[Any]] = [
    ["Сведения за 2024 год"],
    ["Код ОКТМО", "Муниципалитет", "Численность жителей", "Клубов", "Есть сайт"],
    ["04701000", "г. Ачинск", 101_500, 7, "да"],
    ["04601000", "Берёзовский район", 40_100, "около 5", "нет"],
]
LATER = [["по состоянию на 15 марта 2025 г."], *FIRST[1:3]]
LATER[2] = ["04701000", "г. Ачинск", 101_500, 9, "да"]
FORM_SHEET: list[list[Any]] = [
    ["Отчёт муниципалитета за 2024 год"], ["Показатель", "Значение"], ["Код ОКТМО", "04601404"],
    ["Численность жителей", 880], ["Клубов", 2], ["Есть сайт", "да"],
]  # fmt: skip


def book(place: Path, rows: list[list[Any]]) -> None:
    made = openpyxl.Workbook()
    made.active.title = "Лист"
    for row in rows:
        made.active.append(row)
    place.parent.mkdir(parents=True, exist_ok=True)
    made.save(place)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """One year of returns taken in and totalled by the package itself; no notebook is run."""
    root = tmp_path / "country"
    for name, text in {
        "config/programme.yml": _PROGRAMME.format(first=YEAR, last=YEAR),
        f"config/years/{YEAR}.yml": _YEAR.format(year=YEAR, next=YEAR + 1),
        "config/returns/form.csv": FORM, "config/territory/units.csv": UNITS,
    }.items():  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    made = open_workspace(root)
    returns = made.raw_folder(YEAR) / "returns"
    book(returns / "край.xlsx", FIRST)
    book(returns / "уточнение.xlsx", LATER)
    book(returns / "формы" / "Рябинино.xlsx", FORM_SHEET)
    form, registry = read_form(root / "config" / "returns" / "form.csv"), read_registry(made.territory_file("registry"))
    files = read_folder(returns, headings(form, made.codebook))
    tables = take_in(files, form, registry, YEAR, dt.date(YEAR, 7, 1), made.codebook)
    answers, register = tables["returns"], tables["return_register"]
    rules = made.programme.returns
    later = {
        "totals": estimates.totals_of_years(answers, register, form, rules, YEAR),
        "checks": estimates.compare_with_register(answers, register, form, rules, YEAR),
        "weights": estimates.weights_of_year(register, answers, rules, YEAR),
        "indicators": estimates.representativity_of_years(register, rules),
        "revised": revised_totals(tables["return_revisions"], answers),
    }
    found = return_findings(completeness(register), **later, files=tables["return_files"], year=YEAR)
    kept = {**tables, "return_checks": later["checks"], "findings_returns": findings_frame(found, STEP)}
    for name, frame in kept.items():
        path = made.table_path(name, YEAR)
        path.parent.mkdir(parents=True, exist_ok=True)
        check(frame, TABLES[name], made.codebook).to_parquet(path, index=False)
    return made


def told(found: Trace) -> list[tuple[str, str, int, str, str]]:
    columns = ["file_name", "sheet", "row", "cells", "values"]
    return [tuple(row) for row in found.origins[columns].itertuples(index=False)]


def test_a_total_leads_to_the_answers_of_workbook_and_form(workspace: Workspace) -> None:
    found = trace(workspace, "return_total_clubs", YEAR)
    assert found.counting is not None
    # 9 of Achinsk (the later edition) and 2 of Ryabinino; the answer of Berezovo cannot be read
    assert (found.counting.selected, found.counting.value, found.counting.agrees) == (2, 11.0, False)
    assert found.finding["value"] == 22, "two of four answered, and each stands for two"
    assert sorted(told(found)) == [
        ("returns/уточнение.xlsx", "Лист", 3, "A3; B3; D3", "unit_id: 04701000; name: г. Ачинск; clubs: 9"),
        ("returns/формы/Рябинино.xlsx", "Лист", 5, "B5", "clubs: 2"),
    ]
    for row in found.origins.to_dict("records"):  # another library reads the same there
        sheet = openpyxl.load_workbook(workspace.raw_folder(YEAR) / row["file_name"])[row["sheet"]]
        assert str(sheet[row["cells"].split("; ")[-1]].value) == row["values"].split("clubs: ")[1]
    assert {file.source for file in found.files} == {"уточнение.xlsx", "формы/Рябинино.xlsx"}
    assert all(file.is_same for file in found.files)
    assert "evaluation.field.returns.estimates.totals_of_years" in {place.name for place in found.code.functions}
    assert [(table.name, table.rows) for table in found.tables if table.name == "returns"] == [("returns", 9)]


def test_a_mean_and_a_count_lead_to_rows_too(workspace: Workspace) -> None:
    mean = trace(workspace, "return_mean_people", YEAR)
    assert mean.counting is not None and mean.counting.value is None
    assert [row[3] for row in sorted(told(mean))] == ["A4; B4; C4", "A3; B3; C3", "B4"]
    sent = trace(workspace, "returns_received", YEAR)
    assert sent.counting is not None
    assert (sent.counting.value, sent.counting.agrees, sent.finding["value"]) == (3.0, True, 3)
    assert {row[0] for row in told(sent)} == {
        "returns/край.xlsx", "returns/уточнение.xlsx", "returns/формы/Рябинино.xlsx",
    }  # fmt: skip


def test_every_finding_that_counts_rows_agrees_or_says_why_it_goes_on(workspace: Workspace) -> None:
    walked = 0
    for row in findings_of(workspace, YEAR).dropna(subset=["source_table"]).to_dict("records"):
        found = trace(workspace, row["name"], YEAR)
        assert found.counting is not None and not found.counting.problem, row["name"]
        assert found.files, f"{row['name']}: received files stand behind every finding"
        if row["source_measure"] and not row["name"].startswith("return_total_"):
            assert found.counting.agrees, row["name"]
        walked += 1
    assert walked >= 12


def test_where_the_walk_ends_it_says_so(workspace: Workspace) -> None:
    found = trace(workspace, "return_units", YEAR)
    assert found.origin_rows == 0
    page = {language: [line.text for line in lines(found, workspace.codebook, language)] for language in ("ru", "en")}
    assert any("computed, not received" in text for text in page["en"])
    assert any("не получены, а вычислены" in text for text in page["ru"])
    assert len(found.files) == 3
    without = trace(workspace, "return_weight_largest", YEAR)
    assert without.counting is None and len(without.files) == 3


def test_remarks_on_the_rows_are_told(workspace: Workspace) -> None:
    found = trace(workspace, "return_total_people", YEAR)
    issues = pd.read_parquet(workspace.table_path("return_issues", YEAR))
    refused = issues[issues["cell"].eq("D4")]
    assert len(refused) == 1
    assert found.remarks.loc[found.remarks["cell"].eq("D4"), "rule"].tolist() == refused["rule"].tolist()


def test_a_changed_or_lost_file_is_said_and_not_opened(workspace: Workspace) -> None:
    path = workspace.raw_folder(YEAR) / "returns" / "уточнение.xlsx"
    book(path, [*LATER[:2], ["04701000", "г. Ачинск", 1, 12, "да"]])
    changed = trace(workspace, "return_total_clubs", YEAR)
    state = {file.source: file.is_same for file in changed.files}
    assert state == {"уточнение.xlsx": False, "формы/Рябинино.xlsx": True}
    assert {row[0]: row[3] for row in told(changed)} == {
        "returns/уточнение.xlsx": "", "returns/формы/Рябинино.xlsx": "B5",
    }  # fmt: skip
    path.unlink()
    gone = {file.source: file.is_same for file in trace(workspace, "return_total_clubs", YEAR).files}
    assert gone["уточнение.xlsx"] is None


def test_the_command_tells_it(workspace: Workspace) -> None:
    options = ["--workspace", str(workspace.root), "--language", "en", "--plain"]
    answer = CliRunner().invoke(app, ["trace", "return_total_clubs", str(YEAR), "--json", *options])
    assert answer.exit_code == 0, answer.output
    read = json.loads(answer.stdout)
    assert (read["counting"]["table"], read["counting"]["value"]) == ("returns", 11.0)
    spoken = CliRunner().invoke(app, ["trace", "return_total_clubs", str(YEAR), *options])
    assert "these rows alone (sum value) give 11" in spoken.stdout
    assert "sheet Лист, row 5; B5; clubs: 2" in spoken.stdout
