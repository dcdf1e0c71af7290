"""A monitoring form is filled where the mapping says and nowhere else, read back, and refused in plain words."""

from __future__ import annotations

import copy
import datetime as dt
import re
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import yaml
from monitoring_world import MAPPING, YEAR, applications, workspace
from typer.testing import CliRunner

from evaluation.app.cli import app
from evaluation.app.monitoring_work import compare_with, export_form, prepare, read_form
from evaluation.places import Workspace, repository
from evaluation.report.monitoring.form import cell_problems, open_form, targets
from evaluation.report.monitoring.mapping import mapping_problems
from evaluation.report.monitoring.values import count_values, rounded
from evaluation.settings import InputProblem, read_settings
from evaluation.settings.monitoring import MonitoringForm
from evaluation.territory.registry import in_force, read_registry

RUN = CliRunner()


def changed(change: Any) -> dict[str, Any]:
    mapping = copy.deepcopy(MAPPING)
    change(mapping)
    return mapping


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace of which only the mapping is ever changed."""
    return workspace(tmp_path_factory.mktemp("monitoring"))


def refused(shared: Workspace, change: Any) -> str:
    """The message in Russian of an export with a changed mapping, after which nothing lies there."""
    text = yaml.safe_dump(changed(change), allow_unicode=True, sort_keys=False)
    (shared.root / "config" / "monitoring" / "example.yml").write_text(text, encoding="utf-8")
    out = shared.root / "out.xlsx"
    with pytest.raises(InputProblem) as problem:
        export_form(shared, "example", YEAR, out)
    assert not out.exists()
    assert len(problem.value.messages["en"].splitlines()) == len(problem.value.messages["ru"].splitlines())
    return problem.value.messages["ru"]


def test_the_form_is_filled_and_keeps_all_that_is_not_ours(tmp_path: Path) -> None:
    opened = workspace(tmp_path)
    filled, without = export_form(opened, "example", YEAR, tmp_path / "out" / "form.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out" / "form.xlsx")
    first, second = book["Раздел 1"], book["Раздел 2"]
    assert [first[cell].value for cell in ("C4", "C5", "C6")] == [5, 2, 3]
    assert first["C8"].value == 6.1  # 6050 roubles are 6.05 thousand: halves go up
    assert first["C9"].value == 0.5
    assert first["C10"].value is None  # nobody noted the views: not known is no zero
    assert first["C7"].value == "=C5+C6" and str(first.merged_cells) == "D4:E4"
    assert first["C4"].fill.fgColor.rgb == "00FFF2CC" and first["C8"].number_format == "#,##0.0"
    assert first["C8"].font.bold and first.column_dimensions["A"].width == 31
    assert [[second.cell(row, column).value for column in (3, 4)] for row in (3, 4, 5, 6)] == [
        [3, 3010], [2, 5050], [None, None], [0, None],
    ]  # fmt: skip
    assert (filled, [target.cell for target in without]) == (10, ["C10", "D6"])
    assert first["B1"].value == "=Институт" and first["B1"].data_type == "s"  # a text, no formula
    assert first["B2"].value == "2025"


def test_the_same_bytes_each_time_and_no_file_is_overwritten(tmp_path: Path) -> None:
    opened = workspace(tmp_path)
    for name in ("a.xlsx", "b.xlsx"):
        export_form(opened, "example", YEAR, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with pytest.raises(InputProblem, match="left as it is"):
        export_form(opened, "example", YEAR, tmp_path / "a.xlsx")
    with pytest.raises(InputProblem, match="xlsx"):
        export_form(opened, "example", YEAR, tmp_path / "a.xls")


def test_a_filled_form_is_compared_cell_by_cell(tmp_path: Path) -> None:
    opened = workspace(tmp_path)
    export_form(opened, "example", YEAR, tmp_path / "form.xlsx")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    first = book["Раздел 1"]
    first["C4"], first["C5"], first["C6"], first["C8"] = "5,0", 4, None, "много"
    first["C10"] = 12
    book.save(tmp_path / "back.xlsx")
    found = compare_with(opened, "example", YEAR, tmp_path / "back.xlsx")
    states = dict(zip(found["cell"] + found["sheet"].str[-1], found["state"], strict=True))
    assert states == {
        "C41": "equal", "C51": "differs", "C61": "form_empty", "C81": "not_a_number", "C91": "equal",
        "C101": "ours_empty", "C32": "equal", "D32": "equal", "C42": "equal", "D42": "equal", "C62": "equal",
        "D62": "both_empty",
    }  # fmt: skip
    assert found.set_index("key").loc["approved", ["form", "ours", "difference"]].tolist() == [4, 2, 2]
    assert found.loc[found["cell"].eq("C3"), "unit_id"].tolist() == ["04501000"]  # a lost zero is found again


@pytest.mark.parametrize(
    ("place", "key", "value", "words"),
    [
        (0, "cell", "C7", "«Раздел 1»!C7 стоит формула"),
        (0, "cell", "E4", "D4:E4. Назовите D4"),
        (0, "cell", "A4", "стоит текст «Заявок»"),
        (0, "cell", "C5", "C5 занята другой"),
        (0, "sheet", "Раздел 9", "нет листа «Раздел 9». Есть: Раздел 1, Раздел 2"),
        (0, "key", "other", "имя «other» занято"),
        (1, "table", "applications", "нет таблицы «applications»"),
        (1, "table", "award_scores", "«award_scores» за 2025 год здесь не создаётся"),
        (1, "filter", "fate == 'approved'", "нет столбцов fate"),
        (1, "filter", "status = approved", "не читается"),
        (1, "filter", "applied_on > 3", "нельзя применить"),
        (3, "column", "status", "не числовой"),
        (3, "column", "granted", "нет столбца «granted»"),
        (3, "column", None, "нужен столбец"),
        (3, "high", 3, "значение 6.1 вне пределов 0..3"),
        (4, "share_of", None, "условие части нужно"),
    ],
)
def test_what_does_not_fit_is_named_by_line_and_key(
    shared: Workspace, place: int, key: str, value: object, words: str
) -> None:
    def change(mapping: dict[str, Any]) -> None:
        mapping["cells"][place][key] = value
        if value is None:
            del mapping["cells"][place][key]
        mapping["sums"] = [] if key in ("key", "filter") else mapping["sums"]

    said = refused(shared, change)
    assert words in said
    line = int(said.split("строка ")[1].split(" ")[0].rstrip(":"))
    lines = (shared.root / "config" / "monitoring" / "example.yml").read_text(encoding="utf-8").splitlines()
    near = "\n".join(lines[max(line - 2, 0) : line + 1])
    assert (value is None and "- key:" in near) or (f"{key}:" in near)


def test_totals_must_equal_their_parts(shared: Workspace) -> None:
    def change(mapping: dict[str, Any]) -> None:
        mapping["sums"][0]["parts"] = ["approved"]

    assert "«applications» = 5, а сумма частей 2" in refused(shared, change)


def test_unknown_keys_and_sums_of_nothing_are_refused(shared: Workspace) -> None:
    def change(mapping: dict[str, Any]) -> None:
        mapping["sums"][0]["parts"] = ["approvd"]

    assert "нет записей с именами approvd" in refused(shared, change)


def test_codes_of_the_form_must_be_units_of_the_year(tmp_path: Path) -> None:
    opened = workspace(tmp_path)
    path = tmp_path / "config" / "monitoring" / "example.xlsx"
    book = openpyxl.load_workbook(path)
    book["Раздел 2"]["A4"], book["Раздел 2"]["A6"] = "04999000", 4501000
    book.save(path)
    with pytest.raises(InputProblem) as problem:
        prepare(opened, "example", YEAR)
    said = problem.value.messages["ru"]
    assert "«Раздел 2»!A4: территории с кодом «04999000»" in said
    assert "«Раздел 2»!A6: код 04501000 стоит в форме дважды" in said


def test_few_people_are_not_sent_unless_allowed(tmp_path: Path) -> None:
    people = {
        "key": "visitors", "sheet": "Раздел 1", "cell": "C11", "table": "media_items", "aggregation": "sum",
        "column": "views",
    }  # fmt: skip

    opened = workspace(tmp_path / "a", changed(lambda mapping: mapping["cells"].append(people)))
    place = opened.table_path("media_items", YEAR)
    pd.read_parquet(place).assign(views=pd.array([1, 2], dtype="Int64")).to_parquet(place, index=False)
    # views are no people, so three of them may be told
    assert export_form(opened, "example", YEAR, tmp_path / "a.xlsx")[0] == 12
    _, form = read_form(opened, "example")
    read = {"federal_applications": applications(), "media_items": pd.DataFrame({"views": [1, 2]})}
    as_people = count_values(form, lambda name: read[name], YEAR, 5, lambda _, column: "persons" * (column == "views"))
    assert [text.ru for _, text in as_people.problems if "порога 5" in text.ru]
    allowed = form.model_copy(
        update={"cells": tuple(cell.model_copy(update={"small_counts": True}) for cell in form.cells)}
    )
    assert not count_values(allowed, lambda name: read[name], YEAR, 5, lambda *_: "persons").problems


def test_a_form_that_cannot_be_opened(tmp_path: Path) -> None:
    opened = workspace(tmp_path)
    (tmp_path / "config" / "monitoring" / "example.xlsx").write_bytes(b"no workbook")
    with pytest.raises(InputProblem, match="damaged"):
        prepare(opened, "example", YEAR)
    (tmp_path / "config" / "monitoring" / "example.xlsx").unlink()
    with pytest.raises(InputProblem, match="There is no file"):
        prepare(opened, "example", YEAR)
    with pytest.raises(InputProblem, match="There are: example"):
        prepare(opened, "../programme", YEAR)


def test_the_commands_speak(tmp_path: Path) -> None:
    workspace(tmp_path, simulated=True)
    place = ["--workspace", str(tmp_path), "--plain", "--language"]
    checked = RUN.invoke(app, ["monitoring", "check", "example", "2025", *place, "ru"])
    assert (checked.exit_code, checked.output.strip()) == (
        0, "Форма «example», 2025: ячеек 12, без значения 2. Данные смоделированы: отправлять нельзя.",
    )  # fmt: skip
    out = tmp_path / "form.xlsx"
    exported = RUN.invoke(app, ["monitoring", "export", "example", "2025", "--out", str(out), *place, "en"])
    assert exported.exit_code == 0 and "Simulated data: not to be sent." in exported.output
    assert "simulated" in openpyxl.load_workbook(out).properties.description
    listed = tmp_path / "differences.csv"
    back = RUN.invoke(app, ["monitoring", "import", "example", str(out), "--out", str(listed), *place, "ru"])
    assert back.exit_code == 0 and "Ячеек сверено: 12, расхождений: 0." in back.output
    assert listed.read_text(encoding="utf-8-sig").splitlines() == ["key,sheet,cell,unit_id,form,ours,difference,state"]
    unknown = RUN.invoke(app, ["monitoring", "check", "nothing", "2025", *place, "en"])
    assert unknown.exit_code == 2


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [(0.5, 0, 1), (1.5, 0, 2), (2.5, 0, 3), (-2.5, 0, -3), (1.005, 2, 1.01), (2.675, 2, 2.68), (6.05, 1, 6.1)],
)
def test_halves_go_away_from_zero(value: float, decimals: int, expected: float) -> None:
    assert rounded(value, decimals) == expected


def test_the_example_holds_together_and_the_documentation_shows_it() -> None:
    root = repository()
    form = read_settings(root / "config" / "monitoring" / "example.yml", MonitoringForm)
    assert mapping_problems(form, lambda _: True, YEAR) == []
    registry = in_force(read_registry(root / "config" / "territory" / "units.csv"), dt.date(YEAR, 12, 31))
    book = open_form(root / form.template)
    cells, problems = targets(form, book, dict(zip(registry["unit_id"], registry["name"], strict=True)))
    assert (problems, list(cell_problems(book, cells, form))) == ([], [])
    assert len(cells) == 4 + len(registry)
    for language in ("ru", "en"):
        page = (root / "docs" / "site" / language / "howto" / "services.md").read_text(encoding="utf-8")
        shown = yaml.safe_load(re.search(r"```yaml\n(.*?)```", page, re.DOTALL)[1])  # type: ignore[index]
        assert MonitoringForm.model_validate(shown) == form
