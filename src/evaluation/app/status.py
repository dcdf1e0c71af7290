"""Where every step of a year stands, and why it will run again."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from evaluation.app.language import Language
from evaluation.app.speaking import show
from evaluation.places import Workspace
from evaluation.running.engine import hashes_of
from evaluation.running.staleness import Standing, State, notes, standings
from evaluation.running.tasks import Task, check_step, tasks_of
from evaluation.settings import Text

if TYPE_CHECKING:
    from rich.console import Console

STATES: dict[State, Text] = {
    "fresh": Text(ru="свежий", en="fresh"),
    "stale": Text(ru="устарел", en="stale"),
    "failed": Text(ru="ошибка", en="failed"),
    "never": Text(ru="не было", en="never"),
    "not_applicable": Text(ru="нет", en="not applicable"),
}
STYLES: dict[State, str] = {
    "fresh": "green",
    "stale": "yellow",
    "failed": "bold red",
    "never": "dim",
    "not_applicable": "dim",
}
SHOWN_REASONS = 3


def find_standings(workspace: Workspace, year: int) -> list[tuple[Task, Standing]]:
    """Every task of a run of ``year`` and where it stands, in the pipeline's order."""
    tasks = tasks_of(workspace, [year])
    hashes = hashes_of(workspace)
    found = standings(workspace, tasks, hashes)
    hashes.save()
    return [(task, found[task.key]) for task in tasks]


def show_status(workspace: Workspace, year: int, screen: Console, language: Language, plain: bool) -> None:
    """A table of steps by years, and below it why steps are not fresh.

    Plain, for scripts: a line a task with tabs between step, year, state and reasons; the state is one of
    ``fresh``, ``stale``, ``failed``, ``never``, ``not_applicable`` in every language.
    """
    found = find_standings(workspace, year)
    if plain:
        for task, place in found:
            reasons = "; ".join(_shortened(place.reasons, language))
            print("\t".join((task.name, str(task.year), place.state, reasons)).rstrip())
        return
    from rich.table import Table

    years = sorted({task.year for task, _ in found})
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("шаг" if language == "ru" else "step", no_wrap=True)
    for column in years:
        table.add_column(str(column), no_wrap=True)
    cells = {task.key: place for task, place in found}
    for name in dict.fromkeys(task.name for task, _ in found):
        row = [cells.get((name, column)) for column in years]
        shown = ["" if place is None else _styled(place.state, language) for place in row]
        table.add_row(name, *shown)
    screen.print(table)
    together: dict[tuple[str, str], list[str]] = {}
    for task, place in found:
        if place.state != "fresh":
            reasons = "; ".join(_shortened(place.reasons, language))
            together.setdefault((task.name, reasons), []).append(str(task.year))
    for (name, reasons), alike in together.items():
        show(screen, f"{name} {', '.join(alike)}: {reasons}")


def _styled(state: State, language: Language) -> str:
    return f"[{STYLES[state]}]{STATES[state].in_language(language)}[/]"


def _shortened(reasons: tuple[Text, ...], language: Language) -> list[str]:
    shown = [reason.in_language(language) for reason in reasons[:SHOWN_REASONS]]
    more = len(reasons) - SHOWN_REASONS
    if more > 0:
        shown.append(f"и ещё {more}" if language == "ru" else f"and {more} more")
    return shown


def show_reasons(workspace: Workspace, step: str, year: int, screen: Console, language: Language) -> None:
    """Every reason why ``step`` of ``year`` is not fresh, a line each; below a step that has to run first, its own.

    Raises InputProblem for an unknown step or year.
    """
    check_step(step)
    found = {task.key: (task, place) for task, place in find_standings(workspace, year)}
    task, place = found[step, year]
    state = STATES[place.state].in_language(language)
    show(screen, f"{step} {year}: {state}")
    for depth, line in _chain({key: place for key, (_, place) in found.items()}, (step, year), set()):
        show(screen, "  " * (depth + 1) + line.in_language(language))
    for note in notes(workspace, task):
        show(screen, f"  {note.in_language(language)}")


def _chain(
    places: Mapping[tuple[str, int], Standing], key: tuple[str, int], told: set[tuple[str, int]], depth: int = 0
) -> Iterator[tuple[int, Text]]:
    """Depth and words of why a step is not fresh: its own reasons, then those of each step that has to run first."""
    place = places[key]
    told.add(key)
    yield from ((depth, reason) for reason in place.reasons if not place.only_behind)
    for alike in _together(places, place.behind):
        name, years = alike[0][0], ", ".join(str(year) for _, year in alike)
        again = set(alike) <= told
        yield (
            depth,
            Text(
                ru=f"раньше должен пройти шаг {name} {years}" + (" (сказано выше)" if again else ""),
                en=f"step {name} {years} has to run first" + (" (said above)" if again else ""),
            ),
        )
        if not again:
            told.update(alike)
            yield from _chain(places, alike[0], told, depth + 1)
    if place.only_behind:
        yield (
            depth,
            Text(
                ru="сам шаг выполнится, только если их результаты окажутся другими",
                en="the step itself runs only if their results come out different",
            ),
        )


def _together(
    places: Mapping[tuple[str, int], Standing], keys: Sequence[tuple[str, int]]
) -> list[list[tuple[str, int]]]:
    """Steps (and years), those of one name together that wait for nothing and have the same reasons."""
    groups: dict[Hashable, list[tuple[str, int]]] = {}
    for name, year in keys:
        place = places[name, year]
        reasons = tuple((reason.ru, reason.en) for reason in place.reasons)
        groups.setdefault((name, year) if place.behind else (name, reasons), []).append((name, year))
    return list(groups.values())
