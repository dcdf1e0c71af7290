"""An institute that has never worked with the program: its own workspace, sheets filled in from the forms."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from demonstration import KEY, PATIENCE_SECONDS, ROOT, Answer

from evaluation.places import Workspace, open_workspace
from evaluation.report.templates import template
from evaluation.territory.registry import in_force, read_registry

UNITS = {
    "В1": ("Верхняя", 24.10, 60.10, 410), "Н1": ("Нижняя", 24.30, 60.05, 900), "З1": ("Заречная", 24.50, 60.20, 1500),
    "О1": ("Озёрная", 24.15, 60.30, 260), "Л1": ("Лесная", 24.42, 60.35, 700), "П1": ("Полевая", 24.60, 60.02, 330),
}  # fmt: skip


@dataclass(frozen=True)
class Institute:
    """The code in one folder, the institute's workspace in another; commands run in processes of their own."""

    code: Path
    root: Path

    def evaluation(self, *arguments: str, language: str = "en") -> Answer:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("EVALUATION_")}
        own = {"PYTHONPATH": str(self.code / "src"), "EVALUATION_KEY_FILE": str(self.code.parent / "key")}
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "evaluation.app.cli", *arguments, "--plain", "--language", language],
            cwd=self.root if self.root.exists() else self.code, env=kept | own, capture_output=True, encoding="utf-8",
            stdin=subprocess.DEVNULL, timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip
        return Answer(done.returncode, done.stdout, done.stderr, time.monotonic() - began)

    def open(self) -> Workspace:
        return open_workspace(self.root)

    def raw(self, year: int, source: str) -> Path:
        return self.root / "data" / "raw" / str(year) / self.open().year(year).sources[source].file

    def table(self, name: str, year: int) -> pd.DataFrame:
        return pd.read_parquet(self.open().table_path(name, year))

    def edit(self, place: str, old: str, new: str) -> None:
        path = self.root / place
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{place}: {old!r} occurs {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def confirm(self, year: int) -> None:
        """Delete the marks of the year's settings, as somebody does who checked them."""
        for folder in ("years", "plan"):
            path = self.root / "config" / folder / f"{year}.yml"
            lines = path.read_text(encoding="utf-8").split("\n")
            path.write_text("\n".join(line.split("  # confirm")[0] for line in lines), encoding="utf-8")

    def fill(self, year: int, sheets: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Put the filled forms where the year's settings expect them."""
        workspace = self.open()
        own = workspace.territory_file("registry")
        assert own is not None
        units = in_force(read_registry(own), workspace.year(year).territory_date)
        for source, rows in sheets.items():
            frame = pd.DataFrame(rows)
            content = template(source, workspace.codebook, units, "ru", workspace.programme.currency.label, frame)
            place = self.raw(year, source)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)

    def released(self, year: int) -> dict[str, str]:
        """Check sum of every released file of a year."""
        folder = self.root / "reports" / str(year) / "released"
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


def settle(place: Path) -> Institute:
    """The program installed in ``place/code`` without git; the workspace ``place/programme`` is still to be made."""
    code = place / "code"
    shutil.copytree(ROOT / "src", code / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("notebooks", "config"):
        shutil.copytree(ROOT / part, code / part, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for part in ("requirements.lock", "pyproject.toml", "README.md", "README.ru.md", "LICENSE", "data/raw/README.md"):
        (code / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / part, code / part)
    (place / "key").write_text(KEY + "\n", encoding="ascii")
    return Institute(code, place / "programme")


def registry_file(place: Path) -> Path:
    """The institute's own list of units."""
    rows = [f"{code},{name},{lon},{lat}" for code, (name, lon, lat, _) in UNITS.items()]
    place.write_text("\n".join(["unit_id,name,longitude,latitude", *rows]) + "\n", encoding="utf-8")
    return place


def year_sheets(year: int, costs: Sequence[float]) -> dict[str, list[dict[str, Any]]]:
    """Rows of four forms: every unit, a project for each cost, one training with two people."""
    codes = list(UNITS)
    return {
        "territories": [
            {"name": code, "population": people, "population_18plus": people * 4 // 5}
            for code, (_, _, _, people) in UNITS.items()
        ],
        "projects": [
            {
                "project_number": f"{number:03d}", "unit_name": codes[number % len(codes)],
                "title": f"Колодец {number}", "topic": "improvement", "applied_on": f"{year}-02-{number + 1:02d}",
                "status": "completed" if number % 2 else "not_selected", "cost_planned": cost,
                "participations_meeting": 20 + number, "beneficiaries": 100 + number,
            }
            for number, cost in enumerate(costs, start=1)
        ],
        "support_events": [
            {
                "event_number": "1", "title": "Семинар", "stream": "training", "starts_on": f"{year}-01-15",
                "ends_on": f"{year}-01-15", "hours": 6, "host_unit_name": codes[0], "reported_participants": 2,
            }
        ],
        "attendance": [
            {"event_id": "1", "person_name": name, "unit_name": code, "status": "present", "hours_present": 6}
            for name, code in (("Берёзкина Анна Петровна", codes[0]), ("Сосновцев Пётр Ильич", codes[1]))
        ],
    }  # fmt: skip


def move_columns(path: Path, renamed: Mapping[str, str], changed: Mapping[tuple[int, str], Any]) -> None:
    """What another clerk does to the same sheet: a title above, other headers, columns turned round, odd cells.

    ``changed`` are cells by row of the form (from 2) and the header it had. The form's hidden lists are gone.
    """
    sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes())).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = [str(name) for name in rows[0]]
    for (row, name), value in changed.items():
        rows[row - 1][head.index(name)] = value
    assert set(renamed) <= set(head), head
    rows[0] = [renamed.get(name, name) for name in head]
    filled = [number for number in range(len(head)) if any(row[number] is not None for row in rows[1:])]
    book = openpyxl.Workbook()
    book.active.append(["Сведения за год"])
    book.active.append([])
    for row in rows:
        book.active.append([row[number] for number in reversed(filled)])
    book.save(path)
