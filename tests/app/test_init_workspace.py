"""A workspace made from an institute's answers: it opens, its commands run, and nothing half made is left."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from evaluation.app.cli import app
from evaluation.app.init_workspace import USUAL_SOURCES, in_words, make_workspace
from evaluation.app.preparing_year import prepare_year
from evaluation.places import open_workspace
from evaluation.settings import InputProblem, Text
from evaluation.tables import FORMS
from evaluation.territory.registry import in_force, read_registry
from evaluation.year.init import Answers
from evaluation.year.unconfirmed import unconfirmed_lines

TODAY = dt.date(2026, 1, 10)
DIRECTORY = """\
Код ОКТМО;Наименование;Вид муниципального образования;year_from;year_to;lon;lat;Регион
04601000;Абанский район;муниципальный район;2018;2025;96.0;56.7;Красноярский край
04501000;Абанский муниципальный округ;муниципальный округ;2025;9999;96.0;56.7;Красноярский край
04603000;Ачинский район;муниципальный район;2018;9999;90.5;56.2;Красноярский край
05603000;Другой район;муниципальный район;2018;9999;130.0;45.0;Приморский край
;Без кода;муниципальный район;2018;9999;130.0;45.0;Приморский край
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "directory.csv"
    path.write_text(DIRECTORY, encoding="utf-8")
    return path


@pytest.fixture
def population(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(
        "ОКТМО,Год,Возраст,Пол,Численность\n04601000,2023,всего,всего,1000\n04601000,2024,всего,мужчины,500\n"
        "04601000,2024,всего,женщины,510\n04603000,2024,всего,всего,2500\n04603000,2023,всего,всего,2600\n"
        "04999000,2024,всего,всего,77\n",
        encoding="utf-8",
    )
    return path


def answers(**changes: object) -> Answers:
    title = Text(ru="Программа", en="Programme")
    plain = Answers("krai", title, title, 2024, USUAL_SOURCES, region_code="04")
    return replace(plain, **changes)  # type: ignore[arg-type]


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments, "--plain", "--language", "en"])
    return result.exit_code, result.output


def test_the_region_is_taken_from_a_directory_of_all(tmp_path: Path, directory: Path) -> None:
    made = make_workspace(tmp_path / "own", answers(), directory, today=TODAY)
    assert (made.units, made.in_force, made.regions_left_out, len(made.remarks)) == (3, 2, 1, 1)
    opened = open_workspace(tmp_path / "own")
    assert opened.programme.registry.kind == "oktmo"
    assert opened.programme.registry.unit_name.en == "municipality"
    assert opened.programme.map is not None
    path = opened.territory_file("registry")
    assert path is not None
    units = read_registry(path)
    assert units["unit_id"].tolist() == ["04501000", "04601000", "04603000"]
    assert in_force(units, dt.date(2024, 12, 31))["unit_id"].tolist() == ["04601000", "04603000"]
    remarks = (tmp_path / "own/config/territory/units_remarks.csv").read_text(encoding="utf-8")
    assert "required_empty,quarantined,6" in remarks


