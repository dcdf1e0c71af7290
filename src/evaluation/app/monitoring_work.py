"""What the commands ``evaluation monitoring`` do: a mapping read, counted, filled into the form or compared with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.app.writing import refuse_existing, write_or_refuse
from evaluation.cleaning.values import parse_number
from evaluation.report.forms import workbook_bytes
from evaluation.report.monitoring.compare import compare_form
from evaluation.report.monitoring.form import Target, cell_problems, fill, open_form, targets
from evaluation.report.monitoring.mapping import Problem, mapping_problems
from evaluation.report.monitoring.values import Counted, count_values
from evaluation.settings import InputProblem, line_of, read_settings
from evaluation.settings.monitoring import MonitoringForm
from evaluation.territory.registry import in_force, names, read_registry
from evaluation.workspace import read_table

if TYPE_CHECKING:
    from openpyxl import Workbook

    from evaluation.places import Workspace

FOLDER = Path("config") / "monitoring"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
SIMULATED = "СМОДЕЛИРОВАННЫЕ ДАННЫЕ - simulated data"


@dataclass(frozen=True)
class Ready:
    """A form whose mapping holds: its file, the workbook opened, the cells, and our numbers for them."""

    mapping: Path
    form: MonitoringForm
    book: Workbook
    cells: Sequence[Target]
    counted: Counted


def read_form(workspace: Workspace, name: str) -> tuple[Path, MonitoringForm]:
    """The mapping ``config/monitoring/<name>.yml``. Raises InputProblem for a name that is none or has no file."""
    folder = workspace.root / FOLDER
    known = sorted(path.stem for path in folder.glob("*.yml")) if folder.is_dir() else []
    if not _NAME.fullmatch(name) or name not in known:
        there = ", ".join(known) or "—"
        raise InputProblem(
            f"Нет формы «{name}»: нет файла {folder / (name + '.yml')}. Есть формы: {there}. Создайте файл по образцу "
            "из документации (страница «Службы конгресса»).",
            f"There is no form '{name}': there is no file {folder / (name + '.yml')}. There are: {there}. Create it "
            "after the example in the documentation (page 'Services of a congress').",
        )
    path = folder / f"{name}.yml"
    return path, read_settings(path, MonitoringForm)


def prepare(workspace: Workspace, name: str, year: int, filled: Path | None = None) -> Ready:
    """The form with our numbers of ``year``; ``filled``: the workbook to take the cells of (else the template).

    Raises InputProblem naming line and key of whatever in the mapping cannot be, and sheet and cell that do not fit.
    """
    path, form = read_form(workspace, name)
    workspace.year(year)
    _refuse(path, mapping_problems(form, partial(_is_made, workspace, year), year))
    book = open_form(workspace.root / form.template if filled is None else filled)
    day = workspace.setting("year.territory_date", year)
    registry_file = workspace.territory_file("registry")
    assert registry_file is not None  # the settings require one
    registry = read_registry(registry_file)
    valid = set(in_force(registry, day)["unit_id"])
    known = {code: told for code, told in names(registry, day).items() if code in valid}
    cells, problems = targets(form, book, known)
    # a form that came back may hold formulas where it was told numbers: there their values are compared
    wrong = [*problems, *(cell_problems(book, cells, form) if filled is None else ())]
    _refuse(path, wrong, book_path=workspace.root / form.template if filled is None else filled)
    tables: dict[str, pd.DataFrame] = {}

    def read(table: str) -> pd.DataFrame:
        if table not in tables:
            tables[table] = read_table(workspace, table, year, year)
        return tables[table]

    threshold = workspace.programme.disclosure.threshold
    counted = count_values(form, read, year, threshold, workspace.codebook.unit)
    return Ready(path, form, book, cells, counted)


def _is_made(workspace: Workspace, year: int, table: str) -> bool:
    from evaluation.pipeline import STEPS

    return any(table in step.makes for step in STEPS) and workspace.available(table, year)


def refuse_unsendable(ready: Ready) -> None:
    """Raise InputProblem where a value must not be sent: outside its limits, too few people, unlike its parts."""
    _refuse(ready.mapping, ready.counted.problems)


def _refuse(path: Path, problems: Sequence[Problem], book_path: Path | None = None) -> None:
    if not problems:
        return
    form = f" ({book_path})" if book_path else ""
    told = [(line_of(path, place), text) for place, text in problems]
    raise InputProblem(
        "\n".join(f"{path}, строка {line}{form}: {text.ru}" for line, text in told),
        "\n".join(f"{path}, line {line}{form}: {text.en}" for line, text in told),
    )


def export_form(workspace: Workspace, name: str, year: int, out: Path) -> tuple[int, list[Target]]:
    """Fill the form with the numbers of ``year`` and write it to ``out``.

    Returns how many numbers were filled in, and the cells that lack a value. Nothing is written where anything is
    refused; a file that lies at ``out`` is kept. Raises InputProblem.
    """
    if out.suffix.lower() != ".xlsx":
        raise InputProblem(
            f"{out}: имя файла должно кончаться на .xlsx.", f"{out}: the file's name must end with .xlsx."
        )
    refuse_existing(out)
    ready = prepare(workspace, name, year)
    refuse_unsendable(ready)
    language = ready.form.language
    reported = workspace.year(year).reported_on
    texts = {
        "year": str(year),
        "institute": workspace.programme.institute.in_language(language),
        "programme": workspace.programme.title.in_language(language),
        "reported_on": "" if reported is None else f"{reported:%d.%m.%Y}",
    }
    filled, without = fill(ready.book, ready.form, list(ready.cells), ready.counted, texts)
    if workspace.programme.simulated:
        ready.book.properties.description = SIMULATED
    write_or_refuse(out, workbook_bytes(ready.book))
    return filled, without


def compare_with(workspace: Workspace, name: str, year: int, path: Path) -> pd.DataFrame:
    """Every declared cell of a filled form beside our number (``monitoring_compare.COLUMNS``)."""
    ready = prepare(workspace, name, year, filled=path)
    return compare_form(open_form(path, computed=True), list(ready.cells), ready.counted, _number)


def _number(raw: Any) -> float | None:
    """A cell as a number, by the parser of received files; None where it is none."""
    value = parse_number(raw).value
    return None if value is None else float(value)


def write_differences(path: Path, found: pd.DataFrame) -> None:
    """The list as CSV for spreadsheets. Raises InputProblem where a file lies there already."""
    from evaluation.display.cell_texts import guard

    refuse_existing(path)
    shown = found.assign(sheet=found["sheet"].map(guard))
    write_or_refuse(path, shown.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig"))
