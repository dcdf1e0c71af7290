"""Many workspaces in one command: a list of them, each with its own run, lock and records."""

from __future__ import annotations

import csv
import dataclasses
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evaluation.aside import write_whole
from evaluation.places import Workspace, open_workspace
from evaluation.running import failure
from evaluation.running.engine import Event, Options, RunResult, run
from evaluation.running.failure import Failure
from evaluation.running.notebook import Stop
from evaluation.settings import InputProblem, Text

PLACE = ("workspace", "path", "folder", "рабочее пространство", "путь", "папка")
NAME = ("name", "название", "имя")
SHOWN_PROBLEMS = 20


@dataclass(frozen=True)
class Member:
    """One workspace of the list: a short name, its folder, the line that names it."""

    name: str
    root: Path
    line: int


@dataclass(frozen=True)
class MemberResult:
    """How one workspace fared. ``failure`` says why its run did not even begin, or broke off; else ``result`` is."""

    member: Member
    years: tuple[int, ...]
    seconds: float
    result: RunResult | None = None
    failure: Failure | None = None

    @property
    def good(self) -> bool:
        return self.failure is None and self.result is not None and self.result.good

    @property
    def input_refused(self) -> bool:
        """Is it a matter of the input alone, which people can mend?"""
        if self.failure is not None:
            return self.failure.kind == "input"
        return self.result is not None and self.result.input_refused

    @property
    def interrupted(self) -> bool:
        if self.failure is not None:
            return self.failure.kind == "interrupted"
        return self.result is not None and bool(self.result.ended("interrupted"))


# ---- the list -------------------------------------------------------------------------------------------------------


def read_members(path: Path) -> list[Member]:
    """The workspaces that a file lists: one folder a line, or CSV with a column ``workspace`` and, if wanted, ``name``.

    Folders are relative to the file's own; empty lines and, in a plain list, lines that begin with # do not count.
    Raises InputProblem that names every missing, repeated or foreign folder with its line.
    """
    members, problems = [], []
    by_root: dict[Path, Member] = {}
    by_name: dict[str, Member] = {}
    for line, place, name in _rows(path):
        root = (path.resolve().parent / place).resolve()
        member = Member(name or root.name, root, line)
        problem = _problem(member, by_root.get(root), by_name.get(member.name) if name else None)
        if problem is not None:
            problems.append(problem)
            continue
        by_root[root] = member
        by_name.setdefault(member.name, member)
        members.append(member)
    if problems:
        raise _refusal(path, problems)
    if not members:
        raise InputProblem(
            f"В файле {path} нет ни одного рабочего пространства. Напишите по одной папке в строке.",
            f"The file {path} lists no workspace. Write one folder a line.",
        )
    return _told_apart(members)


def _rows(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, folder and name (empty where there is none) of each row."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputProblem(
            f"Список рабочих пространств {path} не читается ({type(error).__name__}). Нужен текстовый файл в UTF-8: "
            "одна папка в строке или CSV со столбцом workspace.",
            f"The list of workspaces {path} cannot be read ({type(error).__name__}). It has to be a text file in "
            "UTF-8: one folder a line, or CSV with a column workspace.",
        ) from error
    first = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    header = lines[first] if first < len(lines) else ""
    delimiter = next((each for each in ";\t," if each in header), ",")
    columns = [cell.strip().casefold() for cell in next(csv.reader([header], delimiter=delimiter), [])]
    place = next((columns.index(known) for known in PLACE if known in columns), None)
    if place is None:
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.lstrip().startswith("#"):
                yield number, line.strip(), ""
        return
    name = next((columns.index(known) for known in NAME if known in columns), None)
    for number, line in enumerate(lines[first + 1 :], first + 2):
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
        if any(cells):
            # a row without a folder names the list's own folder, which is told as any other wrong one
            yield number, _cell(cells, place), _cell(cells, name)


def _cell(cells: Sequence[str], column: int | None) -> str:
    return cells[column] if column is not None and column < len(cells) else ""


