"""A run begun in the panel: a process of its own, its progress, its end, its stop, and a page that comes back to it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from tiny_programme import Tiny
from typer.testing import CliRunner

from evaluation.app.cli import app
from evaluation.app.panel.run_course import RunCourse, StepCourse, after, course_of
from evaluation.app.panel.run_watch import RunWatch, events_file, read_events, run_command
from evaluation.app.panel.running import year_span
from evaluation.places import Workspace
from evaluation.running.lock import holder, only_run
from evaluation.settings import InputProblem

SCRIPT = Path(__file__).with_name("tiny_run.py")
SLEEP = "import time\ntime.sleep(60)"
WAIT_SECONDS = 60.0


def command(workspace: Workspace, year: int, language: str, force: Sequence[str] = ()) -> list[str]:
    real = run_command(workspace, year, "en" if language == "en" else "ru", force)
    assert real[1:3] == ["-m", "evaluation.app.cli"]
    return [sys.executable, str(SCRIPT), *real[3:]]


@pytest.fixture
def watches() -> Iterator[Callable[[Tiny], RunWatch]]:
    made: list[RunWatch] = []

    def watch(tiny: Tiny) -> RunWatch:
        made.append(RunWatch(tiny.open(), command=command, poll_seconds=0.05))
        return made[-1]

    yield watch
    for each in made:
        each.stop()
        each.wait(WAIT_SECONDS)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notebooks without kernels, which cannot be stopped."""
    monkeypatch.setenv("TINY_QUICK", "1")


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def ended(watch: RunWatch) -> RunCourse:
    course = watch.wait(WAIT_SECONDS)
    assert course is not None and course.over
    return course


@pytest.mark.usefixtures("quick")
def test_progress_and_end_are_told(tiny: Tiny, watches: Callable[[Tiny], RunWatch]) -> None:
    watch = watches(tiny)
    seen: list[RunCourse] = []
    watch.on_change = seen.append
    watch.start(2024, "ru")
    course = ended(watch)
    assert course.good and dict(course.counts) == {"ran": 5} and (course.ended, course.total) == (5, 5)
    assert course.share == 1.0 and course.process not in (None, os.getpid())
    assert tiny.read("reports/2024/draft/report.en.html") == "15", "1 + 2 + 3 + 4 + 5"
    assert len(seen) >= 2, "something was told before the end"
    shares = [one.share for one in seen]
    assert shares == sorted(shares)
    watch.start(2024, "ru")
    assert dict(ended(watch).counts) == {"kept": 5}


@pytest.mark.usefixtures("quick")
def test_a_step_that_fails_is_told_in_both_languages(tiny: Tiny, watches: Callable[[Tiny], RunWatch]) -> None:
    tiny.notebook("02_sum", "1 / 0")
    watch = watches(tiny)
    watch.start(2024, "en")
    course = ended(watch)
    assert course.good is False and course.message is None
    failed = course.steps["02_sum", 2024]
    assert failed.state == "failed" and failed.failure is not None
    assert "ячейка" in failed.failure.ru and "ZeroDivisionError" in failed.failure.en
    assert course.steps["04_tell", 2024].state == "blocked" and course.steps["03_count", 2024].state == "ran"


def test_what_refuses_the_run_is_told_in_its_own_words(tiny: Tiny, watches: Callable[[Tiny], RunWatch]) -> None:
    (tiny.root / "data/raw/2024/answers.csv").unlink()
    watch = watches(tiny)
    watch.start(2024, "ru")
    course = ended(watch)
    assert course.good is False and course.message is not None
    assert course.message.ru.startswith("Нет файла data/raw/2024/answers.csv")
    assert course.message.en.startswith("There is no file data/raw/2024/answers.csv")


@pytest.mark.slow  # real kernels are started and stopped
def test_stopping_leaves_a_clean_state(tiny: Tiny, watches: Callable[[Tiny], RunWatch]) -> None:
    sleeping = tiny.read("notebooks/02_sum.ipynb")
    tiny.notebook("02_sum", "from pathlib import Path\nPath('begun').touch()", SLEEP)
    watch = watches(tiny)
    watch.start(2024, "ru")
    until(lambda: watch.course is not None and ("02_sum", 2024) in watch.course.running)
    watch.stop()
    course = ended(watch)
    assert course.good is False
    assert not list((tiny.root / ".staging").glob("run-*")) and holder(tiny.root) is None
    assert not (tiny.root / "data/processed/2024/sums.parquet").exists()
    tiny.write("notebooks/02_sum.ipynb", sleeping)
    watch.start(2024, "ru")
    again = ended(watch)
    assert again.good and again.counts["kept"] >= 2, "what had ended before the stop is kept"


