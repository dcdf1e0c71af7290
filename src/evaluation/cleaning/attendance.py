"""Lists of participants, one sheet an event or one table for all: who was there, under a pseudonym.

Names, phones and addresses are read, turned into keys and left behind; no remark repeats them.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from evaluation.cleaning.context import Context, Part, join, to_table
from evaluation.cleaning.objects import mapped, nothing, objects
from evaluation.cleaning.people import identify
from evaluation.cleaning.records import Records, read_records
from evaluation.cleaning.registers import within
from evaluation.cleaning.rows import Reading, account, begin
from evaluation.cleaning.text import fold
from evaluation.cleaning.units import lapsed, match, read_units
from evaluation.cleaning.values import Parsed, at_least_zero, is_blank, number_in, parse_flag, parse_number, parse_text
from evaluation.cleaning.workbook import Received
from evaluation.ledger import Issue
from evaluation.tables import TABLES

PERSONAL = ("person_name", "position", "phone", "email")
_EVENT_IN_TITLE = re.compile(r"участник\w*\s*:?\s*(?:мероприятия)?\s*№?\s*(\d{1,4})\s*[.)]", re.I)
PRESENT = frozenset({"present", "partial"})
FULL_MARKS = 100.0
COMPLETED = ("hours_present", "test_before", "test_after", "certificate")


def clean_attendance(received: Received, context: Context, events: pd.DataFrame) -> Part:
    """Tables attendance and participants; ``events`` are the cleaned training events.

    A sheet belongs to the event whose number its title or name gives. Blank marks are registrations. The printed
    head-count and the schedule's number of participants are compared with the list.
    """
    constants = context.constants.get(received.source, {})
    required = (("person_key", "person_name"),)
    sheets, issues, other = read_records(received, "attendance", context.codebook, required, constants, PERSONAL)
    known = dict(zip(events["event_id"], events["hours"], strict=True))
    readings = []
    for records in sheets:
        events_of = _events(records, context, known)
        keys = pd.Series(
            [f"{event}/{row}" if event else None for row, event in events_of.items()],
            index=events_of.index,
            dtype=object,
        )
        reading = begin(records, keys, received.source, context, groups=events_of)
        events_of = reading.columns["event_id"] = _events(reading.records, context, known)
        _read(reading, context)
        for row in reading.kept:
            if events_of.loc[row] not in known:
                field = "event_id" if records.has("event_id") else None
                reading.set_aside(row, "reference_unknown", field, events_of.loc[row] or records.sheet)
        readings.append(reading)
    _units_and_sectors(readings, context)
    _identify(readings, context)
    _merge_repeated(readings)
    for reading in readings:
        _head_count(reading)
    attendance = join([_table(reading, known) for reading in readings], "attendance")
    issues += _reported(readings, attendance, events)
    tables = {"attendance": attendance, "participants": _participants(readings)}
    return account(tables, readings, issues, other, received.source, context)


def _events(records: Records, context: Context, known: dict[str, Any]) -> pd.Series:
    """Event of each record: its column, else the number in the sheet's title or name, else nothing."""
    rows = records.frame.index
    if records.has("event_id"):
        texts = mapped(records.frame["event_id"], lambda raw: parse_text(raw).value)
        return mapped(texts, lambda text: context.record_id(text, "" if "T" in text else "T") if text else None)
    found = _EVENT_IN_TITLE.search(records.layout.title) or re.match(r"\s*(?:№\s*)?(\d{1,4})\b", records.sheet)
    event = context.record_id(found[1].lstrip("0") or "0", "T") if found else None
    return objects([event] * len(rows), rows)


def _read(reading: Reading, context: Context) -> None:
    records = reading.records
    for name in ("person_key", *PERSONAL):
        values = records.frame[name] if records.has(name) else nothing(reading.index)
        reading.columns[name] = mapped(values, lambda raw: parse_text(raw).value)
    marks = context.choices("attendance_status")

    def mark(raw: Any) -> Parsed:
        parsed = marks.parse(raw)
        if parsed.rule == "category_unknown":
            return Parsed("unknown", "attendance_mark_unknown", parsed.suggestion)
        return parsed._replace(rule=None) if parsed.rule == "category_normalised" else parsed

    status = reading.read("status", mark).copy()
    for row in reading.index:
        if status.loc[row] is None:
            status.loc[row] = "registered"
            reading.remark("attendance_mark_blank", row, "status", value="registered")
    reading.columns["status"] = status
    reading.read("hours_present", at_least_zero(number_in("hours")))
    reading.read("session", parse_text)
    for name in ("test_before", "test_after"):
        reading.read(name, within(parse_number, 0, FULL_MARKS))
    reading.read("certificate", parse_flag(context.choices("yes_no")))
    if records.has("sector"):
        reading.read("sector", context.choices("sector").parse)


