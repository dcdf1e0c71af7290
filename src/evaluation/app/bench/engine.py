"""``evaluation bench engine``: what running a notebook costs beyond papermill alone, and what finding nothing to do.

The same notebooks, one after another, each in a kernel of its own: by papermill alone, and by the engine, which also
fingerprints, checks, moves and records. Both in processes of their own, in turns; of each the quickest round counts.
Seconds are processor time, the kernels' included: other programs on the machine do not change them much.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.app.bench.decimals import with_decimals
from evaluation.pipeline import Step
from evaluation.settings import InputProblem, Language

if TYPE_CHECKING:
    from evaluation.running.notebook import Execution

NOTEBOOKS = 6
YEARS = tuple(range(2019, 2026))
STEPS = 12
_ROUNDS = 3
_COUNT_AS = ", ".join(
    ("import evaluation.workspace", "evaluation.cleaning.rules", "evaluation.report.findings", "evaluation.tables")
)

# Imports are paid once in each process, by a first notebook that does not count.
_BARE = """
import json, os, sys
import papermill
def spent():
    return sum(os.times()[:4])
folder, count = sys.argv[1], int(sys.argv[2])
for number in range(count + 1):
    if number == 1:
        began = spent()
    place = os.path.join(folder, "bare", str(number))
    os.makedirs(place, exist_ok=True)
    os.environ["EVALUATION_STAGING"] = place
    papermill.execute_notebook(
        os.path.join(folder, "notebooks", "e01.ipynb"), os.path.join(place, "out.ipynb"), {"year": 2025},
        kernel_name="python3", language="python", progress_bar=False,
    )
print(json.dumps((spent() - began) / count))
"""
_ENGINE = """
import json, os, sys
from evaluation.app.bench.engine import steps
from evaluation.places import open_workspace
from evaluation.running.engine import Options, run
def spent():
    return sum(os.times()[:4])
workspace, count = open_workspace(sys.argv[1]), int(sys.argv[2])
run(workspace, [2025], Options(jobs=1), steps(count)[:1])
began = spent()
result = run(workspace, [2025], Options(jobs=1), steps(count + 1)[1:])
assert len(result.ended("ran")) == count, result.outcomes
print(json.dumps((spent() - began) / count))
"""
_NOTHING = """
import json, sys, time
from evaluation.app.cli import app
from evaluation.app.bench.engine import STEPS, YEARS, pretend_to_execute, steps
from evaluation.places import open_workspace
from evaluation.running import engine, work
workspace = open_workspace(sys.argv[1])
if sys.argv[2] == "first":
    work.execute = pretend_to_execute
result = engine.run(workspace, YEARS, engine.Options(jobs=1), steps(STEPS))
assert len(result.ended("ran" if sys.argv[2] == "first" else "kept")) == STEPS * len(YEARS), result.outcomes
print(json.dumps(time.process_time()))
"""


@dataclass(frozen=True)
class EngineBench:
    """Processor seconds a notebook by papermill alone and by the engine, and of a process that finds nothing to do.

    The latter counts from Python's start, for ``YEARS`` and ``STEPS``.
    """

    bare: float
    engine: float
    nothing: float

    @property
    def cost(self) -> float:
        """The engine's own seconds for each notebook."""
        return self.engine - self.bare

    def in_words(self, language: Language) -> str:
        russian = language == "ru"
        size = f"{len(YEARS)} x {STEPS}"
        own = f"{self.cost * 1000:.0f}"
        if russian:
            lines = [
                f"Один papermill: {self.bare:.3f} с процессора на блокнот",
                f"Прогон: {self.engine:.3f} с процессора на блокнот",
                f"Своя цена прогона: {own} мс на шаг",
                f"Ничего не изменилось, лет и шагов {size}: {self.nothing:.2f} с процессора",
            ]
        else:
            lines = [
                f"Papermill alone: {self.bare:.3f} s of processor time each",
                f"A run: {self.engine:.3f} s of processor time each",
                f"The run's own cost: {own} ms a step",
                f"Nothing changed, years and steps {size}: {self.nothing:.2f} s of processor time",
            ]
        return with_decimals("\n".join(lines), language)