def _problem(member: Member, same_root: Member | None, same_name: Member | None) -> Text | None:
    where = Text(ru=f"строка {member.line}: {member.root}", en=f"line {member.line}: {member.root}")
    if same_root is not None:
        return Text(
            ru=f"{where.ru} — то же рабочее пространство, что в строке {same_root.line}",
            en=f"{where.en} is the same workspace as line {same_root.line}",
        )
    if same_name is not None:
        return Text(
            ru=f"{where.ru}: название «{member.name}» уже есть в строке {same_name.line}",
            en=f"{where.en}: the name '{member.name}' stands in line {same_name.line} as well",
        )
    if not member.root.is_dir():
        return Text(ru=f"{where.ru} — нет такой папки", en=f"{where.en}: there is no such folder")
    if not (member.root / "config" / "programme.yml").is_file():
        return Text(
            ru=f"{where.ru} — не рабочее пространство: нет config/programme.yml",
            en=f"{where.en} is not a workspace: it has no config/programme.yml",
        )
    return None


def _refusal(path: Path, problems: Sequence[Text]) -> InputProblem:
    shown = list(problems[:SHOWN_PROBLEMS])
    more = len(problems) - len(shown)
    if more:
        shown.append(Text(ru=f"и ещё таких строк: {more}", en=f"and {more} more such lines"))
    return InputProblem(
        f"Исправьте список рабочих пространств {path}; ничего не выполнялось:\n"
        + "\n".join(f"  {each.ru}" for each in shown),
        f"Correct the list of workspaces {path}; nothing was run:\n" + "\n".join(f"  {each.en}" for each in shown),
    )


def _told_apart(members: list[Member]) -> list[Member]:
    """Folders of one name are called by their parents' names too."""
    names = [member.name for member in members]
    return [
        member
        if names.count(member.name) == 1
        else dataclasses.replace(member, name=f"{member.root.parent.name}/{member.root.name}")
        for member in members
    ]


# ---- the runs -------------------------------------------------------------------------------------------------------


def run_fleet(
    members: Sequence[Member],
    years: Sequence[int],
    options: Options,
    prepare: Callable[[Workspace, int], None] = lambda workspace, last: None,
    on_event: Callable[[Member, Event], None] = lambda member, event: None,
    on_end: Callable[[MemberResult], None] = lambda result: None,
) -> list[MemberResult]:
    """Run every workspace's stale steps for ``years`` (none: its last year); the results in the list's order.

    Of ``options.jobs`` notebooks at once each workspace has its share: as many workspaces at once as there are jobs.
    What goes wrong in one workspace leaves the others whole. ``prepare`` is called before a workspace's run with its
    last year; ``on_event`` and ``on_end`` are called from several threads. An interruption ends all of them cleanly.
    """
    at_once = max(1, min(options.jobs, len(members)))
    share = dataclasses.replace(options, jobs=max(1, options.jobs // at_once))
    stops = {member: Stop() for member in members}
    preparing = threading.Lock()

    def one(member: Member) -> MemberResult:
        began = time.monotonic()
        chosen: tuple[int, ...] = tuple(years)
        how = dataclasses.replace(share, stop=stops[member])
        result, problem = None, None
        try:
            if how.stop is not None and how.stop.asked:
                problem = failure.interrupted()
            else:
                workspace = open_workspace(member.root)
                chosen = chosen or (workspace.programme.last_year,)
                with preparing:
                    prepare(workspace, max(chosen))
                result = run(workspace, chosen, how, on_event=lambda event: on_event(member, event))
        except InputProblem as error:
            problem = failure.input_refused(error)
        except Exception as error:
            problem = _broken(member, error)
        ended = MemberResult(member, chosen, time.monotonic() - began, result, problem)
        on_end(ended)
        return ended

    with ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="workspace") as pool:
        running = [pool.submit(one, member) for member in members]
        try:
            wait(running)
        except KeyboardInterrupt:
            for stop in stops.values():
                stop.ask()
            wait(running)
    return [future.result() for future in running]


def _broken(member: Member, error: Exception) -> Failure:
    """What the program itself did wrong, its traceback in a log of the workspace."""
    log = member.root / ".staging" / "error.log"
    text = traceback.format_exc()
    with suppress(OSError):  # where nothing can be written, the cause is still said
        log.parent.mkdir(exist_ok=True)
        write_whole(log, text)
    refused = failure.of_system(error, {str(member.root): "."}) if isinstance(error, OSError) else None
    found = refused or failure.program_failed(error)
    return Failure(found.kind, found.message, None, log if log.exists() else None)
