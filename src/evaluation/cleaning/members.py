"""People in registers, such as members of teams: names and contacts become keys and are left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from evaluation.cleaning.context import Context
from evaluation.cleaning.objects import mapped, nothing, objects
from evaluation.cleaning.people import identify
from evaluation.cleaning.rows import Reading
from evaluation.cleaning.values import parse_text

PERSONAL = ("person_name", "position", "phone", "email")
_IDENTIFYING = ("person_key", "person_name", "phone", "email")


def identify_members(readings: Sequence[Reading], tables: Mapping[str, pd.DataFrame], context: Context) -> None:
    """Fill ``person_key`` over all sheets together, and ``sector`` from the position where the sheet has none.

    A person's unit is that of the row or else of the row's team. Rows whose person cannot be told from others are set
    aside; a key from name and unit alone is remarked as probable.
    """
    teams = tables["teams"]
    unit_of_team = dict(zip(teams["team_id"], teams["unit_id"], strict=True))
    frames = []
    for place, reading in enumerate(readings):
        frame = pd.DataFrame({name: _texts(reading, name) for name in _IDENTIFYING}, index=reading.index)
        frame["unit_id"] = _units(reading, unit_of_team)
        frame.index = pd.MultiIndex.from_product([[place], reading.index])
        frames.append(frame)
        _sectors(reading, context)
    if not frames:
        return
    people = pd.concat(frames)
    found = identify(people.set_axis(range(len(people))), context.key).set_axis(people.index)
    for place, reading in enumerate(readings):
        mine = found.loc[place] if len(reading.index) else found.iloc[0:0]
        reading.columns["person_key"] = objects(mine["person_key"].reindex(reading.index), reading.index)
        for row in reading.kept:
            if reading.columns["person_key"].loc[row] is None:
                reading.set_aside(row, "person_unnamed", "person_name")
                continue
            if mine["key_quality"].loc[row] == "probable":
                reading.remark("person_probable", row, "person_name")
            if bool(mine["shared_contact"].loc[row]):
                reading.remark("shared_contact", row, "phone")


def _texts(reading: Reading, name: str) -> pd.Series:
    if not reading.records.has(name):
        return nothing(reading.index)
    return mapped(reading.records.frame[name], lambda raw: parse_text(raw).value)


def _units(reading: Reading, unit_of_team: Mapping[str, str]) -> pd.Series:
    if "unit_id" in reading.columns:
        return reading.columns["unit_id"]
    if "team_id" not in reading.columns:
        return nothing(reading.index)
    return mapped(reading.columns["team_id"], unit_of_team.get)


def _sectors(reading: Reading, context: Context) -> None:
    """Sector by the words of the position."""
    if reading.records.has("sector") or "sector" not in reading.columns:
        return
    sectors = context.choices("sector")
    reading.columns["sector"] = mapped(_texts(reading, "position"), lambda text: sectors.find(text) if text else None)
