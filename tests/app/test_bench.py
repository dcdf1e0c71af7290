"""The measured register is what it claims to be, and cleaning it keeps to the limits of time and memory."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from evaluation.app.bench.cleaning import CleaningBench, Measured, bench_cleaning
from evaluation.app.bench.register import HEADER, MESSY_SHARE, register, write_register
from evaluation.app.bench.rivals import peak_memory
from evaluation.app.cli import app
from evaluation.cleaning.workbook import read_received
from evaluation.places import open_workspace, repository
from evaluation.territory.registry import in_force, read_registry

# the time that cleaning may take, in bare readings of the same workbook, and its memory
MOST_RATIO = 3.0
MOST_MEMORY = 1_500_000_000


@pytest.fixture(scope="module")
def units() -> pd.DataFrame:
    return in_force(read_registry(repository() / "config" / "territory" / "units.csv"), dt.date(2025, 12, 31))


def test_the_workbook_holds_the_register(tmp_path: Path, units: pd.DataFrame) -> None:
    frame = register(300, units, 2025)
    write_register(tmp_path / "a.xlsx", frame)
    sheet = read_received(tmp_path / "a.xlsx", "projects").sheets[0]
    assert sheet.cells[0, 0] == "Реестр заявок" and tuple(sheet.cells[1]) == HEADER
    assert sheet.physical_rows == 302 and not sheet.remarks
    for place, name in enumerate(HEADER):
        received = sheet.cells[2:, place].tolist()
        if name == "Дата подачи":
            received = [(cell - dt.date(1899, 12, 30)).days if isinstance(cell, dt.date) else cell for cell in received]
        assert received == frame[name].tolist(), name


def test_the_register_is_seeded_and_somewhat_messy(units: pd.DataFrame) -> None:
    frame = register(4000, units, 2025)
    pd.testing.assert_frame_equal(frame, register(4000, units, 2025))
    assert not frame.equals(register(4000, units, 2025, seed=2))
    expected = {"Тип проекта": str.isupper, "Населённый пункт": lambda text: text != text.strip()}
    for name, messy in expected.items():
        share = frame[name].map(messy).mean() * 6 / len(HEADER)  # six columns are messy for all sixteen
        assert share == pytest.approx(MESSY_SHARE, abs=0.006)
    total = frame["Стоимость проекта, руб."]
    numbers = total.map(lambda cell: isinstance(cell, float))
    parts = frame[[name for name in HEADER if name.endswith(", план")]].sum(axis=1)
    assert (total[numbers] == parts[numbers]).all() and 0.9 < numbers.mean() < 1


@pytest.mark.slow  # processes that import everything anew
@pytest.mark.parametrize(("language", "words"), [("ru", "Вся очистка"), ("en", "Whole cleaning")])
def test_the_command_measures_a_small_register(language: str, words: str) -> None:
    result = CliRunner().invoke(
        app, ["bench", "clean", "--rows", "5000", "--plain", "--workspace", str(repository()), "--language", language]
    )
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith(("Книга: 5000 x 16", "Workbook: 5000 x 16"))
    assert lines[2].startswith(words) and lines[4].endswith(": 5000")


def test_other_measurements_are_unknown() -> None:
    result = CliRunner().invoke(app, ["bench", "maps", "--language", "en", "--workspace", str(repository())])
    assert result.exit_code == 2 and "no measurement 'maps'" in result.output


def test_the_figures_in_words() -> None:
    bench = CleaningBench(10, 1_500_000, Measured(2.0, 10**8), Measured(5.0, 3 * 10**8), 9)
    assert bench.ratio == 2.5
    assert bench.in_words("en").splitlines() == [
        "Workbook: 10 x 16, 1.5 MB",
        "Bare reading: 2.0 s of processor time, memory up to 100 MB",
        "Whole cleaning: 5.0 s of processor time, memory up to 300 MB",
        "Ratio: 2.50",
        "Projects that came out: 9",
    ]
    assert "Отношение: 2,50" in bench.in_words("ru") and "память до 100 МБ" in bench.in_words("ru")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere a process knows its own peak alone")
def test_peak_memory_is_that_of_the_process_alone() -> None:
    ballast = np.ones(60_000_000)  # 480 MB, which a process started from here must not be charged with
    own = peak_memory()
    command = [sys.executable, "-c", "from evaluation.app.bench.rivals import peak_memory; print(peak_memory())"]
    started = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert own > ballast.nbytes and 10_000_000 < started < own - ballast.nbytes / 2


@pytest.fixture(scope="module")
def large() -> CleaningBench:
    return bench_cleaning(open_workspace(repository()), 200_000)


@pytest.mark.slow
def test_two_hundred_thousand_rows_fit_into_memory(large: CleaningBench) -> None:
    assert large.kept == 200_000
    assert large.cleaned.memory < MOST_MEMORY, large.in_words("en")


@pytest.mark.slow
def test_two_hundred_thousand_rows_in_three_bare_readings(large: CleaningBench) -> None:
    assert large.ratio <= MOST_RATIO, large.in_words("en")
