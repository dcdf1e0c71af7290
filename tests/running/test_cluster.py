"""Notebooks on a real Dask cluster: a scheduler and two worker processes on this machine."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from machines import Machines
from tiny_programme import BEGIN, FINISH, SUM, Tiny, ends

from evaluation.running import cluster as module
from evaluation.running import cluster_check
from evaluation.running.cluster import Cluster
from evaluation.running.engine import Event, Options, RunResult, run
from evaluation.running.likeness import differences, facts
from evaluation.settings import InputProblem

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

# real processes and notebooks: minutes
pytestmark = pytest.mark.slow
ALL_KEPT = {"01-3": "kept", "01-4": "kept", "02-4": "kept", "03-4": "kept", "04-4": "kept"}
ALL_RAN = {"01-3": "ran", "01-4": "ran", "02-4": "ran", "03-4": "ran", "04-4": "ran"}
NOBODY = "tcp://127.0.0.1:9"
# The first attempt names its worker, the kernel's parent, and never ends; the next one does.
ONCE = """
import os, time
from pathlib import Path

mark = Path(os.environ["EVALUATION_WORKSPACE"]) / "mark"
try:
    mark.open("x").write(str(os.getppid()))
    first = True
except FileExistsError:
    first = False
write(f"data/processed/{year}/sums.parquet", "half")
if first: time.sleep(600)
"""


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    made = Machines(tmp_path_factory.mktemp("machines"))
    try:
        made.add_worker()
        made.add_worker()
        yield made
    finally:
        made.close()


@pytest.fixture
def cluster(machines: Machines) -> Iterator[Cluster]:
    with Cluster(machines.address) as made:
        yield made


def results(root: Path) -> dict[str, str]:
    """SHA-256 of everything that a run makes, but for records and logs."""
    files = [path for part in ("data/processed", "reports") for path in sorted((root / part).rglob("*"))]
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.is_file() and path.parent.name != "run"
    }


def run_on(cluster: Cluster, tiny: Tiny, events: list[Event] | None = None, **options: object) -> RunResult:
    how = Options(packages=tiny.packages, elsewhere=cluster.at, **options)  # type: ignore[arg-type]
    return run(tiny.open(), [2024], how, on_event=lambda event: None if events is None else events.append(event))


def failures(result: RunResult) -> list[str]:
    return [outcome.failure.message.en for outcome in result.outcomes if outcome.failure is not None]


def alive(process: int) -> bool:
    """Does a process with this parent still run a kernel? (Linux; elsewhere none is found.)"""
    for place in Path("/proc").glob("[0-9]*/status"):
        try:
            text = place.read_text(encoding="utf-8")
            command = (place.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if f"PPid:\t{process}\n" in text and b"ipykernel" in command:
            return True
    return False


def test_the_cluster_makes_the_same_bytes_as_threads(cluster: Cluster, tiny: Tiny, finished_programme: Path) -> None:
    events: list[Event] = []
    result = run_on(cluster, tiny, events, jobs=8)
    assert ends(result) == ALL_RAN, failures(result)
    made = results(tiny.root)
    assert len(made) == 10  # five executed notebooks, tables of both years, the report
    assert made == results(finished_programme)
    cells = {(event.task.key, event.cell, event.cells) for event in events if event.kind == "cell"}
    assert {(("02_sum", 2024), cell, 4) for cell in (1, 2, 3, 4)} <= cells
    log = tiny.read("reports/2024/draft/run/02_sum.log")
    assert "worker tcp://127.0.0.1:" in log
    assert "--- cell 4 of 4" in log
    assert list((tiny.root / ".staging").glob("run-*")) == []
    # the other way round: threads keep what the cluster made
    assert {*ends(tiny.run()).values()} == {"kept"}


def test_nothing_is_connected_when_nothing_is_stale(finished: Tiny) -> None:
    with Cluster(NOBODY) as nobody:
        assert {*ends(run_on(nobody, finished)).values()} == {"kept"}
        assert not nobody.connected


@pytest.mark.parametrize("address", [NOBODY, "nonsense", "foo://somewhere:1"])
def test_a_scheduler_that_does_not_answer_is_named_and_nothing_begins(
    tiny: Tiny, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CONNECT_SECONDS", 0.5)
    with Cluster(address) as nobody, pytest.raises(InputProblem) as caught:
        run_on(nobody, tiny)
    assert f"scheduler {address} does not answer" in caught.value.messages["en"]
    assert f"Планировщик кластера {address} не отвечает" in caught.value.messages["ru"]
    assert not (tiny.root / "reports").exists()
    assert list((tiny.root / ".staging").glob("run-*")) == []


def test_workers_that_are_otherwise_are_refused_with_every_difference(
    cluster: Cluster, tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = {**facts(), "Python": "3.99.1", "pandas": "99.0", "evaluation:code": "0" * 12}
    monkeypatch.setattr(cluster_check, "facts", lambda: other)
    with pytest.raises(InputProblem) as caught:
        run_on(cluster, tiny)
    for part in (f"pandas: {facts()['pandas']} there, 99.0 here", "3.99.1 here", "the programme's code is another"):
        assert caught.value.messages["en"].count(part) == 2  # by each of the two workers
    assert f"pandas: там {facts()['pandas']}, здесь 99.0" in caught.value.messages["ru"]
    assert not (tiny.root / "reports").exists()


def test_workers_that_see_other_files_are_refused(
    cluster: Cluster, tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_check, "write_token", lambda path, token: None)
    with pytest.raises(InputProblem, match=f"does not see the same files: {tiny.root}"):
        run_on(cluster, tiny)
    assert not (tiny.root / "reports").exists()


def test_a_worker_without_the_same_key_is_refused(
    cluster: Cluster, tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_check, "key_identity", lambda path: "another")
    with pytest.raises(InputProblem, match="lacks the same pseudonym key"):
        run_on(cluster, tiny)


def test_failures_are_told_as_at_home(cluster: Cluster, finished: Tiny) -> None:
    refuse = "from evaluation.settings import InputProblem\nraise InputProblem('Нет столбца.', 'No column.')"
    tiny = finished
    tiny.notebook("02_sum", BEGIN, SUM, refuse, FINISH)
    tiny.notebook("03_count", BEGIN, "print('so far')\n1 / 0", FINISH)
    result = run_on(cluster, tiny)
    assert ends(result) == {**ALL_KEPT, "02-4": "failed", "03-4": "failed", "04-4": "blocked"}
    found = {outcome.task.name: outcome.failure for outcome in result.ended("failed")}
    sums, counts = found["02_sum"], found["03_count"]
    assert sums is not None
    assert counts is not None
    assert (sums.kind, sums.message.ru) == ("input", "ячейка 4: Нет столбца.")
    assert (counts.kind, counts.cell, counts.message.en) == ("cell", 3, "cell 3: ZeroDivisionError: division by zero")
    assert "so far" in tiny.read("reports/2024/draft/run/03_count.log")
    assert "division by zero" in tiny.read("reports/2024/draft/run/03_count.failed.ipynb")


def test_an_interruption_ends_the_kernel_on_the_worker(
    cluster: Cluster, finished: Tiny, request: pytest.FixtureRequest
) -> None:
    tiny = finished
    tiny.notebook("02_sum", BEGIN, ONCE, FINISH)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    presses = []

    def press(event: Event) -> None:
        if event.kind == "cell" and event.task.name == "02_sum" and event.cell == 3 and not presses:
            presses.append(threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)))
            presses[0].start()

    result = run(tiny.open(), [2024], Options(packages=tiny.packages, elsewhere=cluster.at), on_event=press)
    assert ends(result)["02-4"] == "interrupted"
    assert ends(result)["04-4"] == "interrupted"
    assert not alive(int(tiny.read("mark")))
    assert list((tiny.root / ".staging").glob("run-*")) == []
    assert tiny.read("data/processed/2024/sums.parquet") == "15"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killing_a_worker_in_the_middle_of_a_step_loses_nothing(
    machines: Machines, cluster: Cluster, finished: Tiny, finished_programme: Path, tmp_path: Path
) -> None:
    tiny, threads = finished, Tiny(shutil.copytree(finished_programme, tmp_path / "threads"))
    for place in (tiny, threads):
        place.notebook("02_sum", BEGIN, ONCE, SUM, FINISH)
        place.write("data/raw/2024/answers.csv", "3\n4\n6\n")
    threads.write("mark", "")
    assert threads.run().good

    def kill(event: Event) -> None:
        if event.kind == "cell" and event.task.name == "02_sum" and event.cell == 3 and not killed:
            killed.append(threading.Thread(target=kill_worker, args=(tiny.root / "mark",)))
            killed[0].start()

    killed: list[threading.Thread] = []
    how = Options(packages=tiny.packages, elsewhere=cluster.at, jobs=4)
    result = run(tiny.open(), [2024], how, on_event=kill)
    killed[0].join()
    assert ends(result) == {**ALL_RAN, "01-3": "kept"}, failures(result)
    assert [worker.poll() for worker in machines.workers].count(-signal.SIGKILL) == 1
    assert results(tiny.root) == results(threads.root)
    assert tiny.read("reports/2024/draft/report.en.html") == "16"
    log = tiny.read("reports/2024/draft/run/02_sum.log")
    assert log.count("worker tcp://127.0.0.1:") == 2  # the attempt that died and the one that made the result
    machines.add_worker()


def kill_worker(mark: Path) -> None:
    waited = time.monotonic() + 30
    while not (mark.exists() and mark.read_text()) and time.monotonic() < waited:
        time.sleep(0.05)
    os.kill(int(mark.read_text()), signal.SIGKILL)


def test_differences_name_versions_and_what_is_lacking() -> None:
    here = {"Python": "3.12.1", "evaluation": "1", "evaluation:code": "a", "pandas": "3.0", "ruff": "1", "numpy": "2"}
    there = {**here, "pandas": "3.1", "Python": "3.11.9", "extra": "5"}
    del there["ruff"], there["numpy"]  # a tool of developers, and a library that results depend on
    assert [text.en for text in differences(here, there)] == [
        "Python: 3.11.9 there, 3.12.1 here", "numpy: none there, 2 here", "pandas: 3.1 there, 3.0 here",
    ]  # fmt: skip
    assert differences(here, dict(here)) == []
    many = {f"package-{number}": "1" for number in range(20)}
    found = differences(many, dict.fromkeys(many, "2"))
    assert len(found) == 9
    assert found[-1].ru == "и ещё различий: 12"
