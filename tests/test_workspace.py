"""A step sees what it declares, writes all or nothing, and works in a workspace of its own."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evaluation import pipeline
from evaluation.contracts import TABLES
from evaluation.settings import InputProblem
from evaluation.workspace import open_step, open_workspace

PROGRAMME = """\
id: small
title: {ru: Малая, en: Small}
institute: {ru: Институт, en: Institute}
first_year: 2020
last_year: 2021
languages: [ru]
registry: {kind: list, units: config/territory/units.csv, unit_name: {ru: село, en: village}}
currency: {code: RUB, label: {ru: руб., en: roubles}}
steps:
  09_write_report: {applicable: false, reason: {ru: незачем, en: no need}}
"""
YEAR = """\
year: {year}
starts_on: {year}-01-01
ends_on: {year}-12-31
territory_date: {year}-12-31
sources:
  projects: {{file: projects.csv}}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "config" / "years").mkdir(parents=True)
    (tmp_path / "config" / "programme.yml").write_text(PROGRAMME, encoding="utf-8")
    for year in (2020, 2021):
        (tmp_path / "config" / "years" / f"{year}.yml").write_text(YEAR.format(year=year), encoding="utf-8")
    return tmp_path


def empty(name: str) -> pd.DataFrame:
    return TABLES[name].empty()


def test_only_tables_of_configured_sources_are_made(small: Path) -> None:
    workspace = open_workspace(small)
    made = workspace.made(pipeline.step_named("01_clean_programme"), 2020)
    assert {"territories", "projects", "project_funding", "issues"} <= set(made)
    assert not {"attendance", "consultations", "trial_households"} & set(made)


def test_steps_without_their_sources_or_tables_do_not_apply_and_say_why(small: Path) -> None:
    workspace = open_workspace(small)
    survey = workspace.applicability(workspace.step("02_clean_survey"), 2020)
    assert not survey.applies and survey.reason is not None and "participants_survey" in survey.reason.en
    report = workspace.applicability(workspace.step("09_write_report"), 2020)
    assert report.reason is not None and report.reason.ru == "незачем"
    with pytest.raises(InputProblem, match="does not apply to 2020: no need"):
        open_step("09_write_report", 2020, small)


def test_unknown_year_lists_the_years_there_are(small: Path) -> None:
    with pytest.raises(InputProblem, match="Years set up: 2020, 2021"):
        open_step("01_clean_programme", 2031, small)


def test_year_named_otherwise_than_its_file_is_refused(small: Path) -> None:
    (small / "config" / "years" / "2021.yml").write_text(YEAR.format(year=2019), encoding="utf-8")
    with pytest.raises(InputProblem, match="key 'year' is 2019"):
        open_workspace(small).year(2021)


def test_folder_without_settings_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(InputProblem, match="is not a workspace"):
        open_workspace(tmp_path)


def test_undeclared_reading_and_writing_is_refused(small: Path) -> None:
    step = open_step("01_clean_programme", 2020, small)
    with pytest.raises(KeyError, match="does not declare the table panel"):
        step.table("panel")
    with pytest.raises(KeyError, match=r"does not declare the setting plan\.models"):
        step.setting("plan.models")
    with pytest.raises(KeyError, match="does not declare that it makes panel"):
        step.write("panel", empty("panel"))


def test_nothing_is_published_while_something_is_missing(small: Path) -> None:
    step = open_step("01_clean_programme", 2020, small)
    step.write("projects", empty("projects"))
    with pytest.raises(InputProblem, match=r"did not make what it declares: .*table:territories"):
        step.finish()
    assert not (small / "data").exists()


def test_absent_input_names_the_step_that_makes_it(small: Path) -> None:
    step = open_step("03_build_panel", 2021, small)
    with pytest.raises(InputProblem, match="Step 01_clean_programme makes it"):
        step.table("projects")


def test_history_is_read_for_all_years_up_to_the_chosen_one(small: Path) -> None:
    workspace = open_workspace(small)
    for year in (2020, 2021):
        path = workspace.table_path("project_funding", year)
        path.parent.mkdir(parents=True, exist_ok=True)
        frame = empty("project_funding").reindex(range(year - 2019))
        frame.assign(project_id=f"{year}-1").to_parquet(path, index=False)
    table = open_step("03_build_panel", 2021, small).table("project_funding")
    assert table["programme_year"].tolist() == [2020, 2021, 2021]
    assert table["project_id"].tolist() == ["2020-1", "2021-1", "2021-1"]


def test_declared_table_that_is_not_made_here_is_empty_with_its_columns(small: Path) -> None:
    attendance = open_step("03_build_panel", 2021, small).table("attendance")
    assert attendance.empty
    assert set(TABLES["attendance"].names) <= set(attendance.columns)


def test_references_that_lead_nowhere_are_refused(small: Path) -> None:
    step = open_step("01_clean_programme", 2020, small)
    funding = empty("project_funding").reindex([0]).assign(project_id="2020-7")
    with pytest.raises(InputProblem, match="holds '2020-7', which table 'projects' lacks"):
        step.write_all({"projects": empty("projects"), "project_funding": funding})


def test_saved_figure_shows_itself_in_a_notebook(small: Path) -> None:
    from matplotlib.figure import Figure

    step = open_step("05_describe_support", 2020, small)
    shown = step.save_figure("support_by_year", lambda language: Figure(figsize=(1, 1)))
    assert shown._repr_png_().startswith(b"\x89PNG")


def apply_every_step(folder: Path) -> None:
    text = PROGRAMME.replace("applicable: false, reason: {ru: незачем, en: no need}", "")
    (folder / "config" / "programme.yml").write_text(text, encoding="utf-8")


def test_a_step_that_assembles_reads_tables_csv_and_pages_of_earlier_steps(small: Path) -> None:
    apply_every_step(small)
    step = open_step("09_write_report", 2020, small)
    names = step.workspace.inputs(step.step, 2020)
    pages = {name for name in names if name.startswith("file:")}
    assert not any(name.startswith(("file:report.", "file:brief.")) for name in pages), "nothing of its own or later"
    for name, path in names.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.startswith(("exhibit:", "figure:", "file:")):
            path.write_bytes(b"\xef\xbb\xbf" + name.encode() + b"\r\n")
    files = step.exhibit_files("ru")
    assert files and all(text == f"exhibit:{name}.ru.csv\r\n" for name, text in files.items())
    assert set(files) == set(step.exhibits("ru")) and files.keys() >= {"row_accounts"}
    assert {f"file:{name}.ru.html" for name in step.pages("ru")} == pages


def test_a_file_that_is_no_text_is_kept_as_it_is(small: Path) -> None:
    apply_every_step(small)
    step = open_step("09_write_report", 2020, small)
    outputs = step.workspace.outputs(step.step, 2020)
    assert {"file:tables.ru.xlsx", "file:tables.ru.zip", "file:report.ru.html"} <= set(outputs)
    assert not any(".en." in name for name in outputs), "files of languages that the programme does not write"
    with pytest.raises(KeyError, match="does not declare the file other"):
        step.save_bytes("other.ru.xlsx", b"")
    for name in outputs:
        step.save_bytes(name.removeprefix("file:"), b"\x00\r\n\xff")
    step.finish()
    assert outputs["file:tables.ru.xlsx"].read_bytes() == b"\x00\r\n\xff"