def bench_engine(notebooks: int = NOTEBOOKS, rounds: int = _ROUNDS) -> EngineBench:
    """Measure in temporary folders. Raises InputProblem when a measurement does not come to its end."""
    bare, engine = [], []
    with tempfile.TemporaryDirectory(prefix="evaluation-bench-") as place:
        for number in range(rounds):
            folder = Path(place) / str(number)
            write_programme(folder, notebooks + 1)
            bare.append(_measured(_BARE, folder, notebooks))
            engine.append(_measured(_ENGINE, folder, notebooks))
    return EngineBench(min(bare), min(engine), bench_nothing())


def bench_nothing() -> float:
    """Processor seconds of a process that finds nothing to do; its notebooks reach much of the package's code."""
    with tempfile.TemporaryDirectory(prefix="evaluation-bench-") as place:
        write_programme(Path(place), STEPS)
        _measured(_NOTHING, Path(place), "first")
        return min(_measured(_NOTHING, Path(place), "again") for _ in range(3))


def _measured(script: str, folder: Path, argument: object) -> float:
    command = [sys.executable, "-c", script, str(folder), str(argument)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        cause = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise InputProblem(f"Измерение не удалось: {cause}", f"The measurement failed: {cause}")
    return float(json.loads(done.stdout.strip().splitlines()[-1]))


def steps(count: int) -> list[Step]:
    """Steps ``e01`` and so on, each of which makes one file of the report's folder."""
    return [
        Step(f"e{number:02}", "What does it cost?", "", files=(f"e{number:02}.en.html",), settings=("year.year",))
        for number in range(1, count + 1)
    ]


def pretend_to_execute(
    notebook: Path, executed: Path, failed: Path, parameters: Mapping[str, Any], how: Execution
) -> None:
    """In place of a notebook's execution: the same files, without a kernel."""
    staged = Path(how.environment["EVALUATION_STAGING"])
    place = staged / "reports" / str(parameters["year"]) / "draft" / f"{notebook.stem}.en.html"
    executed.parent.mkdir(parents=True, exist_ok=True)
    for path in (executed, place, staged / "finished.json"):
        path.write_text("{}", encoding="utf-8")


def write_programme(folder: Path, count: int) -> None:
    """A workspace with ``count`` notebooks that do next to nothing."""
    texts = {
        "config/programme.yml": "id: bench\ntitle: {ru: Мера, en: Measure}\ninstitute: {ru: Институт, en: Institute}\n"
        f"first_year: {YEARS[0]}\nlast_year: {YEARS[-1]}\nlanguages: [en]\n"
        "registry: {kind: list, units: config/units.csv, unit_name: {ru: село, en: village}}\n"
        "currency: {code: RUB, label: {ru: руб., en: roubles}}\n",
        "config/codebook.csv": "table,variable,label_ru,label_en,unit,list,aliases,sensitivity,note_ru,note_en\n",
        "config/codebook_choices.csv": "list,code,label_ru,label_en,aliases\n",
    }
    for year in YEARS:
        texts[f"config/years/{year}.yml"] = (
            f"year: {year}\nstarts_on: {year}-01-01\nends_on: {year}-12-31\nterritory_date: {year}-12-31\n"
            "sources: {}\n"
        )
    for step in steps(count):
        texts[f"notebooks/{step.name}.ipynb"] = _notebook(step)
    for place, text in texts.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _notebook(step: Step) -> str:
    # the condition is never met: the code counts as reached, and is not imported
    body = (
        f"if year < 0:\n    {_COUNT_AS}\n"
        "from pathlib import Path\nimport os\nstaged = Path(os.environ['EVALUATION_STAGING'])\n"
        "folder = staged / 'reports' / str(year) / 'draft'\nfolder.mkdir(parents=True, exist_ok=True)\n"
        f"(folder / '{step.files[0]}').write_text('x')\n(staged / 'finished.json').write_text('{{}}')"
    )
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code", "id": f"c{number}", "metadata": {"tags": tags}, "source": source, "outputs": [],
            "execution_count": None,
        }
        for number, (source, tags) in enumerate([("year = 2025", ["parameters"]), (body, [])])
    ]  # fmt: skip
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
