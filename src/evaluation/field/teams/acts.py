"""Every recorded act of support with what is known of whom it reached, by the deadline it came before.

An act counts for the first application deadline strictly after its last day, as everywhere in ``support``. Most acts
name people or applications; some name only a municipality, and some nobody in particular.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from evaluation.contracts import TABLES
from evaluation.indicators.geographies import Geography
from evaluation.indicators.programme_years import ProgrammeYears, Tables, usable_deadlines
from evaluation.support.training import ATTENDED, first_deadline_after

ACT_COLUMNS = [
    "stream", "form", "act_id", "register", "file_year", "year", "unit_id", "person_key", "project_id", "hours", "role",
]  # fmt: skip
TEACHING = ("host", "speaker", "expert")
REGISTERS = (
    "support_events", "exchange_events", "consultations", "document_reviews", "publications", "programme_lines",
)  # fmt: skip


@dataclass(frozen=True)
class TeamYears:
    """Registers of all years, application deadlines in order, and the geography of today's units.

    ``tables``: territories, teams, team_members, projects and, where they exist, REGISTERS, attendance and
    exchange_participation. ``place`` is None where units never changed.
    """

    tables: Tables
    deadlines: Mapping[int, dt.date]
    place: Geography | None = None

    def of(self, name: str) -> pd.DataFrame:
        """One register; empty where there is none."""
        return self.tables[name] if name in self.tables else TABLES[name].empty()

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(self.deadlines)

    @cached_property
    def teams(self) -> pd.DataFrame:
        """team_id, year, unit_id (as in the year's files), project_id, unit (as the year knows it), with a deadline."""
        teams = self.of("teams")[["team_id", "year", "unit_id", "project_id"]]
        teams = teams[teams["year"].isin(self.years)].astype({"year": "int64"}).reset_index(drop=True)
        return teams.assign(unit=unit_keys(self, teams["unit_id"], teams["year"], teams["year"]))

    @cached_property
    def known_units(self) -> pd.MultiIndex:
        """Year and code of every unit in force in a year."""
        territories = self.of("territories")[["year", "unit_id"]].drop_duplicates()
        return pd.MultiIndex.from_frame(territories.astype({"year": "int64"}))


def team_years_of(history: ProgrammeYears) -> TeamYears:
    """The registers of ``history`` as the support system is told from them. Raises InputProblem without a deadline."""
    deadlines = usable_deadlines(history.tables, history.deadlines)
    return TeamYears(history.tables, deadlines, history.in_geography("current").place)


def acts_of_teams(years: TeamYears) -> pd.DataFrame:
    """ACT_COLUMNS, one row an act and person, or an act and unit, or an act alone where nobody is named.

    ``year`` is the programme year whose deadline follows; acts after the last deadline are left out. A person counts
    who was present, at least in part; a unit that was invited to an exchange and sent nobody was not reached. An
    event of support without a list stands with the unit it was held for, if one is named. ``hours`` are the event's,
    of a consultation its minutes / 60; ``form`` of a publication is its channel. ``register`` is where the act stands.
    """
    parts = [
        _listed(years), _unlisted(years), _exchange(years), _consultations(years), _reviews(years),
        _publications(years),
    ]  # fmt: skip
    found = [part for part in parts if len(part)]
    if not found:
        return pd.DataFrame(columns=ACT_COLUMNS)
    acts = pd.concat(found, ignore_index=True)
    position = first_deadline_after(acts["ends_on"], years.deadlines)
    in_time = position < len(years.deadlines)
    told = np.array(years.years)[np.minimum(position, len(years.deadlines) - 1)]
    acts = acts.assign(year=told)[in_time]
    kinds = {"file_year": "int64", "year": "int64", "hours": "float64"}
    text = {name: "str" for name in ACT_COLUMNS if name not in kinds}
    return acts[ACT_COLUMNS].astype({**kinds, **text}).reset_index(drop=True)


def registers_told(years: TeamYears) -> dict[str, frozenset[int]]:
    """Programme years of whose files each register exists: what a year's file does not tell is unknown, not zero."""
    told = {}
    for name in REGISTERS:
        frame = years.of(name)
        column = "year" if "year" in frame.columns else "programme_year"
        told[name] = frozenset(frame[column].dropna().astype(int)) if column in frame.columns else frozenset()
    return told


def unit_keys(years: TeamYears, unit_id: pd.Series, file_year: pd.Series, year: pd.Series) -> pd.Series:
    """Units as ``year`` knows them, of codes as the files of ``file_year`` wrote them.

    A code that is still in force in ``year`` stays; one that is not is followed to today's unit (``unassigned`` where
    its future is not certain). An empty unit stays empty.
    """
    asked = pd.MultiIndex.from_arrays([year.astype("int64"), unit_id])
    stays = pd.Series(asked.isin(years.known_units), index=unit_id.index) | unit_id.isna()
    if years.place is None or stays.all():
        return unit_id
    return unit_id.where(stays, years.place.place(unit_id, file_year))


def _rows(frame: pd.DataFrame, register: str, **columns: object) -> pd.DataFrame:
    empty = dict.fromkeys(["unit_id", "person_key", "project_id", "role", "form"], None)
    filled = {name: value for name, value in empty.items() if name not in frame.columns and name not in columns}
    return frame.assign(register=register, **{"hours": frame.get("hours", np.nan), **filled, **columns})[
        [name for name in ACT_COLUMNS if name != "year"] + ["ends_on"]
    ]


def _events(years: TeamYears) -> pd.DataFrame:
    columns = ["event_id", "year", "stream", "form", "ends_on", "hours", "recipient_unit_id"]
    return years.of("support_events")[columns].rename(columns={"event_id": "act_id", "year": "file_year"})


def _listed(years: TeamYears) -> pd.DataFrame:
    attendance = years.of("attendance")
    came = attendance.loc[attendance["status"].isin(ATTENDED), ["event_id", "unit_id", "person_key"]].drop_duplicates()
    return _rows(came.rename(columns={"event_id": "act_id"}).merge(_events(years), on="act_id"), "support_events")


def _unlisted(years: TeamYears) -> pd.DataFrame:
    """Events that name the unit they were held for, and events without a list: nobody in particular."""
    events = _events(years)
    with_list = events["act_id"].isin(years.of("attendance")["event_id"])
    alone = events[events["recipient_unit_id"].notna() | ~with_list]
    return _rows(alone.rename(columns={"recipient_unit_id": "unit_id"}), "support_events")


def _exchange(years: TeamYears) -> pd.DataFrame:
    sent = years.of("exchange_participation")
    sent = sent.loc[sent["persons"].astype("float64").ne(0), ["exchange_id", "unit_id", "role"]]
    events = years.of("exchange_events")[["exchange_id", "year", "form", "ends_on"]]
    found = events.merge(sent, on="exchange_id", how="left")
    found = found.rename(columns={"exchange_id": "act_id", "year": "file_year"})
    return _rows(found, "exchange_events", stream="exchange")


def _consultations(years: TeamYears) -> pd.DataFrame:
    rows = years.of("consultations")
    rows = rows.rename(columns={"consultation_id": "act_id", "year": "file_year", "consulted_on": "ends_on"})
    return _rows(rows, "consultations", stream="consulting", form="consultation", hours=rows["minutes"] / 60)


def _reviews(years: TeamYears) -> pd.DataFrame:
    rows = years.of("document_reviews")
    rows = rows.rename(columns={"review_id": "act_id", "year": "file_year", "reviewed_on": "ends_on"})
    return _rows(rows, "document_reviews", stream="methodical", form="document_review")


def _publications(years: TeamYears) -> pd.DataFrame:
    """A publication tells of a municipality; that is not help which the municipality received, so none is named."""
    rows = years.of("publications")[["publication_id", "year", "published_on", "channel"]]
    names = {"publication_id": "act_id", "year": "file_year", "published_on": "ends_on", "channel": "form"}
    return _rows(rows.rename(columns=names), "publications", stream="information")
