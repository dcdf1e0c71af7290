"""A small programme that can be released: two years of simulated answers, three steps, real tables, in a repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from evaluation import pipeline
from evaluation.pipeline import Step
from evaluation.year.release import Request, release
from evaluation.year.scratch import run_here
from evaluation.year.verify import How

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "running"))
from tiny_programme import BEGIN, FINISH, Tiny

YEAR = 2024
SIGNED = {"data": "A. Data, analyst", "analysis": "B. Model, lead", "text": "C. Text, editor"}
KEY = "0123456789abcdef"

STEPS = (
    Step("01_read", "Who came?", "", scope="each_year", sources=("attendance",),
         makes=("participants", "findings_data"), settings=("year.year",)),
    Step("02_count", "How many?", "", needs=("findings_data",), makes=("findings_outcomes",), figures=("dots",),
         exhibits=("sums",), settings=("programme.access",)),
    Step("03_tell", "What to say?", "", needs=("findings_outcomes",), files=("report.en.html",)),
)  # fmt: skip
FINDINGS = """
import pandas as pd

def findings(**values):
    n = len(values)
    return pd.DataFrame({
        "name": list(values), "value": [float(value) for value in values.values()], "unit": ["applications"] * n,
        "n": pd.array([3] * n, dtype="Int64"), "low": [float("nan")] * n, "high": [float("nan")] * n,
        "note": pd.Series([None] * n, dtype="str"), "step": ["here"] * n,
        **{name: pd.Series([None] * n, dtype="str") for name in ("source_table", "source_rows", "source_measure")}})

def table(place, frame):
    (staging / place).parent.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(staging / place, index=False)
"""
READ = f"""
from tinycode.reading import read
numbers = read(root / f"data/raw/{{year}}/answers.csv")
table(f"data/processed/{{year}}/findings_data.parquet", findings(received=len(numbers), total=sum(numbers)))
key = "{KEY[:10]}" + "{KEY[10:]}"
people = pd.DataFrame({{"person_key": [key], "unit_id": ["a"], "sector": [None], "key_basis": ["name"],
                       "key_quality": ["weak"]}})
table(f"data/processed/{{year}}/participants.parquet", people)
"""
COUNT = """
data = pd.read_parquet(root / f"data/processed/{year}/findings_data.parquet").set_index("name")["value"]
made = findings(applications=data["total"], mean=data["total"] / data["received"])
table(f"data/processed/{year}/findings_outcomes.parquet", made)
write(f"reports/{year}/draft/figures/dots.en.svg", f"<svg><text>{data['total']:g}</text></svg>")
write(f"reports/{year}/draft/figures/dots.en.png", f"{data['total']:g}")
write(f"reports/{year}/draft/tables/sums.en.html", f"<table><tr><td>{data['total']:g}</td></tr></table>")
write(f"reports/{year}/draft/tables/sums.en.csv", f"Measure,Value\\nTotal,{data['total']:g}\\n")
"""
TELL = """
value = pd.read_parquet(root / f"data/processed/{year}/findings_outcomes.parquet").set_index("name")["value"]
write(f"reports/{year}/draft/report.en.html",
      "<!DOCTYPE html><html><body><main><p>There were "
      f'<span class="finding" data-finding="applications">{value["applications"]:g}</span> applications in {year}.'
      "</p></main></body></html>")
"""
IGNORED = "data/raw/\ndata/processed/\ndata/restricted/\nreports/\n.staging/\n__pycache__/\n"
PLAN = """year: 2024
declared_on: 2023-12-01
questions: [{id: Q, text: {ru: 'Связано ли?', en: 'Is it related?'}}]
models:
  - name: main
    question: Q
    outcome: applications
    exposures: [trained]
    family: poisson
    estimand: {ru: отношение, en: ratio}
    design: association
    assumption: {ru: нет, en: none}
    controls: []
    geography: original
    is_main: true