def _units_and_sectors(readings: list[Reading], context: Context) -> None:
    """Units and sectors; positions with the municipality in the same cell are matched for all sheets at once."""
    joint = [r for r in readings if not any(r.records.has(name) for name in ("unit_id", "unit_name"))]
    texts = [text for reading in joint for text in reading.columns["position"] if text]
    pieces = {text: _split(text) for text in dict.fromkeys(texts)}
    found: dict[str, Any] = {}
    if pieces:
        names = pd.Series([unit for _, unit in pieces.values()], index=list(pieces), dtype=object)
        hits = match(names, None, context)
        whole = hits["unit_id"].isna()
        if whole.any():
            # no comma, or the municipality is not the last part: look through the whole text
            hits.loc[whole] = match(
                pd.Series(list(hits.index[whole]), index=hits.index[whole], dtype=object), None, context
            )
        found = dict(zip(hits.index, hits.itertuples(index=False), strict=True))
    for reading in readings:
        if reading not in joint:
            read_units(reading, "unit_name", None, context)
            for row in reading.kept:
                if reading.columns["unit_id"].loc[row] is None:
                    reading.remark("unit_unknown", row, "unit_id", action="kept", severity="warning")
        else:
            _place_units(reading, found)
        if "sector" not in reading.columns:
            reading.columns["sector"] = mapped(reading.columns["position"], lambda text: _sector(text, context))


def _sector(position: str | None, context: Context) -> str | None:
    """Sector by the words of a position; of the whole text where the municipality was written first."""
    sectors = context.choices("sector")
    return (sectors.find(_split(position)[0]) or sectors.find(position)) if position else None


def _split(text: str) -> tuple[str, str]:
    """Position and municipality of «главный специалист, Абанский район»."""
    position, comma, unit = text.rpartition(",")
    return (position.strip(), unit.strip()) if comma else (text, text)


def _place_units(reading: Reading, found: dict[str, Any]) -> None:
    units: dict[Any, str | None] = {}
    for row in reading.index:
        text = reading.columns["position"].loc[row]
        hit = found.get(text) if text else None
        units[row] = None if hit is None or pd.isna(hit.unit_id) else str(hit.unit_id)
        if units[row] is None:
            reading.remark("unit_unknown", row, "position", action="kept", severity="warning")
        elif hit is not None and lapsed(hit):
            reading.remark("unit_not_in_force", row, "position")
        elif hit is not None and hit.rule:
            reading.remark("name_matched", row, "position")
    reading.columns["unit_id"] = objects([units[row] for row in reading.index], reading.index)


def _identify(readings: list[Reading], context: Context) -> None:
    """Pseudonyms over all sheets together; people who cannot be told from others are set aside."""
    names = ("person_key", "person_name", "phone", "email", "unit_id")
    frames = []
    for place, reading in enumerate(readings):
        frame = pd.DataFrame({name: reading.columns[name] for name in names}, index=reading.index)
        frame.index = pd.MultiIndex.from_product([[place], reading.index])
        frames.append(frame)
    if not frames:
        return
    people = pd.concat(frames)
    known = identify(people.set_axis(range(len(people))), context.key).set_axis(people.index)
    for place, reading in enumerate(readings):
        mine = known.loc[place] if len(reading.index) else known.iloc[0:0]
        for name in ("person_key", "key_basis", "key_quality"):
            reading.columns[name] = objects(mine[name].reindex(reading.index), reading.index)
        for row in reading.kept:
            if reading.columns["person_key"].loc[row] is None:
                reading.set_aside(row, "person_unnamed", "person_name")
            elif reading.columns["key_quality"].loc[row] == "probable":
                reading.remark("person_probable", row, "person_name")
            if bool(mine["shared_contact"].loc[row]):
                reading.remark("shared_contact", row, "phone")


