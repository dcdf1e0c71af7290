"""Real kernels: each costs a second, so each test asks several things of one."""

from __future__ import annotations

import gc
import json
import os
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tiny_programme import notebook

from evaluation.running.failure import Failure, StepFailed
from evaluation.running.notebook import Execution, Stop, execute
from evaluation.settings import InputProblem


def execution(folder: Path, name: str = "n", **changes: object) -> Execution:
    scratch = folder / f"scratch-{name}"
    scratch.mkdir(exist_ok=True)
    settings = {
        "environment": {}, "python_path": (), "folder": folder, "scratch": scratch, "log": folder / f"{name}.log",
        "time_limit": 60.0, "places": {str(folder): "."},
    }  # fmt: skip
    return Execution(**{**settings, **changes})  # type: ignore[arg-type]


def start(folder: Path, *code: str, name: str = "n", **changes: object) -> Path:
    place = folder / f"{name}.ipynb"
    place.write_text(notebook(*code))
    executed = folder / "executed" / f"{name}.ipynb"
    execute(place, executed, folder / f"{name}.failed.ipynb", {"year": 2023}, execution(folder, name, **changes))
    return executed


def failure_of(folder: Path, *code: str, **changes: object) -> Failure:
    with pytest.raises(StepFailed) as caught:
        start(folder, *code, **changes)
    return caught.value.failure


def test_two_at_once_each_with_its_own_environment_and_folder(tmp_path: Path) -> None:
    code = (
        "import os, sys\nprint(os.environ['WHO'], os.getcwd(), year, os.environ['OMP_NUM_THREADS'])",
        "print(sys.executable, 'ipython' in os.environ['IPYTHONDIR'], file=sys.stderr)\nobject()",
    )
    folders = [tmp_path / who for who in ("anna", "boris")]
    here = Path.cwd()
    seen: list[tuple[int, int]] = []
    both = threading.Barrier(2, timeout=60)

    def on_cell(cell: int, cells: int) -> None:
        seen.append((cell, cells))
        if cell == 2:
            both.wait()

    def one(folder: Path) -> bytes:
        folder.mkdir()
        return start(folder, *code, environment={"WHO": folder.name}, on_cell=on_cell).read_bytes()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(one, folders)
    assert Path.cwd() == here
    assert sorted(seen) == [(1, 3), (1, 3), (2, 3), (2, 3), (3, 3), (3, 3)]
    assert "anna . 2023 1" in first.decode()
    assert "boris . 2023 1" in second.decode()
    # equal but for the name that the environment gave, although ids, times, places and addresses differed
    assert first.replace(b"anna", b"boris") == second
    assert str(tmp_path) not in first.decode()
    assert json.loads(first)["metadata"]["kernelspec"]["name"] == "python3"
    log = (folders[0] / "n.log").read_text()
    assert f"anna {folders[0]} 2023 1" in log
    assert "--- cell 3 of 3" in log
    assert "True" in log


def test_a_failing_cell_is_told_with_its_number_and_cause(tmp_path: Path) -> None:
    found = failure_of(tmp_path, "x = 1", "print('before')\n1 / 0", "x = 2")
    assert (found.kind, found.cell) == ("cell", 3)
    assert found.message.en == "cell 3: ZeroDivisionError: division by zero"
    assert found.message.ru == "ячейка 3: ZeroDivisionError: division by zero"
    log = (tmp_path / "n.log").read_text()
    assert "before" in log
    assert "1 / 0" in log
    assert "\x1b" not in log
    failed = json.loads((tmp_path / "n.failed.ipynb").read_text())
    assert failed["cells"][4]["outputs"][-1]["ename"] == "ZeroDivisionError"
    assert failed["cells"][5]["execution_count"] is None
    assert not (tmp_path / "executed").exists()