@pytest.mark.slow
def test_its_commands_run(tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALUATION_KEY_FILE", str(tmp_path / "key"))
    own = str(tmp_path / "own")
    make_workspace(tmp_path / "own", answers(), directory, today=TODAY)
    code, told = run("status", "--workspace", own)
    assert code == 0 and "01_clean_programme\t2024\tnever" in told
    code, told = run("check", "--workspace", own)
    assert code == 2 and told.count("There is no file") == len(USUAL_SOURCES)
    assert "config/years/2024.yml:6 starts_on: 2024-01-01" in told
    code, told = run("plan", "--workspace", own)
    assert code == 0
    code, told = run("doctor", "--workspace", own)
    assert "not confirmed: 5" in told
    assert run("check", "--rules", "--workspace", own)[0] in (0, 3)


def test_the_form_of_units_names_them(tmp_path: Path, directory: Path) -> None:
    make_workspace(tmp_path / "own", answers(), directory, today=TODAY)
    forms = tmp_path / "own" / "forms" / "2024"
    assert len(list(forms.iterdir())) == len(USUAL_SOURCES)
    sheet = openpyxl.load_workbook(forms / "Паспорт муниципалитетов 2024.xlsx").worksheets[0]
    assert [sheet.cell(row, 1).value for row in (2, 3)] == ["Абанский район", "Ачинский район"]


def test_the_same_answers_give_the_same_bytes(tmp_path: Path, directory: Path, population: Path) -> None:
    found = []
    for name in ("one", "two"):
        make_workspace(tmp_path / name, answers(own_codebook=True), directory, population, TODAY)
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        found.append({path.relative_to(tmp_path / name).as_posix(): path.read_bytes() for path in files})
    assert found[0] == found[1]
    assert {"config/codebook.csv", "data/raw/2024/people.csv"} <= set(found[0])
    assert open_workspace(tmp_path / "one").year(2024).sources["population"].file == "people.csv"


def test_a_population_file_is_read_and_its_totals_stand_in_the_registry(
    tmp_path: Path, directory: Path, population: Path
) -> None:
    made = make_workspace(tmp_path / "own", answers(), directory, population, TODAY)
    found = made.population
    assert found is not None
    # of both units in force, without the row of a unit that the registry lacks
    assert (found.rows, found.years, found.year, found.totals.to_dict()) == (
        5, (2023, 2024), 2024, {"04601000": 1010, "04603000": 2500},
    )  # fmt: skip
    units = read_registry(tmp_path / "own/config/territory/units.csv").set_index("unit_id")
    assert units.loc[["04601000", "04603000"], "reference_population"].tolist() == [1010, 2500]
    assert units.loc[["04601000", "04603000"], "reference_year"].tolist() == [2024, 2024]
    assert pd.isna(units.loc["04501000", "reference_population"]), "not in force on that day"
    remarks = (tmp_path / "own/config/territory/population_remarks.csv").read_text(encoding="utf-8")
    assert "04999000" in remarks
    told = [text.en for text in in_words(made, answers())]
    assert any("5 numbers, years 2023–2024" in text for text in told)
    assert [path.name for path in (tmp_path / "own/data/raw/2024").iterdir()].count("people.csv") == 1


def test_the_population_of_a_registry_that_has_one_stays(tmp_path: Path, population: Path) -> None:
    units = tmp_path / "units.csv"
    units.write_text(
        "unit_id,name,reference_population,reference_year\n04601000,Абанский район,7,2020\n04603000,Ачинский район,,\n",
        encoding="utf-8",
    )
    make_workspace(tmp_path / "own", answers(), units, population, TODAY)
    kept = read_registry(tmp_path / "own/config/territory/units.csv")
    assert kept["reference_population"].tolist() == [7, 2500]
    assert kept["reference_year"].tolist() == [2020, 2024]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ОКТМО,Год,Возраст,Пол,Численность\n05603000,2024,всего,всего,10\n", "no row can be linked"),
        ("Что,Где\nнечто,нигде\n", "people.csv"),
    ],
)
def test_a_population_file_that_says_nothing_leaves_no_workspace(
    tmp_path: Path, directory: Path, text: str, words: str
) -> None:
    (tmp_path / "people.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputProblem, match=words):
        make_workspace(tmp_path / "own", answers(), directory, tmp_path / "people.csv", TODAY)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["directory.csv", "people.csv"]


def test_a_plain_list_without_places(tmp_path: Path) -> None:
    units = tmp_path / "units.csv"
    units.write_text("unit_id,name\nA,Верхняя\nB,Нижняя\n", encoding="utf-8")
    make_workspace(tmp_path / "own", answers(region_code=None, sources=tuple(FORMS)), units, today=TODAY)
    opened = open_workspace(tmp_path / "own")
    assert opened.programme.registry.kind == "list"
    assert opened.programme.map is None
    assert opened.programme.steps["04_map_coverage"].applicable is False


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"region_code": None}, "2 regions"),
        ({"region_code": "77"}, "begins with 77"),
        ({"first_year": 1995}, "no unit is in force"),
    ],
)
def test_what_does_not_fit_leaves_nothing(
    tmp_path: Path, directory: Path, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(InputProblem, match=words):
        make_workspace(tmp_path / "own", answers(**changes), directory, today=TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["directory.csv"]


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path, directory: Path) -> None:
    (tmp_path / "own").mkdir()
    make_workspace(tmp_path / "own", answers(), directory, today=TODAY)
    before = sorted((tmp_path / "own").rglob("*"))
    with pytest.raises(InputProblem, match="not empty"):
        make_workspace(tmp_path / "own", answers(), directory, today=TODAY)
    assert sorted((tmp_path / "own").rglob("*")) == before


def test_a_failure_half_way_leaves_nothing(tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*places: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputProblem, match="No space left"):
        make_workspace(tmp_path / "own", answers(), directory, today=TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["directory.csv"]


def test_missing_answers_are_named_together(tmp_path: Path, directory: Path) -> None:
    code, told = run("init", str(tmp_path / "own"), "--registry", str(directory), "--languages", "en")
    assert code == 2 and "Answers are missing: --title-en, --institute-en, --first-year" in told
    for wrong in (
        ["--languages", "fr"], ["--id", "Имя"], ["--first-year", "2024", "--region", "x"], ["--deadline", "soon"],
        ["--source", "nothing"], ["--title-en", "a\nb"],
    ):  # fmt: skip
        given = ["init", str(tmp_path / "own"), "--registry", str(directory), "--languages", "en", "--first-year",
                 "2024", "--title-en", "T", "--institute-en", "I", "--region", "04", *wrong]  # fmt: skip
        assert run(*given)[0] == 2, wrong
    assert not (tmp_path / "own").exists()
    assert run(*given[: -len(wrong)])[0] == 0
    assert open_workspace(tmp_path / "own").programme.title == Text(ru="T", en="T")


def test_the_next_year(tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALUATION_KEY_FILE", str(tmp_path / "key"))
    make_workspace(tmp_path / "own", answers(sources=("projects", "territories")), directory, today=TODAY)
    config = tmp_path / "own" / "config"
    (config / "territory" / "aliases.csv").write_text(
        "raw,unit_id,reason\nАбан,04601000,old\nАбан окр.,04501000,new\n", encoding="utf-8"
    )
    (config / "decisions.csv").write_text(
        "table,record_key,field,raw_hash,action,value,reason,decided_by_role,decided_on\n"
        "projects,1,cost_planned,ab,replace,5,call,clerk,2025-01-01\n"
        "attendance,1,status,ab,empty,,call,clerk,2025-01-01\n",
        encoding="utf-8",
    )
    raw = tmp_path / "own" / "data" / "raw" / "2024"
    (raw / "SOURCES.csv").write_text(
        "source,file,received_on,received_from,note\nprojects,a.xlsx,2025-01-15,Contest office,\n", encoding="utf-8"
    )
    texts = [text.en for text in prepare_year(open_workspace(tmp_path / "own"), 2025)]
    assert "1 of 2 concern this year's tables; other names of units: 1 of 2" in texts[2]
    # in the directory 04601000 ends on 2024-12-31 and 04501000 begins on the next day
    assert "2 changes in the registry" in texts[3] and "crosswalk.csv: 04501000, 04601000" in texts[3]
    opened = open_workspace(tmp_path / "own")
    assert opened.programme.last_year == 2025
    assert opened.years == [2024, 2025]
    assert opened.year(2025).territory_date == dt.date(2025, 12, 31)
    told = (config / "years" / "2025-checklist.en.md").read_text(encoding="utf-8")
    assert "| Реестр заявок 2025.xlsx | Contest office | 2025-01-15 | 2026-01-15 | yes |" in told
    assert "2024-12-31: 04601000 Абанский район, last day; crosswalk.csv lacks this unit" in told
    assert "config/years/2025.yml, line 8: `starts_on: 2025-01-01`" in told
    assert len(unconfirmed_lines(opened, 2025)) == 5
    listed = (tmp_path / "own/data/raw/2025/SOURCES.csv").read_text(encoding="utf-8")
    assert "projects,Реестр заявок 2025.xlsx,,Contest office," in listed


@pytest.mark.parametrize(
    ("year", "gap", "words"), [(2024, False, "set up already"), (2026, False, "--gap"), (2023, True, "the next is")]
)
def test_a_year_that_does_not_follow_is_refused(
    tmp_path: Path, directory: Path, year: int, gap: bool, words: str
) -> None:
    make_workspace(tmp_path / "own", answers(), directory, today=TODAY)
    before = {path: path.read_bytes() for path in sorted((tmp_path / "own").rglob("*")) if path.is_file()}
    with pytest.raises(InputProblem, match=words):
        prepare_year(open_workspace(tmp_path / "own"), year, gap)
    assert {path: path.read_bytes() for path in sorted((tmp_path / "own").rglob("*")) if path.is_file()} == before


def test_a_pause_is_carried_over(tmp_path: Path, directory: Path) -> None:
    make_workspace(tmp_path / "own", answers(), directory, today=TODAY)
    prepare_year(open_workspace(tmp_path / "own"), 2027, gap=True)
    assert open_workspace(tmp_path / "own").year(2027).starts_on == dt.date(2027, 1, 1)


def test_a_failure_restores_what_was_there(tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_workspace(tmp_path / "own", answers(), directory, today=TODAY)
    before = {path: path.read_bytes() for path in sorted((tmp_path / "own").rglob("*")) if path.is_file()}
    real, calls = os.replace, []

    def third_fails(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 3:
            raise OSError(28, "No space left on device", str(target))
        real(source, target)

    monkeypatch.setattr(os, "replace", third_fails)
    with pytest.raises(InputProblem, match="No space left"):
        prepare_year(open_workspace(tmp_path / "own"), 2025)
    assert {path: path.read_bytes() for path in sorted((tmp_path / "own").rglob("*")) if path.is_file()} == before
