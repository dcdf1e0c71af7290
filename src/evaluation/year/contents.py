"""What belongs into a release: which files of the draft, which of the received files, and how they are changed."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from evaluation.places import Workspace
from evaluation.running.notebook_file import path_patterns, tidy_text
from evaluation.running.record import record_path
from evaluation.running.staleness import destinations
from evaluation.running.tasks import Task
from evaluation.tables import SOURCE_TABLES, TABLES
from evaluation.year.manifest import ReceivedFile

RECEIVED_KINDS = ("source", "questionnaire", "territory", "text")
Origins = dict[str, Path]
"""Where each released file lies in the workspace, by its place in the release."""


def released_places(workspace: Workspace, year: int, tasks: Iterable[Task]) -> Origins:
    """Every file of the draft that is released: reports, figures, tables for people, executed notebooks as they lie
    there; of the tables of data the open ones, in ``data/``."""
    draft = workspace.report_folder(year)
    found: Origins = {}
    for task in tasks:
        if task.year != year or task.not_applicable is not None:
            continue
        for name, path in destinations(workspace, task).items():
            kind, _, rest = name.partition(":")
            if kind != "table":
                found[path.relative_to(draft).as_posix()] = path
            elif rest in TABLES and TABLES[rest].sensitivity == "open":
                found[f"data/{rest}.parquet"] = path
    return found


def record_places(workspace: Workspace, tasks: Iterable[Task]) -> Origins:
    """The records of the runs behind the release, of earlier years too."""
    return {
        f"run/{task.year}/{task.name}.json": record_path(workspace.run_folder(task.year), task.name)
        for task in tasks
        if task.not_applicable is None
    }


def without_places(name: str, content: bytes, root: Path, code: Path) -> bytes:
    """An executed notebook or a record without paths of this computer; any other file as it is."""
    if not name.endswith((".ipynb", ".json")):
        return content
    places = {
        str(Path.home()): "~", tempfile.gettempdir(): "<tmp>", sys.prefix: "<python>", str(code): "<project>",
        str(root): ".",
    }  # fmt: skip
    return tidy_text(content.decode("utf-8"), path_patterns(places)).encode("utf-8")


def table_places(workspace: Workspace, tasks: Iterable[Task]) -> Iterator[tuple[str, int, Path]]:
    """Name, year and place of every table that the tasks make."""
    for task in tasks:
        for name, path in task.outputs.items():
            kind, _, table = name.partition(":")
            if kind == "table":
                yield table, task.year, path


def received_files(
    workspace: Workspace, tasks: Iterable[Task], code: Path, inside: Mapping[str, bytes]
) -> list[tuple[ReceivedFile, Path]]:
    """Every file that the tasks read and none makes, once each, with where it lies here.

    ``inside`` are the files of the archive so far. Simulated data and sources that hold nothing but open tables are
    given; what else was received, and decisions on cells with personal data, never.
    """
    found: dict[Path, tuple[ReceivedFile, Path]] = {}
    for name, path in _read(workspace, tasks):
        if path in found:
            continue
        place = archive_place(workspace.root, code, path)
        given = place in inside or _may_be_given(workspace, name, path)
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        received = ReceivedFile(name=name, place=place, sha256=digest, bytes=len(content), given=given)
        found[path] = received, path
    return sorted(found.values(), key=lambda pair: pair[0].place)


def _read(workspace: Workspace, tasks: Iterable[Task]) -> Iterator[tuple[str, Path]]:
    for task in tasks:
        for name, path in task.inputs.items():
            kind = name.partition(":")[0]
            if kind not in RECEIVED_KINDS:
                continue
            called = f"{name}@{task.year}" if kind in ("source", "questionnaire") else name
            if path.is_dir():
                yield from ((called, inner) for inner in sorted(path.rglob("*")) if inner.is_file())
            elif path.is_file():
                yield called, path
        listed = workspace.raw_folder(task.year) / "SOURCES.csv"
        if task.inputs and listed.is_file():
            yield f"sources@{task.year}", listed


def _may_be_given(workspace: Workspace, name: str, path: Path) -> bool:
    if not path.is_relative_to(workspace.root) or name.startswith("territory:personal"):
        return False
    if workspace.programme.simulated:
        return True
    kind, _, rest = name.partition(":")
    if kind != "source":
        return kind in ("territory", "questionnaire", "text")
    source = rest.partition("@")[0]
    tables = SOURCE_TABLES.get(source, ())
    rows = workspace.codebook.variables
    personal = rows["table"].isin([*tables, f"source:{source}"]) & (rows["sensitivity"] == "personal")
    return bool(tables) and all(TABLES[table].sensitivity == "open" for table in tables) and not personal.any()


def archive_place(root: Path, code: Path, path: Path) -> str:
    """Where a file of this computer lies, or has to be put, in the archive."""
    if path.is_relative_to(root):
        return f"workspace/{path.relative_to(root).as_posix()}"
    if path.is_relative_to(code):
        return f"project/{path.relative_to(code).as_posix()}"
    return f"outside/{path.name}"


def applicable(tasks: Sequence[Task]) -> list[Task]:
    return [task for task in tasks if task.not_applicable is None]