def test_what_people_can_mend_is_told_in_both_languages(tmp_path: Path) -> None:
    raise_it = (
        "from evaluation.settings import InputProblem\nraise InputProblem('Нет листа «Итог».', 'No sheet \\'Итог\\'.')"
    )
    found = failure_of(tmp_path, raise_it)
    assert found.message.ru == "ячейка 2: Нет листа «Итог»."
    assert found.message.en == "cell 2: No sheet 'Итог'."
    assert (found.kind, found.cell) == ("input", 2)


def test_an_error_with_words_of_its_own_is_still_a_failure_of_the_notebook(tmp_path: Path) -> None:
    found = failure_of(
        tmp_path, "from evaluation.ledger import LedgerError\nraise LedgerError('строки не сходятся', 'rows differ')"
    )
    assert (found.kind, found.message.ru) == ("cell", "ячейка 2: строки не сходятся")


def test_a_dead_kernel_and_a_passed_time_limit_are_told_apart(tmp_path: Path) -> None:
    died = failure_of(tmp_path, "import os\nos._exit(9)", name="died")
    assert (died.kind, died.cell) == ("kernel_died", 2)
    assert "cell 2" in died.message.en
    began = time.monotonic()
    late = failure_of(tmp_path, "x = 1", "import time\ntime.sleep(600)", name="late", time_limit=2.0)
    assert (late.kind, late.cell) == ("time_limit", 3)
    assert time.monotonic() - began < 30
    # no kernel goes on behind our back, although the cell would still sleep
    assert not [place for place in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path).encode() in _content(place)]


def _content(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError:
        return b""


def test_stopping_kills_the_kernel_and_what_it_started(tmp_path: Path) -> None:
    stop = Stop()
    child = tmp_path / "child"
    code = (
        "import subprocess, pathlib\np = subprocess.Popen(['sleep', '600'])\n"
        f"pathlib.Path({str(child)!r}).write_text(str(p.pid))\np.wait()"
    )

    def on_cell(cell: int, cells: int) -> None:
        if cell == 2:
            threading.Thread(target=ask).start()

    def ask() -> None:
        while not child.exists() or not child.read_text():
            time.sleep(0.05)
        stop.ask()

    found = failure_of(tmp_path, code, stop=stop, on_cell=on_cell)
    assert found.kind == "interrupted"
    time.sleep(0.2)
    process = Path(f"/proc/{child.read_text()}/stat")
    assert not process.exists() or " Z " in process.read_text()
    assert failure_of(tmp_path, "1", stop=stop, name="later").kind == "interrupted"


def test_an_unknown_parameter_is_refused_before_a_kernel_starts(tmp_path: Path) -> None:
    place = tmp_path / "n.ipynb"
    place.write_text(notebook("print(yeer)"))
    with pytest.raises(InputProblem, match="does not know the parameter 'yeer'"):
        execute(place, tmp_path / "e.ipynb", tmp_path / "f.ipynb", {"yeer": 2023}, execution(tmp_path))
    assert not (tmp_path / "n.log").exists()


def test_a_kernel_that_cannot_start_is_tried_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    found = failure_of(tmp_path, "1")
    assert found.kind == "kernel_start"
    assert "no-python" in found.message.en
    assert (tmp_path / "n.log").read_text().count("kernel start") == 2
    assert os.environ.get("EVALUATION_STAGING") is None


def test_nothing_is_left_to_the_collector_that_it_would_warn_of(tmp_path: Path) -> None:
    """In a thread, as a run executes: an event loop left open there is found when the thread is long gone."""
    (tmp_path / "a.ipynb").write_text(notebook("x = 1"), encoding="utf-8")
    place = tmp_path / "a.ipynb"
    gc.collect()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        files = (place, tmp_path / "executed.ipynb", tmp_path / "failed.ipynb", {"year": 2024})
        thread = threading.Thread(target=execute, args=(*files, execution(tmp_path)))
        thread.start()
        thread.join()
        del thread
        gc.collect()
    assert (tmp_path / "executed.ipynb").exists()
    assert [str(one.message) for one in told if "event loop" in str(one.message)] == []
