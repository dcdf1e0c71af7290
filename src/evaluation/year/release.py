"""Freezing a year: what is released is written once, with all that says how it was made, and never again."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import platform
import shutil
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import evaluation
from evaluation.places import Workspace, key_identity, repository
from evaluation.running.hashes import Hashes
from evaluation.running.lock import only_run
from evaluation.running.modules import Package
from evaluation.running.record import environment, read_record
from evaluation.running.staleness import standings
from evaluation.running.tasks import Task, tasks_of
from evaluation.settings import History, SignedRole, Text
from evaluation.year import refusals
from evaluation.year.archive import (
    PROJECT_PLACES,
    WORKSPACE_PLACES,
    Files,
    archive_bytes,
    committed_files,
    how_to,
    lying_files,
)
from evaluation.year.contents import applicable, received_files, record_places, released_places, without_places
from evaluation.year.leaks import Leak, find_leaks, keys_of
from evaluation.year.manifest import (
    ARCHIVE,
    LOCK,
    MANIFEST,
    SUMS,
    Manifest,
    ReceivedFile,
    ReleasedFile,
    StepRun,
    seeds_of,
    sums_text,
)
from evaluation.year.repository import GitState, git_state
from evaluation.year.unconfirmed import told, unconfirmed_lines, unconfirmed_rows

OnStage = Callable[[Text], None]
"""Told what begins: a release of many tables takes its time."""
READ_ONLY_FILE = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
READ_ONLY_FOLDER = READ_ONLY_FILE | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
STAGES = {
    "files": Text(ru="Собираем файлы черновика", en="Collecting the draft's files"),
    "fresh": Text(ru="Проверяем, не устарели ли результаты", en="Checking that the results are fresh"),
    "tables": Text(ru="Проверяем таблицы", en="Checking the tables"),
    "people": Text(ru="Ищем в файлах людей и малые числа", en="Looking for people and small counts in the files"),
    "archive": Text(ru="Собираем архив для повторения", en="Packing the archive for a rerun"),
    "write": Text(ru="Записываем выпуск", en="Writing the release"),
}


@dataclass(frozen=True)
class Request:
    """How to release: who signs for which part, and whether a workspace without git may be released.

    ``packages`` are those whose code counts (default: this one); ``code`` is the folder of the project they are of.
    """

    signed: Mapping[SignedRole, str] = field(default_factory=dict)
    without_git: bool = False
    on: dt.date = field(default_factory=dt.date.today)
    packages: Sequence[Package] | None = None
    code: Path = field(default_factory=repository)


def release(
    workspace: Workspace, year: int, request: Request | None = None, on_stage: OnStage = lambda stage: None
) -> Path:
    """Release ``year`` of ``workspace`` and return the new folder, which is read-only.

    ``on_stage`` is told what goes on. Raises InputProblem that lists everything which stands in the way; nothing is
    written then.
    """
    asked = request or Request()
    tasks = tasks_of(workspace, [year])
    with only_run(workspace.root):
        return _Release(workspace, year, asked, tasks, on_stage).go()


def obstacles(workspace: Workspace, year: int, request: Request | None = None) -> list[Text]:
    """Everything that stands in the way of releasing ``year``, each with what to do; empty: nothing. Writes nothing."""
    tasks = tasks_of(workspace, [year])
    with only_run(workspace.root):
        return _Release(workspace, year, request or Request(), tasks).reasons()


class _Release:
    def __init__(
        self,
        workspace: Workspace,
        year: int,
        asked: Request,
        tasks: Sequence[Task],
        on_stage: OnStage = lambda stage: None,
    ) -> None:
        self.workspace, self.year, self.asked, self.tasks, self.on_stage = workspace, year, asked, tasks, on_stage
        on_stage(STAGES["files"])
        self.root, self.code = workspace.root.resolve(), asked.code.resolve()
        self.git = {"workspace": (self.root, git_state(self.root))}
        if self.code != self.root:
            self.git["code"] = (self.code, git_state(self.code))
        self.signed: dict[SignedRole, str] = {**workspace.year(year).signed, **asked.signed}
        self.origins = released_places(workspace, year, tasks)
        places = {**self.origins, **record_places(workspace, tasks)}
        self.files: Files = {
            name: without_places(name, path.read_bytes(), self.root, self.code)
            for name, path in places.items()
            if path.is_file()
        }

    def go(self) -> Path:
        reasons = self.reasons()
        if reasons:
            raise refusals.refusal(self.year, reasons)
        self.on_stage(STAGES["archive"])
        packed, received = self.archive()
        self.files[LOCK] = (repository() / LOCK).read_bytes()
        self.files[ARCHIVE] = archive_bytes(packed)
        manifest = self.manifest(received).text().encode("utf-8")
        files = {**self.files, MANIFEST: manifest}
        self.on_stage(STAGES["write"])
        return write_once(self.workspace.report_folder(self.year).parent / "released", self.asked.on, files)

    def reasons(self) -> list[Text]:
        """Everything that stands in the way."""
        workspace, tasks, asked = self.workspace, self.tasks, self.asked
        self.on_stage(STAGES["fresh"])
        found = standings(workspace, tasks, Hashes(), asked.packages)
        self.on_stage(STAGES["tables"])
        tables, broken = refusals.read_tables(workspace, tasks)
        self.on_stage(STAGES["people"])
        return [
            *refusals.not_fresh(self.year, tasks, found),
            *refusals.not_committed(self.git, asked.without_git),
            *refusals.other_environment(workspace, tasks),
            *broken,
            *refusals.disclosed(self.leaks(keys_of((name, frame) for (name, _), frame in tables.items()))),
            *refusals.too_small(workspace, self.year, tables, self.files),
            *refusals.unexplained(workspace, self.year, asked.without_git),
            *refusals.not_signed(workspace, self.year, self.signed),
            *refusals.no_lock(repository() / LOCK),
        ]

    def leaks(self, keys: set[str]) -> list[Leak]:
        public = self.workspace.year(self.year).public_texts
        results = find_leaks(self.files, keys, public)
        # names stand in settings for good: authors of studies, an institute's own people
        config = find_leaks(lying_files(self.root, ["config"]), keys, public, paths=False)
        return results + [leak for leak in config if leak.kind != "name"]

    # ---- archive ------------------------------------------------------------------------------------------------

    def archive(self) -> tuple[Files, list[ReceivedFile]]:
        """What a stranger needs, and every received file, given or to be asked for."""
        workspace = self.workspace
        packages = [each.folder for each in self.asked.packages or () if each.folder.is_relative_to(self.root)]
        own = [*WORKSPACE_PLACES, *(folder.relative_to(self.root).as_posix() for folder in packages)]
        if workspace.programme.report_text:
            own.append(workspace.programme.report_text)
        together = self.code == self.root
        packed = _under("workspace", _tree(*self.git["workspace"], [*own, *PROJECT_PLACES] if together else own))
        if not together:
            places = [place for place in PROJECT_PLACES if (self.code / place).exists()]
            folder, state = self.git["code"]
            project = committed_files(folder, places) if state.commit else lying_files(folder, places)
            packed |= _under("project", project)
        history = workspace.plan_history(self.year)
        if history != History():
            packed[f"workspace/config/plan/{self.year}.history.json"] = history.model_dump_json(indent=1).encode()
        received = received_files(workspace, self.tasks, self.code, packed)
        packed |= {each.place: path.read_bytes() for each, path in received if each.given}
        asked = {each.place: each.sha256 for each, _ in received if not each.given}
        project_name = "workspace" if together else "project"
        packed |= how_to(self.year, platform.python_version(), project_name, asked)
        return packed, [each for each, _ in received]

    # ---- manifest -----------------------------------------------------------------------------------------------

    def manifest(self, received: Sequence[ReceivedFile]) -> Manifest:
        workspace, year = self.workspace, self.year
        programme, plan = workspace.programme, workspace.plan(year)
        steps = self.step_runs()
        settings = {
            "programme": programme.model_dump(mode="json"),
            "year": workspace.year(year).model_dump(mode="json"),
            "plan": None if plan is None else plan.model_dump(mode="json"),
        }
        files = {
            name: ReleasedFile(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), origin=self.origin(name))
            for name, content in sorted(self.files.items())
        }
        return Manifest(
            programme=programme.id, title=programme.title, institute=programme.institute,
            simulated=programme.simulated, year=year, released_on=self.asked.on.isoformat(),
            tool="programme-evaluation-workbench", tool_version=evaluation.__version__,
            commit=self.git["workspace"][1].commit, code_commit=self.git.get("code", self.git["workspace"])[1].commit,
            environment=environment(workspace.root), pseudonym_key=key_identity(workspace.key_file()),
            plan={
                "declared_on": None if plan is None else plan.declared_on.isoformat(),
                "history": workspace.plan_history(year).model_dump(mode="json", exclude={"first"}),
            },
            settings=settings, seeds=seeds_of(settings), received=tuple(received), steps=tuple(steps),
            seconds=round(sum(step.seconds for step in steps), 3), signed=self.signed, notes=self.notes(), files=files,
        )  # fmt: skip

    def origin(self, name: str) -> str | None:
        place = self.origins.get(name)
        return None if place is None else place.relative_to(self.workspace.root).as_posix()

    def step_runs(self) -> list[StepRun]:
        runs = []
        for task in applicable(self.tasks):
            record = read_record(self.workspace.run_folder(task.year), task.name)
            assert record is not None, "a fresh step has a record"
            runs.append(
                StepRun(
                    step=task.name, year=task.year, run_id=record.run_id, started=record.started, ended=record.ended,
                    seconds=record.seconds, digest=record.digest, commit=record.environment.get("commit"),
                    parameters=json.loads(json.dumps(record.fingerprint["parameters"])),
                    outputs={name: output.sha256 for name, output in record.outputs.items()},
                )
            )  # fmt: skip
        return runs

    def notes(self) -> tuple[Text, ...]:
        """What a reader has to know beside the results."""
        found = [
            Text(ru=f"{what}: нет репозитория git", en=f"{what}: no git repository")
            for what, (_, state) in self.git.items()
            if state.commit is None
        ]
        if self.workspace.plan(self.year) is not None and not self.workspace.plan_history(self.year).known:
            found.append(
                Text(
                    ru="каким план был вначале, неизвестно: отступления названы только по словам самого плана",
                    en="the plan as it was first is not known: departures are those that the plan itself states",
                )
            )
        found += [
            Text(
                ru=f"{task.name} {task.year} не применяется: {task.not_applicable.ru}",
                en=f"{task.name} {task.year} does not apply: {task.not_applicable.en}",
            )
            for task in self.tasks
            if task.not_applicable is not None
        ]
        return (*found, *told([*unconfirmed_lines(self.workspace, self.year), *unconfirmed_rows(self.workspace)]))


def _under(folder: str, files: Files) -> Files:
    return {f"{folder}/{name}": content for name, content in files.items()}


def _tree(folder: Path, state: GitState, places: Sequence[str]) -> Files:
    if state.commit:
        return committed_files(folder)
    return lying_files(folder, [place for place in places if (folder / place).exists()])


def write_once(folder: Path, on: dt.date, files: Mapping[str, bytes]) -> Path:
    """Write ``files`` and their check sums to ``folder/<date>``, read-only; a second one of a day gets ``-2``.

    All of it is written aside and moved in one step.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".*.new"):
        _remove(left)
    aside = folder / f".{on.isoformat()}.{os.getpid()}.new"
    try:
        for name, content in {**files, SUMS: sums_text(files).encode("utf-8")}.items():
            place = aside / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        inside = sorted(aside.rglob("*"), reverse=True)
        for place in inside:
            place.chmod(READ_ONLY_FOLDER if place.is_dir() else READ_ONLY_FILE)
        final = _free(folder, on)
        aside.rename(final)
    except BaseException:
        _remove(aside)
        raise
    final.chmod(READ_ONLY_FOLDER)
    return final


def _free(folder: Path, on: dt.date) -> Path:
    number, final = 1, folder / on.isoformat()
    while final.exists():
        number += 1
        final = folder / f"{on.isoformat()}-{number}"
    return final


def _remove(folder: Path) -> None:
    """Remove what a release that did not come to its end left, read-only or not."""
    if folder.exists():
        for place in [folder, *folder.rglob("*")]:
            if place.is_dir():
                place.chmod(stat.S_IRWXU)
        shutil.rmtree(folder)
