"""The section that says what is stale and why, runs it, and shows the run's progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import ipywidgets as widgets
from markupsafe import Markup

from evaluation.app.panel import markup
from evaluation.app.panel.desk import Desk, Section
from evaluation.app.panel.run_course import RunCourse, StepCourse
from evaluation.app.panel.run_watch import RunWatch
from evaluation.app.progress import spoken_seconds
from evaluation.app.status import STATES, find_standings
from evaluation.running.staleness import Standing
from evaluation.running.tasks import Task
from evaluation.settings import Language

KINDS = {"fresh": "good", "stale": "look", "failed": "bad", "never": "look", "not_applicable": ""}
ENDS = {"ran": "good", "kept": "good", "failed": "bad", "blocked": "look", "interrupted": "look", "running": ""}
TO_RUN = ("stale", "failed", "never")
SHOWN_REASONS = 3


def year_span(years: Iterable[int]) -> str:
    """Years in words, runs of three and more as a span: 2019–2022, 2024."""
    parts: list[list[int]] = []
    for year in sorted(years):
        if parts and year == parts[-1][-1] + 1:
            parts[-1].append(year)
        else:
            parts.append([year])
    return ", ".join(f"{part[0]}–{part[-1]}" if len(part) > 2 else ", ".join(map(str, part)) for part in parts)


def standing_rows(found: Sequence[tuple[Task, Standing]], language: Language) -> list[tuple[str, str, str, str, str]]:
    """Step, years, kind of state, state and reasons in words; years of a step that stand alike share a row."""
    together: dict[tuple[str, str, str], list[int]] = {}
    for task, place in found:
        shown = [reason.in_language(language) for reason in place.reasons[:SHOWN_REASONS]]
        more = len(place.reasons) - SHOWN_REASONS
        if more > 0:
            shown.append(f"и ещё {more}" if language == "ru" else f"and {more} more")
        together.setdefault((task.name, place.state, "; ".join(shown)), []).append(task.year)
    return [
        (name, year_span(years), KINDS[state], STATES[state].in_language(language), reasons)  # type: ignore[index]
        for (name, state, reasons), years in together.items()
    ]


class Running(Section):
    """Where every step stands, the button that runs what is stale, the one that stops, and the run's course."""

    key = "run"

    def __init__(self, desk: Desk, watch: RunWatch, on_end: Callable[[], None] = lambda: None) -> None:
        self.watch, self.on_end = watch, on_end
        super().__init__(desk)
        watch.on_change = self.show_course

    def build(self) -> list[widgets.Widget]:
        self.standings, self.course = widgets.HTML(), widgets.HTML()
        self.start = self.button("start_run", self.begin, "primary")
        self.stop = self.button("stop_run", self.end, "danger")
        self.again = self.button("refresh", self.look)
        self.stop.disabled = True
        buttons = widgets.HBox([self.start, self.stop, self.again])
        return [self.head("run_lead"), buttons, self.course, self.message, self.standings]

    def opened(self) -> None:
        going_on = self.watch.going_on or self.watch.attach()
        if self.watch.course is not None:
            self.show_course(self.watch.course)
        elif not going_on:
            self.look()

    def look(self) -> None:
        """Where every step stands now."""

        def work() -> list[tuple[Task, Standing]]:
            return find_standings(self.desk.open(), self.desk.year)

        self.desk.do(self.desk.say("looking"), work, self.show_standings, self.message, (self.again,))

    def show_standings(self, found: list[tuple[Task, Standing]]) -> None:
        say = self.desk.say
        waiting = sum(place.state in TO_RUN for _, place in found)
        total = sum(place.state != "not_applicable" for _, place in found)
        told = (
            markup.note(say("stale_count", n=waiting, total=total), "look")
            if waiting
            else markup.note(say("all_fresh"), "good")
        )
        header = tuple(say(name) for name in ("step", "years", "state", "why"))

        def listed(caption: str, those: list[tuple[Task, Standing]]) -> str:
            rows = [
                (name, years, markup.mark(state, kind), reasons)
                for name, years, kind, state, reasons in standing_rows(those, self.desk.language)
            ]
            return markup.table(caption, header, rows)

        outside = [(task, place) for task, place in found if place.state == "not_applicable"]
        counted = [(task, place) for task, place in found if place.state != "not_applicable"]
        self.standings.value = told + listed(f"{say('run')}, {self.desk.year}", counted)
        if outside:
            self.standings.value += markup.folded(say("outside", n=len(outside)), listed("", outside))

    def begin(self) -> None:
        self.standings.value = ""
        self.course.value = markup.note(self.desk.say("beginning"))

        def work() -> None:
            self.watch.start(self.desk.year, self.desk.language)

        def begun(_: None) -> None:
            going_on = self.watch.going_on  # a short run may be over by now
            self.start.disabled, self.stop.disabled = going_on, not going_on

        def refused() -> None:
            self.course.value = ""

        self.desk.do(self.desk.say("run").lower(), work, begun, self.message, (self.start,), refused)

    def end(self) -> None:
        self.stop.disabled = True
        self.message.value = markup.note(self.desk.say("stopping"), "look")
        self.watch.stop()

    def show_course(self, course: RunCourse) -> None:
        """The run so far; of one that is over, how it came out."""
        going_on = not course.over
        self.start.disabled, self.again.disabled = going_on, going_on
        self.stop.disabled = not going_on
        self.course.value = course_markup(course, self.desk)
        if not going_on:
            self.message.value = ""
            self.look()
            self.on_end()


def course_markup(course: RunCourse, desk: Desk) -> str:
    """A bar, the steps that run with their cell, those that ended; why it stopped."""
    say = desk.say
    line = say("progress_line", ended=course.ended, total=course.total) if course.total else say("beginning")
    parts = [markup.heading(3, say("progress"))]
    if course.over:
        parts.append(_outcome(course, desk))
    else:
        parts.append(markup.progress(say("progress"), course.share))
    if course.message is not None:
        parts.append(markup.note(course.message.in_language(desk.language), "bad"))
    rows = [_row(key, step, desk) for key, step in _in_order(course) if step.state != "not_applicable"]
    if rows:
        header = tuple(say(name) for name in ("step", "years", "state", "why"))
        parts.append(markup.table(line, header, rows))
    elif not course.over:
        parts.append(markup.note(line))
    return "".join(parts)


def _outcome(course: RunCourse, desk: Desk) -> str:
    if not course.good:
        return markup.note(desk.say("run_bad"), "bad") if course.message is None else ""
    seconds = spoken_seconds(course.seconds, desk.language)
    return markup.note(desk.say("run_good", seconds=seconds, section=desk.say("results")), "good")


def _in_order(course: RunCourse) -> list[tuple[tuple[str, int], StepCourse]]:
    """What failed, what runs, then the latest that ended."""
    order = {"failed": 0, "running": 1}
    latest_first = list(course.steps.items())[::-1]
    return sorted(latest_first, key=lambda item: order.get(item[1].state, 2))


def _row(key: tuple[str, int], step: StepCourse, desk: Desk) -> tuple[str, str, Markup, str]:
    state = desk.say(f"end_{step.state}")
    if step.state == "running" and step.cells:
        state = desk.say("cell", cell=step.cell, cells=step.cells)
    elif step.seconds:
        state = f"{state}, {spoken_seconds(step.seconds, desk.language)}"
    texts = [step.failure] if step.failure is not None else list(step.reasons[:SHOWN_REASONS])
    why = "; ".join(text.in_language(desk.language) for text in texts)
    return key[0], str(key[1]), markup.mark(state, ENDS[step.state]), why