@pytest.mark.slow  # real kernels are started
def test_another_page_finds_the_run_again(tiny: Tiny, watches: Callable[[Tiny], RunWatch]) -> None:
    tiny.notebook("02_sum", SLEEP)
    first, second = watches(tiny), watches(tiny)
    assert not second.attach(), "nothing goes on yet"
    first.start(2024, "ru")
    until(lambda: first.course is not None and ("02_sum", 2024) in first.course.running)
    assert second.attach() and second.course is not None and second.course.process == first.course.process  # type: ignore[union-attr]
    with pytest.raises(InputProblem, match="already going on"):
        second.start(2024, "ru")
    second.stop()
    assert ended(second).good is False and ended(first).good is False
    assert not watches(tiny).attach(), "it is over"


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is what other systems have")
def test_a_killed_run_is_noticed(tiny: Tiny, watches: Callable[[Tiny], RunWatch]) -> None:
    tiny.notebook("02_sum", SLEEP)
    watch = watches(tiny)
    watch.start(2024, "ru")
    until(lambda: watch.course is not None and ("02_sum", 2024) in watch.course.running)
    assert watch.course is not None and watch.course.process is not None
    os.kill(watch.course.process, signal.SIGKILL)
    course = ended(watch)
    assert course.good is False and course.message is not None


def test_a_run_begun_elsewhere_is_respected(tiny: Tiny, watches: Callable[[Tiny], RunWatch]) -> None:
    watch = watches(tiny)
    with only_run(tiny.root), pytest.raises(InputProblem, match=f"process {os.getpid()}"):
        watch.start(2024, "ru")
    assert not events_file(tiny.open()).exists()


def test_events_are_of_one_workspace(tmp_path: Path) -> None:
    arguments = [
        "run",
        "--workspaces",
        str(tmp_path / "list"),
        "--events",
        str(tmp_path / "events"),
        "--language",
        "en",
    ]
    told = CliRunner().invoke(app, arguments)
    assert told.exit_code == 2 and "--events tells of one workspace" in told.stderr


def test_a_place_for_events_that_cannot_be_written_is_named(tiny: Tiny) -> None:
    arguments = ["run", "2024", "--events", str(tiny.root), "--workspace", str(tiny.root), "--language", "ru"]
    told = CliRunner().invoke(app, arguments)
    assert told.exit_code == 2 and "--events" in told.stderr and "нельзя записать" in told.stderr


def test_a_half_written_line_waits(tmp_path: Path) -> None:
    place = tmp_path / "events.jsonl"
    assert read_events(place) == []
    place.write_text('{"kind": "started"}\n{"kind": "be', encoding="utf-8")
    assert read_events(place) == [{"kind": "started"}]


def event(kind: str, step: str, **facts: object) -> dict[str, object]:
    return {"kind": kind, "step": step, "year": 2024, "number": 0, "total": 4, **facts}


def end(step: str, how: str = "ran") -> dict[str, object]:
    return event("ended", step, end=how, seconds=1.5, reasons=[], failure=None)


def test_the_share_counts_ended_steps_and_cells_of_running_ones() -> None:
    course = course_of([event("began", "a"), end("a"), event("cell", "b", cell=3, cells=4)])
    assert course.share == pytest.approx((1 + 2 / 4) / 4)
    assert course.steps["b", 2024] == StepCourse("running", 3, 4) and not course.over
    # an event that comes late from another thread does not turn the count back
    assert after(after(course, end("b")), end("c")).share == pytest.approx(3 / 4)
    assert course_of([{"kind": "later-invented"}]) == RunCourse()
    assert RunCourse().share == 0.0
    with_outside = after(course, end("d", "not_applicable"))
    assert (with_outside.ended, with_outside.total) == (1, 3), "what does not apply is not counted"


def test_years_in_words() -> None:
    assert year_span([2019, 2020, 2021, 2022, 2024]) == "2019–2022, 2024"
    assert year_span([2024, 2025]) == "2024, 2025" and year_span([2025]) == "2025" and year_span([]) == ""