"""


@dataclass
class Programme(Tiny):
    """The small programme's folder, and short ways to change, run, commit and release it."""

    def git(self, *arguments: str) -> str:
        day = "2024-01-15T12:00:00+00:00"
        who = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
        environment = {**os.environ, "GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day}
        command = ["git", "-C", str(self.root), *who, *arguments]
        return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=environment).stdout

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "--quiet", "-m", "change")

    @property
    def request(self) -> Request:
        return self.asked()

    def asked(self, **changes: object) -> Request:
        given = {"signed": SIGNED, "packages": self.packages, "code": self.root} | changes
        return Request(**given)  # type: ignore[arg-type]

    def release(self, stages: list[str] | None = None, **changes: object) -> Path:
        told = [] if stages is None else stages
        return release(self.open(), YEAR, self.asked(**changes), lambda stage: told.append(stage.en))

    @property
    def how(self) -> How:
        return How(rerun=run_here(self.packages), packages=self.packages)


def copied(programme: Programme) -> How:
    """The protocol with the present results in place of a run, for tests of what is compared."""

    def rerun(root: Path, year: int) -> None:
        for part in ("data/processed", *(f"reports/{then}/draft" for then in (2023, 2024))):
            shutil.copytree(programme.root / part, root / part)

    return How(once=True, rerun=rerun, packages=programme.packages)


def build(root: Path) -> Programme:
    made = Programme(root)
    made.write(
        "config/programme.yml",
        "id: small\ntitle: {ru: Мало, en: Small}\ninstitute: {ru: Институт, en: Institute}\nsimulated: true\n"
        "first_year: 2023\nlast_year: 2024\nlanguages: [en]\ndisclosure: {threshold: 5}\n"
        "registry: {kind: list, units: config/units.csv, unit_name: {ru: село, en: village}}\n"
        "currency: {code: RUB, label: {ru: руб., en: roubles}}\n",
    )
    made.write(
        "config/codebook.csv",
        "table,variable,label_ru,label_en,unit,list,aliases,sensitivity,note_ru,note_en\n"
        "*,members,Людей,People,persons,,,,,\n",
    )
    made.write("config/codebook_choices.csv", "list,code,label_ru,label_en,aliases\n")
    for year, numbers in ((2023, "10\n20\n"), (2024, "30\n40\n50\n")):
        made.write(
            f"config/years/{year}.yml",
            f"year: {year}\nstarts_on: {year}-01-01\nends_on: {year}-12-31\nterritory_date: {year}-12-31\n"
            "sources:\n  attendance:\n    file: answers.csv\n",
        )
        made.write(f"data/raw/{year}/answers.csv", numbers)
        made.write(f"data/raw/{year}/SOURCES.csv", f"source,received_on\nattendance,{year}-12-01\n")
    made.write("code/tinycode/__init__.py", "")
    made.write(
        "code/tinycode/reading.py", "def read(path):\n    return [int(part) for part in path.read_text().split()]\n"
    )
    for step, body in (("01_read", READ), ("02_count", COUNT), ("03_tell", TELL)):
        made.notebook(step, BEGIN, FINDINGS, body, FINISH)
    made.write(".gitignore", IGNORED)
    made.git("init", "--quiet")
    made.commit()
    return made


def _use_steps(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr(pipeline, "STEPS", STEPS)
    patch.setattr(pipeline, "STEP_NAMES", tuple(step.name for step in STEPS))
    patch.setenv("EVALUATION_KEY_FILE", str(folder / "key"))


@pytest.fixture(scope="module")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small programme after a good run; tests take copies."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("releasable")
        _use_steps(patch, folder)
        made = build(folder / "programme")
        result = made.run()
        assert result.good, [outcome.failure for outcome in result.outcomes]
    return made.root


@pytest.fixture
def ready(run_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    """A copy of the small programme, run and committed: nothing stands in the way of its release."""
    _use_steps(monkeypatch, tmp_path)
    shutil.copytree(run_once, tmp_path / "programme")
    yield Programme(tmp_path / "programme")
    writable(tmp_path)


def writable(folder: Path) -> None:
    """Let the test's folder be removed: released folders are read-only."""
    for place in [folder, *folder.rglob("*")]:
        if place.is_dir() and not place.is_symlink():
            place.chmod(0o755)
