"""Inter-municipal exchange events and who took part in which role.

Received files name host, guests and experts in one cell («принимает: Канский район; гости: Ачинск (3), Боготол (2)»);
plain tables have one row an event, unit and role.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from evaluation.cleaning.context import Context, Part, join, to_table
from evaluation.cleaning.periods import read_period
from evaluation.cleaning.records import Records, read_records
from evaluation.cleaning.rows import (
    Reading,
    account,
    begin,
    merge_across,
    merge_repeated,
    record_keys,
)
from evaluation.cleaning.screening import read_screened
from evaluation.cleaning.units import lapsed, match, read_units
from evaluation.cleaning.values import at_least_zero, is_blank, is_marker, parse_integer, stated_in
from evaluation.cleaning.workbook import Received
from evaluation.tables import TABLES

REQUIRED = (("exchange_id", "exchange_number"), ("period", "starts_on"))
WITHOUT_HOST = frozenset({"publication"})
_COUNT = r"(?P<{0}>\d{{1,4}})(?:\s*из\s*(?P<{0}_invited>\d{{1,4}}))?\s*(?:чел\w*\.?)?"
_MEMBER = re.compile(
    rf"^(?P<name>.*?)\s*(?:[(\[]\s*{_COUNT.format('inside')}\s*[)\]]|\s[-–—]\s*{_COUNT.format('after')})?$"
)


class Member(NamedTuple):
    """A unit's name in a role, with the numbers of its people who came and who were invited where they are given."""

    role: str
    name: str
    persons: int | None
    invited: int | None = None


def parse_composition(text: str, roles: Any) -> tuple[list[Member], list[str]]:
    """Members of «принимает: …; гости: … (3), … (2 из 4); эксперт: …», and the words that stand for no known role.

    ``roles`` are the spellings of the list role. A part without a role word belongs to the role before it.
    """
    members: list[Member] = []
    unknown: list[str] = []
    role: str | None = None
    for part in re.split(r"[;\n]", text):
        word, colon, names = part.partition(":")
        if not colon:
            names = part
        else:
            parsed = roles.parse(word)
            role = parsed.value or roles.find(word)
            if role is None:
                unknown.append(word.strip())
        if role is None:
            if names.strip() and not colon:
                unknown.append(names.strip())
            continue
        for name in re.split(r",(?![^(]*\))", names):
            found = _MEMBER.match(name.strip(" ."))
            if found and found["name"]:
                came = found["inside"] or found["after"]
                invited = found["inside_invited"] or found["after_invited"]
                members.append(
                    Member(role, found["name"].strip(), int(came) if came else None, int(invited) if invited else None)
                )
    return members, unknown


def clean_exchange(received: Received, context: Context) -> Part:
    """Tables exchange_events and exchange_participation."""
    constants = context.constants.get(received.source, {})
    declared = [*TABLES["exchange_events"].names, *TABLES["exchange_participation"].names]
    sheets, issues, other = read_records(
        received, "exchange_events", context.codebook, REQUIRED, constants, (), declared
    )
    readings, members = [], []
    for records in sheets:
        is_long = records.has("role") and (records.has("unit_id") or records.has("unit_name"))
        letter = "" if records.has("exchange_id") else "X"
        keys = partial(record_keys, names=("exchange_id", "exchange_number"), context=context, letter=letter)
        reading = begin(records, keys, received.source, context)
        _read(reading, context)
        number = "exchange_id" if records.has("exchange_id") else "exchange_number"
        for row in reading.kept:
            if is_blank(reading.keys.loc[row]):
                reading.set_aside(row, "key_missing", number)
        if not is_long:
            merge_repeated(reading, ("title",), ("starts_on", "ends_on", "form"), number)
        members.append(_long_members(reading, context) if is_long else _members(reading, context))
        readings.append(reading)
    if not any(reading.records.has("role") for reading in readings):
        merge_across(readings)
    tables = {
        "exchange_events": join([_events(reading, context) for reading in readings], "exchange_events"),
        "exchange_participation": join(
            [_participation(r, m) for r, m in zip(readings, members, strict=True)], "exchange_participation"
        ),
    }
    return account(tables, readings, issues, other, received.source, context)


def _read(reading: Reading, context: Context) -> None:
    read_screened(reading, "title")
    read_screened(reading, "topic")
    reading.read("form", context.choices("event_form").parse)
    reading.read("reported_participants", stated_in("persons", at_least_zero(parse_integer)))
    read_period(reading, context)


def _members(reading: Reading, context: Context) -> pd.DataFrame:
    """Members of all events of a sheet: row, role, unit_id, persons, invited."""
    records: Records = reading.records
    roles = context.choices("role")
    rows = []
    for row in reading.kept:
        raw = records.raw(row, "composition")
        if is_blank(raw) or is_marker(str(raw)):
            if reading.columns["form"].loc[row] not in WITHOUT_HOST:
                reading.remark("no_host", row, "composition", raw)
            continue
        members, unknown = parse_composition(str(raw), roles)
        for word in unknown:
            reading.remark("role_unknown", row, "composition", word)
        rows += [{"row": row, **member._asdict()} for member in members]
        if (
            not any(member.role == "host" for member in members)
            and reading.columns["form"].loc[row] not in WITHOUT_HOST
        ):
            reading.remark("no_host", row, "composition", raw)
        for member in members:
            if member.persons is None:
                reading.remark("persons_missing", row, "composition", f"{member.role}: {member.name}")
    frame = pd.DataFrame(rows, columns=["row", *Member._fields], dtype=object)
    return _with_units(reading, frame, context)


