from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny_programme import BEGIN, FINISH, SUM, Tiny
from typer.testing import CliRunner, Result

from evaluation.app.cli import app
from evaluation.running import engine, staleness
from evaluation.running.fingerprint import fingerprint
from evaluation.running.lock import only_run


@pytest.fixture(autouse=True)
def quiet_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "EVALUATION_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")


@pytest.fixture
def programme(finished: Tiny, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """The finished tiny workspace, with its own little package as the code that counts."""

    def tiny_fingerprint(workspace: object, step: object, year: int, hashes: object, packages: object = None) -> object:
        return fingerprint(workspace, step, year, hashes, finished.packages)  # type: ignore[arg-type]

    monkeypatch.setattr(staleness, "fingerprint", tiny_fingerprint)
    monkeypatch.setenv("PYTHONPATH", str(finished.root / "code"))
    return finished


def call(programme: Tiny, *arguments: str) -> Result:
    command, *rest = arguments
    return CliRunner().invoke(app, [command, "--workspace", str(programme.root), *rest])


def test_a_run_with_nothing_to_do(programme: Tiny) -> None:
    result = call(programme, "run", "--plain")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "1 of 5  01_read 2023 ... kept, nothing changed"
    assert re.fullmatch(r"Ran 0, kept 5, failed 0, held back 0, does not apply 0\. 0\.\d s in all\.", lines[5])
    assert lines[6] == f"Report: {programme.root}/reports/2024/draft/report.en.html"
    assert "\x1b" not in result.stdout


def test_a_failed_run_names_cell_cause_and_log_in_russian(programme: Tiny) -> None:
    programme.notebook("02_sum", BEGIN, SUM, "1 / 0", FINISH)
    result = call(programme, "run", "2024", "--plain", "--language", "ru")
    assert result.exit_code == 1
    assert re.search(r"\d из 5  02_sum 2024 \.\.\. ошибка через \d+,\d с", result.stdout)
    assert "04_tell 2024 ... не выполнялся: не прошёл шаг 02_sum 2024" in result.stdout
    assert "02_sum 2024: ячейка 4: ZeroDivisionError: division by zero" in result.stdout
    assert f"Журнал: {programme.root}/reports/2024/draft/run/02_sum.log" in result.stdout
    assert "Отчёт" not in result.stdout
    assert "Traceback" not in result.output
    status = call(programme, "status", "--plain").stdout.splitlines()
    assert status[2:] == [
        "02_sum\t2024\tfailed\tcell 4: ZeroDivisionError: division by zero",
        "03_count\t2024\tfresh",
        "04_tell\t2024\tstale\tstep 02_sum 2024 has to run first",
    ]
    shown = call(programme, "log", "02_sum", "2024")
    assert shown.exit_code == 0
    assert "ZeroDivisionError" in shown.stdout
    again = call(programme, "run", "--only", "02_sum", "--force", "02_sum", "--plain")
    assert again.exit_code == 1
    assert "1 of 1  02_sum 2024 ... failed after" in again.stdout


@pytest.mark.parametrize("also_broken", [False, True])
def test_what_a_notebook_finds_wrong_in_the_input_is_two_unless_something_else_fails(
    programme: Tiny, also_broken: bool
) -> None:
    refuse = (
        "from evaluation.settings import InputProblem\nraise InputProblem('Нет столбца «Сумма».', 'No column Sum.')"
    )
    programme.notebook("02_sum", BEGIN, SUM, refuse, FINISH)
    if also_broken:
        programme.notebook("03_count", BEGIN, "1 / 0", FINISH)
    result = call(programme, "run", "2024", "--plain", "--language", "ru")
    assert result.exit_code == (1 if also_broken else 2)
    assert "02_sum 2024: ячейка 4: Нет столбца «Сумма»." in result.stdout
    assert "Traceback" not in result.output


def test_status_and_why(programme: Tiny) -> None:
    programme.edit("code/tinycode/parsing.py", "int(part)", "3 * int(part)")
    programme.edit("config/programme.yml", "threshold: 5", "threshold: 7")
    programme.edit("notebooks/02_sum.ipynb", "# Title", "# Sum")
    programme.write("data/raw/2023/answers.csv", "9")
    why = call(programme, "why", "02_sum")
    assert why.stdout.splitlines() == [
        "02_sum 2024: stale",
        "  the notebook changed: changed: the text before cell 1 '# Sum'",
        "  the setting changed: programme.disclosure.threshold: 5 -> 7",
        "  the code changed: tinycode.parsing (changed: function numbers)",
        "  step 01_read 2023 has to run first",
        "    the input changed: source:answers (data/raw/2023/answers.csv; 4 -> 1 bytes)",
    ]
    table = call(programme, "status")
    assert table.exit_code == 0
    assert re.search(r"step +2023 +2024", table.stdout)
    assert re.search(r"01_read +stale +fresh", table.stdout)
    assert re.search(r"02_sum +stale", table.stdout)
    assert "01_read 2023: the input changed: source:answers" in table.stdout
    (programme.root / "reports/2024/draft/run/03_count.json").unlink()
    plain = call(programme, "status", "--plain", "--language", "ru").stdout
    assert "03_count\t2024\tnever\tещё не выполнялся" in plain


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "2031"), "Year 2031 is not set up"),
        (("run", "--only", "03"), "There is no step '03'. The steps are: 01_read"),
        (("run", "--force", "03"), "There is no step '03'"),
        (("run", "--from", "03"), "There is no step '03'"),
        (("status", "2031"), "Years set up: 2023, 2024"),
        (("log", "03"), "There is no step '03'"),
        (("why", "03"), "There is no step '03'"),
        (("log", "02_sum", "2023"), "it has not been run yet"),
        (("plan",), "There is no analysis plan of 2024"),
        (("run", "--jobs", "0"), "--jobs"),
        (("run", "--what"), "No such option"),
        (("run", "year"), "valid integer"),
        (("simulate", "--years", "2025-2019"), "2025-2019"),
    ],
)
def test_bad_input_is_two_and_says_what_is_wrong(programme: Tiny, arguments: tuple[str, ...], said: str) -> None:
    result = call(programme, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_a_missing_source_is_told_in_the_systems_language(programme: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    (programme.root / "data/raw/2024/answers.csv").unlink()
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    result = call(programme, "run")
    assert result.exit_code == 2
    assert result.stderr.startswith("Нет файла data/raw/2024/answers.csv. Он указан в config/years/2024.yml, строка 7")


def test_a_folder_that_is_no_workspace_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["status", "--workspace", str(tmp_path)])
    assert result.exit_code == 2
    assert "is not a workspace" in result.stderr


def test_a_second_run_is_refused(programme: Tiny) -> None:
    with only_run(programme.root):
        result = call(programme, "run")
    assert result.exit_code == 2
    assert "already going on" in result.stderr


def test_an_unforeseen_error_becomes_a_log(programme: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("nobody foresaw it")

    monkeypatch.setattr(engine, "run", broken)
    result = call(programme, "run")
    assert result.exit_code == 1
    assert "nobody foresaw it" in result.stderr
    assert "Traceback" not in result.output
    log = Path(result.stderr.split("Details: ")[1].strip())
    assert "Traceback" in log.read_text()


def test_the_plan_in_words(programme: Tiny) -> None:
    programme.write(
        "config/plan/2024.yml",
        "year: 2024\ndeclared_on: 2023-12-01\n"
        "questions: [{id: EQ1, text: {ru: 'Связано ли?', en: 'Is it related?'}}]\n"
        "models:\n  - name: main\n    question: EQ1\n    outcome: applications\n    exposures: [trained]\n"
        "    family: poisson\n    estimand: {ru: отношение, en: ratio}\n    design: association\n"
        "    assumption: {ru: нет, en: none}\n    is_main: true\nrobustness: {bootstrap_draws: 99}\n",
    )
    english = call(programme, "plan").stdout
    assert "Analysis plan of 2024, written on 2023-12-01." in english
    assert "EQ1  main: poisson (main)" in english
    assert "design: association, no claim about causes" in english
    russian = call(programme, "plan", "--language", "ru").stdout
    assert "записан 01.12.2023" in russian
    assert "повторений бутстрепа: 99" in russian


def test_help_comes_at_once() -> None:
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        answer = subprocess.run(
            [sys.executable, "-m", "evaluation.app.cli", "--help"], capture_output=True, text=True, check=True
        )
        seconds.append(time.perf_counter() - began)
    assert "status" in answer.stdout
    assert min(seconds) < 1


def test_help_needs_no_heavy_library() -> None:
    heavy = "{'pandas', 'pydantic', 'yaml', 'papermill', 'numpy'}"
    code = f"import sys, evaluation.app.cli; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
