"""A small programme to be compared with its own copy: real tables, three steps, a package of one module.

Its notebooks are run inside this process: what is asked here is what differs and why, not how a kernel behaves.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from evaluation import pipeline
from evaluation.pipeline import Step
from evaluation.places import open_workspace
from evaluation.running.engine import Options, run
from evaluation.running.modules import Package
from evaluation.running.notebook_file import read_notebook
from evaluation.settings import InputProblem
from evaluation.tables import TABLES, Column, Table

YEAR = 2024
STEPS = (
    Step("01_clean", "What came?", "", sources=("answers",), makes=("numbers",), territory=("decisions",),
         settings=("year.year", "year.starts_on")),
    Step("02_sum", "How much?", "results", needs=("numbers",), makes=("sums",), settings=("programme.disclosure",)),
    Step("03_tell", "What to say?", "results", needs=("sums",), makes=("findings_coverage", "estimates"),
         exhibits=("labels",), files=("report.en.html",), settings=("plan.declared_on",)),
)  # fmt: skip
NUMBERS = Table(
    "numbers",
    "row of the file",
    ("row_id",),
    (
        Column("row_id", "code"),
        Column("unit_id", "code"),
        Column("amount", "money"),
        Column("title", "text"),
        Column("source", "text"),
        Column("source_sheet", "text"),
        Column("source_row", "integer"),
    ),
)
SUMS = Table(
    "sums",
    "unit",
    ("unit_id",),
    (
        Column("unit_id", "code"),
        Column("amount", "money"),
        Column("spread", "number"),
        Column("weighted", "number"),
    ),
    "open",
)
NOTEBOOKS = {
    "01_clean": """
rows = pd.read_csv(root / f"data/raw/{year}/answers.csv")
decided = pd.read_csv(root / "config/decisions.csv")
rows["amount"] = rows["amount"].astype("float64")
for one in decided.itertuples():
    rows.loc[rows["row_id"] == one.row_id, "amount"] = one.amount
rows = rows.assign(source="answers", source_sheet="answers", source_row=range(2, len(rows) + 2))
write(f"data/processed/{year}/numbers.parquet", rows)
""",
    "02_sum": """
from tinycode.adding import factor, spread
groups = pd.read_parquet(root / f"data/processed/{year}/numbers.parquet").groupby("unit_id")["amount"]
sums = pd.DataFrame({"amount": groups.sum(), "spread": groups.agg(spread)}).reset_index()
write(f"data/processed/{year}/results/sums.parquet", sums.assign(weighted=sums["amount"] * factor()))
""",
    "03_tell": """
sums = pd.read_parquet(root / f"data/processed/{year}/results/sums.parquet")
total = sums["amount"].sum()
found = [{"name": "total", "value": total, "unit": "currency", "low": total - 10, "high": total + 10,
          "step": "03_tell"},
         {"name": "units", "value": float(len(sums)), "unit": "units", "step": "03_tell"}]
where = ["source_table", "source_rows", "source_measure"]
findings = pd.DataFrame(found, columns=["name", "value", "unit", "n", "low", "high", "note", "step", *where])
findings = findings.astype({"n": "Int64", "note": "str", **dict.fromkeys(where, "str")})
write(f"data/processed/{year}/results/findings_coverage.parquet", findings.assign(note=None, **dict.fromkeys(where)))
estimate = sums["spread"].mean() - 6.5
write(f"data/processed/{year}/results/estimates.parquet", pd.DataFrame([{
    "model": "main", "outcome": "amount", "exposure": "training", "estimand": "mean", "design": "adjusted",
    "assumption": None, "estimate": estimate, "se": 1.0, "low": estimate - 1.96, "high": estimate + 1.96,
    "p": None, "p_adjusted": None, "n": 10, "clusters": None, "treated_clusters": None, "inference": "normal",
    "is_main": True, "warning": None}]))
label = pd.read_csv(root / "config/codebook.csv").query("table == 'sums'")["label_en"].iloc[0]
write(f"reports/{year}/draft/tables/labels.en.csv", label)
write(f"reports/{year}/draft/tables/labels.en.html", label)
write(f"reports/{year}/draft/report.en.html", f"<p>{label}: {total}</p>")
""",
}
BEGIN = """
import os
from pathlib import Path
import pandas as pd

root, staging = Path(os.environ["EVALUATION_WORKSPACE"]), Path(os.environ["EVALUATION_STAGING"])

def write(place, content):
    (staging / place).parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        (staging / place).write_text(content)
    else:
        content.to_parquet(staging / place, index=False)
"""
FINISH = '(staging / "finished.json").write_text("{}")'
ADDING = """
def spread(values):
    return float(values.max() - values.min())


def factor():
    return 1
