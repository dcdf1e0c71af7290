"""Which steps are to be considered for which years, what stands in whose way, and what must be there before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from evaluation import pipeline
from evaluation.pipeline import Step
from evaluation.places import Workspace
from evaluation.running.notebook_file import check_parameters, read_notebook
from evaluation.settings import InputProblem, Text

SHOWN_PROBLEMS = 10


@dataclass(frozen=True)
class Task:
    """One step for one year, with the files that it reads and makes."""

    step: Step
    year: int
    inputs: Mapping[str, Path]
    outputs: Mapping[str, Path]
    not_applicable: Text | None = None

    @property
    def name(self) -> str:
        return self.step.name

    @cached_property
    def key(self) -> tuple[str, int]:
        return self.step.name, self.year


def steps_of(workspace: Workspace, names: Iterable[str] | None = None) -> list[Step]:
    """The workspace's steps, in the pipeline's order (default: all)."""
    wanted = None if names is None else set(names)
    return [workspace.step(step.name) for step in pipeline.STEPS if wanted is None or step.name in wanted]


def tasks_of(workspace: Workspace, years: Sequence[int], steps: Sequence[Step] | None = None) -> list[Task]:
    """Every task of a run: steps of each year for all years up to the last, the others for ``years`` alone.

    Raises InputProblem for a year that is not set up.
    """
    for year in years:
        workspace.year(year)
        if year < workspace.programme.first_year:
            raise InputProblem(
                f"Год {year} раньше первого года программы ({workspace.programme.first_year}). Проверьте год.",
                f"Year {year} is before the programme's first year ({workspace.programme.first_year}). Check the year.",
            )
    every = sorted({earlier for year in years for earlier in workspace.years_up_to(year)})
    return [
        task_of(workspace, step, year)
        for step in (steps if steps is not None else steps_of(workspace))
        for year in (every if step.scope == "each_year" else sorted(set(years)))
    ]


def task_of(workspace: Workspace, step: Step, year: int) -> Task:
    applicability = workspace.applicability(step, year)
    if not applicability.applies:
        reason = applicability.reason or Text(ru="так решено в настройках", en="the settings say so")
        return Task(step, year, {}, {}, reason)
    return Task(step, year, workspace.inputs(step, year), workspace.outputs(step, year))


def chosen(
    tasks: Sequence[Task], years: Sequence[int], only: str | None = None, start: str | None = None
) -> list[Task]:
    """The tasks that a run considers: ``only`` one step for ``years``, or all from the step ``start`` on."""
    names = [step.name for step in pipeline.STEPS]
    for name in (only, start):
        if name is not None:
            check_step(name)
    if only is not None:
        return [task for task in tasks if task.name == only and task.year in years]
    if start is not None:
        later = names[names.index(start) :]
        return [task for task in tasks if task.name in later]
    return list(tasks)


def check_step(name: str) -> None:
    """Raises InputProblem when the pipeline has no step of this name."""
    names = [step.name for step in pipeline.STEPS]
    if name not in names:
        raise InputProblem(
            f"Нет шага «{name}». Есть шаги: {', '.join(names)}.",
            f"There is no step '{name}'. The steps are: {', '.join(names)}.",
        )


def predecessors(tasks: Sequence[Task]) -> dict[tuple[str, int], set[tuple[str, int]]]:
    """By task, the tasks that make a file which it reads."""
    makers = {path: task.key for task in tasks for path in task.outputs.values()}
    return {
        task.key: {makers[path] for path in task.inputs.values() if path in makers and makers[path] != task.key}
        for task in tasks
    }


def check_ready(workspace: Workspace, tasks: Sequence[Task]) -> None:
    """Refuse to begin when a file is missing that no task of this run makes, or a notebook cannot take a year.

    Raises InputProblem that names every such file, the setting that asks for it, and what to do.
    """
    made = {path for task in tasks for path in task.outputs.values()}
    problems: dict[Path, Text] = {}
    for task in tasks:
        for name, path in task.inputs.items():
            if path not in made and path not in problems:
                problem = _problem(workspace, task, name, path)
                if problem is not None:
                    problems[path] = problem
    if problems:
        raise _refusal(workspace, list(problems.values()))
    for name in {task.name: None for task in tasks if task.not_applicable is None}:
        path = workspace.notebook(name)
        check_parameters(read_notebook(path), {"year": 0}, path.stem)


def _refusal(workspace: Workspace, problems: Sequence[Text]) -> InputProblem:
    """One refusal for all ``problems``: the first few in full, the others counted."""
    shown = list(problems[:SHOWN_PROBLEMS])
    more = len(problems) - len(shown)
    if more:
        shown.append(Text(ru=f"И ещё таких файлов: {more}.", en=f"And {more} more such files."))
    if workspace.programme.simulated:
        shown.append(
            Text(
                ru="Данные этой программы моделируются: «evaluation simulate» создаёт полученные файлы.",
                en="This programme's data are simulated: 'evaluation simulate' makes the received files.",
            )
        )
    return InputProblem("\n".join(text.ru for text in shown), "\n".join(text.en for text in shown))


def _problem(workspace: Workspace, task: Task, name: str, path: Path) -> Text | None:
    kind, _, rest = name.partition(":")
    empty = path.is_file() and path.stat().st_size == 0
    if path.exists() and not (empty and kind == "source"):
        return None
    shown = _shown(workspace, path)
    if kind == "source":
        place = _place(workspace, task.year, path.name)
        if empty:
            return Text(
                ru=f"{shown}: файл пуст. Он указан в {place.ru} (источник «{rest}»). "
                "Получите его заново и положите на это место.",
                en=f"{shown}: the file is empty. It is named in {place.en} (source '{rest}'). "
                "Get it again and put it there.",
            )
        return Text(
            ru=f"Нет файла {shown}. Он указан в {place.ru} (источник «{rest}»). "
            "Положите файл на это место или исправьте его имя в настройках.",
            en=f"There is no file {shown}. It is named in {place.en} (source '{rest}'). "
            "Put the file there or correct its name in the settings.",
        )
    if kind in ("table", "exhibit", "figure", "file"):
        return Text(
            ru=f"Нет файла {shown}, который читает шаг {task.name}. Его создают предыдущие шаги: "
            f"выполните «evaluation run {task.year}» без --only и --from.",
            en=f"There is no file {shown}, which step {task.name} reads. Earlier steps make it: "
            f"run 'evaluation run {task.year}' without --only and --from.",
        )
    return Text(
        ru=f"Нет файла {shown} ({name}), который читает шаг {task.name}. "
        "Положите его на это место или исправьте путь в настройках (config).",
        en=f"There is no file {shown} ({name}), which step {task.name} reads. "
        "Put it there or correct its path in the settings (config).",
    )


def _place(workspace: Workspace, year: int, file_name: str) -> Text:
    """The settings file and line that name a received file."""
    path = workspace.year_file(year)
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next((number for number, line in enumerate(lines, 1) if file_name in line), None)
    shown = _shown(workspace, path)
    if number is None:
        return Text(ru=shown, en=shown)
    return Text(ru=f"{shown}, строка {number}", en=f"{shown}, line {number}")


def _shown(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.root).as_posix() if path.is_relative_to(workspace.root) else str(path)