def _with_units(reading: Reading, frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    frame["unit_id"] = None
    if frame.empty:
        return frame
    is_code = frame["name"].str.fullmatch(r"[\d\s]{7,14}").astype(bool)
    codes = frame["name"].where(is_code, "")
    hits = match(frame["name"].mask(is_code, ""), codes if is_code.any() else None, context)
    for place, hit in zip(frame.index, hits.itertuples(index=False), strict=True):
        row, name = frame.loc[place, "row"], frame.loc[place, "name"]
        hint = hit.suggestion if isinstance(hit.suggestion, str) and hit.suggestion else None
        if pd.isna(hit.unit_id):
            reading.remark(hit.rule or "name_not_found", row, "composition", name, suggestion=hint)
            continue
        frame.loc[place, "unit_id"] = str(hit.unit_id)
        if lapsed(hit):
            reading.remark("unit_not_in_force", row, "composition", name, value=hit.unit_id, suggestion=hint)
        elif hit.rule:
            reading.remark(hit.rule, row, "composition", name, value=hit.unit_id)
    known = frame.dropna(subset=["unit_id"])
    for place in known.index[known.duplicated(["row", "unit_id", "role"])]:
        reading.remark("duplicate_row", known.loc[place, "row"], "composition", known.loc[place, "name"])
    _compare(reading, frame)
    return known


def _compare(reading: Reading, frame: pd.DataFrame) -> None:
    """The people of all units must add up to the printed number, where every unit states its own."""
    for row, group in frame.groupby("row", sort=False):
        reported = reading.columns["reported_participants"].loc[row]
        counts = group["persons"]
        total = int(sum(count for count in counts if count is not None and not pd.isna(count)))
        complete = all(count is not None and not pd.isna(count) for count in counts)
        if reported is not None and ((complete and total != reported) or total > reported):
            reading.remark("reported_participants_differ", row, "reported_participants", reported, value=total)


def _long_members(reading: Reading, context: Context) -> pd.DataFrame:
    """Members of a table with one row an event, unit and role; an event without members has one row without them."""
    roles = reading.read("role", context.choices("role").parse)
    persons = reading.read("persons", at_least_zero(parse_integer))
    invited = reading.read("invited", at_least_zero(parse_integer))
    units = read_units(reading, "unit_name", None, context)
    variable = "unit_id" if reading.records.has("unit_id") else "unit_name"
    rows = []
    for row in reading.kept:
        empty = is_blank(reading.records.raw(row, variable)) and is_blank(reading.records.raw(row, "role"))
        if empty:
            continue
        if units.loc[row] is None:
            reading.set_aside(row, "unit_unknown", variable, reading.records.raw(row, variable))
        elif roles.loc[row] is None:
            reading.set_aside(row, "required_empty", "role", reading.records.raw(row, "role"))
        else:
            rows.append(
                {
                    "row": row,
                    "role": roles.loc[row],
                    "unit_id": units.loc[row],
                    "persons": persons.loc[row],
                    "invited": invited.loc[row],
                }
            )
    return pd.DataFrame(rows, columns=["row", "role", "unit_id", "persons", "invited"], dtype=object)


def _events(reading: Reading, context: Context) -> pd.DataFrame:
    keys = reading.keys.loc[reading.kept]
    rows = keys.index[~keys.duplicated()]
    names = ("title", "form", "topic", "starts_on", "ends_on", "reported_participants")
    columns = reading.columns_of(rows, names)
    columns["exchange_id"] = reading.keys.loc[rows]
    columns["year"] = pd.Series(context.year, index=rows, dtype=object)
    return to_table("exchange_events", {**columns, **reading.provenance(rows)})


def _participation(reading: Reading, members: pd.DataFrame) -> pd.DataFrame:
    """One row an event, unit and role; repeated mentions add their people up."""
    kept = {int(row) for row in reading.kept}
    frame = members[members["row"].map(lambda row: int(row) in kept).astype(bool)] if len(members) else members
    if frame.empty:
        return join([], "exchange_participation")
    frame = frame.assign(exchange_id=[reading.keys.loc[row] for row in frame["row"]])
    for name in ("persons", "invited"):
        frame[name] = pd.to_numeric(frame[name]).astype("Float64")
    groups = frame.groupby(["exchange_id", "unit_id", "role"], sort=False)
    out = groups.agg(
        persons=("persons", lambda counts: counts.sum(min_count=1)),
        invited=("invited", lambda counts: counts.sum(min_count=1)),
        source_row=("row", "first"),
    ).reset_index()
    out["source"], out["source_sheet"] = reading.records.source, reading.records.sheet
    return to_table("exchange_participation", {name: out[name].astype(object) for name in out.columns})
