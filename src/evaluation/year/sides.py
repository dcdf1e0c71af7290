"""One side of a comparison: a year's draft in some workspace, or a released folder, read the same way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evaluation import pipeline
from evaluation.places import Workspace, open_workspace, repository
from evaluation.running.record import Record, read_record
from evaluation.running.tasks import tasks_of
from evaluation.settings import InputProblem
from evaluation.year.archive import unpack
from evaluation.year.manifest import ARCHIVE, MANIFEST, read_manifest

_OF_WORKSPACE = re.compile(r"(?P<path>.+):(?P<year>\d{4})")


@dataclass(frozen=True)
class Side:
    """A programme year as it lies somewhere.

    ``files`` maps an output as the records call it (``table:projects``, ``figure:x.ru.svg``, ``file:report.ru.html``)
    to its file; ``records`` are those of every step and year behind it; ``workspace`` has its settings, codebook and
    territory (of a release: those of its archive), ``code`` is the folder that holds its package.
    """

    label: str
    year: int
    workspace: Workspace
    code: Path
    files: Mapping[str, Path]
    records: Mapping[tuple[str, int], Record]
    released: Path | None = None
    asked: tuple[str, ...] = field(default=())


def read_side(text: str, here: Workspace, scratch: Path) -> Side:
    """The side that ``text`` names: a year or ``draft`` of ``here``, ``PATH:YEAR``, or a released folder.

    A release's archive is unpacked into ``scratch``. Raises InputProblem for what is none of these, for a year that
    is not set up, and for one of which nothing has been made yet.
    """
    if text == "draft":
        return draft_side(text, here, here.programme.last_year)
    if re.fullmatch(r"\d{4}", text):
        return draft_side(text, here, int(text))
    for folder in (Path(text), here.root / text):
        if (folder / MANIFEST).is_file():
            return release_side(text, folder.resolve(), scratch)
    named = _OF_WORKSPACE.fullmatch(text)
    if named is not None and Path(named["path"]).is_dir():
        return draft_side(text, open_workspace(named["path"]), int(named["year"]))
    raise InputProblem(
        f"«{text}»: нечего сравнивать. Назовите год (2024), draft (последний год), папку выпуска "
        "(reports/2024/released/<дата>) или год другого рабочего пространства (ПАПКА:2024).",
        f"'{text}' is nothing to compare. Name a year (2024), draft (the last year), a released folder "
        "(reports/2024/released/<date>), or a year of another workspace (FOLDER:2024).",
    )


def draft_side(label: str, workspace: Workspace, year: int) -> Side:
    """A year as it lies in a workspace. Raises InputProblem where nothing of it has been made."""
    tasks = tasks_of(workspace, [year])
    files = {name: path for task in tasks if task.year == year for name, path in task.outputs.items() if path.exists()}
    if not files:
        raise InputProblem(
            f"{workspace.root}: за {year} год ничего не построено. Выполните «evaluation run {year}».",
            f"{workspace.root}: nothing has been made of {year}. Run 'evaluation run {year}'.",
        )
    found = {task.key: read_record(workspace.run_folder(task.year), task.name) for task in tasks}
    records = {key: record for key, record in found.items() if record is not None}
    own = workspace.root / "src"
    return Side(label, year, workspace, own if own.is_dir() else repository() / "src", files, records)


def release_side(label: str, folder: Path, scratch: Path) -> Side:
    """A released folder. Raises InputProblem for a damaged manifest, and for an archive that does not unpack."""
    manifest = read_manifest(folder)
    records: dict[tuple[str, int], Record] = {}
    for path in sorted((folder / "run").glob("*/*.json")):
        record = read_record(path.parent, path.stem)
        if record is not None:
            records[record.step, record.year] = record
    names = {out.path: name for record in records.values() for name, out in record.outputs.items()}
    ours = {place: names.get(file.origin or "") for place, file in manifest.files.items()}
    of_year = {out.path for key, record in records.items() if key[1] == manifest.year for out in
               record.outputs.values()}  # fmt: skip
    files = {
        name: folder / place
        for place, name in ours.items()
        if name is not None and name != "notebook" and manifest.files[place].origin in of_year
    }
    scratch.mkdir(parents=True, exist_ok=True)
    unpack(folder / ARCHIVE, scratch)
    places = [place for place in sorted(scratch.iterdir()) if (place / "src").is_dir()]
    workspace = open_workspace(scratch / "workspace")
    code = places[0] / "src" if places else repository() / "src"
    asked = tuple(sorted(received.place for received in manifest.received if not received.given))
    return Side(label, manifest.year, workspace, code, files, records, folder, asked)


def table_names(side: Side) -> list[str]:
    """Tables of the year, in the pipeline's order."""
    made = [table for step in pipeline.STEPS for table in step.makes]
    return [table for table in made if f"table:{table}" in side.files]
