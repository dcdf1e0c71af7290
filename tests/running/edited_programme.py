"""A small programme to be edited: two years, four steps, a workbook received, a package of its own with data files.

Its notebooks are run by plain Python in processes of their own: what is asked here is which steps run again and what
is said about it, not how a kernel behaves (``test_engine.py`` and ``test_notebook.py`` ask that).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from tiny_programme import BEGIN, FINISH, Tiny, build

from evaluation import pipeline
from evaluation.pipeline import Step
from evaluation.running.engine import hashes_of
from evaluation.running.notebook_file import read_notebook
from evaluation.running.staleness import Standing, standings
from evaluation.running.tasks import tasks_of

STEPS = (
    Step(
        "01_read", "What came?", "", scope="each_year", sources=("answers",), makes=("numbers",),
        settings=("year.year", "year.starts_on"), territory=("decisions",),
    ),
    Step("02_sum", "How much?", "", needs=("numbers",), history=("numbers",), makes=("sums",),
         settings=("programme.disclosure",)),
    Step("03_count", "How many?", "", needs=("numbers",), makes=("counts",)),
    Step("04_tell", "What to say?", "", needs=("sums",), uses=("counts",), files=("report.en.html",)),
)  # fmt: skip
EVERY = {"01-3", "01-4", "02-4", "03-4", "04-4"}

NOTEBOOKS = {
    "01_read": """
from tinycode.reading import read
write(f"data/processed/{year}/numbers.parquet", ",".join(read(root / f"data/raw/{year}/answers.xlsx")))
""",
    "02_sum": """
from tinycode.adding import add
tables = sorted(root.glob("data/processed/*/numbers.parquet"))
texts = [path.read_text() for path in tables if path.parts[-2] <= str(year)]
write(f"data/processed/{year}/sums.parquet", str(add(",".join(texts))))
""",
    "03_count": """
from tinycode.limits import limit
numbers = (root / f"data/processed/{year}/numbers.parquet").read_text().split(",")
write(f"data/processed/{year}/counts.parquet", str(min(len(numbers), limit())))
""",
    "04_tell": """
from tinycode.telling.page import page
write(f"reports/{year}/draft/report.en.html", page((root / f"data/processed/{year}/sums.parquet").read_text()))
""",
}
CODE = {
    "reading.py": """
import python_calamine
from tinycode.cells import text_of

LIMIT = 1000


def read(path):
    sheet = python_calamine.load_workbook(str(path)).get_sheet_by_index(0)
    return [text_of(row[0]) for row in sheet.to_python()]


def unrelated():
    return 1


def twice():
    return 2


class Reader:
    size = 1

    def rows(self):
        return self.size


assert LIMIT > 0
""",
    "cells.py": "from .spelling import plain\n\n\ndef text_of(value):\n    return plain(value)\n",
    "spelling.py": 'def plain(value):\n    """Plainly."""\n    return str(int(value))\n',
    "adding.py": "def add(text):\n    from .parsing import numbers\n\n    return sum(numbers(text))\n",
    "parsing.py": 'def numbers(text):\n    return [int(part) for part in text.split(",")]\n',
    "limits.py": """
from pathlib import Path


def limit():
    return int((Path(__file__).parent / "bounds" / "limit.csv").read_text())
""",
    "bounds/limit.csv": "100\n",
    "bounds/nobody/x.csv": "1\n",
    "telling/__init__.py": "",
    "telling/page.py": """
from importlib import resources


def page(text):
    folder = resources.files("tinycode.telling").joinpath("texts")
    return folder.joinpath("page.txt").read_text().format(text)
""",
    "telling/texts/page.txt": "The sum is {}.",
    "idle/__init__.py": "",
    "idle/idle.txt": "Nobody reads this.",
}
CODEBOOK = """table,variable,label_ru,label_en,unit,list,aliases,sensitivity,note_ru,note_en
source:answers,answer,Ответ,Answer,,,,,,
sums,total,Сумма,Sum,,,,,,
counts,kind,Вид,Kind,,kinds,,,,
elsewhere,thing,Вещь,Thing,,things,,,,
"""
CHOICES = """list,code,label_ru,label_en,aliases
kinds,a,Один,One,
kinds,b,Два,Two,
things,a,Вещь,Thing,
"""


def workbook(place: Path, numbers: list[int], author: str = "one") -> None:
    book = Workbook()
    book.properties.creator = author
    for number in numbers:
        book.active.append([number])
    book.save(place)


def build_edited(root: Path) -> Tiny:
    tiny = build(root)
    for year, numbers in ((2023, [1, 2]), (2024, [3, 4, 5])):
        (root / f"data/raw/{year}/answers.csv").unlink()
        workbook(root / f"data/raw/{year}/answers.xlsx", numbers)
        tiny.edit(f"config/years/{year}.yml", "answers.csv", "answers.xlsx")
    for name, text in CODE.items():
        tiny.write(f"code/tinycode/{name}", text)
    for step, body in NOTEBOOKS.items():
        tiny.notebook(step, BEGIN, body, FINISH)
    tiny.write("config/codebook.csv", CODEBOOK)
    tiny.write("config/codebook_choices.csv", CHOICES)
    return tiny


def execute_plainly(notebook: Path, executed: Path, failed: Path, parameters: Mapping[str, Any], how: Any) -> None:
    """Take the place of ``running.notebook.execute``: the code cells, one after the other, in a new Python."""
    cells = [cell for cell in read_notebook(notebook)["cells"] if cell["cell_type"] == "code"]
    lines = ["".join(cell["source"]) for cell in cells]
    lines.insert(1, f"year = {parameters['year']}")
    path = os.pathsep.join(str(place) for place in how.python_path)
    environment = os.environ | dict(how.environment) | {"PYTHONPATH": path}
    # without bytecode: two edits within a second leave the same date
    command = [sys.executable, "-B", "-c", "\n".join(lines)]
    subprocess.run(command, cwd=how.folder, env=environment, check=True)
    executed.parent.mkdir(parents=True, exist_ok=True)
    executed.write_text(json.dumps({"cells": lines}), encoding="utf-8")


def use(monkeypatch: pytest.MonkeyPatch, steps: tuple[Step, ...] = STEPS) -> None:
    monkeypatch.setattr(pipeline, "STEPS", steps)
    monkeypatch.setattr(pipeline, "STEP_NAMES", tuple(step.name for step in steps))
    monkeypatch.setattr("evaluation.running.work.execute", execute_plainly)


def standing_of(tiny: Tiny, year: int = 2024) -> dict[str, Standing]:
    """Where every step stands, by its number and the year's last digit."""
    workspace = tiny.open()
    found = standings(workspace, tasks_of(workspace, [year]), hashes_of(workspace), tiny.packages)
    return {f"{name[:2]}-{then % 10}": place for (name, then), place in found.items()}


def ran(tiny: Tiny, year: int = 2024) -> set[str]:
    """Steps that a run of ``year`` executes; everything has to go well."""
    result = tiny.run(year)
    assert result.good, [outcome.failure for outcome in result.outcomes]
    return {f"{outcome.task.name[:2]}-{outcome.task.year % 10}" for outcome in result.ended("ran")}
