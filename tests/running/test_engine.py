from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tiny_programme import BEGIN, COUNT, FINISH, STEPS, SUM, Tiny, kernels_of

from evaluation.running.engine import Event, Options, RunResult, run
from evaluation.running.lock import only_run
from evaluation.running.record import read_record
from evaluation.settings import InputProblem

ALL_KEPT = {"01-3": "kept", "01-4": "kept", "02-4": "kept", "03-4": "kept", "04-4": "kept"}


def ends(result: RunResult) -> dict[str, str]:
    """How each task ended, by the step's number and the year's last digit."""
    return {f"{outcome.task.name[:2]}-{outcome.task.year % 10}": outcome.end for outcome in result.outcomes}


def ran(result: RunResult) -> set[str]:
    assert result.good, [outcome.failure for outcome in result.outcomes]
    return {name for name, end in ends(result).items() if end == "ran"}


def why(result: RunResult, step: str) -> str:
    return "; ".join(
        text.en for outcome in result.ended("ran") if outcome.task.name == step for text in outcome.reasons
    )


def test_a_first_run_makes_everything_in_order(tiny: Tiny) -> None:
    events: list[Event] = []
    result = run(tiny.open(), [2024], Options(packages=tiny.packages), on_event=events.append)
    assert ran(result) == {"01-3", "01-4", "02-4", "03-4", "04-4"}
    assert tiny.read("data/processed/2024/sums.parquet") == "15"
    assert tiny.read("data/processed/2024/counts.parquet") == "3"
    assert tiny.read("reports/2024/draft/report.en.html") == "15"
    assert not (tiny.root / "data/processed/2023/sums.parquet").exists()
    assert list((tiny.root / ".staging").glob("run-*")) == []
    record = read_record(tiny.root / "reports/2024/draft/run", "02_sum")
    assert record is not None
    assert record.outputs["table:sums"].path == "data/processed/2024/sums.parquet"
    assert set(record.fingerprint["modules"]) == {"tinycode", "tinycode.adding", "tinycode.parsing"}
    assert record.environment["packages"]["pandas"]
    assert json.loads(tiny.read("reports/2024/draft/run/run.json"))["counts"] == {"ran": 5}
    ended = [event for event in events if event.kind == "ended"]
    assert [(event.number, event.total) for event in ended] == [(number, 5) for number in range(1, 6)]
    assert {event.task.key for event in events if event.kind == "cell"} == {event.task.key for event in ended}


