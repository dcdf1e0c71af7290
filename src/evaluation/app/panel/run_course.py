"""What a run's events (``app/run_events.py``) add up to: where each step is, how many have ended, how it came out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from evaluation.settings import Text

State = Literal["running", "ran", "kept", "failed", "blocked", "interrupted", "not_applicable"]
Key = tuple[str, int]


@dataclass(frozen=True)
class StepCourse:
    """One step of one year: its state, the code cell it is at, seconds it took, why it ran or failed."""

    state: State
    cell: int = 0
    cells: int = 0
    seconds: float = 0.0
    reasons: tuple[Text, ...] = ()
    failure: Text | None = None


@dataclass(frozen=True)
class RunCourse:
    """A run so far, ``ended`` of ``total`` steps; those that do not apply are not counted.

    ``process`` is the run's own; ``good`` is None until it ended; ``message`` says why it stopped.
    """

    process: int | None = None
    years: tuple[int, ...] = ()
    ended: int = 0
    total: int = 0
    steps: Mapping[Key, StepCourse] = field(default_factory=dict)
    good: bool | None = None
    seconds: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    message: Text | None = None

    @property
    def over(self) -> bool:
        return self.good is not None

    @property
    def running(self) -> dict[Key, StepCourse]:
        return {key: step for key, step in self.steps.items() if step.state == "running"}

    @property
    def share(self) -> float:
        """Share of the run that is done, by steps and, within those that run, by cells; 0 to 1."""
        if not self.total:
            return 0.0
        parts = sum((step.cell - 1) / step.cells for step in self.running.values() if step.cells)
        return min(1.0, (self.ended + parts) / self.total)


def after(course: RunCourse, event: Mapping[str, Any]) -> RunCourse:
    """The course after one more event; an event of an unknown kind changes nothing."""
    kind = event.get("kind")
    if kind == "started":
        return RunCourse(process=int(event["process"]), years=tuple(event["years"]))
    if kind == "finished":
        return replace(course, good=bool(event["good"]), seconds=float(event["seconds"]), counts=dict(event["counts"]))
    if kind == "refused":
        return replace(course, good=False, message=Text(**event["message"]))
    if kind not in ("began", "cell", "ended"):
        return course
    key = (str(event["step"]), int(event["year"]))
    steps = {**course.steps, key: _step(event)}
    # events come from several threads: a late one must not turn the count back
    ended = sum(step.state not in ("running", "not_applicable") for step in steps.values())
    outside = sum(step.state == "not_applicable" for step in steps.values())
    return replace(course, steps=steps, ended=ended, total=int(event["total"]) - outside)


def _step(event: Mapping[str, Any]) -> StepCourse:
    if event["kind"] != "ended":
        return StepCourse("running", int(event.get("cell", 0)), int(event.get("cells", 0)))
    failure = event.get("failure")
    return StepCourse(
        event["end"],
        seconds=float(event["seconds"]),
        reasons=tuple(Text(**reason) for reason in event["reasons"]),
        failure=None if failure is None else Text(**failure),
    )


def course_of(events: Iterable[Mapping[str, Any]]) -> RunCourse:
    course = RunCourse()
    for event in events:
        course = after(course, event)
    return course