def _merge_repeated(readings: list[Reading]) -> None:
    """A person listed again at the same session is merged; the stronger mark stands, test results are completed."""
    order = {"present": 4, "partial": 3, "registered": 2, "absent": 1, "unknown": 0}
    first: dict[tuple[Any, ...], tuple[Reading, Any]] = {}
    for reading in readings:
        for row in reading.kept:
            place = tuple(reading.columns[name].loc[row] for name in TABLES["attendance"].key)
            if place not in first:
                first[place] = (reading, row)
                continue
            earlier, before = first[place]
            for name in COMPLETED:
                if earlier.columns[name].loc[before] is None:
                    earlier.columns[name].loc[before] = reading.columns[name].loc[row]
            status = reading.columns["status"].loc[row]
            if order[status] > order[earlier.columns["status"].loc[before]]:
                earlier.columns["status"].loc[before] = status
            reading.remark("duplicate_row", row, None, value=f"= {earlier.records.sheet}, {before}")
            reading.merge(row, earlier.keys.loc[before])


def _head_count(reading: Reading) -> None:
    """«Всего присутствовало: 17» against the list."""
    classes = reading.records.layout.row_classes
    cells = reading.records.layout.sheet.cells
    for row in classes.index[classes == "total"]:
        text = " ".join(str(cell) for cell in cells[row - 1] if not is_blank(cell))
        found = re.search(r"(?:присутств|участ|явил|прибы|итого|всего)\D*(\d{1,5})", fold(text))
        if found is None:
            continue
        rows = [r for r in reading.kept if reading.columns["status"].loc[r] in PRESENT]
        present = reading.columns["person_key"].loc[rows].nunique()
        if int(found[1]) != present:
            reading.remark("reported_participants_differ", row, None, found[1], value=present)


def _reported(readings: list[Reading], attendance: pd.DataFrame, events: pd.DataFrame) -> list[Issue]:
    """The schedule's number of participants against the lists, for events that have a list."""
    present = attendance[attendance["status"].isin(PRESENT)].groupby("event_id")["person_key"].nunique()
    listed = set(attendance["event_id"])
    issues = []
    for event in events.dropna(subset=["reported_participants"]).itertuples():
        count = int(present.get(event.event_id, 0))
        if event.event_id in listed and count != int(event.reported_participants):
            remark = readings[0].records.remark(
                "reported_participants_differ",
                None,
                "reported_participants",
                int(event.reported_participants),
                value=count,
                suggestion=event.event_id,
                sheet=None,
            )
            issues.append(remark)
    return issues


def _table(reading: Reading, hours: dict[str, Any]) -> pd.DataFrame:
    rows = reading.kept
    columns = reading.columns_of(rows, TABLES["attendance"].names)
    columns["hours_present"] = _hours_present(columns, hours)
    return to_table("attendance", {**columns, **reading.provenance(rows)})


def _hours_present(columns: dict[str, pd.Series], hours: dict[str, Any]) -> pd.Series:
    """Hours on the list; without them all of the event's hours for the present, none for the absent, else unknown.

    How the event's hours divide into sessions is not known.
    """
    out = []
    for row in columns["status"].index:
        given, status = columns["hours_present"].loc[row], columns["status"].loc[row]
        whole = hours.get(columns["event_id"].loc[row])
        if given is not None:
            out.append(given)
        elif status == "present" and columns["session"].loc[row] is None and whole is not None and not pd.isna(whole):
            out.append(float(whole))
        else:
            out.append(0.0 if status == "absent" else None)
    return objects(out, columns["status"].index)


def _participants(readings: list[Reading]) -> pd.DataFrame:
    """One row a person: unit and sector as on the first list that gives them."""
    names = ("person_key", "unit_id", "sector", "key_basis", "key_quality")
    parts = [pd.DataFrame(reading.columns_of(reading.kept, names)) for reading in readings]
    parts = [part for part in parts if len(part)]
    if not parts:
        return join([], "participants")
    frame = pd.concat(parts, ignore_index=True)
    people = frame.groupby("person_key", sort=True).first().reset_index()
    return to_table("participants", {name: objects(people[name], people.index) for name in names})
