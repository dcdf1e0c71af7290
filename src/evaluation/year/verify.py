"""The reviewer protocol: delete the results, run twice from the received files, compare every byte, list exhibits."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.places import Workspace, open_workspace, repository
from evaluation.running.modules import Package
from evaluation.running.staleness import destinations
from evaluation.running.tasks import Task, tasks_of
from evaluation.settings import InputProblem, Text
from evaluation.year.byte_comparison import FileDifference, compare
from evaluation.year.contents import applicable, without_places
from evaluation.year.exhibit_list import Origin, exhibit_list
from evaluation.year.in_text import InText, numbers_in_text
from evaluation.year.manifest import MANIFEST, SUMS, Manifest, read_manifest, read_sums
from evaluation.year.scratch import Rerun, run_apart, run_here, scratch_of, scratch_of_release

ALLOWED: tuple[Text, ...] = (
    Text(
        ru="записи и журналы прогонов (reports/<год>/draft/run, run/ выпуска): номера, время, длительности, среда",
        en="records and logs of runs (reports/<year>/draft/run, run/ of a release): numbers, times, durations, "
        "environment",
    ),
    Text(
        ru="MANIFEST.json, SHA256SUMS, requirements.lock и архив выпуска: их делает выпуск, а не прогон; они сверены "
        "по контрольным суммам",
        en="MANIFEST.json, SHA256SUMS, requirements.lock and the archive of a release: made by the release, not by a "
        "run; held against their check sums",
    ),
)
Contents = dict[str, bytes]


@dataclass(frozen=True)
class Comparison:
    """Two sides and what differs. ``name``: sums, runs, release or draft; ``files`` were compared."""

    name: str
    files: int
    differences: tuple[FileDifference, ...]


@dataclass(frozen=True)
class Verdict:
    """What the protocol found. ``target`` is the draft or the released folder."""

    target: str
    year: int
    runs: int
    comparisons: tuple[Comparison, ...]
    exhibits: tuple[Origin, ...]
    in_text: tuple[InText, ...]

    @property
    def holds(self) -> bool:
        """Nothing differs, and every finding that a report names exists."""
        same = not any(comparison.differences for comparison in self.comparisons)
        return same and not any(each.unknown for each in self.in_text)

    def content(self) -> dict[str, Any]:
        """JSON-ready."""
        found = json.loads(json.dumps(dataclasses.asdict(self), default=lambda value: value.model_dump()))
        return {"schema": "evaluation-verdict/1", "holds": self.holds, **found}


@dataclass(frozen=True)
class How:
    """``once``: one run alone. ``rerun`` carries a run out (default: this code for a draft, the archived code for a
    release); ``packages`` are those whose code counts; ``folder`` is where scratch copies are made."""

    once: bool = False
    rerun: Rerun | None = None
    packages: Sequence[Package] = ()
    folder: Path | None = None


def verify_year(workspace: Workspace, year: int, how: How | None = None) -> Verdict:
    """The protocol for the draft of ``year``. Raises InputProblem when there is no draft, or a run fails."""
    asked = how or How()
    tasks = applicable(tasks_of(workspace, [year]))
    if not any(path.exists() for task in tasks for path in destinations(workspace, task).values()):
        raise InputProblem(
            f"За {year} год нечего проверять: результатов нет. Выполните «evaluation run {year}».",
            f"There is nothing to verify for {year}: no results. Run 'evaluation run {year}'.",
        )
    rerun = asked.rerun or run_here(asked.packages or None)
    with tempfile.TemporaryDirectory(prefix="verify-", dir=asked.folder) as scratch:
        roots = [scratch_of(workspace, tasks, Path(scratch) / name, asked.packages) for name in _names(asked.once)]
        made = _run_all(roots, year, rerun)
        draft = _contents(workspace.root, _made_places(workspace, tasks))
        comparisons = [*_between(made), Comparison("draft", len(made[0]), tuple(compare(draft, made[0])))]
        return _verdict(workspace, workspace.report_folder(year), year, roots[0], comparisons, len(roots))


def verify_release(release: Path, how: How | None = None, workspace: Workspace | None = None) -> Verdict:
    """The protocol for a released folder. Raises InputProblem when it is none, or cannot be run again."""
    asked = how or How()
    release = release.resolve()
    manifest, sums = read_manifest(release), read_sums(release)
    home = workspace or open_workspace(workspace_of(release))
    lying = {path.relative_to(release).as_posix(): path.read_bytes() for path in _files(release)}
    checked = Comparison("sums", len(sums), tuple(unlike_sums(lying, sums, manifest)))
    with tempfile.TemporaryDirectory(prefix="verify-", dir=asked.folder) as scratch:
        roots = [scratch_of_release(release, manifest, home, Path(scratch) / name) for name in _names(asked.once)]
        made = _run_all(roots, manifest.year, asked.rerun or run_apart)
        origins = {name: each.origin for name, each in manifest.files.items() if each.origin is not None}
        code = roots[0].parent / "project" if (roots[0].parent / "project").is_dir() else roots[0]
        again = {
            name: without_places(name, made[0][origin], roots[0], code)
            for name, origin in origins.items()
            if origin in made[0]
        }
        released = {name: lying[name] for name in origins if name in lying}
        comparisons = [checked, *_between(made), Comparison("release", len(origins), tuple(compare(released, again)))]
        return _verdict(home, release, manifest.year, roots[0], comparisons, len(roots))


def _names(once: bool) -> tuple[str, ...]:
    return ("first",) if once else ("first", "second")


def workspace_of(release: Path) -> Path | None:
    """The workspace that a released folder lies in; None for one that lies elsewhere."""
    above = release.resolve().parents
    inside = len(above) > 3 and release.parent.name == "released" and above[2].name == "reports"
    return above[3] if inside and (above[3] / "config" / "programme.yml").exists() else None


def _run_all(roots: Sequence[Path], year: int, rerun: Rerun) -> list[Contents]:
    made = []
    for root in roots:
        rerun(root, year)
        made.append(_contents(root, [path for part in ("data/processed", "reports") for path in _files(root / part)]))
    return made


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def _made_places(workspace: Workspace, tasks: Iterable[Task]) -> list[Path]:
    return [path for task in tasks for path in destinations(workspace, task).values() if path.is_file()]


def _contents(root: Path, places: Iterable[Path]) -> Contents:
    """Content by place of what a run made, but for its records and logs, and without paths of this computer."""
    resolved = root.resolve()
    named = {path.relative_to(root).as_posix(): path for path in places}
    return {
        name: without_places(name, path.read_bytes(), resolved, repository())
        for name, path in named.items()
        if "/draft/run/" not in name and not name.endswith("README.md")
    }


def _between(made: Sequence[Contents]) -> list[Comparison]:
    return [Comparison("runs", len(made[0]), tuple(compare(made[0], made[1])))] if len(made) > 1 else []


def unlike_sums(lying: Mapping[str, bytes], sums: Mapping[str, str], manifest: Manifest) -> Iterable[FileDifference]:
    """Files of a release that are not what its two lists of check sums say."""
    for name in sorted({*lying, *sums} - {SUMS}):
        if name not in lying:
            yield FileDifference(name, "missing")
            continue
        digest = hashlib.sha256(lying[name]).hexdigest()
        listed = manifest.files.get(name)
        if name not in sums:
            yield FileDifference(name, "extra")
        elif digest != sums[name] or (name != MANIFEST and (listed is None or listed.sha256 != digest)):
            yield FileDifference(name, "changed")


def _verdict(
    workspace: Workspace, target: Path, year: int, scratch: Path, comparisons: Sequence[Comparison], runs: int
) -> Verdict:
    again = open_workspace(scratch)
    tasks = applicable(tasks_of(again, [year]))
    findings = _finding_names(again, tasks)
    settings = {str(year), str(workspace.programme.disclosure.threshold)}
    reports = sorted(target.glob("report.*.html"))
    in_text = [numbers_in_text(path.name, path.read_text(encoding="utf-8"), findings, settings) for path in reports]
    shown = target.relative_to(workspace.root).as_posix() if target.is_relative_to(workspace.root) else str(target)
    return Verdict(shown, year, runs, tuple(comparisons), tuple(exhibit_list(again, tasks, year)), tuple(in_text))


def _finding_names(workspace: Workspace, tasks: Iterable[Task]) -> set[str]:
    names: set[str] = set()
    for task in tasks:
        for name, path in task.outputs.items():
            if name.startswith("table:findings_") and path.is_file():
                names |= set(pd.read_parquet(path, columns=["name"])["name"])
    return names