"""
FILES = {
    "config/programme.yml": "id: small\ntitle: {ru: Мало, en: Small}\ninstitute: {ru: Институт, en: Institute}\n"
    "first_year: 2024\nlast_year: 2024\nlanguages: [en]\nsimulated: true\ndisclosure: {threshold: 5}\n"
    "registry: {kind: list, units: config/units.csv, crosswalk: config/crosswalk.csv, "
    "unit_name: {ru: село, en: village}}\ncurrency: {code: RUB, label: {ru: руб., en: roubles}}\n",
    "config/codebook.csv": "table,variable,label_ru,label_en,unit,list,aliases,sensitivity,note_ru,note_en\n"
    "sums,amount,Сумма,Sum,,,,,,\n",
    "config/codebook_choices.csv": "list,code,label_ru,label_en,aliases\n",
    "config/decisions.csv": "row_id,amount\n",
    "config/units.csv": "unit_id,name,valid_from,valid_to\nu1,One,,\nu2,Two,,\nu3,Three,,\n",
    "config/crosswalk.csv": "from_unit,from_date,to_unit,to_date,share,share_low,share_high,basis,quality,evidence\n",
    "config/years/2024.yml": "year: 2024\nstarts_on: 2024-01-01\nends_on: 2024-12-31\nterritory_date: 2024-12-31\n"
    "sources:\n  answers:\n    file: answers.csv\n",
    "data/raw/2024/answers.csv": "row_id,unit_id,amount,title\nr1,u1,10,A\nr2,u1,20,B\nr3,u2,5,C\nr4,u3,1,D\n",
    "src/tinycode/__init__.py": "",
    "src/tinycode/adding.py": ADDING,
}


def notebook(body: str) -> str:
    cells = [(["parameters"], f"year = {YEAR}"), *(([], text.strip("\n")) for text in (BEGIN, body, FINISH))]
    content = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {"tags": tags} if tags else {}, "source": source,
         "outputs": [], "execution_count": None}
        for number, (tags, source) in enumerate(cells)
    ]  # fmt: skip
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": content})


def build(root: Path) -> Path:
    for place, text in FILES.items():
        write(root, place, text)
    for step, body in NOTEBOOKS.items():
        write(root, f"notebooks/{step}.ipynb", notebook(body))
    return root


def write(root: Path, place: str, text: str) -> None:
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    (root / place).write_text(text, encoding="utf-8")


def edit(root: Path, place: str, old: str, new: str) -> None:
    text = (root / place).read_text(encoding="utf-8")
    assert old in text, (place, old)
    write(root, place, text.replace(old, new))


def execute_here(notebook: Path, executed: Path, failed: Path, parameters: Mapping[str, Any], how: Any) -> None:
    """Take the place of ``running.notebook.execute``: the code cells, one after the other, in this process."""
    cells = ["".join(cell["source"]) for cell in read_notebook(notebook)["cells"] if cell["cell_type"] == "code"]
    cells.insert(1, f"year = {parameters['year']}")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in how.environment.items():
            patch.setitem(os.environ, name, value)
        patch.setattr(sys, "path", [*map(str, how.python_path), *sys.path])
        patch.setattr(sys, "dont_write_bytecode", True)
        for name in [name for name in sys.modules if name.partition(".")[0] == "tinycode"]:
            del sys.modules[name]
        importlib.invalidate_caches()
        namespace: dict[str, Any] = {}
        for cell in cells:
            exec(cell, namespace)
    executed.parent.mkdir(parents=True, exist_ok=True)
    done = [{"cell_type": "code", "metadata": {}, "source": cell, "outputs": [], "id": str(number)}
            for number, cell in enumerate(cells)]  # fmt: skip
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": done}
    executed.write_text(json.dumps(content), encoding="utf-8")


def use(patch: pytest.MonkeyPatch) -> None:
    """Make the pipeline, the contracts and the running of notebooks those of the small programme."""
    patch.setattr(pipeline, "STEPS", STEPS)
    patch.setattr(pipeline, "STEP_NAMES", tuple(step.name for step in STEPS))
    patch.setattr("evaluation.running.work.execute", execute_here)
    for table in (NUMBERS, SUMS):
        patch.setitem(TABLES, table.name, table)


def run_year(root: Path, year: int = YEAR) -> None:
    """Run as ``rerun.Runner`` wants it."""
    result = run(open_workspace(root), [year], Options(jobs=1, packages=(Package(root / "src" / "tinycode"),)))
    if not result.good:
        said = [one.failure.message for one in result.outcomes if one.failure]
        raise InputProblem("; ".join(one.ru for one in said), "; ".join(one.en for one in said))


def copy_of(root: Path, target: Path) -> Path:
    shutil.copytree(root, target)
    return target
