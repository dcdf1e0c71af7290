"""Confirmed facts as rows of the received registers: what nobody confirmed is not among them.

Columns are the codebook's variables of each register, so that step 01 reads the written files like any other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from evaluation.field.documents.facts import DocumentKind, Fact
from evaluation.field.documents.slides import STREAMS
from evaluation.settings import InputProblem
from evaluation.tables.measures import SECTOR_COUNTS

Row = dict[str, Any]
FACT_COLUMNS = ("field", "entry", "value", "unit", "period", "owner", "phrase", "paragraph", "document")


class Confirmed:
    """Confirmed facts by field and entry; a fact confirmed as missing has the value None."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = tuple(facts)
        self._by: dict[tuple[str, int], Fact] = {(fact.field, fact.place): fact for fact in facts}

    def text(self, field: str, entry: int = 0) -> str | None:
        fact = self._by.get((field, entry))
        return None if fact is None else fact.value

    def whole(self, field: str, entry: int = 0) -> int | None:
        text = self.text(field, entry)
        return None if text is None else int(text)

    def day(self, field: str, entry: int = 0) -> dt.date | None:
        text = self.text(field, entry)
        return None if text is None else dt.date.fromisoformat(text)

    def entries(self, field: str) -> list[int]:
        """Entries of a field that have a confirmed value, in order."""
        return sorted(place for (name, place), fact in self._by.items() if name == field and fact.value is not None)


def registers(kind: DocumentKind, facts: Sequence[Fact], document: str) -> dict[str, pd.DataFrame]:
    """Registers by source name from the confirmed ``facts`` of a document, and ``facts`` itself; none is empty.

    ``document`` is the name of the document's file, kept as provenance. Raises InputProblem where facts on which all
    others hang are not confirmed (the first day of an event).
    """
    confirmed = Confirmed(facts)
    rows = {name: made for name, made in _MAKERS[kind](confirmed).items() if made}
    tables = {name: pd.DataFrame(made, columns=list(made[0]), dtype=object) for name, made in rows.items()}
    told = [
        {
            "field": fact.field, "entry": fact.place or None, "value": fact.value, "unit": fact.unit or None,
            "period": fact.period or None, "owner": fact.owner or None, "phrase": fact.phrase or None,
            "paragraph": fact.paragraph, "document": document,
        }
        for fact in confirmed.facts
        if fact.value is not None
    ]  # fmt: skip
    if told:
        tables["facts"] = pd.DataFrame(told, columns=list(FACT_COLUMNS), dtype=object)
    return tables


def _minutes(facts: Confirmed) -> dict[str, list[Row]]:
    held = facts.day("held_on")
    if held is None:
        raise InputProblem(
            "Дата мероприятия не подтверждена, а без неё запись не отнести к году. Подтвердите или впишите её.",
            "The day of the event is not confirmed, and without it the record belongs to no year. Confirm or enter it.",
        )
    ends = facts.day("ends_on") or held
    # month and day tell the seminars of a year apart where the register has no number for this one
    number = facts.text("event_number") or f"{held:%m%d}"
    towns = [facts.text("municipality", entry) for entry in facts.entries("municipality")]
    place = facts.text("place")
    hosts = [f"принимает: {place}"] if place else []
    guests = [f"участники: {', '.join(str(town) for town in towns)}"] if towns else []
    event = {
        "exchange_number": number, "title": facts.text("title") or facts.text("form"), "form": facts.text("form"),
        "topic": facts.text("title"), "starts_on": held, "ends_on": ends,
        "composition": "; ".join(hosts + guests) or None, "reported_participants": facts.whole("participants"),
    }  # fmt: skip
    resolution = {
        "resolution_id": number, "exchange_id": number, "title": facts.text("title"), "held_on": held, "place": place,
        **{name: facts.whole(name) for name in ("participants", *SECTOR_COUNTS)},
        "municipalities": len(towns) or None,
        **{name: facts.whole(name) for name in ("speakers", "discussants", "questions", "votes_for", "votes_against",
                                                "abstained")},
    }  # fmt: skip
    at = {"resolution_id": number, "exchange_id": number}
    return {
        "exchange_events": [event],
        "resolutions": [resolution],
        "problems": [
            {
                "problem_id": f"{number}-{n}",
                **at,
                "text": facts.text("problem", n),
                "theme": facts.text("problem_theme", n),
            }
            for n in facts.entries("problem")
        ],
        "achievements": [
            {"achievement_id": f"{number}-{n}", **at, "text": facts.text("achievement", n)}
            for n in facts.entries("achievement")
        ],
        "recommendations": [_recommendation(facts, n, number) for n in facts.entries("recommendation")],
    }


def _recommendation(facts: Confirmed, entry: int, number: str) -> Row:
    topic = facts.text("recommendation_topic", entry)
    return {
        "recommendation_id": f"{number}-{entry}",
        "exchange_id": number,
        "resolution_id": number,
        "text": facts.text("recommendation", entry),
        "addressee": facts.text("recommendation_addressee_kind", entry),
        "topic": topic,
        "theme": None if topic is None or ";" in topic else topic,
        "due_on": facts.day("recommendation_due", entry),
        **{name: facts.whole(name) for name in ("votes_for", "votes_against", "abstained")},
    }


def _measures(facts: Confirmed) -> dict[str, list[Row]]:
    return {
        "measures": [
            {
                "measure_id": str(entry),
                "goal": facts.text("goal"),
                "task_number": None,  # the document does not say which task a project serves
                "task": None,
                "project": facts.text("measure_project", entry),
                "measure": facts.text("measure", entry),
                "indicator": facts.text("measure_indicator", entry),
                "target": None,
                "owner": facts.text("measure_owner", entry),
                "due_on": facts.day("measure_due", entry),
                "status": None,
            }
            for entry in facts.entries("measure")
        ]
    }


def _trainings(facts: Confirmed) -> dict[str, list[Row]]:
    events = [
        {
            "event_number": str(entry),
            "title": facts.text("training_topic", entry),
            "stream": "training",
            "starts_on": facts.day("training_starts_on", entry),
            "ends_on": facts.day("training_ends_on", entry) or facts.day("training_starts_on", entry),
            "host_unit_name": _with_region(facts.text("training_place", entry), facts.text("training_region", entry)),
        }
        for entry in facts.entries("training_starts_on")
    ]
    cities = [
        {
            "unit_name": facts.text("base_city", entry), "role": "base",
            "component": facts.text("base_component", entry), "evidence": facts.text("base_component", entry),
        }
        for entry in facts.entries("base_city")
    ]  # fmt: skip
    return {"support_events": events, "partnership_units": cities}


def _with_region(place: str | None, region: str | None) -> str | None:
    return f"{place}, {region}" if place and region else place


def _support(facts: Confirmed) -> dict[str, list[Row]]:
    practices = [
        # the register needs a first year, which a list of practices does not name: a person enters it
        {"practice_id": str(entry), "title": facts.text("practice", entry), "first_year": None}
        for entry in facts.entries("practice")
    ]
    contents = [
        {"stream": name.removeprefix("stream_"), "content": facts.text(name, entry)}
        for name in STREAMS
        for entry in facts.entries(name)
    ]
    return {"practices": practices, "stream_contents": contents}


def _strategy(facts: Confirmed) -> dict[str, list[Row]]:
    return {}


_MAKERS: Mapping[DocumentKind, Callable[[Confirmed], dict[str, list[Row]]]] = {
    "minutes": _minutes,
    "measures": _measures,
    "trainings": _trainings,
    "support": _support,
    "strategy": _strategy,
}
