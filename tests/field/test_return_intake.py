"""Returns written by hand, in layouts of their own, through the intake."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from evaluation.codebook import read_codebook
from evaluation.contracts import TABLES, check
from evaluation.field.returns.folder import read_folder
from evaluation.field.returns.form import read_form
from evaluation.field.returns.headings import headings
from evaluation.field.returns.intake import take_in
from evaluation.settings import InputProblem
from evaluation.territory.registry import read_registry

CODEBOOK = read_codebook(Path(__file__).resolve().parents[2] / "config")
FORM = """variable,label_ru,label_en,aliases,kind,unit,low,high,checks,required_for,register
people,Численность жителей,Residents,Население|Жителей,count,persons,0,,,,population
trained,Обучено,Trained,,count,persons,0,,trained <= people,,
revenue,Доходы бюджета,Revenue,,money,RUB,0,,,,
turnout,"Явка, %",Turnout,,share,share,0,1,,,
site,Есть сайт,Has a site,,flag,,,,,,
elders,Старост,Elders,,count,persons,0,,,settlement,
"""
UNITS = """unit_id,name,type,reference_population,valid_from,valid_to
04701000,город Ачинск,city_okrug,100000,2015-01-01,
04601000,Берёзовский муниципальный район,municipal_district,40000,2015-01-01,
04601404,Рябининское сельское поселение,settlement,900,2015-01-01,
04601408,Заречное сельское поселение,settlement,1100,2015-01-01,2020-12-31
"""
HEAD = [
    "№ п/п", "Код ОКТМО", "Наименование МО", "Население", "Обучено", "Доходы бюджета, тыс. руб.", "Явка, %",
    "Есть сайт", "Старост",
]  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> Path:
    (tmp_path / "form.csv").write_text(FORM, encoding="utf-8")
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    (tmp_path / "returns").mkdir()
    return tmp_path


def book(place: Path, rows: list[list[Any]]) -> None:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    place.parent.mkdir(parents=True, exist_ok=True)
    made.save(place)


def taken(world: Path, year: int = 2024) -> dict[str, pd.DataFrame]:
    form = read_form(world / "form.csv")
    files = read_folder(world / "returns", headings(form, CODEBOOK))
    tables = take_in(files, form, read_registry(world / "units.csv"), year, dt.date(year, 7, 1), CODEBOOK)
    return {name: check(frame, TABLES[name], CODEBOOK) for name, frame in tables.items()}


def value(tables: dict[str, pd.DataFrame], unit: str, variable: str) -> tuple[Any, Any]:
    rows = tables["returns"].query("unit_id == @unit and variable == @variable")
    assert len(rows) == 1
    found, missing = rows["value"].iloc[0], rows["missing"].iloc[0]
    return (None if pd.isna(found) else found, None if pd.isna(missing) else missing)


def test_a_region_s_workbook_is_read_whatever_its_habits(world: Path) -> None:
    book(
        world / "returns" / "край.xlsx",
        [
            ["Сведения о муниципальных образованиях за 2024 год"],
            ["по состоянию на 15 марта 2025 г."],
            HEAD,
            [1, 2, 3, 4, 5, 6, 7, 8, 9],
            [None, None, "Городские округа"],
            [1, 4701000, "г. Ачинск", 101_500, "около 500", "1 234,5", 45.3, "да", None],
            [None, None, "Районы и поселения"],
            [2, "04 601 000", "Березовский район", "40 100", 12, 900, "н/д", "нет", None],
            [3, "4601404", "Рябининское с/п", 880, 900, None, 61, "Да", 3],
            [None, None, "ИТОГО", 142_480, None, None, None, None, None],
            ["Исполнитель: отдел"],
        ],
    )
    tables = taken(world)
    assert value(tables, "04701000", "people") == (101_500, None)
    assert value(tables, "04701000", "trained") == (None, "invalid")
    assert value(tables, "04701000", "revenue") == (1_234_500, None)
    assert value(tables, "04701000", "turnout")[0] == pytest.approx(0.453)
    assert value(tables, "04601000", "people") == (40_100, None)
    assert value(tables, "04601000", "turnout") == (None, "marker")
    assert value(tables, "04601404", "revenue") == (None, "blank")
    assert value(tables, "04601404", "site") == (1, None)
    # the question on elders is asked of settlements alone
    assert set(tables["returns"].query("variable == 'elders'")["unit_id"]) == {"04601404"}
    classes = tables["return_rows"].set_index("row")["row_class"].to_dict()
    assert [classes[row] for row in range(1, 12)] == [
        "title", "title", "header", "numbering", "section", "data", "section", "data", "data", "total", "footnote",
    ]  # fmt: skip
    issues = tables["return_issues"].set_index("cell")["rule"].to_dict()
    assert issues["E6"] == "inexact_number"
    assert issues["B6"] == "oktmo_lost_zero"
    assert issues["E9"] == "return_check"
    register = tables["return_register"].set_index("unit_id")
    assert register["returned"].tolist() == [True, True, True]
    assert register.loc["04601404", ["required", "answered"]].tolist() == [6, 5]
    assert register.loc["04701000", "complete_share"] == pytest.approx(4 / 5)
    file = tables["return_files"].iloc[0]
    assert (file["fate"], file["layout"], file["kept"], str(file["stated_on"])[:10]) == (
        "read",
        "workbook",
        3,
        "2025-03-15",
    )


def test_small_forms_and_what_is_no_return(world: Path) -> None:
    folder = world / "returns"
    book(
        folder / "село" / "Рябининское 2025-02-01.xlsx",
        [
            ["Отчёт за 2024 год"],
            ["Код ОКТМО", "04601404"],
            ["Муниципальное образование", "Рябининское сельское поселение"],
            ["1. Численность жителей", 890],
            ["2. Обучено", None],
            ["3. Доходы бюджета, млн руб.", "2,5"],
            ["4. Явка", "61 %"],
            ["5. Любимый цвет", "синий"],
        ],
    )
    (folder / "пустой.xlsx").write_bytes(b"")
    (folder / "битый.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    (folder / "письмо.docx").write_bytes(b"words")
    book(folder / "чужое.xlsx", [["Смета"], ["товар", "цена"], ["стол", 5]])
    book(folder / "чистый лист.xlsx", [])
    book(folder / "прошлый.xlsx", [["Отчёт за 2023 год"], HEAD, [1, "04701000", "Ачинск", 1, 1, 1, 1, "да", None]])
    tables = taken(world)
    assert value(tables, "04601404", "people") == (890, None)
    assert value(tables, "04601404", "trained") == (None, "blank")
    assert value(tables, "04601404", "revenue") == (2_500_000, None)
    assert value(tables, "04601404", "turnout")[0] == pytest.approx(0.61)
    assert value(tables, "04601404", "elders") == (None, "not_asked")
    fates = tables["return_files"].set_index("file")["fate"].to_dict()
    assert fates == {
        "село/Рябининское 2025-02-01.xlsx": "read", "пустой.xlsx": "empty", "битый.xlsx": "broken",
        "письмо.docx": "not_recognised", "чужое.xlsx": "not_recognised", "чистый лист.xlsx": "empty",
        "прошлый.xlsx": "wrong_year",
    }  # fmt: skip
    assert tables["return_register"].set_index("unit_id")["returned"].to_dict() == {
        "04601000": False, "04601404": True, "04701000": False,
    }  # fmt: skip
    aside = tables["return_rows"].query("fate == 'quarantined'")
    assert set(zip(aside["source"], aside["row"], strict=True)) == {
        ("прошлый.xlsx", 3), ("село/Рябининское 2025-02-01.xlsx", 8),
    }  # fmt: skip
    answer = tables["returns"].query("variable == 'revenue'").iloc[0]
    assert (answer["source_row"], str(answer["stated_on"])[:10]) == (6, "2025-02-01")


def test_editions_unknown_codes_and_names_alone(world: Path) -> None:
    folder = world / "returns"
    rows = [
        [1, "04701000", "Ачинск", 100, 1, 1, 50, "да", None],
        [2, "04601408", "Заречное сельское поселение", 5, 1, 1, 50, "да", 1],
        [3, "99999999", "Нигде", 5, 1, 1, 50, "да", 1],
        [4, None, "Рябининское сельское поселение", 880, 1, 1, 50, "да", 1],
    ]
    book(folder / "1.xlsx", [["по состоянию на 01.03.2025"], HEAD, *rows])
    book(folder / "2.xlsx", [["по состоянию на 01.02.2025"], HEAD, [1, "04701000", "Ачинск", 90, 1, 1, 50, "да", None]])
    tables = taken(world)
    assert value(tables, "04701000", "people") == (100, None)
    assert value(tables, "04601404", "people") == (880, None)
    fates = tables["return_rows"].dropna(subset=["fate"]).set_index(["source", "row"])["fate"].to_dict()
    assert fates == {
        ("1.xlsx", 3): "kept", ("1.xlsx", 4): "quarantined", ("1.xlsx", 5): "quarantined", ("1.xlsx", 6): "kept",
        ("2.xlsx", 3): "merged",
    }  # fmt: skip
    rules = tables["return_issues"].query("field == 'unit_id'").set_index("row")["rule"].to_dict()
    assert rules == {4: "return_unit_not_in_force", 5: "unit_unknown", 6: "code_from_name"}
    moved = tables["return_revisions"].query("unit_id == '04701000'").iloc[0]
    assert (moved["variable"], moved["kind"], moved["before"], moved["after"]) == ("people", "revised", 90, 100)
    assert tables["return_files"].set_index("file").loc["2.xlsx", "fate"] == "superseded"


def test_nothing_but_numbers_of_people_s_words_is_shown(world: Path) -> None:
    book(
        world / "returns" / "1.xlsx",
        [HEAD, [1, "04701000", "Ачинск", "спросить Иванова И.И. 8-913-123-45-67", 1, 1, 50, "да", None]],
    )
    issues = taken(world)["return_issues"]
    assert issues.query("field == 'people'")["rule"].tolist() == ["not_a_number"]
    assert not issues["raw"].fillna("").str.contains("Иванов|913").any()


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("x,Икс,X,,words,,,,,,", "kind"),
        ("x,Икс,X,,count,,a,,,,", "low"),
        ("x,Икс,X,,count,,,,x < 3,,", "checks"),
        ("x,Икс,X,,count,,,,x <= y,,", "y"),
        ("X 1,Икс,X,,count,,,,,,", "variable"),
    ],
)
def test_a_form_that_is_none_is_refused_with_its_place(tmp_path: Path, line: str, part: str) -> None:
    path = tmp_path / "form.csv"
    path.write_text(FORM.split("\n", 1)[0] + f"\n{line}\n", encoding="utf-8")
    with pytest.raises(InputProblem) as problem:
        read_form(path)
    assert part in problem.value.messages["ru"]
    assert "form.csv" in problem.value.messages["en"]


def test_a_folder_that_is_not_there_is_refused(world: Path) -> None:
    with pytest.raises(InputProblem):
        read_folder(world / "nowhere", headings(read_form(world / "form.csv"), CODEBOOK))
