"""From a number back to the cells of the workbooks, against workbooks filled in by hand."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))

from deciding_workspace import clean, make_workspace

from evaluation.app.cli import app
from evaluation.contracts import check
from evaluation.indicators.coverage import coverage_indicators
from evaluation.places import KEY_FILE, Workspace, open_workspace
from evaluation.report.findings import Finding, findings_frame
from evaluation.report.indicator_rows import INDICATOR_ROWS
from evaluation.report.summaries.steps import data_findings, indicator_findings
from evaluation.settings import InputProblem
from evaluation.tables import TABLES
from evaluation.year.trace.finding import Trace, findings_of, trace
from evaluation.year.trace.page import content, lines, to_csv

YEAR = 2024
PERSON, PHONE = "Кузнецова Ольга Викторовна", "+7 913 765-43-21"
PROJECTS: list[list[Any]] = [
    ["Реестр заявок", None, None, None, None, None, None],
    ["№ заявки", "Код ОКТМО", "Муниципальное образование", "Стоимость проекта, руб.", "Участие в собрании", "Статус",
     "Контактное лицо"],
    ["24-001", "04601000", "Абанский район", 1000, 40, "Победитель", PERSON],
    ["24-002", "04601000", "Абанский район", 2000, 50, "Не прошла отбор", PHONE],
    ["24-003", "04609000", "Богучанский район", 4000, 60, "Победитель", None],
    ["24-003", "04609000", "Богучанский район", 4000, 60, "Победитель", None],
    ["Итого", None, None, 7000, 150, None, None],
]  # fmt: skip
ATTENDANCE: list[list[Any]] = [
    ["Мероприятие", "ФИО", "Телефон", "Муниципальное образование", "Присутствие"],
    ["T1", PERSON, PHONE, "Абанский район", "да"],
    ["T1", "Петров Пётр Петрович", "+7 913 111-22-33", "Абанский район", "нет"],
    ["T1", "Сидорова Анна Ивановна", "+7 913 111-22-34", "Богучанский район", "да"],
]


def write_book(path: Path, sheet: str, rows: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for cells in rows:
        book.active.append(cells)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


@pytest.fixture(scope="module")
def cleaned_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cleaned by the package itself, with the findings that steps 01 and 04 make; no notebook is run."""
    root = tmp_path_factory.mktemp("traced")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_FILE, str(root / "key"))
        return _made(root).root


