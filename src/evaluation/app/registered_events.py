"""An event of confirmed minutes that the programme's own register of exchange events has already.

The same event is one of the same days in the same place: the days overlap, and the place of the minutes is the unit
that hosts in the register; or one of the same days with the same number. Written a second time it would count twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evaluation.app.cleaning_alone import clean_each, conditions
from evaluation.cleaning.registers import RECORD_LETTERS
from evaluation.cleaning.workbook import read_received
from evaluation.places import Workspace
from evaluation.settings import InputProblem, Text
from evaluation.territory.matching import match_units

EVENTS = "exchange_events"


@dataclass(frozen=True)
class Registered:
    """One event of the register, with the units that hosted it and the place of its record in the file."""

    number: str
    title: str
    hosts: frozenset[str]
    record: str

    @property
    def told(self) -> str:
        return f"{self.number}, «{self.title}» ({self.record})" if self.title else f"{self.number} ({self.record})"


def without_registered(
    tables: Mapping[str, pd.DataFrame], workspace: Workspace, out: Path
) -> tuple[dict[str, pd.DataFrame], list[Text]]:
    """``tables`` of confirmed minutes without the event that the workspace's register has already, and what to say.

    Records of the event then name the register's number of it. An event of the same days whose place cannot be
    compared stays, with a line to look it up. ``out`` is where the tables will be written: a register of that very
    place is what an earlier run wrote. Raises InputProblem where several registered events fit.
    """
    kept = dict(tables)
    if EVENTS not in kept:
        return kept, []
    event = kept[EVENTS].iloc[0]
    first, last = event["starts_on"], event["ends_on"]
    year = next((one for one in workspace.years if _holds(workspace, one, first)), None)
    source = None if year is None else workspace.year(year).sources.get(EVENTS)
    if year is None or source is None:
        return kept, []
    path = workspace.raw_folder(year) / source.file
    if not path.is_file() or path.resolve() == (out / f"{EVENTS}.xlsx").resolve():
        return kept, []
    given = conditions(workspace, year)
    try:
        cleaned, refused = clean_each({EVENTS: read_received(path, EVENTS, source.sheet)}, given, workspace)
    except InputProblem as problem:
        cleaned, refused = (), {EVENTS: problem}
    if refused:
        return kept, [_unread(path)]
    that_day = _of_days(cleaned[0].tables, first, last, path.name)
    place = kept["resolutions"].iloc[0]["place"] if "resolutions" in kept else None
    unit = None
    if place:
        names = pd.Series([str(place)], dtype=object)
        found = match_units(names, None, given.registry, given.aliases, given.territory_date, given.region_code)
        unit = None if pd.isna(found["unit_id"].iloc[0]) else str(found["unit_id"].iloc[0])
    numbers = (str(event["exchange_number"]), f"{year}-{RECORD_LETTERS['exchange_id']}{event['exchange_number']}")
    same = [one for one in that_day if one.number in numbers]
    same = same or [one for one in that_day if unit is not None and unit in one.hosts]
    if len(same) > 1:
        raise _several(same, first)
    if same:
        del kept[EVENTS]
        for name, rows in kept.items():
            if "exchange_id" in rows:
                kept[name] = rows.assign(exchange_id=same[0].number)
        return kept, [_left_out(same[0], first)]
    unclear = [one for one in that_day if unit is None or not one.hosts]
    return kept, [_unclear(unclear, first)] if unclear else []


def _holds(workspace: Workspace, year: int, day: dt.date) -> bool:
    settings = workspace.year(year)
    return settings.starts_on <= day <= settings.ends_on


def _of_days(tables: Mapping[str, pd.DataFrame], first: dt.date, last: dt.date, file: str) -> list[Registered]:
    """Registered events of which a day lies within ``first`` to ``last``, in the register's order."""
    events, roles = tables[EVENTS], tables["exchange_participation"]
    overlap = events[events["starts_on"].le(pd.Timestamp(last)) & events["ends_on"].ge(pd.Timestamp(first))]
    hosts = roles[roles["role"].eq("host")].groupby("exchange_id")["unit_id"].agg(frozenset)
    return [
        Registered(
            str(row["exchange_id"]), "" if pd.isna(row["title"]) else str(row["title"]),
            hosts.get(row["exchange_id"], frozenset()), f"{file}, {row['source_sheet']}, {row['source_row']}",
        )
        for row in overlap.to_dict("records")
    ]  # fmt: skip


def _left_out(one: Registered, day: dt.date) -> Text:
    return Text(
        ru=f"Мероприятие {day:%d.%m.%Y} уже есть в реестре программы: {one.told}. {EVENTS}.xlsx не записан, чтобы не "
        "посчитать его дважды; остальные записи отнесены к этому номеру.",
        en=f"The event of {day.isoformat()} is in the programme's register already: {one.told}. {EVENTS}.xlsx was not "
        "written, so that it does not count twice; the other records name that number.",
    )


def _unclear(those: Sequence[Registered], day: dt.date) -> Text:
    listed = "; ".join(one.told for one in those)
    return Text(
        ru=f"В реестре программы есть мероприятие той же даты ({day:%d.%m.%Y}), а место сравнить нельзя: {listed}. "
        f"Если это оно, впишите его номер в форму и запишите таблицы заново, иначе оно посчитается дважды.",
        en=f"The programme's register has an event of the same day ({day.isoformat()}), whose place cannot be "
        f"compared: {listed}. If it is the same, enter its number in the form and write the tables anew; it would "
        "count twice otherwise.",
    )


def _unread(path: Path) -> Text:
    return Text(
        ru=f"Реестр {path.name} не прочитан: проверьте сами, нет ли в нём этого мероприятия, чтобы не посчитать его "
        "дважды.",
        en=f"The register {path.name} could not be read: look yourself whether it has this event, so that it does not "
        "count twice.",
    )


def _several(those: Sequence[Registered], day: dt.date) -> InputProblem:
    listed = "\n".join(f"- {one.told}" for one in those)
    return InputProblem(
        f"В реестре программы несколько мероприятий {day:%d.%m.%Y} в этом месте, и к какому относится протокол, "
        f"неясно. Ничего не записано. Впишите номер мероприятия в форму:\n{listed}",
        f"The programme's register has several events of {day.isoformat()} in this place, and which of them the "
        f"minutes are of is not clear. Nothing was written. Enter the event's number in the form:\n{listed}",
    )
