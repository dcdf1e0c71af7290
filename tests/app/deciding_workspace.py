"""A small workspace with one register, for the tests of decisions: real settings and registry, files on the spot."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import yaml

from evaluation.app.cleaning_alone import clean_each, conditions
from evaluation.app.quality import Written, write_quality
from evaluation.cleaning.context import Cleaned
from evaluation.cleaning.workbook import Received, read_received
from evaluation.places import Workspace, open_workspace
from evaluation.privacy.pseudonyms import read_or_create_key
from evaluation.report.decision_form import COLUMNS, HEADER_ROW
from evaluation.report.return_form import COLUMNS as RETURN_COLUMNS
from evaluation.report.return_form import HEADER_ROW as RETURN_HEADER

ROOT = Path(__file__).resolve().parents[2]
FILE = "Реестр.xlsx"
HEADER = [
    "№ заявки", "Код ОКТМО", "Муниципальное образование", "Наименование проекта", "Стоимость проекта, руб.",
    "Благополучатели", "Статус",
]  # fmt: skip


def row(number: Any, people: Any = 50, cost: Any = 1000.0, title: Any = None, **changes: Any) -> list[Any]:
    place = {"code": "04601000", "unit": "Абанский район"} | changes
    return [number, *place.values(), title or f"Проект {number}", cost, people, "Победитель"]


def write_register(workspace: Workspace, rows: Sequence[Sequence[Any]], name: str = FILE, year: int = 2024) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Реестр"
    for cells in (HEADER, *rows):
        book.active.append(list(cells))
    path = workspace.raw_folder(year) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def make_workspace(root: Path, sources: dict[str, Any] | None = None) -> Workspace:
    """A workspace of 2024 with the demonstration's programme and registry and the given sources."""
    config = root / "config"
    (config / "years").mkdir(parents=True)
    (config / "territory").mkdir()
    for name in ("programme.yml", "decisions.csv", "territory/units.csv", "territory/crosswalk.csv"):
        (config / name).write_bytes((ROOT / "config" / name).read_bytes())
    settings = yaml.safe_load((ROOT / "config" / "years" / "2024.yml").read_text(encoding="utf-8"))
    settings["sources"] = sources or {"projects": {"file": FILE}}
    settings["surveys"] = {}
    (config / "years" / "2024.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    workspace = open_workspace(root)
    read_or_create_key(workspace.key_file())
    return workspace


def clean(workspace: Workspace, year: int = 2024) -> tuple[Cleaned, dict[str, Received]]:
    given = conditions(workspace, year)
    folder = workspace.raw_folder(year)
    received = {name: read_received(folder / one.file, name) for name, one in given.sources.items()}
    cleaned, refused = clean_each(received, given, workspace)
    assert not refused
    return cleaned[0], received


def write(workspace: Workspace, language: Any = "ru") -> Written:
    cleaned, received = clean(workspace)
    return write_quality(workspace, 2024, cleaned, received, language)


def fill(path: Path, answers: dict[str, dict[str, Any]], target: Path | None = None) -> Path:
    """Fill in lines of a workbook, named by the cell of the file they concern (or the text of the remark)."""
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    sheet = next(one for one in book.worksheets if one.title in ("Решения", "Уточнить", "Decisions"))
    columns, top = (RETURN_COLUMNS, RETURN_HEADER) if sheet.title == "Уточнить" else (COLUMNS, HEADER_ROW)
    place = {name: number for number, name in enumerate(columns, start=1)}
    open_ones = dict(answers)
    for line in range(top + 1, sheet.max_row + 1):
        name = str(sheet.cell(line, place["cell"]).value)
        for column, text in open_ones.pop(name, {}).items():
            sheet.cell(line, place[column]).value = text
    assert not open_ones, f"no lines for {list(open_ones)}"
    book.save(target or path)
    return target or path
