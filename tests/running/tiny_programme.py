"""A tiny programme: two years, four steps, notebooks of two cells, and a package of two modules beside it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from evaluation import pipeline
from evaluation.pipeline import Step
from evaluation.places import Workspace, open_workspace
from evaluation.running.engine import Options, RunResult, run
from evaluation.running.modules import Package

STEPS = (
    Step(
        "01_read", "What came?", "", scope="each_year", sources=("answers",), makes=("numbers",),
        settings=("year.year", "year.starts_on"),
    ),
    Step("02_sum", "How much?", "", needs=("numbers",), history=("numbers",), makes=("sums",),
         settings=("programme.disclosure",)),
    Step("03_count", "How many?", "", needs=("numbers",), makes=("counts",)),
    Step("04_tell", "What to say?", "", needs=("sums",), uses=("counts",), files=("report.en.html",)),
)  # fmt: skip

READ = """
from tinycode.reading import read
place = root / f"data/raw/{year}/answers.csv"
write(f"data/processed/{year}/numbers.parquet", ",".join(read(place)))
"""
SUM = """
from tinycode.adding import add
tables = sorted(root.glob("data/processed/*/numbers.parquet"))
texts = [path.read_text() for path in tables if path.parts[-2] <= str(year)]
write(f"data/processed/{year}/sums.parquet", str(add(",".join(texts))))
"""
COUNT = """
numbers = (root / f"data/processed/{year}/numbers.parquet").read_text()
write(f"data/processed/{year}/counts.parquet", str(len(numbers.split(","))))
"""
TELL = """
write(f"reports/{year}/draft/report.en.html", (root / f"data/processed/{year}/sums.parquet").read_text())
"""
BEGIN = """
import os
from pathlib import Path

root, staging = Path(os.environ["EVALUATION_WORKSPACE"]), Path(os.environ["EVALUATION_STAGING"])

def write(place, text):
    (staging / place).parent.mkdir(parents=True, exist_ok=True)
    (staging / place).write_text(text)
"""
FINISH = '(staging / "finished.json").write_text("{}")'


def notebook(*code: str, year: int = 2024) -> str:
    """Text of a notebook whose first cell takes the year."""
    cells = [(f"year = {year}", ["parameters"]), *((source, []) for source in code)]
    content = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "somebody-elses-kernel", "display_name": "x", "language": "python"}},
        "cells": [
            {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# Title"},
            *(
                {
                    "cell_type": "code", "id": f"code-{number}", "metadata": {"tags": tags} if tags else {},
                    "source": source.strip("\n"), "outputs": [], "execution_count": None,
                }
                for number, (source, tags) in enumerate(cells)
            ),
        ],
    }  # fmt: skip
    return json.dumps(content)


@dataclass
class Tiny:
    """The tiny workspace's folder, and short ways to change and run it."""

    root: Path

    def open(self) -> Workspace:
        return open_workspace(self.root)

    @property
    def packages(self) -> tuple[Package, ...]:
        return (Package(self.root / "code" / "tinycode"),)

    def notebook(self, step: str, *code: str) -> None:
        place = self.root / "notebooks" / f"{step}.ipynb"
        place.parent.mkdir(exist_ok=True)
        place.write_text(notebook(*code), encoding="utf-8")

    def write(self, place: str, text: str) -> Path:
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def read(self, place: str) -> str:
        return (self.root / place).read_text(encoding="utf-8")

    def edit(self, place: str, old: str, new: str) -> None:
        text = self.read(place)
        assert old in text
        self.write(place, text.replace(old, new))

    def run(self, year: int = 2024, **options: object) -> RunResult:
        return run(self.open(), [year], Options(packages=self.packages, **options))  # type: ignore[arg-type]


def ends(result: RunResult) -> dict[str, str]:
    """How each task ended, by step and last digit of the year."""
    return {f"{outcome.task.name[:2]}-{outcome.task.year % 10}": outcome.end for outcome in result.outcomes}


def kernels_of(root: Path) -> list[str]:
    """Processes whose command line names the workspace (on Linux; elsewhere none are found)."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = place.read_bytes()
        except OSError:
            continue
        if b"ipykernel" in command and str(root).encode() in command:
            found.append(place.parent.name)
    return found


def build(root: Path) -> Tiny:
    tiny = Tiny(root)
    tiny.write(
        "config/programme.yml",
        "id: tiny\ntitle: {ru: Мало, en: Tiny}\ninstitute: {ru: Институт, en: Institute}\n"
        "first_year: 2023\nlast_year: 2024\nlanguages: [en]\ndisclosure: {threshold: 5}\n"
        "registry: {kind: list, units: config/units.csv, unit_name: {ru: село, en: village}}\n"
        "currency: {code: RUB, label: {ru: руб., en: roubles}}\n",
    )
    tiny.write(
        "config/codebook.csv", "table,variable,label_ru,label_en,unit,list,aliases,sensitivity,note_ru,note_en\n"
    )
    tiny.write("config/codebook_choices.csv", "list,code,label_ru,label_en,aliases\n")
    for year, numbers in ((2023, "1\n2\n"), (2024, "3\n4\n5\n")):
        tiny.write(
            f"config/years/{year}.yml",
            f"year: {year}\nstarts_on: {year}-01-01\nends_on: {year}-12-31\nterritory_date: {year}-12-31\n"
            "sources:\n  answers:\n    file: answers.csv\n",
        )
        tiny.write(f"data/raw/{year}/answers.csv", numbers)
    tiny.write("code/tinycode/__init__.py", "")
    tiny.write("code/tinycode/reading.py", "def read(path):\n    return path.read_text().split()\n")
    tiny.write(
        "code/tinycode/adding.py",
        "def add(text):\n    from .parsing import numbers\n\n    return sum(numbers(text))\n",
    )
    tiny.write("code/tinycode/parsing.py", 'def numbers(text):\n    return [int(part) for part in text.split(",")]\n')
    for step, body in (("01_read", READ), ("02_sum", SUM), ("03_count", COUNT), ("04_tell", TELL)):
        tiny.notebook(step, BEGIN, body, FINISH)
    return tiny


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """The tiny workspace, not run yet; the pipeline consists of its steps."""
    use_steps(monkeypatch)
    return build(tmp_path / "programme")


def use_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "STEPS", STEPS)
    monkeypatch.setattr(pipeline, "STEP_NAMES", tuple(step.name for step in STEPS))


@pytest.fixture(scope="session")
def finished_programme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny workspace that was run once; tests take copies."""
    with pytest.MonkeyPatch.context() as patch:
        use_steps(patch)
        tiny = build(tmp_path_factory.mktemp("finished") / "programme")
        result = tiny.run()
        assert result.good, [outcome.failure for outcome in result.outcomes]
    return tiny.root


@pytest.fixture
def finished(finished_programme: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """A copy of the tiny workspace after a good run."""
    use_steps(monkeypatch)
    shutil.copytree(finished_programme, tmp_path / "programme")
    return Tiny(tmp_path / "programme")