@pytest.fixture
def workspace(cleaned_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A copy of it for each test to change."""
    monkeypatch.setenv(KEY_FILE, str(cleaned_once.parent / "key"))
    shutil.copytree(cleaned_once, tmp_path / "workspace")
    return open_workspace(tmp_path / "workspace")


def _made(root: Path) -> Workspace:
    made = make_workspace(root / "workspace", {"projects": {"file": "Реестр.xlsx"}})
    write_book(made.raw_folder(YEAR) / "Реестр.xlsx", "Реестр", PROJECTS)
    cleaned, _ = clean(made)
    keep(
        made, **cleaned.tables, row_ledger=cleaned.row_ledger, issues=cleaned.issues, source_files=cleaned.source_files
    )
    coverage = coverage_indicators(cleaned.tables, YEAR)
    keep(
        made,
        findings_data=findings_frame(data_findings(cleaned.row_ledger, cleaned.issues), "01_clean_programme"),
        findings_coverage=findings_frame(indicator_findings(coverage, YEAR), "04_map_coverage"),
    )
    report = made.report_folder(YEAR) / "report.en.html"
    report.parent.mkdir(parents=True, exist_ok=True)
    shown = '<span class="finding" data-finding="applications" title="x">3&nbsp;<small>applications</small></span>'
    report.write_text(f'<section id="summary"><p>{shown}</p></section><section id="data">{shown}</section>', "utf-8")
    return made


def keep(workspace: Workspace, **tables: pd.DataFrame) -> None:
    for name, frame in tables.items():
        path = workspace.table_path(name, YEAR)
        path.parent.mkdir(parents=True, exist_ok=True)
        check(frame, TABLES[name], workspace.codebook).to_parquet(path, index=False)


def told(found: Trace) -> list[tuple[str, int, str, str]]:
    """File, row, fate and cells of every origin."""
    return [(row.file_name, int(row.row), row.fate, row.cells) for row in found.origins.itertuples()]


def test_applications_are_the_rows_of_the_register(workspace: Workspace) -> None:
    found = trace(workspace, "applications", YEAR)
    assert found.finding["value"] == 3
    assert found.counting is not None
    assert (found.counting.table, found.counting.selected, found.counting.value) == ("projects", 3, 3.0)
    assert found.counting.agrees
    # rows 3 to 6 of the sheet hold numbers in column A; row 6 repeats row 5, row 7 is the printed total
    assert told(found) == [
        ("Реестр.xlsx", 3, "kept", "A3"),
        ("Реестр.xlsx", 4, "kept", "A4"),
        ("Реестр.xlsx", 5, "kept", "A5"),
        ("Реестр.xlsx", 6, "merged", "A6"),
    ]
    assert found.origins["values"].tolist() == [f"project_number: 24-00{number}" for number in (1, 2, 3, 3)]


def test_the_cost_is_the_money_of_the_funded_rows(workspace: Workspace) -> None:
    found = trace(workspace, "cost_total", YEAR)
    assert found.finding["value"] == 5000
    assert found.counting is not None
    assert found.counting.agrees
    # is_funded is read from the status in F, the cost from D; 24-002 is not funded
    assert told(found) == [
        ("Реестр.xlsx", 3, "kept", "A3; F3; D3"),
        ("Реестр.xlsx", 5, "kept", "A5; F5; D5"),
        ("Реестр.xlsx", 6, "merged", "A6; F6; D6"),
    ]
    assert found.origins["values"].iloc[0] == "project_number: 24-001; status: Победитель; cost_planned: 1000"


def test_rows_kept_are_rows_of_the_ledger(workspace: Workspace) -> None:
    found = trace(workspace, "rows_kept", YEAR)
    assert found.finding["value"] == 3
    assert [int(row) for row in found.origins["row"]] == [3, 4, 5, 6]
    assert [file.file for file in found.files] == ["Реестр.xlsx"]
    assert [(file.rows, file.kept, file.is_same) for file in found.files] == [(7, 3, True)]


def test_participations_name_the_column_of_their_channel(workspace: Workspace) -> None:
    found = trace(workspace, "participations", YEAR)
    assert found.finding["value"] == 150
    assert told(found)[0] == ("Реестр.xlsx", 3, "kept", "A3; E3")


def test_remarks_and_decisions_on_the_rows(workspace: Workspace) -> None:
    found = trace(workspace, "applications", YEAR)
    issues = pd.read_parquet(workspace.table_path("issues", YEAR))
    own = issues[issues["row"].isin([3, 4, 5, 6])]
    assert len(own)
    assert sorted(found.remarks["rule"]) == sorted(own["rule"])
    place = workspace.table_path("issues", YEAR)
    issues.loc[own.index[:1], ["decision", "decided_by", "decided_on"]] = ["keep", "analyst", "2024-12-01"]
    issues.to_parquet(place, index=False)
    again = trace(workspace, "applications", YEAR)
    assert again.remarks["decision"].dropna().tolist() == ["keep"]
    assert any("(analyst, 2024-12-01)" in line.text for line in lines(again, workspace.codebook, "en"))


def test_the_code_is_that_of_the_notebook(workspace: Workspace) -> None:
    code = trace(workspace, "applications", YEAR).code
    assert (code.step, code.notebook) == ("04_map_coverage", "notebooks/04_map_coverage.ipynb")
    notebook = json.loads(workspace.notebook("04_map_coverage").read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert code.cell is not None
    assert code.line is not None
    assert cells[code.cell - 1]["source"][code.line - 1].strip() == code.text
    assert code.text.startswith('step.write("findings_coverage"')
    places = {place.name: place for place in code.functions}
    maker = places["evaluation.indicators.coverage.coverage_indicators"]
    source = (Path(__file__).resolve().parents[2] / maker.file).read_text(encoding="utf-8").splitlines()
    assert source[maker.line - 1].startswith("def coverage_indicators(")
    assert any(
        place.file.endswith("indicators/coverage.py") and '"applications"' in place.text for place in code.named_at
    )


def test_where_the_report_shows_it(workspace: Workspace) -> None:
    shown = trace(workspace, "applications", YEAR).shown
    assert [(place.report, place.section) for place in shown] == [
        ("report.en.html", "summary"),
        ("report.en.html", "data"),
    ]
    assert shown[0].text == "3 applications"


def test_only_the_first_rows_are_told_unless_all_are_asked_for(workspace: Workspace) -> None:
    few = trace(workspace, "applications", YEAR, most=2)
    assert [int(row) for row in few.origins["row"]] == [3, 4]
    assert few.origin_rows == 4
    assert any("and 2 more" in line.text for line in lines(few, workspace.codebook, "en"))
    rows = list(csv.reader(to_csv(trace(workspace, "applications", YEAR, None)).splitlines()))
    assert [row[3] for row in rows[1:]] == ["3", "4", "5", "6"]


def test_a_changed_or_lost_workbook_is_said(workspace: Workspace) -> None:
    path = workspace.raw_folder(YEAR) / "Реестр.xlsx"
    write_book(path, "Реестр", [*PROJECTS[:3], ["24-002", *PROJECTS[3][1:]]])
    changed = trace(workspace, "applications", YEAR)
    assert [file.is_same for file in changed.files] == [False]
    assert changed.origins["cells"].tolist() == [""] * 4, "cells of another file are not told"
    assert any("THE FILE HAS CHANGED" in line.text for line in lines(changed, workspace.codebook, "en"))
    path.write_bytes(b"no workbook")
    damaged = trace(workspace, "applications", YEAR)
    assert [file.is_same for file in damaged.files] == [False]
    assert damaged.origins["cells"].tolist() == [""] * 4
    path.unlink()
    gone = trace(workspace, "applications", YEAR)
    assert [file.is_same for file in gone.files] == [None]
    assert [int(row) for row in gone.origins["row"]] == [3, 4, 5, 6]


def test_personal_data_are_never_told(workspace: Workspace) -> None:
    for name in findings_of(workspace, YEAR)["name"]:
        found = trace(workspace, name, YEAR, None)
        told = [line.text for language in ("ru", "en") for line in lines(found, workspace.codebook, language)]
        whole = "\n".join([*told, json.dumps(content(found), ensure_ascii=False, default=str), to_csv(found)])
        for secret in ("Кузнецова", "Викторовна", "765-43-21", "7654321"):
            assert secret not in whole, name


def test_a_name_that_strays_into_another_column_is_masked(workspace: Workspace) -> None:
    rows = [list(row) for row in PROJECTS]
    rows[2][5] = f"Победитель ({PERSON}, {PHONE})"
    path = workspace.raw_folder(YEAR) / "Реестр.xlsx"
    write_book(path, "Реестр", rows)
    listed = pd.read_parquet(workspace.table_path("source_files", YEAR))
    keep(workspace, source_files=listed.assign(sha256=hashlib.sha256(path.read_bytes()).hexdigest()))
    values = trace(workspace, "cost_total", YEAR).origins["values"].iloc[0]
    assert "Победитель" in values
    assert not any(secret in values for secret in ("Кузнецова", "765"))


def add_attendance(workspace: Workspace) -> Workspace:
    """The workspace with a list of three people, of whom two came, and the finding that counts them."""
    place = {"source": "attendance", "source_sheet": "Лист", "source_row": [2, 3, 4]}
    people = {"person_key": ["key-one", "key-two", "key-three"], "status": ["present", "absent", "present"]}
    attendance = pd.DataFrame({"event_id": "2024-T1", **people, **place})
    settings = workspace.root / "config" / "years" / f"{YEAR}.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("sources:", "sources:\n  attendance:\n    file: Списки.xlsx"), encoding="utf-8")
    write_book(workspace.raw_folder(YEAR) / "Списки.xlsx", "Лист", ATTENDANCE)
    made = open_workspace(workspace.root)
    day = pd.Timestamp("2024-03-01")
    plan = {"source": "support_events", "source_sheet": "План", "source_row": [2]}
    event = {"event_id": "2024-T1", "year": YEAR, "stream": "training", "starts_on": day, "ends_on": day}
    events = pd.DataFrame({**plan, **event})
    keep(
        made,
        attendance=attendance.reindex(columns=list(TABLES["attendance"].names)),
        support_events=events.reindex(columns=list(TABLES["support_events"].names)),
    )
    fates = {"fate": [None, "kept", "kept", "kept"], "record_key": [None, "2024-T1/2", "2024-T1/3", "2024-T1/4"]}
    rows = {"source": "attendance", "sheet": "Лист", "row": [1, 2, 3, 4], "row_class": ["header", *["data"] * 3]}
    ledger = pd.read_parquet(made.table_path("row_ledger", YEAR))
    listed = pd.read_parquet(made.table_path("source_files", YEAR))
    digest = hashlib.sha256((made.raw_folder(YEAR) / "Списки.xlsx").read_bytes()).hexdigest()
    lists = listed.assign(source="attendance", file_name="Списки.xlsx", sha256=digest)
    came = Finding("training_persons", 2, "persons", rows=INDICATOR_ROWS["training_persons"])
    keep(
        made,
        row_ledger=pd.concat([ledger, pd.DataFrame({**rows, **fates})], ignore_index=True),
        source_files=pd.concat([listed, lists], ignore_index=True),
        findings_coverage=findings_frame([came], "04_map_coverage"),
    )
    return made


def test_people_are_told_by_the_address_of_their_rows_alone(workspace: Workspace) -> None:
    found = trace(add_attendance(workspace), "training_persons", YEAR)
    assert found.counting is not None
    assert (found.counting.selected, found.counting.value, found.counting.agrees) == (2, 2.0, True)
    assert [int(row) for row in found.origins["row"]] == [2, 4]
    assert found.origins["values"].tolist() == ["", ""]
    assert found.origins["record_key"].isna().all()
    assert "B2" in found.origins["cells"].iloc[0], "the cell of the name, by its address"
    whole = json.dumps(content(found), ensure_ascii=False, default=str)
    assert not any(secret in whole for secret in ("Кузнецова", "Сидорова", "key-", "111-22"))


# ---- the command -----------------------------------------------------------------------------------------------


def run(workspace: Workspace, *arguments: str, language: str = "en") -> Result:
    options = ("--workspace", str(workspace.root), "--language", language, "--plain")
    return CliRunner().invoke(app, ["trace", *arguments, *options])


def test_the_command_in_both_languages(workspace: Workspace) -> None:
    english, russian = run(workspace, "cost_total", "2024"), run(workspace, "cost_total", "2024", language="ru")
    assert (english.exit_code, russian.exit_code) == (0, 0), english.output
    assert "projects: is_funded: 2\u00a0rows of 3" in english.stdout
    assert "sheet Реестр, row 3; A3; F3; D3" in english.stdout
    assert "по этим строкам (sum cost_actual, cost_planned) выходит 5\u202f000: сходится" in russian.stdout
    assert "Полученные файлы" in russian.stdout


def test_the_command_as_json(workspace: Workspace) -> None:
    answer = run(workspace, "applications", "2024", "--json")
    read = json.loads(answer.stdout)
    assert read["schema"] == "evaluation-trace/1"
    assert [row["row"] for row in read["origins"]] == [3, 4, 5, 6]
    assert read["counting"]["agrees"] is True


def test_all_rows_go_into_a_file(workspace: Workspace, tmp_path: Path) -> None:
    place = tmp_path / "all.csv"
    assert run(workspace, "applications", "2024", "--all", "--out", str(place)).exit_code == 0
    read = pd.read_csv(place, encoding="utf-8-sig")
    assert read["row"].tolist() == [3, 4, 5, 6]
    assert run(workspace, "applications", "2024", "--all").exit_code == 0
    assert (workspace.root / "reports" / "2024" / "trace" / "applications.csv").read_bytes() == place.read_bytes()
    blocked = tmp_path / "file"
    blocked.write_text("x")
    refused = run(workspace, "applications", "2024", "--all", "--out", str(blocked / "all.csv"))
    assert refused.exit_code == 2
    assert "cannot be made" in refused.stderr


def test_the_list(workspace: Workspace) -> None:
    answer = run(workspace, "--list", "2024")
    assert answer.exit_code == 0, answer.output
    names = [line.split("\t")[0] for line in answer.stdout.splitlines()]
    assert {"rows_kept", "applications", "cost_total"} <= set(names)
    assert names == findings_of(workspace, YEAR)["name"].tolist()
    read = json.loads(run(workspace, "--list", "2024", "--json").stdout)
    assert [row["name"] for row in read] == names


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("aplications", "2024"), "no finding 'aplications' of 2024. Near it: applications"),
        (("applications", "1999"), "1999"),
        ((), "Name a finding"),
    ],
)
def test_wrong_words_are_two(workspace: Workspace, arguments: tuple[str, ...], message: str) -> None:
    answer = run(workspace, *arguments)
    assert answer.exit_code == 2
    assert message in answer.stderr


def test_without_findings_it_says_what_to_run(workspace: Workspace) -> None:
    for name in ("findings_data", "findings_coverage"):
        workspace.table_path(name, YEAR).unlink()
    with pytest.raises(InputProblem, match="evaluation run 2024"):
        trace(workspace, "applications", YEAR)


def test_a_finding_without_rows_falls_back_to_the_tables_of_its_step(workspace: Workspace) -> None:
    keep(workspace, findings_coverage=findings_frame([Finding("white_spots", 1, "units")], "04_map_coverage"))
    found = trace(workspace, "white_spots", YEAR)
    assert found.counting is None
    assert {(table.name, table.rows) for table in found.tables} >= {("projects", 3), ("project_participation", 3)}
    assert [file.source for file in found.files] == ["projects"]
    assert any("counts no rows by itself" in line.text for line in lines(found, workspace.codebook, "en"))


def test_findings_of_an_older_run_are_still_told(workspace: Workspace) -> None:
    path = workspace.table_path("findings_coverage", YEAR)
    frame = pd.read_parquet(path).drop(columns=["source_table", "source_rows", "source_measure"])
    frame.to_parquet(path, index=False)
    found = trace(workspace, "applications", YEAR)
    assert found.finding["value"] == 3
    assert found.counting is None