def test_nothing_runs_when_nothing_changed(finished: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluation.running.work.execute", None)
    result = finished.run()
    assert ends(result) == ALL_KEPT
    assert result.seconds < 1


def test_comments_docstrings_saved_outputs_and_dates_change_nothing(
    finished: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluation.running.work.execute", None)
    finished.edit("code/tinycode/parsing.py", "def numbers", '"""Parsing."""\n\n\n# numbers\ndef numbers')
    notebook = json.loads(finished.read("notebooks/02_sum.ipynb"))
    notebook["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "old"}]
    notebook["cells"][2]["execution_count"] = 17
    notebook["cells"][2]["id"] = "another"
    notebook["metadata"]["kernelspec"]["name"] = "other"
    finished.write("notebooks/02_sum.ipynb", json.dumps(notebook, indent=4))
    os.utime(finished.root / "data/raw/2024/answers.csv")
    finished.edit("config/programme.yml", "id: tiny", "# the programme\nid: tiny")
    assert ends(finished.run()) == ALL_KEPT


def test_a_changed_setting_runs_the_steps_that_declare_it(finished: Tiny) -> None:
    finished.edit("config/programme.yml", "threshold: 5", "threshold: 6")
    result = finished.run()
    assert ran(result) == {"02-4"}
    assert why(result, "02_sum") == "the setting changed: programme.disclosure.threshold: 5 -> 6"


def test_a_changed_function_runs_the_steps_that_reach_it(finished: Tiny) -> None:
    finished.edit("code/tinycode/parsing.py", "int(part)", "2 * int(part)")
    result = finished.run()
    assert ran(result) == {"02-4", "04-4"}
    assert why(result, "02_sum") == "the code changed: tinycode.parsing (changed: function numbers)"
    assert why(result, "04_tell") == "the input changed: table:sums@2024 (made by step 02_sum; 2 bytes)"
    assert finished.read("reports/2024/draft/report.en.html") == "30"


def test_a_change_that_leaves_a_table_as_it_was_stops_there(finished: Tiny) -> None:
    finished.write("data/raw/2023/answers.csv", "1 2\n")
    result = finished.run()
    assert ran(result) == {"01-3"}


def test_a_changed_notebook_runs_and_its_text_counts(finished: Tiny) -> None:
    notebook = json.loads(finished.read("notebooks/03_count.ipynb"))
    notebook["cells"][0]["source"] = "# Another title"
    finished.write("notebooks/03_count.ipynb", json.dumps(notebook))
    result = finished.run()
    assert ran(result) == {"03-4"}
    assert why(result, "03_count") == "the notebook changed: changed: the text before cell 1 '# Another title'"
    assert "Another title" in finished.read("reports/2024/draft/notebooks/03_count.ipynb")


def test_a_removed_or_edited_result_is_made_again(finished: Tiny) -> None:
    finished.write("data/processed/2024/sums.parquet", "by hand")
    (finished.root / "reports/2024/draft/report.en.html").unlink()
    result = finished.run()
    assert ran(result) == {"02-4", "04-4"}
    assert why(result, "02_sum") == "results were changed by hand: table:sums (data/processed/2024/sums.parquet)"
    assert finished.read("reports/2024/draft/report.en.html") == "15"


def test_force_and_only(finished: Tiny) -> None:
    before = finished.read("reports/2024/draft/notebooks/03_count.ipynb")
    result = finished.run(only="03_count", force=["03_count"])
    assert ends(result) == {"03-4": "ran"}
    assert finished.read("reports/2024/draft/notebooks/03_count.ipynb") == before
    assert ends(finished.run(start="03_count")) == {"03-4": "kept", "04-4": "kept"}
    with pytest.raises(InputProblem, match=r"no step '9'. The steps are: 01_read, 02_sum"):
        finished.run(only="9")


def test_a_failed_step_keeps_old_results_and_holds_back_only_what_needs_it(finished: Tiny) -> None:
    finished.notebook("02_sum", BEGIN, SUM, "raise ValueError('too\\nmuch')", FINISH)
    finished.edit("code/tinycode/reading.py", ".split()", ".split() + ['7']")
    result = finished.run()
    assert ends(result) == {"01-3": "ran", "01-4": "ran", "02-4": "failed", "03-4": "ran", "04-4": "blocked"}
    assert not result.good
    (failed,) = result.ended("failed")
    assert failed.failure is not None
    assert failed.failure.message.en == "cell 4: ValueError: much"
    assert failed.failure.log == finished.root / "reports/2024/draft/run/02_sum.log"
    assert "too" in failed.failure.log.read_text()
    assert finished.read("data/processed/2024/sums.parquet") == "15"
    assert finished.read("data/processed/2024/counts.parquet") == "4"
    folder = finished.root / "reports/2024/draft/run"
    assert (folder / "02_sum.failed.ipynb").exists()
    good = read_record(folder, "02_sum")
    assert good is not None
    assert good.status == "done"
    # what was wrong is put right: the step runs, and nothing is left of the failure
    finished.notebook("02_sum", BEGIN, SUM, FINISH)
    assert ran(finished.run()) == {"02-4", "04-4"}
    assert finished.read("reports/2024/draft/report.en.html") == "29"
    assert not (folder / "02_sum.failed.json").exists()
    assert not (folder / "02_sum.failed.ipynb").exists()


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ((BEGIN, FINISH), "missing_output", "did not make the files it declares: table:counts"),
        ((BEGIN, COUNT), "missing_output", r"step.finish\(\) is not called"),
        ((BEGIN, COUNT, "write('data/more.txt', '1')", FINISH), "undeclared_output", "does not declare.*data/more.txt"),
        (("import os; os._exit(1)",), "kernel_died", "ended suddenly in cell 2"),
        (("import time; time.sleep(60)",), "time_limit", "did not end within its 0.05 min .* cell 2"),
    ],
    ids=["an output is missing", "not finished", "an output too many", "dead kernel", "time limit"],
)
def test_ways_to_fail_leave_the_earlier_result(finished: Tiny, code: tuple[str, ...], kind: str, said: str) -> None:
    finished.notebook("03_count", *code)
    result = finished.run(only="03_count", time_limit=3.0)
    (failed,) = result.ended("failed")
    assert failed.failure is not None
    assert failed.failure.kind == kind
    assert re.search(said, failed.failure.message.en)
    assert finished.read("data/processed/2024/counts.parquet") == "3"
    assert failed.failure.message.ru in finished.read("reports/2024/draft/run/03_count.log")


def test_a_step_that_does_not_apply_is_said_so_and_so_are_those_that_need_it(
    finished: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluation.running.work.execute", None)
    text = finished.read("config/programme.yml")
    finished.write(
        "config/programme.yml", text + "steps:\n  02_sum: {applicable: false, reason: {ru: незачем, en: no use}}\n"
    )
    result = finished.run()
    assert ends(result) == {**ALL_KEPT, "02-4": "not_applicable", "04-4": "not_applicable"}
    assert result.good
    reasons = {outcome.task.name: outcome.reasons[0].en for outcome in result.ended("not_applicable")}
    assert reasons == {"02_sum": "no use", "04_tell": "no tables: sums"}


@pytest.mark.parametrize("empty", [False, True])
def test_a_missing_or_empty_source_is_named_before_anything_begins(tiny: Tiny, empty: bool) -> None:
    (tiny.root / "data/raw/2023/answers.csv").unlink()
    if empty:
        tiny.write("data/raw/2023/answers.csv", "")
    with pytest.raises(InputProblem) as caught:
        tiny.run()
    for message in caught.value.messages.values():
        assert "data/raw/2023/answers.csv" in message
        assert "config/years/2023.yml" in message
    assert "line 7" in caught.value.messages["en"]
    assert "строка 7" in caught.value.messages["ru"]
    assert not (tiny.root / "data/processed").exists()


def test_many_missing_sources_are_counted_and_a_simulated_programme_is_told_how(tiny: Tiny) -> None:
    for year in range(1991, 2003):
        text = tiny.read("config/years/2023.yml").replace("2023", str(year))
        tiny.write(f"config/years/{year}.yml", text)
    tiny.edit("config/programme.yml", "first_year: 2023", "first_year: 1991\nsimulated: true")
    with pytest.raises(InputProblem) as caught:
        tiny.run()
    lines = caught.value.messages["en"].splitlines()
    assert len(lines) == 12
    assert lines[10:] == [
        "And 2 more such files.",
        "This programme's data are simulated: 'evaluation simulate' makes the received files.",
    ]


def test_earlier_results_are_needed_for_only(tiny: Tiny) -> None:
    with pytest.raises(InputProblem, match=r"numbers.parquet, which step 03_count reads"):
        tiny.run(only="03_count")


def test_an_unknown_year_and_a_notebook_without_a_year_are_refused(tiny: Tiny) -> None:
    with pytest.raises(InputProblem, match="Years set up: 2023, 2024"):
        tiny.run(2031)
    tiny.edit("notebooks/03_count.ipynb", "year = 2024", "yaer = 2024")
    with pytest.raises(InputProblem, match="03_count does not know the parameter 'year'"):
        tiny.run()


def test_a_second_run_is_refused(finished: Tiny) -> None:
    with only_run(finished.root), pytest.raises(InputProblem, match="already going on"):
        finished.run()


def test_leftovers_of_a_killed_run_are_cleared(finished: Tiny) -> None:
    left = finished.write(".staging/run-dead/01_read-2023/outputs/x.parquet", "half")
    assert ends(finished.run()) == ALL_KEPT
    assert not left.exists()


def test_interruption_leaves_a_clean_state_from_which_the_next_run_goes_on(
    tiny: Tiny, request: pytest.FixtureRequest
) -> None:
    tiny.notebook("02_sum", BEGIN, "import time\ntime.sleep(600)", FINISH)
    # a test run started in the background ignores the interrupt, and its children with it
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    began = time.monotonic()

    def press(event: Event) -> None:
        if event.kind == "cell" and event.task.name == "02_sum" and event.cell == 3:
            threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()

    result = run(tiny.open(), [2024], Options(packages=tiny.packages, jobs=1), on_event=press)
    assert time.monotonic() - began < 60
    assert ends(result) == {
        "01-3": "ran",
        "01-4": "ran",
        "02-4": "interrupted",
        "03-4": "interrupted",
        "04-4": "interrupted",
    }
    assert not result.good
    assert list((tiny.root / ".staging").glob("run-*")) == []
    assert read_record(tiny.root / "reports/2024/draft/run", "02_sum", failed=True) is None
    tiny.notebook("02_sum", BEGIN, SUM, FINISH)
    assert ran(tiny.run()) == {"02-4", "03-4", "04-4"}


def test_steps_given_by_the_caller(finished: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluation.running.work.execute", None)
    result = run(finished.open(), [2024], Options(packages=finished.packages), steps=STEPS[:1])
    assert ends(result) == {"01-3": "kept", "01-4": "kept"}


RUN_AND_DIE = """
import os, signal, sys
from tiny_programme import STEPS, Tiny
from pathlib import Path
from evaluation import pipeline
from evaluation.running.engine import Options, run
pipeline.STEPS, pipeline.STEP_NAMES = STEPS, tuple(step.name for step in STEPS)
tiny = Tiny(Path(sys.argv[1]))
def die(event):
    if event.kind == "cell" and event.task.name == "02_sum" and event.cell == 3:
        os.kill(os.getpid(), signal.SIGKILL)
run(tiny.open(), [2024], Options(packages=tiny.packages, force=["02_sum"]), on_event=die)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_run_leaves_no_half_result_no_lock_and_no_kernel(finished: Tiny) -> None:
    finished.notebook("02_sum", BEGIN, SUM, "import time\ntime.sleep(600)", FINISH)
    killed = subprocess.run(
        [sys.executable, "-c", RUN_AND_DIE, str(finished.root)], cwd=Path(__file__).parent, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert finished.read("data/processed/2024/sums.parquet") == "15"
    waited = time.monotonic() + 20
    while kernels_of(finished.root) and time.monotonic() < waited:
        time.sleep(0.2)
    assert not kernels_of(finished.root)
    finished.notebook("02_sum", BEGIN, SUM, FINISH)
    assert ends(finished.run()) == ALL_KEPT
    assert list((finished.root / ".staging").glob("run-*")) == []
