"""Did the plan come before the outcomes, and what was executed that it did not hold at first?

All dates come in as arguments: when the plan was first committed (or, failing that, the day it says itself) and
when each received file arrived.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from evaluation.settings import Deviation, History, Model

Verdict = Literal["first", "after", "same_day", "unknown"]
Basis = Literal["commit", "declared"]

# received files that hold outcomes: who applied, who won, what was built, what households decided
OUTCOME_SOURCES = ("projects", "scores", "project_results", "trial_households")
# what makes a model another model; texts that only explain it do not
COMPARED = (
    "outcome", "exposures", "family", "design", "offset", "weights", "controls", "fixed_effects", "instruments",
    "clusters", "second_clusters", "conley", "geography", "is_main", "outcome_kind", "hypothesis_family", "inference",
    "estimand", "would_refute",
)  # fmt: skip
DEVIATION_COLUMNS = [
    "model",
    "change",
    "field",
    "planned",
    "executed",
    "date",
    "what_ru",
    "what_en",
    "why_ru",
    "why_en",
]


@dataclass(frozen=True)
class PlanDates:
    """``verdict``: whether the plan came first. ``basis``: by the commit, or only by the day the plan names.

    ``plan_on`` is the day judged by, ``outcomes_on`` the day on which the first outcome arrived, ``days`` from the
    one to the other (negative: the plan came later). ``changed_on`` is the day of the last committed change.
    """

    verdict: Verdict
    basis: Basis
    declared_on: dt.date
    plan_on: dt.date
    changed_on: dt.date | None
    uncommitted: bool
    outcomes_on: dt.date | None
    outcome_source: str | None
    days: int | None


def compare_dates(
    declared_on: dt.date,
    history: History,
    arrivals: Mapping[str, dt.date | None],
    outcome_sources: Sequence[str] = OUTCOME_SOURCES,
) -> PlanDates:
    """Judge by the first commit where it is known, otherwise by the declared day (which proves less).

    ``arrivals`` gives the day on which each received file arrived (None: not recorded). A plan of the very day on
    which outcomes arrived is called neither first nor after.
    """
    known = sorted((day, name) for name, day in arrivals.items() if name in outcome_sources and day is not None)
    outcomes_on, source = known[0] if known else (None, None)
    basis: Basis = "commit" if history.known else "declared"
    plan_on = history.first_on if history.known and history.first_on is not None else declared_on
    days = None if outcomes_on is None else (outcomes_on - plan_on).days
    return PlanDates(
        _verdict(days), basis, declared_on, plan_on, history.changed_on, history.uncommitted, outcomes_on, source, days
    )


def _verdict(days: int | None) -> Verdict:
    if days is None:
        return "unknown"
    return "first" if days > 0 else "after" if days < 0 else "same_day"


def deviations(first: Mapping[str, Any] | None, models: Sequence[Model], stated: Sequence[Deviation]) -> pd.DataFrame:
    """Departures from the plan as first committed (DEVIATION_COLUMNS), and those that people stated.

    ``first`` is the plan's content at its first commit (None: not known, then only stated departures are listed).
    ``change`` is added, dropped, changed or stated. A statement on a model stands in the rows of that model; one
    that belongs to no found change has a row of its own.
    """
    rows: list[dict[str, Any]] = []
    if first is not None:
        written = {str(entry.get("name")): entry for entry in _entries(first) if isinstance(entry, Mapping)}
        executed = {model.name: model for model in models}
        for name, model in executed.items():
            if name not in written:
                rows.append(_row(name, "added", "", "", ", ".join((model.outcome, *model.exposures))))
                continue
            for field in COMPARED:
                before, now = _said(written[name].get(field)), _said(_value(model, field))
                if before != now and not (field not in written[name] and now == _default(model, field)):
                    rows.append(_row(name, "changed", field, before, now))
        for name, entry in written.items():
            if name not in executed:
                rows.append(_row(name, "dropped", "", _said(entry.get("outcome")), ""))
    explained = {statement.model: _words(statement) for statement in stated if statement.model is not None}
    rows = [row | explained.get(str(row["model"]), {}) for row in rows]
    changed = {row["model"] for row in rows}
    rows += [
        _row(statement.model or "", "stated", "", "", "") | _words(statement)
        for statement in stated
        if statement.model is None or statement.model not in changed
    ]
    return pd.DataFrame(rows, columns=DEVIATION_COLUMNS)


def _entries(first: Mapping[str, Any]) -> Sequence[Any]:
    found = first.get("models")
    return found if isinstance(found, list) else ()


def _value(model: Model, field: str) -> Any:
    return model.model_dump(mode="json")[field]


def _default(model: Model, field: str) -> str:
    """What a field means that is not written."""
    if field == "outcome_kind":
        return model.model_copy(update={"outcome_kind": None}).kind
    info = Model.model_fields[field]
    return _said(None if info.is_required() else info.default)


def _said(value: Any) -> str:
    """A value as one line of text, alike for YAML as typed and for the typed settings."""
    if value is None or value == "" or value == [] or value == ():
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping) and "en" not in value:
        return ", ".join(f"{key}: {_said(value[key])}" for key in sorted(value))
    if isinstance(value, Mapping):
        return " ".join(str(value.get("en", "")).split())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).strip()


def _row(model: str, change: str, field: str, planned: str, executed: str) -> dict[str, Any]:
    return dict.fromkeys(DEVIATION_COLUMNS) | {
        "model": model, "change": change, "field": field, "planned": planned, "executed": executed,
    }  # fmt: skip


def _words(statement: Deviation) -> dict[str, Any]:
    return {
        "date": statement.date.isoformat(), "what_ru": statement.what.ru, "what_en": statement.what.en,
        "why_ru": statement.why.ru, "why_en": statement.why.en,
    }  # fmt: skip
