"""Goal, tasks, projects and measures of a programme's proposals; what a measure lacks is told, never supplied."""

from __future__ import annotations

import re

from evaluation.cleaning.text import fold
from evaluation.field.documents.due import due_fact
from evaluation.field.documents.facts import Check, DocumentRecord, Fact, missing, screened
from evaluation.field.documents.paragraphs import Document, Paragraph

_GOAL = re.compile(r"^(?:общая\s+)?цель(?:\s+(?:направления|программы|проекта|работы))?\s*[:–—-]\s*(?P<text>.+)", re.I)
_TASK = re.compile(
    r"^(?:(?P<first>\d{1,2})(?:-?я)?\s+задача|задача\s+№?\s*(?P<second>\d{1,2}))\s*[:.–—-]\s*(?P<text>.+)", re.I
)
_PROJECT = re.compile(r"^проект\s*[«\"“](?P<name>[^»”\"]+)[»\"”]\W*$", re.I)
_ASIDE = {
    "measure_indicator": re.compile(r"(?:целевой\s+)?показател[ьи](?:\s+\w+)?\s*[:–—-]\s*(?P<text>[^;]+)", re.I),
    "measure_owner": re.compile(r"(?:ответственн|исполнител)\w+(?:\s+исполнител\w+)?\s*[:–—-]\s*(?P<text>[^;]+)", re.I),
}


def read_measures(document: Document) -> DocumentRecord:
    """Facts of ``fields.MEASURES``: the goal, tasks by their number, measures with their projects and what they lack.

    A project that is announced again goes on. Items behind words that announce nothing known belong to no project:
    they are named in ``unread``. Task numbers that the document passes over are facts without a value.
    """
    goals: list[Fact] = []
    tasks: dict[int, Fact] = {}
    measures: list[Fact] = []
    projects: dict[str, str] = {}
    unread: list[int] = []
    project: tuple[str, Paragraph] | None = None
    for each in document:
        goal, task, named = _GOAL.match(each.text), _TASK.match(each.text), _PROJECT.match(each.text)
        if goal:
            goals.append(Fact("goal", 0, _end(goal["text"]), each.text, each.number))
        elif task:
            number = int(task["first"] or task["second"])
            tasks.setdefault(number, Fact("task", number, _end(task["text"]), each.text, each.number))
        elif named:
            projects.setdefault(fold(named["name"]), named["name"].strip())
            project = (projects[fold(named["name"])], each)
        elif each.is_item and project is not None:
            measures += _measure(sum(fact.field == "measure" for fact in measures) + 1, each, *project)
        elif each.is_item and projects:
            unread.append(each.number)
        elif not each.is_item:
            project = None
    passed = [number for number in range(1, max(tasks, default=0)) if number not in tasks]
    absent = [Fact("task", number, None, remarks=("not_in_document",)) for number in passed]
    facts = [
        *(goals or [missing("goal")]),
        *(sorted([*tasks.values(), *absent], key=lambda fact: fact.place) or [missing("task")]),
        *(measures or [missing("measure")]),
    ]
    return DocumentRecord("measures", screened(facts), _checks(passed, measures), tuple(unread))


def _measure(entry: int, item: Paragraph, project: str, announced: Paragraph) -> list[Fact]:
    facts = [
        Fact("measure", entry, _end(item.text), item.text, item.number),
        Fact("measure_project", entry, project, announced.text, announced.number),
    ]
    for name, words in _ASIDE.items():
        found = words.search(item.text)
        facts.append(
            Fact(name, entry, _end(found["text"]), item.text, item.number)
            if found
            else missing(name, entry, "not_named")
        )
    return [*facts, due_fact("measure_due", entry, item.text, item.number)]


def _end(text: str) -> str:
    return text.strip().rstrip(" ;.")


def _checks(passed: list[int], measures: list[Fact]) -> tuple[Check, ...]:
    names = ("measure_indicator", "measure_owner", "measure_due")
    having = [str(sum(fact.field == name and fact.value is not None for fact in measures)) for name in names]
    n = sum(fact.field == "measure" for fact in measures)
    complete = all(fact.value is not None for fact in measures)
    return (
        Check("tasks_listed", ", ".join(map(str, passed)) or "—", not passed),
        Check("measures_complete", f"{', '.join(having)} / {n}", complete if n else None),
    )
