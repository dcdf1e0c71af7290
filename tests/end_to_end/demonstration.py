"""A fresh clone of the project with three simulated years, and short ways to run and compare what it makes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.places import Workspace, open_workspace

ROOT = Path(__file__).resolve().parents[2]
FIRST, YEAR = 2023, 2025
YEARS = tuple(range(FIRST, YEAR + 1))
KEY = "6b" * 32
PATIENCE_SECONDS = 900
SUMMARY = re.compile(r"Ran (\d+), kept (\d+), failed (\d+), held back (\d+), does not apply (\d+)")
ENDS = {"ok in": "ran", "kept": "kept", "failed": "failed", "not run": "blocked", "does not apply": "not_applicable"}
LINE = re.compile(rf"^ *\d+ of \d+  (\S+) (\d{{4}}) \.\.\. ({'|'.join(ENDS)})", re.M)


@dataclass(frozen=True)
class Answer:
    """What a command answered; ``seconds`` are those of the clock."""

    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def output(self) -> str:
        return self.stdout + self.stderr

    def ended(self, end: str) -> set[tuple[str, int]]:
        """Step and year of every task of a run that ended so, as the lines of an English run say."""
        return {(step, int(year)) for step, year, words in LINE.findall(self.stdout) if ENDS[words] == end}

    @property
    def counts(self) -> tuple[int, ...]:
        """Tasks that ran, were kept, failed, were held back, do not apply, as an English run sums up."""
        found = SUMMARY.search(self.stdout)
        assert found, self.output
        return tuple(map(int, found.groups()))


@dataclass(frozen=True)
class Place:
    """A clone whose commands are run in processes of their own, with its own source code."""

    root: Path

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment without what would lead elsewhere; the code is the clone's, the key is known."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("EVALUATION_")}
        return kept | {"PYTHONPATH": str(self.root / "src"), "EVALUATION_KEY_FILE": str(self.root.parent / "key")}

    def python(self, *arguments: str, **environment: str) -> Answer:
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.root, env=self.environment | environment, capture_output=True,
            encoding="utf-8", timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip
        return Answer(done.returncode, done.stdout, done.stderr, time.monotonic() - began)

    def evaluation(self, *arguments: str, language: str = "en", **environment: str) -> Answer:
        """The command ``evaluation``, called from the clone's folder."""
        options = ("--plain", "--language", language)
        return self.python("-m", "evaluation.app.cli", *arguments, *options, **environment)

    def open(self) -> Workspace:
        return open_workspace(self.root)

    def raw(self, year: int, source: str) -> Path:
        return self.root / "data" / "raw" / str(year) / self.open().year(year).sources[source].file

    def table(self, name: str, year: int = YEAR) -> pd.DataFrame:
        return pd.read_parquet(self.open().table_path(name, year))

    def edit(self, place: str, old: str, new: str) -> None:
        path = self.root / place
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{place}: {old!r} occurs {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def append(self, place: str, text: str) -> None:
        with (self.root / place).open("a", encoding="utf-8") as file:
            file.write(text)

    def results(self) -> dict[str, str]:
        """SHA-256 of every file that the pipeline made, but for the records and logs of its runs."""
        folders = (self.root / "data" / "processed", self.root / "reports")
        files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
        names = {path.relative_to(self.root).as_posix(): path for path in files if path.parent.name != "run"}
        return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in names.items()}

    def copy(self, place: Path) -> Place:
        place.mkdir()
        shutil.copyfile(self.root.parent / "key", place / "key")
        shutil.copytree(self.root, place / "programme", ignore=shutil.ignore_patterns("lock"))
        return Place(place / "programme")


def clone(place: Path) -> Place:
    """The project's code, notebooks and settings in ``place``, with the programme cut to the last three years."""
    shutil.copytree(ROOT / "src", place / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("notebooks", "config"):
        shutil.copytree(ROOT / part, place / part, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    (place.parent / "key").write_text(KEY + "\n", encoding="ascii")
    made = Place(place)
    for path in (place / "config" / "years").glob("*.yml"):
        if int(path.stem) not in YEARS:
            path.unlink()
    made.edit("config/programme.yml", "first_year: 2019", f"first_year: {FIRST}")
    # as many draws as the smallest p-value needs, not as many as a report wants
    made.edit(f"config/plan/{YEAR}.yml", "bootstrap_draws: 9999", "bootstrap_draws: 199")
    made.edit(f"config/plan/{YEAR}.yml", "permutation_draws: 999", "permutation_draws: 99")
    # three years settle less than seven: what rests on all of them is not declared as settled here
    for ground in ("effect_trained_percent, expects: above_zero", "heaping_found, at_least: 1"):
        open_ground = f"{{finding: {ground.partition(',')[0]}}}\n    needs_study: true"
        made.edit(f"config/recommendations/{YEAR}.yml", f"{{finding: {ground}}}", open_ground)
    return made


def strings(path: Path) -> Iterable[str]:
    """Every text that a processed table holds."""
    frame = pd.read_parquet(path)
    for column in frame.columns:
        yield from (str(value) for value in frame[column].dropna().unique())


def notebook_cells(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text(encoding="utf-8"))["cells"])
