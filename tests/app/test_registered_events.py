"""Confirmed minutes of an event that the programme's own register has already, is silent on, or has twice."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from deciding_workspace import make_workspace
from typer.testing import CliRunner

from evaluation.app.cli import app
from evaluation.app.document_command import write_form
from evaluation.app.registered_events import without_registered
from evaluation.places import Workspace
from evaluation.report.confirmation.form import COLUMNS, HEADER_ROW, ROLE_COLUMN, ROLE_ROW
from evaluation.settings import InputProblem

YEAR, DAY = 2024, dt.date(2024, 6, 5)
REGISTER = "Межмуниципальные мероприятия.xlsx"
HEAD = ["№ мероприятия", "Название", "Форма", "Дата начала", "Дата окончания", "Состав"]
MINUTES = """РЕЗОЛЮЦИЯ
семинара
«Соседи решают вместе»
5 июня 2024 г.
г. Канск

В семинаре приняло участие 12 человек.

Проблемы:
- нет денег на субсидии.

Голосовали: за 12.
"""


def event(number: Any, first: str = "05.06.2024", last: str = "06.06.2024", host: str = "г. Канск") -> list[Any]:
    composition = f"принимает: {host}; гости: Абанский район (3)" if host else "гости: Абанский район (3)"
    return [number, f"Встреча {number}", "семинар", first, last, composition]


def register(workspace: Workspace, rows: Sequence[Sequence[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in (HEAD, *rows):
        book.active.append(list(row))
    path = workspace.raw_folder(YEAR) / REGISTER
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "workspace", {"exchange_events": {"file": REGISTER}})


def tables(place: str | None = "г. Канск", number: str = "0605", ends: dt.date = DAY) -> dict[str, pd.DataFrame]:
    """What confirmed minutes give."""
    rows = {
        "exchange_events": {"exchange_number": number, "title": "Соседи", "starts_on": DAY, "ends_on": ends},
        "resolutions": {"resolution_id": number, "exchange_id": number, "held_on": DAY, "place": place},
        "problems": {"problem_id": f"{number}-1", "exchange_id": number, "text": "мало денег"},
    }
    return {name: pd.DataFrame([row], dtype=object) for name, row in rows.items()}


def test_the_same_day_and_place_is_left_out_and_the_others_name_it(workspace: Workspace, tmp_path: Path) -> None:
    register(workspace, [event(6, "01.02.2024", "01.02.2024"), event(7)])
    kept, (said,) = without_registered(tables(), workspace, tmp_path)
    assert sorted(kept) == ["problems", "resolutions"]
    assert {name: frame["exchange_id"].tolist() for name, frame in kept.items()} == {
        "problems": ["2024-X7"], "resolutions": ["2024-X7"],
    }  # fmt: skip
    assert kept["resolutions"]["resolution_id"].tolist() == ["0605"], "the document keeps its own number"
    assert "2024-X7" in said.ru and f"{REGISTER}, Sheet, 3" in said.ru and "05.06.2024" in said.ru
    assert "2024-X7" in said.en and "2024-06-05" in said.en


@pytest.mark.parametrize(
    ("rows", "changes"),
    [
        ([event(7, host="Абанский район")], {}),  # the same day elsewhere
        ([event(7, "04.06.2024", "04.06.2024")], {}),  # the day before, in the same place
        ([event(7, "06.06.2024", "07.06.2024")], {}),  # the day after
        ([], {}),
    ],
)
def test_another_event_is_written(
    workspace: Workspace, tmp_path: Path, rows: list[list[Any]], changes: dict[str, Any]
) -> None:
    register(workspace, [event(1, "01.02.2024", "01.02.2024"), *rows])
    kept, said = without_registered(tables(**changes), workspace, tmp_path)
    assert sorted(kept) == ["exchange_events", "problems", "resolutions"] and not said
    assert kept["problems"]["exchange_id"].tolist() == ["0605"]


def test_days_that_overlap_are_the_same_event(workspace: Workspace, tmp_path: Path) -> None:
    register(workspace, [event(7, "04.06.2024", "07.06.2024")])
    assert "exchange_events" not in without_registered(tables(), workspace, tmp_path)[0]
    register(workspace, [event(7, "06.06.2024", "07.06.2024")])
    long = tables(ends=dt.date(2024, 6, 6))
    assert "exchange_events" not in without_registered(long, workspace, tmp_path)[0]


@pytest.mark.parametrize(("place", "host"), [(None, "г. Канск"), ("зал заседаний", "г. Канск"), ("г. Канск", "")])
def test_a_place_that_cannot_be_compared_is_told_and_a_number_settles_it(
    workspace: Workspace, tmp_path: Path, place: str | None, host: str
) -> None:
    register(workspace, [event(7, host=host)])
    kept, (said,) = without_registered(tables(place), workspace, tmp_path)
    assert "exchange_events" in kept
    assert "место сравнить нельзя" in said.ru and "2024-X7" in said.ru and "cannot be compared" in said.en
    for number in ("7", "2024-X7"):
        settled, told = without_registered(tables(place, number), workspace, tmp_path)
        assert "exchange_events" not in settled and len(told) == 1


def test_two_that_fit_are_refused_until_a_number_is_entered(workspace: Workspace, tmp_path: Path) -> None:
    register(workspace, [event(7), event(8)])
    with pytest.raises(InputProblem, match="2024-X8") as raised:
        without_registered(tables(), workspace, tmp_path)
    assert "Nothing was written" in raised.value.messages["en"] and "Впишите номер" in raised.value.messages["ru"]
    kept, _ = without_registered(tables(number="8"), workspace, tmp_path)
    assert kept["problems"]["exchange_id"].tolist() == ["2024-X8"]


def test_without_a_register_or_a_year_nothing_is_left_out(workspace: Workspace, tmp_path: Path) -> None:
    assert without_registered(tables(), workspace, tmp_path)[1] == []
    register(workspace, [event(7)])
    elsewhere = tables()
    elsewhere["exchange_events"]["starts_on"] = dt.date(2031, 6, 5)
    elsewhere["exchange_events"]["ends_on"] = dt.date(2031, 6, 5)
    assert "exchange_events" in without_registered(elsewhere, workspace, tmp_path)[0]
    assert without_registered({"facts": pd.DataFrame()}, workspace, tmp_path)[1] == []


def test_a_register_that_cannot_be_read_is_told(workspace: Workspace, tmp_path: Path) -> None:
    register(workspace, []).write_bytes(b"no workbook")
    kept, (said,) = without_registered(tables(), workspace, tmp_path)
    assert "exchange_events" in kept and "не прочитан" in said.ru and "could not be read" in said.en


def test_what_an_earlier_run_wrote_is_no_register_of_others(workspace: Workspace, tmp_path: Path) -> None:
    settings = workspace.year_file(YEAR)
    settings.write_text(settings.read_text(encoding="utf-8").replace(REGISTER, "exchange_events.xlsx"), "utf-8")
    path = register(workspace, [event(7)])
    path.rename(path.with_name("exchange_events.xlsx"))
    again = Workspace(workspace.root, workspace.programme)
    assert "exchange_events" in without_registered(tables(), again, path.parent)[0]
    assert "exchange_events" not in without_registered(tables(), again, tmp_path)[0]


def test_the_command_leaves_it_out_and_says_so(workspace: Workspace, tmp_path: Path) -> None:
    register(workspace, [event(7)])
    document, form, out = tmp_path / "резолюция.txt", tmp_path / "form.xlsx", tmp_path / "out"
    document.write_text(MINUTES, encoding="utf-8")
    write_form("minutes", document, form, workspace.codebook, "ru")
    book = openpyxl.load_workbook(io.BytesIO(form.read_bytes()))
    sheet = book.worksheets[1]
    sheet.cell(row=ROLE_ROW, column=ROLE_COLUMN).value = "аналитик"
    for row in range(HEADER_ROW + 1, sheet.max_row + 1):
        sheet.cell(row=row, column=list(COLUMNS).index("confirmed") + 1).value = "да"
    book.save(form)
    arguments = ["read-document", "--confirmed", str(form), "--out", str(out), "--workspace", str(workspace.root)]
    done = CliRunner().invoke(app, [*arguments, "--plain", "--language", "ru"])
    assert done.exit_code == 0, done.output
    assert "уже есть в реестре программы: 2024-X7" in done.output
    assert not (out / "exchange_events.xlsx").exists()
    problems = pd.read_excel(out / "problems.xlsx", engine="openpyxl", dtype=str)
    assert "2024-X7" in problems.iloc[0].tolist()
